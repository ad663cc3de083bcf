//! Values with entity tags and an end of their life, and secrets.

use std::{collections::BTreeMap, time::Duration};

use dapr_sidecar::SidecarErrorKind;

use crate::fake::{Fake, sidecar};

#[tokio::test]
async fn who_comes_second_with_the_same_entity_tag_is_told_so() {
    let fake = Fake::default();
    let running = fake.start().await;
    let store = sidecar(running.address, None).state("statestore");
    assert_eq!(store.get("k").await.unwrap(), None);
    store.save("k", b"1".to_vec(), None, Some(Duration::from_secs(60))).await.unwrap();
    let entry = store.get("k").await.unwrap().unwrap();
    assert_eq!(entry.value, b"1");
    store.save("k", b"2".to_vec(), Some(&entry.etag), None).await.unwrap();
    let error = store.save("k", b"3".to_vec(), Some(&entry.etag), None).await.unwrap_err();
    assert_eq!(error.kind, SidecarErrorKind::Conflict);
    assert_eq!(fake.script().saved[0].states[0].metadata["ttlInSeconds"], "60");
    store.delete("k", None).await.unwrap();
    assert_eq!(store.get("k").await.unwrap(), None);
}

#[tokio::test]
async fn a_secret_with_several_values_is_asked_for_by_one_of_them() {
    let fake = Fake::default();
    let values = |pairs: &[(&str, &str)]| {
        pairs.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect()
    };
    let secrets: [(String, BTreeMap<String, String>); 2] = [
        ("plain".to_owned(), values(&[("plain", "one")])),
        ("pair".to_owned(), values(&[("user", "me"), ("password", "hunter2")])),
    ];
    fake.script().secrets.extend(secrets);
    let running = fake.start().await;
    let sidecar = sidecar(running.address, None);
    let get = async |name, key| sidecar.secret("secrets", name, key).await;
    assert_eq!(get("plain", None).await.unwrap(), "one");
    assert_eq!(get("pair", Some("password")).await.unwrap(), "hunter2");
    for (name, key) in [("pair", None), ("pair", Some("none"))] {
        let error = get(name, key).await.unwrap_err();
        assert_eq!(error.kind, SidecarErrorKind::Missing);
        assert!(!format!("{error:?}").contains("hunter2"));
    }
    assert_eq!(get("absent", None).await.unwrap_err().kind, SidecarErrorKind::Failed);
}
