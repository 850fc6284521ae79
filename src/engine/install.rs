//! An installation: what it observes, plans and checks.
//! Nothing is carried out here.

use super::cluster::SharedDatabase;
use super::config_place::locate_plain;
use super::conflicts::{Foreseen, Outlook};
use super::observe::{observe, see_archive};
use super::open::Payload;
use super::resolve::Resolved;
use super::server_environment::{EnvironmentError, Found, Judged, Seeker, judge, layer_of};
use super::settings::read_ledger;
use super::state_files::read_receipt;
use super::steps::{ConfigureError, DEFAULTS, ENFORCED, read_document, read_settled};
use super::survey::{Needs, survey};
use super::undertake::{Prepared, UndertakeError, Undertaking};
use super::upgrade::see_environment;
use super::verify::is_serving;
use crate::config::{
    Document, Ledger, Origin, SettingPath, Subject, check as lint, later_writer, refusals,
};
use crate::host::Host;
use crate::model::{
    DatabaseUse, Finding, Prefix, Receipt, Secret, ServerEnvironment, Severity, Start,
    TransactionId, TreeIdentity, Version,
};
use crate::planning::{self, Decision, complaint_finding};

impl Undertaking for Resolved {
    fn prefix(&self) -> &Prefix {
        &self.request.prefix
    }

    fn plan(&self, host: &Host, id: TransactionId) -> Result<Prepared, UndertakeError> {
        let request = &self.request;
        if let Some(place) = locate_plain(host, &request.config()).map_err(ConfigureError::from)? {
            place.require_replaceable(host, false).map_err(ConfigureError::from)?;
        }
        let live = read_settled(host, &request.config())?;
        let ledger = read_ledger(host, &request.prefix)?;
        let drifted = live.as_ref().map(|live| drift(live, &self.enforced, &ledger));
        let drifted = drifted.unwrap_or_default();
        let archive = see_archive(host, request)?;
        let mut inventory = observe(host, request, archive.stamp.clone(), id, drifted)?;
        if let (Some(_), Some(receipt)) = (&self.service, &inventory.receipt) {
            inventory.serving = is_serving(host, &request.prefix, receipt)?;
        }
        let found = self.look(host, inventory.receipt.as_ref())?;
        see_environment(&found, live.as_ref(), request, &mut inventory);
        let plan = match planning::install(request, self.service.as_ref(), &inventory)? {
            Decision::NothingToDo(receipt) => return Ok(Prepared::NothingToDo(receipt)),
            Decision::Carry(plan) => plan,
        };
        let outlook = self.outlook(host, inventory.receipt.as_ref(), live.as_ref())?;
        let needs = self.needs(&found, live.as_ref(), outlook.settings.as_ref());
        let mut surroundings = survey(host, request, &plan, &archive, &needs);
        let version = &request.release.version;
        if request.start != Start::Never && self.request.database == DatabaseUse::AsItIs {
            let shared = SharedDatabase::of_needs(&needs, request.server);
            surroundings
                .findings
                .extend(shared.map_or_else(Vec::new, |it| it.company(host, &request.prefix)));
        }
        surroundings.findings.extend(lint_overlays([&self.defaults, &self.enforced], version));
        surroundings.findings.extend(written_later(live.as_ref(), version, Severity::Fatal));
        surroundings.findings.extend(judge(&Judged {
            host,
            found: &found,
            receipt: inventory.receipt.as_ref(),
            target: request,
            intent: plan.intent,
            own: live.as_ref(),
        }));
        surroundings.findings.extend(outlook.findings);
        let findings = planning::check(&plan, &surroundings);
        Ok(Prepared::Plan { plan, findings })
    }

    fn payloads(&self) -> Vec<Payload> {
        overlays(&self.defaults, &self.enforced)
    }

    fn shared_database(&self, host: &Host) -> Result<Option<SharedDatabase>, UndertakeError> {
        let request = &self.request;
        let live = read_settled(host, &request.config())?;
        let receipt = read_receipt(host, &request.prefix)?;
        let found = self.look(host, receipt.as_ref())?;
        let outlook = self.outlook(host, receipt.as_ref(), live.as_ref())?;
        let needs = self.needs(&found, live.as_ref(), outlook.settings.as_ref());
        Ok(SharedDatabase::of_needs(&needs, request.server))
    }

    fn environment(&self, host: &Host) -> Result<ServerEnvironment, UndertakeError> {
        let receipt = read_receipt(host, self.prefix())?;
        Ok(self.look(host, receipt.as_ref())?.environment)
    }
}

impl Resolved {
    fn look(&self, host: &Host, receipt: Option<&Receipt>) -> Result<Found, EnvironmentError> {
        let former = || receipt.map(|receipt| receipt.service.clone());
        let service = self.service.clone().or_else(former).unwrap_or_default();
        let seeker = Seeker {
            host,
            start: self.request.start,
            told: self.environment.as_ref(),
            live: self.request.prefix.live(),
            version: receipt.map(|receipt| &receipt.release.version),
            service: &service,
        };
        seeker.look()
    }

    /// What the settings in use and the host's will come to. A value that the release has shipped is nobody's choice, and gives
    /// way to a default of the host's.
    fn outlook(
        &self,
        host: &Host,
        receipt: Option<&Receipt>,
        live: Option<&Document>,
    ) -> Result<Outlook, ConfigureError> {
        let shipped = self.request.prefix.live().join(TreeIdentity::SHIPPED_CONFIG);
        let shipped = read_document(host, &shipped)?;
        let foreseen = Foreseen {
            passed: None,
            host,
            target: &self.request,
            receipt,
            site: live,
            shipped: shipped.as_ref(),
            defaults: &self.defaults,
            enforced: &self.enforced,
        };
        foreseen.outlook()
    }

    /// What the server will need, by the settings that it will have; where those cannot be merged, by the layers of them.
    fn needs(&self, found: &Found, live: Option<&Document>, settings: Option<&Document>) -> Needs {
        let overridden = layer_of(&found.environment, &self.request.release.version);
        match settings {
            Some(settings) => needs(&[Some(&overridden), Some(settings)]),
            None => needs(&[Some(&overridden), Some(&self.enforced), live, Some(&self.defaults)]),
        }
    }
}

/// The overlays, which may hold secrets.
pub(crate) fn overlays(defaults: &Document, enforced: &Document) -> Vec<Payload> {
    vec![
        Payload { name: DEFAULTS, content: defaults.to_text().into_bytes() },
        Payload { name: ENFORCED, content: enforced.to_text().into_bytes() },
    ]
}

/// Enforced settings that have another value in the file in use, but for those of which that is known: the place of a
/// directory is stronger, and what the server drops or rewrites it would drop or rewrite again.
fn drift(live: &Document, enforced: &Document, ledger: &Ledger) -> Vec<String> {
    let is_settled = |setting: &SettingPath| {
        let origin = ledger.decision(setting).map(|decision| decision.origin);
        matches!(origin, Some(Origin::Place | Origin::Server))
    };
    let leaves = enforced.leaves();
    let differs = leaves.iter().filter(|leaf| {
        let same = live.get(&leaf.setting).is_some_and(|value| value.is_same_as(&leaf.value));
        !same && !is_settled(&leaf.setting)
    });
    differs.map(|leaf| leaf.setting.to_string()).collect()
}

/// What the server will need, as far as the layers above the release's own tell: the release is not unpacked yet.
pub(crate) fn needs(layers: &[Option<&Document>]) -> Needs {
    let find = |name: &str| {
        let setting = SettingPath::known(name);
        layers.iter().flatten().find_map(|layer| Some(layer.get(&setting)?.as_text()?.into_owned()))
    };
    let speaks_tls = find("ServiceSettings.ConnectionSecurity").as_deref() == Some("TLS");
    let is_true = |name: &str| {
        let setting = SettingPath::known(name);
        let first = layers.iter().flatten().find_map(|layer| layer.get(&setting));
        first.is_some_and(|value| value.raw() == "true")
    };
    let fetches = is_true("ServiceSettings.UseLetsEncrypt");
    let tls = ["ServiceSettings.TLSCertFile", "ServiceSettings.TLSKeyFile"].into_iter();
    let tls = tls.filter(|_| speaks_tls && !fetches);
    Needs {
        tls: tls.filter_map(|setting| Some((setting, find(setting)?))).collect(),
        driver: find("SqlSettings.DriverName"),
        data_source: find("SqlSettings.DataSource").map(Secret::new),
        is_node: is_true("ClusterSettings.Enable"),
        cluster_name: find("ClusterSettings.ClusterName"),
        listen: find("ServiceSettings.ListenAddress"),
    }
}

pub(crate) fn lint_overlays(overlays: [&Document; 2], version: &Version) -> Vec<Finding> {
    let complaints = overlays.into_iter().flat_map(|overlay| {
        let strange = lint(overlay, version, Subject::Part);
        strange.into_iter().chain(refusals(overlay, version, Subject::Part))
    });
    complaints.map(complaint_finding).collect()
}

/// A configuration that a later version than the one that shall read it has written.
pub(crate) fn written_later(
    site: Option<&Document>,
    version: &Version,
    weight: Severity,
) -> Option<Finding> {
    let (major, minor) = later_writer(site?, version)?;
    let text = format!(
        "the configuration in use was written by a server of {major}.{minor} or later: {version} would drop what it does not know"
    );
    let advice = format!("put the former configuration back, or go to {major}.{minor} or later");
    Some(Finding::new(weight, "C-NEWER", text).advise(advice))
}
