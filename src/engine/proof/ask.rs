//! One look at a server: every question that its version may answer, over HTTP.

use std::time::Duration;

use super::error::ProofError;
use crate::host::{Http, HttpError};
use crate::model::Version;
use crate::server::{Ask, Reply, Sample, State};

/// A server that answers at all answers its ping within this time.
const ANSWER: Duration = Duration::from_secs(5);

/// Asks; the best answer counts. `None` while nobody listens.
pub(crate) fn ask(
    http: &Http,
    base: &str,
    version: &Version,
) -> Result<Option<Sample>, ProofError> {
    let mut best = None;
    for question in Ask::for_version(version) {
        match http.get(&question.url(base), ANSWER) {
            Ok(response) => {
                let headers: Vec<_> = response.headers.into_iter().collect();
                let body = String::from_utf8_lossy(&response.body);
                let reply = Reply { status: response.status, headers: &headers, body: &body };
                let answer = question.understand(&reply, version);
                if answer.state == State::Ready || best.is_none() {
                    best = Some(Sample::Answered(answer));
                }
            }
            Err(HttpError::Refused { .. }) => {}
            Err(HttpError::Timeout { .. } | HttpError::Broken { .. }) => {
                best.get_or_insert(Sample::Silent);
            }
            Err(error) => return Err(error.into()),
        }
    }
    Ok(best)
}
