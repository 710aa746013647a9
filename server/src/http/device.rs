//! Devices: what the technician asks about them and of them.

use axum::body::Body;
use axum::http::{Request, Response, StatusCode};
use domain::id::TicketId;
use domain::ticket::{Origin, Paper};
use protocol::device::{DeviceDetail, DeviceKind, DeviceView, JobProgress, JobView, WithdrawJob};
use protocol::request::Nothing;
use protocol::route::{self, Method, Operation, Route};

use super::command::{self, Received};
use super::fault::Fault;
use super::{State, ask, json};
use crate::devices::discovery;
use crate::devices::registry::{Deed, DeedKey, NotDone, beside};
use crate::view::Scene;

/// Most slips of a printer that are told; staff settle them one by one.
const JOBS_MAX: usize = 50;

/// Answers a question about devices, or does something with one.
///
/// # Errors
///
/// Those of the route.
pub(super) async fn answer(
    state: &State,
    route: &'static Route,
    subject: &str,
    request: Request<Body>,
) -> Result<Response<Body>, Fault> {
    match (route.method, route.operation) {
        (Method::Get, Operation::ListDevices) => Ok(list(state).await),
        (Method::Get, Operation::FindDevices) => Ok(find(state).await),
        (Method::Get, _) => read(state, subject).await,
        (Method::Post, _) => carry_out(state, route, subject, request).await,
    }
}

/// Every device.
async fn list(state: &State) -> Response<Body> {
    let registry = state.devices().clone();
    let mut devices = beside(move || registry.list()).await;
    state.board().read(|scene| devices.iter_mut().for_each(|device| complete(device, scene)));
    json(StatusCode::OK, &devices)
}

/// One device with what went over its line.
///
/// # Errors
///
/// `unknown_device`.
async fn read(state: &State, subject: &str) -> Result<Response<Body>, Fault> {
    let (registry, name) = (state.devices().clone(), subject.to_owned());
    let found = beside(move || registry.read(&name)).await;
    let (mut device, exchanges) = found.ok_or_else(|| fault(NotDone::Unknown, subject))?;
    state.board().read(|scene| complete(&mut device, scene));
    Ok(json(StatusCode::OK, &DeviceDetail { device, exchanges }))
}

/// What is plugged into this machine.
async fn find(state: &State) -> Response<Body> {
    let (devices, asking) = (state.devices().clone(), state.clone());
    let found = beside(move || discovery::find(devices.root(), asking.office(), &devices.facts()));
    json(StatusCode::OK, &found.await)
}

/// Does something with a device.
async fn carry_out(
    state: &State,
    route: &'static Route,
    subject: &str,
    request: Request<Body>,
) -> Result<Response<Body>, Fault> {
    let (head, body) = request.into_parts();
    let Received { body, key } = command::receive(route, subject, &head.headers, body).await?;
    let deed = if route.operation == Operation::WithdrawJob {
        let WithdrawJob { job } = ask::json(&body)?;
        Deed::Withdraw(job)
    } else {
        let Nothing {} = ask::json(&body)?;
        if route.operation == Operation::TestDevice { Deed::Test } else { Deed::ChangeRoll }
    };
    let key = key.map(|key| DeedKey { key: key.key, request: key.request });
    let done = state.devices().carry_out(subject, deed, key).await;
    done.map_err(|error| fault(error, subject))?;
    read(state, subject).await
}

fn fault(error: NotDone, subject: &str) -> Fault {
    let general = match error {
        NotDone::Unknown => route::UNKNOWN_DEVICE,
        NotDone::Cannot => route::DEVICE_CANNOT,
        NotDone::Down => route::DEVICE_DOWN,
        NotDone::Busy => route::DEVICE_BUSY,
        NotDone::UnknownJob => route::UNKNOWN_JOB,
        NotDone::Failed => route::FAILING,
        NotDone::KeyReused => route::KEY_REUSED,
    };
    Fault::general(general).with("device", subject)
}

/// Adds what the office knows of a printer's slips: their labels, and those that have left its
/// queue without being proven.
fn complete(device: &mut DeviceView, scene: &Scene) {
    if device.kind != DeviceKind::Printer {
        return;
    }
    for job in &mut device.jobs {
        let ticket = job.ticket.and_then(|ticket| scene.office().ticket(TicketId(ticket)));
        job.label = ticket.map(|ticket| ticket.label.to_string());
    }
    let room = JOBS_MAX.saturating_sub(device.jobs.len());
    let queued: Vec<u64> = device.jobs.iter().filter_map(|job| job.ticket).collect();
    let doubtful = scene.office().tickets().filter(|ticket| {
        matches!(ticket.origin, Origin::Kiosk(kiosk) if kiosk.as_str() == device.owner)
            && !ticket.state.is_final()
            && !queued.contains(&ticket.id.0)
    });
    let doubtful = doubtful.filter_map(|ticket| {
        let progress = match ticket.paper {
            Paper::Unknown => JobProgress::Unknown,
            Paper::Failed => JobProgress::Failed,
            Paper::None | Paper::Pending | Paper::Printed => return None,
        };
        Some(JobView {
            job: None,
            ticket: Some(ticket.id.0),
            label: Some(ticket.label.to_string()),
            progress,
            can_withdraw: false,
        })
    });
    device.jobs.extend(doubtful.take(room));
}
