//! The matrix of faults: real servers, real processes, and everything that can break between them.
//!
//! `TASKLOOM_FAULT_CELLS` says how many cells run, `all` for every one (which is also what holds
//! when nothing is said); `TASKLOOM_FAULT_SEEDS` how often, each time with the next seed;
//! `TASKLOOM_FAULT_SEED` which is the first; `TASKLOOM_FAULT_ONLY` only those whose name, such as
//! `postgres+kafka/broker-is-killed`, has this in it. A cell prints one line; its name and seed
//! replay its choices, though not to the microsecond what the machine makes of them.

mod acts;
mod cells;
mod evidence;
mod planted;
mod points;
mod run;
mod writer;

use std::{
    io::{self, Write as _},
    ops::Range,
    path::{Path, PathBuf},
    thread,
};

use anyhow::{Context, Result, bail, ensure};
use conformance::Setup;
use faults::site::{Mode, Site};
use servers::Binaries;

use cells::{ROWS, Row};

/// A setting of whoever runs the matrix.
fn setting(name: &str) -> Option<String> {
    #[expect(clippy::disallowed_methods, reason = "a test has no configuration file")]
    std::env::var(name).ok()
}

fn number(name: &str, default: u64) -> Result<u64> {
    match setting(name) {
        Some(text) => text.parse().with_context(|| format!("{name}: `{text}` is no number")),
        None => Ok(default),
    }
}

/// An installation in this mode, of the program as it was built and the application of this
/// checkout.
fn install(mode: Mode) -> Result<Site> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize()?;
    let taskloom = setting("TASKLOOM_BINARY")
        .map_or_else(|| root.join("target/release/taskloom"), PathBuf::from);
    ensure!(
        taskloom.is_file(),
        "`{}` is not there: build it, or say in TASKLOOM_BINARY where it is",
        taskloom.display()
    );
    let setup = Setup {
        taskloom,
        manifest: root.join("spin.toml"),
        cache_dir: Some(Path::new(env!("CARGO_TARGET_TMPDIR")).join("cache")),
        log: "warn",
    };
    Site::start_on_disk(mode, &Binaries::from_env()?, setup)
}

/// One cell: a row in a mode with its dice.
struct Cell {
    name: String,
    mode: Mode,
    row: &'static Row,
    seed: u64,
}

/// All cells whose name has `only` in it, or so many of them, spread over the whole.
fn chosen(only: &str, seeds: Range<u64>, count: Option<&str>) -> Result<Vec<Cell>> {
    let mut cells = Vec::new();
    for mode in Mode::ALL {
        for row in ROWS.iter().filter(|row| row.modes.contains(&mode)) {
            let name = format!("{}/{}", mode.as_str(), row.name);
            if name.contains(only) {
                cells.extend(seeds.clone().map(|seed| Cell {
                    name: name.clone(),
                    mode,
                    row,
                    seed,
                }));
            }
        }
    }
    let count = match count {
        None | Some("all") => cells.len(),
        Some(count) => count.parse().context("TASKLOOM_FAULT_CELLS is no number and not `all`")?,
    };
    let all = cells.len();
    let is_chosen = |at: usize| at * count / all.max(1) != (at + 1) * count / all.max(1);
    let mut at = 0..;
    cells.retain(|_| count >= all || at.next().is_some_and(is_chosen));
    Ok(cells)
}

/// What came of the cells of a mode.
#[derive(Default)]
struct Tally {
    ran: usize,
    acknowledged: usize,
    wrong: Vec<String>,
}

/// Runs them one after another on one installation, and says what came of each as it ends.
fn go_through<'a>(mode: Mode, cells: impl Iterator<Item = &'a Cell>) -> Result<Tally> {
    let mut tally = Tally::default();
    let mut site = None;
    for Cell { name, row, seed, .. } in cells {
        let there = match &mut site {
            Some(there) => there,
            none => none.insert(install(mode)?),
        };
        tally.ran += 1;
        match run::run(there, row.act, row.processes, *seed, run::RESTED_WITHIN) {
            Ok(report) => {
                say(&format!("{name}, seed {seed}: {report}"))?;
                tally.acknowledged += report.acknowledged;
                if !report.is_clean() {
                    tally.wrong.push(format!("{name}, seed {seed}"));
                }
            }
            Err(error) => {
                say(&format!("{name}, seed {seed}: did not run to its end: {error:#}"))?;
                tally.wrong.push(format!("{name}, seed {seed}"));
                // Nobody knows what is left of it.
                site = None;
            }
        }
    }
    Ok(tally)
}

/// Shows a line at once: libtest would keep it until the whole matrix has ended.
fn say(line: &str) -> Result<()> {
    Ok(writeln!(io::stdout(), "{line}")?)
}

/// Every cell that was asked for. The modes have servers of their own and run side by side: a cell
/// waits more than it works.
#[test]
fn nothing_is_lost_doubled_or_torn_whatever_breaks() -> Result<()> {
    let first = number("TASKLOOM_FAULT_SEED", 1)?;
    let seeds = number("TASKLOOM_FAULT_SEEDS", 1)?;
    let only = setting("TASKLOOM_FAULT_ONLY").unwrap_or_default();
    let cells = chosen(&only, first..first + seeds, setting("TASKLOOM_FAULT_CELLS").as_deref())?;
    let tallies = thread::scope(|scope| {
        let modes = Mode::ALL.map(|mode| {
            let cells = cells.iter().filter(move |cell| cell.mode == mode);
            scope.spawn(move || go_through(mode, cells))
        });
        modes.map(|mode| mode.join().unwrap_or_else(|_| bail!("the matrix ended in a bug")))
    });
    let (mut ran, mut acknowledged, mut wrong) = (0, 0, Vec::new());
    for tally in tallies {
        let tally = tally?;
        ran += tally.ran;
        acknowledged += tally.acknowledged;
        wrong.extend(tally.wrong);
    }
    say(&format!("{ran} cells, {acknowledged} acknowledged writes, {} not clean", wrong.len()))?;
    ensure!(ran > 0, "no cell has `{only}` in its name");
    ensure!(ran == cells.len(), "{ran} of {} cells ran", cells.len());
    ensure!(wrong.is_empty(), "not clean: {wrong:#?}");
    Ok(())
}
