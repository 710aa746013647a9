//! The `yobidashi` command.
fn main() {}
