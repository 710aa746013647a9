//! Mistakes in an office file and the messages they get.
//!
//! Each case in `config_mistakes/` says which lines of `base.toml` it changes (`-` the line, `+`
//! what stands there instead) and, below `---`, every message that follows. A `+` without a line
//! to change is added at the end. `UPDATE_GOLDENFILES=1` writes the messages anew; the difference
//! is then for a person to judge.

use std::fs;
use std::path::{Path, PathBuf};

use server::config::OfficeFile;

fn directory() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/config_mistakes")
}

fn base() -> String {
    fs::read_to_string(directory().join("base.toml")).expect("base.toml is beside the cases")
}

/// Makes the changes of a case. `\u00XX` and the like are written out in `+` lines.
fn changed(base: &str, case: &str) -> String {
    let mut lines: Vec<String> = base.lines().map(str::to_owned).collect();
    let mut at: Option<usize> = None;
    for change in case.lines() {
        if let Some(old) = change.strip_prefix("- ") {
            let place = lines.iter().position(|line| line.trim() == old.trim());
            let place = place.unwrap_or_else(|| panic!("base.toml has no line {old}"));
            lines.remove(place);
            at = Some(place);
        } else if let Some(new) = change.strip_prefix("+ ") {
            let place = at.unwrap_or(lines.len());
            lines.insert(place, new.to_owned());
            at = Some(place + 1);
        } else {
            at = None;
        }
    }
    lines.join("\n") + "\n"
}

fn messages(text: &str) -> String {
    match OfficeFile::parse(text, "office.toml") {
        Ok(_) => "no mistakes".to_owned(),
        Err(errors) => errors.to_string(),
    }
}

#[test]
fn the_base_of_all_cases_has_no_mistake() {
    assert_eq!(messages(&base()), "no mistakes");
}

#[test]
fn every_mistake_gets_its_exact_messages() {
    let base = base();
    let mut cases: Vec<PathBuf> = fs::read_dir(directory())
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "case"))
        .collect();
    cases.sort();
    assert!(cases.len() >= 40, "only {} cases were found", cases.len());
    let update = std::env::var_os("UPDATE_GOLDENFILES").is_some();
    let mut wrong = Vec::new();
    for path in cases {
        let text = fs::read_to_string(&path).unwrap();
        let (case, expected) = text.split_once("---\n").unwrap_or((&text, ""));
        let said = messages(&changed(&base, case)) + "\n";
        if update {
            fs::write(&path, format!("{case}---\n{said}")).unwrap();
        } else if said != expected {
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            wrong.push(format!("{name}\nexpected:\n{expected}said:\n{said}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
