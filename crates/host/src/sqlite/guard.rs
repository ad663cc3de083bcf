//! What a statement may do, and for how long. Installed on every connection that runs statements
//! from outside.

use std::{
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use rusqlite::{
    Connection,
    config::DbConfig,
    hooks::{AuthAction, AuthContext, Authorization},
    limits::Limit,
};

use super::error::{Error, ErrorKind};

/// Steps of SQLite's machine between two looks at the clock: some 20 µs.
const STEPS_PER_LOOK: i32 = 2_000;
/// Longest statement text.
const STATEMENT_BYTES: i32 = 1 << 20;
/// Longest single value, and longest row.
const VALUE_BYTES: i32 = 16 << 20;

/// Pragmas that only look, and whether they take an argument.
const HARMLESS_PRAGMAS: &[(&str, bool)] = &[
    ("application_id", false),
    ("compile_options", false),
    ("data_version", false),
    ("encoding", false),
    ("foreign_key_check", true),
    ("foreign_key_list", true),
    ("foreign_keys", false),
    ("freelist_count", false),
    ("index_info", true),
    ("index_list", true),
    ("index_xinfo", true),
    ("integrity_check", true),
    ("journal_mode", false),
    ("page_count", false),
    ("page_size", false),
    ("quick_check", true),
    ("schema_version", false),
    ("synchronous", false),
    ("table_info", true),
    ("table_list", true),
    ("table_xinfo", true),
    ("user_version", false),
];

/// Modules that a virtual table may be made with.
const TABLE_MODULES: &[&str] = &["fts5", "fts5vocab", "rtree"];

const NO_TEMPORARY: &str = "not allowed: connections are shared, so there are no temporary tables";

/// The hooks' shared state: on while a statement from outside is prepared or runs.
#[derive(Clone)]
pub(super) struct Guard(Arc<State>);

struct State {
    started: Instant,
    on: AtomicBool,
    deadline_us: AtomicU64,
    reason: Mutex<Option<&'static str>>,
}

impl Guard {
    /// Puts limits and hooks on the connection. They do nothing until [`Guard::watch`].
    pub(super) fn install(connection: &mut Connection) -> rusqlite::Result<Self> {
        connection.set_limit(Limit::SQLITE_LIMIT_SQL_LENGTH, STATEMENT_BYTES)?;
        connection.set_limit(Limit::SQLITE_LIMIT_LENGTH, VALUE_BYTES)?;
        connection.set_limit(Limit::SQLITE_LIMIT_ATTACHED, 0)?;
        connection.set_limit(Limit::SQLITE_LIMIT_TRIGGER_DEPTH, 32)?;
        connection.set_limit(Limit::SQLITE_LIMIT_LIKE_PATTERN_LENGTH, 1_000)?;
        connection.set_limit(Limit::SQLITE_LIMIT_WORKER_THREADS, 0)?;
        connection.set_db_config(DbConfig::SQLITE_DBCONFIG_DEFENSIVE, true)?;

        let guard = Self(Arc::new(State {
            started: Instant::now(),
            on: AtomicBool::new(false),
            deadline_us: AtomicU64::new(u64::MAX),
            reason: Mutex::new(None),
        }));
        let authorizer = guard.clone();
        connection.authorizer(Some(move |context: AuthContext<'_>| authorizer.judge(context)))?;
        let clock = guard.clone();
        connection.progress_handler(STEPS_PER_LOOK, Some(move || clock.is_late()))?;
        Ok(guard)
    }

    /// Runs `statement` under watch: only permitted actions, and no longer than `limit`.
    pub(super) fn watch<T>(
        &self,
        limit: Duration,
        statement: impl FnOnce() -> Result<T, Error>,
    ) -> Result<T, Error> {
        let deadline = (self.0.started.elapsed() + limit).as_micros();
        self.0.deadline_us.store(deadline.try_into().unwrap_or(u64::MAX), Ordering::Relaxed);
        self.0.on.store(true, Ordering::Relaxed);
        let outcome = statement();
        self.0.on.store(false, Ordering::Relaxed);
        let refused = self.reason().take();
        outcome.map_err(|error| match refused {
            Some(reason) => Error::new(ErrorKind::Refused, reason),
            None => error,
        })
    }

    fn is_late(&self) -> bool {
        self.0.on.load(Ordering::Relaxed)
            && self.0.started.elapsed().as_micros()
                > u128::from(self.0.deadline_us.load(Ordering::Relaxed))
    }

    fn judge(&self, context: AuthContext<'_>) -> Authorization {
        if !self.0.on.load(Ordering::Relaxed) {
            return Authorization::Allow;
        }
        match refusal(&context) {
            None => Authorization::Allow,
            Some(reason) => {
                *self.reason() = Some(reason);
                Authorization::Deny
            }
        }
    }

    fn reason(&self) -> std::sync::MutexGuard<'_, Option<&'static str>> {
        self.0.reason.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Why this action is not for guests, if it is not.
fn refusal(context: &AuthContext<'_>) -> Option<&'static str> {
    match context.action {
        AuthAction::Attach { .. } | AuthAction::Detach { .. } => {
            Some("not allowed: a component sees its own database only (ATTACH, DETACH)")
        }
        AuthAction::Transaction { .. } | AuthAction::Savepoint { .. } => Some(
            "not allowed: each statement is a transaction of its own (BEGIN, COMMIT, ROLLBACK, SAVEPOINT)",
        ),
        AuthAction::Pragma { pragma_name, pragma_value } => {
            let harmless = HARMLESS_PRAGMAS.iter().any(|(name, takes_argument)| {
                pragma_name.eq_ignore_ascii_case(name)
                    && (pragma_value.is_none() || *takes_argument)
            });
            (!harmless).then_some("not allowed: this PRAGMA changes how the database works")
        }
        AuthAction::CreateTempIndex { .. }
        | AuthAction::CreateTempTable { .. }
        | AuthAction::CreateTempTrigger { .. }
        | AuthAction::CreateTempView { .. }
        | AuthAction::DropTempIndex { .. }
        | AuthAction::DropTempTable { .. }
        | AuthAction::DropTempTrigger { .. }
        | AuthAction::DropTempView { .. } => Some(NO_TEMPORARY),
        AuthAction::CreateIndex { .. }
        | AuthAction::CreateTable { .. }
        | AuthAction::CreateTrigger { .. }
        | AuthAction::CreateView { .. }
        | AuthAction::CreateVtable { .. }
            if context.database_name == Some("temp") =>
        {
            Some(NO_TEMPORARY)
        }
        AuthAction::CreateVtable { module_name, .. } => {
            let known = TABLE_MODULES.iter().any(|known| module_name.eq_ignore_ascii_case(known));
            (!known).then_some("not allowed: virtual tables may use fts5, fts5vocab and rtree")
        }
        AuthAction::Function { function_name } => function_refusal(function_name, context.accessor),
        AuthAction::Unknown { .. } => Some("not allowed: an action this host does not know"),
        _ => None,
    }
}

fn function_refusal(name: &str, accessor: Option<&str>) -> Option<&'static str> {
    match name.to_ascii_lowercase().as_str() {
        "load_extension" | "fts3_tokenizer" => Some("not allowed: functions that load code"),
        // Inside a trigger they speak of the statement at hand, and are fine.
        "last_insert_rowid" | "changes" | "total_changes" if accessor.is_none() => {
            Some("not allowed: connections are shared, so ask with RETURNING")
        }
        _ => None,
    }
}
