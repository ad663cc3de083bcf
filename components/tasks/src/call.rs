//! One request of one user, with all that a route needs to answer it.

use domain::{
    change::{Actor, ChangeSet, Context},
    decide::Refusal,
    task::Task,
};
use guest::{Code, Problem, Request, Scope};
use store::{Sql, Store};
use uuid::Uuid;

use crate::Environment;

/// A request that was let in.
pub(crate) struct Call<'a, S> {
    pub(crate) environment: &'a Environment<S>,
    pub(crate) scope: &'a Scope,
    pub(crate) request: &'a Request,
    /// Whose rows it is about; from the token, never from the request.
    pub(crate) user_id: String,
    /// Who asks.
    pub(crate) actor: Actor,
    /// What goes into the events.
    pub(crate) correlation_id: String,
}

impl<S: Sql> Call<'_, S> {
    pub(crate) fn store(&self) -> &Store<S> {
        &self.environment.store
    }

    /// A fresh id.
    pub(crate) fn new_id(&self) -> Uuid {
        (self.environment.new_id)()
    }

    /// The user's task with this id, as the path has it.
    pub(crate) fn task(&self, id: &str) -> Result<Task, Problem> {
        let id = Uuid::parse_str(id).map_err(|_| no_such_task())?;
        self.store().task(&self.user_id, id)?.ok_or_else(no_such_task)
    }

    /// Lets the domain decide, at the time and in the name of this request.
    pub(crate) fn decide(
        &self,
        decision: impl FnOnce(&mut Context<'_>) -> Result<ChangeSet, Refusal>,
    ) -> Result<ChangeSet, Refusal> {
        let mut new_id = || self.new_id();
        decision(&mut Context {
            user_id: &self.user_id,
            now: self.scope.now,
            new_id: &mut new_id,
            actor: self.actor.clone(),
            correlation_id: &self.correlation_id,
            settings: &self.environment.settings,
        })
    }
}

/// Deleted, never there or somebody else's: not told apart.
pub(crate) fn no_such_task() -> Problem {
    Problem::new(Code::TaskNotFound, "there is no such task")
}
