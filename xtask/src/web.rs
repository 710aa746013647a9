//! Builds the screens into `web-dist/`: esbuild bundles, this names the results in the pages.
//!
//! ```text
//! web-dist/  index.html kiosk.html counter.html display.html dashboard.html devices.html
//!            twins.html paper.html icon.svg
//!            assets/     scripts, styles and fonts with a hash in their names: cache them for ever
//!            licenses/   what the packages in the bundles ask to be passed on
//! ```
//!
//! Node.js is needed here and never at run time. Types are not checked here: `npm run typecheck`.

mod fonts;

use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::Value;

use crate::paper_fonts;

/// The oldest browser the scripts are written down to: the first Chromium with ES modules and
/// everything Preact needs. Layout (`gap` in flex boxes) looks right from Chromium 84 on.
const TARGET: &str = "chrome61";

/// The fonts of every page, in one file of their own.
const FONTS: &str = "server/web/shared/fonts.css";

/// A page of the screens: its name, where it lives, and whether it has a script.
struct Page {
    name: &'static str,
    folder: &'static str,
    script: Option<&'static str>,
}

/// Every page; `{folder}/page.html` is its frame, `{folder}/{name}.css` its style.
const PAGES: [Page; 8] = [
    Page { name: "index", folder: "server/web/index", script: None },
    Page { name: "kiosk", folder: "kiosk/web", script: Some("main.tsx") },
    Page { name: "counter", folder: "server/web/counter", script: Some("main.tsx") },
    Page { name: "display", folder: "display/web", script: Some("main.tsx") },
    Page { name: "dashboard", folder: "server/web/dashboard", script: Some("main.tsx") },
    Page { name: "devices", folder: "server/web/devices", script: Some("main.tsx") },
    Page { name: "twins", folder: "server/web/twins", script: Some("main.tsx") },
    Page { name: "paper", folder: "server/web/paper", script: Some("main.tsx") },
];

/// Packages whose work is inside the bundles; their licences go along.
const PACKAGES: [&str; 8] = [
    "preact",
    "@preact/signals",
    "@fontsource/biz-udpgothic",
    "@fontsource/noto-sans",
    "@fontsource/noto-sans-devanagari",
    "@fontsource/noto-sans-kr",
    "@fontsource/noto-sans-sc",
    "@fontsource/noto-sans-tc",
];

/// Builds every page anew, and brings the fonts of slips. `root` is the repository's root;
/// `npm ci` must have run there.
///
/// # Errors
///
/// One sentence naming the file or program that failed.
pub(crate) fn build(root: &Path) -> Result<(), String> {
    paper_fonts::copy(root)?;
    let out = root.join("web-dist");
    if out.exists() {
        fs::remove_dir_all(&out).map_err(|error| failed(&out, &error))?;
    }
    create(&out)?;
    let generated = root.join("target/web");
    create(&generated)?;
    fonts::write_slices(root, &generated.join("slices.css"))?;
    let metafile = generated.join("metafile.json");
    bundle(root, &metafile)?;
    let meta: Value = serde_json::from_str(&read(&metafile)?)
        .map_err(|error| format!("{}: {error}", metafile.display()))?;
    for page in &PAGES {
        write_page(root, &out, &meta, page)?;
    }
    copy(&root.join("server/web/shared/icon.svg"), &out.join("icon.svg"))?;
    copy_licenses(root, &out)
}

/// Runs esbuild over all pages at once; shared fonts come out once.
fn bundle(root: &Path, metafile: &Path) -> Result<(), String> {
    let program = root.join("node_modules/.bin/esbuild");
    let mut esbuild = Command::new(&program);
    esbuild.current_dir(root);
    for page in &PAGES {
        if let Some(script) = page.script {
            esbuild.arg(format!("{}={}/{script}", page.name, page.folder));
        }
        esbuild.arg(format!("{0}={1}/{0}.css", page.name, page.folder));
    }
    esbuild.arg(format!("fonts={FONTS}"));
    esbuild.args([
        "--bundle",
        "--minify",
        "--format=esm",
        "--charset=utf8",
        "--legal-comments=none",
        "--log-level=warning",
        "--outdir=web-dist",
        "--entry-names=assets/[name]-[hash]",
        "--asset-names=assets/[name]-[hash]",
        "--loader:.woff2=file",
    ]);
    esbuild.arg(format!("--target={TARGET}")).arg(format!("--metafile={}", metafile.display()));
    let status = esbuild.status().map_err(|error| failed(&program, &error))?;
    if status.success() { Ok(()) } else { Err(format!("esbuild ended with {status}")) }
}

/// Fills the names of the page's script and style into its frame.
fn write_page(root: &Path, out: &Path, meta: &Value, page: &Page) -> Result<(), String> {
    let frame = read(&root.join(page.folder).join("page.html"))?;
    let style = output_of(meta, &format!("{0}/{1}.css", page.folder, page.name))?;
    let fonts = output_of(meta, FONTS)?;
    let mut html = frame.replace("{{fonts}}", &fonts).replace("{{style}}", &style);
    if let Some(script) = page.script {
        let name = output_of(meta, &format!("{}/{script}", page.folder))?;
        html = html.replace("{{script}}", &name);
    }
    let path = out.join(format!("{}.html", page.name));
    fs::write(&path, html).map_err(|error| failed(&path, &error))
}

/// The file that esbuild made of an entry point, relative to `web-dist`.
fn output_of(meta: &Value, entry: &str) -> Result<String, String> {
    let outputs = meta.get("outputs").and_then(Value::as_object);
    outputs
        .and_then(|all| {
            all.iter().find(|(_, one)| one.get("entryPoint").and_then(Value::as_str) == Some(entry))
        })
        .and_then(|(name, _)| name.strip_prefix("web-dist/"))
        .map(str::to_owned)
        .ok_or_else(|| format!("esbuild made nothing of {entry}"))
}

fn copy_licenses(root: &Path, out: &Path) -> Result<(), String> {
    let folder = out.join("licenses");
    create(&folder)?;
    for package in PACKAGES {
        let name = package.trim_start_matches('@').replace('/', "-");
        let from = root.join("node_modules").join(package).join("LICENSE");
        copy(&from, &folder.join(format!("{name}.txt")))?;
    }
    paper_fonts::copy_licenses(root, &folder)
}

fn create(folder: &Path) -> Result<(), String> {
    fs::create_dir_all(folder).map_err(|error| failed(folder, &error))
}

fn read(path: &Path) -> Result<String, String> {
    fs::read_to_string(path).map_err(|error| failed(path, &error))
}

fn copy(from: &Path, to: &Path) -> Result<(), String> {
    fs::copy(from, to).map(|_| ()).map_err(|error| failed(from, &error))
}

fn failed(path: &Path, error: &std::io::Error) -> String {
    format!("{}: {error}", path.display())
}
