//! A server of files over HTTPS, for tests: it serves what it is given, by ranges too, and misbehaves when a test says so.
//! It lives on 127.0.0.1 and ends with the value. Every connection has one question and one answer.

pub(crate) mod authority;
mod conversation;
mod question;
pub(crate) mod trick;

use std::collections::{BTreeMap, VecDeque};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};
use std::thread;

use rustls::ServerConfig;

use authority::Authority;
use conversation::Conversation;
pub(crate) use question::Question;
pub(crate) use trick::{Framing, Saying, Trick};

/// A server of files.
#[derive(Debug)]
pub(crate) struct Mirror {
    scheme: &'static str,
    port: u16,
    shelf: Arc<Shelf>,
}

/// What it has, what it will do, and what it was asked.
#[derive(Debug, Default)]
struct Shelf {
    files: Mutex<BTreeMap<String, Published>>,
    tricks: Mutex<BTreeMap<String, VecDeque<Trick>>>,
    questions: Mutex<Vec<Question>>,
    is_over: AtomicBool,
}

/// A file, and by what it is known again.
#[derive(Clone, Debug)]
struct Published {
    content: Arc<Vec<u8>>,
    etag: Option<String>,
    last_modified: Option<String>,
}

impl Mirror {
    /// One that speaks HTTPS and is trusted by whoever trusts [`Authority::of_tests`].
    pub(crate) fn start() -> Self {
        Self::vouched_for(Authority::of_tests(), &["localhost", "127.0.0.1"])
    }

    /// One with a certificate of this authority for these names.
    pub(crate) fn vouched_for(authority: &Authority, names: &[&str]) -> Self {
        Self::listen("https", Some(authority.server(names)))
    }

    /// One that speaks plain HTTP.
    pub(crate) fn plain() -> Self {
        Self::listen("http", None)
    }

    fn listen(scheme: &'static str, tls: Option<Arc<ServerConfig>>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port is free");
        let port = listener.local_addr().expect("it has one").port();
        let shelf = Arc::new(Shelf::default());
        let kept = Arc::clone(&shelf);
        thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                if kept.is_over() {
                    return;
                }
                let (shelf, tls) = (Arc::clone(&kept), tls.clone());
                thread::spawn(move || Conversation::hold(stream, tls, &shelf));
            }
        });
        Self { scheme, port, shelf }
    }

    /// Publishes a file, or another one in its place; it has a tag of its own.
    pub(crate) fn serve(&self, path: &str, content: impl Into<Vec<u8>>) {
        let content = content.into();
        let etag = format!("\"{:08x}-{}\"", crc32fast::hash(&content), content.len());
        self.publish(path, content, Some(etag), None);
    }

    /// The same for one that is known again by when it was changed last, or not at all.
    pub(crate) fn serve_untagged(
        &self,
        path: &str,
        content: impl Into<Vec<u8>>,
        last_modified: Option<&str>,
    ) {
        self.publish(path, content.into(), None, last_modified.map(str::to_owned));
    }

    fn publish(
        &self,
        path: &str,
        content: Vec<u8>,
        etag: Option<String>,
        last_modified: Option<String>,
    ) {
        let published = Published { content: Arc::new(content), etag, last_modified };
        lock(&self.shelf.files).insert(path.to_owned(), published);
    }

    /// What it does at the next questions for this path, one each; afterwards it behaves again.
    pub(crate) fn play(&self, path: &str, tricks: impl IntoIterator<Item = Trick>) {
        lock(&self.shelf.tricks).entry(path.to_owned()).or_default().extend(tricks);
    }

    /// The address of a path that begins with `/`.
    pub(crate) fn url(&self, path: &str) -> String {
        format!("{}://{}{path}", self.scheme, self.address())
    }

    /// The same under another name of this host.
    pub(crate) fn url_at(&self, host: &str, path: &str) -> String {
        format!("{}://{host}:{}{path}", self.scheme, self.port)
    }

    /// Host and port.
    pub(crate) fn address(&self) -> String {
        format!("127.0.0.1:{}", self.port)
    }

    /// What it was asked so far.
    pub(crate) fn questions(&self) -> Vec<Question> {
        lock(&self.shelf.questions).clone()
    }
}

impl Drop for Mirror {
    fn drop(&mut self) {
        self.shelf.is_over.store(true, Ordering::Relaxed);
        // Wakes it up to see that.
        drop(TcpStream::connect(("127.0.0.1", self.port)));
    }
}

impl Shelf {
    fn is_over(&self) -> bool {
        self.is_over.load(Ordering::Relaxed)
    }

    fn file(&self, path: &str) -> Option<Published> {
        lock(&self.files).get(path).cloned()
    }

    fn trick(&self, path: &str) -> Trick {
        let mut tricks = lock(&self.tricks);
        tricks.get_mut(path).and_then(VecDeque::pop_front).unwrap_or(Trick::Behave)
    }

    fn note(&self, question: Question) {
        lock(&self.questions).push(question);
    }

    fn change(&self, path: &str, content: Vec<u8>) {
        let mut files = lock(&self.files);
        if let Some(file) = files.get_mut(path) {
            file.etag = file
                .etag
                .as_ref()
                .map(|_| format!("\"{:08x}-{}\"", crc32fast::hash(&content), content.len()));
            file.content = Arc::new(content);
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().expect("nobody panics while holding it")
}
