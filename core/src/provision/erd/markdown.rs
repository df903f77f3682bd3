//! The diagram and its tables as a page of Markdown.

use std::fmt::Write as _;

use super::{Diagram, RelationKind};

impl Diagram {
    /// A page with the diagram in Mermaid's language and a list of each table's columns.
    pub fn markdown(&self) -> String {
        let mut text = format!("# Tables\n\n```mermaid\n{}```\n", self.mermaid());
        if self.relations.iter().any(|relation| relation.kind.is_by_value()) {
            text.push_str(
                "\nDotted lines are no foreign keys: the values are the same, or begin or end with the other.\n",
            );
        }
        for table in &self.tables {
            // Writing to a String cannot fail.
            let _ = write!(
                text,
                "\n## {}\n\n| column | type | required | key |\n|---|---|---|---|\n",
                cell(&table.name)
            );
            for column in &table.columns {
                let _ = writeln!(
                    text,
                    "| {} | {} | {} | {} |",
                    cell(&column.name),
                    cell(&column.data_type),
                    if column.is_required { "yes" } else { "" },
                    column.marks().join(", ")
                );
            }
            for relation in self
                .relations
                .iter()
                .filter(|relation| relation.from.table == table.name)
            {
                let how = match relation.kind {
                    RelationKind::ForeignKey => "refers to",
                    RelationKind::ByValue { how } if how.starts_with("begins") => "begins with",
                    RelationKind::ByValue { how } if how.starts_with("ends") => "ends with",
                    RelationKind::ByValue { .. } => "is the same as",
                };
                let _ = writeln!(
                    text,
                    "\n{} {how} {}.{}",
                    cell(&relation.from.columns.join(", ")),
                    cell(&relation.to.table),
                    cell(&relation.to.columns.join(", "))
                );
            }
        }
        text
    }
}

/// Text in which nothing is markup.
fn cell(text: &str) -> String {
    let mut escaped = String::new();
    for character in text.chars() {
        match character {
            '|' | '*' | '`' | '[' | ']' | '<' | '>' | '\\' | '#' | '&' => {
                escaped.push('\\');
                escaped.push(character);
            }
            character if character.is_control() => escaped.push(' '),
            character => escaped.push(character),
        }
    }
    escaped
}
