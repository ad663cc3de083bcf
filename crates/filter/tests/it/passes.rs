//! Which tasks pass which filters.

use domain::{
    reminder::ReminderState,
    task::{Priority, Task},
};

use crate::{
    now, parse,
    tasks::{a_reminder, a_task, done, due, id, repeating},
};

/// Whether the task passes each of the filters.
#[track_caller]
fn check(task: &Task, passes: &[&str], fails: &[&str]) {
    for (texts, expected) in [(passes, true), (fails, false)] {
        for text in texts {
            let passed = parse(text).resolve(&now()).matches(task);
            assert_eq!(passed, expected, "{text} on {task:#?}");
        }
    }
}

#[test]
fn an_empty_filter_lets_all_through_but_what_was_deleted() {
    check(&a_task(), &["", " \t "], &[]);
    let deleted = Task { deleted_at: Some(now().now), ..a_task() };
    check(&deleted, &[], &["", "status:open", "-status:open"]);
}

#[test]
fn status_and_priority() {
    let task = Task { priority: Priority::High, ..a_task() };
    check(
        &task,
        &[
            "status:open",
            "is:open",
            "priority:high",
            "priority>medium",
            "priority<=high",
            "priority:low,high",
        ],
        &[
            "status:done",
            "is:done",
            "priority:low",
            "priority>high",
            "priority<high",
            "priority!=high",
        ],
    );
    check(&done("2026-09-24T07:00:00Z"), &["status:done", "status:open,done"], &["is:open"]);
}

#[test]
fn tags_are_compared_whole_and_without_case() {
    let task = Task { tags: vec!["Home".into(), "to do".into()], ..a_task() };
    check(
        &task,
        &[
            "tag:home",
            "tag:HOME",
            "tag:\"To Do\"",
            "tag:x,home",
            "tag:home tag:\"to do\"",
            "-tag:work",
            "has:tag",
        ],
        &["tag:hom", "tag:work", "-tag:home", "tag:do", "no:tag", "tag:home tag:work"],
    );
}

#[test]
fn free_words_are_found_in_title_description_and_tags_by_their_beginnings() {
    let task = Task {
        title: "Pay the Rent, 2026".into(),
        description: "Bank transfer\nto the landlord's account".into(),
        tags: vec!["Home-Office".into()],
        ..a_task()
    };
    check(
        &task,
        &[
            "pay",
            "PAY",
            "re",
            "rent 2026",
            "bank",
            "landlord",
            "home",
            "office",
            "transf",
            "rent bank",
            "\"pay the ren\"",
            "\"rent 20\"",
            "\"transfer to the\"",
            "\"landlord's\"",
            "home-off",
            "title:pay",
            "description:bank",
            "title:x,rent",
            "-milk",
        ],
        &[
            "ent",
            "milk",
            "\"pay rent\"",
            "\"pa the\"",
            "\"2026 bank\"",
            "title:bank",
            "description:rent",
            "title:home",
            "ay",
            "rent milk",
        ],
    );
}

#[test]
fn what_a_task_has() {
    check(
        &a_task(),
        &["no:due", "no:repeat", "no:tag", "no:description", "no:reminder", "no:parent"],
        &["has:due", "has:repeat", "has:tag", "has:description", "has:reminder", "has:parent"],
    );
    let waits = |state| Task { reminders: vec![a_reminder(state)], ..a_task() };
    check(&waits(ReminderState::Scheduled), &["has:reminder"], &["no:reminder"]);
    check(&waits(ReminderState::Fired), &["no:reminder"], &["has:reminder"]);
    check(&repeating(), &["has:repeat", "has:due,repeat"], &["no:repeat", "has:due,tag"]);
    let described = Task { description: "Two litres".into(), ..a_task() };
    check(&described, &["has:description"], &["no:description"]);
}

#[test]
fn ids() {
    let task = Task { parent_id: Some(id(2)), ..repeating() };
    let own = format!("id:{}", id(1));
    let parent = format!("parent:{},{}", id(5), id(2));
    let series = format!("series:{}", id(9));
    let other = format!("id:{}", id(3));
    check(&task, &[&own, &parent, &series, "has:parent"], &[&other, "no:parent"]);
    check(&a_task(), &[], &[&parent, &series]);
}

#[test]
fn terms_are_put_together_as_they_bind() {
    let task = Task { title: "a c".into(), ..a_task() };
    check(
        &task,
        &[
            "a c",
            "a AND c",
            "a OR b",
            "b OR a c",
            "b x OR c",
            "a (b OR c)",
            "-(a b)",
            "NOT b",
            "--a",
            "a -b",
        ],
        &["a b", "b OR x", "a (b OR x)", "-(a c)", "-(a OR b)", "NOT a", "b OR a x", "-a c"],
    );
}

#[test]
fn a_task_without_a_due_date_passes_the_opposite_of_a_date_but_no_date() {
    check(
        &a_task(),
        &["-due:today", "due!=today", "-due<+7d", "-is:overdue", "-completed:today"],
        &["due:today", "due<+7d", "due>today", "due>=1900-01-01", "is:overdue", "completed<now"],
    );
}

#[test]
fn the_filter_of_the_readme() {
    let task = Task {
        priority: Priority::Urgent,
        due: due("2026-09-28"),
        tags: vec!["home".into()],
        ..repeating()
    };
    let filter =
        "status:open priority>=high due<+7d tag:home -tag:work (has:repeat OR no:due) \"buy mi\"";
    check(&task, &[filter], &[]);
    for other in [
        Task { priority: Priority::Medium, ..task.clone() },
        Task { due: due("2026-10-01"), ..task.clone() },
        Task { tags: vec!["home".into(), "Work".into()], ..task.clone() },
        Task { repeat: None, ..task.clone() },
        Task { title: "Buy bread".into(), ..task },
    ] {
        check(&other, &[], &[filter]);
    }
}
