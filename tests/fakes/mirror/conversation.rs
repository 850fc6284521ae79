//! One connection to a server of tests: the question, and the answer as it was told to be.

#![expect(clippy::wildcard_enum_match_arm, reason = "each place knows its own tricks")]

use std::io::{self, Read, Write};
use std::net::{Shutdown, TcpStream};
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use rustls::{ServerConfig, ServerConnection, StreamOwned};

use super::trick::{Framing, Saying, Trick};
use super::{Published, Question, Shelf};

/// How often someone who is kept waiting is looked after.
const LOOK: Duration = Duration::from_millis(20);

/// How long a client may take that does not read or write.
const PATIENCE: Duration = Duration::from_secs(30);

/// What is said and heard.
trait Stream: Read + Write {
    /// Says that this is all.
    fn end(&mut self) -> io::Result<()>;
}

impl Stream for TcpStream {
    fn end(&mut self) -> io::Result<()> {
        self.flush()
    }
}

impl Stream for StreamOwned<ServerConnection, TcpStream> {
    fn end(&mut self) -> io::Result<()> {
        self.conn.send_close_notify();
        self.flush()
    }
}

/// One connection.
pub(super) struct Conversation<'s> {
    stream: Box<dyn Stream>,
    /// The same connection, below TLS.
    socket: TcpStream,
    shelf: &'s Shelf,
}

/// What is sent of a file.
struct Part<'p> {
    file: &'p Published,
    /// Where it begins; the whole file when nothing is said.
    from: Option<usize>,
    /// Which bytes it says it has.
    stated: (usize, usize),
    content: &'p [u8],
    extra: Vec<(&'static str, String)>,
    length: Option<usize>,
}

impl<'s> Conversation<'s> {
    /// Holds it. Whoever breaks off has had enough.
    pub(super) fn hold(socket: TcpStream, tls: Option<Arc<ServerConfig>>, shelf: &'s Shelf) {
        drop(Self::try_hold(socket, tls, shelf));
    }

    fn try_hold(
        socket: TcpStream,
        tls: Option<Arc<ServerConfig>>,
        shelf: &'s Shelf,
    ) -> io::Result<()> {
        socket.set_nodelay(true)?;
        socket.set_read_timeout(Some(PATIENCE))?;
        socket.set_write_timeout(Some(PATIENCE))?;
        let below = socket.try_clone()?;
        let Some(tls) = tls else {
            return Self { stream: Box::new(below), socket, shelf }.answer();
        };
        let connection = ServerConnection::new(tls).map_err(io::Error::other)?;
        let mut stream = StreamOwned::new(connection, below);
        stream.flush()?;
        Self { stream: Box::new(stream), socket, shelf }.answer()
    }

    fn answer(mut self) -> io::Result<()> {
        let Some(question) = Question::read(&mut self.stream)? else {
            return self.say(&Saying::status("400 Bad Request"));
        };
        self.shelf.note(question.clone());
        let trick = self.shelf.trick(&question.path);
        match &trick {
            Trick::Silence => return self.stall(),
            Trick::Raw(bytes) => {
                self.stream.write_all(bytes)?;
                self.stream.flush()?;
                return self.cut();
            }
            Trick::Say(saying) => return self.say(saying),
            Trick::Change(content) | Trick::ChangeUnseen(content) => {
                self.shelf.change(&question.path, content.clone());
            }
            _ => {}
        }
        match self.shelf.file(&question.path) {
            None => self.say(&Saying::status("404 Not Found")),
            Some(file) => self.give(&question, &file, &trick),
        }
    }

    /// Gives what was asked for of a file, or nearly so.
    fn give(&mut self, question: &Question, file: &Published, trick: &Trick) -> io::Result<()> {
        let known = file.etag.as_ref().or(file.last_modified.as_ref()).map(String::as_str);
        let is_same = question.header("if-range").is_none_or(|asked| Some(asked) == known);
        let is_unseen = matches!(trick, Trick::ChangeUnseen(_));
        let from = question.from().filter(|_| is_same || is_unseen);
        let from = from.filter(|_| *trick != Trick::IgnoreRange);
        let whole = &file.content;
        if from.is_some_and(|from| from >= whole.len()) {
            return self.say(&Saying::status("416 Range Not Satisfiable"));
        }
        let mut part = Part::of(file, from);
        match *trick {
            Trick::WrongRange(by) if from.is_some() => {
                let at = (from.unwrap_or(0) + by).min(whole.len() - 1);
                part = Part::of(file, Some(at));
            }
            Trick::ShortRange(by) if from.is_some() => {
                let kept = part.content.len().saturating_sub(by).max(1);
                part.content = &part.content[..kept];
                part.stated.1 = part.stated.0 + kept - 1;
            }
            Trick::FalseRange if from.is_some() => part.content = &whole[..part.content.len()],
            Trick::Lengthened(by) => {
                let length = i64::try_from(part.content.len()).expect("it is small") + by;
                part.length = Some(usize::try_from(length.max(0)).expect("it is small"));
            }
            Trick::With(name, ref value) => part.extra.push((name, value.clone())),
            _ => {}
        }
        self.stream.write_all(part.head().as_bytes())?;
        self.stream.flush()?;
        self.send(part.content, trick)
    }

    /// Sends a body, or what the trick leaves of it.
    fn send(&mut self, content: &[u8], trick: &Trick) -> io::Result<()> {
        match trick {
            Trick::CutAfter(count) => {
                self.write(&content[..*count.min(&content.len())])?;
                self.cut()
            }
            Trick::StallAfter(count) => {
                self.write(&content[..*count.min(&content.len())])?;
                self.stall()
            }
            Trick::Dribble(pause) => {
                for byte in content {
                    self.write(&[*byte])?;
                    thread::sleep(*pause);
                }
                self.close()
            }
            _ => {
                self.write(content)?;
                self.close()
            }
        }
    }

    fn say(&mut self, saying: &Saying) -> io::Result<()> {
        let mut lines = vec![format!("HTTP/1.1 {}", saying.status), "Connection: close".to_owned()];
        lines.extend(saying.headers.iter().map(|(name, value)| format!("{name}: {value}")));
        lines.push(match saying.framing {
            Framing::Length => format!("Content-Length: {}", saying.body.len()),
            Framing::Stated(length) => format!("Content-Length: {length}"),
            Framing::Chunked | Framing::Endless => "Transfer-Encoding: chunked".to_owned(),
        });
        self.write(head_of(&lines).as_bytes())?;
        match saying.framing {
            Framing::Length | Framing::Stated(_) => self.write(&saying.body)?,
            Framing::Chunked => {
                self.write_chunk(&saying.body)?;
                self.write(b"0\r\n\r\n")?;
            }
            Framing::Endless => loop {
                self.write_chunk(&saying.body)?;
            },
        }
        self.close()
    }

    fn write_chunk(&mut self, content: &[u8]) -> io::Result<()> {
        self.write(format!("{:x}\r\n", content.len()).as_bytes())?;
        self.write(content)?;
        self.write(b"\r\n")
    }

    fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.stream.write_all(bytes)?;
        self.stream.flush()
    }

    /// The connection is gone without a word, once what was sent has arrived.
    fn cut(&mut self) -> io::Result<()> {
        self.socket.shutdown(Shutdown::Write)?;
        self.await_end()
    }

    /// The connection ends as it should.
    fn close(&mut self) -> io::Result<()> {
        self.stream.end()?;
        self.cut()
    }

    /// Nothing more is said until the other side has had enough.
    fn stall(&mut self) -> io::Result<()> {
        self.await_end()
    }

    /// What is dropped before the other side has read it may be lost on the way.
    fn await_end(&mut self) -> io::Result<()> {
        self.socket.set_read_timeout(Some(LOOK))?;
        let mut rest = [0; 1024];
        while !self.shelf.is_over() {
            match self.socket.read(&mut rest) {
                Ok(0) => return Ok(()),
                Ok(_) => {}
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }
}

impl<'p> Part<'p> {
    fn of(file: &'p Published, from: Option<usize>) -> Self {
        let at = from.unwrap_or(0);
        let stated = (at, file.content.len().max(1) - 1);
        let content = &file.content[at..];
        Self { file, from, stated, content, extra: Vec::new(), length: None }
    }

    fn head(&self) -> String {
        let status = if self.from.is_some() { "206 Partial Content" } else { "200 OK" };
        let length = self.length.unwrap_or(self.content.len());
        let mut lines = vec![
            format!("HTTP/1.1 {status}"),
            "Connection: close".to_owned(),
            "Content-Type: application/gzip".to_owned(),
            format!("Content-Length: {length}"),
        ];
        lines.extend(self.file.etag.iter().map(|tag| format!("ETag: {tag}")));
        lines.extend(self.file.last_modified.iter().map(|date| format!("Last-Modified: {date}")));
        if self.from.is_some() {
            let ((first, last), total) = (self.stated, self.file.content.len());
            lines.push(format!("Content-Range: bytes {first}-{last}/{total}"));
        }
        lines.extend(self.extra.iter().map(|(name, value)| format!("{name}: {value}")));
        head_of(&lines)
    }
}

fn head_of(lines: &[String]) -> String {
    format!("{}\r\n\r\n", lines.join("\r\n"))
}
