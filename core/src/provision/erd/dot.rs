//! The diagram in the language of Graphviz.

use std::fmt::Write as _;

use super::{Diagram, Many};

impl Diagram {
    /// The diagram as a graph for Graphviz's `dot`.
    pub fn dot(&self) -> String {
        let mut text =
            "digraph tables {\n    rankdir=RL;\n    node [shape=plain, fontname=\"monospace\"];\n    \
                        edge [dir=both, arrowhead=none];\n"
                .to_owned();
        for table in &self.tables {
            // Writing to a String cannot fail.
            let _ = write!(
                text,
                "    {} [label=<<table border=\"1\" cellborder=\"0\" cellspacing=\"0\" cellpadding=\"4\">\
                 <tr><td colspan=\"3\"><b>{}</b></td></tr><hr/>",
                quoted(&table.name),
                html(&table.name)
            );
            for (number, column) in table.columns.iter().enumerate() {
                let _ = write!(
                    text,
                    "<tr><td port=\"c{number}\" align=\"left\">{}</td><td align=\"left\">{}</td>\
                     <td align=\"left\">{}</td></tr>",
                    html(&column.name),
                    html(&column.data_type),
                    column.marks().join(" ")
                );
            }
            text.push_str("</table>>];\n");
        }
        for relation in &self.relations {
            let style = if relation.kind.is_by_value() {
                "dashed"
            } else {
                "solid"
            };
            let tail = match relation.many {
                Many::One => "teeodot",
                Many::Any => "crowodot",
            };
            let _ = writeln!(
                text,
                "    {}{} -> {}{} [style={style}, arrowtail={tail}, tooltip={}];",
                quoted(&relation.from.table),
                self.port(&relation.from.table, &relation.from.columns),
                quoted(&relation.to.table),
                self.port(&relation.to.table, &relation.to.columns),
                quoted(&relation.label())
            );
        }
        text.push_str("}\n");
        text
    }

    fn port(&self, table: &str, columns: &[String]) -> String {
        let table = self.tables.iter().find(|found| found.name == table);
        let place = table
            .zip(columns.first())
            .and_then(|(table, column)| table.columns.iter().position(|found| found.name == *column));
        place.map(|number| format!(":c{number}")).unwrap_or_default()
    }
}

fn quoted(text: &str) -> String {
    let visible = text.replace(char::is_control, "\u{fffd}");
    format!("\"{}\"", visible.replace('\\', "\\\\").replace('"', "\\\""))
}

fn html(text: &str) -> String {
    super::svg::escaped(text)
}
