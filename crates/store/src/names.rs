//! How the domain's choices stand in the rows.

use domain::{
    change::Actor,
    recurrence::{Mode, MonthEnd},
    reminder::ReminderState,
    task::{Priority, Status},
};

/// A choice that rows hold by name.
pub(crate) trait Named: Copy + 'static {
    const ALL: &'static [Self];

    fn name(self) -> &'static str;

    fn named(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|choice| choice.name() == name)
    }
}

impl Named for Status {
    const ALL: &'static [Self] = &[Self::Open, Self::Done];

    fn name(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Done => "done",
        }
    }
}

impl Named for Mode {
    const ALL: &'static [Self] = &[Self::NextFuture, Self::Every, Self::AfterCompletion];

    fn name(self) -> &'static str {
        match self {
            Self::NextFuture => "next-future",
            Self::Every => "every",
            Self::AfterCompletion => "after-completion",
        }
    }
}

impl Named for MonthEnd {
    const ALL: &'static [Self] = &[Self::Clamp, Self::Skip];

    fn name(self) -> &'static str {
        match self {
            Self::Clamp => "clamp",
            Self::Skip => "skip",
        }
    }
}

impl Named for ReminderState {
    const ALL: &'static [Self] = &[Self::Scheduled, Self::Fired, Self::Cancelled];

    fn name(self) -> &'static str {
        match self {
            Self::Scheduled => "scheduled",
            Self::Fired => "fired",
            Self::Cancelled => "cancelled",
        }
    }
}

/// From least to most pressing: rows hold the rank, so that they sort by it.
const PRIORITIES: [Priority; 4] =
    [Priority::Low, Priority::Medium, Priority::High, Priority::Urgent];

/// The priority of a rank.
pub(crate) fn priority(rank: i64) -> Option<Priority> {
    PRIORITIES.into_iter().find(|priority| self::rank(*priority) == rank)
}

/// The rank of a priority.
pub(crate) fn rank(priority: Priority) -> i64 {
    match priority {
        Priority::Low => 0,
        Priority::Medium => 1,
        Priority::High => 2,
        Priority::Urgent => 3,
    }
}

/// Who did it, as text for history and audit.
pub(crate) fn actor(actor: &Actor) -> String {
    match actor {
        Actor::Person => "person".to_owned(),
        Actor::Clock => "clock".to_owned(),
        Actor::Handler(component) => format!("handler:{component}"),
    }
}

/// What tags are compared by.
pub(crate) fn fold(tag: &str) -> String {
    tag.to_lowercase()
}
