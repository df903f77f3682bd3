//! Conditions of dependencies (CEP 43): `python>=3.10 and (__linux or __osx)`.

use std::collections::BTreeSet;

use super::{Fault, Slip, read};

/// Whether a condition can be read.
pub(super) fn check(text: &str, slips: &mut BTreeSet<Slip>) -> Result<(), Fault> {
    let mut depth = 0_usize;
    // Where the spec begins that is being passed, if one is.
    let mut spec = None;
    let mut has_operand = false;
    for (start, token) in tokens(text) {
        let is_word = matches!(token, "and" | "or" | "(" | ")");
        if is_word && let Some(begin) = spec.take() {
            check_spec(text.get(begin..start).unwrap_or_default(), slips)?;
            has_operand = true;
        }
        match token {
            "and" | "or" if !has_operand => return fault("lacks something before an operator"),
            "and" | "or" => has_operand = false,
            "(" if has_operand => return fault("lacks an operator before a parenthesis"),
            "(" => depth += 1,
            ")" if !has_operand => return fault("lacks something in its parentheses"),
            ")" => match depth.checked_sub(1) {
                Some(outer) => depth = outer,
                None => return fault("has parentheses that do not match"),
            },
            _ if has_operand => return fault("lacks an operator"),
            _ => {
                spec.get_or_insert(start);
            }
        }
    }
    if let Some(begin) = spec {
        check_spec(text.get(begin..).unwrap_or_default(), slips)?;
        has_operand = true;
    }
    match (depth, has_operand) {
        (0, true) => Ok(()),
        (0, false) => fault("lacks something at its end"),
        _ => fault("has parentheses that do not match"),
    }
}

fn check_spec(text: &str, slips: &mut BTreeSet<Slip>) -> Result<(), Fault> {
    match read(text.trim(), false) {
        Ok(spec) => {
            slips.extend(spec.slips);
            Ok(())
        }
        Err(condition @ Fault::Condition(_)) => Err(condition),
        Err(other) => Err(Fault::Condition(format!(
            "has something that is no MatchSpec: {other}"
        ))),
    }
}

fn fault(what: &str) -> Result<(), Fault> {
    Err(Fault::Condition(what.to_owned()))
}

/// Words and parentheses, with where they begin; brackets and what is quoted are parts of words.
fn tokens(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut at = 0;
    std::iter::from_fn(move || {
        at += text.len().checked_sub(at)? - text.get(at..)?.trim_start().len();
        let begin = at;
        let rest = text.get(begin..)?;
        let length = match rest.chars().next()? {
            '(' | ')' => 1,
            _ => word_length(rest),
        };
        at += length;
        Some((begin, rest.get(..length)?))
    })
}

fn word_length(text: &str) -> usize {
    let mut brackets = 0_usize;
    let mut quote = None;
    for (at, character) in text.char_indices() {
        match (quote, character) {
            (Some(open), _) => quote = quote.filter(|_| open != character),
            (None, '"' | '\'') => quote = Some(character),
            (None, '[') => brackets += 1,
            (None, ']') => brackets = brackets.saturating_sub(1),
            (None, '(' | ')' | ' ') if brackets == 0 => return at,
            _ => {}
        }
    }
    text.len()
}
