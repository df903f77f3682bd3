//! Where a tab may stand.
//!
//! YAML 1.2 lets a tab separate tokens, and so does the parser. ruamel.yaml takes a tab for white
//! space inside brackets and braces only; elsewhere, outside quotes, block scalars and comments,
//! it is an error, and so it is in the midst of a plain scalar.

use std::ops::Range;

use granit_parser::{Event, ScalarStyle, Span, StructureStyle};

use super::Unreadable;

/// The tabs of a text that has any, and the ranges of it in which they may stand.
#[derive(Debug)]
pub(super) struct Tabs<'text> {
    text: &'text str,
    allowed: Vec<Range<usize>>,
    /// Where each open collection starts, if it is written with brackets or braces.
    open: Vec<Option<usize>>,
}

impl<'text> Tabs<'text> {
    /// `None` for a text without tabs, as nearly every recipe is.
    pub(super) fn of(text: &'text str) -> Option<Self> {
        has_tab(text).then_some(Self {
            text,
            allowed: Vec::new(),
            open: Vec::new(),
        })
    }

    pub(super) fn see(&mut self, event: &Event<'_>, span: &Span) -> Result<(), Unreadable> {
        let range = span.byte_range().ok_or(Unreadable::Tab)?;
        match event {
            Event::Scalar(_, ScalarStyle::Plain, ..) if self.text.get(range.clone()).is_none_or(has_tab) => {
                return Err(Unreadable::Tab);
            }
            // The range of a block scalar is that of its text, without its header.
            Event::Scalar(..) | Event::Comment(..) => self.allowed.push(range),
            Event::SequenceStart(style, ..) | Event::MappingStart(style, ..) => {
                let flow = *style == StructureStyle::Flow;
                self.open.push(flow.then_some(range.start));
            }
            Event::SequenceEnd | Event::MappingEnd => {
                if let Some(Some(start)) = self.open.pop() {
                    self.allowed.push(start..range.end);
                }
            }
            _ => {}
        }
        Ok(())
    }

    /// Whether a tab stands outside every range in which it may.
    pub(super) fn any_misplaced(mut self) -> bool {
        self.allowed.sort_unstable_by_key(|range| range.start);
        let mut covered = 0;
        let mut allowed = self.allowed.iter().peekable();
        self.text.match_indices('\t').any(|(tab, _)| {
            while let Some(range) = allowed.next_if(|range| range.start <= tab) {
                covered = covered.max(range.end);
            }
            covered <= tab
        })
    }
}

fn has_tab(text: &str) -> bool {
    text.contains('\t')
}
