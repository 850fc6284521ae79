//! A proxy for tests: it passes on what is asked of it by `CONNECT`, or refuses to, and remembers what it was asked.

use std::io::{self, Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;

/// A proxy on 127.0.0.1 that ends with the value.
#[derive(Debug)]
pub(crate) struct Proxy {
    port: u16,
    state: Arc<State>,
}

#[derive(Debug, Default)]
struct State {
    asked: Mutex<Vec<String>>,
    is_over: AtomicBool,
}

impl Proxy {
    /// One that passes everything on.
    pub(crate) fn start() -> Self {
        Self::answering(None)
    }

    /// One that answers everything with this status.
    pub(crate) fn refusing(status: &'static str) -> Self {
        Self::answering(Some(status))
    }

    fn answering(refusal: Option<&'static str>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port is free");
        let port = listener.local_addr().expect("it has one").port();
        let state = Arc::new(State::default());
        let kept = Arc::clone(&state);
        thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                if kept.is_over.load(Ordering::Relaxed) {
                    return;
                }
                let state = Arc::clone(&kept);
                // Whoever breaks off has had enough.
                thread::spawn(move || drop(serve(stream, &state, refusal)));
            }
        });
        Self { port, state }
    }

    /// Its address, as the environment names it.
    pub(crate) fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// The hosts and ports that were asked for.
    pub(crate) fn asked(&self) -> Vec<String> {
        self.state.asked.lock().expect("nobody panics while holding it").clone()
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.state.is_over.store(true, Ordering::Relaxed);
        // Wakes it up to see that.
        drop(TcpStream::connect(("127.0.0.1", self.port)));
    }
}

fn serve(mut client: TcpStream, state: &State, refusal: Option<&str>) -> io::Result<()> {
    let mut head = Vec::new();
    let mut byte = [0];
    while !head.ends_with(b"\r\n\r\n") {
        if client.read(&mut byte)? == 0 {
            return Ok(());
        }
        head.push(byte[0]);
    }
    let head = String::from_utf8_lossy(&head);
    let mut words = head.split_whitespace();
    let (method, target) = (words.next(), words.next().unwrap_or_default());
    state.asked.lock().expect("nobody panics while holding it").push(target.to_owned());
    if let Some(status) = refusal.or((method != Some("CONNECT")).then_some("405 No")) {
        return write!(client, "HTTP/1.1 {status}\r\nContent-Length: 0\r\n\r\n");
    }
    let mut server = TcpStream::connect(target)?;
    client.write_all(b"HTTP/1.1 200 OK\r\n\r\n")?;
    let (mut from_client, mut to_server) = (client.try_clone()?, server.try_clone()?);
    thread::spawn(move || {
        drop(io::copy(&mut from_client, &mut to_server));
        drop(to_server.shutdown(Shutdown::Write));
    });
    io::copy(&mut server, &mut client)?;
    client.shutdown(Shutdown::Write)
}
