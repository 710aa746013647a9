//! The test page of a printer.

use domain::language::Language;
use domain::time::Now;
use kiosk::slip::{TestPage, TestSample};
use printer_driver::profile::{Completion, Cutter, Dialect, Profile, TextMode};

use super::words;

/// What a printer hangs on.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Link {
    /// Such as `serial:/dev/ticket-printer`.
    pub address: String,
    /// What it carries; `None` where nobody can say.
    pub bytes_per_second: Option<u32>,
}

/// What is known of a printer.
#[derive(Clone, Copy, Debug)]
pub struct PrinterFacts<'a> {
    /// Whose printer it is, such as `入口側の発券機`.
    pub owner: &'a str,
    /// Its profile.
    pub profile: &'a Profile,
    /// The line; `None` where nobody can say.
    pub link: Option<&'a Link>,
    /// The moment of the print; `None` where nobody can say.
    pub at: Option<Now>,
}

/// The test page of a printer.
pub fn test_page(facts: &PrinterFacts<'_>) -> TestPage {
    let profile = facts.profile;
    let at = facts.at.map(|at| {
        let date = at.date;
        format!("{}-{:02}-{:02} {}", date.year(), date.month(), date.day(), at.time)
    });
    let speed = facts.link.and_then(|link| link.bytes_per_second);
    let known = |name: &str, value: String| (name.to_owned(), Some(value));
    TestPage {
        title: "試し印刷".to_owned(),
        owner: facts.owner.to_owned(),
        issued: at,
        facts: vec![
            known("プロファイル", profile.name.clone()),
            known("機種", profile.description.clone()),
            known("命令", dialect(profile.dialect).to_owned()),
            known("文字", text_mode(profile.text).to_owned()),
            known("完了の確認", completion(profile.completion).to_owned()),
            ("接続".to_owned(), facts.link.map(|link| link.address.clone())),
            ("速さ".to_owned(), speed.map(|speed| format!("{speed} バイト/秒"))),
            known(
                "用紙",
                format!("{} mm {}けた {}ドット", profile.paper, profile.columns, profile.dots),
            ),
            known("カッター", cutter(profile.cutter).to_owned()),
        ],
        columns: profile.columns,
        samples: Language::ALL.into_iter().map(sample).collect(),
        qr: format!("YOBIDASHI-TEST {}", profile.name),
    }
}

fn dialect(dialect: Dialect) -> &'static str {
    match dialect {
        Dialect::EscPos => "ESC/POS",
        Dialect::Star => "StarPRNT",
    }
}

fn text_mode(text: TextMode) -> &'static str {
    match text {
        TextMode::ShiftJis => "漢字 Shift_JIS（ほかは画像）",
        TextMode::Latin => "英数字 Windows-1252（ほかは画像）",
        TextMode::Picture => "すべて画像",
    }
}

fn completion(completion: Completion) -> &'static str {
    match completion {
        Completion::ProcessId => "プロセスID GS ( H",
        Completion::Dc2Q => "DC2 q",
        Completion::Etb => "ETB",
        Completion::StatusFence => "順番の応答 GS r",
    }
}

fn cutter(cutter: Cutter) -> &'static str {
    match cutter {
        Cutter::Partial => "一部を残して切る",
        Cutter::Full => "切りはなす",
        Cutter::Absent => "なし",
    }
}

/// A language's tag and what the kiosk greets with in it.
fn sample(language: Language) -> TestSample {
    let words = words::words(language);
    TestSample {
        text: format!("{}: {}", language.tag(), words.greeting),
        forms: words::forms(language),
    }
}
