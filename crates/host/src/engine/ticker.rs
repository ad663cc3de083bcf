//! The clock that takes the processor from guests. It stands still while no guest runs.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering::SeqCst},
    },
    thread::{self, Thread},
    time::Duration,
};

use wasmtime::{Engine, EngineWeak};

/// How long a guest may keep a worker before others on it have their turn.
const TICK: Duration = Duration::from_millis(5);
/// Ticks without a guest after which the clock stops. Waking it costs a system call, so not at
/// once.
const REST_AFTER: usize = 20;

/// A thread that moves the engine's epoch while guests run.
pub(crate) struct Ticker {
    state: Arc<State>,
    thread: Thread,
}

struct State {
    running: AtomicUsize,
    resting: AtomicBool,
    over: AtomicBool,
}

/// Keeps the clock going.
pub(crate) struct Running(Arc<Ticker>);

impl Ticker {
    pub(crate) fn start(engine: &Engine) -> std::io::Result<Arc<Self>> {
        let state = Arc::new(State {
            running: AtomicUsize::new(0),
            resting: AtomicBool::new(false),
            over: AtomicBool::new(false),
        });
        let (shared, engine) = (Arc::clone(&state), engine.weak());
        let handle = thread::Builder::new()
            .name("wasm-epochs".to_owned())
            .spawn(move || shared.tick(&engine))?;
        Ok(Arc::new(Self { state, thread: handle.thread().clone() }))
    }

    /// Says that a guest runs until the answer is dropped.
    pub(crate) fn run(self: &Arc<Self>) -> Running {
        self.state.running.fetch_add(1, SeqCst);
        if self.state.resting.load(SeqCst) {
            self.thread.unpark();
        }
        Running(Arc::clone(self))
    }
}

impl State {
    fn tick(&self, engine: &EngineWeak) {
        let mut quiet = 0;
        while !self.over.load(SeqCst) {
            thread::sleep(TICK);
            let Some(engine) = engine.upgrade() else { return };
            engine.increment_epoch();
            quiet = if self.running.load(SeqCst) == 0 { quiet + 1 } else { 0 };
            if quiet >= REST_AFTER {
                drop(engine);
                self.rest();
                quiet = 0;
            }
        }
    }

    /// Whoever begins to run after `resting` is set wakes us; whoever began before is seen by the
    /// look at `running`.
    fn rest(&self) {
        self.resting.store(true, SeqCst);
        while self.running.load(SeqCst) == 0 && !self.over.load(SeqCst) {
            thread::park();
        }
        self.resting.store(false, SeqCst);
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.0.state.running.fetch_sub(1, SeqCst);
    }
}

impl Drop for Ticker {
    fn drop(&mut self) {
        self.state.over.store(true, SeqCst);
        self.thread.unpark();
    }
}

#[cfg(test)]
mod tests {
    use std::time::Instant;

    use super::*;

    #[track_caller]
    fn wait_until(ticker: &Ticker, resting: bool) {
        let began = Instant::now();
        while ticker.state.resting.load(SeqCst) != resting {
            assert!(began.elapsed() < Duration::from_secs(30), "resting is not {resting}");
            thread::yield_now();
        }
    }

    #[test]
    fn the_clock_rests_without_guests_and_wakes_with_the_first() {
        let engine = Engine::default();
        let ticker = Ticker::start(&engine).unwrap();
        wait_until(&ticker, true);
        let running = ticker.run();
        wait_until(&ticker, false);
        drop(running);
        wait_until(&ticker, true);
    }
}
