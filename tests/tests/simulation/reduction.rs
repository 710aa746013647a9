//! Makes a failing script short: takes pieces out as long as it still fails.

use super::world::Input;

/// Runs at most; a good reduction needs far fewer.
const RUN_MAX: usize = 6_000;

/// The shortest script found that still fails.
pub(crate) fn reduce(original: &[Input], fails: impl Fn(&[Input]) -> bool) -> Vec<Input> {
    let mut script = merge_ticks(original);
    if !fails(&script) {
        script = original.to_vec();
    }
    let mut size = original.len() / 2;
    let mut runs = 0;
    while size >= 1 {
        let mut start = 0;
        let mut shortened = false;
        while start < script.len() && runs < RUN_MAX {
            let end = (start + size).min(script.len());
            runs += 1;
            let without = without(&script, start, end);
            if let Some(shorter) = without.into_iter().find(|shorter| fails(shorter)) {
                script = shorter;
                shortened = true;
            } else {
                start = end;
            }
        }
        if runs >= RUN_MAX {
            break;
        }
        if !(shortened && size == 1) {
            size /= 2;
        }
    }
    script
}

/// The script without a piece: gone altogether, or gone but for the time it took.
fn without(script: &[Input], start: usize, end: usize) -> [Vec<Input>; 2] {
    let keeping = |middle: &[Input]| {
        let shorter = [&script[..start], middle, &script[end..]].concat();
        merge_ticks(&shorter)
    };
    let ticks: Vec<Input> = script[start..end]
        .iter()
        .filter(|input| matches!(input, Input::Tick(_)))
        .cloned()
        .collect();
    [keeping(&[]), keeping(&ticks)]
}

/// Ticks that follow each other as one.
fn merge_ticks(script: &[Input]) -> Vec<Input> {
    let mut merged: Vec<Input> = Vec::with_capacity(script.len());
    for input in script {
        if let (Some(Input::Tick(sum)), Input::Tick(ms)) = (merged.last_mut(), input) {
            *sum += ms;
        } else {
            merged.push(input.clone());
        }
    }
    merged
}
