//! What was found in a file so far: drafts, and what had no place in them.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use domain::{task::Due, zone::ZoneName};
use language::Context;

use crate::{
    ITEMS_MAX, Reading,
    dates::{self, When},
    fit,
    format::Format,
    item::Item,
    key::Keys,
    loss::{LOSSES_MAX, Loss, Place, ReadError},
    tree, windows_zone,
};

/// Most fields that are told as one loss each; what comes after that is told under the last.
const ASIDES_MAX: usize = 200;

/// Collects the tasks of one file.
pub(crate) struct Found<'a> {
    pub(crate) format: Format,
    pub(crate) context: &'a Context,
    items: Vec<(Item, Place)>,
    lost: Vec<Loss>,
    more_lost: usize,
    asides: Vec<Aside>,
    aside_of: HashMap<String, usize>,
    keys: Keys,
}

/// A field that is lost wherever it stands.
struct Aside {
    field: String,
    first: String,
    why: &'static str,
    times: usize,
}

impl<'a> Found<'a> {
    pub(crate) fn new(format: Format, context: &'a Context) -> Self {
        Self {
            format,
            context,
            items: Vec::new(),
            lost: Vec::new(),
            more_lost: 0,
            asides: Vec::new(),
            aside_of: HashMap::new(),
            keys: Keys::default(),
        }
    }

    /// Says that something has no place.
    pub(crate) fn lose(&mut self, place: &Place, field: &str, found: &str, why: impl Into<String>) {
        match self.lost.len() < LOSSES_MAX {
            true => self.lost.push(Loss::new(place, field, found, why)),
            false => self.more_lost += 1,
        }
    }

    /// The same for a field of which one word for the whole file is enough.
    pub(crate) fn aside(&mut self, field: &str, found: &str, why: &'static str) {
        let known = match self.aside_of.get(field) {
            Some(index) => *index,
            None if self.asides.len() < ASIDES_MAX => {
                self.aside_of.insert(field.to_owned(), self.asides.len());
                let (field, first) = (field.to_owned(), found.to_owned());
                self.asides.push(Aside { field, first, why, times: 0 });
                self.asides.len() - 1
            }
            None => ASIDES_MAX - 1,
        };
        if let Some(aside) = self.asides.get_mut(known) {
            aside.times += 1;
        }
    }

    /// Takes a draft in and returns its key. `id` is what the file knows it by, or empty.
    pub(crate) fn add(&mut self, id: &str, draft: Item, place: Place) -> Result<String, ReadError> {
        if self.items.len() == ITEMS_MAX {
            return Err(ReadError::TooMany);
        }
        let key = self.keys.of(id, &draft);
        let mut item = fit::fit(draft, &place, self);
        item.key.clone_from(&key);
        self.items.push((item, place));
        Ok(key)
    }

    /// The zone of that name, by the IANA or by Windows. An unknown one is lost, and the reader's own
    /// takes its place.
    pub(crate) fn zone(&mut self, name: &str, field: &str, place: &Place) -> ZoneName {
        let name = name.trim();
        if name.is_empty() {
            return self.context.zone.clone();
        }
        windows_zone::parse(name).unwrap_or_else(|| {
            let own = self.context.zone.clone();
            self.lose(
                place,
                field,
                name,
                format!("is no zone that is known here, so `{own}` was taken; accepted: an IANA name such as `Europe/Berlin`"),
            );
            own
        })
    }

    /// A due date in one of the forms of [`dates::read`], in `zone` where it names none.
    pub(crate) fn due(
        &mut self,
        text: &str,
        zone: &ZoneName,
        field: &str,
        place: &Place,
    ) -> Option<Due> {
        match dates::read(text) {
            _ if text.trim().is_empty() => None,
            Some(when) => Some(when.due(zone)),
            None => {
                self.lose(place, field, text.trim(), dates::NO_DATE);
                None
            }
        }
    }

    /// A moment in the life of a task, in one of the same forms.
    pub(crate) fn moment(
        &mut self,
        text: &str,
        zone: &ZoneName,
        field: &str,
        place: &Place,
    ) -> Option<DateTime<Utc>> {
        match dates::read(text) {
            _ if text.trim().is_empty() => None,
            Some(when) => Some(when.instant(zone)),
            None => {
                self.lose(place, field, text.trim(), dates::NO_DATE);
                None
            }
        }
    }

    /// The reader's own zone, in which a time without one is.
    pub(crate) fn own_zone(&self) -> ZoneName {
        self.context.zone.clone()
    }

    /// The reading, with parents before their parts.
    pub(crate) fn finish(mut self) -> Reading {
        let items = tree::ordered(std::mem::take(&mut self.items), &mut self);
        for aside in std::mem::take(&mut self.asides) {
            let why = match aside.times {
                1 => aside.why.to_owned(),
                times => format!("{} ({times} times)", aside.why),
            };
            self.lose(&Place::File, &aside.field, &aside.first, why);
        }
        Reading { items, lost: self.lost, more_lost: self.more_lost }
    }
}

/// Where only a day is meant though a time is written: midnight on the wall of `zone`.
pub(crate) fn midnight_is_a_day(when: When, zone: &ZoneName) -> Due {
    match when.due(zone) {
        Due::At { local, zone: _ } if local.time() == chrono::NaiveTime::MIN => {
            Due::Date { date: local.date(), zone: None }
        }
        due => due,
    }
}
