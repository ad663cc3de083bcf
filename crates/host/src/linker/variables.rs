//! `fermyon:spin/variables@2.0.0`: the component's own variables, whose values are fixed when it is
//! loaded.

use wasmtime::{
    Result,
    component::{ComponentType, Lift, Linker, Lower},
};

use crate::state::State;

#[derive(ComponentType, Lift, Lower)]
#[component(variant)]
enum Error {
    #[component(name = "invalid-name")]
    InvalidName(String),
    #[component(name = "undefined")]
    Undefined(String),
    #[component(name = "provider")]
    Provider(String),
    #[component(name = "other")]
    Other(String),
}

pub(super) fn add(linker: &mut Linker<State>) -> Result<()> {
    let mut interface = linker.instance("fermyon:spin/variables@2.0.0")?;
    interface.func_wrap("get", |store, (name,): (String,)| {
        let state: &State = store.data();
        Ok((get(state, name),))
    })
}

fn get(state: &State, name: String) -> Result<String, Error> {
    let unit = &state.app.units[state.component];
    if let Some(value) = unit.variables.get(&name) {
        return Ok(value.clone());
    }
    let is_name = name.starts_with(|first: char| first.is_ascii_lowercase())
        && name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_');
    if is_name {
        Err(Error::Undefined(format!("no variable `{name}` for component `{}`", unit.id)))
    } else {
        Err(Error::InvalidName(format!("`{name}` is no name of a variable")))
    }
}
