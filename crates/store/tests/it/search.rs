//! Searches: by words and their beginnings, of one's own tasks.

use domain::task::Task;
use store::{Dialect, Sql, Store};
use testkit::{
    Ids, a_task,
    change::{changed, created},
    clock,
    task::USER,
};

use super::database::{self, Connection};

fn rig() -> Store<Connection> {
    let store = database::store();
    let mut ids = Ids::new();
    let tasks = [
        (1, USER, "Call the dentist", "about the tooth"),
        (2, USER, "Buy tooth paste", ""),
        (3, USER, "Renew passport", "forms at www.example.com; 50 % paid"),
        (4, "bob", "Dentist of another", "tooth"),
        (5, USER, "Tooth fairy", "gone"),
    ];
    for (n, user, title, description) in tasks {
        let task = Task {
            id: clock::id(n),
            user_id: user.to_owned(),
            title: title.to_owned(),
            description: description.to_owned(),
            ..a_task()
        };
        store.apply(&created(&task, &mut ids)).unwrap();
        if n == 5 {
            let deleted = Task { version: 2, deleted_at: Some(clock::now()), ..task.clone() };
            store.apply(&changed(&task, &deleted, &mut ids)).unwrap();
        }
    }
    store
}

fn found(store: &Store<Connection>, text: &str) -> Vec<u128> {
    let tasks = store.search(USER, text, 10).unwrap();
    tasks.iter().map(|task| task.id.as_u128() - clock::id(0).as_u128()).collect()
}

#[test]
fn every_word_has_to_be_there_in_title_or_description() {
    let store = rig();
    assert_eq!(found(&store, "DENTIST tooth"), [1]);
    assert_eq!(found(&store, "call the dent"), [1]);
    assert_eq!(found(&store, "www.example.com"), [3]);
    assert_eq!(found(&store, "dentist passport"), []);
    assert_eq!(store.search(USER, "t", 1).unwrap().len(), 1);
    assert_eq!(store.search("mallory", "tooth", 10).unwrap(), []);
}

#[test]
fn what_is_no_word_finds_nothing_and_breaks_nothing() {
    let store = rig();
    for text in ["", "  ", "%", "'", "\\", ":*", "& |", "\0", "!!!"] {
        assert_eq!(found(&store, text), [], "{text:?}");
    }
    for text in ["'tooth'", "tooth:*", "tooth & !", "(tooth", "tooth\0"] {
        assert!(found(&store, text).contains(&2), "{text:?}");
    }
    assert_eq!(found(&store, &"tooth ".repeat(10_000)).len(), 2);
}

#[test]
fn the_title_counts_more_and_a_typing_error_is_forgiven_where_the_database_can() {
    let store = rig();
    let (order, typo) = match store.sql().dialect() {
        Dialect::Postgres => (vec![2, 1], vec![1]),
        Dialect::Sqlite => (vec![1, 2], vec![]),
    };
    assert_eq!(found(&store, "tooth"), order);
    assert_eq!(found(&store, "denist"), typo);
    assert_eq!(found(&store, "xylophone"), []);
}
