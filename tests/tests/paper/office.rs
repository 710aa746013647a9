//! Slips as the program writes them: `yobidashi slips`, every kind, layout and language.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use serde_json::Value;
use tests::harness::process::yobidashi;
use tests::paper::command::Align;
use tests::paper::model::{Letters, Model, NAMES};
use tests::paper::{Item, Line, Mark, Slip, decode};

/// Dots of the flattest line of drawn text.
const DRAWN_ROWS_MIN: u32 = 12;

/// The folder of the slips of one model on one paper and line; written once for all tests.
pub(crate) fn written(model: &str, mm: u32, link: &str) -> PathBuf {
    static FOLDER: OnceLock<tempfile::TempDir> = OnceLock::new();
    let folder = FOLDER.get_or_init(|| tempfile::tempdir().unwrap()).path();
    let folder = folder.join(format!("{model}-{mm}-{link}-{:?}", std::thread::current().id()));
    if !folder.exists() {
        let mut command = yobidashi();
        command.args(["slips", "--profile", model, "--paper", &mm.to_string(), "--link", link]);
        let output = command.arg("--out").arg(&folder).output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "slips for {model}, {mm} mm: {said}");
    }
    folder
}

/// What the index says about one slip, with its bytes and its text.
pub(crate) struct Written {
    pub(crate) entry: Value,
    pub(crate) bytes: Vec<u8>,
    pub(crate) text: String,
}

impl Written {
    pub(crate) fn name(&self) -> &str {
        self.entry["name"].as_str().unwrap()
    }

    fn is(&self, key: &str, value: &str) -> bool {
        self.entry[key] == value
    }
}

/// Every slip of a folder.
pub(crate) fn read(folder: &Path) -> Vec<Written> {
    let index = std::fs::read_to_string(folder.join("index.json")).unwrap();
    let index: Value = serde_json::from_str(&index).unwrap();
    let file = |entry: &Value, key| folder.join(entry[key].as_str().unwrap());
    let read = |entry: &Value| Written {
        entry: entry.clone(),
        bytes: std::fs::read(file(entry, "bin")).unwrap(),
        text: std::fs::read_to_string(file(entry, "txt")).unwrap(),
    };
    index["slips"].as_array().unwrap().iter().map(read).collect()
}

/// One line of a slip's text: what should be there.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Said {
    Label(String),
    /// Text at one place.
    Text {
        align: Align,
        styles: BTreeSet<String>,
        text: String,
    },
    /// Two texts at the two edges.
    Edges(String, String),
    Qr(String),
    /// White space, rules, logos.
    Other,
}

/// The characters that count: spaces are where lines may be wrapped or padded, and a Japanese
/// printer has one dash, wave and yen where Unicode has several that look the same.
fn squeezed(text: &str) -> String {
    let same = |character| match character {
        '〜' | '～' | '‾' => '~',
        '‖' => '∥',
        '–' | '—' | '―' | '‐' | '−' | '－' => '-',
        '￥' | '¥' | '＼' => '\\',
        other => other,
    };
    text.chars().filter(|c| !c.is_whitespace()).map(same).collect()
}

/// Reads `[1x1] text + [2x2 bold] text`.
fn styled(spans: &str) -> (BTreeSet<String>, String) {
    let mut styles = BTreeSet::new();
    let mut text = String::new();
    for span in spans.strip_prefix('[').unwrap().split(" + [") {
        let (style, part) = span.split_once("] ").unwrap();
        // Which forms Han characters take counts where they are drawn only.
        let style = style.split(' ').filter(|word| word.contains('x') || *word == "bold");
        styles.insert(style.collect::<Vec<_>>().join(" "));
        text.push_str(&squeezed(part));
    }
    (styles, text)
}

/// Reads the lines below the head of a slip's text.
pub(crate) fn said(text: &str) -> Vec<Said> {
    let (_, body) = text.split_once("\n\n").unwrap();
    body.lines().map(said_line).collect()
}

fn said_line(line: &str) -> Said {
    let (word, rest) = line.split_once(' ').unwrap_or((line, ""));
    match word {
        "label" => Said::Label(rest.to_owned()),
        "left" | "center" | "right" if rest.starts_with('[') => {
            let align = match word {
                "left" => Align::Left,
                "center" => Align::Center,
                _ => Align::Right,
            };
            let (styles, text) = styled(rest);
            Said::Text { align, styles, text }
        }
        "edges" => {
            let (left, right) = rest.split_once(" | ").unwrap();
            Said::Edges(styled(left).1, styled(right).1)
        }
        "qr" => Said::Qr(rest.split_once(" dots ").unwrap().1.to_owned()),
        "space" | "rule" | "picture" | "logo" | "thin" | "thick" => Said::Other,
        other => panic!("{other:?} is no word of a slip's text: {line}"),
    }
}

fn style(line: &Line) -> BTreeSet<String> {
    let written = line.runs.iter().filter(|run| !run.text.trim().is_empty());
    written
        .map(|run| {
            let bold = if run.bold { " bold" } else { "" };
            format!("{}x{}{bold}", run.width, run.height)
        })
        .collect()
}

/// Whether a line is a rule.
fn is_rule(line: &Line) -> bool {
    line.text().chars().all(|character| matches!(character, '─' | '━'))
}

/// Walks down a slip beside what it should say.
struct Walk<'a> {
    items: &'a [Item],
    at: usize,
    /// Texts that were not found in letters since the last one that was.
    drawn: Vec<String>,
    rows: u32,
    faults: Vec<String>,
}

impl<'a> Walk<'a> {
    /// The lines of letters that say exactly `text`, from the next line on.
    fn find(&self, text: &str) -> Option<(usize, Vec<&'a Line>)> {
        let mut left = text;
        let mut lines = Vec::new();
        for (index, item) in self.items.iter().enumerate().skip(self.at) {
            let Item::Line(line) = item else { continue };
            if is_rule(line) {
                continue;
            }
            left = left.strip_prefix(squeezed(&line.text()).as_str())?;
            lines.push(line);
            if left.is_empty() {
                return Some((index + 1, lines));
            }
        }
        None
    }

    fn go_to(&mut self, at: usize) {
        let rows = |item: &Item| match item {
            Item::Picture(picture, _) => picture.height(),
            Item::Line(_) | Item::Qr { .. } | Item::Feed(_) => 0,
        };
        self.rows += self.items[self.at..at].iter().map(rows).sum::<u32>();
        self.at = at;
    }

    /// Looks for a text in letters; when it is not there it must have been drawn.
    fn text(&mut self, text: &str, judge: impl FnOnce(&[&Line]) -> Option<String>) {
        let Some((end, lines)) = self.find(text) else {
            self.drawn.push(text.to_owned());
            return;
        };
        self.faults.extend(judge(&lines));
        let first = self.items.iter().position(|item| *item == Item::Line(lines[0].clone()));
        self.go_to(first.unwrap_or(end).max(self.at));
        self.settle();
        self.go_to(end);
    }

    fn settle(&mut self) {
        let rows_min = DRAWN_ROWS_MIN * u32::try_from(self.drawn.len()).unwrap();
        if self.rows < rows_min {
            self.faults.push(format!("{} rows of pictures for {:?}", self.rows, self.drawn));
        }
        self.drawn.clear();
        self.rows = 0;
    }
}

/// Compares a slip with what it should say.
fn compare(slip: &Slip, written: &Written, model: &Model) -> Vec<String> {
    let mut walk =
        Walk { items: &slip.items, at: 0, drawn: Vec::new(), rows: 0, faults: Vec::new() };
    for said in said(&written.text) {
        match said {
            Said::Label(label) => walk.text(&label, |lines| label_style(lines, &label, model)),
            Said::Text { align, styles, text } => walk.text(&text, |lines| {
                let written: BTreeSet<String> = lines.iter().flat_map(|line| style(line)).collect();
                let same = written == styles && lines.iter().all(|line| line.align == align);
                let wrong = || format!("{text} is not {align:?} {styles:?}: {lines:?}");
                (!same).then(wrong)
            }),
            Said::Edges(left, right) => walk.text(&format!("{left}{right}"), |lines| {
                let line = lines.last()?;
                let wrong = || format!("{right} does not end at the edge: {line:?}");
                let short = line.align == Align::Left && line.dots() + 12 < model.width;
                (short && !right.is_empty()).then(wrong)
            }),
            Said::Qr(payload) if model.draws_qr && slip.payloads() != [payload.as_str()] => {
                walk.faults.push(format!("{:?} is not {payload}", slip.payloads()));
            }
            // In a picture a code is a drawing of its own, which a reader reads back.
            Said::Qr(payload) if !model.draws_qr => walk.drawn.push(payload),
            Said::Qr(_) | Said::Other => {}
        }
    }
    walk.go_to(slip.items.len());
    walk.settle();
    walk.faults
}

/// A label in letters is bold, and as large as the printer and the paper allow, or one less.
fn label_style(lines: &[&Line], label: &str, model: &Model) -> Option<String> {
    let cells = u32::try_from(label.len()).unwrap();
    let largest = (model.width / (12 * cells)).min(u32::from(model.scale_max));
    let [line] = lines else { return Some(format!("the label stands on {} lines", lines.len())) };
    let run = line.runs.first()?;
    let large = u32::from(run.width) + 1 >= largest && run.height >= run.width;
    let well = run.bold && line.align == Align::Center && large;
    (!well).then(|| format!("the label is {run:?} where {largest} times would fit"))
}

/// Judges every slip of one model, paper and line.
fn judge(name: &str, mm: u32, link: &str) -> Vec<String> {
    let model = Model::named(name, mm);
    let folder = written(name, mm, link);
    let slips = read(&folder);
    let mut faults = complete(&folder, &slips);
    for written in &slips {
        let here = format!("{} on {name} {mm} mm {link}", written.name());
        if written.entry["bytes"] != written.bytes.len() {
            faults.push(format!("{here}: {} bytes", written.bytes.len()));
        }
        let slip = match decode(&written.bytes, &model) {
            Ok(slip) => slip,
            Err(fault) => {
                faults.push(format!("{here}: {fault}"));
                continue;
            }
        };
        faults.extend(compare(&slip, written, &model).iter().map(|f| format!("{here}: {f}")));
        faults.extend(ending(&slip, written).map(|fault| format!("{here}: {fault}")));
        faults.extend(size(&slip, written, &model, link).map(|fault| format!("{here}: {fault}")));
    }
    faults
}

/// The cut, the process ID, and that nothing was replaced.
fn ending(slip: &Slip, written: &Written) -> Option<String> {
    if let Mark::ProcessId(id) = slip.mark
        && !written.is("process_id", &String::from_utf8_lossy(&id))
    {
        return Some(format!("ends with {id:?}"));
    }
    let cut = if slip.full_cut { "\ncut: full\n" } else { "\ncut: partial\n" };
    if !written.text.contains(cut) {
        return Some(format!("is cut otherwise than said: {cut}"));
    }
    let replaced = written.entry["substitutions"].as_array().is_none_or(|all| !all.is_empty());
    // The test page tries characters that no font has.
    (replaced && !written.is("kind", "test")).then(|| "has characters replaced".to_owned())
}

/// 400 bytes for a ticket in text, 8 KB for one with pictures, where the line is slow.
fn size(slip: &Slip, written: &Written, model: &Model, link: &str) -> Option<String> {
    let count = written.bytes.len();
    let japanese = written.is("language", "ja") && model.letters == Letters::Kanji;
    let limit = match (link, written.is("kind", "ticket") && japanese) {
        ("serial", true) => 400,
        ("serial", false) if model.letters == Letters::Kanji => 8192,
        _ => return None,
    };
    if written.is("kind", "test") {
        return None;
    }
    if limit <= 400 && slip.picture_rows() > 0 {
        return Some("draws what the printer has letters for".to_owned());
    }
    (count > limit).then(|| format!("{count} bytes, at most {limit}"))
}

/// Every kind, layout and language is there, and every file is in the index.
fn complete(folder: &Path, slips: &[Written]) -> Vec<String> {
    let mut faults = Vec::new();
    let names: BTreeSet<&str> = slips.iter().map(Written::name).collect();
    let mut expected = vec!["staff-standard-ja".to_owned(), "summary-standard-ja".to_owned()];
    for language in ["ja-easy", "en", "zh-Hans", "zh-Hant", "ko", "vi", "ne", "fil", "pt"] {
        for layout in ["standard", "large", "short"] {
            for kind in ["ticket", "transfer", "tag"] {
                expected.push(format!("{kind}-{layout}-ja+{language}"));
                expected.push(format!("{kind}-{layout}-ja"));
            }
        }
    }
    for name in expected.iter().filter(|name| !names.contains(name.as_str())) {
        faults.push(format!("no slip is called {name}"));
    }
    let kinds: BTreeSet<&str> =
        slips.iter().map(|slip| slip.entry["kind"].as_str().unwrap()).collect();
    if !kinds.iter().any(|kind| kind.starts_with("test")) {
        faults.push(format!("no test page among {kinds:?}"));
    }
    let files = std::fs::read_dir(folder).unwrap();
    let files = files.filter(|file| {
        let name = file.as_ref().unwrap().file_name();
        name.to_string_lossy().ends_with(".bin")
    });
    if files.count() != names.len() {
        faults.push("a file is not in the index, or twice".to_owned());
    }
    faults
}

/// Every model on its usual line; one with letters on a fast line too, where labels are drawn.
const LINES: [(&str, &str); 7] = [
    ("epson-jp", "serial"),
    ("epson-jp", "lan"),
    ("epson-intl", "usb"),
    ("seiko", "serial"),
    ("citizen", "serial"),
    ("star", "lan"),
    ("raster", "lan"),
];

#[test]
fn every_slip_that_the_program_writes_says_on_paper_what_it_should() {
    assert!(NAMES.iter().all(|name| LINES.iter().any(|(model, _)| model == name)));
    let judges = LINES.map(|(model, link)| {
        std::thread::spawn(move || [judge(model, 80, link), judge(model, 58, link)].concat())
    });
    let mut faults: Vec<String> =
        judges.into_iter().flat_map(|judge| judge.join().unwrap()).collect();
    let count = faults.len();
    faults.truncate(30);
    assert!(faults.is_empty(), "{count} faults:\n{}", faults.join("\n"));
}
