//! What a run asks for: tasks with reminders, spread over a window and heaped at some moments of it.

use std::time::Duration;

use chrono::{DateTime, SubsecRound, TimeDelta, Utc};
use rand::{Rng, SeedableRng, rngs::StdRng, seq::SliceRandom};

use crate::fault::Fault;

/// Users, each with a stream of their own.
pub(crate) const USERS: usize = 8;
/// Reminders of one task.
const PER_TASK: usize = 4;
/// Reminders that fire on the same millisecond, as those of a whole hour do.
const BURST: usize = 100;
/// How many of a hundred reminders fire in a burst.
const IN_BURSTS_PERCENT: usize = 40;
/// Tasks that can be created in a second, with a lot to spare.
const CREATES_PER_SECOND: u32 = 60;
/// How many of a hundred tasks are created while others fire already.
const LATECOMERS_PERCENT: u32 = 20;
/// A task that comes late or changes has twice that time before its first reminder.
const MARGIN: TimeDelta = TimeDelta::seconds(10);

/// What a run is to be.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Plan {
    pub(crate) seed: u64,
    /// How many fire.
    pub(crate) reminders: usize,
    /// In which time they fire.
    pub(crate) window: Duration,
    /// How often the server is killed in that time.
    pub(crate) kills: usize,
    pub(crate) fault: Fault,
}

/// A task that somebody is to be reminded of.
#[derive(Debug, Clone)]
pub(crate) struct Wish {
    /// Which user.
    pub(crate) user: usize,
    /// When, in order.
    pub(crate) fire_at: Vec<DateTime<Utc>>,
    pub(crate) way: Way,
    /// Not created before that.
    pub(crate) not_before: DateTime<Utc>,
}

/// How the task comes to its reminders.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Way {
    /// They are moments.
    Moments,
    /// They count from a due time.
    BeforeDue,
    /// They count from a due time that is another one at first, by so much later.
    Moved(TimeDelta),
    /// The task is completed before they fire, so that none does.
    Completed,
}

impl Plan {
    /// Time to create what has to be there when the window begins.
    pub(crate) fn lead(&self) -> Duration {
        let tasks = u32::try_from(self.reminders.div_ceil(PER_TASK)).unwrap_or(u32::MAX);
        Duration::from_secs(3 + u64::from(tasks / CREATES_PER_SECOND))
    }

    /// What is asked for, in the order in which it is created, when the run begins `now`.
    pub(crate) fn wishes(&self, now: DateTime<Utc>) -> Vec<Wish> {
        let mut rng = StdRng::seed_from_u64(self.seed);
        // What is finer would be rounded up by the server.
        let begin = (now + self.lead()).trunc_subsecs(3);
        let moments = self.moments(begin, &mut rng);
        let wish = |fire_at: &[DateTime<Utc>]| wish(fire_at.to_vec(), now, begin, &mut rng);
        let mut wishes: Vec<_> = moments.chunks(PER_TASK).map(wish).collect();
        // Some more, none of which may fire.
        let changeable = wishes.iter().filter(|wish| has_time(&wish.fire_at, begin));
        let completed: Vec<_> = changeable
            .step_by(7)
            .map(|wish| Wish { way: Way::Completed, ..wish.clone() })
            .collect();
        wishes.extend(completed);
        wishes.sort_by_key(|wish| (wish.not_before, wish.fire_at[0]));
        wishes
    }

    /// When they fire, in no order.
    fn moments(&self, begin: DateTime<Utc>, rng: &mut StdRng) -> Vec<DateTime<Utc>> {
        let window_ms = i64::try_from(self.window.as_millis()).unwrap_or(i64::MAX);
        let any =
            |rng: &mut StdRng| begin + TimeDelta::milliseconds(rng.random_range(0..window_ms));
        let in_bursts = self.reminders * IN_BURSTS_PERCENT / 100;
        let mut moments = Vec::with_capacity(self.reminders);
        while moments.len() < in_bursts {
            let burst = BURST.min(in_bursts - moments.len());
            moments.extend(std::iter::repeat_n(any(rng), burst));
        }
        moments.extend((moments.len()..self.reminders).map(|_| any(rng)));
        moments.shuffle(rng);
        moments
    }
}

fn wish(
    mut fire_at: Vec<DateTime<Utc>>,
    now: DateTime<Utc>,
    begin: DateTime<Utc>,
    rng: &mut StdRng,
) -> Wish {
    fire_at.sort();
    let way = match rng.random_range(0..100) {
        0..60 => Way::Moments,
        80..90 if has_time(&fire_at, begin) => Way::Moved(TimeDelta::hours(1)),
        90.. if has_time(&fire_at, begin) => Way::Moved(-MARGIN / 2),
        _ => Way::BeforeDue,
    };
    space_out(&mut fire_at, way);
    let comes_late = has_time(&fire_at, begin) && rng.random_ratio(LATECOMERS_PERCENT, 100);
    let not_before = if comes_late { fire_at[0] - MARGIN * 2 } else { now };
    Wish { user: rng.random_range(0..USERS), fire_at, way, not_before }
}

/// Whether there is time to change the task before it has an effect.
fn has_time(fire_at: &[DateTime<Utc>], begin: DateTime<Utc>) -> bool {
    fire_at[0] - MARGIN * 2 > begin
}

/// A task has no two reminders of one moment, and those that count from a due time do so in seconds.
fn space_out(fire_at: &mut [DateTime<Utc>], way: Way) {
    let step = if way == Way::Moments { TimeDelta::milliseconds(1) } else { TimeDelta::seconds(1) };
    let step_ms = step.num_milliseconds();
    for index in (1..fire_at.len()).rev() {
        let before_ms = (fire_at[index] - fire_at[index - 1]).num_milliseconds();
        let steps = (before_ms / step_ms).max(1);
        fire_at[index - 1] = fire_at[index] - TimeDelta::milliseconds(steps * step_ms);
    }
}
