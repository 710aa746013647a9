//! How long it takes to lay a ticket out and encode it, warm: `cargo run --release -p server
//! --example slip_layout`. Every example of the default office, on a serial line and on a fast one.

use std::io::Write;
use std::time::{Duration, Instant};

use printer_driver::encoder::Encoder;
use printer_driver::printer::JobId;
use printer_driver::profile::{PaperWidth, Profile, UsualLink};
use server::config::OfficeFile;
use server::{fonts, slips};

/// Runs of each; the quickest counts, since in others fonts are read or another process runs.
const RUNS: u64 = 5;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let office = OfficeFile::embedded();
    for (name, link) in [
        ("epson-jp", UsualLink::Serial),
        ("epson-jp", UsualLink::Usb),
        ("star", UsualLink::Lan),
        ("raster", UsualLink::Usb),
    ] {
        let profile = Profile::load(name, PaperWidth::Mm80)?;
        // The texts and the layout of all of them, then the bytes of each.
        let began = Instant::now();
        let examples = slips::examples(&office, &profile, link)?;
        let layout = began.elapsed() / u32::try_from(examples.len())?;
        let encoder = Encoder::new(profile, link.bytes_per_second());
        let encoder = encoder.with_typesetter(fonts::typesetter());
        let mut times: Vec<(Duration, String)> = Vec::new();
        for example in &examples {
            let mut best = (Duration::MAX, 0);
            for run in 0..RUNS {
                let began = Instant::now();
                let encoded = encoder.encode(&example.document, JobId(run));
                best = best.min((began.elapsed(), encoded.bytes.len()));
            }
            let (time, bytes) = best;
            times.push((time, format!("{}, {bytes} bytes", example.name())));
        }
        times.sort();
        let (median, _) = &times[times.len() / 2];
        let (largest, slowest) = &times[times.len() - 1];
        writeln!(
            std::io::stdout(),
            "{name} {link:?}: layout {layout:?}, encoding median {median:?}, \
             largest {largest:?} ({slowest})"
        )?;
    }
    Ok(())
}
