//! What holds for every rule, every start and every completion.

use chrono::{DateTime, Datelike, NaiveDate, NaiveDateTime, Utc, Weekday};
use domain::{
    command::NewTask,
    recurrence::{Mode, MonthEnd, Repeat, Rule, Schedule, next_instance, preview},
    reminder::Trigger,
    task::Due,
    zone::ZoneName,
};
use proptest::{collection::vec, option, prelude::*, sample::select};

use crate::support::{World, new_task, zone};

const ZONES: &[&str] =
    &["UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Pacific/Apia"];

fn start() -> impl Strategy<Value = NaiveDateTime> {
    let day = |days| NaiveDate::from_num_days_from_ce_opt(days).unwrap();
    (693_596..803_000, 0..24_u32, 0..60_u32)
        .prop_map(move |(days, hour, minute)| day(days).and_hms_opt(hour, minute, 0).unwrap())
}

fn month_end() -> impl Strategy<Value = MonthEnd> {
    select(vec![MonthEnd::Clamp, MonthEnd::Skip])
}

fn list<T: ToString>(values: &[T]) -> String {
    values.iter().map(T::to_string).collect::<Vec<_>>().join(",")
}

/// Text of a valid rule without an end.
fn endless_rule() -> impl Strategy<Value = String> {
    let frequency = select(vec!["DAILY", "WEEKLY", "MONTHLY", "YEARLY"]);
    let months = option::weighted(0.3, vec(1..=12_u32, 1..4));
    let month_days = option::weighted(
        0.4,
        vec(select((-31..=31).filter(|day| *day != 0).collect::<Vec<i32>>()), 1..4),
    );
    let weekday = select(vec!["MO", "TU", "WE", "TH", "FR", "SA", "SU"]);
    let ordinal = select(vec!["", "", "1", "2", "-1", "5", "-3"]);
    let days = option::weighted(0.4, vec((ordinal, weekday), 1..4));
    (frequency, 1..=6_u32, months, month_days, days, select(vec!["MO", "SU", "WE"])).prop_map(
        |(frequency, interval, months, month_days, days, week_start)| {
            let mut rule = format!("FREQ={frequency};INTERVAL={interval};WKST={week_start}");
            if let Some(months) = months {
                rule += &format!(";BYMONTH={}", list(&months));
            }
            if let Some(days) = month_days.filter(|_| frequency != "WEEKLY") {
                rule += &format!(";BYMONTHDAY={}", list(&days));
            }
            if let Some(days) = days {
                let numbered = matches!(frequency, "MONTHLY" | "YEARLY");
                let days = days.iter().map(|(ordinal, day)| match numbered {
                    true => format!("{ordinal}{day}"),
                    false => (*day).to_owned(),
                });
                rule += &format!(";BYDAY={}", list(&days.collect::<Vec<_>>()));
            }
            rule
        },
    )
}

proptest! {
    #[test]
    fn occurrences_ascend_and_lie_inside_the_rule(
        text in endless_rule(), start in start(), month_end in month_end(),
    ) {
        let rule: Rule = text.parse().unwrap();
        let zone = zone("UTC");
        let days: Vec<NaiveDateTime> =
            Schedule { rule: &rule, month_end, start, zone: &zone }.occurrences().take(40).collect();
        prop_assert!(days.windows(2).all(|pair| pair[0] < pair[1]));
        for day in days {
            prop_assert!(day >= start && day.time() == start.time());
            prop_assert!(is_inside(&text, month_end, start.date(), day.date()), "{text} {start} {day}");
        }
    }

    #[test]
    fn jumping_finds_what_stepping_finds(
        text in endless_rule(), start in start(), month_end in month_end(), ahead in 0..40_000_i64,
    ) {
        let rule: Rule = text.parse().unwrap();
        let zone = zone("UTC");
        let schedule = Schedule { rule: &rule, month_end, start, zone: &zone };
        let from = start + chrono::TimeDelta::minutes(ahead * 1_440 + ahead % 1_440);
        let stepped: Vec<_> = schedule.occurrences().skip_while(|at| *at <= from).take(3).collect();
        let jumped: Vec<_> = schedule.after(from).take(3).collect();
        prop_assert_eq!(jumped, stepped);
    }

    #[test]
    fn clamping_skips_no_month(start in start(), interval in 1..=14_u32, day in 1..=31_u32) {
        let texts = [format!("FREQ=MONTHLY;INTERVAL={interval}"),
                     format!("FREQ=MONTHLY;INTERVAL={interval};BYMONTHDAY={day}")];
        for text in texts {
            let rule: Rule = text.parse().unwrap();
            let zone = zone("UTC");
            let months: Vec<i32> = Schedule { rule: &rule, month_end: MonthEnd::Clamp, start, zone: &zone }
                .occurrences()
                .take(30)
                .map(|at| at.year() * 12 + at.month0().cast_signed())
                .collect();
            let step = interval.cast_signed();
            prop_assert!(months.windows(2).all(|pair| pair[1] - pair[0] == step), "{text} {months:?}");
        }
    }

    #[test]
    fn the_next_instance_is_always_later_than_this_one(
        text in endless_rule(), start in start(), month_end in month_end(),
        mode in select(vec![Mode::NextFuture, Mode::Every, Mode::AfterCompletion]),
        zone_name in select(ZONES.to_vec()), dated in any::<bool>(), undue in any::<bool>(),
        hours_later in -20_000..400_000_i64,
    ) {
        let zone = zone(zone_name);
        let due = match (dated, undue) {
            (true, true) => None,
            (true, false) => Some(Due::Date { date: start.date(), zone: Some(zone.clone()) }),
            _ => Some(Due::At { local: start, zone: zone.clone() }),
        };
        let repeat = Repeat { rule: text.parse().unwrap(), mode, month_end };
        let mut world = World::at("2000-01-01T00:00:00Z");
        // A rule without occurrences is refused; there is nothing to say about it here.
        let Ok(task) = world.create(NewTask { due, repeat: Some(repeat), ..new_task("it") }) else {
            return Ok(());
        };
        let slot = task.series.as_ref().unwrap().slot;
        let done: DateTime<Utc> = domain::zone::instant(slot, &zone) + chrono::TimeDelta::hours(hours_later);
        if let Some(next) = next_instance(&task, done, &zone) {
            prop_assert!(next.series.slot > slot);
            prop_assert_eq!(next.due.wall_clock(), next.series.slot);
            prop_assert_eq!(next.series.occurrence, 2);
            if mode != Mode::Every {
                prop_assert!(domain::zone::instant(next.series.slot, &zone) > done
                    || next.due.wall_clock().date() > domain::zone::date(done, &zone));
            }
        }
    }

    #[test]
    fn a_rule_comes_back_from_its_text(text in endless_rule()) {
        let rule: Rule = text.parse().unwrap();
        prop_assert_eq!(rule.to_string().parse::<Rule>(), Ok(rule));
    }

    #[test]
    fn previews_keep_order_through_every_zone(
        text in endless_rule(), start in start(), zone_name in select(ZONES.to_vec()),
    ) {
        let instants: Vec<_> =
            preview(&text.parse().unwrap(), MonthEnd::Clamp, start, &zone(zone_name), 20);
        prop_assert!(instants.windows(2).all(|pair| pair[0].1 <= pair[1].1));
    }

    #[test]
    fn no_text_makes_a_parser_panic(text in any::<String>()) {
        let _ = (Rule::parse(&text), Trigger::before(&text), ZoneName::parse(&text));
    }

    #[test]
    fn nothing_like_a_rule_makes_the_engine_panic(
        pieces in vec(select(PIECES.to_vec()), 0..14), start in any_moment(), month_end in month_end(),
    ) {
        if let Ok(rule) = Rule::parse(&pieces.concat()) {
            let _ = rule.to_string();
            let zone = zone("Pacific/Kiritimati");
            let _ = preview(&rule, month_end, start, &zone, 3);
            let _ = Schedule { rule: &rule, month_end, start, zone: &zone }
                .after(NaiveDateTime::MAX)
                .next();
        }
    }

    #[test]
    fn nothing_like_a_duration_makes_its_parser_panic(text in "P?[0-9]{0,12}[WDTHMS]?T?[0-9]{0,12}[HMS]?[0-9]?S?") {
        if let Ok(trigger) = Trigger::before(&text) {
            let written = trigger.duration().unwrap();
            prop_assert_eq!(Trigger::before(&written), Ok(trigger));
        }
    }
}

fn any_moment() -> impl Strategy<Value = NaiveDateTime> {
    prop_oneof![start(), Just(NaiveDateTime::MIN), Just(NaiveDateTime::MAX)]
}

const PIECES: &[&str] = &[
    "FREQ=",
    "DAILY",
    "WEEKLY",
    "MONTHLY",
    "YEARLY",
    "HOURLY",
    "MINUTELY",
    "SECONDLY",
    ";",
    ";",
    ";",
    "INTERVAL=",
    "4294967295",
    "1",
    "COUNT=",
    "0",
    "-",
    "+",
    "UNTIL=",
    "20260229",
    "99991231T235960Z",
    "BYDAY=",
    "MO",
    "SU",
    "53",
    ",",
    "BYMONTHDAY=",
    "31",
    "-31",
    "BYMONTH=",
    "2",
    "12",
    "WKST=",
    "BYSETPOS=",
    "BYWEEKNO=",
    "BYYEARDAY=",
    "BYHOUR=",
    "BYMINUTE=",
    "BYSECOND=",
    "366",
    "60",
    "SKIP=",
    "FORWARD",
    "RSCALE=",
    "GREGORIAN",
    "é",
    "=",
    " ",
];

/// The rule read in another way: part by part, from its text, with no notion of periods.
fn is_inside(text: &str, month_end: MonthEnd, start: NaiveDate, date: NaiveDate) -> bool {
    let part =
        |name: &str| text.split(';').find_map(|part| part.strip_prefix(name)?.strip_prefix('='));
    let numbers = |name| {
        part(name)
            .map(|list| list.split(',').map(|n| n.parse::<i32>().unwrap()).collect::<Vec<_>>())
    };
    let frequency = part("FREQ").unwrap();
    let length = i32::from(date.num_days_in_month());
    let day = date.day().cast_signed();

    let months =
        numbers("BYMONTH").is_none_or(|months| months.contains(&date.month().cast_signed()));
    let fits = |asked: i32| {
        let asked = if asked < 0 { length + 1 + asked } else { asked };
        asked == day || month_end == MonthEnd::Clamp && asked > length && day == length
    };
    let month_days = numbers("BYMONTHDAY").is_none_or(|days| days.into_iter().any(fits));
    let weekdays = part("BYDAY")
        .is_none_or(|days| days.split(',').any(|day| day.ends_with(&code(date.weekday()))));
    let implied = match (frequency, part("BYDAY"), part("BYMONTHDAY")) {
        ("WEEKLY", None, _) => date.weekday() == start.weekday(),
        ("MONTHLY" | "YEARLY", None, None) => fits(start.day().cast_signed()),
        _ => true,
    };
    let interval: i64 = part("INTERVAL").unwrap().parse().unwrap();
    let steps = match frequency {
        "DAILY" => (date - start).num_days(),
        "MONTHLY" => {
            i64::from(date.year() - start.year()) * 12 + i64::from(date.month())
                - i64::from(start.month())
        }
        "YEARLY" => i64::from(date.year() - start.year()),
        _ => {
            let first = week(part("WKST").unwrap());
            (date.week(first).first_day() - start.week(first).first_day()).num_days() / 7
        }
    };
    months && month_days && weekdays && implied && steps % interval == 0
}

fn week(code: &str) -> Weekday {
    match code {
        "MO" => Weekday::Mon,
        "WE" => Weekday::Wed,
        _ => Weekday::Sun,
    }
}

fn code(weekday: Weekday) -> String {
    weekday.to_string()[..2].to_uppercase()
}
