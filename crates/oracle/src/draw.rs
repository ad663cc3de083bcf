//! Random questions, the same for the same seed: every FREQ with every part that RFC 5545 allows it.

use std::fmt::Display;

use chrono::{Days, Months, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta};
use rand::{
    Rng, SeedableRng,
    rngs::StdRng,
    seq::{IndexedRandom, SliceRandom},
};

use crate::{parts::Parts, question::Question};

/// A frequency, how often it is drawn among the others, and the years within which its occurrences are
/// compared.
pub type Frequency = (&'static str, u32, u32);

/// All of them. The stranger needs long for a rule within the day, so those are fewer.
pub const FREQUENCIES: &[Frequency] = &[
    ("YEARLY", 20, 60),
    ("MONTHLY", 20, 25),
    ("WEEKLY", 15, 10),
    ("DAILY", 15, 5),
    ("HOURLY", 12, 2),
    ("MINUTELY", 12, 1),
    ("SECONDLY", 6, 1),
];

const WEEKDAYS: &[&str] = &["MO", "TU", "WE", "TH", "FR", "SA", "SU"];

/// Zones with gaps and overlaps of many kinds: half hours, whole days, midnight, the southern half,
/// Ramadan, a country that stopped, one that never began.
pub const ZONES: &[&str] = &[
    "Europe/Berlin",
    "Europe/London",
    "Europe/Dublin",
    "Europe/Lisbon",
    "America/New_York",
    "America/St_Johns",
    "America/Sao_Paulo",
    "America/Santiago",
    "America/Havana",
    "America/Scoresbysund",
    "Africa/Casablanca",
    "Africa/Cairo",
    "Africa/Monrovia",
    "Asia/Tehran",
    "Asia/Gaza",
    "Asia/Beirut",
    "Asia/Kathmandu",
    "Asia/Tokyo",
    "Australia/Lord_Howe",
    "Australia/Adelaide",
    "Pacific/Apia",
    "Pacific/Chatham",
    "Antarctica/Troll",
    "UTC",
];

/// Steps of a frequency within the day that are looked at.
const STEPS: i64 = 1000;

/// The questions of one seed, on the wall clock.
pub fn naive(seed: u64, how_many: usize) -> Vec<Question> {
    let mut dice = Dice(StdRng::seed_from_u64(seed));
    (0..how_many).map(|_| dice.question(FREQUENCIES)).collect()
}

/// The questions of one seed, in zones, of frequencies that keep the wall clock. Every third one is a
/// plain rule in the small hours that goes through several changes of clocks.
pub fn zoned(seed: u64, how_many: usize) -> Vec<Question> {
    let mut dice = Dice(StdRng::seed_from_u64(!seed));
    let wall_clock = &FREQUENCIES[..4];
    let mut one = |number: usize| {
        let drawn =
            if number.is_multiple_of(3) { dice.small_hours() } else { dice.question(wall_clock) };
        Question { zone: Some(dice.one(ZONES)), ..drawn }
    };
    (0..how_many).map(&mut one).collect()
}

/// The questions of one seed, in zones, of frequencies that count elapsed time. No part of theirs
/// makes several times out of one: the stranger is a loop that steps and looks at the clock.
pub fn elapsed(seed: u64, how_many: usize) -> Vec<Question> {
    let mut dice = Dice(StdRng::seed_from_u64(seed.rotate_left(32) ^ 1));
    (0..how_many).map(|_| dice.elapsed()).collect()
}

struct Dice(StdRng);

impl Dice {
    fn question(&mut self, frequencies: &[Frequency]) -> Question {
        let weight = |(_, weight, _): &Frequency| *weight;
        let drawn = frequencies.choose_weighted(&mut self.0, weight).unwrap_or(&frequencies[0]);
        let (frequency, _, years) = *drawn;
        let start = self.start();
        let mut rule = Parts::default();
        rule.set("FREQ", frequency);
        self.interval(&mut rule, frequency);
        self.day_parts(&mut rule, frequency);
        // Seconds of rare hours of rare days take the stranger seconds to find.
        if frequency != "SECONDLY"
            || !rule.has_any(&["BYMONTH", "BYMONTHDAY", "BYYEARDAY", "BYDAY"])
        {
            self.time_parts(&mut rule, frequency);
        }
        self.positions(&mut rule, frequency);
        if self.chance(0.3) {
            rule.set("WKST", self.one(WEEKDAYS));
        }
        self.end(&mut rule, start, years);
        Question {
            rule,
            start,
            zone: None,
            last: start.checked_add_months(Months::new(years * 12)).unwrap_or(start),
            depth: if self.chance(0.02) { 800 } else { 60 },
            shares: (0..3).map(|_| self.0.random()).collect(),
            as_it_is: false,
        }
    }

    fn small_hours(&mut self) -> Question {
        let start = self.start().date().and_time(self.on_the_minute(0..4));
        let mut rule = Parts::default();
        rule.set("FREQ", "DAILY");
        self.interval(&mut rule, "YEARLY");
        if self.chance(0.3) {
            rule.set("BYHOUR", self.list(3, |dice| dice.0.random_range(0..5)));
        }
        self.end(&mut rule, start, 2);
        let last = start.checked_add_months(Months::new(24)).unwrap_or(start);
        let shares = (0..3).map(|_| self.0.random()).collect();
        Question { rule, start, zone: None, last, depth: 500, shares, as_it_is: false }
    }

    fn elapsed(&mut self) -> Question {
        let (frequency, seconds, most) =
            self.one(&[("HOURLY", 3600, 60), ("MINUTELY", 60, 2000), ("SECONDLY", 1, 90_000)]);
        let interval = self.0.random_range(most / 20..=most);
        let start = self.start();
        let mut rule = Parts::default();
        rule.set("FREQ", frequency);
        rule.set("INTERVAL", interval);
        for (part, share) in [("BYMONTH", 0.1), ("BYMONTHDAY", 0.1), ("BYDAY", 0.2)] {
            if self.chance(share) {
                let list = match part {
                    "BYMONTH" => self.list(4, |dice| dice.0.random_range(1..=12)),
                    "BYMONTHDAY" => self.signed_list(31, &[1, 13, 28, 29, 30, 31]),
                    _ => self.list(4, |dice| dice.one(WEEKDAYS)),
                };
                rule.set(part, list);
            }
        }
        for (part, below, looks) in
            [("BYHOUR", 24, 0), ("BYMINUTE", 60, 3600), ("BYSECOND", 60, 60)]
        {
            if seconds < looks && self.chance(0.3) || looks == 0 && self.chance(0.25) {
                rule.set(part, self.list(12, |dice| dice.0.random_range(0..below)));
            }
        }
        let last = start + TimeDelta::seconds(i64::from(interval) * seconds * STEPS);
        self.end(&mut rule, start, 1);
        let zone = Some(self.one(ZONES));
        let shares = (0..3).map(|_| self.0.random()).collect();
        Question { rule, start, zone, last, depth: 100, shares, as_it_is: false }
    }

    /// Ends of months, leap days and midnight more often than chance has it.
    fn start(&mut self) -> NaiveDateTime {
        let year = self.0.random_range(1970..=2100);
        let day = match self.0.random_range(0..10) {
            0 => NaiveDate::from_ymd_opt(year, 2, 29).or(NaiveDate::from_ymd_opt(year, 2, 28)),
            1 => NaiveDate::from_ymd_opt(year, self.one(&[1, 3, 5, 7, 8, 10, 12]), 31),
            2 => NaiveDate::from_ymd_opt(year, 12, self.0.random_range(25..=31)),
            3 => NaiveDate::from_ymd_opt(year, 1, self.0.random_range(1..=7)),
            _ => NaiveDate::from_yo_opt(year, self.0.random_range(1..=365)),
        };
        let time = match self.0.random_range(0..10) {
            0 => NaiveTime::MIN,
            1 => NaiveTime::from_hms_opt(23, 59, 59).unwrap_or_default(),
            2..=5 => self.on_the_minute(0..24),
            // Where clocks are changed.
            6 | 7 => self.on_the_minute(0..4),
            _ => NaiveTime::from_num_seconds_from_midnight_opt(self.0.random_range(0..86_400), 0)
                .unwrap_or_default(),
        };
        day.unwrap_or_default().and_time(time)
    }

    fn on_the_minute(&mut self, hours: std::ops::Range<u32>) -> NaiveTime {
        let (hour, minute) = (self.0.random_range(hours), self.one(&[0, 15, 30, 45]));
        NaiveTime::from_hms_opt(hour, minute, 0).unwrap_or_default()
    }

    fn interval(&mut self, rule: &mut Parts, frequency: &str) {
        let interval = match self.0.random_range(0..20) {
            0..=9 => 1,
            10..=15 => self.0.random_range(2..=4),
            16..=18 => self.0.random_range(5..=40),
            _ if frequency == "YEARLY" => self.0.random_range(5..=20),
            _ => self.0.random_range(41..=1000),
        };
        if interval > 1 {
            rule.set("INTERVAL", interval);
        }
    }

    fn day_parts(&mut self, rule: &mut Parts, frequency: &str) {
        let yearly = frequency == "YEARLY";
        let sub_daily = matches!(frequency, "HOURLY" | "MINUTELY" | "SECONDLY");
        let rare = if sub_daily { 0.12 } else { 0.3 };
        if self.chance(rare) {
            rule.set("BYMONTH", self.list(4, |dice| dice.0.random_range(1..=12)));
        }
        if yearly && self.chance(0.18) {
            rule.set("BYWEEKNO", self.signed_list(53, &[1, 2, 51, 52, 53]));
        }
        if (yearly || sub_daily) && self.chance(0.12) {
            rule.set("BYYEARDAY", self.signed_list(366, &[1, 31, 59, 60, 61, 365, 366]));
        }
        if frequency != "WEEKLY" && self.chance(rare) {
            rule.set("BYMONTHDAY", self.signed_list(31, &[1, 13, 28, 29, 30, 31]));
        }
        if self.chance(rare + 0.1) {
            let most = match frequency {
                "MONTHLY" => 5,
                "YEARLY" if rule.has("BYWEEKNO") => 0,
                "YEARLY" if rule.has("BYMONTH") => 5,
                "YEARLY" => 53,
                _ => 0,
            };
            let numbered = if most > 0 { self.one(&[0.0, 0.0, 1.0, 1.0, 0.5]) } else { 0.0 };
            rule.set(
                "BYDAY",
                self.list(5, |dice| {
                    let weekday = dice.one(WEEKDAYS);
                    if !dice.chance(numbered) {
                        return weekday.to_owned();
                    }
                    format!("{}{weekday}", dice.signed(most, &[1, 2, 3, 4, 5]))
                }),
            );
        }
    }

    fn time_parts(&mut self, rule: &mut Parts, frequency: &str) {
        let often =
            if matches!(frequency, "HOURLY" | "MINUTELY" | "SECONDLY") { 0.25 } else { 0.12 };
        for (part, below) in [("BYHOUR", 24), ("BYMINUTE", 60), ("BYSECOND", 60)] {
            if self.chance(often) {
                rule.set(part, self.list(4, |dice| dice.0.random_range(0..below)));
            }
        }
    }

    /// BYSETPOS. Within an hour or less, only positions that exist: for one that never does, the
    /// stranger would look at every second of a year.
    fn positions(&mut self, rule: &mut Parts, frequency: &str) {
        if !rule.names().any(|name| name.starts_with("BY")) || !self.chance(0.25) {
            return;
        }
        let length = |part| rule.get(part).map_or(1, |list| list.split(',').count());
        let most = match frequency {
            "SECONDLY" => 1,
            "MINUTELY" => length("BYSECOND"),
            "HOURLY" => length("BYMINUTE") * length("BYSECOND"),
            _ if self.chance(0.1) => 366,
            _ => 6,
        };
        let most = i32::try_from(most).unwrap_or(1);
        rule.set("BYSETPOS", self.list(3, |dice| dice.signed(most, &[1, 2, 3])));
    }

    fn end(&mut self, rule: &mut Parts, start: NaiveDateTime, years: u32) {
        match self.0.random_range(0..4) {
            0 => rule.set("COUNT", self.0.random_range(1..=50)),
            1 => {
                let days = self.0.random_range(0..=u64::from(years) * 200);
                let seconds =
                    if self.chance(0.5) { self.0.random_range(-90_000..90_000) } else { 0 };
                let until = start
                    .checked_add_days(Days::new(days))
                    .and_then(|day| day.checked_add_signed(TimeDelta::seconds(seconds)))
                    .unwrap_or(start);
                let form = self.one(&["%Y%m%d", "%Y%m%dT%H%M%S", "%Y%m%dT%H%M%SZ"]);
                rule.set("UNTIL", until.format(form));
            }
            _ => {}
        }
    }

    fn chance(&mut self, share: f64) -> bool {
        self.0.random_bool(share)
    }

    fn one<T: Copy>(&mut self, choices: &[T]) -> T {
        *choices.choose(&mut self.0).unwrap_or(&choices[0])
    }

    /// Up to `most` different values, in any order.
    fn list<T: Display>(&mut self, most: usize, mut value: impl FnMut(&mut Self) -> T) -> String {
        let length = self.0.random_range(1..=most);
        let mut values: Vec<String> = (0..length).map(|_| value(self).to_string()).collect();
        values.shuffle(&mut self.0);
        values.join(",")
    }

    fn signed_list(&mut self, most: i32, edges: &[i32]) -> String {
        self.list(4, |dice| dice.signed(most, edges))
    }

    /// From `-most` to `most` without 0; the edges as often as all others together.
    fn signed(&mut self, most: i32, edges: &[i32]) -> i32 {
        let edge = self.one(edges);
        let value =
            if edge <= most && self.chance(0.5) { edge } else { self.0.random_range(1..=most) };
        if self.chance(0.35) { -value } else { value }
    }
}
