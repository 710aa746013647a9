//! Drawn slips read back from paper: the Japanese lines by character recognition, the code by a
//! reader of codes. What is not installed is said and left out; the build server has both.

use std::path::Path;
use std::process::Command;

use tests::paper::bitmap::Bitmap;
use tests::paper::decode;
use tests::paper::model::Model;

use super::office::{Said, Written, read, said, written};

/// Share of a line's characters that must be read.
const LINE_SIMILARITY_MIN: f64 = 0.7;
/// Share of the lines that must be read so well.
const LINES_READ_MIN: f64 = 0.8;

/// Slips of every kind of script; what is read are their Japanese lines.
const SLIPS: [(&str, u32); 6] = [
    ("ticket-standard-ja", 58),
    ("ticket-standard-ja+ne", 80),
    ("ticket-standard-ja+zh-Hans", 58),
    ("ticket-standard-ja+ko", 80),
    ("ticket-large-ja+vi", 58),
    ("transfer-standard-ja+en", 80),
];

#[expect(clippy::print_stdout, reason = "a test that could not look says so")]
fn installed(program: &str, arguments: &[&str], needs: &str) -> bool {
    let found = Command::new(program).args(arguments).output();
    let there = found.is_ok_and(|output| {
        let all = [output.stdout, output.stderr].concat();
        output.status.success() && String::from_utf8_lossy(&all).contains(needs)
    });
    if !there {
        println!("skipped: {program} with {needs:?} is not installed");
    }
    there
}

fn slip(name: &str, mm: u32) -> Written {
    let slips = read(&written("raster", mm, "lan"));
    slips.into_iter().find(|slip| slip.name() == name).unwrap()
}

fn paper(slip: &Written, mm: u32) -> Bitmap {
    decode(&slip.bytes, &Model::named("raster", mm)).unwrap().picture()
}

/// What stands on paper, without spaces.
fn recognised(paper: &Bitmap, folder: &Path, options: [&str; 4]) -> String {
    let path = folder.join("paper.png");
    paper.write_png(&path).unwrap();
    let mut command = Command::new("tesseract");
    command.arg(&path).arg("-").args(options);
    // One thread: the other cores are other tests'.
    let output = command.env("OMP_THREAD_LIMIT", "1").output().unwrap();
    plain(&String::from_utf8_lossy(&output.stdout))
}

fn is_japanese(text: &str) -> bool {
    let kana = |c: char| matches!(c, 'ぁ'..='ん' | 'ァ'..='ヶ');
    text.chars().any(kana) && text.chars().count() >= 6
}

fn japanese_lines(slip: &Written) -> Vec<String> {
    let mut lines = Vec::new();
    for said in said(&slip.text) {
        match said {
            Said::Text { text, .. } => lines.push(text),
            Said::Edges(left, right) => lines.extend([left, right]),
            Said::Label(_) | Said::Qr(_) | Said::Other => {}
        }
    }
    lines.retain(|line| is_japanese(line));
    lines
}

/// How much of `line` stands somewhere in `text`, 0 to 1: the least number of changes to make it
/// a part of the text.
fn similarity(line: &str, text: &str) -> f64 {
    let (line, text): (Vec<char>, Vec<char>) = (line.chars().collect(), text.chars().collect());
    let mut row = vec![0; text.len() + 1];
    for (index, wanted) in line.iter().enumerate() {
        let mut next = vec![index + 1];
        for (at, found) in text.iter().enumerate() {
            let changed = row[at] + usize::from(wanted != found);
            next.push(changed.min(row[at + 1] + 1).min(next[at] + 1));
        }
        row = next;
    }
    let changes = row.into_iter().min().unwrap_or(line.len());
    1.0 - changes as f64 / line.len().max(1) as f64
}

/// The best of several readings.
fn best(line: &str, readings: &[String]) -> f64 {
    readings.iter().map(|read| similarity(line, read)).fold(0.0, f64::max)
}

/// Full-width and half-width forms of one character are the same to a reader.
fn plain(text: &str) -> String {
    let narrow = |character: char| match character {
        '！'..='～' => char::from_u32(u32::from(character) - 0xfee0).unwrap(),
        '–' | '―' | 'ー' | '一' | '−' => '-',
        other => other,
    };
    text.chars().filter(|c| !c.is_whitespace()).map(narrow).collect()
}

#[test]
fn the_japanese_lines_of_a_drawn_slip_are_read_by_character_recognition() {
    if !installed("tesseract", &["--list-langs"], "jpn") {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    for (name, mm) in SLIPS {
        let slip = slip(name, mm);
        let paper = paper(&slip, mm);
        let read = [&paper, &paper.widened()]
            .map(|paper| recognised(paper, folder.path(), ["-l", "jpn", "--psm", "6"]));
        let lines = japanese_lines(&slip);
        assert!(lines.len() >= 2, "{name} says {lines:?} in Japanese");
        let scores: Vec<(f64, &String)> =
            lines.iter().map(|line| (best(&plain(line), &read), line)).collect();
        let well = scores.iter().filter(|(score, _)| *score >= LINE_SIMILARITY_MIN).count();
        let share = well as f64 / lines.len() as f64;
        assert!(share >= LINES_READ_MIN, "{name} on {mm} mm reads {read:?}\nfor {scores:?}");
    }
}

#[test]
fn the_label_of_a_drawn_slip_is_read_from_afar() {
    if !installed("tesseract", &["--list-langs"], "eng") {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    for (name, mm) in SLIPS.iter().filter(|(name, _)| name.starts_with("ticket")) {
        let slip = slip(name, *mm);
        let labels = said(&slip.text).into_iter().filter_map(|said| match said {
            Said::Label(label) => Some(label),
            Said::Text { .. } | Said::Edges(..) | Said::Qr(_) | Said::Other => None,
        });
        let label: String = labels.collect();
        let top = paper(&slip, *mm).top_from_afar(4);
        // A label is letters and digits: the reader need not think of anything else.
        let only = "tessedit_char_whitelist=0123456789ABCDEFGHJKLMNPQRSTUVWXYZ-";
        let read = recognised(&top, folder.path(), ["--psm", "7", "-c", only]);
        assert_eq!(read, label, "{name} on {mm} mm");
    }
}

#[test]
fn the_code_of_a_drawn_slip_is_read_exactly() {
    if !installed("zbarimg", &["--help"], "zbarimg") {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let mut codes = 0;
    for (name, mm) in SLIPS {
        let slip = slip(name, mm);
        let Some(payload) = slip.entry["qr"].as_str().filter(|payload| !payload.is_empty()) else {
            continue;
        };
        let path = folder.path().join(format!("{name}-{mm}.png"));
        paper(&slip, mm).write_png(&path).unwrap();
        let output = Command::new("zbarimg").args(["-q", "--raw"]).arg(&path).output().unwrap();
        let read = String::from_utf8_lossy(&output.stdout);
        assert_eq!(read.trim_end(), payload, "{name} on {mm} mm");
        codes += 1;
    }
    assert!(codes >= 5, "{codes} slips have a code");
}
