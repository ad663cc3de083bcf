//! What carries events and alarms, and whether it is there.

use super::Check;
use crate::{
    app,
    bus::kafka,
    chain::chain,
    config::{Bus, Config, Jobs},
    dapr,
};

/// The parts outside this process that the settings ask for.
pub(super) fn all(config: &Config) -> Vec<Check> {
    let mut checks = vec![bus(config), jobs(config)];
    if config.bus == Bus::Kafka {
        checks.push(topics(config));
    }
    if config.bus == Bus::Dapr || config.jobs == Jobs::Dapr {
        checks.push(sidecar(config));
    }
    checks
}

fn bus(config: &Config) -> Check {
    const NAME: &str = "bus";
    let detail = match config.bus {
        Bus::Embedded => "events move in this process".to_owned(),
        Bus::Kafka => "events move through Kafka".to_owned(),
        Bus::Dapr => format!("events move through `{}` of the Dapr sidecar", config.dapr.pubsub),
    };
    if config.bus == Bus::Embedded || config.postgres.is_some() {
        return Check::ok(NAME, detail);
    }
    Check::ok(NAME, format!("{detail}; with a file as database there can be one bridge only"))
}

fn jobs(config: &Config) -> Check {
    const NAME: &str = "jobs";
    match config.jobs {
        Jobs::Embedded => Check::ok(NAME, "timers of this process, and the rows"),
        Jobs::Dapr => Check::ok(NAME, "jobs of the Dapr sidecar, timers of this process, the rows"),
    }
}

/// The brokers may come later, and what is missing may be created; until then events wait.
fn topics(config: &Config) -> Check {
    const NAME: &str = "Kafka topics";
    let looked = match app::runtime() {
        Ok(runtime) => runtime.block_on(kafka::differences(&config.kafka)),
        Err(error) => return Check::failed(NAME, chain(&error)),
    };
    let brokers = &config.kafka.settings.brokers;
    match looked {
        Err(error) => Check::warning(NAME, format!("{brokers}: {}", chain(&error))),
        Ok(differences) if differences.is_empty() => {
            Check::ok(NAME, format!("{brokers} has them as they should be"))
        }
        Ok(differences) => {
            let found: Vec<_> = differences.iter().map(ToString::to_string).collect();
            Check::warning(NAME, format!("{brokers}: {}", found.join("; ")))
        }
    }
}

/// It may come later; until then events wait.
fn sidecar(config: &Config) -> Check {
    const NAME: &str = "Dapr sidecar";
    let runtime = match app::runtime() {
        Ok(runtime) => runtime,
        Err(error) => return Check::failed(NAME, chain(&error)),
    };
    let is_up = runtime.block_on(async {
        // A connection is made on a runtime only.
        let sidecar = dapr::sidecar(&config.dapr)?;
        Ok::<_, dapr_sidecar::SidecarError>(sidecar.http().is_up().await)
    });
    let address = &config.dapr.http;
    match is_up {
        Ok(true) => Check::ok(NAME, format!("answers at {address}")),
        Ok(false) => Check::warning(NAME, format!("does not answer at {address}")),
        Err(error) => Check::failed(NAME, chain(&error)),
    }
}
