//! Components that follow a script, and the tasks component in a few native lines.

use std::sync::Mutex;

use async_trait::async_trait;
use bytes::Bytes;
use domain::{
    change::{Actor, ChangeSet, Context, InboxKey},
    decide,
};
use events::{
    Envelope,
    effect::{Applied, ApplyEffects, Effect, HandlerReply},
};
use http::StatusCode;
use serde_json::json;
use store::{ApplyError, Conflict};
use uuid::Uuid;

use super::FakeDatabase;
use crate::components::{Answer, CallError, CallErrorKind, Components};

/// What a handler answers.
#[derive(Debug, Clone)]
pub(crate) enum Reply {
    Effects(Vec<Effect>),
    Status(u16),
    Busy,
    Unreachable,
    Panic,
}

/// A handler's script: path and event in, answer out.
pub(crate) type Behaviour = dyn Fn(&str, &Envelope) -> Reply + Send + Sync;

/// One call of a handler.
#[derive(Debug, Clone)]
pub(crate) struct Call {
    pub(crate) path: String,
    pub(crate) event: Envelope,
    pub(crate) correlation_id: String,
}

pub(crate) struct FakeComponents {
    database: FakeDatabase,
    behaviour: Box<Behaviour>,
    /// Switched off, every delivery takes effect: the planted fault of the tests.
    inbox: bool,
    calls: Mutex<Vec<Call>>,
}

impl FakeComponents {
    pub(crate) fn new(
        database: &FakeDatabase,
        behaviour: impl Fn(&str, &Envelope) -> Reply + Send + Sync + 'static,
    ) -> Self {
        let behaviour = Box::new(behaviour);
        Self { database: database.clone(), behaviour, inbox: true, calls: Mutex::default() }
    }

    pub(crate) fn without_inbox(mut self) -> Self {
        self.inbox = false;
        self
    }

    /// Calls of handlers so far.
    pub(crate) fn calls(&self) -> Vec<Call> {
        self.calls.lock().unwrap().clone()
    }

    /// Ids of the events that were delivered to handlers so far.
    pub(crate) fn delivered(&self) -> Vec<Uuid> {
        self.calls().iter().map(|call| call.event.event_id).collect()
    }

    /// The tasks component: all effects and the inbox key are one change set.
    fn apply(&self, wishes: ApplyEffects) -> Answer {
        let inbox = InboxKey { consumer: wishes.consumer.clone(), event_id: wishes.event_id };
        let mut change = ChangeSet {
            user_id: wishes.user_id.clone(),
            inbox: self.inbox.then_some(inbox),
            ..ChangeSet::default()
        };
        for effect in wishes.effects {
            let Effect::CreateTask { task, .. } = effect else { return answer(422, json!({})) };
            let mut ctx = Context {
                user_id: &wishes.user_id,
                now: wishes.timestamp,
                new_id: &mut Uuid::now_v7,
                actor: Actor::Handler(wishes.consumer.clone()),
                correlation_id: &wishes.correlation_id,
                settings: &super::settings(),
            };
            let new = (*task).try_into().unwrap();
            let created = decide::create(new, Uuid::now_v7(), None, &mut ctx).unwrap();
            change.tasks.extend(created.tasks);
            change.events.extend(created.events);
        }
        let duplicate = match store::Store::new(&self.database).apply(&change) {
            Ok(_) => false,
            Err(ApplyError::Conflict(Conflict::Duplicate)) => true,
            Err(_) => return answer(503, json!({"code": "TASKLOOM-0023", "detail": "busy"})),
        };
        answer(200, serde_json::to_value(Applied { duplicate, task_ids: Vec::new() }).unwrap())
    }
}

#[async_trait]
impl Components for FakeComponents {
    async fn call(
        &self,
        path: &str,
        body: Bytes,
        correlation_id: &str,
    ) -> Result<Answer, CallError> {
        tokio::task::yield_now().await;
        if path == "/internal/tasks/effects" {
            return Ok(self.apply(ApplyEffects::parse(&body).unwrap()));
        }
        if self.database.is_dead() {
            return Err(CallError::new(path, CallErrorKind::Failed, "the process is dead"));
        }
        let event = Envelope::parse(&body).unwrap();
        let reply = (self.behaviour)(path, &event);
        let (path, correlation_id) = (path.to_owned(), correlation_id.to_owned());
        self.calls.lock().unwrap().push(Call { path: path.clone(), event, correlation_id });
        match reply {
            Reply::Effects(effects) => {
                Ok(answer(200, serde_json::to_value(HandlerReply { effects }).unwrap()))
            }
            Reply::Status(status) => {
                Ok(answer(status, json!({"code": "TASKLOOM-0028", "detail": "a private reason"})))
            }
            Reply::Busy => Ok(answer(503, json!({"code": "host-busy", "detail": "no place"}))),
            Reply::Unreachable => {
                Err(CallError::new(&path, CallErrorKind::Unreachable, "connection refused"))
            }
            Reply::Panic => panic!("a planted bug"),
        }
    }
}

fn answer(status: u16, body: serde_json::Value) -> Answer {
    Answer { status: StatusCode::from_u16(status).unwrap(), body: body.to_string().into() }
}
