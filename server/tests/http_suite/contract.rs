//! What the contract says and what the rules know are the same.

use std::collections::BTreeSet;

use domain::refusal;
use protocol::route::{self, ROUTES};

#[test]
fn every_code_a_route_lists_exists() {
    let rules: BTreeSet<&str> = refusal::ALL_CODES.iter().copied().collect();
    let general: BTreeSet<&str> = route::GENERALS.iter().map(|general| general.code).collect();
    assert!(rules.is_disjoint(&general), "a code means one thing");
    for route in ROUTES {
        for code in route.codes() {
            assert!(rules.contains(code) || general.contains(code), "{code} in {}", route.path);
        }
    }
}
