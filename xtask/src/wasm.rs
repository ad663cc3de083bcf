//! `cargo xtask wasm`: builds the components that `spin.toml` and the tests name.

use std::{fs, path::Path};

use anyhow::{Context, Result, bail};

use crate::{
    component, native, provision, sizes,
    step::{cargo, step, succeed},
    workspace,
};

/// How a component comes to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// A package that serves HTTP by itself.
    Http,
    /// A handler plugin; it is composed with the event adapter.
    Handler,
    /// Serves HTTP, and only tests run it.
    TestGuest,
}

/// Every component, by package name, which is also its id and the name of its file.
const COMPONENTS: &[(&str, Kind)] = &[
    ("tasks", Kind::Http),
    ("recurrence", Kind::Handler),
    ("reminders", Kind::Handler),
    ("hostile", Kind::TestGuest),
];

/// The package that stands between HTTP and a handler plugin.
const EVENT_ADAPTER: &str = "event-adapter";

/// Options of `cargo xtask wasm`.
const OPTIONS: [&str; 3] = ["--dist", "--test-guests", "--no-native"];

/// `[ID ...] [--dist] [--test-guests] [--no-native]`.
pub(crate) fn run(args: &[String]) -> Result<()> {
    let (flags, ids): (Vec<_>, Vec<_>) = args.iter().partition(|arg| arg.starts_with("--"));
    if let Some(flag) = flags.iter().find(|flag| !OPTIONS.contains(&flag.as_str())) {
        bail!("unknown option `{flag}`; {} are accepted", OPTIONS.join(", "));
    }
    if let Some(id) = ids.iter().find(|id| !COMPONENTS.iter().any(|(name, _)| name == **id)) {
        let known: Vec<_> = COMPONENTS.iter().map(|(name, _)| *name).collect();
        bail!("no component `{id}`; there are {}", known.join(", "));
    }
    let has = |flag: &str| flags.iter().any(|given| given.as_str() == flag);
    let wanted: Vec<_> = COMPONENTS
        .iter()
        .filter(|(name, kind)| {
            if ids.is_empty() {
                *kind != Kind::TestGuest || has("--test-guests")
            } else {
                ids.iter().any(|id| id.as_str() == *name)
            }
        })
        .copied()
        .collect();
    let profile = if has("--dist") { "component-dist" } else { "component" };
    let changed = build(&wanted, profile)?;
    if changed {
        sizes::print(wanted.iter().map(|(name, _)| *name));
    }
    if !has("--no-native") {
        native::build()?;
        native::compile_components()?;
    }
    Ok(())
}

/// Builds all that `up` and the tests need. True when a file changed.
pub(crate) fn build_all(test_guests: bool) -> Result<bool> {
    let wanted: Vec<_> = COMPONENTS
        .iter()
        .filter(|(_, kind)| test_guests || *kind != Kind::TestGuest)
        .copied()
        .collect();
    build(&wanted, "component")
}

fn build(wanted: &[(&str, Kind)], profile: &str) -> Result<bool> {
    let toolchain = provision::toolchain()?;
    let mut packages: Vec<_> = wanted.iter().map(|(name, _)| *name).collect();
    if wanted.iter().any(|(_, kind)| *kind == Kind::Handler) {
        packages.push(EVENT_ADAPTER);
    }
    let mut command = cargo(&["build", "--locked", "--profile", profile]);
    packages.iter().for_each(|package| {
        command.args(["-p", package]);
    });
    toolchain.apply(&mut command);
    step("components: compiling to wasm", || succeed(&mut command))?;

    let modules = workspace::wasm_target().join(provision::TARGET).join(profile);
    let finished = workspace::components();
    fs::create_dir_all(&finished)?;
    let mut changed = false;
    for (name, kind) in wanted {
        let sources = match kind {
            Kind::Http | Kind::TestGuest => vec![module_path(&modules, name)],
            Kind::Handler => {
                vec![module_path(&modules, EVENT_ADAPTER), module_path(&modules, name)]
            }
        };
        let file = finished.join(format!("{name}.wasm"));
        changed |= refresh(&file, &sources).with_context(|| format!("component `{name}`"))?;
    }
    Ok(changed)
}

fn module_path(modules: &Path, package: &str) -> std::path::PathBuf {
    modules.join(format!("{}.wasm", package.replace('-', "_")))
}

/// Makes the component anew when a module is newer than it. An equal result leaves the file alone,
/// so that nothing behind it (the `.cwasm`) is made anew either.
fn refresh(file: &Path, sources: &[std::path::PathBuf]) -> Result<bool> {
    let stamp = file.with_extension("stamp");
    let inputs = sources
        .iter()
        .map(|source| Ok(format!("{:?} {}", fs::metadata(source)?.modified()?, source.display())))
        .collect::<Result<Vec<_>>>()?
        .join("\n");
    if file.is_file() && fs::read_to_string(&stamp).is_ok_and(|before| before == inputs) {
        return Ok(false);
    }
    let mut parts = Vec::new();
    for source in sources {
        parts.push(component::from_module(&fs::read(source)?)?);
    }
    let bytes = match &parts[..] {
        [only] => only.clone(),
        [socket, plug] => component::compose(socket, plug)?,
        _ => bail!("a component has one or two modules"),
    };
    let changed = fs::read(file).map_or(true, |before| before != bytes);
    if changed {
        let fresh = file.with_extension("wasm.new");
        fs::write(&fresh, bytes)?;
        fs::rename(&fresh, file)?;
    }
    fs::write(stamp, inputs)?;
    Ok(changed)
}
