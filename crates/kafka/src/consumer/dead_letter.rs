//! How a record looks that nobody could take.

use crate::record::{Received, Record, header};

/// Longest key of a letter that is cut.
const KEY_CHARS_MAX: usize = 256;

/// The record as it came, with why and where from. When it has more than `bytes_max`, its value is cut,
/// its key is cut, and its headers are left out: they may be what is too large.
pub(super) fn of(received: &Received, topic: &str, reason: &str, bytes_max: usize) -> Record {
    let own = [
        header::REASON,
        header::SOURCE_TOPIC,
        header::SOURCE_PARTITION,
        header::SOURCE_OFFSET,
        header::CUT_FROM_BYTES,
    ];
    let is_theirs = |(name, _): &&(String, String)| !own.contains(&name.as_str());
    let theirs = received.headers.iter().filter(is_theirs);
    let header_bytes: usize = theirs.clone().map(|(name, value)| name.len() + value.len()).sum();
    let is_whole = received.payload.len() + received.key.len() + header_bytes <= bytes_max;
    let mut headers: Vec<_> = theirs.filter(|_| is_whole).cloned().collect();
    let mut add = |name: &str, value: String| headers.push((name.to_owned(), value));
    add(header::REASON, reason.to_owned());
    add(header::SOURCE_TOPIC, received.topic.clone());
    add(header::SOURCE_PARTITION, received.partition.to_string());
    add(header::SOURCE_OFFSET, received.offset.to_string());
    let (mut payload, mut key) = (received.payload.clone(), received.key.clone());
    if !is_whole {
        add(header::CUT_FROM_BYTES, payload.len().to_string());
        payload.truncate(bytes_max);
        key = key.chars().take(KEY_CHARS_MAX).collect();
    }
    Record { topic: topic.to_owned(), key, payload, headers }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn received() -> Received {
        Received {
            topic: "t".to_owned(),
            partition: 3,
            offset: 9,
            key: "ada".to_owned(),
            payload: vec![7; 100],
            headers: vec![
                ("reason".to_owned(), "old".to_owned()),
                ("a".to_owned(), "b".to_owned()),
            ],
            timestamp_ms: None,
        }
    }

    #[test]
    fn a_dead_letter_says_why_and_where_from() {
        let record = of(&received(), "d", "no JSON", usize::MAX);
        let headers: Vec<_> =
            record.headers.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let wanted =
            ["a=b", "reason=no JSON", "source-topic=t", "source-partition=3", "source-offset=9"];
        assert_eq!(headers, wanted);
        assert_eq!((record.topic.as_str(), record.payload.len()), ("d", 100));
    }

    #[test]
    fn one_that_is_too_large_is_cut_and_says_so() {
        let record = of(&received(), "d", "too large", 10);
        assert_eq!(record.payload.len(), 10);
        assert_eq!(record.headers.last().unwrap().1, "100");
    }

    #[test]
    fn a_key_and_headers_that_are_too_large_do_not_make_it_too_large_for_ever() {
        let key = "k".repeat(5_000);
        let headers = vec![("a".to_owned(), "b".repeat(5_000))];
        let record = of(&Received { key, headers, ..received() }, "d", "too large", 1_000);
        let bytes = |(name, value): &(String, String)| name.len() + value.len();
        let all = record.key.len()
            + record.payload.len()
            + record.headers.iter().map(bytes).sum::<usize>();
        assert!(all < 1_000, "{all}");
    }
}
