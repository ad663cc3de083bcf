//! Every channel against a receiver that other people wrote, and against receivers that misbehave.

mod email;
mod guard;
mod ntfy;
mod receiver;
mod web_push;
mod webhook;
