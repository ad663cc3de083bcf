//! What the instances after this one have instead, because a change was for this one only.

use super::{Refusal, fields};
use crate::{
    command::{Scope, TaskPatch},
    reminder::Trigger,
    task::{Following, Task},
};

/// Refuses what cannot be said for one instance only.
pub(super) fn check(patch: &TaskPatch) -> Result<(), Refusal> {
    let is_for_all = patch.repeat.is_some() || patch.parent_id.is_some();
    if patch.scope == Some(Scope::This) && is_for_all {
        let why = "cannot be `this` for `repeat` and `parent_id`: they are for what follows too";
        return Err(fields::invalid("scope", why));
    }
    Ok(())
}

/// What is kept for the next instance after a change from `before` to `after`. `None` when it is to be
/// like this one.
pub(super) fn after(before: &Task, after: &Task, patch: &TaskPatch) -> Option<Box<Following>> {
    after.repeat.as_ref()?;
    let known = before.following.as_deref().cloned().unwrap_or_default();
    let scope = patch.scope.unwrap_or(Scope::ThisAndFollowing);
    let following = Following {
        title: kept(known.title, &before.title, &after.title, patch.title.is_some(), scope),
        description: kept(
            known.description,
            &before.description,
            &after.description,
            patch.description.is_some(),
            scope,
        ),
        priority: kept(
            known.priority,
            &before.priority,
            &after.priority,
            patch.priority.is_some(),
            scope,
        ),
        tags: kept(known.tags, &before.tags, &after.tags, patch.tags.is_some(), scope),
        reminders: kept(
            known.reminders,
            &triggers(before),
            &triggers(after),
            patch.reminders.is_some(),
            scope,
        ),
    };
    (following != Following::default()).then(|| Box::new(following))
}

/// One field: a change for this instance keeps what was there before the first such change; one for
/// the following instances too is what they get.
fn kept<T: Clone + PartialEq>(
    known: Option<T>,
    before: &T,
    after: &T,
    is_named: bool,
    scope: Scope,
) -> Option<T> {
    let kept = match scope {
        Scope::ThisAndFollowing if is_named => None,
        Scope::ThisAndFollowing => known,
        Scope::This => known.or_else(|| Some(before.clone())),
    };
    kept.filter(|kept| kept != after)
}

fn triggers(task: &Task) -> Vec<Trigger> {
    task.reminders.iter().map(|reminder| reminder.trigger.clone()).collect()
}
