//! Reads a page as a browser does: its rows as text, and where its links lead.
//!
//! It knows the few tags that our pages are made of. Any other comes from a package whose text was
//! taken for markup, and is an error.

use std::path::{Path, PathBuf};

use url::Url;

const TAGS: [&str; 28] = [
    "!doctype", "a", "body", "details", "div", "footer", "h1", "head", "header", "html", "i", "li", "link",
    "main", "meta", "nav", "p", "span", "style", "summary", "table", "tbody", "td", "th", "thead", "title",
    "tr", "ul",
];

/// A page that was written.
pub(crate) struct Page {
    address: Url,
    tokens: Vec<Token>,
}

#[derive(Debug)]
enum Token {
    Start {
        tag: String,
        attributes: Vec<(String, String)>,
    },
    End(String),
    Text(String),
}

/// A link: where it leads, and its text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Link {
    pub href: String,
    pub text: String,
}

impl Page {
    /// The page in this file.
    pub(crate) fn at(path: &Path) -> Self {
        Self {
            address: Url::from_file_path(path).unwrap(),
            tokens: tokens(&fs_err::read_to_string(path).unwrap()),
        }
    }

    /// The text of the first element of this kind.
    pub(crate) fn text_of(&self, tag: &str) -> String {
        self.texts_of(tag).swap_remove(0)
    }

    /// The texts of all elements of this kind.
    pub(crate) fn texts_of(&self, tag: &str) -> Vec<String> {
        self.elements(tag).map(|(_, inner)| text(inner)).collect()
    }

    /// The text of each cell of each row, but for the head.
    pub(crate) fn rows(&self) -> Vec<Vec<String>> {
        let rows = self.elements("tr").map(|(_, row)| {
            let cells = elements_in(row, "td").map(|(_, cell)| text(cell).trim().to_owned());
            cells.collect::<Vec<_>>()
        });
        rows.filter(|cells| !cells.is_empty()).collect()
    }

    /// The rows as lines, for people to look at.
    pub(crate) fn shown_rows(&self) -> String {
        self.rows().iter().map(|cells| cells.join(" | ") + "\n").collect()
    }

    /// The links in rows.
    pub(crate) fn links_in_rows(&self) -> Vec<Link> {
        self.elements("tr")
            .flat_map(|(_, row)| elements_in(row, "a"))
            .map(link)
            .collect()
    }

    /// All links of the page that people can follow.
    pub(crate) fn links(&self) -> Vec<Link> {
        self.elements("a").map(link).collect()
    }

    /// The values of an attribute, of every tag that has it.
    pub(crate) fn attributes(&self, name: &str) -> Vec<String> {
        let attributes = self.tokens.iter().filter_map(|token| match token {
            Token::Start { attributes, .. } => Some(attributes),
            _ => None,
        });
        let named = attributes.flatten().filter(|(key, _)| key == name);
        named.map(|(_, value)| value.clone()).collect()
    }

    /// The URL that a browser goes to.
    pub(crate) fn target(&self, link: &Link) -> Url {
        self.address.join(&link.href).unwrap()
    }

    /// The file that a browser opens.
    pub(crate) fn file(&self, link: &Link) -> PathBuf {
        let target = self.target(link);
        assert_eq!((target.query(), target.fragment()), (None, None), "{link:?}");
        target.to_file_path().unwrap()
    }

    fn elements<'a>(&'a self, tag: &'a str) -> impl Iterator<Item = (&'a Token, &'a [Token])> {
        elements_in(&self.tokens, tag)
    }
}

/// The elements of a kind that does not nest, each with what is in it.
fn elements_in<'a>(tokens: &'a [Token], tag: &'a str) -> impl Iterator<Item = (&'a Token, &'a [Token])> {
    let starts = tokens.iter().enumerate();
    let starts =
        starts.filter(move |(_, token)| matches!(token, Token::Start { tag: found, .. } if found == tag));
    starts.map(move |(start, token)| {
        let inner = &tokens[start + 1..];
        let end = inner
            .iter()
            .position(|token| matches!(token, Token::End(found) if found == tag));
        (token, &inner[..end.unwrap()])
    })
}

fn text(tokens: &[Token]) -> String {
    let texts = tokens.iter().filter_map(|token| match token {
        Token::Text(text) => Some(text.as_str()),
        _ => None,
    });
    texts.collect()
}

fn link((start, inner): (&Token, &[Token])) -> Link {
    let Token::Start { attributes, .. } = start else {
        panic!("{start:?} is no start");
    };
    let href = attributes.iter().find(|(name, _)| name == "href");
    Link {
        href: href.unwrap().1.clone(),
        text: text(inner),
    }
}

fn tokens(html: &str) -> Vec<Token> {
    let mut tokens = Vec::new();
    let mut rest = html;
    while let Some(start) = rest.find('<') {
        tokens.push(Token::Text(decoded(&rest[..start])));
        let (token, behind) = tag(&rest[start + 1..]);
        rest = behind;
        if matches!(&token, Token::Start { tag, .. } if tag == "style") {
            rest = &rest[rest.find("</style>").unwrap()..];
        }
        tokens.push(token);
    }
    tokens.push(Token::Text(decoded(rest)));
    tokens
}

/// The tag that the text begins with, behind its `<`, and what follows it.
fn tag(html: &str) -> (Token, &str) {
    let end = html.find([' ', '\n', '>']).unwrap();
    let (name, mut rest) = html.split_at(end);
    let plain = name.trim_start_matches('/');
    assert!(TAGS.contains(&plain), "<{name}> is none of our tags");
    let mut attributes = Vec::new();
    loop {
        rest = rest.trim_start();
        if let Some(behind) = rest.strip_prefix('>') {
            let token = if name == plain {
                let tag = name.to_owned();
                Token::Start { tag, attributes }
            } else {
                Token::End(plain.to_owned())
            };
            return (token, behind);
        }
        let end = rest.find(['=', ' ', '>']).unwrap();
        let key = rest[..end].to_owned();
        rest = &rest[end..];
        let mut value = String::new();
        if let Some(quoted) = rest.strip_prefix("=\"") {
            let (inner, behind) = quoted.split_once('"').unwrap();
            (value, rest) = (decoded(inner), behind);
        }
        attributes.push((key, value));
    }
}

/// Text without the five entities that we use.
fn decoded(text: &str) -> String {
    let entities = [
        ("&lt;", "<"),
        ("&gt;", ">"),
        ("&quot;", "\""),
        ("&#39;", "'"),
        ("&amp;", "&"),
    ];
    let known = entities.map(|(entity, _)| entity);
    for (start, _) in text.match_indices('&') {
        assert!(
            known.iter().any(|entity| text[start..].starts_with(entity)),
            "a bare & in {text:?}"
        );
    }
    entities
        .iter()
        .fold(text.to_owned(), |text, (entity, character)| {
            text.replace(entity, character)
        })
}
