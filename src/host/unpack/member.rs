//! The members of a tar archive: headers, extension records, contents and the end, in one strict walk.
//! Nothing is written here, and nothing is guessed: every byte of the stream has one meaning or the archive is refused.

use std::io::{self, BufRead};

use super::error::EntryName;
use super::header::{self, BLOCK, Block, Extension, Fields, Format, Kind, MemberKind};
use super::limits::Limits;
use super::pax::{self, Extras, Scope};
use super::rule::{Breach, Rule};

/// An entry with everything that is said about it put together.
#[derive(Debug)]
pub(super) struct Member {
    pub(super) kind: MemberKind,
    pub(super) name: Vec<u8>,
    pub(super) link: Vec<u8>,
    pub(super) size: u64,
    pub(super) mode: u32,
    pub(super) mtime: i64,
}

/// Why the walk ends before the end.
#[derive(Debug, thiserror::Error)]
pub(super) enum Halt {
    #[error("rule {:?} is broken", .0.rule)]
    Breach(Breach),
    /// Whoever delivers the stream has failed, and says himself why.
    #[error("the stream broke off")]
    Stream(#[source] io::Error),
}

impl From<Breach> for Halt {
    fn from(breach: Breach) -> Self {
        Self::Breach(breach)
    }
}

impl From<Rule> for Halt {
    fn from(rule: Rule) -> Self {
        Self::Breach(rule.into())
    }
}

impl From<io::Error> for Halt {
    fn from(error: io::Error) -> Self {
        Self::Stream(error)
    }
}

/// The extension records that wait for their entry.
#[derive(Debug, Default)]
struct Pending {
    pax: Option<Extras>,
    long_name: Option<Vec<u8>>,
    long_link: Option<Vec<u8>>,
}

/// A walk over the members of one archive.
#[derive(Debug)]
pub(super) struct Members<R> {
    input: R,
    limits: Limits,
    /// Bytes of the stream taken so far.
    offset: u64,
    /// Headers that count as entries so far.
    number: u64,
    name: Vec<u8>,
    pending: Pending,
    /// Bytes of content and padding of the current member not taken yet.
    content: u64,
    padding: u64,
    ignored: Vec<String>,
}

impl<R: BufRead> Members<R> {
    pub(super) fn new(input: R, limits: Limits) -> Self {
        Self {
            input,
            limits,
            offset: 0,
            number: 0,
            name: Vec::new(),
            pending: Pending::default(),
            content: 0,
            padding: 0,
            ignored: Vec::new(),
        }
    }

    /// The current entry, for messages; `None` before the first.
    pub(super) fn current(&self) -> Option<EntryName> {
        (self.number > 0).then(|| EntryName::new(self.number, &self.name))
    }

    /// How many entries were met so far.
    pub(super) fn count(&self) -> u64 {
        self.number
    }

    /// PAX keys that were left aside, each once.
    pub(super) fn into_ignored(self) -> Vec<String> {
        self.ignored
    }

    /// The next member, or `None` once the end is reached, verified, and nothing but zeros follows it.
    ///
    /// Content of the former member that was not read is passed over.
    pub(super) fn next(&mut self) -> Result<Option<Member>, Halt> {
        self.pass_over()?;
        while let Some(block) = self.header_block()? {
            if self.begins_entry() {
                self.number += 1;
                Rule::LIMIT_ENTRIES.demands(self.number <= self.limits.entries)?;
                self.name = header::own_name(&block);
            }
            let fields = header::read(&block)?;
            match fields.kind {
                Kind::Member(kind) => return self.assemble(kind, fields).map(Some),
                Kind::Extension(kind) => self.extension(kind, &fields)?,
            }
        }
        Ok(None)
    }

    /// Hands the content of the current member to `sink`, piece by piece.
    pub(super) fn content<E: From<Halt>>(
        &mut self,
        mut sink: impl FnMut(&[u8]) -> Result<(), E>,
    ) -> Result<(), E> {
        while self.content > 0 {
            let piece = self.piece(self.content)?;
            sink(piece)?;
            let taken = piece.len();
            self.take(taken);
            self.content -= taken as u64;
        }
        Ok(())
    }

    /// Does the header about to be read open a new entry, or continue one whose extension records have been read?
    fn begins_entry(&self) -> bool {
        let Pending { pax, long_name, long_link } = &self.pending;
        pax.is_none() && long_name.is_none() && long_link.is_none()
    }

    /// The next header, or `None` at the end of the archive, after which there is nothing.
    fn header_block(&mut self) -> Result<Option<Block>, Halt> {
        let Some(block) = self.block()? else {
            return Err(self.ended());
        };
        if !is_zero(&block) {
            return Ok(Some(block));
        }
        match self.block()? {
            None => return Err(self.ended()),
            Some(second) => Rule::FRAME_ZERO.demands(is_zero(&second))?,
        }
        Rule::EXT_DANGLING.demands(self.begins_entry())?;
        Rule::FRAME_EMPTY.demands(self.number > 0)?;
        self.zeros_to_the_end()?;
        Ok(None)
    }

    fn ended(&self) -> Halt {
        if self.begins_entry() { Rule::FRAME_END.into() } else { Rule::EXT_DANGLING.into() }
    }

    fn zeros_to_the_end(&mut self) -> Result<(), Halt> {
        loop {
            let piece = self.input.fill_buf()?;
            if piece.is_empty() {
                return Ok(());
            }
            Rule::FRAME_TRAILING.demands(is_zero(piece))?;
            let taken = piece.len();
            self.take(taken);
            Rule::LIMIT_TOTAL.demands(self.offset <= self.limits.total)?;
        }
    }

    /// Reads an extension record and keeps it for its entry.
    fn extension(&mut self, kind: Extension, fields: &Fields) -> Result<(), Halt> {
        Rule::EXT_V7.demands(fields.format != Format::V7)?;
        Rule::LIMIT_RECORD.demands(fields.size <= self.limits.record)?;
        let bytes = self.record(fields.size)?;
        let pending = &mut self.pending;
        let gnu = pending.long_name.is_some() || pending.long_link.is_some();
        match kind {
            Extension::Pax => {
                Rule::EXT_MIXED.demands(!gnu)?;
                Rule::EXT_REPEATED.demands(pending.pax.is_none())?;
                let extras = pending.pax.insert(pax::read(&bytes, Scope::Entry)?);
                if let Some(path) = &extras.path {
                    self.name.clone_from(path);
                }
                note(&mut self.ignored, &mut extras.ignored);
            }
            Extension::PaxGlobal => {
                Rule::EXT_ORDER.demands(!gnu && pending.pax.is_none())?;
                let mut extras = pax::read(&bytes, Scope::Global)?;
                note(&mut self.ignored, &mut extras.ignored);
            }
            Extension::LongName => {
                Rule::EXT_MIXED.demands(pending.pax.is_none())?;
                Rule::EXT_REPEATED.demands(pending.long_name.is_none())?;
                self.name.clone_from(pending.long_name.insert(c_string(bytes)));
            }
            Extension::LongLink => {
                Rule::EXT_MIXED.demands(pending.pax.is_none())?;
                Rule::EXT_REPEATED.demands(pending.long_link.is_none())?;
                pending.long_link = Some(c_string(bytes));
            }
        }
        Ok(())
    }

    /// Puts a header and the records before it together.
    fn assemble(&mut self, kind: MemberKind, fields: Fields) -> Result<Member, Halt> {
        let extended = !self.begins_entry();
        Rule::EXT_V7.demands(!extended || fields.format != Format::V7)?;
        let Pending { pax, long_name, long_link } = std::mem::take(&mut self.pending);
        let extras = pax.unwrap_or_default();
        let name = extras.path.or(long_name).unwrap_or(fields.name);
        self.name.clone_from(&name);
        let size = one_size(fields.size, extras.size)?;
        let member = Member {
            kind: kind_of(kind, &name, size)?,
            name,
            link: extras.link.or(long_link).unwrap_or(fields.link),
            size,
            mode: fields.mode,
            mtime: extras.mtime.unwrap_or(fields.mtime),
        };
        Rule::SIZE_UNEXPECTED.demands(member.kind == MemberKind::File || size == 0)?;
        self.announce(size)?;
        Ok(member)
    }

    /// Checks a content before any of it is taken.
    fn announce(&mut self, size: u64) -> Result<(), Halt> {
        Rule::LIMIT_ENTRY.demands(size <= self.limits.entry)?;
        let padding = size.wrapping_neg() % BLOCK as u64;
        let end = self.offset.saturating_add(size).saturating_add(padding);
        Rule::LIMIT_TOTAL.demands(end <= self.limits.total)?;
        self.content = size;
        self.padding = padding;
        Ok(())
    }

    fn pass_over(&mut self) -> Result<(), Halt> {
        self.content(|_| Ok::<_, Halt>(()))?;
        while self.padding > 0 {
            let taken = self.piece(self.padding)?.len();
            self.take(taken);
            self.padding -= taken as u64;
        }
        Ok(())
    }

    /// The content of an extension record, which is short enough to be held.
    fn record(&mut self, size: u64) -> Result<Vec<u8>, Halt> {
        self.announce(size)?;
        let mut bytes = Vec::new();
        self.content(|piece| {
            bytes.extend_from_slice(piece);
            Ok::<_, Halt>(())
        })?;
        self.pass_over()?;
        Ok(bytes)
    }

    /// At most `most` of the bytes that come next; never none.
    fn piece(&mut self, most: u64) -> Result<&[u8], Halt> {
        let piece = self.input.fill_buf()?;
        Rule::FRAME_CUT.demands(!piece.is_empty())?;
        let most = usize::try_from(most).unwrap_or(usize::MAX);
        Ok(piece.get(..most).unwrap_or(piece))
    }

    fn take(&mut self, bytes: usize) {
        self.input.consume(bytes);
        self.offset += bytes as u64;
    }

    /// The next whole block, or `None` if the stream is at its end.
    fn block(&mut self) -> Result<Option<Block>, Halt> {
        let mut block = [0; BLOCK];
        let mut room: &mut [u8] = &mut block;
        while !room.is_empty() {
            let piece = self.input.fill_buf()?;
            if piece.is_empty() {
                if room.len() == BLOCK {
                    return Ok(None);
                }
                return Err(Rule::FRAME_CUT.into());
            }
            let taken = piece.len().min(room.len());
            let (filled, left) = room.split_at_mut(taken);
            filled.copy_from_slice(piece.get(..taken).unwrap_or_default());
            room = left;
            self.take(taken);
        }
        Ok(Some(block))
    }
}

/// Collects keys that were left aside, each once, and not without end.
fn note(notes: &mut Vec<String>, keys: &mut Vec<String>) {
    const ENOUGH: usize = 50;
    for key in keys.drain(..) {
        if notes.len() < ENOUGH && !notes.contains(&key) {
            notes.push(key);
        }
    }
}

fn is_zero(bytes: &[u8]) -> bool {
    bytes.iter().all(|&byte| byte == 0)
}

/// GNU long names end in one NUL or more. One in the middle stays, and is refused with the name.
fn c_string(mut bytes: Vec<u8>) -> Vec<u8> {
    while bytes.last() == Some(&0) {
        bytes.pop();
    }
    bytes
}

/// The size of an entry. A PAX size stands in for a header that could not hold it (0), never against it.
fn one_size(header: u64, pax: Option<u64>) -> Result<u64, Breach> {
    match pax {
        Some(size) if header != 0 && header != size => {
            Err(Rule::SIZE_AMBIGUOUS
                .with(format!("{header} in the header, {size} in the PAX record")))
        }
        Some(size) => Ok(size),
        None => Ok(header),
    }
}

/// Before tar had a type for directories, they were empty files whose name ended in a slash; some still write that.
fn kind_of(kind: MemberKind, name: &[u8], size: u64) -> Result<MemberKind, Breach> {
    if !name.ends_with(b"/") || kind == MemberKind::Directory {
        return Ok(kind);
    }
    Rule::PATH_SLASH.demands(kind == MemberKind::File && size == 0)?;
    Ok(MemberKind::Directory)
}
