//! Google Tasks as Google Takeout gives it, `Tasks.json`: lists, each with `items` in the shape of the
//! resource `tasks` of the Google Tasks API v1. Of `due` only the day means anything, says its
//! reference.

use domain::task::{Due, Priority};
use serde_json::Value;

use crate::{
    dates,
    found::Found,
    item::Item,
    json::{self, Object},
    key,
    loss::{Place, ReadError},
};

const ACCEPTS: &str =
    "`Tasks.json` of Google Takeout: `{ \"items\": [ { \"title\": …, \"items\": [ … ] } ] }`";

/// Fields that hold nothing for a person.
const MEANINGLESS: [&str; 10] = [
    "kind",
    "etag",
    "selfLink",
    "webViewLink",
    "position",
    "hidden",
    "task_type",
    "id",
    "updated",
    "created",
];

pub(crate) fn read(text: &str, found: &mut Found<'_>) -> Result<(), ReadError> {
    let lists = match json::parse(text)? {
        Value::Object(mut fields) => fields.remove("items"),
        _ => None,
    };
    let Some(Value::Array(lists)) = lists else {
        return Err(ReadError::Format {
            format: found.format,
            place: Place::File,
            problem: "there is no list `items`".to_owned(),
            accepts: ACCEPTS,
        });
    };
    for (at, list) in lists.into_iter().enumerate() {
        let path = format!("items[{at}]");
        let Some(mut list) = Object::of(list, &path, found) else { continue };
        let name = list.text("title", found);
        for (at, value) in list.list("items", found).into_iter().enumerate() {
            if let Some(value) = Object::of(value, &format!("{path}.items[{at}]"), found) {
                task(value, &name, found)?;
            }
        }
        list.rest(&MEANINGLESS, found);
    }
    Ok(())
}

fn task(mut task: Object, list: &str, found: &mut Found<'_>) -> Result<(), ReadError> {
    let place = task.place.clone();
    let title = task.text("title", found);
    if task.flag("deleted", found) {
        found.lose(&place, "deleted", &title, "the task was deleted there and was left out");
        return Ok(());
    }
    let id = task.text("id", found);
    let is_done = status(&mut task, found);
    let due = match task.text("due", found).as_str() {
        "" => None,
        text => match dates::read(text) {
            Some(when) => Some(Due::Date { date: when.day(), zone: None }),
            None => {
                found.lose(&place, "due", text, dates::NO_DATE);
                None
            }
        },
    };
    let own = found.own_zone();
    let mut moment = |field: &str, found: &mut Found<'_>| {
        let text = task.text(field, found);
        found.moment(&text, &own, field, &place)
    };
    let completed_at = moment("completed", found);
    let (created_at, updated_at) = (moment("created", found), moment("updated", found));
    let is_starred = task.flag("starred", found);
    let parent = key::plain(&task.text("parent", found));
    let tags = [list].into_iter().filter(|list| !list.is_empty() && *list != "My Tasks");
    let item = Item {
        title,
        description: task.text("notes", found),
        priority: if is_starred { Priority::High } else { Priority::Medium },
        tags: tags.map(str::to_owned).collect(),
        due,
        parent: Some(parent).filter(|parent| !parent.is_empty()),
        is_done,
        completed_at: completed_at.filter(|_| is_done),
        created_at,
        updated_at,
        ..Item::default()
    };
    task.rest(&MEANINGLESS, found);
    found.add(&id, item, place).map(|_| ())
}

fn status(task: &mut Object, found: &mut Found<'_>) -> bool {
    let status = task.text("status", found);
    match status.as_str() {
        "completed" => true,
        "" | "needsAction" => false,
        other => {
            let why = "the task counts as open; accepted: needsAction, completed";
            found.lose(&task.place, "status", other, why);
            false
        }
    }
}
