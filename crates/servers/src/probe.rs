//! Questions to a server on loopback that show whether it serves.

use std::{
    io::{Read, Write},
    net::{Ipv4Addr, SocketAddr, TcpStream},
    time::Duration,
};

const PATIENCE: Duration = Duration::from_secs(2);

/// Whether `GET path` is answered with a 2xx status.
pub(crate) fn answers(port: u16, path: &str, token: Option<&str>) -> bool {
    status(port, path, token).is_some_and(|status| (200..300).contains(&status))
}

fn status(port: u16, path: &str, token: Option<&str>) -> Option<u16> {
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
    let mut stream = TcpStream::connect_timeout(&address, PATIENCE).ok()?;
    stream.set_read_timeout(Some(PATIENCE)).ok()?;
    let token = token.map(|token| format!("dapr-api-token: {token}\r\n")).unwrap_or_default();
    let request =
        format!("GET {path} HTTP/1.1\r\nhost: 127.0.0.1\r\n{token}connection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).ok()?;
    let mut answer = Vec::new();
    stream.take(1024).read_to_end(&mut answer).ok()?;
    let line = String::from_utf8_lossy(&answer);
    line.split_whitespace().nth(1)?.parse().ok()
}

#[cfg(test)]
mod tests {
    use std::net::TcpListener;

    use super::*;

    #[track_caller]
    fn check(answer: &'static str, expect: bool) {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let port = listener.local_addr().unwrap().port();
        let server = std::thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            let _ = stream.read(&mut [0; 1024]);
            stream.write_all(answer.as_bytes()).unwrap();
        });
        assert_eq!(answers(port, "/healthz", Some("t")), expect, "{answer}");
        server.join().unwrap();
    }

    #[test]
    fn only_a_good_status_counts() {
        check("HTTP/1.1 204 No Content\r\n\r\n", true);
        check("HTTP/1.1 500 Oops\r\n\r\n", false);
        check("", false);
    }
}
