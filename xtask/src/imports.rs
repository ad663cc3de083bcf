//! `cargo xtask imports`: no component may import what Spin 3.6 does not offer.

use std::fs;

use anyhow::{Context, Result, bail};
use wasmparser::{Parser, Payload};

use crate::workspace;

/// Interfaces that Spin 3.6 links for every HTTP component, up to this version of WASI 0.2 (later
/// patch versions are matched by semver), and what our guests take from it.
const WASI_0_2: &[&str] = &[
    "wasi:cli/environment",
    "wasi:cli/exit",
    "wasi:cli/stdin",
    "wasi:cli/stdout",
    "wasi:cli/stderr",
    "wasi:cli/terminal-input",
    "wasi:cli/terminal-output",
    "wasi:cli/terminal-stdin",
    "wasi:cli/terminal-stdout",
    "wasi:cli/terminal-stderr",
    "wasi:clocks/monotonic-clock",
    "wasi:clocks/wall-clock",
    "wasi:filesystem/types",
    "wasi:filesystem/preopens",
    "wasi:http/types",
    "wasi:http/outgoing-handler",
    "wasi:io/error",
    "wasi:io/poll",
    "wasi:io/streams",
    "wasi:random/random",
    "wasi:random/insecure-seed",
];

/// Spin's own interfaces, with the one version that our components may use.
const SPIN: &[&str] =
    &["fermyon:spin/sqlite@2.0.0", "fermyon:spin/variables@2.0.0", "spin:postgres/postgres@4.0.0"];

/// A package of types only: it carries no function, so any host links it.
const TYPES_ONLY: &[&str] = &["taskloom:types/types@0.1.0"];

/// Checks every finished component.
pub(crate) fn run(_args: &[String]) -> Result<()> {
    let mut checked = 0;
    for entry in fs::read_dir(workspace::components()).context("run `cargo xtask wasm` first")? {
        let path = entry?.path();
        if path.extension().is_some_and(|extension| extension == "wasm") {
            check(&fs::read(&path)?).with_context(|| path.display().to_string())?;
            checked += 1;
        }
    }
    if checked == 0 {
        bail!("no component in target/components: run `cargo xtask wasm` first");
    }
    println!("{checked} components import nothing that Spin 3.6 does not offer");
    Ok(())
}

/// The imports of a component that Spin 3.6 would refuse, all at once.
fn check(component: &[u8]) -> Result<()> {
    let foreign: Vec<_> = imports(component)?.into_iter().filter(|name| !offered(name)).collect();
    if !foreign.is_empty() {
        bail!("imports {} which Spin 3.6 does not offer", foreign.join(", "));
    }
    Ok(())
}

fn offered(name: &str) -> bool {
    let wasi = name.split_once("@0.2.").is_some_and(|(interface, _)| WASI_0_2.contains(&interface));
    wasi || SPIN.contains(&name) || TYPES_ONLY.contains(&name)
}

/// Names of what the outermost component imports.
fn imports(component: &[u8]) -> Result<Vec<String>> {
    let mut names = Vec::new();
    let mut depth = 0_usize;
    for payload in Parser::new(0).parse_all(component) {
        match payload? {
            Payload::ModuleSection { .. } | Payload::ComponentSection { .. } => depth += 1,
            Payload::End(_) => depth = depth.saturating_sub(1),
            Payload::ComponentImportSection(section) if depth == 0 => {
                for import in section {
                    names.push(import?.name.name.to_owned());
                }
            }
            _ => {}
        }
    }
    Ok(names)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_spin_offers_is_taken_and_nothing_else() {
        for name in [
            "wasi:http/types@0.2.6",
            "wasi:io/poll@0.2.12",
            "fermyon:spin/sqlite@2.0.0",
            "spin:postgres/postgres@4.0.0",
        ] {
            assert!(offered(name), "{name}");
        }
        for name in ["wasi:sockets/tcp@0.2.0", "wasi:http/types@0.3.0", "spin:sqlite/sqlite@3.0.0"]
        {
            assert!(!offered(name), "{name}");
        }
    }

    #[test]
    fn a_component_with_a_foreign_import_is_caught() {
        let guilty = component_importing("taskloom:host/back-door@0.1.0");
        let said = check(&guilty).unwrap_err().to_string();
        assert!(said.contains("taskloom:host/back-door@0.1.0"), "{said}");
        check(&component_importing("wasi:io/poll@0.2.12")).unwrap();
    }

    /// The smallest component that imports an empty instance of this name (binary format of the
    /// component model: type section with an empty instance type, import section).
    fn component_importing(name: &str) -> Vec<u8> {
        let mut bytes = b"\0asm\x0d\0\x01\0".to_vec();
        bytes.extend([0x07, 0x03, 0x01, 0x42, 0x00]);
        let mut import = vec![0x01, 0x00, u8::try_from(name.len()).unwrap()];
        import.extend(name.as_bytes());
        import.extend([0x05, 0x00]);
        bytes.extend([0x0a, u8::try_from(import.len()).unwrap()]);
        bytes.extend(import);
        bytes
    }
}
