//! Files fetched over HTTPS into the cache, from a server that does whatever a server can do.

mod caching;
mod crash;
mod later;
mod limits;
mod parts;
mod proxies;
mod random;
mod refusals;
mod trust;
mod world;
