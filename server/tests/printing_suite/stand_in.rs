//! A second printer stands in for a failed one, under the same number.

use domain::command::Command;
use domain::ticket::Paper;
use kiosk::slip::Kind;
use kiosk::spool::{NewJob, Subject};
use printer_driver::document::{Align, Document, Style};
use printer_driver::printer::JobState;
use printer_driver::virtual_printer::{Control, PaperSupply};
use protocol::view::PrinterCondition;
use serde_json::json;

use crate::hall::{FIRST, Hall, Run, SECOND, until};

const END: Control = Control::Paper { supply: PaperSupply::End };
const NEW_ROLL: Control = Control::Paper { supply: PaperSupply::Ok };

fn ready(run: &Run) {
    for name in [FIRST, SECOND] {
        run.shows(name, "the printer is ready", |view| view.condition == PrinterCondition::Ready);
    }
}

fn stands_in(run: &Run) {
    run.shows(FIRST, "another printer stands in", |view| view.stand_in.as_deref() == Some(SECOND));
}

#[test]
fn slips_come_out_next_door_in_their_order_when_the_paper_has_ended() {
    let hall = Hall::new();
    let run = hall.start();
    ready(&run);
    let (first, label) = run.issue(FIRST);
    run.hears(first, Paper::Printed);
    hall.control(FIRST, END);
    run.shows(FIRST, "paper end", |view| view.condition == PrinterCondition::PaperEnd);
    let issued: Vec<_> = (0..4).map(|_| run.issue(FIRST)).collect();
    stands_in(&run);
    let (late, late_label) = run.issue(FIRST);
    for (ticket, _) in &issued {
        run.hears(*ticket, Paper::Printed);
    }
    run.hears(late, Paper::Printed);
    let mut labels: Vec<String> = issued.iter().map(|(_, label)| label.clone()).collect();
    labels.push(late_label);
    assert_eq!(
        hall.labels(SECOND, &labels),
        labels,
        "{:?}: each once, in the order of issue",
        hall.slips(SECOND)
    );
    assert!(hall.slips(SECOND).iter().all(|slip| !slip.contains("再発行")));
    assert_eq!(hall.slips(FIRST).len(), 1);

    hall.control(FIRST, NEW_ROLL);
    run.shows(FIRST, "its own printer again", |view| view.stand_in.is_none());
    let (own, own_label) = run.issue(FIRST);
    run.hears(own, Paper::Printed);
    assert_eq!(hall.labels(FIRST, &[own_label]).len(), 1);
    for label in labels.iter().chain([&label]) {
        assert_eq!(hall.count(label), 1, "{label}");
    }
    run.stop();
}

#[test]
fn every_failure_brings_the_stand_in_and_not_only_the_end_of_the_paper() {
    for (control, mended) in [
        (Control::Cover { open: true }, Control::Cover { open: false }),
        (Control::Power { on: false }, Control::Power { on: true }),
        (Control::Cable { plugged: false }, Control::Cable { plugged: true }),
    ] {
        let hall = Hall::new();
        let run = hall.start();
        ready(&run);
        hall.control(FIRST, control.clone());
        run.shows(FIRST, "trouble", |view| view.condition != PrinterCondition::Ready);
        let (ticket, label) = run.issue(FIRST);
        run.hears(ticket, Paper::Printed);
        assert_eq!(hall.labels(SECOND, std::slice::from_ref(&label)).len(), 1, "{control:?}");
        hall.control(FIRST, mended);
        ready(&run);
        assert_eq!(hall.count(&label), 1, "{control:?}");
        run.stop();
    }
}

#[test]
fn when_both_fail_slips_wait_where_they_are_and_no_failure_moves_one_twice() {
    let hall = Hall::new();
    let run = hall.start();
    ready(&run);
    hall.control(FIRST, END);
    hall.control(SECOND, END);
    for name in [FIRST, SECOND] {
        run.shows(name, "paper end", |view| view.condition == PrinterCondition::PaperEnd);
    }
    let (ticket, label) = run.issue(FIRST);
    until("the slip is held where it was asked for", || {
        let open = hall.spool(FIRST).open_jobs().unwrap();
        open.first().filter(|job| matches!(job.state, JobState::Held { .. })).map(|_| ())
    });
    run.shows(FIRST, "nobody stands in", |view| view.stand_in.is_none());
    assert_eq!(hall.spool(SECOND).latest(10).unwrap(), []);
    hall.control(SECOND, NEW_ROLL);
    run.hears(ticket, Paper::Printed);
    assert_eq!((hall.count(&label), hall.labels(SECOND, &[label]).len()), (1, 1));
    assert_eq!(hall.spool(SECOND).latest(10).unwrap().len(), 1);
    run.stop();
}

#[test]
fn a_slip_of_which_something_has_left_never_moves_by_itself() {
    let hall = Hall::new();
    let run = hall.start();
    ready(&run);
    // Slow enough to open the cover in the middle of the slip.
    hall.control(FIRST, Control::Speed { mm_per_s: 40 });
    let (ticket, label) = run.issue(FIRST);
    until("its bytes have left", || {
        let open = hall.spool(FIRST).open_jobs().unwrap();
        open.first().filter(|job| job.state == JobState::Sent).map(|_| ())
    });
    hall.control(FIRST, Control::Cover { open: true });
    // What waits behind it moves, but whoever waits for it is not sent next door.
    let summary = run.asks(json!({ "kind": "summary", "printer": FIRST }), "summary");
    assert_eq!(summary.status, 201, "{}", summary.text());
    until("the figures come out next door", || (hall.slips(SECOND).len() == 1).then_some(()));
    run.shows(FIRST, "no promise", |view| {
        view.condition == PrinterCondition::CoverOpen && view.stand_in.is_none()
    });
    let (behind, behind_label) = run.issue(FIRST);
    stands_in(&run);
    run.hears(behind, Paper::Printed);
    assert_eq!(hall.labels(SECOND, &[label.clone(), behind_label.clone()]), [behind_label]);
    assert_eq!(run.papers(ticket), []);
    // Off and on again: what was in the printer is lost, and nobody can say what is on the paper.
    hall.control(FIRST, Control::Power { on: false });
    hall.control(FIRST, Control::Cover { open: false });
    hall.control(FIRST, Control::Power { on: true });
    run.hears(ticket, Paper::Unknown);
    assert_eq!(hall.labels(SECOND, std::slice::from_ref(&label)).len(), 0);
    let doubtful = || {
        let prints = run.get("/api/v1/prints").json();
        let prints = prints.as_array().unwrap();
        prints.iter().find(|print| print["state"] == "unknown").unwrap()["settled"].clone()
    };
    assert_eq!(doubtful(), false);
    // Staff look, and let it come out of the other one.
    assert!(run.printing.choose(ticket, crate::hall::kiosk(SECOND)).is_ok());
    run.does(Command::ReprintTicket { ticket });
    run.hears(ticket, Paper::Printed);
    let slips = hall.slips(SECOND);
    let again: Vec<_> = slips.iter().filter(|slip| slip.contains(&label)).collect();
    assert!(again.len() == 1 && again[0].contains("再発行"), "{again:?}");
    assert_eq!(doubtful(), true, "staff have seen to it");
    run.stop();
}

#[test]
fn a_reprint_is_refused_at_a_printer_that_cannot_print_and_the_answer_names_one_that_can() {
    let hall = Hall::new();
    let run = hall.start();
    ready(&run);
    let (ticket, label) = run.issue(FIRST);
    run.hears(ticket, Paper::Printed);
    hall.control(FIRST, END);
    run.shows(FIRST, "paper end", |view| view.condition == PrinterCondition::PaperEnd);
    let reprint = format!("/api/v1/tickets/{}/reprint", ticket.0);
    let refused = run.post(&reprint, json!({ "printer": FIRST }));
    assert_eq!((refused.status, refused.code().as_str()), (409, "printer_down"));
    let detail = &refused.json()["error"]["detail"];
    assert_eq!(detail, &json!({ "printer": FIRST, "other": SECOND }));
    assert_eq!(run.papers(ticket), [Paper::Printed], "nothing was asked of the office");
    let answer = run.post(&reprint, json!({ "printer": SECOND }));
    assert_eq!(answer.status, 200, "{}", answer.text());
    until("it comes out where it was asked for", || {
        (hall.labels(SECOND, std::slice::from_ref(&label)).len() == 1).then_some(())
    });
    run.stop();
}

#[test]
fn a_test_page_stays_at_the_printer_that_it_was_asked_of() {
    let hall = Hall::new();
    let run = hall.start();
    ready(&run);
    hall.control(FIRST, END);
    run.shows(FIRST, "paper end", |view| view.condition == PrinterCondition::PaperEnd);
    let handles = run.printing.handles();
    let handle = handles.iter().find(|handle| handle.kiosk.as_str() == FIRST).unwrap();
    let page = Document::builder().text("TEST PAGE", Style::BODY, Align::Center).build().unwrap();
    handle.add(NewJob::new(Subject { kind: Kind::Test, number: 0 }, page)).unwrap();
    let (ticket, label) = run.issue(FIRST);
    run.hears(ticket, Paper::Printed);
    assert_eq!(hall.labels(SECOND, &[label]).len(), 1);
    hall.control(FIRST, NEW_ROLL);
    until("the page comes out", || {
        hall.slips(FIRST).iter().any(|slip| slip.contains("TEST PAGE")).then_some(())
    });
    assert_eq!(hall.count("TEST PAGE"), 1);
    run.stop();
}

#[test]
fn a_kill_at_any_moment_neither_loses_nor_doubles_a_slip() {
    for round in 0..6 {
        let hall = Hall::new();
        let run = hall.start();
        ready(&run);
        hall.control(FIRST, END);
        run.shows(FIRST, "paper end", |view| view.condition == PrinterCondition::PaperEnd);
        let issued: Vec<_> = (0..6).map(|_| run.issue(FIRST)).collect();
        until("some have been handed over", || {
            let arrived = hall.spool(SECOND).latest(10).unwrap().len();
            (arrived >= round).then_some(())
        });
        drop(run);
        let run = hall.start();
        for (ticket, label) in &issued {
            until(&format!("round {round}: {label} is on paper or for staff to see to"), || {
                let known = run.papers(*ticket).last().copied();
                let doubtful = known == Some(Paper::Unknown);
                (hall.count(label) == 1 || doubtful).then_some(())
            });
            assert!(hall.count(label) <= 1, "round {round}: {label} came out twice");
        }
        run.stop();
    }
}

#[test]
fn a_kiosk_without_a_printer_lets_its_neighbour_print_and_without_one_staff_are_told() {
    let mut hall = Hall::new();
    hall.office.devices.printers.retain(|line| line.owner.as_str() == SECOND);
    let run = hall.start();
    stands_in(&run);
    let (ticket, label) = run.issue(FIRST);
    run.hears(ticket, Paper::Printed);
    assert_eq!(hall.labels(SECOND, &[label]).len(), 1);
    run.stop();

    hall.office.devices.slips.stand_ins.clear();
    let run = hall.start();
    let (ticket, _) = run.issue(FIRST);
    run.hears(ticket, Paper::Failed);
    // Staff let it come out where there is one.
    run.shows(SECOND, "ready", |view| view.condition == PrinterCondition::Ready);
    let reprint = format!("/api/v1/tickets/{}/reprint", ticket.0);
    let answer = run.post(&reprint, serde_json::json!({ "printer": SECOND }));
    assert_eq!(answer.status, 200, "{}", answer.text());
    run.hears(ticket, Paper::Printed);
    run.stop();
}

/// Leaves a slip of ticket 1 in the first printer's spool as a run does that ends in the middle of
/// a move: after so many of its steps.
fn left_in_the_middle(hall: &Hall, to: &str, step_count: usize) {
    let (from, other) = (hall.spool(FIRST), hall.spool(SECOND));
    let slip = Document::builder().text("A001", Style::BODY, Align::Center).build().unwrap();
    let job = from.add(NewJob::new(Subject::ticket(1), slip)).unwrap().id;
    if step_count > 0 {
        from.intend_move(job, to).unwrap();
    }
    if step_count > 1 {
        from.take_out(job).unwrap();
    }
    if step_count > 2 {
        let slip = from.find(job).unwrap().unwrap();
        other.add(slip.handed_over(from.mark().unwrap())).unwrap();
    }
}

#[test]
fn a_move_that_the_last_run_left_in_the_middle_ends_with_one_slip_at_one_printer() {
    for (step_count, printer) in [(0, FIRST), (1, FIRST), (2, SECOND), (3, SECOND)] {
        let hall = Hall::new();
        left_in_the_middle(&hall, SECOND, step_count);
        let run = hall.start();
        until("the slip is on paper", || (hall.count("A001") > 0).then_some(()));
        // Whatever else were to come would come before the next slip of its printer.
        for name in [FIRST, SECOND] {
            let (_, label) = run.issue(name);
            until("the next slip", || (hall.count(&label) > 0).then_some(()));
        }
        let left = hall.slips(printer).iter().filter(|slip| slip.trim() == "A001").count();
        let all = [FIRST, SECOND].into_iter().flat_map(|name| hall.slips(name));
        let all = all.filter(|slip| slip.trim() == "A001").count();
        assert_eq!((left, all), (1, 1), "after {step_count} steps");
        drop(run);
    }
}

#[test]
fn a_slip_on_its_way_to_a_printer_that_is_gone_is_printed_where_it_was_unless_it_had_arrived() {
    for (step_count, count) in [(2, 1), (3, 0)] {
        let mut hall = Hall::new();
        left_in_the_middle(&hall, SECOND, step_count);
        hall.office.devices.printers.retain(|line| line.owner.as_str() == FIRST);
        let run = hall.start();
        let (_, label) = run.issue(FIRST);
        until("the next slip", || {
            let own = |slip: &&String| slip.contains(&label) && slip.trim() != "A001";
            (hall.slips(FIRST).iter().filter(own).count() > 0).then_some(())
        });
        let left = hall.slips(FIRST).iter().filter(|slip| slip.trim() == "A001").count();
        assert_eq!(left, count, "after {step_count} steps");
        drop(run);
    }
}
