//! How a bell rings: pulses with their lengths.

use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// Most pulses in one pattern; more is an alarm, not a summons.
pub const PULSE_COUNT_MAX: usize = 10;
/// Longest pulse or gap in milliseconds.
pub const PULSE_MS_MAX: u32 = 10_000;
/// Shortest pulse or gap in milliseconds; a mechanical relay needs about 10.
pub const PULSE_MS_MIN: u32 = 50;

/// One closing of the relay.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Pulse {
    /// How long it rings, [`PULSE_MS_MIN`] to [`PULSE_MS_MAX`].
    pub on_ms: u32,
    /// How long it rests afterwards, in the same range.
    pub off_ms: u32,
}

/// How a bell rings: one or several pulses. As text: `700/300,700/300`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "Vec<Pulse>", into = "Vec<Pulse>")]
pub struct Pattern(Vec<Pulse>);

impl Pattern {
    /// A pattern of these pulses.
    ///
    /// # Errors
    ///
    /// [`PatternError`] when there are none or too many, or one is too short or too long.
    pub fn new(pulses: Vec<Pulse>) -> Result<Pattern, PatternError> {
        if pulses.is_empty() || pulses.len() > PULSE_COUNT_MAX {
            return Err(PatternError::Count { count: pulses.len() });
        }
        for pulse in &pulses {
            for ms in [pulse.on_ms, pulse.off_ms] {
                if !(PULSE_MS_MIN..=PULSE_MS_MAX).contains(&ms) {
                    return Err(PatternError::Length { ms });
                }
            }
        }
        Ok(Pattern(pulses))
    }

    /// Two rings of 0.7 s, so that it is not taken for a click: what a bell does whose URL does
    /// not say.
    #[must_use]
    pub fn summons() -> Pattern {
        Pattern(vec![Pulse { on_ms: 700, off_ms: 300 }; 2])
    }

    /// This pattern so many times.
    ///
    /// # Errors
    ///
    /// [`PatternError::Count`] when that makes none or too many pulses.
    pub fn repeated(&self, count: usize) -> Result<Pattern, PatternError> {
        let total = self.0.len().saturating_mul(count);
        if total > PULSE_COUNT_MAX {
            return Err(PatternError::Count { count: total });
        }
        Pattern::new(self.0.repeat(count))
    }

    /// The pulses in order.
    #[must_use]
    pub fn pulses(&self) -> &[Pulse] {
        &self.0
    }
}

impl Default for Pattern {
    /// One ring of 0.7 s.
    fn default() -> Pattern {
        Pattern(vec![Pulse { on_ms: 700, off_ms: 300 }])
    }
}

impl TryFrom<Vec<Pulse>> for Pattern {
    type Error = PatternError;

    fn try_from(pulses: Vec<Pulse>) -> Result<Pattern, PatternError> {
        Pattern::new(pulses)
    }
}

impl From<Pattern> for Vec<Pulse> {
    fn from(pattern: Pattern) -> Vec<Pulse> {
        pattern.0
    }
}

impl FromStr for Pattern {
    type Err = PatternError;

    fn from_str(text: &str) -> Result<Pattern, PatternError> {
        let pulse = |part: &str| {
            let (on, off) = part.split_once('/')?;
            Some(Pulse { on_ms: on.trim().parse().ok()?, off_ms: off.trim().parse().ok()? })
        };
        let pulses: Option<Vec<Pulse>> = text.split(',').map(pulse).collect();
        Pattern::new(pulses.ok_or(PatternError::Notation)?)
    }
}

impl fmt::Display for Pattern {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, pulse) in self.0.iter().enumerate() {
            let comma = if index == 0 { "" } else { "," };
            write!(formatter, "{comma}{}/{}", pulse.on_ms, pulse.off_ms)?;
        }
        Ok(())
    }
}

/// Why a pattern cannot be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PatternError {
    /// None or too many pulses.
    #[error("use a pattern of {count} pulses, expected 1 to {PULSE_COUNT_MAX}")]
    Count {
        /// How many.
        count: usize,
    },
    /// A pulse or gap is too short or too long.
    #[error("use a pulse or gap of {ms} ms, expected {PULSE_MS_MIN} to {PULSE_MS_MAX}")]
    Length {
        /// How long.
        ms: u32,
    },
    /// Not a list of pulses.
    #[error("read the pattern, expected milliseconds on/off such as 700/300,700/300")]
    Notation,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_has_a_few_pulses_of_sane_length() {
        let pulse = |on_ms| Pulse { on_ms, off_ms: 100 };
        assert!(Pattern::new(vec![pulse(50); 10]).is_ok());
        assert_eq!(Pattern::new(vec![]), Err(PatternError::Count { count: 0 }));
        assert_eq!(Pattern::new(vec![pulse(50); 11]), Err(PatternError::Count { count: 11 }));
        assert_eq!(Pattern::new(vec![pulse(49)]), Err(PatternError::Length { ms: 49 }));
        assert_eq!(Pattern::new(vec![pulse(10_001)]), Err(PatternError::Length { ms: 10_001 }));
        assert!(serde_json::from_str::<Pattern>("[{\"on_ms\":1,\"off_ms\":100}]").is_err());
    }

    #[test]
    fn a_pattern_is_read_from_text_and_repeated_within_the_limit() {
        let pattern: Pattern = "700/300,200/100".parse().unwrap();
        assert_eq!(pattern.pulses()[1], Pulse { on_ms: 200, off_ms: 100 });
        assert_eq!(pattern.to_string(), "700/300,200/100");
        assert_eq!(pattern.repeated(5).map(|pattern| pattern.pulses().len()), Ok(10));
        assert_eq!(pattern.repeated(6), Err(PatternError::Count { count: 12 }));
        assert_eq!(pattern.repeated(0), Err(PatternError::Count { count: 0 }));
        assert_eq!(pattern.repeated(usize::MAX), Err(PatternError::Count { count: usize::MAX }));
        for text in ["", "700", "700/", "700-300", "700/300,", "-1/300"] {
            assert_eq!(text.parse::<Pattern>(), Err(PatternError::Notation), "{text}");
        }
    }
}
