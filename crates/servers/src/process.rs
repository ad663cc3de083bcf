//! One running process and everything that it started.

use std::{
    collections::BTreeMap,
    fs,
    path::Path,
    process::Child,
    time::{Duration, Instant},
};

use rustix::process::{Pid, Signal, kill_process, kill_process_group};

/// How long what was killed may take to be gone.
const GONE_WITHIN: Duration = Duration::from_secs(10);
const LOOK_EVERY: Duration = Duration::from_millis(10);

/// Killed when dropped.
#[derive(Debug)]
pub(crate) struct Process {
    child: Child,
    /// Nothing of it is left: its id may be another's by now.
    is_gone: bool,
}

impl Process {
    pub(crate) fn new(child: Child) -> Self {
        Self { child, is_gone: false }
    }

    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    /// How it ended, when it has.
    pub(crate) fn ended(&mut self) -> Option<String> {
        match self.child.try_wait() {
            Ok(None) => None,
            Ok(Some(status)) => Some(status.to_string()),
            Err(error) => Some(error.to_string()),
        }
    }

    /// Asks it to end and waits; says whether it did.
    pub(crate) fn end(&mut self, signal: Signal, patience: Duration) -> bool {
        if let Some(pid) = self.pid() {
            let _ = kill_process(pid, signal);
        }
        let deadline = Instant::now() + patience;
        while self.ended().is_none() {
            if Instant::now() >= deadline {
                return false;
            }
            std::thread::sleep(LOOK_EVERY);
        }
        true
    }

    /// Sends a signal to it and to everything that it started.
    pub(crate) fn signal_all(&mut self, signal: Signal) {
        for (pid, _) in self.tree() {
            let _ = Pid::from_raw(pid).map(|pid| kill_process(pid, signal));
        }
    }

    /// Kills it and everything that it started; returns when all of it is gone.
    pub(crate) fn kill(&mut self) {
        if std::mem::replace(&mut self.is_gone, true) {
            return;
        }
        let tree = self.tree();
        // The first one first: it would start others anew.
        if let Some(pid) = self.pid().filter(|_| self.ended().is_none()) {
            let _ = kill_process(pid, Signal::KILL);
        }
        if let Some(pid) = self.pid().filter(|_| !tree.is_empty()) {
            let _ = kill_process_group(pid, Signal::KILL);
        }
        for (pid, _) in &tree {
            let _ = Pid::from_raw(*pid).map(|pid| kill_process(pid, Signal::KILL));
        }
        let _ = self.child.wait();
        let deadline = Instant::now() + GONE_WITHIN;
        while tree.iter().any(|(pid, began)| is_alive(*pid, *began)) && Instant::now() < deadline {
            std::thread::sleep(LOOK_EVERY);
        }
    }

    fn pid(&self) -> Option<Pid> {
        i32::try_from(self.child.id()).ok().and_then(Pid::from_raw)
    }

    /// Ids of it and of everything that it started, with the moments they began at; empty once the
    /// process has been waited for, for then its id may be another's.
    fn tree(&mut self) -> Vec<(i32, u64)> {
        let Some(root) = self.pid().map(|pid| pid.as_raw_nonzero().get()) else { return vec![] };
        if self.ended().is_some() {
            return members(root, &running(Path::new("/proc")), false);
        }
        let found = members(root, &running(Path::new("/proc")), true);
        if found.is_empty() { vec![(root, 0)] } else { found }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.kill();
    }
}

/// What `/proc` says of a process.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Entry {
    parent: i32,
    group: i32,
    began: u64,
    is_dead: bool,
}

/// Those that descend from `root` or stand in its group; without `with_root` only the group is left.
fn members(root: i32, all: &BTreeMap<i32, Entry>, with_root: bool) -> Vec<(i32, u64)> {
    let descends = |pid: i32| {
        let mut next = pid;
        // No chain is longer than there are processes.
        for _ in 0..all.len() {
            if next == root {
                return true;
            }
            match all.get(&next) {
                Some(entry) => next = entry.parent,
                None => return false,
            }
        }
        false
    };
    let belongs = |pid: i32, entry: &Entry| entry.group == root || (with_root && descends(pid));
    let found = all.iter().filter(|(pid, entry)| !entry.is_dead && belongs(**pid, entry));
    found.map(|(pid, entry)| (*pid, entry.began)).collect()
}

fn running(proc: &Path) -> BTreeMap<i32, Entry> {
    let entries = fs::read_dir(proc).into_iter().flatten().flatten();
    let ids = entries.filter_map(|entry| entry.file_name().to_str()?.parse::<i32>().ok());
    ids.filter_map(|pid| Some((pid, entry(pid)?))).collect()
}

fn entry(pid: i32) -> Option<Entry> {
    parse(&fs::read_to_string(format!("/proc/{pid}/stat")).ok()?)
}

/// Reads `pid (name) state parent group … start-time …`; a name may hold blanks and brackets.
fn parse(stat: &str) -> Option<Entry> {
    let fields: Vec<_> = stat.rsplit_once(')')?.1.split_whitespace().collect();
    Some(Entry {
        is_dead: matches!(*fields.first()?, "Z" | "X"),
        parent: fields.get(1)?.parse().ok()?,
        group: fields.get(2)?.parse().ok()?,
        began: fields.get(19)?.parse().ok()?,
    })
}

/// Whether this very process still runs; one that only waits to be asked how it ended does not.
fn is_alive(pid: i32, began: u64) -> bool {
    entry(pid).is_some_and(|entry| !entry.is_dead && (began == 0 || entry.began == began))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_with_brackets_is_read() {
        let stat = "42 (a) b) S 7 40 7 0 -1 4194304 1 0 0 0 0 0 0 0 20 0 1 0 12345 0 0";
        let expect = Entry { parent: 7, group: 40, began: 12345, is_dead: false };
        assert_eq!(parse(stat), Some(expect));
        assert_eq!(parse("nothing"), None);
    }

    #[test]
    fn grandchildren_belong_and_strangers_do_not() {
        let entry = |parent, group| Entry { parent, group, began: 1, is_dead: false };
        let all = BTreeMap::from([
            (1, entry(0, 1)),
            (10, entry(1, 10)),
            (11, entry(10, 11)),
            (12, entry(11, 12)),
            (13, entry(1, 10)),
            (20, entry(1, 20)),
        ]);
        let ids = |with_root| {
            members(10, &all, with_root).into_iter().map(|(pid, _)| pid).collect::<Vec<_>>()
        };
        assert_eq!(ids(true), [10, 11, 12, 13]);
        assert_eq!(ids(false), [10, 13]);
    }
}
