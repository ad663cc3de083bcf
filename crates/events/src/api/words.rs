//! Closed lists of words, each one to one with a type of the domain.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Defines a word list with conversions both ways.
macro_rules! words {
    ($(#[$doc:meta])* $name:ident: $domain:path, $case:literal { $($(#[$variant_doc:meta])* $variant:ident,)+ }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
        #[serde(rename_all = $case)]
        pub enum $name {
            $($(#[$variant_doc])* $variant,)+
        }

        impl From<$domain> for $name {
            fn from(value: $domain) -> Self {
                match value {
                    $(<$domain>::$variant => Self::$variant,)+
                }
            }
        }

        impl From<$name> for $domain {
            fn from(value: $name) -> Self {
                match value {
                    $($name::$variant => Self::$variant,)+
                }
            }
        }
    };
}

words! {
    /// Open or done.
    Status: domain::task::Status, "lowercase" {
        /// Still to be done.
        Open,
        /// Done.
        Done,
    }
}

words! {
    /// From least to most pressing.
    Priority: domain::task::Priority, "lowercase" {
        /// Can wait.
        Low,
        /// The default.
        Medium,
        /// Before the others.
        High,
        /// Now.
        Urgent,
    }
}

words! {
    /// From where the next instance is counted.
    Mode: domain::recurrence::Mode, "kebab-case" {
        /// The first occurrence after the completion; the default.
        NextFuture,
        /// One step of the rule, overdue or not.
        Every,
        /// Counted from the day it was done.
        AfterCompletion,
    }
}

words! {
    /// What happens to the 31st in a month that has none.
    MonthEnd: domain::recurrence::MonthEnd, "lowercase" {
        /// The last day of the month takes its place; the default.
        Clamp,
        /// That month has no occurrence.
        Skip,
    }
}

words! {
    /// Which instances of a series a change is for.
    Scope: domain::command::Scope, "kebab-case" {
        /// This one only.
        This,
        /// This one and all that come after it.
        ThisAndFollowing,
    }
}

words! {
    /// Where a reminder stands.
    ReminderState: domain::reminder::ReminderState, "lowercase" {
        /// Waits for its time.
        Scheduled,
        /// Has fired.
        Fired,
        /// Will not fire.
        Cancelled,
    }
}
