//! What a connected screen costs (design.md §6: at most 8 KB).

#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]
#![expect(dead_code, reason = "only a part of the shared office is needed here")]

#[path = "http_suite/client.rs"]
mod client;
#[path = "http_suite/office.rs"]
mod office;

use std::net::SocketAddr;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use office::Office;

/// Screens whose cost is measured; enough that one allocation more or less does not show.
const SCREENS: usize = 400;
/// The bar of design.md §6.
const BYTES_MAX: usize = 8 * 1_024;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_connected_screen_costs_at_most_eight_kilobytes() {
    let office = Office::open().await;
    for queue in ["enrol", "leave", "card", "premium"] {
        for _ in 0..10 {
            office.issue(queue).await;
        }
    }
    let roles = ["display", "counter", "kiosk", "dashboard"];
    let mut screens = Vec::with_capacity(2 * SCREENS);
    for number in 0..SCREENS {
        screens.push(connect(office.address, roles[number % 4]).await);
    }
    let before = resident_bytes();
    for number in 0..SCREENS {
        screens.push(connect(office.address, roles[number % 4]).await);
    }
    office.issue("enrol").await;
    assert_eq!(office.board.screens(), 2 * SCREENS);
    let each = resident_bytes().saturating_sub(before) / SCREENS;
    assert!(each <= BYTES_MAX, "{each} bytes per screen");
}

/// A screen that keeps nothing itself: what it has not read stays in the kernel.
async fn connect(address: SocketAddr, role: &str) -> TcpStream {
    let mut stream = TcpStream::connect(address).await.unwrap();
    let ask = format!(
        "GET /ws?role={role} HTTP/1.1\r\nhost: {address}\r\nconnection: upgrade\r\n\
         upgrade: websocket\r\nsec-websocket-version: 13\r\n\
         sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
    );
    stream.write_all(ask.as_bytes()).await.unwrap();
    let mut head = [0; 12];
    stream.read_exact(&mut head).await.unwrap();
    assert_eq!(&head, b"HTTP/1.1 101");
    stream
}

/// Memory of this process that is in RAM.
fn resident_bytes() -> usize {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with("VmRSS:")).unwrap();
    let kilobytes: usize = line.split_whitespace().nth(1).unwrap().parse().unwrap();
    kilobytes * 1_024
}
