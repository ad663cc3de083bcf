//! Versions side by side.

use domain::{reminder::Reminder, task::Task};
use store::{Rows, Sql, SqlError, Value};
use testkit::{
    Ids, a_task,
    change::created,
    clock,
    task::{USER, a_reminder},
};

use super::database::{self, Connection};

/// A component of the version before, which knows only the first trigger.
struct Older<'a>(&'a Connection);

impl Sql for Older<'_> {
    fn run(&self, sql: &str, params: &[Value]) -> Result<Rows, SqlError> {
        self.0.run(&sql.replace("changesets_3", "changesets"), params)
    }
}

#[test]
fn a_component_of_the_version_before_goes_on_writing() {
    let store = database::store();
    let mut ids = Ids::new();
    let reminder = Reminder { snoozed: true, ..a_reminder(clock::id(20), clock::now()) };
    let task = Task { reminders: vec![reminder], ..a_task() };
    let older = store::Store::new(Older(store.sql()));
    older.apply(&created(&task, &mut ids)).unwrap();
    // It knows nothing of reminders that were put off, and says so to nobody.
    assert!(!older.task(USER, task.id).unwrap().unwrap().reminders[0].snoozed);
    let second = Task { id: clock::id(2), ..a_task() };
    store.apply(&created(&second, &mut ids)).unwrap();
    assert_eq!(store.last_seq(USER), Ok(4));
}
