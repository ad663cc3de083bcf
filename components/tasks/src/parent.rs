//! Whether a task may be part of another one.

use domain::{change::Expect, task::DEPTH_MAX};
use guest::{Code, Problem};
use store::Sql;
use uuid::Uuid;

use crate::call::Call;

/// Follows the parents of a task upwards. Returns the versions on which the result rests, so that
/// nobody closes a circle from the other side meanwhile.
pub(crate) fn check<S: Sql>(
    call: &Call<'_, S>,
    task_id: Option<Uuid>,
    parent_id: Uuid,
) -> Result<Vec<Expect>, Problem> {
    let mut expect = Vec::new();
    let mut above = Some(parent_id);
    while let Some(id) = above {
        if Some(id) == task_id {
            return Err(refused("a task cannot be a part of itself or of one of its parts"));
        }
        if expect.len() == DEPTH_MAX {
            return Err(refused(&format!("tasks can be nested {DEPTH_MAX} levels deep")));
        }
        above = match call.store().task(&call.user_id, id)? {
            Some(task) => {
                expect.push(Expect { task_id: id, version: Some(task.version) });
                task.parent_id
            }
            None if expect.is_empty() => return Err(refused("there is no such task")),
            // The parent of a parent was deleted; its parts stand at the top now.
            None => None,
        };
    }
    Ok(expect)
}

fn refused(detail: &str) -> Problem {
    Problem::at(Code::InvalidParent, "parent_id", detail)
}
