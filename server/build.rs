//! Stops the build with the command to run when the pages have not been built.

use std::path::Path;

/// Where the UI build writes, from this crate's folder.
const BUNDLE: &str = "../web-dist";
/// Pages that the server embeds.
const PAGES: [&str; 5] =
    ["index.html", "kiosk.html", "counter.html", "display.html", "dashboard.html"];

fn main() {
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
