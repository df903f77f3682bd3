//! Writes what a Markdown parser reads as HTML.

use std::fmt::Write;
use std::ops::Range;

use pulldown_cmark::{Event, HeadingLevel, Tag, TagEnd};

use crate::site::templates::escape;
use crate::web_url::web_url;

/// How deep elements are nested; those within show their text alone.
pub(super) const DEPTH_MAX: usize = 32;
/// No text is wrapped at fewer columns than this.
const NARROWEST: usize = 50;
/// Where most texts are wrapped at the latest, though one line or another is longer.
const COMMON: usize = 80;
/// How much shorter a line may be than it could be without being meant to end there.
const RAGGED: usize = 10;

/// HTML that is being written.
pub(super) struct Writer<'a> {
    source: &'a str,
    html: String,
    open: Vec<Element>,
    /// The headings that the text at hand is under, as the source has them.
    headings: Vec<HeadingLevel>,
    /// How many texts there are so far that can be seen.
    shown: usize,
    is_in_link: bool,
    is_in_code: bool,
    /// The columns at which the paragraph at hand is wrapped.
    width: Option<usize>,
    /// The label of a footnote that has just begun.
    footnote: Option<String>,
}

/// An element that is not yet closed.
struct Element {
    kind: Kind,
    /// Where it begins in the HTML.
    start: usize,
    /// How many texts could be seen before it.
    shown: usize,
}

enum Kind {
    /// Its content is written, and nothing else of it.
    Left,
    /// The same of what other content has to be kept apart from.
    LeftBlock,
    /// What closes it.
    Kept(&'static str),
    /// The same of what is left out if nothing in it can be seen.
    IfSeen(&'static str),
    /// A heading: what closes it, and the headings that the text before it is under.
    Heading(&'static str, Vec<HeadingLevel>),
    HeaderCell,
    /// Where it leads.
    Link(String),
    /// HTML of the source, so far.
    Html(String),
}

impl<'a> Writer<'a> {
    pub(super) fn new(source: &'a str) -> Self {
        Self {
            source,
            html: String::with_capacity(source.len() + source.len() / 4),
            open: Vec::new(),
            headings: Vec::new(),
            shown: 0,
            is_in_link: false,
            is_in_code: false,
            width: None,
            footnote: None,
        }
    }

    /// How many bytes are written.
    pub(super) fn written(&self) -> usize {
        self.html.len()
    }

    /// The HTML, with everything closed.
    pub(super) fn finish(mut self) -> String {
        while !self.open.is_empty() {
            self.close();
        }
        self.html
    }

    /// Writes what was read at this place of the source.
    pub(super) fn add(&mut self, event: Event<'_>, place: Range<usize>) {
        match event {
            Event::Start(tag) => self.start(tag, place),
            Event::End(tag) => {
                self.close();
                match tag {
                    TagEnd::Paragraph => self.width = None,
                    TagEnd::CodeBlock => self.is_in_code = false,
                    _ => {}
                }
            }
            Event::Text(text) => self.text(&text),
            Event::Code(text) => {
                self.html.push_str("<code>");
                self.plain(&text);
                self.html.push_str("</code>");
            }
            Event::Html(html) | Event::InlineHtml(html) => self.source_html(&html),
            Event::FootnoteReference(label) => self.plain(&format!("[{label}]")),
            Event::SoftBreak if self.is_meant(&place) => self.html.push_str("<br>\n"),
            Event::SoftBreak => self.html.push('\n'),
            Event::HardBreak => self.html.push_str("<br>\n"),
            Event::Rule => self.html.push_str("<hr>\n"),
            // Not asked for.
            Event::TaskListMarker(_) | Event::InlineMath(_) | Event::DisplayMath(_) => {}
        }
    }

    fn start(&mut self, tag: Tag<'_>, place: Range<usize>) {
        let footnote = self.footnote.take();
        if let Some(label) = footnote.as_ref().filter(|_| tag != Tag::Paragraph) {
            self.html.push_str("<p>");
            self.plain(&format!("[{label}]"));
            self.html.push_str("</p>\n");
        }
        let start = self.html.len();
        let shown = self.shown;
        let is_part = matches!(tag, Tag::Item | Tag::TableHead | Tag::TableRow | Tag::TableCell);
        let is_left = match self.open.last() {
            Some(parent) if is_part => matches!(parent.kind, Kind::LeftBlock),
            _ => self.open.len() >= DEPTH_MAX,
        };
        if tag == Tag::Paragraph {
            self.width = Some(self.width_of(place));
        }
        let kind = match tag {
            Tag::HtmlBlock => Kind::Html(String::new()),
            Tag::FootnoteDefinition(label) => {
                self.footnote = Some(label.into_string());
                Kind::LeftBlock
            }
            Tag::Emphasis | Tag::Strong | Tag::Strikethrough | Tag::Link { .. } | Tag::Image { .. }
                if is_left =>
            {
                Kind::Left
            }
            _ if is_left => Kind::LeftBlock,
            tag => self.begin(tag),
        };
        self.open.push(Element { kind, start, shown });
        if let Some(label) = footnote.filter(|_| self.width.is_some()) {
            self.plain(&format!("[{label}] "));
        }
    }

    /// Writes what opens an element.
    fn begin(&mut self, tag: Tag<'_>) -> Kind {
        let (opening, kind) = match tag {
            Tag::Paragraph => ("<p>", Kind::IfSeen("</p>\n")),
            Tag::Heading { level, .. } => return self.begin_heading(level),
            Tag::BlockQuote(_) => ("<blockquote>\n", Kind::IfSeen("</blockquote>\n")),
            Tag::CodeBlock(_) => {
                self.is_in_code = true;
                // What can be scrolled has to be within reach of the keyboard.
                ("<pre tabindex=\"0\"><code>", Kind::IfSeen("</code></pre>\n"))
            }
            Tag::List(Some(first)) if first != 1 => {
                // Writing to a string does not fail.
                let _ = writeln!(self.html, "<ol start=\"{first}\">");
                ("", Kind::Kept("</ol>\n"))
            }
            Tag::List(Some(_)) => ("<ol>\n", Kind::Kept("</ol>\n")),
            Tag::List(None) => ("<ul>\n", Kind::Kept("</ul>\n")),
            Tag::Item => ("<li>", Kind::Kept("</li>\n")),
            Tag::Table(_) => (
                "<div class=\"scroll\" role=\"region\" aria-label=\"Table\" tabindex=\"0\">\n<table>\n",
                Kind::Kept("</tbody>\n</table>\n</div>\n"),
            ),
            Tag::TableHead => ("<thead>\n<tr>", Kind::Kept("</tr>\n</thead>\n<tbody>\n")),
            Tag::TableRow => ("<tr>", Kind::Kept("</tr>\n")),
            Tag::TableCell if self.is_in_table_head() => ("<th scope=\"col\">", Kind::HeaderCell),
            Tag::TableCell => ("<td>", Kind::Kept("</td>")),
            Tag::Emphasis => ("<em>", Kind::IfSeen("</em>")),
            Tag::Strong => ("<strong>", Kind::IfSeen("</strong>")),
            Tag::Strikethrough => ("<del>", Kind::IfSeen("</del>")),
            // An image would be fetched from where it is.
            Tag::Link { dest_url, .. } | Tag::Image { dest_url, .. } => return self.begin_link(&dest_url),
            // Not asked for, or without an element.
            Tag::HtmlBlock
            | Tag::FootnoteDefinition(_)
            | Tag::DefinitionList
            | Tag::DefinitionListTitle
            | Tag::DefinitionListDefinition
            | Tag::Superscript
            | Tag::Subscript
            | Tag::MetadataBlock(_) => ("", Kind::Left),
        };
        self.html.push_str(opening);
        kind
    }

    /// The first heading is of the third level, and none is more than one level below the one before it.
    fn begin_heading(&mut self, level: HeadingLevel) -> Kind {
        let before = self.headings.clone();
        while self.headings.last().is_some_and(|last| *last >= level) {
            self.headings.pop();
        }
        self.headings.push(level);
        let (opening, closing) = match self.headings.len() {
            0 | 1 => ("<h3>", "</h3>\n"),
            2 => ("<h4>", "</h4>\n"),
            3 => ("<h5>", "</h5>\n"),
            _ => ("<h6>", "</h6>\n"),
        };
        self.html.push_str(opening);
        Kind::Heading(closing, before)
    }

    fn begin_link(&mut self, url: &str) -> Kind {
        match web_url(url).filter(|_| !self.is_in_link) {
            Some(url) => {
                self.is_in_link = true;
                self.html.push_str("<a href=\"");
                self.escaped(&url);
                self.html.push_str("\" rel=\"noopener nofollow\">");
                Kind::Link(url)
            }
            None => Kind::Left,
        }
    }

    fn close(&mut self) {
        self.footnote = None;
        let Some(element) = self.open.pop() else {
            return;
        };
        let is_seen = self.shown > element.shown;
        match element.kind {
            Kind::Left => {}
            Kind::LeftBlock => self.html.push('\n'),
            Kind::Kept(closing) => self.html.push_str(closing),
            Kind::IfSeen(closing) | Kind::Heading(closing, _) if is_seen => self.html.push_str(closing),
            Kind::IfSeen(_) => self.html.truncate(element.start),
            Kind::Heading(_, before) => {
                self.html.truncate(element.start);
                self.headings = before;
            }
            Kind::HeaderCell if is_seen => self.html.push_str("</th>"),
            Kind::HeaderCell => {
                self.html.truncate(element.start);
                self.html.push_str("<td></td>");
            }
            Kind::Link(url) => {
                if !is_seen {
                    self.plain(&url);
                }
                self.html.push_str("</a>");
                self.is_in_link = false;
            }
            Kind::Html(html) => self.html_block(&html),
        }
    }

    fn is_in_table_head(&self) -> bool {
        let head = self.open.last().map(|element| &element.kind);
        matches!(head, Some(Kind::Kept(closing)) if closing.contains("</thead>"))
    }

    /// Text, in which URLs of the web are links.
    fn text(&mut self, text: &str) {
        let mut rest = text;
        while let Some(place) = bare_url(rest).filter(|_| !self.is_in_link && !self.is_in_code) {
            self.plain(&rest[..place.start]);
            let url = &rest[place.clone()];
            let kind = self.begin_link(url);
            self.plain(url);
            if matches!(kind, Kind::Link(_)) {
                self.html.push_str("</a>");
                self.is_in_link = false;
            }
            rest = &rest[place.end..];
        }
        self.plain(rest);
    }

    /// Text as it is.
    fn plain(&mut self, text: &str) {
        let start = self.html.len();
        self.escaped(text);
        if !self.html[start..].trim().is_empty() {
            self.shown += 1;
        }
    }

    fn escaped(&mut self, text: &str) {
        // Writing to a string does not fail.
        let _ = escape(text, &mut self.html);
    }

    /// HTML of the source is text, but for comments and breaks.
    fn source_html(&mut self, html: &str) {
        if let Some(Element {
            kind: Kind::Html(block),
            ..
        }) = self.open.last_mut()
        {
            block.push_str(html);
        } else if is_break(html) {
            self.html.push_str("<br>\n");
        } else if !html.starts_with("<!--") {
            self.plain(html);
        }
    }

    fn html_block(&mut self, html: &str) {
        let mut visible = String::with_capacity(html.len());
        let mut rest = html;
        while let Some((before, comment)) = rest.split_once("<!--") {
            visible.push_str(before);
            rest = comment.split_once("-->").map_or("", |(_, behind)| behind);
        }
        visible.push_str(rest);
        if !visible.trim().is_empty() {
            self.html.push_str("<p>");
            self.plain(visible.trim());
            self.html.push_str("</p>\n");
        }
    }

    fn width_of(&self, paragraph: Range<usize>) -> usize {
        let lines = self.source.get(paragraph).unwrap_or_default().lines();
        let mut lengths: Vec<usize> = lines.map(|line| line.trim().chars().count()).collect();
        lengths.sort_unstable();
        let longest = lengths.last().copied().unwrap_or_default();
        match lengths.get(lengths.len() / 2) {
            Some(median) if *median <= COMMON => longest.clamp(NARROWEST, COMMON),
            _ => longest,
        }
    }

    /// Whether a paragraph's line ends here because it is meant to: the next word would have had room in
    /// it. In Markdown that means nothing; plain text has lists and verses so.
    fn is_meant(&self, place: &Range<usize>) -> bool {
        let (Some(width), Some(before), Some(behind)) = (
            self.width,
            self.source.get(..place.start),
            self.source.get(place.end..),
        ) else {
            return false;
        };
        let line = before.rsplit('\n').next().unwrap_or_default().trim();
        let word = behind.split_whitespace().next().unwrap_or_default();
        line.chars().count() + 1 + word.chars().count() + RAGGED <= width
    }
}

fn is_break(html: &str) -> bool {
    let name = html.trim_start_matches('<').trim_end_matches(['>', '/', ' ']);
    name.eq_ignore_ascii_case("br")
}

/// Where in the text the first URL of the web is, without what stands behind it in a sentence.
fn bare_url(text: &str) -> Option<Range<usize>> {
    let mut from = 0;
    while let Some(start) = text[from..].find("http").map(|found| from + found) {
        let behind = &text[start..];
        let is_word = text[..start]
            .chars()
            .next_back()
            .is_some_and(char::is_alphanumeric);
        if is_word || !(behind.starts_with("http://") || behind.starts_with("https://")) {
            from = start + "http".len();
            continue;
        }
        let ends = |c: char| c.is_whitespace() || c.is_control() || "<>\"`|\\^{}[]".contains(c);
        let end = behind.find(ends).unwrap_or(behind.len());
        let url = without_punctuation(&behind[..end]);
        if web_url(url).is_some() {
            return Some(start..start + url.len());
        }
        from = start + end;
    }
    None
}

/// The URL without the punctuation at its end, such as a parenthesis that began before it.
fn without_punctuation(url: &str) -> &str {
    let count = |parenthesis: u8| url.bytes().filter(|byte| *byte == parenthesis).count();
    let mut unopened = count(b')').saturating_sub(count(b'('));
    url.trim_end_matches(|c: char| match c {
        ')' if unopened > 0 => {
            unopened -= 1;
            true
        }
        _ => ".,;:!?'*_~".contains(c),
    })
}
