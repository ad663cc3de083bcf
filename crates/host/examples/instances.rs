//! How long a request takes from a fresh instance to its answer, in this process and without a
//! socket.
//!
//! `cargo run --release -p host --example instances -- MANIFEST COMPONENT PATH [REQUESTS]
//! [--clients N]`

#![expect(clippy::print_stdout, reason = "it is a program for people")]

use std::{error::Error, path::PathBuf, time::Instant};

use host::{Host, Settings, full};
use http_body_util::BodyExt as _;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let mut words: Vec<String> = std::env::args().skip(1).collect();
    let clients = match words.iter().position(|word| word == "--clients") {
        Some(at) => {
            let number = words.remove(at + 1).parse()?;
            words.remove(at);
            number
        }
        None => 1,
    };
    let [manifest, component, path, rest @ ..] = &words[..] else {
        return Err("give a manifest, a component and a path".into());
    };
    let requests: usize = rest.first().map_or(Ok(10_000), |number| number.parse())?;

    let manifest = PathBuf::from(manifest);
    let cache = std::env::temp_dir().join("taskloom-example-cwasm");
    host::compile(&manifest, &cache)?;
    let began = Instant::now();
    let mut settings = Settings::new(&manifest, &cache);
    settings.limits.waiting_per_component = clients;
    let host = Host::load(settings).await?;
    println!("loaded in {:.1} ms", began.elapsed().as_secs_f64() * 1e3);

    let began = Instant::now();
    call(&host, component, path).await?;
    println!("first answer after {:.1} ms more", began.elapsed().as_secs_f64() * 1e3);

    let began = Instant::now();
    let mut running = tokio::task::JoinSet::new();
    for _ in 0..clients {
        let (host, component, path) = (host.clone(), component.clone(), path.clone());
        running.spawn(async move {
            let mut times = Vec::with_capacity(requests / clients);
            for _ in 0..requests / clients {
                let began = Instant::now();
                call(&host, &component, &path).await.map_err(|error| error.to_string())?;
                times.push(began.elapsed());
            }
            Ok::<_, String>(times)
        });
    }
    let mut times = Vec::new();
    while let Some(done) = running.join_next().await {
        times.extend(done??);
    }
    let took = began.elapsed().as_secs_f64();
    times.sort_unstable();
    let at = |part: f64| {
        let index = (times.len() as f64 * part) as usize;
        times.get(index).map_or(0.0, |time| time.as_secs_f64() * 1e6)
    };
    println!(
        "{} requests by {clients} clients: {:.0}/s, p50 {:.1} us, p99 {:.1} us",
        times.len(),
        times.len() as f64 / took,
        at(0.5),
        at(0.99)
    );
    Ok(())
}

async fn call(host: &Host, component: &str, path: &str) -> Result<(), Box<dyn Error>> {
    let response = host.call(component, http::Request::get(path).body(full(""))?).await?;
    let status = response.status();
    response.into_body().collect().await.map_err(|error| error.to_string())?;
    if !status.is_success() {
        return Err(format!("answered {status}").into());
    }
    Ok(())
}
