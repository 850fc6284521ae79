//! SIGTERM and SIGINT, once the server listens. Before that, and for SIGHUP always, the system's default holds: death.
//! Nothing is stopped here.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::flag;

/// Was the server asked to stop?
#[derive(Clone, Debug, Default)]
pub(crate) struct StopFlag(Arc<AtomicBool>);

impl StopFlag {
    /// Catches both signals from now on.
    pub(crate) fn install(&self) {
        for signal in [SIGTERM, SIGINT] {
            flag::register(signal, Arc::clone(&self.0)).expect("both signals may be caught");
        }
    }

    /// Was it asked?
    pub(crate) fn is_set(&self) -> bool {
        self.0.load(Ordering::SeqCst)
    }
}
