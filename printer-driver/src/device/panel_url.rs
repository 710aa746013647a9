//! Counter and LED panels as URLs: where, and what they are sent.

use super::panel_template::{PanelEncoding, PanelTemplate, PanelValues};
use super::parts::{LineDefaults, Parts};
use super::{Address, DeviceUrlError, notation};
use std::fmt;
use std::str::FromStr;
use std::time::Duration;

/// What most plain panels take: the number and a line end.
const TEMPLATE_DEFAULT: &str = "{number:>4}\\r\\n";

/// A panel that shows a number: where it is, and the bytes that make it show one.
///
/// `serial:/dev/panel?baud=9600&address=1&template=\x02{address:02}{number:>4}{xor}\x03`
///
/// | Key | Meaning |
/// |---|---|
/// | `template` | bytes and fields, see [`PanelTemplate`]; `{number:>4}\r\n` unless said |
/// | `clear` | a template that blanks the panel; unless said, `template` with blank fields |
/// | `address` | 1 to 8 letters or digits; tells panels on one line apart; 1 unless said |
/// | `encoding` | `ascii` (unless said) or `shift_jis` |
/// | `reply` | what the panel answers to a frame, as `%06` or `hex:06`; nothing unless said |
/// | `gap_ms` | least time between two frames on the line, 0 to 10000; 100 unless said |
/// | `refresh_s` | sent again after so long, in case it lost power; 0 (never) to 3600, else 60 |
///
/// In a URL `&` is written `%26` and `%` is `%25`; other characters may be written as they are or
/// as %HH. `serial:` (9600 baud, no flow control unless said), `tcp:host:port` and `virtual:NAME`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct PanelUrl {
    /// Where the line is.
    pub address: Address,
    /// The panel's own address on the line.
    pub panel: String,
    /// What makes it show a number.
    pub template: PanelTemplate,
    /// What blanks it, when not `template` with blank fields.
    pub clear: Option<PanelTemplate>,
    /// How it takes characters.
    pub encoding: PanelEncoding,
    /// What it answers; empty for nothing.
    pub reply: Vec<u8>,
    /// Least time between two frames on the line.
    pub gap: Duration,
    /// The number is sent again after so long; zero for never.
    pub refresh: Duration,
}

impl PanelUrl {
    /// The frame that blanks the panel.
    #[must_use]
    pub(crate) fn clear_frame(&self) -> Vec<u8> {
        let template = self.clear.as_ref().unwrap_or(&self.template);
        let values = PanelValues { address: &self.panel, ..PanelValues::default() };
        // Checked when the URL was read: blanks fit everywhere, and the address does not change.
        template.render(values, self.encoding).unwrap_or_default()
    }
}

impl FromStr for PanelUrl {
    type Err = DeviceUrlError;

    fn from_str(text: &str) -> Result<PanelUrl, DeviceUrlError> {
        let mut parts = Parts::split(text, &["serial", "tcp", "virtual"])?;
        let address = parts.address(LineDefaults::BOARD)?;
        let encoding = match parts.take("encoding").as_deref() {
            None | Some("ascii") => PanelEncoding::Ascii,
            Some("shift_jis") => PanelEncoding::ShiftJis,
            Some(other) => return Err(parts.value("encoding", other, "ascii or shift_jis")),
        };
        let panel = parts.text("address")?.unwrap_or_else(|| "1".to_owned());
        let is_plain = panel.bytes().all(|byte| byte.is_ascii_alphanumeric());
        if !is_plain || !(1..=8).contains(&panel.len()) {
            return Err(parts.value("address", &panel, "1 to 8 letters or digits"));
        }
        let template = template(&mut parts, "template", encoding)?;
        let template = match template {
            Some(template) => template,
            None => PanelTemplate::parse(TEMPLATE_DEFAULT, encoding)
                .map_err(|expected| parts.value("template", TEMPLATE_DEFAULT, &expected))?,
        };
        let clear = self::template(&mut parts, "clear", encoding)?;
        let reply = parts.bytes("reply")?.unwrap_or_default();
        let gap = Duration::from_millis(parts.number("gap_ms", 100, 0..=10_000)?);
        let refresh = Duration::from_secs(parts.number("refresh_s", 60, 0..=3600)?);
        for template in [Some(&template), clear.as_ref()].into_iter().flatten() {
            let values = PanelValues { address: &panel, ..PanelValues::default() };
            if let Err(error) = template.render(values, encoding) {
                return Err(parts.value("address", &panel, &format!("one that fits: {error}")));
            }
        }
        parts.finish("template, clear, address, encoding, reply, gap_ms, refresh_s")?;
        Ok(PanelUrl { address, panel, template, clear, encoding, reply, gap, refresh })
    }
}

fn template(
    parts: &mut Parts<'_>,
    key: &str,
    encoding: PanelEncoding,
) -> Result<Option<PanelTemplate>, DeviceUrlError> {
    let Some(source) = parts.text(key)? else { return Ok(None) };
    match PanelTemplate::parse(&source, encoding) {
        Ok(template) => Ok(Some(template)),
        Err(expected) => Err(parts.value(key, &source, &expected)),
    }
}

impl fmt::Display for PanelUrl {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let encoded = |template: &PanelTemplate| notation::encode(template.to_string().as_bytes());
        self.address.write_with_settings(formatter)?;
        write!(formatter, "address={}&template={}", self.panel, encoded(&self.template))?;
        if let Some(clear) = &self.clear {
            write!(formatter, "&clear={}", encoded(clear))?;
        }
        match self.encoding {
            PanelEncoding::Ascii => {}
            PanelEncoding::ShiftJis => formatter.write_str("&encoding=shift_jis")?,
        }
        if !self.reply.is_empty() {
            write!(formatter, "&reply={}", notation::encode(&self.reply))?;
        }
        let (gap_ms, refresh_s) = (self.gap.as_millis(), self.refresh.as_secs());
        write!(formatter, "&gap_ms={gap_ms}&refresh_s={refresh_s}")
    }
}

impl TryFrom<String> for PanelUrl {
    type Error = DeviceUrlError;

    fn try_from(text: String) -> Result<PanelUrl, DeviceUrlError> {
        text.parse()
    }
}

impl From<PanelUrl> for String {
    fn from(url: PanelUrl) -> String {
        url.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panel_url_is_read_and_written_back() {
        let rows = [
            "serial:/dev/panel",
            "serial:/dev/panel?baud=115200&template={number}\\r\\n&clear=@CLR\\r\\n&gap_ms=20",
            "tcp:h:4001?address=07&template=\\x02{address}{number:>4}{xor}\\x03&reply=%06",
            "virtual:p?template=%5Cx02番{label:<6}&encoding=shift_jis&refresh_s=0",
            "virtual:p?template={label:%26<6}%25",
        ];
        for text in rows {
            let url: PanelUrl = text.parse().unwrap();
            assert_eq!(url.to_string().parse::<PanelUrl>().unwrap(), url, "{url}");
        }
        let url: PanelUrl = rows[0].parse().unwrap();
        assert_eq!(
            url.to_string(),
            "serial:/dev/panel?baud=9600&flow=none&address=1&template={number%3A>4}\\r\\n\
             &gap_ms=100&refresh_s=60"
        );
        assert_eq!(url.clear_frame(), b"    \r\n");
    }

    #[test]
    fn a_mistaken_panel_url_is_refused_with_what_was_expected() {
        let rows = [
            ("panel", "expected it to start with one of serial:, tcp:, virtual:"),
            ("tcp:h", "expected a host and port"),
            ("virtual:p?template={nr}", "expected one of {label}, {letter}"),
            ("virtual:p?template={number}", "expected a width as in {number:>4}"),
            ("virtual:p?template=番{number:>4}", "expected characters of the panel's encoding"),
            ("virtual:p?clear=", "expected at least one byte or field"),
            ("virtual:p?address=", "expected 1 to 8 letters or digits"),
            ("virtual:p?address=123&template={address:>2}", "expected one that fits"),
            ("virtual:p?encoding=utf-8", "expected ascii or shift_jis"),
            ("virtual:p?gap_ms=10001", "gap_ms=10001, expected 0 to 10000"),
            ("virtual:p?refresh_s=x", "refresh_s=x, expected 0 to 3600"),
            ("virtual:p?columns=4", "unknown key \"columns\", expected one of template, clear"),
        ];
        for (text, expected) in rows {
            let message = text.parse::<PanelUrl>().unwrap_err().to_string();
            assert!(message.contains(expected), "{text}: {message}");
        }
    }
}
