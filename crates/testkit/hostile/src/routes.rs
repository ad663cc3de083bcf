//! From a path to a misdeed. A few paths do as they should, to show what a good neighbour still
//! gets.

use spin_sdk::{
    http::{
        Headers, IncomingRequest, Method, OutgoingResponse, Request, Response, ResponseOutparam,
    },
    http_component,
};

use crate::{forbidden, greedy};

#[http_component]
async fn handle(request: IncomingRequest, out: ResponseOutparam) {
    let path = request.path_with_query().unwrap_or_default();
    let (path, query) = path.split_once('?').unwrap_or((&path, ""));
    match path {
        "/endless-body" => greedy::endless_body(out).await,
        "/many-headers" => greedy::many_headers(out).await,
        "/no-answer" => {}
        "/echo" => answer(out, echo(request).await).await,
        _ => answer(out, respond(path, query).await).await,
    }
}

async fn respond(path: &str, query: &str) -> Response {
    match path {
        "/ok" => Response::new(200, "ok"),
        "/variable" => forbidden::verdict(spin_sdk::variables::get(query)),
        "/environment" => Response::new(
            200,
            std::env::vars().map(|(k, v)| format!("{k}={v}\n")).collect::<String>(),
        ),
        "/note" => forbidden::note(query),

        "/loop" => greedy::spin(),
        "/recursion" => Response::new(200, greedy::recurse(0).to_string()),
        "/memory" => greedy::memory(),
        "/table" => greedy::table(),
        "/logs" => greedy::logs(),
        "/sleep" => greedy::sleep(),
        "/long-answer" => greedy::long_answer(),
        "/trap" => greedy::trap(),
        "/exit" => std::process::exit(7),

        "/attach" => forbidden::sql("ATTACH '/etc/hostname' AS other"),
        "/vacuum-into" => forbidden::sql("VACUUM INTO '/tmp/taskloom-stolen.db'"),
        "/pragma" => forbidden::sql("PRAGMA synchronous = OFF"),
        "/transaction" => forbidden::sql("BEGIN IMMEDIATE"),
        "/invalid-utf8" => forbidden::sql("SELECT CAST(x'ff' AS TEXT)"),
        "/endless-query" => forbidden::sql(
            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n",
        ),
        "/other-database" => forbidden::other_database(),
        "/read-file" => forbidden::read_file(),

        "/postgres" => forbidden::postgres(query),
        "/hoard" => forbidden::hoard(query),

        "/private-network" => forbidden::fetch(&format!("http://127.0.0.1:{query}/")).await,
        "/metadata" => forbidden::fetch("http://169.254.169.254:80/latest/meta-data/").await,
        "/host-not-allowed" => forbidden::fetch("http://example.com/").await,
        "/forged-internal" => forbidden::forged_internal().await,
        "/neighbour" => forbidden::fetch(&format!("http://neighbour.spin.internal{query}")).await,
        "/self" => forbidden::fetch(&format!("http://self.alt{query}")).await,
        _ => Response::new(404, "no such misdeed"),
    }
}

/// What was sent, as it arrived: the method, each header, the length of the body.
async fn echo(request: IncomingRequest) -> Response {
    let method = match request.method() {
        Method::Get => "GET".to_owned(),
        Method::Post => "POST".to_owned(),
        other => format!("{other:?}"),
    };
    let mut text = format!("method: {method}\n");
    for (name, value) in request.headers().entries() {
        text += &format!("{name}: {}\n", String::from_utf8_lossy(&value));
    }
    match request.into_body().await {
        Ok(body) => text += &format!("body-bytes: {}\n", body.len()),
        Err(_) => text += "body: cut off\n",
    }
    Response::new(200, text)
}

async fn answer(out: ResponseOutparam, response: Response) {
    let headers = Headers::new();
    for (name, value) in response.headers() {
        let _ = headers.append(&name.to_owned(), &value.as_bytes().to_vec());
    }
    let outgoing = OutgoingResponse::new(headers);
    let _ = outgoing.set_status_code(*response.status());
    // A client that went away is no failure.
    let _ = out.set_with_body(outgoing, response.into_body()).await;
}

/// A request without a body.
pub(crate) fn get(url: &str) -> Request {
    Request::get(url).build()
}
