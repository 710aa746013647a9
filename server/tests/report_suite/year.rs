//! The simulated year against the ward's own table.

use server::report::Days;

use crate::data_dir::DataDir;

/// Rows of the yearly table in 令和5年度, as the ward counted them; `None` is not counted.
const R5: [(&str, Option<u32>); 23] = [
    ("1", Some(5_321)),
    ("2", Some(12_982)),
    ("3", Some(10_130)),
    ("4", Some(1_216)),
    ("5", Some(3_530)),
    ("6", None),
    ("7", Some(10_545)),
    ("8-12", Some(992)),
    ("13", Some(86)),
    ("14", Some(1)),
    ("15", Some(2_518)),
    ("16", None),
    ("17", Some(1_147)),
    ("18", Some(3_832)),
    ("19", Some(1_565)),
    ("20", None),
    ("21", Some(165)),
    ("22", Some(2_411)),
    ("23", Some(109)),
    ("24", Some(1_342)),
    ("25", None),
    ("26", Some(1_257)),
    ("27", None),
];
const R5_FOREIGN: u32 = 2_480;

/// Runs a year at a scale and compares every row with the table at that scale.
fn check(seed: u64, permille: u32) -> DataDir {
    let dir = DataDir::simulated("2023-04-01", "2024-03-31", seed, permille);
    let report = dir.report("2023-04-01", "2024-03-31", Days::Finished);
    let scaled = |count: u32| (count * permille / 1_000).max(1);
    let counted: Vec<(&str, Option<u32>)> =
        report.rows.iter().map(|row| (row.row.as_str(), row.count)).collect();
    let expected = R5.map(|(row, count)| (row, count.map(scaled)));
    assert_eq!(counted, expected, "seed {seed} at {permille}");
    let foreign: Vec<(&str, u32)> =
        report.rows.iter().filter_map(|row| Some((row.row.as_str(), row.foreign_count?))).collect();
    assert_eq!(foreign, [("2", scaled(R5_FOREIGN))], "seed {seed} at {permille}");
    assert_eq!(report.days, 243, "business days from April 2023 to March 2024");
    dir
}

#[test]
fn reiwa_5_has_the_wards_counts_in_every_row_and_waits_like_a_wards() {
    let dir = check(5, 1_000);
    look_at_the_waits(&dir);
}

/// Mostly under half an hour, some days over the limit, nobody for hours on end.
fn look_at_the_waits(dir: &DataDir) {
    let year = dir.report("2023-04-01", "2024-03-31", Days::Finished);
    let all = &year.waits[0];
    let share = u64::from(all.within_count) * 1_000 / u64::from(all.wait.count);
    assert!((800..1_000).contains(&share), "{share} per mille within the limit");
    assert!(all.wait.mean_ms < Some(30 * 60_000), "mean {:?}", all.wait.mean_ms);
    assert!(year.tickets.no_show > 0 && year.tickets.cancelled > 0 && year.tickets.inaccurate > 0);
    let mut over = 0;
    for month in ["2023-04", "2023-05", "2023-06", "2023-11"] {
        let month = dir.report(&format!("{month}-01"), &format!("{month}-30"), Days::Finished);
        let p90 = month.waits[0].wait.p90_ms;
        assert!(p90 < Some(150 * 60_000), "P90 {p90:?} in {}", month.from);
        over += month.waits[0].wait.count - month.waits[0].within_count;
    }
    assert!(over > 0, "some days go over the limit");
}

#[test]
fn the_counts_do_not_depend_on_the_seed() {
    for seed in [0, 1, 2, 3, 77, u64::MAX] {
        check(seed, 25);
    }
}

#[test]
fn the_same_seed_gives_the_same_bytes_and_another_seed_others() {
    let year = |seed| DataDir::simulated("2023-04-01", "2024-03-31", seed, 20).export();
    let first = year(8);
    assert!(first == year(8), "two runs of one seed differ");
    assert!(first != year(9), "two seeds give one history");
}

#[test]
fn a_part_of_a_year_holds_the_same_people_as_the_year() {
    let people = |dir: &DataDir| {
        let report = dir.report("2023-06-05", "2023-06-16", Days::Finished);
        (report.tickets.issued, report.tickets.guidance)
    };
    let year = DataDir::simulated("2023-04-01", "2024-03-31", 4, 50);
    let part = DataDir::simulated("2023-06-05", "2023-06-16", 4, 50);
    assert_eq!(people(&part), people(&year));
    assert_eq!(part.report("2023-04-01", "2024-03-31", Days::Finished).days, 10);
}

#[test]
fn a_directory_with_a_log_is_left_alone() {
    let dir = DataDir::simulated("2023-04-03", "2023-04-04", 1, 20);
    let before = dir.export();
    let office = server::config::OfficeFile::embedded();
    let day = server::fiscal_year::parse_date("2023-04-05").unwrap();
    let again = server::simulate::Simulation { from: day, to: day, seed: 1, permille: 20 };
    let error = server::simulate::simulate(&office, dir.path(), &again, &mut |_, _| Ok(()));
    assert!(error.unwrap_err().to_string().contains("holds a log already"));
    assert!(before == dir.export());
}
