//! Version expressions: `>=1.2,<2|3.*`.

use std::collections::BTreeSet;

use super::{Fault, Slip};

/// The longer before those they begin with.
const OPERATORS: [&str; 8] = ["==", "!=", "<=", ">=", "~=", "=", "<", ">"];
/// The most that a number in a version may be (CEP 33).
const NUMBER_MAX: u64 = (1 << 31) - 1;

/// Comparisons that are joined by commas, bars and parentheses.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct VersionExpression<'a> {
    /// The comparisons, in their order.
    pub(crate) clauses: Vec<Clause<'a>>,
    /// How they are joined: each stands for itself once, in the same order.
    pub(crate) signs: Vec<Sign>,
}

/// A part of a version expression. A comma binds more than a bar.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Sign {
    /// `(`
    Open,
    /// `)`
    Close,
    /// `,`
    And,
    /// `|`
    Or,
    /// The next comparison.
    Clause,
}

/// A comparison.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Clause<'a> {
    /// One of `==`, `!=`, `<=`, `>=`, `~=`, `=`, `<`, `>`, or nothing.
    pub(crate) operator: &'a str,
    /// A version, maybe with asterisks, or a regular expression.
    pub(crate) literal: &'a str,
}

impl VersionExpression<'_> {
    /// Whether every version is meant.
    pub(crate) fn is_any(&self) -> bool {
        self.clauses.iter().all(|clause| clause.literal == "*")
    }

    /// Whether it begins with `=` or `==`, which may stand there to separate it from the name.
    pub(super) fn begins_with_equals(&self) -> bool {
        let first = self.clauses.first();
        first.is_some_and(|clause| matches!(clause.operator, "=" | "=="))
    }
}

/// Reads a whole expression.
pub(super) fn read<'a>(text: &'a str, slips: &mut BTreeSet<Slip>) -> Result<VersionExpression<'a>, Fault> {
    if text.trim().len() < text.len() {
        slips.insert(Slip::SpaceInVersion);
    }
    let (expression, behind) = read_leading(text.trim_start(), slips)?;
    match behind.trim_start().chars().next() {
        None => Ok(expression),
        Some(character @ ('<' | '>' | '=' | '!' | '~')) => Err(Fault::NoComma(character)),
        Some(character) => Err(Fault::Character(character)),
    }
}

/// Reads the expression that `text` begins with; what is behind it begins with a space or `=`.
pub(super) fn read_leading<'a>(
    text: &'a str,
    slips: &mut BTreeSet<Slip>,
) -> Result<(VersionExpression<'a>, &'a str), Fault> {
    let mut clauses = Vec::new();
    let mut signs = Vec::new();
    let mut depth = 0_usize;
    let mut rest = text;
    loop {
        // A comparison, or what opens a group of them.
        if let Some(behind) = rest.strip_prefix('(') {
            depth += 1;
            signs.push(Sign::Open);
            slips.insert(Slip::Parentheses);
            rest = spaced(behind, slips);
            continue;
        }
        let (clause, behind) = read_clause(rest, slips)?;
        clauses.push(clause);
        signs.push(Sign::Clause);
        // What closes groups, and what joins the next comparison.
        let mut end = behind;
        rest = behind.trim_start();
        while let Some(behind) = rest.strip_prefix(')') {
            depth = depth.checked_sub(1).ok_or(Fault::Parentheses)?;
            signs.push(Sign::Close);
            end = behind;
            rest = behind.trim_start();
        }
        match rest.strip_prefix([',', '|']) {
            Some(behind) => {
                signs.push(if rest.starts_with(',') {
                    Sign::And
                } else {
                    Sign::Or
                });
                if rest.len() < end.len() {
                    slips.insert(Slip::SpaceInVersion);
                }
                rest = spaced(behind, slips);
            }
            None if depth > 0 => return Err(Fault::Parentheses),
            None => return ended(VersionExpression { clauses, signs }, end),
        }
    }
}

/// What is behind an expression separates it from a build, or is out of place.
fn ended<'a>(
    expression: VersionExpression<'a>,
    behind: &'a str,
) -> Result<(VersionExpression<'a>, &'a str), Fault> {
    match behind.chars().next() {
        None | Some(' ' | '=') => Ok((expression, behind)),
        Some(character @ ('<' | '>' | '!' | '~')) => Err(Fault::NoComma(character)),
        Some(character) => Err(Fault::Character(character)),
    }
}

/// The text behind spaces, of which there should be none.
fn spaced<'a>(text: &'a str, slips: &mut BTreeSet<Slip>) -> &'a str {
    if text.starts_with(' ') {
        slips.insert(Slip::SpaceInVersion);
    }
    text.trim_start()
}

fn read_clause<'a>(text: &'a str, slips: &mut BTreeSet<Slip>) -> Result<(Clause<'a>, &'a str), Fault> {
    if text.starts_with('^') {
        let end = text
            .find('$')
            .ok_or(Fault::Version("begins with ^ and has no $"))?;
        slips.insert(Slip::VersionPattern);
        let (literal, behind) = text.split_at(end + 1);
        return Ok((
            Clause {
                operator: "",
                literal,
            },
            behind,
        ));
    }
    let operator = OPERATORS.into_iter().find(|operator| text.starts_with(operator));
    let (operator, behind) = text.split_at(operator.map_or(0, str::len));
    let text = match operator {
        "" => behind,
        _ => spaced(behind, slips),
    };
    let literal_end = end_of_literal(text);
    let (literal, behind) = text.split_at(literal_end);
    if literal.is_empty() {
        return Err(match text.chars().next() {
            Some(character @ ('<' | '>' | '=' | '!' | '~')) => {
                Fault::Operator(format!("{operator}{character}"))
            }
            None | Some(',' | '|' | ')') => Fault::NoVersion,
            Some(character) => Fault::Character(character),
        });
    }
    if operator == "~=" {
        slips.insert(Slip::CompatibleRelease);
    }
    check_literal(operator, literal, slips)?;
    Ok((Clause { operator, literal }, behind))
}

/// `!` belongs to a literal as the end of its epoch, but not as the begin of `!=`.
fn end_of_literal(text: &str) -> usize {
    let bytes = text.as_bytes();
    let is_in = |at: usize| match bytes[at] {
        b'!' => at > 0 && bytes.get(at + 1) != Some(&b'='),
        byte => byte.is_ascii_alphanumeric() || b"._-+*".contains(&byte),
    };
    (0..bytes.len()).find(|at| !is_in(*at)).unwrap_or(bytes.len())
}

fn check_literal(operator: &str, literal: &str, slips: &mut BTreeSet<Slip>) -> Result<(), Fault> {
    if literal == "*" {
        if !matches!(operator, "" | "=") {
            slips.insert(Slip::GlobWithOperator);
        }
        return Ok(());
    }
    let exact = literal.strip_suffix(".*").or_else(|| literal.strip_suffix('*'));
    if exact.is_some() && !matches!(operator, "" | "=" | "!=") {
        slips.insert(Slip::GlobWithOperator);
    }
    let version = exact.unwrap_or(literal);
    if version.contains('*') {
        slips.insert(Slip::VersionPattern);
        return Ok(());
    }
    check_version(version, slips)
}

/// Whether this can be a version (CEP 33). Its characters were looked at.
fn check_version(version: &str, slips: &mut BTreeSet<Slip>) -> Result<(), Fault> {
    let (epoch, version) = match version.split_once('!') {
        Some((epoch, version)) => (epoch, version),
        None => ("0", version),
    };
    if epoch.is_empty() || epoch.bytes().any(|byte| !byte.is_ascii_digit()) {
        return Err(Fault::Version("has an epoch that is no number"));
    }
    if version.contains('!') {
        return Err(Fault::Version("has more than one \"!\""));
    }
    let (main, local) = match version.split_once('+') {
        Some((main, local)) => (main, Some(local)),
        None => (version, None),
    };
    if local.is_some_and(|local| local.contains('+')) {
        return Err(Fault::Version("has more than one \"+\""));
    }
    if version.contains('-') && version.contains('_') {
        return Err(Fault::Version("has both \"-\" and \"_\""));
    }
    // Versions such as that of openssl 1.0.1_ end in an underscore.
    let main = main.trim_end_matches(['_', '-']);
    let segments = [Some(main), local].into_iter().flatten();
    for segment in segments.flat_map(|part| part.split(['.', '_', '-'])) {
        if segment.is_empty() {
            return Err(Fault::Version("has an empty segment"));
        }
        let numbers = segment.split(|character: char| !character.is_ascii_digit());
        if numbers.filter(|number| !number.is_empty()).any(is_too_large) {
            slips.insert(Slip::LargeNumber);
        }
    }
    if is_too_large(epoch) {
        slips.insert(Slip::LargeNumber);
    }
    Ok(())
}

fn is_too_large(number: &str) -> bool {
    // What does not even fit into 64 bits is no number to this.
    number.parse::<u64>().is_ok_and(|number| number > NUMBER_MAX)
        || number.trim_start_matches('0').len() > NUMBER_MAX.to_string().len()
}
