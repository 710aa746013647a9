//! `cargo xtask bench`: prints the product's figures beside the limits of this machine.

use std::process::ExitCode;

fn main() -> ExitCode {
    tests::bench::run(std::env::args().skip(1))
}
