//! Panels: the right number on the right panel, and never an old or a cut one.

use crate::harness::{DEADLINE, Folder, until};
use printer_driver::device::{Address, PanelUrl};
use printer_driver::exchange::Direction;
use printer_driver::panel::{
    Panel, PanelError, PanelLineError, PanelStatus, PanelText, PanelTiming,
};
use printer_driver::virtual_panel::{PanelControl, VirtualPanel, VirtualPanelControl};
use std::time::{Duration, Instant};

const STX: &str = "template=\\x02{start}{address:02}{number:>4}{counter:<3}{xor}\\x03&gap_ms=0";

fn patient() -> PanelTiming {
    PanelTiming {
        reply: Duration::from_secs(5),
        reopen_first: Duration::from_millis(30),
        reopen_limit: Duration::from_millis(100),
    }
}

struct Bench {
    _folder: Folder,
    control: VirtualPanelControl,
    panels: Vec<Panel>,
    _twin: VirtualPanel,
}

impl Bench {
    async fn start(queries: &[String], timing: PanelTiming) -> Bench {
        let folder = Folder::new();
        let urls: Vec<PanelUrl> =
            queries.iter().map(|query| format!("virtual:wall?{query}").parse().unwrap()).collect();
        let twin = VirtualPanel::for_urls(&urls, folder.path()).await.unwrap().remove(0);
        let panels = Panel::spawn_all(twin.panel_urls().to_vec(), timing).unwrap();
        let bench = Bench { control: twin.control(), _folder: folder, panels, _twin: twin };
        for panel in &bench.panels {
            becomes(panel, "ready", |status| *status == PanelStatus::Ready).await;
        }
        bench
    }

    async fn one(query: &str) -> Bench {
        Bench::start(&[query.to_owned()], patient()).await
    }

    fn panel(&self) -> &Panel {
        &self.panels[0]
    }

    async fn shows(&self, address: &str, field: &str, text: &str) {
        until(&format!("panel {address} shows {text:?}: {:?}", self.control.state()), || {
            let face = self.control.face(address).unwrap();
            face.frame_count > 0
                && face.shows.get(field).map(String::as_str).unwrap_or_default() == text
        })
        .await;
    }
}

async fn becomes(panel: &Panel, what: &str, holds: impl FnMut(&PanelStatus) -> bool) {
    let mut status = panel.status();
    let waited = tokio::time::timeout(DEADLINE, status.wait_for(holds)).await;
    assert!(waited.is_ok(), "never {what}; it is {:?}", *panel.status().borrow());
}

fn text(label: &str, counter: &str) -> PanelText {
    PanelText { label: label.to_owned(), counter: counter.to_owned() }
}

#[tokio::test]
async fn a_panel_shows_the_number_and_is_blank_before_and_after() {
    let bench = Bench::one(STX).await;
    bench.shows("1", "number", "").await;
    bench.panel().show(&text("A101", "3")).unwrap();
    bench.shows("1", "number", "101").await;
    bench.shows("1", "counter", "3").await;
    bench.panel().clear();
    bench.shows("1", "number", "").await;
    bench.panel().show(&text("A102", "3")).unwrap();
    bench.shows("1", "number", "102").await;
    bench.panels[0].clone().stop().await;
    bench.shows("1", "number", "").await;
    assert_eq!(bench.control.errors(), Vec::<String>::new());
}

#[tokio::test]
async fn a_panel_is_blank_when_its_program_lets_go_of_it() {
    let mut bench = Bench::one(STX).await;
    bench.panel().show(&text("A101", "3")).unwrap();
    bench.shows("1", "number", "101").await;
    bench.panels.clear();
    bench.shows("1", "number", "").await;
}

#[tokio::test]
async fn the_bytes_on_the_line_are_those_of_the_template() {
    let bench = Bench::one(STX).await;
    bench.panel().show(&text("A101", "12")).unwrap();
    bench.shows("1", "number", "101").await;
    let entries = bench.panel().exchanges().entries_now();
    let sent: Vec<&[u8]> = entries
        .iter()
        .filter(|entry| entry.direction == Direction::Sent && entry.meaning == "show")
        .map(|entry| entry.bytes.as_slice())
        .collect();
    // The XOR is counted from {start}: 30^31 ^ 20^31^30^31 ^ 31^32^20 = 32.
    assert_eq!(sent, [b"\x0201       21\x03".as_slice(), b"\x0201 10112 32\x03".as_slice()]);
}

#[tokio::test]
async fn panels_of_one_line_show_each_their_own() {
    let queries: Vec<String> = (1..=4).map(|n| format!("{STX}&address={n}")).collect();
    let bench = Bench::start(&queries, patient()).await;
    for (index, panel) in bench.panels.iter().enumerate() {
        panel.show(&text(&format!("B{}", 200 + index), "1")).unwrap();
    }
    for n in 1..=4 {
        bench.shows(&n.to_string(), "number", &(199 + n).to_string()).await;
    }
    bench.panels[1].clone().stop().await;
    bench.shows("2", "number", "").await;
    bench.panels[2].show(&text("B300", "1")).unwrap();
    bench.shows("3", "number", "300").await;
    assert_eq!(bench.panels[0].counts().now().opened, 1, "one task owns the line");
    assert_eq!(bench.control.errors(), Vec::<String>::new());
}

#[tokio::test]
async fn what_a_panel_should_show_is_sent_again_when_its_line_comes_back() {
    let bench = Bench::one(STX).await;
    bench.panel().show(&text("A101", "3")).unwrap();
    bench.shows("1", "number", "101").await;
    bench.control.apply(PanelControl::Cable { plugged: false });
    bench.control.apply(PanelControl::Power { on: false });
    becomes(bench.panel(), "absent", |s| matches!(s, PanelStatus::Absent { .. })).await;
    bench.panel().show(&text("A102", "3")).unwrap();
    bench.panel().show(&text("A103", "3")).unwrap();
    let before = bench.control.face("1").unwrap().frame_count;
    bench.control.apply(PanelControl::Power { on: true });
    bench.control.apply(PanelControl::Cable { plugged: true });
    bench.shows("1", "number", "103").await;
    assert_eq!(bench.control.face("1").unwrap().frame_count, before + 1, "only the latest");
}

#[tokio::test]
async fn a_panel_that_lost_power_alone_shows_its_number_again() {
    let bench = Bench::one(&format!("{STX}&refresh_s=1")).await;
    bench.panel().show(&text("A101", "3")).unwrap();
    bench.shows("1", "number", "101").await;
    bench.control.apply(PanelControl::Power { on: false });
    bench.control.apply(PanelControl::Power { on: true });
    assert!(bench.control.face("1").unwrap().is_blank());
    bench.shows("1", "number", "101").await;
}

#[tokio::test]
async fn a_number_that_does_not_fit_blanks_the_panel_instead_of_leaving_a_wrong_one() {
    let bench = Bench::one("template={number:>3}\\r\\n&gap_ms=0").await;
    bench.panel().show(&text("A101", "")).unwrap();
    bench.shows("1", "number", "101").await;
    let refused = bench.panel().show(&text("A1001", ""));
    assert!(matches!(refused, Err(PanelError::Width { width: 3, .. })), "{refused:?}");
    bench.shows("1", "number", "").await;
}

#[tokio::test]
async fn a_panel_takes_shift_jis_where_it_says_so() {
    let query = "template={label:<6}{counter:>8}番\\r\\n&encoding=shift_jis&gap_ms=0";
    let bench = Bench::one(query).await;
    bench.panel().show(&text("A101", "窓口")).unwrap();
    bench.shows("1", "counter", "窓口").await;
    let refused = bench.panel().show(&text("A101", "𠮷"));
    assert!(matches!(refused, Err(PanelError::Characters { .. })), "{refused:?}");
}

#[tokio::test]
async fn a_panel_that_should_answer_and_does_not_is_a_condition() {
    let timing = PanelTiming { reply: Duration::from_millis(200), ..patient() };
    let bench = Bench::start(&[format!("{STX}&reply=%06")], timing).await;
    bench.control.apply(PanelControl::Silence { silent: true });
    bench.panel().show(&text("A101", "3")).unwrap();
    becomes(bench.panel(), "silent", |status| *status == PanelStatus::Silent).await;
    bench.control.apply(PanelControl::Silence { silent: false });
    bench.shows("1", "number", "101").await;
    becomes(bench.panel(), "ready", |status| *status == PanelStatus::Ready).await;
    bench.control.apply(PanelControl::Noise { bytes: b"\xff\x00noise".to_vec() });
    bench.panel().show(&text("A102", "3")).unwrap();
    bench.shows("1", "number", "102").await;
}

#[tokio::test]
async fn a_panel_is_not_sent_more_than_it_can_take() {
    let bench = Bench::one("template={number:>4}\\r\\n&gap_ms=200&refresh_s=0").await;
    let began = Instant::now();
    for number in 0..50 {
        bench.panel().show(&text(&format!("A{number}"), "")).unwrap();
        tokio::task::yield_now().await;
    }
    bench.panel().show(&text("A777", "")).unwrap();
    bench.shows("1", "number", "777").await;
    let frame_count = u128::from(bench.control.face("1").unwrap().frame_count);
    assert!(frame_count <= 2 + began.elapsed().as_millis() / 200, "{frame_count} frames");
}

#[tokio::test]
async fn panels_that_cannot_be_told_apart_are_refused() {
    let parse = |text: &str| text.parse::<PanelUrl>().unwrap();
    let same = vec![parse("tcp:h:1?template={number:>4}"), parse("tcp:h:1?template={number:>4}")];
    let error = Panel::spawn_all(same, patient()).unwrap_err();
    assert!(matches!(error, PanelLineError::Same { .. }));
    assert!(error.to_string().contains("{address}"), "{error}");
    let unequal = vec![
        parse("serial:/dev/p?template={address}{number:>4}&address=1"),
        parse("serial:/dev/p?template={address}{number:>4}&address=2&baud=19200"),
    ];
    let error = Panel::spawn_all(unequal, patient()).unwrap_err();
    assert!(matches!(error, PanelLineError::Settings { .. }), "{error}");
}

#[tokio::test]
async fn a_twin_rejects_what_no_panel_would_show() {
    let rows: [&[u8]; 4] =
        [b"\x0202 1011  00\x03", b"\x0201 1011  00\x03", b"\x0201 x011  00\x03", b"A101\r\n"];
    for bytes in rows {
        let folder = Folder::new();
        let url: PanelUrl = format!("virtual:wall?{STX}").parse().unwrap();
        let twin = VirtualPanel::for_url(&url, folder.path()).await.unwrap().unwrap();
        let Address::Serial { path, .. } = twin.panel_url().address else { panic!("a terminal") };
        tokio::fs::write(path, bytes).await.unwrap();
        let control = twin.control();
        until(&format!("{bytes:?} is rejected"), || !control.errors().is_empty()).await;
        assert!(control.face("1").unwrap().is_blank());
    }
}
