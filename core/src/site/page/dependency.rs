//! A dependency: a `MatchSpec`, taken apart for people.

use serde::Serialize;

use crate::verify::name_and_requirement;

/// A dependency: a `MatchSpec`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
pub struct Dependency {
    /// The `MatchSpec` as it stands in the record.
    pub spec: String,
    /// The package that it is about: empty if the text names none.
    pub name: String,
    /// What it asks of the package, as text behind the name; empty if anything will do.
    pub requirement: String,
    /// Whether this channel has a package of that name, so that there is a page to link to.
    pub is_here: bool,
}

impl Dependency {
    /// The dependency of this text, in a channel that has packages of the names for which `is_here` holds.
    /// Names are lower-case, as clients take them; what is before one, such as a channel, is in `spec` alone.
    ///
    /// ```
    /// use towpath_core::site::page::Dependency;
    /// let dependency = Dependency::parse("Python >=3.9,<4", |name| name == "python");
    /// assert_eq!(dependency.name, "python");
    /// assert_eq!(dependency.requirement, ">=3.9,<4");
    /// assert!(dependency.is_here);
    /// ```
    pub fn parse(spec: &str, is_here: impl Fn(&str) -> bool) -> Self {
        let (name, requirement) = name_and_requirement(spec);
        let name = name.to_lowercase();
        Self {
            spec: spec.to_owned(),
            is_here: is_here(&name),
            name,
            requirement: requirement.to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("python", "python", "")]
    #[case(" python  >=3.8,<4.0a0 ", "python", ">=3.8,<4.0a0")]
    #[case("python>=3.8", "python", ">=3.8")]
    #[case("python=3.8=*_cpython", "python", "=3.8=*_cpython")]
    #[case("python 3.8.* *_cpython", "python", "3.8.* *_cpython")]
    #[case("python[version='>=3', build=py*]", "python", "[version='>=3', build=py*]")]
    #[case("conda-forge/linux-64::python >=3.8", "python", ">=3.8")]
    #[case("python::python >=3.8", "python", ">=3.8")]
    #[case("python/label/python-dev::python", "python", "")]
    #[case("a::a a", "a", "a")]
    #[case("__glibc >=2.17", "__glibc", ">=2.17")]
    #[case("numpy >=1 <2 ==3", "numpy", ">=1 <2 ==3")]
    #[case("python;extra", "python", ";extra")]
    #[case("python # why", "python", "# why")]
    #[case("NumPy", "numpy", "")]
    #[case("", "", "")]
    #[case(">=3", "", ">=3")]
    #[case("[name=x]", "", "[name=x]")]
    fn a_dependency_has_a_name_and_a_requirement(
        #[case] spec: &str,
        #[case] name: &str,
        #[case] requirement: &str,
    ) {
        let dependency = Dependency::parse(spec, |name| name == "python");
        assert_eq!(
            (
                dependency.spec.as_str(),
                dependency.name.as_str(),
                dependency.requirement.as_str()
            ),
            (spec, name, requirement)
        );
        assert_eq!(dependency.is_here, name == "python");
    }

    proptest! {
        #[test]
        fn any_text_can_be_taken_apart(spec in "\\PC{0,20}|[a:=\\[\\] >'ß\u{130}]{0,12}") {
            let dependency = Dependency::parse(&spec, |_| false);
            prop_assert!(spec.ends_with(&dependency.requirement) || spec.trim_end().ends_with(&dependency.requirement));
        }

        #[test]
        fn names_of_packages_are_found(name in "[a-z][a-z0-9]{0,5}(-[a-z0-9]{1,3})?", version in "[0-9.]{1,5}") {
            let dependency = Dependency::parse(&format!("{name} >={version}"), |_| true);
            prop_assert_eq!(dependency.name, name);
            prop_assert_eq!(dependency.requirement, format!(">={version}"));
        }
    }
}
