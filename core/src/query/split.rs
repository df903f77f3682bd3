//! Cuts `repodata.json` into its records while it comes in, piece by piece.
//!
//! Only one record is held at a time. What stands around the records is read for its structure alone.

use super::error::LoadError;

/// Bytes of one record; those of conda-forge have some thousand.
const RECORD_MAX: usize = 4 << 20;
/// Bytes of a key; file names have 211 characters at most (CEP 26).
const KEY_MAX: usize = 4 << 10;
/// How deep a record may be nested.
const DEPTH_MAX: usize = 128;

/// The map of the document that a record is in, which says what its key is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Section {
    /// `packages` or `packages.conda`: by file name.
    Packages,
    /// A map under `v3`: by the file name without this extension (CEP 48).
    V3(&'static str),
}

/// A record as it stands in the document.
pub(super) struct RawRecord<'a> {
    pub(super) section: Section,
    /// The key, as the document spells it between its quotes.
    pub(super) key: &'a [u8],
    /// The value; `None` if it has more bytes than a record may have.
    pub(super) value: Option<&'a [u8]>,
}

/// A document of which the beginning has been seen.
pub(super) struct Splitter {
    /// Bytes seen.
    seen: u64,
    state: State,
    /// The objects that are open, of which the keys matter.
    open: Vec<Object>,
    key: Vec<u8>,
    value: Vec<u8>,
    is_too_long: bool,
    has_section: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Object {
    Root,
    V3,
    Records(Section),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    BeforeRoot,
    /// Behind `{`.
    FirstKey,
    /// Behind `,`.
    Key,
    InKey {
        escaped: bool,
    },
    Colon,
    Value,
    /// In a value that is no object whose keys matter.
    InValue {
        depth: usize,
        text: Text,
    },
    /// Behind a value.
    Comma,
    Done,
}

/// Whether the place is in a string.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Text {
    Outside,
    Inside,
    Escaped,
}

impl Splitter {
    pub(super) fn new() -> Self {
        Self {
            seen: 0,
            state: State::BeforeRoot,
            open: Vec::new(),
            key: Vec::new(),
            value: Vec::new(),
            is_too_long: false,
            has_section: false,
        }
    }

    /// Takes the next bytes of the document, and gives the records that end in them.
    pub(super) fn take(
        &mut self,
        piece: &[u8],
        visit: &mut dyn FnMut(RawRecord<'_>) -> Result<(), LoadError>,
    ) -> Result<(), LoadError> {
        let mut at = 0;
        while let Some(byte) = piece.get(at) {
            if let State::InValue { .. } = self.state {
                at += self.go_on_in_value(&piece[at..], visit)?;
                continue;
            }
            self.step(*byte)
                .map_err(|expected| self.not_repodata(at, expected))?;
            // A value is looked at again, as a value.
            at += usize::from(!matches!(self.state, State::InValue { .. }));
        }
        self.seen += piece.len() as u64;
        Ok(())
    }

    /// Says that the document has come to its end.
    pub(super) fn finish(self) -> Result<(), LoadError> {
        match self.state {
            State::Done if self.has_section => Ok(()),
            State::Done => Err(LoadError::NoRecords),
            State::BeforeRoot => Err(LoadError::Empty),
            _ => Err(LoadError::Truncated { bytes: self.seen }),
        }
    }

    fn not_repodata(&self, at: usize, expected: &'static str) -> LoadError {
        LoadError::NotRepodata {
            at: self.seen + at as u64,
            expected,
        }
    }

    /// A byte outside of values; an error is what was expected in its place.
    fn step(&mut self, byte: u8) -> Result<(), &'static str> {
        if let State::InKey { escaped } = self.state {
            self.step_in_key(byte, escaped);
            return match self.key.len() > KEY_MAX {
                true => Err("a key of at most 4 KiB"),
                false => Ok(()),
            };
        }
        if matches!(byte, b' ' | b'\t' | b'\r' | b'\n') {
            return Ok(());
        }
        self.state = match (self.state, byte) {
            // A byte order mark.
            (State::BeforeRoot, 0xef | 0xbb | 0xbf) => State::BeforeRoot,
            (State::BeforeRoot, b'{') => self.enter(Object::Root),
            (State::BeforeRoot, _) => return Err("an object, which begins with {"),
            (State::FirstKey | State::Key, b'"') => {
                self.key.clear();
                State::InKey { escaped: false }
            }
            (State::FirstKey | State::Comma, b'}') => {
                self.open.pop();
                match self.open.is_empty() {
                    true => State::Done,
                    false => State::Comma,
                }
            }
            (State::FirstKey | State::Key, _) => return Err("a key"),
            (State::Colon, b':') => State::Value,
            (State::Colon, _) => return Err("a colon"),
            (State::Comma, b',') => State::Key,
            (State::Comma, _) => return Err("a comma or }"),
            (State::Value, b'{') => match self.object_of_key() {
                Some(object) => self.enter(object),
                None => self.begin_value(),
            },
            (State::Value, b',' | b'}' | b']' | b':') => return Err("a value"),
            (State::Value, _) => self.begin_value(),
            (State::Done, _) => return Err("the end of the document"),
            (State::InKey { .. } | State::InValue { .. }, _) => self.state,
        };
        Ok(())
    }

    fn step_in_key(&mut self, byte: u8, escaped: bool) {
        if byte == b'"' && !escaped {
            self.state = State::Colon;
            return;
        }
        self.key.push(byte);
        self.state = State::InKey {
            escaped: byte == b'\\' && !escaped,
        };
    }

    fn enter(&mut self, object: Object) -> State {
        self.has_section |= matches!(object, Object::Records(_));
        self.open.push(object);
        State::FirstKey
    }

    /// What an object is that is the value of the key, if its keys matter.
    fn object_of_key(&self) -> Option<Object> {
        let section = match (self.open.last()?, self.key.as_slice()) {
            (Object::Root, b"v3") => return Some(Object::V3),
            (Object::Root, b"packages" | b"packages.conda") => Section::Packages,
            (Object::V3, b"conda") => Section::V3(".conda"),
            (Object::V3, b"tar.bz2") => Section::V3(".tar.bz2"),
            (Object::V3, b"whl") => Section::V3(".whl"),
            _ => return None,
        };
        Some(Object::Records(section))
    }

    fn begin_value(&mut self) -> State {
        self.value.clear();
        self.is_too_long = false;
        State::InValue {
            depth: 0,
            text: Text::Outside,
        }
    }

    /// Reads of a value what of it is in the piece; says how many bytes that are.
    fn go_on_in_value(
        &mut self,
        piece: &[u8],
        visit: &mut dyn FnMut(RawRecord<'_>) -> Result<(), LoadError>,
    ) -> Result<usize, LoadError> {
        let State::InValue { mut depth, mut text } = self.state else {
            return Ok(0);
        };
        let mut at = 0;
        let mut is_complete = false;
        while let Some(byte) = piece.get(at).copied() {
            match (text, byte) {
                (Text::Escaped, _) | (Text::Outside, b'"') => text = Text::Inside,
                (Text::Inside, b'\\') => text = Text::Escaped,
                (Text::Inside, b'"') => {
                    text = Text::Outside;
                    is_complete = depth == 0;
                }
                (Text::Inside, _) => {
                    let rest = &piece[at..];
                    at += memchr::memchr2(b'"', b'\\', rest).unwrap_or(rest.len());
                    continue;
                }
                (Text::Outside, b'{' | b'[') => {
                    depth += 1;
                    if depth > DEPTH_MAX {
                        return Err(self.not_repodata(at, "a value that is not nested as deeply"));
                    }
                }
                // The end of a number, of `true` and the like; it belongs to what is around.
                (Text::Outside, b'}' | b']' | b',' | b' ' | b'\t' | b'\r' | b'\n') if depth == 0 => break,
                (Text::Outside, b'}' | b']') => {
                    depth -= 1;
                    is_complete = depth == 0;
                }
                (Text::Outside, _) => {}
            }
            at += 1;
            if is_complete {
                break;
            }
        }
        let is_at_end = at == piece.len() && !is_complete;
        let records = match self.open.last() {
            Some(Object::Records(section)) => Some(*section),
            _ => None,
        };
        if let Some(section) = records {
            self.is_too_long |= self.value.len() + at > RECORD_MAX;
            // A record within the piece needs no copy.
            if is_at_end || !self.value.is_empty() {
                match self.is_too_long {
                    true => self.value.clear(),
                    false => self.value.extend_from_slice(&piece[..at]),
                }
            }
            if !is_at_end {
                let value = match self.value.is_empty() {
                    true => &piece[..at],
                    false => &self.value[..],
                };
                visit(RawRecord {
                    section,
                    key: &self.key,
                    value: (!self.is_too_long).then_some(value),
                })?;
            }
        }
        self.state = match is_at_end {
            true => State::InValue { depth, text },
            false => State::Comma,
        };
        Ok(at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The records of a document that comes in pieces of so many bytes.
    fn split(document: &[u8], piece: usize) -> Result<Vec<(Section, String, String)>, LoadError> {
        let mut records = Vec::new();
        let mut splitter = Splitter::new();
        for piece in document.chunks(piece) {
            splitter.take(piece, &mut |raw| {
                let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
                records.push((
                    raw.section,
                    text(raw.key),
                    raw.value.map_or("too long".into(), text),
                ));
                Ok(())
            })?;
        }
        splitter.finish().map(|()| records)
    }

    const DOCUMENT: &str = r#" {"info": {"packages": {"no": {}}}, "n" : 1,
        "packages": {"a-1-0.tar.bz2": {"name": "a", "x": ["}", "\"{"]}, "odd\"key": 7 , "b": "\\"},
        "packages.conda" : { },
        "v3": {"whl": {"w-1-0": {}}, "conda": {"c": [1, {"d": 2}]}, "new": {"e": {}}}, "removed": ["x"]}
    "#;

    #[test]
    fn records_are_cut_wherever_pieces_end() {
        let expected = [
            (
                Section::Packages,
                "a-1-0.tar.bz2",
                r#"{"name": "a", "x": ["}", "\"{"]}"#,
            ),
            (Section::Packages, r#"odd\"key"#, "7"),
            (Section::Packages, "b", r#""\\""#),
            (Section::V3(".whl"), "w-1-0", "{}"),
            (Section::V3(".conda"), "c", r#"[1, {"d": 2}]"#),
        ]
        .map(|(section, key, value)| (section, key.to_owned(), value.to_owned()));
        for piece in 1..DOCUMENT.len() {
            assert_eq!(split(DOCUMENT.as_bytes(), piece).unwrap(), expected, "{piece}");
        }
    }

    #[test]
    fn a_record_that_is_too_long_is_passed_over() {
        let document = format!(
            r#"{{"packages": {{"long": {{"x": "{}"}}, "short": {{}}}}}}"#,
            "x".repeat(RECORD_MAX)
        );
        for piece in [1000, document.len()] {
            let records = split(document.as_bytes(), piece).unwrap();
            let values = records.iter().map(|(_, _, value)| value.as_str());
            assert_eq!(values.collect::<Vec<_>>(), ["too long", "{}"]);
        }
    }

    #[rstest::rstest]
    #[case("", "is empty")]
    #[case("[]", "is no repodata: byte 0 should be an object, which begins with {")]
    #[case("{\"packages\" 1}", "is no repodata: byte 12 should be a colon")]
    #[case(
        "{\"packages\": {}} x",
        "is no repodata: byte 17 should be the end of the document"
    )]
    #[case("{\"packages\": {\"a\": {}", "is cut off after 21 bytes")]
    #[case("{\"channels\": {\"packages\": {}}}", "has no packages")]
    fn what_is_no_repodata_is_refused(#[case] document: &str, #[case] reason: &str) {
        let error = split(document.as_bytes(), 5).unwrap_err().to_string();
        assert!(error.contains(reason), "{error}");
    }

    #[test]
    fn nesting_is_bounded() {
        let document = format!("{{\"packages\": {{\"a\": {}", "[".repeat(200));
        assert!(
            split(document.as_bytes(), 7)
                .unwrap_err()
                .to_string()
                .contains("nested")
        );
    }
}
