//! Reminders of the program on Postgres: created over HTTP, and late by what their events say.

use std::{thread::sleep, time::Duration};

use anyhow::{Context, Result, ensure};
use chrono::{DateTime, SecondsFormat};

use super::{AT_ONCE, COUNT, Fired, LEAD, WITHIN_MS, offset_ms};
use crate::{
    Setup,
    clock::now_ms,
    load::{Shot, send_all},
    site::{Mode, Site},
};

const WAITING: &str = "select count(*)::float8 from reminders where state = 'scheduled'";
/// From the time of each to its event's publication, when all handlers have had it.
const LATE: &str = "
    select (e.published_at - r.fire_at)::float8 from events e
    join reminders r on r.user_id = e.user_id and r.id = (e.payload ->> 'reminder_id')::uuid
    where e.event_type = 'reminder.trigger'";

pub(super) fn fire(setup: &Setup, mode: Mode) -> Result<Fired> {
    let site = Site::start(setup, mode)?;
    let tokens = site.tokens(AT_ONCE)?;
    let start_ms = now_ms()? + i64::try_from(LEAD.as_millis())?;
    let shots = (0..COUNT).zip(tokens.iter().cycle()).map(|(number, token)| {
        let due = DateTime::from_timestamp_millis(start_ms + offset_ms(number));
        let at = due.context("no such time")?.to_rfc3339_opts(SecondsFormat::Millis, true);
        let body = format!(r#"{{"title":"Water the plants","reminders":[{{"at":"{at}"}}]}}"#);
        anyhow::Ok(Shot::create(&site.server.address, token.clone(), body))
    });
    let armed = send_all(&shots.collect::<Result<Vec<_>>>()?, AT_ONCE)?;
    ensure!(now_ms()? < start_ms, "too slow to create them in time");

    let over_in = start_ms + i64::from(WITHIN_MS) - now_ms()?;
    sleep(Duration::from_millis(u64::try_from(over_in)?));
    let database = site.database()?;
    database.until_none("reminders", WAITING)?;
    site.settle()?;
    let late_ms = database.numbers(LATE)?;
    ensure!(late_ms.len() == COUNT as usize, "{} of {COUNT} fired", late_ms.len());
    Ok(Fired { armed_per_second: armed.per_second(), late_ms })
}
