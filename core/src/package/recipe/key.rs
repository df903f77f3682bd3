//! Keys of a mapping: which are the same to Python, and what JSON calls them.

use super::scalar::Scalar;

/// What makes two keys the same to Python: 1, 1.0 and true are, 1 and "1" are not.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Identity {
    Null,
    Number(String),
    Text(String),
}

impl Identity {
    pub(super) fn shown(&self) -> &str {
        match self {
            Self::Null => "null",
            Self::Number(text) | Self::Text(text) => text,
        }
    }
}

#[derive(Debug)]
pub(super) struct Key {
    pub(super) identity: Identity,
    /// The JSON name, where it is not the text of the identity.
    pub(super) name: Option<String>,
}

impl Key {
    pub(super) fn of(scalar: Scalar<'_>) -> Self {
        let identity = match &scalar {
            Scalar::Null => Identity::Null,
            Scalar::Bool(value) => Identity::Number(u8::from(*value).to_string()),
            Scalar::Int(digits) => Identity::Number(digits.clone().into_owned()),
            // A whole number prints all its digits without a point; adding zero makes -0.0 0.0.
            Scalar::Float { value, .. } => Identity::Number((value + 0.0).to_string()),
            Scalar::Text(text) => {
                return Self {
                    identity: Identity::Text((*text).to_owned()),
                    name: None,
                };
            }
        };
        Self {
            identity,
            name: Some(scalar.into_name()),
        }
    }
}
