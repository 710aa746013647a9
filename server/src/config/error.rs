//! Mistakes in an office file: where, what, and what was expected.

use core::fmt;

/// Most mistakes one report lists; the rest is counted. A person mends a file in rounds, and a
/// file of another kind altogether must not flood the screen.
pub const MISTAKES_MAX: usize = 200;

/// One mistake in an office file.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct ConfigError {
    /// Line, from 1; 0 when the file as a whole is meant.
    pub line: usize,
    /// Column in characters, from 1; 0 when the file as a whole is meant.
    pub column: usize,
    /// Where in the office, such as `queues.enrol.letter`; empty for a mistake of syntax.
    pub path: String,
    /// What is wrong: a fragment without a full stop.
    pub what: String,
    /// What would have been right.
    pub expected: String,
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.path.is_empty() {
            write!(f, "{}: ", self.path)?;
        }
        write!(f, "{}; expected {}", self.what, self.expected)
    }
}

/// Every mistake of an office file, in the order of its lines.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ConfigErrors {
    /// The file, as the reader of the message knows it.
    pub file: String,
    /// The mistakes: at least one, at most [`MISTAKES_MAX`].
    pub mistakes: Vec<ConfigError>,
    /// How many more there were.
    pub omitted_count: usize,
}

impl ConfigErrors {
    /// Sorts mistakes by place and keeps the first [`MISTAKES_MAX`].
    pub(super) fn new(file: &str, mut mistakes: Vec<ConfigError>) -> ConfigErrors {
        mistakes.sort();
        mistakes.dedup();
        let omitted_count = mistakes.len().saturating_sub(MISTAKES_MAX);
        mistakes.truncate(MISTAKES_MAX);
        ConfigErrors { file: file.to_owned(), mistakes, omitted_count }
    }

    /// One mistake about the file as a whole.
    pub(super) fn whole_file(file: &str, what: String, expected: &str) -> ConfigErrors {
        let mistake = ConfigError {
            line: 0,
            column: 0,
            path: String::new(),
            what,
            expected: expected.to_owned(),
        };
        ConfigErrors::new(file, vec![mistake])
    }
}

impl fmt::Display for ConfigErrors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, mistake) in self.mistakes.iter().enumerate() {
            if index > 0 {
                writeln!(f)?;
            }
            if mistake.line == 0 {
                write!(f, "{}: {mistake}", self.file)?;
            } else {
                let ConfigError { line, column, .. } = mistake;
                write!(f, "{}:{line}:{column}: {mistake}", self.file)?;
            }
        }
        if self.omitted_count > 0 {
            let omitted_count = self.omitted_count;
            write!(f, "\n{}: and {omitted_count} more mistakes", self.file)?;
        }
        Ok(())
    }
}

impl core::error::Error for ConfigErrors {}
