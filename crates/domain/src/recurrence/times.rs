//! Times of a day: every chosen hour with every chosen minute with every chosen second.

/// Seconds in a day.
pub(super) const DAY_SECONDS: i64 = 86_400;

/// A set of times as three bitmasks; never empty.
#[derive(Debug, Clone, Copy)]
pub(super) struct Times {
    pub(super) hours: u64,
    pub(super) minutes: u64,
    pub(super) seconds: u64,
}

/// Every hour of a day.
pub(super) const ANY_HOUR: u64 = (1 << 24) - 1;
/// Every minute of an hour, or second of a minute.
pub(super) const ANY_SIXTIETH: u64 = (1 << 60) - 1;

impl Times {
    pub(super) const MIDNIGHT: Self = Self { hours: 1, minutes: 1, seconds: 1 };
    pub(super) const ANY: Self =
        Self { hours: ANY_HOUR, minutes: ANY_SIXTIETH, seconds: ANY_SIXTIETH };

    /// How many there are in a day.
    pub(super) fn len(self) -> i64 {
        count(self.hours) * count(self.minutes) * count(self.seconds)
    }

    /// The time at a place in the day's order, in seconds from midnight.
    pub(super) fn get(self, index: i64) -> Option<i64> {
        let (in_minute, in_hour) = (count(self.seconds), count(self.minutes));
        let (minute, second) = (index / in_minute, index % in_minute);
        let (hour, minute) = (minute / in_hour, minute % in_hour);
        Some(
            place(self.hours, hour)? * 3600
                + place(self.minutes, minute)? * 60
                + place(self.seconds, second)?,
        )
    }

    /// How many are earlier in the day than `second`, which is one of them.
    pub(super) fn index_of(self, second: i64) -> i64 {
        let below = |mask: u64, bit: i64| count(mask & ((1 << bit) - 1));
        let (hour, minute, second) = (second / 3600, second / 60 % 60, second % 60);
        (below(self.hours, hour) * count(self.minutes) + below(self.minutes, minute))
            * count(self.seconds)
            + below(self.seconds, second)
    }

    /// The first of the day.
    pub(super) fn first(self) -> i64 {
        lowest(self.hours) * 3600 + lowest(self.minutes) * 60 + lowest(self.seconds)
    }

    /// The first at `second` of the day or later.
    pub(super) fn first_from(self, second: i64) -> Option<i64> {
        let (hour, minute, second) = (second / 3600, second / 60 % 60, second % 60);
        if self.hours >> hour & 1 == 0 {
            return self.first_at_hour(hour);
        }
        let later_minute = match self.minutes >> minute & 1 {
            1 => match from(self.seconds, second) {
                Some(second) => return Some(hour * 3600 + minute * 60 + second),
                None => minute + 1,
            },
            _ => minute,
        };
        match from(self.minutes, later_minute) {
            Some(minute) => Some(hour * 3600 + minute * 60 + lowest(self.seconds)),
            None => self.first_at_hour(hour + 1),
        }
    }

    /// Whether steps of such a length from `second` on meet one of them before the day ends. With a
    /// divisor of the day as length, that is whether they do on any day.
    pub(super) fn meets(self, mut second: i64, step: i64) -> bool {
        while second < DAY_SECONDS {
            match self.first_from(second) {
                None => return false,
                Some(found) if found == second => return true,
                Some(found) => second += (found - second + step - 1) / step * step,
            }
        }
        false
    }

    fn first_at_hour(self, hour: i64) -> Option<i64> {
        let hour = from(self.hours, hour)?;
        Some(hour * 3600 + lowest(self.minutes) * 60 + lowest(self.seconds))
    }

    /// Only those in the hour, minute or second (by its length) that `second` of the day lies in.
    pub(super) fn within(mut self, second: i64, length_seconds: i64) -> Self {
        self.hours = 1 << (second / 3600);
        if length_seconds <= 60 {
            self.minutes = 1 << (second / 60 % 60);
        }
        if length_seconds <= 1 {
            self.seconds = 1 << (second % 60);
        }
        self
    }
}

/// Bits as a set of small numbers.
pub(super) fn mask(values: &[u32]) -> u64 {
    values.iter().fold(0, |mask, value| mask | 1 << value)
}

pub(super) fn count(mask: u64) -> i64 {
    mask.count_ones().into()
}

pub(super) fn lowest(mask: u64) -> i64 {
    mask.trailing_zeros().into()
}

/// The first set bit at `bit` or higher.
pub(super) fn from(mask: u64, bit: i64) -> Option<i64> {
    let rest = mask.checked_shr(bit.try_into().ok()?)?;
    (rest != 0).then(|| bit + lowest(rest))
}

/// The set bit at a place in the order of the set bits.
pub(super) fn place(mut mask: u64, index: i64) -> Option<i64> {
    for _ in 0..index {
        mask &= mask.checked_sub(1)?;
    }
    (mask != 0).then(|| lowest(mask))
}

#[cfg(test)]
mod tests;
