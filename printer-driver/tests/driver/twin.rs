//! The twin as whoever plugs a printer in meets it: links, lines, models.

use crate::harness::{DEADLINE, Folder, until};
use printer_driver::profile::{PaperWidth, Profile};
use printer_driver::virtual_printer::{
    CharacterRom, Control, Slip, VirtualLink, VirtualModel, VirtualPrinter, print_to_paper,
};
use std::borrow::Cow;
use std::time::{Duration, Instant};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

fn model(name: &str) -> VirtualModel {
    let model = VirtualModel::load(name, PaperWidth::Mm80).unwrap();
    VirtualModel { speed_mm_per_s: 4000, ..model }
}

/// A twin on a free TCP port, and a computer connected to it.
async fn connected(name: &str) -> (VirtualPrinter, TcpStream) {
    let address = "127.0.0.1:0".parse().unwrap();
    let twin = VirtualPrinter::start(model(name), VirtualLink::Tcp { address }).await.unwrap();
    let stream = TcpStream::connect(port(&twin)).await.unwrap();
    (twin, stream)
}

fn port(twin: &VirtualPrinter) -> String {
    let url = twin.device_url().to_string();
    let place = url.strip_prefix("tcp:").unwrap();
    place.split('?').next().unwrap().to_owned()
}

async fn expect(stream: &mut TcpStream, expected: &[u8]) {
    let mut answer = vec![0; expected.len()];
    let read = tokio::time::timeout(DEADLINE, stream.read_exact(&mut answer)).await;
    read.expect("an answer in time").unwrap();
    assert_eq!(answer, expected);
}

#[tokio::test]
async fn every_profile_has_a_twin_on_the_line_where_such_a_printer_hangs() {
    let folder = Folder::new();
    for name in Profile::names() {
        let scheme = match name {
            "epson-jp" | "seiko" | "citizen" => "serial:",
            "star" => "tcp:127.0.0.1:",
            _ => "usb:",
        };
        let url = format!("virtual:{name}?profile={name}&paper=58").parse().unwrap();
        let twin = VirtualPrinter::for_url(&url, folder.path()).await.unwrap().unwrap();
        let device = twin.device_url();
        assert!(device.to_string().starts_with(scheme), "{device}");
        assert_eq!((device.profile.as_str(), device.paper), (name, PaperWidth::Mm58));
        let state = twin.control().state();
        assert_eq!((state.profile.as_str(), state.paper_width_mm), (name, 58));
        assert_eq!(state.buffer_bytes, 4096);
    }
}

#[tokio::test]
async fn a_usb_twin_is_a_character_device_that_goes_and_comes_back_with_its_cable() {
    let folder = Folder::new();
    let path = folder.path().join("lp0");
    let link = VirtualLink::Usb { path: path.clone() };
    let twin = VirtualPrinter::start(model("epson-intl"), link).await.unwrap();
    assert_eq!(
        twin.device_url().to_string(),
        format!("usb:{}?profile=epson-intl&paper=80", path.display())
    );
    let mut device = tokio::fs::File::options().write(true).open(&path).await.unwrap();
    device.write_all(b"one\n").await.unwrap();
    device.flush().await.unwrap();
    let control = twin.control();
    let lines = || control.slips_since(0).iter().flat_map(Slip::lines).collect::<Vec<_>>();
    until("the line is printed", || lines() == ["one"]).await;
    control.apply(Control::Cable { plugged: false });
    until("the device is gone", || !path.exists()).await;
    control.apply(Control::Cable { plugged: true });
    until("the device is back", || path.exists()).await;
    let mut device = tokio::fs::File::options().write(true).open(&path).await.unwrap();
    device.write_all(b"two\n").await.unwrap();
    device.flush().await.unwrap();
    until("what was in the printer stayed", || lines() == ["one", "two"]).await;
}

#[tokio::test]
async fn a_network_printer_is_asked_over_its_port_and_goes_with_its_cable() {
    let (twin, mut stream) = connected("star").await;
    stream.write_all(b"\x1b\x1ea\x01").await.unwrap();
    expect(&mut stream, &[0x23, 0x06, 0, 0, 0, 0, 0, 0, 0]).await;
    stream.write_all(b"slip\n\x1bd3\x17").await.unwrap();
    expect(&mut stream, &[0x23, 0x06, 0x02, 0, 0, 0, 0, 0x02, 0]).await;
    assert_eq!(twin.control().slip(1).unwrap().lines(), ["slip"]);
    assert_eq!(twin.control().slip(2), None);
    twin.control().apply(Control::Cable { plugged: false });
    let ended = tokio::time::timeout(DEADLINE, stream.read(&mut [0; 1])).await.unwrap();
    assert!(matches!(ended, Ok(0) | Err(_)), "{ended:?}");
    twin.control().apply(Control::Cable { plugged: true });
    let connect = async {
        loop {
            match TcpStream::connect(port(&twin)).await {
                Ok(stream) => return stream,
                Err(_) => tokio::task::yield_now().await,
            }
        }
    };
    let mut stream = tokio::time::timeout(DEADLINE, connect).await.unwrap();
    stream.write_all(b"\x1b\x06\x01").await.unwrap();
    expect(&mut stream, &[0x23, 0x06, 0, 0, 0, 0, 0, 0x02, 0]).await;
}

#[tokio::test]
async fn a_slow_line_takes_the_time_that_its_bytes_need() {
    let (twin, mut stream) = connected("citizen").await;
    twin.control().apply(Control::Line { bytes_per_s: Some(2000) });
    let begun = Instant::now();
    stream.write_all(&b"a".repeat(400)).await.unwrap();
    stream.write_all(b"\x1b@\x1dr\x01").await.unwrap();
    expect(&mut stream, &[0x00]).await;
    let needed = Duration::from_millis(404 * 1000 / 2000);
    assert!(begun.elapsed() >= needed - Duration::from_millis(40), "{:?}", begun.elapsed());
    twin.control().apply(Control::Line { bytes_per_s: None });
    assert_eq!(twin.control().state().line_bytes_per_s, None);
}

#[tokio::test]
async fn a_full_buffer_stops_the_line_and_everything_arrives_when_paper_is_back() {
    let (twin, mut stream) = connected("raster").await;
    let control = twin.control();
    control.apply(serde_json::from_str(r#"{"do":"buffer","bytes":64}"#).unwrap());
    control.apply(Control::Cover { open: true });
    let mut job = b"\x1dv0\x00\x48\x00\xff\x0f".to_vec();
    job.extend(std::iter::repeat_n(0x55, 72 * 4095));
    job.extend(b"\x1dr\x01");
    let sending = tokio::spawn(async move {
        stream.write_all(&job).await.unwrap();
        stream
    });
    until("the buffer is full", || control.state().buffered_bytes == 64).await;
    assert_eq!(control.state().counts.bytes, 64, "and no more is taken");
    control.apply(Control::Cover { open: false });
    let mut stream = tokio::time::timeout(DEADLINE, sending).await.unwrap().unwrap();
    expect(&mut stream, &[0x00]).await;
    let picture_dots: Vec<u64> =
        control.slips_since(0)[0].pictures().map(|picture| picture.dot_count()).collect();
    assert_eq!(picture_dots, [72 * 4 * 4095]);
    assert_eq!(control.errors(), []);
}

#[test]
fn every_control_is_json_for_a_page() {
    let controls = [
        r#"{"do":"paper","supply":"near_end"}"#,
        r#"{"do":"paper_left","mm":30}"#,
        r#"{"do":"cover","open":true}"#,
        r#"{"do":"cutter","jam":true}"#,
        r#"{"do":"free_blade"}"#,
        r#"{"do":"head","hot":true}"#,
        r#"{"do":"feed_button","held":true}"#,
        r#"{"do":"offline","offline":true}"#,
        r#"{"do":"power","on":false}"#,
        r#"{"do":"cable","plugged":false}"#,
        r#"{"do":"silence","silent":true}"#,
        r#"{"do":"drop_process_ids","count":1}"#,
        r#"{"do":"drop_answers","kind":"automatic","count":2}"#,
        r#"{"do":"halve_answers","count":1}"#,
        r#"{"do":"lose_bytes","count":3}"#,
        r#"{"do":"speed","mm_per_s":100}"#,
        r#"{"do":"line","bytes_per_s":11520}"#,
        r#"{"do":"line","bytes_per_s":null}"#,
        r#"{"do":"buffer","bytes":45}"#,
        r#"{"do":"noise","bytes":[255]}"#,
    ];
    for text in controls {
        let control: Control = serde_json::from_str(text).unwrap();
        assert_eq!(serde_json::to_string(&control).unwrap(), text);
    }
}

/// `SLIP_FONTS` names a folder of fonts and `SLIP_PICTURE` a file to look at.
#[test]
fn paper_becomes_a_picture_with_its_margins() {
    let job = b"\x1b@\x1bt\x01\x1cC1\x1ba\x01\x1d!\x33\x1bE\x01A101\n\x1d!\x00\x1bE\x00\
                \x94\xd4\x8d\x86\x8e\x44\n\
                \x1d(k\x03\x001C\x05\x1d(k\x1b\x001P0https://q.example/t/4f1c\x1d(k\x03\x001Q0\
                \x1ba\x00\x1dv0\x00\x02\x00\x02\x00\xff\xff\xff\xff\x1dVB\x08";
    let paper = print_to_paper(job, PaperWidth::Mm80);
    assert_eq!(paper.errors, []);
    let slip = &paper.slips[0];
    let fonts: Vec<Cow<'static, [u8]>> =
        std::env::var_os("SLIP_FONTS").map_or_else(Vec::new, |folder| {
            let files = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
            let mut files: Vec<_> =
                files.filter(|path| path.extension() == Some("ttf".as_ref())).collect();
            files.sort();
            files.into_iter().map(|path| Cow::from(std::fs::read(path).unwrap())).collect()
        });
    let mut rom = CharacterRom::new(fonts);
    let file = slip.to_png(&mut rom);
    assert_eq!(file[..8], *b"\x89PNG\r\n\x1a\n");
    let size: Vec<u32> =
        file[16..24].chunks(4).map(|four| u32::from_be_bytes(four.try_into().unwrap())).collect();
    assert_eq!(size, [576 + 64, slip.height_dots + 64]);
    let svg = slip.to_svg();
    assert!(svg.contains("<image x=\"0\"") && svg.contains("href=\"data:image/png;base64,iVBOR"));
    let json = serde_json::to_string(slip).unwrap();
    assert_eq!(&serde_json::from_str::<Slip>(&json).unwrap(), slip);
    assert!(slip.to_text().contains("[picture 16 x 2 dots]"));
    if let Some(path) = std::env::var_os("SLIP_PICTURE") {
        std::fs::write(path, file).unwrap();
    }
}
