//! Letting a server out that a chain has left in the dark: a transaction of its own, which has nothing to undo and is tried
//! again until the server serves.

use super::record::ChainRecord;
use crate::engine::undertake::new_id;
use crate::host::Host;
use crate::model::{
    HookPhase, Intent, PLAN_SCHEMA, Plan, Planned, Prefix, Receipt, RunHooks, StartServer, Step,
};

/// The plan for it.
pub(super) fn let_out(
    host: &Host,
    prefix: &Prefix,
    receipt: &Receipt,
    record: &ChainRecord,
) -> Plan {
    let start = StartServer {
        tree: prefix.live(),
        service: receipt.service.clone(),
        from: Some(record.from.clone()),
        release: receipt.release.clone(),
        config: receipt.config.clone(),
        within: record.within,
    };
    let because = "it served before the chain began";
    let mut steps = vec![Planned { step: Step::StartServer(start), because: because.to_owned() }];
    if let Some(directory) = record.hooks.clone() {
        let phase = HookPhase::AfterStart;
        let hooks = RunHooks { phase, directory, from: Some(record.from.clone()) };
        let because = "the operator has asked for it".to_owned();
        steps.push(Planned { step: Step::RunHooks(hooks), because });
    }
    Plan {
        schema: PLAN_SCHEMA,
        id: new_id(host),
        intent: Intent::LetOut,
        prefix: prefix.clone(),
        steps,
        receipt: receipt.clone(),
    }
}
