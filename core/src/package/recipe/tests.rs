//! What recipes become. The expected JSON is what conda-index 0.13 caches, save for the cases
//! under [`kept_as_text`] and [`not_json`], where it drops the package.

use proptest::prelude::*;
use rstest::rstest;

use super::recipe_json;

fn json(yaml: impl AsRef<[u8]>) -> String {
    recipe_json(yaml.as_ref()).to_string()
}

#[test]
fn a_rendered_recipe() {
    let recipe = "\
# This file created by conda-build 24.9.0
# ------------------------------------------------

package:
  name: zstd
  version: 1.5
source:
  - url: https://example.org/zstd-1.5.tar.gz
    sha256: c0ffee
build:
  number: 0
  string: h0123_0
requirements:
  host: []
  run:
    - zlib >=1.2,<2
about:
  summary: 'Fast
    compression'
  description: |
    Level: 1

    to 22.
extra:
  final: true
";
    insta::assert_snapshot!(format!("{:#}", recipe_json(recipe.as_bytes())), @r#"
    {
      "about": {
        "description": "Level: 1\n\nto 22.\n",
        "summary": "Fast compression"
      },
      "build": {
        "number": 0,
        "string": "h0123_0"
      },
      "extra": {
        "final": true
      },
      "package": {
        "name": "zstd",
        "version": 1.5
      },
      "requirements": {
        "host": [],
        "run": [
          "zlib >=1.2,<2"
        ]
      },
      "source": [
        {
          "sha256": "c0ffee",
          "url": "https://example.org/zstd-1.5.tar.gz"
        }
      ]
    }
    "#);
}

#[rstest]
#[case::empty("", "null")]
#[case::blank("\n\n  \n", "null")]
#[case::comment("# only a comment\n", "null")]
#[case::marker("---\n", "null")]
#[case::scalar("text", r#""text""#)]
#[case::list("- a\n- b\n", r#"["a","b"]"#)]
#[case::explicit_document("---\na: b\n...\n", r#"{"a":"b"}"#)]
fn documents(#[case] yaml: &str, #[case] expected: &str) {
    assert_eq!(json(yaml), expected);
}

#[rstest]
#[case("12", "12")]
#[case("-12", "-12")]
#[case("+12", "12")]
#[case("012", "12")]
#[case("089", "89")]
#[case("-0", "0")]
#[case("0o12", "10")]
#[case("0x1F", "31")]
#[case("-0x1f", "-31")]
#[case("0b101", "5")]
#[case("1_000", "1000")]
#[case("123456789012345678901234567890", "123456789012345678901234567890")]
#[case("0xFFFFFFFFFFFFFFFFFFFF", "1208925819614629174706175")]
#[case("0X1F", r#""0X1F""#)]
#[case("0o8", r#""0o8""#)]
#[case("1:30", r#""1:30""#)]
#[case("_1", r#""_1""#)]
#[case("-", r#"[null]"#)]
fn integers(#[case] yaml: &str, #[case] expected: &str) {
    assert_eq!(json(yaml), expected);
}

#[rstest]
#[case("1.20", "1.2")]
#[case("5.", "5.0")]
#[case(".5", "0.5")]
#[case("-.5", "-0.5")]
#[case("1e3", "1000.0")]
#[case("1.5E+3", "1500.0")]
#[case("1_0.5_0", "10.5")]
#[case("-0.0", "-0.0")]
#[case("0.0001", "0.0001")]
#[case("0.00001", "1e-05")]
#[case("1e15", "1000000000000000.0")]
#[case("1e16", "1e+16")]
#[case("5e-324", "5e-324")]
#[case("12345678901234567.0", "1.2345678901234568e+16")]
#[case(".5e+3", "500.0")]
#[case(".5e3", r#"".5e3""#)]
#[case("1.2.3", r#""1.2.3""#)]
#[case("1e", r#""1e""#)]
fn floats(#[case] yaml: &str, #[case] expected: &str) {
    assert_eq!(json(yaml), expected);
}

#[rstest]
#[case("true", "true")]
#[case("False", "false")]
#[case("TRUE", "true")]
#[case("tRUE", r#""tRUE""#)]
#[case("yes", r#""yes""#)]
#[case("off", r#""off""#)]
#[case("y", r#""y""#)]
#[case("~", "null")]
#[case("Null", "null")]
#[case("NULL", "null")]
#[case("nUll", r#""nUll""#)]
#[case("[a, , b]", "{}")]
#[case("a:", r#"{"a":null}"#)]
fn words(#[case] yaml: &str, #[case] expected: &str) {
    assert_eq!(json(yaml), expected);
}

#[rstest]
#[case::single_quoted("'it''s\n  1\n\n  2'", r#""it's 1\n2""#)]
#[case::double_quoted(
    r#""a\tb\u00e9\
  c""#,
    r#""a\tbéc""#
)]
#[case::quoted_number("'12'", r#""12""#)]
#[case::plain_over_lines("a: b\n  c\n\n  d\n", r#"{"a":"b c\nd"}"#)]
#[case::literal("a: |\n  b\n   c\n\n\n", r#"{"a":"b\n c\n"}"#)]
#[case::literal_strip("a: |-\n  b\n\n", r#"{"a":"b"}"#)]
#[case::literal_keep("a: |+\n  b\n\n", r#"{"a":"b\n\n"}"#)]
#[case::literal_indented("a: |1\n   b\n", r#"{"a":"  b\n"}"#)]
#[case::folded("a: >\n  b\n  c\n\n  d\n    e\n  f\n", r#"{"a":"b c\nd\n  e\nf\n"}"#)]
#[case::folded_number("a: >-\n  12\n", r#"{"a":"12"}"#)]
#[case::literal_at_the_end("a: |\n  b\n  c", r#"{"a":"b\nc"}"#)]
#[case::literal_with_blanks_at_the_end("a: |\n  b\n  ", r#"{"a":"b\n"}"#)]
#[case::literal_with_more_blanks_at_the_end("a: |\n  b\n    ", r#"{"a":"b\n  "}"#)]
#[case::literal_before_more("a: |\n  b\nc: d", r#"{"a":"b\n","c":"d"}"#)]
#[case::carriage_returns("a: |\r\n  b\r\nc: d\r\n", r#"{"a":"b\n","c":"d"}"#)]
fn text_over_lines(#[case] yaml: &str, #[case] expected: &str) {
    assert_eq!(json(yaml), expected);
}

#[rstest]
#[case::json_names(
    "{~: a, true: b, 2: c, 1.50: d, 0x10: e, .inf: f, -.inf: g, .nan: h}",
    r#"{"-Infinity":"g","1.5":"d","16":"e","2":"c","Infinity":"f","NaN":"h","null":"a","true":"b"}"#
)]
#[case::empty(": a", r#"{"null":"a"}"#)]
#[case::explicit("? a\n: b\n? c\n", r#"{"a":"b","c":null}"#)]
#[case::sorted("b: 1\na: 2\n", r#"{"a":2,"b":1}"#)]
#[case::value_key("{=: a}", r#"{"=":"a"}"#)]
#[case::quoted_merge_key("'<<': a", r#"{"<<":"a"}"#)]
#[case::later_of_one_name("{1: a, '1': b}", r#"{"1":"b"}"#)]
#[case::later_of_one_name_reversed("{'1': b, 1: a}", r#"{"1":"a"}"#)]
#[case::duplicate("{a: 1, a: 2}", "{}")]
#[case::duplicate_number("{1: a, 1.0: b}", "{}")]
#[case::duplicate_bool("{0: a, false: b}", "{}")]
#[case::duplicate_zero("{0.0: a, -0.0: b}", "{}")]
#[case::duplicate_null("{~: a, null: b}", "{}")]
#[case::duplicate_inside("a: [{b: 1, b: 1}]", "{}")]
fn keys(#[case] yaml: &str, #[case] expected: &str) {
    assert_eq!(json(yaml), expected);
}

#[rstest]
#[case::alias("a: &x [1]\nb: *x\n", r#"{"a":[1],"b":[1]}"#)]
#[case::latest_anchor("a: &x 1\nb: &x 2\nc: *x\n", r#"{"a":1,"b":2,"c":2}"#)]
#[case::anchored_nothing("a: &x\nb: *x\n", r#"{"a":null,"b":null}"#)]
#[case::alias_as_key("a: &x k\n*x : v\n", r#"{"a":"k","k":"v"}"#)]
#[case::unknown("a: *x", "{}")]
#[case::merge(
    "a: &x {b: 1, c: 2}\nd:\n  <<: *x\n  c: 3\n",
    r#"{"a":{"b":1,"c":2},"d":{"b":1,"c":3}}"#
)]
#[case::own_first("a: {c: 3, <<: {b: 1, c: 2}}", r#"{"a":{"b":1,"c":3}}"#)]
#[case::first_of_list("{<<: [{a: 1}, {a: 2, b: 2}]}", r#"{"a":1,"b":2}"#)]
#[case::merge_of_merge("{<<: {<<: {a: 1, b: 1}, b: 2}}", r#"{"a":1,"b":2}"#)]
#[case::merge_allows_duplicates("{<<: {a: 1}, b: 1, b: 2}", r#"{"a":1,"b":2}"#)]
#[case::merge_of_nothing_does_not("{<<: {}, b: 1, b: 2}", "{}")]
#[case::first_key_later_value("{<<: {1: a}, true: b}", r#"{"1":"b"}"#)]
#[case::merge_tag("{!!merge x: {a: 1}}", r#"{"a":1}"#)]
#[case::merged_twice("{<<: {a: 1}, <<: {b: 2}}", "{}")]
#[case::merge_of_scalar("{<<: 1}", "{}")]
#[case::merge_of_scalars("{<<: [1]}", "{}")]
#[case::merge_key_as_value("a: <<", "{}")]
#[case::value_key_as_value("a: =", "{}")]
fn aliases_and_merges(#[case] yaml: &str, #[case] expected: &str) {
    assert_eq!(json(yaml), expected);
}

#[rstest]
#[case::text("!!str 12", r#""12""#)]
#[case::text_of_nothing("a: !!str", r#"{"a":""}"#)]
#[case::tilde_is_text("!!str ~", r#""~""#)]
#[case::int("!!int '0x10'", "16")]
#[case::float("!!float 1", "1.0")]
#[case::bool("!!bool yes", "true")]
#[case::null("!!null anything", "null")]
#[case::verbatim("!<tag:yaml.org,2002:int> '7'", "7")]
#[case::own_handle("%TAG !c! tag:yaml.org,2002:\n---\n!c!int '7'", "7")]
#[case::unspecific("[! '12', ! [a], ! {a: b}]", r#"[12,["a"],{"a":"b"}]"#)]
#[case::ordered_map("!!omap [b: 1, a: 2]", r#"{"a":2,"b":1}"#)]
#[case::pairs("!!pairs [a: 1, a: 2]", r#"[["a",1],["a",2]]"#)]
#[case::default_value("!!int {a: 1, =: 5}", "5")]
#[case::unknown("!foo 1", "{}")]
#[case::unknown_core("!!python/none 1", "{}")]
#[case::wrong_kind("!!seq {}", "{}")]
#[case::wrong_kind_of_text("!!str []", "{}")]
#[case::ordered_map_of_scalars("!!omap [a]", "{}")]
#[case::ordered_map_with_duplicates("!!omap [a: 1, a: 2]", "{}")]
fn tags(#[case] yaml: &str, #[case] expected: &str) {
    assert_eq!(json(yaml), expected);
}

#[rstest]
#[case::date("2024-01-31", r#""2024-01-31""#)]
#[case::no_date("2024-13-99", r#""2024-13-99""#)]
#[case::datetime("2001-12-14t21:59:43.10-05:00", r#""2001-12-14t21:59:43.10-05:00""#)]
#[case::date_as_key("2024-01-31: a", r#"{"2024-01-31":"a"}"#)]
#[case::timestamp("!!timestamp 2024-01-31", r#""2024-01-31""#)]
#[case::binary("!!binary aGVsbG8=", r#""aGVsbG8=""#)]
#[case::set("!!set {b, a}", r#"{"a":null,"b":null}"#)]
#[case::infinite("[.inf, -.INF, .NaN, 1e400]", r#"[".inf","-.INF",".NaN","1e400"]"#)]
#[case::no_number(
    "[0x_, -_, ._, !!int a, !!float b, !!bool c]",
    r#"["0x_","-_","._","a","b","c"]"#
)]
fn kept_as_text(#[case] yaml: &str, #[case] expected: &str) {
    assert_eq!(json(yaml), expected);
}

#[rstest]
#[case::list_as_key("{[a]: 1}")]
#[case::mapping_as_key("{{a: b}: 1}")]
#[case::key_in_a_set("!!set {[a]}")]
#[case::inside_itself("&a [*a]")]
fn not_json(#[case] yaml: &str) {
    assert_eq!(json(yaml), "{}");
}

/// Here ruamel.yaml would merge nothing. Not worth a rule: nobody writes it.
#[test]
fn a_mapping_merged_into_itself_is_not_read() {
    assert_eq!(json("&a {<<: *a, b: 1}"), "{}");
}

#[rstest]
#[case::jinja_expression("name: {{ name }}\n")]
#[case::jinja_statement("{% set version = '1.0' %}\npackage:\n  name: a\n")]
#[case::two_documents("a: 1\n---\nb: 2\n")]
#[case::text_after_the_end("a: 1\n...\nb: 2\n")]
#[case::other_major_version("%YAML 2.0\n---\na: 1\n")]
#[case::two_versions("%YAML 1.2\n%YAML 1.2\n---\na: 1\n")]
#[case::reserved_character("a: @b")]
#[case::backquote("a: `b`")]
#[case::unclosed("a: [b")]
#[case::nested_plain_mapping("a: b: c")]
#[case::less_indented("a:\n    b: 1\n  c: 2\n")]
#[case::control_character("a: b\u{1}")]
#[case::delete("# \u{7f}")]
#[case::nul("a: b\0")]
#[case::non_character("a: \u{fffe}")]
fn yaml_errors(#[case] yaml: &str) {
    assert_eq!(json(yaml), "{}");
}

#[rstest]
#[case::quoted("a: 'b\tc'", r#"{"a":"b\tc"}"#)]
#[case::literal("a: |\n  b\tc\n", r#"{"a":"b\tc\n"}"#)]
#[case::comment("a: b # c\td\n#\te\n", r#"{"a":"b"}"#)]
#[case::between_brackets("a: [\tb,\tc\t]", r#"{"a":["b","c"]}"#)]
#[case::between_inner_brackets("[{\ta: [b]\t}\t]", r#"[{"a":["b"]}]"#)]
#[case::indentation("a:\n\tb: c\n", "{}")]
#[case::before_value("a:\tb", "{}")]
#[case::after_value("a: b\t\n", "{}")]
#[case::before_comment("a: b\t# c\n", "{}")]
#[case::in_plain("a: b\tc", "{}")]
#[case::in_plain_between_brackets("[a\tb]", "{}")]
#[case::after_brackets("[a]\t", "{}")]
#[case::blank_line("a: b\n\t\nc: d\n", "{}")]
#[case::literal_header("a: |\t\n  b\n", "{}")]
fn tabs(#[case] yaml: &str, #[case] expected: &str) {
    assert_eq!(json(yaml), expected);
}

#[rstest]
#[case::utf8("a: é𝄞".as_bytes(), r#"{"a":"é𝄞"}"#)]
#[case::utf8_marked(b"\xef\xbb\xbfa: b", r#"{"a":"b"}"#)]
#[case::utf16_le(b"\xff\xfea\0:\0 \0\xe9\0", r#"{"a":"é"}"#)]
#[case::utf16_be(b"\xfe\xff\0a\0:\0 \0\xe9", r#"{"a":"é"}"#)]
#[case::utf16_pair(b"\xfe\xff\xd8\x34\xdd\x1e", r#""𝄞""#)]
#[case::utf16_cut(b"\xfe\xff\0a\0", "{}")]
#[case::utf16_half_pair(b"\xfe\xff\xd8\x34", "{}")]
#[case::utf16_unmarked(b"a\0:\0 \0b\0", "{}")]
#[case::latin_1(b"a: \xe9", "{}")]
fn encodings(#[case] yaml: &[u8], #[case] expected: &str) {
    assert_eq!(json(yaml), expected);
}

#[rstest]
#[case::bools("[yes, No, ON, y, n, true]", "[true,false,true,true,false,true]")]
#[case::octal("[012, 0, 08, 0o12]", r#"[10,0,"08","0o12"]"#)]
#[case::sixties("[1:30, -1:30:20, 1:75, 1:30.5]", r#"[90,-5420,"1:75",90.5]"#)]
#[case::fraction("[.5, -.5]", r#"[0.5,"-.5"]"#)]
#[case::key("{yes: a}", r#"{"true":"a"}"#)]
fn version_1_1(#[case] yaml: &str, #[case] expected: &str) {
    assert_eq!(json(format!("%YAML 1.1\n---\n{yaml}")), expected);
    assert_ne!(json(yaml), expected, "the version is not remembered");
}

#[test]
fn versions_without_rules_of_their_own_are_1_2() {
    for version in ["1.2", "1.3"] {
        assert_eq!(json(format!("%YAML {version}\n---\n[yes, 012]")), r#"["yes",12]"#);
    }
}

#[test]
fn nesting_ends_at_a_hundred_collections() {
    let nested = |depth| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
    assert_eq!(json(nested(100)), nested(100));
    assert_eq!(json(nested(101)), "{}");
    assert_eq!(json("- ".repeat(100_000)), "{}");

    let chain = |links: usize| {
        let link = |link| format!("  - &a{link} [*a{}]\n", link - 1);
        let links: String = (1..=links).map(link).collect();
        format!("links:\n  - &a0 []\n{links}")
    };
    assert_ne!(json(chain(97)), "{}");
    assert_eq!(json(chain(98)), "{}");
}

#[rstest]
#[case::lists("[]", |below: &str| format!("[{}]", [below; 9].join(", ")))]
#[case::merges("{}", |below: &str| format!("{{<<: [{}]}}", [below; 9].join(", ")))]
fn aliases_cannot_multiply(#[case] lowest: &str, #[case] level: fn(&str) -> String) {
    let levels = |count: usize| {
        let level = |number| format!("- &x{number} {}\n", level(&format!("*x{}", number - 1)));
        let levels: String = (1..=count).map(level).collect();
        format!("- &x0 {lowest}\n{levels}")
    };
    assert_ne!(json(levels(4)), "{}");
    assert_eq!(json(levels(12)), "{}");
}

#[test]
fn aliases_cannot_multiply_text() {
    let repeated = |count| format!("- &x {}\n{}", "a".repeat(100_000), "- *x\n".repeat(count));
    assert_ne!(json(repeated(100)), "{}");
    assert_eq!(json(repeated(1_000)), "{}");
}

proptest! {
    #[test]
    fn any_bytes_are_read(yaml: Vec<u8>) {
        recipe_json(&yaml);
    }

    #[test]
    fn any_syntax_is_read(yaml in "([-?:,\\[\\]{}#&*!|>'\"%@`~<= \n\t]|[ab1]|<<: |&a |\\*a|- ){0,60}") {
        recipe_json(yaml.as_bytes());
    }

    #[test]
    fn a_float_comes_back(value in proptest::num::f64::NORMAL | proptest::num::f64::ZERO) {
        let recipe = recipe_json(format!("a: {value:e}").as_bytes());
        prop_assert_eq!(recipe["a"].as_f64(), Some(value));
    }
}
