//! A setup in the log: its record loses nothing, and the bytes of day one still decode.
//!
//! **When the frozen test fails, the change is wrong, not the test.** Logs in offices hold these
//! bytes. Never write `frozen/setup/v1.*` anew: add a second version beside it.

use std::fs;
use std::path::Path;

use domain::calendar::Lingering;
use domain::id::QueueId;
use domain::label::Letter;
use domain::language::Language;
use domain::setup::{CounterKind, ErrandTarget, Setup};
use server::config::OfficeFile;
use server::config::setup_record::SetupRecordV1;

fn frozen(name: &str) -> Vec<u8> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/frozen/setup").join(name);
    fs::read(path).expect("the frozen files are part of the repository")
}

#[test]
fn the_default_office_comes_back_from_its_record_unchanged() {
    let setup = OfficeFile::embedded().setup;
    let bytes = postcard::to_allocvec(&SetupRecordV1::from(&setup)).unwrap();
    let record: SetupRecordV1 = postcard::from_bytes(&bytes).unwrap();
    assert_eq!(Setup::try_from(record).unwrap(), setup);
    let json = serde_json::to_string(&SetupRecordV1::from(&setup)).unwrap();
    let record: SetupRecordV1 = serde_json::from_str(&json).unwrap();
    assert_eq!(Setup::try_from(record).unwrap(), setup);
}

#[test]
fn the_setup_of_day_one_still_decodes_from_its_bytes() {
    let bytes = frozen("v1.bin");
    let record: SetupRecordV1 = postcard::from_bytes(&bytes).unwrap();
    let twin: SetupRecordV1 = serde_json::from_slice(&frozen("v1.json")).unwrap();
    assert_eq!(record, twin);
    assert_eq!(postcard::to_allocvec(&record).unwrap(), bytes);
    let twin: serde_json::Value = serde_json::from_slice(&frozen("v1.json")).unwrap();
    assert_eq!(serde_json::to_value(&record).unwrap(), twin);

    let setup = Setup::try_from(record).unwrap();
    assert_eq!(setup.office.as_str(), "hall");
    assert_eq!(setup.name.get(Language::English), "Sample hall");
    let queue = setup.queue(QueueId::new("enrol").unwrap()).unwrap();
    assert_eq!(queue.letter, Letter::new('A').unwrap());
    assert_eq!((queue.numbers.last, queue.numbers.offline[0].first), (799, 800));
    assert_eq!(queue.counter_kinds, [CounterKind::Contracted, CounterKind::Staff]);
    assert_eq!(setup.errands[0].leads_to, ErrandTarget::Group);
    assert_eq!(setup.errands[1].leads_to, ErrandTarget::Queue(queue.id));
    let tuesday = setup.calendar.weekly[1].unwrap();
    assert_eq!(tuesday.close.to_string(), "19:00");
    assert_eq!(tuesday.lingering, Lingering::Allowed);
    assert_eq!(setup.calendar.open[0].0.to_string(), "2027-03-28");
    assert_eq!(setup.rules.undo_s, 61);
    assert_eq!(setup.faults(), []);
}

#[test]
fn the_frozen_setup_holds_every_variant_there_is() {
    let json = String::from_utf8(frozen("v1.json")).unwrap();
    let variants = "Contracted Staff High Register Here Linked None Daily Continue Window Mail \
                    MailAndElectronic Internal Floor Ticketed ExpressTag SubProcedure \
                    MailWorkflow SystemFunction Ancillary Completes Resident Contractor \
                    Supervisor Alert Allowed Japan Prefer Issue Check Group Queue Guide";
    for variant in variants.split_whitespace() {
        assert!(json.contains(&format!("\"{variant}\"")), "{variant}");
    }
    for language in Language::ALL {
        assert!(json.contains(&format!("\"{}\"", language.tag())), "{}", language.tag());
    }
}

#[test]
fn a_record_that_names_what_cannot_be_is_an_error_and_no_panic() {
    let setup = OfficeFile::embedded().setup;
    let damaged = |damage: fn(&mut SetupRecordV1)| {
        let mut record = SetupRecordV1::from(&setup);
        damage(&mut record);
        Setup::try_from(record).unwrap_err().to_string()
    };
    assert_eq!(
        damaged(|record| record.office.0 = "庁舎".to_owned()),
        "the setup record holds 庁舎 where a key must be"
    );
    assert_eq!(
        damaged(|record| record.queues[0].letter.0 = "AB".to_owned()),
        "the setup record holds AB where a letter must be"
    );
    assert_eq!(
        damaged(|record| record.languages[0].0 = "xx".to_owned()),
        "the setup record holds xx where a language must be"
    );
    assert_eq!(
        damaged(|record| record.calendar.day_end.0 = 1_441),
        "the setup record holds 1441 where a time of day must be"
    );
    assert_eq!(
        damaged(|record| record.calendar.weekly.0.truncate(6)),
        "the setup record holds 6 days where a week must be"
    );
}
