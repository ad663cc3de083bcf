//! What people are told that a filter is.

use crate::parse;

#[track_caller]
fn check(text: &str, expected: &str) {
    assert_eq!(parse(text).explain(), expected, "{text}");
}

#[test]
fn a_filter_is_a_sentence() {
    check("", "all tasks");
    check("status:open", "open tasks");
    check("is:overdue tag:home", "overdue tasks tagged home");
    check("tag:home", "tasks tagged home");
    check(
        "status:open priority>=high due<=+7d tag:home -tag:work",
        "open tasks of priority high or urgent, due within the next 7 days or already past, tagged home but not work",
    );
    check(
        "due<+7d created>2026-01-01",
        "tasks due in less than 7 days or already past, created after 2026-01-01",
    );
}

#[test]
fn tags_are_one_phrase() {
    check(
        "tag:a due:today tag:b -tag:c -tag:d,e",
        "tasks tagged a and b but not c nor d or e, due today",
    );
    check("-tag:a -tag:b", "tasks not tagged a nor b");
    check("tag:\"to do\",x", "tasks tagged \"to do\" or x");
}

#[test]
fn words_parts_and_ids() {
    check("rent \"to the bank\"", "tasks with \"rent\", with \"to the bank\"");
    check(
        "title:a,b -description:c",
        "tasks with \"a\" or \"b\" in the title, not with \"c\" in the description",
    );
    check(
        "has:due,repeat no:tag has:reminder",
        "tasks with a due date or a rule to repeat, without a tag, with a reminder to come",
    );
    check(
        "parent:019b2d5e-7c00-7000-8000-000000000001",
        "tasks part of 019b2d5e-7c00-7000-8000-000000000001",
    );
}

#[test]
fn groups_say_what_belongs_together() {
    check("status:open OR tag:home", "tasks either open or tagged home");
    check("a b OR c", "tasks either (with \"a\" and with \"b\") or with \"c\"");
    check(
        "status:open (has:due OR tag:a -b)",
        "open tasks (either with a due date or (tagged a and not with \"b\"))",
    );
    check("-(status:open tag:a)", "tasks not (open and tagged a)");
    check("-(a OR b)", "tasks not (either with \"a\" or with \"b\")");
    check("-status:open", "tasks not open");
    check("-no:due", "tasks not (without a due date)");
}

#[test]
fn days_and_moments() {
    check("due:today,tomorrow", "tasks due today or tomorrow");
    check("due<today", "tasks due before today");
    check("due>=tomorrow", "tasks due tomorrow or later");
    check("due:+7d", "tasks due in 7 days");
    check("due>+2w", "tasks due in more than 2 weeks");
    check("due>=+1y", "tasks due in 1 year or later");
    check("due<+3h", "tasks due in less than 3 hours or already past");
    check("due<now", "tasks due before now");
    check("due:friday", "tasks due on the next Friday");
    check("due<=friday", "tasks due on the next Friday or earlier");
    check("due:this-week", "tasks due this week");
    check("due<=next-month", "tasks due in next month or earlier");
    check("due:2026-12-31", "tasks due on 2026-12-31");
    check("due>=2026-12-31", "tasks due on 2026-12-31 or later");
    check("due:2026-12-31T09:00", "tasks due at 2026-12-31 09:00");
    check("due:2026-01-01..2026-01-31", "tasks due between 2026-01-01 and 2026-01-31");
    check("due:now..+3h", "tasks due between now and 3 hours from now");
    check("created>=-2d", "tasks created 2 days ago or later");
    check("created>-24h", "tasks created less than 24 hours ago or later");
    check("updated<-1m", "tasks changed last more than 1 month ago");
    check("completed:this-week", "tasks done this week");
    check("created<+2d", "tasks created in less than 2 days");
}
