//! Defects: a thread without which there is no office ends the process, and a restart replays the
//! log. Going on would show screens that stand still, or a counter where every press fails.

use std::panic;
use std::thread;

/// Threads whose panic leaves nothing to go on with: the one that writes the log and the one that
/// feeds the screens.
const VITAL: [&str; 2] = ["writer", "board"];

/// Exit status after a defect (`EX_SOFTWARE` of sysexits.h), on which a supervisor restarts.
pub const EXIT_STATUS: u8 = 70;

/// From now on a panic in a vital thread is reported and ends the process. Whatever has been
/// acknowledged is on disk.
pub fn end_process_on_defect() {
    let report = panic::take_hook();
    panic::set_hook(Box::new(move |defect| {
        report(defect);
        if thread::current().name().is_some_and(|name| VITAL.contains(&name)) {
            tracing::error!("a defect: the process ends, and a restart replays the log");
            std::process::exit(i32::from(EXIT_STATUS));
        }
    }));
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    use super::*;

    /// Set in the process that is to have the defect: the name of the thread.
    const THREAD: &str = "YOBIDASHI_TEST_DEFECT_IN";

    #[test]
    fn a_defect_in_a_vital_thread_ends_the_process_and_one_in_another_does_not() {
        if let Ok(name) = std::env::var(THREAD) {
            end_process_on_defect();
            let thread = thread::Builder::new().name(name);
            let panicked = thread.spawn(|| panic!("a defect")).unwrap().join();
            assert!(panicked.is_err());
            return;
        }
        for (name, status) in [("writer", 70), ("board", 70), ("reports", 0)] {
            let this = std::env::current_exe().unwrap();
            let test = thread::current().name().unwrap().to_owned();
            let mut child = Command::new(this);
            child.args(["--exact", &test]).env(THREAD, name);
            assert_eq!(child.output().unwrap().status.code(), Some(status), "{name}");
        }
    }
}
