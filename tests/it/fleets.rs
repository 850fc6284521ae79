//! Fleets: the role and the playbooks of `examples/ansible`, run by a real Ansible against several hosts.

mod ansible;
mod cluster;
mod ended;
mod fleet;
mod held;
mod rolling;
mod spelled;
