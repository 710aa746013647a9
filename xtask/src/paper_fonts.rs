//! Brings the fonts of printed slips into `fonts-dist/`, whole: an office's own words may hold any
//! character. They come from packages and are embedded in the program, so that a slip looks the
//! same on every computer.

use std::fs;
use std::path::Path;

/// Where the packages are, from the repository's root.
const PACKAGES: &str = "node_modules/@expo-google-fonts";

/// Package and the face in it, and the file it becomes.
const FACES: [(&str, &str, &str); 8] = [
    ("biz-udpgothic", "400Regular/BIZUDPGothic_400Regular.ttf", "BIZUDPGothic-Regular.ttf"),
    ("biz-udpgothic", "700Bold/BIZUDPGothic_700Bold.ttf", "BIZUDPGothic-Bold.ttf"),
    ("noto-sans", "400Regular/NotoSans_400Regular.ttf", "NotoSans-Regular.ttf"),
    ("noto-sans", "700Bold/NotoSans_700Bold.ttf", "NotoSans-Bold.ttf"),
    (
        "noto-sans-devanagari",
        "400Regular/NotoSansDevanagari_400Regular.ttf",
        "NotoSansDevanagari-Regular.ttf",
    ),
    ("noto-sans-kr", "400Regular/NotoSansKR_400Regular.ttf", "NotoSansKR-Regular.ttf"),
    ("noto-sans-sc", "400Regular/NotoSansSC_400Regular.ttf", "NotoSansSC-Regular.ttf"),
    ("noto-sans-tc", "400Regular/NotoSansTC_400Regular.ttf", "NotoSansTC-Regular.ttf"),
];

/// Copies every face. `root` is the repository's root; `npm ci` must have run.
/// A file that is there already and as long stays, so that nothing is built again for it.
///
/// # Errors
///
/// One sentence naming the file that cannot be read or written.
pub(crate) fn copy(root: &Path) -> Result<(), String> {
    let out = root.join("fonts-dist");
    fs::create_dir_all(&out).map_err(|error| failed(&out, &error))?;
    for (package, face, name) in FACES {
        let folder = root.join(PACKAGES).join(package);
        copy_if_changed(&folder.join(face), &out.join(name))?;
    }
    Ok(())
}

/// Copies each font's licence into `folder`: the text goes wherever the font goes.
///
/// # Errors
///
/// One sentence naming the file that cannot be read or written.
pub(crate) fn copy_licenses(root: &Path, folder: &Path) -> Result<(), String> {
    for (package, ..) in FACES {
        let from = root.join(PACKAGES).join(package).join("LICENSE_FONT");
        copy_if_changed(&from, &folder.join(format!("paper-{package}.txt")))?;
    }
    Ok(())
}

fn copy_if_changed(from: &Path, to: &Path) -> Result<(), String> {
    let length = fs::metadata(from).map_err(|error| failed(from, &error))?.len();
    if fs::metadata(to).is_ok_and(|there| there.len() == length) {
        return Ok(());
    }
    fs::copy(from, to).map(|_| ()).map_err(|error| failed(from, &error))
}

fn failed(path: &Path, error: &std::io::Error) -> String {
    format!("{}: {error}", path.display())
}
