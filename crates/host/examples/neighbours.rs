//! What hostile requests of one client cost another: the latency of a good path on a quiet host,
//! and beside a client that sends bad ones without pause.
//!
//! `cargo run --release -p host --example neighbours -- MANIFEST COMPONENT SECONDS GOOD_PATH
//! BAD_PATH...`

#![expect(clippy::print_stdout, reason = "it is a program for people")]

use std::{
    error::Error,
    path::PathBuf,
    time::{Duration, Instant},
};

use host::{Host, Settings, full};
use http_body_util::BodyExt as _;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let [manifest, component, seconds, good, bad @ ..] = &words[..] else {
        return Err("give a manifest, a component, seconds, a good path and bad ones".into());
    };
    let limit = Duration::from_secs_f64(seconds.parse()?);
    let manifest = PathBuf::from(manifest);
    let cache = std::env::temp_dir().join("taskloom-example-cwasm");
    host::compile(&manifest, &cache)?;
    let host = Host::load(Settings::new(&manifest, &cache)).await?;

    let quiet = measure(&host, component, good, limit).await?;
    println!("{:<20} p50 {:>8.1} us  p99 {:>9.1} us", "quiet", quiet.0, quiet.1);
    let again = measure(&host, component, good, limit).await?;
    println!(
        "{:<20} p50 {:>8.1} us  p99 {:>9.1} us  x{:.2}",
        "quiet again",
        again.0,
        again.1,
        again.1 / quiet.1
    );
    for path in bad {
        let (attacker, component_of, path_of) = (host.clone(), component.clone(), path.clone());
        let attack = tokio::spawn(async move {
            loop {
                // How it ends is of no interest here, only what it does to its neighbours.
                let _ = call(&attacker, &component_of, &path_of).await;
            }
        });
        let beside = measure(&host, component, good, limit).await?;
        attack.abort();
        host.drained().await;
        println!(
            "{path:<20} p50 {:>8.1} us  p99 {:>9.1} us  x{:.2}",
            beside.0,
            beside.1,
            beside.1 / quiet.1
        );
    }
    Ok(())
}

/// Median and 99th percentile in microseconds of one request every millisecond, so that waiting is
/// not hidden.
async fn measure(
    host: &Host,
    component: &str,
    path: &str,
    limit: Duration,
) -> Result<(f64, f64), Box<dyn Error>> {
    let began = Instant::now();
    let mut clock = tokio::time::interval(Duration::from_millis(1));
    let mut running = tokio::task::JoinSet::new();
    while began.elapsed() < limit {
        let due = clock.tick().await;
        let (host, component, path) = (host.clone(), component.to_owned(), path.to_owned());
        running.spawn(async move {
            let status = call(&host, &component, &path).await?;
            Ok::<_, String>((status, due.elapsed()))
        });
    }
    let mut times = Vec::new();
    while let Some(done) = running.join_next().await {
        let (status, time) = done??;
        if status != 200 {
            return Err(format!("the good request was answered {status}").into());
        }
        times.push(time.as_secs_f64() * 1e6);
    }
    times.sort_by(f64::total_cmp);
    let at = |part: usize| times.get(times.len() * part / 100).copied().unwrap_or_default();
    Ok((at(50), at(99)))
}

async fn call(host: &Host, component: &str, path: &str) -> Result<u16, String> {
    let request = http::Request::get(path).body(full("")).map_err(|error| error.to_string())?;
    let response = host.call(component, request).await.map_err(|error| error.to_string())?;
    let status = response.status().as_u16();
    // Some answers are cut off on purpose.
    let _ = response.into_body().collect().await;
    Ok(status)
}
