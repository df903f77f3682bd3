//! Compares catalogues, and writes the statements that turn the one into the other.

use super::{Catalogue, Drift, Kind, Object};

impl Catalogue {
    /// What is different from `expected`, in the order in which it is to be mended: what is too
    /// much goes before what is missing comes.
    pub fn diff(&self, expected: &Self) -> Vec<Drift> {
        let extra = self
            .iter()
            .filter(|object| !expected.objects.contains_key(&object.key()))
            // Everything of a table that is too much goes with it.
            .filter(|object| object.kind == Kind::Table || expected.has_table(&object.table));
        let mut drifts: Vec<Drift> = extra.map(too_much).collect();
        drifts.sort_by_key(|drift| std::cmp::Reverse(drift.object.kind));
        // Foreign keys come when the keys that they lead to are there.
        let (references, others): (Vec<&Object>, Vec<&Object>) = expected.iter().partition(is_reference);
        for wanted in others.into_iter().chain(references) {
            match self.objects.get(&wanted.key()) {
                Some(live) if live.is_valid && is_same(live, wanted) => {}
                Some(live) => drifts.push(different(live, wanted)),
                None if wanted.kind == Kind::Table => drifts.push(missing_table(wanted, expected)),
                // It comes with its table.
                None if !self.has_table(&wanted.table)
                    && !is_reference(&wanted)
                    && matches!(wanted.kind, Kind::Column | Kind::Constraint) => {}
                None => drifts.push(missing(wanted)),
            }
        }
        drifts
    }
}

/// PostgreSQL 18 may compute a column when it is read (SQLAlchemy 2.1 makes conda-index's so).
fn is_same(live: &Object, wanted: &Object) -> bool {
    fn definition(object: &Object) -> &str {
        let text = object.definition.as_str();
        text.strip_suffix(" STORED")
            .or_else(|| text.strip_suffix(" VIRTUAL"))
            .unwrap_or(text)
    }
    definition(live) == definition(wanted) && (live.kind != Kind::Index || live.table == wanted.table)
}

fn is_reference(object: &&Object) -> bool {
    object.kind == Kind::Constraint && object.definition.starts_with("FOREIGN KEY ")
}

fn too_much(object: &Object) -> Drift {
    let sentence = format!(
        "{} {} is no part of this version",
        object.kind.as_str(),
        object.qualified_name()
    );
    let Object { table, name, .. } = object;
    let (table, name) = (identifier(table), identifier(name));
    let repair = match object.kind {
        Kind::Table => {
            let what = object.definition.split(" AS ").next().unwrap_or("TABLE");
            let what = what
                .trim_start_matches("UNLOGGED ")
                .trim_start_matches("PARTITIONED ");
            let what = if what.starts_with("CREATE") { "TABLE" } else { what };
            format!("DROP {what} {name}")
        }
        Kind::Column => format!("ALTER TABLE {table} DROP COLUMN {name}"),
        Kind::Constraint => format!("ALTER TABLE {table} DROP CONSTRAINT {name}"),
        Kind::Index => drop_index(object),
    };
    Drift {
        object: object.clone(),
        sentence,
        repair: vec![repair],
    }
}

fn missing(object: &Object) -> Drift {
    Drift {
        sentence: format!("{} {} is missing", object.kind.as_str(), object.qualified_name()),
        repair: vec![create(object)],
        object: object.clone(),
    }
}

fn missing_table(table: &Object, expected: &Catalogue) -> Drift {
    let create = if table.definition.starts_with("CREATE ") {
        table.definition.clone()
    } else if let Some((what, query)) = table.definition.split_once(" AS ") {
        format!("CREATE {what} {} AS {query}", identifier(&table.name))
    } else {
        let of_table = |kind| expected.of(kind).filter(|object| object.table == table.name);
        let columns = of_table(Kind::Column)
            .map(|column| format!("{} {}", identifier(&column.name), column.definition));
        let constraints = of_table(Kind::Constraint).filter(|constraint| !is_reference(constraint));
        let constraints = constraints.map(|constraint| {
            format!(
                "CONSTRAINT {} {}",
                identifier(&constraint.name),
                constraint.definition
            )
        });
        let parts: Vec<String> = columns.chain(constraints).collect();
        format!(
            "CREATE {} {} ({})",
            table.definition,
            identifier(&table.name),
            parts.join(", ")
        )
    };
    Drift {
        object: table.clone(),
        sentence: format!("table {} is missing", table.name),
        repair: vec![create],
    }
}

/// The statement that makes a column, constraint or index.
fn create(object: &Object) -> String {
    let (table, name) = (identifier(&object.table), identifier(&object.name));
    match object.kind {
        Kind::Column => format!("ALTER TABLE {table} ADD COLUMN {name} {}", object.definition),
        Kind::Constraint => format!("ALTER TABLE {table} ADD CONSTRAINT {name} {}", object.definition),
        Kind::Index if is_of_postgres(object) => {
            object.definition.replacen(" INDEX ", " INDEX CONCURRENTLY ", 1)
        }
        Kind::Index | Kind::Table => object.definition.clone(),
    }
}

fn drop_index(index: &Object) -> String {
    let concurrently = if is_of_postgres(index) {
        "CONCURRENTLY "
    } else {
        ""
    };
    format!("DROP INDEX {concurrently}{}", identifier(&index.name))
}

/// PostgreSQL names the method in an index's definition, and SQLite has none.
fn is_of_postgres(index: &Object) -> bool {
    index.definition.contains(" USING ")
}

fn different(live: &Object, wanted: &Object) -> Drift {
    let name = wanted.qualified_name();
    let kind = wanted.kind.as_str();
    let sentence = if live.is_valid {
        format!(
            "{kind} {name} is `{}` and should be `{}`",
            live.definition, wanted.definition
        )
    } else {
        format!("{kind} {name} is not valid: its building was interrupted, and nothing uses it")
    };
    let repair = match wanted.kind {
        Kind::Table if live.definition == "UNLOGGED TABLE" && wanted.definition == "TABLE" => {
            vec![format!("ALTER TABLE {} SET LOGGED", identifier(&wanted.name))]
        }
        Kind::Table => match wanted.definition.split_once("VIEW AS ") {
            Some(("", query)) if live.definition.starts_with("VIEW AS ") => {
                vec![format!(
                    "CREATE OR REPLACE VIEW {} AS {query}",
                    identifier(&wanted.name)
                )]
            }
            _ => Vec::new(),
        },
        Kind::Column => Column::of(live).turned_into(&Column::of(wanted), wanted),
        Kind::Constraint => {
            let (table, name) = (identifier(&wanted.table), identifier(&wanted.name));
            if live.definition.strip_suffix(" NOT VALID") == Some(wanted.definition.as_str()) {
                vec![format!("ALTER TABLE {table} VALIDATE CONSTRAINT {name}")]
            } else {
                vec![
                    format!("ALTER TABLE {table} DROP CONSTRAINT {name}"),
                    create(wanted),
                ]
            }
        }
        Kind::Index => vec![drop_index(live), create(wanted)],
    };
    Drift {
        object: live.clone(),
        sentence,
        repair,
    }
}

/// The parts of a column's definition `TYPE [COLLATE C] [NOT NULL] [DEFAULT … | GENERATED …]`.
struct Column<'o> {
    /// With its collation.
    data_type: &'o str,
    is_not_null: bool,
    /// `DEFAULT …`, `GENERATED …` or nothing.
    value: &'o str,
}

impl<'o> Column<'o> {
    fn of(object: &'o Object) -> Self {
        let text = object.definition.as_str();
        let at = [" DEFAULT ", " GENERATED "]
            .iter()
            .filter_map(|word| text.find(word))
            .min()
            .unwrap_or(text.len());
        let (before, value) = text.split_at(at);
        let data_type = before.strip_suffix(" NOT NULL");
        Self {
            data_type: data_type.unwrap_or(before),
            is_not_null: data_type.is_some(),
            value: value.trim_start(),
        }
    }

    /// Whether the value is always computed. One that a sequence gives is there to stay.
    fn is_computed(&self) -> bool {
        self.value.starts_with("GENERATED ") && !self.is_identity()
    }

    fn is_identity(&self) -> bool {
        self.value.ends_with(" AS IDENTITY")
    }

    fn turned_into(&self, wanted: &Self, object: &Object) -> Vec<String> {
        let table = identifier(&object.table);
        let name = identifier(&object.name);
        if (self.is_computed() || wanted.is_computed()) && self.value != wanted.value {
            return vec![format!("ALTER TABLE {table} DROP COLUMN {name}"), create(object)];
        }
        let mut changes = Vec::new();
        let is_retyped = self.data_type != wanted.data_type;
        if is_retyped {
            let data_type = wanted.data_type.split(" COLLATE ").next().unwrap_or_default();
            if self.value.starts_with("DEFAULT ") {
                changes.push("DROP DEFAULT".to_owned());
            }
            changes.push(format!("TYPE {} USING {name}::{data_type}", wanted.data_type));
        }
        if wanted.is_not_null && !self.is_not_null {
            changes.push("SET NOT NULL".to_owned());
        }
        if is_retyped || self.value != wanted.value {
            changes.extend(self.value_turned_into(wanted));
        }
        if self.is_not_null && !wanted.is_not_null {
            changes.push("DROP NOT NULL".to_owned());
        }
        let mut repair: Vec<String> = changes
            .iter()
            .map(|change| format!("ALTER TABLE {table} ALTER COLUMN {name} {change}"))
            .collect();
        if wanted.is_identity() && !self.is_identity() {
            // It begins with 1, and there may be rows.
            repair.push(format!(
                "DO $$ BEGIN EXECUTE format('ALTER TABLE {table} ALTER COLUMN {name} RESTART WITH %s', \
                 (SELECT coalesce(max({name}), 0) + 1 FROM {table})); END $$"
            ));
        }
        repair
    }

    /// What gives the column its value if nobody does, after a change of its type.
    fn value_turned_into(&self, wanted: &Self) -> Vec<String> {
        match (self.is_identity(), wanted.is_identity()) {
            (true, true) if self.value == wanted.value => Vec::new(),
            (true, true) => vec![format!("SET {}", wanted.value.trim_end_matches(" AS IDENTITY"))],
            (true, false) if wanted.value.is_empty() => vec!["DROP IDENTITY".to_owned()],
            (true, false) => vec!["DROP IDENTITY".to_owned(), format!("SET {}", wanted.value)],
            (false, true) if self.value.is_empty() => vec![format!("ADD {}", wanted.value)],
            (false, true) => vec!["DROP DEFAULT".to_owned(), format!("ADD {}", wanted.value)],
            (false, false) if !wanted.value.is_empty() => vec![format!("SET {}", wanted.value)],
            (false, false) if !self.value.is_empty() => vec!["DROP DEFAULT".to_owned()],
            (false, false) => Vec::new(),
        }
    }
}

/// The name as SQL has it: quoted unless it is plain.
fn identifier(name: &str) -> String {
    let is_plain = name.starts_with(|c: char| c.is_ascii_lowercase() || c == '_')
        && name
            .chars()
            .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_');
    if is_plain {
        name.to_owned()
    } else {
        format!("\"{}\"", name.replace('"', "\"\""))
    }
}
