//! What can be read, what cannot, and what is a slip.

use proptest::prelude::*;

use super::*;

#[rstest::rstest]
#[case::name_only("python", "python", &[], None)]
#[case::one_comparison("python >=3.10", "python", &[(">=", "3.10")], None)]
#[case::two("python >=3.10,<4.0a0", "python", &[(">=", "3.10"), ("<", "4.0a0")], None)]
#[case::or("openmp 18.1.8|18.1.8.*", "openmp", &[("", "18.1.8"), ("", "18.1.8.*")], None)]
#[case::glob_and_build("python_abi 3.12.* *_cp312", "python_abi", &[("", "3.12.*")], Some("*_cp312"))]
#[case::any_version("blas * openblas", "blas", &[("", "*")], Some("openblas"))]
#[case::fuzzy("numpy=1.11", "numpy", &[("=", "1.11")], None)]
#[case::exact("numpy==1.11.0", "numpy", &[("==", "1.11.0")], None)]
#[case::equals_signs("numpy=1.11.0=py27_0", "numpy", &[("=", "1.11.0")], Some("py27_0"))]
#[case::no_separator("__osx>=10.12", "__osx", &[(">=", "10.12")], None)]
#[case::operator_and_spaces("pkg =1.8 h0_0", "pkg", &[("=", "1.8")], Some("h0_0"))]
#[case::not("r-base !=4.0.*", "r-base", &[("!=", "4.0.*")], None)]
#[case::epoch_and_local("a 1!2.0+local.3", "a", &[("", "1!2.0+local.3")], None)]
#[case::dash("r-cairo >=1.4-6", "r-cairo", &[(">=", "1.4-6")], None)]
#[case::trailing_underscore("openssl <1.0.1_", "openssl", &[("<", "1.0.1_")], None)]
#[case::trailing_space("a 1 ", "a", &[("", "1")], None)]
#[case::build_pattern("a 1.0 ^h.*_0$", "a", &[("", "1.0")], Some("^h.*_0$"))]
fn parts_are_told_apart(
    #[case] text: &str,
    #[case] name: &str,
    #[case] clauses: &[(&str, &str)],
    #[case] build: Option<&str>,
) {
    let spec = parse(text).unwrap();
    assert_eq!(spec.name, name);
    let found: Vec<(&str, &str)> = spec
        .version
        .iter()
        .flat_map(|version| {
            version
                .clauses
                .iter()
                .map(|clause| (clause.operator, clause.literal))
        })
        .collect();
    assert_eq!(found, clauses);
    assert_eq!(spec.build, build);
    assert!(spec.slips.is_empty(), "{:?}", spec.slips);
}

#[rstest::rstest]
#[case("a[version='>=1,<2']", &["version"])]
#[case("a[build_number='>=3']", &["build_number"])]
#[case(r"a[license='GPL\\3']", &["license"])]
#[case("a[version=\">=1\", build=h0]", &["version", "build"])]
#[case("numpy >=2[when=\"python>=3.10\"]", &["when"])]
#[case("a[when=\"(__linux or __osx) and python[version='>=3.8']\"]", &["when"])]
#[case(r#"a[when="python[version=\">=3.8\"]"]"#, &["when"])]
#[case("a[extras=[plot, 'io']]", &["extras"])]
#[case("a[flags=[\"cuda\", \"blas:*\"]]", &["flags"])]
fn keys_are_found_in_brackets(#[case] text: &str, #[case] keys: &[&str]) {
    let spec = parse(text).unwrap();
    assert_eq!(spec.keys, keys);
    assert!(spec.slips.is_empty(), "{:?}", spec.slips);
}

#[rstest::rstest]
#[case("", "it names no package")]
#[case("  ", "it names no package")]
#[case(">=3", "it names no package")]
#[case("conda-forge::", "it names no package")]
#[case("python, 3.6", "it has a \",\" where none can be")]
#[case("a\t1", "it has a U+0009 where none can be")]
#[case("pythön", "it has a U+00F6 where none can be")]
#[case("a: 1.0", "it has a \":\" where none can be")]
#[case("a__b", "no package can have this name")]
#[case("-a", "no package can have this name")]
#[case("a >=", "a version is missing")]
#[case("a >=1,", "a version is missing")]
#[case("a >=1,,<2", "a version is missing")]
#[case("a =>1", "\"=>\" is no operator: they are ==, !=, <=, >=, <, >, = and ~=")]
#[case("a <>1", "\"<>\" is no operator: they are ==, !=, <=, >=, <, >, = and ~=")]
#[case("a >=1 <2", "a comma is missing before \"<\"")]
#[case("a >=1<2", "a comma is missing before \"<\"")]
#[case("a (>=1,<2", "its parentheses do not match")]
#[case("a >=1)", "its parentheses do not match")]
#[case("a 1..2", "its version has an empty segment")]
#[case("a 1.", "its version has an empty segment")]
#[case("a x!1", "its version has an epoch that is no number")]
#[case("a 1!2!3", "its version has more than one \"!\"")]
#[case("a 1+2+3", "its version has more than one \"+\"")]
#[case("a 1.0-2_3", "its version has both \"-\" and \"_\"")]
#[case("a 1@2", "it has a \"@\" where none can be")]
#[case("a=1=", "a build is missing behind the last \"=\"")]
#[case("a 1 py-27", "its build string has a \"-\", which no build string can have")]
#[case("a 1 b c", "it has more than a name, a version and a build string")]
#[case(
    "a; if python",
    "\"; if\" is no part of it any more; a condition is [when=\"…\"] (CEP 43)"
)]
#[case("a[", "in its square brackets, the last character should be \"]\"")]
#[case("a[]", "in its square brackets, there is nothing")]
#[case("a[plot]", "in its square brackets, something is not key=value")]
#[case("a[versoin=1]", "in its square brackets, there is no key \"versoin\"")]
#[case(
    "a[version=>=1]",
    "in its square brackets, a value should be in quotation marks"
)]
#[case("a[version='1]", "in its square brackets, a value does not end")]
#[case(
    "a[version=1,]",
    "in its square brackets, something is missing behind a comma"
)]
#[case("a[version=1,version=2]", "in its square brackets, a key is there twice")]
#[case(
    "a[md5=1]",
    "in its square brackets, the MD5 does not have 32 hexadecimal digits"
)]
#[case(
    "a[extras=Plot]",
    "in its square brackets, an extra is not of a-z, 0-9, \"_\", \".\", \"+\", \"-\""
)]
#[case(
    "a[flags='a:b:c']",
    "in its square brackets, a flag is not of a-z, 0-9, \"_\", with at most one \":\""
)]
#[case(
    "a[build_number=h3]",
    "in its square brackets, the build number is no whole number"
)]
#[case("a[when='']", "in its square brackets, a value is missing")]
#[case("a[when='and b']", "its condition lacks something before an operator")]
#[case("a[when='b and']", "its condition lacks something at its end")]
#[case("a[when='(b']", "its condition has parentheses that do not match")]
#[case("a[when='b (c)']", "its condition lacks an operator before a parenthesis")]
#[case(
    "a[when='>=3']",
    "its condition has something that is no MatchSpec: it names no package"
)]
#[case("a[when=\"b[when='c']\"]", "its condition has a condition of its own")]
fn what_clients_cannot_read_says_why(#[case] text: &str, #[case] why: &str) {
    assert_eq!(parse(text).unwrap_err().to_string(), why);
}

#[rstest::rstest]
#[case("a >= 1", &[Slip::SpaceInVersion])]
#[case("a >=1, <2", &[Slip::SpaceInVersion])]
#[case("a >=1 ,<2", &[Slip::SpaceInVersion])]
#[case("a=1.0 h0", &[Slip::MixedSeparators])]
#[case("a 1.0=h0", &[Slip::MixedSeparators])]
#[case("a 1.0 =h0", &[Slip::MixedSeparators])]
#[case("a >=1.0 , < 2.0 =h0", &[Slip::SpaceInVersion, Slip::MixedSeparators])]
#[case(" a 1", &[Slip::LeadingSpace])]
#[case("xz ==5.8.1=*_1", &[Slip::MixedSeparators])]
#[case("a ~=1.0", &[Slip::CompatibleRelease])]
#[case("a ==3*", &[Slip::GlobWithOperator])]
#[case("a >=3.*", &[Slip::GlobWithOperator])]
#[case("a 1.*.2", &[Slip::VersionPattern])]
#[case("a ^1.*$", &[Slip::VersionPattern])]
#[case("paraview ==9999999999", &[Slip::LargeNumber])]
#[case("a 2147483648", &[Slip::LargeNumber])]
#[case("a 2147483647", &[])]
#[case("a (>=1,<2)|>3", &[Slip::Parentheses])]
#[case("__archspec 1.* ^(skylake|zen4)$", &[Slip::Parentheses])]
#[case("conda-forge/linux-64::a 1", &[Slip::Channel])]
#[case("a* 1", &[Slip::NamePattern])]
#[case("a[when='b*']", &[Slip::NamePattern])]
#[case("a[version=1] # why", &[Slip::Comment])]
#[case("a[url='https://example.org/#x']", &[])]
#[case("a 1 # why", &[Slip::Comment])]
#[case("a[version=1 build=h]", &[Slip::SpaceBetweenKeys])]
#[case("liblapack 3.9.0   36*_openblas", &[Slip::SeveralSpaces])]
#[case("__cuda  >=12.8", &[Slip::SeveralSpaces])]
fn slips_are_found(#[case] text: &str, #[case] slips: &[Slip]) {
    let found: Vec<Slip> = parse(text).unwrap().slips.into_iter().collect();
    assert_eq!(found, slips);
}

#[rstest::rstest]
#[case("a 1.2", Some("1.2"))]
#[case("a 1.2 h0", Some("1.2"))]
#[case("a ==1.2", None)]
#[case("a 1.2.*", None)]
#[case("a 1|2", None)]
#[case("a", None)]
fn a_version_without_operator_is_bare(#[case] text: &str, #[case] version: Option<&str>) {
    assert_eq!(parse(text).unwrap().bare_version(), version);
}

proptest! {
    #[test]
    fn no_text_is_too_strange(text in "[a-c1 .,|()=<>!~*^$\\[\\]'\"\\\\:#;@+_\\-é\t]{0,40}") {
        let _ = parse(&text);
    }

    #[test]
    fn conditions_can_be_anything(condition in "[a1 ()\\[\\]'andor=<>é]{0,40}") {
        let _ = parse(&format!("a[when=\"{condition}\"]"));
    }

    #[test]
    fn specs_of_build_tools_are_read(
        name in "[a-z][a-z0-9]{0,6}(-[a-z0-9]{1,4}){0,2}",
        clauses in proptest::collection::vec(("(==|!=|>=|<=|>|<)", "[0-9]{1,4}(\\.[0-9]{1,3}){0,3}(a0)?"), 1..4),
        build in proptest::option::of("[a-z0-9*]{1,8}_[0-9]"),
    ) {
        let version: Vec<String> = clauses.iter().map(|(operator, version)| format!("{operator}{version}")).collect();
        let mut text = format!("{name} {}", version.join(","));
        if let Some(build) = &build {
            text = format!("{text} {build}");
        }
        let spec = parse(&text).unwrap();
        prop_assert_eq!(spec.name, name);
        let found: Vec<(String, String)> = spec.version.unwrap().clauses.iter()
            .map(|clause| (clause.operator.to_owned(), clause.literal.to_owned())).collect();
        prop_assert_eq!(found, clauses);
        prop_assert_eq!(spec.build, build.as_deref());
    }
}

#[test]
fn time_is_linear_in_length() {
    for piece in ["(", "[", "1,", "a[", "'", "=", "^", "1.", "a and ("] {
        let _ = parse(&format!("a {}", piece.repeat(200_000)));
        let _ = parse(&format!("a[when=\"{}\"]", piece.repeat(200_000)));
    }
}
