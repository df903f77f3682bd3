//! towpath among others: beside conda-index on one channel, before a client that installs from
//! it, killed half way, and in a crowd.
//!
//! What needs conda-index or real packages finds them in `../shared`, beside the repository; where
//! that is missing, these tests say so and pass. With `CI` in the environment they fail instead.

#[cfg(test)]
mod adoption;
#[cfg(test)]
mod channel;
#[cfg(test)]
mod channeldata;
#[cfg(test)]
mod client;
#[cfg(test)]
mod concurrency;
#[cfg(test)]
mod crash;
#[cfg(test)]
mod current_repodata;
#[cfg(test)]
mod determinism;
#[cfg(test)]
mod documents;
#[cfg(test)]
mod golden;
#[cfg(test)]
mod pages;
#[cfg(test)]
mod parity;
#[cfg(test)]
mod peer;
#[cfg(test)]
mod postgresql;
#[cfg(test)]
mod python;
#[cfg(test)]
mod shared;
#[cfg(test)]
mod solve;
#[cfg(test)]
mod towpath;
