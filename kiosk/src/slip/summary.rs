//! The day in figures, for the manager at closing. Wait, handling, service and stay are four
//! tables, never one. No figure is anybody's own (D-8).

use printer_driver::document::Han;

use super::{Content, Kind, Line, Part, Row, Slip};

/// Most rows of one table: the largest catalogue is 41 sheets, and a document has its limit.
const ROWS_MAX: usize = 30;

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
    /// Waits: what is compared with what.
    pub waits_title: String,
    /// Waits over all, then per queue.
    pub waits: Vec<SummaryRow>,
    /// Handling: what is compared with what.
    pub handling_title: String,
    /// Handling over all, then per procedure.
    pub handling: Vec<SummaryRow>,
    /// What service is.
    pub service_title: String,
    /// Service over all, then per procedure.
    pub service: Vec<SummaryRow>,
    /// What stay is.
    pub stay_title: String,
    /// Stay over all, then per procedure.
    pub stay: Vec<SummaryRow>,
}

/// One row of a table: what, and below it its figures.
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
    let mut table = vec![Row::new(format!("【{title}】"), "")];
    for row in rows.iter().take(ROWS_MAX) {
        table.push(Row::new(&row.name, &row.count));
        table.push(Row::new("", &row.figures));
    }
    let left_out = rows.len().saturating_sub(ROWS_MAX);
    if left_out > 0 {
        table.push(Row::new(format!("ほか{left_out}行は画面の集計で"), ""));
    }
    Content::Rows(table)
}
