//! Stops the build with the command to run when the pages or the fonts of slips are not there.

use std::path::Path;

/// Where the UI build writes, from this crate's folder.
const BUNDLE: &str = "../web-dist";
/// Pages that the server embeds.
const PAGES: [&str; 5] =
    ["index.html", "kiosk.html", "counter.html", "display.html", "dashboard.html"];
/// Where the fonts of slips are, from this crate's folder.
const FONTS: &str = "../fonts-dist";

fn main() {
    println!("cargo::rerun-if-changed={FONTS}");
    if !Path::new(FONTS).join("BIZUDPGothic-Regular.ttf").is_file() {
        println!(
            "cargo::error=the fonts of slips are missing in fonts-dist: \
             run `cargo xtask build-web`, then build again"
        );
    }
    println!("cargo::rerun-if-changed={BUNDLE}");
    let missing: Vec<_> =
        PAGES.into_iter().filter(|page| !Path::new(BUNDLE).join(page).is_file()).collect();
    if !missing.is_empty() {
        println!(
            "cargo::error=the pages are not built ({} missing in web-dist): \
             run `cargo xtask build-web`, then build again",
            missing.join(", ")
        );
    }
}
