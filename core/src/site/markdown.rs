//! Descriptions of packages as HTML: Markdown, as a rule, and as often plain text or reStructuredText.
//!
//! They are hostile. What comes out is of a few elements without attributes, but for links to the web:
//! no images, no HTML of their own, nothing that is fetched or run. The work is bounded: of a long text
//! only the beginning is read, and of what is nested deeply only the text is shown.

mod html;
mod restructured;
#[cfg(test)]
mod tests;

use pulldown_cmark::{Options, Parser, TextMergeWithOffset};

use html::Writer;

/// Bytes of a description that are read.
const READ_MAX: usize = 100_000;
/// Bytes of HTML after which nothing more is begun: a table can have many more cells than its text has
/// characters.
const WRITTEN_MAX: usize = 400_000;

/// The text as HTML that is safe to stand in a page, below its headings of the second level.
pub(super) fn to_html(markdown: &str) -> String {
    let text = beginning(markdown, READ_MAX);
    let source = restructured::to_markdown(text);
    let options = Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH | Options::ENABLE_FOOTNOTES;
    let mut writer = Writer::new(&source);
    let events = Parser::new_ext(&source, options).into_offset_iter();
    for (event, place) in TextMergeWithOffset::new(events) {
        if writer.written() > WRITTEN_MAX {
            break;
        }
        writer.add(event, place);
    }
    writer.finish()
}

/// At most so many bytes of the text, whole characters.
fn beginning(text: &str, bytes: usize) -> &str {
    let mut end = bytes.min(text.len());
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text[..end]
}
