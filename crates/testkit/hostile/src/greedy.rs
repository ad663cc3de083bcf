//! Takes more than it should: time, stack, memory, log lines, bytes on the wire.

use std::{hint::black_box, time::Duration};

use futures_util::SinkExt as _;
use spin_sdk::http::{Headers, OutgoingResponse, Response, ResponseOutparam};

/// Never gives the processor back.
pub(crate) fn spin() -> Response {
    let mut count = 0_u64;
    loop {
        count = black_box(count.wrapping_add(1));
    }
}

/// Never returns.
#[expect(unconditional_recursion, reason = "that is the misdeed")]
pub(crate) fn recurse(depth: u64) -> u64 {
    let frame = black_box([depth; 8]);
    recurse(depth + 1) + frame[7]
}

/// Takes memory until there is none.
pub(crate) fn memory() -> Response {
    let mut hoard = Vec::new();
    loop {
        hoard.push(black_box(vec![1_u8; 1 << 20]));
    }
}

/// Takes resources of the host until it gives no more.
pub(crate) fn table() -> Response {
    let mut hoard = Vec::new();
    loop {
        hoard.push(Headers::new());
    }
}

/// Writes a million lines.
pub(crate) fn logs() -> Response {
    for line in 0..1_000_000 {
        println!("line {line}, with \x1b[31mcolour");
        if line % 100 == 0 {
            eprintln!("and an error");
        }
    }
    Response::new(200, "a million lines")
}

/// Waits much longer than anybody would.
pub(crate) fn sleep() -> Response {
    std::thread::sleep(Duration::from_secs(3600));
    Response::new(200, "good morning")
}

/// Answers with more than it may, and says so at the start.
pub(crate) fn long_answer() -> Response {
    let length = 16 << 20;
    Response::builder()
        .status(200)
        .header("content-length", length.to_string())
        .body(vec![b'x'; length])
        .build()
}

pub(crate) fn trap() -> Response {
    panic!("this guest gives up");
}

/// An answer that does not end.
pub(crate) async fn endless_body(out: ResponseOutparam) {
    let response = OutgoingResponse::new(Headers::new());
    let mut body = response.take_body();
    out.set(response);
    while body.send(vec![b'x'; 16 << 10]).await.is_ok() {}
}

/// An answer with more headers than anyone has use for.
pub(crate) async fn many_headers(out: ResponseOutparam) {
    let headers = Headers::new();
    for number in 0..100_000 {
        let _ = headers.append(&format!("x-header-{number}"), &b"value".to_vec());
    }
    // The host has stopped it long before.
    let _ = out.set_with_body(OutgoingResponse::new(headers), Vec::new()).await;
}
