//! What templates can do with values, beside what the template engine brings.
//!
//! | filter | makes |
//! |---|---|
//! | `size` | `1.4 MB` of bytes |
//! | `grouped` | `28,013` of a number |
//! | `date` | `2026-11-21` of a time |
//! | `month` | `Nov 2026` of a time or a month |
//! | `folder` | the folder of a package's pages, of its name |
//! | `stem` | the name of a build's page without `.html`, of its file name |
//! | `group` | the name of the page of a maintainer or licence without `.html` |
//! | `segment` | any name as one segment of a URL |
//! | `query` | any text as a value in the query of a URL |
//! | `href` | a URL of the web, or nothing |
//! | `cut(n)` | the text with at most `n` characters |
//! | `shell` | the text as one word of a shell's command line |
//! | `css` | the text as the value of a custom property, or nothing |
//! | `json` | the value as JSON text, on several lines |
//! | `markdown` | safe HTML of Markdown, headings being `h3` and below |
//! | `in_html` | the text as HTML inside text, which feeds hold |

use minijinja::value::Value;
use minijinja::{Environment, Error, ErrorKind};

use super::address::{build_stem, group_stem, package_folder};
use super::size::human_size;
use super::{link, markdown, metadata_text};
use crate::web_url::web_url;

pub(super) fn add_to(environment: &mut Environment<'_>) {
    environment.add_filter("size", human_size);
    environment.add_filter("grouped", grouped);
    environment.add_filter("date", date);
    environment.add_filter("month", month);
    environment.add_filter("folder", |name: &str| package_folder(name));
    environment.add_filter("group", |name: &str| group_stem(name));
    environment.add_filter("stem", |file_name: &str| build_stem(file_name));
    environment.add_filter("segment", |name: &str| link::encoded_segment(name));
    environment.add_filter("query", link::encoded_query);
    environment.add_filter("href", |url: &str| web_url(url));
    environment.add_filter("cut", |text: &str, limit: usize| {
        metadata_text::cut(text, limit).into_owned()
    });
    environment.add_filter("shell", shell_word);
    environment.add_filter("css", css_value);
    environment.add_filter("json", json);
    environment.add_filter("markdown", |text: &str| {
        Value::from_safe_string(markdown::to_html(text))
    });
}

/// The number with commas between thousands.
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut grouped = String::new();
    for (position, digit) in digits.chars().enumerate() {
        if position > 0 && (digits.len() - position).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

/// The day of a time in RFC 3339.
fn date(time: &str) -> String {
    time.chars().take(10).collect()
}

/// The month of a time in RFC 3339, or of a month.
fn month(time: &str) -> String {
    const NAMES: [&str; 12] = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ];
    let mut parts = time.split('-');
    let year = parts.next().unwrap_or_default();
    let name = parts
        .next()
        .and_then(|month| month.parse::<usize>().ok())
        .and_then(|month| NAMES.get(month.checked_sub(1)?));
    name.map_or_else(|| time.to_owned(), |name| format!("{name} {year}"))
}

/// The text as one word of a command line: in quotes if a shell would read more into it.
fn shell_word(text: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "._-+=:/@%,".contains(c);
    if !text.is_empty() && !text.starts_with('-') && text.chars().all(is_plain) {
        return text.to_owned();
    }
    format!("'{}'", text.replace('\'', r"'\''"))
}

/// The text if it can be the value of a custom property and nothing else: no end of the rule, no comment,
/// nothing that is loaded.
///
/// ```
/// use towpath_core::site::css_value;
/// assert!(css_value("rgb(1 2 3)").is_some());
/// assert_eq!(css_value("red } body { display: none"), None);
/// ```
pub fn css_value(text: &str) -> Option<String> {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || " .,#%()+-*/'_".contains(c);
    let open = text.chars().try_fold(0_usize, |open, c| match c {
        '(' => Some(open + 1),
        ')' => open.checked_sub(1),
        _ => Some(open),
    });
    let is_balanced = open == Some(0);
    let is_value = !text.trim().is_empty()
        && text.chars().all(is_plain)
        && is_balanced
        && text.matches('\'').count().is_multiple_of(2)
        && !text.contains("/*")
        && !text.to_ascii_lowercase().contains("url(");
    is_value.then(|| text.to_owned())
}

fn json(value: &Value) -> Result<String, Error> {
    serde_json::to_string_pretty(value)
        .map_err(|error| Error::new(ErrorKind::BadSerialization, error.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_grouped_by_thousands() {
        assert_eq!(
            [0, 999, 1000, 28_013, 1_234_567].map(grouped),
            ["0", "999", "1,000", "28,013", "1,234,567"]
        );
    }

    #[test]
    fn commands_hold_a_name_as_one_word() {
        assert_eq!(shell_word("r-data.table"), "r-data.table");
        assert_eq!(shell_word("https://h.example/a/"), "https://h.example/a/");
        assert_eq!(shell_word("x; rm -rf ~"), "'x; rm -rf ~'");
        assert_eq!(shell_word("it's"), r"'it'\''s'");
        assert_eq!(shell_word("--yes"), "'--yes'");
        assert_eq!(shell_word(""), "''");
    }

    #[test]
    fn a_theme_sets_values_and_no_rules() {
        for value in [
            "oklch(0.5 0.1 20)",
            "#fdfdfd",
            "light-dark(#fff, #111)",
            "'Fira Sans', sans-serif",
        ] {
            assert_eq!(css_value(value).as_deref(), Some(value));
        }
        for other in [
            "",
            "red;}",
            "red}body{",
            "url(x)",
            "URL(//h)",
            "/* */",
            "a)b(c))",
            "it's",
            "</style>",
            "a\\b",
        ] {
            assert_eq!(css_value(other), None, "{other}");
        }
    }

    #[test]
    fn months_are_named() {
        assert_eq!(month("2026-11-21T00:00:00Z"), "Nov 2026");
        assert_eq!(month("2017-01"), "Jan 2017");
        assert_eq!(month("soon"), "soon");
    }

    #[test]
    fn markdown_is_not_escaped_again() {
        let mut environment = Environment::new();
        add_to(&mut environment);
        let values = minijinja::context! { text => "*a* <" };
        let html = environment.render_named_str("a.html", "{{ text|markdown }}", values);
        assert_eq!(html.unwrap(), "<p><em>a</em> &lt;</p>\n");
    }
}
