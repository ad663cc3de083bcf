//! Tasks out of other apps' files and into them. Bytes in, values out: no I/O, no clock.
//!
//! [`read`] makes [`Item`]s of a file and says for everything that has no place in one what it was
//! and why ([`Loss`]); nothing is dropped silently. [`write()`] makes a file of items. What each format
//! brings, and what is lost on the way, is told to users in `docs/import-export.md`.
//!
//! Data flows one way: `text` makes characters of bytes, `json`, `table` and `content_line` make
//! fields of characters, a module per format makes a draft of fields, `found` collects the drafts,
//! `fit` makes them such that a task can hold them, and `tree` puts parents before their parts.

mod content_line;
mod dates;
mod fit;
mod format;
mod found;
mod google;
mod item;
mod json;
mod key;
mod loss;
mod microsoft;
mod repeat;
mod shown;
mod spreadsheet;
mod table;
mod taskloom;
mod taskwarrior;
mod text;
mod ticktick;
mod todo_txt;
mod todoist;
mod tree;
mod vtodo;
mod windows_zone;
mod write;

pub use language::{Context, Locale};

pub use self::{
    format::{Format, UnknownFormat},
    item::Item,
    loss::{LOSSES_MAX, Loss, Place, ReadError},
    write::{Target, UnknownTarget, Written, write},
};

/// Most tasks in one file.
pub const ITEMS_MAX: usize = 100_000;

/// What a file holds.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Reading {
    /// The tasks, parents before their parts.
    pub items: Vec<Item>,
    /// What did not come along; at most [`LOSSES_MAX`], those of the file as a whole last.
    pub lost: Vec<Loss>,
    /// How many losses there are besides.
    pub more_lost: usize,
}

/// Reads a file. `context` says when and where it is read: relative dates count from its moment, times
/// without a zone are in its zone, numeric dates have the order of its locale.
pub fn read(format: Format, bytes: &[u8], context: &Context) -> Result<Reading, ReadError> {
    let mut found = found::Found::new(format, context);
    let text = text::decode(bytes, &mut found);
    match format {
        Format::TodoistCsv => todoist::read(&text, &mut found),
        Format::TicktickCsv => ticktick::read(&text, &mut found),
        Format::MicrosoftJson => microsoft::read_json(&text, &mut found),
        Format::MicrosoftCsv => microsoft::read_csv(&text, &mut found),
        Format::GoogleJson => google::read(&text, &mut found),
        Format::Ics => vtodo::read(&text, &mut found),
        Format::TaskwarriorJson => taskwarrior::read(&text, &mut found),
        Format::TodoTxt => todo_txt::read(&text, &mut found),
        Format::TaskloomJson => taskloom::read(&text, &mut found),
        Format::Csv => spreadsheet::read(&text, &mut found),
    }?;
    Ok(found.finish())
}
