//! "Printed" means printed, for every way in which printers prove it.

use crate::harness::{Bench, finished, reaches, until};
use crate::sample::drawn_slip;
use printer_driver::printer::{
    Condition, Hold, JobId, JobState, LinkState, Proof, SentPart, UnknownReason,
};
use printer_driver::profile::{PaperWidth, StatusWords};
use printer_driver::virtual_printer::{AnswerKind, Control, PaperSupply, VirtualModel};
use std::collections::BTreeMap;
use std::future::Future;

/// One profile for each way to prove a job and to get rid of one, and to say how it is.
const PRINTERS: [(&str, StatusWords, Proof); 6] = [
    ("epson-jp", StatusWords::Epson, Proof::ProcessId),
    ("citizen", StatusWords::Epson, Proof::StatusFence),
    ("seiko", StatusWords::Seiko, Proof::Dc2Q),
    ("seiko", StatusWords::Epson, Proof::Dc2Q),
    ("star", StatusWords::Star, Proof::Etb),
    ("raster", StatusWords::Epson, Proof::StatusFence),
];
const CLEARED: JobState = JobState::Unknown { reason: UnknownReason::Cleared };
/// A slip of 12 mm.
const ROWS: u32 = 96;
/// A slip of 3 mm, which every receive buffer holds.
const FEW_ROWS: u32 = 24;
/// A slip of 75 mm, more than any buffer holds.
const MANY_ROWS: u32 = 600;

/// Runs the same scene on a twin of each printer, all at once.
async fn on_each_printer<F, S>(scene: S)
where
    F: Future<Output = ()>,
    S: Fn(Bench, JobState) -> F,
{
    let scene = &scene;
    let scenes = PRINTERS.map(|(name, words, proof)| async move {
        let model = VirtualModel::load(name, PaperWidth::Mm80).unwrap().speaking(words);
        scene(Bench::of_model(model).await, JobState::Printed { proof }).await;
    });
    let [epson, citizen, seiko, seiko_as_epson, star, raster] = scenes;
    tokio::join!(epson, citizen, seiko, seiko_as_epson, star, raster);
}

fn held(condition: Condition, sent: SentPart) -> JobState {
    JobState::Held { hold: Hold::Printer { condition }, sent }
}

fn whole(number: u64, rows: u32) -> BTreeMap<u64, u32> {
    BTreeMap::from([(number, rows)])
}

fn name(bench: &Bench) -> String {
    format!("{} in words of {:?}", bench.printer.profile().name, bench.words)
}

#[tokio::test]
async fn each_printer_proves_its_slips_in_its_own_way_and_order() {
    on_each_printer(|bench, proven| async move {
        let mut all: Vec<_> =
            (1..=4).map(|number| bench.print(number, drawn_slip(number, ROWS))).collect();
        for progress in &mut all {
            assert_eq!(finished(progress).await, proven, "{}", name(&bench));
        }
        let expected: Vec<_> = (1..=4).map(|number| whole(number, ROWS)).collect();
        assert_eq!(bench.drawn(), expected, "{}", name(&bench));
        assert_eq!(bench.states(4), [JobState::Sending, JobState::Sent, proven]);
        assert_eq!(bench.control.errors(), [], "{}", name(&bench));
    })
    .await;
}

/// The counter of ETB has five bits: it overflows, and a printer that was switched off and on is
/// at zero, which must prove nothing.
#[tokio::test]
async fn the_counter_of_etb_may_overflow() {
    let bench = Bench::of("star").await;
    for number in 1..=70 {
        let mut progress = bench.print(number, drawn_slip(number, 8));
        let proven = JobState::Printed { proof: Proof::Etb };
        assert_eq!(finished(&mut progress).await, proven, "slip {number}");
    }
    assert_eq!(bench.drawn().len(), 70);
}

#[tokio::test]
async fn a_lost_proof_is_never_taken_for_one_and_the_next_slip_is_proven_again() {
    on_each_printer(|bench, proven| async move {
        let mut first = bench.print(9, drawn_slip(9, ROWS));
        assert_eq!(finished(&mut first).await, proven, "{}", name(&bench));
        bench.control(Control::DropProcessIds { count: 1 });
        let mut progress = bench.print(1, drawn_slip(1, ROWS));
        // A counter can be asked for once more; all else is gone with the answer.
        let expected =
            if proven == (JobState::Printed { proof: Proof::Etb }) { proven } else { CLEARED };
        assert_eq!(finished(&mut progress).await, expected, "{}", name(&bench));
        let mut next = bench.print(2, drawn_slip(2, ROWS));
        assert_eq!(finished(&mut next).await, proven, "{}", name(&bench));
        let expected = [9, 1, 2].map(|number| whole(number, ROWS));
        assert_eq!(bench.drawn(), expected, "{}", name(&bench));
        assert_eq!(bench.control.errors(), [], "{}", name(&bench));
    })
    .await;
}

#[tokio::test]
async fn paper_that_ends_inside_a_slip_holds_it_and_a_new_roll_finishes_it_without_a_resend() {
    on_each_printer(|bench, proven| async move {
        bench.control(Control::PaperLeft { mm: 5 });
        let mut progress = bench.print(1, drawn_slip(1, ROWS));
        reaches(&mut progress, |state| state == held(Condition::PaperEnd, SentPart::All)).await;
        bench.control(Control::Paper { supply: PaperSupply::Ok });
        assert_eq!(finished(&mut progress).await, proven, "{}", name(&bench));
        assert_eq!(bench.drawn(), [whole(1, ROWS)], "{}", name(&bench));
    })
    .await;
}

#[tokio::test]
async fn a_cable_pulled_inside_a_picture_makes_the_slip_unknown_and_the_next_one_is_whole() {
    on_each_printer(|bench, proven| async move {
        bench.control(Control::Line { bytes_per_s: Some(60_000) });
        let mut progress = bench.print(1, drawn_slip(1, MANY_ROWS));
        until("half the picture has come", || bench.control.state().counts.bytes > 20_000).await;
        bench.control(Control::Cable { plugged: false });
        reaches(&mut progress, |state| state == held(Condition::Absent, SentPart::Part)).await;
        bench.control(Control::Cable { plugged: true });
        assert_eq!(finished(&mut progress).await, CLEARED, "{}", name(&bench));
        let mut next = bench.print(2, drawn_slip(2, ROWS));
        assert_eq!(finished(&mut next).await, proven, "{}", name(&bench));
        let drawn = bench.drawn();
        let last = drawn.last().cloned().unwrap_or_default();
        assert_eq!(last, whole(2, ROWS), "{}: {drawn:?}", name(&bench));
        let torn: u32 = drawn.iter().filter_map(|rows| rows.get(&1)).sum();
        assert!(torn < MANY_ROWS, "{}: {drawn:?}", name(&bench));
    })
    .await;
}

#[tokio::test]
async fn a_printer_switched_off_in_a_slip_proves_nothing_and_prints_the_next_one_alone() {
    on_each_printer(|bench, proven| async move {
        bench.control(Control::Speed { mm_per_s: 20 });
        let mut progress = bench.print(1, drawn_slip(1, ROWS));
        reaches(&mut progress, |state| state == JobState::Sent).await;
        bench.control(Control::Power { on: false });
        let outcome = finished(&mut progress).await;
        let silent = JobState::Unknown { reason: UnknownReason::Silent };
        assert_eq!(outcome, silent, "{}", name(&bench));
        bench.control(Control::Speed { mm_per_s: 4000 });
        bench.control(Control::Power { on: true });
        let mut next = bench.print(2, drawn_slip(2, ROWS));
        assert_eq!(finished(&mut next).await, proven, "{}", name(&bench));
        let last = bench.drawn().pop().unwrap_or_default();
        assert_eq!(last, whole(2, ROWS), "{}", name(&bench));
    })
    .await;
}

/// Off and on again so quickly that nobody saw it: the slip is gone from the buffer that held all
/// of it, and the printer answers.
#[tokio::test]
async fn a_slip_lost_by_a_quick_power_cycle_is_unknown() {
    on_each_printer(|bench, proven| async move {
        bench.control(Control::Speed { mm_per_s: 20 });
        let mut progress = bench.print(1, drawn_slip(1, FEW_ROWS));
        reaches(&mut progress, |state| state == JobState::Sent).await;
        until("all of it has come", || bench.control.state().counts.bytes > 1750).await;
        bench.control(Control::Power { on: false });
        bench.control(Control::Power { on: true });
        bench.control(Control::Speed { mm_per_s: 4000 });
        assert_eq!(finished(&mut progress).await, CLEARED, "{}", name(&bench));
        let mut next = bench.print(2, drawn_slip(2, ROWS));
        assert_eq!(finished(&mut next).await, proven, "{}", name(&bench));
        let drawn = bench.drawn();
        assert_eq!(drawn.iter().filter(|rows| rows.contains_key(&2)).count(), 1, "{drawn:?}");
    })
    .await;
}

/// Paper ends inside a slip that no buffer holds, and somebody switches the printer off and on as
/// well as changing the roll: the line waited, and brings the end of the slip to a printer that has
/// lost the beginning.
#[tokio::test]
async fn the_end_of_a_slip_does_not_prove_it_when_the_printer_was_switched_off_at_its_paper_end() {
    on_each_printer(|bench, proven| async move {
        // One that reports nothing by itself cannot tell: `raster` is for lines that break.
        if bench.printer.profile().name == "raster" {
            return;
        }
        bench.control(Control::PaperLeft { mm: 5 });
        let mut progress = bench.print(1, drawn_slip(1, MANY_ROWS));
        let ended = |state| {
            matches!(state, JobState::Held { hold: Hold::Printer { condition }, .. }
                if condition == Condition::PaperEnd)
                || (bench.words == StatusWords::Seiko
                    && bench.control.state().paper == PaperSupply::End)
        };
        reaches(&mut progress, ended).await;
        bench.control(Control::Power { on: false });
        bench.control(Control::Paper { supply: PaperSupply::Ok });
        bench.control(Control::Speed { mm_per_s: 4000 });
        bench.control(Control::Power { on: true });
        let outcome = finished(&mut progress).await;
        let drawn = bench.drawn();
        let is_whole = drawn.contains(&whole(1, MANY_ROWS));
        assert!(outcome != proven || is_whole, "{}: {drawn:?}", name(&bench));
        let mut next = bench.print(2, drawn_slip(2, ROWS));
        assert_eq!(finished(&mut next).await, proven, "{}", name(&bench));
    })
    .await;
}

/// A number survives a restart of this program; a step of a counter or a place in the order does
/// not, and then nobody claims to know.
#[tokio::test]
async fn a_restart_proves_the_slip_it_finds_under_way_or_says_that_it_cannot() {
    on_each_printer(|mut bench, proven| async move {
        bench.control(Control::PaperLeft { mm: 2 });
        let mut progress = bench.print(1, drawn_slip(1, FEW_ROWS));
        reaches(&mut progress, |state| state == held(Condition::PaperEnd, SentPart::All)).await;
        bench.restart_driver(Some(JobId(1))).await;
        // Seiko's words tell a condition in their turn only, and here a slip stands before it.
        let can_tell = bench.words != StatusWords::Seiko;
        bench
            .status("the new driver sees the printer", |status| {
                status.link == LinkState::Open && (status.paper_end || !can_tell)
            })
            .await;
        bench.control(Control::Paper { supply: PaperSupply::Ok });
        let has_number = matches!(
            proven,
            JobState::Printed { proof: Proof::ProcessId }
                | JobState::Printed { proof: Proof::Dc2Q }
        );
        let expected = if has_number { proven } else { CLEARED };
        until("the journal has the outcome", || bench.states(1).last() == Some(&expected)).await;
        let mut next = bench.print(2, drawn_slip(2, ROWS));
        assert_eq!(finished(&mut next).await, proven, "{}", name(&bench));
        let drawn = bench.drawn();
        assert_eq!(drawn.last(), Some(&whole(2, ROWS)), "{}", name(&bench));
        assert!(drawn.len() <= 2, "{}: {drawn:?}", name(&bench));
    })
    .await;
}

#[tokio::test]
async fn each_printer_tells_what_is_the_matter_and_nothing_else() {
    let rows = [
        (Control::Paper { supply: PaperSupply::NearEnd }, vec![Condition::PaperNearEnd]),
        (Control::Paper { supply: PaperSupply::End }, vec![Condition::PaperEnd]),
        (Control::Paper { supply: PaperSupply::Ok }, vec![]),
        (Control::Cover { open: true }, vec![Condition::CoverOpen]),
        (Control::Cover { open: false }, vec![]),
        (Control::Cutter { jam: true }, vec![Condition::CutterJam]),
        (Control::Cutter { jam: false }, vec![]),
        (Control::Head { hot: true }, vec![Condition::HeadHot]),
        (Control::Head { hot: false }, vec![]),
        (Control::Offline { offline: true }, vec![Condition::Offline]),
        (Control::Offline { offline: false }, vec![]),
        (Control::Silence { silent: true }, vec![Condition::Silent]),
        (Control::Silence { silent: false }, vec![]),
        (Control::Cable { plugged: false }, vec![Condition::Absent]),
        (Control::Cable { plugged: true }, vec![]),
    ];
    let rows = &rows;
    on_each_printer(|bench, _| async move {
        for (control, expected) in rows {
            bench.control(control.clone());
            let expected = match (bench.words, expected.as_slice()) {
                (StatusWords::Seiko, words) => in_words_of_seiko(words),
                (StatusWords::Epson | StatusWords::Star, words) => words.to_vec(),
            };
            let what = format!("{} says {expected:?} after {control:?}", name(&bench));
            bench.status(&what, |status| status.conditions() == expected).await;
        }
        assert_eq!(bench.control.errors(), [], "{}", name(&bench));
    })
    .await;
}

/// Of these words too few are known for more than that it cannot print.
fn in_words_of_seiko(conditions: &[Condition]) -> Vec<Condition> {
    let known = conditions.iter().filter_map(|condition| match condition {
        Condition::PaperNearEnd => None,
        Condition::CutterJam | Condition::HeadHot | Condition::Fault => Some(Condition::Offline),
        Condition::Absent
        | Condition::Silent
        | Condition::CoverOpen
        | Condition::PaperEnd
        | Condition::Offline => Some(*condition),
    });
    known.collect()
}

/// The only words in which a Seiko tells its conditions may be lost like any other.
#[tokio::test]
async fn a_report_that_is_lost_is_asked_for_until_the_slip_is_on_paper() {
    on_each_printer(|bench, proven| async move {
        bench.control(Control::Paper { supply: PaperSupply::End });
        bench.status("the paper has ended", |status| status.paper_end).await;
        let mut progress = bench.print(1, drawn_slip(1, ROWS));
        reaches(&mut progress, |state| state == held(Condition::PaperEnd, SentPart::Nothing)).await;
        bench.control(Control::DropAnswers { kind: AnswerKind::Automatic, count: 1 });
        bench.control(Control::Paper { supply: PaperSupply::Ok });
        assert_eq!(finished(&mut progress).await, proven, "{}", name(&bench));

        // Of a slip that no buffer holds nobody could tell a lost report from lost power.
        bench.control(Control::PaperLeft { mm: 1 });
        let mut progress = bench.print(2, drawn_slip(2, FEW_ROWS));
        reaches(&mut progress, |state| state == held(Condition::PaperEnd, SentPart::All)).await;
        bench.control(Control::DropAnswers { kind: AnswerKind::Automatic, count: 1 });
        bench.control(Control::Paper { supply: PaperSupply::Ok });
        assert_eq!(finished(&mut progress).await, proven, "{}", name(&bench));
        assert_eq!(bench.drawn(), [whole(1, ROWS), whole(2, FEW_ROWS)], "{}", name(&bench));
        assert_eq!(bench.control.errors(), [], "{}", name(&bench));
    })
    .await;
}

#[tokio::test]
async fn a_report_and_a_proof_that_are_lost_together_hold_no_slip_for_ever() {
    on_each_printer(|bench, proven| async move {
        bench.control(Control::PaperLeft { mm: 5 });
        let mut progress = bench.print(1, drawn_slip(1, ROWS));
        reaches(&mut progress, |state| state == held(Condition::PaperEnd, SentPart::All)).await;
        bench.control(Control::DropAnswers { kind: AnswerKind::Automatic, count: 1 });
        bench.control(Control::DropProcessIds { count: 1 });
        bench.control(Control::Paper { supply: PaperSupply::Ok });
        let expected =
            if proven == (JobState::Printed { proof: Proof::Etb }) { proven } else { CLEARED };
        assert_eq!(finished(&mut progress).await, expected, "{}", name(&bench));
        assert_eq!(bench.drawn(), [whole(1, ROWS)], "{}", name(&bench));
    })
    .await;
}

/// The line waits while the printer is off, so the end of the slip comes to one that has lost its
/// beginning, and asks it for the proof. That it was initialised is all that tells.
#[tokio::test]
async fn the_end_of_a_slip_whose_beginning_a_seiko_has_lost_proves_nothing() {
    let bench = Bench::of("seiko").await;
    bench.control(Control::Speed { mm_per_s: 20 });
    let mut progress = bench.print(1, drawn_slip(1, MANY_ROWS));
    until("some of it has come", || bench.control.state().counts.bytes > 5_000).await;
    bench.control(Control::Power { on: false });
    bench.control(Control::Power { on: true });
    bench.control(Control::Speed { mm_per_s: 4000 });
    assert_eq!(finished(&mut progress).await, CLEARED);
    let mut next = bench.print(2, drawn_slip(2, ROWS));
    assert_eq!(finished(&mut next).await, JobState::Printed { proof: Proof::Dc2Q });
    let drawn = bench.drawn();
    assert_eq!(drawn.last(), Some(&whole(2, ROWS)), "{drawn:?}");
}

/// Switched off without paper and on again with some: what was reported before holds no more.
#[tokio::test]
async fn a_printer_mended_while_it_was_off_is_seen_to_be_well_and_tells_what_happens_next() {
    on_each_printer(|bench, proven| async move {
        bench.control(Control::Paper { supply: PaperSupply::End });
        bench.status("the paper has ended", |status| status.paper_end).await;
        bench.control(Control::Power { on: false });
        bench.control(Control::Paper { supply: PaperSupply::Ok });
        bench.control(Control::Power { on: true });
        bench.status("it is well", |status| status.conditions().is_empty()).await;
        bench.control(Control::Cover { open: true });
        bench.status("the cover is open", |status| status.cover_open).await;
        bench.control(Control::Cover { open: false });
        let mut progress = bench.print(1, drawn_slip(1, ROWS));
        assert_eq!(finished(&mut progress).await, proven, "{}", name(&bench));
        assert_eq!(bench.drawn(), [whole(1, ROWS)], "{}", name(&bench));
    })
    .await;
}

/// A cover that stood open when the program started.
#[tokio::test]
async fn a_driver_that_starts_at_an_open_cover_says_so_and_prints_when_it_is_closed() {
    on_each_printer(|mut bench, proven| async move {
        bench.control(Control::Cover { open: true });
        bench.status("the cover is open", |status| status.cover_open).await;
        bench.restart_driver(None).await;
        bench.status("the new driver sees it", |status| status.cover_open).await;
        let mut progress = bench.print(1, drawn_slip(1, ROWS));
        reaches(&mut progress, |state| state == held(Condition::CoverOpen, SentPart::Nothing))
            .await;
        bench.control(Control::Cover { open: false });
        assert_eq!(finished(&mut progress).await, proven, "{}", name(&bench));
        assert_eq!(bench.drawn(), [whole(1, ROWS)], "{}", name(&bench));
    })
    .await;
}

#[tokio::test]
async fn noise_under_a_slip_is_counted_and_proves_nothing() {
    on_each_printer(|bench, proven| async move {
        bench.control(Control::Paper { supply: PaperSupply::End });
        bench.status("the paper has ended", |status| status.paper_end).await;
        let mut progress = bench.print(1, drawn_slip(1, ROWS));
        reaches(&mut progress, |state| matches!(state, JobState::Held { .. })).await;
        let noise = vec![0xff, 0x97, 0x37, 0x22, 0x41, 0x99, 0xf0, 0x37, 0x25];
        bench.control(Control::Noise { bytes: noise });
        bench.status("the noise is counted", |status| status.noise_byte_count >= 7).await;
        assert!(matches!(progress.state(), JobState::Held { .. }), "{}", name(&bench));
        bench.control(Control::Paper { supply: PaperSupply::Ok });
        assert_eq!(finished(&mut progress).await, proven, "{}", name(&bench));
        assert_eq!(bench.drawn(), [whole(1, ROWS)], "{}", name(&bench));
    })
    .await;
}
