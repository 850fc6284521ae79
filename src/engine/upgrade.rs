//! An upgrade by one hop: what it observes, plans and checks.
//! Nothing is carried out here.

use super::cluster::SharedDatabase;
use super::config_place::locate_plain;
use super::conflicts::Foreseen;
use super::foreign::paths_to_carry;
use super::install::{lint_overlays, needs, overlays, written_later};
use super::observe::{observe, see_archive};
use super::open::Payload;
use super::resolve_upgrade::ResolvedUpgrade;
use super::server_environment::{Found, Judged, Seeker, SiteConfig, judge, layer_of, names_of};
use super::state_files::{read_identity, read_receipt};
use super::steps::{ConfigureError, read_applied, read_document};
use super::survey::{Needs, see_modified, survey};
use super::undertake::{Prepared, UndertakeError, Undertaking};
use super::verify::is_serving;
use crate::config::{
    Complaint, Document, Passage, Passed, Policies, Severity as Weight, Subject, check as lint,
    refusals,
};
use crate::database::Engine;
use crate::host::Host;
use crate::model::{
    EnvironmentSource, Finding, InstallRequest, Inventory, Prefix, Receipt, ServerEnvironment,
    Severity, Start, TransactionId, TreeIdentity, Version,
};
use crate::planning::{self, Decision, HopRules, complaint_finding};
use crate::upgrade::{Driver, Situation};

impl Undertaking for ResolvedUpgrade {
    fn prefix(&self) -> &Prefix {
        &self.request.target.prefix
    }

    fn plan(&self, host: &Host, id: TransactionId) -> Result<Prepared, UndertakeError> {
        let request = &self.request.target;
        let archive = see_archive(host, request)?;
        let mut inventory = observe(host, request, archive.stamp.clone(), id, Vec::new())?;
        see_installed(host, &request.prefix, &mut inventory)?;
        self.refuse_file(host, inventory.receipt.as_ref())?;
        let found = self.seeker(host, inventory.receipt.as_ref()).look()?;
        let live = self.live(host, &found, inventory.receipt.as_ref())?;
        see_environment(&found, live.as_ref(), request, &mut inventory);
        let overridden = layer_of(&found.environment, &request.release.version);
        let needs = self.needs(&overridden, live.as_ref());
        let cluster = self.see_cluster(host, &needs, &mut inventory);
        let situation = self.situation(&found, live.as_ref(), &needs);
        let rules = HopRules { rules: &self.rules, situation: &situation };
        let plan = match planning::upgrade(&self.request, &inventory, rules)? {
            Decision::NothingToDo(receipt) => return Ok(Prepared::NothingToDo(receipt)),
            Decision::Carry(plan) => plan,
        };
        let mut surroundings = survey(host, request, &plan, &archive, &needs);
        surroundings.findings.extend(cluster);
        surroundings.findings.extend(rules.check(&plan));
        // While a chain keeps the server in the dark, the tree is read once, by the step that keeps what was changed and tells it.
        if !self.request.leg.darkened {
            surroundings.findings.extend(see_modified(host, &request.prefix));
        }
        let shipped = request.prefix.live().join(TreeIdentity::SHIPPED_CONFIG);
        let shipped = read_document(host, &shipped)?;
        let passed = self.pass(host, live.as_ref(), inventory.receipt.as_ref())?;
        let (settings, made) = match &passed {
            Some(passed) => (Some(&passed.document), Some(passed.shipped())),
            None => (live.as_ref(), shipped.as_ref()),
        };
        surroundings.findings.extend(self.lint(settings, made));
        surroundings.findings.extend(self.refused(settings, &overridden));
        surroundings.findings.extend(self.written_later(live.as_ref()));
        let foreseen = Foreseen {
            host,
            target: request,
            receipt: inventory.receipt.as_ref(),
            site: live.as_ref(),
            passed: passed.as_ref(),
            shipped: shipped.as_ref(),
            defaults: &self.defaults,
            enforced: &self.enforced,
        };
        surroundings.findings.extend(foreseen.outlook()?.findings);
        surroundings.findings.extend(judge(&Judged {
            host,
            found: &found,
            receipt: inventory.receipt.as_ref(),
            target: request,
            intent: plan.intent,
            own: live.as_ref(),
        }));
        let findings = planning::check(&plan, &surroundings);
        Ok(Prepared::Plan { plan, findings })
    }

    fn payloads(&self) -> Vec<Payload> {
        overlays(&self.defaults, &self.enforced)
    }

    fn shared_database(&self, host: &Host) -> Result<Option<SharedDatabase>, UndertakeError> {
        let target = &self.request.target;
        let receipt = read_receipt(host, self.prefix())?;
        let found = self.seeker(host, receipt.as_ref()).look()?;
        let live = self.live(host, &found, receipt.as_ref())?;
        let overridden = layer_of(&found.environment, &target.release.version);
        Ok(SharedDatabase::of_needs(&self.needs(&overridden, live.as_ref()), target.server))
    }

    fn environment(&self, host: &Host) -> Result<ServerEnvironment, UndertakeError> {
        let receipt = read_receipt(host, self.prefix())?;
        Ok(self.seeker(host, receipt.as_ref()).look()?.environment)
    }
}

impl ResolvedUpgrade {
    fn seeker<'s>(&'s self, host: &'s Host, receipt: Option<&'s Receipt>) -> Seeker<'s> {
        Seeker {
            host,
            start: self.request.target.start,
            told: self.environment.as_ref(),
            live: self.prefix().live(),
            version: receipt.map(|receipt| &receipt.release.version),
            service: &self.request.service,
        }
    }

    /// What the server will need, by the settings in use and what the environment overrides.
    fn needs(&self, overridden: &Document, live: Option<&Document>) -> Needs {
        needs(&[Some(overridden), Some(&self.enforced), live, Some(&self.defaults)])
    }

    /// Sees whether another node has migrated the database already. Between two hops of a chain that is on its way nobody has, unless
    /// this is a node of a cluster.
    fn see_cluster(&self, host: &Host, needs: &Needs, inventory: &mut Inventory) -> Vec<Finding> {
        let target = &self.request.target;
        let Some(receipt) = inventory.receipt.as_ref().filter(|it| it.release != target.release)
        else {
            return Vec::new();
        };
        let Some(shared) = SharedDatabase::of_needs(needs, target.server) else {
            return Vec::new();
        };
        if target.start == Start::Never || (self.request.leg.darkened && !shared.is_node()) {
            return Vec::new();
        }
        let versions = (&receipt.release.version, &target.release.version);
        let verdict = shared.judge(host, &target.prefix, versions);
        inventory.migrated = verdict.migrated;
        verdict.findings
    }

    /// The settings in use, carried past the stops that the database has left behind.
    fn pass(
        &self,
        host: &Host,
        live: Option<&Document>,
        receipt: Option<&Receipt>,
    ) -> Result<Option<Passed>, ConfigureError> {
        let past = &self.request.leg.left_behind;
        let Some((live, receipt)) = live.zip(receipt).filter(|_| !past.is_empty()) else {
            return Ok(None);
        };
        let target = &self.request.target;
        let policies = Policies::parse(&target.policies).map_err(ConfigureError::Policy)?;
        let applied = read_applied(host, &target.prefix)?;
        let passage = Passage {
            from: &receipt.release.version,
            past,
            defaults: Some(&self.defaults),
            defaults_applied: applied.as_ref(),
            enforced: Some(&self.enforced),
            policies: &policies,
        };
        // What cannot be merged is found by the rehearsal, with the file at hand that it is about.
        Ok(passage.carry(live).ok().flatten())
    }

    /// The settings in use, without what the environment overrides.
    fn live(
        &self,
        host: &Host,
        found: &Found,
        receipt: Option<&Receipt>,
    ) -> Result<Option<Document>, UndertakeError> {
        let target = &self.request.target;
        let version = receipt.map_or(&target.release.version, |receipt| &receipt.release.version);
        let site = SiteConfig {
            host,
            file: &target.config(),
            environment: &found.environment,
            version,
            run_as: Some(target.server),
            kept: Vec::new(),
        };
        if site.is_in_database() {
            // That it cannot be read there is a finding beside others.
            return Ok(site.own().ok().flatten());
        }
        Ok(site.own()?)
    }

    /// Refuses a configuration file that could not be given up for the new one.
    fn refuse_file(&self, host: &Host, receipt: Option<&Receipt>) -> Result<(), ConfigureError> {
        let Some(config) = receipt.map(|receipt| &receipt.config) else {
            return Ok(());
        };
        // One in the tree goes with it, whatever other names it has.
        let replaced = !config.is_within(&self.prefix().live());
        match locate_plain(host, config)? {
            Some(place) if replaced => Ok(place.require_replaceable(host, false)?),
            Some(_) | None => Ok(()),
        }
    }

    /// What is known of the installation that rules ask for.
    fn situation(&self, found: &Found, live: Option<&Document>, needs: &Needs) -> Situation {
        let driver = needs.driver.as_deref().and_then(Engine::of_driver);
        let environment = &found.environment;
        let seen = environment.source != EnvironmentSource::Nowhere;
        let variables = environment.variables.iter();
        let variables = variables.map(|(name, value)| (name.clone(), value.expose().clone()));
        Situation {
            edition: Some(self.request.target.release.edition),
            driver: driver.map(|engine| match engine {
                Engine::Postgres => Driver::Postgres,
                Engine::MySql => Driver::MySql,
            }),
            config: live.and_then(|live| serde_json::from_str(&live.to_text()).ok()),
            environment: seen.then(|| variables.collect()),
            ..Situation::default()
        }
    }

    /// Settings that a later server has written are a reason to stop, unless somebody wants to go back.
    fn written_later(&self, live: Option<&Document>) -> Option<Finding> {
        let weight =
            if self.request.consent.downgrade { Severity::Warning } else { Severity::Fatal };
        written_later(live, &self.request.target.release.version, weight)
    }

    /// What the new version will say of the settings in use, and of the host's.
    fn lint(&self, live: Option<&Document>, shipped: Option<&Document>) -> Vec<Finding> {
        let version = &self.request.target.release.version;
        let mut findings = lint_overlays([&self.defaults, &self.enforced], version);
        let Some(live) = live else {
            return findings;
        };
        let is_untouched = |complaint: &Complaint| {
            let value = |document: Option<&Document>| {
                let setting = complaint.setting.as_ref()?;
                Some(document?.get(setting)?.raw().to_owned())
            };
            complaint.severity != Weight::Error
                && value(Some(live)).is_some()
                && value(Some(live)) == value(shipped)
        };
        let complaints = lint(live, version, Subject::Whole);
        let (untouched, touched): (Vec<_>, Vec<_>) = complaints.into_iter().partition(is_untouched);
        findings.extend(touched.into_iter().map(complaint_finding));
        findings.extend(in_one(&untouched, version));
        findings
    }

    /// What keeps the new version from starting with the settings that it will have: those in use, under what the host
    /// enforces and what the environment overrides.
    fn refused(&self, live: Option<&Document>, overridden: &Document) -> Vec<Finding> {
        let Some(mut settings) = live.cloned() else {
            return Vec::new();
        };
        for stronger in [&self.enforced, overridden] {
            for leaf in stronger.leaves() {
                // What cannot be written there is said when it is merged.
                drop(settings.set_raw(&leaf.setting, leaf.value.raw()));
            }
        }
        let version = &self.request.target.release.version;
        refusals(&settings, version, Subject::Whole).into_iter().map(complaint_finding).collect()
    }
}

/// Settings that nobody has touched are no news one by one.
fn in_one(complaints: &[Complaint], version: &Version) -> Option<Finding> {
    let text = match complaints.len() {
        0 => return None,
        1 => format!("1 setting as it was shipped is strange to {version}"),
        more => format!("{more} settings as they were shipped are strange to {version}"),
    };
    let advice = "the server drops or fills in what it does not know as it is";
    Some(Finding::new(Severity::Note, "shipped-settings", text).advise(advice))
}

/// Sees of an installed tree what matters when it gives way: whether its server runs, and what its release did not bring.
pub(crate) fn see_installed(
    host: &Host,
    prefix: &Prefix,
    seen: &mut Inventory,
) -> Result<(), UndertakeError> {
    let live = prefix.live();
    let Some((receipt, identity)) = seen.receipt.as_ref().zip(read_identity(host, &live)?) else {
        return Ok(());
    };
    seen.serving = is_serving(host, prefix, receipt)?;
    seen.foreign = paths_to_carry(host, &live, &identity, &receipt.in_tree())?;
    Ok(())
}

/// Sees which variables decide about settings. Where nobody can tell, those that did when it was last looked at.
pub(crate) fn see_environment(
    found: &Found,
    own: Option<&Document>,
    target: &InstallRequest,
    seen: &mut Inventory,
) {
    if target.start != Start::Never && found.environment.source != EnvironmentSource::Nowhere {
        seen.overridden = names_of(&found.environment, own, &target.release.version);
    }
}
