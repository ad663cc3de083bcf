//! What goes into a statement and what comes out of it, in the five kinds that SQLite has too.

use tokio_postgres::{Row, types::Type};

use super::{Error, ErrorKind, Parameter, session::Answer};

/// A value of a parameter or column.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// SQL `NULL`, of any type.
    Null,
    /// A whole number; a parameter is an `int8`.
    Integer(i64),
    /// A floating point number; a parameter is a `float8`.
    Real(f64),
    /// Text.
    Text(String),
    /// Bytes, a `bytea`.
    Blob(Vec<u8>),
}

/// The answer to a statement.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Rows {
    /// Names of the columns.
    pub columns: Vec<String>,
    /// The rows, each as long as `columns`.
    pub rows: Vec<Vec<Value>>,
}

impl From<Value> for Parameter {
    fn from(value: Value) -> Self {
        match value {
            Value::Null => Self::Null,
            Value::Integer(number) => Self::Int8(number),
            Value::Real(number) => Self::Float8(number),
            Value::Text(text) => Self::Text(text),
            Value::Blob(bytes) => Self::Bytes(bytes),
        }
    }
}

impl TryFrom<Answer> for Rows {
    type Error = Error;

    fn try_from(answer: Answer) -> Result<Self, Error> {
        let row = |row: &Row| (0..row.len()).map(|at| read(row, at)).collect();
        let rows = answer.rows.iter().map(row).collect::<Result<_, Error>>()?;
        Ok(Self { columns: answer.columns.into_iter().map(|(name, _)| name).collect(), rows })
    }
}

fn read(row: &Row, at: usize) -> Result<Value, Error> {
    let column = &row.columns()[at];
    Ok(match *column.type_() {
        Type::TEXT | Type::VARCHAR | Type::BPCHAR | Type::NAME => text(row.try_get(at)?),
        Type::INT8 => whole(row.try_get::<_, Option<i64>>(at)?),
        Type::INT4 => whole(row.try_get::<_, Option<i32>>(at)?),
        Type::INT2 => whole(row.try_get::<_, Option<i16>>(at)?),
        Type::FLOAT8 => real(row.try_get::<_, Option<f64>>(at)?),
        Type::FLOAT4 => real(row.try_get::<_, Option<f32>>(at)?),
        Type::BYTEA => row.try_get::<_, Option<Vec<u8>>>(at)?.map_or(Value::Null, Value::Blob),
        Type::VOID => Value::Null,
        ref other => return Err(not_carried(column.name(), other)),
    })
}

fn text(value: Option<String>) -> Value {
    value.map_or(Value::Null, Value::Text)
}

fn whole(value: Option<impl Into<i64>>) -> Value {
    value.map_or(Value::Null, |number| Value::Integer(number.into()))
}

fn real(value: Option<impl Into<f64>>) -> Value {
    value.map_or(Value::Null, |number| Value::Real(number.into()))
}

/// A column whose values nobody reads.
pub(crate) fn not_carried(column: &str, of: &Type) -> Error {
    let of = of.name();
    let message = format!("column `{column}` has the type `{of}`, which is not carried: cast it");
    Error::new(ErrorKind::Invalid, message)
}
