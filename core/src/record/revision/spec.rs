//! A dependency in the form that repodata v3 asks for (CEP 48).

use rattler_conda_types::{MatchSpec, PackageNameMatcher, ParseMatchSpecOptions, RepodataRevision};

/// Bytes of a dependency. Conditions take some hundreds; reading what is very long takes time.
const MAX_BYTES: usize = 4096;
/// Parentheses of a dependency: reading them takes stack.
const MAX_PARENTHESES: usize = 64;
/// Bytes of a dependency with a regular expression, which takes time and memory to read.
const MAX_REGEX_BYTES: usize = 128;

/// The dependency as a bare name, or as a name with keys in brackets.
///
/// It is read as leniently as clients read repodata. A version literal is written with `==`, which
/// means the same everywhere.
pub(super) fn v3_form(text: &str) -> Result<String, String> {
    refuse_hostile(text)?;
    if is_ambiguous(text) {
        return Err("a version that clients read differently: leave out the `*` behind `>`".to_owned());
    }
    let options = ParseMatchSpecOptions::lenient().with_repodata_revision(RepodataRevision::V3);
    let spec = MatchSpec::from_str(text, options)
        .map_err(|error| format!("which cannot be read: {}", told(&error.to_string())))?;
    let (allowed, key) = split(spec);
    if let Some(key) = key {
        return Err(format!(
            "with a {key}, but dependencies under v3 have none (CEP 48)"
        ));
    }
    write(allowed)
}

/// What reading would cost too much of.
fn refuse_hostile(text: &str) -> Result<(), String> {
    if text.len() > MAX_BYTES {
        return Err(format!("which is longer than {MAX_BYTES} bytes"));
    }
    if text.matches('(').count() > MAX_PARENTHESES {
        return Err(format!("which has more than {MAX_PARENTHESES} parentheses"));
    }
    if text.contains('^') && (text.len() > MAX_REGEX_BYTES || text.contains('{')) {
        return Err("with a regular expression that is too large".to_owned());
    }
    Ok(())
}

/// Whether a version is greater than something with an asterisk: `>1.2.*` includes 1.2 to rattler,
/// and does not to conda.
fn is_ambiguous(text: &str) -> bool {
    text.match_indices('>').any(|(at, sign)| {
        let behind = text[at + sign.len()..].trim_start();
        let end = behind.trim_start_matches(|character: char| {
            character.is_ascii_alphanumeric() || matches!(character, '.' | '_' | '-' | '+' | '!')
        });
        end.len() < behind.len() && end.starts_with('*')
    })
}

/// The fields that CEP 48 allows, and the name of one that it does not.
fn split(spec: MatchSpec) -> (MatchSpec, Option<&'static str>) {
    // All of them by name: a field that is new must not slip through.
    let MatchSpec {
        name,
        version,
        build,
        build_number,
        file_name,
        extras,
        flags,
        channel,
        subdir,
        namespace,
        md5,
        sha256,
        url,
        license,
        license_family,
        condition,
        track_features,
    } = spec;
    let others = [
        ("channel", channel.is_some()),
        ("subdir", subdir.is_some()),
        ("namespace", namespace.is_some()),
        ("url", url.is_some()),
        ("file name", file_name.is_some()),
        ("md5", md5.is_some()),
        ("sha256", sha256.is_some()),
        ("license", license.is_some()),
        ("license family", license_family.is_some()),
        ("list of track features", track_features.is_some()),
    ];
    let allowed = MatchSpec {
        name,
        version,
        build,
        build_number,
        extras,
        flags,
        condition,
        ..MatchSpec::default()
    };
    let other = others.into_iter().find(|(_, is_there)| *is_there);
    (allowed, other.map(|(key, _)| key))
}

/// Writes a dependency as rattler does but for an exact build number: `0`, as in CEP 48, where
/// rattler has `"==0"`, which is no number to CEP 29.
fn write(mut spec: MatchSpec) -> Result<String, String> {
    let PackageNameMatcher::Exact(name) = spec.name.clone() else {
        return Err("which names no one package (CEP 48)".to_owned());
    };
    let exact_number = spec.build_number.as_ref().map(ToString::to_string);
    let exact_number = exact_number
        .as_deref()
        .and_then(|number| number.strip_prefix("=="));
    if exact_number.is_some() {
        spec.build_number = None;
    }
    let behind = MatchSpec {
        extras: spec.extras.take(),
        flags: spec.flags.take(),
        condition: spec.condition.take(),
        name: spec.name.clone(),
        ..MatchSpec::default()
    };
    let name = name.as_normalized();
    let keys = [
        keys(name, &spec)?,
        exact_number
            .map(|number| format!("build_number={number}"))
            .unwrap_or_default(),
        keys(name, &behind)?,
    ];
    let keys: Vec<String> = keys.into_iter().filter(|keys| !keys.is_empty()).collect();
    if keys.is_empty() {
        return Ok(name.to_owned());
    }
    Ok(format!("{name}[{}]", keys.join(",")))
}

/// What stands between the brackets of a dependency.
fn keys(name: &str, spec: &MatchSpec) -> Result<String, String> {
    let written = spec
        .to_canonical_string()
        .map_err(|error| format!("which cannot be written for v3: {}", told(&error.to_string())))?;
    let behind = written.strip_prefix(name).unwrap_or_default();
    let keys = behind.strip_prefix('[').and_then(|keys| keys.strip_suffix(']'));
    Ok(keys.unwrap_or_default().to_owned())
}

/// The beginning of what another crate says, which may quote all of a hostile dependency.
fn told(message: &str) -> String {
    const ENOUGH: usize = 200;
    let characters = message.chars().take(ENOUGH);
    characters
        .map(|character| if character.is_control() { ' ' } else { character })
        .collect()
}
