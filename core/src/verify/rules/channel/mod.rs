//! Group G: what the channel has already, and what a package would change.

mod dependencies;
mod neighbours;
mod published;

use crate::verify::Rule;

/// In the order of their codes.
pub(super) const RULES: &[&Rule] = &[
    &published::G601,
    &published::G602,
    &dependencies::G603,
    &dependencies::G604,
    &neighbours::G605,
    &published::G606,
    &neighbours::G607,
    &published::G608,
    &published::G609,
    &published::G610,
    &neighbours::G615,
    &neighbours::G616,
];
