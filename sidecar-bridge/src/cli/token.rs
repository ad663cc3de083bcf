//! `taskloom token` and `taskloom jwks`: what the key of the data folder signs, and how to check it.

use std::{io::Write, time::Duration};

use crate::{
    cli::Failure,
    clock::{Clock as _, SystemClock},
    config::Config,
    keys::Keys,
};

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// How long it is good: 90s, 15m, 12h, 30d.
    #[arg(long, default_value = "15m", value_parser = ttl)]
    ttl: Duration,
    /// For the admin address in place of the API.
    #[arg(long)]
    admin: bool,
}

pub(super) fn run(config: &Config, args: &Args, out: &mut dyn Write) -> Result<(), Failure> {
    let keys = Keys::open(&config.data_dir).map_err(Failure::failed)?;
    let now = SystemClock.now();
    let token = match args.admin {
        true => keys.admin_token(args.ttl, now),
        false => keys.user_token(&config.user, args.ttl, now),
    };
    Ok(writeln!(out, "{token}")?)
}

pub(super) fn jwks(config: &Config, out: &mut dyn Write) -> Result<(), Failure> {
    let keys = Keys::open(&config.data_dir).map_err(Failure::failed)?;
    Ok(writeln!(out, "{}", keys.jwks())?)
}

/// A whole number and a unit.
fn ttl(text: &str) -> Result<Duration, &'static str> {
    let expected = "expected a number and one of s, m, h, d, such as 15m";
    let (number, unit) = text.split_at_checked(text.len().saturating_sub(1)).ok_or(expected)?;
    let seconds_each: u64 = match unit {
        "s" => 1,
        "m" => 60,
        "h" => 3600,
        "d" => 86_400,
        _ => return Err(expected),
    };
    let number: u64 = number.parse().map_err(|_| expected)?;
    let seconds =
        number.checked_mul(seconds_each).filter(|seconds| *seconds > 0).ok_or(expected)?;
    Ok(Duration::from_secs(seconds))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ttl_is_a_number_and_a_unit() {
        let seconds = |text| ttl(text).ok().map(|ttl| ttl.as_secs());
        assert_eq!(seconds("90s"), Some(90));
        assert_eq!(seconds("15m"), Some(900));
        assert_eq!(seconds("2d"), Some(172_800));
        for bad in ["", "m", "15", "15 m", "-1m", "0s", "1w", "9999999999999999999d", "1é"] {
            assert_eq!(seconds(bad), None, "{bad}");
        }
    }
}
