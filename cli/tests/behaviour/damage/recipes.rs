//! Recipes: whatever is wrong with one, the package is sound.

use towpath_tests::PackageBuilder;

use super::{Case, both, outcomes};

fn recipe(title: &'static str, text: impl Into<Vec<u8>>) -> Case {
    let text = text.into();
    both(title, |package| package.member("info/recipe/meta.yaml", text))
}

fn rattler_recipe(title: &'static str, text: &str) -> Case {
    both(title, |package: PackageBuilder| package.rattler_recipe(text))
}

/// A text in which each line names the one before it nine times.
fn aliases(lines: usize) -> String {
    let mut text = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n".to_owned();
    for line in 1..lines {
        let names = vec![format!("*a{}", line - 1); 9].join(", ");
        text += &format!("a{line}: &a{line} [{names}]\n");
    }
    text
}

#[test]
fn no_recipe_keeps_a_package_out() {
    let outcomes = outcomes(&[
        recipe(
            "E50 Jinja",
            "{% set version = '1' %}\npackage:\n  version: {{ version }}\n",
        ),
        recipe("E50b a key twice", "a: 1\na: 2\n"),
        recipe("E50c two documents", "a: 1\n---\nb: 2\n"),
        recipe("E50d a tab", "a:\n\tb: 1\n"),
        recipe("E50e an unknown tag", "a: !mine 1\n"),
        recipe("E50f a control character", "a: \x01\n"),
        recipe("E50g Latin-1", b"a: \xfc\n"),
        recipe("E50h an alias of nothing", "a: *nothing\n"),
        recipe("E50i an alias of itself", "a: &a [*a]\n"),
        recipe("E51 a date", "package:\n  date: 2020-01-01\n"),
        recipe("E51b binary", "a: !!binary aGVsbG8=\n"),
        recipe("E51c a set", "a: !!set {x, y}\n"),
        recipe("E51d a pair for a key", "? [a, b]\n: 1\n"),
        recipe(
            "E52 a date in the requirements",
            "requirements:\n  build: [2020-01-01]\n",
        ),
        recipe("E53 nothing", ""),
        recipe("E53b a scalar", "recipe"),
        recipe("E53c a list", "[a]"),
        recipe("E54 infinity", "a: .inf\nb: .nan\n"),
        recipe(
            "E54b large numbers",
            "a: 1e999\nb: 123456789012345678901234567890\n",
        ),
        both("E55 three files", |package| {
            package
                .member("info/meta.yaml", "a: [")
                .member("info/recipe/meta.yaml.rendered", "a: {")
                .recipe("a: 1")
        }),
        recipe("E56 a list of sources", "source:\n  - url: [a, b]\n"),
        recipe("E56b nested 100,000 deep", "[".repeat(100_000)),
        recipe(
            "E56c nested 100,000 deep and closed",
            "[".repeat(100_000) + &"]".repeat(100_000),
        ),
        recipe("E56d nested 10,000 deep in blocks", "- ".repeat(10_000)),
        recipe("E56e a thousand million aliases", aliases(10)),
        rattler_recipe("E56f broken for rattler-build", "a: ["),
    ]);
    let kept_out: Vec<&str> = outcomes
        .lines()
        .filter(|line| line.starts_with("    ") && *line != "    indexed")
        .collect();
    assert_eq!(kept_out, [""; 0], "{outcomes}");
}
