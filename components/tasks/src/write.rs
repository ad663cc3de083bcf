//! The way of every write: read, decide, apply; and when others were faster, once more.

use domain::change::ChangeSet;
use guest::{Code, Problem, Response};
use store::{ApplyError, Sql};

use crate::{answer::Answer, call::Call, idempotency::Key};

/// How often a change is decided anew because the task was changed in between. Each time somebody
/// else got through, so this is how many may push in at once.
pub(crate) const ATTEMPTS_MAX: u32 = 50;

/// What a route wants to store, and what it says when that is done.
pub(crate) type Decision = (ChangeSet, Answer);

/// Stores what `decide` makes of the present state, all or nothing, and at most once per key.
///
/// The key is looked up only when something stands in the way; for the first request under a key
/// the change itself finds out.
pub(crate) fn run<S: Sql>(
    call: &Call<'_, S>,
    decide: &dyn Fn() -> Result<Decision, Problem>,
) -> Result<Response, Problem> {
    let key = Key::of(call.request)?;
    let replay = || key.as_ref().map_or(Ok(None), |key| key.replay(call));
    for _ in 0..ATTEMPTS_MAX {
        let (mut change, answer) = match decide() {
            Ok(decision) => decision,
            Err(problem) => return replay()?.ok_or(problem),
        };
        change.user_id.clone_from(&call.user_id);
        change.idempotency = key.as_ref().map(|key| key.record(&answer));
        if change.is_empty() {
            return Ok(answer.into());
        }
        match call.store().apply(&change) {
            Ok(_) => return Ok(answer.into()),
            Err(ApplyError::Unavailable(error)) => return Err(error.into()),
            Err(ApplyError::Conflict(_)) => {
                if let Some(response) = replay()? {
                    return Ok(response);
                }
            }
        }
    }
    Err(contended())
}

/// Others were faster every time.
pub(crate) fn contended() -> Problem {
    let detail = format!("others changed the task {ATTEMPTS_MAX} times meanwhile");
    Problem::new(Code::Contended, detail)
}
