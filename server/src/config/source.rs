//! The text of an office file, where its lines begin, and the mistakes found in it so far.

use std::cell::RefCell;
use std::ops::Range;

use super::error::ConfigError;

/// An office file being read.
#[derive(Debug)]
pub(super) struct Source<'s> {
    text: &'s str,
    line_starts: Vec<usize>,
    syntax: Syntax,
    mistakes: RefCell<Vec<ConfigError>>,
}

/// Whether the file is TOML at all.
///
/// Where it is not, whole lines are lost, and what is "missing" then or "unknown" is mostly an
/// echo of the broken line. Only what can be seen in the surviving values is reported with it.
#[derive(Clone, PartialEq, Eq, Debug)]
enum Syntax {
    Sound,
    Broken { lines: Vec<usize> },
}

impl<'s> Source<'s> {
    /// Prepares a file, reporting its mistakes of syntax.
    pub(super) fn new(text: &'s str, syntax: &[toml::de::Error]) -> Source<'s> {
        let breaks = text.match_indices('\n').map(|(at, _)| at + 1);
        let mut source = Source {
            text,
            line_starts: std::iter::once(0).chain(breaks).collect(),
            syntax: Syntax::Sound,
            mistakes: RefCell::default(),
        };
        let mut lines = Vec::new();
        for error in syntax {
            let message = error.message();
            let (what, expected) = match message.split_once(", expected ") {
                Some(parts) => parts,
                None if message == "duplicate key" => (message, "each key only once in a table"),
                None => (message, "valid TOML"),
            };
            let at = error.span().map_or(text.len(), |span| span.start);
            source.push(at, "", what, expected);
            lines.push(source.place(at).0);
        }
        if !lines.is_empty() {
            source.syntax = Syntax::Broken { lines };
        }
        source
    }

    /// Reports a value that is wrong in itself.
    pub(super) fn wrong_value(
        &self,
        at: usize,
        path: &str,
        what: impl AsRef<str>,
        expected: impl AsRef<str>,
    ) {
        if let Syntax::Broken { lines } = &self.syntax
            && lines.contains(&self.place(at).0)
        {
            return;
        }
        self.push(at, path, what.as_ref(), expected.as_ref());
    }

    /// Reports something that is wrong because of what else the file says or leaves out.
    pub(super) fn wrong_whole(
        &self,
        at: usize,
        path: &str,
        what: impl AsRef<str>,
        expected: impl AsRef<str>,
    ) {
        if self.syntax == Syntax::Sound {
            self.push(at, path, what.as_ref(), expected.as_ref());
        }
    }

    /// Whether a mistake was found at `path` or inside it.
    pub(super) fn blames(&self, path: &str) -> bool {
        self.mistakes.borrow().iter().any(|mistake| {
            mistake
                .path
                .strip_prefix(path)
                .is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']))
        })
    }

    /// Whether no mistake has been found.
    pub(super) fn is_clean(&self) -> bool {
        self.mistakes.borrow().is_empty()
    }

    /// The line a byte offset lies in.
    pub(super) fn line(&self, at: usize) -> usize {
        self.place(at).0
    }

    /// All mistakes, in the order in which they were found.
    pub(super) fn into_mistakes(self) -> Vec<ConfigError> {
        self.mistakes.into_inner()
    }

    /// The first 40 characters of the text at `span`, on one line, to quote in a message.
    pub(super) fn excerpt(&self, span: Range<usize>) -> String {
        let text = self.text.get(span).unwrap_or_default();
        let line = text.lines().next().unwrap_or_default();
        let short: String = line.chars().take(EXCERPT_CHARS_MAX).collect();
        let cut = short.len() < text.trim_end().len();
        format!("{short}{}", if cut { "…" } else { "" })
    }

    fn push(&self, at: usize, path: &str, what: &str, expected: &str) {
        let (line, column) = self.place(at);
        let mut mistakes = self.mistakes.borrow_mut();
        if mistakes.len() == GATHERED_MAX {
            return;
        }
        mistakes.push(ConfigError {
            line,
            column,
            path: path.to_owned(),
            what: what.to_owned(),
            expected: expected.to_owned(),
        });
    }

    /// The line and the column, in characters, of a byte offset; both from 1.
    pub(super) fn place(&self, at: usize) -> (usize, usize) {
        let line = self.line_starts.partition_point(|start| *start <= at);
        let start = self.line_starts[line - 1];
        let before = self.text.get(start..at.min(self.text.len()));
        (line, before.unwrap_or_default().chars().count() + 1)
    }
}

/// Most mistakes gathered: bounds the work on a file of another kind altogether. Far more than
/// are shown, so that those shown are the first of the file.
const GATHERED_MAX: usize = 5_000;

/// Longest quotation in a message, in characters: enough to recognise, short enough for one line.
const EXCERPT_CHARS_MAX: usize = 40;
