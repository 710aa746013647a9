//! What can be read: the board, health, figures, the contract.

use axum::body::Body;
use axum::http::{Response, StatusCode};
use domain::id::TicketId;
use protocol::answer::{Health, HealthStatus};
use protocol::route::{self, Operation};

use super::fault::Fault;
use super::{State, ask, json, typed};
use crate::metrics;

/// The contract, made by a test of `protocol` from the same types and routes.
const CONTRACT: &str = include_str!("../../../protocol/openapi.json");

/// Answers a reading request.
///
/// # Errors
///
/// `unknown_ticket`, and `busy` when the board does not catch up.
pub(super) async fn read(
    state: &State,
    operation: Operation,
    subject: &str,
) -> Result<Response<Body>, Fault> {
    match operation {
        Operation::ReadHealth => return Ok(health(state)),
        Operation::ReadMetrics => {
            let text = metrics::exposition(state);
            let content_type = "text/plain; version=0.0.4; charset=utf-8";
            return Ok(typed(StatusCode::OK, content_type, Body::from(text)));
        }
        Operation::ReadContract => {
            return Ok(typed(StatusCode::OK, "application/json", Body::from(CONTRACT)));
        }
        _ => {}
    }
    // Whoever reads after a command sees what it did.
    if !state.board().at_least(state.engine().seq()).await {
        return Err(Fault::general(route::BUSY));
    }
    let board = state.board();
    match operation {
        Operation::ReadTicket => {
            let ticket = ask::number("unknown_ticket", "ticket", subject)?;
            let row = board.read(|scene| scene.ticket_row(TicketId(ticket)));
            let row = row.ok_or_else(|| Fault::unknown("unknown_ticket", "ticket", subject))?;
            Ok(json(StatusCode::OK, &row))
        }
        Operation::ReadQueues => {
            Ok(json(StatusCode::OK, &board.read(|scene| scene.staff_queues())))
        }
        Operation::ReadCounters => {
            Ok(json(StatusCode::OK, &board.read(|scene| scene.counter_rows())))
        }
        Operation::ReadToday => Ok(json(StatusCode::OK, &board.read(|scene| scene.dashboard()))),
        _ => Ok(json(StatusCode::OK, &board.read(|scene| scene.counter()))),
    }
}

fn health(state: &State) -> Response<Body> {
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
