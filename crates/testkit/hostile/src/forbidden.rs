//! Goes where it must not: other files, other databases, other hosts, other components.

use std::fmt::Debug;

use spin_sdk::{
    http::{Request, Response},
    pg4::Connection as PgConnection,
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
    // Without a body: a refusal that comes before it is written shows as a closed stream.
    let request = Request::post("http://secret.spin.internal/internal/effects", ())
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

/// One statement after the other on one connection to Postgres. 200 with the rows of the last one,
/// 403 with what the first that failed said.
pub(crate) fn postgres(query: &str) -> Response {
    let Some((address, statements)) = query.split_once(';') else {
        return Response::new(404, "an address; statements with semicolons between");
    };
    verdict(PgConnection::open(&plain(address)).and_then(|connection| {
        let mut rows = Vec::new();
        for statement in plain(statements).split(';') {
            rows = connection.query(statement, &[])?.rows;
        }
        Ok(rows)
    }))
}

/// Takes all the connections that it can get, and keeps them for as long as it lives.
pub(crate) fn hoard(query: &str) -> Response {
    let mut hoard = Vec::new();
    for _ in 0..100 {
        match PgConnection::open(&plain(query)) {
            Ok(connection) => hoard.push(connection),
            Err(refusal) => return Response::new(403, format!("{} {refusal:?}", hoard.len())),
        }
    }
    Response::new(200, "100")
}

/// `%20` and the like.
fn plain(text: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = text.as_bytes();
    while let [first, more @ ..] = rest {
        let code = more.get(..2).and_then(|code| std::str::from_utf8(code).ok());
        match code.and_then(|code| u8::from_str_radix(code, 16).ok()).filter(|_| *first == b'%') {
            Some(byte) => {
                bytes.push(byte);
                rest = &more[2..];
            }
            None => {
                bytes.push(*first);
                rest = more;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}
