//! A TCP proxy that breaks connections in the ways in which networks break them, and that can be told
//! what to do while it runs.
//!
//! It has a thread of its own, so that it serves threads and async code alike. Dropping it ends it.

mod pump;

#[cfg(test)]
mod tests;

use std::{
    io,
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    thread::{self, JoinHandle},
    time::Duration,
};

use tokio::{
    net::{TcpListener, TcpStream},
    runtime,
    sync::watch,
};

use pump::connection;

/// What the proxy does with connections, those that are open and those that come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// Everything passes.
    Forward,
    /// Nobody listens: connections are refused, and those that were open are reset.
    Refuse,
    /// Connections open and stay open, and whatever is sent is lost without a word. When this ends,
    /// connections that lost something are reset.
    HalfOpen,
    /// Nothing passes and nothing is lost: it passes when this ends.
    Stall,
    /// Every piece comes later, and not more than so many bytes a second in each direction.
    Slow {
        /// How much later.
        delay: Duration,
        /// Bytes a second; 0 is no limit.
        bytes_per_second: u64,
    },
    /// So many bytes more pass in all, both directions together; then everything is reset and the
    /// mode is [`Mode::Refuse`].
    After {
        /// How many.
        bytes: u64,
    },
}

/// A proxy that runs.
#[derive(Debug)]
pub struct Proxy {
    address: SocketAddr,
    control: Arc<Control>,
    thread: Option<JoinHandle<()>>,
}

/// What the proxy is told, and what it counts.
#[derive(Debug)]
struct Control {
    state: watch::Sender<State>,
    /// Bytes that may still pass in [`Mode::After`].
    left: AtomicU64,
    connections: AtomicU64,
    bytes: AtomicU64,
    resets: AtomicU64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct State {
    mode: Mode,
    /// Grows with every order to reset what is open.
    cuts: u64,
    ended: bool,
}

impl Proxy {
    /// Listens at `listen` (port 0 takes a free one) and forwards to `to`, which need not be there.
    pub fn start(listen: SocketAddr, to: SocketAddr) -> io::Result<Self> {
        let listener = std::net::TcpListener::bind(listen)?;
        listener.set_nonblocking(true)?;
        let address = listener.local_addr()?;
        let state = State { mode: Mode::Forward, cuts: 0, ended: false };
        let control = Arc::new(Control {
            state: watch::Sender::new(state),
            left: AtomicU64::new(0),
            connections: AtomicU64::new(0),
            bytes: AtomicU64::new(0),
            resets: AtomicU64::new(0),
        });
        let runtime = runtime::Builder::new_current_thread().enable_all().build()?;
        let thread = thread::spawn({
            let control = Arc::clone(&control);
            move || runtime.block_on(serve(listener, address, to, control))
        });
        Ok(Self { address, control, thread: Some(thread) })
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// From now on it does this.
    pub fn set(&self, mode: Mode) {
        if let Mode::After { bytes } = mode {
            self.control.left.store(bytes, Ordering::Relaxed);
        }
        self.control.state.send_modify(|state| {
            state.mode = mode;
            state.cuts += u64::from(mode == Mode::Refuse);
        });
    }

    /// What it does now.
    pub fn mode(&self) -> Mode {
        self.control.state.borrow().mode
    }

    /// Resets every open connection. New ones are welcome as before.
    pub fn cut(&self) {
        self.control.state.send_modify(|state| state.cuts += 1);
    }

    /// Connections that were accepted so far.
    pub fn connections(&self) -> u64 {
        self.control.connections.load(Ordering::Relaxed)
    }

    /// Bytes that passed so far, both directions together.
    pub fn bytes(&self) -> u64 {
        self.control.bytes.load(Ordering::Relaxed)
    }

    /// Connections that were reset so far.
    pub fn resets(&self) -> u64 {
        self.control.resets.load(Ordering::Relaxed)
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.control.state.send_modify(|state| state.ended = true);
        if let Some(thread) = self.thread.take() {
            // A bug in it is seen by whoever used it.
            let _ = thread.join();
        }
    }
}

/// Accepts until the end. The listener is away while connections are to be refused: only then does
/// the kernel refuse them.
async fn serve(
    first: std::net::TcpListener,
    address: SocketAddr,
    to: SocketAddr,
    control: Arc<Control>,
) {
    let mut state = control.state.subscribe();
    let mut listener = TcpListener::from_std(first).ok();
    loop {
        let now = *state.borrow_and_update();
        if now.ended {
            return;
        }
        match (now.mode, &listener) {
            (Mode::Refuse, _) => {
                listener = None;
                // Told otherwise, or the end: both are a change.
                let _ = state.changed().await;
            }
            (_, None) => {
                listener = TcpListener::bind(address).await.ok();
                if listener.is_none() {
                    // The port is being given back.
                    tokio::time::sleep(Duration::from_millis(5)).await;
                }
            }
            (_, Some(open)) => tokio::select! {
                accepted = open.accept() => {
                    if let Ok((client, _)) = accepted {
                        control.connections.fetch_add(1, Ordering::Relaxed);
                        tokio::spawn(forward(client, to, Arc::clone(&control)));
                    }
                }
                _ = state.changed() => {}
            },
        }
    }
}

async fn forward(mut client: TcpStream, to: SocketAddr, control: Arc<Control>) {
    let mut state = control.state.subscribe();
    let cuts = state.borrow().cuts;
    let is_cut = state.wait_for(|state| state.ended || state.cuts != cuts);
    let mut server = None;
    let reset = tokio::select! {
        _ = is_cut => true,
        broken = connection(&mut client, to, &mut server, &control) => broken,
    };
    if reset {
        control.resets.fetch_add(1, Ordering::Relaxed);
        // Closing with nothing to linger for sends a reset; a failure closes it all the same.
        let _ = client.set_zero_linger();
        let _ = server.map(|server| server.set_zero_linger());
    }
}
