//! The judge itself: it reads what the manuals give as examples, and refuses everything else.

use tests::paper::bitmap::Bitmap;
use tests::paper::command::Align;
use tests::paper::model::Model;
use tests::paper::{Item, Mark, Slip, decode};

/// A job after the sequences of Epson's reference: 番号札 twice as large, A101 eight times, a
/// code, a line, the process ID, a partial cut.
fn epson() -> Vec<u8> {
    let mut job = Vec::new();
    job.extend(b"\x1b@\x1c.\x1bt\x01\x1cC1\x1bR\x08\x1dP\xcb\xcb");
    job.extend(b"\x1ba\x01\x1d!\x11\x94\xd4\x8d\x86\x8e\x44\n");
    job.extend(b"\x1d!\x77\x1bE\x01A101\n\x1d!\x00\x1bE\x00\x1bJ\x10");
    job.extend(b"\x1d(k\x04\x001A2\x00\x1d(k\x03\x001C\x05\x1d(k\x03\x001E1");
    job.extend(b"\x1d(k\x07\x001P0YB1-\x1d(k\x03\x001Q0");
    job.extend(b"\x1ba\x00\xb1\xb2\\\n");
    job.extend(b"\x1d(H\x06\x0000k00Z\x1dVB\x08");
    job
}

fn star() -> Vec<u8> {
    let mut job = Vec::new();
    job.extend(b"\x1b@\x1b$1\x1bR8\x1b\x1da\x01\x1bi\x01\x01\x94\xd4\x8d\x86\x8e\x44\n");
    job.extend(b"\x1bi00\x1bEA101\x1bF\n\x1b\x1dS\x01\x02\x00\x02\x00\x00\x80\x01\x40\x02");
    job.extend(b"\x1b\x1dyS0\x02\x1b\x1dyS1\x01\x1b\x1dyS2\x05\x1b\x1dyD1\x00\x04\x00YB1-");
    job.extend(b"\x1b\x1dyP\x1bI\x08\x1bd3\x17");
    job
}

fn model(name: &str) -> Model {
    Model::named(name, 80)
}

fn texts(slip: &Slip) -> Vec<String> {
    slip.lines().map(tests::paper::Line::text).collect()
}

#[test]
fn the_manuals_own_sequences_are_read_as_they_say() {
    let slip = decode(&epson(), &model("epson-jp")).unwrap();
    assert_eq!(texts(&slip), ["番号札", "A101", "ｱｲ¥"]);
    let lines: Vec<_> = slip.lines().collect();
    assert_eq!((lines[0].align, lines[2].align), (Align::Center, Align::Left));
    let label = &lines[1].runs[0];
    assert_eq!((label.width, label.height, label.bold, label.dots), (8, 8, true, 4 * 96));
    assert_eq!(slip.payloads(), ["YB1-"]);
    assert_eq!((slip.mark, slip.full_cut), (Mark::ProcessId(*b"k00Z"), false));

    let slip = decode(&star(), &model("star")).unwrap();
    assert_eq!(texts(&slip), ["番号札", "A101"]);
    assert_eq!((slip.payloads(), slip.mark), (vec!["YB1-"], Mark::Etb));
    let picture = slip.items.iter().find_map(|item| match item {
        Item::Picture(picture, Align::Center) => Some(picture.clone()),
        Item::Picture(..) | Item::Line(_) | Item::Qr { .. } | Item::Feed(_) => None,
    });
    assert_eq!(picture, Some(Bitmap::from_rows(&[0x80, 0x01, 0x40, 0x02], 2)));
}

#[test]
fn a_job_that_lacks_its_end_is_refused_wherever_it_breaks_off() {
    for (job, name) in [(epson(), "epson-jp"), (star(), "star")] {
        decode(&job, &model(name)).unwrap();
        for length in 0..job.len() {
            assert!(decode(&job[..length], &model(name)).is_err(), "{name} cut at {length}");
        }
    }
}

#[test]
fn what_a_model_does_not_have_is_refused() {
    // Epson's process ID and kanji, on those that are not documented to have them.
    for name in ["epson-intl", "seiko", "citizen", "star", "raster"] {
        assert!(decode(&epson(), &model(name)).is_err(), "{name} has all that Epson has");
    }
    for name in ["epson-jp", "epson-intl", "seiko", "citizen", "raster"] {
        assert!(decode(&star(), &model(name)).is_err(), "{name} speaks StarPRNT");
    }
    let latin = b"\x1b@\x1bt\x10d\xe9j\xe0\n\x1d(H\x06\x0000abcd\x1dVB\x08";
    let slip = decode(latin, &model("epson-intl")).unwrap();
    assert_eq!(texts(&slip), ["déjà"]);
    let seiko = b"\x1b@\x1bt\x01A1\n\x1dVB\x08\x12q\x07";
    assert_eq!(decode(seiko, &model("seiko")).unwrap().mark, Mark::Response(7));
    assert!(decode(seiko, &model("citizen")).is_err(), "DC2 q is Seiko's");
    let fence = b"\x1b@\x1bt\x01A1\n\x1dVB\x08\x1dr\x01";
    assert_eq!(decode(fence, &model("citizen")).unwrap().mark, Mark::Fence);
    assert!(decode(fence, &model("raster")).is_err(), "nobody knows raster's letters");
}

/// The job with one piece of it replaced.
fn changed(from: &[u8], to: &[u8]) -> Vec<u8> {
    let job = epson();
    let at = job.windows(from.len()).position(|window| window == from).unwrap();
    [&job[..at], to, &job[at + from.len()..]].concat()
}

#[test]
fn each_thing_that_a_printer_would_take_otherwise_is_refused() {
    let id = b"\x1d(H\x06\x0000k00Z".as_slice();
    let cut = b"\x1dVB\x08".as_slice();
    let cases: [(&str, Vec<u8>); 22] = [
        ("no initialisation", changed(b"\x1b@", b"")),
        ("no Shift_JIS", changed(b"\x1cC1", b"")),
        ("no katakana", changed(b"\x1bt\x01", b"")),
        ("no yen", changed(b"\x1bR\x08", b"")),
        ("units not set", changed(b"\x1dP\xcb\xcb", b"")),
        ("a control byte in text", changed(b"A101", b"A\x0901")),
        ("a delete in text", changed(b"A101", b"A\x7f01")),
        ("an order on receipt", changed(b"\x1bJ\x10", b"\x1bJ\x10\x04")),
        ("an unknown command", changed(b"\x1bJ\x10", b"\x1bL")),
        ("a drawer kick cut short", changed(b"\x1bJ\x10", b"\x1bp\x00")),
        ("a kanji that is no JIS X 0208", changed(b"\x94\xd4", b"\xfb\xfc")),
        ("a kanji of NEC's row 13", changed(b"\x94\xd4", b"\x87\x40")),
        ("a size that is none", changed(b"\x1d!\x77", b"\x1d!\x88")),
        ("a line wider than the paper", changed(b"A101", b"A101999")),
        ("a code that holds nothing", changed(b"\x1d(k\x07\x001P0YB1-", b"")),
        ("an ID with a control byte", changed(b"k00Z", b"k0\x19Z")),
        ("an ID of three bytes", changed(id, b"\x1d(H\x05\x0000k00")),
        ("no ID", changed(id, b"")),
        ("two IDs", changed(id, &[id, id].concat())),
        ("text after the ID", changed(cut, b"x\n\x1dVB\x08")),
        ("a cut through the last line", changed(cut, b"\x1dV\x01")),
        ("an ID after the cut", changed(&[id, cut].concat(), &[cut, id].concat())),
    ];
    for (what, job) in cases {
        assert!(decode(&job, &model("epson-jp")).is_err(), "{what} is taken");
    }
}

#[test]
fn a_picture_is_held_to_paper_buffer_and_orders_on_receipt() {
    let job = |head: &[u8], data: &[u8]| {
        [b"\x1b@\x1dv0\x00".as_slice(), head, data, b"\x1dVB\x08\x1dr\x01"].concat()
    };
    let raster = Model::named("raster", 58);
    let row = |last: u8| {
        let mut row = vec![0; 53];
        row[52] = last;
        row
    };
    // 420 dots are 52 bytes and a half.
    decode(&job(&[53, 0, 1, 0], &row(0xf0)), &raster).unwrap();
    assert!(decode(&job(&[53, 0, 1, 0], &row(0x08)), &raster).is_err(), "beyond the edge");
    assert!(decode(&job(&[54, 0, 1, 0], &[0; 54]), &raster).is_err(), "wider than the paper");
    assert!(decode(&job(&[53, 0, 80, 0], &[0; 53 * 80]), &raster).is_err(), "over the buffer");
    let mut orders = vec![0; 106];
    orders[52..54].copy_from_slice(&[0x10, 0x04]);
    assert!(decode(&job(&[53, 0, 2, 0], &orders), &raster).is_err(), "an order in the picture");
}
