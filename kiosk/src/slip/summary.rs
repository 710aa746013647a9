//! The day in figures, for the manager at closing. Wait, handling, service and stay are four
//! tables, never one. No figure is anybody's own (D-8).

use printer_driver::document::Han;

use super::{Content, Kind, Line, Part, Row, Slip};

/// Most rows of one table, so that four of them are within a document's 200 blocks. No day has seen
/// more than some 30 of the catalogue's 41 sheets.
const ROWS_MAX: usize = 40;

/// A day in figures. Texts are final; unknown ones say so.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct DaySummary {
    /// That it counts for nothing, in a rehearsal; else empty.
    pub rehearsal: String,
    /// What it is.
    pub title: String,
    /// The day, and when it was printed.
    pub issued: String,
    /// Tickets in numbers.
    pub counts: Vec<Row>,
    /// What waits are, after a colon from when to when and the limit.
    pub waits_title: String,
    /// Waits over all, then per queue.
    pub waits: Vec<SummaryRow>,
    /// What handling is, after a colon from when to when.
    pub handling_title: String,
    /// Handling over all, then per procedure.
    pub handling: Vec<SummaryRow>,
    /// What service is, likewise.
    pub service_title: String,
    /// Service over all, then per procedure.
    pub service: Vec<SummaryRow>,
    /// What stay is, likewise.
    pub stay_title: String,
    /// Stay over all, then per procedure.
    pub stay: Vec<SummaryRow>,
}

/// One row of a table: what, and its figures, which stand below where they do not fit beside it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SummaryRow {
    /// The queue or procedure.
    pub name: String,
    /// Such as `45件`.
    pub count: String,
    /// Such as `中央 12:05 90% 25:10 限度内 97.7%`.
    pub figures: String,
}

impl DaySummary {
    /// The slip as its parts.
    pub fn to_slip(&self) -> Slip {
        Slip::new(Kind::Summary, Han::Japanese)
            .marked(Line::japanese(&self.rehearsal))
            .with_line(Part::Title, Line::japanese(&self.title))
            .with_line(Part::Issued, Line::japanese(&self.issued))
            .with(Part::Counts, Content::Rows(self.counts.clone()))
            .with(Part::Waits, table(&self.waits_title, &self.waits))
            .with(Part::Handling, table(&self.handling_title, &self.handling))
            .with(Part::Service, table(&self.service_title, &self.service))
            .with(Part::Stay, table(&self.stay_title, &self.stay))
    }
}

fn table(title: &str, rows: &[SummaryRow]) -> Content {
    let (name, definition) = title.split_once('：').unwrap_or((title, ""));
    let mut table = vec![Row::new(format!("【{name}】"), ""), Row::new(definition, "")];
    for row in rows.iter().take(ROWS_MAX) {
        table.push(Row::new(&row.name, format!("{} {}", row.count, row.figures)));
    }
    let left_out = rows.len().saturating_sub(ROWS_MAX);
    if left_out > 0 {
        table.push(Row::new(format!("ほか{left_out}行は画面の集計で"), ""));
    }
    Content::Rows(table)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::layout::{Layout, lay_out};

    #[test]
    fn a_day_on_which_every_procedure_was_done_fits_and_says_what_it_left_out() {
        let row = |number: usize| SummaryRow {
            name: format!("{number} 手続"),
            count: "1件".to_owned(),
            figures: "中央 1:00".to_owned(),
        };
        let rows: Vec<SummaryRow> = (1..=60).map(row).collect();
        let summary = DaySummary {
            rehearsal: "練習".to_owned(),
            title: "本日の集計".to_owned(),
            issued: "6月2日".to_owned(),
            counts: vec![Row::new("発券", "60件"); 7],
            waits: rows.clone(),
            handling: rows.clone(),
            service: rows.clone(),
            stay: rows,
            ..DaySummary::default()
        };
        let document = lay_out(&summary.to_slip(), &Layout::standard()).unwrap();
        let text = format!("{document:?}");
        assert!(text.contains("40 手続") && !text.contains("41 手続"));
        assert_eq!(text.matches("ほか20行").count(), 4);
    }
}
