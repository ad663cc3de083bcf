//! One connection: what is read on one side is written on the other, as the mode allows.

use std::{net::SocketAddr, sync::atomic::Ordering, time::Duration};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{
        TcpStream,
        tcp::{ReadHalf, WriteHalf},
    },
    sync::watch,
    time::sleep,
};

use super::{Control, Mode, State};

const PIECE_MAX_BYTES: usize = 16 * 1024;

/// The connection has to be reset.
struct Broken;

/// Forwards until both sides are done; whether it has to be reset then.
pub(super) async fn connection(
    client: &mut TcpStream,
    to: SocketAddr,
    server: &mut Option<TcpStream>,
    control: &Control,
) -> bool {
    let Ok(stream) = TcpStream::connect(to).await else { return true };
    // What is small is sent at once, as without a proxy.
    let _ = stream.set_nodelay(true);
    let _ = client.set_nodelay(true);
    let (server_read, server_write) = server.insert(stream).split();
    let (client_read, client_write) = client.split();
    let there = pump(client_read, server_write, control);
    let back = pump(server_read, client_write, control);
    tokio::try_join!(there, back).is_err()
}

async fn pump(
    mut from: ReadHalf<'_>,
    mut to: WriteHalf<'_>,
    control: &Control,
) -> Result<(), Broken> {
    let mut state = control.state.subscribe();
    let mut piece = vec![0; PIECE_MAX_BYTES];
    let mut swallowed = false;
    loop {
        let read = tokio::select! {
            read = from.read(&mut piece) => read.map_err(|_| Broken)?,
            _ = state.wait_for(|state| state.mode != Mode::HalfOpen), if swallowed => {
                return Err(Broken);
            }
        };
        let mode = awake(&mut state).await;
        if mode == Mode::HalfOpen {
            // The end of a side is not passed on either.
            swallowed = true;
            if read == 0 {
                std::future::pending::<()>().await;
            }
            continue;
        }
        if swallowed {
            return Err(Broken);
        }
        if read == 0 {
            return to.shutdown().await.map_err(|_| Broken);
        }
        if let Mode::Slow { delay, bytes_per_second } = mode {
            sleep(delay + transfer(read as u64, bytes_per_second)).await;
        }
        let allowed = allowed(mode, read, control);
        // Before it is with the other side, so that whoever has it finds it counted.
        control.bytes.fetch_add(allowed as u64, Ordering::Relaxed);
        to.write_all(&piece[..allowed]).await.map_err(|_| Broken)?;
        if allowed < read {
            control.state.send_modify(|state| {
                state.mode = Mode::Refuse;
                state.cuts += 1;
            });
            return Err(Broken);
        }
    }
}

/// The mode, once it is another than to wait.
async fn awake(state: &mut watch::Receiver<State>) -> Mode {
    match state.wait_for(|state| state.mode != Mode::Stall).await {
        Ok(state) => state.mode,
        Err(_) => Mode::Forward,
    }
}

fn transfer(bytes: u64, bytes_per_second: u64) -> Duration {
    match bytes_per_second {
        0 => Duration::ZERO,
        rate => Duration::from_secs_f64(bytes as f64 / rate as f64),
    }
}

/// How many of these bytes may pass.
fn allowed(mode: Mode, read: usize, control: &Control) -> usize {
    if !matches!(mode, Mode::After { .. }) {
        return read;
    }
    let take = |left: u64| Some(left.saturating_sub(read as u64));
    let left = control.left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, take);
    usize::try_from(left.unwrap_or(0)).unwrap_or(usize::MAX).min(read)
}
