//! Parser events to the nodes of a document.
//!
//! The parser follows YAML 1.2 and is lenient about indentation. Where it still differs from
//! ruamel.yaml, this is left as it is, for no recipe is known to do it: it refuses a quoted scalar
//! that goes on in the first column or behind a tab, and a `#` right behind a quote or bracket; it
//! accepts a `...` before the document; it takes U+0085, U+2028 and U+2029 for text, not for line
//! breaks, and reads `{?a: b}` and `{:a: b}` otherwise.

use std::{borrow::Cow, collections::HashMap};

use granit_parser::{Event, Parser, ScalarStyle, Span, options};

use super::{NESTING_MAX, Unreadable, plain::Version, tabs::Tabs, tag::Tag};

/// A node of the document it was taken from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct NodeId(usize);

#[derive(Debug)]
pub(super) struct Node<'text> {
    pub(super) tag: Tag,
    pub(super) content: Content<'text>,
}

pub(super) type Pair = (NodeId, NodeId);

#[derive(Debug)]
pub(super) enum Content<'text> {
    Scalar(Cow<'text, str>),
    Sequence(Vec<NodeId>),
    Mapping(Vec<Pair>),
}

/// One document. An alias is the node that it stands for, so a node can have many parents, and be
/// its own descendant.
#[derive(Debug, Default)]
pub(super) struct Document<'text> {
    nodes: Vec<Node<'text>>,
    pub(super) root: Option<NodeId>,
    pub(super) version: Version,
    nodes_max: usize,
}

impl<'text> Document<'text> {
    pub(super) fn node(&self, id: NodeId) -> &Node<'text> {
        &self.nodes[id.0]
    }

    fn add(&mut self, tag: Tag, content: Content<'text>) -> Result<NodeId, Unreadable> {
        if self.nodes.len() == self.nodes_max {
            return Err(Unreadable::Nodes);
        }
        self.nodes.push(Node { tag, content });
        Ok(NodeId(self.nodes.len() - 1))
    }
}

/// The only document in `text`. A second document makes it unreadable, and so does any error of
/// syntax.
pub(super) fn compose(text: &str, nodes_max: usize) -> Result<Document<'_>, Unreadable> {
    let tabs = Tabs::of(text);
    let options = options! {
        emit_comments: tabs.is_some(),
        max_buffered_comment_events: usize::MAX,
        flow_nesting_limit: NESTING_MAX,
        block_nesting_limit: NESTING_MAX,
    };
    let mut parser = Parser::new_from_str_with_options(text, options);
    let mut composer = Composer {
        text,
        tabs,
        document: Document {
            nodes_max,
            ..Document::default()
        },
        ..Composer::default()
    };
    while let Some(event) = parser.next_event() {
        let (event, span) = event.map_err(|error| Unreadable::Syntax {
            line: error.marker().line(),
            column: error.marker().col() + 1,
        })?;
        if let Some(tabs) = &mut composer.tabs {
            tabs.see(&event, &span)?;
        }
        composer.take(event, &span)?;
    }
    if composer.tabs.is_some_and(Tabs::any_misplaced) {
        return Err(Unreadable::Tab);
    }
    Ok(composer.document)
}

/// A collection whose end has not been seen.
struct Open {
    id: NodeId,
    key: Option<NodeId>,
}

#[derive(Default)]
struct Composer<'text> {
    text: &'text str,
    tabs: Option<Tabs<'text>>,
    document: Document<'text>,
    begun: bool,
    open: Vec<Open>,
    anchors: HashMap<usize, NodeId>,
}

impl<'text> Composer<'text> {
    fn take(&mut self, event: Event<'text>, span: &Span) -> Result<(), Unreadable> {
        match event {
            Event::DocumentStart(_, version) => {
                if std::mem::replace(&mut self.begun, true) {
                    return Err(Unreadable::SeveralDocuments);
                }
                self.document.version = match version.map(|it| (it.major, it.minor)) {
                    Some((1, 1)) => Version::V1_1,
                    Some((1, _)) | None => Version::V1_2,
                    Some(_) => return Err(Unreadable::Version),
                };
            }
            Event::Scalar(value, style, anchor, tag) => {
                let value = self.scalar_text(value, style, span);
                let tag = match tag.as_deref().map(Tag::written) {
                    Some(Some(tag)) => tag,
                    None if style != ScalarStyle::Plain => Tag::Text,
                    None | Some(None) => self.document.version.tag_of_plain(&value),
                };
                let id = self.document.add(tag, Content::Scalar(value))?;
                self.name(anchor, id);
                self.place(id);
            }
            Event::SequenceStart(_, anchor, tag) => {
                let tag = tag.as_deref().and_then(Tag::written).unwrap_or(Tag::Sequence);
                self.begin(anchor, tag, Content::Sequence(Vec::new()))?;
            }
            Event::MappingStart(_, anchor, tag) => {
                let tag = tag.as_deref().and_then(Tag::written).unwrap_or(Tag::Mapping);
                self.begin(anchor, tag, Content::Mapping(Vec::new()))?;
            }
            Event::SequenceEnd | Event::MappingEnd => {
                if let Some(Open { id, .. }) = self.open.pop() {
                    self.place(id);
                }
            }
            Event::Alias(anchor) => {
                let id = *self.anchors.get(&anchor).ok_or(Unreadable::Construct)?;
                self.place(id);
            }
            _ => {}
        }
        Ok(())
    }

    /// The text of a scalar as ruamel.yaml has it, where the parser gives another: `~` for an empty
    /// one, and a line break at the end of a block scalar where the file stops without one.
    fn scalar_text(&self, value: Cow<'text, str>, style: ScalarStyle, span: &Span) -> Cow<'text, str> {
        match style {
            ScalarStyle::Plain if span.slice(self.text) == Some("") => Cow::Borrowed(""),
            ScalarStyle::Literal | ScalarStyle::Folded if span.end.byte_offset() == Some(self.text.len()) => {
                match value.strip_suffix('\n') {
                    Some(value) if self.stops_within_line(value) => Cow::Owned(value.to_owned()),
                    _ => value,
                }
            }
            _ => value,
        }
    }

    /// Whether the last line of a block scalar at the end of the file, here without its line
    /// break, has none in the file either.
    fn stops_within_line(&self, scalar: &str) -> bool {
        let in_file = last_line(self.text);
        match in_file.trim_start_matches(' ') {
            "" => last_line(scalar).starts_with(' ') && in_file.ends_with(last_line(scalar)),
            _ => true,
        }
    }

    fn begin(&mut self, anchor: usize, tag: Tag, content: Content<'text>) -> Result<(), Unreadable> {
        if self.open.len() == NESTING_MAX {
            return Err(Unreadable::Nesting);
        }
        let id = self.document.add(tag, content)?;
        self.name(anchor, id);
        self.open.push(Open { id, key: None });
        Ok(())
    }

    /// Makes the node known to the aliases that follow it. The parser numbers anchors from 1.
    fn name(&mut self, anchor: usize, id: NodeId) {
        if anchor != 0 {
            self.anchors.insert(anchor, id);
        }
    }

    /// Puts a finished node where it belongs in the innermost open collection.
    fn place(&mut self, id: NodeId) {
        let Some(open) = self.open.last_mut() else {
            self.document.root = Some(id);
            return;
        };
        match &mut self.document.nodes[open.id.0].content {
            Content::Sequence(items) => items.push(id),
            Content::Mapping(pairs) => match open.key.take() {
                Some(key) => pairs.push((key, id)),
                None => open.key = Some(id),
            },
            Content::Scalar(_) => {}
        }
    }
}

fn last_line(text: &str) -> &str {
    text.rsplit(['\n', '\r']).next().unwrap_or_default()
}
