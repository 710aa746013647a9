//! A report as comma-separated values for spreadsheets: one table, one figure a line.
//!
//! Columns: `section,key,name,measure,value`. Durations are seconds with three decimals, shares
//! are counts. Fields that could be taken for formulas do not occur: keys and names are the
//! office's own, values are numbers.

use protocol::report::{Report, Spread};

/// Counts below this could point at a person (D-7).
const SMALL_CELL: u32 = 5;
/// What stands in place of a count that is left out.
const SUPPRESSED: &str = "<5";

/// Whom a CSV is for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Audience {
    /// The office itself: every figure.
    Office,
    /// The public: counts of 1 to 4 read `<5`, and what follows from so few is left out (D-7).
    Public,
}

struct Table {
    text: String,
    audience: Audience,
}

/// A report as CSV (RFC 4180), UTF-8 with a byte order mark so that spreadsheets read Japanese.
pub fn to_csv(report: &Report, audience: Audience) -> String {
    let mut table = Table { text: String::from("\u{feff}"), audience };
    table.line(["section", "key", "name", "measure", "value"]);
    table.line(["range", "from", "", "date", &report.from]);
    table.line(["range", "to", "", "date", &report.to]);
    table.line(["range", "days", "", "count", &report.days.to_string()]);
    for row in &report.rows {
        match row.count {
            Some(count) => table.count("row", &row.row, &row.name, "count", count),
            None => table.line(["row", &row.row, &row.name, "count", ""]),
        }
        if let Some(foreign) = row.foreign_count {
            table.count("row", &row.row, &row.name, "foreign_count", foreign);
        }
    }
    let tickets = &report.tickets;
    for (measure, count) in [
        ("issued", tickets.issued),
        ("completed", tickets.completed),
        ("no_show", tickets.no_show),
        ("cancelled", tickets.cancelled),
        ("transferred", tickets.transferred),
        ("guidance", tickets.guidance),
        ("inaccurate", tickets.inaccurate),
    ] {
        table.count("tickets", "", "", measure, count);
    }
    for wait in &report.waits {
        let key = wait.queue.as_deref().unwrap_or("");
        table.spread("wait", key, &wait.name, "wait", &wait.wait);
        table.within("wait", key, &wait.name, wait.within_count, wait.wait.count);
    }
    table.spread("all", "", "", "handling", &report.handling);
    table.spread("all", "", "", "service", &report.service);
    table.spread("all", "", "", "stay", &report.stay);
    for procedure in &report.procedures {
        let (key, name) = (procedure.code.as_str(), procedure.name.as_str());
        let target = procedure.target_min.map_or(String::new(), |min| min.to_string());
        table.line(["procedure", key, name, "target_min", &target]);
        table.count("procedure", key, name, "count", procedure.count);
        table.spread("procedure", key, name, "handling", &procedure.handling);
        table.within("procedure", key, name, procedure.within_count, procedure.handling.count);
        table.spread("procedure", key, name, "service", &procedure.service);
        table.spread("procedure", key, name, "stay", &procedure.stay);
    }
    table.text
}

impl Table {
    fn line(&mut self, fields: [&str; 5]) {
        for (place, field) in fields.into_iter().enumerate() {
            if place > 0 {
                self.text.push(',');
            }
            if field.contains([',', '"', '\n', '\r']) {
                self.text.push('"');
                self.text.push_str(&field.replace('"', "\"\""));
                self.text.push('"');
            } else {
                self.text.push_str(field);
            }
        }
        self.text.push_str("\r\n");
    }

    fn is_small(&self, count: u32) -> bool {
        self.audience == Audience::Public && (1..SMALL_CELL).contains(&count)
    }

    fn count(&mut self, section: &str, key: &str, name: &str, measure: &str, count: u32) {
        let value = if self.is_small(count) { SUPPRESSED.to_owned() } else { count.to_string() };
        self.line([section, key, name, measure, &value]);
    }

    /// How many were within. With the whole count it also tells how many were not, so it is left
    /// out where either is small.
    fn within(&mut self, section: &str, key: &str, name: &str, within: u32, count: u32) {
        let tells = self.is_small(within) || self.is_small(count - within.min(count));
        let value = if tells { String::new() } else { within.to_string() };
        self.line([section, key, name, "within_count", &value]);
    }

    fn spread(&mut self, section: &str, key: &str, name: &str, measure: &str, spread: &Spread) {
        let is_small = self.is_small(spread.count);
        self.count(section, key, name, &format!("{measure}_count"), spread.count);
        for (part, ms) in
            [("mean_s", spread.mean_ms), ("median_s", spread.median_ms), ("p90_s", spread.p90_ms)]
        {
            let value = ms.filter(|_| !is_small).map_or(String::new(), seconds);
            self.line([section, key, name, &format!("{measure}_{part}"), &value]);
        }
    }
}

fn seconds(ms: i64) -> String {
    format!("{}.{:03}", ms / 1_000, ms % 1_000)
}
