//! Jobs that go well: real pseudo-terminals, sockets, files.

use crate::harness::{Bench, Folder, MemoryJournal, driver, finished, quick};
use crate::sample::{full_slip, short_slip};
use printer_driver::printer::{
    Condition, JobId, JobState, LinkState, NoJournal, Printer, PrinterOptions, Proof, UnknownReason,
};
use printer_driver::profile::PaperWidth;
use printer_driver::virtual_printer::{Control, PaperSupply, VirtualPrinter, print_to_paper};

const PROVEN: JobState = JobState::Printed { proof: Proof::ProcessId };

#[tokio::test]
async fn a_slip_over_a_pseudo_terminal_is_proven_by_its_process_id() {
    let bench = Bench::on_terminal().await;
    let mut progress = bench.print(1, full_slip());
    assert_eq!(finished(&mut progress).await, PROVEN);
    let slips = bench.printed();
    assert_eq!(slips.len(), 1);
    assert_eq!(slips[0].process_ids, ["0001"]);
    assert!(slips[0].lines().contains(&"A101".to_owned()));
    assert_eq!(bench.states(1), [JobState::Sending, JobState::Sent, PROVEN]);
    assert_eq!(bench.control.errors(), []);
}

#[tokio::test]
async fn a_slip_over_tcp_is_proven_by_its_process_id() {
    let bench = Bench::on_tcp().await;
    let mut progress = bench.print(7, full_slip());
    assert_eq!(finished(&mut progress).await, PROVEN);
    assert_eq!(bench.printed()[0].process_ids, ["0007"]);
    assert_eq!(bench.control.errors(), []);
}

#[tokio::test]
async fn many_slips_are_printed_once_each_and_in_order() {
    let bench = Bench::on_terminal().await;
    let mut all: Vec<_> =
        (1..=30).map(|id| bench.print(id, short_slip(&format!("slip {id}")))).collect();
    for progress in &mut all {
        assert_eq!(finished(progress).await, PROVEN);
    }
    let lines: Vec<String> = bench.printed().iter().flat_map(|slip| slip.lines()).collect();
    let expected: Vec<String> = (1..=30).map(|id| format!("slip {id}")).collect();
    assert_eq!(lines, expected);
    assert_eq!(bench.control.errors(), []);
}

#[tokio::test]
async fn a_file_takes_the_same_bytes_and_proves_only_that_they_are_written() {
    let folder = Folder::new();
    let path = folder.path().join("slips.bin");
    let url = format!("file:{}", path.display()).parse().unwrap();
    let printer = driver(url, &MemoryJournal::default(), None);
    for id in 1..=2 {
        let job = printer_driver::printer::Job { id: JobId(id), document: full_slip() };
        let mut progress = printer.print(job).unwrap();
        let written = JobState::Printed { proof: Proof::Written };
        assert_eq!(finished(&mut progress).await, written);
    }
    printer.stop().await;
    let paper = print_to_paper(&std::fs::read(path).unwrap(), PaperWidth::Mm80);
    assert_eq!(paper.errors, []);
    let ids: Vec<&String> = paper.slips.iter().flat_map(|slip| &slip.process_ids).collect();
    assert_eq!(ids, ["0001", "0002"]);
}

#[tokio::test]
async fn a_virtual_url_starts_a_twin_on_its_own_paper() {
    let folder = Folder::new();
    let url = "virtual:hall?paper=58".parse().unwrap();
    let twin = VirtualPrinter::for_url(&url, folder.path()).await.unwrap().unwrap();
    let options = PrinterOptions { timing: quick(), ..PrinterOptions::new(twin.device_url()) };
    let printer = Printer::spawn(options, NoJournal).unwrap();
    let job = printer_driver::printer::Job { id: JobId(1), document: full_slip() };
    let mut progress = printer.print(job).unwrap();
    assert_eq!(finished(&mut progress).await, PROVEN);
    assert_eq!(twin.control().slips_since(0)[0].width_dots, 420);
    let real = "usb:/dev/usb/lp0".parse().unwrap();
    assert!(VirtualPrinter::for_url(&real, folder.path()).await.unwrap().is_none());
}

/// The USB printer class and a pseudo-terminal are the same kind of file to the driver.
#[tokio::test]
async fn a_character_device_prints_as_a_serial_line_does() {
    let bench = Bench::on_terminal().await;
    let path = bench.folder.path().join("printer");
    bench.printer.clone().stop().await;
    let url = format!("usb:{}", path.display()).parse().unwrap();
    let printer = driver(url, &bench.journal, None);
    let job = printer_driver::printer::Job { id: JobId(3), document: short_slip("usb") };
    let mut progress = printer.print(job).unwrap();
    assert_eq!(finished(&mut progress).await, PROVEN);
    assert_eq!(bench.printed()[0].lines(), ["usb"]);
}

/// Some USB printers send empty packets while they have nothing to say. A terminal whose reads
/// return at once (VMIN 0) does the same.
#[tokio::test]
async fn a_printer_that_reads_as_empty_is_there_until_its_cable_is_pulled() {
    use rustix::fs::{Mode, OFlags};
    use rustix::termios::{OptionalActions, SpecialCodeIndex};
    let bench = Bench::on_terminal().await;
    let path = bench.folder.path().join("printer");
    bench.printer.clone().stop().await;
    let terminal = rustix::fs::open(&path, OFlags::RDWR | OFlags::NOCTTY, Mode::empty()).unwrap();
    let mut settings = rustix::termios::tcgetattr(&terminal).unwrap();
    settings.special_codes[SpecialCodeIndex::VMIN] = 0;
    rustix::termios::tcsetattr(&terminal, OptionalActions::Now, &settings).unwrap();
    drop(terminal);
    let url = format!("usb:{}", path.display()).parse().unwrap();
    let printer = driver(url, &bench.journal, None);
    for number in 1..=3 {
        let document = short_slip(&format!("usb {number}"));
        let job = printer_driver::printer::Job { id: JobId(number), document };
        let mut progress = printer.print(job).unwrap();
        assert_eq!(finished(&mut progress).await, PROVEN);
        assert_eq!(bench.states(number), [JobState::Sending, JobState::Sent, PROVEN]);
    }
    bench.control(Control::Cable { plugged: false });
    let mut status = printer.status();
    let absent = status.wait_for(|status| status.conditions() == [Condition::Absent]);
    assert!(tokio::time::timeout(crate::harness::DEADLINE, absent).await.is_ok());
}

#[tokio::test]
async fn conditions_are_published_as_they_come_and_go() {
    let bench = Bench::on_terminal().await;
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
        (Control::Silence { silent: true }, vec![Condition::Silent]),
        (Control::Silence { silent: false }, vec![]),
        (Control::Power { on: false }, vec![Condition::Silent]),
        (Control::Power { on: true }, vec![]),
        (Control::Cable { plugged: false }, vec![Condition::Absent]),
        (Control::Cable { plugged: true }, vec![]),
    ];
    for (control, expected) in rows {
        let what = format!("{expected:?} after {control:?}");
        bench.control(control);
        bench.status(&what, |status| status.conditions() == expected).await;
    }
}

#[tokio::test]
async fn noise_on_the_line_is_counted_and_never_taken_for_a_condition() {
    let bench = Bench::on_terminal().await;
    bench.control(Control::Noise { bytes: vec![0xff, 0x81, 0x37, 0x22, 0x41, 0x99] });
    bench.status("the noise is counted", |status| status.noise_byte_count >= 6).await;
    assert_eq!(bench.printer.status().borrow().conditions(), []);
    let mut progress = bench.print(1, short_slip("after noise"));
    assert_eq!(finished(&mut progress).await, PROVEN);
}

#[tokio::test]
async fn an_absent_device_is_a_condition_and_not_an_error() {
    let url = "serial:/dev/there-is-no-such-printer".parse().unwrap();
    let printer = driver(url, &MemoryJournal::default(), None);
    let mut status = printer.status();
    let absent = status
        .wait_for(|status| {
            matches!(&status.link, LinkState::Absent { reason } if reason.contains("no-such"))
        })
        .await
        .map(|status| status.conditions());
    assert_eq!(absent.unwrap(), [Condition::Absent]);
}

#[tokio::test]
async fn a_slip_that_an_earlier_run_was_writing_to_a_file_is_unknown_and_the_next_is_written() {
    let folder = Folder::new();
    let path = folder.path().join("slips.bin");
    let url = format!("file:{}", path.display()).parse().unwrap();
    let journal = MemoryJournal::default();
    let printer = driver(url, &journal, Some(JobId(1)));
    let job = printer_driver::printer::Job { id: JobId(2), document: short_slip("A2") };
    let mut progress = printer.print(job).unwrap();
    let written = JobState::Printed { proof: Proof::Written };
    assert_eq!(finished(&mut progress).await, written);
    let entries = journal.entries.lock().unwrap();
    let unknown = JobState::Unknown { reason: UnknownReason::LinkLost };
    assert_eq!(entries.first(), Some(&(JobId(1), unknown)));
}
