//! What a record depends on: a `MatchSpec` (CEP 29), and which records it finds.

use rattler_conda_types::{
    EqualityOperator, LogicalOperator, MatchSpec, ParseMatchSpecOptions, ParseStrictness, RangeOperator,
    RepodataRevision, StrictRangeOperator, StringMatcher, Version, VersionSpec,
};

use super::fields::is_package_name;
use crate::record::version_order::{compare, is_compatible, starts_with};

/// Characters of a `MatchSpec`; real ones have less than 100.
const LENGTH_MAX: usize = 2_000;

/// Brackets of a `MatchSpec`, since rattler's parser follows them inside each other.
const BRACKETS_MAX: usize = 30;

/// What stands in `depends`, parsed.
#[derive(Debug)]
pub(super) struct Dependency {
    /// The one name that it is about, in lower case; `None` for a pattern.
    pub(super) name: Option<String>,
    scope: Scope,
    version: Option<VersionSpec>,
    build: Option<StringMatcher>,
    build_number: Option<rattler_conda_types::BuildNumberSpec>,
}

/// Where a dependency looks.
#[derive(Debug)]
enum Scope {
    AnySubdir,
    Subdir(String),
    /// In another channel, or by what is not looked at here (digests, licenses).
    Elsewhere,
}

/// What a dependency looks at.
pub(super) struct Matched<'a> {
    pub(super) subdir: &'a str,
    pub(super) version: &'a Version,
    pub(super) build: &'a str,
    pub(super) build_number: i64,
}

impl Dependency {
    /// Parses what stands in `depends`; says what is wrong with what is no `MatchSpec`.
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        let brackets = text.bytes().filter(|byte| matches!(byte, b'(' | b'['));
        if text.len() > LENGTH_MAX || brackets.count() > BRACKETS_MAX {
            return Err("it is too long or has too many brackets".to_owned());
        }
        let options = ParseMatchSpecOptions::new(ParseStrictness::Lenient)
            .with_exact_names_only(false)
            .with_repodata_revision(RepodataRevision::V3);
        let spec = match MatchSpec::from_str(text, options) {
            Ok(spec) => spec,
            Err(_) if has_version_pattern(text) => return Ok(Self::not_looked_at()),
            Err(error) => return Err(error.to_string()),
        };
        if let Some(build) = &spec.build {
            // What looks like a version is one that a comma is missing before.
            let build = build.to_string();
            if build.contains(['<', '>', '=', '~', ',', '|']) && !build.starts_with('^') {
                return Err(format!("{build:?} cannot be a build"));
            }
        }
        let name = spec.name.as_exact().map(|name| name.as_normalized().to_owned());
        if let Some(name) = name.as_deref().filter(|name| !is_package_name(name)) {
            return Err(format!("{name:?} is not a package name (CEP 26)"));
        }
        let scope = if spec.channel.is_some() || is_about_more(&spec) {
            Scope::Elsewhere
        } else {
            spec.subdir.map_or(Scope::AnySubdir, Scope::Subdir)
        };
        Ok(Self {
            name,
            scope,
            version: spec.version,
            build: spec.build,
            build_number: spec.build_number,
        })
    }

    /// One that can be read, if not here: it finds nothing.
    fn not_looked_at() -> Self {
        Self {
            name: None,
            scope: Scope::Elsewhere,
            version: None,
            build: None,
            build_number: None,
        }
    }

    /// Whether it finds a record of the name that it is about.
    pub(super) fn matches(&self, record: &Matched<'_>) -> bool {
        let in_scope = match &self.scope {
            Scope::AnySubdir => true,
            Scope::Subdir(subdir) => subdir == record.subdir,
            Scope::Elsewhere => false,
        };
        in_scope
            && self
                .version
                .as_ref()
                .is_none_or(|spec| version_matches(spec, record.version))
            && self.build.as_ref().is_none_or(|spec| spec.matches(record.build))
            && self.build_number.as_ref().is_none_or(|spec| {
                u64::try_from(record.build_number).is_ok_and(|number| spec.matches(&number))
            })
    }
}

/// Whether the version is a pattern with a `*` before its end or a regular expression. CEP 29 has
/// them, rattler does not.
fn has_version_pattern(text: &str) -> bool {
    let Some((name, pattern)) = text.trim().split_once([' ', '=']) else {
        return false;
    };
    let pattern = pattern.trim();
    let is_regex = pattern.starts_with('^') && pattern.ends_with('$');
    let is_glob = pattern.contains('*') && !pattern.contains(['<', '>', '=', '~', '[', '(']);
    is_package_name(name) && (is_regex || is_glob)
}

fn is_about_more(spec: &MatchSpec) -> bool {
    spec.file_name.is_some()
        || spec.url.is_some()
        || spec.md5.is_some()
        || spec.sha256.is_some()
        || spec.license.is_some()
        || spec.license_family.is_some()
        || spec.track_features.is_some()
}

fn version_matches(spec: &VersionSpec, version: &Version) -> bool {
    match spec {
        VersionSpec::None => false,
        VersionSpec::Any => true,
        VersionSpec::Range(operator, limit) => {
            let order = compare(version, limit);
            match operator {
                RangeOperator::Greater => order.is_gt(),
                RangeOperator::GreaterEquals => order.is_ge(),
                RangeOperator::Less => order.is_lt(),
                RangeOperator::LessEquals => order.is_le(),
            }
        }
        VersionSpec::Exact(EqualityOperator::Equals, limit) => compare(version, limit).is_eq(),
        VersionSpec::Exact(EqualityOperator::NotEquals, limit) => compare(version, limit).is_ne(),
        VersionSpec::StrictRange(StrictRangeOperator::StartsWith, prefix) => starts_with(version, prefix),
        VersionSpec::StrictRange(StrictRangeOperator::NotStartsWith, prefix) => !starts_with(version, prefix),
        VersionSpec::StrictRange(StrictRangeOperator::Compatible, limit) => is_compatible(version, limit),
        VersionSpec::StrictRange(StrictRangeOperator::NotCompatible, limit) => !is_compatible(version, limit),
        VersionSpec::Group(LogicalOperator::And, specs) => {
            specs.iter().all(|spec| version_matches(spec, version))
        }
        VersionSpec::Group(LogicalOperator::Or, specs) => {
            specs.iter().any(|spec| version_matches(spec, version))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn finds(spec: &str, version: &str, build: &str) -> bool {
        Dependency::parse(spec).unwrap().matches(&Matched {
            subdir: "linux-64",
            version: &version.parse().unwrap(),
            build,
            build_number: 0,
        })
    }

    /// What real records depend on.
    #[rstest::rstest]
    #[case("python", "3.6", true)]
    #[case("python 3.6", "3.6", true)]
    #[case("python 3.6", "3.6.1", false)]
    #[case("python 3.6*", "3.6.1", true)]
    #[case("python 3.6.*", "3.6", true)]
    #[case("python =3.6", "3.6.1", true)]
    #[case("python=3.6", "3.6.1", true)]
    #[case("python ==3.6", "3.6.1", false)]
    #[case("python >=3.6,<4.0a0", "3.6.1", true)]
    #[case("python >=3.6,<4.0a0", "4.0a0", false)]
    #[case("python >=3.6, <4", "3.7", true)]
    #[case("python >=3.6 , <4", "3.7", true)]
    #[case("python >= 3.6", "3.7", true)]
    #[case("foo >=1.0|<0.5", "0.4", true)]
    #[case("foo >=1.0|<0.5", "0.7", false)]
    #[case("foo 1.0|1.2*", "1.2.3", true)]
    #[case("foo (1.0|1.2*),!=1.2.4", "1.2.4", false)]
    #[case("foo !=1.2.*", "1.2.4", false)]
    #[case("foo ~=1.2", "1.3", true)]
    #[case("foo 1.0.0.*", "1.0post1", false)]
    #[case("mkl  2017", "2017", true)]
    #[case("blas 1.1 openblas", "1.1", false)]
    #[case("foo ==1.0=*_0", "1.0", false)]
    #[case("foo * py36_*", "7", true)]
    #[case("foo 1.* py36_*", "1.5", true)]
    #[case("foo[version='>=1,<2']", "1.5", true)]
    #[case("foo[version='>=1,<2',build='py36*']", "1.5", true)]
    #[case("foo[build_number='>0']", "1.5", false)]
    #[case("foo[subdir=linux-64]", "1.5", true)]
    #[case("foo[subdir=noarch]", "1.5", false)]
    #[case("conda-forge::foo", "1.5", false)]
    #[case("foo[md5=00000000000000000000000000000000]", "1.5", false)]
    fn a_dependency_finds(#[case] spec: &str, #[case] version: &str, #[case] found: bool) {
        assert_eq!(finds(spec, version, "py36_1"), found);
    }

    #[rstest::rstest]
    #[case("foo 1.*.3")]
    #[case("foo 1.0.*_0")]
    #[case("foo ^1.*$")]
    fn patterns_are_dependencies_though_they_find_nothing(#[case] spec: &str) {
        assert!(!finds(spec, "1.2.3", "0"));
    }

    #[rstest::rstest]
    #[case("foo ", "(", "1")]
    #[case("foo", "[", "")]
    #[case("foo >=1", ",>=1", "")]
    fn what_no_recipe_says_is_refused_before_it_is_parsed(
        #[case] start: &str,
        #[case] repeated: &str,
        #[case] end: &str,
    ) {
        let spec = [start, &repeated.repeat(1_000_000), end].concat();
        assert_eq!(
            Dependency::parse(&spec).unwrap_err(),
            "it is too long or has too many brackets"
        );
    }

    #[test]
    fn as_many_brackets_as_are_allowed_are_followed() {
        let spec = format!(
            "foo {}1,>=1{}",
            "(".repeat(BRACKETS_MAX),
            ")".repeat(BRACKETS_MAX)
        );
        assert!(finds(&spec, "1", "0"));
        assert!(Dependency::parse(&format!("foo {}1", "(".repeat(BRACKETS_MAX))).is_err());
    }

    #[rstest::rstest]
    #[case("a--b >=1", "\"a--b\" is not a package name (CEP 26)")]
    #[case("python >=3.6 <4", "\"<4\" cannot be a build")]
    #[case("", "missing package name")]
    #[case("python >>3", "unable to parse version spec: >>3")]
    fn what_is_no_match_spec_says_why(#[case] spec: &str, #[case] why: &str) {
        assert_eq!(Dependency::parse(spec).unwrap_err(), why);
    }
}
