//! "Did you mean": the nearest known word to one that is not known.

/// The candidate nearest to `word`, when it is near enough to be what was meant: at most one
/// third of the longer word's letters differ.
pub(super) fn nearest<'c>(
    word: &str,
    candidates: impl IntoIterator<Item = &'c str>,
) -> Option<&'c str> {
    candidates
        .into_iter()
        .map(|candidate| (distance(word, candidate), candidate))
        .filter(|(distance, candidate)| {
            let longer = word.chars().count().max(candidate.chars().count());
            *distance <= (longer / 3).max(1) && *distance < longer
        })
        .min()
        .map(|(_, candidate)| candidate)
}

/// How many letters must be changed, added, dropped or swapped with their neighbour to make one
/// word of the other; upper and lower case count as the same.
fn distance(one: &str, other: &str) -> usize {
    let one: Vec<char> = one.to_lowercase().chars().take(LENGTH_MAX).collect();
    let other: Vec<char> = other.to_lowercase().chars().take(LENGTH_MAX).collect();
    let width = other.len() + 1;
    let mut rows = vec![0; (one.len() + 1) * width];
    for row in 0..=one.len() {
        for column in 0..=other.len() {
            let at = row * width + column;
            if row == 0 || column == 0 {
                rows[at] = row + column;
                continue;
            }
            let same = usize::from(one[row - 1] != other[column - 1]);
            let mut least =
                (rows[at - width] + 1).min(rows[at - 1] + 1).min(rows[at - width - 1] + same);
            let swapped = row > 1
                && column > 1
                && one[row - 1] == other[column - 2]
                && one[row - 2] == other[column - 1];
            if swapped {
                least = least.min(rows[at - 2 * width - 2] + 1);
            }
            rows[at] = least;
        }
    }
    rows[one.len() * width + other.len()]
}

/// Letters compared at most: longer than any key, and bounds the work on a hostile file.
const LENGTH_MAX: usize = 48;

#[cfg(test)]
mod tests {
    use super::nearest;

    #[test]
    fn a_slip_of_one_letter_finds_the_word_that_was_meant() {
        let known = ["letter", "name", "section", "waiting_max"];
        assert_eq!(nearest("leter", known), Some("letter"));
        assert_eq!(nearest("waitng_max", known), Some("waiting_max"));
        assert_eq!(nearest("Name", known), Some("name"));
        assert_eq!(nearest("setcion", known), Some("section"));
    }

    #[test]
    fn a_word_of_its_own_is_not_taken_for_another() {
        assert_eq!(nearest("colour", ["letter", "name"]), None);
        assert_eq!(nearest("x", ["a", "b"]), None);
        assert_eq!(nearest("", ["a"]), None);
    }
}
