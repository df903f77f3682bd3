//! Paths as a tree, with their sizes in front.

use std::collections::BTreeMap;

use towpath_core::inspect::{InfoMember, PackagedFile, PathType};

use crate::report::{shown, size};

/// How deep a tree becomes. What lies deeper is shown by the rest of its path.
const DEPTH: usize = 40;

/// Columns for a size or another word about a file.
const WIDTH: usize = 9;

/// A folder.
#[derive(Default)]
pub(super) struct Tree<'a> {
    folders: BTreeMap<&'a str, Self>,
    files: BTreeMap<&'a str, Leaf>,
    /// Files in it and in its folders, and their bytes.
    count: usize,
    bytes: u64,
}

/// A file.
struct Leaf {
    /// Its size, or what it is instead.
    measure: String,
    /// What else there is to say of it.
    notes: String,
}

impl<'a> Tree<'a> {
    pub(super) fn of_files(files: &'a [PackagedFile]) -> Self {
        let mut tree = Self::default();
        for file in files {
            tree.put(&file.path, file.size.unwrap_or_default(), leaf(file));
        }
        tree
    }

    pub(super) fn of_info(members: &'a [InfoMember]) -> Self {
        let mut tree = Self::default();
        for member in members {
            let measure = measure(member.path_type, Some(member.size));
            let notes = String::new();
            tree.put(&member.path, member.size, Leaf { measure, notes });
        }
        tree
    }

    fn put(&mut self, path: &'a str, bytes: u64, leaf: Leaf) {
        let mut tree = self;
        let mut rest = path;
        for _ in 1..DEPTH {
            tree.count += 1;
            tree.bytes = tree.bytes.saturating_add(bytes);
            match rest.split_once('/') {
                Some((folder, inside)) => {
                    tree = tree.folders.entry(folder).or_default();
                    rest = inside;
                }
                None => break,
            }
        }
        tree.files.insert(rest, leaf);
    }

    /// The folders at the top, each in one line, and the files beside them.
    pub(super) fn summary(&self) -> String {
        let mut lines = String::new();
        for (name, folder) in &self.folders {
            // A folder that has but one folder is shown with it.
            let (mut name, mut folder) = (format!("{}/", shown(name)), folder);
            while let (Some((inner, inside)), true, 1) = (
                folder.folders.first_key_value(),
                folder.files.is_empty(),
                folder.folders.len(),
            ) {
                name += &format!("{}/", shown(inner));
                folder = inside;
            }
            let files = match folder.count.max(1) {
                1 => "1 file".to_owned(),
                count => format!("{count} files"),
            };
            lines += &line(&size(folder.bytes), 0, &name, &files);
        }
        lines + &self.leaves(0)
    }

    /// All of it.
    pub(super) fn lines(&self) -> String {
        let mut lines = String::new();
        self.add_lines(0, &mut lines);
        lines
    }

    fn add_lines(&self, depth: usize, lines: &mut String) {
        for (name, folder) in &self.folders {
            *lines += &line("", depth, &format!("{}/", shown(name)), "");
            folder.add_lines(depth + 1, lines);
        }
        *lines += &self.leaves(depth);
    }

    fn leaves(&self, depth: usize) -> String {
        self.files
            .iter()
            .map(|(name, leaf)| line(&leaf.measure, depth, &shown(name), &leaf.notes))
            .collect()
    }
}

fn line(measure: &str, depth: usize, name: &str, notes: &str) -> String {
    let indent = "  ".repeat(depth);
    let line = format!("  {measure:>WIDTH$}  {indent}{name}  {notes}");
    format!("{}\n", line.trim_end())
}

fn leaf(file: &PackagedFile) -> Leaf {
    let mut notes = Vec::new();
    if let Some(target) = &file.target {
        notes.push(format!("-> {}", shown(target)));
    }
    if let Some(prefix) = &file.prefix {
        notes.push(format!("prefix ({})", shown(&prefix.mode)));
    }
    if file.no_link {
        notes.push("copied".to_owned());
    }
    Leaf {
        measure: measure(file.path_type, file.size),
        notes: notes.join(", "),
    }
}

fn measure(path_type: PathType, bytes: Option<u64>) -> String {
    match path_type {
        PathType::Hardlink => bytes.map(size).unwrap_or_default(),
        PathType::Softlink => "softlink".to_owned(),
        PathType::Directory => "directory".to_owned(),
        PathType::Other => "special".to_owned(),
    }
}
