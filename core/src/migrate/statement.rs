//! The statements of a script, and what of them can be told without running them.

/// One statement, without the comments before it and the semicolon after it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Statement<'s> {
    /// Its text.
    pub text: &'s str,
}

/// What a statement does to which table. Only what our own scripts contain is told apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effect<'s> {
    /// Makes a table.
    CreateTable(&'s str),
    /// Removes a table and its rows.
    DropTable(&'s str),
    /// Changes a table's columns or constraints.
    AlterTable(&'s str),
    /// Removes a column of a table.
    DropColumn(&'s str),
    /// Makes an index of a table.
    CreateIndex {
        /// The index.
        index: &'s str,
        /// Its table.
        table: &'s str,
        /// Beside other users' work.
        concurrently: bool,
    },
    /// Removes an index.
    DropIndex {
        /// The index.
        index: &'s str,
        /// Beside other users' work.
        concurrently: bool,
    },
    /// Adds rows to a table.
    Insert(&'s str),
    /// Changes or removes rows of a table.
    Rewrite(&'s str),
    /// Something else.
    Unknown,
}

impl<'s> Statement<'s> {
    /// What it does, by its first words.
    pub fn effect(&self) -> Effect<'s> {
        let mut words = Words::of(self.text);
        match words.keyword().as_str() {
            "CREATE" => {
                words.skip("UNIQUE");
                if words.skip("TABLE") {
                    words.skip_if_exists();
                    return words.name().map_or(Effect::Unknown, Effect::CreateTable);
                }
                if !words.skip("INDEX") {
                    return Effect::Unknown;
                }
                let concurrently = words.skip("CONCURRENTLY");
                words.skip_if_exists();
                let index = words.name();
                if !words.skip("ON") {
                    return Effect::Unknown;
                }
                match (index, words.name()) {
                    (Some(index), Some(table)) => Effect::CreateIndex {
                        index,
                        table,
                        concurrently,
                    },
                    _ => Effect::Unknown,
                }
            }
            "DROP" if words.skip("TABLE") => {
                words.skip_if_exists();
                words.only_name().map_or(Effect::Unknown, Effect::DropTable)
            }
            "DROP" if words.skip("INDEX") => {
                let concurrently = words.skip("CONCURRENTLY");
                words.skip_if_exists();
                words
                    .only_name()
                    .map_or(Effect::Unknown, |index| Effect::DropIndex { index, concurrently })
            }
            "ALTER" if words.skip("TABLE") => {
                words.skip_if_exists();
                let Some(table) = words.name() else {
                    return Effect::Unknown;
                };
                if words.any("DROP") {
                    Effect::DropColumn(table)
                } else {
                    Effect::AlterTable(table)
                }
            }
            "INSERT" if words.skip("INTO") => words.name().map_or(Effect::Unknown, Effect::Insert),
            "DELETE" if words.skip("FROM") => words.name().map_or(Effect::Unknown, Effect::Rewrite),
            "UPDATE" => words.name().map_or(Effect::Unknown, Effect::Rewrite),
            _ => Effect::Unknown,
        }
    }
}

/// The words of a statement. Quoted names and lists of several names are no words: what has them
/// is unknown.
struct Words<'s> {
    rest: &'s str,
}

impl<'s> Words<'s> {
    fn of(text: &'s str) -> Self {
        Self {
            rest: text.trim_start(),
        }
    }

    fn peek(&self) -> &'s str {
        let end = self
            .rest
            .find(|c: char| !(c.is_ascii_alphanumeric() || c == '_'))
            .unwrap_or(self.rest.len());
        &self.rest[..end]
    }

    fn take(&mut self) -> &'s str {
        let word = self.peek();
        self.rest = self.rest[word.len()..].trim_start();
        word
    }

    fn keyword(&mut self) -> String {
        self.take().to_ascii_uppercase()
    }

    fn skip(&mut self, keyword: &str) -> bool {
        let found = self.peek().eq_ignore_ascii_case(keyword);
        if found {
            self.take();
        }
        found
    }

    fn skip_if_exists(&mut self) {
        if self.skip("IF") {
            self.skip("NOT");
            self.skip("EXISTS");
        }
    }

    fn name(&mut self) -> Option<&'s str> {
        let name = self.take();
        (!name.is_empty() && !self.rest.starts_with('.')).then_some(name)
    }

    fn only_name(&mut self) -> Option<&'s str> {
        self.name().filter(|_| self.rest.is_empty())
    }

    fn any(&self, keyword: &str) -> bool {
        self.rest
            .split(|c: char| !c.is_ascii_alphanumeric())
            .any(|word| word.eq_ignore_ascii_case(keyword))
    }
}

/// Splits a script at its semicolons.
pub(super) fn statements(script: &str) -> Vec<Statement<'_>> {
    let mut found = Vec::new();
    let mut rest = script;
    while let Some(start) = start_of_statement(rest) {
        rest = &rest[start..];
        let end = end_of_statement(rest);
        let text = rest[..end].trim_end();
        if !text.is_empty() {
            found.push(Statement { text });
        }
        rest = rest.get(end + 1..).unwrap_or_default();
    }
    found
}

/// Where the next statement begins behind white space and comments.
fn start_of_statement(text: &str) -> Option<usize> {
    let mut at = 0;
    loop {
        let rest = &text[at..];
        let blank = rest.len() - rest.trim_start().len();
        if blank > 0 {
            at += blank;
        } else if let Some(length) = comment(rest) {
            at += length;
        } else {
            return (!rest.is_empty()).then_some(at);
        }
    }
}

/// Where the statement's semicolon is, or the end of the text.
fn end_of_statement(text: &str) -> usize {
    let mut at = 0;
    while let Some(c) = text[at..].chars().next() {
        let rest = &text[at..];
        let skipped = comment(rest).or_else(|| quoted(rest));
        match skipped {
            Some(length) => at += length,
            None if c == ';' => return at,
            None => at += c.len_utf8(),
        }
    }
    at
}

/// The length of the comment at the beginning of the text.
fn comment(text: &str) -> Option<usize> {
    if text.starts_with("--") {
        return Some(text.find('\n').map_or(text.len(), |end| end + 1));
    }
    let inner = text.strip_prefix("/*")?;
    Some(inner.find("*/").map_or(text.len(), |end| end + 4))
}

/// The length of the string, quoted name or dollar-quoted text at the beginning of the text.
fn quoted(text: &str) -> Option<usize> {
    let first = text.chars().next()?;
    if first == '\'' || first == '"' {
        // A doubled quote ends one string and begins the next, which comes to the same.
        return Some(text[1..].find(first).map_or(text.len(), |end| end + 2));
    }
    let inner = text.strip_prefix('$')?;
    let tag = inner.find('$')?;
    if !inner[..tag]
        .chars()
        .all(|c| c.is_ascii_alphanumeric() || c == '_')
    {
        return None;
    }
    let delimiter = &text[..tag + 2];
    let body = &text[delimiter.len()..];
    Some(
        body.find(delimiter)
            .map_or(text.len(), |end| end + 2 * delimiter.len()),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_script_is_split_at_semicolons_outside_of_quotes_and_comments() {
        let script =
            "-- a; header\n\nSELECT 'a;''b', \"c;d\" -- e;\n ;\n/* f; */ DO $x$ BEGIN; END $x$;\n;SELECT $1";
        let texts: Vec<_> = statements(script).iter().map(|one| one.text).collect();
        assert_eq!(
            texts,
            [
                "SELECT 'a;''b', \"c;d\" -- e;",
                "DO $x$ BEGIN; END $x$",
                "SELECT $1"
            ]
        );
    }

    #[rstest::rstest]
    #[case("create table if not exists a (b int)", Effect::CreateTable("a"))]
    #[case("DROP TABLE a", Effect::DropTable("a"))]
    #[case("DROP TABLE a, b", Effect::Unknown)]
    #[case("DROP TABLE a.b", Effect::Unknown)]
    #[case("DROP TABLE \"a\"", Effect::Unknown)]
    #[case("CREATE UNIQUE INDEX i ON a (b)", Effect::CreateIndex { index: "i", table: "a", concurrently: false })]
    #[case("CREATE INDEX CONCURRENTLY IF NOT EXISTS i ON a(b)", Effect::CreateIndex { index: "i", table: "a", concurrently: true })]
    #[case("DROP INDEX CONCURRENTLY IF EXISTS i", Effect::DropIndex { index: "i", concurrently: true })]
    #[case("ALTER TABLE a ADD COLUMN b int", Effect::AlterTable("a"))]
    #[case("ALTER TABLE a DROP b", Effect::DropColumn("a"))]
    #[case("INSERT INTO a (b) VALUES (1)", Effect::Insert("a"))]
    #[case("DELETE FROM a", Effect::Rewrite("a"))]
    #[case("UPDATE a SET b = 1", Effect::Rewrite("a"))]
    #[case("TRUNCATE a", Effect::Unknown)]
    fn the_first_words_tell_what_a_statement_does(#[case] text: &str, #[case] effect: Effect<'_>) {
        assert_eq!(Statement { text }.effect(), effect);
    }
}
