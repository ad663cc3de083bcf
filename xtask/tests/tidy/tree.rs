//! The files of the checkout, as the rules see them.

use std::{
    fs,
    path::{Path, PathBuf},
};

/// A file of the project.
pub(crate) struct File {
    pub(crate) path: String,
    pub(crate) text: String,
}

/// A Rust source.
pub(crate) struct Rust<'a> {
    pub(crate) text: &'a str,
}

impl Rust<'_> {
    /// Lines up to the tests, which may be long.
    pub(crate) fn lines_without_tests(&self) -> usize {
        self.text.lines().take_while(|line| !line.starts_with("#[cfg(test)]")).count()
    }
}

/// The folder of the workspace.
pub(crate) fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap()
}

/// All files of the project with this ending, without what builds leave behind.
pub(crate) fn files(extension: &str) -> Vec<File> {
    let mut found = Vec::new();
    walk(root(), extension, &mut found);
    assert!(!found.is_empty());
    found
}

fn walk(folder: &Path, extension: &str, found: &mut Vec<File>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path: PathBuf = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy();
        if path.is_dir() {
            if !name.starts_with('.') && name != "target" && name != "node_modules" {
                walk(&path, extension, found);
            }
        } else if path.extension().is_some_and(|ending| ending == extension) {
            let text = fs::read_to_string(&path).unwrap();
            found.push(File {
                path: path.strip_prefix(root()).unwrap().display().to_string(),
                text,
            });
        }
    }
}
