//! The cases, by area. Each has users of its own, so that they do not meet.

mod concurrency;
mod etag;
mod history;
mod idempotency;
mod isolation;
mod lifecycle;
mod list;
mod occurrences;
mod pages;
mod quick_add;
mod recurrence;
mod reminders;
mod routes;
mod series;
mod snooze;
mod stream;
mod tags;
mod tasks;
mod tokens;
mod validation;

use crate::Case;

/// Names cases after their functions.
macro_rules! cases {
    ($area:literal: $($name:ident),+ $(,)?) => {
        /// The cases of this area.
        pub(super) const CASES: &[crate::Case] =
            &[$(crate::Case { area: $area, name: stringify!($name), run: $name }),+];
    };
}
use cases;

/// Every case there is.
pub fn all() -> Vec<Case> {
    [
        tasks::CASES,
        validation::CASES,
        routes::CASES,
        etag::CASES,
        idempotency::CASES,
        list::CASES,
        pages::CASES,
        tags::CASES,
        tokens::CASES,
        isolation::CASES,
        lifecycle::CASES,
        recurrence::CASES,
        concurrency::CASES,
        history::CASES,
        occurrences::CASES,
        quick_add::CASES,
        reminders::CASES,
        series::CASES,
        snooze::CASES,
        stream::CASES,
    ]
    .concat()
}
