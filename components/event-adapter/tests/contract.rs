//! The contract in `wit/` says what the types of `events` say.

#![expect(clippy::expect_used, clippy::panic, reason = "helpers of tests")]

use std::path::Path;

use events::effect::Effect;
use wit_parser::{Interface, Resolve, TypeDefKind, WorldItem};

fn contract() -> Resolve {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../wit");
    let mut resolve = Resolve::default();
    for package in ["types", "plugin"] {
        resolve.push_dir(folder.join(package)).expect("the package parses");
    }
    resolve
}

fn interface<'a>(resolve: &'a Resolve, name: &str) -> &'a Interface {
    let mut interfaces = resolve.interfaces.iter().map(|(_, interface)| interface);
    interfaces.find(|interface| interface.name.as_deref() == Some(name)).expect("the interface")
}

/// Names of the cases or fields of a type of `event-handler`.
fn parts(resolve: &Resolve, name: &str) -> Vec<String> {
    let id = interface(resolve, "event-handler").types[name];
    match &resolve.types[id].kind {
        TypeDefKind::Variant(variant) => variant.cases.iter().map(|c| c.name.clone()).collect(),
        TypeDefKind::Record(record) => record.fields.iter().map(|f| f.name.clone()).collect(),
        other => panic!("{name} is {other:?}"),
    }
}

#[test]
fn effects_have_the_same_names_in_the_same_order() {
    assert_eq!(parts(&contract(), "effect"), Effect::NAMES);
}

#[test]
fn an_event_has_the_keys_of_the_envelope() {
    let keys = ["event-id", "event-type", "user-id", "timestamp", "payload"];
    assert_eq!(parts(&contract(), "event"), keys);
}

#[test]
fn a_plugin_exports_one_interface_and_imports_nothing_but_types() {
    let resolve = contract();
    let worlds: Vec<_> = resolve.worlds.iter().map(|(_, world)| world).collect();
    let world = |name: &str| *worlds.iter().find(|world| world.name == name).expect("the world");
    let names = |items: Vec<&WorldItem>| -> Vec<String> {
        let mut names: Vec<String> = items
            .into_iter()
            .map(|item| match item {
                WorldItem::Interface { id, .. } => resolve.id_of(*id).expect("a named interface"),
                other => panic!("unexpected {other:?}"),
            })
            .collect();
        names.sort();
        names
    };
    let (types, handler) = ("taskloom:types/types@0.1.0", "taskloom:plugin/event-handler@0.1.0");

    let plugin = world("event-handler-plugin");
    assert_eq!(names(plugin.exports.values().collect()), [handler]);
    assert_eq!(names(plugin.imports.values().collect()), [types]);

    let adapter = world("event-adapter");
    assert_eq!(names(adapter.imports.values().collect()), [handler, types]);
    assert!(adapter.exports.is_empty());
}

#[test]
fn every_item_is_documented() {
    let resolve = contract();
    let documented = |contents: &Option<String>| contents.is_some();
    for (_, interface) in &resolve.interfaces {
        assert!(documented(&interface.docs.contents), "{:?}", interface.name);
        for function in interface.functions.values() {
            assert!(documented(&function.docs.contents), "{}", function.name);
        }
        for id in interface.types.values() {
            let definition = &resolve.types[*id];
            if matches!(definition.kind, TypeDefKind::Type(wit_parser::Type::Id(_))) {
                continue; // `use`
            }
            let name = definition.name.clone().unwrap_or_default();
            assert!(documented(&definition.docs.contents), "{name}");
            let parts: Vec<_> = match &definition.kind {
                TypeDefKind::Variant(variant) => {
                    variant.cases.iter().map(|c| (&c.name, &c.docs)).collect()
                }
                TypeDefKind::Record(record) => {
                    record.fields.iter().map(|f| (&f.name, &f.docs)).collect()
                }
                _ => Vec::new(),
            };
            for (part, docs) in parts {
                assert!(documented(&docs.contents), "{name}.{part}");
            }
        }
    }
}
