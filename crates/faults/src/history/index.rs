//! A history by its keys.

use std::collections::HashMap;

use super::{Event, History, Task, Write};

/// A task of a user.
pub(super) type TaskKey<'a> = (&'a str, &'a str);

/// Where things are.
#[derive(Debug)]
pub(super) struct Index<'a> {
    /// Rows by user and id.
    pub(super) tasks: HashMap<TaskKey<'a>, &'a Task>,
    /// Rows by id alone.
    pub(super) owners: HashMap<&'a str, Vec<&'a str>>,
    /// Rows by user, series and occurrence.
    pub(super) places: HashMap<(&'a str, &'a str, u32), Vec<&'a Task>>,
    /// The log by user, in its order.
    pub(super) by_user: HashMap<&'a str, Vec<&'a Event>>,
    /// The log by task, in its order.
    pub(super) by_task: HashMap<TaskKey<'a>, Vec<&'a Event>>,
    /// Writes by task, in the order of the client.
    pub(super) writes: HashMap<TaskKey<'a>, Vec<&'a Write>>,
}

impl<'a> Index<'a> {
    pub(super) fn new(history: &'a History) -> Self {
        let mut index = Self {
            tasks: HashMap::new(),
            owners: HashMap::new(),
            places: HashMap::new(),
            by_user: HashMap::new(),
            by_task: HashMap::new(),
            writes: HashMap::new(),
        };
        for task in &history.tasks {
            index.tasks.insert((&task.user, &task.id), task);
            index.owners.entry(&task.id).or_default().push(&task.user);
            if let Some((series, occurrence)) = &task.place {
                index.places.entry((&task.user, series, *occurrence)).or_default().push(task);
            }
        }
        let mut log: Vec<_> = history.log.iter().collect();
        log.sort_by_key(|event| event.seq);
        for event in log {
            index.by_user.entry(&event.user).or_default().push(event);
            index.by_task.entry((&event.user, &event.task)).or_default().push(event);
        }
        for write in &history.writes {
            if let Some(task) = &write.task {
                index.writes.entry((&write.user, task)).or_default().push(write);
            }
        }
        index
    }

    /// Whose task this is instead.
    pub(super) fn other_owner(&self, user: &str, task: &str) -> Option<&'a str> {
        self.owners.get(task)?.iter().find(|owner| **owner != user).copied()
    }
}
