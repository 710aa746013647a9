//! The machine alone: bytes and a clock in, paper and answers out.

use super::*;
use crate::profile::PaperWidth;
use crate::virtual_printer::bitmap::Bitmap;
use crate::virtual_printer::slip::SlipMark;

/// A machine and its clock.
struct Desk {
    machine: Machine,
    now: Instant,
}

impl Desk {
    fn of(name: &str) -> Desk {
        Desk::of_model(&VirtualModel::load(name, PaperWidth::Mm80).unwrap())
    }

    fn of_model(model: &VirtualModel) -> Desk {
        Desk { machine: Machine::new(model), now: Instant::now() }
    }

    /// A Seiko that is set to Epson's words.
    fn of_seiko_as_epson() -> Desk {
        let model = VirtualModel::load("seiko", PaperWidth::Mm80).unwrap();
        Desk::of_model(&model.speaking(StatusWords::Epson))
    }

    /// Sends bytes; what can be done at this instant is done.
    fn send(&mut self, bytes: &[u8]) -> &mut Desk {
        self.machine.receive(bytes);
        self.machine.advance(self.now);
        self
    }

    /// Lets time pass until nothing is left to do.
    fn wait(&mut self) -> &mut Desk {
        self.machine.advance(self.now);
        while let Some(wake) = self.machine.wake_at() {
            self.now = self.now.max(wake);
            self.machine.advance(self.now);
        }
        self
    }

    fn control(&mut self, control: Control) -> &mut Desk {
        self.machine.control(control);
        self.machine.advance(self.now);
        self
    }

    fn answers(&mut self) -> Vec<u8> {
        self.machine.take_answers()
    }

    fn reasons(&self) -> Vec<String> {
        self.machine.errors().iter().map(|error| error.reason.clone()).collect()
    }

    fn slip(&self) -> Slip {
        self.machine.slips_since(0).pop().unwrap()
    }

    /// Where the only picture stands, and the picture.
    fn picture(&self) -> ((u32, u32), Bitmap) {
        let slip = self.slip();
        let [row] = slip.rows.as_slice() else { panic!("{} rows", slip.rows.len()) };
        let SlipMark::Picture { left_dots, bitmap } = &row.mark else { panic!("{row:?}") };
        assert_eq!(row.height_dots, bitmap.height_dots());
        ((*left_dots, row.y_dots), bitmap.clone())
    }
}

/// A job's proof on each model, and what answers it.
fn proofs() -> [(&'static str, Vec<u8>, Vec<u8>); 6] {
    let id = (b"\x1d(H\x06\x000000a1".to_vec(), b"\x37\x2200a1\x00".to_vec());
    let star = vec![0x23, 0x06, 0x02, 0, 0, 0, 0, 0x02, 0];
    [
        ("epson-jp", id.0.clone(), id.1.clone()),
        ("epson-intl", id.0, id.1),
        ("seiko", b"\x12q\x05".to_vec(), vec![0x85]),
        ("citizen", b"\x1dr\x01".to_vec(), vec![0x00]),
        ("raster", b"\x1dr\x01".to_vec(), vec![0x00]),
        ("star", vec![0x17], star),
    ]
}

/// Eight by two dots, and a feed, in the words of the model.
fn small_picture(name: &str) -> Vec<u8> {
    match name {
        "star" => b"\x1b\x1dS\x01\x01\x00\x02\x00\x00\x81\x18\x1bI\x50".to_vec(),
        _ => b"\x1dv0\x00\x01\x00\x02\x00\x81\x18\x1bJ\x50".to_vec(),
    }
}

#[test]
fn a_proof_comes_only_when_the_paper_before_it_has_moved() {
    for (name, question, answer) in proofs() {
        let mut desk = Desk::of(name);
        if name == "star" {
            desk.send(b"\x1b\x1ea\x01");
            assert_eq!(desk.answers().len(), 9);
        }
        desk.control(Control::Speed { mm_per_s: 10 });
        desk.send(&[small_picture(name), question].concat());
        assert_eq!(desk.answers(), b"", "{name} has not printed yet");
        let early = desk.now + Duration::from_millis(1000);
        desk.machine.advance(early);
        assert_eq!(desk.answers(), b"", "{name}: 82 dots at 10 mm/s take 1.025 s");
        desk.wait();
        assert_eq!(desk.answers(), answer, "{name}");
        assert_eq!(desk.reasons(), Vec::<String>::new(), "{name}");
        assert_eq!(desk.machine.described().counts.fences, 1);
    }
}

#[test]
fn a_proof_waits_for_paper_and_comes_when_there_is_some() {
    for (name, question, answer) in proofs() {
        let mut desk = Desk::of(name);
        if name == "star" {
            desk.send(b"\x1b\x1ea\x01");
        }
        desk.control(Control::Paper { supply: PaperSupply::End });
        desk.send(&[small_picture(name), question].concat()).wait();
        desk.answers();
        assert_eq!(desk.machine.slips_since(0), [], "{name} has no paper");
        desk.control(Control::Paper { supply: PaperSupply::Ok });
        desk.answers();
        desk.wait();
        assert_eq!(desk.answers(), answer, "{name}");
    }
}

#[test]
fn lost_and_halved_answers_are_lost_whatever_they_are() {
    for (name, question, answer) in proofs() {
        let mut desk = Desk::of(name);
        if name == "star" {
            desk.send(b"\x1b\x1ea\x01");
            desk.answers();
        }
        desk.control(Control::DropProcessIds { count: 1 });
        desk.send(&question).wait();
        assert_eq!(desk.answers(), b"", "{name}: the first proof is lost");
        desk.control(Control::HalveAnswers { count: 1 });
        desk.send(&question).wait();
        let half = desk.answers();
        assert_eq!(half.len(), answer.len() / 2, "{name}");
        desk.send(&question).wait();
        assert_eq!(desk.answers().len(), answer.len(), "{name}: and then all is well");
    }
    let mut desk = Desk::of("epson-jp");
    desk.control(Control::DropAnswers { kind: AnswerKind::Status, count: 1 });
    desk.send(b"\x10\x04\x01\x10\x04\x01");
    assert_eq!(desk.answers(), [0x12]);
    desk.control(Control::DropAnswers { kind: AnswerKind::Cleared, count: 1 });
    let clear = b"\x10\x14\x08\x01\x03\x14\x01\x06\x02\x08";
    desk.send(clear).send(clear);
    assert_eq!(desk.answers(), b"\x37\x25\x00");
}

#[test]
fn a_torn_picture_waits_for_the_rest_and_obeys_what_is_sent_into_it() {
    let mut desk = Desk::of("epson-jp");
    desk.send(b"\x1dv0\x00\x01\x00\x08\x00\x80\x40\x20").wait();
    assert_eq!(desk.machine.slips_since(0), [], "nothing is printed of half a picture");
    desk.send(b"\x10\x04").send(b"\x04");
    assert_eq!(desk.answers(), [0x12], "asked in the middle of a picture, and split over reads");
    desk.send(b"\x04\x02\x1dr\x01").wait();
    let (_, bitmap) = desk.picture();
    assert_eq!(bitmap.rows(), [0x80, 0x40, 0x20, 0x10, 0x04, 0x04, 0x04, 0x02]);
    assert_eq!(desk.answers(), [0x00], "what follows the picture is a command again");
    assert_eq!(desk.reasons(), ["a real-time sequence stands inside data and was obeyed"]);
    assert_eq!(desk.machine.described().counts.real_time_in_data, 1);
}

#[test]
fn a_stream_that_stops_in_a_picture_says_how_much_is_missing() {
    let mut desk = Desk::of("star");
    desk.send(b"\x1b\x1dS\x01\x02\x00\x03\x00\x00\xff\xff").wait();
    desk.machine.end_of_stream();
    assert_eq!(desk.reasons(), ["the stream stops inside a picture: 2 of 6 bytes"]);
}

/// Alignment or position; mode; the left edge and the size that they give on 576 dots.
type Landing = (&'static [u8], u8, u32, (u32, u32));

#[test]
fn pictures_land_to_the_dot() {
    let head = |mode: u8| [0x1d, b'v', b'0', mode, 2, 0, 2, 0];
    let data = [0x80, 0x01, 0x00, 0x80];
    let rows: [Landing; 9] = [
        (b"", 0, 0, (16, 2)),
        (b"", 1, 0, (32, 2)),
        (b"", 2, 0, (16, 4)),
        (b"", 51, 0, (32, 4)),
        (b"\x1ba\x01", 0, 280, (16, 2)),
        (b"\x1ba\x02", 0, 560, (16, 2)),
        (b"\x1ba\x02", 3, 544, (32, 4)),
        (b"\x1b$\x64\x00", 0, 100, (16, 2)),
        (b"\x1dP\xcb\xcb\x1b$\x20\x00\x1b\\\x08\x00", 0, 40, (16, 2)),
    ];
    for (before, mode, left, (width, height)) in rows {
        let mut desk = Desk::of("citizen");
        desk.send(&[before, &head(mode), &data].concat()).wait();
        let ((at_left, top), bitmap) = desk.picture();
        assert_eq!((at_left, top), (left, TOP_DOTS), "{before:02X?} mode {mode}");
        assert_eq!((bitmap.width_dots(), bitmap.height_dots()), (width, height));
        let (across, down) = (width / 16, height / 2);
        for (x, y) in [(0, 0), (15, 0), (8, 1)] {
            assert!(bitmap.dot(x * across, y * down), "{before:02X?} mode {mode}");
            assert!(bitmap.dot((x + 1) * across - 1, (y + 1) * down - 1));
        }
        assert_eq!(bitmap.dot_count(), u64::from(3 * across * down));
        assert_eq!(desk.slip().height_dots, TOP_DOTS + height);
    }
}

#[test]
fn star_pictures_land_to_the_dot() {
    for (align, left) in [(0, 0), (1, 280), (b'2', 560)] {
        let mut desk = Desk::of("star");
        desk.send(&[0x1b, 0x1d, b'a', align, 0x1b, b'J', 5]);
        desk.send(b"\x1b\x1dS\x01\x02\x00\x02\x00\x00\x80\x01\x00\x80").wait();
        let (place, bitmap) = desk.picture();
        assert_eq!(place, (left, TOP_DOTS + 10), "ESC J feeds quarters of a millimetre");
        assert_eq!(bitmap.rows(), [0x80, 0x01, 0x00, 0x80]);
        assert_eq!(desk.reasons(), Vec::<String>::new());
    }
}

#[test]
fn bands_that_touch_are_one_picture_and_others_are_not() {
    let band = b"\x1dv0\x00\x01\x00\x02\x00\xff\x0f";
    let mut desk = Desk::of("raster");
    desk.send(&band.repeat(3)).wait();
    let (place, bitmap) = desk.picture();
    assert_eq!((place, bitmap.height_dots()), ((0, TOP_DOTS), 6));
    assert_eq!(bitmap.rows(), [0xff, 0x0f, 0xff, 0x0f, 0xff, 0x0f]);
    desk.send(b"\x1bJ\x01").send(band).wait();
    assert_eq!(desk.slip().pictures().count(), 2);
    // White bands feed and leave nothing.
    desk.send(b"\x1dv0\x00\x01\x00\x04\x00\x00\x00\x00\x00").wait();
    assert_eq!(desk.slip().pictures().count(), 2);
    assert_eq!(desk.slip().height_dots, TOP_DOTS + 6 + 1 + 2 + 4);
}

#[test]
fn stored_graphics_are_printed_when_they_are_asked_for() {
    let head = b"0p0\x02\x011\x0a\x00\x02\x00";
    let data = [0xff, 0xff, 0x80, 0x40];
    let short = [&b"\x1d(L\x0e\x00"[..], head, &data].concat();
    let long = [&b"\x1d8L\x0e\x00\x00\x00"[..], head, &data].concat();
    for stored in [short, long] {
        let mut desk = Desk::of("epson-jp");
        desk.send(&stored).wait();
        assert_eq!(desk.machine.slips_since(0), [], "only stored");
        desk.send(b"\x1d(L\x02\x0002").wait();
        let (_, bitmap) = desk.picture();
        assert_eq!((bitmap.width_dots(), bitmap.height_dots()), (20, 2), "ten dots, doubled");
        assert_eq!(bitmap.dot_count(), 20 + 4, "what the last byte has beyond ten is not there");
        desk.send(b"\x1d(L\x02\x0002").wait();
        assert_eq!(desk.reasons(), ["a stored picture is printed and none is stored"]);
    }
}

#[test]
fn what_is_printed_beyond_the_edge_is_an_error_and_white_is_not() {
    for (last, errors) in [(0x00, 0), (0x01, 1)] {
        let mut desk = Desk::of("raster");
        let mut row = vec![0xff; 72];
        row.push(last);
        desk.send(&[&b"\x1dv0\x00\x49\x00\x01\x00"[..], &row].concat()).wait();
        assert_eq!(desk.reasons().len(), errors);
        assert_eq!(desk.picture().1.width_dots(), 576);
    }
}

#[test]
fn a_picture_larger_than_the_buffer_goes_through_and_stops_while_nothing_can_be_printed() {
    let mut desk = Desk::of("raster");
    desk.control(Control::Buffer { bytes: 64 });
    let mut job = b"\x1dv0\x00\x48\x00\x40\x00".to_vec();
    job.extend(std::iter::repeat_n(0x55, 72 * 64));
    desk.control(Control::Cover { open: true });
    let room = desk.machine.room();
    desk.send(&job[..room]);
    assert_eq!((room, desk.machine.room()), (64, 0), "nothing is taken any more");
    assert_eq!(desk.machine.described().buffered_bytes, 64);
    desk.control(Control::Cover { open: false });
    let mut sent = room;
    while sent < job.len() {
        let room = desk.machine.room().min(job.len() - sent);
        assert!(room > 0, "stuck after {sent} bytes");
        desk.send(&job[sent..sent + room]);
        sent += room;
    }
    desk.wait();
    assert_eq!(desk.picture().1.dot_count(), 72 * 4 * 64);
    assert_eq!(desk.reasons(), Vec::<String>::new());
}

#[test]
fn switching_off_loses_the_buffers_and_never_the_paper() {
    let mut desk = Desk::of("epson-jp");
    desk.send(b"printed\n").wait();
    desk.control(Control::Cover { open: true });
    desk.send(b"\x1da\xfflost\n\x1dv0\x00\x01\x00\x08\x00\x80");
    desk.control(Control::Power { on: false });
    desk.send(b"unheard\n\x10\x04\x01");
    assert_eq!(desk.answers(), b"");
    desk.control(Control::Power { on: true }).control(Control::Cover { open: false });
    desk.send(b"after\n").wait();
    assert_eq!(desk.slip().lines(), ["printed", "after"]);
    assert_eq!(desk.answers(), b"", "automatic status is off again");
    assert_eq!(desk.reasons(), Vec::<String>::new());
}

/// What it is, what the computer sends, what a person does, what is printed then.
type Recovery = (&'static str, &'static [u8], Option<Control>, &'static [&'static str]);

#[test]
fn a_jam_stands_until_the_blade_is_free_and_somebody_recovers_it() {
    let recoveries: [Recovery; 4] = [
        ("DLE ENQ 1 goes on", b"\x10\x05\x01", None, &["waiting"]),
        ("DLE ENQ 2 clears", b"\x10\x05\x02", None, &[]),
        ("the cover goes on", b"", Some(Control::Cover { open: false }), &["waiting"]),
        ("the power clears", b"", Some(Control::Power { on: true }), &[]),
    ];
    for (what, bytes, control, lines) in recoveries {
        let mut desk = Desk::of("epson-jp");
        desk.control(Control::Cutter { jam: true }).send(b"waiting\n");
        desk.send(b"\x10\x05\x01\x10\x04\x03");
        assert_eq!(desk.answers(), [0x1a], "{what}: not while the blade is stuck");
        desk.control(Control::FreeBlade).control(Control::Cover { open: false });
        desk.send(b"\x10\x04\x03").wait();
        assert_eq!(desk.answers(), [0x1a], "{what}: not by freeing the blade alone");
        desk.send(bytes);
        if let Some(control) = control {
            if control == (Control::Power { on: true }) {
                desk.control(Control::Power { on: false });
            } else {
                desk.control(Control::Cover { open: true });
            }
            desk.control(control);
        }
        desk.send(b"\x10\x04\x03").wait();
        assert_eq!(desk.answers(), [0x12], "{what}");
        let slips = desk.machine.slips_since(0);
        let printed: Vec<String> = slips.iter().flat_map(Slip::lines).collect();
        assert_eq!(printed, lines, "{what}");
    }
}

#[test]
fn recovery_is_ignored_while_there_is_no_error() {
    let mut desk = Desk::of("citizen");
    desk.control(Control::Cover { open: true });
    desk.send(b"kept\n\x10\x05\x02").control(Control::Cover { open: false }).wait();
    assert_eq!(desk.slip().lines(), ["kept"]);
}

#[test]
fn star_counts_ends_in_five_bits_and_words_its_conditions() {
    let mut desk = Desk::of("star");
    desk.send(b"\x17");
    assert_eq!(desk.answers(), b"", "counted, but nothing is said unasked");
    desk.send(b"\x1b\x06\x01");
    assert_eq!(desk.answers(), [0x23, 0x06, 0x02, 0, 0, 0, 0, 0x02, 0]);
    desk.send(b"\x1b\x06\x01");
    assert_eq!(desk.answers()[2], 0x00, "the mark of an end is said once");
    desk.send(b"\x1b\x1ea\x01");
    desk.answers();
    let mut counts = Vec::new();
    for _ in 0..32 {
        desk.send(b"\x17");
        counts.push(desk.answers()[7]);
    }
    assert_eq!(counts[..3], [0x04, 0x06, 0x08]);
    assert_eq!((counts[29], counts[30], counts[31]), (0x6e, 0x00, 0x02), "31, 0, 1");
    desk.send(b"\x1b\x1eE0\x17");
    assert_eq!(desk.answers()[7], 0x02, "begun anew");
    let rows = [
        (Control::Cover { open: true }, [0x28, 0, 0, 0]),
        (Control::Cover { open: false }, [0, 0, 0, 0]),
        (Control::Cutter { jam: true }, [0x08, 0x08, 0, 0]),
        (Control::Cutter { jam: false }, [0, 0, 0, 0]),
        (Control::Head { hot: true }, [0x08, 0x40, 0, 0]),
        (Control::Head { hot: false }, [0, 0, 0, 0]),
        (Control::Paper { supply: PaperSupply::NearEnd }, [0, 0, 0, 0x04]),
        (Control::Paper { supply: PaperSupply::End }, [0x08, 0, 0, 0x0c]),
        (Control::Paper { supply: PaperSupply::Ok }, [0, 0, 0, 0]),
        (Control::Offline { offline: true }, [0x48, 0, 0, 0]),
    ];
    for (control, expected) in rows {
        desk.control(control.clone());
        let answers = desk.answers();
        assert_eq!(answers[2..6], expected, "{control:?}");
        assert!(answers.iter().skip(1).all(|byte| byte & 0x91 == 0), "{answers:02X?}");
    }
}

#[test]
fn a_seiko_words_its_conditions_in_its_automatic_status_and_nowhere_else() {
    let mut desk = Desk::of("seiko");
    desk.send(b"\x10\x04\x01");
    assert_eq!(desk.answers(), [0xa1]);
    desk.send(b"\x1b@\x1da\xff\x12q\x05");
    let ready = [0xc0, 0xd0, 0xd0, 0xd8, 0xd0, 0xd0, 0xd0, 0xd0];
    assert_eq!(desk.answers(), [&[0xb0][..], &ready, &[0x85]].concat());
    let rows = [
        (Control::Cover { open: true }, [0xc8, 0xd8]),
        (Control::Cover { open: false }, [0xc0, 0xd0]),
        (Control::Cutter { jam: true }, [0xc8, 0xd0]),
        (Control::Cutter { jam: false }, [0xc0, 0xd0]),
        (Control::Paper { supply: PaperSupply::End }, [0xc8, 0xd1]),
        (Control::Paper { supply: PaperSupply::Ok }, [0xc0, 0xd0]),
    ];
    for (control, expected) in rows {
        desk.control(control.clone());
        let answers = desk.answers();
        assert_eq!((answers.len(), &answers[..2]), (8, &expected[..]), "{control:?}");
        assert!(answers[1..].iter().all(|byte| byte & 0xf0 == 0xd0), "{answers:02X?}");
        desk.send(b"\x10\x04\x01");
        assert_eq!(desk.answers(), [0xa1], "{control:?} shows in no other answer");
    }
    desk.control(Control::Paper { supply: PaperSupply::NearEnd });
    assert_eq!(desk.answers(), b"", "how it words that is not known");
    assert_eq!(desk.reasons(), Vec::<String>::new());
}

#[test]
fn a_seiko_that_cannot_print_still_says_how_it_is_unless_a_slip_stands_before_the_question() {
    let mut desk = Desk::of("seiko");
    desk.control(Control::Cover { open: true }).send(b"\x1b@\x1da\xff");
    assert_eq!(desk.answers()[..3], [0xb0, 0xc8, 0xd8]);
    desk.send(b"waits\n\x1da\xff").wait();
    assert_eq!(desk.answers(), b"");
    desk.control(Control::Cover { open: false });
    let ready = [0xc0, 0xd0, 0xd0, 0xd8, 0xd0, 0xd0, 0xd0, 0xd0];
    desk.wait();
    assert_eq!(desk.answers(), ready.repeat(2), "the change, then the answer in its turn");
    assert_eq!(desk.slip().lines(), ["waits"]);
}

#[test]
fn a_seiko_that_is_switched_on_says_so_and_reports_nothing_until_it_is_told_to() {
    let mut desk = Desk::of("seiko");
    desk.send(b"\x1da\xff");
    desk.answers();
    desk.control(Control::Power { on: false }).control(Control::Power { on: true });
    assert_eq!(desk.answers(), [0xb0]);
    desk.control(Control::Cover { open: true });
    assert_eq!(desk.answers(), b"");
}

#[test]
fn data_that_do_not_wait_for_a_seiko_to_answer_are_an_error() {
    let mut desk = Desk::of("seiko");
    desk.send(b"\x10\x04\x01");
    desk.answers();
    desk.send(b"\x1b@");
    assert_eq!(desk.reasons(), Vec::<String>::new());
    desk.send(b"\x10\x04\x01\x1b@");
    assert_eq!(desk.reasons(), ["data came before the answer to DLE EOT"]);
}

#[test]
fn an_epson_words_its_conditions_to_whoever_asks_and_unasked() {
    let rows = [
        (Control::Cover { open: true }, [0x1a, 0x16, 0x12, 0x12], [0x38, 0, 0, 0]),
        (Control::Cover { open: false }, [0x12, 0x12, 0x12, 0x12], [0x10, 0, 0, 0]),
        (Control::FeedButton { held: true }, [0x1a, 0x1a, 0x12, 0x12], [0x58, 0, 0, 0]),
        (Control::FeedButton { held: false }, [0x12, 0x12, 0x12, 0x12], [0x10, 0, 0, 0]),
        (Control::Cutter { jam: true }, [0x1a, 0x52, 0x1a, 0x12], [0x18, 0x08, 0, 0]),
        (Control::Cutter { jam: false }, [0x12, 0x12, 0x12, 0x12], [0x10, 0, 0, 0]),
        (Control::Head { hot: true }, [0x1a, 0x52, 0x52, 0x12], [0x18, 0x40, 0, 0]),
        (Control::Head { hot: false }, [0x12, 0x12, 0x12, 0x12], [0x10, 0, 0, 0]),
        (
            Control::Paper { supply: PaperSupply::NearEnd },
            [0x12, 0x12, 0x12, 0x1e],
            [0x10, 0, 0x03, 0],
        ),
        (Control::Paper { supply: PaperSupply::End }, [0x1a, 0x32, 0x12, 0x7e], [0x18, 0, 0x0f, 0]),
    ];
    let mut desk = Desk::of("epson-intl");
    desk.send(b"\x1da\xff");
    desk.answers();
    for (control, asked, unasked) in rows {
        desk.control(control.clone());
        assert_eq!(desk.answers(), unasked, "{control:?}");
        desk.send(b"\x10\x04\x01\x10\x04\x02\x10\x04\x03\x10\x04\x04");
        assert_eq!(desk.answers(), asked, "{control:?}");
    }
}

#[test]
fn the_feed_button_moves_a_line_of_paper() {
    let mut desk = Desk::of("star");
    desk.control(Control::FeedButton { held: true }).control(Control::FeedButton { held: false });
    assert_eq!(desk.slip().height_dots, TOP_DOTS + LINE_SPACING_DOTS);
    desk.control(Control::Cover { open: true }).control(Control::FeedButton { held: true });
    assert_eq!(desk.slip().height_dots, TOP_DOTS + LINE_SPACING_DOTS, "not with an open cover");
}

#[test]
fn latin_characters_are_those_of_windows_1252() {
    let mut desk = Desk::of("epson-intl");
    desk.send(b"\x1bt\x10caf\xe9 \x80 \x9c\n").wait();
    assert_eq!(desk.slip().lines(), ["café € œ"]);
    desk.send(b"\x81").send(b"\x1bt\x00\xe9").wait();
    assert_eq!(
        desk.reasons(),
        ["byte 81 is no character of code table 16", "byte E9 is no character of code table 0"]
    );
}

#[test]
fn national_characters_depend_on_the_set_and_others_do_not() {
    let mut desk = Desk::of("epson-jp");
    desk.send(b"\x1bR\x08\\~ \x1bR\x00\\~\n").wait();
    assert_eq!(desk.slip().lines(), ["¥‾ \\~"]);
    desk.send(b"\x1bR\x02A#").wait();
    assert_eq!(desk.reasons().len(), 1, "the twin has not Germany's set");
    let mut desk = Desk::of("star");
    desk.send(b"\x1b$1\x1bR\x08\x94\xd4\xb1\\\n").wait();
    assert_eq!(desk.slip().lines(), ["番ｱ¥"]);
}

#[test]
fn star_text_has_its_sizes_weight_and_place() {
    let mut desk = Desk::of("star");
    desk.send(b"\x1b@\x1bz1\x1b\x1da\x01\x1bi\x02\x01\x1bEA1\x1bF\x1bi00\x0a");
    desk.send(b"\x1b\x1da0x\x1b\x1dA\x78\x00y\x0a\x1bd3").wait();
    let slip = desk.slip();
    assert_eq!(slip.lines(), ["A1", "x y"]);
    let SlipMark::Text { runs, align } = &slip.rows[0].mark else { panic!("text") };
    assert_eq!((runs[0].width, runs[0].height, runs[0].emphasis), (2, 3, true));
    assert_eq!(*align, crate::document::Align::Center);
    assert_eq!(slip.rows[0].height_dots, 72);
    let SlipMark::Text { runs, .. } = &slip.rows[1].mark else { panic!("text") };
    assert_eq!((runs[1].gap_dots, runs[1].text.as_str()), (108, "y"));
    assert_eq!(slip.rows[1].y_dots, TOP_DOTS + 72);
    assert_eq!(slip.end, crate::virtual_printer::SlipEnd::PartialCut);
    assert_eq!(desk.reasons(), Vec::<String>::new());
}

#[test]
fn star_draws_a_qr_code_as_epson_does() {
    let star =
        b"\x1b\x1dyS0\x02\x1b\x1dyS1\x01\x1b\x1dyS2\x05\x1b\x1dyD1\x00\x04\x00abcd\x1b\x1dyP";
    let epson = b"\x1d(k\x04\x001A2\x00\x1d(k\x03\x001C\x05\x1d(k\x03\x001E1\
                  \x1d(k\x07\x001P0abcd\x1d(k\x03\x001Q0";
    let (mut one, mut other) = (Desk::of("star"), Desk::of("epson-jp"));
    one.send(star).wait();
    other.send(epson).wait();
    assert_eq!(one.slip().rows, other.slip().rows);
    assert_eq!(one.slip().qr_payloads(), ["abcd"]);
}

#[test]
fn a_blade_that_would_cut_through_the_print_is_an_error() {
    for (name, cut) in [("epson-jp", &b"\x1dV1"[..]), ("star", b"\x1bd1")] {
        let mut desk = Desk::of(name);
        desk.send(b"cut\n").send(cut).wait();
        assert!(desk.reasons()[0].starts_with("the blade cuts"), "{name}");
        let mut desk = Desk::of(name);
        let feed: &[u8] = if name == "star" { b"\x1bI\x70" } else { b"\x1bJ\x70" };
        desk.send(b"fed\n").send(feed).send(cut).wait();
        assert_eq!(desk.reasons(), Vec::<String>::new(), "{name}");
        assert_eq!(desk.machine.described().counts.jobs, 1);
    }
}

#[test]
fn a_printer_says_what_it_is() {
    let mut desk = Desk::of_seiko_as_epson();
    desk.send(b"\x1dI\x02\x1dIB\x1dIC");
    assert_eq!(desk.answers(), b"\x03\x5fSII\x00\x5fseiko\x00");
    let mut desk = Desk::of("seiko");
    desk.send(b"\x1dI\x02\x1dIB");
    assert_eq!(desk.answers(), b"\x0e\xe3\xf0\x00\x02SII\x00");
    let mut desk = Desk::of("epson-intl");
    desk.send(b"\x1dI\x02\x1dIE");
    assert_eq!(desk.answers(), b"\x02\x5f\x00", "no kanji");
}

#[test]
fn what_the_computer_may_do_to_the_power_is_obeyed_until_it_is_switched_off() {
    let mut desk = Desk::of("epson-jp");
    desk.send(b"\x1d(D\x05\x00\x14\x01\x00\x02\x00").wait();
    desk.send(b"\x1dv0\x00\x01\x00\x05\x00\x10\x14\x02\x01\x08").wait();
    assert!(desk.machine.state.powered, "switched off by nothing");
    assert_eq!(desk.picture().1.rows(), [0x10, 0x14, 0x02, 0x01, 0x08]);
    let mut desk = Desk::of("epson-jp");
    desk.send(b"\x1dv0\x00\x01\x00\x05\x00\x10\x14\x02\x01\x08").wait();
    assert!(!desk.machine.state.powered, "a picture can switch a printer off");
}

#[test]
fn a_line_without_handshake_loses_bytes_and_the_commands_they_were_in() {
    let mut desk = Desk::of("citizen");
    desk.send(b"\x1b");
    desk.control(Control::LoseBytes { count: 1 });
    desk.send(b"E\x01\n").wait();
    assert_eq!(desk.reasons().len(), 1);
}

#[test]
fn counts_say_what_has_been_done() {
    let mut desk = Desk::of("epson-jp");
    desk.send(b"one\n\x1dVB\x08\x1dVB\x08").wait();
    let counts = desk.machine.described().counts;
    assert_eq!((counts.jobs, counts.cuts, counts.bytes), (1, 2, 12));
    assert_eq!(counts.paper_mm, (34 + 2 * (112 + 8)) / 8);
}

#[test]
fn a_roll_without_end_is_kept_within_limits() {
    let mut desk = Desk::of("raster");
    let mut wide = b"\x1dv0\x00\x48\x00\xff\x0f".to_vec();
    wide.extend(std::iter::repeat_n(0xff, 72 * 4095));
    wide.extend(b"\x1dVB\x08");
    for _ in 0..70 {
        desk.send(&wide).wait();
    }
    let slips = desk.machine.slips_since(0);
    assert_eq!(slips.len(), PICTURE_BYTES_MAX / (72 * 4095));
    assert_eq!(slips.last().unwrap().number, 70, "the newest are kept");
    let mut desk = Desk::of("epson-jp");
    desk.send(&b"x\n".repeat(ROW_COUNT_MAX + 1)).wait();
    assert_eq!(desk.machine.slips_since(0).len(), 2);
    assert_eq!(desk.reasons().len(), 1);
}

#[test]
fn questions_asked_for_hours_do_not_fill_the_buffer_and_what_waits_there_stays_whole() {
    for (name, question) in [("epson-jp", b"\x10\x04\x01"), ("star", b"\x1b\x06\x01")] {
        let mut desk = Desk::of(name);
        desk.control(Control::Paper { supply: PaperSupply::End });
        // Two lines, and in the second a character of two bytes.
        let preamble: &[u8] = if name == "star" { b"\x1b$1" } else { b"\x1cC1" };
        desk.send(preamble).send(b"waiting\n\x94\xd4").send(&question.repeat(5000));
        assert_eq!(desk.machine.described().buffered_bytes, 3 + 8 + 2, "{name}");
        assert!(desk.answers().len() >= 5000, "{name}: every question is answered");
        desk.send(b"\n").control(Control::Paper { supply: PaperSupply::Ok }).wait();
        assert_eq!(desk.slip().lines(), ["waiting", "番"], "{name}");
        assert_eq!(desk.reasons(), Vec::<String>::new(), "{name}");
    }
    // Inside a command or a picture the bytes are data as well, as they are to a printer.
    let mut desk = Desk::of("citizen");
    desk.control(Control::Cover { open: true });
    desk.send(b"\x1dv0\x00\x01\x00\x04\x00\xff\x10\x04\x01\x10\x04\x01");
    assert_eq!(desk.answers(), [0x1a, 0x1a]);
    assert_eq!(desk.machine.described().buffered_bytes, 12, "the second question is none of it");
    desk.control(Control::Cover { open: false }).wait();
    assert_eq!(desk.picture().1.rows(), [0xff, 0x10, 0x04, 0x01]);
    assert_eq!(desk.reasons().len(), 1);
}
