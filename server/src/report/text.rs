//! A report as a table for a terminal: wide characters take two columns.

use std::fmt::Write;

use protocol::report::{Report, Spread};

/// The widest text a column shows before it is cut.
const NAME_COLUMNS: usize = 46;

/// A report for people.
pub fn to_text(report: &Report) -> String {
    let mut text = String::new();
    head(&mut text, report);
    rows(&mut text, report);
    waits(&mut text, report);
    procedures(&mut text, report);
    if !report.exact {
        line(&mut text, "※ 1年を超える期間の中央値と90%は、最大1.6%と1秒大きく出ます。");
    }
    text
}

fn line(text: &mut String, line: &str) {
    text.push_str(line.trim_end());
    text.push('\n');
}

fn head(text: &mut String, report: &Report) {
    let tickets = &report.tickets;
    line(text, &format!("集計期間  {} ～ {}（開庁{}日）", report.from, report.to, report.days));
    line(
        text,
        &format!(
            "番号券    発券 {} 完了 {} 不在 {} 取消 {} 連携 {} 時間が不確か {}",
            thousands(tickets.issued),
            thousands(tickets.completed),
            thousands(tickets.no_show),
            thousands(tickets.cancelled),
            thousands(tickets.transferred),
            thousands(tickets.inaccurate),
        ),
    );
    line(text, "");
}

fn rows(text: &mut String, report: &Report) {
    line(text, "件数（年間件数表の行ごと。窓口・郵送・電子申請の合計）");
    line(text, &format!("{} {} {}", left("№", 5), left("名称", 34), right("件数", 9)));
    for row in &report.rows {
        let count = row.count.map_or("—".to_owned(), thousands);
        line(text, &format!("{} {} {}", left(&row.row, 5), left(&row.name, 34), right(&count, 9)));
        if let Some(foreign) = row.foreign_count {
            line(
                text,
                &format!(
                    "{} {} {}",
                    left("", 5),
                    left("  うち外国人（窓口）", 34),
                    right(&thousands(foreign), 9)
                ),
            );
        }
    }
    line(text, "");
}

const SPREAD_TITLE: [&str; 4] = ["件数", "平均", "中央値", "90%"];

fn title(text: &mut String, what: &str, last: &str) {
    let mut titles = String::new();
    for title in SPREAD_TITLE {
        let _ = write!(titles, " {}", right(title, 8));
    }
    line(text, &format!("{}{titles} {}", left(what, NAME_COLUMNS), right(last, 7)));
}

fn waits(text: &mut String, report: &Report) {
    line(text, "待ち時間（受付から呼出しまで。分:秒）");
    title(text, "受付区分", "限度内");
    for wait in report.waits.iter().filter(|wait| wait.wait.count > 0) {
        let share = share(wait.within_count, wait.wait.count);
        line(text, &spread(&wait.name, &wait.wait, &share));
    }
    line(text, "");
}

fn procedures(text: &mut String, report: &Report) {
    line(text, "全手続（分:秒）");
    title(text, "", "");
    line(text, &spread("処理（呼出しから完了まで、待ちを除く）", &report.handling, ""));
    line(text, &spread("窓口（開始から窓口終了まで）", &report.service, ""));
    line(text, &spread("滞在（発券から完了まで）", &report.stay, ""));
    line(text, "");
    line(text, "手続ごとの処理時間と目標（最初の手続による。目標は合わせて行った手続の合計）");
    title(text, "手続", "目標内");
    for procedure in report.procedures.iter().filter(|procedure| procedure.handling.count > 0) {
        let target = procedure.target_min.map_or(String::new(), |min| format!("{min}分 "));
        let name = format!("{:<5}{target}{}", procedure.code, procedure.name);
        let share = share(procedure.within_count, procedure.handling.count);
        line(text, &spread(&name, &procedure.handling, &share));
        line(text, &spread("     窓口", &procedure.service, ""));
        line(text, &spread("     滞在", &procedure.stay, ""));
    }
}

fn spread(name: &str, spread: &Spread, share: &str) -> String {
    let time = |ms: Option<i64>| ms.map_or("—".to_owned(), minutes);
    format!(
        "{} {} {} {} {} {}",
        left(name, NAME_COLUMNS),
        right(&thousands(spread.count), 8),
        right(&time(spread.mean_ms), 8),
        right(&time(spread.median_ms), 8),
        right(&time(spread.p90_ms), 8),
        right(share, 7),
    )
}

/// A share in percent with one digit, rounded down so that 100.0% means all.
fn share(within: u32, count: u32) -> String {
    let permille = (u64::from(within) * 1_000).checked_div(u64::from(count));
    permille.map_or("—".to_owned(), |permille| format!("{}.{}%", permille / 10, permille % 10))
}

/// Minutes and seconds, rounded down: `12:05`.
fn minutes(ms: i64) -> String {
    let seconds = ms / 1_000;
    format!("{}:{:02}", seconds / 60, seconds % 60)
}

/// A count with commas between thousands.
fn thousands(count: u32) -> String {
    let digits = count.to_string();
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// Columns of a terminal that a character takes: two for CJK and full-width forms.
fn columns(character: char) -> usize {
    let wide = matches!(character,
        '\u{1100}'..='\u{115f}' | '\u{2e80}'..='\u{303e}' | '\u{3041}'..='\u{a4cf}'
        | '\u{ac00}'..='\u{d7a3}' | '\u{f900}'..='\u{faff}' | '\u{fe30}'..='\u{fe6f}'
        | '\u{ff00}'..='\u{ff60}' | '\u{ffe0}'..='\u{ffe6}' | '\u{20000}'..='\u{3fffd}');
    1 + usize::from(wide)
}

fn width(text: &str) -> usize {
    text.chars().map(columns).sum()
}

/// Text at the left of so many columns, cut where it is longer.
fn left(text: &str, room: usize) -> String {
    let mut cut = String::new();
    let mut used = 0;
    for character in text.chars() {
        if used + columns(character) > room {
            break;
        }
        used += columns(character);
        cut.push(character);
    }
    cut + &" ".repeat(room - used)
}

/// Text at the right of so many columns.
fn right(text: &str, room: usize) -> String {
    " ".repeat(room.saturating_sub(width(text))) + text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wide_characters_take_two_columns_and_long_names_are_cut() {
        assert_eq!(left("加入", 6), "加入  ");
        assert_eq!(left("加入受付", 5), "加入 ");
        assert_eq!(right("件数", 6), "  件数");
        assert_eq!(right("12", 1), "12");
    }

    #[test]
    fn numbers_read_as_people_write_them() {
        assert_eq!(thousands(12_982), "12,982");
        assert_eq!(thousands(7), "7");
        assert_eq!(thousands(1_000_000), "1,000,000");
        assert_eq!(minutes(725_999), "12:05");
        assert_eq!(share(2, 3), "66.6%");
        assert_eq!(share(0, 0), "—");
    }
}
