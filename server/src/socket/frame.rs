//! WebSocket frames (RFC 6455) as pure functions of bytes: what the server sends, and what it
//! takes in.
//!
//! The server's frames are not masked, so one frame is the same for every client: it is built once
//! and its bytes are shared. Clients have nothing to say on this connection; what they send is read
//! only to answer pings, to notice a close, and to refuse nonsense.

use bytes::{BufMut, Bytes, BytesMut};

/// Largest payload taken from a client; screens send nothing at all.
pub(crate) const PAYLOAD_BYTES_MAX: usize = 4_096;

const FINAL: u8 = 0x80;
const MASKED: u8 = 0x80;
const RESERVED: u8 = 0x70;

const CONTINUATION: u8 = 0x0;
const TEXT: u8 = 0x1;
const BINARY: u8 = 0x2;
const CLOSE: u8 = 0x8;
const PING: u8 = 0x9;
const PONG: u8 = 0xA;

/// Why a connection is closed (RFC 6455 §7.4.1).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum CloseCode {
    /// 1001: the server goes away.
    Away,
    /// 1002: what came is not WebSocket.
    Protocol,
    /// 1008: too many messages.
    Policy,
    /// 1009: a message too large.
    TooLarge,
}

impl CloseCode {
    fn number(self) -> u16 {
        match self {
            CloseCode::Away => 1_001,
            CloseCode::Protocol => 1_002,
            CloseCode::Policy => 1_008,
            CloseCode::TooLarge => 1_009,
        }
    }
}

/// What a client sent.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Heard {
    /// Text, binary or a part of them: nothing anybody asked for.
    Data,
    /// A ping, to be answered with the same payload.
    Ping(Vec<u8>),
    /// A pong.
    Pong,
    /// The client closes.
    Close,
}

/// A text message as one frame.
pub(crate) fn text(payload: &[u8]) -> Bytes {
    frame(TEXT, payload)
}

/// The answer to a ping; `payload` is at most 125 bytes, which [`take`] has seen to.
pub(crate) fn pong(payload: &[u8]) -> Bytes {
    frame(PONG, payload)
}

/// A close frame.
pub(crate) fn close(code: CloseCode) -> Bytes {
    frame(CLOSE, &code.number().to_be_bytes())
}

fn frame(opcode: u8, payload: &[u8]) -> Bytes {
    let mut bytes = BytesMut::with_capacity(payload.len() + 10);
    bytes.put_u8(FINAL | opcode);
    match payload.len() {
        len @ 0..=125 => bytes.put_u8(u8::try_from(len).unwrap_or(125)),
        len @ 126..=0xFFFF => {
            bytes.put_u8(126);
            bytes.put_u16(u16::try_from(len).unwrap_or(u16::MAX));
        }
        len => {
            bytes.put_u8(127);
            bytes.put_u64(len as u64);
        }
    }
    bytes.put_slice(payload);
    bytes.freeze()
}

/// Takes one whole frame off the front of `inbox`; `None` when it is not all there yet.
///
/// # Errors
///
/// The code to close with: the frame is not masked, too large, or no WebSocket frame.
pub(crate) fn take(inbox: &mut Vec<u8>) -> Result<Option<Heard>, CloseCode> {
    let [first, second, ..] = inbox[..] else { return Ok(None) };
    let opcode = first & 0x0F;
    if first & RESERVED != 0 || second & MASKED == 0 {
        return Err(CloseCode::Protocol);
    }
    let Some((payload_len, head_len)) = lengths(inbox)? else { return Ok(None) };
    let control = opcode & 0x8 != 0;
    if control && (payload_len > 125 || first & FINAL == 0) {
        return Err(CloseCode::Protocol);
    }
    let whole = head_len + 4 + payload_len;
    if inbox.len() < whole {
        return Ok(None);
    }
    let heard = match opcode {
        CONTINUATION | TEXT | BINARY => Heard::Data,
        CLOSE => Heard::Close,
        PING => Heard::Ping(unmasked(&inbox[head_len..whole])),
        PONG => Heard::Pong,
        _ => return Err(CloseCode::Protocol),
    };
    inbox.drain(..whole);
    Ok(Some(heard))
}

/// The length of the payload, and that of the header before the mask.
fn lengths(inbox: &[u8]) -> Result<Option<(usize, usize)>, CloseCode> {
    match inbox[1] & 0x7F {
        126 => {
            let Some(&[high, low]) = inbox.get(2..4).and_then(|bytes| bytes.first_chunk()) else {
                return Ok(None);
            };
            let len = usize::from(u16::from_be_bytes([high, low]));
            if len > PAYLOAD_BYTES_MAX { Err(CloseCode::TooLarge) } else { Ok(Some((len, 4))) }
        }
        127 => Err(CloseCode::TooLarge),
        len => Ok(Some((usize::from(len), 2))),
    }
}

fn unmasked(masked: &[u8]) -> Vec<u8> {
    let (mask, payload) = masked.split_at(4);
    payload.iter().zip(mask.iter().cycle()).map(|(byte, mask)| byte ^ mask).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn masked(opcode: u8, payload: &[u8]) -> Vec<u8> {
        let mask = [0x12, 0x34, 0x56, 0x78];
        let mut bytes = vec![FINAL | opcode];
        match payload.len() {
            len @ 0..=125 => bytes.push(MASKED | u8::try_from(len).unwrap()),
            len => {
                bytes.push(MASKED | 126);
                bytes.extend(u16::try_from(len).unwrap().to_be_bytes());
            }
        }
        bytes.extend(mask);
        bytes.extend(payload.iter().zip(mask.iter().cycle()).map(|(byte, mask)| byte ^ mask));
        bytes
    }

    #[test]
    fn text_is_one_unmasked_frame_at_every_length_form() {
        assert_eq!(text(b"hi")[..], [0x81, 2, b'h', b'i']);
        let medium = text(&[b'x'; 200]);
        assert_eq!(medium[..4], [0x81, 126, 0, 200]);
        assert_eq!(medium.len(), 204);
        let long = text(&vec![b'x'; 70_000]);
        assert_eq!(long[..10], [0x81, 127, 0, 0, 0, 0, 0, 1, 0x11, 0x70]);
        assert_eq!(long.len(), 70_010);
    }

    #[test]
    fn a_ping_is_heard_whole_however_it_is_cut() {
        let sent = masked(PING, b"are you there");
        let mut inbox = Vec::new();
        for byte in &sent[..sent.len() - 1] {
            inbox.push(*byte);
            assert_eq!(take(&mut inbox), Ok(None));
        }
        inbox.push(sent[sent.len() - 1]);
        assert_eq!(take(&mut inbox), Ok(Some(Heard::Ping(b"are you there".to_vec()))));
        assert!(inbox.is_empty());
    }

    #[test]
    fn frames_that_come_together_are_taken_one_by_one() {
        let mut inbox = masked(TEXT, &[b'a'; 300]);
        inbox.extend(masked(CLOSE, &[]));
        assert_eq!(take(&mut inbox), Ok(Some(Heard::Data)));
        assert_eq!(take(&mut inbox), Ok(Some(Heard::Close)));
        assert_eq!(take(&mut inbox), Ok(None));
    }

    #[test]
    fn nonsense_is_refused_with_the_code_that_says_why() {
        let table: [(&[u8], CloseCode); 5] = [
            (&[0x81, 0x02, b'h', b'i'], CloseCode::Protocol), // not masked
            (&[0xC1, 0x80, 0, 0, 0, 0], CloseCode::Protocol), // reserved bit
            (&[0x83, 0x80, 0, 0, 0, 0], CloseCode::Protocol), // unknown opcode
            (&[0x09, 0x80, 0, 0, 0, 0], CloseCode::Protocol), // a ping in parts
            (&[0x82, 0xFF, 0, 0, 0, 0], CloseCode::TooLarge),
        ];
        for (bytes, code) in table {
            assert_eq!(take(&mut bytes.to_vec()), Err(code), "{bytes:?}");
        }
        let mut inbox = masked(BINARY, &[0; PAYLOAD_BYTES_MAX + 1]);
        assert_eq!(take(&mut inbox), Err(CloseCode::TooLarge));
        let mut inbox = masked(BINARY, &[0; PAYLOAD_BYTES_MAX]);
        assert_eq!(take(&mut inbox), Ok(Some(Heard::Data)));
    }
}
