//! The words of generated packages, and names made of them.

use crate::random::Random;

/// Words that names and sentences are made of. None starts with `py` or `lib`, the prefixes of
/// names, and none ends in a digit.
pub(super) const WORDS: [&str; 97] = [
    "anchor",
    "aqueduct",
    "arch",
    "audio",
    "balance",
    "barge",
    "basin",
    "beam",
    "boat",
    "bollard",
    "bridge",
    "bucket",
    "bulkhead",
    "buoy",
    "cabin",
    "canal",
    "cargo",
    "cell",
    "chain",
    "chart",
    "clay",
    "coal",
    "color",
    "compass",
    "crane",
    "crew",
    "culvert",
    "current",
    "cutting",
    "dam",
    "data",
    "deck",
    "depth",
    "dock",
    "draft",
    "dredge",
    "engine",
    "fender",
    "ferry",
    "field",
    "flight",
    "flood",
    "flow",
    "font",
    "gate",
    "gauge",
    "gear",
    "graph",
    "grid",
    "harbor",
    "hatch",
    "horse",
    "hull",
    "image",
    "iron",
    "junction",
    "keel",
    "knot",
    "lake",
    "lantern",
    "level",
    "lock",
    "map",
    "marker",
    "mesh",
    "mill",
    "model",
    "mooring",
    "narrow",
    "oar",
    "paddle",
    "panel",
    "parse",
    "pilot",
    "plank",
    "pound",
    "puddle",
    "pump",
    "queue",
    "quay",
    "reach",
    "reservoir",
    "rope",
    "rudder",
    "sluice",
    "solver",
    "staircase",
    "stream",
    "summit",
    "tiller",
    "timber",
    "token",
    "tunnel",
    "valve",
    "water",
    "weir",
    "wharf",
];

/// Where counting starts for seed 0: away from the pairs of one word with itself.
const START: u64 = 4242;

/// A prime that is not the number of words, so that counting in its steps meets every pair.
const STEP: u64 = 7919;

/// Returns the name with this number; no two numbers share one.
pub(super) fn name(seed: u64, number: u64) -> String {
    let count = WORDS.len() as u64;
    let pairs = count * count;
    let pair = ((number % pairs) * STEP + START + seed % pairs) % pairs;
    let (first, second) = (pair / count, pair % count);
    let prefix =
        Random::new(seed, "name", number).pick(&["py", "lib", "r-", "perl-", "", "", "", "", "", ""]);
    let series = match number / pairs {
        0 => String::new(),
        series => series.to_string(),
    };
    format!(
        "{prefix}{}-{}{series}",
        WORDS[first as usize], WORDS[second as usize]
    )
}

/// Returns so many words with a capital and a full stop.
pub(super) fn sentence(random: &mut Random, words: u64) -> String {
    let mut sentence = String::new();
    for _ in 0..words {
        sentence.push_str(random.pick(&WORDS));
        sentence.push(' ');
    }
    sentence.pop();
    if let Some(first) = sentence.get_mut(..1) {
        first.make_ascii_uppercase();
    }
    sentence.push('.');
    sentence
}
