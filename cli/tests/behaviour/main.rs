//! What `towpath` does, seen from outside: the command is run on channels built in code, and what
//! it says, writes and leaves alone is compared.
//!
//! Numbers such as E59 are those of the edge cases that conda-index was tried with (reference,
//! section 16).
//!
//! Snapshots are looked at and accepted with `cargo insta review`.

#[cfg(test)]
mod channel_documents;
#[cfg(test)]
mod channeldata;
#[cfg(test)]
mod command_line;
#[cfg(test)]
mod config;
#[cfg(test)]
mod current_repodata;
#[cfg(test)]
mod damage;
#[cfg(test)]
mod databases;
#[cfg(test)]
mod db_channels;
#[cfg(test)]
mod db_copy;
#[cfg(test)]
mod db_create;
#[cfg(test)]
mod db_doctor;
#[cfg(test)]
mod db_dump;
#[cfg(test)]
mod db_erd;
#[cfg(test)]
mod db_migrations;
#[cfg(test)]
mod db_proxy;
#[cfg(test)]
mod db_roles;
#[cfg(test)]
mod db_wait;
#[cfg(test)]
mod deployment;
#[cfg(test)]
mod documents;
#[cfg(test)]
mod environment;
#[cfg(test)]
mod environments;
#[cfg(test)]
mod feeds;
#[cfg(test)]
mod folders;
#[cfg(test)]
mod hostile_pages;
#[cfg(test)]
mod index;
#[cfg(test)]
mod indexed_timestamp;
#[cfg(test)]
mod inspect;
#[cfg(test)]
mod listing_pages;
#[cfg(test)]
mod malformed;
#[cfg(test)]
mod moved_environments;
#[cfg(test)]
mod msgpack;
#[cfg(test)]
mod on_busy;
#[cfg(test)]
mod page;
#[cfg(test)]
mod patches;
#[cfg(test)]
mod policies;
#[cfg(test)]
mod published;
#[cfg(test)]
mod remove;
#[cfg(test)]
mod repodata_v3;
#[cfg(test)]
mod report;
#[cfg(test)]
mod serve;
#[cfg(test)]
mod shards;
#[cfg(test)]
mod site;
#[cfg(test)]
mod site_check;
#[cfg(test)]
mod stores;
#[cfg(test)]
mod towpath_toml;
#[cfg(test)]
mod verify;
#[cfg(test)]
mod verify_channel;
#[cfg(test)]
mod web_server;
#[cfg(test)]
mod workflows;
