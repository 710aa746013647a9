//! Who may use whom, and why: the crates' table, the modules' table, and the reasons for
//! everything that is not ours.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::process::Command;

use serde_json::Value;

use super::{rust, tree};
use crate::report;

/// A crate of the workspace, and which others it may use.
struct Crate {
    name: &'static str,
    may_use: &'static [&'static str],
    /// What a new edge would break.
    because: &'static str,
}

const CRATES: &[Crate] = &[
    Crate {
        name: "domain",
        may_use: &[],
        because: "the rules use nothing, so the compiler refuses them clocks, chance and IO",
    },
    Crate {
        name: "protocol",
        may_use: &[],
        because: "screens and kiosks speak it without knowing the rules",
    },
    Crate {
        name: "printer-driver",
        may_use: &[],
        because: "it prints documents and rings bells for anybody; it knows no queue",
    },
    Crate {
        name: "kiosk",
        may_use: &["protocol", "printer-driver"],
        because: "a kiosk works beside its printer without the server and without the rules",
    },
    Crate {
        name: "display",
        may_use: &["protocol", "printer-driver"],
        because: "a display shows what it is told; it cannot learn what it must not show (D-6)",
    },
    Crate {
        name: "server",
        may_use: &["domain", "protocol", "printer-driver", "kiosk", "display"],
        because: "it joins the others and is used by none but the tests",
    },
    Crate {
        name: "tests",
        may_use: &["domain", "protocol", "printer-driver", "kiosk", "display", "server"],
        because: "it looks at the whole system and is used by nobody",
    },
    Crate {
        name: "xtask",
        may_use: &[],
        because: "it builds the others, so it must build without them",
    },
];

/// Crates whose external dependencies are few for a reason.
const FEW: &[(&str, &[&str], &str)] = &[
    ("domain", &[], "no_std, pure, nothing to update: the same log gives the same state for ever"),
    ("protocol", &["serde"], "kiosks and displays compile it without a server's crates"),
];

/// Modules of the server that must not know of others.
const MODULES: &[(&str, &str, &str)] = &[
    ("server/src/http", "crate::log", "handlers ask the engine and read views, never the log"),
    ("server/src/socket", "crate::log", "screens are fed by the board, never by the log"),
    ("server/src/view", "crate::log", "a view is made of the state alone"),
    ("server/src/log", "crate::engine", "the log holds bytes and knows no rules"),
    ("server/src/log", "domain::office", "the log holds bytes and knows no rules"),
    ("server/src/engine", "crate::http", "the engine is the same for every way in"),
    ("server/src/engine", "crate::socket", "the engine never waits for a screen"),
    ("server/src/engine", "crate::printing", "the engine never waits for a printer"),
];

fn metadata() -> Value {
    let cargo = std::env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned());
    let output = Command::new(cargo)
        .args(["metadata", "--format-version=1", "--no-deps", "--offline"])
        .current_dir(tree::root())
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

/// One edge of the graph: who uses what.
struct Edge {
    from: String,
    to: String,
    ours: bool,
    in_tests: bool,
}

fn edges() -> Vec<Edge> {
    let metadata = metadata();
    let mut edges = Vec::new();
    for package in metadata["packages"].as_array().unwrap() {
        for dependency in package["dependencies"].as_array().unwrap() {
            edges.push(Edge {
                from: package["name"].as_str().unwrap().to_owned(),
                to: dependency["name"].as_str().unwrap().to_owned(),
                ours: dependency.get("path").is_some_and(Value::is_string),
                in_tests: dependency["kind"].as_str() == Some("dev"),
            });
        }
    }
    edges
}

#[test]
fn crates_use_only_whom_they_may() {
    let mut offences = Vec::new();
    for edge in edges().iter().filter(|edge| edge.ours) {
        let row = CRATES.iter().find(|row| row.name == edge.from);
        let row = row.unwrap_or_else(|| panic!("{} is not in the table of crates", edge.from));
        if !row.may_use.contains(&edge.to.as_str()) {
            offences.push(format!("{} must not use {}: {}", edge.from, edge.to, row.because));
        }
    }
    for edge in edges().iter().filter(|edge| !edge.ours && !edge.in_tests) {
        let row = FEW.iter().find(|(name, _, _)| *name == edge.from);
        if let Some((_, few, because)) = row
            && !few.contains(&edge.to.as_str())
        {
            offences.push(format!("{} must not use {}: {because}", edge.from, edge.to));
        }
    }
    report("who may use whom (ARCHITECTURE.md)", &offences);
}

#[test]
fn modules_of_the_server_keep_to_themselves() {
    let mut offences = Vec::new();
    for source in tree::sources(&[".rs"]) {
        let code = rust::code(&source.text);
        // Tests inside a module may look at both sides.
        let code = code.split("#[cfg(test)]").next().unwrap_or("");
        for (module, other, because) in MODULES {
            let inside = source.path == format!("{module}.rs")
                || source.path.starts_with(&format!("{module}/"));
            if inside && code.contains(&format!("{other}::")) {
                offences.push(format!("{} must not use {other}: {because}", source.path));
            }
        }
    }
    report("who may use whom inside the server", &offences);
}

/// What `dependencies.md` says: the users of each name.
fn reasons() -> BTreeMap<String, BTreeSet<String>> {
    let path = tree::root().join("docs/decisions/dependencies.md");
    let text = fs::read_to_string(path).unwrap();
    let mut reasons: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for line in text.lines().filter(|line| line.starts_with("- `")) {
        let (head, reason) = line
            .split_once("): ")
            .unwrap_or_else(|| panic!("expected \"- `name` (who uses it): reason\", found {line}"));
        assert!(reason.len() > 20, "expected a reason: {line}");
        let (names, users) = head.rsplit_once(" (").unwrap();
        for name in names.split('`').skip(1).step_by(2) {
            let entry = reasons.entry(name.to_owned()).or_default();
            entry.extend(users.split(", ").map(str::to_owned));
        }
    }
    reasons
}

/// Packages of the screens, from `package.json`.
fn packages() -> BTreeSet<String> {
    let text = fs::read_to_string(tree::root().join("package.json")).unwrap();
    let manifest: Value = serde_json::from_str(&text).unwrap();
    let kinds = ["dependencies", "devDependencies"].into_iter();
    let listed = kinds.filter_map(|kind| manifest[kind].as_object());
    listed.flat_map(|packages| packages.keys().cloned()).collect()
}

#[test]
fn everything_that_is_not_ours_has_a_reason() {
    let reasons = reasons();
    let mut offences = BTreeSet::new();
    let mut used: BTreeSet<String> = packages();
    for edge in edges().iter().filter(|edge| !edge.ours) {
        used.insert(edge.to.clone());
        if !reasons.get(&edge.to).is_some_and(|users| users.contains(&edge.from)) {
            offences.insert(format!("`{}` ({}): has no line", edge.to, edge.from));
        }
    }
    for package in packages() {
        if !reasons.contains_key(&package) {
            offences.insert(format!("`{package}`: has no line"));
        }
    }
    for name in reasons.keys().filter(|name| !used.contains(*name)) {
        offences.insert(format!("`{name}`: has a line, but nothing uses it"));
    }
    let offences: Vec<String> = offences.into_iter().collect();
    report("docs/decisions/dependencies.md says why each is there", &offences);
}

#[test]
fn versions_of_crates_are_pinned_to_a_minor() {
    let text = fs::read_to_string(tree::root().join("Cargo.toml")).unwrap();
    let (_, listed) = text.split_once("[workspace.dependencies]").unwrap();
    let (listed, _) = listed.split_once("\n[").unwrap();
    let mut offences = Vec::new();
    for line in listed.lines().filter(|line| !line.contains("path = ")) {
        let Some((_, rest)) = line.split_once("version = \"").or_else(|| line.split_once(" = \""))
        else {
            continue;
        };
        let version = rest.split('"').next().unwrap_or("");
        let is_version = version.starts_with(|c: char| c.is_ascii_digit());
        if is_version && version.split('.').count() < 2 {
            offences.push(line.to_owned());
        }
    }
    report("a version names at least its minor", &offences);
}
