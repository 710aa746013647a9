//! Jobs that go wrong: each is printed exactly once, or says that nobody can know.

use crate::harness::{Bench, DEADLINE, MemoryJournal, driver, finished, reaches, until};
use crate::sample::{drawn_slip, full_slip, short_slip};
use printer_driver::completion::Token;
use printer_driver::printer::{
    Condition, Hold, JobId, JobState, LinkState, Proof, SentPart, UnknownReason, needs_settling,
};
use printer_driver::virtual_printer::{Control, PaperSupply};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

const PROVEN: JobState = JobState::Printed { proof: Proof::ProcessId };
const CLEARED: JobState = JobState::Unknown { reason: UnknownReason::Cleared };

fn held(condition: Condition, sent: SentPart) -> JobState {
    JobState::Held { hold: Hold::Printer { condition }, sent }
}

#[tokio::test]
async fn paper_that_ends_inside_a_slip_holds_it_and_a_new_roll_finishes_it_without_a_resend() {
    let bench = Bench::on_terminal().await;
    bench.control(Control::PaperLeft { mm: 30 });
    let mut progress = bench.print(1, full_slip());
    reaches(&mut progress, |state| state == held(Condition::PaperEnd, SentPart::All)).await;
    assert_eq!(bench.printed()[0].process_ids, Vec::<String>::new());
    bench.control(Control::Paper { supply: PaperSupply::Ok });
    assert_eq!(finished(&mut progress).await, PROVEN);
    let slips = bench.printed();
    assert_eq!(slips.len(), 1, "one slip, not two");
    assert_eq!(slips[0].lines().iter().filter(|line| *line == "A101").count(), 1);
    assert_eq!(
        bench.states(1),
        [
            JobState::Sending,
            JobState::Sent,
            held(Condition::PaperEnd, SentPart::All),
            JobState::Sent,
            PROVEN,
        ]
    );
}

#[tokio::test]
async fn a_job_for_a_printer_that_cannot_print_is_held_with_nothing_sent_until_mended() {
    let bench = Bench::on_terminal().await;
    bench.control(Control::Cover { open: true });
    bench.status("the cover is open", |status| status.cover_open).await;
    let mut progress = bench.print(1, short_slip("held"));
    reaches(&mut progress, |state| state == held(Condition::CoverOpen, SentPart::Nothing)).await;
    bench.control(Control::Cover { open: false });
    assert_eq!(finished(&mut progress).await, PROVEN);
    assert_eq!(bench.printed().len(), 1);
}

#[tokio::test]
async fn a_held_job_can_be_withdrawn_and_is_never_printed() {
    let bench = Bench::on_terminal().await;
    bench.control(Control::Paper { supply: PaperSupply::End });
    bench.status("the paper has ended", |status| status.paper_end).await;
    let mut first = bench.print(1, short_slip("withdrawn"));
    let mut second = bench.print(2, short_slip("kept"));
    reaches(&mut first, |state| state == held(Condition::PaperEnd, SentPart::Nothing)).await;
    assert!(bench.printer.withdraw(JobId(1)).await);
    assert!(!bench.printer.withdraw(JobId(1)).await, "it is gone");
    assert_eq!(finished(&mut first).await, JobState::Withdrawn);
    bench.control(Control::Paper { supply: PaperSupply::Ok });
    assert_eq!(finished(&mut second).await, PROVEN);
    assert_eq!(bench.printed().iter().flat_map(|slip| slip.lines()).collect::<Vec<_>>(), ["kept"]);
}

/// The printer printed, the answer was lost: the driver must neither claim nor repeat it.
#[tokio::test]
async fn a_lost_answer_is_unknown_but_cleared_and_the_marked_reprint_is_the_only_second_slip() {
    let bench = Bench::on_terminal().await;
    bench.control(Control::DropProcessIds { count: 1 });
    let mut progress = bench.print(1, short_slip("A101"));
    let outcome = finished(&mut progress).await;
    assert_eq!(outcome, CLEARED);
    let JobState::Unknown { reason } = outcome else { panic!("it is unknown") };
    assert!(reason.marked_reprint_is_safe());
    let mut reprint = bench.print(2, short_slip("A101 再発行"));
    assert_eq!(finished(&mut reprint).await, PROVEN);
    let lines: Vec<String> = bench.printed().iter().flat_map(|slip| slip.lines()).collect();
    assert_eq!(lines, ["A101", "A101 再発行"]);
    assert_eq!(bench.control.errors(), []);
}

#[tokio::test]
async fn a_printer_that_falls_silent_after_a_job_leaves_it_to_staff_and_is_cleared_on_return() {
    let bench = Bench::on_terminal().await;
    bench.control(Control::Speed { mm_per_s: 40 });
    let mut progress = bench.print(1, full_slip());
    reaches(&mut progress, |state| state == JobState::Sent).await;
    bench.control(Control::Power { on: false });
    let outcome = finished(&mut progress).await;
    assert_eq!(outcome, JobState::Unknown { reason: UnknownReason::Silent });
    bench.control(Control::Speed { mm_per_s: 4000 });
    bench.control(Control::Power { on: true });
    let mut next = bench.print(2, short_slip("after the power cycle"));
    assert_eq!(finished(&mut next).await, PROVEN);
    let last = bench.printed().pop().unwrap();
    assert_eq!(last.lines(), ["after the power cycle"], "no fragment hangs on to it");
}

#[tokio::test]
async fn a_cable_pulled_and_put_back_lets_the_job_be_proven() {
    let bench = Bench::on_terminal().await;
    bench.control(Control::Paper { supply: PaperSupply::NearEnd });
    bench.control(Control::PaperLeft { mm: 30 });
    let mut progress = bench.print(1, full_slip());
    reaches(&mut progress, |state| state == held(Condition::PaperEnd, SentPart::All)).await;
    bench.control(Control::Cable { plugged: false });
    reaches(&mut progress, |state| state == held(Condition::Absent, SentPart::All)).await;
    bench.control(Control::Cable { plugged: true });
    reaches(&mut progress, |state| state == held(Condition::PaperEnd, SentPart::All)).await;
    bench.control(Control::Paper { supply: PaperSupply::Ok });
    assert_eq!(finished(&mut progress).await, PROVEN);
    assert_eq!(bench.printed().len(), 1);
}

#[tokio::test]
async fn a_cable_that_stays_out_makes_the_job_unknown_and_the_next_waits_for_the_cable() {
    let bench = Bench::on_terminal().await;
    bench.control(Control::Speed { mm_per_s: 40 });
    let mut progress = bench.print(1, full_slip());
    reaches(&mut progress, |state| state == JobState::Sent).await;
    bench.control(Control::Cable { plugged: false });
    let outcome = finished(&mut progress).await;
    assert_eq!(outcome, JobState::Unknown { reason: UnknownReason::LinkLost });
    let mut next = bench.print(2, short_slip("next"));
    reaches(&mut next, |state| state == held(Condition::Absent, SentPart::Nothing)).await;
    bench.control(Control::Speed { mm_per_s: 4000 });
    bench.control(Control::Cable { plugged: true });
    assert_eq!(finished(&mut next).await, PROVEN);
}

#[tokio::test]
async fn an_unplugged_link_comes_back_at_the_same_path_without_a_busy_loop() {
    let bench = Bench::on_terminal().await;
    bench.control(Control::Cable { plugged: false });
    bench.status("the device is absent", |status| status.conditions() == [Condition::Absent]).await;
    assert!(!bench.folder.path().join("printer").exists());
    bench.control(Control::Cable { plugged: true });
    bench.status("the device is back", |status| status.conditions().is_empty()).await;
    let mut progress = bench.print(1, short_slip("back"));
    assert_eq!(finished(&mut progress).await, PROVEN);
}

#[tokio::test]
async fn a_tcp_printer_that_goes_and_comes_back_is_found_again() {
    let bench = Bench::on_tcp().await;
    bench.control(Control::Cable { plugged: false });
    bench.status("the device is absent", |status| status.conditions() == [Condition::Absent]).await;
    bench.control(Control::Cable { plugged: true });
    let mut progress = bench.print(1, short_slip("back"));
    assert_eq!(finished(&mut progress).await, PROVEN);
}

#[tokio::test]
async fn no_byte_leaves_while_the_journal_cannot_be_written() {
    let bench = Bench::on_terminal().await;
    *bench.journal.failing.lock().unwrap() = true;
    let mut progress = bench.print(1, short_slip("journalled"));
    let waiting = JobState::Held { hold: Hold::Journal, sent: SentPart::Nothing };
    reaches(&mut progress, |state| state == waiting).await;
    assert_eq!(bench.printed(), []);
    *bench.journal.failing.lock().unwrap() = false;
    assert_eq!(finished(&mut progress).await, PROVEN);
    assert_eq!(bench.printed().len(), 1);
}

/// Larger than the printer's buffer and the line's together.
fn long_slip() -> printer_driver::document::Document {
    use printer_driver::document::{Align, Document, Style};
    let line = "あいうえお".repeat(100);
    let lines = (0..100).fold(Document::builder(), |builder, _| {
        builder.text(line.as_str(), Style::BODY, Align::Left)
    });
    lines.build().unwrap()
}

#[tokio::test]
async fn paper_that_ends_while_bytes_still_leave_holds_the_job_and_the_rest_follows() {
    let bench = Bench::on_terminal().await;
    bench.control(Control::PaperLeft { mm: 60 });
    let mut progress = bench.print(1, long_slip());
    reaches(&mut progress, |state| state == held(Condition::PaperEnd, SentPart::Part)).await;
    bench.control(Control::Paper { supply: PaperSupply::Ok });
    assert_eq!(finished(&mut progress).await, PROVEN);
    let slips = bench.printed();
    assert_eq!(slips.len(), 1);
    assert_eq!(slips[0].lines().concat(), "あいうえお".repeat(10_000));
    assert_eq!(bench.control.errors(), []);
}

#[tokio::test]
async fn a_slip_torn_by_the_cable_is_unknown_and_its_fragment_is_cut_off_before_the_next() {
    let bench = Bench::on_terminal().await;
    bench.control(Control::PaperLeft { mm: 60 });
    let mut progress = bench.print(1, long_slip());
    reaches(&mut progress, |state| state == held(Condition::PaperEnd, SentPart::Part)).await;
    bench.control(Control::Cable { plugged: false });
    reaches(&mut progress, |state| state == held(Condition::Absent, SentPart::Part)).await;
    bench.control(Control::Paper { supply: PaperSupply::Ok });
    bench.control(Control::Cable { plugged: true });
    assert_eq!(finished(&mut progress).await, CLEARED);
    let mut next = bench.print(2, short_slip("whole"));
    assert_eq!(finished(&mut next).await, PROVEN);
    let slips = bench.printed();
    assert_eq!(slips.len(), 2);
    assert_eq!(slips[0].process_ids, Vec::<String>::new(), "the fragment is not the slip");
    assert_eq!(slips[1].lines(), ["whole"]);
}

#[tokio::test]
async fn a_job_that_a_crashed_run_gave_up_is_not_printed_after_the_restart() {
    let mut bench = Bench::on_terminal().await;
    bench.control(Control::PaperLeft { mm: 30 });
    let mut progress = bench.print(1, full_slip());
    reaches(&mut progress, |state| state == held(Condition::PaperEnd, SentPart::All)).await;
    bench.restart_driver(None).await;
    bench.status("the new driver sees the paper end", |status| status.paper_end).await;
    bench.control(Control::Paper { supply: PaperSupply::Ok });
    let mut next = bench.print(2, short_slip("reprinted elsewhere"));
    assert_eq!(finished(&mut next).await, PROVEN);
    let ids: Vec<String> = bench.printed().into_iter().flat_map(|slip| slip.process_ids).collect();
    assert_eq!(ids, ["0002"]);
}

#[tokio::test]
async fn a_second_driver_on_the_same_line_is_refused_until_the_first_has_stopped() {
    let bench = Bench::on_terminal().await;
    let second = driver(bench.twin.device_url(), &MemoryJournal::default(), None);
    let mut status = second.status();
    let refused = status.wait_for(
        |status| matches!(&status.link, LinkState::Absent { reason } if reason.contains("lock")),
    );
    assert!(tokio::time::timeout(DEADLINE, refused).await.is_ok());
    assert_eq!(bench.printer.status().borrow().conditions(), []);
    bench.printer.clone().stop().await;
    let taken = status.wait_for(|status| status.link == LinkState::Open);
    assert!(tokio::time::timeout(DEADLINE, taken).await.is_ok());
}

#[tokio::test]
async fn a_restart_proves_the_job_it_finds_under_way_when_the_paper_is_changed_later() {
    let mut bench = Bench::on_terminal().await;
    bench.control(Control::PaperLeft { mm: 30 });
    let mut progress = bench.print(1, full_slip());
    reaches(&mut progress, |state| state == held(Condition::PaperEnd, SentPart::All)).await;
    assert!(needs_settling(progress.state()));
    bench.restart_driver(Some(JobId(1))).await;
    bench.status("the new driver sees the paper end", |status| status.paper_end).await;
    bench.control(Control::Paper { supply: PaperSupply::Ok });
    until("the journal has the proof", || bench.states(1).last() == Some(&PROVEN)).await;
    assert_eq!(bench.printed().len(), 1);
}

#[tokio::test]
async fn a_restart_journals_a_job_that_the_printer_does_not_have_as_unknown() {
    let mut bench = Bench::on_terminal().await;
    bench.restart_driver(Some(JobId(9))).await;
    until("the journal has the outcome", || bench.states(9).last() == Some(&CLEARED)).await;
    let mut next = bench.print(10, short_slip("next"));
    assert_eq!(finished(&mut next).await, PROVEN);
}

#[tokio::test]
async fn stopping_finishes_the_job_on_its_way() {
    let bench = Bench::on_terminal().await;
    bench.control(Control::Speed { mm_per_s: 400 });
    let mut progress = bench.print(1, full_slip());
    reaches(&mut progress, |state| state == JobState::Sent).await;
    bench.printer.clone().stop().await;
    assert_eq!(progress.state(), PROVEN);
    assert!(
        bench
            .printer
            .print(printer_driver::printer::Job { id: JobId(2), document: short_slip("late") })
            .is_err()
    );
}

/// What is given up and perhaps printed again elsewhere must not come out later.
#[tokio::test]
async fn a_job_given_up_while_the_cable_was_out_is_not_printed_when_it_is_back() {
    let bench = Bench::on_terminal().await;
    bench.control(Control::PaperLeft { mm: 30 });
    let mut progress = bench.print(1, full_slip());
    reaches(&mut progress, |state| state == held(Condition::PaperEnd, SentPart::All)).await;
    bench.control(Control::Cable { plugged: false });
    let outcome = finished(&mut progress).await;
    assert_eq!(outcome, JobState::Unknown { reason: UnknownReason::LinkLost });
    bench.control(Control::Cable { plugged: true });
    bench.status("the printer is back without paper", |status| status.paper_end).await;
    let mut next = bench.print(2, short_slip("next"));
    reaches(&mut next, |state| state == held(Condition::PaperEnd, SentPart::Nothing)).await;
    bench.control(Control::Paper { supply: PaperSupply::Ok });
    assert_eq!(finished(&mut next).await, PROVEN);
    let ids: Vec<String> = bench.printed().into_iter().flat_map(|slip| slip.process_ids).collect();
    assert_eq!(ids, ["0002"]);
}

/// Answers as a printer that is online until a whole job has come, then goes away.
async fn serve_until_a_job_has_come(stream: &mut TcpStream, before_cleared: &[u8]) {
    let mut heard = Vec::new();
    while !heard.windows(3).any(|bytes| bytes == [0x1d, 0x56, 0x42]) {
        let Ok(byte) = stream.read_u8().await else { return };
        heard.push(byte);
        if let [.., 0x10, 0x04, 1..=4] = heard.as_slice() {
            stream.write_all(&[0x12]).await.unwrap();
        }
        if heard.ends_with(&[0x10, 0x14, 0x08, 0x01, 0x03, 0x14, 0x01, 0x06, 0x02, 0x08]) {
            stream.write_all(before_cleared).await.unwrap();
            stream.write_all(&[0x37, 0x25, 0x00]).await.unwrap();
        }
    }
}

/// The answer was only on its way: it comes after the job was given up, and the journal, which
/// alone still listens, is put right.
#[tokio::test]
async fn a_proof_that_comes_late_turns_unknown_into_printed_in_the_journal() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let journal = MemoryJournal::default();
    let url = format!("tcp:{address}").parse().unwrap();
    let printer = driver(url, &journal, None);
    let job = printer_driver::printer::Job { id: JobId(1), document: short_slip("late") };
    let mut progress = printer.print(job).unwrap();
    let (mut stream, _) = listener.accept().await.unwrap();
    serve_until_a_job_has_come(&mut stream, &[]).await;
    drop((stream, listener));
    let outcome = finished(&mut progress).await;
    assert_eq!(outcome, JobState::Unknown { reason: UnknownReason::LinkLost });
    let listener = TcpListener::bind(address).await.unwrap();
    let (mut stream, _) = listener.accept().await.unwrap();
    let serving = tokio::spawn(async move {
        serve_until_a_job_has_come(&mut stream, b"\x37\x220001\x00").await;
    });
    let last = || journal.entries.lock().unwrap().last().copied();
    until("the journal is put right", || last() == Some((JobId(1), PROVEN))).await;
    assert_eq!(progress.state(), outcome, "who watched was told once");
    serving.abort();
}

/// A token is one byte. One that comes while the slip still leaves cannot be its answer.
#[tokio::test]
async fn noise_that_looks_like_the_token_of_a_slip_still_leaving_proves_nothing() {
    let bench = Bench::of("seiko").await;
    bench.control(Control::Speed { mm_per_s: 20 });
    let mut progress = bench.print(1, drawn_slip(1, 600));
    until("some of it has come", || bench.control.state().counts.bytes > 5000).await;
    bench.control(Control::Noise { bytes: vec![Token::of(JobId(1)).answer()] });
    let exchanges = bench.printer.exchanges();
    until("the noise is heard", || {
        exchanges.entries_now().iter().any(|exchange| exchange.meaning == "commands_ended")
    })
    .await;
    bench.control(Control::Power { on: false });
    bench.status("the printer is off", |status| status.link == LinkState::Silent).await;
    bench.control(Control::Speed { mm_per_s: 4000 });
    bench.control(Control::Power { on: true });
    let outcome = finished(&mut progress).await;
    assert!(matches!(outcome, JobState::Unknown { .. }), "{outcome:?}: {:?}", bench.drawn());
}
