//! The day in figures, from the report of the day. Wait, handling, service and stay are told
//! apart everywhere; nothing is told about any operator (D-8).

use kiosk::slip::{DaySummary, Row, SummaryRow};
use protocol::report::{ProcedureReport, Report, Spread};

use super::{Desk, UNKNOWN, day};
use domain::language::Language;
use domain::time::Timestamp;

/// What a summary is made of.
#[derive(Clone, Copy, Debug)]
pub struct SummaryFacts<'a> {
    /// The report of the day, as far as it has come.
    pub report: &'a Report,
    /// The wait limit that held, in minutes.
    pub wait_limit_min: u16,
    /// When it is printed.
    pub at: Timestamp,
}

/// The summary of a day.
pub fn summary(desk: &Desk<'_>, facts: &SummaryFacts<'_>) -> DaySummary {
    let (report, limit) = (facts.report, facts.wait_limit_min);
    let now = desk.clock.at(facts.at);
    let waited = report.waits.iter().filter(|wait| wait.wait.count > 0);
    let waits = waited.map(|wait| SummaryRow {
        name: wait.name.clone(),
        count: format!("{}件", wait.wait.count),
        figures: figures(&wait.wait, Some(("限度内", wait.within_count))),
    });
    let of = |part: fn(&ProcedureReport) -> &Spread, share: fn(&ProcedureReport) -> Share| {
        let rows = report.procedures.iter().filter(move |one| part(one).count > 0);
        rows.map(move |one| SummaryRow {
            name: named(one, share(one)),
            count: format!("{}件", part(one).count),
            figures: figures(part(one), share(one)),
        })
    };
    let all = |spread: &Spread| SummaryRow {
        name: "全体".to_owned(),
        count: format!("{}件", spread.count),
        figures: figures(spread, None),
    };
    let target = |one: &ProcedureReport| one.target_min.map(|_| ("目標内", one.within_count));
    DaySummary {
        rehearsal: desk.rehearsal(Language::Japanese).japanese,
        title: "本日の集計".to_owned(),
        issued: format!("{} {}現在", day(now), now.time),
        counts: counts(report),
        waits_title: format!("待ち時間：受付から呼出しまで 限度{limit}分"),
        waits: waits.collect(),
        handling_title: "処理時間：呼出しから完了まで 待ちを除く".to_owned(),
        handling: std::iter::once(all(&report.handling)).chain(of(handling, target)).collect(),
        service_title: "窓口時間：開始から窓口終了まで".to_owned(),
        service: std::iter::once(all(&report.service)).chain(of(service, nothing)).collect(),
        stay_title: "滞在時間：発券から完了まで".to_owned(),
        stay: std::iter::once(all(&report.stay)).chain(of(stay, nothing)).collect(),
    }
}

/// What a share is of, and how many are within.
type Share = Option<(&'static str, u32)>;

fn handling(one: &ProcedureReport) -> &Spread {
    &one.handling
}

fn service(one: &ProcedureReport) -> &Spread {
    &one.service
}

fn stay(one: &ProcedureReport) -> &Spread {
    &one.stay
}

fn nothing(_: &ProcedureReport) -> Share {
    None
}

/// A procedure by code and name, short enough for one line, with its target where that is what
/// its figures are compared with.
fn named(procedure: &ProcedureReport, share: Share) -> String {
    let target = procedure.target_min.filter(|_| share.is_some());
    let target = target.map_or(String::new(), |min| format!(" 目標{min}分"));
    let name: String = procedure.name.chars().take(NAME_CHARS_MAX).collect();
    format!("{} {name}{target}", procedure.code)
}

/// Longest name of a procedure on 80 mm paper beside its code, target and count.
const NAME_CHARS_MAX: usize = 12;

fn counts(report: &Report) -> Vec<Row> {
    let tickets = &report.tickets;
    [
        ("発券", tickets.issued),
        ("完了", tickets.completed),
        ("不在", tickets.no_show),
        ("取消", tickets.cancelled),
        ("連携", tickets.transferred),
        ("フロア案内", tickets.guidance),
        ("時間が不確か", tickets.inaccurate),
    ]
    .into_iter()
    .map(|(name, count)| Row::new(name, format!("{count}件")))
    .collect()
}

/// Median and 90th percentile in minutes and seconds, and a share.
fn figures(spread: &Spread, share: Share) -> String {
    let time = |ms: Option<i64>| ms.map_or(UNKNOWN.to_owned(), minutes);
    let mut text = format!("中央 {} 90% {}", time(spread.median_ms), time(spread.p90_ms));
    if let Some((name, within)) = share {
        let permille = (u64::from(within) * 1_000).checked_div(u64::from(spread.count));
        let percent = permille
            .map_or(UNKNOWN.to_owned(), |permille| format!("{}.{}%", permille / 10, permille % 10));
        text.push_str(&format!(" {name} {percent}"));
    }
    text
}

/// Minutes and seconds, rounded down: `12:05`.
fn minutes(ms: i64) -> String {
    let seconds = ms / 1_000;
    format!("{}:{:02}", seconds / 60, seconds % 60)
}
