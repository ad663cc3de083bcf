//! What an operator may write, and what they are told when it is wrong.

use std::collections::BTreeMap;

use super::*;

impl Env for BTreeMap<&str, &str> {
    fn variables(&self) -> Vec<(String, String)> {
        self.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect()
    }
}

/// Reads `file` below `env` below `flags`.
fn load(
    file: &str,
    env: &[(&'static str, &'static str)],
    flags: &[(&'static str, &str)],
) -> Result<Config, String> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("taskloom.toml");
    std::fs::write(&path, file).unwrap();
    let flags = Flags {
        file: Some(path.clone()),
        values: flags.iter().map(|(key, value)| (*key, (*value).to_owned())).collect(),
    };
    let env: BTreeMap<&str, &str> = env.iter().copied().collect();
    Config::load(&env, &flags)
        .map_err(|errors| errors.to_string().replace(&path.display().to_string(), "taskloom.toml"))
}

#[track_caller]
fn check_error(file: &str, env: &[(&'static str, &'static str)], expect: &str) {
    assert_eq!(load(file, env, &[]).unwrap_err(), expect);
}

fn source_of(config: &Config, key: &str) -> String {
    let setting = config.settings.iter().find(|setting| setting.key == key).unwrap();
    match &setting.source {
        Source::File(_) => format!("{} from the file", setting.value),
        other => format!("{} from {other}", setting.value),
    }
}

#[test]
fn without_a_word_the_defaults_hold() {
    let config = load("", &[], &[]).unwrap();
    assert_eq!(config.listen.to_string(), "127.0.0.1:8080");
    assert_eq!(config.cache_dir, PathBuf::from(".taskloom/cache"));
    assert_eq!(config.user, "me");
    assert_eq!(config.settings.len(), SETTINGS.len(), "every setting is read and shown");
}

#[test]
fn the_environment_beats_the_file_and_a_flag_beats_both() {
    let file = "listen = '127.0.0.1:1'\nuser = 'file'\nlog = 'warn'";
    let env = [("TASKLOOM_LISTEN", "127.0.0.1:2"), ("TASKLOOM_USER", "env")];
    let config = load(file, &env, &[("listen", "127.0.0.1:3")]).unwrap();
    assert_eq!(source_of(&config, "listen"), "127.0.0.1:3 from --listen");
    assert_eq!(source_of(&config, "user"), "env from TASKLOOM_USER");
    assert_eq!(source_of(&config, "log"), "warn from the file");
    assert_eq!(source_of(&config, "admin_listen"), "127.0.0.1:9091 from default");
}

#[test]
fn events_and_alarms_stay_in_this_process_unless_said_otherwise() {
    let config = load("", &[], &[]).unwrap();
    assert_eq!((config.bus, config.jobs), (Bus::Embedded, Jobs::Embedded));
    let config = load("bus = 'kafka'", &[("TASKLOOM_JOBS", "dapr")], &[]).unwrap();
    assert_eq!((config.bus, config.jobs), (Bus::Kafka, Jobs::Dapr));
    check_error(
        "bus = 'Kafka'\njobs = 'kafka'",
        &[],
        "2 settings are wrong\
         \n  - `bus` in taskloom.toml is not one of embedded, kafka, dapr\
         \n  - `jobs` in taskloom.toml is not one of embedded, dapr",
    );
}

#[test]
fn the_address_of_a_database_is_a_secret() {
    assert!(load("", &[], &[]).unwrap().postgres.is_none());
    let file = "[database]\nurl = 'postgres://ada:hunter2@[::1]:5433/app'\nconnections = 8";
    let env = [("TASKLOOM_DATABASE_APP_URL", "postgres://app:hunter2@db/app?sslmode=require")];
    let config = load(file, &env, &[]).unwrap();
    assert_eq!(source_of(&config, "database_url"), "(set) from the file");
    let shown = format!("{config:?}");
    assert!(
        !shown.contains("hunter2") && shown.contains("postgres://ada@[::1]:5433/app"),
        "{shown}"
    );
    let postgres = config.postgres.unwrap();
    assert_eq!((postgres.url.endpoint(), postgres.connections), ("[::1]:5433".to_owned(), 8));
    assert_eq!(postgres.app_url.endpoint(), "db:5432");
    let alone = load("database_url = 'postgres://ada@db/app'", &[], &[]).unwrap().postgres.unwrap();
    assert_eq!(alone.app_url.reveal(), "postgres://ada@db/app", "components get in the same way");
}

#[test]
fn an_address_that_cannot_be_used_is_not_repeated() {
    check_error(
        "[database]\nurl = 'mysql://ada:hunter2@db/app'\nconnections = 3",
        &[("TASKLOOM_DATABASE_APP_URL", "postgres://app:hunter2@a,b/app")],
        "3 settings are wrong\
         \n  - `database_url` is not an address such as postgres://user@host:5432/name\
         \n  - `database_app_url` names several hosts; one is supported\
         \n  - `database_connections` has to be at least 4",
    );
    check_error(
        "",
        &[("TASKLOOM_DATABASE_APP_URL", "postgres://app:hunter2@db/app")],
        "`database_app_url` needs `database_url`",
    );
}

#[test]
fn a_user_called_like_a_number_is_a_user() {
    assert_eq!(load("user = 42", &[], &[]).unwrap().user, "42");
    assert_eq!(load("", &[("TASKLOOM_USER", "42")], &[]).unwrap().user, "42");
}

#[test]
fn the_cache_lives_in_the_data_folder_unless_said_otherwise() {
    let inside = load("data_dir = '/srv/t'", &[], &[]).unwrap();
    assert_eq!(inside.cache_dir, PathBuf::from("/srv/t/cache"));
    let outside = load("data_dir = '/srv/t'\ncache_dir = '/tmp/c'", &[], &[]).unwrap();
    assert_eq!(outside.cache_dir, PathBuf::from("/tmp/c"));
}

#[test]
fn every_problem_is_told_at_once_and_no_value_is_repeated() {
    check_error(
        "listen = 'hunter2'\nlisten_adress = 'x'\nday_starts_at = '25:00'",
        &[("TASKLOOM_SHUTDOWN_GRACE_SECONDS", "hunter2"), ("TASKLOOM_LOG_FORMAT", "hunter2")],
        "5 settings are wrong\
         \n  - `listen_adress` in taskloom.toml is not a setting\
         \n  - `listen` in taskloom.toml is not an address with a port, such as 127.0.0.1:8080\
         \n  - `TASKLOOM_LOG_FORMAT` is not one of auto, pretty, json\
         \n  - `day_starts_at` in taskloom.toml is not a time of day such as 09:00\
         \n  - `TASKLOOM_SHUTDOWN_GRACE_SECONDS` is not a whole number above 0",
    );
}

#[test]
fn one_problem_is_one_sentence() {
    check_error(
        "default_time_zone = 'Mars/Olympus'",
        &[],
        "`default_time_zone` in taskloom.toml is not an IANA time zone such as Europe/Berlin",
    );
    check_error("user = ['a', 'b']", &[], "`user` in taskloom.toml is not a single value");
    check_error(
        "",
        &[("TASKLOOM_COMPONENTS_URL", "ftp://x")],
        "`TASKLOOM_COMPONENTS_URL` is not an address such as http://127.0.0.1:3000",
    );
}

#[test]
fn a_file_that_is_no_toml_says_where() {
    let error = load("listen = \n", &[], &[]).unwrap_err();
    assert!(error.starts_with("`taskloom.toml`: TOML parse error at line 1"), "{error}");
    assert_eq!(error.lines().count(), 1, "{error}");
}

#[test]
fn names_in_the_environment_that_others_put_there_are_left_alone() {
    assert!(load("", &[("TASKLOOM_SERVICE_HOST", "10.0.0.1"), ("PATH", "/bin")], &[]).is_ok());
}

#[test]
fn a_file_named_by_flag_has_to_be_there() {
    let flags = Flags { file: Some(PathBuf::from("/nowhere/taskloom.toml")), ..Flags::default() };
    let error = Config::load(&BTreeMap::new(), &flags).unwrap_err().to_string();
    assert_eq!(error, "`/nowhere/taskloom.toml`: No such file or directory (os error 2)");
}

const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

#[test]
fn notifications_have_a_table_and_their_secrets_are_not_shown() {
    let file = format!(
        "[notify]\nwebhook_url = 'https://hooks.example/T00/hunter2'\nwebhook_secret = '{SECRET}'\n\
         ntfy_topic = 'hunter2'\nsmtp_url = 'smtps://mail.example'\nsmtp_user = 'me'\n\
         smtp_from = 'Taskloom <t@mail.example>'\nsmtp_to = 'a@b.example, C <c@d.example>'\n"
    );
    let env = [("TASKLOOM_NOTIFY_SMTP_PASSWORD", "hunter2")];
    let config = load(&file, &env, &[]).unwrap();
    assert_eq!(source_of(&config, "notify_webhook_url"), "https://hooks.example/… from the file");
    assert_eq!(source_of(&config, "notify_webhook_secret"), "(set) from the file");
    let password = "(set) from TASKLOOM_NOTIFY_SMTP_PASSWORD";
    assert_eq!(source_of(&config, "notify_smtp_password"), password);
    let shown = format!("{config:?}");
    assert!(!shown.contains("hunter2") && !shown.contains(SECRET), "{shown}");
    let notify = config.notify;
    assert_eq!(notify.email.unwrap().to.len(), 2);
    assert!(notify.webhook.is_some() && notify.ntfy.is_some() && notify.push.is_none());
    assert!(load("", &[], &[]).unwrap().notify.ntfy.is_none(), "a server alone is no channel");
}

#[test]
fn a_secret_may_lie_in_a_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("secret");
    std::fs::write(&path, format!("{SECRET}\n")).unwrap();
    let file = |more: &str| {
        format!(
            "[notify]\nwebhook_url = 'https://a.example'\nwebhook_secret_file = '{}'\n{more}",
            path.display()
        )
    };
    assert!(load(&file(""), &[], &[]).unwrap().notify.webhook.is_some());
    let both = format!("webhook_secret = '{SECRET}'");
    assert_eq!(
        load(&file(&both), &[], &[]).unwrap_err(),
        "`notify_webhook_secret` and `notify_webhook_secret_file` are both set"
    );
    check_error(
        "[notify]\nwebhook_url = 'https://a.example'\nwebhook_secret_file = '/nowhere'",
        &[],
        "`notify_webhook_secret_file`: No such file or directory (os error 2)",
    );
}

#[test]
fn half_a_channel_is_a_problem_that_names_the_other_half() {
    check_error(
        "[notify]\nwebhook_url = 'https://a.example'",
        &[],
        "`notify_webhook_url` needs `notify_webhook_secret`",
    );
    check_error(
        "[notify]\nsmtp_url = 'smtp+plain://a.example'\nsmtp_user = 'hunter2'",
        &[("TASKLOOM_NOTIFY_SMTP_PASSWORD", "hunter2")],
        "3 settings are wrong\
         \n  - `notify_smtp_url` needs `notify_smtp_from`\
         \n  - `notify_smtp_url` needs `notify_smtp_to`\
         \n  - `notify_smtp_url` is not encrypted, so it gets no password",
    );
    check_error(
        "[notify]\nwebhook_url = 'https://me:hunter2@a.example'\nwebhook_secret = 'hunter2'\n\
         ntfy_topic = 'hunter 2'\npush_subject = 'hunter2'\npush_url = 'x'",
        &[],
        "5 settings are wrong\
         \n  - `notify_push_url` in taskloom.toml is not a setting\
         \n  - `notify_webhook_url` in taskloom.toml is not an address such as \
         https://example.org/path, without user name and password\
         \n  - `notify_webhook_secret` has to be `whsec_` and 24 to 64 bytes in base64; more than \
         one, with a space between, while they change\
         \n  - `notify_ntfy_topic` has to be 1 to 64 letters, digits, `-` or `_`\
         \n  - `notify_push_subject` has to begin with mailto: or https://",
    );
}

#[test]
fn a_kafka_that_asks_who_we_are_gets_name_and_password_and_shows_neither() {
    let file = "[kafka]\nbrokers = 'a.example:9092,b.example:9092'\nsasl_username = 'me'\n\
                security_protocol = 'sasl_ssl'";
    let env = [("TASKLOOM_KAFKA_SASL_PASSWORD", "hunter2")];
    let config = load(file, &env, &[]).unwrap();
    assert_eq!(config.kafka.settings.brokers, "a.example:9092,b.example:9092");
    assert!(config.kafka.settings.security.sasl.is_some());
    assert!(!format!("{config:?}").contains("hunter2"));
}

#[test]
fn half_a_login_at_kafka_is_a_problem() {
    check_error(
        "[kafka]\nbrokers = 'a.example'\nsecurity_protocol = 'SASL_PLAINTEXT'\n\
         sasl_mechanism = 'PLAIN'\nsasl_username = 'me'",
        &[],
        "3 settings are wrong\
         \n  - `kafka_brokers` in taskloom.toml is not a list such as kafka-1:9092,kafka-2:9092\
         \n  - `kafka_security_protocol` needs `kafka_sasl_password`\
         \n  - `kafka_sasl_mechanism` PLAIN tells the password, so it needs \
         `kafka_security_protocol` SASL_SSL",
    );
    check_error(
        "kafka_sasl_username = 'me'",
        &[],
        "`kafka_sasl_username` needs `kafka_security_protocol` SASL_SSL or SASL_PLAINTEXT",
    );
}
