//! The templates, how they escape, and how their output is written.

use std::borrow::Cow;
use std::fmt;
use std::io::{self, BufWriter, Write};

use minijinja::value::Serde;
use minijinja::{AutoEscape, Environment, Error, Output, State, UndefinedBehavior, Value, context};
use sha2::{Digest, Sha256};
use thiserror::Error;

use super::filters;
use super::website::Website;

/// What pages and feeds are made with.
///
/// In a template every value is escaped. What HTML and XML cannot hold, such as control characters,
/// is left out, and so is what turns the direction of text. A name that a template gets wrong is an error.
#[derive(Debug)]
pub struct Templates {
    environment: Environment<'static>,
    /// No template: braces mean something else in it.
    script: Cow<'static, str>,
}

/// A file that pages load, named by its bytes: who has it never has to ask for it again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asset {
    /// Its address, relative to the website's root.
    pub path: String,
    /// What is in it.
    pub bytes: Vec<u8>,
}

impl Asset {
    pub(crate) fn new(name: &str, bytes: impl Into<Vec<u8>>) -> Self {
        let bytes = bytes.into();
        let (stem, extension) = name.rsplit_once('.').unwrap_or((name, ""));
        let digest = base16ct::lower::encode_string(&Sha256::digest(&bytes)[..6]);
        Self {
            path: format!("assets/{stem}.{digest}.{extension}"),
            bytes,
        }
    }
}

/// A page or feed that could not be written.
#[derive(Debug, Error)]
pub enum RenderError {
    /// What it was written to has failed.
    #[error("cannot write the page: {0}")]
    Write(#[source] io::Error),
    /// There is no such template to replace.
    #[error("there is no template {name}: the templates are {}", Templates::names().collect::<Vec<_>>().join(", "))]
    Unknown {
        /// What was to be replaced.
        name: String,
    },
    /// The template has a mistake.
    #[error("cannot make a page from its template: {0}")]
    Template(#[from] Error),
}

impl From<RenderError> for io::Error {
    fn from(error: RenderError) -> Self {
        match error {
            RenderError::Write(source) => source,
            RenderError::Template(source) => Self::other(source),
            unknown @ RenderError::Unknown { .. } => Self::other(unknown),
        }
    }
}

macro_rules! embedded {
    ($($name:literal),* $(,)?) => {
        [$(($name, include_str!(concat!("../../../templates/", $name)))),*]
    };
}

const STYLE: &str = "style.css";
const THEME: &str = "theme.css";
const SCRIPT: &str = "site.js";
const INSPECTOR_STYLE: &str = "inspector.css";

/// The templates in `templates/`, by name.
const EMBEDDED: [(&str, &str); 28] = embedded![
    "base.html",
    "subdir.html",
    "channel.html",
    "site.html",
    "macros.html",
    "home.html",
    "package.html",
    "versions.html",
    "used-by.html",
    "changes.html",
    "build.html",
    "environments.html",
    "environment.html",
    "names.html",
    "maintainers.html",
    "licenses.html",
    "group.html",
    "health.html",
    "search.html",
    "not-found.html",
    "inspect.html",
    "style.css",
    "theme.css",
    "inspector.css",
    "service-worker.js",
    "opensearch.xml",
    "rss.xml",
    "atom.xml",
];

impl Templates {
    /// The templates that come with towpath.
    ///
    /// # Errors
    ///
    /// When one of them is no template.
    pub fn embedded() -> Result<Self, RenderError> {
        let mut environment = Environment::new();
        environment.set_syntax(
            minijinja::syntax::SyntaxConfig::builder()
                .trim_blocks(true)
                .lstrip_blocks(true)
                .build()?,
        );
        environment.set_undefined_behavior(UndefinedBehavior::Strict);
        environment.set_formatter(write_escaped);
        environment.add_filter("in_html", in_html);
        filters::add_to(&mut environment);
        for (name, source) in EMBEDDED {
            environment.add_template(name, source)?;
        }
        Ok(Self {
            environment,
            script: include_str!("../../../templates/site.js").into(),
        })
    }

    /// The templates that come with towpath, some of them replaced: by the name and the text of each.
    ///
    /// # Errors
    ///
    /// When there is no template of such a name, or one has a mistake; its name and line are told.
    pub fn with_replaced(replaced: impl IntoIterator<Item = (String, String)>) -> Result<Self, RenderError> {
        let mut templates = Self::embedded()?;
        for (name, source) in replaced {
            if name == SCRIPT {
                templates.script = source.into();
            } else if Self::names().any(|known| known == name) {
                templates.environment.add_template_owned(name, source)?;
            } else {
                return Err(RenderError::Unknown { name });
            }
        }
        Ok(templates)
    }

    /// The names of all that can be replaced: templates, the stylesheet and the script.
    pub fn names() -> impl Iterator<Item = &'static str> {
        EMBEDDED.into_iter().map(|(name, _)| name).chain([SCRIPT])
    }

    /// The digest of all templates, by which pages are told from those of other templates.
    pub fn digest(&self) -> String {
        let mut digest = Sha256::new();
        let templates = Self::names().filter_map(|name| self.environment.get_template(name).ok());
        for template in templates {
            digest.update((template.source().len() as u64).to_le_bytes());
            digest.update(template.source());
        }
        digest.update(self.script.as_bytes());
        base16ct::lower::encode_string(&digest.finalize())
    }

    /// The stylesheet and the script, which pages of this website load, in this order. Of the website
    /// its colours count.
    ///
    /// # Errors
    ///
    /// When the theme's template has a mistake.
    pub fn assets(&self, website: &Website) -> Result<[Asset; 2], RenderError> {
        Ok([
            Asset::new(STYLE, self.stylesheet(website)?),
            Asset::new(SCRIPT, self.script.to_string()),
        ])
    }

    /// The stylesheet that the inspector's page loads beside that of all pages.
    pub(super) fn inspector_style(&self) -> Result<Asset, RenderError> {
        let style = self.environment.get_template(INSPECTOR_STYLE)?;
        Ok(Asset::new(INSPECTOR_STYLE, style.source()))
    }

    /// The stylesheet of the website: what all websites share, then its own colours.
    fn stylesheet(&self, website: &Website) -> Result<String, RenderError> {
        let style = self.environment.get_template(STYLE)?;
        let theme = self.environment.get_template(THEME)?;
        let theme = theme.render(context! { site => Value::from(Serde(website)) })?;
        Ok(format!("{}\n{theme}\n", style.source().trim_end()))
    }

    /// Writes the document that the template makes of the values.
    pub(super) fn write(&self, template: &str, values: Value, out: impl Write) -> Result<(), RenderError> {
        let mut out = BufWriter::with_capacity(1 << 16, KeptError { out, error: None });
        let rendered = self
            .environment
            .get_template(template)
            .and_then(|template| template.render_captured_to(values, &mut out));
        let flushed = out.flush();
        let (kept, _) = out.into_parts();
        match (kept.error, rendered) {
            (Some(error), _) => Err(RenderError::Write(error)),
            (None, Err(error)) => Err(RenderError::Template(error)),
            (None, Ok(_)) => flushed.map_err(RenderError::Write),
        }
    }
}

/// Keeps the error of a writer, of which the template engine would pass on the text alone.
struct KeptError<W> {
    out: W,
    error: Option<io::Error>,
}

impl<W> KeptError<W> {
    fn keep<T>(&mut self, result: io::Result<T>) -> io::Result<T> {
        result.map_err(|error| {
            let kind = error.kind();
            if kind != io::ErrorKind::Interrupted {
                self.error.get_or_insert(error);
            }
            kind.into()
        })
    }
}

impl<W: Write> Write for KeptError<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let result = self.out.write(bytes);
        self.keep(result)
    }

    fn flush(&mut self) -> io::Result<()> {
        let result = self.out.flush();
        self.keep(result)
    }
}

/// Writes a value as a template's language wants it.
///
/// The engine's own way escapes `/` as well, which those who read pages by script do not expect.
fn write_escaped(out: &mut Output<'_>, state: &mut State<'_, '_>, value: &Value) -> Result<(), Error> {
    if value.is_none() {
        return Ok(());
    }
    let owned;
    let text = match value.as_str() {
        Some(text) => text,
        None => {
            owned = value.to_string();
            &owned
        }
    };
    if value.is_safe() || matches!(state.auto_escape(), AutoEscape::None) {
        return Ok(out.write_str(text)?);
    }
    Ok(escape(text, out)?)
}

/// Writes text as it stands in HTML and XML, in elements and in attributes.
pub(super) fn escape(text: &str, out: &mut impl fmt::Write) -> fmt::Result {
    let mut rest = text;
    while let Some(position) = rest.find(|c| replacement(c).is_some()) {
        let (plain, special) = rest.split_at(position);
        out.write_str(plain)?;
        let mut special = special.chars();
        if let Some(by) = special.next().and_then(replacement) {
            out.write_str(by)?;
        }
        rest = special.as_str();
    }
    out.write_str(rest)
}

/// Whether HTML and XML are written without this character.
pub(super) fn is_left_out(character: char) -> bool {
    replacement(character) == Some("")
}

/// What stands for a character in HTML and XML: nothing for those that XML 1.0 forbids, nor for
/// those that turn the direction of text, with which a name can look like another.
pub(super) fn replacement(character: char) -> Option<&'static str> {
    match character {
        '&' => Some("&amp;"),
        '<' => Some("&lt;"),
        '>' => Some("&gt;"),
        '"' => Some("&quot;"),
        '\'' => Some("&#39;"),
        '\t' | '\n' => None,
        '\0'..' '
        | '\u{7f}'
        | '\u{fffe}'
        | '\u{ffff}'
        | '\u{202a}'..='\u{202e}'
        | '\u{2066}'..='\u{2069}' => Some(""),
        _ => None,
    }
}

/// Text as HTML, for an element of a feed that holds HTML as its text.
fn in_html(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}
