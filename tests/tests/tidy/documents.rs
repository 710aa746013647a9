//! Links that lead somewhere, frozen files that say so, and a lock file that names no host.

use std::collections::BTreeSet;
use std::fs;

use super::tree;
use crate::report;

#[test]
fn every_link_leads_somewhere() {
    let mut offences = Vec::new();
    for source in tree::sources(&[".md"]) {
        let folder = source.path.rsplit_once('/').map_or("", |(folder, _)| folder);
        for (number, line) in source.lines() {
            for link in links(line) {
                if let Err(reason) = follow(folder, &source, link) {
                    offences.push(format!("{}:{number}: {link}: {reason}", source.path));
                }
            }
        }
    }
    report("links in documents resolve", &offences);
}

/// Targets of `[text](target)` in one line.
fn links(line: &str) -> impl Iterator<Item = &str> {
    let targets = line.match_indices("](").map(|(at, _)| &line[at + 2..]);
    let targets = targets.filter_map(|rest| rest.split_once(')')).map(|(target, _)| target);
    let foreign = |target: &&str| !target.contains("://") && !target.starts_with("mailto:");
    targets.filter(foreign)
}

fn follow(folder: &str, from: &tree::Source, link: &str) -> Result<(), &'static str> {
    let (file, heading) = link.split_once('#').map_or((link, None), |(f, h)| (f, Some(h)));
    let path = tree::root().join(folder).join(file);
    let text = if file.is_empty() {
        from.text.clone()
    } else if path.is_dir() {
        return Ok(());
    } else {
        let Ok(bytes) = fs::read(&path) else { return Err("there is no such file") };
        String::from_utf8_lossy(&bytes).into_owned()
    };
    match heading {
        Some(heading) if !headings(&text).contains(heading) => Err("there is no such heading"),
        Some(_) | None => Ok(()),
    }
}

/// The names under which headings can be linked.
fn headings(text: &str) -> BTreeSet<String> {
    let titles = text.lines().filter(|line| line.starts_with('#'));
    let named = titles.map(|line| {
        let title = line.trim_start_matches('#').trim().to_lowercase().replace(' ', "-");
        title.chars().filter(|&c| c.is_alphanumeric() || c == '-' || c == '_').collect()
    });
    named.collect()
}

#[test]
fn frozen_files_say_what_a_failure_means() {
    let mut offences = Vec::new();
    for path in tree::paths() {
        let Some((before, after)) = path.split_once("/frozen/") else { continue };
        let root = tree::root();
        let mut folder = root.join(before).join("frozen").join(after);
        let mut told = fs::read_to_string(&folder).is_ok_and(|text| says(&text));
        while !told && folder.pop() && folder.starts_with(root.join(before).join("frozen")) {
            told = fs::read_to_string(folder.join("README.md")).is_ok_and(|text| says(&text));
        }
        if !told {
            offences.push(path);
        }
    }
    report("a frozen file has a header or a README that forbids editing it", &offences);
}

fn says(text: &str) -> bool {
    let head: String = text.lines().take(12).collect::<Vec<_>>().join(" ").to_lowercase();
    head.contains("never edit")
}

#[test]
fn the_lock_file_names_no_host() {
    let lock = fs::read_to_string(tree::root().join("package-lock.json")).unwrap();
    let lock: serde_json::Value = serde_json::from_str(&lock).unwrap();
    let packages = lock["packages"].as_object().unwrap();
    let named = packages.iter().filter(|(_, package)| package.get("resolved").is_some());
    let offences: Vec<String> = named.map(|(name, _)| name.clone()).collect();
    report("package-lock.json works with any registry", &offences);
    let unproven = packages
        .iter()
        .filter(|(name, package)| !name.is_empty() && package.get("integrity").is_none());
    let unproven: Vec<String> = unproven.map(|(name, _)| name.clone()).collect();
    report("every package of the lock file has its digest", &unproven);
}
