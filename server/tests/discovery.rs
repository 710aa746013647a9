//! Finding devices on a machine that is a folder: what udev and sysfs would have written there.

#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

use protocol::device::{DeviceKind, FoundDevice, FoundLink, FoundWarning};
use server::config::OfficeFile;
use server::devices::discovery;
use server::devices::registry::Facts;

/// A machine with sockets on its USB bus.
struct Machine {
    folder: tempfile::TempDir,
}

impl Machine {
    fn new() -> Machine {
        Machine { folder: tempfile::tempdir().unwrap() }
    }

    fn place(&self, path: &str) -> PathBuf {
        let place = self.folder.path().join(path);
        std::fs::create_dir_all(place.parent().unwrap()).unwrap();
        place
    }

    fn write(&self, path: &str, text: &str) {
        std::fs::write(self.place(path), text).unwrap();
    }

    fn link(&self, path: &str, to: &str) {
        symlink(to, self.place(path)).unwrap();
    }

    /// A USB device in a socket: its attributes, and the folder of its interface.
    fn usb(&self, socket: &str, vendor: &str, product: &str, serial: Option<&str>) -> String {
        let device = format!("sys/devices/pci/usb1/{socket}");
        self.write(&format!("{device}/idVendor"), &format!("{vendor}\n"));
        self.write(&format!("{device}/idProduct"), &format!("{product}\n"));
        self.write(&format!("{device}/product"), "USB Serial\n");
        if let Some(serial) = serial {
            self.write(&format!("{device}/serial"), &format!("{serial}\n"));
        }
        let interface = format!("{device}/{socket}:1.0");
        std::fs::create_dir_all(self.folder.path().join(&interface)).unwrap();
        interface
    }

    /// A serial adapter, as the kernel and udev show it.
    fn adapter(&self, node: &str, socket: &str, vendor: &str, serial: Option<&str>) {
        let interface = self.usb(socket, vendor, "7523", serial);
        std::fs::create_dir_all(self.folder.path().join(&interface).join(node)).unwrap();
        self.write(&format!("dev/{node}"), "");
        self.link(
            &format!("sys/class/tty/{node}/device"),
            &format!("../../../../{interface}/{node}"),
        );
        let by_path = format!("dev/serial/by-path/pci-0000:00-usb-0:{socket}:1.0-port0");
        self.link(&by_path, &format!("../../{node}"));
        let name = serial.map_or_else(|| vendor.to_owned(), |serial| format!("{vendor}_{serial}"));
        let by_id = format!("dev/serial/by-id/usb-{name}-if00-port0");
        // udev's link by id leads to whichever was plugged in last.
        drop(std::fs::remove_file(self.place(&by_id)));
        self.link(&by_id, &format!("../../{node}"));
    }

    /// A keypad, as the kernel and udev show it.
    fn keypad(&self, node: &str, socket: &str) {
        let interface = self.usb(socket, "04d9", "1203", None);
        std::fs::create_dir_all(self.folder.path().join(&interface).join("input/input7")).unwrap();
        self.write(&format!("dev/input/{node}"), "");
        let device = format!("../../../../{interface}/input/input7");
        self.link(&format!("sys/class/input/{node}/device"), &device);
        self.link("dev/input/by-id/usb-04d9_1203-event-kbd", &format!("../{node}"));
        self.link("dev/input/by-id/usb-04d9_1203-event-mouse", &format!("../{node}"));
    }

    fn find(&self, known: &[Facts]) -> Vec<FoundDevice> {
        discovery::find(self.folder.path(), &empty_office(), known)
    }
}

/// The default office without any device.
fn empty_office() -> OfficeFile {
    let text = server::config::DEFAULT_OFFICE;
    let mut kept = String::new();
    let mut in_devices = false;
    for line in text.lines() {
        if line.starts_with('[') {
            in_devices = line.starts_with("[devices");
        }
        if !in_devices {
            kept = kept + line + "\n";
        }
    }
    OfficeFile::parse(&kept, "office").unwrap()
}

fn used(device: &str, address: &str) -> Facts {
    Facts {
        device: device.to_owned(),
        kind: DeviceKind::Printer,
        owner: "kiosk-1".to_owned(),
        name: Default::default(),
        address: address.to_owned(),
        driver: String::new(),
    }
}

#[test]
fn an_adapter_with_a_serial_number_is_proposed_by_it() {
    let machine = Machine::new();
    machine.adapter("ttyUSB0", "1-1.2", "04b8", Some("A10K7"));
    let found = machine.find(&[]);
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].path, "/dev/serial/by-id/usb-04b8_A10K7-if00-port0");
    assert_eq!(found[0].node, "/dev/ttyUSB0");
    assert_eq!(found[0].warnings, []);
    assert_eq!(found[0].udev_rule, None);
    assert_eq!(found[0].proposals[0].table, "devices.printers");
    let line = "kiosk-1 = \"serial:/dev/serial/by-id/usb-04b8_A10K7-if00-port0?baud=115200\
                &profile=epson-jp\"";
    assert_eq!(found[0].proposals[0].text, line);
}

#[test]
fn two_adapters_without_serial_numbers_are_told_apart_by_their_sockets() {
    let machine = Machine::new();
    machine.adapter("ttyUSB0", "1-1.2", "1a86", None);
    machine.adapter("ttyUSB1", "1-1.3", "1a86", None);
    let found = machine.find(&[]);
    let paths: Vec<&str> = found.iter().map(|found| found.path.as_str()).collect();
    assert_eq!(
        paths,
        [
            "/dev/serial/by-path/pci-0000:00-usb-0:1-1.2:1.0-port0",
            "/dev/serial/by-path/pci-0000:00-usb-0:1-1.3:1.0-port0"
        ]
    );
    for found in &found {
        assert_eq!(found.warnings, [FoundWarning::NoSerialNumber, FoundWarning::Alike]);
    }
    assert_eq!(
        found[0].udev_rule.as_deref(),
        Some("SUBSYSTEM==\"tty\", KERNELS==\"1-1.2:1.0\", SYMLINK+=\"call-bell-management\"")
    );
    // A CH340 is most often a relay board, and no owner is proposed twice.
    assert_eq!(found[0].proposals[0].table, "devices.bells");
    assert!(found[1].proposals[0].text.starts_with("special = "), "{:?}", found[1].proposals);
}

#[test]
fn a_usb_printer_is_found_and_told_by_a_rule() {
    let machine = Machine::new();
    let interface = machine.usb("1-4", "0519", "0003", Some("25811"));
    machine.write("dev/usb/lp0", "");
    machine.link("sys/class/usbmisc/lp0/device", &format!("../../../../{interface}"));
    let found = machine.find(&[]);
    assert_eq!(found[0].link, FoundLink::UsbPrinter);
    assert_eq!(found[0].warnings, [FoundWarning::NoStablePath]);
    assert_eq!(found[0].proposals[0].text, "kiosk-1 = \"usb:/dev/usb/lp0?profile=star\"");
    let rule = "SUBSYSTEM==\"usbmisc\", ATTRS{idVendor}==\"0519\", ATTRS{idProduct}==\"0003\", \
                ATTRS{serial}==\"25811\", SYMLINK+=\"ticket-printer-kiosk-1\"";
    assert_eq!(found[0].udev_rule.as_deref(), Some(rule));
}

#[test]
fn what_the_office_file_uses_is_not_proposed_again_whatever_path_it_is_written_by() {
    let machine = Machine::new();
    machine.adapter("ttyUSB0", "1-1.2", "04b8", Some("A10K7"));
    machine.link("dev/ticket-printer", "ttyUSB0");
    for path in
        ["/dev/ticket-printer", "/dev/ttyUSB0", "/dev/serial/by-id/usb-04b8_A10K7-if00-port0"]
    {
        let address = format!("serial:{path}?profile=epson-jp");
        let found = machine.find(&[used("printers.kiosk-1", &address)]);
        assert_eq!(found[0].used_by.as_deref(), Some("printers.kiosk-1"), "{path}");
        assert!(found[0].proposals.is_empty() && found[0].udev_rule.is_none());
    }
}

#[test]
fn an_adapter_without_any_link_says_that_its_name_will_change() {
    let machine = Machine::new();
    machine.write("dev/ttyACM0", "");
    let found = machine.find(&[]);
    let warnings = [FoundWarning::NoSerialNumber, FoundWarning::NoStablePath];
    assert_eq!((found[0].path.as_str(), &found[0].warnings[..]), ("/dev/ttyACM0", &warnings[..]));
}

#[test]
fn each_proposed_line_is_one_that_an_office_file_takes() {
    let machine = Machine::new();
    machine.adapter("ttyUSB0", "1-1.2", "04b8", Some("A10K7"));
    machine.adapter("ttyUSB1", "1-1.3", "1a86", None);
    machine.write("dev/usb/lp0", "");
    machine.keypad("event4", "1-2");
    for found in machine.find(&[]) {
        assert!(!found.proposals.is_empty(), "{found:?}");
        for line in found.proposals {
            let text = format!("[{}]\n{}\n", line.table, line.text);
            let whole = format!("{}\n{text}", without_devices());
            let office = OfficeFile::parse(&whole, "office");
            let office = office.unwrap_or_else(|errors| panic!("{text}: {errors}"));
            assert!(server::devices::mistakes(&office).is_empty(), "{text}");
        }
    }
}

/// The text of the default office up to its devices.
fn without_devices() -> String {
    let text = server::config::DEFAULT_OFFICE;
    let start = text.find("\n[devices.").unwrap();
    let rest = &text[start + 1..];
    let after = rest.match_indices("\n[").map(|(at, _)| at + 1);
    let end = after.clone().find(|at| !rest[*at..].starts_with("[devices"));
    format!("{}{}", &text[..start], end.map_or("", |end| &rest[end..]))
}

#[test]
fn a_keypad_is_proposed_as_buttons_and_as_a_scanner_by_its_stable_name() {
    let machine = Machine::new();
    machine.keypad("event4", "1-2");
    let found = machine.find(&[]);
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].path, "/dev/input/by-id/usb-04d9_1203-event-kbd");
    let tables: Vec<&str> = found[0].proposals.iter().map(|line| line.table.as_str()).collect();
    assert_eq!(tables, ["devices.buttons.counter-1", "devices.scanners.counter-1"]);
    assert!(found[0].proposals[0].text.starts_with("address = \"hid:/dev/input/by-id/usb-04d9"));
}

#[test]
fn an_empty_machine_has_nothing_to_find() {
    assert_eq!(discovery::find(Path::new("/nowhere"), &empty_office(), &[]), []);
}
