//! What a slip should say, line by line, for people and programs that check a printer.

use std::collections::BTreeSet;
use std::fmt::Write;

use printer_driver::document::{Align, Block, Cut, Document, Han, Rule, Span, Style};
use printer_driver::encoder::{Encoded, Encoder};
use printer_driver::profile::Completion;

use super::Example;

/// Describes an example as it is encoded.
///
/// A heading of `name: value` lines, an empty line, then one line for each block, top first:
/// where it stands, its size as width × height, and its text. The paper's width wraps them.
pub(super) fn describe(example: &Example, encoder: &Encoder, encoded: &Encoded) -> String {
    let profile = encoder.profile();
    let mut text = String::new();
    let mut head = |name: &str, value: &str| {
        let _ = writeln!(text, "{name}: {value}");
    };
    head("slip", &example.name());
    head("kind", example.kind.name());
    head("layout", &example.layout);
    head("language", &example.language_tags());
    head("case", example.case.name());
    head("profile", &profile.name);
    head("paper", &format!("{} mm, {} columns", profile.paper, profile.columns));
    head("link", &format!("{} bytes/s", encoder.link_bytes_per_second()));
    head("bytes", &encoded.bytes.len().to_string());
    head("completion", &completion(profile.completion, encoded));
    head("qr", example.qr().unwrap_or("none"));
    head("cut", cut(example.document.cut()));
    let otherwise: BTreeSet<String> = encoded
        .substitutions
        .iter()
        .map(|one| format!("{} as {}", one.written, one.printed))
        .collect();
    if !otherwise.is_empty() {
        let otherwise: Vec<String> = otherwise.into_iter().collect();
        head("printed otherwise", &otherwise.join(", "));
    }
    text.push('\n');
    text.push_str(&example.lines());
    text
}

/// The blocks of a document as lines of text.
pub(super) fn lines(document: &Document) -> String {
    let mut text = String::new();
    for block in document.blocks() {
        text.push_str(&line(block));
        text.push('\n');
    }
    text
}

/// What the first QR code of a document holds.
pub(super) fn qr(document: &Document) -> Option<&str> {
    document.blocks().iter().find_map(|block| match block {
        Block::Qr { payload, .. } => Some(payload.as_str()),
        Block::Line { .. }
        | Block::Columns { .. }
        | Block::Label { .. }
        | Block::Rule { .. }
        | Block::Feed { .. }
        | Block::Picture { .. } => None,
    })
}

fn line(block: &Block) -> String {
    match block {
        Block::Line { spans, align } => {
            let spans: Vec<String> = spans.iter().map(span).collect();
            format!("{} {}", place(*align), spans.join(" + "))
        }
        Block::Columns { left, right } => format!("edges {} | {}", span(left), span(right)),
        Block::Label { text } => format!("label {text}"),
        Block::Rule { rule: Rule::Thin } => "rule thin".to_owned(),
        Block::Rule { rule: Rule::Thick } => "rule thick".to_owned(),
        Block::Feed { dots } => format!("space {dots} dots"),
        Block::Qr { payload, module_dots, .. } => format!("qr {module_dots} dots {payload}"),
        Block::Picture { picture } => {
            format!("picture {} x {} dots", picture.width_dots(), picture.height_dots())
        }
    }
}

fn span(span: &Span) -> String {
    let forms = match span.han {
        Han::Japanese => "",
        Han::Simplified => " simplified",
        Han::Traditional => " traditional",
        Han::Korean => " korean",
    };
    format!("[{}{forms}] {}", size(span.style), span.text)
}

fn size(style: Style) -> String {
    let bold = if style.emphasis { " bold" } else { "" };
    format!("{}x{}{bold}", style.width.factor(), style.height.factor())
}

fn place(align: Align) -> &'static str {
    match align {
        Align::Left => "left",
        Align::Center => "center",
        Align::Right => "right",
    }
}

fn cut(cut: Cut) -> &'static str {
    match cut {
        Cut::Partial => "partial",
        Cut::Full => "full",
        Cut::Uncut => "none",
    }
}

fn completion(completion: Completion, encoded: &Encoded) -> String {
    match completion {
        Completion::ProcessId => format!("process ID {}", encoded.process_id),
        Completion::Dc2Q => "DC2 q".to_owned(),
        Completion::Etb => "ETB".to_owned(),
        Completion::StatusFence => "GS r 1 after the cut".to_owned(),
    }
}
