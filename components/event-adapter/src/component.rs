//! The entry: Spin's request in, the imported handler behind it.

#![expect(unsafe_code, reason = "the canonical ABI, as wit-bindgen and `http_component` write it")]

use events::{FieldError, RawEnvelope, effect::Failure, plugin};
use guest::{INTERNAL_BODY_MAX_BYTES, Request, Response, Scope, entry, scope, settings, variables};
use spin_sdk::{
    http::{IncomingRequest, ResponseOutparam},
    http_component,
};
use taskloom::plugin::event_handler as wit;
use uuid::Uuid;

use crate::{Place, Wish};

wit_bindgen::generate!({
    path: ["../../wit/types", "../../wit/plugin"],
    world: "taskloom:plugin/event-adapter",
    generate_all,
});

#[http_component]
fn serve(request: IncomingRequest, out: ResponseOutparam) {
    entry::serve(request, out, |_path| INTERNAL_BODY_MAX_BYTES, respond);
}

fn respond(request: Request) -> Response {
    let scope = Scope::open(request.headers(), scope::clock(), Uuid::now_v7);
    match settings::verifier(&variables::get) {
        Ok(verifier) => crate::respond(&request, &scope, &verifier, handle),
        Err(problem) => scope.refuse(problem),
    }
}

fn handle(envelope: &RawEnvelope) -> Result<Vec<Wish>, Failure> {
    let event = wit::Event {
        event_id: envelope.event_id.to_string(),
        event_type: envelope.event_type.clone(),
        user_id: envelope.user_id.clone(),
        timestamp: plugin::timestamp(envelope.timestamp),
        payload: envelope.payload.get().to_owned(),
    };
    let effects = wit::handle(&event).map_err(|failure| match failure {
        wit::Failure::Invalid(why) => Failure::Invalid(why),
        wit::Failure::TryLater(why) => Failure::TryLater(why),
    })?;
    let wishes = effects.into_iter().enumerate().map(|(index, effect)| {
        wish(effect).map_err(|error| error.within(&format!("effects[{index}]")).into())
    });
    wishes.collect()
}

fn wish(effect: wit::Effect) -> Result<Wish, FieldError> {
    Ok(match effect {
        wit::Effect::CreateTask(wit::NewTask { task, series }) => {
            Wish::CreateTask { task: plugin::raw("task", task)?, series: series.map(place) }
        }
        wit::Effect::UpdateTask(wit::TaskChange { task_id, patch }) => {
            Wish::UpdateTask { task_id, patch: plugin::raw("patch", patch)? }
        }
        wit::Effect::CompleteTask(task_id) => Wish::CompleteTask { task_id },
        wit::Effect::ScheduleReminder(alarm) => {
            let wit::Alarm { reminder_id, task_id, generation, fire_at } = alarm;
            Wish::ScheduleReminder { reminder_id, task_id, generation, fire_at }
        }
        wit::Effect::CancelReminder(reminder_id) => Wish::CancelReminder { reminder_id },
        wit::Effect::Notify(wit::Notice { title, body }) => Wish::Notify { title, body },
        wit::Effect::Publish(event) => Wish::Publish { event: plugin::raw("event", event)? },
    })
}

fn place(position: wit::SeriesPosition) -> Place {
    let wit::SeriesPosition { series_id, occurrence, start, slot, predecessor } = position;
    Place { series_id, occurrence, start, slot, predecessor }
}
