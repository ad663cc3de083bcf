//! The filter language: one parser for the API, the command line, the UI, chat and MCP.
//!
//! `status:open priority>=high due<+7d tag:home -tag:work "pay rent" (has:repeat OR no:due)`
//!
//! [`Filter::parse`] knows no clock: what it gives can be stored. [`Filter::resolve`] turns what is
//! relative to now into bounds, and [`Resolved::matches`] is the reference for what a filter means:
//! a database that filters has to agree with it. `docs/filters.md` tells users what they can write.
//!
//! Data flows one way: `lex` cuts, `parse` makes a tree of [`Node`]s, `resolve` a tree of [`Rule`]s,
//! `matches` asks it. `display` and `explain` write a tree down, for the parser and for people.

mod day_names;
mod display;
mod error;
mod explain;
mod field;
mod filter;
mod lex;
mod matches;
mod node;
mod parameters;
mod parse;
mod resolve;
mod span;
mod term;
mod text;
mod time;
mod words;

pub use self::{
    error::{FilterError, FilterErrorKind},
    filter::Filter,
    node::{Node, NodeKind},
    parameters::{ParameterError, ParameterErrorKind, Parameters},
    parse::{DEPTH_MAX, TERMS_MAX},
    resolve::{Bound, Check, Edge, Now, Range, Resolved, Rule},
    span::Span,
    term::{IdField, Part, Tag, Term},
    text::TEXT_MAX_CHARS,
    time::{
        AHEAD_MAX, Ahead, DayUnit, Days, Moment, Order, Period, Point, TimeField, When, Which,
        Whole,
    },
    words::{Words, folded},
};
