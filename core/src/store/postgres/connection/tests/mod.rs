//! What is promised, tried on texts and on servers.

mod authority;
mod certificates;
mod modes;
mod resolving;
mod secrets;
mod servers;
mod sessions;
mod surroundings;
