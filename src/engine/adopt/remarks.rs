//! What the operator should know before an installation is taken over.

use super::AdoptError;
use super::installation::Installation;
use super::on_running::on_running;
use crate::config::{Document, SettingPath};
use crate::database::read_data_source;
use crate::host::{Host, PathError};
use crate::model::{AdoptRequest, Arrangement, Finding, Receipt, RelPath, Severity};

/// All remarks about an installation.
pub(super) fn remarks(
    host: &Host,
    request: &AdoptRequest,
    seen: &Installation,
) -> Result<Vec<Finding>, AdoptError> {
    let mut findings = seen.places.findings.clone();
    findings.extend(on_running(host, request, seen)?);
    findings.extend(on_data_source(&seen.document));
    findings.extend(on_root(seen));
    match &seen.arrangement {
        Arrangement::Tree => {
            findings.extend(on_link(host, request));
            findings.extend(on_archive(request, seen));
            findings.extend(on_old_path(host, request, &seen.document));
            findings.extend(on_package(host, request)?);
        }
        Arrangement::GitLab(_) => findings.push(on_gitlab()),
    }
    Ok(findings)
}

/// A tree was put into the place of the one that the receipt tells of.
pub(super) fn on_former(former: &Receipt) -> Finding {
    let text = format!(
        "the receipt tells of {}, whose tree somebody has replaced; what it says gives way to what is there now",
        former.release
    );
    Finding::new(Severity::Warning, "former-receipt", text)
}

fn on_link(host: &Host, request: &AdoptRequest) -> Option<Finding> {
    let link = request.by_link.as_ref().filter(|_| request.from != request.prefix.live())?;
    let tree = host.tree.absolute(&request.from);
    let text = format!("{} is a link: the tree is {}", link.display(), tree.display());
    Some(Finding::new(Severity::Note, "link", text))
}

fn on_archive(request: &AdoptRequest, seen: &Installation) -> Option<Finding> {
    if request.archive.is_some() || seen.known {
        return None;
    }
    let release = &seen.release;
    let text = format!(
        "what {release} brought is concluded from the tree: a file that somebody has put among the release's own, such as in \
         templates, counts as the release's, and stays behind at an upgrade"
    );
    let advice =
        "give the archive that the tree came from with --release, and nothing has to be concluded";
    Some(Finding::new(Severity::Warning, "assumed", text).advise(advice))
}

/// Settings that name the tree by its old path. It goes on leading there, but only as long as the link is there.
fn on_old_path(host: &Host, request: &AdoptRequest, document: &Document) -> Option<Finding> {
    if request.from == request.prefix.live() {
        return None;
    }
    let old = host.tree.absolute(&request.from);
    let below = format!("{}/", old.display());
    let names = |value: &str| {
        let value = value.replace("\\/", "/");
        value.contains(&below) || value.contains(&format!("{}\"", old.display()))
    };
    let leaves = document.leaves();
    let found = leaves.iter().filter(|leaf| names(leaf.value.raw()));
    let settings: Vec<String> = found.map(|leaf| leaf.setting.to_string()).collect();
    if settings.is_empty() {
        return None;
    }
    let text = format!(
        "{}: the tree is named by its old path, which stays there as a link",
        settings.join(", ")
    );
    let advice = format!("leave the link at {}", old.display());
    Some(Finding::new(Severity::Warning, "old-path", text).advise(advice))
}

/// Where the package manager lists the files of each package.
const PACKAGES: &str = "var/lib/dpkg/info";

/// A package manager follows the link, and would overwrite the live tree, or empty it.
fn on_package(host: &Host, request: &AdoptRequest) -> Result<Option<Finding>, PathError> {
    let lists = RelPath::here().join(PACKAGES);
    let line = format!("/{}/", request.from);
    for name in host.tree.list(&lists)? {
        let Some(package) = name.strip_suffix(".list").filter(|it| it.contains("mattermost"))
        else {
            continue;
        };
        let Ok(list) = name.parse::<RelPath>() else {
            continue;
        };
        let files = host.tree.read(&lists.below(&list), 64 * 1024 * 1024)?.unwrap_or_default();
        if String::from_utf8_lossy(&files).lines().any(|file| file.starts_with(&line)) {
            let text = format!(
                "the package {package} has put this tree here, and would put its next version over what mmembed looks after"
            );
            let advice = format!("run `apt-mark hold {package}`, and do not remove the package");
            return Ok(Some(Finding::new(Severity::Warning, "package", text).advise(advice)));
        }
    }
    Ok(None)
}

fn on_gitlab() -> Finding {
    let text = "GitLab's package starts its own server again with its next `gitlab-ctl reconfigure`, on the same database";
    let advice = "set `mattermost['enable'] = false` in /etc/gitlab/gitlab.rb";
    Finding::new(Severity::Warning, "gitlab", text).advise(advice)
}

fn on_root(seen: &Installation) -> Option<Finding> {
    (seen.server.uid == 0).then(|| {
        let text = "what the server writes belongs to root: it seems to run as root, which can do anything to this machine";
        Finding::new(Severity::Warning, "service-user", text).advise("name another --service-user")
    })
}

fn on_data_source(document: &Document) -> Option<Finding> {
    let text_of = |setting: &str| {
        let value = document.get(&SettingPath::known(setting))?;
        Some(value.as_text()?.into_owned())
    };
    let driver = text_of("SqlSettings.DriverName").unwrap_or_default();
    let source = text_of("SqlSettings.DataSource").unwrap_or_default();
    let error = read_data_source(&driver, &source).err()?;
    let text = format!("SqlSettings.DataSource cannot be read: {error}");
    let advice = "mend it before an upgrade, which has to back the database up";
    Some(Finding::new(Severity::Warning, "data-source", text).advise(advice))
}
