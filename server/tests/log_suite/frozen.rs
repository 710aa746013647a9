//! A log written on day one still opens, decodes and verifies.
//!
//! If a test here fails, the change is wrong, not the file: logs like these are in offices.
//! Never edit the files; a new layout gets a new directory beside `v1`.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;
use server::log::{
    HASH_BEFORE_FIRST, Hash, Log, LogOptions, LogReader, RecordRef, record_hash, verify,
};

use crate::data_dir::{DataDir, command};

fn frozen(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/frozen/log/v1").join(name)
}

#[test]
fn records_of_version_1_keep_their_fields_bytes_and_hashes() {
    let examples = examples();
    let office = examples["office"].as_str().unwrap();
    let mut previous = HASH_BEFORE_FIRST;
    let mut count = 0;
    for example in examples["records"].as_array().unwrap() {
        let fields = Fields::of(example);
        let bytes = hex(&example["bytes"]).unwrap();
        let record = fields.record();
        assert_eq!(RecordRef::decode(record.seq, &bytes).unwrap(), record);
        let mut encoded = Vec::new();
        record.encode(&mut encoded);
        assert_eq!(encoded, bytes, "record {}", record.seq);
        let hash = record_hash(office, record.seq, &previous, &bytes);
        assert_eq!(hash.to_vec(), hex(&example["hash"]).unwrap(), "record {}", record.seq);
        previous = hash;
        count += 1;
    }
    assert_eq!(count, 7);
}

#[test]
fn a_database_and_a_snapshot_of_version_1_open_verify_and_go_on() {
    let examples = examples();
    let office = examples["office"].as_str().unwrap();
    let records = examples["records"].as_array().unwrap();
    let dir = DataDir::new("frozen");
    let snapshot = "snapshot-00000000000000000005.bin";
    for name in ["log.sqlite", snapshot] {
        fs::copy(frozen(name), dir.path().join(name)).unwrap();
    }
    let report = verify(dir.path()).unwrap();
    assert!(report.is_good(), "{report}");
    assert_eq!(report.good.hash.to_vec(), hex(&records[6]["hash"]).unwrap());
    assert_eq!(report.snapshots, [(5, None)]);

    let mut log = Log::open(dir.path(), LogOptions::new(office)).unwrap();
    assert_eq!((log.head().seq, log.epoch()), (7, 4));
    let snapshot = log.latest_snapshot().unwrap().unwrap();
    assert_eq!((snapshot.seq, snapshot.version), (5, 9));
    assert_eq!(snapshot.bytes, b"state after five records");
    let mut next = records.iter();
    log.replay(1, |record| {
        let fields = Fields::of(next.next().unwrap());
        assert_eq!(record, fields.record());
        Ok(())
    })
    .unwrap();
    assert!(next.next().is_none(), "every example was replayed");
    log.append(&[command(1, 1)]).unwrap();
    assert_eq!(LogReader::open(dir.path()).unwrap().read_command(6).unwrap().len(), 2);
    log.close().unwrap();
    assert!(verify(dir.path()).unwrap().is_good());
}

/// The fields of an example, owned.
struct Fields {
    numbers: [i64; 7],
    source: Vec<u8>,
    key: Option<[u8; 16]>,
    request: Option<Hash>,
    body: Vec<u8>,
}

impl Fields {
    fn of(example: &Value) -> Self {
        let names = ["seq", "epoch", "at_ms", "day", "command", "kind", "version"];
        let digest = |name: &str| hex(&example[name]);
        Self {
            numbers: names.map(|name| example[name].as_i64().unwrap()),
            source: hex(&example["source"]).unwrap(),
            key: digest("key").map(|bytes| bytes.try_into().unwrap()),
            request: digest("request").map(|bytes| bytes.try_into().unwrap()),
            body: hex(&example["body"]).unwrap(),
        }
    }

    fn record(&self) -> RecordRef<'_> {
        let [seq, epoch, at_ms, day, command, kind, version] = self.numbers;
        RecordRef {
            seq: seq.try_into().unwrap(),
            epoch: epoch.try_into().unwrap(),
            at_ms,
            day: day.try_into().unwrap(),
            command: command.try_into().unwrap(),
            kind: kind.try_into().unwrap(),
            version: version.try_into().unwrap(),
            source: &self.source,
            key: self.key,
            request: self.request,
            body: &self.body,
        }
    }
}

fn examples() -> Value {
    serde_json::from_str(&fs::read_to_string(frozen("records.json")).unwrap()).unwrap()
}

fn hex(text: &Value) -> Option<Vec<u8>> {
    let text = text.as_str()?;
    let pairs = (0..text.len()).step_by(2);
    Some(pairs.map(|at| u8::from_str_radix(&text[at..at + 2], 16).unwrap()).collect())
}
