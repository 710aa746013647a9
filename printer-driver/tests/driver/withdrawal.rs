//! A slip taken back from one printer and given to another: it is on one paper only.

use crate::harness::{Bench, MemoryJournal, driver, finished, reaches, until};
use crate::sample::short_slip;
use printer_driver::printer::{Hold, Job, JobId, JobState, Proof, SentPart};
use printer_driver::virtual_printer::{Control, PaperSupply};
use std::sync::Arc;
use tokio::sync::Semaphore;

const PROVEN: JobState = JobState::Printed { proof: Proof::ProcessId };

fn lines(bench: &Bench) -> Vec<String> {
    bench.printed().iter().flat_map(|slip| slip.lines()).collect()
}

#[tokio::test]
async fn a_slip_held_by_an_empty_printer_comes_out_of_another_and_only_there() {
    let (empty, other) = (Bench::on_terminal().await, Bench::on_terminal().await);
    empty.control(Control::Paper { supply: PaperSupply::End });
    empty.status("the paper has ended", |status| status.paper_end).await;
    let mut first = empty.print(1, short_slip("A101"));
    reaches(&mut first, |state| {
        matches!(state, JobState::Held { hold: Hold::Printer { .. }, sent: SentPart::Nothing })
    })
    .await;
    assert!(empty.printer.withdraw(JobId(1)).await);
    let mut second = other.print(1, short_slip("A101"));
    assert_eq!(finished(&mut second).await, PROVEN);
    empty.control(Control::Paper { supply: PaperSupply::Ok });
    let mut next = empty.print(2, short_slip("A102"));
    assert_eq!(finished(&mut next).await, PROVEN);
    assert_eq!(lines(&other), ["A101"]);
    assert_eq!(lines(&empty), ["A102"]);
    assert_eq!(empty.states(1).last(), Some(&JobState::Withdrawn));
}

/// The journal has not yet said that the slip may leave when it is asked back: no byte leaves.
#[tokio::test]
async fn a_slip_is_given_back_while_a_slow_journal_still_writes_that_it_is_to_leave() {
    let bench = Bench::on_terminal().await;
    bench.printer.clone().stop().await;
    let gate = Arc::new(Semaphore::new(0));
    let journal = MemoryJournal { gate: Some(Arc::clone(&gate)), ..MemoryJournal::default() };
    let printer = driver(bench.twin.device_url(), &journal, None);
    let mut answering = printer.status();
    answering.wait_for(|status| status.conditions().is_empty()).await.unwrap();
    let job = Job { id: JobId(1), document: short_slip("A101") };
    let mut progress = printer.print(job).unwrap();
    let waiting = tokio::spawn({
        let printer = printer.clone();
        async move { printer.withdraw(JobId(1)).await }
    });
    // The queue is read in order, so a job after it is in the queue once the withdrawal is heard.
    let later = Job { id: JobId(2), document: short_slip("A102") };
    let mut later = printer.print(later).unwrap();
    gate.add_permits(100);
    assert!(waiting.await.unwrap(), "nothing had left");
    assert_eq!(finished(&mut progress).await, JobState::Withdrawn);
    assert_eq!(finished(&mut later).await, PROVEN);
    assert_eq!(lines(&bench), ["A102"]);
    assert_eq!(bench.control.errors(), []);
}

/// Were it given back while the journal cannot say so, a restart would print it here as well.
#[tokio::test]
async fn a_slip_is_not_given_back_while_the_journal_cannot_say_so() {
    let bench = Bench::on_terminal().await;
    bench.control(Control::Paper { supply: PaperSupply::End });
    bench.status("the paper has ended", |status| status.paper_end).await;
    let mut progress = bench.print(1, short_slip("A101"));
    reaches(&mut progress, |state| matches!(state, JobState::Held { .. })).await;
    *bench.journal.failing.lock().unwrap() = true;
    assert!(!bench.printer.withdraw(JobId(1)).await);
    *bench.journal.failing.lock().unwrap() = false;
    bench.control(Control::Paper { supply: PaperSupply::Ok });
    assert_eq!(finished(&mut progress).await, PROVEN);
    assert_eq!(lines(&bench), ["A101"]);
}

#[tokio::test]
async fn a_slip_whose_bytes_have_left_is_not_given_back() {
    let bench = Bench::on_terminal().await;
    bench.control(Control::PaperLeft { mm: 2 });
    let mut progress = bench.print(1, short_slip("A101"));
    reaches(&mut progress, |state| {
        matches!(state, JobState::Held { hold: Hold::Printer { .. }, sent: SentPart::All })
    })
    .await;
    assert!(!bench.printer.withdraw(JobId(1)).await);
    bench.control(Control::Paper { supply: PaperSupply::Ok });
    assert_eq!(finished(&mut progress).await, PROVEN);
    until("one slip", || lines(&bench) == ["A101"]).await;
}
