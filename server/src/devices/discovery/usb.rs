//! What sysfs knows of the USB device behind a node.

use std::path::{Path, PathBuf};

use protocol::device::{FoundLink, ProposedLine};

/// Longest text that is read from a file of sysfs.
const TEXT_BYTES_MAX: usize = 128;
/// Folders between a node and its USB device, at most: hub chains are not between them.
const ASCENT_MAX: usize = 8;

/// A USB device.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Usb {
    /// Four hex digits, such as `04b8`.
    pub(super) vendor: String,
    /// Four hex digits.
    pub(super) product: String,
    /// Its serial number, where it has one.
    pub(super) serial: Option<String>,
    /// What it calls itself; may be empty.
    pub(super) name: String,
    /// The interface by its socket, such as `1-1.2:1.0`.
    interface: Option<String>,
}

impl Usb {
    /// The USB device behind `/sys/class/{class}/{name}`; `None` for anything else.
    pub(super) fn of(root: &Path, class: &str, name: &str) -> Option<Usb> {
        let start = root.join("sys/class").join(class).join(name).join("device");
        let mut folder = start.canonicalize().ok()?;
        let mut interface = None;
        for _ in 0..ASCENT_MAX {
            if let Some(vendor) = text(&folder.join("idVendor")) {
                let maker = text(&folder.join("manufacturer")).unwrap_or_default();
                let model = text(&folder.join("product")).unwrap_or_default();
                return Some(Usb {
                    vendor,
                    product: text(&folder.join("idProduct"))?,
                    serial: text(&folder.join("serial")),
                    name: format!("{maker} {model}").trim().to_owned(),
                    interface,
                });
            }
            let last = folder.file_name().and_then(|name| name.to_str());
            if let Some(last) = last.filter(|last| last.contains(':') && last.contains('-')) {
                interface = Some(last.to_owned());
            }
            folder = folder.parent().map(PathBuf::from)?;
        }
        None
    }

    /// A udev rule that gives the device a name of its own: by its serial number, else by the
    /// socket it is plugged into.
    pub(super) fn rule(&self, link: FoundLink, proposals: &[ProposedLine]) -> Option<String> {
        let subsystem = match link {
            FoundLink::Serial => "tty",
            FoundLink::UsbPrinter => "usbmisc",
            FoundLink::Keyboard => return None,
        };
        let which = match (&self.serial, &self.interface) {
            (Some(serial), _) if is_plain(serial) => format!(
                "ATTRS{{idVendor}}==\"{}\", ATTRS{{idProduct}}==\"{}\", \
                 ATTRS{{serial}}==\"{serial}\"",
                self.vendor, self.product
            ),
            (_, Some(interface)) => format!("KERNELS==\"{interface}\""),
            (_, None) => return None,
        };
        let name = proposals.first().map_or("yobidashi-device".to_owned(), symlink);
        Some(format!("SUBSYSTEM==\"{subsystem}\", {which}, SYMLINK+=\"{name}\""))
    }
}

/// What the rule calls the device, after what it is proposed for.
fn symlink(line: &ProposedLine) -> String {
    let table = line.table.strip_prefix("devices.").unwrap_or(&line.table);
    let (kind, named) = table.split_once('.').unwrap_or((table, ""));
    let owner = match named {
        "" => line.text.split(" =").next().unwrap_or_default(),
        named => named,
    };
    let kind = match kind {
        "printers" => "ticket-printer",
        "bells" => "call-bell",
        "panels" => "counter-panel",
        "scanners" => "qr-scanner",
        _ => "buttons",
    };
    format!("{kind}-{owner}")
}

/// Whether a text means nothing to udev but itself.
fn is_plain(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte))
}

/// The one line of a file of sysfs; control characters are left out.
fn text(path: &Path) -> Option<String> {
    let bytes = std::fs::read(path).ok()?;
    let bytes = bytes.get(..TEXT_BYTES_MAX).unwrap_or(&bytes);
    let text = String::from_utf8_lossy(bytes);
    let text: String = text.trim().chars().filter(|c| !c.is_control()).collect();
    Some(text).filter(|text| !text.is_empty())
}
