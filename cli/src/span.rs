//! Times as people write them: `7 days`, `90s`, `PT5M`.

use std::time::Duration;

use jiff::{SignedDuration, Span, SpanRelativeTo};

/// How long it is, unless it is no time, negative, or a number of months, which have no length.
pub(crate) fn parse(text: &str) -> Option<SignedDuration> {
    let span = text.parse::<Span>().ok();
    let duration = span.and_then(|span| span.to_duration(SpanRelativeTo::days_are_24_hours()).ok());
    duration.filter(|duration| !duration.is_negative())
}

/// The same as the value of an option.
pub(crate) fn value(text: &str) -> Result<Duration, String> {
    parse(text)
        .and_then(|duration| duration.try_into().ok())
        .ok_or_else(|| "a time such as \"5 s\" or \"10 minutes\" was expected".to_owned())
}
