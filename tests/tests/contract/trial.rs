//! Asks, and holds every answer to the document.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use tests::harness::http::{Answer, Client, Request};
use tests::harness::random::Random;

use super::maker::{Known, Maker};
use super::schema::Schemas;

/// Most offences that are kept.
const OFFENCES_MAX: usize = 30;
/// Ids of each kind that requests choose from.
const IDS_MAX: usize = 12;

/// One route of the document.
struct Route {
    operation: String,
    method: String,
    path: String,
    described: Value,
}

/// A run.
pub(crate) struct Trial<'a> {
    routes: Vec<Route>,
    maker: Maker<'a>,
    client: Client,
    well: BTreeMap<String, u64>,
    /// What broke the contract, and a request that shows it.
    pub(crate) offences: BTreeMap<String, String>,
}

impl<'a> Trial<'a> {
    /// A run over every route of a document.
    pub(crate) fn new(document: &'a Value, client: Client, random: Random) -> Trial<'a> {
        let mut routes = Vec::new();
        for (path, methods) in document["paths"].as_object().unwrap() {
            for (method, described) in methods.as_object().unwrap() {
                routes.push(Route {
                    operation: described["operationId"].as_str().unwrap().to_owned(),
                    method: method.to_uppercase(),
                    path: path.clone(),
                    described: described.clone(),
                });
            }
        }
        let maker = Maker { schemas: Schemas::of(document), random, known: known() };
        let (well, offences) = (BTreeMap::new(), BTreeMap::new());
        Trial { routes, maker, client, well, offences }
    }

    /// Sends so many requests to routes by chance.
    pub(crate) fn run(&mut self, requests: usize) {
        for _ in 0..requests {
            let index = self.maker.random.below(self.routes.len() as u64);
            let route = usize::try_from(index).unwrap();
            let shape = match self.maker.random.below(10) {
                0 => Shape::Torn,
                1..=3 => Shape::Wrong,
                _ => Shape::Right,
            };
            let asked = match self.routes[route].operation.as_str() {
                // A closed day answers nothing but that it is closed.
                "closeDay" => false,
                // Where counters are mostly away or closed, nobody is served.
                "closeCounter" | "pauseCounter" => self.maker.random.once_in(6),
                _ => true,
            };
            if asked {
                self.ask(route, shape);
            }
        }
    }

    /// Closes the day, which ends all that can go well.
    pub(crate) fn close_the_day(&mut self) {
        let close = self.routes.iter().position(|route| route.operation == "closeDay").unwrap();
        self.ask(close, Shape::Right);
    }

    fn ask(&mut self, index: usize, shape: Shape) {
        let route = &self.routes[index];
        let mut path = route.path.clone();
        let mut query = Vec::new();
        for parameter in route.described["parameters"].as_array().into_iter().flatten() {
            let name = parameter["name"].as_str().unwrap();
            let place = parameter["in"].as_str().unwrap();
            if place == "path" {
                let value = self.maker.draft_parameter(&parameter["schema"], name);
                path = path.replace(&format!("{{{name}}}"), &value);
            } else if place == "query" && self.maker.random.once_in(2) {
                query.push(format!(
                    "{name}={}",
                    self.maker.draft_parameter(&parameter["schema"], name)
                ));
            }
        }
        if !query.is_empty() {
            path = format!("{path}?{}", query.join("&"));
        }
        let schema = &route.described["requestBody"]["content"]["application/json"]["schema"];
        let (request, fits) = if schema.is_null() {
            (Request::new(&route.method, &path), None)
        } else {
            self.maker.request(&route.method, &path, schema, shape)
        };
        self.send(index, &request, fits);
    }

    /// Sends exactly this, as a step of a story.
    pub(crate) fn step(&mut self, operation: &str, subject: &str, body: &Value) {
        let index = self.routes.iter().position(|route| route.operation == operation).unwrap();
        let path = self.routes[index]
            .path
            .split('/')
            .map(|part| if part.starts_with('{') { subject } else { part });
        let path = path.collect::<Vec<_>>().join("/");
        self.send(index, &Request::post(&path, body), Some(true));
    }

    fn send(&mut self, index: usize, request: &Request, fits: Option<bool>) {
        let answer = self.client.send(request);
        let complaint = match answer {
            Err(error) => Some(format!("no answer: {error}")),
            Ok(answer) => {
                let complaint = self.complaint(index, &answer, fits);
                self.learn(index, &answer);
                complaint
            }
        };
        if let Some(complaint) = complaint
            && self.offences.len() < OFFENCES_MAX
        {
            let operation = &self.routes[index].operation;
            let offence = format!("{operation}: {complaint}");
            self.offences.entry(offence).or_insert_with(|| request.to_string());
        }
    }

    /// What is wrong with an answer.
    fn complaint(&self, index: usize, answer: &Answer, fits: Option<bool>) -> Option<String> {
        let Answer { status, .. } = answer;
        if *status >= 500 {
            return Some(format!("status {status}: {}", answer.text()));
        }
        let well = status / 100 == 2;
        match fits {
            Some(false) if well => {
                return Some("a body that the contract forbids was accepted".to_owned());
            }
            Some(true) if ["bad_request", "bad_json"].contains(&answer.code().as_str()) => {
                return Some(format!("a body that the contract allows: {}", answer.text()));
            }
            Some(_) | None => {}
        }
        let described = &self.routes[index].described["responses"][status.to_string()];
        if described.is_null() {
            return Some(format!("status {status} is not described: {}", answer.text()));
        }
        let kind = answer.header("content-type").unwrap_or("").split(';').next().unwrap_or("");
        let content = &described["content"];
        let Some(schema) = content.get(kind).map(|content| &content["schema"]) else {
            return Some(format!("status {status}: {kind} is not described"));
        };
        let value = if kind == "application/json" { answer.json() } else { json!(answer.text()) };
        self.maker.check(schema, &value).err().map(|error| format!("status {status}: {error}"))
    }

    /// Remembers what exists now.
    fn learn(&mut self, index: usize, answer: &Answer) {
        if answer.status / 100 != 2 {
            return;
        }
        *self.well.entry(self.routes[index].operation.clone()).or_default() += 1;
        for event in answer.json()["events"].as_array().into_iter().flatten() {
            for (name, ids) in &mut self.maker.known.ids {
                if event["kind"] == "ticket_transferred" && *name == "ticket" {
                    // Rare, so that what follows is about this ticket for a while.
                    ids.clear();
                }
                let id = event[*name].as_u64().filter(|id| !ids.contains(id));
                ids.extend(id);
                let old = ids.len().saturating_sub(IDS_MAX);
                ids.drain(..old);
            }
            let labels = &mut self.maker.known.labels;
            labels.extend(event["label"].as_str().map(str::to_owned));
            let old = labels.len().saturating_sub(IDS_MAX);
            labels.drain(..old);
        }
    }

    /// Operations that never went well.
    pub(crate) fn never_well(&self) -> Vec<&str> {
        // Without a handshake nothing is connected; the day opens by itself; no section of the
        // default office has a system of its own; slips leave too soon to be taken back.
        let others = ["connect", "openDay", "admitLinked", "withdrawJob"];
        let others = self.routes.iter().filter(|route| !others.contains(&&*route.operation));
        let silent = others.filter(|route| !self.well.contains_key(&route.operation));
        silent.map(|route| route.operation.as_str()).collect()
    }

    /// The offences, each with the request.
    pub(crate) fn offences_text(&self) -> String {
        let each = self.offences.iter().map(|(offence, asked)| format!("{offence}\n    {asked}"));
        each.collect::<Vec<_>>().join("\n  ")
    }
}

/// What a body is like.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Shape {
    /// As the contract says.
    Right,
    /// JSON, with something wrong.
    Wrong,
    /// Not even JSON.
    Torn,
}

impl Maker<'_> {
    fn check(&self, schema: &Value, value: &Value) -> Result<(), String> {
        self.schemas.check(schema, value)
    }

    /// A request, and whether its body fits the contract.
    fn request(
        &mut self,
        method: &str,
        path: &str,
        schema: &Value,
        shape: Shape,
    ) -> (Request, Option<bool>) {
        let right = self.right(schema, "");
        let body = if shape == Shape::Wrong { self.wrong(&right) } else { right };
        let mut bytes = body.to_string().into_bytes();
        let mut fits = self.check(schema, &body).is_ok();
        if shape == Shape::Torn {
            bytes.truncate(usize::try_from(1 + self.random.below(bytes.len() as u64)).unwrap());
            fits =
                serde_json::from_slice(&bytes).is_ok_and(|body| self.check(schema, &body).is_ok());
        }
        let mut request = Request::new(method, path).header("Content-Type", "application/json");
        if self.random.once_in(3) {
            request = request.key(&format!("key-{}", self.random.below(100_000)));
        }
        (request.body(bytes), Some(fits))
    }

    /// A parameter: mostly one that exists.
    fn draft_parameter(&mut self, schema: &Value, name: &str) -> String {
        if name == "fiscal_year" {
            return (*self.random.pick(&["R5", "2025", "R0", "x"])).to_owned();
        }
        if ["day", "from", "to"].contains(&name) {
            let days = ["2026-06-02", "2026-05-01", "2026-02-30", "soon"];
            return (*self.random.pick(&days)).to_owned();
        }
        let ids = self.known.ids.iter().find(|(known, _)| *known == name);
        let strange = self.random.once_in(10);
        match ids {
            Some((_, ids)) if !ids.is_empty() && !strange => self.random.pick(ids).to_string(),
            _ if schema["type"] == "string" && !strange => self.text(name),
            _ => {
                let odd = ["0", "1", "-1", "1e3", "99999999999999999999", "%20", "%FF", "..", "A1"];
                (*self.random.pick(&odd)).to_owned()
            }
        }
    }
}

/// What the default office has; few of each, so that requests meet.
fn known() -> Known {
    let list = |text: &str| text.split(' ').map(str::to_owned).collect::<Vec<_>>();
    Known {
        keys: vec![
            ("queue", list("enrol card payment residents")),
            ("to", list("enrol card payment residents")),
            ("counter", list("1 3 7")),
            ("errand", list("join leave card-again membership")),
            ("kiosk", list("kiosk-1 kiosk-2")),
            ("section", list("residents tax welfare")),
            ("unit", list("eligibility benefit")),
            ("procedures", list("2 15 24 22")),
            ("procedure", list("2-3 2 15")),
            ("pool", list("express certificate")),
            ("bell", list("management special")),
            ("device", list("printers.kiosk-1 bells.special")),
            ("print", list("kiosk-1.1 kiosk-1.2")),
            ("printer", list("kiosk-1 kiosk-2")),
            ("reason", list("certificate help case")),
            ("role", list("kiosk counter display dashboard")),
        ],
        ids: ["ticket", "tag", "ring", "batch"].map(|name| (name, Vec::new())).to_vec(),
        labels: Vec::new(),
    }
}
