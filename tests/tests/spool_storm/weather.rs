//! Faults by chance, each with its end.

use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::Duration;

use tests::harness::random::Random;
use tests::machine::{Machine, Paper};

use super::desk::Desk;

/// What happens to a printer.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Fault {
    PaperEnd,
    NearEnd,
    Cover,
    Jam,
    Power,
    Cable,
    Mute,
    LostProof,
    Noise,
    Kill,
}

const FAULTS: [Fault; 10] = [
    Fault::PaperEnd,
    Fault::NearEnd,
    Fault::Cover,
    Fault::Jam,
    Fault::Power,
    Fault::Cable,
    Fault::Mute,
    Fault::LostProof,
    Fault::Noise,
    Fault::Kill,
];

/// Lets time pass, as it does between two things that people do.
pub(crate) fn pass(span: Duration) {
    let (_sender, nothing): (_, Receiver<()>) = channel();
    assert_eq!(nothing.recv_timeout(span), Err(RecvTimeoutError::Timeout));
}

/// One fault of the printer's from its beginning to its end.
pub(crate) fn disturb(machine: &Machine, random: &mut Random) -> Fault {
    let fault = *random.pick(&FAULTS[..FAULTS.len() - 1]);
    befall(machine, random, fault);
    fault
}

/// One fault, of the printer's or of the program's.
pub(crate) fn strike(machine: &Machine, desk: &mut Desk, random: &mut Random) -> Fault {
    let fault = *random.pick(&FAULTS);
    befall(machine, random, fault);
    match fault {
        Fault::Jam => desk.recover(),
        Fault::Kill => desk.kill_and_restart(),
        Fault::PaperEnd
        | Fault::NearEnd
        | Fault::Cover
        | Fault::Power
        | Fault::Cable
        | Fault::Mute
        | Fault::LostProof
        | Fault::Noise => {}
    }
    fault
}

fn befall(machine: &Machine, random: &mut Random, fault: Fault) {
    let short = Duration::from_millis(random.below(200));
    let long = Duration::from_millis(200 + random.below(1200));
    match fault {
        Fault::PaperEnd => {
            machine.paper(Paper::End);
            pass(long);
            machine.cover(true);
            pass(short);
            machine.paper(Paper::Enough);
            machine.cover(false);
        }
        Fault::NearEnd => machine.paper(Paper::NearEnd),
        Fault::Cover => {
            machine.cover(true);
            pass(long);
            machine.cover(false);
        }
        Fault::Jam => {
            machine.jam();
            pass(long);
            machine.cover(true);
            pass(Duration::from_millis(150));
            machine.free();
            machine.cover(false);
            pass(Duration::from_millis(150));
        }
        Fault::Power => {
            machine.power(false);
            pass(long);
            machine.power(true);
        }
        Fault::Cable => {
            machine.cable(false);
            pass(if random.once_in(2) { short } else { long });
            machine.cable(true);
        }
        Fault::Mute => {
            machine.mute(true);
            pass(long);
            machine.mute(false);
        }
        Fault::LostProof => machine.lose_proofs(1),
        Fault::Noise => {
            // As a wrong speed gives it: bit 7 set, and no answer of any model.
            let noise: Vec<u8> = (0..random.below(6)).map(|_| random.bits() as u8 | 0x90).collect();
            machine.babble(&noise);
        }
        Fault::Kill => {}
    }
}
