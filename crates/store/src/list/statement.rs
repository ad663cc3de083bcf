//! The text of a list: put together from fixed fragments. Values are parameters, always.

use uuid::Uuid;

use super::{COUNT_MAX, LIMIT_MAX, ListQuery, Moment, Sort, SortKey};
use crate::{
    Dialect, Value,
    names::{self, Named},
    postgres, sqlite,
};

/// A statement and its parameters.
#[derive(Debug)]
pub(crate) struct Statement {
    pub(crate) sql: String,
    pub(crate) params: Vec<Value>,
    dialect: Dialect,
}

/// Tasks of a page and one more; after the columns of a task come the sort keys of the row.
pub(super) fn page(
    dialect: Dialect,
    user_id: &str,
    query: &ListQuery,
    after: Option<(&[Value], Uuid)>,
) -> Statement {
    let columns: Vec<Column> = query.sort.iter().map(|sort| Column::of(*sort, dialect)).collect();
    let order = order_by(&columns, dialect);
    let keys: String = columns.iter().map(|column| format!(", {}", column.name)).collect();

    // Walks an index and touches no more rows than it returns; only those get their tags and reminders,
    // which for SQLite takes an inner select.
    let task = match dialect {
        Dialect::Sqlite => "select t.rowid as row".to_owned(),
        Dialect::Postgres => format!("select {}{keys}", postgres::statements::TASK_COLUMNS),
    };
    let mut statement = Statement { sql: task, params: Vec::new(), dialect };
    statement.sql += " from tasks t";
    statement.filter(user_id, query);
    if let Some((marks, id)) = after {
        statement.keyset(&columns, marks, id);
    }
    let limit = statement.bind(query.limit.clamp(1, LIMIT_MAX) + 1);
    statement.sql += &format!("\n  order by {order} limit {limit}");
    if dialect == Dialect::Sqlite {
        let columns = sqlite::statements::TASK_COLUMNS;
        statement.sql = format!(
            "select {columns}{keys}\nfrom ({}) page\njoin tasks t on t.rowid = page.row\norder by {order}",
            statement.sql
        );
    }
    statement
}

/// How many tasks the filters let through, up to a limit.
pub(super) fn count(dialect: Dialect, user_id: &str, query: &ListQuery) -> Statement {
    let sql = "select count(*) from (select 1 from tasks t".to_owned();
    let mut statement = Statement { sql, params: Vec::new(), dialect };
    statement.filter(user_id, query);
    let limit = statement.bind(COUNT_MAX);
    statement.sql += &format!("\n  limit {limit}) page");
    statement
}

impl Statement {
    /// Adds a parameter and returns its place.
    fn bind(&mut self, value: impl Into<Value>) -> String {
        let value = value.into();
        let cast = match value {
            Value::Text(_) => "text",
            _ => "int8",
        };
        self.params.push(value);
        let place = self.params.len();
        match self.dialect {
            Dialect::Sqlite => format!("?{place}"),
            Dialect::Postgres => format!("${place}::{cast}"),
        }
    }

    fn filter(&mut self, user_id: &str, query: &ListQuery) {
        let user = self.bind(user_id);
        self.sql += &format!("\n  where t.user_id = {user} and t.deleted_at is null");
        if let Some(status) = query.status {
            let status = self.bind(status.name());
            self.sql += &format!("\n  and t.status = {status}");
        }
        if !query.priorities.is_empty() {
            let ranks = query.priorities.iter().map(|priority| names::rank(*priority));
            let ranks: Vec<String> = ranks.map(|rank| self.bind(rank)).collect();
            self.sql += &format!("\n  and t.priority in ({})", ranks.join(", "));
        }
        for tag in &query.tags {
            let tag = self.bind(names::fold(tag));
            self.sql += &format!(
                "\n  and t.id in (select g.task_id from task_tags g
    where g.user_id = {user} and g.tag = {tag})"
            );
        }
        for (moment, than) in [(query.due_after, ">"), (query.due_before, "<")] {
            let Some(moment) = moment else { continue };
            let (column, value) = match moment {
                Moment::Instant(instant) => ("due_at", instant.timestamp_millis().into()),
                Moment::Date(date) => ("due_date", Value::from(date.to_string())),
            };
            let value = self.bind(value);
            self.sql += &format!("\n  and t.{column} {than} {value}");
        }
    }

    /// Only rows behind the one with these sort keys and this id.
    fn keyset(&mut self, columns: &[Column], marks: &[Value], id: Uuid) {
        let mut id = self.bind(id);
        if self.dialect == Dialect::Postgres {
            id += "::uuid";
        }
        let mut behind = format!("t.id {} {id}", than(descends(columns)));
        let mut bound = String::new();
        for (column, mark) in columns.iter().zip(marks).rev() {
            let Column { name, nullable, descending, lower } = column;
            let than = than(*descending);
            behind = match mark {
                // Nothing comes after "no value".
                Value::Null => format!("({name} is null and {behind})"),
                mark => {
                    let mark = self.bind(mark.clone());
                    let mark = if *lower { format!("lower({mark} collate \"C\")") } else { mark };
                    let tie = format!("({name} = {mark} and {behind})");
                    if *nullable {
                        bound.clear();
                        format!("({name} {than} {mark} or {name} is null or {tie})")
                    } else {
                        // The index can start from here; the rest cuts off what is equal.
                        bound = format!("\n  and {name} {than}= {mark}");
                        format!("({name} {than} {mark} or {tie})")
                    }
                }
            };
        }
        self.sql += &format!("{bound}\n  and {behind}");
    }
}

/// A sort key as a column.
struct Column {
    name: &'static str,
    nullable: bool,
    descending: bool,
    /// Titles are compared without the case of ASCII letters: SQLite's column knows, Postgres is told.
    lower: bool,
}

impl Column {
    fn of(Sort { key, descending }: Sort, dialect: Dialect) -> Self {
        let lower = key == SortKey::Title && dialect == Dialect::Postgres;
        let (name, nullable) = match key {
            SortKey::Created => ("t.created_at", false),
            SortKey::Due => ("t.due_at", true),
            SortKey::Priority => ("t.priority", false),
            SortKey::Status => ("t.status", false),
            SortKey::Completion => ("t.completed_at", true),
            SortKey::Updated => ("t.updated_at", false),
            SortKey::Title if lower => ("t.title_key", false),
            SortKey::Title => ("t.title", false),
        };
        // The names of the states sort the other way round: "done" < "open".
        Self { name, nullable, descending: descending != (key == SortKey::Status), lower }
    }
}

/// The id goes the way of the key before it, so that an index can be read in one direction.
fn descends(columns: &[Column]) -> bool {
    columns.last().is_some_and(|column| column.descending)
}

fn than(descending: bool) -> &'static str {
    if descending { "<" } else { ">" }
}

fn order_by(columns: &[Column], dialect: Dialect) -> String {
    let keys = columns.iter().map(|Column { name, nullable, descending, .. }| {
        let direction = if *descending { " desc" } else { "" };
        // "No value" comes last. SQLite takes it as the least of all, Postgres as the greatest.
        let last = *nullable && *descending == (dialect == Dialect::Postgres);
        let nulls = if last { " nulls last" } else { "" };
        format!("{name}{direction}{nulls}, ")
    });
    let id = if descends(columns) { "t.id desc" } else { "t.id" };
    keys.chain([id.to_owned()]).collect()
}
