//! What can be read: the board, health, figures, the contract.

use axum::body::Body;
use axum::http::{Response, StatusCode};
use domain::id::TicketId;
use protocol::answer::{Health, HealthStatus};
use protocol::route;
use serde::Serialize;

use super::fault::Fault;
use super::{State, ask, json, typed};
use crate::metrics;
use crate::report::{NoReport, Range};
use crate::view::Scene;

/// The contract, made by a test of `protocol` from the same types and routes.
const CONTRACT: &str = include_str!("../../../protocol/openapi.json");

/// Figures for monitoring.
pub(super) fn figures(state: &State) -> Response<Body> {
    let text = metrics::exposition(state);
    typed(StatusCode::OK, "text/plain; version=0.0.4; charset=utf-8", Body::from(text))
}

/// The contract.
pub(super) fn contract() -> Response<Body> {
    typed(StatusCode::OK, "application/json", Body::from(CONTRACT))
}

/// Looks at the board; whoever reads after a command sees what it did.
///
/// # Errors
///
/// `busy` when the board does not catch up.
pub(super) async fn look<T: Serialize>(
    state: &State,
    at: impl FnOnce(&Scene) -> T,
) -> Result<Response<Body>, Fault> {
    Ok(json(StatusCode::OK, &seen(state, at).await?))
}

/// One of today's tickets.
///
/// # Errors
///
/// `unknown_ticket`, and `busy` when the board does not catch up.
pub(super) async fn ticket(state: &State, subject: &str) -> Result<Response<Body>, Fault> {
    let ticket = ask::number("unknown_ticket", "ticket", subject)?;
    let row = seen(state, |scene| scene.ticket_row(TicketId(ticket))).await?;
    let row = row.ok_or_else(|| Fault::unknown("unknown_ticket", "ticket", subject))?;
    Ok(json(StatusCode::OK, &row))
}

/// A report over finished days.
///
/// # Errors
///
/// `bad_request` for the range, `busy` when too many are waiting, `failing` when the log or what is
/// derived from it cannot be read.
pub(super) async fn report(state: &State, query: Option<&str>) -> Result<Response<Body>, Fault> {
    let range = Range::from_query(query.unwrap_or("")).map_err(Fault::bad_request)?;
    let reports = state.reports().ok_or_else(|| Fault::general(route::FAILING))?;
    match reports.report(range).await {
        Ok(report) => Ok(json(StatusCode::OK, &report)),
        Err(NoReport::Busy) => Err(Fault::general(route::BUSY)),
        Err(NoReport::Failed(error)) => {
            tracing::error!(%error, "a report cannot be built");
            Err(Fault::general(route::FAILING).saying("expected a log that can be read"))
        }
    }
}

async fn seen<T>(state: &State, at: impl FnOnce(&Scene) -> T) -> Result<T, Fault> {
    if !state.board().at_least(state.engine().seq()).await {
        return Err(Fault::general(route::BUSY));
    }
    Ok(state.board().read(at))
}

/// Whether the office can work.
pub(super) fn health(state: &State) -> Response<Body> {
    let failing = state.engine().failing();
    let health = Health {
        status: if failing { HealthStatus::Failing } else { HealthStatus::Ok },
        build: state.board().identity().build.clone(),
        seq: state.engine().seq(),
        now_ms: state.clock().now().at.0,
        screens: u32::try_from(state.board().screens()).unwrap_or(u32::MAX),
    };
    let status = if failing { StatusCode::SERVICE_UNAVAILABLE } else { StatusCode::OK };
    json(status, &health)
}
