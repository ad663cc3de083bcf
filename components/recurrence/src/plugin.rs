//! The export of world `event-handler-plugin`.

#![expect(unsafe_code, reason = "the canonical ABI, as wit-bindgen generates it")]

wit_bindgen::generate!({
    path: ["../../wit/types", "../../wit/plugin"],
    world: "taskloom:plugin/event-handler-plugin",
    generate_all,
});

events::export_handler!(super::handle);
