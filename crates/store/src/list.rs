//! Lists of tasks: filters, sorting, pages.

mod cursor;
mod sort;
mod statement;

use chrono::{DateTime, NaiveDate, Utc};
use domain::task::{Priority, Status, Task};

pub use self::{
    cursor::{Cursor, CursorError},
    sort::{Sort, SortKey, UnknownSortKey},
};
use crate::{ListError, Sql, SqlError, Store, row};

/// Most tasks on one page.
pub const LIMIT_MAX: u32 = 200;
/// Tasks on one page when nothing is said.
pub const LIMIT_DEFAULT: u32 = 50;

/// Which tasks, in which order, from where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListQuery {
    /// Only those with this status.
    pub status: Option<Status>,
    /// Only those with one of these priorities; empty: any.
    pub priorities: Vec<Priority>,
    /// Only those that have all of these tags, without case.
    pub tags: Vec<String>,
    /// Only those that are due later than that.
    pub due_after: Option<Moment>,
    /// Only those that are due earlier than that.
    pub due_before: Option<Moment>,
    /// From the most to the least important; the id decides in the end.
    pub sort: Vec<Sort>,
    /// Tasks on one page, 1..=[`LIMIT_MAX`]; what is outside is brought inside.
    pub limit: u32,
    /// Where the page before ended.
    pub cursor: Option<Cursor>,
}

impl Default for ListQuery {
    /// Everything, oldest first.
    fn default() -> Self {
        Self {
            status: None,
            priorities: Vec::new(),
            tags: Vec::new(),
            due_after: None,
            due_before: None,
            sort: vec![Sort { key: SortKey::Created, descending: false }],
            limit: LIMIT_DEFAULT,
            cursor: None,
        }
    }
}

/// What a due date is compared with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Moment {
    /// An instant. A task that is due on a day counts as due when that day is over.
    Instant(DateTime<Utc>),
    /// A day, compared with the day that the due date shows on its own wall clock.
    Date(NaiveDate),
}

/// A part of a list.
#[derive(Debug, Clone, PartialEq)]
pub struct Page {
    /// In order.
    pub items: Vec<Task>,
    /// Where the next page begins; `None` at the end.
    pub next: Option<Cursor>,
    /// How many tasks the filters let through, counted up to [`COUNT_MAX`].
    pub total_estimate: u64,
}

/// Up to where the tasks of a list are counted.
pub const COUNT_MAX: u64 = 10_000;

impl<S: Sql> Store<S> {
    /// A page of the user's tasks that were not deleted.
    pub fn list(&self, user_id: &str, query: &ListQuery) -> Result<Page, ListError> {
        let place = query.cursor.as_ref().map(|cursor| cursor.place(&query.sort)).transpose()?;
        let after = place.as_ref().map(|(marks, id)| (marks.as_slice(), *id));
        let statement = statement::page(self.sql.dialect(), user_id, query, after);
        let rows = self.run(&statement.sql, &statement.params)?;
        let mut found = rows.read(|row| {
            let task = row::task(row)?;
            let marks = query.sort.iter().map(|_| row.take()).collect::<Result<Vec<_>, _>>()?;
            Ok((task, marks))
        })?;

        let limit = query.limit.clamp(1, LIMIT_MAX) as usize;
        let more = found.len() > limit;
        found.truncate(limit);
        let last = found.last().filter(|_| more);
        let next = last.map(|(task, marks)| Cursor::new(&query.sort, marks.clone(), task.id));
        let total_estimate = self.count(user_id, query)?;
        Ok(Page { items: found.into_iter().map(|(task, _)| task).collect(), next, total_estimate })
    }

    fn count(&self, user_id: &str, query: &ListQuery) -> Result<u64, SqlError> {
        let statement = statement::count(self.sql.dialect(), user_id, query);
        let rows = self.run(&statement.sql, &statement.params)?;
        Ok(rows.read_one(|row| row.take())?.unwrap_or_default())
    }
}
