//! Any text as a rule, with any start: the laws hold, in bounded work.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| oracle::laws::rule(data));
