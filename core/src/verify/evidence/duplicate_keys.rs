//! Keys that an object of a JSON document has twice: readers differ on which one holds.

use std::collections::HashSet;
use std::fmt;

use serde::Deserializer;
use serde::de::{DeserializeSeed, MapAccess, SeqAccess, Visitor};

/// How many are told.
const TOLD: usize = 50;
/// Characters of a key that are told.
const KEY: usize = 80;

/// Where the JSON `text` has a key for the second time, such as `extra.sha`; the first fifty.
pub(super) fn duplicate_keys(text: &str) -> Vec<String> {
    let mut seen = Seen::default();
    let mut deserializer = serde_json::Deserializer::from_str(text);
    // Text that is no JSON is told of elsewhere; what was seen until then was there.
    let _ = Anywhere(&mut seen).deserialize(&mut deserializer);
    seen.duplicates
}

#[derive(Default)]
struct Seen {
    /// What leads to the value that is being read.
    path: Vec<Step>,
    duplicates: Vec<String>,
}

enum Step {
    Key(String),
    Item(usize),
}

impl Seen {
    fn key(&mut self, key: &str) {
        if self.duplicates.len() == TOLD {
            return;
        }
        let mut place = String::new();
        for step in &self.path {
            match step {
                Step::Key(key) => place += &format!("{key}."),
                Step::Item(number) => {
                    if place.ends_with('.') {
                        place.pop();
                    }
                    place += &format!("[{number}].");
                }
            }
        }
        self.duplicates.push(place + key);
    }
}

/// A value of any kind.
struct Anywhere<'a>(&'a mut Seen);

impl<'de> DeserializeSeed<'de> for Anywhere<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Anywhere<'_> {
    type Value = ();

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a JSON value")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<(), A::Error> {
        let mut keys = HashSet::new();
        while let Some(key) = members.next_key::<String>()? {
            let short: String = key.chars().take(KEY).collect();
            if !keys.insert(key) {
                self.0.key(&short);
            }
            self.0.path.push(Step::Key(short));
            members.next_value_seed(Anywhere(self.0))?;
            self.0.path.pop();
        }
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<(), A::Error> {
        for number in 0.. {
            self.0.path.push(Step::Item(number));
            let next = items.next_element_seed(Anywhere(self.0))?;
            self.0.path.pop();
            if next.is_none() {
                break;
            }
        }
        Ok(())
    }

    fn visit_bool<E>(self, _: bool) -> Result<(), E> {
        Ok(())
    }

    fn visit_i64<E>(self, _: i64) -> Result<(), E> {
        Ok(())
    }

    fn visit_u64<E>(self, _: u64) -> Result<(), E> {
        Ok(())
    }

    fn visit_f64<E>(self, _: f64) -> Result<(), E> {
        Ok(())
    }

    fn visit_str<E>(self, _: &str) -> Result<(), E> {
        Ok(())
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[rstest::rstest]
    #[case(r#"{"a": 1, "b": {"a": 1.5}, "c": [{"a": null}, {"a": true}]}"#, &[])]
    #[case(r#"{"a": 1, "b": 2, "a": 3}"#, &["a"])]
    #[case(r#"{"a": 1, "\u0061": 3, "a": 3}"#, &["a", "a"])]
    #[case(r#"{"e": {"x": [0, {"k": 1, "k": "2"}]}}"#, &["e.x[1].k"])]
    #[case(r#"[[{"k": {}, "k": []}]]"#, &["[0][0].k"])]
    #[case(r#"{"a": 1, "a": 2, "#, &["a"])]
    fn keys_that_are_there_twice_are_found(#[case] text: &str, #[case] found: &[&str]) {
        assert_eq!(duplicate_keys(text), found);
    }

    #[test]
    fn only_the_first_are_told() {
        let text = format!("{{{}\"k\": 0}}", "\"k\": 0, ".repeat(1000));
        assert_eq!(duplicate_keys(&text).len(), 50);
        let deep = "[".repeat(100_000);
        assert_eq!(duplicate_keys(&deep).len(), 0);
    }
}
