//! What is an address, what it leads to, and that no password gets out of it.

use super::*;

#[track_caller]
fn check(text: &str, shown: &str, mode: SslMode, trust: &Trust) {
    let address: Address = text.parse().unwrap();
    assert_eq!(address.to_string(), shown);
    assert_eq!((address.config.get_ssl_mode(), &address.trust), (mode, trust), "{text}");
    assert!(!format!("{address} {address:?}").contains("hunter2"), "{address:?}");
}

#[test]
fn the_addresses_of_hosting_services_are_read() {
    check(
        "postgresql://ada:hunter2@ep-cool-1.eu-central-1.aws.example.tech/neondb?sslmode=require&channel_binding=require&options=endpoint%3Dep-cool-1",
        "postgres://ada@ep-cool-1.eu-central-1.aws.example.tech:5432/neondb",
        SslMode::Require,
        &Trust::Public,
    );
    check(
        "postgres://ada%40corp:hunter2%2F%3F@db.internal:6432/app?sslmode=verify-full&sslrootcert=%2Fetc%2Fca.pem",
        "postgres://ada@corp@db.internal:6432/app",
        SslMode::Require,
        &Trust::File(PathBuf::from("/etc/ca.pem")),
    );
    check(
        "postgres://ada:hunter2@[::1]:5433/app?sslmode=disable",
        "postgres://ada@[::1]:5433/app",
        SslMode::Disable,
        &Trust::Anybody,
    );
    check(
        "host=db user=ada password=hunter2 dbname=app",
        "postgres://ada@db:5432/app",
        SslMode::Prefer,
        &Trust::Anybody,
    );
}

#[test]
fn what_the_driver_has_to_know_gets_there() {
    let neon = "postgres://a:b@h/d?options=endpoint%3Dx&channel_binding=require&sslmode=verify-ca";
    let address: Address = neon.parse().unwrap();
    assert_eq!(address.config.get_options(), Some("endpoint=x"));
    assert_eq!(
        address.config.get_channel_binding(),
        tokio_postgres::config::ChannelBinding::Require
    );
    assert_eq!(address.config.get_application_name(), Some("taskloom"));
}

#[test]
fn what_is_no_address_is_refused_without_its_password() {
    for (text, expect) in [
        ("", AddressError::NoHost),
        ("mysql://ada:hunter2@db/app", AddressError::Unreadable),
        ("postgres://ada:hunter2@db:port/app", AddressError::Unreadable),
        ("postgres://ada:hunter2@db/app?hunter2=1", AddressError::Unreadable),
        ("postgres://ada:hunter2@db/app?sslmode=no-verify", AddressError::SslMode),
        ("postgres://ada:hunter2@%2Frun%2Fpostgresql/app", AddressError::NotByName),
        ("postgres://ada:hunter2@db/app?hostaddr=10.0.0.1", AddressError::NotByName),
        ("hostaddr=10.0.0.1 user=ada password=hunter2", AddressError::NotByName),
        ("user=ada password=hunter2", AddressError::NoHost),
    ] {
        let error = text.parse::<Address>().unwrap_err();
        assert_eq!(error, expect, "{text}");
        assert!(!error.to_string().contains("hunter2"), "{error}");
    }
}
