//! A client of a Postgres, for what stands around a measure.

use std::{
    thread::sleep,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail};
use tokio::runtime::Runtime;
use tokio_postgres::{Client, NoTls};

/// Longer than anything may take.
const PATIENCE: Duration = Duration::from_secs(60);
const LOOK_AGAIN: Duration = Duration::from_millis(50);

/// One connection.
pub(crate) struct Database {
    client: Client,
    runtime: Runtime,
}

impl Database {
    pub(crate) fn open(url: &str) -> Result<Self> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let client = runtime.block_on(connect(url))?;
        Ok(Self { client, runtime })
    }

    /// Statements without answers; those between `begin` and `commit` together.
    pub(crate) fn run(&self, sql: &str) -> Result<()> {
        Ok(self.runtime.block_on(self.client.batch_execute(sql))?)
    }

    /// The one column of a query.
    pub(crate) fn numbers(&self, query: &str) -> Result<Vec<f64>> {
        let rows = self.runtime.block_on(self.client.query(query, &[]))?;
        rows.iter().map(|row| Ok(row.try_get(0)?)).collect()
    }

    pub(crate) fn number(&self, query: &str) -> Result<f64> {
        self.numbers(query)?.first().copied().with_context(|| format!("`{query}` found nothing"))
    }

    pub(crate) fn text(&self, query: &str) -> Result<String> {
        let row = self.runtime.block_on(self.client.query_one(query, &[]))?;
        Ok(row.try_get(0)?)
    }

    /// Waits until the number is 0.
    pub(crate) fn until_none(&self, what: &str, query: &str) -> Result<()> {
        let deadline = Instant::now() + PATIENCE;
        loop {
            match self.number(query)? {
                0.0 => return Ok(()),
                left if Instant::now() > deadline => {
                    bail!("{left} {what} are left after {PATIENCE:?}")
                }
                _ => sleep(LOOK_AGAIN),
            }
        }
    }
}

/// A connection that lives as long as the runtime does.
pub(crate) async fn connect(url: &str) -> Result<Client> {
    let (client, connection) = tokio_postgres::connect(url, NoTls).await?;
    tokio::spawn(async move {
        // Whoever asks it learns of its end.
        let _ = connection.await;
    });
    Ok(client)
}
