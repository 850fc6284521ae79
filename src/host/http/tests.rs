use std::io::Write;
use std::net::{TcpListener, TcpStream};
use std::thread;

use super::*;

const LONG: Duration = Duration::from_secs(20);

/// Serves one connection: reads the request, then lets `answer` write. Gives the address.
fn serve(answer: impl FnOnce(&mut TcpStream) + Send + 'static) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let mut request = [0; 4096];
        let _count = stream.read(&mut request).unwrap();
        answer(&mut stream);
    });
    format!("http://{address}/ping")
}

fn canned(text: &'static str) -> String {
    serve(move |stream| stream.write_all(text.as_bytes()).unwrap())
}

fn get(url: &str, timeout: Duration) -> Result<Response, HttpError> {
    Http::new().unwrap().get(url, timeout)
}

#[test]
fn status_headers_and_body_come_back() {
    let url = canned(
        "HTTP/1.1 200 OK\r\nX-Version-Id: 7.8.0.x\r\nSet-Cookie: a\r\nSet-Cookie: b\r\nX-Odd: a\tb\r\nContent-Length: 4\r\n\r\nbody",
    );
    let response = get(&url, LONG).unwrap();
    assert_eq!(response.status, 200);
    assert_eq!(response.headers["x-version-id"], "7.8.0.x");
    assert_eq!(response.headers["set-cookie"], "a, b");
    assert_eq!((response.body.as_slice(), response.cut), (&b"body"[..], false));
}

#[test]
fn errors_and_redirects_are_answers() {
    for (text, status) in [
        ("HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n", 404),
        ("HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n", 302),
        ("HTTP/1.1 501 Not Implemented\r\nConnection: close\r\n\r\n", 501),
    ] {
        assert_eq!(get(&canned(text), LONG).unwrap().status, status);
    }
}

#[test]
fn nobody_there_is_told_apart() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);
    let error = get(&format!("http://user:canary@{address}/"), LONG).unwrap_err();
    assert!(matches!(error, HttpError::Refused { .. }), "{error:?}");
    assert_eq!(error.to_string(), format!("nobody listens at {address}"));
}

#[test]
fn silence_is_a_timeout_before_and_in_the_body() {
    let silent = serve(|_| thread::sleep(Duration::from_secs(2)));
    let half = serve(|stream| {
        let head = "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf";
        stream.write_all(head.as_bytes()).unwrap();
        thread::sleep(Duration::from_secs(2));
    });
    let dribble = serve(|stream| {
        let head = "HTTP/1.1 200 OK\r\nContent-Length: 10000\r\n\r\n";
        stream.write_all(head.as_bytes()).unwrap();
        while stream.write_all(b"x").is_ok() {
            thread::sleep(Duration::from_millis(50));
        }
    });
    for url in [silent, half, dribble] {
        let begin = Instant::now();
        let error = get(&url, Duration::from_millis(300)).unwrap_err();
        assert!(matches!(error, HttpError::Timeout { .. }), "{error:?}");
        assert!(begin.elapsed() < Duration::from_secs(2), "{url}");
        assert!(error.to_string().ends_with("within 0.3 s"), "{error}");
    }
}

#[test]
fn a_broken_or_foreign_answer_is_told_apart() {
    for text in ["", "SSH-2.0-OpenSSH\r\n", "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf"] {
        let error = get(&canned(text), LONG).unwrap_err();
        assert!(matches!(error, HttpError::Broken { .. }), "{text}: {error:?}");
    }
}

#[test]
fn an_endless_body_is_cut() {
    let url = serve(|stream| {
        let head = "HTTP/1.1 200 OK\r\n\r\n";
        stream.write_all(head.as_bytes()).unwrap();
        while stream.write_all(&[b'x'; 10_000]).is_ok() {}
    });
    let response = get(&url, LONG).unwrap();
    assert_eq!((response.body.len(), response.cut), (64 * 1024, true));
}

#[test]
fn only_http_addresses_are_asked_and_secrets_in_others_are_not_told() {
    for url in ["https://user:canary@host/?t=canary", "host:80", "file:///etc/passwd", ""] {
        let error = get(url, LONG).unwrap_err();
        assert!(matches!(error, HttpError::NoAddress { .. }), "{error:?}");
        assert!(!error.to_string().contains("canary"), "{error}");
    }
}
