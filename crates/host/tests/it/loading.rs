//! Starting with good, missing and damaged files.

use std::{
    error::Error as _,
    fs,
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
};

use host::{Compiled, Host, LoadError, Settings, full};
use http::{Request, StatusCode};

use super::{
    harness::{self, write_manifest},
    tables::component,
};

const MANIFEST: &str = r#"
spin_manifest_version = 2
application = { name = "loading" }
trigger.http = [{ route = "/...", component = "small" }]
component.small = { source = "small.wasm" }
"#;

/// An application of one small component that traps.
struct Application {
    folder: tempfile::TempDir,
    manifest: PathBuf,
}

impl Application {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("small.wasm"), component("", "unreachable")).unwrap();
        let manifest = write_manifest(folder.path(), MANIFEST);
        Self { folder, manifest }
    }

    fn cache(&self) -> PathBuf {
        self.folder.path().join("cache")
    }

    fn compile(&self) -> Compiled {
        host::compile(&self.manifest, &self.cache()).unwrap().remove(0)
    }

    async fn load(&self) -> Result<Host, LoadError> {
        Host::load(Settings::new(&self.manifest, self.cache())).await
    }

    async fn check_serves(&self) {
        let request = Request::get("/").body(full("")).unwrap();
        let status = self.load().await.unwrap().handle(request).await.status();
        assert_eq!(status, StatusCode::INTERNAL_SERVER_ERROR, "it traps, so it runs");
    }

    fn cached(&self) -> Vec<PathBuf> {
        fs::read_dir(self.cache()).unwrap().map(|entry| entry.unwrap().path()).collect()
    }
}

#[tokio::test]
async fn what_is_compiled_once_is_used_by_every_later_start() {
    let application = Application::new();
    let compiled = application.compile();
    assert!(compiled.fresh && compiled.path.is_file());
    assert!(!application.compile().fresh);
    let written = fs::metadata(&compiled.path).unwrap().modified().unwrap();
    application.check_serves().await;
    assert_eq!(
        application.cached(),
        [compiled.path.as_path()],
        "a serving engine finds what was compiled ahead"
    );
    assert_eq!(fs::metadata(&compiled.path).unwrap().modified().unwrap(), written);
}

#[tokio::test]
async fn a_changed_component_is_compiled_anew_and_the_old_code_goes() {
    let application = Application::new();
    let before = application.compile().path;
    fs::write(application.folder.path().join("small.wasm"), component("", "nop unreachable"))
        .unwrap();
    let after = application.compile();
    assert!(after.fresh && after.path != before);
    assert_eq!(application.cached(), [after.path]);
}

#[tokio::test]
async fn damaged_machine_code_is_compiled_again_with_one_warning() {
    for damage in [
        (|bytes| bytes.truncate(bytes.len() / 2)) as fn(&mut Vec<u8>),
        |bytes| bytes.clear(),
        |bytes| bytes[1000] ^= 1,
        |bytes| bytes.extend_from_slice(b"more"),
    ] {
        let application = Application::new();
        let path = application.compile().path;
        let good = fs::read(&path).unwrap();
        let mut bad = good.clone();
        damage(&mut bad);
        fs::write(&path, &bad).unwrap();

        let (log, _guard) = harness::log();
        assert!(application.compile().fresh);
        application.check_serves().await;
        let log = String::from_utf8(log.lock().unwrap().clone()).unwrap();
        assert_eq!(log.matches("damaged").count(), 1, "{log}");
        assert_eq!(fs::read(&path).unwrap().len(), good.len());
    }
}

#[tokio::test]
async fn a_cache_that_cannot_be_written_only_costs_time() {
    let application = Application::new();
    fs::write(application.cache(), "a file where the folder should be").unwrap();
    application.check_serves().await;
    let error = host::compile(&application.manifest, &application.cache()).unwrap_err();
    assert!(matches!(error, LoadError::Cache { .. }), "{error}");
}

/// What lies in the folder of machine code runs outside of the sandbox.
#[tokio::test]
async fn machine_code_that_others_could_have_written_is_never_run() {
    let application = Application::new();
    assert!(application.compile().fresh);
    let mode = |path: &Path, mode| {
        fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
    };
    let made = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    let file = application.compile().path;
    assert_eq!((made(&application.cache()), made(&file)), (0o700, 0o600));

    mode(&file, 0o666);
    assert!(application.compile().fresh, "a file that others can write to is made anew");
    assert_eq!(made(&file), 0o600);

    mode(&application.cache(), 0o777);
    let error = host::compile(&application.manifest, &application.cache()).unwrap_err();
    let cause = error.source().unwrap().to_string();
    assert_eq!(cause, "others may write to the folder; take that right from them");
    application.check_serves().await;
}

#[track_caller]
fn check_sentence(error: &LoadError, folder: &Path, expect: &str) {
    let sentence = error.to_string().replace(&folder.display().to_string(), "FOLDER");
    assert_eq!(sentence, expect);
}

#[tokio::test]
async fn a_component_that_cannot_be_used_is_named_in_one_sentence() {
    let file = |bytes: Option<&[u8]>| {
        let application = Application::new();
        let path = application.folder.path().join("small.wasm");
        match bytes {
            Some(bytes) => fs::write(path, bytes).unwrap(),
            None => fs::remove_file(path).unwrap(),
        }
        application
    };
    let whole = component("", "unreachable");
    for (bytes, expect) in [
        (None, "component `small`: there is no file at FOLDER/small.wasm"),
        (
            Some(&whole[..whole.len() / 2]),
            "component `small`: FOLDER/small.wasm is damaged or cut short",
        ),
        (Some(b"".as_slice()), "component `small`: FOLDER/small.wasm is no WebAssembly component"),
        (Some(b"#!/bin/sh"), "component `small`: FOLDER/small.wasm is no WebAssembly component"),
        (
            Some(b"\0asm\x01\0\0\0"),
            "component `small`: FOLDER/small.wasm is a core module and has to be made a component first",
        ),
    ] {
        let application = file(bytes);
        let error = application.load().await.unwrap_err();
        check_sentence(&error, application.folder.path(), expect);
    }
}

#[tokio::test]
async fn an_import_that_this_host_does_not_have_is_named() {
    let application = Application::new();
    let sockets = r#"(component (import "wasi:sockets/tcp@0.2.0" (instance (export "tcp-socket" (type (sub resource))))))"#;
    fs::write(application.folder.path().join("small.wasm"), wat::parse_str(sockets).unwrap())
        .unwrap();
    let error = application.load().await.unwrap_err();
    assert_eq!(error.to_string(), "component `small` does not fit this host");
    assert!(
        format!("{}", error.source().unwrap()).contains("wasi:sockets/tcp"),
        "{:?}",
        error.source()
    );
}

#[tokio::test]
async fn what_the_settings_lack_is_named() {
    let refused = async |more: &str, set: fn(&mut Settings)| {
        let application = Application::new();
        write_manifest(application.folder.path(), &format!("{MANIFEST}\n{more}"));
        let mut settings = Settings::new(&application.manifest, application.cache());
        set(&mut settings);
        Host::load(settings).await.unwrap_err().to_string()
    };
    let needs = "[variables]\nkey = { required = true }";
    assert_eq!(refused(needs, |_| {}).await, "the variable `key` is required and has no value");
    assert_eq!(
        refused("", |settings| drop(settings.variables.insert("kay".into(), "v".into()))).await,
        "a value was given for the variable `kay`, which the manifest does not declare"
    );
    let database = "[component.other]\nsource = \"small.wasm\"\nsqlite_databases = [\"archive\"]";
    assert_eq!(
        refused(database, |_| {}).await,
        "component `other` asks for the SQLite database `archive`, which is not configured"
    );
    let host = "[variables]\nh = { default = \"\" }\n[component.other]\nsource = \"small.wasm\"\nallowed_outbound_hosts = [\"https://{{ h }}\"]";
    assert_eq!(
        refused(host, |_| {}).await,
        "component `other`: `allowed_outbound_hosts`: `https://` has no host"
    );
}
