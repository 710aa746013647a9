//! A serial line, 8N1.

use crate::device::{FlowControl, SerialSettings};
use std::io;
use std::path::Path;
use tokio_serial::{SerialPort, SerialPortBuilderExt, SerialStream};

/// Opens the line at `path`, refusing when another program holds it.
///
/// The open is exclusive; then the terminal's own exclusive mark is taken off while an advisory
/// lock stays, which still refuses a second owner. The mark would outlive this program on a
/// pseudo-terminal whose other end keeps it open, and lock out an ordinary user's next open.
pub(super) fn open(path: &Path, settings: SerialSettings) -> io::Result<SerialStream> {
    let name = path.to_str().ok_or_else(|| {
        io::Error::new(io::ErrorKind::InvalidInput, "the path is not readable text")
    })?;
    let flow = match settings.flow {
        FlowControl::Hardware => tokio_serial::FlowControl::Hardware,
        FlowControl::Software => tokio_serial::FlowControl::Software,
        FlowControl::Uncontrolled => tokio_serial::FlowControl::None,
    };
    let mut stream =
        tokio_serial::new(name, settings.baud).flow_control(flow).open_native_async()?;
    stream.set_exclusive(false)?;
    // What arrived before the line was set up may be garbled.
    stream.clear(tokio_serial::ClearBuffer::Input)?;
    Ok(stream)
}
