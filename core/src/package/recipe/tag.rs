//! Tags: what kind of value a node is.

use granit_parser::Tag as SourceTag;

/// The tags that ruamel.yaml's safe loader knows, as far as they differ in what becomes of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Tag {
    Null,
    Bool,
    Int,
    Float,
    /// `!!str`, and what has no JSON of its own and stays text: `!!timestamp`, `!!binary`.
    Text,
    Sequence,
    Mapping,
    Set,
    OrderedMap,
    Pairs,
    /// `<<`, which only a key of a mapping may be.
    Merge,
    /// `=`, which only a key of a mapping may be; there it is text.
    Value,
    Unknown,
}

const CORE: &str = "tag:yaml.org,2002:";

impl Tag {
    /// The tag that is written at a node; `None` for `!`, which leaves the kind to the node itself.
    pub(super) fn written(source: &SourceTag) -> Option<Self> {
        let Some(name) = source.suffix_in_namespace(CORE) else {
            let bare = source.handle().len() + source.suffix().len() == 1;
            let local = source.handle() == "!" || source.suffix() == "!";
            return if bare && local { None } else { Some(Self::Unknown) };
        };
        Some(match &*name {
            "null" => Self::Null,
            "bool" => Self::Bool,
            "int" => Self::Int,
            "float" => Self::Float,
            "str" | "timestamp" | "binary" => Self::Text,
            "seq" => Self::Sequence,
            "map" => Self::Mapping,
            "set" => Self::Set,
            "omap" => Self::OrderedMap,
            "pairs" => Self::Pairs,
            "merge" => Self::Merge,
            "value" => Self::Value,
            _ => Self::Unknown,
        })
    }
}
