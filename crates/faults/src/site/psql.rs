//! The database from outside, by the client that comes with the server.

use std::{
    io::{BufRead, BufReader, Write},
    path::PathBuf,
    process::{Child, Command, Stdio},
};

use anyhow::{Context, Result, bail};
use serde_json::Value;

/// Speaks to one database, past every proxy.
#[derive(Debug, Clone)]
pub struct Psql {
    /// The client.
    pub program: PathBuf,
    /// The database.
    pub url: String,
}

impl Psql {
    fn command(&self) -> Command {
        let mut command = Command::new(&self.program);
        command
            .env_clear()
            // Whatever the server is told in a cell, the harness may write and does not wait for ever.
            .env("PGOPTIONS", "-c default_transaction_read_only=off -c statement_timeout=20s")
            .env("PGCONNECT_TIMEOUT", "5")
            .args([&self.url, "-qAtX", "-v", "ON_ERROR_STOP=1"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        command
    }

    /// Runs statements, each for itself, and returns what they print.
    pub fn run(&self, sql: &str) -> Result<String> {
        let mut child = self.command().spawn().context("psql does not start")?;
        child.stdin.take().context("no input")?.write_all(sql.as_bytes())?;
        let out = child.wait_with_output()?;
        if !out.status.success() {
            bail!("psql: {}", String::from_utf8_lossy(&out.stderr).trim());
        }
        Ok(String::from_utf8(out.stdout)?.trim().to_owned())
    }

    /// The rows of a query as JSON.
    pub fn rows(&self, query: &str) -> Result<Vec<Value>> {
        let text = self.run(&format!("select coalesce(json_agg(r), '[]') from ({query}) r;"))?;
        Ok(serde_json::from_str(&text)?)
    }

    /// One number.
    pub fn number(&self, query: &str) -> Result<i64> {
        let text = self.run(&format!("{query};"))?;
        text.parse().with_context(|| format!("`{text}` is no number"))
    }

    /// Runs a statement in a session that stays open until the value is dropped.
    pub fn hold(&self, sql: &str) -> Result<Held> {
        let mut child = self.command().spawn().context("psql does not start")?;
        let mut input = child.stdin.take().context("no input")?;
        writeln!(input, "set statement_timeout = 0; {sql}; select 'held';")?;
        input.flush()?;
        let output = BufReader::new(child.stdout.take().context("no output")?);
        let held = Held { child, _input: input };
        for line in output.lines() {
            if line? == "held" {
                return Ok(held);
            }
        }
        bail!("the session ended before it held anything")
    }
}

/// A session with what it holds.
#[derive(Debug)]
pub struct Held {
    child: Child,
    _input: std::process::ChildStdin,
}

impl Drop for Held {
    fn drop(&mut self) {
        // The server notices that its client is gone; gone already is as well.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A list of texts as an array of Postgres.
pub fn array(texts: impl IntoIterator<Item = impl AsRef<str>>) -> String {
    let quoted: Vec<_> =
        texts.into_iter().map(|text| format!("'{}'", text.as_ref().replace('\'', "''"))).collect();
    format!("array[{}]::text[]", quoted.join(","))
}
