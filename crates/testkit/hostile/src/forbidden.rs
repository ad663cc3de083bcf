//! Goes where it must not: other files, other databases, other hosts, other components.

use std::fmt::Debug;

use spin_sdk::{
    http::{Request, Response},
    sqlite::{Connection, Value},
};

use crate::routes::get;

/// 200 with what was got, 403 with why it was not.
pub(crate) fn verdict<T: Debug, E: Debug>(outcome: Result<T, E>) -> Response {
    match outcome {
        Ok(got) => Response::new(200, format!("{got:?}")),
        Err(refusal) => Response::new(403, format!("{refusal:?}")),
    }
}

/// A statement on the component's own database.
pub(crate) fn sql(statement: &str) -> Response {
    verdict(
        Connection::open_default()
            .and_then(|c| c.execute(statement, &[]).map(|rows| rows.rows.len())),
    )
}

/// Stores something, as a good component would.
pub(crate) fn note(text: &str) -> Response {
    let insert = "INSERT INTO notes (text) VALUES (?) RETURNING id";
    verdict(Connection::open_default().and_then(|connection| {
        let rows = connection.execute(insert, &[Value::Text(text.to_owned())])?;
        Ok(rows.rows.first().and_then(|row| row.get::<i64>(0)))
    }))
}

/// A database that exists but is not this component's.
pub(crate) fn other_database() -> Response {
    verdict(Connection::open("other").map(|_| "opened"))
}

pub(crate) fn read_file() -> Response {
    verdict(std::fs::read_to_string("/etc/hostname"))
}

pub(crate) async fn fetch(url: &str) -> Response {
    send(get(url)).await
}

/// A call to a component that is not in the list, as someone else and from elsewhere.
pub(crate) async fn forged_internal() -> Response {
    let request = Request::post("http://secret.spin.internal/internal/effects", "{}")
        .header("x-user-id", "admin")
        .header("spin-client-addr", "127.0.0.1:1")
        .build();
    send(request).await
}

async fn send(request: Request) -> Response {
    match spin_sdk::http::send::<_, Response>(request).await {
        Ok(response) => {
            let text = String::from_utf8_lossy(response.body()).into_owned();
            Response::new(200, format!("{}\n{text}", response.status()))
        }
        Err(refusal) => Response::new(403, format!("{refusal:?}")),
    }
}
