//! The table of component sizes.

use std::fs;

use crate::workspace;

/// Prints a line per finished component.
pub(crate) fn print<'a>(names: impl Iterator<Item = &'a str>) {
    println!("{:<16} {:>10}", "component", "KB");
    for name in names {
        if let Ok(file) = fs::metadata(workspace::components().join(format!("{name}.wasm"))) {
            println!("{name:<16} {:>10.1}", file.len() as f64 / 1000.0);
        }
    }
}
