//! Every way to break a connection, seen by a client and a server that know nothing of it.

use std::{
    io::{ErrorKind, Read, Write},
    net::{Ipv4Addr, TcpListener, TcpStream},
    time::Instant,
};

use super::*;

const SOON: Duration = Duration::from_secs(10);
const NOT_SO_SOON: Duration = Duration::from_millis(200);

/// A server that says back what it hears, and a proxy before it.
fn rig() -> Proxy {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let server = listener.local_addr().unwrap();
    thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            thread::spawn(move || {
                let mut said = stream.try_clone().unwrap();
                let _ = io::copy(&mut said, &mut stream);
            });
        }
    });
    Proxy::start((Ipv4Addr::LOCALHOST, 0).into(), server).unwrap()
}

fn connect(proxy: &Proxy) -> TcpStream {
    let stream = TcpStream::connect(proxy.address()).unwrap();
    stream.set_read_timeout(Some(SOON)).unwrap();
    stream
}

/// Says something and hears it again.
#[track_caller]
fn echo(stream: &mut TcpStream, text: &str) {
    stream.write_all(text.as_bytes()).unwrap();
    let mut heard = vec![0; text.len()];
    stream.read_exact(&mut heard).unwrap();
    assert_eq!(heard, text.as_bytes());
}

/// The connection was reset.
#[track_caller]
fn assert_reset(stream: &mut TcpStream) {
    let error = stream.read(&mut [0; 16]).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::ConnectionReset);
}

/// Nothing comes, and the connection is as it was.
#[track_caller]
fn assert_silent(stream: &mut TcpStream) {
    stream.set_read_timeout(Some(NOT_SO_SOON)).unwrap();
    let error = stream.read(&mut [0; 16]).unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut), "{error}");
    stream.set_read_timeout(Some(SOON)).unwrap();
}

#[track_caller]
fn assert_refused(proxy: &Proxy) {
    let deadline = Instant::now() + SOON;
    loop {
        match TcpStream::connect(proxy.address()) {
            Err(error) => return assert_eq!(error.kind(), ErrorKind::ConnectionRefused),
            Ok(_) => assert!(Instant::now() < deadline, "connections are not refused"),
        }
    }
}

/// Connects as soon as somebody listens.
#[track_caller]
fn connect_again(proxy: &Proxy) -> TcpStream {
    let deadline = Instant::now() + SOON;
    loop {
        if let Ok(stream) = TcpStream::connect(proxy.address()) {
            stream.set_read_timeout(Some(SOON)).unwrap();
            return stream;
        }
        assert!(Instant::now() < deadline, "nobody listens");
    }
}

#[test]
fn what_is_sent_comes_and_is_counted() {
    let proxy = rig();
    let mut stream = connect(&proxy);
    echo(&mut stream, "hello");
    echo(&mut stream, &"long ".repeat(20_000));
    assert_eq!((proxy.connections(), proxy.bytes()), (1, 2 * 100_005));
    // The end of one side is passed on, and the other ends in order.
    stream.shutdown(std::net::Shutdown::Write).unwrap();
    assert_eq!(stream.read(&mut [0; 16]).unwrap(), 0);
    assert_eq!(proxy.resets(), 0);
}

#[test]
fn a_cut_resets_what_is_open_and_only_that() {
    let proxy = rig();
    let (mut one, mut two) = (connect(&proxy), connect(&proxy));
    echo(&mut one, "one");
    echo(&mut two, "two");
    proxy.cut();
    assert_reset(&mut one);
    assert_reset(&mut two);
    echo(&mut connect(&proxy), "three");
    assert_eq!((proxy.connections(), proxy.resets()), (3, 2));
}

#[test]
fn refused_is_refused_by_the_kernel_and_what_was_open_is_reset() {
    let proxy = rig();
    let mut stream = connect(&proxy);
    echo(&mut stream, "before");
    proxy.set(Mode::Refuse);
    assert_reset(&mut stream);
    assert_refused(&proxy);
    proxy.set(Mode::Forward);
    echo(&mut connect_again(&proxy), "after");
}

#[test]
fn half_open_swallows_and_what_swallowed_is_reset_in_the_end() {
    let proxy = rig();
    let (mut talks, mut waits) = (connect(&proxy), connect(&proxy));
    echo(&mut talks, "before");
    echo(&mut waits, "before");
    proxy.set(Mode::HalfOpen);
    talks.write_all(b"lost").unwrap();
    assert_silent(&mut talks);
    let mut new = connect(&proxy);
    new.write_all(b"lost too").unwrap();
    assert_silent(&mut new);
    proxy.set(Mode::Forward);
    assert_reset(&mut talks);
    assert_reset(&mut new);
    echo(&mut waits, "nothing was lost here");
}

#[test]
fn a_stall_delays_and_loses_nothing() {
    let proxy = rig();
    let mut stream = connect(&proxy);
    proxy.set(Mode::Stall);
    stream.write_all(b"late").unwrap();
    assert_silent(&mut stream);
    proxy.set(Mode::Forward);
    let mut heard = [0; 4];
    stream.read_exact(&mut heard).unwrap();
    assert_eq!(&heard, b"late");
}

#[test]
fn slow_is_as_slow_as_was_said() {
    let proxy = rig();
    let mut stream = connect(&proxy);
    let delay = Duration::from_millis(50);
    proxy.set(Mode::Slow { delay, bytes_per_second: 0 });
    let begun = Instant::now();
    echo(&mut stream, "there and back");
    assert!(begun.elapsed() >= 2 * delay, "{:?}", begun.elapsed());

    proxy.set(Mode::Slow { delay: Duration::ZERO, bytes_per_second: 40_000 });
    let begun = Instant::now();
    echo(&mut stream, &"x".repeat(10_000));
    assert!(begun.elapsed() >= Duration::from_millis(250), "{:?}", begun.elapsed());
}

#[test]
fn after_so_many_bytes_everything_is_reset_and_refused() {
    let proxy = rig();
    let (mut one, mut two) = (connect(&proxy), connect(&proxy));
    echo(&mut one, "free");
    echo(&mut two, "free");
    let before = proxy.bytes();
    proxy.set(Mode::After { bytes: 25 });
    echo(&mut one, "0123456789");
    one.write_all(b"0123456789").unwrap();
    let mut heard = Vec::new();
    let error = one.read_to_end(&mut heard).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::ConnectionReset);
    assert_reset(&mut two);
    assert_eq!(proxy.bytes() - before, 25);
    assert_refused(&proxy);
    assert_eq!(proxy.mode(), Mode::Refuse);
    proxy.set(Mode::Forward);
    echo(&mut connect_again(&proxy), "again");
}

#[test]
fn a_server_that_is_away_is_a_reset() {
    let nobody = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap().local_addr().unwrap();
    let proxy = Proxy::start((Ipv4Addr::LOCALHOST, 0).into(), nobody).unwrap();
    assert_reset(&mut connect(&proxy));
}

#[test]
fn dropping_it_ends_it() {
    let proxy = rig();
    let address = proxy.address();
    let mut stream = connect(&proxy);
    echo(&mut stream, "here");
    drop(proxy);
    assert!(stream.read(&mut [0; 16]).map_or(true, |read| read == 0));
    assert!(TcpStream::connect(address).is_err());
}
