//! Faults on purpose, and what has to hold in spite of them. For tests only.
//!
//! [`history`] compares what clients were told, what is stored and what was published, and says what
//! was lost, doubled, torn or out of order. [`proxy`] stands between two programs and breaks what
//! they say to each other. [`site`] is an installation on real servers with such proxies. The test target `matrix` brings all three together.

pub mod history;
pub mod proxy;
pub mod site;
