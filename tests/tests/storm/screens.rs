//! Screens in the storm: they come back with what they have, and miss nothing.

use serde_json::Value;
use tests::harness::Office;
use tests::harness::screen::Screen;

use super::weather::Weather;

/// What a screen has been told.
pub(crate) struct Seen {
    role: String,
    /// Where each snapshot stood: what it had before, and the last event in it. A screen that is
    /// slower than the storm gets one in place of what it missed.
    snapshots: Vec<(u64, u64)>,
    /// Each event's number and time, in the order in which they came.
    events: Vec<(u64, i64)>,
    /// The last event that it must have got.
    last: u64,
}

/// Watches until the last event of all has come.
pub(crate) fn watch(weather: &Weather, role: &str) -> Seen {
    let mut seen =
        Seen { role: role.to_owned(), snapshots: Vec::new(), events: Vec::new(), last: 0 };
    let mut since: Option<(u64, u64)> = None;
    loop {
        let (address, _) = weather.server();
        let Ok(mut screen) = Screen::connect(address, role, since) else {
            std::thread::yield_now();
            continue;
        };
        while let Ok(message) = screen.next_message() {
            heed(&message, &mut since, &mut seen);
            let have = since.map_or(0, |(_, seq)| seq);
            if weather.last().is_some_and(|last| have >= last) {
                seen.last = weather.last().unwrap_or(0);
                return seen;
            }
        }
    }
}

fn heed(message: &Value, since: &mut Option<(u64, u64)>, seen: &mut Seen) {
    let seq = message["seq"].as_u64().unwrap_or(0);
    match message["type"].as_str().unwrap() {
        "hello" => {
            let epoch = message["epoch"].as_u64().unwrap();
            match since {
                Some((known, _)) => assert_eq!(*known, epoch, "a restart keeps the epoch"),
                None => *since = Some((epoch, 0)),
            }
        }
        "snapshot" => {
            let (epoch, have) = since.unwrap();
            assert!(seq >= have, "{}: has {have}, and was taken back to {seq}", seen.role);
            seen.snapshots.push((have, seq));
            *since = Some((epoch, seq));
        }
        "event" => {
            let (epoch, have) = since.unwrap();
            assert_eq!(seq, have + 1, "{}: a gap", seen.role);
            seen.events.push((seq, message["at_ms"].as_i64().unwrap()));
            *since = Some((epoch, seq));
        }
        _ => {}
    }
}

impl Seen {
    /// What was told is what the log holds, without a gap that no snapshot fills.
    pub(crate) fn compare(&self, log: &[Value]) {
        let mut have = 0;
        let mut snapshots = self.snapshots.iter().peekable();
        for (seq, at) in &self.events {
            while let Some((_, to)) = snapshots.next_if(|(from, _)| *from == have) {
                have = *to;
            }
            assert_eq!(*seq, have + 1, "{}: neither the next event nor a snapshot", self.role);
            have = *seq;
            let record = &log[usize::try_from(*seq).unwrap() - 1];
            assert_eq!(record["at_ms"].as_i64(), Some(*at), "{}: event {seq}", self.role);
        }
        let have = snapshots.last().map_or(have, |(_, to)| *to);
        assert!(have >= self.last, "{}: has {have} of {}", self.role, self.last);
    }

    /// How often it got a snapshot besides its first.
    pub(crate) fn snapshots(&self) -> usize {
        self.snapshots.len().saturating_sub(1)
    }
}

/// Comes back after a restart with what it had `missed` events ago: gets exactly those.
pub(crate) fn come_back(office: &Office, log: &[Value], role: &str, missed: usize) {
    let known = &log[log.len() - missed - 1];
    let since = (known["epoch"].as_u64().unwrap(), known["seq"].as_u64().unwrap());
    let address = office.server().address();
    let mut screen = Screen::connect(address, role, Some(since)).unwrap();
    assert_eq!(screen.next_message().unwrap()["type"], "hello");
    for record in &log[log.len() - missed..] {
        let message = screen.next_message().unwrap();
        assert_eq!(message["type"], "event", "{role}: came back to {message}");
        assert_eq!(message["seq"], record["seq"], "{role}");
        assert_eq!(message["at_ms"], record["at_ms"], "{role}");
    }
}
