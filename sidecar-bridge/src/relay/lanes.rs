//! The lanes under way, at most one a user, and the places in which they publish.

use std::{collections::HashMap, sync::Arc};

use tokio::{
    sync::Semaphore,
    task::{Id, JoinError, JoinSet},
};
use tracing::error;

use super::lane::LaneEnd;

/// The lanes under way.
pub(super) struct Lanes {
    running: JoinSet<LaneEnd>,
    users: HashMap<Id, String>,
    places: Arc<Semaphore>,
    places_max: usize,
}

impl Lanes {
    /// Not a lane yet, and places for so many to publish at once.
    pub(super) fn new(places_max: usize) -> Self {
        let places = Arc::new(Semaphore::new(places_max));
        Self { running: JoinSet::new(), users: HashMap::new(), places, places_max }
    }

    pub(super) fn len(&self) -> usize {
        self.users.len()
    }

    /// Users who have a lane.
    pub(super) fn users(&self) -> Vec<String> {
        self.users.values().cloned().collect()
    }

    pub(super) fn places(&self) -> Arc<Semaphore> {
        Arc::clone(&self.places)
    }

    pub(super) fn start(
        &mut self,
        user_id: String,
        lane: impl Future<Output = LaneEnd> + Send + 'static,
    ) {
        self.users.insert(self.running.spawn(lane).id(), user_id);
    }

    /// Waits for a lane to end, and takes along those that have ended too.
    pub(super) async fn next(&mut self) -> Vec<LaneEnd> {
        let mut ends = Vec::new();
        match self.running.join_next_with_id().await {
            Some(joined) => ends.push(self.ended(joined)),
            None => std::future::pending().await,
        }
        ends.extend(self.reap());
        ends
    }

    /// Lanes that wait for a place end without publishing; those that have one go on.
    pub(super) fn close(&self) {
        self.places.close();
    }

    /// After [`Lanes::close`]: places for new lanes. What ended meanwhile is nobody's concern.
    pub(super) fn reopen(&mut self) {
        self.reap();
        self.places = Arc::new(Semaphore::new(self.places_max));
    }

    /// Waits for all lanes to end.
    pub(super) async fn finish(&mut self) {
        while !self.running.is_empty() {
            self.next().await;
        }
    }

    fn reap(&mut self) -> Vec<LaneEnd> {
        let mut ends = Vec::new();
        while let Some(joined) = self.running.try_join_next_with_id() {
            ends.push(self.ended(joined));
        }
        ends
    }

    fn ended(&mut self, joined: Result<(Id, LaneEnd), JoinError>) -> LaneEnd {
        match joined {
            Ok((id, end)) => {
                self.users.remove(&id);
                end
            }
            Err(lost) => {
                self.users.remove(&lost.id());
                error!(error = %lost, "a delivery ended in a bug; it is made again");
                LaneEnd::Outage("a delivery ended in a bug".to_owned())
            }
        }
    }
}
