//! Documents of all kinds: what is read of them, what is not, and what is the same.

mod hostile;
mod locked;
mod requested;
mod round_trips;

use super::*;
use crate::environment::Lock;

fn requested(file_name: &str, text: &str) -> Request {
    match read(file_name, text.as_bytes()).unwrap().content {
        Content::Requested(request) => request,
        Content::Locked(_) => panic!("it is locked"),
    }
}

fn locked(file_name: &str, text: &str) -> (Vec<Lock>, Vec<String>) {
    let document = read(file_name, text.as_bytes()).unwrap();
    match document.content {
        Content::Locked(locks) => (locks, document.warnings),
        Content::Requested(_) => panic!("it is not locked"),
    }
}

/// What is wrong with a document.
fn error(file_name: &str, text: &str) -> String {
    read(file_name, text.as_bytes()).unwrap_err().to_string()
}

fn digest_of(file_name: &str, text: &str) -> String {
    read(file_name, text.as_bytes()).unwrap().sha256()
}

/// Locks, a line for each package.
fn shown(locks: &[Lock]) -> String {
    let mut lines = Vec::new();
    for lock in locks {
        lines.push(format!("{} {:?}", lock.platform, lock.channels));
        for package in &lock.packages {
            let sha256 = package.sha256.map(|digest| digest[0]);
            let md5 = package.md5.map(|digest| digest[0]);
            lines.push(format!(
                "  {} {sha256:?} {md5:?} {:?}",
                package.url(),
                package.size
            ));
        }
    }
    lines.join("\n")
}
