//! The peer: the statement that stores a change, with the document of a real task, in a database of
//! its own where nobody takes the events.

use std::{
    process::Command,
    sync::Arc,
    time::{Duration, Instant},
};

use anyhow::{Result, ensure};
use futures_util::future::try_join_all;
use tokio::task::JoinSet;
use tokio_postgres::Client;
use uuid::Uuid;

use crate::{
    Setup,
    database::connect,
    durable::TASK,
    load::{Shot, Volley, send_once},
    site::{self, Site},
};

/// As many as the program has.
const CONNECTIONS: usize = 16;
/// Of each connection; no two connections wait for the same user.
const USERS: usize = 4;
const DATABASE: &str = "raw";
/// Whose task is taken as a template.
const TEMPLATE: &str = "template";
/// The document of the template's creation, made of what it stored.
const DOCUMENT: &str = "
    select jsonb_build_object(
      'user_id', t.user_id,
      'expect', jsonb_build_array(jsonb_build_object('id', t.id, 'version', null)),
      'fire', '[]'::jsonb, 'removed', '[]'::jsonb, 'cleared', jsonb_build_array(t.id),
      'tasks', jsonb_build_array(to_jsonb(t) - array['user_id', 'search']),
      'tags', (select jsonb_agg(to_jsonb(g) - array['user_id', 'position'] order by g.position)
        from task_tags g where g.user_id = t.user_id and g.task_id = t.id),
      'reminders', '[]'::jsonb,
      'events', (select jsonb_agg(jsonb_build_object('event_id', e.event_id, 'topic', e.topic,
          'event_type', e.event_type, 'timestamp_ms', e.timestamp_ms, 'actor', e.actor,
          'correlation_id', e.correlation_id, 'task_id', e.task_id, 'payload', e.payload)
          order by e.seq)
        from events e where e.user_id = t.user_id and e.task_id = t.id),
      'inbox', null, 'idempotency', null)::text
    from tasks t where t.user_id = 'template'";
/// What is new in each document, with blanks between.
const IDS: &str = "
    select t.id::text || ' ' || string_agg(e.event_id::text, ' ')
    from tasks t join events e on e.user_id = t.user_id and e.task_id = t.id
    where t.user_id = 'template' group by t.id";

pub(super) struct Raw {
    url: String,
    template: Arc<Template>,
}

struct Template {
    document: String,
    ids: Vec<String>,
}

impl Raw {
    /// Makes the database by the program's own migrations.
    pub(super) fn prepare(setup: &Setup, site: &Site) -> Result<Self> {
        send_once(&Shot::create(&site.server.address, site.server.token(TEMPLATE)?, TASK))?;
        let database = site.database()?;
        let (document, ids) = (database.text(DOCUMENT)?, database.text(IDS)?);
        let ids: Vec<_> = ids.split(' ').map(str::to_owned).collect();
        ensure!(ids.iter().all(|id| document.contains(id)), "the template is no document");
        database.run(&format!("create database {DATABASE}"))?;
        let url = site::url(&site.postgres, DATABASE);
        let folder = site::folder()?;
        let mut migrate = Command::new(&setup.taskloom);
        migrate.env("TASKLOOM_DATABASE_URL", &url).arg("migrate");
        let out = migrate.arg("--data-dir").arg(folder.path()).output()?;
        ensure!(out.status.success(), "migrate: {}", String::from_utf8_lossy(&out.stderr));
        Ok(Self { url, template: Arc::new(Template { document, ids }) })
    }

    /// All connections store one change after another for so long.
    pub(super) fn fire(&self, how_long: Duration) -> Result<Volley> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        runtime.block_on(async {
            let clients = try_join_all((0..CONNECTIONS).map(|_| connect(&self.url))).await?;
            let begun = Instant::now();
            let mut all = JoinSet::new();
            for (lane, client) in clients.into_iter().enumerate() {
                let template = Arc::clone(&self.template);
                all.spawn(store(client, template, lane, begun + how_long));
            }
            let mut latencies_ms = Vec::new();
            while let Some(one) = all.join_next().await {
                latencies_ms.extend(one??);
            }
            Ok(Volley { latencies_ms, took: begun.elapsed() })
        })
    }
}

async fn store(
    client: Client,
    template: Arc<Template>,
    lane: usize,
    until: Instant,
) -> Result<Vec<f64>> {
    let statement = client.prepare("select apply_changeset($1::text::jsonb)").await?;
    let users: Vec<_> = (0..USERS).map(|user| format!("raw-{lane:02}-{user}")).collect();
    let mut latencies_ms = Vec::new();
    for user in users.iter().cycle() {
        if Instant::now() >= until {
            break;
        }
        let document = template.with_new_ids(user);
        let sent = Instant::now();
        client.query_one(&statement, &[&document]).await?;
        latencies_ms.push(sent.elapsed().as_secs_f64() * 1000.0);
    }
    Ok(latencies_ms)
}

impl Template {
    fn with_new_ids(&self, user: &str) -> String {
        let document = self.document.replace(&format!("\"{TEMPLATE}\""), &format!("\"{user}\""));
        self.ids
            .iter()
            .fold(document, |document, id| document.replace(id, &Uuid::now_v7().to_string()))
    }
}
