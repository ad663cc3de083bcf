//! Every time of day against a plain list of them.

use super::*;

#[track_caller]
fn check(hours: &[u32], minutes: &[u32], seconds: &[u32]) {
    let times = Times { hours: mask(hours), minutes: mask(minutes), seconds: mask(seconds) };
    let mut list = Vec::new();
    for hour in hours {
        for minute in minutes {
            list.extend(seconds.iter().map(|second| i64::from(hour * 3600 + minute * 60 + second)));
        }
    }
    assert_eq!((times.len(), times.first()), (list.len() as i64, list[0]));
    for (index, second) in list.iter().enumerate() {
        assert_eq!(times.get(index as i64), Some(*second));
        assert_eq!(times.index_of(*second), index as i64);
    }
    assert_eq!(times.get(times.len()), None);
    let mut rest = list.iter().copied().peekable();
    for second in 0..DAY_SECONDS {
        rest.next_if(|next| *next < second);
        assert_eq!(times.first_from(second), rest.peek().copied(), "from {second}");
    }
}

#[test]
fn the_first_time_from_any_second_on() {
    check(&[9], &[0], &[0]);
    check(&[0, 9, 23], &[0, 30, 59], &[0, 7, 59]);
    check(&[22], &[1, 58], &[30]);
    check(&(0..24).collect::<Vec<_>>(), &[15], &[5, 50]);
    check(&[3, 4], &(0..60).collect::<Vec<_>>(), &(0..60).collect::<Vec<_>>());
}

#[test]
fn steps_meet_a_time_or_never_do() {
    let check = |second: u32, first: i64, step: i64, expect: bool| {
        let times = Times { seconds: mask(&[second]), ..Times::ANY };
        assert_eq!(times.meets(first, step), expect, "{second} from {first} by {step}");
    };
    check(1, 0, 60, false);
    check(1, 1, 60, true);
    check(1, 0, 7, true);
    check(31, 0, 2, false);
    check(30, 0, 20, false);
    check(40, 0, 20, true);
}
