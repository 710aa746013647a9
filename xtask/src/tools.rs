//! What the commands need from outside Rust: Node.js for the screens; Chromium and fonts for the
//! browser tests, and what reads slips back from their pictures. Installed here where that is
//! possible, else named exactly.

use std::fs;
use std::path::Path;

use crate::shell;

/// Debian packages of the tests: program, font or reading language, and its package.
const PACKAGES: [(&str, &str); 6] = [
    ("chromium", "chromium"),
    ("BIZ UDGothic", "fonts-morisawa-bizud-gothic"),
    ("Noto Sans CJK JP", "fonts-noto-cjk"),
    ("tesseract", "tesseract-ocr"),
    ("jpn", "tesseract-ocr-jpn"),
    ("zbarimg", "zbar-tools"),
];
/// Oldest Node.js that the build is tried with.
const NODE_MAJOR_MIN: u32 = 20;

/// Makes sure that Node.js and the packages of `package-lock.json` are there.
pub(crate) fn node(root: &Path) -> Result<(), String> {
    let version = shell::output("node", &["--version"]).unwrap_or_default();
    let major = version.trim_start_matches('v').split('.').next().and_then(|v| v.parse().ok());
    if major.is_none_or(|major: u32| major < NODE_MAJOR_MIN) {
        return Err(format!(
            "Node.js {NODE_MAJOR_MIN} or later is needed to build the screens (found {}); \
             on Debian: apt-get install nodejs npm",
            if version.is_empty() { "none" } else { &version },
        ));
    }
    let lock =
        fs::read(root.join("package-lock.json")).map_err(|e| format!("package-lock.json: {e}"))?;
    let stamp = root.join("node_modules/.installed-lock");
    if fs::read(&stamp).is_ok_and(|installed| installed == lock) {
        return Ok(());
    }
    shell::run(root, "npm", &["ci", "--no-audit", "--no-fund"])?;
    fs::write(&stamp, lock).map_err(|e| format!("{}: {e}", stamp.display()))
}

/// Makes sure that Chromium, the fonts and the readers of slips are there.
pub(crate) fn browser(root: &Path) -> Result<(), String> {
    let fonts = shell::output("fc-list", &[":", "family"]).unwrap_or_default();
    let languages = shell::output("tesseract", &["--list-langs"]).unwrap_or_default();
    let there = |name: &str| {
        shell::has(name) || fonts.contains(name) || languages.lines().any(|known| known == name)
    };
    let missing: Vec<&str> =
        PACKAGES.iter().filter(|(name, _)| !there(name)).map(|(_, package)| *package).collect();
    if missing.is_empty() {
        return Ok(());
    }
    let by_hand = format!("apt-get install {}", missing.join(" "));
    let is_root = shell::output("id", &["-u"]).as_deref() == Some("0");
    if !is_root || !shell::has("apt-get") {
        return Err(format!("the tests need more programs; please run: {by_hand}"));
    }
    shell::run(root, "apt-get", &["update", "-qq"])?;
    let mut arguments = vec!["install", "-y", "-qq", "--no-install-recommends"];
    arguments.extend(&missing);
    shell::run(root, "apt-get", &arguments)
        .map_err(|error| format!("{error}; please run: {by_hand}"))
}
