//! How much paper is left: counted, told, and begun anew with a new roll.

use domain::ticket::Paper;
use printer_driver::virtual_printer::{Control, PaperSupply};
use protocol::view::PrinterCondition;

use crate::hall::{FIRST, Hall, kiosk};

#[test]
fn few_slips_are_told_before_the_printer_notices_and_a_new_roll_ends_it() {
    let mut hall = Hall::new();
    hall.office.devices.slips.roll_m = 5;
    hall.office.devices.slips.low_slips = 1_000;
    let run = hall.start();
    let (ticket, _) = run.issue(FIRST);
    run.hears(ticket, Paper::Printed);
    run.shows(FIRST, "few slips", |view| view.condition == PrinterCondition::PaperLow);
    let left = || {
        let handles = run.printing.handles();
        let handle = handles.iter().find(|handle| handle.kiosk == kiosk(FIRST)).unwrap();
        (handle.paper().unwrap(), handle.clone())
    };
    // A slip is longer than its label and shorter than a hand: 5 m hold some dozens.
    let (paper, handle) = left();
    assert!((10..100).contains(&paper.slips_left().unwrap()), "{paper:?}");
    let used_mm = 5_000 - paper.left_mm();
    assert!((50..400).contains(&used_mm), "{used_mm} mm");
    let (ticket, _) = run.issue(FIRST);
    run.hears(ticket, Paper::Printed);
    run.shows(FIRST, "one slip less", |_| left().0.left_mm() == 5_000 - 2 * used_mm);
    handle.new_roll().unwrap();
    assert_eq!(left().0.left_mm(), 5_000);
    run.stop();
}

#[test]
fn what_was_used_survives_a_restart_and_paper_after_its_end_is_a_new_roll() {
    let hall = Hall::new();
    let run = hall.start();
    let (ticket, _) = run.issue(FIRST);
    run.hears(ticket, Paper::Printed);
    run.stop();
    let run = hall.start();
    let left_mm = || {
        let handles = run.printing.handles();
        let handle = handles.iter().find(|handle| handle.kiosk == kiosk(FIRST)).unwrap();
        handle.paper().unwrap().left_mm()
    };
    assert!(left_mm() < 80_000, "{}", left_mm());
    hall.control(FIRST, Control::Paper { supply: PaperSupply::End });
    run.shows(FIRST, "nothing left", |view| view.slips_left == Some(0));
    hall.control(FIRST, Control::Paper { supply: PaperSupply::Ok });
    run.shows(FIRST, "a new roll", |_| left_mm() == 80_000);
    run.stop();
}
