//! Versions to keep beside the newest: what conda-build calls `current_index_versions_file`.

use std::collections::BTreeMap;

use granit_parser::{Event, Parser, ScalarStyle};
use rattler_conda_types::Version;
use thiserror::Error;

/// Versions that `current_repodata.json` holds beside the newest, by package name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CurrentVersions(BTreeMap<String, Vec<Pin>>);

/// A version that is kept, with all that begin with it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Pin {
    /// As it is written.
    pub(super) text: String,
    pub(super) version: Version,
}

/// Why a file with versions cannot be used.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[error("line {line}: {what}")]
pub struct CurrentVersionsError {
    /// The line, from 1.
    pub line: usize,
    /// What is wrong there.
    pub what: String,
}

/// A document as far as it has been read.
enum State {
    Before,
    /// A name comes next.
    Names,
    /// The versions of a name come next.
    Versions(String),
    /// A version of a list comes next.
    List(String),
    After,
}

impl CurrentVersions {
    /// Reads a mapping of package names to versions in YAML, as conda-build has it:
    ///
    /// ```
    /// use towpath_core::repodata::CurrentVersions;
    /// let versions = CurrentVersions::parse("python: [2.7, 3.10]\nnumpy: 1.26").unwrap();
    /// assert_eq!(versions.len(), 3);
    /// ```
    ///
    /// A version is the text that stands there: `3.10` is not the number 3.1. One alone is a list
    /// of one. An empty file has none.
    ///
    /// # Errors
    ///
    /// When it is not YAML, not such a mapping, or a version is not one.
    pub fn parse(yaml: &str) -> Result<Self, CurrentVersionsError> {
        let mut versions = Self::default();
        let mut state = State::Before;
        let mut parser = Parser::new_from_str(yaml);
        while let Some(event) = parser.next_event() {
            let (event, span) = event.map_err(|error| CurrentVersionsError {
                line: error.marker().line(),
                what: format!("is not YAML: {error}"),
            })?;
            state = versions.take(state, event).map_err(|what| CurrentVersionsError {
                line: span.start.line(),
                what,
            })?;
        }
        Ok(versions)
    }

    /// How many versions there are.
    pub fn len(&self) -> usize {
        self.0.values().map(Vec::len).sum()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The versions of a package.
    pub(super) fn of(&self, name: &str) -> &[Pin] {
        self.0.get(name).map_or(&[], Vec::as_slice)
    }

    /// The state after an event; what is wrong with the document if it may not come.
    fn take(&mut self, state: State, event: Event<'_>) -> Result<State, String> {
        match (state, event) {
            (State::After, Event::DocumentStart(..)) => Err("is a second document".to_owned()),
            (
                state,
                Event::StreamStart
                | Event::StreamEnd
                | Event::DocumentStart(..)
                | Event::DocumentEnd
                | Event::Comment(..),
            ) => Ok(state),
            (State::Before, event) => begin(&event),
            (State::Names, event) => self.take_name(event),
            (State::Versions(name), Event::SequenceStart(..)) => Ok(State::List(name)),
            (State::Versions(name), Event::Scalar(text, style, ..)) => {
                self.add(&name, &text, style).map(|()| State::Names)
            }
            (State::List(_), Event::SequenceEnd) => Ok(State::Names),
            (State::List(name), Event::Scalar(text, style, ..)) => {
                self.add(&name, &text, style).map(|()| State::List(name))
            }
            (State::Versions(name) | State::List(name), _) => {
                Err(format!("has something other than versions for {name}"))
            }
            (State::After, _) => Ok(State::After),
        }
    }

    fn take_name(&mut self, event: Event<'_>) -> Result<State, String> {
        match event {
            Event::MappingEnd => Ok(State::After),
            Event::Scalar(name, ..) => {
                let name = name.into_owned();
                match self.0.insert(name.clone(), Vec::new()) {
                    Some(_) => Err(format!("has {name:?} twice")),
                    None => Ok(State::Versions(name)),
                }
            }
            _ => Err("has something other than a name for a key".to_owned()),
        }
    }

    fn add(&mut self, name: &str, text: &str, style: ScalarStyle) -> Result<(), String> {
        if is_null(text, style) {
            return Err(format!("has no version for {name}"));
        }
        // `3.6.*` and `3.6*` mean what `3.6` means here.
        let prefix = text.strip_suffix('*').unwrap_or(text);
        let prefix = prefix.strip_suffix('.').unwrap_or(prefix);
        let version = prefix
            .parse()
            .map_err(|_| format!("has {text:?} for {name}, which is not a version"))?;
        self.0.entry(name.to_owned()).or_default().push(Pin {
            text: text.to_owned(),
            version,
        });
        Ok(())
    }
}

/// The state after what a document begins with.
fn begin(event: &Event<'_>) -> Result<State, String> {
    match event {
        Event::MappingStart(..) => Ok(State::Names),
        Event::Scalar(text, style, ..) if is_null(text, *style) => Ok(State::After),
        _ => Err("is not a mapping of package names to versions".to_owned()),
    }
}

/// Whether a scalar says that there is nothing.
fn is_null(text: &str, style: ScalarStyle) -> bool {
    style == ScalarStyle::Plain && matches!(text, "" | "~" | "null" | "Null" | "NULL")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(yaml: &str) -> Vec<(String, Vec<String>)> {
        let CurrentVersions(versions) = CurrentVersions::parse(yaml).unwrap();
        versions
            .into_iter()
            .map(|(name, pins)| (name, pins.into_iter().map(|pin| pin.text).collect()))
            .collect()
    }

    #[rstest::rstest]
    #[case("python: [2.7, 3.10]")]
    #[case("python:\n  - 2.7\n  - 3.10\n")]
    #[case("---\npython: ['2.7', \"3.10\"]  # the last ones\n...\n")]
    #[case("{python: [2.7, 3.10]}")]
    fn versions_are_the_text_that_stands_there(#[case] yaml: &str) {
        assert_eq!(
            parsed(yaml),
            [("python".to_owned(), vec!["2.7".to_owned(), "3.10".to_owned()])]
        );
    }

    #[test]
    fn one_alone_is_a_list_of_one() {
        assert_eq!(
            parsed("python: 3.6"),
            [("python".to_owned(), vec!["3.6".to_owned()])]
        );
    }

    #[rstest::rstest]
    #[case("")]
    #[case("# nothing yet\n")]
    #[case("---\n")]
    #[case("{}")]
    fn an_empty_file_has_none(#[case] yaml: &str) {
        assert!(CurrentVersions::parse(yaml).unwrap().is_empty());
    }

    #[rstest::rstest]
    #[case("- python", "line 1: is not a mapping of package names to versions")]
    #[case("python", "line 1: is not a mapping of package names to versions")]
    #[case("numpy: 1\npython:\n", "line 2: has no version for python")]
    #[case("python: [~]", "line 1: has no version for python")]
    #[case("python: {3: 6}", "line 1: has something other than versions for python")]
    #[case("python: [[3.6]]", "line 1: has something other than versions for python")]
    #[case("python: ['>=3']", "line 1: has \">=3\" for python, which is not a version")]
    #[case("python: 3\npython: 2", "line 2: has \"python\" twice")]
    #[case("[a]: 3", "line 1: has something other than a name for a key")]
    #[case("python: 3\n---\npython: 2", "line 2: is a second document")]
    fn what_cannot_be_used_says_where(#[case] yaml: &str, #[case] message: &str) {
        assert_eq!(CurrentVersions::parse(yaml).unwrap_err().to_string(), message);
    }

    #[test]
    fn what_is_not_yaml_says_so() {
        let error = CurrentVersions::parse("numpy: 1\npython: [3.6").unwrap_err();
        assert!(error.what.starts_with("is not YAML: "), "{error}");
    }
}
