//! Tables of comma separated values (RFC 4180): cells by the name of their column.

use std::collections::HashMap;

use csv::{ReaderBuilder, StringRecord};

use crate::{
    found::Found,
    loss::{Place, ReadError},
};

/// In how many rows the header is looked for; what stands before it is a preamble.
const HEADER_WITHIN_ROWS: usize = 30;

/// The rows of a table.
pub(crate) struct Table<'a> {
    text: &'a str,
    reader: csv::Reader<&'a [u8]>,
    /// By their names in small letters.
    columns: HashMap<String, usize>,
    /// As the file writes them.
    names: Vec<String>,
}

/// One row.
pub(crate) struct Row {
    cells: StringRecord,
    taken: Vec<bool>,
    pub(crate) place: Place,
}

impl<'a> Table<'a> {
    /// Finds the header: the first row that has all of `needed`. Commas, semicolons and tabs divide
    /// cells, whichever the header has.
    pub(crate) fn open(
        text: &'a str,
        needed: &[&str],
        accepts: &'static str,
        found: &mut Found<'_>,
    ) -> Result<Self, ReadError> {
        let mut seen = String::new();
        for delimiter in [b',', b';', b'\t'] {
            let mut reader = ReaderBuilder::new()
                .has_headers(false)
                .flexible(true)
                .delimiter(delimiter)
                .from_reader(text.as_bytes());
            let mut row = StringRecord::new();
            for _ in 0..HEADER_WITHIN_ROWS {
                if !read_row(&mut reader, &mut row)? {
                    break;
                }
                let names: Vec<_> = row.iter().map(|name| name.trim().to_lowercase()).collect();
                if needed.iter().all(|needed| names.iter().any(|name| name == needed)) {
                    say_if_cut(text, found);
                    let columns = names.into_iter().enumerate().rev();
                    let columns = columns.map(|(at, name)| (name, at)).collect();
                    let names = row.iter().map(|name| name.trim().to_owned()).collect();
                    return Ok(Self { text, reader, columns, names });
                }
                if seen.is_empty() {
                    seen = row.iter().take(8).collect::<Vec<_>>().join(",");
                }
            }
        }
        Err(ReadError::Format {
            format: found.format,
            place: Place::Line(1),
            problem: format!(
                "no row has the columns {}; the first is `{}`",
                needed.join(", "),
                crate::shown::shown(&seen)
            ),
            accepts,
        })
    }

    /// The next row that is not empty.
    pub(crate) fn row(&mut self) -> Result<Option<Row>, ReadError> {
        loop {
            let mut cells = StringRecord::new();
            if !read_row(&mut self.reader, &mut cells)? {
                return Ok(None);
            }
            if cells.iter().any(|cell| !cell.trim().is_empty()) {
                let line = cells.position().map_or(0, |at| self.line(at));
                let taken = vec![false; cells.len()];
                return Ok(Some(Row { cells, taken, place: Place::Line(line) }));
            }
        }
    }

    /// The reader counts the line breaks before a row to the row.
    fn line(&self, at: &csv::Position) -> u64 {
        let begin = usize::try_from(at.byte()).unwrap_or(usize::MAX);
        let rest = self.text.as_bytes().get(begin..).unwrap_or_default();
        let breaks = rest.iter().take_while(|byte| matches!(byte, b'\r' | b'\n'));
        at.line() + breaks.filter(|byte| **byte == b'\n').count() as u64
    }

    /// Takes the cell of a column, trimmed, empty where there is none.
    pub(crate) fn take<'r>(&self, row: &'r mut Row, column: &str) -> &'r str {
        self.take_raw(row, column).trim()
    }

    /// Takes the cell of a column as it stands.
    pub(crate) fn take_raw<'r>(&self, row: &'r mut Row, column: &str) -> &'r str {
        let Some(at) = self.columns.get(column) else { return "" };
        if let Some(taken) = row.taken.get_mut(*at) {
            *taken = true;
        }
        row.cells.get(*at).unwrap_or_default()
    }

    /// Takes the first cell that says something, of columns with the same meaning.
    pub(crate) fn take_any(&self, row: &mut Row, columns: &[&str]) -> String {
        let mut first = String::new();
        for column in columns {
            let cell = self.take(row, column);
            if first.is_empty() {
                first = cell.to_owned();
            }
        }
        first
    }

    /// Says that what nobody took is lost. `meaningless` are columns that hold nothing for a person.
    pub(crate) fn rest(&self, row: &Row, meaningless: &[&str], found: &mut Found<'_>) {
        for (at, cell) in row.cells.iter().enumerate() {
            let is_taken = row.taken.get(at).copied().unwrap_or_default();
            let name = self.names.get(at).map_or("", String::as_str);
            if is_taken
                || cell.trim().is_empty()
                || meaningless.contains(&name.to_lowercase().as_str())
            {
                continue;
            }
            let why = match at < self.names.len() {
                true => "has no place in a task",
                false => {
                    "stands to the right of the last column; accepted: as many cells as columns"
                }
            };
            found.lose(&row.place, name, cell, why);
        }
    }
}

/// A file that was cut within quotes.
fn say_if_cut(text: &str, found: &mut Found<'_>) {
    if !text.bytes().filter(|byte| *byte == b'"').count().is_multiple_of(2) {
        let why = "a quote is opened and not closed, so the rows after it may be one cell; accepted: \
                       a complete file";
        found.lose(&Place::File, "quotes", "\"", why);
    }
}

fn read_row(reader: &mut csv::Reader<&[u8]>, row: &mut StringRecord) -> Result<bool, ReadError> {
    reader.read_record(row).map_err(|error| ReadError::Syntax {
        line: error.position().map_or(0, csv::Position::line),
        column: 0,
        problem:
            "the row cannot be read; accepted: cells with commas between them, in quotes where \
                  they hold commas, quotes or line breaks"
                .to_owned(),
    })
}
