//! As many random rules as one has time for: `cargo xtask fuzz-recurrence --seeds N`.

#![expect(clippy::print_stdout, clippy::print_stderr, reason = "it speaks to a terminal")]

use std::{
    io::{IsTerminal, Write},
    path::PathBuf,
    process::ExitCode,
    time::Instant,
};

use anyhow::{Context, Result, bail, ensure};
use oracle::{draw, engine, question::Question, stranger::Stranger, verdict::Verdict};

const RULES_PER_SEED: usize = 1000;
/// The tests use the seeds below.
const FIRST_SEED: u64 = 1000;
/// Disagreements that are shown in full.
const SHOWN: usize = 50;

/// The questions of a seed.
type Draw = fn(u64, usize) -> Vec<Question>;

struct Arguments {
    python: PathBuf,
    seeds: u64,
    from: u64,
}

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("oracle: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<()> {
    let arguments = read(std::env::args().skip(1))?;
    let mut stranger = Stranger::start(&arguments.python)?;
    let mut verdicts: [(&str, Draw, Verdict); 3] = [
        ("wall clock", draw::naive, Verdict::default()),
        ("in zones", draw::zoned, Verdict::default()),
        ("elapsed", draw::elapsed, Verdict::default()),
    ];
    let begun = Instant::now();
    for (done, seed) in (arguments.from..).take(usize::try_from(arguments.seeds)?).enumerate() {
        for (_, draw, verdict) in &mut verdicts {
            verdict.add(&draw(seed, RULES_PER_SEED), &mut stranger, engine::answer)?;
        }
        let found = verdicts.iter().map(|(.., verdict)| verdict.disagreements.len()).sum();
        progress(done as u64 + 1, &arguments, begun, found);
    }
    for (name, _, verdict) in &verdicts {
        println!("{name}: {verdict}");
    }
    for (name, times) in &verdicts[0].2.readings {
        println!("  our reading, {times} times: {name}");
    }
    let disagreements: Vec<_> =
        verdicts.iter().flat_map(|(.., verdict)| &verdict.disagreements).collect();
    for disagreement in disagreements.iter().take(SHOWN) {
        println!("{disagreement}");
    }
    ensure!(disagreements.is_empty(), "{} disagreements", disagreements.len());
    Ok(())
}

/// One line that is written over on a terminal; a line now and then elsewhere.
fn progress(done: u64, arguments: &Arguments, begun: Instant, found: usize) {
    let line = format!(
        "{done} of {} seeds, {found} disagreements, {:.0} s",
        arguments.seeds,
        begun.elapsed().as_secs_f64()
    );
    if std::io::stderr().is_terminal() {
        eprint!("\r    {line} ");
        if done == arguments.seeds {
            eprintln!();
        }
    } else if done.is_multiple_of(10) || done == arguments.seeds {
        eprintln!("    {line}");
    }
    let _ = std::io::stderr().flush();
}

fn read(mut words: impl Iterator<Item = String>) -> Result<Arguments> {
    let (mut python, mut seeds, mut from) = (None, None, FIRST_SEED);
    while let Some(word) = words.next() {
        let value = words.next().with_context(|| format!("{word} needs a value"));
        match word.as_str() {
            "--python" => python = Some(PathBuf::from(value?)),
            "--seeds" => seeds = Some(value?.parse().context("--seeds takes a number")?),
            "--from" => from = value?.parse().context("--from takes a number")?,
            _ => bail!("unknown argument `{word}`; --seeds and --from are accepted"),
        }
    }
    Ok(Arguments {
        python: python.context("--python is missing")?,
        seeds: seeds.context("--seeds is missing")?,
        from,
    })
}
