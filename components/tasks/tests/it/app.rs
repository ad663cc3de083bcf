//! The component with its environment, and requests that read like prose.

use std::{
    cell::{Cell, RefCell},
    sync::Arc,
};

use chrono::{DateTime, NaiveTime, Utc};
use domain::{change::Settings, zone::ZoneName};
use guest::tokens::{KeySet, Verifier};
use http::{HeaderMap, HeaderName, HeaderValue, Method, Request, StatusCode};
use serde_json::{Value, json};
use store::{Rows, Sql, SqlError, Store};
use tasks::Environment;
use testkit::{
    clock,
    sqlite::Connection,
    token::{self, Token},
};

/// What happens before a change is stored: the moment in which others are faster.
type Meanwhile = Box<dyn FnOnce()>;

/// The database of an [`App`], watched.
#[derive(Clone)]
pub(crate) struct Database {
    pub(crate) connection: Arc<Connection>,
    watch: std::rc::Rc<Watch>,
}

#[derive(Default)]
struct Watch {
    statements: Cell<u32>,
    meanwhile: RefCell<Vec<Meanwhile>>,
    failure: RefCell<Option<String>>,
}

impl Sql for Database {
    fn run(&self, sql: &str, params: &[store::Value]) -> Result<Rows, SqlError> {
        self.watch.statements.set(self.watch.statements.get() + 1);
        if let Some(message) = &*self.watch.failure.borrow() {
            return Err(SqlError::new(message.clone()));
        }
        if sql.contains("changesets") {
            let first = self.watch.meanwhile.borrow_mut().pop();
            if let Some(meanwhile) = first {
                meanwhile();
            }
        }
        self.connection.run(sql, params)
    }
}

/// The component, and the moment it believes to live in.
pub(crate) struct App {
    pub(crate) environment: Environment<Database>,
}

impl App {
    /// On an empty database with our schema.
    pub(crate) fn new() -> Self {
        let connection = Connection::in_memory();
        store::migrate(&connection).unwrap();
        Self::on(Arc::new(connection))
    }

    /// On this database, beside others.
    pub(crate) fn on(connection: Arc<Connection>) -> Self {
        let database = Database { connection, watch: std::rc::Rc::default() };
        let environment = Environment {
            store: Store::new(database),
            verifier: Verifier {
                keys: KeySet::parse(&token::jwks()).unwrap(),
                issuer: token::ISSUER.to_owned(),
                audience: token::AUDIENCE.to_owned(),
            },
            settings: Settings {
                zone: ZoneName::parse("Europe/Berlin").unwrap(),
                day_starts_at: NaiveTime::from_hms_opt(9, 0, 0).unwrap(),
            },
            locale: language::Locale::default(),
            now: clock::now(),
            new_id: Box::new(uuid::Uuid::now_v7),
        };
        Self { environment }
    }

    /// A second server on the same database.
    pub(crate) fn twin(&self) -> Self {
        Self::on(self.database().connection.clone())
    }

    pub(crate) fn at(mut self, now: DateTime<Utc>) -> Self {
        self.environment.now = now;
        self
    }

    pub(crate) fn database(&self) -> &Database {
        self.environment.store.sql()
    }

    /// Everything in the database.
    pub(crate) fn contents(&self) -> Vec<(String, Vec<Vec<store::Value>>)> {
        self.database().connection.contents()
    }

    /// How many statements `work` runs.
    pub(crate) fn statements(&self, work: impl FnOnce()) -> u32 {
        let before = self.database().watch.statements.get();
        work();
        self.database().watch.statements.get() - before
    }

    /// Lets something happen right before the next change is stored.
    pub(crate) fn meanwhile(&self, happens: impl FnOnce() + 'static) {
        self.database().watch.meanwhile.borrow_mut().push(Box::new(happens));
    }

    /// From now on every statement fails like this.
    pub(crate) fn break_database(&self, message: &str) {
        *self.database().watch.failure.borrow_mut() = Some(message.to_owned());
    }

    /// A request of ada.
    pub(crate) fn ask(&self, method: Method, path: &str) -> Ask<'_> {
        let token = Token::of("ada", self.environment.now).sign();
        let request = Request::builder().method(method).uri(path).body(Vec::new()).unwrap();
        Ask { app: self, request }.bearer(&token)
    }

    pub(crate) fn get(&self, path: &str) -> Answer {
        self.ask(Method::GET, path).send()
    }

    pub(crate) fn post(&self, path: &str) -> Ask<'_> {
        self.ask(Method::POST, path)
    }

    pub(crate) fn patch(&self, path: &str, body: Value) -> Answer {
        self.ask(Method::PATCH, path).json(body).send()
    }

    /// Creates a task of ada and returns its path.
    pub(crate) fn create(&self, body: Value) -> String {
        let answer = self.post("/api/v1/tasks").json(body).send();
        answer.expect(StatusCode::CREATED).header("location").to_owned()
    }
}

/// A request before it is sent.
pub(crate) struct Ask<'a> {
    app: &'a App,
    request: Request<Vec<u8>>,
}

impl Ask<'_> {
    pub(crate) fn header(mut self, name: &'static str, value: &str) -> Self {
        let value = HeaderValue::from_str(value).unwrap();
        self.request.headers_mut().insert(HeaderName::from_static(name), value);
        self
    }

    pub(crate) fn bearer(self, token: &str) -> Self {
        self.header("authorization", &format!("Bearer {token}"))
    }

    pub(crate) fn of(self, user_id: &str) -> Self {
        let token = Token::of(user_id, self.app.environment.now).sign();
        self.bearer(&token)
    }

    pub(crate) fn by_bridge(self) -> Self {
        let token = Token::internal(self.app.environment.now).sign();
        self.bearer(&token)
    }

    pub(crate) fn without_token(mut self) -> Self {
        self.request.headers_mut().remove("authorization");
        self
    }

    pub(crate) fn json(self, body: Value) -> Self {
        self.bytes(body.to_string().into_bytes()).header("content-type", "application/json")
    }

    pub(crate) fn bytes(mut self, body: Vec<u8>) -> Self {
        *self.request.body_mut() = body;
        self
    }

    pub(crate) fn send(self) -> Answer {
        let (head, body) = tasks::dispatch(self.request, &self.app.environment).into_parts();
        let text = String::from_utf8(body).unwrap();
        let body = if text.is_empty() { Value::Null } else { serde_json::from_str(&text).unwrap() };
        Answer { status: head.status, headers: head.headers, body }
    }
}

/// What came back.
#[derive(Debug, Clone)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Value,
}

impl Answer {
    #[track_caller]
    pub(crate) fn expect(self, status: StatusCode) -> Self {
        assert_eq!(self.status, status, "{}", self.body);
        self
    }

    #[track_caller]
    pub(crate) fn ok(self) -> Self {
        self.expect(StatusCode::OK)
    }

    /// That it is this refusal, about this field (`""`: about none).
    #[track_caller]
    pub(crate) fn refused(&self, status: u16, code: &str, field: &str) {
        let actual = json!([
            self.status.as_u16(),
            self.body["status"],
            self.body["code"],
            self.body.get("field").unwrap_or(&json!("")),
        ]);
        assert_eq!(actual, json!([status, status, code, field]), "{}", self.body);
        assert_eq!(self.header("content-type"), "application/problem+json");
        assert!(!self.body["detail"].as_str().unwrap().is_empty());
    }

    #[track_caller]
    pub(crate) fn header(&self, name: &str) -> &str {
        match self.headers.get(name) {
            Some(value) => value.to_str().unwrap(),
            None => panic!("no header {name} in {:?}", self.headers),
        }
    }

    pub(crate) fn has(&self, name: &str) -> bool {
        self.headers.contains_key(name)
    }
}
