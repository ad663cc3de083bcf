//! A guest's answer on its way out. The guest goes on running while its body is read, and only
//! then; its wall clock goes on all the time.

use std::{
    pin::Pin,
    sync::Arc,
    task::{Context, Poll, ready},
};

use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};
use wasmtime_wasi_http::{Error, p2::body::HyperOutgoingBody};

use crate::{
    BoxError,
    app::App,
    failure::Failure,
    guest::{Ended, Guest, Watched},
};

/// What comes out of the guest's body.
type NextFrame = Result<Frame<Bytes>, Error>;

/// A response body that keeps its guest going and counts what comes out of it.
pub(crate) struct Answer {
    body: HyperOutgoingBody,
    /// `None` once it is done.
    guest: Option<Watched>,
    left_bytes: usize,
    app: Arc<App>,
    component: usize,
}

impl Answer {
    pub(crate) fn new(
        body: HyperOutgoingBody,
        guest: Guest,
        app: &Arc<App>,
        component: usize,
    ) -> Self {
        let left_bytes = app.limits.response_bytes;
        Self { body, guest: Watched::new(guest), left_bytes, app: Arc::clone(app), component }
    }

    /// The head is out already, so all that is left is to cut the connection.
    fn cut(&mut self, failure: Failure) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        if let Some(guest) = self.guest.take() {
            guest.stop();
        }
        failure.log(&self.app.units[self.component].id);
        Poll::Ready(Some(Err(failure.into())))
    }

    /// The next frame of the body, for which the guest may have to go on.
    fn frame(&mut self, context: &mut Context<'_>) -> Poll<Result<Option<NextFrame>, Ended>> {
        if let Some(failure) = self.guest.as_ref().and_then(Watched::late) {
            return Poll::Ready(Err(Ended::Before(failure)));
        }
        if let Poll::Ready(frame) = Pin::new(&mut self.body).poll_frame(context) {
            return Poll::Ready(Ok(frame));
        }
        if let Some(guest) = &self.guest {
            ready!(guest.poll(context))?;
            self.guest = None;
        }
        // It is done, so nothing more will come into the body.
        Pin::new(&mut self.body).poll_frame(context).map(Ok)
    }
}

impl Body for Answer {
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        match ready!(self.frame(context)) {
            Err(Ended::Now(failure)) => self.cut(failure),
            Err(Ended::Before(failure)) => Poll::Ready(Some(Err(failure.into()))),
            Ok(None) => Poll::Ready(None),
            Ok(Some(Err(error))) => self.cut(Failure::BadAnswer(error.to_string())),
            Ok(Some(Ok(frame))) => {
                let bytes = frame.data_ref().map_or(0, Bytes::len);
                match self.left_bytes.checked_sub(bytes) {
                    Some(left) => self.left_bytes = left,
                    None => {
                        let limit = self.app.limits.response_bytes;
                        return self.cut(Failure::AnswerTooLong(limit));
                    }
                }
                Poll::Ready(Some(Ok(frame)))
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        // While the guest has not ended, the end of its body may be that of its time.
        self.guest.is_none() && self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
