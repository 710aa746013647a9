//! Finding what is plugged in, and proposing the line of the office file for it.
//!
//! Looks at `/dev` and `/sys` as udev has filled them and opens nothing. Paths by which a device is
//! found again after being replugged come first: by its serial number where it has one, else by the
//! socket of the machine it is plugged into. CH340 adapters have no serial number, so two of them
//! look the same by id; a udev rule gives each socket a name of its own.

mod proposal;
mod usb;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use protocol::device::{FoundDevice, FoundLink, FoundWarning};

use self::proposal::Proposer;
use self::usb::Usb;
use super::registry::Facts;
use crate::config::OfficeFile;

/// Most devices of one folder that are looked at.
const ENTRIES_MAX: usize = 256;

/// One device of this machine.
#[derive(Debug)]
struct Node {
    /// Such as `/dev/ttyUSB0`.
    node: PathBuf,
    link: FoundLink,
    /// Such as `/dev/serial/by-id/usb-…`.
    by_id: Option<PathBuf>,
    /// Such as `/dev/serial/by-path/pci-…`.
    by_path: Option<PathBuf>,
    usb: Option<Usb>,
}

/// Everything plugged in under `root` (`/` but in tests) that could be a device of `office`;
/// `known` is what the office file lists already.
pub fn find(root: &Path, office: &OfficeFile, known: &[Facts]) -> Vec<FoundDevice> {
    let machine = Machine { root };
    let mut nodes = machine.serial_lines();
    nodes.extend(machine.usb_printers());
    nodes.extend(machine.keyboards());
    let mut proposer = Proposer::new(office, known);
    let used = machine.used(known);
    let alike = alike(&nodes);
    let found = nodes.iter().map(|node| {
        let used_by = used.get(&node.node).cloned();
        machine.describe(node, used_by, alike.contains(&node.node), &mut proposer)
    });
    found.collect()
}

/// Nodes that another one cannot be told from.
fn alike(nodes: &[Node]) -> Vec<PathBuf> {
    let looks = |node: &Node| {
        let usb = node.usb.as_ref()?;
        let anonymous = usb.serial.is_none();
        anonymous.then(|| (node.link, usb.vendor.clone(), usb.product.clone()))
    };
    let mut alike = Vec::new();
    for (index, node) in nodes.iter().enumerate() {
        let Some(look) = looks(node) else { continue };
        let others = nodes.iter().enumerate().filter(|(other, _)| *other != index);
        if others.into_iter().any(|(_, other)| looks(other).as_ref() == Some(&look)) {
            alike.push(node.node.clone());
        }
    }
    alike
}

/// A machine's devices under a root folder.
struct Machine<'a> {
    root: &'a Path,
}

impl Machine<'_> {
    /// Where a path of the machine is.
    fn place(&self, path: &Path) -> PathBuf {
        self.root.join(path.strip_prefix("/").unwrap_or(path))
    }

    /// Names in a folder of the machine, sorted; none when it is not there.
    fn names(&self, folder: &str) -> Vec<String> {
        let Ok(entries) = std::fs::read_dir(self.place(Path::new(folder))) else {
            return Vec::new();
        };
        let entries = entries.filter_map(Result::ok).take(ENTRIES_MAX);
        let mut names: Vec<String> =
            entries.filter_map(|entry| entry.file_name().into_string().ok()).collect();
        names.sort_by_key(|name| (name.len(), name.clone()));
        names
    }

    /// Where a path of the machine leads to, as a path of the machine.
    fn resolved(&self, path: &Path) -> Option<PathBuf> {
        let real = self.place(path).canonicalize().ok()?;
        let root = self.root.canonicalize().ok()?;
        Some(Path::new("/").join(real.strip_prefix(root).ok()?))
    }

    /// Links in a folder, by the node each leads to.
    fn links(&self, folder: &str, ending: &str) -> BTreeMap<PathBuf, PathBuf> {
        let names = self.names(folder).into_iter().filter(|name| name.ends_with(ending));
        let links = names.filter_map(|name| {
            let link = Path::new(folder).join(name);
            Some((self.resolved(&link)?, link))
        });
        links.collect()
    }

    fn serial_lines(&self) -> Vec<Node> {
        let by_id = self.links("/dev/serial/by-id", "");
        let by_path = self.links("/dev/serial/by-path", "");
        let names = self.names("/dev").into_iter();
        let adapters =
            names.filter(|name| name.starts_with("ttyUSB") || name.starts_with("ttyACM"));
        let adapters = adapters.map(|name| {
            let node = Path::new("/dev").join(&name);
            Node {
                link: FoundLink::Serial,
                by_id: by_id.get(&node).cloned(),
                by_path: by_path.get(&node).cloned(),
                usb: Usb::of(self.root, "tty", &name),
                node,
            }
        });
        adapters.collect()
    }

    fn usb_printers(&self) -> Vec<Node> {
        let names = self.names("/dev/usb").into_iter().filter(|name| {
            name.strip_prefix("lp").is_some_and(|rest| rest.bytes().all(|b| b.is_ascii_digit()))
        });
        let printers = names.map(|name| Node {
            node: Path::new("/dev/usb").join(&name),
            link: FoundLink::UsbPrinter,
            by_id: None,
            by_path: None,
            usb: Usb::of(self.root, "usbmisc", &name),
        });
        printers.collect()
    }

    fn keyboards(&self) -> Vec<Node> {
        let by_path = self.links("/dev/input/by-path", "-event-kbd");
        let keyboards = self.links("/dev/input/by-id", "-event-kbd").into_iter();
        let keyboards = keyboards.map(|(node, link)| {
            let name = node.file_name().and_then(|name| name.to_str()).unwrap_or_default();
            Node {
                link: FoundLink::Keyboard,
                by_id: Some(link),
                by_path: by_path.get(&node).cloned(),
                usb: Usb::of(self.root, "input", name),
                node,
            }
        });
        keyboards.collect()
    }

    /// Nodes in use, by the devices of the office file that use them.
    fn used(&self, known: &[Facts]) -> BTreeMap<PathBuf, String> {
        let used = known.iter().filter_map(|facts| {
            let (_, place) = facts.address.split_once(':')?;
            let path = place.split('?').next().filter(|path| path.starts_with('/'))?;
            Some((self.resolved(Path::new(path))?, facts.device.clone()))
        });
        used.collect()
    }

    fn describe(
        &self,
        node: &Node,
        used_by: Option<String>,
        has_twin: bool,
        proposer: &mut Proposer<'_>,
    ) -> FoundDevice {
        let serial_number = node.usb.as_ref().and_then(|usb| usb.serial.as_deref());
        // A name by id without a serial number leads to whichever was plugged in last.
        let stable = match (serial_number, &node.by_id, &node.by_path) {
            (Some(_), Some(by_id), _) => Some(by_id),
            (_, by_id, by_path) => by_path.as_ref().or(by_id.as_ref().filter(|_| !has_twin)),
        };
        let path = stable.unwrap_or(&node.node).clone();
        let mut warnings = Vec::new();
        if serial_number.is_none() {
            warnings.push(FoundWarning::NoSerialNumber);
        }
        if has_twin {
            warnings.push(FoundWarning::Alike);
        }
        if stable.is_none() {
            warnings.push(FoundWarning::NoStablePath);
        }
        if !self.may_open(&node.node) {
            warnings.push(FoundWarning::NotAllowed);
        }
        let proposals = match used_by {
            Some(_) => Vec::new(),
            None => proposer.lines(node.link, &path, node.usb.as_ref()),
        };
        let needs_rule = serial_number.is_none() || stable.is_none();
        let udev_rule = node.usb.as_ref().filter(|_| needs_rule && used_by.is_none());
        let udev_rule = udev_rule.and_then(|usb| usb.rule(node.link, &proposals));
        FoundDevice {
            path: path.display().to_string(),
            node: node.node.display().to_string(),
            link: node.link,
            name: node.usb.as_ref().map_or(String::new(), |usb| usb.name.clone()),
            used_by,
            proposals,
            warnings,
            udev_rule,
        }
    }

    fn may_open(&self, node: &Path) -> bool {
        use rustix::fs::Access;
        rustix::fs::access(self.place(node), Access::READ_OK | Access::WRITE_OK).is_ok()
    }
}
