//! Names of metrics, spans and log lines, written once.

use std::time::Duration;

use metrics::{Unit, describe_counter, describe_gauge, describe_histogram};
use store::LogRow;
use tracing::{Level, Span, event, info_span};

/// Names of metrics: prefix `taskloom_`, base units, labels from closed sets only.
pub mod metric {
    /// Age of the oldest row that has not been published. The alert hangs on this one.
    pub const OUTBOX_LAG_SECONDS: &str = "taskloom_outbox_lag_seconds";
    /// Rows that wait to be published.
    pub const OUTBOX_DEPTH: &str = "taskloom_outbox_depth";
    /// Rows that were published and marked.
    pub const OUTBOX_PUBLISHED_TOTAL: &str = "taskloom_outbox_published_total";
    /// Attempts to publish that failed and are made again.
    pub const OUTBOX_RETRIES_TOTAL: &str = "taskloom_outbox_retries_total";
    /// Rows set aside after the last attempt; their users wait for a person.
    pub const OUTBOX_PARKED_TOTAL: &str = "taskloom_outbox_parked_total";
    /// Users whose events wait for a person.
    pub const OUTBOX_PARKED_USERS: &str = "taskloom_outbox_parked_users";
    /// From the event to its last effect stored.
    pub const EVENT_SECONDS: &str = "taskloom_event_seconds";
    /// Calls of handlers, by `component` and `outcome`.
    pub const HANDLER_CALLS_TOTAL: &str = "taskloom_handler_calls_total";
    /// How long a handler took, by `component`.
    pub const HANDLER_SECONDS: &str = "taskloom_handler_seconds";
    /// Effects stored, by `component`; repetitions are not counted.
    pub const EFFECTS_TOTAL: &str = "taskloom_effects_total";
    /// Deliveries whose effects had been stored before.
    pub const DUPLICATES_TOTAL: &str = "taskloom_duplicates_suppressed_total";
    /// Events that can never be handled, by `component`.
    pub const DEAD_LETTERS_TOTAL: &str = "taskloom_dead_letters_total";
    /// Events of a type that only a later version knows.
    pub const SKIPPED_TOTAL: &str = "taskloom_events_skipped_total";
    /// Dead letters handed to their consumers again, by `outcome`: taken, refused, failed.
    pub const REPLAYS_TOTAL: &str = "taskloom_dead_letter_replays_total";
    /// Buckets of users whose events this process publishes; shared with others by leases.
    pub const LEASES: &str = "taskloom_leases_held";
    /// Leases that ran out because they were not renewed in time.
    pub const LEASES_LOST_TOTAL: &str = "taskloom_leases_lost_total";
    /// Writes that were refused because their lease had gone to somebody else.
    pub const FENCED_TOTAL: &str = "taskloom_fenced_writes_total";
    /// Reminders that fired.
    pub const REMINDERS_FIRED_TOTAL: &str = "taskloom_reminders_fired_total";
    /// From the time of a reminder to the moment it fired.
    pub const REMINDER_LATENESS_SECONDS: &str = "taskloom_reminder_lateness_seconds";
    /// Attempts at notifications, by `channel` and `outcome`: sent, retried, dropped, gone, dead.
    pub const NOTIFICATIONS_TOTAL: &str = "taskloom_notifications_total";
    /// Alarms in memory.
    pub const ALARMS: &str = "taskloom_alarms";
    /// Live streams that are open.
    pub const STREAMS: &str = "taskloom_streams";
    /// Streams that fell behind and went back to the store.
    pub const STREAM_REREADS_TOTAL: &str = "taskloom_stream_rereads_total";
}

/// Tells the recorder what each metric means. Called once, when it is installed.
pub fn describe() {
    use metric::*;
    describe_gauge!(OUTBOX_LAG_SECONDS, Unit::Seconds, "Age of the oldest unpublished event.");
    describe_gauge!(OUTBOX_DEPTH, Unit::Count, "Events that wait to be published.");
    describe_counter!(OUTBOX_PUBLISHED_TOTAL, Unit::Count, "Events published and marked.");
    describe_counter!(OUTBOX_RETRIES_TOTAL, Unit::Count, "Failed attempts that are repeated.");
    describe_counter!(OUTBOX_PARKED_TOTAL, Unit::Count, "Events set aside after the last attempt.");
    describe_gauge!(OUTBOX_PARKED_USERS, Unit::Count, "Users whose events wait for a person.");
    describe_histogram!(EVENT_SECONDS, Unit::Seconds, "From an event to its effects stored.");
    describe_counter!(HANDLER_CALLS_TOTAL, Unit::Count, "Calls of handlers by outcome.");
    describe_histogram!(HANDLER_SECONDS, Unit::Seconds, "Duration of a handler's call.");
    describe_counter!(EFFECTS_TOTAL, Unit::Count, "Effects stored.");
    describe_counter!(DUPLICATES_TOTAL, Unit::Count, "Repeated deliveries without effect.");
    describe_counter!(DEAD_LETTERS_TOTAL, Unit::Count, "Events that can never be handled.");
    describe_counter!(SKIPPED_TOTAL, Unit::Count, "Events of types not known yet.");
    describe_counter!(REPLAYS_TOTAL, Unit::Count, "Dead letters handed over again by outcome.");
    describe_gauge!(LEASES, Unit::Count, "Buckets of users that are this process's to serve.");
    describe_counter!(LEASES_LOST_TOTAL, Unit::Count, "Leases that ran out.");
    describe_counter!(FENCED_TOTAL, Unit::Count, "Writes refused for want of their lease.");
    describe_counter!(REMINDERS_FIRED_TOTAL, Unit::Count, "Reminders fired.");
    describe_histogram!(REMINDER_LATENESS_SECONDS, Unit::Seconds, "Lateness of reminders.");
    describe_counter!(NOTIFICATIONS_TOTAL, Unit::Count, "Attempts at notifications by outcome.");
    describe_gauge!(ALARMS, Unit::Count, "Alarms in memory.");
    describe_gauge!(STREAMS, Unit::Count, "Open live streams.");
    describe_counter!(STREAM_REREADS_TOTAL, Unit::Count, "Streams that went back to the store.");
}

/// One span per event on its way to the handlers.
pub fn event_span(row: &LogRow) -> Span {
    info_span!(
        "event.dispatch",
        otel.kind = "consumer",
        event.id = %row.event_id,
        event.name = %row.event_type,
        correlation_id = %row.correlation_id,
    )
}

/// One span per call of a component.
pub fn component_span(component: &str) -> Span {
    info_span!("component.call", otel.kind = "client", component.id = component)
}

/// Tells that a component took an event and that what it asked for is done. Most events lead to
/// nothing, which is worth a line only to who looks for it.
pub fn event_taken(row: &LogRow, component: &str, effects: u64) {
    macro_rules! line {
        ($level:expr) => {
            event!(
                $level,
                component.id = component,
                event.id = %row.event_id,
                event.name = row.event_type,
                effects,
                correlation_id = row.correlation_id,
                "`{component}` took {}, {effects} effects",
                row.event_type,
            )
        };
    }
    if effects > 0 { line!(Level::INFO) } else { line!(Level::DEBUG) }
}

/// Counts a call of a handler.
pub fn handler_called(component: &str, outcome: &'static str, took: Duration) {
    let component = component.to_owned();
    metrics::counter!(
        metric::HANDLER_CALLS_TOTAL,
        "component" => component.clone(),
        "outcome" => outcome,
    )
    .increment(1);
    metrics::histogram!(metric::HANDLER_SECONDS, "component" => component).record(took);
}
