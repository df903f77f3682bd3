//! An inspection as a page of text.

use std::collections::HashSet;

use towpath_core::inspect::{
    Activation, ActivationKind, Build, Inspection, PackagedFile, PathType, RunExports, Source,
};

use super::tree::Tree;
use crate::report::{bold, shown, size, warning};

/// Columns for the words in front of a fact.
const LABEL: usize = 13;

/// The same where a word is longer, as in "strong constrains".
const LONG_LABEL: usize = 17;

/// How many entries of a long list are shown; `--files` and `--json` have all.
const LISTED: usize = 200;

/// The page of one package.
pub(super) fn page(inspection: &Inspection, all_files: bool) -> String {
    let mut page = Page::default();
    head(&mut page, inspection);
    digests(&mut page, inspection);
    links(&mut page, inspection);
    dependencies(&mut page, inspection);
    installation(&mut page, inspection);
    built(&mut page, &inspection.build_info);
    files(&mut page, inspection, all_files);
    if let Some(description) = &inspection.description {
        page.section("Description");
        for line in description.trim().lines() {
            page.line(line);
        }
    }
    if !inspection.oddities.is_empty() {
        page.text += &format!("\n{}\n", warning("Odd"));
        for oddity in &inspection.oddities {
            page.line(oddity);
        }
    }
    page.text
}

/// Text that grows, in which nothing of a package's making steers a terminal.
#[derive(Default)]
pub(super) struct Page {
    pub(super) text: String,
}

impl Page {
    pub(super) fn section(&mut self, title: &str) {
        self.text += &format!("\n{}\n", bold(title));
    }

    pub(super) fn line(&mut self, line: &str) {
        self.text += format!("  {}", shown(line)).trim_end();
        self.text.push('\n');
    }

    pub(super) fn fact(&mut self, label: &str, fact: &str) {
        self.fact_beside(LABEL, label, fact);
    }

    fn fact_beside(&mut self, width: usize, label: &str, fact: &str) {
        self.text += format!("  {label:width$}  {}", shown(fact)).trim_end();
        self.text.push('\n');
    }

    fn fact_if(&mut self, label: &str, fact: Option<&String>) {
        if let Some(fact) = fact {
            self.fact(label, fact);
        }
    }

    /// The first with the label, the others below it.
    pub(super) fn facts<'a>(&mut self, label: &str, facts: impl IntoIterator<Item = &'a String>) {
        self.facts_beside(LABEL, label, facts);
    }

    fn facts_beside<'a>(&mut self, width: usize, label: &str, facts: impl IntoIterator<Item = &'a String>) {
        let mut facts = facts.into_iter();
        for (number, fact) in facts.by_ref().take(LISTED).enumerate() {
            self.fact_beside(width, if number == 0 { label } else { "" }, fact);
        }
        match facts.count() {
            0 => {}
            more => self.fact_beside(width, "", &format!("and {more} more")),
        }
    }

    pub(super) fn list(&mut self, title: &str, items: &[String]) {
        if !items.is_empty() {
            self.section(title);
            self.entries(items);
        }
    }

    fn entries(&mut self, items: &[String]) {
        self.some_entries(items.iter(), items.len());
    }

    /// The first of so many entries.
    pub(super) fn some_entries(&mut self, items: impl Iterator<Item = impl AsRef<str>>, all: usize) {
        let mut listed = 0;
        for item in items.take(LISTED) {
            self.line(item.as_ref());
            listed += 1;
        }
        match all - listed {
            0 => {}
            more => self.line(&format!("and {more} more")),
        }
    }
}

fn head(page: &mut Page, inspection: &Inspection) {
    let identity = &inspection.identity;
    let unknown = "?".to_owned();
    let [name, version, build] =
        [&identity.name, &identity.version, &identity.build].map(|part| part.as_ref().unwrap_or(&unknown));
    page.text += &format!("{}\n", bold(&shown(&format!("{name} {version} {build}"))));
    if let Some(summary) = &inspection.summary {
        page.text += &format!("{}\n", shown(summary.trim()));
    }
    page.text.push('\n');
    page.fact(
        "file",
        &format!("{}, {}", inspection.file_name, size(inspection.size)),
    );
    if let Some(subdir) = &identity.subdir {
        match &identity.noarch {
            Some(kind) => page.fact("subdir", &format!("{subdir} ({kind})")),
            None => page.fact("subdir", subdir),
        }
    }
    page.fact_if(
        "build number",
        identity.build_number.map(|number| number.to_string()).as_ref(),
    );
    page.fact_if("built", identity.built_at.as_ref());
    let legal = &inspection.legal;
    if let Some(license) = &legal.license {
        let license = match &legal.license_family {
            Some(family) if family != license => format!("{license} ({family})"),
            _ => license.clone(),
        };
        page.fact("license", &license);
    }
    page.facts("license text", &legal.license_files);
}

fn digests(page: &mut Page, inspection: &Inspection) {
    page.fact_if("md5", inspection.md5.as_ref());
    page.fact_if("sha256", inspection.sha256.as_ref());
}

fn links(page: &mut Page, inspection: &Inspection) {
    let mut known = HashSet::new();
    for link in inspection.links.iter().take(LISTED) {
        // Often they are all the same.
        if known.insert(&link.url) {
            let label = match link.kind {
                "home" => "home",
                "dev_url" => "development",
                "doc_url" => "documentation",
                "license_url" => "license",
                _ => "source",
            };
            page.fact(label, &link.url);
        }
    }
}

fn dependencies(page: &mut Page, inspection: &Inspection) {
    let dependencies = &inspection.dependencies;
    page.section("Depends on");
    if dependencies.depends.is_empty() {
        page.line("nothing");
    }
    page.entries(&dependencies.depends);
    page.list("Constrains", &dependencies.constrains);
    if !dependencies.extra_depends.is_empty() {
        page.section("Extras");
        for (extra, specs) in dependencies.extra_depends.iter().take(LISTED) {
            page.facts(&shown(extra), specs);
        }
    }
    page.list("Flags", &dependencies.flags);
    page.list("Tracks features", &dependencies.track_features);
    page.list("Is for features", &dependencies.features);
    if let Some(exports) = &inspection.run_exports {
        run_exports(page, exports);
    }
}

fn run_exports(page: &mut Page, exports: &RunExports) {
    page.section("Run exports");
    let kinds = exports.kinds();
    let is_short = |(kind, specs): &(&str, &[String])| kind.len() <= LABEL || specs.is_empty();
    let width = if kinds.iter().all(is_short) {
        LABEL
    } else {
        LONG_LABEL
    };
    for (kind, specs) in kinds {
        page.facts_beside(width, &kind.replace('_', " "), specs);
    }
}

fn installation(page: &mut Page, inspection: &Inspection) {
    let installation = &inspection.installation;
    let paths = |kind: ActivationKind| {
        let of_kind = move |activation: &&Activation| activation.kind == kind;
        installation
            .activation
            .iter()
            .filter(of_kind)
            .map(|activation| &activation.path)
    };
    if installation.link_scripts.is_empty()
        && installation.entry_points.is_empty()
        && installation.activation.is_empty()
        && installation.menus.is_empty()
    {
        return;
    }
    page.section("When it is installed");
    for script in installation.link_scripts.iter().take(LISTED) {
        page.fact(script.kind.as_str(), &script.path);
    }
    page.facts("entry points", &installation.entry_points);
    page.facts("activate", paths(ActivationKind::Activate));
    page.facts("deactivate", paths(ActivationKind::Deactivate));
    page.facts("variables", paths(ActivationKind::Variables));
    page.facts("menus", &installation.menus);
}

fn built(page: &mut Page, build: &Build) {
    if *build == Build::default() {
        return;
    }
    page.section("Built");
    let tools = build
        .tools
        .iter()
        .map(|tool| format!("{} {}", tool.name, tool.version));
    if !build.tools.is_empty() {
        page.fact("with", &tools.collect::<Vec<_>>().join(", "));
    }
    page.fact_if("on", build.platform.as_ref());
    page.facts("from", &build.sources.iter().map(source).collect::<Vec<_>>());
    if let Some(provenance) = &build.provenance {
        let parts = [
            provenance.remote_url.clone(),
            provenance.sha.as_ref().map(|sha| format!("at {sha}")),
        ];
        let recipe: Vec<String> = parts.into_iter().flatten().collect();
        if !recipe.is_empty() {
            page.fact("recipe", &recipe.join(" "));
        }
        page.fact_if("run", provenance.flow_run_id.as_ref());
    }
    page.facts("channels", &build.channels);
    if !build.maintainers.is_empty() {
        page.fact("maintained by", &build.maintainers.join(", "));
    }
}

fn source(source: &Source) -> String {
    match &source.revision {
        Some(revision) => format!("{} at {revision}", source.location),
        None => source.location.clone(),
    }
}

fn files(page: &mut Page, inspection: &Inspection, all: bool) {
    let list = &inspection.files;
    let bytes = list
        .files
        .iter()
        .map(|file| file.size.unwrap_or_default())
        .fold(0, u64::saturating_add);
    let mut said = vec![match list.files.len() {
        0 => "no files".to_owned(),
        1 => "1 file".to_owned(),
        count => format!("{count} files"),
    }];
    if list.files.iter().any(|file| file.size.is_some()) {
        said.push(size(bytes));
    }
    let mut note = |what: &[&str; 2], is_so: fn(&PackagedFile) -> bool| match list
        .files
        .iter()
        .filter(|file| is_so(file))
        .count()
    {
        0 => {}
        1 => said.push(format!("1 {}", what[0])),
        count => said.push(format!("{count} {}", what[1])),
    };
    note(&["softlink", "softlinks"], |file| {
        file.path_type == PathType::Softlink
    });
    note(&["with the prefix in it", "with the prefix in them"], |file| {
        file.prefix.is_some()
    });
    note(&["copied"; 2], |file| file.no_link);
    page.section(&format!("Installs {}", said.join(", ")));
    let tree = Tree::of_files(&list.files);
    page.text += &if all { tree.lines() } else { tree.summary() };
    if all {
        let rest = if inspection.info_is_complete {
            ""
        } else {
            ", as far as it was read"
        };
        page.section(&format!("Metadata: {} files{rest}", inspection.info.len()));
        page.text += &Tree::of_info(&inspection.info).lines();
    }
}
