//! Selectors (CEP 24): which lines of an `environment.yml` are for which platforms.

use std::collections::BTreeSet;

use crate::channel::{KNOWN_SUBDIRS, Subdir};
use crate::environment::formats::FormatError;
use crate::environment::formats::error::shown;

/// No honest expression is longer. It bounds the nesting.
const LONGEST: usize = 200;

/// All platforms that conda knows.
pub(super) fn known_platforms() -> BTreeSet<Subdir> {
    let platforms = KNOWN_SUBDIRS.into_iter().filter(|subdir| *subdir != "noarch");
    // The names of subdirs are subdirs.
    platforms.filter_map(|subdir| subdir.parse().ok()).collect()
}

/// An expression of variables that are true or false on a platform.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Expression {
    Variable(String),
    Not(Box<Self>),
    And(Vec<Self>),
    Or(Vec<Self>),
}

/// The lines of a document with comment selectors, by number from 0.
pub(super) struct LineSelectors<'a> {
    lines: Vec<(&'a str, Option<Expression>)>,
}

impl<'a> LineSelectors<'a> {
    /// The selectors of a document; nothing if it has none.
    ///
    /// # Errors
    ///
    /// When one is no expression.
    pub(super) fn of(text: &'a str) -> Result<Option<Self>, FormatError> {
        let mut lines = Vec::new();
        for (number, line) in (1..).zip(text.lines()) {
            let selector = comment_selector(line).map(|selector| {
                parse(selector, &is_variable).map_err(|what| FormatError::Line {
                    line: number,
                    what: format!(
                        "the selector [{selector}] {what}; if it is a comment, write it without square brackets"
                    ),
                })
            });
            lines.push((line, selector.transpose()?));
        }
        let has_any = lines.iter().any(|(_, selector)| selector.is_some());
        Ok(has_any.then_some(Self { lines }))
    }

    /// Which selectors keep their lines on a platform.
    pub(super) fn kept_on(&self, platform: &Subdir) -> Vec<bool> {
        let selectors = self.lines.iter().filter_map(|(_, selector)| selector.as_ref());
        selectors.map(|selector| selector.holds(platform)).collect()
    }

    /// The document with the lines that are kept. The others are empty, so that lines keep their
    /// numbers.
    pub(super) fn document(&self, kept: &[bool]) -> String {
        let mut kept = kept.iter();
        let mut document = String::new();
        for (line, selector) in &self.lines {
            if selector.is_none() || kept.next() == Some(&true) {
                document.push_str(line);
            }
            document.push('\n');
        }
        document
    }
}

/// What is between the brackets of `# [linux]` at the end of a line. A line that is nothing but a
/// comment has no selector.
fn comment_selector(line: &str) -> Option<&str> {
    let line = line.trim();
    let (before, comment) = line.rsplit_once('#')?;
    let is_comment = before.ends_with([' ', '\t']) && !before.trim_start().starts_with('#');
    let selector = comment.trim().strip_prefix('[')?.strip_suffix(']')?;
    (is_comment && !before.trim().is_empty()).then_some(selector)
}

/// The platforms of a key `sel(linux)`; nothing if the key is no selector.
pub(super) fn dictionary_selector(key: &str) -> Option<Result<BTreeSet<Subdir>, String>> {
    let expression = key.trim().strip_prefix("sel(")?.strip_suffix(')')?;
    let is_variable = |name: &str| matches!(name, "unix" | "linux" | "osx" | "win");
    let platforms = parse(expression, &is_variable).map(|expression| {
        let mut platforms = known_platforms();
        platforms.retain(|platform| expression.holds(platform));
        platforms
    });
    Some(platforms.map_err(|what| format!("its expression {what}")))
}

impl Expression {
    fn holds(&self, platform: &Subdir) -> bool {
        match self {
            Self::Variable(name) => is_true(name, platform.as_str()),
            Self::Not(inner) => !inner.holds(platform),
            Self::And(all) => all.iter().all(|inner| inner.holds(platform)),
            Self::Or(any) => any.iter().any(|inner| inner.holds(platform)),
        }
    }
}

/// What a variable of conda-build is on a platform: an operating system, an architecture that is no
/// number, or one of a few others.
fn is_true(name: &str, platform: &str) -> bool {
    let (os, arch) = platform.split_once('-').unwrap_or((platform, ""));
    match name {
        "unix" => matches!(os, "linux" | "osx" | "emscripten"),
        "x86" => matches!(arch, "32" | "64"),
        "x86_64" => arch == "64",
        "linux32" | "linux64" | "osx64" | "win32" | "win64" => {
            let (name_of_os, bits) = name.split_at(name.len() - 2);
            os == name_of_os && arch == bits
        }
        _ => name == os || name == arch,
    }
}

fn is_variable(name: &str) -> bool {
    !matches!(name, "32" | "64")
        && KNOWN_SUBDIRS
            .into_iter()
            .any(|platform| platform != "noarch" && is_true(name, platform))
}

/// An expression of variables, `and`, `or`, `not` and parentheses. `not` is conda-build's; CEP 24 does
/// not name it.
fn parse(text: &str, is_variable: &dyn Fn(&str) -> bool) -> Result<Expression, String> {
    if text.len() > LONGEST {
        return Err(format!("is longer than {LONGEST} characters"));
    }
    let spaced = text.replace('(', " ( ").replace(')', " ) ");
    let mut reader = Reader {
        words: spaced.split_whitespace().collect(),
        next: 0,
        is_variable,
    };
    let expression = reader.any()?;
    match reader.words.get(reader.next) {
        None => Ok(expression),
        Some(word) => Err(format!("has {} where \"and\" or \"or\" should be", shown(word))),
    }
}

struct Reader<'a> {
    words: Vec<&'a str>,
    next: usize,
    is_variable: &'a dyn Fn(&str) -> bool,
}

impl Reader<'_> {
    fn takes(&mut self, word: &str) -> bool {
        let is_next = self.words.get(self.next) == Some(&word);
        self.next += usize::from(is_next);
        is_next
    }

    fn any(&mut self) -> Result<Expression, String> {
        let mut any = vec![self.all()?];
        while self.takes("or") {
            any.push(self.all()?);
        }
        Ok(Expression::Or(any))
    }

    fn all(&mut self) -> Result<Expression, String> {
        let mut all = vec![self.one()?];
        while self.takes("and") {
            all.push(self.one()?);
        }
        Ok(Expression::And(all))
    }

    fn one(&mut self) -> Result<Expression, String> {
        if self.takes("not") {
            return Ok(Expression::Not(Box::new(self.one()?)));
        }
        if self.takes("(") {
            let inner = self.any()?;
            return match self.takes(")") {
                true => Ok(inner),
                false => Err("has a parenthesis that is not closed".to_owned()),
            };
        }
        let Some(word) = self.words.get(self.next) else {
            return Err("ends where a variable should be".to_owned());
        };
        if !(self.is_variable)(word) {
            return Err(format!(
                "has no variable {} (such as linux, osx, win or unix)",
                shown(word)
            ));
        }
        self.next += 1;
        Ok(Expression::Variable((*word).to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("linux", "linux-64 linux-aarch64")]
    #[case("unix and not linux", "osx-64 osx-arm64")]
    #[case("win or (osx and arm64)", "osx-arm64 win-64")]
    #[case("win or osx and arm64", "osx-arm64 win-64")]
    #[case("(win or osx) and arm64", "osx-arm64")]
    #[case("osx64", "osx-64")]
    #[case("x86_64", "linux-64 osx-64 win-64")]
    #[case("aarch64", "linux-aarch64")]
    fn selectors_hold_on_platforms(#[case] selector: &str, #[case] expected: &str) {
        let expression = parse(selector, &is_variable).unwrap();
        let platforms = ["linux-64", "linux-aarch64", "osx-64", "osx-arm64", "win-64"];
        let held = platforms
            .into_iter()
            .filter(|name| expression.holds(&name.parse().unwrap()));
        assert_eq!(held.collect::<Vec<_>>().join(" "), expected);
    }

    #[rstest]
    #[case("")]
    #[case("py39")]
    #[case("py >= 39")]
    #[case("noarch")]
    #[case("64")]
    #[case("linux osx")]
    #[case("linux or")]
    #[case("(linux")]
    #[case("linux)")]
    #[case("not")]
    fn other_text_is_no_selector(#[case] selector: &str) {
        assert!(parse(selector, &is_variable).is_err());
    }

    #[rstest]
    #[case("- a  # [linux]", Some("linux"))]
    #[case("- a  #[ linux ] ", Some(" linux "))]
    #[case("- a  # why # [win]", Some("win"))]
    #[case("# [linux]", None)]
    #[case("  # - a # [linux]", None)]
    #[case("- a#[linux]", None)]
    #[case("- a  # see [linux]", None)]
    #[case("- 'a  # [linux]'", None)]
    fn selectors_are_comments_behind_something(#[case] line: &str, #[case] selector: Option<&str>) {
        assert_eq!(comment_selector(line), selector);
    }

    #[test]
    fn parentheses_cannot_nest_deeply() {
        let deep = format!("{}linux{}", "(".repeat(100_000), ")".repeat(100_000));
        assert!(parse(&deep, &is_variable).is_err());
    }
}
