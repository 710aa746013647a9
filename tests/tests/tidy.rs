//! The rules of the house that neither the compiler nor a lint can hold (STYLE.md).
//!
//! Each failure names the file, the line and the reason, all of them at once.

#![expect(
    clippy::unwrap_used,
    reason = "a test stops at the first thing that is not as it must be"
)]

mod tidy {
    pub(crate) mod documents;
    pub(crate) mod edges;
    pub(crate) mod rust;
    pub(crate) mod shape;
    pub(crate) mod tree;
    pub(crate) mod words;
}

/// Fails with every offence, one a line.
pub(crate) fn report(rule: &str, offences: &[String]) {
    assert!(offences.is_empty(), "{rule}\n  {}\n", offences.join("\n  "));
}
