//! The port to a database, and the values that pass through it.

use crate::{SqlError, SqlErrorKind};

/// The language that a database speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Dialect {
    /// Parameters are `?1`, `?2`, …
    #[default]
    Sqlite,
    /// Parameters are `$1`, `$2`, …, each with a cast to the type that it is bound as.
    Postgres,
}

/// A value as databases hand it over. Postgres has text, int8, float8 and bytea for them; what its
/// rows hold besides is cast by the statement.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// No value.
    Null,
    /// A whole number; instants are milliseconds since the epoch, UTC.
    Integer(i64),
    /// A floating point number.
    Real(f64),
    /// Text, UTF-8.
    Text(String),
    /// Bytes.
    Blob(Vec<u8>),
}

/// A database: runs one statement, which is its own transaction.
pub trait Sql {
    /// The language of its statements.
    fn dialect(&self) -> Dialect {
        Dialect::Sqlite
    }

    /// Runs the one statement of `sql` with its numbered parameters bound to `params`. Everything it
    /// changes is durable when it returns, or nothing was changed and the error says so; of
    /// [`SqlErrorKind::Away`] alone nobody knows which.
    fn run(&self, sql: &str, params: &[Value]) -> Result<Rows, SqlError>;

    /// A second fence on Postgres: what follows on this connection sees the rows of this user only,
    /// when the role of the connection is bound by row level security. A driver for Postgres runs
    /// [`ACT_FOR`]; nothing by default.
    fn act_for(&self, user_id: &str) -> Result<(), SqlError> {
        let _ = user_id;
        Ok(())
    }
}

/// What a driver for Postgres runs in [`Sql::act_for`], with the user's id as its only parameter.
pub const ACT_FOR: &str = "select set_config('taskloom.user_id', $1::text, false)";

impl<S: Sql + ?Sized> Sql for &S {
    fn dialect(&self) -> Dialect {
        (**self).dialect()
    }

    fn run(&self, sql: &str, params: &[Value]) -> Result<Rows, SqlError> {
        (**self).run(sql, params)
    }

    fn act_for(&self, user_id: &str) -> Result<(), SqlError> {
        (**self).act_for(user_id)
    }
}

impl<S: Sql + ?Sized> Sql for std::sync::Arc<S> {
    fn dialect(&self) -> Dialect {
        (**self).dialect()
    }

    fn run(&self, sql: &str, params: &[Value]) -> Result<Rows, SqlError> {
        (**self).run(sql, params)
    }

    fn act_for(&self, user_id: &str) -> Result<(), SqlError> {
        (**self).act_for(user_id)
    }
}

/// What a statement returned.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Rows {
    /// Names of the columns.
    pub columns: Vec<String>,
    /// The rows, each as long as `columns`.
    pub rows: Vec<Vec<Value>>,
}

impl Rows {
    /// Maps every row.
    pub(crate) fn read<T>(
        self,
        mut each: impl FnMut(&mut Row) -> Result<T, SqlError>,
    ) -> Result<Vec<T>, SqlError> {
        let rows = self.rows.into_iter();
        rows.map(|values| each(&mut Row { values: values.into_iter(), column: 0 })).collect()
    }

    /// Maps the only row, if there is one.
    pub(crate) fn read_one<T>(
        mut self,
        each: impl FnMut(&mut Row) -> Result<T, SqlError>,
    ) -> Result<Option<T>, SqlError> {
        self.rows.truncate(1);
        Ok(self.read(each)?.pop())
    }
}

/// One row, whose columns are taken from left to right.
pub(crate) struct Row {
    values: std::vec::IntoIter<Value>,
    column: usize,
}

impl Row {
    /// The next column.
    pub(crate) fn take<T: FromColumn>(&mut self) -> Result<T, SqlError> {
        let value = self.values.next();
        self.column += 1;
        value.and_then(T::from_column).ok_or_else(|| self.unreadable())
    }

    /// The next column, read from its text.
    pub(crate) fn parse<T>(&mut self, parse: impl Fn(&str) -> Option<T>) -> Result<T, SqlError> {
        let text = self.take::<String>()?;
        parse(&text).ok_or_else(|| self.unreadable())
    }

    /// The next column, read from its text unless it is null.
    pub(crate) fn parse_opt<T>(
        &mut self,
        parse: impl Fn(&str) -> Option<T>,
    ) -> Result<Option<T>, SqlError> {
        match self.take::<Option<String>>()? {
            None => Ok(None),
            Some(text) => parse(&text).map(Some).ok_or_else(|| self.unreadable()),
        }
    }

    /// The column taken last holds something that we never wrote.
    pub(crate) fn unreadable(&self) -> SqlError {
        SqlError::of(SqlErrorKind::Unreadable, format!("column {} cannot be read", self.column))
    }
}

/// What a column can be read as.
pub(crate) trait FromColumn: Sized {
    fn from_column(value: Value) -> Option<Self>;
}

impl FromColumn for i64 {
    fn from_column(value: Value) -> Option<Self> {
        match value {
            Value::Integer(integer) => Some(integer),
            _ => None,
        }
    }
}

impl FromColumn for u64 {
    fn from_column(value: Value) -> Option<Self> {
        i64::from_column(value)?.try_into().ok()
    }
}

impl FromColumn for u32 {
    fn from_column(value: Value) -> Option<Self> {
        i64::from_column(value)?.try_into().ok()
    }
}

impl FromColumn for u16 {
    fn from_column(value: Value) -> Option<Self> {
        i64::from_column(value)?.try_into().ok()
    }
}

impl FromColumn for String {
    fn from_column(value: Value) -> Option<Self> {
        match value {
            Value::Text(text) => Some(text),
            _ => None,
        }
    }
}

impl FromColumn for Value {
    fn from_column(value: Value) -> Option<Self> {
        Some(value)
    }
}

impl<T: FromColumn> FromColumn for Option<T> {
    fn from_column(value: Value) -> Option<Self> {
        match value {
            Value::Null => Some(None),
            value => T::from_column(value).map(Some),
        }
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<i64> for Value {
    fn from(integer: i64) -> Self {
        Self::Integer(integer)
    }
}

impl From<u32> for Value {
    fn from(integer: u32) -> Self {
        Self::Integer(integer.into())
    }
}

impl From<u64> for Value {
    /// Numbers that no row can hold become the greatest one that a row can.
    fn from(integer: u64) -> Self {
        Self::Integer(integer.try_into().unwrap_or(i64::MAX))
    }
}

impl<T: Into<Value>> From<Option<T>> for Value {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Into::into)
    }
}

impl From<uuid::Uuid> for Value {
    fn from(id: uuid::Uuid) -> Self {
        Self::Text(id.to_string())
    }
}
