//! One question and its answer, in a thread of their own: whoever waits for it can look up now and then.
//! Nothing is judged here.

use std::error::Error;
use std::io::{self, Read};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread;

use reqwest::blocking::{RequestBuilder, Response};

use super::head::Head;

/// How much is read at once.
const PIECE: usize = 128 * 1024;

/// How many pieces may wait: the network goes on while the disk is busy.
const AHEAD: usize = 16;

/// What the thread has to tell, in this order.
pub(super) enum Told {
    /// First.
    Head(Head),
    /// Then some of these.
    Piece(Vec<u8>),
    /// At the end either this,
    End,
    /// or, at any time, this.
    Failed(Box<dyn Error + Send + Sync>),
}

/// Asks. The thread ends with the answer, or soon after nobody listens to it any more.
pub(super) fn start(request: RequestBuilder) -> io::Result<Receiver<Told>> {
    let (tell, told) = sync_channel(AHEAD);
    let asking = thread::Builder::new().name("fetch".to_owned());
    asking.spawn(move || {
        // Nobody listens any more: then nobody needs to know.
        drop(answer(request, &tell));
    })?;
    Ok(told)
}

struct Unheard;

fn answer(request: RequestBuilder, tell: &SyncSender<Told>) -> Result<(), Unheard> {
    let say = |what| tell.send(what).map_err(|_| Unheard);
    match request.send() {
        Err(error) => say(Told::Failed(Box::new(error.without_url()))),
        Ok(mut response) => {
            say(Told::Head(Head::new(response.status().as_u16(), response.headers())))?;
            read(&mut response, &say)
        }
    }
}

fn read(response: &mut Response, say: &dyn Fn(Told) -> Result<(), Unheard>) -> Result<(), Unheard> {
    let mut buffer = vec![0; PIECE];
    loop {
        match response.read(&mut buffer) {
            Ok(0) => return say(Told::End),
            Ok(count) => {
                say(Told::Piece(buffer.get(..count).unwrap_or_default().to_vec()))?;
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return say(Told::Failed(Box::new(error))),
        }
    }
}
