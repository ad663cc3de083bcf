//! A guest's answer on its way out. The guest goes on running while its body is read, and only
//! then.

use std::{
    pin::Pin,
    sync::Arc,
    task::{Context, Poll, ready},
};

use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};
use wasmtime_wasi_http::p2::body::HyperOutgoingBody;

use crate::{BoxError, app::App, failure::Failure, guest::Guest};

/// A response body that keeps its guest going and counts what comes out of it.
pub(crate) struct Answer {
    body: HyperOutgoingBody,
    guest: Guest,
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
        Self { body, guest, left_bytes, app: Arc::clone(app), component }
    }

    /// The head is out already, so all that is left is to cut the connection.
    fn cut(&mut self, failure: Failure) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        self.guest.stop();
        failure.log(&self.app.units[self.component].id);
        Poll::Ready(Some(Err(failure.into())))
    }
}

impl Body for Answer {
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        let frame = match Pin::new(&mut self.body).poll_frame(context) {
            Poll::Ready(frame) => frame,
            Poll::Pending => {
                if let Err(failure) = ready!(Pin::new(&mut self.guest).poll(context)) {
                    return self.cut(failure);
                }
                // It is done, so nothing more will come into the body.
                ready!(Pin::new(&mut self.body).poll_frame(context))
            }
        };
        match frame {
            None => Poll::Ready(None),
            Some(Err(error)) => self.cut(Failure::BadAnswer(error.to_string())),
            Some(Ok(frame)) => {
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
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
