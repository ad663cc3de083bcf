//! Full text over title and description: what the parameter `q` of a list will stand on.

use domain::task::Task;

use crate::{Dialect, Sql, SqlError, Store, row};

/// Words of one search that are looked at.
const WORDS_MAX: usize = 16;

impl<S: Sql> Store<S> {
    /// The user's tasks that have all of these words, or words that begin with them; on Postgres those
    /// with the words in the title first, and when there are none, titles that are written almost like
    /// that, if the extension `pg_trgm` is there. SQLite looks through the tasks of the user and finds
    /// the words anywhere.
    pub fn search(&self, user_id: &str, text: &str, limit: u32) -> Result<Vec<Task>, SqlError> {
        let words: Vec<String> = text
            .split(|c: char| !c.is_alphanumeric())
            .filter(|word| !word.is_empty())
            .take(WORDS_MAX)
            .map(str::to_lowercase)
            .collect();
        if words.is_empty() {
            return Ok(Vec::new());
        }
        let list = serde_json::json!(words).to_string();
        let query = match self.sql.dialect() {
            Dialect::Sqlite => list.clone(),
            // Words have no quotes in them.
            Dialect::Postgres => {
                let begins: Vec<String> = words.iter().map(|word| format!("'{word}':*")).collect();
                begins.join(" & ")
            }
        };
        let params = [user_id.into(), query.into(), limit.into(), text.into()];
        let found = self.run(text!(self, statements::SEARCH), &params)?.read(row::task)?;
        if !found.is_empty()
            || self.run(text!(self, statements::HAS_TRIGRAMS), &[])?.rows.is_empty()
        {
            return Ok(found);
        }
        let longest = words.into_iter().max_by_key(|word| word.chars().count());
        let params = [user_id.into(), list.into(), limit.into(), longest.into()];
        self.run(text!(self, statements::SIMILAR), &params)?.read(row::task)
    }
}
