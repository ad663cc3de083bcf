//! On Postgres and Dapr.

pub(crate) mod support {
    //! What the stories need.

    crate::installation::support!(faults::site::Mode::Dapr);
}

#[path = "../e2e/correlation.rs"]
mod correlation;
#[path = "../e2e/drain.rs"]
mod drain;
#[path = "../e2e/once.rs"]
mod once;
#[path = "../e2e/story.rs"]
mod story;
#[path = "stranger.rs"]
mod stranger;
