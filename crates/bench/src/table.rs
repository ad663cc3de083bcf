//! The table that a run ends with.

/// One line: what was measured, ours, the peer's, their ratio.
pub(crate) struct Row {
    pub(crate) what: String,
    pub(crate) ours: String,
    pub(crate) peer: String,
    /// Ours divided by the peer's.
    pub(crate) ratio: f64,
    /// The ratio that the design aims at, in words.
    pub(crate) aim: &'static str,
}

impl Row {
    pub(crate) fn new(
        what: impl Into<String>,
        ours: (f64, &str),
        peer: (&str, f64, &str),
        aim: &'static str,
    ) -> Self {
        Self {
            what: what.into(),
            ours: figure(ours.0, ours.1),
            peer: format!("{}: {}", peer.0, figure(peer.1, peer.2)),
            ratio: ours.0 / peer.1,
            aim,
        }
    }
}

fn figure(value: f64, unit: &str) -> String {
    let digits = if value >= 100.0 {
        0
    } else if value >= 10.0 {
        1
    } else {
        2
    };
    format!("{value:.digits$} {unit}")
}

/// Markdown, so that `docs/results.md` can hold it as it is.
pub(crate) fn print(rows: &[Row]) {
    println!("| what | ours | peer | ratio | aim |\n|---|---:|---:|---:|---|");
    for row in rows {
        let digits = if row.ratio < 0.1 { 4 } else { 2 };
        println!(
            "| {} | {} | {} | {:.digits$} | {} |",
            row.what, row.ours, row.peer, row.ratio, row.aim
        );
    }
}
