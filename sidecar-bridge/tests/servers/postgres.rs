//! On Postgres, and nothing else.

pub(crate) mod support {
    //! What the stories need.

    crate::installation::support!(faults::site::Mode::Embedded);
}

#[path = "../e2e/correlation.rs"]
mod correlation;
#[path = "../e2e/drain.rs"]
mod drain;
#[path = "../e2e/once.rs"]
mod once;
#[path = "../e2e/story.rs"]
mod story;
