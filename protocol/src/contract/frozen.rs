//! Holds every message of this protocol version to examples that are never edited.
//!
//! The examples under `tests/frozen/v1/` were made from the types once. Each must still be read,
//! and be written again with everything it held: fields and variants may be added within a
//! version, nothing may be renamed, retyped or dropped. `UPDATE_CONTRACT=1` adds a file for what
//! has no example yet; it never touches one that is there.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use schemars::JsonSchema;
use schemars::generate::SchemaSettings;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};

use crate::{answer::*, device::*, event::*, live::*, print::*, report::*, request::*};

/// Where the examples are, from this crate's folder.
const FOLDER: &str = "tests/frozen/v1";
/// Examples that every type has: with all fields, and with some left out.
const EXAMPLES: usize = 3;
/// Most examples that are tried to find one of everything.
const TRIES: usize = 5_000;

macro_rules! frozen {
    ($($test:ident: $type:ident;)+) => {$(
        #[test]
        fn $test() {
            check::<$type>(stringify!($type));
        }
    )+};
}

frozen! {
    kiosk_messages_are_frozen: KioskMessage;
    counter_messages_are_frozen: CounterMessage;
    display_messages_are_frozen: DisplayMessage;
    dashboard_messages_are_frozen: DashboardMessage;
    events_are_frozen: Event;
    event_records_are_frozen: EventRecord;
    command_answers_are_frozen: CommandAnswer;
    errors_are_frozen: ErrorEnvelope;
    health_is_frozen: Health;
    reports_are_frozen: Report;
    issue_ticket_is_frozen: IssueTicket;
    reprint_ticket_is_frozen: ReprintTicket;
    print_slip_is_frozen: PrintSlip;
    prints_are_frozen: PrintView;
    admit_linked_is_frozen: AdmitLinked;
    merge_offline_is_frozen: MergeOffline;
    cancel_ticket_is_frozen: CancelTicket;
    report_paper_is_frozen: ReportPaper;
    confirm_transfer_is_frozen: ConfirmTransfer;
    choose_ticket_is_frozen: ChooseTicket;
    start_service_is_frozen: StartService;
    complete_service_is_frozen: CompleteService;
    return_to_queue_is_frozen: ReturnToQueue;
    hold_is_frozen: Hold;
    transfer_is_frozen: Transfer;
    open_counter_is_frozen: OpenCounter;
    pause_counter_is_frozen: PauseCounter;
    nothing_is_frozen: Nothing;
    record_guidance_is_frozen: RecordGuidance;
    hand_out_tag_is_frozen: HandOutTag;
    call_tag_is_frozen: CallTag;
    return_tag_is_frozen: ReturnTag;
    ring_bell_is_frozen: RingBell;
    receive_batch_is_frozen: ReceiveBatch;
    advance_batch_is_frozen: AdvanceBatch;
    deliver_batch_is_frozen: DeliverBatch;
    device_details_are_frozen: DeviceDetail;
    found_devices_are_frozen: FoundDevice;
    withdraw_job_is_frozen: WithdrawJob;
}

fn check<T: JsonSchema + Serialize + DeserializeOwned>(name: &str) {
    let schema = schema::<T>();
    let mut files = files(name);
    if std::env::var_os("UPDATE_CONTRACT").is_some() && !missing(&schema, &files).is_empty() {
        let examples = examples(&schema, missing(&schema, &files));
        let suffix = if files.is_empty() { String::new() } else { format!("-{}", files.len() + 1) };
        let path = folder().join(format!("{name}{suffix}.json"));
        fs::write(path, serde_json::to_string_pretty(&examples).unwrap() + "\n").unwrap();
        files = self::files(name);
    }
    for (path, examples) in &files {
        for example in examples {
            let read: T = serde_json::from_value(example.clone())
                .unwrap_or_else(|error| panic!("{path:?}: {error}: {example}"));
            let written = serde_json::to_value(&read).unwrap();
            assert!(holds(&written, example), "{path:?}: {example} became {written}");
        }
    }
    let missing = missing(&schema, &files);
    assert!(missing.is_empty(), "{name}: no frozen example of {missing:?}");
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(FOLDER)
}

/// The files of a type, with their examples: `Name.json`, `Name-2.json` …
fn files(name: &str) -> Vec<(PathBuf, Vec<Value>)> {
    let numbered = (2..).map(|number| format!("{name}-{number}.json"));
    let paths = std::iter::once(format!("{name}.json")).chain(numbered);
    let paths = paths.map(|file| folder().join(file)).take_while(|path| path.is_file());
    paths
        .map(|path| {
            let text = fs::read_to_string(&path).unwrap();
            (path, serde_json::from_str(&text).unwrap())
        })
        .collect()
}

/// Whether `written` has everything that `example` has.
fn holds(written: &Value, example: &Value) -> bool {
    match (written, example) {
        (Value::Object(written), Value::Object(example)) => example
            .iter()
            .all(|(name, value)| written.get(name).is_some_and(|found| holds(found, value))),
        (Value::Array(written), Value::Array(example)) => {
            written.len() == example.len() && written.iter().zip(example).all(|(w, e)| holds(w, e))
        }
        _ => written == example,
    }
}

fn schema<T: JsonSchema>() -> Value {
    let settings = SchemaSettings::draft2020_12().for_serialize();
    settings.into_generator().into_root_schema_for::<T>().to_value()
}

/// Values of enums that no example has.
fn missing(schema: &Value, files: &[(PathBuf, Vec<Value>)]) -> BTreeSet<String> {
    let mut wanted = BTreeSet::new();
    choices(schema, &mut wanted);
    let text: String =
        files.iter().flat_map(|(_, examples)| examples.iter().map(ToString::to_string)).collect();
    if files.is_empty() {
        wanted.insert("anything".to_owned());
    }
    wanted.retain(|choice| !text.contains(&format!("\"{choice}\"")));
    wanted
}

fn choices(schema: &Value, found: &mut BTreeSet<String>) {
    match schema {
        Value::Object(fields) => {
            let listed = fields.get("enum").and_then(Value::as_array).into_iter().flatten();
            let only = fields.get("const");
            found.extend(listed.chain(only).filter_map(Value::as_str).map(str::to_owned));
            fields.values().for_each(|field| choices(field, found));
        }
        Value::Array(items) => items.iter().for_each(|item| choices(item, found)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// A few examples, and as many more as show something that is missing.
fn examples(schema: &Value, mut missing: BTreeSet<String>) -> Vec<Value> {
    let maker = Example { root: schema, turns: RefCell::default() };
    let mut kept = Vec::new();
    for turn in 0..TRIES {
        if turn >= EXAMPLES && missing.is_empty() {
            break;
        }
        let example = maker.make(schema, turn, "");
        let text = example.to_string();
        let before = missing.len();
        missing.retain(|choice| !text.contains(&format!("\"{choice}\"")));
        if turn < EXAMPLES || missing.len() < before {
            kept.push(example);
        }
    }
    kept
}

/// Makes examples out of a schema; every choice takes its turn.
struct Example<'s> {
    root: &'s Value,
    turns: RefCell<BTreeMap<String, usize>>,
}

impl Example<'_> {
    /// An example; in every third `turn` what may be absent is.
    fn make(&self, schema: &Value, turn: usize, field: &str) -> Value {
        if let Some(reference) = schema["$ref"].as_str() {
            let name = reference.rsplit('/').next().unwrap();
            let mut made = self.make(&self.root["$defs"][name], turn, field);
            self.add_fields(schema, &mut made, turn);
            return made;
        }
        if let Some(only) = schema.get("const") {
            return only.clone();
        }
        for several in ["oneOf", "anyOf", "enum"] {
            if let Some(variants) = schema[several].as_array() {
                let mut turns = self.turns.borrow_mut();
                let next = turns.entry(schema[several].to_string()).or_insert(turn);
                let chosen = &variants[*next % variants.len()];
                *next += 1;
                drop(turns);
                if several == "enum" {
                    return chosen.clone();
                }
                let mut made = self.make(chosen, turn, field);
                self.add_fields(schema, &mut made, turn);
                return made;
            }
        }
        let types = &schema["type"];
        let nullable = types.as_array().is_some_and(|types| types.contains(&json!("null")));
        let named = types.as_str().or(types[0].as_str()).unwrap_or("null");
        if nullable && turn % 3 == 2 {
            return Value::Null;
        }
        match named {
            "object" => self.object(schema, turn),
            "array" => self.array(schema, turn, field),
            "string" => json!(text(field)),
            "integer" | "number" => number(schema, field),
            "boolean" => json!(turn.is_multiple_of(2)),
            _ => Value::Null,
        }
    }

    fn object(&self, schema: &Value, turn: usize) -> Value {
        let mut made = json!({});
        self.add_fields(schema, &mut made, turn);
        if schema["additionalProperties"].is_object() {
            return json!({ "ja": "国保の加入", "en": "Joining" });
        }
        made
    }

    fn add_fields(&self, schema: &Value, made: &mut Value, turn: usize) {
        let nothing = Map::new();
        let fields = schema["properties"].as_object().unwrap_or(&nothing);
        for (name, field) in fields {
            made[name.as_str()] = self.make(field, turn, name);
        }
    }

    /// One element per variant, so that a list shows everything it can hold.
    fn array(&self, schema: &Value, turn: usize, field: &str) -> Value {
        let mut items = &schema["items"];
        while let Some(reference) = items["$ref"].as_str() {
            items = &self.root["$defs"][reference.rsplit('/').next().unwrap()];
        }
        let count = items["oneOf"].as_array().map_or(1, Vec::len);
        let made = (0..count).map(|_| self.make(items, turn, field));
        Value::Array(made.collect())
    }
}

fn text(field: &str) -> &'static str {
    match field {
        "label" | "next" | "presented" | "called" => "A012",
        "counter" | "from" => "3",
        "queue" | "queues" | "to" => "enrol",
        "language" | "languages" => "en",
        "kiosk" => "kiosk-1",
        "date" | "day" => "2026-06-02",
        "next_open" => "2026-06-03T08:30",
        "open" => "08:30",
        "close" => "17:30",
        "zone" => "Asia/Tokyo",
        "procedures" | "procedure" | "code" => "2-2",
        "letter" => "A",
        _ => "text",
    }
}

fn number(schema: &Value, field: &str) -> Value {
    match field {
        "at_ms" | "now_ms" | "since_ms" => json!(1_780_362_000_000_i64),
        _ if field.ends_with("_at_ms") || field.ends_with("_since_ms") => {
            json!(1_780_362_000_000_i64)
        }
        _ if schema["maximum"] == json!(255) => json!(2),
        _ => json!(12),
    }
}
