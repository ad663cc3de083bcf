//! Compiled components on disk. What is compiled once is mapped into memory at every later start.
//!
//! A file's name says what it was compiled from and by what, so a stale one is never found; a
//! checksum at its end says whether it is still what was written, so a damaged one is never run; and
//! nobody else may write to folder and file, so a foreign one is never run either.

mod owner;

use std::{
    fs,
    hash::{Hash as _, Hasher},
    io,
    io::{Read as _, Write as _},
    os::unix::fs::OpenOptionsExt as _,
    path::{Path, PathBuf},
    sync::atomic::{AtomicUsize, Ordering},
};

use sha2::{Digest as _, Sha256};
use wasmtime::{Engine, component::Component};

use crate::{error::LoadError, manifest};

/// Marks the end of a file that was written completely; the checksum is in front of it.
const END: &[u8; 4] = b"TLcw";
const TRAILER_BYTES: usize = 8;
/// What is read at once.
const PIECE_BYTES: usize = 256 << 10;

/// Counts files, to name unfinished ones apart.
static WRITTEN: AtomicUsize = AtomicUsize::new(0);

/// A component's machine code and where it is.
pub(crate) struct Entry {
    pub(crate) component: Component,
    pub(crate) path: PathBuf,
    pub(crate) fresh: bool,
    /// Why it could not be kept. It can be used all the same.
    pub(crate) unkept: Option<io::Error>,
}

/// Takes a component from the cache, or compiles it and puts it there.
pub(crate) fn load(
    engine: &Engine,
    component: &manifest::Component,
    folder: &Path,
) -> Result<Entry, LoadError> {
    let wasm = read(component)?;
    let path = folder.join(file_name(engine, &component.id, &wasm));
    let folder = owner::folder(folder);
    let found = if folder.is_ok() { take(engine, &path) } else { Ok(None) };
    match found {
        Ok(Some(found)) => return Ok(Entry { component: found, path, fresh: false, unkept: None }),
        Ok(None) => {}
        Err(error) => tracing::warn!(
            component.id,
            error = format!("{error:#}"),
            "compiled component is damaged or not safe, and is compiled again"
        ),
    }
    let machine_code =
        engine.precompile_component(&wasm).map_err(|cause| unusable(component, &wasm, cause))?;
    let unkept = folder.and_then(|()| keep(&path, &machine_code, &component.id)).err();
    let loaded = match &unkept {
        None => take(engine, &path)
            .and_then(|found| found.ok_or_else(|| wasmtime::format_err!("it is gone"))),
        Some(_) => from_memory(engine, &machine_code),
    };
    let loaded = loaded.map_err(|cause| unusable(component, &wasm, cause))?;
    Ok(Entry { component: loaded, path, fresh: true, unkept })
}

fn read(component: &manifest::Component) -> Result<Vec<u8>, LoadError> {
    fs::read(&component.source).map_err(|cause| match cause.kind() {
        io::ErrorKind::NotFound => {
            LoadError::Missing { component: component.id.clone(), path: component.source.clone() }
        }
        _ => LoadError::Component {
            component: component.id.clone(),
            path: component.source.clone(),
            problem: "cannot be read",
            cause: cause.into(),
        },
    })
}

fn unusable(component: &manifest::Component, wasm: &[u8], cause: wasmtime::Error) -> LoadError {
    let problem = match wasm {
        [b'\0', b'a', b's', b'm', 1, 0, 0, 0, ..] => {
            "is a core module and has to be made a component first"
        }
        [b'\0', b'a', b's', b'm', ..] => "is damaged or cut short",
        _ => "is no WebAssembly component",
    };
    LoadError::Component {
        component: component.id.clone(),
        path: component.source.clone(),
        problem,
        cause: cause.into(),
    }
}

/// Named by everything the machine code depends on: the component, wasmtime, its settings, the
/// processor.
fn file_name(engine: &Engine, id: &str, wasm: &[u8]) -> String {
    let mut hasher = Sha(Sha256::new());
    engine.precompile_compatibility_hash().hash(&mut hasher);
    let hash = hasher.0.chain_update(wasm).finalize();
    let hash: String = hash.iter().map(|byte| format!("{byte:02x}")).collect();
    format!("{id}-{hash}.cwasm")
}

/// Lets the engine's settings be hashed with a hash that is worth a file name.
struct Sha(Sha256);

impl Hasher for Sha {
    fn write(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }

    fn finish(&self) -> u64 {
        0
    }
}

/// The component in this file; `None` when there is no file.
fn take(engine: &Engine, path: &Path) -> wasmtime::Result<Option<Component>> {
    let file = match fs::File::open(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        other => other?,
    };
    owner::file(&file)?;
    if !is_whole(file)? {
        wasmtime::bail!("its checksum is wrong");
    }
    map(engine, path).map(Some)
}

/// Compares the checksum. Reads by small pieces, since the file will be mapped and not kept twice.
fn is_whole(mut file: fs::File) -> io::Result<bool> {
    let length = usize::try_from(file.metadata()?.len()).unwrap_or(usize::MAX);
    let Some(mut left) = length.checked_sub(TRAILER_BYTES) else { return Ok(false) };
    let mut hasher = crc32fast::Hasher::new();
    let mut buffer = vec![0; PIECE_BYTES];
    while left > 0 {
        let (piece, _) = buffer.split_at_mut(left.min(PIECE_BYTES));
        file.read_exact(piece)?;
        hasher.update(piece);
        left -= piece.len();
    }
    let mut found = [0; TRAILER_BYTES];
    file.read_exact(&mut found)?;
    Ok(found == trailer(hasher.finalize()))
}

fn trailer(checksum: u32) -> [u8; TRAILER_BYTES] {
    let [a, b, c, d] = checksum.to_le_bytes();
    let [e, f, g, h] = *END;
    [a, b, c, d, e, f, g, h]
}

#[expect(
    unsafe_code,
    reason = "machine code is run as it is; only this module writes such files, and checks them"
)]
fn map(engine: &Engine, path: &Path) -> wasmtime::Result<Component> {
    // SAFETY: the file was written by `keep` from the compiler's output: its name is a hash of the
    // input, its checksum was compared, and `owner` has seen that nobody else can write there.
    unsafe { Component::deserialize_file(engine, path) }
}

#[expect(unsafe_code, reason = "the bytes come straight from the compiler")]
fn from_memory(engine: &Engine, machine_code: &[u8]) -> wasmtime::Result<Component> {
    // SAFETY: these are the bytes that `precompile_component` has just returned.
    unsafe { Component::deserialize(engine, machine_code) }
}

/// Writes the file as a whole or not at all, and removes those that this component had before.
fn keep(path: &Path, machine_code: &[u8], id: &str) -> io::Result<()> {
    let folder = path.parent().unwrap_or(Path::new("."));
    // Other processes and other hosts in this one may be writing the same file.
    let number = WRITTEN.fetch_add(1, Ordering::Relaxed);
    let unfinished = path.with_extension(format!("{}-{number}.tmp", std::process::id()));
    let new = fs::OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(&unfinished);
    let written = new.and_then(|mut file| {
        file.write_all(machine_code)?;
        file.write_all(&trailer(crc32fast::hash(machine_code)))?;
        file.sync_all()
    });
    let moved = written.and_then(|()| fs::rename(&unfinished, path));
    if moved.is_err() {
        let _ = fs::remove_file(&unfinished);
    }
    moved?;
    for old in fs::read_dir(folder)?.flatten().map(|entry| entry.path()) {
        if old != path && is_of(&old, id) {
            // It may be mapped by a running process, which keeps what it has.
            let _ = fs::remove_file(old);
        }
    }
    Ok(())
}

fn is_of(path: &Path, id: &str) -> bool {
    let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    let hash =
        name.strip_prefix(id).and_then(|rest| rest.strip_prefix('-')?.strip_suffix(".cwasm"));
    hash.is_some_and(|hash| hash.len() == 64 && hash.bytes().all(|b| b.is_ascii_hexdigit()))
}
