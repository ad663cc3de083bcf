//! What a decision leads to: rows, events and conditions, applied together or not at all.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::{reminder::Reminder, task::Task, zone::ZoneName};

/// Everything that one command changes. The store applies it as ONE statement: all of it, or, when
/// a condition does not hold, nothing.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ChangeSet {
    /// Whose rows these are. Every row below belongs to this user.
    pub user_id: String,
    /// Rows as they shall be afterwards (a deleted task is a row with `deleted_at`).
    pub tasks: Vec<Task>,
    /// Tasks that are taken back as if they had never been: the unedited child of a completion that
    /// is undone. Their natural key becomes free again.
    pub removed: Vec<Uuid>,
    /// What happened, in order. `seq` is given by the store, per user and without gaps.
    pub events: Vec<Event>,
    /// Versions that have to be true when it is applied.
    pub expect: Vec<Expect>,
    /// Reminders that fire: each must be scheduled, in this generation, or nothing is applied.
    pub fire: Vec<ReminderFire>,
    /// The delivered event that led to this, once per consumer.
    pub inbox: Option<InboxKey>,
    /// The answer that a repetition of the same request gets.
    pub idempotency: Option<IdempotencyRecord>,
}

impl ChangeSet {
    /// Whether applying it would change nothing.
    pub fn is_empty(&self) -> bool {
        self.tasks.is_empty()
            && self.removed.is_empty()
            && self.events.is_empty()
            && self.fire.is_empty()
            && self.inbox.is_none()
            && self.idempotency.is_none()
    }

    /// Both at once. `other` was decided on what `self` leads to: of two rows of one task its row
    /// counts, and `self`'s expectation, which is about the row as it is stored now.
    pub fn and(mut self, other: Self) -> Self {
        self.tasks
            .retain(|task| other.task(task.id).is_none() && !other.removed.contains(&task.id));
        self.tasks.extend(other.tasks);
        self.removed.extend(other.removed);
        self.events.extend(other.events);
        for expect in other.expect {
            if self.expect.iter().all(|known| known.task_id != expect.task_id) {
                self.expect.push(expect);
            }
        }
        self.fire.extend(other.fire);
        self.inbox = self.inbox.or(other.inbox);
        self.idempotency = self.idempotency.or(other.idempotency);
        self
    }

    /// The row that it writes for this task.
    pub fn task(&self, id: Uuid) -> Option<&Task> {
        self.tasks.iter().find(|task| task.id == id)
    }
}

/// "Task `id` has this version"; `None`: there is no such row, not even a deleted one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Expect {
    /// The task.
    pub task_id: Uuid,
    /// Its version at the time of the decision.
    pub version: Option<u64>,
}

/// Compare-and-set on a reminder row: scheduled in this generation -> fired.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReminderFire {
    /// The reminder.
    pub reminder_id: Uuid,
    /// The generation that the alarm was set for.
    pub generation: u32,
}

/// A delivery that must take effect once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InboxKey {
    /// Who consumes: the handler's component id.
    pub consumer: String,
    /// The event that was delivered.
    pub event_id: Uuid,
}

/// A stored answer, scoped by the user of the change set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IdempotencyRecord {
    /// The client's `Idempotency-Key`.
    pub key: String,
    /// Hash over method, path and body; another hash under the same key is refused.
    pub request_hash: String,
    /// HTTP status of the answer.
    pub status: u16,
    /// `ETag` of the answer, where it has one.
    pub etag: Option<String>,
    /// `Location` of the answer, where it has one.
    pub location: Option<String>,
    /// Body of the answer, JSON; empty for 204.
    pub body: String,
}

/// Something that happened. The envelope on the wire is made from it by `events`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// `event_id`: given when it is written, never by a relay.
    pub id: Uuid,
    /// When it happened.
    pub at: DateTime<Utc>,
    /// Who did it.
    pub actor: Actor,
    /// The same from the first request to the last effect.
    pub correlation_id: String,
    /// The user's zone at that time: where a day without a zone is meant.
    pub zone: ZoneName,
    /// What happened.
    pub body: EventBody,
}

/// Who did it, for history and audit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Actor {
    /// The person, over the API or the command line.
    Person,
    /// The clock: a reminder that fired.
    Clock,
    /// A handler, by component id.
    Handler(String),
}

/// What happened, with the state that it led to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EventBody {
    /// `task.created`
    TaskCreated(Box<Task>),
    /// `task.updated` (reopening is an update of `status`).
    TaskUpdated(Box<Change>),
    /// `task.completed`
    TaskCompleted(Box<Change>),
    /// `task.deleted`
    TaskDeleted(Box<Change>),
    /// `task.state_changed`; `before` is `None` for a new task.
    TaskStateChanged {
        /// The task before, if there was one.
        before: Option<Box<Task>>,
        /// The task after.
        after: Box<Task>,
    },
    /// `reminder.trigger`
    ReminderTrigger {
        /// The reminder that fired.
        reminder: Reminder,
        /// Its task, as it was then.
        task: Box<Task>,
        /// How much later than `fire_at` it fired; 0 when on time (within a second).
        late_by_ms: u64,
        /// The late ones that it fired with, when they were many.
        digest: Option<Digest>,
    },
}

/// A place among the late reminders of a user that people are told of in one message. All of them
/// are in one change set, one after the other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Digest {
    /// The same for all of them.
    pub id: Uuid,
    /// How many they are.
    pub size: u32,
    /// Which of them this is, in the order of `fire_at`: 1 to `size`.
    pub position: u32,
}

/// A task before and after.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// As it was.
    pub before: Task,
    /// As it is now.
    pub after: Task,
}

/// What a decision may know about the world: handed in, never looked up.
pub struct Context<'a> {
    /// Whose tasks these are.
    pub user_id: &'a str,
    /// The time of the decision.
    pub now: DateTime<Utc>,
    /// A source of fresh `UUIDv7`s.
    pub new_id: &'a mut dyn FnMut() -> Uuid,
    /// Who asks.
    pub actor: Actor,
    /// The id that ties the request to all that follows from it.
    pub correlation_id: &'a str,
    /// Settings of the user that decisions depend on.
    pub settings: &'a Settings,
}

/// What a user may set and a decision depends on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// The zone of date-only tasks that name none.
    pub zone: ZoneName,
    /// The wall-clock time at which date-only tasks count as due for reminders.
    pub day_starts_at: chrono::NaiveTime,
}
