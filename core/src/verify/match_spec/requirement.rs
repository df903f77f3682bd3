//! Which builds a `MatchSpec` finds, as far as that can be told from their records.
//!
//! What cannot be told here, such as a regular expression, is taken to find everything: whoever asks
//! wants to know what surely is not found. Where conda and rattler read a spec differently, it finds
//! what either of them finds.

use std::cmp::Ordering;
use std::collections::BTreeSet;

use rattler_conda_version::Version;

use super::version::{Clause, Sign, VersionExpression};
use super::{Slip, Spec, parse, version};
use crate::record::version_order::{self, compare, is_compatible, starts_with};

/// Keys which say that a spec is of another channel, of another package, or not always meant.
const ELSEWHERE: [&str; 5] = ["channel", "name", "namespace", "url", "when"];

/// What a `MatchSpec` asks of the builds of a package.
#[derive(Clone, Debug)]
pub(crate) struct Requirement {
    version: Option<Expression>,
    build: Option<String>,
    build_number: Option<(String, u64)>,
}

/// Comparisons and how they are joined.
#[derive(Clone, Debug)]
struct Expression {
    tests: Vec<Test>,
    signs: Vec<Sign>,
}

/// What is asked of a version.
#[derive(Clone, Debug)]
enum Test {
    /// Nothing, or what cannot be told.
    Any,
    /// To be so in the order of versions, seen from this one.
    Order(fn(Ordering) -> bool, Version),
    StartsWith(Version),
    StartsOtherwise(Version),
    Compatible(Version),
}

#[cfg(feature = "ledger")]
impl Requirement {
    /// What of a spec is asked of something else than the versions and builds of one package: a channel, a
    /// pattern of names, or a key in brackets, whatever it is. The first; `None` if there is nothing, or the
    /// spec cannot be read.
    pub(crate) fn unanswered(spec: &str) -> Option<String> {
        let spec = parse(spec).ok()?;
        if spec.slips.contains(&Slip::Channel) {
            return Some("a channel".to_owned());
        }
        if spec.slips.contains(&Slip::NamePattern) {
            return Some("a pattern of names".to_owned());
        }
        let known = ["version", "build", "build_number"];
        let other = spec.keys.iter().find(|key| !known.contains(key))?;
        Some(format!("{other:?}"))
    }

    /// Whether it asks for a build number.
    pub(crate) fn asks_build_number(&self) -> bool {
        self.build_number.is_some()
    }
}

impl Requirement {
    /// What a spec asks; nothing if it cannot be read, or is about more than builds of one package in
    /// the channels at hand.
    pub(crate) fn of(spec: &str) -> Option<Self> {
        let spec = parse(spec).ok()?;
        let is_elsewhere = spec.keys.iter().any(|key| ELSEWHERE.contains(key))
            || spec.slips.contains(&Slip::Channel)
            || spec.slips.contains(&Slip::NamePattern);
        if is_elsewhere {
            return None;
        }
        let build = spec.value("build").map(str::trim).or(spec.build);
        Some(Self {
            version: versions(&spec)?,
            build: build.map(str::to_owned),
            build_number: spec.value("build_number").and_then(build_number),
        })
    }

    /// Whether it finds builds of this version.
    pub(crate) fn finds_version(&self, version: &Version) -> bool {
        let expression = self.version.as_ref();
        expression.is_none_or(|expression| expression.finds(version))
    }

    /// Whether it finds builds with this string and number, if their version is right.
    pub(crate) fn finds_build(&self, build: &str, number: Option<u64>) -> bool {
        let pattern = self.build.as_deref();
        pattern.is_none_or(|pattern| finds_text(pattern, build))
            && match (&self.build_number, number) {
                (Some((operator, limit)), Some(number)) => is_so(operator, number.cmp(limit)),
                _ => true,
            }
    }

    /// Whether a version that is not found lies before the first that is asked about, rather than behind.
    pub(crate) fn is_before(&self, version: &Version) -> bool {
        let tests = self.version.iter().flat_map(|expression| &expression.tests);
        let mut limits = tests.filter_map(|test| match test {
            Test::Any => None,
            // What is asked to be less and is not is not before.
            Test::Order(is_so, limit) if is_so(Ordering::Less) => Some(compare(version, limit).is_lt()),
            Test::Order(_, limit)
            | Test::StartsWith(limit)
            | Test::StartsOtherwise(limit)
            | Test::Compatible(limit) => Some(compare(version, limit).is_le()),
        });
        limits.next().unwrap_or(true)
    }
}

/// What is asked of the version: in brackets, else behind the name.
fn versions(spec: &Spec<'_>) -> Option<Option<Expression>> {
    if let Some(text) = spec.value("version") {
        let expression = version::read(text, &mut BTreeSet::new()).ok()?;
        return Some(Some(Expression::of(&expression)));
    }
    let Some(expression) = &spec.version else {
        return Some(None);
    };
    let mut compiled = Expression::of(expression);
    // In name=version=build and name =version build, the equals sign is a separator.
    if let (
        [
            Clause {
                operator: "=",
                literal,
            },
        ],
        [test],
        true,
    ) = (
        expression.clauses.as_slice(),
        compiled.tests.as_mut_slice(),
        spec.build.is_some(),
    ) {
        *test = Test::of(Clause {
            operator: "",
            literal,
        });
    }
    Some(Some(compiled))
}

impl Expression {
    fn of(expression: &VersionExpression<'_>) -> Self {
        Self {
            tests: expression
                .clauses
                .iter()
                .map(|clause| Test::of(*clause))
                .collect(),
            signs: expression.signs.clone(),
        }
    }

    fn finds(&self, version: &Version) -> bool {
        // Of each parenthesis: whether one of the alternatives before holds, and the one at hand so far.
        let mut groups = vec![(false, true)];
        let mut tests = self.tests.iter();
        for sign in &self.signs {
            let holds = match sign {
                Sign::Clause => tests.next().is_none_or(|test| test.finds(version)),
                Sign::Close => groups.pop().is_none_or(|(before, last)| before || last),
                Sign::And => continue,
                Sign::Open => {
                    groups.push((false, true));
                    continue;
                }
                Sign::Or => {
                    if let Some((before, last)) = groups.last_mut() {
                        *before |= *last;
                        *last = true;
                    }
                    continue;
                }
            };
            if let Some((_, last)) = groups.last_mut() {
                *last &= holds;
            }
        }
        groups.pop().is_none_or(|(before, last)| before || last)
    }
}

impl Test {
    fn of(clause: Clause<'_>) -> Self {
        let exact = clause.literal.trim_end_matches(".*");
        let exact = exact.strip_suffix('*').unwrap_or(exact);
        let is_glob = exact.len() < clause.literal.len();
        // A pattern has asterisks elsewhere, and what begins with ^ is no version either.
        let Ok(version) = version_order::parse(exact) else {
            return Self::Any;
        };
        match (clause.operator, is_glob) {
            ("" | "==", false) => Self::Order(Ordering::is_eq, version),
            ("" | "==", true) | ("=", _) => Self::StartsWith(version),
            ("!=", false) => Self::Order(Ordering::is_ne, version),
            ("!=", true) => Self::StartsOtherwise(version),
            (">=", _) | (">", true) => Self::Order(Ordering::is_ge, version),
            (">", false) => Self::Order(Ordering::is_gt, version),
            ("<=", _) => Self::Order(Ordering::is_le, version),
            ("<", _) => Self::Order(Ordering::is_lt, version),
            ("~=", _) => Self::Compatible(version),
            _ => Self::Any,
        }
    }

    fn finds(&self, version: &Version) -> bool {
        match self {
            Self::Any => true,
            Self::Order(is_so, limit) => is_so(compare(version, limit)),
            Self::StartsWith(prefix) => starts_with(version, prefix),
            Self::StartsOtherwise(prefix) => !starts_with(version, prefix),
            Self::Compatible(limit) => is_compatible(version, limit),
        }
    }
}

/// An operator and a number, if it is one.
fn build_number(text: &str) -> Option<(String, u64)> {
    let text = text.trim();
    let (operator, number) = text.split_at(text.find(|character: char| character.is_ascii_digit())?);
    Some((operator.trim().to_owned(), number.parse().ok()?))
}

fn is_so(operator: &str, order: Ordering) -> bool {
    match operator {
        "" | "=" | "==" => order.is_eq(),
        "!=" => order.is_ne(),
        ">=" => order.is_ge(),
        ">" => order.is_gt(),
        "<=" => order.is_le(),
        "<" => order.is_lt(),
        _ => true,
    }
}

/// Whether a pattern with asterisks finds a text, whatever its case (CEP 29). A regular expression
/// finds every text.
fn finds_text(pattern: &str, text: &str) -> bool {
    if pattern.starts_with('^') && pattern.ends_with('$') {
        return true;
    }
    let pattern = pattern.to_ascii_lowercase();
    let text = text.to_ascii_lowercase();
    let mut pieces = pattern.split('*');
    let first = pieces.next().unwrap_or_default();
    let Some(mut rest) = text.strip_prefix(first) else {
        return false;
    };
    let Some(last) = pieces.next_back() else {
        return rest.is_empty();
    };
    // What is between asterisks may as well be where it is first.
    for piece in pieces {
        match rest.split_once(piece) {
            Some((_, behind)) => rest = behind,
            None => return false,
        }
    }
    rest.ends_with(last)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn finds(spec: &str, version: &str, build: &str) -> Option<bool> {
        let requirement = Requirement::of(spec)?;
        let version = version.parse().unwrap();
        Some(requirement.finds_version(&version) && requirement.finds_build(build, Some(0)))
    }

    /// The same as what is asked of `current_repodata.json`, which rattler reads specs for.
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
    // What that does not have.
    #[case("foo[build_number=0]", "1.5", true)]
    #[case("foo[version='<1']", "1.5", false)]
    #[case("foo (>=1,<2)|(>=3,(<3.5|>3.6))", "3.5", false)]
    #[case("foo (>=1,<2)|(>=3,(<3.5|>3.6))", "3.7", true)]
    #[case("foo (>=1|>=0),<1", "1.5", false)]
    #[case("foo >=1,<2|>=5", "1.5", true)]
    #[case("foo >=2,<1|>=1", "1.5", true)]
    #[case("foo 1.5 PY36_1", "1.5", true)]
    #[case("foo * *36*", "1.5", true)]
    #[case("foo * *36*37*", "1.5", false)]
    #[case("foo=1.5=py36_1", "1.5.1", false)]
    #[case("foo =1.5 py36_1", "1.5.1", false)]
    #[case("foo =1.5.* py36_1", "1.5.1", true)]
    #[case("foo ==1.5.*", "1.5.1", true)]
    #[case("foo >=1.6.*", "1.5", false)]
    #[case("foo >=*", "1.5", true)]
    #[case("foo 1.*.*", "2", false)]
    // What cannot be told finds everything.
    #[case("foo 1.*.3", "2", true)]
    #[case("foo ^1.*$", "2", true)]
    #[case("foo 1 ^h.*$", "1", true)]
    #[case("foo 1.0.*_0", "2", true)]
    #[case("foo[license=MIT]", "1", true)]
    #[case("foo[subdir=noarch]", "1", true)]
    #[case("foo[md5=00000000000000000000000000000000]", "1", true)]
    #[case("foo >=2[md5=00000000000000000000000000000000]", "1", false)]
    fn a_requirement_finds(#[case] spec: &str, #[case] version: &str, #[case] found: bool) {
        assert_eq!(finds(spec, version, "py36_1"), Some(found));
    }

    #[rstest::rstest]
    #[case("conda-forge::foo 2")]
    #[case("foo[channel=conda-forge]")]
    #[case("foo 2[when='python<3']")]
    #[case("foo* 2")]
    #[case("foo 2 3 4")]
    #[case("")]
    fn what_is_about_something_else_is_no_requirement(#[case] spec: &str) {
        assert_eq!(finds(spec, "1", "0"), None);
    }

    #[rstest::rstest]
    #[case("a", "a", true)]
    #[case("a", "ab", false)]
    #[case("a*a", "a", false)]
    #[case("a*a", "aa", true)]
    #[case("a*b*c", "aXbXbc", true)]
    #[case("a*bc*c", "abc", false)]
    #[case("*", "", true)]
    #[case("", "", true)]
    fn patterns_find_texts(#[case] pattern: &str, #[case] text: &str, #[case] expected: bool) {
        assert_eq!(finds_text(pattern, text), expected);
    }

    #[test]
    fn nesting_has_no_bound_and_needs_none() {
        let spec = format!("foo {}1{}", "(".repeat(100_000), ")".repeat(100_000));
        assert_eq!(finds(&spec, "1", "0"), Some(true));
        assert_eq!(finds(&spec, "2", "0"), Some(false));
    }
}
