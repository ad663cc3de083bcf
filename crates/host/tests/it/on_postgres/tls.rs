//! Encryption, against a server whose certificate an authority of the test has signed.

use std::time::Duration;

use host::postgres::{Database, Error, Settings, Value};
use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};

use super::{eventually, server::Server};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_server_has_to_prove_its_name_where_that_is_asked_for() {
    let folder = tempfile::tempdir().unwrap();
    let (ours, certificate, key) = authority();
    let (theirs, _, _) = authority();
    let file = |name: &str, text: &str| {
        let path = folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        path.display().to_string()
    };
    let (ours, theirs) = (file("ours.pem", &ours), file("theirs.pem", &theirs));
    let nothing = file("nothing.pem", "");
    let server = Server::start(&certificate, &key);
    let port = server.port;
    let url =
        |host: &str, query: &str| format!("postgres://postgres@{host}:{port}/postgres?{query}");
    eventually("the server answers", async || {
        is_encrypted(&url("localhost", "sslmode=disable")).await.is_ok()
    })
    .await;

    for (host, query, encrypted) in [
        ("localhost", "sslmode=disable", false),
        ("localhost", "", true),
        ("localhost", "sslmode=prefer", true),
        ("localhost", &format!("sslmode=require&sslrootcert={ours}"), true),
        (
            "localhost",
            &format!("sslmode=verify-full&sslrootcert={ours}&channel_binding=prefer"),
            true,
        ),
    ] {
        let outcome = is_encrypted(&url(host, query)).await;
        assert_eq!(outcome.unwrap(), encrypted, "{query}\n{}", server.log());
    }
    for (host, query) in [
        // No public authority knows it.
        ("localhost", "sslmode=require".to_owned()),
        ("localhost", format!("sslmode=verify-full&sslrootcert={theirs}")),
        // The certificate is for another name.
        ("127.0.0.1", format!("sslmode=verify-full&sslrootcert={ours}")),
        ("localhost", format!("sslmode=verify-full&sslrootcert={nothing}")),
        ("localhost", "sslmode=verify-full&sslrootcert=/nowhere.pem".to_owned()),
    ] {
        let error = is_encrypted(&url(host, &query)).await.unwrap_err();
        assert!(error.message.contains("certificate"), "{query}: {error}");
    }
}

/// Whether the server says that this connection is.
async fn is_encrypted(url: &str) -> Result<bool, Error> {
    let settings = Settings { wait: Duration::from_secs(2), ..Settings::default() };
    let database = Database::connect(&url.parse().unwrap(), settings)?;
    let sql = "select ssl::int4 from pg_stat_ssl where pid = pg_backend_pid()";
    Ok(database.query(sql, vec![]).await?.rows[0][0] == Value::Integer(1))
}

/// The certificate of an authority, and one for `localhost` that it has signed, with its key.
fn authority() -> (String, String, String) {
    let key = KeyPair::generate().unwrap();
    let mut params = CertificateParams::new(Vec::new()).unwrap();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let certificate = params.self_signed(&key).unwrap().pem();
    let issuer = Issuer::new(params, key);
    let server_key = KeyPair::generate().unwrap();
    let server = CertificateParams::new(vec!["localhost".to_owned()]).unwrap();
    let server = server.signed_by(&server_key, &issuer).unwrap();
    (certificate, server.pem(), server_key.serialize_pem())
}
