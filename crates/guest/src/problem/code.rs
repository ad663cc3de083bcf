//! The one table of problem codes. Every line has its page `docs/errors/<code>.md`; a number is
//! never used again for something else.

use http::StatusCode;

macro_rules! codes {
    ($($(#[doc = $doc:literal])* $name:ident = $code:literal, $status:ident, $title:literal;)*) => {
        /// What kind of problem it is.
        ///
        /// 400: the request can never be right as sent. 422: it contradicts what is stored.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum Code {
            $($(#[doc = $doc])* $name,)*
        }

        impl Code {
            /// Every code, in order.
            pub const ALL: &[Self] = &[$(Self::$name,)*];

            /// The stable name: `TASKLOOM-0001`.
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$name => $code,)* }
            }

            /// The HTTP status that goes with it.
            pub fn status(self) -> StatusCode {
                match self { $(Self::$name => StatusCode::$status,)* }
            }

            /// The kind in a few words, the same for every request.
            pub fn title(self) -> &'static str {
                match self { $(Self::$name => $title,)* }
            }
        }
    };
}

codes! {
    /// The body is no JSON at all.
    BodyNotJson = "TASKLOOM-0001", BAD_REQUEST, "the body is not JSON";
    /// The body is no text.
    BodyNotUtf8 = "TASKLOOM-0002", BAD_REQUEST, "the body is not UTF-8";
    /// The body is longer than 64 KiB.
    BodyTooLong = "TASKLOOM-0003", PAYLOAD_TOO_LARGE, "the body is too long";
    /// The body is of another kind than the route takes.
    ContentType = "TASKLOOM-0004", UNSUPPORTED_MEDIA_TYPE, "the content type is not supported";
    /// A field is missing, unknown or has a value that is not accepted.
    InvalidField = "TASKLOOM-0005", BAD_REQUEST, "invalid field";
    /// A parameter is missing, unknown or has a value that is not accepted.
    InvalidParameter = "TASKLOOM-0006", BAD_REQUEST, "invalid parameter";
    /// The cursor is not one of ours, or of another question.
    InvalidCursor = "TASKLOOM-0007", BAD_REQUEST, "invalid cursor";
    /// A header has a value that is not accepted.
    InvalidHeader = "TASKLOOM-0008", BAD_REQUEST, "invalid header";
    /// There is no bearer token.
    TokenMissing = "TASKLOOM-0009", UNAUTHORIZED, "a token is required";
    /// The token was good once.
    TokenExpired = "TASKLOOM-0010", UNAUTHORIZED, "the token has expired";
    /// The token is not accepted.
    TokenInvalid = "TASKLOOM-0011", UNAUTHORIZED, "the token is not valid";
    /// There is no such task for this user.
    TaskNotFound = "TASKLOOM-0012", NOT_FOUND, "no such task";
    /// There is no such path.
    RouteNotFound = "TASKLOOM-0013", NOT_FOUND, "no such route";
    /// The path takes other methods.
    MethodNotAllowed = "TASKLOOM-0014", METHOD_NOT_ALLOWED, "the method is not allowed here";
    /// `If-Match` names a version that is not the current one.
    StaleVersion = "TASKLOOM-0015", PRECONDITION_FAILED, "the task has changed";
    /// The `Idempotency-Key` was used for another request.
    KeyReused = "TASKLOOM-0016", UNPROCESSABLE_ENTITY, "the idempotency key was used before";
    /// The parent is missing, or would be its own child.
    InvalidParent = "TASKLOOM-0017", UNPROCESSABLE_ENTITY, "the parent task cannot be used";
    /// Others changed the same task all the time.
    Contended = "TASKLOOM-0018", SERVICE_UNAVAILABLE, "too many changes at once";
    /// Known to the design, not built yet.
    NotSupportedYet = "TASKLOOM-0019", BAD_REQUEST, "not supported yet";
    /// The database has no tables, or older ones.
    NoSchema = "TASKLOOM-0020", SERVICE_UNAVAILABLE, "the database has no schema";
    /// The database does not answer in time.
    StoreBusy = "TASKLOOM-0021", SERVICE_UNAVAILABLE, "the database is busy";
    /// The disk is full, or the file is read-only.
    StoreNotWritable = "TASKLOOM-0022", SERVICE_UNAVAILABLE, "the database cannot be written";
    /// A fault of ours.
    Internal = "TASKLOOM-0023", INTERNAL_SERVER_ERROR, "internal error";
    /// A variable of the component is missing or wrong.
    Configuration = "TASKLOOM-0024", INTERNAL_SERVER_ERROR, "the component is not configured";
    /// Effects of a handler that can never be applied.
    InvalidEffects = "TASKLOOM-0025", UNPROCESSABLE_ENTITY, "the effects cannot be applied";
    /// A handler says that it will never be able to handle this event.
    EventRefused = "TASKLOOM-0026", UNPROCESSABLE_ENTITY, "the handler refuses the event";
    /// A handler asks to send the same event again later.
    HandlerTryLater = "TASKLOOM-0027", SERVICE_UNAVAILABLE, "the handler asks to try later";
    /// What is asked for is possible for an open task only.
    TaskIsDone = "TASKLOOM-0028", CONFLICT, "the task is done";
    /// There is no further occurrence in the series, or no series.
    SeriesIsOver = "TASKLOOM-0029", CONFLICT, "the series is over";
    /// The task has no such reminder, or none that fired or waits.
    ReminderNotFound = "TASKLOOM-0030", NOT_FOUND, "no such reminder";
}
