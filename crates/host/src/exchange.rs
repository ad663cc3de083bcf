//! One request and its answer: a place for it, an instance for it, and the guest's response or what
//! went wrong.

use std::{pin::Pin, sync::Arc, task::Poll};

use http::{HeaderMap, Request, Response, header};
use http_body_util::{BodyExt as _, LengthLimitError, Limited};
use tokio::sync::oneshot;
use wasmtime::{Store, component::Resource};
use wasmtime_wasi_http::{
    WasiHttpView as _,
    p2::{
        bindings::http::types::{ErrorCode, Scheme},
        body::HyperOutgoingBody,
        types::{HostIncomingRequest, HostResponseOutparam},
    },
};

use crate::{
    Body, BoxError,
    answer::Answer,
    app::App,
    failure::Failure,
    guest::{Guest, Work},
    state::State,
};

/// What a guest hands over when it begins its answer.
type Handed = Result<Response<HyperOutgoingBody>, ErrorCode>;

/// Bytes that may be lifted out of a guest by one call.
const LIFTED_BYTES: usize = 16 << 20;

/// Lets a component answer. Whatever it does, this returns a response.
pub(crate) async fn exchange(
    app: &Arc<App>,
    component: usize,
    request: Request<Body>,
    depth: usize,
) -> Response<Body> {
    match answer(app, component, request, depth).await {
        Ok(response) => response,
        Err(failure) => {
            failure.log(&app.units[component].id);
            failure.response()
        }
    }
}

async fn answer(
    app: &Arc<App>,
    component: usize,
    request: Request<Body>,
    depth: usize,
) -> Result<Response<Body>, Failure> {
    // Guests that need no waiting would let a caller in a loop keep its worker for itself.
    tokio::task::consume_budget().await;
    let limits = &app.limits;
    if depth > limits.call_depth {
        return Err(Failure::TooDeep(limits.call_depth));
    }
    if announced_bytes(request.headers()).is_some_and(|bytes| bytes > limits.request_bytes) {
        return Err(Failure::RequestTooLong(limits.request_bytes));
    }
    let place = match depth {
        0 => app.places.take(&app.units[component].share).await?,
        _ => app.places.take_inner()?,
    };
    let (work, handed) = work(app, component, request, depth)?;
    let guest = Guest::new(app, component, work, place);
    let (response, mut guest) = first_word(guest, handed).await?;
    if announced_bytes(response.headers()).is_some_and(|bytes| bytes > limits.response_bytes) {
        guest.stop();
        return Err(Failure::AnswerTooLong(limits.response_bytes));
    }
    Ok(response.map(|body| Body::new(Answer::new(body, guest, app, component))))
}

/// Makes the store and hands the request in. The guest has not begun yet.
fn work(
    app: &Arc<App>,
    component: usize,
    request: Request<Body>,
    depth: usize,
) -> Result<(Work, oneshot::Receiver<Handed>), Failure> {
    let pre = &app.units[component].pre;
    let mut store = Store::new(pre.engine(), State::new(app, component, depth));
    store.limiter(|state| &mut state.limiter);
    store.set_epoch_deadline(1);
    store.epoch_deadline_async_yield_and_update(1);
    store.set_hostcall_fuel(LIFTED_BYTES);

    let (sender, handed) = oneshot::channel();
    let scheme = match request.uri().scheme_str() {
        Some("https") => Scheme::Https,
        _ => Scheme::Http,
    };
    let request_bytes = app.limits.request_bytes;
    let request = request.map(|body| Limited::new(body, request_bytes).map_err(cut_short));
    let mut http = store.data_mut().http();
    let request = http.new_incoming_request(scheme, request);
    let request =
        request.map_err(|_| Failure::BadRequest("the request's host is missing or no text"))?;
    let out = http.new_response_outparam(sender).map_err(|error| Failure::of(&error, None))?;
    Ok((Box::pin(run(Arc::clone(app), component, store, request, out)), handed))
}

async fn run(
    app: Arc<App>,
    component: usize,
    mut store: Store<State>,
    request: Resource<HostIncomingRequest>,
    out: Resource<HostResponseOutparam>,
) -> Result<(), Failure> {
    let outcome = match app.units[component].pre.instantiate_async(&mut store).await {
        Ok(proxy) => proxy.wasi_http_incoming_handler().call_handle(&mut store, request, out).await,
        Err(error) => Err(error),
    };
    outcome.map_err(|error| Failure::of(&error, store.data().limiter.refused()))
}

/// What a guest is told when its request's body does not come whole.
fn cut_short(error: BoxError) -> wasmtime_wasi_http::Error {
    if error.is::<LengthLimitError>() {
        wasmtime_wasi_http::Error::HttpRequestBodySize(None)
    } else {
        wasmtime_wasi_http::Error::ConnectionTerminated
    }
}

/// Runs the guest until it begins to answer. One that is done by then is gone; one that fails first
/// is a failure even if it has begun an answer, since nothing of that has been sent.
async fn first_word(
    mut guest: Guest,
    mut handed: oneshot::Receiver<Handed>,
) -> Result<(Response<HyperOutgoingBody>, Guest), Failure> {
    let response = std::future::poll_fn(|context| {
        match Pin::new(&mut guest).poll(context) {
            Poll::Ready(Err(failure)) => return Poll::Ready(Err(failure)),
            // Whatever it handed over is there by now; if nothing is, the sender is gone.
            Poll::Ready(Ok(())) | Poll::Pending => {}
        }
        Pin::new(&mut handed).poll(context).map(|handed| match handed {
            Ok(Ok(response)) => Ok(response),
            Ok(Err(code)) => Err(Failure::BadAnswer(format!("{code:?}"))),
            Err(_) => Err(Failure::NoAnswer),
        })
    })
    .await?;
    Ok((response, guest))
}

/// The length that a message says its body has.
fn announced_bytes(headers: &HeaderMap) -> Option<usize> {
    headers.get(header::CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
}
