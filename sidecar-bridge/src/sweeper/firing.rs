//! Fires reminders of one user in one change set, decided on the rows as they are now.

use std::{collections::BTreeMap, sync::Arc};

use chrono::{DateTime, Utc};
use domain::{
    change::{Actor, ChangeSet, Context, EventBody, ReminderFire, Settings},
    decide,
};
use store::{ApplyError, DueReminder, Sql, SqlError, SqlErrorKind, Store};
use tracing::{debug, warn};
use uuid::Uuid;

use crate::{
    clock::Clock,
    database::{Storage, operator_text},
    observe::metric,
};

/// Decisions that are made anew when somebody else was faster.
const ATTEMPTS: usize = 3;

/// What firing needs.
pub(super) struct Firing {
    storage: Storage,
    clock: Arc<dyn Clock>,
    settings: Arc<Settings>,
}

/// Reminders of one user that are due, and what follows from them.
pub(super) struct Decided {
    due: Arc<[DueReminder]>,
    change: ChangeSet,
}

impl Firing {
    pub(super) fn new(storage: Storage, clock: Arc<dyn Clock>, settings: Settings) -> Self {
        Self { storage, clock, settings: Arc::new(settings) }
    }

    /// Decides on the reminders of several users.
    pub(super) async fn decide(&self, users: Vec<Arc<[DueReminder]>>) -> Vec<Decided> {
        let (clock, settings) = (Arc::clone(&self.clock), Arc::clone(&self.settings));
        let deciding = move |store: &_| {
            // Each user for itself: what is wrong with one is not the fate of the others.
            let decide = |due: Arc<[DueReminder]>| {
                let decided = decide_all(store, &due, clock.now(), &settings);
                let change = decided.inspect_err(cannot_fire).ok()?;
                Some(Decided { change, due })
            };
            Ok(users.into_iter().filter_map(decide).collect())
        };
        self.storage.read(deciding).await.unwrap_or_else(|error: SqlError| {
            cannot_fire(&error);
            Vec::new()
        })
    }

    /// Stores what was decided and says how many reminders fired.
    pub(super) async fn store(&self, decided: Decided) -> usize {
        let mut next = Some(decided);
        for _ in 0..ATTEMPTS {
            let Some(Decided { due, change }) = next else { return 0 };
            match self.apply(change).await {
                Ok(fired) => return fired,
                // Somebody else fired or moved one of them: look again at the others.
                Err(ApplyError::Conflict(_)) => next = self.decide(vec![due]).await.pop(),
                Err(ApplyError::Unavailable(error)) => {
                    cannot_fire(&error);
                    return 0;
                }
            }
        }
        debug!("others keep changing these reminders; the next sweep looks again");
        0
    }

    async fn apply(&self, change: ChangeSet) -> Result<usize, ApplyError> {
        if change.fire.is_empty() {
            return Ok(0);
        }
        self.storage
            .write(move |store| {
                store.apply(&change)?;
                observe(&change);
                Ok(change.fire.len())
            })
            .await
    }
}

fn decide_all<S: Sql>(
    store: &Store<S>,
    due: &[DueReminder],
    now: DateTime<Utc>,
    settings: &Settings,
) -> Result<ChangeSet, SqlError> {
    let Some(DueReminder { user_id, .. }) = due.first() else { return Ok(ChangeSet::default()) };
    let mut tasks = BTreeMap::<Uuid, Vec<ReminderFire>>::new();
    for row in due {
        let fire = ReminderFire { reminder_id: row.reminder_id, generation: row.generation };
        tasks.entry(row.task_id).or_default().push(fire);
    }
    let correlation_id = Uuid::now_v7().to_string();
    let mut change = ChangeSet { user_id: user_id.clone(), ..ChangeSet::default() };
    for (task_id, fires) in tasks {
        let found = match store.task(user_id, task_id) {
            // Of a later version, perhaps: it waits, and its user's other tasks do not.
            Err(error) if error.kind() == SqlErrorKind::Unreadable => {
                warn!(task.id = %task_id, error = operator_text(&error), "a task cannot be read");
                continue;
            }
            found => found?,
        };
        let Some(task) = found else {
            warn!(task.id = %task_id, "a reminder waits for a task that is gone");
            continue;
        };
        let mut ctx = Context {
            user_id,
            now,
            new_id: &mut Uuid::now_v7,
            actor: Actor::Clock,
            correlation_id: &correlation_id,
            settings,
        };
        match decide::fire_reminders(&task, &fires, &mut ctx) {
            Ok(decided) => {
                change.events.extend(decided.events);
                change.fire.extend(decided.fire);
            }
            // A clock that was put back, or a task that went away just now.
            Err(refusal) => debug!(task.id = %task_id, error = %refusal, "no reminder fires"),
        }
    }
    decide::group_late(&mut change.events, &mut Uuid::now_v7);
    Ok(change)
}

fn cannot_fire(error: &SqlError) {
    let error = operator_text(error);
    warn!(error, "could not fire reminders; the next sweep tries again");
}

fn observe(change: &ChangeSet) {
    metrics::counter!(metric::REMINDERS_FIRED_TOTAL).increment(change.fire.len() as u64);
    for event in &change.events {
        if let EventBody::ReminderTrigger { reminder, .. } = &event.body {
            let late = (event.at - reminder.fire_at).to_std().unwrap_or_default();
            metrics::histogram!(metric::REMINDER_LATENESS_SECONDS).record(late);
        }
    }
}
