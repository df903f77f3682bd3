//! `towpath serve`: what the real server answers, over HTTP as it is on the wire.

mod conditions;
mod encodings;
mod files;
mod preview;
mod safety;
mod starting;
mod watch;
