//! HTTP/1.1, as little of it as a server needs: one thread per connection, keep-alive, bodies of known length.
//! It knows no path.

use std::io::{self, BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::thread;
use std::time::Duration;

/// A request, complete.
#[derive(Debug)]
pub(crate) struct Request {
    /// `GET`, `POST` …
    pub(crate) method: String,
    /// Without the query.
    pub(crate) path: String,
    /// What follows the question mark.
    pub(crate) query: String,
    /// Its body.
    pub(crate) body: Vec<u8>,
}

/// An answer.
#[derive(Debug)]
pub(crate) struct Response {
    /// 200, 404 …
    pub(crate) status: u16,
    /// All but `Content-Length` and `Connection`.
    pub(crate) headers: Vec<(String, String)>,
    /// Its body.
    pub(crate) body: String,
}

/// Longest request line plus headers, and longest body.
const LIMIT: u64 = 1 << 20;

/// Answers every connection with `answer`, for ever; `None` leaves it open without a word.
pub(crate) fn serve(
    listener: TcpListener,
    answer: impl Fn(&Request) -> Option<Response> + Send + Sync + 'static,
) {
    let answer = Arc::new(answer);
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let answer = Arc::clone(&answer);
            thread::spawn(move || converse(&stream, &*answer));
        }
    });
}

fn converse(stream: &TcpStream, answer: &dyn Fn(&Request) -> Option<Response>) -> io::Result<()> {
    stream.set_read_timeout(Some(Duration::from_secs(60)))?;
    let mut reader = BufReader::new(stream);
    while let Some((request, keep)) = read(&mut reader)? {
        let Some(response) = answer(&request) else {
            thread::sleep(Duration::from_secs(3600));
            return Ok(());
        };
        write(stream, &request, &response, keep)?;
        if !keep {
            break;
        }
    }
    Ok(())
}

fn read(reader: &mut BufReader<&TcpStream>) -> io::Result<Option<(Request, bool)>> {
    let mut limited = reader.take(LIMIT);
    let mut line = String::new();
    if limited.read_line(&mut line)? == 0 {
        return Ok(None);
    }
    let mut words = line.split_whitespace();
    let (method, target) =
        (words.next().unwrap_or_default().to_owned(), words.next().unwrap_or_default());
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let (path, query) = (path.to_owned(), query.to_owned());
    let mut keep = words.next() == Some("HTTP/1.1");
    let mut length = 0;
    loop {
        let mut header = String::new();
        if limited.read_line(&mut header)? == 0 {
            return Ok(None);
        }
        let Some((name, value)) = header.trim_end().split_once(':') else {
            break;
        };
        match (name.to_ascii_lowercase().as_str(), value.trim()) {
            ("content-length", value) => {
                length = value.parse::<u64>().map_err(io::Error::other)?.min(LIMIT);
            }
            ("connection", value) => keep = !value.eq_ignore_ascii_case("close"),
            _ => {}
        }
    }
    let mut body = vec![0; usize::try_from(length).map_err(io::Error::other)?];
    reader.read_exact(&mut body)?;
    Ok(Some((Request { method, path, query, body }, keep)))
}

fn write(
    mut stream: &TcpStream,
    request: &Request,
    response: &Response,
    keep: bool,
) -> io::Result<()> {
    let reason = match response.status {
        200 => "OK",
        201 => "Created",
        400 => "Bad Request",
        404 => "Not Found",
        500 => "Internal Server Error",
        501 => "Not Implemented",
        _ => "Unknown",
    };
    let headers: Vec<String> =
        response.headers.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
    let date = jiff::Timestamp::now().strftime("%a, %d %b %Y %H:%M:%S GMT");
    let connection = if keep { "" } else { "Connection: close\r\n" };
    let mut text = format!(
        "HTTP/1.1 {} {reason}\r\n{}Date: {date}\r\nContent-Length: {}\r\n{connection}\r\n",
        response.status,
        headers.concat(),
        response.body.len()
    );
    if request.method != "HEAD" {
        text.push_str(&response.body);
    }
    stream.write_all(text.as_bytes())
}
