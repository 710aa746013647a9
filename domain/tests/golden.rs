//! Runs the golden scripts: the rules of the counter hall as texts that a clerk can read.
//!
//! A script is a list of commands, `---`, and what the office answered. `UPDATE_GOLDENFILES=1`
//! rewrites the answers; the difference is what a reviewer reads. Adding a file adds no code.
//! Every refusal and every event must be shown by some script.

#![expect(
    clippy::unwrap_used,
    reason = "a test stops at the first thing that is not as it must be"
)]

#[path = "golden/clerk.rs"]
mod clerk;
#[path = "office/invariants.rs"]
mod invariants;
#[path = "golden/journal.rs"]
mod journal;
#[path = "golden/orders.rs"]
mod orders;
#[path = "golden/questions.rs"]
mod questions;
#[path = "golden/variation.rs"]
mod variation;
#[path = "office/ward.rs"]
mod ward;

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use crate::clerk::Clerk;

#[test]
fn every_script_is_answered_as_written() {
    let update = std::env::var("UPDATE_GOLDENFILES").is_ok_and(|value| value == "1");
    let scripts = scripts();
    assert!(!scripts.is_empty(), "no scripts found");
    let mut failures = String::new();
    for path in scripts {
        let written = std::fs::read_to_string(&path).unwrap();
        match answer(&written) {
            Err(error) => {
                let _ = writeln!(failures, "{}: {error}", name(&path));
            }
            Ok(answered) if answered == written => {}
            Ok(answered) if update => std::fs::write(&path, answered).unwrap(),
            Ok(answered) => failures.push_str(&difference(&path, &written, &answered)),
        }
    }
    assert!(failures.is_empty(), "\n{failures}");
}

#[test]
fn every_refusal_is_shown_by_some_script() {
    let shown = shown(|line| {
        let code = line.split_once("refused: ")?.1.split(' ').next()?;
        Some(code.to_owned())
    });
    let missing: Vec<String> = variants(include_str!("../src/refusal.rs"), "Refusal")
        .iter()
        .map(|variant| journal::snake_case(variant))
        .filter(|code| !shown.contains(code))
        .collect();
    assert!(missing.is_empty(), "no script shows {missing:?}");
}

#[test]
fn every_event_is_shown_by_some_script() {
    let shown = shown(|line| line.split(' ').nth(1).map(str::to_owned));
    let missing: Vec<String> = variants(include_str!("../src/event.rs"), "Event")
        .into_iter()
        .filter(|variant| !shown.contains(variant))
        .collect();
    assert!(missing.is_empty(), "no script shows {missing:?}");
}

/// Runs a script and returns it with the answers filled in.
fn answer(script: &str) -> Result<String, String> {
    let mut clerk = Clerk::default();
    let answered = goldenscript::generate(&mut clerk, &quote_times(script));
    answered.map(|text| unquote_times(&text)).map_err(|error| error.to_string())
}

/// Puts times of day in quotes, because the script parser does not take a bare `09:00`.
fn quote_times(script: &str) -> String {
    rewrite_words(script, |word| {
        let (head, time) = word.split_at(word.find('=').map_or(0, |at| at + 1));
        is_time(time).then(|| format!("{head}\"{time}\""))
    })
}

fn unquote_times(script: &str) -> String {
    rewrite_words(script, |word| {
        let (head, quoted) = word.split_at(word.find('=').map_or(0, |at| at + 1));
        let time = quoted.strip_prefix('"')?.strip_suffix('"')?;
        is_time(time).then(|| format!("{head}{time}"))
    })
}

/// Replaces words; brackets around a silenced command do not belong to a word.
fn rewrite_words(script: &str, change: impl Fn(&str) -> Option<String>) -> String {
    let mut result = String::with_capacity(script.len());
    for piece in script.split_inclusive([' ', '\n', ')']) {
        let word = piece.trim_end_matches([' ', '\n', ')']);
        let rest = &piece[word.len()..];
        result.push_str(change(word).as_deref().unwrap_or(word));
        result.push_str(rest);
    }
    result
}

fn is_time(word: &str) -> bool {
    let mut parts = word.split(':');
    let two_digits = |part: &str| part.len() == 2 && part.bytes().all(|b| b.is_ascii_digit());
    word.contains(':') && parts.all(two_digits)
}

/// The first line where a script and its answers part.
fn difference(path: &Path, written: &str, answered: &str) -> String {
    let mut lines = written.lines().zip(answered.lines()).enumerate();
    let (at, expected, found) = lines.find(|(_, (a, b))| a != b).map_or_else(
        || (written.lines().count(), "(end)", "(more or fewer lines)"),
        |(at, (a, b))| (at, a, b),
    );
    format!("{}:{}\n  written:  {expected}\n  answered: {found}\n", name(path), at + 1)
}

fn scripts() -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/scripts");
    let mut found = Vec::new();
    let mut folders = vec![root];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}

fn name(path: &Path) -> String {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/scripts");
    let inside = path.strip_prefix(root).unwrap_or(path);
    inside.display().to_string()
}

fn shown(pick: impl Fn(&str) -> Option<String>) -> BTreeSet<String> {
    let mut shown = BTreeSet::new();
    for path in scripts() {
        let script = std::fs::read_to_string(path).unwrap();
        shown.extend(script.lines().filter_map(&pick));
    }
    shown
}

/// The variants of an enum, read from its source so that none can be forgotten here.
fn variants(source: &str, name: &str) -> Vec<String> {
    let start = format!("pub enum {name} {{\n");
    let body = source.split_once(&start).unwrap().1;
    let body = body.split_once("\n}").unwrap().0;
    let is_variant = |line: &&str| {
        line.strip_prefix("    ")
            .is_some_and(|rest| rest.starts_with(|first: char| first.is_ascii_uppercase()))
    };
    let variant = |line: &str| {
        let line = line.trim();
        let end = line.find(|c: char| !c.is_ascii_alphanumeric());
        line[..end.unwrap_or(line.len())].to_owned()
    };
    body.lines().filter(is_variant).map(variant).collect()
}
