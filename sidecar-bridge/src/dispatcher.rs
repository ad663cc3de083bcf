//! Brings events to the handlers that subscribed to them, and carries out what they ask for.

use std::{collections::BTreeSet, sync::Arc, time::Instant};

use bytes::Bytes;
use events::{
    EventType, UnknownEventType,
    effect::{Applied, ApplyEffects, HandlerReply},
};
use futures_util::future::join_all;
use store::LogRow;
use tracing::Instrument as _;

use crate::{
    alarm::AlarmClock,
    bus::{PublishError, PublishErrorKind},
    clock::Clock,
    components::{APPLY_PATH, Answer, Components},
    database::Storage,
    dead_letters,
    effects::{Grants, Plan, UnknownEffect},
    observe::{self, metric},
};

mod failure;

use failure::{Called, Failure};

/// A handler, what it listens to and what it may do.
#[derive(Debug, Clone)]
pub struct Subscription {
    component: String,
    path: String,
    event_types: BTreeSet<EventType>,
    grants: Grants,
}

/// A subscription that cannot be served.
#[derive(Debug, thiserror::Error)]
pub enum SubscriptionError {
    /// It listens to what never happens.
    #[error("component `{component}` subscribes to an event that there is not")]
    Event {
        /// The component.
        component: String,
        /// What it asks for.
        #[source]
        cause: UnknownEventType,
    },
    /// It is granted what nobody can do.
    #[error("component `{component}` is granted an effect that there is not")]
    Effect {
        /// The component.
        component: String,
        /// What it is granted.
        #[source]
        cause: UnknownEffect,
    },
}

impl Subscription {
    /// The component at `path` listens to `subscribe` and may do `effects`, as `spin.toml` says.
    pub fn new(
        component: &str,
        path: &str,
        subscribe: &[String],
        effects: &[String],
    ) -> Result<Self, SubscriptionError> {
        let event_types = subscribe.iter().map(|name| name.parse()).collect::<Result<_, _>>();
        let named = || component.to_owned();
        Ok(Self {
            component: named(),
            path: path.to_owned(),
            event_types: event_types
                .map_err(|cause| SubscriptionError::Event { component: named(), cause })?,
            grants: Grants::parse(effects)
                .map_err(|cause| SubscriptionError::Effect { component: named(), cause })?,
        })
    }
}

/// Brings events to handlers.
pub struct Dispatcher {
    /// The handlers and what each may do.
    pub subscriptions: Vec<Subscription>,
    /// How handlers and the tasks component are reached.
    pub components: Arc<dyn Components>,
    /// Who carries out alarm effects.
    pub alarms: Arc<dyn AlarmClock>,
    /// Where dead letters are kept.
    pub storage: Storage,
    /// For lateness and dead letters.
    pub clock: Arc<dyn Clock>,
}

/// Why a handler could not take an event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Undelivered {
    /// Whether it may take the same event later.
    pub kind: PublishErrorKind,
    /// For the operator's eyes; may quote what people wrote.
    pub reason: String,
}

impl Dispatcher {
    /// Returns when every subscribed handler has taken the event and its effects are stored, or the
    /// event is with the dead letters of those that never will.
    pub async fn deliver(&self, row: &LogRow) -> Result<(), PublishError> {
        let Ok(event_type) = row.event_type.parse::<EventType>() else { return Ok(()) };
        let takers: Vec<_> =
            self.subscriptions.iter().filter(|one| one.event_types.contains(&event_type)).collect();
        if takers.is_empty() {
            return Ok(());
        }
        let rejected = |error| PublishError::new(row, PublishErrorKind::Rejected, error);
        let envelope = Bytes::from(serde_json::to_vec(&row.envelope()).map_err(rejected)?);

        // All of them get it, whatever becomes of the others; a repetition does no harm.
        let deliveries =
            takers.into_iter().map(|taker| self.deliver_to(taker, row, envelope.clone()));
        let outcomes = join_all(deliveries).instrument(observe::event_span(row)).await;
        outcomes.into_iter().collect::<Result<(), _>>()?;

        let took = (self.clock.now() - row.timestamp).to_std().unwrap_or_default();
        metrics::histogram!(metric::EVENT_SECONDS).record(took);
        Ok(())
    }

    /// Hands an event to one handler again that could not take it before. Nothing is set aside:
    /// what it cannot take this time either is an error of kind [`PublishErrorKind::Rejected`].
    pub async fn deliver_again(&self, consumer: &str, row: &LogRow) -> Result<(), Undelivered> {
        let rejected = |reason: String| Undelivered { kind: PublishErrorKind::Rejected, reason };
        let taker = self.subscriptions.iter().find(|one| one.component == consumer);
        let taker = taker.ok_or_else(|| rejected(format!("there is no handler `{consumer}`")))?;
        let envelope = serde_json::to_vec(&row.envelope());
        let envelope = Bytes::from(envelope.map_err(|error| rejected(error.to_string()))?);
        let span = observe::component_span(consumer);
        let handled = self.handle(taker, row, envelope).instrument(span).await;
        handled.map_err(|failure| Undelivered { kind: failure.kind(), reason: failure.reason() })
    }

    async fn deliver_to(
        &self,
        taker: &Subscription,
        row: &LogRow,
        envelope: Bytes,
    ) -> Result<(), PublishError> {
        let consumer = &taker.component;
        let span = observe::component_span(consumer);
        let failure = match self.handle(taker, row, envelope).instrument(span).await {
            Ok(()) => return Ok(()),
            Err(failure) => failure,
        };
        if failure.kind() != PublishErrorKind::Rejected {
            return Err(PublishError::new(row, failure.kind(), failure));
        }
        dead_letters::set_aside(&self.storage, &*self.clock, row, consumer, failure.reason())
            .await
            .map_err(|error| PublishError::of_storage(row, error))
    }

    async fn handle(
        &self,
        taker: &Subscription,
        row: &LogRow,
        envelope: Bytes,
    ) -> Result<(), Failure> {
        let component = &taker.component;
        let answer = self.ask(taker, row, envelope).await?;
        let reply = HandlerReply::parse(&answer.body)
            .map_err(|error| Failure::unreadable(component, error))?;
        let mut plan = Plan::new(reply.effects, &taker.grants)
            .map_err(|refused| Failure::refused(component, refused))?;
        let count = plan.len() as u64;

        if !plan.tasks.is_empty() {
            let wishes = ApplyEffects {
                consumer: component.clone(),
                event_id: row.event_id,
                user_id: row.user_id.clone(),
                correlation_id: row.correlation_id.clone(),
                timestamp: row.timestamp,
                effects: std::mem::take(&mut plan.tasks),
            };
            if self.apply(component, &wishes).await?.duplicate {
                metrics::counter!(metric::DUPLICATES_TOTAL).increment(1);
            }
        }
        plan.set_alarms(&*self.alarms).await.map_err(|error| Failure::alarm(component, error))?;

        metrics::counter!(metric::EFFECTS_TOTAL, "component" => component.clone()).increment(count);
        observe::event_taken(row, component, count);
        Ok(())
    }

    async fn ask(
        &self,
        taker: &Subscription,
        row: &LogRow,
        envelope: Bytes,
    ) -> Result<Answer, Failure> {
        let asked_at = Instant::now();
        let answer = self.components.call(&taker.path, envelope, &row.correlation_id).await;
        let answer = Failure::unless_ok(&taker.component, Called::Handler, answer);
        let outcome = match &answer {
            Ok(_) => "taken",
            Err(failure) if failure.kind() == PublishErrorKind::Rejected => "refused",
            Err(_) => "failed",
        };
        observe::handler_called(&taker.component, outcome, asked_at.elapsed());
        answer
    }

    async fn apply(&self, component: &str, wishes: &ApplyEffects) -> Result<Applied, Failure> {
        let body =
            serde_json::to_vec(wishes).map_err(|error| Failure::unreadable(component, error))?;
        let answer = self.components.call(APPLY_PATH, body.into(), &wishes.correlation_id).await;
        let answer = Failure::unless_ok(component, Called::Tasks, answer)?;
        serde_json::from_slice(&answer.body).map_err(|error| Failure::unreadable(component, error))
    }
}

#[cfg(test)]
mod tests;
