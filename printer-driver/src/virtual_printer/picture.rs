//! A slip as a picture: a standalone SVG, one unit per dot, on paper with a margin.

use super::bitmap::{Bitmap, base64};
use super::slip::{CHARACTER_DOTS, COLUMN_DOTS, Slip, SlipEnd, SlipMark, SlipRun};
use crate::document::Align;
use qrcode::{Color, EcLevel, QrCode};
use std::fmt::Write as _;

/// White paper beside the printable width: 80 mm paper has 640 dots, 576 of them printable.
pub(super) const MARGIN_DOTS: u32 = 32;
/// Room around the paper for its shadow.
const SHADOW_DOTS: u32 = 12;
/// White paper below the last row, as a person tears it off.
const EDGE_DOTS: u32 = 24;
/// Teeth of the torn edge.
const TOOTH_DOTS: u32 = 8;
/// The share of a full-width cell below the baseline in the gothic faces used.
const BASELINE_SHARE: f64 = 0.86;

impl Slip {
    /// The slip as an SVG document that looks like thermal paper. It names fonts and loads
    /// nothing.
    #[must_use]
    pub fn to_svg(&self) -> String {
        let paper_width = self.width_dots + 2 * MARGIN_DOTS;
        let paper_height = self.height_dots + EDGE_DOTS;
        let (width, height) = (paper_width + 2 * SHADOW_DOTS, paper_height + 2 * SHADOW_DOTS);
        let mut svg = format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" \
             width=\"{width}\" height=\"{height}\" role=\"img\" aria-label=\"{}\">\n",
            escaped(&self.lines().join(" "))
        );
        svg.push_str(
            "<defs><filter id=\"lift\" x=\"-5%\" y=\"-5%\" width=\"110%\" height=\"110%\">\
             <feDropShadow dx=\"0\" dy=\"3\" stdDeviation=\"4\" flood-opacity=\".28\"/>\
             </filter></defs>\n",
        );
        let edge = paper_edge(paper_width, paper_height, self.end);
        // Writing to a string cannot fail.
        let _ = writeln!(svg, "<path filter=\"url(#lift)\" fill=\"#fdfdfa\" d=\"{edge}\"/>");
        let _ = writeln!(
            svg,
            "<g transform=\"translate({} {})\" fill=\"#1c1b20\" font-size=\"{CHARACTER_DOTS}\" \
             font-family=\"'BIZ UDGothic','Noto Sans CJK JP',monospace\">",
            SHADOW_DOTS + MARGIN_DOTS,
            SHADOW_DOTS
        );
        for row in &self.rows {
            match &row.mark {
                SlipMark::Text { runs, align } => {
                    let (y, height) = (row.y_dots, tallest(runs));
                    text_row(&mut svg, runs, self.left(*align, width_of(runs)), y, height);
                }
                SlipMark::Qr { payload, module_dots, correction, align } => {
                    let module = u32::from(*module_dots);
                    if let Some(code) = code(payload, *correction) {
                        let left = self.left(*align, code.width() as u32 * module);
                        qr(&mut svg, &code, (left, row.y_dots), module);
                    }
                }
                SlipMark::Picture { left_dots, bitmap } => {
                    image(&mut svg, bitmap, (*left_dots, row.y_dots));
                }
            }
        }
        svg.push_str("</g>\n</svg>\n");
        svg
    }

    /// Where a row of that width begins.
    pub(super) fn left(&self, align: Align, used_dots: u32) -> u32 {
        let free = self.width_dots.saturating_sub(used_dots);
        match align {
            Align::Left => 0,
            Align::Center => free / 2,
            Align::Right => free,
        }
    }
}

/// The printer's own choice of version: the smallest that holds the payload at that level.
pub(super) fn code(payload: &str, correction: u8) -> Option<QrCode> {
    let level = match correction {
        0 => EcLevel::L,
        1 => EcLevel::M,
        2 => EcLevel::Q,
        _ => EcLevel::H,
    };
    QrCode::with_error_correction_level(payload, level).ok()
}

pub(super) fn width_of(runs: &[SlipRun]) -> u32 {
    runs.iter().map(SlipRun::width_dots).sum()
}

pub(super) fn tallest(runs: &[SlipRun]) -> u32 {
    CHARACTER_DOTS * u32::from(runs.iter().map(|run| run.height).max().unwrap_or(1))
}

/// Every character stands in its own cell of the dot grid, whatever font the viewer has.
/// Characters of different heights share a baseline at the bottom of the row.
fn text_row(svg: &mut String, runs: &[SlipRun], left: u32, y_dots: u32, row_height: u32) {
    let mut x_dots = left;
    for run in runs {
        let baseline = f64::from(y_dots + row_height)
            - f64::from(CHARACTER_DOTS * u32::from(run.height)) * (1.0 - BASELINE_SHARE);
        let start_dots = x_dots + run.gap_dots;
        let mut cell = 0;
        let mut places = Vec::new();
        for columns in &run.columns {
            places.push(cell.to_string());
            cell += u32::from(*columns) * COLUMN_DOTS;
        }
        let weight = if run.emphasis { " font-weight=\"700\"" } else { "" };
        if !run.text.trim().is_empty() {
            let _ = writeln!(
                svg,
                "<text xml:space=\"preserve\" transform=\"translate({start_dots} {baseline:.1}) \
                 scale({} {})\" x=\"{}\"{weight}>{}</text>",
                run.width,
                run.height,
                places.join(" "),
                escaped(&run.text)
            );
        }
        x_dots += run.width_dots();
    }
}

/// The dots as they are, as a PNG inside the document.
fn image(svg: &mut String, bitmap: &Bitmap, (left, top): (u32, u32)) {
    let (width, height) = (bitmap.width_dots(), bitmap.height_dots());
    let _ = writeln!(
        svg,
        "<image x=\"{left}\" y=\"{top}\" width=\"{width}\" height=\"{height}\" \
         style=\"image-rendering:pixelated\" href=\"data:image/png;base64,{}\"/>",
        base64(&bitmap.to_png(true))
    );
}

/// Dark modules of a row that touch are one rectangle.
fn qr(svg: &mut String, code: &QrCode, (left, top): (u32, u32), module: u32) {
    let side = code.width();
    let colors = code.to_colors();
    let mut path = String::new();
    for (y, row) in colors.chunks(side).enumerate() {
        let mut x = 0;
        while x < side {
            let length = row[x..].iter().take_while(|color| **color == Color::Dark).count();
            if length > 0 {
                let (left, top) = (left + x as u32 * module, top + y as u32 * module);
                let width = length as u32 * module;
                let _ = write!(path, "M{left} {top}h{width}v{module}h-{width}z");
            }
            x += length.max(1);
        }
    }
    let _ = writeln!(svg, "<path shape-rendering=\"crispEdges\" d=\"{path}\"/>");
}

/// A straight edge above, teeth below where the blade has been.
fn paper_edge(width: u32, height: u32, end: SlipEnd) -> String {
    let mut edge = format!("M{SHADOW_DOTS} {SHADOW_DOTS}h{width}v{height}");
    match end {
        SlipEnd::Uncut => {
            let _ = write!(edge, "h-{width}");
        }
        SlipEnd::PartialCut | SlipEnd::FullCut => {
            for _ in 0..width / (2 * TOOTH_DOTS) {
                let _ = write!(edge, "l-{TOOTH_DOTS} -5l-{TOOTH_DOTS} 5");
            }
            // Paper need not be a whole number of teeth wide.
            let _ = write!(edge, "H{SHADOW_DOTS}");
        }
    }
    edge.push('z');
    edge
}

fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            _ => safe.push(character),
        }
    }
    safe
}
