//! Text -> [`Intent`]: one grammar for quick add, the command line, chat and MCP.
//!
//! [`parse`] is pure and deterministic: the clock, the zone and the locale are arguments. What it is
//! not sure of stays in the title and is asked, with [`Choice`]s. No word is ever lost: what is not
//! in a [`Span`] is in the title. `docs/language.md` tells users what is understood.
//!
//! Data flows one way: `text` refuses what cannot be read, `token` cuts, `marks` takes tags
//! and priorities, `read` recognises phrases, `judge` decides which of them count, `settle`
//! makes one due time and one rule of them, `title` keeps the rest and `say` says it back.

mod assemble;
mod context;
mod intent;
mod judge;
mod line;
mod marks;
mod read;
mod rule;
mod say;
mod settle;
mod text;
mod title;
mod token;
mod wire;
mod word;

pub use self::{
    assemble::parse,
    context::{Context, DayParts, Locale, UnknownLocale},
    intent::{Choice, ChoiceValue, Intent, Question, QuestionKind, Span, SpanKind, answer},
    text::{TEXT_MAX_CHARS, TextError},
};
