//! A system that is right, in memory: what it leaves behind has no findings, whatever the dice say.

use std::collections::HashMap;

use rand::{Rng, SeedableRng, rngs::StdRng};

use super::{Body, Event, History, Promise, Record, Reminder, State, Task, Tenure, Write};

const USERS: usize = 3;
const PARTITIONS: usize = 2;
/// The clock of a run ends here.
const RESTED_AT_MS: i64 = 1_000_000;

/// What a run with these dice leaves behind. Every run has some of everything.
pub(super) fn history(seed: u64) -> History {
    let mut world = World::new(seed);
    for user in 0..USERS {
        world.create(user, false);
        let series = world.create(user, true);
        world.complete(series, true);
        world.remind(user);
    }
    for _ in 0..world.rng.random_range(0..80) {
        world.step();
    }
    world.rest()
}

struct World {
    rng: StdRng,
    history: History,
    /// The last number of each user.
    seq: [u64; USERS],
    clock_ms: i64,
    next_id: u64,
}

impl World {
    fn new(seed: u64) -> Self {
        let history = History { rested_at_ms: RESTED_AT_MS, ..History::default() };
        let rng = StdRng::seed_from_u64(seed);
        Self { rng, history, seq: [0; USERS], clock_ms: 0, next_id: 0 }
    }

    fn step(&mut self) {
        let user = self.rng.random_range(0..USERS);
        let task = self.rng.random_range(0..self.history.tasks.len());
        match self.rng.random_range(0..7) {
            0 => drop(self.create(user, false)),
            1 => drop(self.create(user, true)),
            2 => self.change(task, true),
            3 => self.change(task, false),
            4 => self.complete(task, true),
            5 => self.delete(task),
            _ => self.remind(user),
        }
    }

    /// A new task; it may be that nobody is told.
    fn create(&mut self, user: usize, recurs: bool) -> usize {
        let id = self.id("t");
        let task = Task {
            user: name(user),
            title: format!("title of {id}"),
            version: 1,
            done: false,
            deleted: false,
            place: recurs.then(|| (format!("s-{id}"), 1)),
            id,
        };
        self.log(user, &task.id, &[Body::Created, Body::Changed { version: 1 }]);
        self.history.tasks.push(task);
        let index = self.history.tasks.len() - 1;
        // Everybody has a first task that is known.
        let acknowledged = self.history.tasks.len() < 5 || self.rng.random_bool(0.9);
        self.told(index, acknowledged);
        if !acknowledged && let Some(write) = self.history.writes.last_mut() {
            write.task = None;
        }
        index
    }

    /// Whether a client knows of it, so that it can write.
    fn is_known(&self, task: &Task) -> bool {
        self.history.writes.iter().any(|write| write.task.as_ref() == Some(&task.id))
    }

    /// A change; when `applied` is false its request was lost, and the client does not know.
    fn change(&mut self, index: usize, applied: bool) {
        let task = &self.history.tasks[index];
        if task.deleted || task.place.is_some() || !self.is_known(task) {
            return;
        }
        if applied {
            let version = task.version + 1;
            self.history.tasks[index].version = version;
            self.log_of(index, &[Body::Other, Body::Changed { version }]);
            self.told(index, true);
        } else {
            let mut write = self.write_of(index, false);
            write.version += 1;
            self.history.writes.push(write);
        }
    }

    fn complete(&mut self, index: usize, acknowledged: bool) {
        let task = &mut self.history.tasks[index];
        if task.done || task.deleted {
            return;
        }
        (task.done, task.version) = (true, task.version + 1);
        let version = task.version;
        self.log_of(index, &[Body::Other, Body::Changed { version }]);
        self.told(index, acknowledged);
        // The handler: sometimes its effect is taken back, and made again.
        let again = self.rng.random_bool(0.2);
        if let Some(child) = self.follow(index)
            && again
        {
            self.take_back(child);
            self.follow(index);
        }
    }

    fn follow(&mut self, index: usize) -> Option<usize> {
        let task = self.history.tasks[index].clone();
        let (series, occurrence) = task.place?;
        let id = format!("{series}-{}", occurrence + 1);
        let place = Some((series, occurrence + 1));
        self.log(user(&task.user), &id, &[Body::Created, Body::Changed { version: 1 }]);
        let child = Task { id, version: 1, done: false, deleted: false, place, ..task };
        self.history.tasks.push(child);
        Some(self.history.tasks.len() - 1)
    }

    fn take_back(&mut self, index: usize) {
        let task = self.history.tasks.remove(index);
        let bodies = [Body::Deleted, Body::Changed { version: task.version + 1 }];
        self.log(user(&task.user), &task.id, &bodies);
    }

    fn delete(&mut self, index: usize) {
        let task = &mut self.history.tasks[index];
        if task.deleted || task.done || task.place.is_some() {
            return;
        }
        (task.deleted, task.version) = (true, task.version + 1);
        let version = task.version;
        self.log_of(index, &[Body::Deleted, Body::Changed { version }]);
        self.told(index, true);
    }

    /// A reminder that fires, one that is called off, or one that is far away.
    fn remind(&mut self, user: usize) {
        let (id, fire_at_ms) = (self.id("r"), self.clock_ms + 50);
        let task = self.history.tasks.iter().find(|task| task.user == name(user));
        let task = task.map(|task| task.id.clone()).unwrap_or_default();
        let first = !self.history.promises.iter().any(|promise| promise.user == name(user));
        let (state, fire_at_ms) = match self.rng.random_range(0..4) {
            0 if !first => (State::Cancelled, fire_at_ms),
            1 if !first => (State::Scheduled, RESTED_AT_MS + 1),
            _ => (State::Fired, fire_at_ms),
        };
        if state == State::Fired {
            self.clock_ms = fire_at_ms;
            self.log(user, &task, &[Body::Fired { reminder: id.clone(), fire_at_ms }]);
        }
        if state != State::Cancelled {
            let promise = Promise { user: name(user), reminder: id.clone(), fire_at_ms };
            self.history.promises.push(promise);
        }
        self.history.reminders.push(Reminder { user: name(user), id, fire_at_ms, state });
    }

    fn told(&mut self, index: usize, acknowledged: bool) {
        let write = self.write_of(index, acknowledged);
        self.history.writes.push(write);
    }

    fn write_of(&self, index: usize, acknowledged: bool) -> Write {
        let Task { user, id, title, version, done, deleted, .. } =
            self.history.tasks[index].clone();
        Write { user, task: Some(id), title, version, done, deleted, acknowledged }
    }

    fn log_of(&mut self, index: usize, bodies: &[Body]) {
        let Task { user: name, id, .. } = self.history.tasks[index].clone();
        self.log(user(&name), &id, bodies);
    }

    fn log(&mut self, user: usize, task: &str, bodies: &[Body]) {
        for body in bodies {
            self.clock_ms += 1;
            self.seq[user] += 1;
            let id = self.id("e");
            let topic = match body {
                Body::Changed { .. } => "task-updates",
                Body::Fired { .. } => "reminders",
                _ => "task-events",
            };
            self.history.log.push(Event {
                user: name(user),
                seq: self.seq[user],
                topic: topic.to_owned(),
                task: task.to_owned(),
                at_ms: self.clock_ms,
                body: body.clone(),
                digest: self.rng.random(),
                published: true,
                id,
            });
        }
    }

    fn id(&mut self, prefix: &str) -> String {
        self.next_id += 1;
        format!("{prefix}{}", self.next_id)
    }

    /// Relays take turns; each publishes in order and now and then a part once more.
    fn rest(mut self) -> History {
        let mut fence = HashMap::<u32, u64>::new();
        let mut records = Vec::new();
        let mut offsets = HashMap::<(String, usize), i64>::new();
        let mut done = [0; USERS];
        loop {
            let behind: Vec<_> = (0..USERS).filter(|user| done[*user] < self.of(*user)).collect();
            if behind.is_empty() {
                break;
            }
            let user = behind[self.rng.random_range(0..behind.len())];
            let bucket = user as u32;
            let owner = format!("bridge-{}", self.rng.random_range(0..2));
            let number = fence.entry(bucket).or_insert(0);
            *number += 1;
            self.history.tenures.push(Tenure { bucket, owner, fence: *number });
            // What was published and not marked comes again.
            done[user] -= self.rng.random_range(0..=done[user].min(3));
            for _ in 0..self.rng.random_range(1..10) {
                let of_user = self.history.log.iter().filter(|event| event.user == name(user));
                let Some(event) = of_user.clone().nth(done[user]) else { break };
                let partition = user % PARTITIONS;
                let offset = offsets.entry((event.topic.clone(), partition)).or_insert(0);
                records.push(Record {
                    topic: event.topic.clone(),
                    partition: partition as i32,
                    offset: *offset,
                    key: event.user.clone(),
                    event: event.id.clone(),
                    user: event.user.clone(),
                    seq: self.rng.random_bool(0.9).then_some(event.seq),
                    digest: event.digest,
                });
                *offset += 1;
                done[user] += 1;
            }
        }
        self.history.records = Some(records);
        self.history
    }

    fn of(&self, user: usize) -> usize {
        self.seq[user] as usize
    }
}

fn name(user: usize) -> String {
    format!("user-{user}")
}

fn user(name: &str) -> usize {
    name.trim_start_matches("user-").parse().unwrap_or(0)
}
