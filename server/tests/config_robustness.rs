//! Whatever a file holds, reading it ends with an office or with messages, never with a panic.

use server::config::{DEFAULT_OFFICE, FILE_BYTES_MAX, MISTAKES_MAX, OfficeFile, check_file};

/// SplitMix64: the same seeds give the same mutations for ever.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, limit: usize) -> usize {
        usize::try_from(self.next() % (limit as u64)).expect("below a usize")
    }
}

const SCRAPS: [&str; 24] = [
    "\"",
    "'",
    "[",
    "]",
    "{",
    "}",
    "[[",
    "]]",
    "=",
    ".",
    ",",
    "\n",
    "#",
    "0",
    "-1",
    "99999999999",
    "true",
    "\"\"",
    "25:00",
    "窓口",
    "\u{0}",
    "\"\"\"",
    "\\u12",
    "id = \"x\"\n",
];

/// One change to a text: lines dropped, doubled, swapped or cut, or a scrap thrown in.
fn mutate(text: &mut String, random: &mut Random) {
    let mut lines: Vec<&str> = text.split_inclusive('\n').collect();
    let at = random.below(lines.len());
    let other = random.below(lines.len());
    match random.below(5) {
        0 => drop(lines.remove(at)),
        1 => lines.insert(other, lines[at]),
        2 => lines.swap(at, other),
        choice => {
            let places: Vec<usize> = lines[at].char_indices().map(|(place, _)| place).collect();
            let place = places[random.below(places.len())];
            let start: usize = lines[..at].iter().map(|line| line.len()).sum();
            let start = start + place;
            if choice == 3 {
                text.insert_str(start, SCRAPS[random.below(SCRAPS.len())]);
            } else {
                text.remove(start);
            }
            return;
        }
    }
    *text = lines.concat();
}

#[test]
fn random_changes_to_the_default_office_never_panic_and_always_name_a_line() {
    // The shorter half of the default office: every kind of table is in it.
    let errands = DEFAULT_OFFICE.find("[[errands]]").unwrap();
    let procedures = DEFAULT_OFFICE.find("[[procedures]]").unwrap();
    let office = &DEFAULT_OFFICE[..errands];
    let rest = DEFAULT_OFFICE[errands..].lines().take(60);
    let sheets = DEFAULT_OFFICE[procedures..].lines().take(60);
    let base: Vec<&str> = office.lines().chain(rest).chain(sheets).collect();
    let base = base.join("\n") + "\n";
    let lines_max = base.lines().count() + 20;
    for seed in 0..150 {
        let mut random = Random(seed);
        let mut text = base.clone();
        for _ in 0..=random.below(4) {
            mutate(&mut text, &mut random);
        }
        let Err(errors) = OfficeFile::parse(&text, "office.toml") else {
            continue;
        };
        assert!(!errors.mistakes.is_empty(), "seed {seed}");
        for mistake in &errors.mistakes {
            assert!((1..=lines_max).contains(&mistake.line), "seed {seed}: {errors}");
            assert!(mistake.column >= 1, "seed {seed}: {errors}");
            assert!(!mistake.expected.is_empty(), "seed {seed}: {errors}");
        }
    }
}

#[test]
fn a_cut_off_default_office_never_panics() {
    let mut random = Random(7);
    for _ in 0..40 {
        let mut cut = random.below(DEFAULT_OFFICE.len());
        while !DEFAULT_OFFICE.is_char_boundary(cut) {
            cut -= 1;
        }
        let result = OfficeFile::parse(&DEFAULT_OFFICE[..cut], "office.toml");
        assert!(result.is_err(), "half an office at {cut} was taken for one");
    }
}

#[test]
fn a_file_that_is_too_large_is_refused_unread() {
    let text = "#".repeat(FILE_BYTES_MAX + 1);
    let errors = OfficeFile::parse(&text, "office.toml").unwrap_err();
    let expected = "office.toml: the file has 1048577 bytes; expected at most 1048576";
    assert_eq!(errors.to_string(), expected);
}

#[test]
fn a_file_of_another_kind_gets_a_bounded_answer() {
    let noise = "x y z\n".repeat(10_000);
    let errors = OfficeFile::parse(&noise, "office.toml").unwrap_err();
    assert_eq!(errors.mistakes.len(), MISTAKES_MAX);
    assert!(errors.omitted_count > 0);
    assert!(errors.to_string().ends_with("more mistakes"));
    let deep = "a = ".to_owned() + &"[".repeat(100_000);
    assert!(OfficeFile::parse(&deep, "office.toml").is_err());
    let keys: String = (0..10_000).map(|key| format!("k{key}=1\n")).collect();
    assert!(OfficeFile::parse(&keys, "office.toml").is_err());
}

#[test]
fn a_file_from_another_editor_is_read_all_the_same() {
    let windows = DEFAULT_OFFICE.replace('\n', "\r\n");
    let marked = format!("\u{feff}{DEFAULT_OFFICE}");
    let setup = OfficeFile::embedded().setup;
    for text in [windows, marked] {
        match OfficeFile::parse(&text, "office.toml") {
            Ok(office) => assert_eq!(office.setup, setup),
            Err(errors) => panic!("{errors}"),
        }
    }
}

#[test]
fn the_digest_changes_with_the_text_and_only_with_it() {
    let digest = |text: &str| OfficeFile::parse(text, "office.toml").unwrap().digest;
    assert_eq!(digest(DEFAULT_OFFICE), OfficeFile::embedded().digest);
    assert_ne!(digest(&format!("{DEFAULT_OFFICE}# a note\n")), digest(DEFAULT_OFFICE));
}

#[test]
fn checking_a_file_says_what_it_holds_or_why_it_cannot_be_read() {
    let directory = std::env::temp_dir().join(format!("office-check-{}", std::process::id()));
    std::fs::create_dir_all(&directory).unwrap();
    let path = directory.join("office.toml");
    std::fs::write(&path, DEFAULT_OFFICE).unwrap();
    let summary = check_file(&path, |_| Vec::new()).unwrap().to_string();
    assert!(summary.contains("procedures: 41"), "{summary}");
    assert!(summary.contains("letters: ACFHLRSYKZNUVWXQ"), "{summary}");
    std::fs::write(&path, b"[office]\nname = \"\xff\"\n").unwrap();
    let errors = check_file(&path, |_| Vec::new()).unwrap_err().to_string();
    assert!(errors.ends_with("line 2 is not UTF-8 text; expected a file saved as UTF-8"));
    std::fs::remove_dir_all(&directory).unwrap();
    let errors = check_file(&path, |_| Vec::new()).unwrap_err().to_string();
    assert!(errors.contains("office.toml: the file cannot be read"), "{errors}");
}
