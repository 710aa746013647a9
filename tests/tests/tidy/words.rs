//! What is written nowhere, and what everything has words for.
//!
//! Words that must not be there are put together here, so that this file does not hold them.

use std::fs;

use super::{rust, tree};
use crate::report;

/// Reports every line of `sources` that holds one of `words`.
fn nowhere(rule: &str, sources: &[tree::Source], words: &[String]) {
    let mut offences = Vec::new();
    for source in sources {
        for (number, line) in source.lines() {
            for word in words.iter().filter(|word| line.contains(word.as_str())) {
                offences.push(format!("{}:{number}: {word}", source.path));
            }
        }
    }
    report(rule, &offences);
}

fn joined(halves: &[(&str, &str)]) -> Vec<String> {
    halves.iter().map(|(first, second)| format!("{first}{second}")).collect()
}

#[test]
fn nothing_is_left_for_later() {
    let words = joined(&[
        ("TO", "DO"),
        ("to", "do!"),
        ("unimple", "mented!"),
        ("FIX", "ME"),
        ("XX", "X"),
        ("HA", "CK"),
        ("db", "g!("),
    ]);
    nowhere("finished code only", &tree::texts(), &words);
}

#[test]
fn no_path_of_one_machine_is_written_down() {
    let words = joined(&[
        ("/wo", "rk/"),
        ("/tmp/tar", "get-"),
        ("/ho", "me/"),
        ("/ro", "ot/"),
        ("/Us", "ers/"),
        ("C:", "\\"),
    ]);
    nowhere("the repository works in any folder", &tree::texts(), &words);
}

#[test]
fn nothing_comes_from_a_distribution_network() {
    let words = joined(&[
        ("unp", "kg."),
        ("jsde", "livr"),
        ("cdn", "js"),
        ("://c", "dn."),
        ("gst", "atic"),
        ("google", "apis"),
        ("esm", ".sh"),
        ("registry.np", "mjs"),
        ("regist", "ry="),
    ]);
    let mut sources = tree::texts();
    sources.extend(tree::sources(&[".npmrc"]));
    nowhere("nothing needs the internet (invariant 10)", &sources, &words);
}

#[test]
fn pages_name_no_other_machine() {
    let mut offences = Vec::new();
    let tests =
        |source: &tree::Source| source.path.starts_with("tests/") || source.path.contains(".test.");
    let mut pages = tree::sources(&[".tsx", ".ts", ".css", ".html"]);
    pages.retain(|source| !tests(source));
    for source in pages {
        for (number, line) in source.lines() {
            // Names of vocabularies look like addresses and are never asked.
            let asked = line.replace("http://www.w3.org/", "");
            let remote = ["http://", "https://", "ws://", "wss://"].iter().any(|scheme| {
                asked.match_indices(scheme).any(|(at, _)| {
                    let host = &asked[at + scheme.len()..];
                    let here = ["127.0.0.1", "localhost", "${", "`", "\"", "'"];
                    !here.iter().any(|start| host.starts_with(start))
                })
            });
            if remote {
                offences.push(format!("{}:{number}: {}", source.path, line.trim()));
            }
        }
    }
    report("no page loads anything from outside the office (invariant 10)", &offences);
}

#[test]
fn no_test_is_skipped_and_none_sleeps() {
    let mut offences = Vec::new();
    let sleep = format!("thread::{}", "sleep");
    let ignored = format!("#[{}", "ignore");
    for source in tree::sources(&[".rs"]) {
        let code = rust::code(&source.text);
        let lines: Vec<&str> = code.lines().collect();
        for (index, line) in lines.iter().enumerate() {
            let expected = lines[index.saturating_sub(8)..index]
                .iter()
                .any(|line| line.contains("disallowed_methods"));
            let in_tests = source.path.contains("tests/") && line.contains("time::sleep(");
            if line.contains(&ignored) || in_tests || (line.contains(&sleep) && !expected) {
                offences.push(format!("{}:{}: {}", source.path, index + 1, line.trim()));
            }
        }
    }
    report("a test waits on a condition with a deadline, and always runs", &offences);
}

#[test]
fn every_refusal_has_words_on_the_screens() {
    let table = "server/web/shared/i18n/refusals.ts";
    let words = fs::read_to_string(tree::root().join(table)).unwrap();
    let keyed = |code: &str| words.lines().any(|line| line.trim().starts_with(&format!("{code}:")));
    let codes: Vec<&str> = domain::refusal::ALL_CODES.to_vec();
    assert!(codes.len() > 80, "the rules have more refusals than {}", codes.len());
    let missing: Vec<String> =
        codes.into_iter().filter(|code| !keyed(code)).map(str::to_owned).collect();
    report("every code of domain::refusal is translated in i18n/refusals.ts", &missing);
}

#[test]
fn time_enters_by_one_door() {
    let mut offences = Vec::new();
    for source in tree::sources(&[".rs"]) {
        let tells = ["SystemTime::now", "Zoned::now", "Timestamp::now"];
        let door = source.path == "server/src/clock.rs";
        let code = rust::code(&source.text);
        for (index, line) in code.lines().enumerate() {
            if !door && tells.iter().any(|tell| line.contains(tell)) {
                offences.push(format!("{}:{}", source.path, index + 1));
            }
        }
    }
    report("only server/src/clock.rs reads a clock (invariant 3)", &offences);
}
