//! mmembed embeds the Mattermost server in a host application and keeps it up to date.
//!
//! It observes a host, plans a change as data, checks the plan, then makes it true one journalled step at a time, and
//! reports what happened. Left of the transaction nothing is changed on the host; right of the plan nothing is decided.
//!
//! ```text
//! wish ─► request ─┐
//!                  ├─► plan ─► findings ─► transaction (lock + journal) ─► step, step, step … ─► outcome ─► report
//! host ─► inventory┘
//! ```
//!
//! # Floors
//!
//! A room uses the rooms below its own; `tests/it/architecture.rs` fails on an edge that leads upward.
//!
//! | floor | rooms | may never |
//! |---|---|---|
//! | 4 words | `cli` | decide, touch files |
//! | 3 deeds | [`engine`] | print, read the environment, parse arguments |
//! | 2 doors | [`host`] | know plans, steps or a rule of Mattermost |
//! | 1 thoughts | [`planning`], which may use its neighbours [`config`], [`database`], [`journal`], [`release`], [`server`], [`upgrade`] | do I/O, ask the time, know each other |
//! | 0 nouns | [`model`] | use any other room |
//!
//! # Nouns
//!
//! A [`Release`](model::Release) is a published thing, its *tree* what unpacking it gives: *staged* before it is *live*. What
//! is asked for is an [`InstallRequest`](model::InstallRequest), what is seen is an [`Inventory`](model::Inventory), what is
//! decided is a [`Plan`](model::Plan) of [`Step`](model::Step)s, what a check says is a [`Finding`](model::Finding). One run of
//! one plan is a *transaction*, its write-ahead log the [`journal`], its end an [`Outcome`](engine::Outcome). What was last
//! made true here is the [`Receipt`](model::Receipt); why each setting has its value is the [`Ledger`](config::Ledger).
//!
//! Which versions come one after the other is a [`Route`](upgrade::Route), found by a [`Router`](upgrade::Router).
//!
//! # Where does my line go?
//!
//! | my line … | room |
//! |---|---|
//! | names a thing of the trade or keeps its invariant | `model` |
//! | chooses, compares, orders, merges, allows, forbids | floor 1 |
//! | opens, renames, spawns, waits, fetches, asks the time | `host` |
//! | says which door to open for which step, in what order, and what to write in the journal | `engine` |
//! | parses arguments, colours, words a sentence, picks an exit code | `cli` |
//! | needs two of these | it is two lines |
//!
//! # Example
//!
//! What an installation would do, without doing it:
//!
//! ```no_run
//! use mmembed::engine::{Prepared, own_territory, prepare, resolve};
//! use mmembed::host::{Cancel, Host, Meter};
//! use mmembed::model::{DatabaseUse, InstallWish, Start};
//!
//! let wish = InstallWish {
//!     app: "acme".parse()?,
//!     root: "/srv/image".into(),
//!     archive: "mattermost-team-10.11.4-linux-amd64.tar.gz".into(),
//!     start: Start::Never,
//!     database: DatabaseUse::MustBeEmpty,
//!     # version: None, edition: None, sha256: None, overlays: vec![], policies: vec![], places: vec![], in_tree: vec![],
//!     # config_file: None, owner: None, service_user: None, service: None, env_files: vec![],
//!     // … and what else there is to say, or `None`
//! };
//! let resolved = resolve(&wish)?;
//! let own = own_territory(&resolved.request.prefix);
//! let host = Host::new(&resolved.root, own, Meter::default(), Cancel::never())?;
//! match prepare(&host, &resolved)? {
//!     Prepared::NothingToDo(receipt) => println!("{} is installed", receipt.release),
//!     Prepared::Plan { plan, findings } => println!("{} steps, {findings:?}", plan.steps.len()),
//! }
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

#[cfg(feature = "cli")]
pub mod cli;
pub mod config;
pub mod database;
pub mod engine;
pub mod host;
pub mod journal;
pub mod manifest;
pub mod model;
pub mod planning;
pub mod release;
pub mod server;
pub mod upgrade;
