//! Many slips through every kind of printer while everything that can happen to one does: each is
//! on paper exactly once, or unknown with at most one, or told to be whole by nobody.
//!
//! `YOBIDASHI_STORM_JOBS` lengthens it (jobs for each printer), `YOBIDASHI_STORM_SEED` repeats one.

use crate::harness::{Bench, DEADLINE, finished};
use crate::sample::drawn_slip;
use printer_driver::printer::{JobProgress, JobState, Timing};
use printer_driver::profile::{PaperWidth, StatusWords};
use printer_driver::virtual_printer::{AnswerKind, Control, PaperSupply, VirtualModel};
use std::collections::BTreeMap;
use std::time::Duration;

const PRINTERS: [(&str, StatusWords); 6] = [
    ("epson-jp", StatusWords::Epson),
    ("citizen", StatusWords::Epson),
    ("seiko", StatusWords::Seiko),
    ("seiko", StatusWords::Epson),
    ("star", StatusWords::Star),
    ("raster", StatusWords::Epson),
];
/// A slip of 3 mm, which every receive buffer holds: a printer that loses its buffer to a power
/// cut loses all of it.
const ROWS: u32 = 24;
const JOB_COUNT: u64 = 40;
const FIRST_SEED: u64 = 20_261_121;

/// Shorter than in other tests: a storm is made of time-outs.
fn hasty() -> Timing {
    Timing {
        reply: Duration::from_millis(80),
        grace: Duration::from_millis(200),
        clear: Duration::from_millis(200),
        probe: Duration::from_millis(100),
        probe_held: Duration::from_millis(40),
        limbo: Duration::from_millis(400),
        reopen_first: Duration::from_millis(20),
        reopen_limit: Duration::from_millis(80),
    }
}

struct Random(u64);

impl Random {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) % bound
    }
}

/// Something that happens, and what is done about it.
fn accident(random: &mut Random) -> Vec<(Control, Control)> {
    let answers = [AnswerKind::Fence, AnswerKind::Status, AnswerKind::Automatic];
    let kind = answers[random.below(3) as usize];
    let one = match random.below(16) {
        0 => (
            Control::PaperLeft { mm: random.below(20) as u32 },
            Control::Paper { supply: PaperSupply::Ok },
        ),
        1 => (Control::Cover { open: true }, Control::Cover { open: false }),
        2 => (Control::Cable { plugged: false }, Control::Cable { plugged: true }),
        3 => (Control::Power { on: false }, Control::Power { on: true }),
        4 => (Control::Cutter { jam: true }, Control::Cutter { jam: false }),
        5 => (Control::Head { hot: true }, Control::Head { hot: false }),
        6 => (Control::Silence { silent: true }, Control::Silence { silent: false }),
        7 => (Control::DropAnswers { kind, count: 2 }, Control::DropAnswers { kind, count: 0 }),
        8 => (Control::HalveAnswers { count: 1 }, Control::HalveAnswers { count: 0 }),
        9 => {
            let bytes = vec![0x37, 0x22, 0xff, 0x99, 0xf7, 0x37, 0x25];
            (Control::Noise { bytes }, Control::Noise { bytes: vec![0xfe] })
        }
        _ => return Vec::new(),
    };
    vec![one]
}

/// One slip through one accident; what became of it.
async fn one_slip(bench: &Bench, number: u64, random: &mut Random) -> JobState {
    let accidents = accident(random);
    let before = random.below(2) == 0;
    let happen = |controls: &[(Control, Control)]| {
        controls.iter().for_each(|(happens, _)| bench.control(happens.clone()));
    };
    if before {
        happen(&accidents);
    }
    let mut progress = bench.print(number, drawn_slip(number, ROWS));
    if !before {
        wait_a_while(&mut progress, |state| state != JobState::Queued).await;
        happen(&accidents);
    }
    if !accidents.is_empty() {
        let stopped = |state| matches!(state, JobState::Held { .. });
        wait_a_while(&mut progress, |state: JobState| stopped(state) || state.is_final()).await;
    }
    accidents.iter().for_each(|(_, mended)| bench.control(mended.clone()));
    finished(&mut progress).await
}

/// What is waited for need not come.
async fn wait_a_while(progress: &mut JobProgress, holds: impl Fn(JobState) -> bool) {
    let waiting = async {
        while !holds(progress.state()) {
            if progress.changed().await.is_none() {
                return;
            }
        }
    };
    let _ = tokio::time::timeout(DEADLINE / 40, waiting).await;
}

/// How often all of slip `number` is on paper, and that nothing else is with it.
fn count_whole(drawn: &[BTreeMap<u64, u32>], number: u64, run: &str) -> usize {
    let whole: Vec<_> = drawn.iter().filter(|rows| rows.get(&number) == Some(&ROWS)).collect();
    for rows in &whole {
        assert_eq!(rows.len(), 1, "{run}: a fragment hangs on to slip {number}: {rows:?}");
    }
    whole.len()
}

async fn storm_over(name: &str, words: StatusWords, seed: u64, job_count: u64) {
    let run =
        format!("{name}, {words:?}: YOBIDASHI_STORM_SEED={seed} YOBIDASHI_STORM_JOBS={job_count}");
    let model = VirtualModel::load(name, PaperWidth::Mm80).unwrap().speaking(words);
    let bench = Bench::of_timed(model, hasty()).await;
    let mut random = Random(seed | 1);
    let mut outcomes = Vec::new();
    for number in 1..=job_count {
        outcomes.push((number, one_slip(&bench, number, &mut random).await));
    }
    let drawn = bench.drawn();
    for (number, outcome) in &outcomes {
        let count = count_whole(&drawn, *number, &run);
        let said = format!("{run}: slip {number} is {outcome:?} and {count} times on paper");
        match outcome {
            JobState::Printed { .. } => assert_eq!(count, 1, "{said}"),
            JobState::Unknown { .. } => assert!(count <= 1, "{said}"),
            JobState::Queued
            | JobState::Sending
            | JobState::Sent
            | JobState::Held { .. }
            | JobState::Withdrawn => panic!("{said}"),
        }
    }
    let order: Vec<u64> = drawn.iter().flat_map(|rows| rows.keys().copied()).collect();
    assert!(order.is_sorted(), "{run}: out of order: {order:?}");
    let is_printed = |outcome: &JobState| matches!(outcome, JobState::Printed { .. });
    let printed = outcomes.iter().filter(|(_, outcome)| is_printed(outcome)).count() as u64;
    assert!(printed * 2 >= job_count, "{run}: only {printed} were proven");
}

#[tokio::test]
async fn in_a_storm_no_slip_is_doubled_lost_without_a_word_or_put_on_another() {
    let number = |name: &str| std::env::var(name).ok().map(|text| text.parse::<u64>().unwrap());
    let seed = number("YOBIDASHI_STORM_SEED").unwrap_or(FIRST_SEED);
    let job_count = number("YOBIDASHI_STORM_JOBS").unwrap_or(JOB_COUNT);
    let [epson, citizen, seiko, seiko_as_epson, star, raster] =
        PRINTERS.map(|(name, words)| storm_over(name, words, seed, job_count));
    tokio::join!(epson, citizen, seiko, seiko_as_epson, star, raster);
}
