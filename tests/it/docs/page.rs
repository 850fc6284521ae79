//! A page of the documentation, as far as the tests read it: fenced blocks, the comments before them, links, headings.

use std::fs;

use crate::architecture::source::project;

/// A page.
#[derive(Debug)]
pub(super) struct Page {
    /// Its path relative to the project.
    pub(super) path: String,
    pub(super) blocks: Vec<Block>,
    /// The text outside of blocks, line by line with its number.
    pub(super) prose: Vec<(usize, String)>,
}

/// A fenced block.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Block {
    /// The line of its opening fence, from 1.
    pub(super) line: usize,
    /// What stands behind the fence: `sh`, `console`, `toml`, or nothing.
    pub(super) language: String,
    /// The comment in the line before, without its marks.
    pub(super) comment: Option<String>,
    pub(super) text: String,
}

/// What is done with a block.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Use<'a> {
    /// It is run.
    Run,
    /// It is run by `.ci/run`, which finds it by this name.
    Promise(&'a str),
    /// It cannot be run here, for this reason.
    NotRun(&'a str),
    /// It is no command.
    Shown,
}

impl Block {
    pub(super) fn is_command(&self) -> bool {
        matches!(self.language.as_str(), "sh" | "console")
    }

    pub(super) fn usage(&self) -> Use<'_> {
        let comment = self.comment.as_deref().unwrap_or_default();
        if let Some(reason) = comment.strip_prefix("not run: ") {
            return Use::NotRun(reason);
        }
        match comment.strip_prefix("command: ") {
            Some(name) => Use::Promise(name),
            None if self.is_command() => Use::Run,
            None => Use::Shown,
        }
    }

    /// The commands of a `console` block, each with the output that is shown below it; of a `sh` block all of it, with none.
    ///
    /// # Panics
    /// When a `console` block begins with something else than a command.
    pub(super) fn commands(&self) -> Vec<Typed> {
        if self.language != "console" {
            return vec![Typed { script: self.text.clone(), output: None }];
        }
        let mut commands: Vec<Typed> = Vec::new();
        let mut goes_on = false;
        for line in self.text.lines() {
            if let Some(script) = line.strip_prefix("$ ") {
                commands.push(Typed { script: format!("{script}\n"), output: Some(String::new()) });
                goes_on = script.ends_with('\\');
                continue;
            }
            let last = commands.last_mut().expect("a console block begins with `$ `");
            let into = if goes_on { &mut last.script } else { last.output.as_mut().unwrap() };
            into.push_str(line);
            into.push('\n');
            goes_on = goes_on && line.ends_with('\\');
        }
        commands
    }
}

/// What is typed, and what is said to appear.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Typed {
    pub(super) script: String,
    pub(super) output: Option<String>,
}

impl Page {
    pub(super) fn read(path: &str) -> Self {
        let text = fs::read_to_string(project().join(path));
        Self::of(path, &text.unwrap_or_else(|error| panic!("{path}: {error}")))
    }

    pub(super) fn of(path: &str, text: &str) -> Self {
        let mut page = Self { path: path.to_owned(), blocks: Vec::new(), prose: Vec::new() };
        let mut open: Option<Block> = None;
        let mut before = "";
        for (number, line) in (1..).zip(text.lines()) {
            match (&mut open, line.strip_prefix("```")) {
                (Some(_), Some("")) => page.blocks.extend(open.take()),
                (Some(block), _) => block.text.extend([line, "\n"]),
                (None, Some(language)) => {
                    open = Some(Block {
                        line: number,
                        language: language.to_owned(),
                        comment: comment(before).map(str::to_owned),
                        text: String::new(),
                    });
                }
                (None, None) => page.prose.push((number, line.to_owned())),
            }
            before = line;
        }
        assert!(open.is_none(), "{path}: a block is not closed");
        page
    }

    /// The line `<!-- NAME: VALUE -->`, wherever it stands.
    pub(super) fn says(&self, name: &str) -> Option<&str> {
        let mut comments = self.prose.iter().filter_map(|(_, line)| comment(line));
        comments.find_map(|text| text.strip_prefix(name)?.strip_prefix(": "))
    }

    /// What stands between backticks in its prose, with the lines.
    pub(super) fn code_spans(&self) -> impl Iterator<Item = (usize, &str)> {
        self.prose.iter().flat_map(|(number, line)| {
            line.split('`').skip(1).step_by(2).map(move |span| (*number, span))
        })
    }
}

fn comment(line: &str) -> Option<&str> {
    line.trim().strip_prefix("<!-- ")?.strip_suffix(" -->")
}

/// README.md and all pages of docs/, by their paths.
pub(super) fn all() -> Vec<Page> {
    let mut paths = vec!["README.md".to_owned()];
    for directory in ["docs", "docs/reference"] {
        let entries = fs::read_dir(project().join(directory)).unwrap();
        let found = entries.map(|entry| entry.unwrap().path());
        let pages = found.filter(|path| path.extension().is_some_and(|end| end == "md"));
        let names = pages.map(|path| path.file_name().unwrap().to_str().unwrap().to_owned());
        paths.extend(names.map(|name| format!("{directory}/{name}")));
    }
    paths.sort();
    paths.iter().map(|path| Page::read(path)).collect()
}

/// The pages that people wrote.
pub(super) fn written() -> impl Iterator<Item = Page> {
    all().into_iter().filter(|page| !page.path.starts_with("docs/reference/"))
}
