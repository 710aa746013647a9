//! Widths, lengths, names of files.

use super::{rust, tree};
use crate::report;

/// Columns a line may have: two files side by side on a laptop.
const COLUMNS_MAX: usize = 100;
/// Lines a function may have: one screen.
const FUNCTION_LINES_MAX: usize = 70;

/// Functions that are tables: one row per case and nothing between the rows. In pieces they would
/// be harder to read and to compare with what they mirror.
const TABLES: &[(&str, &str)] = &[
    ("server/src/http/fault.rs", "facts"),
    ("server/src/record.rs", "restore"),
    ("server/src/wire_event.rs", "from_domain"),
    ("server/tests/http_suite/errors.rs", "each_mistake_has_its_own_code"),
];

#[test]
fn lines_fit_a_screen() {
    let mut offences = Vec::new();
    for source in tree::sources(&[".rs"]) {
        for (number, line) in source.lines() {
            let columns = line.chars().count();
            if columns > COLUMNS_MAX {
                offences.push(format!("{}:{number}: {columns} columns", source.path));
            }
        }
    }
    report("lines have at most 100 columns", &offences);
}

#[test]
fn functions_fit_a_screen() {
    let mut offences = Vec::new();
    let mut tables = TABLES.to_vec();
    for source in tree::sources(&[".rs"]) {
        for function in rust::functions(&source.text) {
            let rust::Function { name, line, length } = function;
            if length <= FUNCTION_LINES_MAX {
                continue;
            }
            let table =
                tables.iter().position(|(path, table)| *path == source.path && *table == name);
            match table {
                Some(table) => {
                    tables.remove(table);
                }
                None => offences.push(format!("{}:{line}: {name} has {length} lines", source.path)),
            }
        }
    }
    let short = tables.iter().map(|(path, name)| format!("{path}: {name} needs no exception"));
    offences.extend(short);
    report("functions have at most 70 lines", &offences);
}

#[test]
fn files_are_nouns() {
    let drawers = ["utils", "util", "common", "misc", "helpers", "mod"];
    let mut offences = Vec::new();
    for path in tree::paths() {
        let parts: Vec<&str> = path.split('/').collect();
        let named = |part: &&str| {
            let stem = part.split('.').next().unwrap_or("");
            drawers.contains(&stem)
        };
        if parts.iter().any(named) {
            offences.push(path);
        }
    }
    report("a file is named for the one concept in it; foo.rs stands beside foo/", &offences);
}

#[test]
fn every_crate_keeps_the_lints_of_the_house() {
    let mut offences = Vec::new();
    for source in tree::sources(&["/Cargo.toml"]) {
        if !source.text.contains("[lints]\nworkspace = true") {
            offences.push(source.path);
        }
    }
    report("a crate's Cargo.toml says [lints] workspace = true", &offences);
}
