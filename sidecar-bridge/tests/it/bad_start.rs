//! Starts that cannot succeed: one sentence each, no half-written state.

use std::{
    net::TcpListener,
    os::unix::{fs::MetadataExt as _, process::CommandExt as _},
    path::{Path, PathBuf},
    process::Command,
};

use host::sqlite::{Database, Mode};

use crate::support::{COMPONENTS, Home, manifest, ok, refused, root};

/// Somebody without rights, when the tests run as root.
const NOBODY: u32 = 65_534;

fn up(home: &Home) -> Command {
    home.with_components(&["up", "--listen", "127.0.0.1:0", "--admin-listen", "127.0.0.1:0"])
}

/// A copy of the application in a folder where it can be broken.
fn application(home: &Home) -> PathBuf {
    let folder = home.path().join("target/components");
    std::fs::create_dir_all(&folder).unwrap();
    for name in COMPONENTS {
        let file = format!("{name}.wasm");
        let from = manifest().with_file_name("target/components").join(&file);
        std::fs::copy(from, folder.join(&file)).unwrap();
    }
    let copy = home.path().join("spin.toml");
    std::fs::copy(manifest(), &copy).unwrap();
    copy
}

#[test]
fn a_folder_that_another_process_uses() {
    let home = Home::new();
    let server = home.up();
    let sentence = refused(&mut up(&home), 1);
    let folder = home.data().display().to_string();
    let pid = server.pid();
    assert_eq!(sentence, format!("the data folder `{folder}` is in use by process {pid}"));
}

#[test]
fn a_folder_that_cannot_be_written() {
    let home = Home::new();
    std::fs::create_dir(home.data()).unwrap();
    let mut command = up(&home);
    if std::fs::metadata("/proc/self").unwrap().uid() == 0 {
        // Root may write everywhere, so somebody else tries.
        std::fs::set_permissions(home.path(), mode(0o755)).unwrap();
        command.uid(NOBODY).gid(NOBODY);
    } else {
        std::fs::set_permissions(home.data(), mode(0o500)).unwrap();
    }
    let sentence = refused(&mut command, 1);
    let folder = home.data().display().to_string();
    let expect = format!("the data folder `{folder}` cannot be written: Permission denied");
    assert!(sentence.starts_with(&expect), "{sentence}");
    assert_eq!(std::fs::read_dir(home.data()).unwrap().count(), 0);
}

#[test]
fn a_disk_that_is_full() {
    let home = Home::new();
    std::fs::create_dir(home.data()).unwrap();
    // A disk of 48 KiB: enough for the key and the lock, too small for a database.
    let script = "mount -t tmpfs -o size=48k tmpfs \"$TASKLOOM_DATA_DIR\" && exec \"$@\"";
    let inner = up(&home);
    let mut command = Command::new("unshare");
    command.args(["--user", "--map-root-user", "--mount", "sh", "-c", script, "sh"]);
    command.arg(inner.get_program()).args(inner.get_args()).current_dir(home.path());
    command.env_clear().env("PATH", "/usr/sbin:/usr/bin:/sbin:/bin");
    command.envs(inner.get_envs().filter_map(|(key, value)| Some((key, value?))));
    let sentence = refused(&mut command, 1);
    assert!(sentence.contains("full"), "{sentence}");
}

#[test]
fn a_database_of_a_later_version() {
    let home = Home::new();
    home.run(&["migrate"]);
    let known = store::migrate::known_version();
    let later = known + 1;
    let database = Database::open(&home.data().join("taskloom.db"), Mode::Embedded).unwrap();
    let sql = format!("insert into schema_migrations (number, name) values ({later}, 'later')");
    database.query_blocking(&sql, Vec::new()).unwrap();
    database.close().unwrap();
    let expect =
        format!("the database has schema {later}, this version knows schemas up to {known}");
    assert_eq!(refused(&mut up(&home), 1), expect);
    assert_eq!(refused(&mut home.command(&["migrate"]), 1), expect);
}

#[test]
fn a_database_that_is_none() {
    let home = Home::new();
    std::fs::create_dir(home.data()).unwrap();
    std::fs::write(home.data().join("taskloom.db"), "not a database".repeat(100)).unwrap();
    let sentence = refused(&mut up(&home), 1);
    assert!(sentence.contains("file is not a database"), "{sentence}");
}

#[test]
fn a_port_that_is_taken() {
    let home = Home::new();
    let other = TcpListener::bind("127.0.0.1:0").unwrap();
    let taken = other.local_addr().unwrap().to_string();
    for (flag, free) in [("--listen", "--admin-listen"), ("--admin-listen", "--listen")] {
        let args = ["up", flag, &taken, free, "127.0.0.1:0"];
        let expect = format!(
            "the address {taken} is taken by another program; choose another with `{flag}`"
        );
        assert_eq!(refused(&mut home.with_components(&args), 1), expect);
    }
}

#[test]
fn no_application() {
    let home = Home::new();
    let sentence = refused(&mut home.command(&["up", "--manifest", "nowhere.toml"]), 78);
    assert!(sentence.contains("nowhere.toml"), "{sentence}");
}

#[test]
fn a_component_that_is_missing() {
    let home = Home::new();
    let manifest = application(&home);
    std::fs::remove_file(manifest.with_file_name("target/components/tasks.wasm")).unwrap();
    let sentence = refused(up(&home).env("TASKLOOM_MANIFEST", &manifest), 78);
    assert!(sentence.starts_with("component `tasks`: there is no file at "), "{sentence}");
}

#[test]
fn a_component_that_is_cut_short() {
    let home = Home::new();
    let manifest = application(&home);
    let file = manifest.with_file_name("target/components/recurrence.wasm");
    let bytes = std::fs::read(&file).unwrap();
    std::fs::write(&file, &bytes[..bytes.len() / 2]).unwrap();
    let sentence = refused(up(&home).env("TASKLOOM_MANIFEST", &manifest), 78);
    assert!(sentence.starts_with("component `recurrence`: "), "{sentence}");
    assert!(sentence.contains("recurrence.wasm"), "{sentence}");
}

#[test]
fn a_manifest_with_a_typo() {
    let home = Home::new();
    check_typo(&home, "[component.tasks]\n", "[component.tasks]\nsourec = 'x'\n", "sourec");
    check_typo(&home, "allowed_outbound_hosts", "allowed_outbound_host", "allowed_outbound_host");
    check_typo(&home, "component = \"tasks\"", "component = \"task\"", "task");
    check_typo(
        &home,
        "subscribe = [\"task.completed\"]",
        "subscribe = [\"task.done\"]",
        "recurrence",
    );
}

/// The application with `from` written as `to`: the sentence names the culprit.
#[track_caller]
fn check_typo(home: &Home, from: &str, to: &str, culprit: &str) {
    let copy = application(home);
    let text = std::fs::read_to_string(root().join("spin.toml")).unwrap();
    assert!(text.contains(from), "the manifest has no `{from}` any more");
    std::fs::write(&copy, text.replacen(from, to, 1)).unwrap();
    let sentence = refused(up(home).env("TASKLOOM_MANIFEST", &copy), 78);
    assert!(sentence.contains(culprit), "{sentence}");
}

#[test]
fn the_unbroken_copy_starts() {
    let home = Home::new();
    let copy = application(&home);
    ok(&home.with_components(&["list"]).env("TASKLOOM_MANIFEST", copy).output().unwrap());
}

fn mode(mode: u32) -> std::fs::Permissions {
    std::os::unix::fs::PermissionsExt::from_mode(mode)
}

#[test]
fn words_that_are_not_understood() {
    let home = Home::new();
    for words in [&["up", "--lisen", "x"][..], &["upp"], &[], &["add"], &["token", "--ttl", "1y"]] {
        let output = home.command(words).output().unwrap();
        assert_eq!(output.status.code(), Some(2), "{words:?}");
        assert!(!output.stderr.is_empty() && output.stdout.is_empty(), "{words:?}");
    }
    assert!(!Path::exists(&home.data()));
}
