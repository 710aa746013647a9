//! The files of the repository: all that is there, but what Git is told to ignore.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// The folder of the workspace.
pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

/// A file that holds text.
pub(crate) struct Source {
    /// Its path from the root, with `/`.
    pub(crate) path: String,
    /// What it holds.
    pub(crate) text: String,
}

impl Source {
    /// Its lines with their numbers, from 1.
    pub(crate) fn lines(&self) -> impl Iterator<Item = (usize, &str)> {
        self.text.lines().enumerate().map(|(index, line)| (index + 1, line))
    }
}

/// The path of every file, from the root, sorted.
pub(crate) fn paths() -> Vec<String> {
    let root = root();
    let ignored = ignored(&root);
    let mut paths = Vec::new();
    let mut folders = vec![root.clone()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).unwrap() {
            let entry = entry.unwrap();
            let name = entry.file_name().into_string().unwrap();
            let kind = entry.file_type().unwrap();
            if kind.is_dir() && !ignored.contains(&name) {
                folders.push(entry.path());
            } else if kind.is_file() && !name.ends_with(".log") {
                let path = entry.path();
                paths.push(path.strip_prefix(&root).unwrap().to_str().unwrap().to_owned());
            }
        }
    }
    paths.sort();
    paths
}

/// Folders that `.gitignore` names, and Git's own.
fn ignored(root: &Path) -> BTreeSet<String> {
    let listed = fs::read_to_string(root.join(".gitignore")).unwrap();
    let folders = listed.lines().filter(|line| line.starts_with('/') || line.ends_with('/'));
    let names = folders.map(|line| line.trim_matches('/').to_owned());
    names.chain([".git".to_owned()]).collect()
}

/// Every file whose name ends with one of `endings`.
pub(crate) fn sources(endings: &[&str]) -> Vec<Source> {
    let named = |path: &String| endings.iter().any(|ending| path.ends_with(ending));
    let read = |path: String| {
        let text = fs::read_to_string(root().join(&path)).unwrap();
        Source { path, text }
    };
    paths().into_iter().filter(named).map(read).collect()
}

/// Every file that people read or a machine runs.
pub(crate) fn texts() -> Vec<Source> {
    sources(&[".rs", ".ts", ".tsx", ".css", ".html", ".toml", ".md", ".sh", ".json", ".yml"])
}
