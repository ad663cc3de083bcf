//! An installation on real servers, and a look into its database.

use std::{
    ops::{Deref, DerefMut},
    path::Path,
    thread::sleep,
    time::Duration,
};

use anyhow::Result;
use conformance::{Client, Server, Setup, eventually};
use faults::site::{Mode, Site as Servers};
use serde_json::json;
use servers::Binaries;

/// Longer than a consumer takes to have what was published.
const QUIET: Duration = Duration::from_millis(600);
const LOOK_AGAIN: Duration = Duration::from_millis(60);

/// A server on real servers; it ends in order, so that nobody waits for it.
pub(crate) struct Site {
    servers: Servers,
    mode: Mode,
}

impl Site {
    /// One that serves.
    pub(crate) fn start(mode: Mode) -> Result<Self> {
        let setup = Setup {
            taskloom: env!("CARGO_BIN_EXE_taskloom").into(),
            manifest: Path::new(env!("CARGO_MANIFEST_DIR")).join("../spin.toml").canonicalize()?,
            cache_dir: Some(Path::new(env!("CARGO_TARGET_TMPDIR")).join("cache")),
            log: "info,sidecar_bridge=debug",
        };
        Ok(Self { servers: Servers::start(mode, &Binaries::from_env()?, setup)?, mode })
    }

    /// The servers that it runs on.
    pub(crate) fn servers(&self) -> &Servers {
        &self.servers
    }

    /// Waits until every event has reached all handlers.
    pub(crate) fn settle(&self) -> Result<()> {
        eventually("the end of all deliveries", || {
            let waiting = self.number("select count(*) from events where published_at is null")?;
            Ok((waiting == 0).then_some(()))
        })?;
        if self.mode == Mode::Embedded {
            return Ok(());
        }
        // What a broker has is on its way; nobody but the handlers can say when it has come. A process
        // that has just begun may not have joined its group yet: a task of somebody else's shows it.
        let before = self.handler_calls()?;
        self.world()?.user()?.create(&json!({"title": "is anybody there?"}))?;
        let mut calls = eventually("a call of a handler", || {
            let now = self.handler_calls()?;
            Ok((now != before).then_some(now))
        })?;
        let mut quiet = Duration::ZERO;
        while quiet < QUIET {
            sleep(LOOK_AGAIN);
            quiet += LOOK_AGAIN;
            let now = self.handler_calls()?;
            if now != calls {
                (calls, quiet) = (now, Duration::ZERO);
            }
        }
        Ok(())
    }

    /// Every line of `/metrics` about calls of handlers.
    fn handler_calls(&self) -> Result<Vec<String>> {
        let metrics = Client::new(&self.admin_url(), None).get("/metrics")?.expect(200)?;
        let text = String::from_utf8(metrics.bytes)?;
        let of_handlers = text.lines().filter(|line| line.starts_with("taskloom_handler_calls"));
        let mut lines: Vec<_> = of_handlers.map(str::to_owned).collect();
        // They come in any order.
        lines.sort();
        Ok(lines)
    }

    pub(crate) fn number(&self, query: &str) -> Result<u32> {
        Ok(u32::try_from(self.servers.psql.number(query)?)?)
    }

    pub(crate) fn occurrences(&self, series: &str) -> Result<Vec<u32>> {
        let query = format!(
            "select occurrence from tasks where series_id = '{series}' order by occurrence"
        );
        let rows = self.servers.psql.rows(&query)?;
        let numbers = rows.iter().filter_map(|row| row["occurrence"].as_u64());
        numbers.map(|number| Ok(u32::try_from(number)?)).collect()
    }

    /// In the order of the log: here no two events of a user can come in another one.
    pub(crate) fn deliver_again(&self) -> Result<()> {
        let again = "update events set published_at = null where event_type = 'task.completed';";
        self.servers.psql.run(again).map(drop)
    }
}

impl Deref for Site {
    type Target = Server;

    fn deref(&self) -> &Server {
        &self.servers.server
    }
}

impl DerefMut for Site {
    fn deref_mut(&mut self) -> &mut Server {
        &mut self.servers.server
    }
}

/// The same functions as `e2e/support.rs` has, for one mode.
macro_rules! support {
    ($mode:expr) => {
        use anyhow::Result;
        use rand::rngs::StdRng;

        pub(crate) use crate::installation::Site;

        /// A server that serves.
        pub(crate) fn started() -> Result<Site> {
            Site::start($mode)
        }

        /// Waits until every event has reached all handlers.
        pub(crate) fn settle(site: &Site) -> Result<()> {
            site.settle()
        }

        /// Numbers of all instances of a series, deleted ones too.
        pub(crate) fn occurrences(site: &Site, series: &str) -> Result<Vec<u32>> {
            site.occurrences(series)
        }

        /// Events that have had their effect and would be delivered once more.
        pub(crate) fn delivered_but_not_marked(site: &Site) -> Result<u32> {
            site.number(
                "select count(*) from events e join inbox i using (event_id)
                 where e.published_at is null",
            )
        }

        /// As if none of the completions had been marked as delivered.
        pub(crate) fn deliver_again(site: &Site, _: &mut StdRng) -> Result<()> {
            site.deliver_again()
        }
    };
}
pub(crate) use support;
