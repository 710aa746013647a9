//! What a resident reads on the slip and hears in the hall: letter and number.

use core::fmt;

/// Largest ticket number a label can carry; four digits are as many as one hears correctly.
pub const NUMBER_MAX: u16 = 9_999;

/// The letter of a queue, `A` to `Z`, unique in the office.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Letter(u8);

impl Letter {
    /// Makes a letter; `None` unless it is an upper-case ASCII letter.
    pub fn new(letter: char) -> Option<Letter> {
        letter.is_ascii_uppercase().then_some(Letter(letter as u8))
    }

    /// The letter as a character.
    pub fn as_char(self) -> char {
        char::from(self.0)
    }
}

impl fmt::Display for Letter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.as_char())
    }
}

impl fmt::Debug for Letter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.as_char())
    }
}

/// A ticket's label, such as `A101`: never two people's in one business day (invariant 4).
///
/// `width` is the least number of digits shown; it is part of the label because what was printed
/// must be what is shown and spoken, even after the setting changes. Two labels are the same when
/// letter and number are.
#[derive(Clone, Copy, Debug)]
pub struct Label {
    /// The queue's letter at issue; it stays when the ticket moves to another queue.
    pub letter: Letter,
    /// 1 to [`NUMBER_MAX`].
    pub number: u16,
    /// Least digits shown, 1 to 4.
    pub width: u8,
}

impl Label {
    fn identity(self) -> (Letter, u16) {
        (self.letter, self.number)
    }

    /// Reads a label as a person would type it: one letter in either case, then 1 to 4 digits.
    /// The width is the number of digits given.
    pub fn parse(text: &str) -> Option<Label> {
        let mut characters = text.chars();
        let letter = Letter::new(characters.next()?.to_ascii_uppercase())?;
        let digits = characters.as_str();
        if !(1..=4).contains(&digits.len()) || !digits.bytes().all(|b| b.is_ascii_digit()) {
            return None;
        }
        let number: u16 = digits.parse().ok()?;
        let width = u8::try_from(digits.len()).ok()?;
        (number >= 1).then_some(Label { letter, number, width })
    }
}

impl PartialEq for Label {
    fn eq(&self, other: &Label) -> bool {
        self.identity() == other.identity()
    }
}

impl Eq for Label {}

impl PartialOrd for Label {
    fn partial_cmp(&self, other: &Label) -> Option<core::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Label {
    fn cmp(&self, other: &Label) -> core::cmp::Ordering {
        self.identity().cmp(&other.identity())
    }
}

impl fmt::Display for Label {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{:0width$}", self.letter, self.number, width = usize::from(self.width))
    }
}
