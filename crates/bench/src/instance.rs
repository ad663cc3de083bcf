//! What a request costs when each gets a fresh instance: CPU time of the server per request.

use std::time::Duration;

use anyhow::Result;

use crate::{
    Setup,
    floor::Floor,
    load::{Shot, fire},
    server::{PROBE, Server, cpu_micros},
    stats::{median, quantile},
    table::Row,
};

const BLOCKS: usize = 6;
const BLOCK: Duration = Duration::from_secs(2);
const CLIENTS: usize = 8;

pub(crate) fn run(setup: &Setup) -> Result<Vec<Row>> {
    let server = Server::start(setup)?;
    let floor = Floor::start()?;
    let shot = |address: &str, path: &str, token: Option<String>, expect| Shot {
        address: address.to_owned(),
        method: "GET",
        path: path.to_owned(),
        token,
        body: String::new(),
        expect,
    };
    // Without a token the component answers at once: what remains is the instance.
    let bare = shot(&server.address, PROBE, None, 401);
    let list = shot(&server.address, PROBE, Some(server.token("bench")?), 200);
    let nothing = shot(&floor.address, "/", None, 200);
    fire(&bare, CLIENTS, BLOCK)?;

    let (mut ours, mut again, mut peer, mut whole) = (vec![], vec![], vec![], vec![]);
    let (mut p99, mut floor_p99) = (vec![], vec![]);
    for _ in 0..BLOCKS {
        ours.push(cost(&bare, server.pid(), &mut p99)?);
        peer.push(cost(&nothing, floor.pid(), &mut floor_p99)?);
        again.push(cost(&bare, server.pid(), &mut vec![])?);
        whole.push(cost(&list, server.pid(), &mut vec![])?);
    }
    let (ours, again, peer) = (median(&mut ours), median(&mut again), median(&mut peer));
    let whole = median(&mut whole);
    Ok(vec![
        Row::new(
            "fresh instance, CPU per request",
            (ours, "µs"),
            ("bare HTTP server", peer, "µs"),
            "≤ 2.5 later",
        ),
        Row::new("fresh instance, A/A", (ours, "µs"), ("itself", again, "µs"), "noise"),
        Row::new(
            "token verified and SQLite read, CPU per request",
            (whole, "µs"),
            ("fresh instance alone", ours, "µs"),
            "-",
        ),
        Row::new(
            "fresh instance, p99 with 8 clients",
            (median(&mut p99), "ms"),
            ("bare HTTP server", median(&mut floor_p99), "ms"),
            "-",
        ),
    ])
}

fn cost(shot: &Shot, pid: u32, p99: &mut Vec<f64>) -> Result<f64> {
    let before = cpu_micros(pid)?;
    let mut volley = fire(shot, CLIENTS, BLOCK)?;
    let spent = cpu_micros(pid)? - before;
    let requests = volley.latencies_ms.len() as f64;
    p99.push(quantile(&mut volley.latencies_ms, 0.99));
    Ok(spent / requests)
}
