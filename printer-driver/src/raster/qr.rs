//! QR codes, drawn for printers that do not draw them.

use super::Bitmap;
use crate::document::QrCorrection;
use qrcode::types::{Color, EcLevel};

/// White modules around a code that readers need (JIS X 0510).
pub(crate) const QUIET_ZONE_MODULES: usize = 4;

/// The code of `payload` with its quiet zone; `None` when it holds more than a code can, which
/// the limits of a document exclude.
pub(crate) fn draw_qr(
    payload: &str,
    correction: QrCorrection,
    module_dots: usize,
) -> Option<Bitmap> {
    let level = match correction {
        QrCorrection::Low => EcLevel::L,
        QrCorrection::Medium => EcLevel::M,
        QrCorrection::Quartile => EcLevel::Q,
        QrCorrection::High => EcLevel::H,
    };
    let code = qrcode::QrCode::with_error_correction_level(payload, level).ok()?;
    let modules = code.width();
    let side = (modules + 2 * QUIET_ZONE_MODULES) * module_dots;
    let mut bitmap = Bitmap::new(side, side);
    for (index, color) in code.to_colors().into_iter().enumerate() {
        if color == Color::Dark {
            let x = (index % modules + QUIET_ZONE_MODULES) * module_dots;
            let y = (index / modules + QUIET_ZONE_MODULES) * module_dots;
            bitmap.fill(x, y, module_dots, module_dots);
        }
    }
    Some(bitmap)
}
