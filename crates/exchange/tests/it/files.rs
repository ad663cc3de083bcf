//! Every file in `tests/data` says what its `.expected` says. After a change that is meant,
//! `UPDATE_EXPECTED=1 cargo test -p exchange` writes them anew; read the difference.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

use exchange::{Format, read};

use crate::common::{context, shown};

/// Each format has at least so many files.
const FILES_MIN: usize = 2;

/// The files of every format, without what is expected of them.
pub(crate) fn files() -> BTreeMap<&'static str, Vec<(Format, PathBuf)>> {
    let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data");
    let mut found = BTreeMap::new();
    for format in Format::ALL {
        let folder = fs::read_dir(data.join(format.as_str())).unwrap();
        let mut paths: Vec<_> = folder.map(|entry| entry.unwrap().path()).collect();
        paths.retain(|path| path.extension().is_some_and(|extension| extension != "expected"));
        paths.sort();
        found.insert(format.as_str(), paths.into_iter().map(|path| (format, path)).collect());
    }
    found
}

#[test]
#[expect(clippy::disallowed_methods, reason = "a switch for whoever changes what is expected")]
fn every_file_gives_what_is_expected() {
    let updates = std::env::var("UPDATE_EXPECTED").is_ok();
    for (name, files) in files() {
        assert!(files.len() >= FILES_MIN, "{name} has too few files");
        for (format, path) in files {
            let reading = read(format, &fs::read(&path).unwrap(), &context());
            let actual = reading.map_or_else(|error| format!("error: {error}\n"), |r| shown(&r));
            let expected = path.with_added_extension("expected");
            if updates {
                fs::write(&expected, &actual).unwrap();
            }
            assert_eq!(actual, fs::read_to_string(&expected).unwrap(), "{}", path.display());
        }
    }
}

#[test]
fn a_second_reading_has_the_same_keys() {
    for (format, path) in files().into_values().flatten() {
        let bytes = fs::read(&path).unwrap();
        let keys = |days: i64| {
            let context = context();
            let now = context.now + chrono::TimeDelta::days(days);
            let reading = read(format, &bytes, &exchange::Context { now, ..context }).unwrap();
            reading.items.into_iter().map(|item| item.key).collect::<Vec<_>>()
        };
        assert_eq!(keys(0), keys(30), "{}", path.display());
        let mut unique = keys(0);
        unique.sort();
        unique.dedup();
        assert_eq!(unique.len(), keys(0).len(), "{}", path.display());
    }
}
