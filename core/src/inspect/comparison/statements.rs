//! What packages say of themselves, field by field.

use serde_json::{Map, Value, json};

use super::fields::{ChangedField, changed_fields};
use crate::inspect::{Inspection, Source};

/// The fields in the order in which they are told: who a package is, what it is for, what clients do with
/// it, who built it. Digests and sizes of its file are no fields, and what else always differs.
const FIELDS: [&str; 33] = [
    "name",
    "version",
    "build",
    "build_number",
    "subdir",
    "noarch",
    "built_at",
    "license",
    "license_family",
    "license_files",
    "summary",
    "description",
    "home",
    "dev_url",
    "doc_url",
    "doc_source_url",
    "source_url",
    "license_url",
    "flags",
    "track_features",
    "features",
    "link_scripts",
    "entry_points",
    "activation",
    "menus",
    "tools",
    "platform",
    "sources",
    "remote_url",
    "sha",
    "flow_run_id",
    "channels",
    "maintainers",
];

/// The fields that differ.
pub(super) fn changed(before: &Inspection, after: &Inspection) -> Vec<ChangedField> {
    changed_fields(&FIELDS, &statements(before), &statements(after))
}

fn statements(inspection: &Inspection) -> Map<String, Value> {
    let Inspection {
        identity,
        legal,
        dependencies,
        build_info: build,
        installation,
        ..
    } = inspection;
    let tools = build.tools.iter();
    let scripts = installation.link_scripts.iter();
    let activation = installation.activation.iter();
    let provenance = build.provenance.as_ref();
    let mut members = Map::from_iter(
        [
            ("name", json!(identity.name)),
            ("version", json!(identity.version)),
            ("build", json!(identity.build)),
            ("build_number", json!(identity.build_number)),
            ("subdir", json!(identity.subdir)),
            ("noarch", json!(identity.noarch)),
            ("built_at", json!(identity.built_at)),
            ("license", json!(legal.license)),
            ("license_family", json!(legal.license_family)),
            ("license_files", json!(legal.license_files)),
            ("summary", json!(inspection.summary)),
            ("description", json!(inspection.description)),
            ("flags", json!(dependencies.flags)),
            ("track_features", json!(dependencies.track_features)),
            ("features", json!(dependencies.features)),
            (
                "link_scripts",
                scripts.map(|script| script.path.as_str()).collect(),
            ),
            ("entry_points", json!(installation.entry_points)),
            ("activation", activation.map(|file| file.path.as_str()).collect()),
            ("menus", json!(installation.menus)),
            (
                "tools",
                tools
                    .map(|tool| format!("{} {}", tool.name, tool.version))
                    .collect(),
            ),
            ("platform", json!(build.platform)),
            ("sources", build.sources.iter().map(source).collect()),
            (
                "remote_url",
                json!(provenance.and_then(|recipe| recipe.remote_url.as_ref())),
            ),
            ("sha", json!(provenance.and_then(|recipe| recipe.sha.as_ref()))),
            (
                "flow_run_id",
                json!(provenance.and_then(|recipe| recipe.flow_run_id.as_ref())),
            ),
            ("channels", json!(build.channels)),
            ("maintainers", json!(build.maintainers)),
        ]
        .map(|(field, value)| (field.to_owned(), value)),
    );
    for link in &inspection.links {
        let of_kind = members.entry(link.kind).or_insert_with(|| json!([]));
        if let Value::Array(urls) = of_kind {
            urls.push(json!(link.url));
        }
    }
    members
}

fn source(source: &Source) -> String {
    let Source {
        location,
        revision,
        digest,
    } = source;
    let parts = [
        Some(location.clone()),
        revision.as_ref().map(|revision| format!("at {revision}")),
        digest.as_ref().map(|digest| format!("({digest})")),
    ];
    parts.into_iter().flatten().collect::<Vec<_>>().join(" ")
}
