//! A running guest, under two clocks: its time on the processor and the time since its request
//! came.

mod watched;

use std::{
    pin::Pin,
    sync::Arc,
    task::{Context, Poll, ready},
    time::{Duration, Instant},
};

use tokio::{runtime::Handle, time::Sleep};

pub(crate) use watched::{Ended, Watched};

use crate::{app::App, engine::Running, failure::Failure, places::Place};

/// The guest's own work, from its instantiation to its last breath.
pub(crate) type Work = Pin<Box<dyn Future<Output = Result<(), Failure>> + Send>>;

/// A guest that runs when it is polled. It gives the processor back at every tick, so that what it
/// used can be counted here, and so that it never has a worker for itself.
///
/// Dropped before its end it runs on by itself, as on Spin: who hangs up does not stop what was
/// begun. Its limits stop it.
pub(crate) struct Guest {
    running: Option<Metered>,
    /// Its wall-clock time was over while nobody polled it.
    late: Option<Failure>,
}

struct Metered {
    work: Work,
    wall: Pin<Box<Sleep>>,
    used: Duration,
    app: Arc<App>,
    component: usize,
    _running: Running,
    _place: Place,
}

impl Guest {
    pub(crate) fn new(app: &Arc<App>, component: usize, work: Work, place: Place) -> Self {
        let running = Metered {
            work,
            wall: Box::pin(tokio::time::sleep(app.limits.wall)),
            used: Duration::ZERO,
            app: Arc::clone(app),
            component,
            _running: app.ticker.run(),
            _place: place,
        };
        Self { running: Some(running), late: None }
    }

    /// Ends it here and now.
    pub(crate) fn stop(&mut self) {
        self.running = None;
    }

    /// When its wall-clock time is over; `None` when it has ended before.
    fn deadline(&self) -> Option<tokio::time::Instant> {
        self.running.as_ref().map(|guest| guest.wall.deadline())
    }

    /// Ends it because its wall-clock time is over, with one line, unless it has ended before.
    fn expire(&mut self) {
        let Some(guest) = self.running.take() else { return };
        let failure = Failure::Wall(guest.app.limits.wall);
        failure.log(&guest.app.units[guest.component].id);
        self.late = Some(failure);
    }
}

impl Future for Guest {
    type Output = Result<(), Failure>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let Some(guest) = &mut self.running else { return Poll::Ready(Ok(())) };
        let outcome = ready!(guest.poll(context));
        self.running = None;
        Poll::Ready(outcome)
    }
}

impl Metered {
    fn poll(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Failure>> {
        let since = Instant::now();
        let polled = self.work.as_mut().poll(context);
        self.used += since.elapsed();
        if polled.is_ready() {
            return polled;
        }
        let limits = &self.app.limits;
        if self.used > limits.cpu {
            return Poll::Ready(Err(Failure::Cpu(limits.cpu)));
        }
        self.wall.as_mut().poll(context).map(|()| Err(Failure::Wall(limits.wall)))
    }
}

impl Future for Metered {
    type Output = Result<(), Failure>;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        self.get_mut().poll(context)
    }
}

impl Drop for Guest {
    fn drop(&mut self) {
        let Some(guest) = self.running.take() else { return };
        let Ok(runtime) = Handle::try_current() else { return };
        runtime.spawn(async move {
            let (app, component) = (Arc::clone(&guest.app), guest.component);
            if let Err(failure) = guest.await {
                failure.log(&app.units[component].id);
            }
        });
    }
}
