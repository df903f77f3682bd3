//! Reads `environment.yml`.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

use super::selector::{LineSelectors, dictionary_selector, known_platforms};
use crate::channel::Subdir;
use crate::environment::formats::error::shown;
use crate::environment::formats::match_specs::spec;
use crate::environment::formats::package_url::{channel, without_credentials};
use crate::environment::formats::shape::{self, list, mapping, top_level};
use crate::environment::formats::{
    DefaultChannels, Document, DocumentKind, FormatError, Request, Selected, Source, yaml,
};

/// More than anybody writes by hand: with comment selectors, it is read for each platform.
const SELECTED_BYTES_MAX: usize = 1 << 20;

/// Reads an `environment.yml`, with selectors of both kinds.
pub(in crate::environment::formats) fn read(source: Source<'_>) -> Result<Document, FormatError> {
    let (mut request, warnings) = match LineSelectors::of(source.text)? {
        None => {
            let draft = Draft::of(source.yaml?)?;
            let warnings = draft.warnings.clone();
            (request(vec![(known_platforms(), draft)])?, warnings)
        }
        Some(_) if source.text.len() > SELECTED_BYTES_MAX => {
            return Err(FormatError::Yaml(
                "has selectors and is larger than 1 MiB, which no environment is".to_owned(),
            ));
        }
        Some(selectors) => {
            let mut variants: BTreeMap<Vec<bool>, BTreeSet<Subdir>> = BTreeMap::new();
            for platform in known_platforms() {
                let kept = selectors.kept_on(&platform);
                variants.entry(kept).or_default().insert(platform);
            }
            let mut drafts = Vec::new();
            let mut warnings = BTreeSet::new();
            for (kept, platforms) in variants {
                let draft = Draft::of(yaml(&selectors.document(&kept))?)?;
                warnings.extend(draft.warnings.iter().cloned());
                drafts.push((platforms, draft));
            }
            (request(drafts)?, warnings.into_iter().collect())
        }
    };
    let mut seen = BTreeSet::new();
    request.platforms.retain(|platform| seen.insert(platform.clone()));
    Ok(Document::requested(
        DocumentKind::EnvironmentYml,
        request,
        warnings,
    ))
}

/// What a document says on some platforms.
#[derive(Default)]
struct Draft {
    /// All that is said for all platforms.
    request: Request,
    specs: Vec<Selected>,
    pip: Vec<String>,
    warnings: Vec<String>,
}

impl Draft {
    fn of(document: Value) -> Result<Self, FormatError> {
        let members = top_level(document)?;
        let mut draft = Self::default();
        for (key, value) in &members {
            draft.take(key, value)?;
        }
        let Some(dependencies) = members.get("dependencies") else {
            return Err(FormatError::member(
                "dependencies",
                "is missing: it is the list of what is wanted (CEP 24)",
            ));
        };
        draft.take_dependencies(list("dependencies", Some(dependencies))?)?;
        Ok(draft)
    }

    fn take(&mut self, key: &str, value: &Value) -> Result<(), FormatError> {
        match key {
            _ if value.is_null() => {}
            "name" => self.take_name(shape::text(key, value)?)?,
            "channels" => {
                for (member, text) in texts(key, value)? {
                    if text.trim() == "nodefaults" {
                        self.request.default_channels = DefaultChannels::LeftOut;
                        continue;
                    }
                    let channel = channel(&text).map_err(|what| FormatError::member(member, what))?;
                    if !self.request.channels.contains(&channel) {
                        self.request.channels.push(channel);
                    }
                }
            }
            "platforms" => {
                for (member, text) in texts(key, value)? {
                    let platform = shape::platform(text.trim());
                    let platform = platform.map_err(|what| FormatError::member(member, what))?;
                    self.request.platforms.push(platform);
                }
            }
            "variables" => {
                for (name, value) in mapping(key, value)? {
                    let value = match value {
                        Value::Null => String::new(),
                        value => shape::text(&format!("variables.{name}"), value)?,
                    };
                    let value = without_credentials(&value);
                    self.request.variables.insert(name.clone(), value);
                }
            }
            "category" => self.request.category = Some(shape::text(key, value)?),
            // Where it is to be is not what it is to be.
            "dependencies" | "prefix" => {}
            _ => self.warnings.push(format!(
                "{} is ignored: no environment.yml has it (CEP 24)",
                shown(key)
            )),
        }
        Ok(())
    }

    fn take_name(&mut self, name: String) -> Result<(), FormatError> {
        let is_allowed = |c: char| !c.is_whitespace() && !c.is_control() && !"/:#".contains(c);
        if name.is_empty() || !name.chars().all(is_allowed) {
            let what = format!(
                "{} has spaces, `/`, `:` or `#`, or is empty (CEP 24)",
                shown(&name)
            );
            return Err(FormatError::member("name", what));
        }
        if matches!(name.as_str(), "base" | "root") {
            let warning =
                format!("name: {name} is conda's own environment, and should not be another (CEP 24)");
            self.warnings.push(warning);
        }
        self.request.name = Some(name);
        Ok(())
    }

    fn take_dependencies(&mut self, dependencies: &[Value]) -> Result<(), FormatError> {
        for (place, dependency) in dependencies.iter().enumerate() {
            let member = format!("dependencies[{place}]");
            match dependency {
                Value::Object(sections) => self.take_sections(&member, sections)?,
                text => {
                    let text = shape::text(&member, text)?;
                    self.take_spec(&member, &text, known_platforms())?;
                }
            }
        }
        Ok(())
    }

    fn take_sections(&mut self, member: &str, sections: &Map<String, Value>) -> Result<(), FormatError> {
        for (key, value) in sections {
            let member = format!("{member}.{key}");
            if let Some(platforms) = dictionary_selector(key) {
                let platforms = platforms.map_err(|what| FormatError::member(&member, what))?;
                let text = shape::text(&member, value)?;
                self.take_spec(&member, &text, platforms)?;
            } else if key == "pip" {
                let lines = texts(&member, value)?.into_iter();
                self.pip
                    .extend(lines.map(|(_, text)| without_credentials(text.trim())));
            } else {
                let what = "is for an installer that is not known: there is pip, and a spec is text (CEP 24)";
                return Err(FormatError::member(member, what));
            }
        }
        Ok(())
    }

    fn take_spec(
        &mut self,
        member: &str,
        text: &str,
        platforms: BTreeSet<Subdir>,
    ) -> Result<(), FormatError> {
        let text = spec(text).map_err(|what| FormatError::member(member, what))?;
        self.specs.push(Selected { text, platforms });
        Ok(())
    }
}

/// The items of a list that are text, each with what it is called.
fn texts(member: &str, value: &Value) -> Result<Vec<(String, String)>, FormatError> {
    let items = list(member, Some(value))?.iter().enumerate();
    items
        .map(|(place, item)| {
            let member = format!("{member}[{place}]");
            let text = shape::text(&member, item)?;
            Ok((member, text))
        })
        .collect()
}

/// What the document says on all platforms together.
fn request(drafts: Vec<(BTreeSet<Subdir>, Draft)>) -> Result<Request, FormatError> {
    let mut whole: Option<Request> = None;
    let mut specs = Lines::default();
    let mut pip = Lines::default();
    for (platforms, draft) in drafts {
        for spec in draft.specs {
            specs.add(spec.text, spec.platforms.intersection(&platforms));
        }
        for line in draft.pip {
            pip.add(line, platforms.iter());
        }
        match &whole {
            None => whole = Some(draft.request),
            Some(whole) if *whole == draft.request => {}
            Some(_) => {
                let what =
                    "selectors are read in dependencies only: what else there is is one for all platforms";
                return Err(FormatError::Yaml(what.to_owned()));
            }
        }
    }
    let mut request = whole.unwrap_or_default();
    (request.specs, request.selected_specs) = specs.split();
    (request.pip, request.selected_pip) = pip.split();
    Ok(request)
}

/// Lines and the platforms that they are for, in the order in which they come first.
#[derive(Default)]
struct Lines {
    lines: Vec<Selected>,
    places: BTreeMap<String, usize>,
}

impl Lines {
    fn add<'a>(&mut self, text: String, platforms: impl Iterator<Item = &'a Subdir>) {
        let place = *self.places.entry(text).or_insert_with_key(|text| {
            self.lines.push(Selected {
                text: text.clone(),
                platforms: BTreeSet::new(),
            });
            self.lines.len() - 1
        });
        self.lines[place].platforms.extend(platforms.cloned());
    }

    /// The lines for all platforms, and the others.
    fn split(self) -> (Vec<String>, Vec<Selected>) {
        let all = known_platforms();
        let (always, selected): (Vec<_>, Vec<_>) =
            self.lines.into_iter().partition(|line| line.platforms == all);
        (always.into_iter().map(|line| line.text).collect(), selected)
    }
}
