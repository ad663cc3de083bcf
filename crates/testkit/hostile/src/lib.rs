//! A test guest that misbehaves in every way the host must survive. Each path is one way.
//!
//! Where the host refuses a call, the guest answers 403 with what it was told; where the call goes
//! through, 200.

#[cfg(target_arch = "wasm32")]
mod forbidden;
#[cfg(target_arch = "wasm32")]
mod greedy;
#[cfg(target_arch = "wasm32")]
#[expect(unsafe_code, reason = "the macro that exports the handler writes it")]
mod routes;
