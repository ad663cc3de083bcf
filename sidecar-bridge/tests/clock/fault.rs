//! Faults that are planted, so that a harness which sees nothing is caught. The server itself is
//! sound: its rows are changed behind its back.

use std::path::Path;

use anyhow::Result;
use rusqlite::Connection;

/// What is wrong with a run on purpose.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fault {
    /// Nothing.
    None,
    /// Reminders are due a second before the time that was asked for.
    Early,
    /// Some are waiting again when they have fired.
    Twice,
    /// Some wait no more, though nobody called them off.
    Drop,
}

impl Fault {
    /// Alters the database of a server that is away.
    pub(crate) fn plant(self, database: &Path) -> Result<()> {
        let triggers = match self {
            Self::None => return Ok(()),
            Self::Early => {
                "create trigger planted after insert on reminders begin
                   update reminders set fire_at = fire_at - 1000 where rowid = new.rowid;
                 end"
            }
            Self::Twice => {
                "create table planted (id integer primary key);
                 create trigger planted_once after update of state on reminders
                   when new.state = 'fired' and new.rowid % 10 = 0
                     and not exists (select 1 from planted where id = new.rowid) begin
                   insert into planted (id) values (new.rowid);
                   update reminders set state = 'scheduled' where rowid = new.rowid;
                 end"
            }
            Self::Drop => {
                "create trigger planted after insert on reminders when new.rowid % 10 = 0 begin
                   update reminders set state = 'cancelled' where rowid = new.rowid;
                 end"
            }
        };
        Ok(Connection::open(database)?.execute_batch(triggers)?)
    }
}
