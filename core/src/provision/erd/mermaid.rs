//! The diagram in Mermaid's language, which forges show as a picture.

use std::fmt::Write as _;

use super::{Diagram, Many, Relation};

impl Diagram {
    /// The diagram as Mermaid's `erDiagram`.
    pub fn mermaid(&self) -> String {
        let mut text = "erDiagram\n".to_owned();
        for table in &self.tables {
            // Writing to a String cannot fail.
            let _ = writeln!(text, "    {} {{", word(&table.name));
            for column in &table.columns {
                let marks = column.marks().join(", ");
                let line = format!(
                    "        {} {} {marks}",
                    data_type(&column.data_type),
                    word(&column.name)
                );
                let _ = writeln!(text, "{}", line.trim_end());
            }
            text.push_str("    }\n");
        }
        for relation in &self.relations {
            let _ = writeln!(
                text,
                "    {} {} {} : \"{}\"",
                word(&relation.to.table),
                line(relation),
                word(&relation.from.table),
                words(&relation.label())
            );
        }
        text
    }
}

/// From the one that others belong to. What is held together by value may lack either side.
fn line(relation: &Relation) -> &'static str {
    match (relation.kind.is_by_value(), relation.many) {
        (false, Many::One) => "||--o|",
        (false, Many::Any) => "||--o{",
        (true, Many::One) => "|o..o|",
        (true, Many::Any) => "|o..o{",
    }
}

/// A name, as far as Mermaid's grammar has room for it.
fn word(text: &str) -> String {
    let safe = |character: char| {
        if character.is_ascii_alphanumeric() || character == '_' {
            character
        } else {
            '_'
        }
    };
    let word: String = text.chars().map(safe).collect();
    match word.chars().next() {
        Some(first) if first.is_ascii_alphabetic() => word,
        _ => format!("x{word}"),
    }
}

fn data_type(text: &str) -> String {
    match text {
        "" => "any".to_owned(),
        other => match other.strip_suffix("[]") {
            Some(element) => format!("{}[]", word(element)),
            None => word(other),
        },
    }
}

/// A label between quotes.
fn words(text: &str) -> String {
    text.replace(
        |character: char| character.is_control() || "\"#;<>&".contains(character),
        "_",
    )
}
