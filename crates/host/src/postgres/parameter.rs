//! Parameters of statements, as strict about types as Spin is: what runs here runs there.

use bytes::BytesMut;
use tokio_postgres::types::{Format, IsNull, ToSql, Type, WrongType, to_sql_checked};

/// One parameter, with the type that it is sent as.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Parameter {
    Null,
    Bool(bool),
    Int1(i8),
    Int2(i16),
    Int4(i32),
    Int8(i64),
    Float4(f32),
    Float8(f64),
    Text(String),
    Bytes(Vec<u8>),
    /// Sent as text, to parameters of this type only.
    Written(Type, String),
}

type Outcome = Result<IsNull, Box<dyn std::error::Error + Sync + Send>>;

impl ToSql for Parameter {
    fn to_sql(&self, ty: &Type, out: &mut BytesMut) -> Outcome {
        match self {
            Self::Null => Ok(IsNull::Yes),
            Self::Bool(value) => value.to_sql_checked(ty, out),
            Self::Int1(value) => value.to_sql_checked(ty, out),
            Self::Int2(value) => value.to_sql_checked(ty, out),
            Self::Int4(value) => value.to_sql_checked(ty, out),
            Self::Int8(value) => value.to_sql_checked(ty, out),
            Self::Float4(value) => value.to_sql_checked(ty, out),
            Self::Float8(value) => value.to_sql_checked(ty, out),
            Self::Text(value) => value.to_sql_checked(ty, out),
            Self::Bytes(value) => value.to_sql_checked(ty, out),
            Self::Written(only, text) if only == ty => {
                out.extend_from_slice(text.as_bytes());
                Ok(IsNull::No)
            }
            Self::Written(..) => Err(Box::new(WrongType::new::<Self>(ty.clone()))),
        }
    }

    /// Which types fit depends on the value.
    fn accepts(_: &Type) -> bool {
        true
    }

    fn encode_format(&self, _: &Type) -> Format {
        if matches!(self, Self::Written(..)) { Format::Text } else { Format::Binary }
    }

    to_sql_checked!();
}
