//! The nodes of a document to JSON: aliases expanded, merge keys applied, keys made names.

use std::collections::{BTreeMap, btree_map::Entry};

use serde_json::{Map, Value};

use super::{
    NESTING_MAX, Scalars, Unreadable,
    compose::{Content, Document, NodeId, Pair},
    key::{Identity, Key},
    scalar::Scalar,
    tag::Tag,
};

/// Text that counts for one node more where an alias repeats it.
const TEXT_PER_NODE: usize = 64;

/// The document as JSON; null when there is none.
pub(super) fn construct(
    document: &Document<'_>,
    scalars: Scalars,
    nodes_max: usize,
) -> Result<Value, Unreadable> {
    let mut constructor = Constructor {
        document,
        scalars,
        nodes_left: nodes_max,
    };
    match document.root {
        Some(root) => constructor.value(root, 0),
        None => Ok(Value::Null),
    }
}

struct Constructor<'a> {
    document: &'a Document<'a>,
    scalars: Scalars,
    /// What bounds the work, since aliases can make a short document as large as they like.
    nodes_left: usize,
}

/// The pairs of a mapping: those that its merge keys bring, and its own.
struct Flattened {
    merged: Vec<Pair>,
    own: Vec<Pair>,
}

/// What a mapping has under a key.
struct Member {
    /// How many keys came before. Where two keys have one name, the later of them is heard.
    position: usize,
    name: Option<String>,
    value: Value,
}

impl<'a> Constructor<'a> {
    /// The JSON of a node inside `depth` collections. Recursion ends at [`NESTING_MAX`].
    fn value(&mut self, id: NodeId, depth: usize) -> Result<Value, Unreadable> {
        self.spend(1)?;
        let tag = self.document.node(id).tag;
        let inside = depth + 1;
        match tag {
            Tag::Sequence | Tag::Mapping | Tag::Set | Tag::OrderedMap | Tag::Pairs
                if depth == NESTING_MAX =>
            {
                Err(Unreadable::Nesting)
            }
            Tag::Sequence => {
                let items = self.items(id)?.iter();
                let values: Result<_, _> = items.map(|item| self.value(*item, inside)).collect();
                Ok(Value::Array(values?))
            }
            Tag::Mapping => self.mapping(id, inside).map(Value::Object),
            Tag::Set => {
                let mut members = self.mapping(id, inside)?;
                members.values_mut().for_each(|value| *value = Value::Null);
                Ok(Value::Object(members))
            }
            Tag::OrderedMap => self.ordered_map(id, inside).map(Value::Object),
            Tag::Pairs => {
                let pairs = self.single_pairs(id)?.into_iter();
                let pairs: Result<_, _> = pairs
                    .map(|(key, value)| {
                        let pair = [self.value(key, inside)?, self.value(value, inside)?];
                        Ok(Value::from(Vec::from(pair)))
                    })
                    .collect();
                Ok(Value::Array(pairs?))
            }
            _ => Ok(self.scalar(id, tag)?.into_json()),
        }
    }

    fn mapping(&mut self, id: NodeId, depth: usize) -> Result<Map<String, Value>, Unreadable> {
        let Flattened { merged, own } = self.flatten(id, depth)?;
        // ruamel.yaml looks for duplicates only where nothing is merged.
        let unique = merged.is_empty();
        self.members(merged.into_iter().chain(own), unique, depth)
    }

    fn ordered_map(&mut self, id: NodeId, depth: usize) -> Result<Map<String, Value>, Unreadable> {
        let pairs = self.single_pairs(id)?;
        if pairs
            .iter()
            .any(|(key, _)| self.document.node(*key).tag == Tag::Value)
        {
            return Err(Unreadable::Construct);
        }
        self.members(pairs.into_iter(), true, depth)
    }

    fn members(
        &mut self,
        pairs: impl Iterator<Item = Pair>,
        unique: bool,
        depth: usize,
    ) -> Result<Map<String, Value>, Unreadable> {
        let mut members = BTreeMap::new();
        for (key, value) in pairs {
            let Key { identity, name } = self.key(key)?;
            let value = self.value(value, depth)?;
            let position = members.len();
            match members.entry(identity) {
                Entry::Vacant(vacant) => {
                    vacant.insert(Member {
                        position,
                        name,
                        value,
                    });
                }
                Entry::Occupied(occupied) if unique => {
                    return Err(Unreadable::DuplicateKey(occupied.key().shown().to_owned()));
                }
                // Python's dict keeps the key that it has and takes the new value.
                Entry::Occupied(mut occupied) => occupied.get_mut().value = value,
            }
        }
        let mut members: Vec<_> = members.into_iter().collect();
        members.sort_unstable_by_key(|(_, member)| member.position);
        Ok(members
            .into_iter()
            .map(|(identity, member)| match (member.name, identity) {
                (Some(name), _) | (None, Identity::Text(name) | Identity::Number(name)) => {
                    (name, member.value)
                }
                (None, Identity::Null) => ("null".to_owned(), member.value),
            })
            .collect())
    }

    /// A key has to be a scalar: Python can have a tuple there, JSON cannot.
    fn key(&mut self, id: NodeId) -> Result<Key, Unreadable> {
        self.spend(1)?;
        let tag = match self.document.node(id).tag {
            Tag::Value => Tag::Text,
            tag => tag,
        };
        Ok(Key::of(self.scalar(id, tag)?))
    }

    fn scalar(&mut self, id: NodeId, tag: Tag) -> Result<Scalar<'a>, Unreadable> {
        let text = self.text(id)?;
        self.spend(text.len() / TEXT_PER_NODE)?;
        match (self.scalars, tag) {
            (Scalars::AsWritten, Tag::Bool | Tag::Int | Tag::Float) => Ok(Scalar::Text(text)),
            _ => Scalar::read(tag, text, self.document.version),
        }
    }

    /// The text of a scalar, or what a mapping that is tagged as a scalar has under `=`.
    fn text(&mut self, mut id: NodeId) -> Result<&'a str, Unreadable> {
        for _ in 0..NESTING_MAX {
            id = match &self.document.node(id).content {
                Content::Scalar(text) => return Ok(text),
                Content::Sequence(_) => return Err(Unreadable::Construct),
                Content::Mapping(pairs) => {
                    self.spend(pairs.len())?;
                    let found = pairs
                        .iter()
                        .find(|(key, _)| self.document.node(*key).tag == Tag::Value);
                    found.ok_or(Unreadable::Construct)?.1
                }
            };
        }
        Err(Unreadable::Construct)
    }

    fn items(&self, id: NodeId) -> Result<&'a [NodeId], Unreadable> {
        match &self.document.node(id).content {
            Content::Sequence(items) => Ok(items),
            Content::Scalar(_) | Content::Mapping(_) => Err(Unreadable::Construct),
        }
    }

    fn pairs(&self, id: NodeId) -> Result<&'a [Pair], Unreadable> {
        match &self.document.node(id).content {
            Content::Mapping(pairs) => Ok(pairs),
            Content::Scalar(_) | Content::Sequence(_) => Err(Unreadable::Construct),
        }
    }

    /// The pairs of a sequence of mappings that have one pair each.
    fn single_pairs(&self, id: NodeId) -> Result<Vec<Pair>, Unreadable> {
        let items = self.items(id)?.iter();
        items
            .map(|item| match self.pairs(*item)? {
                [pair] => Ok(*pair),
                _ => Err(Unreadable::Construct),
            })
            .collect()
    }

    /// Sorts the merge keys of a mapping from its own. Of several mappings that are merged, the
    /// first has the last word among them.
    fn flatten(&mut self, id: NodeId, depth: usize) -> Result<Flattened, Unreadable> {
        if depth > NESTING_MAX {
            return Err(Unreadable::Nesting);
        }
        let mut merged = Vec::new();
        let mut own = Vec::new();
        for &(key, value) in self.pairs(id)? {
            if self.document.node(key).tag != Tag::Merge {
                own.push((key, value));
                continue;
            }
            if !merged.is_empty() {
                return Err(Unreadable::Construct);
            }
            let sources = match &self.document.node(value).content {
                Content::Mapping(_) => std::slice::from_ref(&value),
                Content::Sequence(items) => items,
                Content::Scalar(_) => return Err(Unreadable::Construct),
            };
            for source in sources.iter().rev() {
                let inner = self.flatten(*source, depth + 1)?;
                merged.extend(inner.merged);
                merged.extend(inner.own);
            }
        }
        self.spend(1 + merged.len() + own.len())?;
        Ok(Flattened { merged, own })
    }

    fn spend(&mut self, nodes: usize) -> Result<(), Unreadable> {
        self.nodes_left = self.nodes_left.checked_sub(nodes).ok_or(Unreadable::Nodes)?;
        Ok(())
    }
}
