//! One call with a deadline, and once more by its old name where the new one is not known.

use std::time::Duration;

use tonic::{Response, Status};

use crate::{SidecarError, SidecarErrorKind};

/// Waits for the answer no longer than `within`. Whether the call was done is unknown after that.
pub(crate) async fn call<T>(
    operation: &str,
    within: Duration,
    answer: impl Future<Output = Result<Response<T>, Status>>,
) -> Result<T, SidecarError> {
    match tokio::time::timeout(within, answer).await {
        Ok(Ok(answer)) => Ok(answer.into_inner()),
        Ok(Err(status)) => Err(SidecarError::of(operation, status)),
        Err(late) => Err(SidecarError::new(operation, SidecarErrorKind::Unreachable, late)),
    }
}

/// The same by the name of today, or by the one of older sidecars where that is not known.
pub(crate) async fn either<T>(
    operation: &str,
    within: Duration,
    today: impl Future<Output = Result<Response<T>, Status>>,
    formerly: impl Future<Output = Result<Response<T>, Status>>,
) -> Result<T, SidecarError> {
    match call(operation, within, today).await {
        Err(error) if error.kind == SidecarErrorKind::Unsupported => {
            call(operation, within, formerly).await
        }
        outcome => outcome,
    }
}
