//! Reports against an independent program that knows only the export (`recompute.py`).

use std::io::ErrorKind;
use std::process::Command;

use protocol::event::{Event, EventRecord};
use protocol::report::{Report, Spread};
use server::report::{Audience, Days, to_csv, to_text};

use crate::data_dir::DataDir;
use crate::replica::Replica;

const PROGRAM: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/recompute.py");

/// The report as the other program sees it; `None` without Python.
fn recompute(dir: &DataDir, from: &str, to: &str, days: Days) -> Option<Report> {
    let lines = dir.path().join("export.jsonl");
    std::fs::write(&lines, dir.export()).expect("the export can be kept");
    let mut command = Command::new("python3");
    command.arg(PROGRAM).arg(&lines).arg(from).arg(to);
    if days == Days::WithOpen {
        command.arg("--now");
    }
    let output = match command.output() {
        Ok(output) => output,
        Err(error) if error.kind() == ErrorKind::NotFound => {
            skip();
            return None;
        }
        Err(error) => panic!("python3 does not start: {error}"),
    };
    let complaint = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "recompute.py failed:\n{complaint}");
    Some(serde_json::from_slice(&output.stdout).expect("recompute.py prints a report"))
}

#[expect(clippy::print_stderr, reason = "a test that proves nothing has to say so")]
fn skip() {
    eprintln!("SKIPPED: python3 is not installed, so nothing was recomputed");
}

/// Every figure of a report equals what is recomputed from the export.
fn check(dir: &DataDir, from: &str, to: &str, days: Days) {
    let ours = dir.report(from, to, days);
    assert!(ours.exact);
    if let Some(theirs) = recompute(dir, from, to, days) {
        assert_eq!(ours, theirs, "{from} to {to}");
    }
}

#[test]
fn every_figure_of_a_year_a_month_and_a_day_can_be_recomputed_from_the_export() {
    let dir = DataDir::simulated("2023-04-01", "2024-03-31", 3, 150);
    check(&dir, "2023-04-01", "2024-03-31", Days::Finished);
    check(&dir, "2023-06-01", "2023-06-30", Days::Finished);
    check(&dir, "2023-06-05", "2023-06-05", Days::Finished);
    // A Sunday, and a time before the log began.
    check(&dir, "2023-06-04", "2023-06-04", Days::WithOpen);
    check(&dir, "2020-01-01", "2020-01-31", Days::Finished);
}

#[test]
fn an_open_day_counts_as_far_as_it_has_come_and_only_when_asked() {
    let source = DataDir::simulated("2023-06-05", "2023-06-06", 6, 1_000);
    let mut replica = Replica::of(source.path());
    let whole = source.export();
    let count = whole.iter().filter(|byte| **byte == b'\n').count() as u64;
    for share in [55, 70, 85, 97] {
        replica.grow_to(count * share / 100);
        check(replica.dir(), "2023-06-05", "2023-06-06", Days::WithOpen);
        check(replica.dir(), "2023-06-05", "2023-06-06", Days::Finished);
        let open = replica.dir().report("2023-06-06", "2023-06-06", Days::WithOpen);
        let finished = replica.dir().report("2023-06-06", "2023-06-06", Days::Finished);
        assert_eq!((open.days, finished.days), (1, 0), "at {share} %");
        assert_eq!(open.seq, replica.len());
    }
}

#[test]
fn over_several_years_counts_and_means_are_exact_and_percentiles_nearly() {
    let dir = DataDir::simulated("2021-04-01", "2024-03-31", 2, 40);
    let (from, to) = ("2021-04-20", "2024-03-15");
    let ours = dir.report(from, to, Days::Finished);
    assert!(!ours.exact, "three years are read from histograms");
    let Some(theirs) = recompute(&dir, from, to, Days::Finished) else { return };
    assert_eq!(ours.rows, theirs.rows);
    assert_eq!(ours.tickets, theirs.tickets);
    assert_eq!((ours.days, ours.seq), (theirs.days, theirs.seq));
    near(&ours.stay, &theirs.stay);
    near(&ours.handling, &theirs.handling);
    for (ours, theirs) in ours.waits.iter().zip(&theirs.waits) {
        assert_eq!((&ours.queue, ours.within_count), (&theirs.queue, theirs.within_count));
        near(&ours.wait, &theirs.wait);
    }
    for (ours, theirs) in ours.procedures.iter().zip(&theirs.procedures) {
        assert_eq!((&ours.code, ours.count), (&theirs.code, theirs.count));
        assert_eq!(ours.within_count, theirs.within_count);
        near(&ours.service, &theirs.service);
    }
}

fn near(rounded: &Spread, exact: &Spread) {
    assert_eq!((rounded.count, rounded.mean_ms), (exact.count, exact.mean_ms));
    for (rounded, exact) in [(rounded.median_ms, exact.median_ms), (rounded.p90_ms, exact.p90_ms)] {
        match (rounded, exact) {
            (Some(rounded), Some(exact)) => {
                let limit = exact + exact / 64 + 1_000;
                assert!((exact..=limit).contains(&rounded), "{rounded} for {exact}");
            }
            (rounded, exact) => assert_eq!(rounded, exact),
        }
    }
}

#[test]
fn an_export_from_the_middle_is_the_rest_of_the_whole_one() {
    let dir = DataDir::simulated("2023-06-05", "2023-06-07", 1, 300);
    let whole = String::from_utf8(dir.export()).unwrap();
    let lines: Vec<&str> = whole.lines().collect();
    for from in [1, 2, lines.len() / 2, lines.len() - 1, lines.len(), lines.len() + 1] {
        let mut rest = Vec::new();
        let count = server::export::export(dir.path(), from as u64, &mut rest).unwrap();
        let rest = String::from_utf8(rest).unwrap();
        assert!(rest.lines().eq(lines[from - 1..].iter().copied()), "from {from}");
        assert_eq!(count, (lines.len() + 1 - from) as u64);
    }
}

#[test]
fn an_export_reads_back_and_names_the_label_of_every_call() {
    let dir = DataDir::simulated("2023-06-05", "2023-06-06", 1, 300);
    let whole = String::from_utf8(dir.export()).unwrap();
    let mut calls = 0;
    for (place, line) in whole.lines().enumerate() {
        let record: EventRecord = serde_json::from_str(line).unwrap();
        assert_eq!(record.seq, place as u64 + 1);
        assert_eq!(record.hash.len(), 64);
        assert!(!line.contains("token"), "the code on the slip stays inside");
        if let Event::TicketCalled { label, .. } = record.event {
            assert!(label.len() >= 2, "a call without a label: {line}");
            calls += 1;
        }
    }
    assert!(calls > 50, "{calls} calls");
}

#[test]
fn a_public_table_leaves_out_counts_below_five() {
    let dir = DataDir::simulated("2023-04-01", "2024-03-31", 3, 60);
    let report = dir.report("2023-04-01", "2024-03-31", Days::Finished);
    let cells = |csv: &str| -> Vec<(String, String)> {
        let lines = csv.lines().skip(1).map(|line| line.rsplitn(3, ',').collect::<Vec<_>>());
        lines.map(|parts| (parts[1].to_owned(), parts[0].to_owned())).collect()
    };
    let small = |(measure, value): &(String, String)| {
        measure.ends_with("count") && value.parse().is_ok_and(|count: u32| (1..5).contains(&count))
    };
    let office = cells(&to_csv(&report, Audience::Office));
    let public = cells(&to_csv(&report, Audience::Public));
    assert!(office.iter().any(small), "row 14 has one case (D-7)");
    assert_eq!(public.iter().filter(|cell| small(cell)).count(), 0);
    assert!(public.iter().any(|(_, value)| value == "<5"));
    assert_eq!(office.len(), public.len());
}

#[test]
fn the_table_for_people_shows_every_row_with_its_count() {
    let dir = DataDir::simulated("2023-04-01", "2024-03-31", 3, 100);
    let report = dir.report("2023-04-01", "2024-03-31", Days::Finished);
    let text = to_text(&report);
    for row in &report.rows {
        let shown = row.count.map_or("—".to_owned(), |count| match count {
            0..1_000 => count.to_string(),
            _ => format!("{},{:03}", count / 1_000, count % 1_000),
        });
        let found = text.lines().any(|line| {
            let mut words = line.split_whitespace();
            words.next() == Some(&row.row) && words.last() == Some(&shown)
        });
        assert!(found, "row {} with {shown} in\n{text}", row.row);
    }
}
