//! A data directory of a test, gone when the test ends.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

use server::config::OfficeFile;
use server::fiscal_year::parse_date;
use server::report::{self, Days, Derived, Range};
use server::simulate::{Simulated, Simulation, simulate};

use protocol::report::Report;

static COUNT: AtomicU32 = AtomicU32::new(0);

/// A directory of its own for one test.
pub(crate) struct DataDir(PathBuf);

impl DataDir {
    /// An empty directory.
    pub(crate) fn new() -> DataDir {
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let name = format!("yobidashi-report-{}-{number}", std::process::id());
        let path = std::env::temp_dir().join(name);
        std::fs::create_dir_all(&path).expect("the test's directory can be used");
        DataDir(path)
    }

    /// A directory with a simulated history.
    pub(crate) fn simulated(from: &str, to: &str, seed: u64, permille: u32) -> DataDir {
        let dir = DataDir::new();
        dir.simulate(from, to, seed, permille);
        dir
    }

    pub(crate) fn simulate(&self, from: &str, to: &str, seed: u64, permille: u32) -> Simulated {
        let (from, to) = (parse_date(from).expect("a date"), parse_date(to).expect("a date"));
        let simulation = Simulation { from, to, seed, permille };
        simulate(&OfficeFile::embedded(), &self.0, &simulation, &mut |_, _| Ok(()))
            .expect("the test's directory can be used")
    }

    pub(crate) fn path(&self) -> &Path {
        &self.0
    }

    /// The whole export.
    pub(crate) fn export(&self) -> Vec<u8> {
        let mut lines = Vec::new();
        server::export::export(&self.0, 1, &mut lines).expect("the test's directory can be used");
        lines
    }

    /// The report of a range.
    pub(crate) fn report(&self, from: &str, to: &str, days: Days) -> Report {
        let mut derived = Derived::open(&self.0).expect("the test's directory can be used");
        derived.catch_up().expect("the test's directory can be used");
        report::build(&derived, range(from, to, days)).expect("the test's directory can be used")
    }
}

impl Drop for DataDir {
    fn drop(&mut self) {
        // A directory left behind in the system's temporary folder hurts nobody.
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

pub(crate) fn range(from: &str, to: &str, days: Days) -> Range {
    Range { from: parse_date(from).expect("a date"), to: parse_date(to).expect("a date"), days }
}
