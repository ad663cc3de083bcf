//! Compares what was asked for with what came, and with what the log says.

use std::collections::{BTreeMap, HashMap};

use anyhow::Result;
use chrono::{DateTime, TimeDelta, Utc};
use rusqlite::Connection;

use crate::{arm::Asked, findings::Findings, watch::Seen};

/// What fires in the last instant of a process may not have left it.
const LAST_INSTANT: TimeDelta = TimeDelta::milliseconds(50);
/// As late as this still counts as on time.
const ON_TIME_MS: u64 = 1000;
/// As many late ones come without a digest.
const LATE_ALONE_MAX: usize = 5;

/// From a kill until the next process served.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Away {
    pub(crate) from: DateTime<Utc>,
    pub(crate) until: DateTime<Utc>,
}

/// Adds what was found about every reminder.
pub(crate) fn reckon(asked: &[Asked], seen: &[Seen], away: &[Away], findings: &mut Findings) {
    let mut came = HashMap::<&str, Vec<&Seen>>::new();
    for one in seen {
        came.entry(&one.reminder_id).or_default().push(one);
    }
    for one in asked {
        let came = came.remove(&*one.reminder_id).unwrap_or_default();
        check_one(one, &came, away, findings);
    }
    for id in came.into_keys() {
        findings.doubled.push(format!("{id} was never asked for"));
    }
    findings.on_stream_ms.sort_unstable();
    findings.after_restart_ms.sort_unstable();
    check_digests(seen, findings);
}

fn check_one(asked: &Asked, came: &[&Seen], away: &[Away], findings: &mut Findings) {
    let Asked { reminder_id, fire_at, known_at, fires } = asked;
    match fires {
        Some(true) => findings.reminders += 1,
        Some(false) => findings.called_off += 1,
        None => return,
    }
    match (fires, came) {
        (Some(true), []) => findings.lost.push(format!("{reminder_id}, due {fire_at}")),
        (Some(true), [_]) | (_, []) => {}
        _ => findings.doubled.push(format!("{reminder_id} came {} times", came.len())),
    }
    for one in came {
        let first = one.fired_at.min(one.arrived_at);
        if first < *fire_at {
            let by_ms = (*fire_at - first).num_milliseconds();
            findings.early.push(format!("{reminder_id}, due {fire_at}, by {by_ms} ms"));
        }
        let late_ms = since_ms(*fire_at, one.fired_at);
        let expected = if late_ms < ON_TIME_MS { 0 } else { late_ms };
        if one.late_by_ms != expected {
            let told = one.late_by_ms;
            findings.odd.push(format!("{reminder_id} says {told} ms late, is {expected} ms"));
        }
        // It could not come before the server knew of it.
        let due = (*fire_at).max(*known_at);
        match away.iter().find(|away| (away.from - LAST_INSTANT..=away.until).contains(&due)) {
            Some(away) => findings.after_restart_ms.push(since_ms(away.until, one.arrived_at)),
            None => findings.on_stream_ms.push(since_ms(due, one.arrived_at)),
        }
    }
}

/// Every digest is whole and in order. That each late one among many has a place in one is seen from
/// how they fired: those of one change set bear the same time.
fn check_digests(seen: &[Seen], findings: &mut Findings) {
    let mut digests = BTreeMap::<&str, Vec<(u64, u64)>>::new();
    let mut alone = HashMap::<(usize, DateTime<Utc>), usize>::new();
    for one in seen {
        match &one.digest {
            Some(digest) => {
                digests.entry(&digest.id).or_default().push((digest.position, digest.size));
                if one.late_by_ms == 0 {
                    findings.odd.push(format!("{} is in a digest and on time", one.reminder_id));
                }
            }
            None if one.late_by_ms > 0 => {
                *alone.entry((one.user, one.fired_at)).or_default() += 1;
            }
            None => {}
        }
    }
    findings.digests = digests.len();
    for (id, places) in digests {
        let size = places.len() as u64;
        if size <= LATE_ALONE_MAX as u64
            || !places.iter().copied().eq((1..=size).map(|n| (n, size)))
        {
            findings.odd.push(format!("digest {id} has these places: {places:?}"));
        }
    }
    for ((user, at), count) in alone.into_iter().filter(|(_, count)| *count > LATE_ALONE_MAX) {
        findings.odd.push(format!("{count} late ones of user {user} fired one by one at {at}"));
    }
}

/// What the log says about the same, whatever the streams showed.
pub(crate) fn check_log(database: &Connection, asked: &[Asked], out: &mut Findings) -> Result<()> {
    let query = "select payload ->> '$.reminder_id', count(*), min(timestamp_ms) from events
        where event_type = 'reminder.trigger' group by 1";
    let mut query = database.prepare(query)?;
    let row = |row: &rusqlite::Row<'_>| Ok((row.get::<_, String>(0)?, (row.get(1)?, row.get(2)?)));
    let fired: HashMap<String, (i64, i64)> = query.query_map([], row)?.collect::<Result<_, _>>()?;
    for Asked { reminder_id, fire_at, fires, .. } in asked {
        let (count, at_ms) = fired.get(reminder_id).copied().unwrap_or((0, i64::MAX));
        let text = format!("{reminder_id} is in the log {count} times");
        match fires {
            Some(true) if count == 0 => add(&mut out.lost, reminder_id, text),
            Some(true) if count == 1 => {}
            Some(false) if count == 0 => {}
            None => {}
            _ => add(&mut out.doubled, reminder_id, text),
        }
        if at_ms < fire_at.timestamp_millis() {
            let text = format!("{reminder_id}, due {fire_at}, by the log");
            add(&mut out.early, reminder_id, text);
        }
    }
    Ok(())
}

/// Adds what the stream has not shown already.
fn add(list: &mut Vec<String>, reminder_id: &str, text: String) {
    if !list.iter().any(|known| known.starts_with(reminder_id)) {
        list.push(text);
    }
}

fn since_ms(begin: DateTime<Utc>, end: DateTime<Utc>) -> u64 {
    u64::try_from((end - begin).num_milliseconds()).unwrap_or(0)
}
