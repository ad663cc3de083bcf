//! The interface's types, and what of them is carried: numbers, texts, bytes, `bool`, `uuid`,
//! `jsonb`, `numeric`, and dates and times as parameters. The others are refused by name; a
//! statement can cast them from and to text.

use tokio_postgres::{
    Row,
    types::{FromSql, Type},
};
use wasmtime::component::{ComponentType, Lift, Lower};

use crate::postgres::{self, Answer, Parameter, not_carried};

#[derive(ComponentType, Lift, Lower)]
#[component(variant)]
pub(super) enum Error {
    #[component(name = "connection-failed")]
    ConnectionFailed(String),
    #[component(name = "bad-parameter")]
    BadParameter(String),
    #[component(name = "query-failed")]
    QueryFailed(QueryError),
    #[component(name = "value-conversion-failed")]
    ValueConversionFailed(String),
    #[component(name = "other")]
    Other(String),
}

#[derive(ComponentType, Lift, Lower)]
#[component(variant)]
pub(super) enum QueryError {
    #[component(name = "text")]
    Text(String),
    #[component(name = "db-error")]
    DbError(DbError),
}

#[derive(ComponentType, Lift, Lower)]
#[component(record)]
pub(super) struct DbError {
    #[component(name = "as-text")]
    as_text: String,
    severity: String,
    code: String,
    message: String,
    detail: Option<String>,
    extras: Vec<(String, String)>,
}

/// What the server refused, or what counts as if it had.
pub(super) fn refused(code: &str, error: postgres::Error) -> Error {
    let severity = if error.severity.is_empty() { "ERROR".to_owned() } else { error.severity };
    Error::QueryFailed(QueryError::DbError(DbError {
        as_text: format!("{severity}: {}", error.message),
        severity,
        code: code.to_owned(),
        message: error.message,
        detail: error.detail,
        extras: Vec::new(),
    }))
}

#[derive(ComponentType, Lift, Lower)]
#[component(variant)]
pub(super) enum DbDataType {
    #[component(name = "boolean")]
    Boolean,
    #[component(name = "int8")]
    Int8,
    #[component(name = "int16")]
    Int16,
    #[component(name = "int32")]
    Int32,
    #[component(name = "int64")]
    Int64,
    #[component(name = "floating32")]
    Floating32,
    #[component(name = "floating64")]
    Floating64,
    #[component(name = "str")]
    Str,
    #[component(name = "binary")]
    Binary,
    #[component(name = "date")]
    Date,
    #[component(name = "time")]
    Time,
    #[component(name = "datetime")]
    Datetime,
    #[component(name = "timestamp")]
    Timestamp,
    #[component(name = "uuid")]
    Uuid,
    #[component(name = "jsonb")]
    Jsonb,
    #[component(name = "decimal")]
    Decimal,
    #[component(name = "range-int32")]
    RangeInt32,
    #[component(name = "range-int64")]
    RangeInt64,
    #[component(name = "range-decimal")]
    RangeDecimal,
    #[component(name = "array-int32")]
    ArrayInt32,
    #[component(name = "array-int64")]
    ArrayInt64,
    #[component(name = "array-decimal")]
    ArrayDecimal,
    #[component(name = "array-str")]
    ArrayStr,
    #[component(name = "interval")]
    Interval,
    #[component(name = "other")]
    Other(String),
}

#[derive(Clone, Copy, ComponentType, Lift, Lower)]
#[component(enum)]
#[repr(u8)]
#[expect(dead_code, reason = "guests make them")]
pub(super) enum RangeBoundKind {
    #[component(name = "inclusive")]
    Inclusive,
    #[component(name = "exclusive")]
    Exclusive,
}

#[derive(Clone, Copy, ComponentType, Lift, Lower)]
#[component(record)]
pub(super) struct IntervalValue {
    micros: i64,
    days: i32,
    months: i32,
}

type Bound<T> = Option<(T, RangeBoundKind)>;
type Range<T> = (Bound<T>, Bound<T>);

/// `db-value` and `parameter-value` are the same but for the last cases.
macro_rules! value {
    ($name:ident { $($last:tt)* }) => {
        #[derive(ComponentType, Lift, Lower)]
        #[component(variant)]
        pub(super) enum $name {
            #[component(name = "boolean")]
            Boolean(bool),
            #[component(name = "int8")]
            Int8(i8),
            #[component(name = "int16")]
            Int16(i16),
            #[component(name = "int32")]
            Int32(i32),
            #[component(name = "int64")]
            Int64(i64),
            #[component(name = "floating32")]
            Floating32(f32),
            #[component(name = "floating64")]
            Floating64(f64),
            #[component(name = "str")]
            Str(String),
            #[component(name = "binary")]
            Binary(Vec<u8>),
            #[component(name = "date")]
            Date((i32, u8, u8)),
            #[component(name = "time")]
            Time((u8, u8, u8, u32)),
            #[component(name = "datetime")]
            Datetime((i32, u8, u8, u8, u8, u8, u32)),
            #[component(name = "timestamp")]
            Timestamp(i64),
            #[component(name = "uuid")]
            Uuid(String),
            #[component(name = "jsonb")]
            Jsonb(Vec<u8>),
            #[component(name = "decimal")]
            Decimal(String),
            #[component(name = "range-int32")]
            RangeInt32(Range<i32>),
            #[component(name = "range-int64")]
            RangeInt64(Range<i64>),
            #[component(name = "range-decimal")]
            RangeDecimal(Range<String>),
            #[component(name = "array-int32")]
            ArrayInt32(Vec<Option<i32>>),
            #[component(name = "array-int64")]
            ArrayInt64(Vec<Option<i64>>),
            #[component(name = "array-decimal")]
            ArrayDecimal(Vec<Option<String>>),
            #[component(name = "array-str")]
            ArrayStr(Vec<Option<String>>),
            #[component(name = "interval")]
            Interval(IntervalValue),
            #[component(name = "db-null")]
            DbNull,
            $($last)*
        }
    };
}

value!(DbValue {
    #[component(name = "unsupported")]
    Unsupported(Vec<u8>),
});
value!(ParameterValue {});

#[derive(ComponentType, Lift, Lower)]
#[component(record)]
pub(super) struct Column {
    name: String,
    #[component(name = "data-type")]
    data_type: DbDataType,
}

#[derive(ComponentType, Lift, Lower)]
#[component(record)]
pub(super) struct RowSet {
    columns: Vec<Column>,
    rows: Vec<Vec<DbValue>>,
}

impl TryFrom<ParameterValue> for Parameter {
    type Error = Error;

    fn try_from(value: ParameterValue) -> Result<Self, Error> {
        type Given = ParameterValue;
        Ok(match value {
            Given::Boolean(value) => Self::Bool(value),
            Given::Int8(value) => Self::Int1(value),
            Given::Int16(value) => Self::Int2(value),
            Given::Int32(value) => Self::Int4(value),
            Given::Int64(value) => Self::Int8(value),
            Given::Floating32(value) => Self::Float4(value),
            Given::Floating64(value) => Self::Float8(value),
            Given::Str(text) => Self::Text(text),
            Given::Binary(bytes) => Self::Bytes(bytes),
            Given::Date((year, month, day)) => {
                Self::Written(Type::DATE, format!("{year:04}-{month:02}-{day:02}"))
            }
            Given::Time((hour, minute, second, nano)) => {
                Self::Written(Type::TIME, format!("{hour:02}:{minute:02}:{second:02}.{nano:09}"))
            }
            Given::Datetime((year, month, day, hour, minute, second, nano)) => Self::Written(
                Type::TIMESTAMP,
                format!(
                    "{year:04}-{month:02}-{day:02} {hour:02}:{minute:02}:{second:02}.{nano:09}"
                ),
            ),
            Given::Uuid(text) => Self::Written(Type::UUID, text),
            Given::Jsonb(bytes) => match String::from_utf8(bytes) {
                Ok(text) => Self::Written(Type::JSONB, text),
                Err(_) => return Err(Error::BadParameter("the JSON is not UTF-8".to_owned())),
            },
            Given::Decimal(text) => Self::Written(Type::NUMERIC, text),
            Given::DbNull => Self::Null,
            Given::Timestamp(_)
            | Given::RangeInt32(_)
            | Given::RangeInt64(_)
            | Given::RangeDecimal(_)
            | Given::ArrayInt32(_)
            | Given::ArrayInt64(_)
            | Given::ArrayDecimal(_)
            | Given::ArrayStr(_)
            | Given::Interval(_) => {
                let why = "ranges, arrays, intervals and timestamps are not carried by this host: \
                           pass them as text and cast";
                return Err(Error::BadParameter(why.to_owned()));
            }
        })
    }
}

impl TryFrom<Answer> for RowSet {
    type Error = Error;

    fn try_from(answer: Answer) -> Result<Self, Error> {
        let row = |row: &Row| (0..row.len()).map(|at| read(row, at)).collect();
        let rows = answer.rows.iter().map(row).collect::<Result<_, String>>();
        let rows = rows.map_err(Error::ValueConversionFailed)?;
        let column = |(name, of): (String, Type)| Column { name, data_type: data_type(&of) };
        Ok(Self { columns: answer.columns.into_iter().map(column).collect(), rows })
    }
}

fn data_type(of: &Type) -> DbDataType {
    match *of {
        Type::BOOL => DbDataType::Boolean,
        Type::INT2 => DbDataType::Int16,
        Type::INT4 => DbDataType::Int32,
        Type::INT8 => DbDataType::Int64,
        Type::FLOAT4 => DbDataType::Floating32,
        Type::FLOAT8 => DbDataType::Floating64,
        Type::TEXT | Type::VARCHAR | Type::BPCHAR => DbDataType::Str,
        Type::BYTEA => DbDataType::Binary,
        Type::UUID => DbDataType::Uuid,
        Type::JSONB => DbDataType::Jsonb,
        ref other => DbDataType::Other(other.name().to_owned()),
    }
}

fn read(row: &Row, at: usize) -> Result<DbValue, String> {
    let column = &row.columns()[at];
    match *column.type_() {
        Type::BOOL => get(row, at, DbValue::Boolean),
        Type::INT2 => get(row, at, DbValue::Int16),
        Type::INT4 => get(row, at, DbValue::Int32),
        Type::INT8 => get(row, at, DbValue::Int64),
        Type::FLOAT4 => get(row, at, DbValue::Floating32),
        Type::FLOAT8 => get(row, at, DbValue::Floating64),
        Type::TEXT | Type::VARCHAR | Type::BPCHAR => get(row, at, DbValue::Str),
        Type::BYTEA => get(row, at, DbValue::Binary),
        Type::UUID => get(row, at, |Raw(bytes)| DbValue::Uuid(uuid(bytes))),
        // The first byte is the version of the format.
        Type::JSONB => {
            get(row, at, |Raw(bytes)| DbValue::Jsonb(bytes.get(1..).unwrap_or_default().to_vec()))
        }
        Type::VOID => Ok(DbValue::Unsupported(Vec::new())),
        ref other => Err(not_carried(column.name(), other).message),
    }
}

fn get<'a, T: FromSql<'a>>(
    row: &'a Row,
    at: usize,
    wrap: impl FnOnce(T) -> DbValue,
) -> Result<DbValue, String> {
    let value: Option<T> = row.try_get(at).map_err(|error| error.to_string())?;
    Ok(value.map_or(DbValue::DbNull, wrap))
}

/// A value as the server sends it.
struct Raw<'a>(&'a [u8]);

impl<'a> FromSql<'a> for Raw<'a> {
    fn from_sql(_: &Type, raw: &'a [u8]) -> Result<Self, Box<dyn std::error::Error + Sync + Send>> {
        Ok(Self(raw))
    }

    fn accepts(of: &Type) -> bool {
        matches!(*of, Type::UUID | Type::JSONB)
    }
}

fn uuid(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(36);
    for (at, byte) in bytes.iter().enumerate() {
        if [4, 6, 8, 10].contains(&at) {
            text.push('-');
        }
        text.push_str(&format!("{byte:02x}"));
    }
    text
}
