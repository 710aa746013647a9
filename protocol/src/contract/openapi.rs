//! Writes the OpenAPI document from the list of routes and the types of this crate, and fails when
//! the committed file is stale. `UPDATE_CONTRACT=1 cargo test -p protocol` rewrites it.

use std::collections::{BTreeMap, BTreeSet};

use schemars::generate::SchemaSettings;
use schemars::{JsonSchema, SchemaGenerator};
use serde_json::{Map, Value, json};

use super::fresh;
use crate::route::{Answer, GENERALS, Method, Operation, ROUTES, Route, status_of};
use crate::{answer::*, device::*, event::*, live::*, print::*, report::*, request::*, view::*};

/// Where the committed document is, from this crate's folder.
const DOCUMENT: &str = "openapi.json";
/// Keys of configured things (`domain::id::Key`).
const KEY: &str = "^[A-Za-z0-9_-]{1,23}$";
/// A device by its place in the office file.
const DEVICE: &str = "^(printers|bells|panels|buttons|scanners)\\.[A-Za-z0-9_-]{1,23}$";
/// A slip by its printer and its number there.
const PRINT: &str = "^[A-Za-z0-9_-]{1,23}\\.[1-9][0-9]{0,14}$";
/// A label as a person would type it; numbers start at 1.
const LABEL: &str = "^[A-Za-z](?!0+$)[0-9]{1,4}$";
/// The largest whole number that JavaScript reads exactly.
const NUMBER_MAX: u64 = (1 << 53) - 1;
/// Language tags that can be asked for (`domain::language::Language`).
const LANGUAGES: [&str; 10] =
    ["ja", "ja-easy", "en", "zh-Hans", "zh-Hant", "ko", "vi", "ne", "fil", "pt"];

#[test]
fn openapi_document_is_fresh() {
    let text = serde_json::to_string_pretty(&document()).unwrap() + "\n";
    fresh(DOCUMENT, &text);
}

#[test]
fn every_route_is_documented_once() {
    let document = document();
    let paths = document["paths"].as_object().unwrap();
    let documented: usize = paths.values().map(|path| path.as_object().unwrap().len()).sum();
    assert_eq!(documented, ROUTES.len());
    let operations: BTreeSet<Operation> = ROUTES.iter().map(|route| route.operation).collect();
    assert_eq!(operations.len(), ROUTES.len(), "one route per operation");
}

#[test]
fn every_reference_of_the_document_leads_somewhere() {
    let document = document();
    let schemas = document["components"]["schemas"].as_object().unwrap();
    let text = document.to_string();
    let references = text.split("#/components/schemas/").skip(1);
    let mut count = 0;
    for reference in references.map(|rest| rest.split('"').next().unwrap()) {
        assert!(schemas.contains_key(reference), "{reference}");
        count += 1;
    }
    assert!(count > 100, "{count} references");
}

fn document() -> Value {
    let mut schemas = responses();
    for (name, schema) in requests() {
        match schemas.get(&name) {
            Some(known) => assert_eq!(*known, schema, "{name} is the same both ways"),
            None => drop(schemas.insert(name, schema)),
        }
    }
    let all: BTreeSet<&str> = GENERALS.iter().map(|general| general.code).chain(rules()).collect();
    schemas.insert(
        "ErrorCode".to_owned(),
        json!({ "type": "string", "enum": all, "description": "Every code an answer can bear." }),
    );
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Yobidashi (呼出し)",
            "version": crate::VERSION.to_string(),
            "description": "Commands, readings and the live connection of one office. Every error \
                has the one envelope with a stable code. A command that bears an Idempotency-Key \
                has one effect however often it is sent, and the first answer again.",
            "license": { "name": "EUPL-1.2", "identifier": "EUPL-1.2" }
        },
        "servers": [{ "url": "/" }],
        "security": [],
        "paths": paths(),
        "components": { "schemas": schemas },
    })
}

fn paths() -> Value {
    let mut paths: BTreeMap<&str, Map<String, Value>> = BTreeMap::new();
    for route in ROUTES {
        let method = match route.method {
            Method::Get => "get",
            Method::Post => "post",
        };
        paths.entry(route.path).or_default().insert(method.to_owned(), operation(route));
    }
    json!(paths)
}

fn operation(route: &Route) -> Value {
    let mut name = format!("{:?}", route.operation);
    name[..1].make_ascii_lowercase();
    let mut operation = json!({
        "operationId": name,
        "summary": route.summary,
        "parameters": parameters(route),
        "responses": answers(route),
    });
    if let Some(request) = route.request {
        let schema = json!({ "$ref": format!("#/components/schemas/{request}") });
        operation["requestBody"] = json!({
            "required": request != "Nothing" && request != "ReprintTicket",
            "content": { "application/json": { "schema": schema, "example": example(request) } }
        });
    }
    operation
}

/// A body that means something in the default office.
fn example(request: &str) -> Value {
    match request {
        "IssueTicket" => json!({ "queue": "enrol", "language": "en" }),
        "AdmitLinked" => json!({ "section": "tax", "label": "T012", "queue": "consult" }),
        "MergeOffline" => json!({
            "kiosk": "kiosk-1", "queue": "enrol", "number": 801, "issued_ago_ms": 60_000
        }),
        "ReprintTicket" => json!({ "printer": "kiosk-2" }),
        "PrintSlip" => json!({ "kind": "staff", "ticket": 1 }),
        "CancelTicket" => json!({ "reason": "withdrawn" }),
        "ReportPaper" => json!({ "paper": "printed" }),
        "ConfirmTransfer" => json!({ "step": "arrival" }),
        "ChooseTicket" => json!({ "label": "A001" }),
        "StartService" => json!({ "presented": "A001" }),
        "CompleteService" => json!({ "procedures": ["2", "22"] }),
        "ReturnToQueue" => json!({ "place": "back" }),
        "Hold" => json!({ "reason": "filling_form" }),
        "Transfer" => json!({ "to": "consult" }),
        "OpenCounter" => json!({ "operator": "s-17", "languages": ["en"] }),
        "PauseCounter" => json!({ "reason": "register" }),
        "Nothing" => json!({}),
        "RecordGuidance" => {
            json!({ "guidance": { "guidance": "advice" }, "duration_ms": 90_000 })
        }
        "HandOutTag" => json!({ "pool": "express", "number": 7 }),
        "CallTag" => json!({ "counter": "1" }),
        "ReturnTag" => json!({ "procedures": ["24"] }),
        "RingBell" => json!({ "reason": "case" }),
        "ReceiveBatch" => json!({ "procedure": "2-3", "channel": "mail", "count": 12 }),
        "AdvanceBatch" => json!({ "step": 1 }),
        "DeliverBatch" => json!({ "returned": 0 }),
        "WithdrawJob" => json!({ "job": 1 }),
        other => panic!("{other} has no example"),
    }
}

fn parameters(route: &Route) -> Vec<Value> {
    let mut parameters: Vec<Value> = route
        .parameters()
        .map(|name| {
            let (schema, example) = match name {
                "counter" => (json!({ "type": "string", "pattern": KEY }), json!("1")),
                "device" => {
                    (json!({ "type": "string", "pattern": DEVICE }), json!("printers.kiosk-1"))
                }
                "print" => (json!({ "type": "string", "pattern": PRINT }), json!("kiosk-1.1")),
                "bell" => (json!({ "type": "string", "pattern": KEY }), json!("special")),
                _ => (number(1, NUMBER_MAX), json!(1)),
            };
            json!({
                "name": name, "in": "path", "required": true, "schema": schema,
                "example": example
            })
        })
        .collect();
    if route.method == Method::Post {
        parameters.push(json!({
            "name": "Idempotency-Key",
            "in": "header",
            "required": false,
            "description": "Whoever sends a command again sends the same key again.",
            "schema": { "type": "string", "pattern": "^[!-~]{1,128}$" }
        }));
    }
    if route.operation == Operation::Connect {
        let roles =
            json!({ "type": "string", "enum": ["kiosk", "counter", "display", "dashboard"] });
        let query = |name: &str, required: bool, schema: Value| -> Value {
            json!({ "name": name, "in": "query", "required": required, "schema": schema })
        };
        parameters.push(query("role", true, roles));
        parameters.push(query("epoch", false, number(0, u64::from(u32::MAX))));
        parameters.push(query("since", false, number(0, NUMBER_MAX)));
    }
    if route.operation == Operation::ReadReport {
        parameters.extend(report_range());
    }
    parameters
}

/// One of a fiscal year, a day, or a first and a last day says the range.
fn report_range() -> [Value; 5] {
    let query = |name: &str, what: &str, schema: Value| {
        json!({
            "name": name, "in": "query", "required": false, "description": what, "schema": schema
        })
    };
    let date = || json!({ "type": "string", "format": "date" });
    let year = json!({ "type": "string", "pattern": "^(R[1-9][0-9]?|[0-9]{4})$" });
    [
        query("fiscal_year", "A fiscal year such as R5 or 2023, in place of days.", year),
        query("day", "One day, in place of a range.", date()),
        query("from", "The first day; `to` goes with it.", date()),
        query("to", "The last day; `from` goes with it.", date()),
        query("now", "Whether the open day counts as well.", json!({ "type": "boolean" })),
    ]
}

fn number(minimum: u64, maximum: u64) -> Value {
    json!({ "type": "integer", "minimum": minimum, "maximum": maximum })
}

fn answers(route: &Route) -> Value {
    let reference = |name: &str| json!({ "$ref": format!("#/components/schemas/{name}") });
    let content = |media: &str, schema: Value| json!({ media: { "schema": schema } });
    let done = match route.answer {
        Answer::Json(name) => content("application/json", reference(name)),
        Answer::List(name) => {
            content("application/json", json!({ "type": "array", "items": reference(name) }))
        }
        Answer::Contract => content("application/json", json!({ "type": "object" })),
        Answer::Text => content("text/plain", json!({ "type": "string" })),
        Answer::Switch => json!({}),
    };
    let mut responses = BTreeMap::new();
    let mut done = json!({ "description": "Done.", "content": done });
    if route.answer == Answer::Switch {
        done = json!({
            "description": "The connection is a WebSocket; each message is JSON text. First hello, \
                then a snapshot, or what was missed since `epoch` and `since`; then events without \
                gaps, updates and heartbeats.",
            "x-messages": {
                "kiosk": reference("KioskMessage"),
                "counter": reference("CounterMessage"),
                "display": reference("DisplayMessage"),
                "dashboard": reference("DashboardMessage"),
            }
        });
    }
    responses.insert(route.status, done);
    let mut codes: BTreeMap<u16, BTreeSet<&str>> = BTreeMap::new();
    for code in route.codes() {
        codes.entry(status_of(code)).or_default().insert(code);
    }
    for (status, codes) in codes {
        let code = json!({ "enum": codes });
        let narrowed = json!({ "properties": { "error": { "properties": { "code": code } } } });
        let schema = json!({ "allOf": [reference("ErrorEnvelope"), narrowed] });
        let content = content("application/json", schema);
        let names: Vec<&str> = codes.into_iter().collect();
        let description = format!("Not done: {}.", names.join(", "));
        responses.insert(status, json!({ "description": description, "content": content }));
    }
    if route.operation == Operation::ReadHealth {
        let content = content("application/json", reference("Health"));
        responses.insert(503, json!({ "description": "The log has failed.", "content": content }));
    }
    let named = responses.into_iter().map(|(status, answer)| (status.to_string(), answer));
    json!(named.collect::<BTreeMap<String, Value>>())
}

/// Codes of the rules that some route can answer with, and those that only a start meets.
fn rules() -> impl Iterator<Item = &'static str> {
    let met = ROUTES.iter().flat_map(|route| route.refusals.iter().copied());
    met.chain(["setup_invalid", "setup_in_use", "office_changed", "ring_not_due"])
}

type Schemas = BTreeMap<String, Value>;

fn definitions(
    mut generator: SchemaGenerator,
    declare: impl FnOnce(&mut SchemaGenerator),
) -> Schemas {
    declare(&mut generator);
    let definitions = generator.take_definitions(true);
    let mut schemas: Schemas =
        definitions.into_iter().map(|(name, schema)| (name, tightened(schema))).collect();
    // Parts of both requests and answers.
    for part in ["ProfileLine", "GuidanceKind", "Class"] {
        if let Some(schema) = schemas.get_mut(part) {
            narrow(schema);
            let variants = schema.get_mut("oneOf").and_then(Value::as_array_mut);
            variants.into_iter().flatten().for_each(narrow);
        }
    }
    schemas
}

fn settings() -> SchemaSettings {
    SchemaSettings::draft2020_12().with(|settings| {
        settings.definitions_path = "/components/schemas".into();
        settings.meta_schema = None;
    })
}

fn responses() -> Schemas {
    let mut messages = Vec::new();
    let mut schemas = definitions(settings().for_serialize().into_generator(), |generator| {
        declare::<CommandAnswer>(generator);
        declare::<ErrorEnvelope>(generator);
        declare::<Health>(generator);
        declare::<CounterView>(generator);
        declare::<DashboardView>(generator);
        declare::<TicketView>(generator);
        declare::<EventRecord>(generator);
        declare::<Report>(generator);
        declare::<DeviceDetail>(generator);
        declare::<FoundDevice>(generator);
        declare::<PrintView>(generator);
        messages.push(("KioskMessage", declare::<KioskMessage>(generator)));
        messages.push(("CounterMessage", declare::<CounterMessage>(generator)));
        messages.push(("DisplayMessage", declare::<DisplayMessage>(generator)));
        messages.push(("DashboardMessage", declare::<DashboardMessage>(generator)));
    });
    // The generator numbers the variants of a generic type; here each has its own name.
    for (name, numbered) in messages {
        let schema = schemas.remove(&numbered).expect("it was declared");
        schemas.insert(name.to_owned(), schema);
    }
    schemas
}

fn requests() -> Schemas {
    let mut schemas = definitions(settings().for_deserialize().into_generator(), |generator| {
        declare::<IssueTicket>(generator);
        declare::<ReprintTicket>(generator);
        declare::<PrintSlip>(generator);
        declare::<AdmitLinked>(generator);
        declare::<MergeOffline>(generator);
        declare::<CancelTicket>(generator);
        declare::<ReportPaper>(generator);
        declare::<ConfirmTransfer>(generator);
        declare::<ChooseTicket>(generator);
        declare::<StartService>(generator);
        declare::<CompleteService>(generator);
        declare::<ReturnToQueue>(generator);
        declare::<Hold>(generator);
        declare::<Transfer>(generator);
        declare::<OpenCounter>(generator);
        declare::<PauseCounter>(generator);
        declare::<Nothing>(generator);
        declare::<RecordGuidance>(generator);
        declare::<HandOutTag>(generator);
        declare::<CallTag>(generator);
        declare::<ReturnTag>(generator);
        declare::<RingBell>(generator);
        declare::<ReceiveBatch>(generator);
        declare::<AdvanceBatch>(generator);
        declare::<DeliverBatch>(generator);
        declare::<WithdrawJob>(generator);
    });
    for (name, schema) in &mut schemas {
        if schema["additionalProperties"] == json!(false) {
            narrow(schema);
        }
        match name.as_str() {
            "IssueTicket" | "MergeOffline" => either(schema, "errand", "queue"),
            "ChooseTicket" => either(schema, "label", "ticket"),
            _ => {}
        }
    }
    schemas
}

/// Declares a type; returns what the generator calls it.
fn declare<T: JsonSchema>(generator: &mut SchemaGenerator) -> String {
    let schema = generator.subschema_for::<T>();
    let reference = schema.get("$ref").and_then(Value::as_str).expect("a type with a name");
    reference.rsplit('/').next().unwrap_or(reference).to_owned()
}

/// Adds what the server checks besides types: keys, labels, language tags.
fn narrow(schema: &mut Value) {
    let Some(properties) = schema.get_mut("properties").and_then(Value::as_object_mut) else {
        return;
    };
    for (name, property) in properties {
        let text = match name.as_str() {
            "errand" | "queue" | "kiosk" | "section" | "unit" | "to" | "counter" | "pool"
            | "procedure" | "operator" | "printer" => json!({ "pattern": KEY }),
            "reason" if property["type"] == "string" => json!({ "pattern": KEY }),
            "label" | "presented" => json!({ "pattern": LABEL }),
            "language" => {
                let tags = LANGUAGES.iter().map(|tag| json!(tag)).chain([Value::Null]);
                json!({ "enum": tags.collect::<Vec<_>>() })
            }
            "procedures" => {
                property["items"]["pattern"] = json!(KEY);
                continue;
            }
            "languages" => {
                property["items"]["enum"] = json!(LANGUAGES);
                continue;
            }
            "ticket" | "tag" => json!({ "minimum": 1 }),
            "issued_ago_ms" | "duration_ms" | "due_at_ms" => json!({ "minimum": 0 }),
            _ => continue,
        };
        let added = text.as_object().cloned().unwrap_or_default();
        property.as_object_mut().unwrap().extend(added);
    }
}

/// Says that exactly one of two fields is given.
fn either(schema: &mut Value, one: &str, other: &str) {
    let only = |given: &str, absent: &str| {
        json!({
            "required": [given],
            "properties": { given: { "not": { "type": "null" } }, absent: { "type": "null" } }
        })
    };
    schema["oneOf"] = json!([only(one, other), only(other, one)]);
}

/// Whole numbers are exact in JavaScript; formats that JSON Schema does not know are left out.
fn tightened(mut schema: Value) -> Value {
    match &mut schema {
        Value::Object(fields) => {
            let format = fields.remove("format");
            match format.as_ref().and_then(Value::as_str) {
                Some("int64") => {
                    fields.entry("minimum").or_insert(json!(-(NUMBER_MAX as i64)));
                    fields.entry("maximum").or_insert(json!(NUMBER_MAX));
                }
                Some("uint64") => {
                    fields.entry("maximum").or_insert(json!(NUMBER_MAX));
                }
                Some("uint32") => {
                    fields.entry("maximum").or_insert(json!(u32::MAX));
                }
                Some("uint8" | "uint16") => {
                    assert!(fields.contains_key("maximum"), "schemars knows small numbers");
                }
                Some(other) => panic!("{other} is a format nobody has looked at"),
                None => {}
            }
            for field in fields.values_mut() {
                *field = tightened(field.take());
            }
        }
        Value::Array(items) => {
            for item in items {
                *item = tightened(item.take());
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
    schema
}
