//! A `MatchSpec`: what a package asks of another one (CEP 29).
//!
//! This takes a spec apart and says what is wrong with it; what it finds says a [`Requirement`]. Text
//! is refused ([`Fault`]) if conda or rattler could not read it. What both read although CEP 29 has it
//! otherwise, or what one of them reads as something else, is a [`Slip`].

mod brackets;
mod condition;
mod fault;
mod name;
mod requirement;
#[cfg(test)]
mod tests;
mod version;

use std::borrow::Cow;
use std::collections::BTreeSet;

pub(super) use brackets::{is_flag, is_group_name};
pub(crate) use fault::Fault;
pub(super) use fault::Slip;
pub(crate) use requirement::Requirement;
pub(super) use version::VersionExpression;

/// A `MatchSpec`, taken apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Spec<'a> {
    /// The package that is asked for.
    pub(super) name: &'a str,
    /// Which versions of it.
    pub(super) version: Option<VersionExpression<'a>>,
    /// Which builds of these.
    pub(super) build: Option<&'a str>,
    /// The keys in square brackets.
    pub(super) keys: Vec<&'a str>,
    /// The values of the keys, in their order.
    values: Vec<Cow<'a, str>>,
    /// What can be read but should be written otherwise.
    pub(super) slips: BTreeSet<Slip>,
}

impl Spec<'_> {
    /// The version, if it is one without an operator, which asks for exactly this one.
    pub(super) fn bare_version(&self) -> Option<&str> {
        match self.version.as_ref()?.clauses.as_slice() {
            [clause] if clause.operator.is_empty() && !clause.literal.contains(['*', '^']) => {
                Some(clause.literal)
            }
            _ => None,
        }
    }

    /// What a key in square brackets says.
    fn value(&self, key: &str) -> Option<&str> {
        let place = self.keys.iter().position(|known| *known == key)?;
        self.values.get(place).map(AsRef::as_ref)
    }
}

/// Takes a `MatchSpec` apart, in time linear in its length.
///
/// # Errors
///
/// What keeps clients from reading it.
pub(super) fn parse(text: &str) -> Result<Spec<'_>, Fault> {
    read(text, true)
}

/// Whether clients can read a `MatchSpec`.
///
/// # Errors
///
/// What keeps them from it.
pub(crate) fn check(text: &str) -> Result<(), Fault> {
    parse(text).map(|_| ())
}

/// `may_have_condition` is false for the specs within a condition (CEP 43).
fn read(text: &str, may_have_condition: bool) -> Result<Spec<'_>, Fault> {
    let mut slips = BTreeSet::new();
    if let Some(character) = text.chars().find(|character| character.is_control()) {
        return Err(Fault::Character(character));
    }
    let (positional, in_brackets) = brackets::split(without_comment(text.trim(), &mut slips))?;
    let fields = match in_brackets {
        Some(content) => brackets::read(content, may_have_condition, &mut slips)?,
        None => Vec::new(),
    };
    let (keys, values) = fields.into_iter().unzip();
    let positional = without_channel(without_condition(positional)?, &mut slips)?;
    if text.starts_with(' ') {
        slips.insert(Slip::LeadingSpace);
    }
    let name_end = positional
        .find([' ', '=', '<', '>', '!', '~'])
        .unwrap_or(positional.len());
    let (name, rest) = positional.split_at(name_end);
    name::check(name, &mut slips)?;
    if rest.trim_start().len() + 1 < rest.len() {
        slips.insert(Slip::SeveralSpaces);
    }
    if rest.trim_start().is_empty() {
        return Ok(Spec {
            name,
            version: None,
            build: None,
            keys,
            values,
            slips,
        });
    }
    let (version, behind) = version::read_leading(rest.trim_start(), &mut slips)?;
    let build = build(&version, rest, behind, &mut slips)?;
    Ok(Spec {
        name,
        version: Some(version),
        build,
        keys,
        values,
        slips,
    })
}

/// The build that stands behind the version, if one does.
fn build<'a>(
    version: &VersionExpression<'_>,
    behind_name: &str,
    behind_version: &'a str,
    slips: &mut BTreeSet<Slip>,
) -> Result<Option<&'a str>, Fault> {
    let trimmed = behind_version.trim();
    let after_equals = trimmed.strip_prefix('=').map(str::trim_start);
    let build = after_equals.unwrap_or(trimmed);
    if build.is_empty() {
        return match after_equals {
            Some(_) => Err(Fault::NoBuild),
            None => Ok(None),
        };
    }
    if behind_version.starts_with("  ") {
        slips.insert(Slip::SeveralSpaces);
    }
    // What is between name and version is a separator only if it is no operator.
    let first = match behind_name.starts_with(' ') {
        true => Some(" "),
        false if version.begins_with_equals() => Some("="),
        false => None,
    };
    let second = match after_equals {
        Some(_) if behind_version.starts_with(' ') => " =",
        Some(_) => "=",
        None => " ",
    };
    if first.is_some_and(|first| first != second) {
        slips.insert(Slip::MixedSeparators);
    }
    if build.contains('(') {
        slips.insert(Slip::Parentheses);
    }
    check_build(build)?;
    Ok(Some(build))
}

fn check_build(build: &str) -> Result<(), Fault> {
    if build.starts_with('^') && build.ends_with('$') && build.len() > 1 {
        return Ok(());
    }
    let foreign = |character: &char| !(character.is_ascii_alphanumeric() || "_.+*".contains(*character));
    match build.chars().find(foreign) {
        Some(' ') => Err(Fault::TooManyParts),
        Some(character @ ('<' | '>' | '=' | '!' | '~')) => Err(Fault::NoComma(character)),
        Some(character) => Err(Fault::BuildCharacter(character)),
        None => Ok(()),
    }
}

/// What is before `# comment`. In brackets, `#` may be part of a URL.
fn without_comment<'a>(text: &'a str, slips: &mut BTreeSet<Slip>) -> &'a str {
    let brackets_end = text.rfind(']').unwrap_or(0);
    let (before, behind) = text.split_at(brackets_end);
    match behind.find('#') {
        Some(comment) => {
            slips.insert(Slip::Comment);
            text.get(..before.len() + comment).unwrap_or(text).trim_end()
        }
        None => text,
    }
}

/// There was to be `name; if condition` before there was `name[when="condition"]`.
fn without_condition(text: &str) -> Result<&str, Fault> {
    match text.split_once(';') {
        Some((_, behind)) if behind.trim_start().starts_with("if ") => Err(Fault::OldCondition),
        Some(_) => Err(Fault::Character(';')),
        None => Ok(text.trim()),
    }
}

/// What is behind `channel/subdir:namespace:`.
fn without_channel<'a>(text: &'a str, slips: &mut BTreeSet<Slip>) -> Result<&'a str, Fault> {
    match text.rsplit_once(':') {
        Some((_, behind)) if behind.starts_with(' ') => Err(Fault::Character(':')),
        Some((_, behind)) => {
            slips.insert(Slip::Channel);
            Ok(behind)
        }
        None => Ok(text),
    }
}
