//! Device URLs: whatever somebody types is read or refused, and what is read is written back.

use printer_driver::device::{BellUrl, ButtonUrl, DeviceUrl, PanelUrl, ScannerUrl};
use std::fmt::{Debug, Display};
use std::str::FromStr;

const ROUND_COUNT: u64 = 20_000;

const TYPED: [&str; 12] = [
    "serial:/dev/ticket-printer?baud=115200&flow=hardware&profile=epson-jp&paper=80",
    "serial:/dev/call-bell?driver=modbus&unit=1&channel=2&flash=on&pattern=700/300,50/50&repeat=2",
    "tcp:192.0.2.9:10000?driver=patlite-nhl-pns&lamps=red,blue-flash2&buzzer=4",
    "tcp:[2001:db8::7]:99?driver=patlite-nhl-phn&lamps=amber-flash&buzzer=2",
    "virtual:b?driver=template&open=%1B@&on=%02ON%0D&off=hex:024F46&reply=%06&close=BYE",
    "virtual:b?driver=hw667&flash=on&pattern=1000/300",
    "serial:/dev/panel?template=\\x02{start}{address:02}{label:_<6}{xor:raw}\\r&clear=@CLR\\n",
    "virtual:p?template=番{counter:^8}{number:04}{sum}\\{&encoding=shift_jis&address=0A&reply=%06",
    "serial:/dev/buttons?prefix=BTN%20&count=8&guard_ms=100",
    "hid:/dev/input/by-id/usb-k-event-kbd?keys=1,2,F12,Enter,Space,q&guard_ms=0",
    "virtual:s?kind=serial&trigger=denso&repeat_ms=0&idle_ms=50&length_max=1024",
    "hid-records:/run/s?repeat_ms=10000",
];
const PIECES: [&str; 16] = [
    "%",
    "%4",
    "%26",
    "hex:",
    "\\x",
    "\\",
    "{",
    "}",
    "{xor}",
    "&",
    "=",
    "?",
    ":",
    "番",
    "-1",
    "99999999999999999999",
];

fn is_read_back<U>(text: &str, seed: u64)
where
    U: FromStr<Err: Display> + Display + PartialEq + Debug,
{
    match text.parse::<U>() {
        Ok(url) => {
            let written = url.to_string();
            match written.parse::<U>() {
                Ok(again) => assert_eq!(again, url, "seed {seed}: {text} as {written}"),
                Err(error) => panic!("seed {seed}: {text} was written as {written}: {error}"),
            }
        }
        Err(error) => {
            let message = error.to_string();
            let says = ["expected", "given twice", "not key=value"];
            assert!(says.iter().any(|says| message.contains(says)), "seed {seed}: {message}");
        }
    }
}

#[test]
fn whatever_is_typed_is_read_or_refused_with_what_was_expected() {
    for seed in 0..ROUND_COUNT {
        let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
        let mut next = |below: usize| {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            usize::try_from(state % below as u64).unwrap()
        };
        let mut text: Vec<char> = TYPED[next(TYPED.len())].chars().collect();
        for _ in 0..next(4) {
            let at = next(text.len());
            match next(3) {
                0 => drop(text.remove(at)),
                1 => text[at] = char::from(u8::try_from(next(128)).unwrap()),
                _ => {
                    text.splice(at..at, PIECES[next(PIECES.len())].chars());
                }
            }
        }
        let text: String = text.into_iter().collect();
        is_read_back::<DeviceUrl>(&text, seed);
        is_read_back::<BellUrl>(&text, seed);
        is_read_back::<PanelUrl>(&text, seed);
        is_read_back::<ButtonUrl>(&text, seed);
        is_read_back::<ScannerUrl>(&text, seed);
    }
}
