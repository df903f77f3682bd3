//! A numbered step of the schema: the script that takes it, and the one that takes it back.

use std::borrow::Cow;

use sha2::{Digest, Sha256};

use super::catalogue::Catalogue;
use super::statement::{Statement, statements};

/// How the statements of a script are run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Execution {
    /// All or none of them.
    OneTransaction,
    /// Each by itself (header `-- no-transaction`): PostgreSQL builds indexes beside other users'
    /// work only outside a transaction. Such a script can be run again from any point at which it
    /// ended.
    EachAlone,
}

/// An SQL script. Comment lines at its beginning may be headers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Script {
    text: Cow<'static, str>,
}

impl Script {
    /// A script of this text.
    pub fn new(text: impl Into<Cow<'static, str>>) -> Self {
        Self { text: text.into() }
    }

    /// The text as it stands in its file.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Whether it runs in one transaction.
    pub fn execution(&self) -> Execution {
        if self.headers().any(|header| header == "no-transaction") {
            Execution::EachAlone
        } else {
            Execution::OneTransaction
        }
    }

    /// The statements in their order, without the comments between them.
    pub fn statements(&self) -> Vec<Statement<'_>> {
        statements(&self.text)
    }

    /// SHA-256 of the text in lower-case hex. Line ends and white space at the end of lines do not
    /// count: a checkout on another system may change them. Comments do.
    pub fn sha256(&self) -> String {
        let mut hasher = Sha256::new();
        for line in self.text.trim_end().lines() {
            hasher.update(line.trim_end());
            hasher.update("\n");
        }
        base16ct::lower::encode_string(&hasher.finalize())
    }

    /// The number in a header `-- NAME: N`, 1 if there is none.
    fn level(&self, name: &str) -> u32 {
        self.headers()
            .filter_map(|header| header.split_once(':'))
            .find(|(key, _)| *key == name)
            .and_then(|(_, value)| value.trim().parse().ok())
            .unwrap_or(1)
    }

    fn headers(&self) -> impl Iterator<Item = &str> {
        self.text
            .lines()
            .map_while(|line| line.trim().strip_prefix("--"))
            .map(str::trim)
    }
}

/// A step from version N-1 to version N of the schema.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Migration {
    /// N.
    pub version: u32,
    /// What it is called in its file's name.
    pub name: Cow<'static, str>,
    /// From N-1 to N.
    pub up: Script,
    /// From N to N-1.
    pub down: Script,
    /// The newest version that another towpath has to know in order to read after this step.
    pub min_reader: u32,
    /// The same in order to write.
    pub min_writer: u32,
    /// The catalogue that this step leaves, as text.
    catalogue: Cow<'static, str>,
}

impl Migration {
    /// The step of these files. `min_reader` and `min_writer` are read from headers of `up`.
    pub fn new(
        version: u32,
        name: impl Into<Cow<'static, str>>,
        up: impl Into<Cow<'static, str>>,
        down: impl Into<Cow<'static, str>>,
        catalogue: impl Into<Cow<'static, str>>,
    ) -> Self {
        let up = Script::new(up);
        Self {
            version,
            name: name.into(),
            min_reader: up.level("min-reader"),
            min_writer: up.level("min-writer"),
            up,
            down: Script::new(down),
            catalogue: catalogue.into(),
        }
    }

    /// The name of the file with the way up.
    pub fn file_name(&self) -> String {
        file_name(self.version, &self.name)
    }
}

/// The name of the file with the way up.
pub(super) fn file_name(version: u32, name: &str) -> String {
    format!("{version:04}_{name}.up.sql")
}

/// All steps that this towpath knows for one kind of database, numbered from 1 without a gap.
#[derive(Clone, Debug)]
pub struct Migrations {
    steps: Vec<Migration>,
    adoptable: u32,
    /// The catalogue before the first step, as text.
    base: &'static str,
}

impl Migrations {
    /// These steps, in order. A database without a history can be adopted when its catalogue is
    /// that of version `adoptable`.
    pub fn new(steps: Vec<Migration>, adoptable: u32) -> Self {
        Self {
            steps,
            adoptable,
            base: "",
        }
    }

    /// The same steps on top of tables that are there before the first: version 0 has this
    /// catalogue, as text.
    #[must_use]
    pub fn on(self, base: &'static str) -> Self {
        Self { base, ..self }
    }

    /// The first `count` of the steps: what an older towpath knew.
    #[must_use]
    pub fn first(&self, count: usize) -> Self {
        Self {
            steps: self.steps.iter().take(count).cloned().collect(),
            ..*self
        }
    }

    /// The version after the last step: what this towpath works with.
    pub fn head(&self) -> u32 {
        self.steps.last().map_or(0, |last| last.version)
    }

    /// The version that a database without a history may have.
    pub fn adoptable(&self) -> u32 {
        self.adoptable
    }

    /// The step to this version.
    pub fn get(&self, version: u32) -> Option<&Migration> {
        self.steps.iter().find(|step| step.version == version)
    }

    /// The steps in order.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = &Migration> {
        self.steps.iter()
    }

    /// The catalogue of a database of this version, compiled in.
    pub fn expected(&self, version: u32) -> Catalogue {
        let text = self.get(version).map_or(self.base, |step| &step.catalogue);
        Catalogue::parse(text)
    }
}
