//! The store on real databases, through the port that components use: one suite, once for each.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on stops at once")]

mod arbitrary;

mod on_sqlite {
    use testkit::sqlite as database;

    mod older;
    mod plans;
    #[path = "../suite.rs"]
    mod suite;
}

mod on_postgres {
    use testkit::postgres as database;

    mod faults;
    mod fence;
    mod plans;
    #[expect(clippy::duplicate_mod, reason = "each database passes the same tests")]
    #[path = "../suite.rs"]
    mod suite;
}
