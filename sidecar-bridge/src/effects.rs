//! What handlers may ask for, and what becomes of it: alarms are set here, changes of tasks go to
//! the component that owns tasks.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use events::effect::Effect;
use uuid::Uuid;

use crate::alarm::{Alarm, AlarmClock, AlarmError};

/// What the operator lets a component do.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Grants(BTreeSet<String>);

/// A grant of something that there is not.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no effect; there are {names}", names = Effect::NAMES.join(", "))]
pub struct UnknownEffect(pub String);

impl Grants {
    /// Reads the names of effects, as `spin.toml` writes them.
    pub fn parse<N: Into<String>>(
        names: impl IntoIterator<Item = N>,
    ) -> Result<Self, UnknownEffect> {
        let known = |name: String| match Effect::NAMES.contains(&name.as_str()) {
            true => Ok(name),
            false => Err(UnknownEffect(name)),
        };
        names.into_iter().map(|name| known(name.into())).collect::<Result<_, _>>().map(Self)
    }
}

/// Why nothing of a handler's reply is done.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum EffectRefused {
    /// The operator did not allow it.
    #[error("the effect `{0}` is not granted")]
    NotGranted(&'static str),
    /// Known to the contract, not built yet.
    #[error("not supported yet: the effect `{0}`")]
    NotSupported(&'static str),
}

/// A handler's reply, checked and sorted by who carries it out.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Plan {
    /// For the tasks component, in order.
    pub(crate) tasks: Vec<Effect>,
    alarms: Vec<AlarmChange>,
}

#[derive(Debug, PartialEq)]
enum AlarmChange {
    Schedule(Alarm),
    Cancel(Uuid),
}

impl Plan {
    /// Checks every effect before any of them is carried out.
    pub(crate) fn new(effects: Vec<Effect>, grants: &Grants) -> Result<Self, EffectRefused> {
        let mut plan = Self::default();
        for effect in effects {
            let name = effect.name();
            if !grants.0.contains(name) {
                return Err(EffectRefused::NotGranted(name));
            }
            match effect {
                Effect::CreateTask { .. }
                | Effect::UpdateTask { .. }
                | Effect::CompleteTask { .. } => plan.tasks.push(effect),
                Effect::ScheduleReminder { reminder_id, generation, fire_at, .. } => {
                    plan.alarms.push(schedule(reminder_id, generation, fire_at));
                }
                Effect::CancelReminder { reminder_id } => {
                    plan.alarms.push(AlarmChange::Cancel(reminder_id));
                }
                Effect::Notify { .. } | Effect::Publish { .. } => {
                    return Err(EffectRefused::NotSupported(name));
                }
            }
        }
        Ok(plan)
    }

    /// How many effects there are.
    pub(crate) fn len(&self) -> usize {
        self.tasks.len() + self.alarms.len()
    }

    /// Sets and cancels the alarms. May be repeated.
    pub(crate) async fn set_alarms(&self, clock: &dyn AlarmClock) -> Result<(), AlarmError> {
        for change in &self.alarms {
            match change {
                AlarmChange::Schedule(alarm) => clock.schedule(*alarm).await?,
                AlarmChange::Cancel(reminder_id) => clock.cancel(*reminder_id).await?,
            }
        }
        Ok(())
    }
}

fn schedule(reminder_id: Uuid, generation: u32, fire_at: DateTime<Utc>) -> AlarmChange {
    AlarmChange::Schedule(Alarm { reminder_id, generation, fire_at })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const REMINDER: Uuid = Uuid::from_u128(7);

    #[track_caller]
    fn check(grants: &[&str], effect: serde_json::Value, expect: &str) {
        let grants = Grants::parse(grants.iter().copied()).unwrap();
        let actual = match Plan::new(vec![serde_json::from_value(effect).unwrap()], &grants) {
            Ok(plan) => format!("{} for tasks, {} alarms", plan.tasks.len(), plan.alarms.len()),
            Err(refused) => refused.to_string(),
        };
        assert_eq!(actual, expect);
    }

    #[test]
    fn a_granted_effect_goes_to_whom_it_concerns() {
        let create = json!({"effect": "create-task", "task": {"title": "t"}});
        check(&["create-task"], create, "1 for tasks, 0 alarms");
        let cancel = json!({"effect": "cancel-reminder", "reminder_id": REMINDER});
        check(&["cancel-reminder", "create-task"], cancel, "0 for tasks, 1 alarms");
    }

    #[test]
    fn what_is_not_granted_is_refused_by_name() {
        let complete = json!({"effect": "complete-task", "task_id": REMINDER});
        check(&["create-task"], complete.clone(), "the effect `complete-task` is not granted");
        check(&[], complete, "the effect `complete-task` is not granted");
    }

    #[test]
    fn one_refused_effect_stops_the_whole_reply() {
        let effects = vec![
            Effect::CancelReminder { reminder_id: REMINDER },
            Effect::CompleteTask { task_id: REMINDER },
        ];
        let grants = Grants::parse(["cancel-reminder"]).unwrap();
        assert_eq!(Plan::new(effects, &grants), Err(EffectRefused::NotGranted("complete-task")));
    }

    #[test]
    fn what_is_not_built_yet_says_so() {
        let notify = json!({"effect": "notify", "title": "t", "body": "b"});
        check(&["notify"], notify.clone(), "not supported yet: the effect `notify`");
        check(&[], notify, "the effect `notify` is not granted");
    }

    #[test]
    fn a_grant_of_nothing_known_is_an_error_that_lists_what_there_is() {
        let error = Grants::parse(["create-tasks"]).unwrap_err().to_string();
        assert!(
            error.starts_with("`create-tasks` is no effect; there are create-task,"),
            "{error}"
        );
    }
}
