//! Links between pages lead somewhere.

use std::fs;
use std::path::{Component, Path, PathBuf};

use super::page::{Page, all};
use crate::architecture::source::project;

/// Where the links of a page lead, with their lines.
fn links(page: &Page) -> Vec<(usize, String)> {
    let mut found = Vec::new();
    for (number, line) in &page.prose {
        for part in line.split("](").skip(1) {
            let target = part.split(')').next().unwrap_or_default();
            found.push((*number, target.to_owned()));
        }
    }
    found
}

/// A heading as an anchor: as the usual forges make it.
fn anchor(heading: &str) -> String {
    let kept = heading.trim().to_lowercase();
    let kept = kept.chars().filter(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_'));
    kept.map(|c| if c == ' ' { '-' } else { c }).collect()
}

fn anchors(page: &Page) -> Vec<String> {
    let headings = page.prose.iter().filter(|(_, line)| line.starts_with('#'));
    headings.map(|(_, line)| anchor(line.trim_start_matches('#'))).collect()
}

/// `a/b/../c` as `a/c`.
fn plain(path: &Path) -> PathBuf {
    let mut plain = PathBuf::new();
    for part in path.components() {
        if part == Component::ParentDir {
            assert!(plain.pop(), "{} leads out of the project", path.display());
        } else {
            plain.push(part);
        }
    }
    plain
}

/// What is wrong with a link of a page.
fn fault(page: &Page, target: &str) -> Option<String> {
    if target.starts_with("https://") {
        return None;
    }
    let (file, heading) = target.split_once('#').unwrap_or((target, ""));
    let from = Path::new(&page.path).parent().unwrap_or(Path::new(""));
    let path = match file {
        "" => PathBuf::from(&page.path),
        file => plain(&from.join(file)),
    };
    let is_itself = path == Path::new(&page.path);
    if !is_itself && !project().join(&path).exists() {
        return Some(format!("there is no {}", path.display()));
    }
    if heading.is_empty() {
        return None;
    }
    let known =
        if is_itself { anchors(page) } else { anchors(&Page::read(path.to_str().unwrap())) };
    (!known.iter().any(|it| it == heading)).then(|| format!("{} has no #{heading}", path.display()))
}

#[test]
fn every_link_leads_somewhere() {
    let mut pages = all();
    pages.extend(["ARCHITECTURE.md", "fixtures/README.md"].map(Page::read));
    let mut count = 0;
    for page in &pages {
        for (line, target) in links(page) {
            if let Some(fault) = fault(page, &target) {
                panic!("{}:{line}: {target}: {fault}", page.path);
            }
            count += 1;
        }
    }
    assert!(count > 30, "{count}");
}

#[test]
fn every_page_can_be_reached_from_the_readme() {
    let mut reached = vec![PathBuf::from("README.md")];
    let mut at = 0;
    while let Some(path) = reached.get(at).cloned() {
        let page = Page::read(path.to_str().unwrap());
        for (_, target) in links(&page) {
            let file = target.split('#').next().unwrap_or_default();
            let target = plain(&path.parent().unwrap().join(file));
            let is_page = target.extension().is_some_and(|it| it == "md");
            if is_page && project().join(&target).exists() && !reached.contains(&target) {
                reached.push(target);
            }
        }
        at += 1;
    }
    for page in all() {
        assert!(reached.contains(&PathBuf::from(&page.path)), "no link leads to {}", page.path);
    }
}

#[test]
fn a_link_to_nowhere_is_found() {
    let page =
        Page::of("docs/x.md", "# A: b\n\n[a](nowhere.md) [b](#a-b) [c](#d) [e](../README.md)\n");
    let faults: Vec<String> = links(&page).iter().filter_map(|(_, it)| fault(&page, it)).collect();
    assert_eq!(faults, ["there is no docs/nowhere.md", "docs/x.md has no #d"]);
}

#[test]
fn pictures_are_drawn_for_light_and_dark() {
    for entry in fs::read_dir(project().join("docs")).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|end| end == "svg") {
            let text = fs::read_to_string(&path).unwrap();
            let has = |word: &str| text.contains(word);
            assert!(has("prefers-color-scheme: dark") && has("<title"), "{}", path.display());
        }
    }
}

#[test]
fn no_page_names_a_place_of_one_machine() {
    for page in all() {
        let blocks = page.blocks.iter().map(|block| (block.line, block.text.as_str()));
        let prose = page.prose.iter().map(|(line, text)| (*line, text.as_str()));
        for (line, text) in blocks.chain(prose) {
            let here = project().to_str().unwrap();
            for place in [here, "/work/", "/root/", "/home/"] {
                assert!(!text.contains(place), "{}:{line}: {place}", page.path);
            }
        }
    }
}
