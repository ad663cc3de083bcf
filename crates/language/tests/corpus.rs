//! The corpus: every line of `tests/corpus/*.txt` is a text with what has to be understood.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails there")]

mod corpus {
    pub(crate) mod line;
    pub(crate) mod show;
}

use std::{fs, path::PathBuf};

use corpus::line::Line;

/// A file of the corpus: its name and its text.
fn files() -> Vec<(String, String)> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/corpus");
    let mut files: Vec<_> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "txt"))
        .map(|path| {
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            (name, fs::read_to_string(path).unwrap())
        })
        .collect();
    files.sort();
    files
}

/// The lines that are read in another way than they say, and how many lines there are.
fn failures(name: &str, text: &str) -> (Vec<String>, usize) {
    let mut failures = Vec::new();
    let mut count = 0;
    for (number, line) in text.lines().enumerate() {
        if line.trim().is_empty() || line.starts_with('#') {
            continue;
        }
        count += 1;
        let failure = match Line::parse(line) {
            Ok(line) => line.failure(),
            Err(fault) => Some(format!("  not a line of a corpus: {fault}")),
        };
        failures.extend(failure.map(|what| format!("{name}:{}: {line}\n{what}", number + 1)));
    }
    (failures, count)
}

#[test]
fn every_line_of_the_corpus_is_understood_as_it_says() {
    let mut all = Vec::new();
    let mut count = 0;
    for (name, text) in files() {
        let (failures, lines) = failures(&name, &text);
        all.extend(failures);
        count += lines;
    }
    assert!(all.is_empty(), "{} of {count} lines fail\n\n{}", all.len(), all.join("\n"));
    assert!(count >= 600, "the corpus has {count} lines only");
}

#[test]
fn a_line_that_says_something_else_is_caught() {
    let right = r#"2026-09-21T10:00 Europe/Berlin en-US | Pay rent tomorrow | title="Pay rent" due=2026-09-22"#;
    assert_eq!(failures("right", right), (Vec::new(), 1));
    for (from, to) in [
        ("2026-09-22", "2026-09-23"),
        (" due=2026-09-22", ""),
        ("=\"Pay rent\"", "=\"Pay\""),
        ("tomorrow |", "tomorrow #home |"),
        ("en-US", "en-XX"),
        (" | title", " title"),
    ] {
        let wrong = right.replace(from, to);
        assert_ne!(wrong, right);
        let wrong = wrong.replace("en-XX", "de");
        assert_eq!(failures("wrong", &wrong).0.len(), 1, "{wrong}");
    }
}
