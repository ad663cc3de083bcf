//! Rows a second of each format, for 10,000 and 100,000 tasks: `cargo run --release -p exchange
//! --example speed`.

#![expect(
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "an example that prints what it measures"
)]

use std::time::Instant;

use exchange::{Context, Format, Item, Locale, Target, read, write};

fn main() {
    let now = "2026-11-24T09:00:00Z".parse().unwrap();
    let context = Context::new(now, "Europe/Berlin".parse().unwrap(), Locale::EnGb);
    for tasks in [10_000, 100_000] {
        for format in Format::ALL {
            let text = file(format, tasks, &context);
            let begun = Instant::now();
            let reading = read(format, text.as_bytes(), &context).unwrap();
            let took = begun.elapsed();
            let per_second = reading.items.len() as f64 / took.as_secs_f64();
            println!(
                "{tasks:>7} {:<16} {:>7.1} MB {took:>10.1?} {per_second:>10.0} rows/s",
                format.as_str(),
                text.len() as f64 / 1e6
            );
        }
    }
}

fn file(format: Format, tasks: usize, context: &Context) -> String {
    let many = |head: &str, row: &dyn Fn(usize) -> String, between: &str, tail: &str| {
        let rows: Vec<_> = (0..tasks).map(row).collect();
        format!("{head}{}{tail}", rows.join(between))
    };
    match format {
        Format::TodoistCsv => many(
            "TYPE,CONTENT,PRIORITY,INDENT,DATE,DATE_LANG,TIMEZONE\n",
            &|n| {
                format!(
                    "task,Task {n} @home,{},{},every 3 days,en,Europe/Berlin",
                    n % 4 + 1,
                    n % 3 + 1
                )
            },
            "\n",
            "",
        ),
        Format::TicktickCsv => many(
            "List Name,Title,Tags,Due Date,Repeat,Priority,Status,Timezone\n",
            &|n| {
                format!(
                    "L,Task {n},a,2026-12-01T08:00:00+0000,FREQ=WEEKLY;BYDAY=TU,3,0,Europe/Berlin"
                )
            },
            "\n",
            "",
        ),
        Format::MicrosoftJson => many(
            "[",
            &|n| {
                format!(
                    r#"{{"id":"{n}","title":"Task {n}","dueDateTime":{{"dateTime":"2026-12-01T00:00:00","timeZone":"UTC"}}}}"#
                )
            },
            ",",
            "]",
        ),
        Format::MicrosoftCsv => {
            many("Subject,Due Date,Priority\n", &|n| format!("Task {n},1/12/2026,High"), "\n", "")
        }
        Format::GoogleJson => many(
            r#"{"items":[{"title":"L","items":["#,
            &|n| format!(r#"{{"id":"{n}","title":"Task {n}","due":"2026-12-01T00:00:00Z"}}"#),
            ",",
            "]}]}",
        ),
        Format::TaskwarriorJson => many(
            "[",
            &|n| {
                format!(
                    r#"{{"uuid":"{n}","description":"Task {n}","status":"pending","due":"20261201T080000Z"}}"#
                )
            },
            ",",
            "]",
        ),
        Format::TodoTxt => {
            many("", &|n| format!("(A) Task {n} +a @b due:2026-12-01 rec:1w"), "\n", "")
        }
        Format::Ics | Format::TaskloomJson | Format::Csv => {
            let target = match format {
                Format::Ics => Target::Ics,
                Format::Csv => Target::Csv,
                _ => Target::TaskloomJson,
            };
            let lines = file(Format::TodoTxt, tasks, context);
            let items: Vec<Item> = read(Format::TodoTxt, lines.as_bytes(), context).unwrap().items;
            write(target, &items, context).text
        }
    }
}
