//! What descriptions look like.

use std::time::{Duration, Instant};

use proptest::prelude::*;
use rstest::rstest;

use super::html::DEPTH_MAX;
use super::*;

#[rstest]
#[case::paragraphs(
    "Sentences may go on for as long as there are words, and\ntwo.\n\nThree.",
    "<p>Sentences may go on for as long as there are words, and\ntwo.</p>\n<p>Three.</p>\n"
)]
#[case::marks(
    "*a* **b** ~~c~~ `d < e`",
    "<p><em>a</em> <strong>b</strong> <del>c</del> <code>d &lt; e</code></p>\n"
)]
#[case::hard_break("one  \ntwo", "<p>one<br>\ntwo</p>\n")]
#[case::list(
    "- a\n- b\n  1. c",
    "<ul>\n<li>a</li>\n<li>b<ol>\n<li>c</li>\n</ol>\n</li>\n</ul>\n"
)]
#[case::list_from("3) a", "<ol start=\"3\">\n<li>a</li>\n</ol>\n")]
#[case::tasks("- [ ] a\n- [x] b", "<ul>\n<li>[ ] a</li>\n<li>[x] b</li>\n</ul>\n")]
#[case::code("```c++\na < b\n```", "<pre tabindex=\"0\"><code>a &lt; b\n</code></pre>\n")]
#[case::quote("> a", "<blockquote>\n<p>a</p>\n</blockquote>\n")]
#[case::rule("a\n\n***\n", "<p>a</p>\n<hr>\n")]
#[case::entity("&lt;&#60;&nosuch;", "<p>&lt;&lt;&amp;nosuch;</p>\n")]
#[case::nothing(" \n", "")]
fn markdown_is_html(#[case] markdown: &str, #[case] html: &str) {
    assert_eq!(to_html(markdown), html);
}

#[test]
fn tables_say_what_their_headers_are_for() {
    let html = to_html("| a | |\n|---|--:|\n| b | *c* |\n");
    assert_eq!(
        html,
        "<div class=\"scroll\" role=\"region\" aria-label=\"Table\" tabindex=\"0\">\n<table>\n\
         <thead>\n<tr><th scope=\"col\">a</th><td></td></tr>\n</thead>\n<tbody>\n\
         <tr><td>b</td><td><em>c</em></td></tr>\n</tbody>\n</table>\n</div>\n"
    );
}

#[rstest]
#[case("# a\n## b\n# c", "<h3>a</h3><h4>b</h4><h3>c</h3>")]
#[case("#### a\n###### b\n## c\n# d", "<h3>a</h3><h4>b</h4><h3>c</h3><h3>d</h3>")]
#[case(
    "# a\n## b\n### c\n#### d\n##### e\n###### f",
    "<h3>a</h3><h4>b</h4><h5>c</h5><h6>d</h6><h6>e</h6><h6>f</h6>"
)]
#[case("#\n## a", "<h3>a</h3>")]
#[case("# a\n## b\n# ![]()\n### c", "<h3>a</h3><h4>b</h4><h5>c</h5>")]
#[case(
    "# <!-- nothing -->\n# a {#id .class onclick=x}",
    "<h3>a {#id .class onclick=x}</h3>"
)]
#[case("a\n===\nb\n---", "<h3>a</h3><h4>b</h4>")]
fn headings_never_skip_a_level(#[case] markdown: &str, #[case] html: &str) {
    assert_eq!(to_html(markdown).replace('\n', ""), html);
}

const REL: &str = "rel=\"noopener nofollow\"";

#[rstest]
#[case(
    "[a](https://h.example/?a=1&b=2 \"title\")",
    "<a href=\"https://h.example/?a=1&amp;b=2\" REL>a</a>"
)]
#[case("<http://h.example>", "<a href=\"http://h.example\" REL>http://h.example</a>")]
#[case(
    "see (https://h.example/a_(b)_c).",
    "see (<a href=\"https://h.example/a_(b)_c\" REL>https://h.example/a_(b)_c</a>)."
)]
#[case(
    "HTTPS://h.example, xhttp://h.example",
    "HTTPS://h.example, xhttp://h.example"
)]
#[case(
    "https://h.example/a*b*c",
    "<a href=\"https://h.example/a\" REL>https://h.example/a</a><em>b</em>c"
)]
#[case("`https://h.example`", "<code>https://h.example</code>")]
#[case(
    "[https://a.example](https://b.example)",
    "<a href=\"https://b.example\" REL>https://a.example</a>"
)]
#[case("[a]\n\n[a]: https://h.example", "<a href=\"https://h.example\" REL>a</a>")]
#[case(
    "[](https://h.example)",
    "<a href=\"https://h.example\" REL>https://h.example</a>"
)]
#[case("[a](docs/a.md) [b](#b) [c](//h.example)", "a b c")]
#[case("[a](b), *c*.", "a, <em>c</em>.")]
#[case(
    "[a](javascript:alert(1)) [b](data:text/html,x) <mailto:a@h.example> <b@h.example>",
    "a b mailto:a@h.example b@h.example"
)]
#[case(
    "[a](https://h.example/\\\"onclick=x)",
    "<a href=\"https://h.example/%22onclick=x\" REL>a</a>"
)]
#[case("http:///a http://", "http:///a http://")]
#[case(
    "![](https://h.example/a.png)",
    "<a href=\"https://h.example/a.png\" REL>https://h.example/a.png</a>"
)]
#[case(
    "![a *b*](https://h.example/a.png)",
    "<a href=\"https://h.example/a.png\" REL>a <em>b</em></a>"
)]
#[case("![a](a.png)", "a")]
#[case(
    "[![build](https://i.example)](https://h.example)",
    "<a href=\"https://h.example\" REL>build</a>"
)]
#[case(
    "[![](https://i.example)](https://h.example)",
    "<a href=\"https://h.example\" REL>https://h.example</a>"
)]
#[case(
    "![[a](https://b.example)](https://h.example)",
    "<a href=\"https://h.example\" REL>a</a>"
)]
fn links_lead_to_the_web_and_nothing_is_fetched(#[case] markdown: &str, #[case] html: &str) {
    let html = html.replace("REL", REL);
    assert_eq!(to_html(markdown).replace('\n', ""), format!("<p>{html}</p>"));
}

#[rstest]
#[case("a <b onclick=x>b</b>", "<p>a &lt;b onclick=x&gt;b&lt;/b&gt;</p>\n")]
#[case("a<br/>b<BR>c", "<p>a<br>\nb<br>\nc</p>\n")]
#[case("a <!-- hidden --> b", "<p>a  b</p>\n")]
#[case("<!-- hidden\n\n-->\nb", "<p>b</p>\n")]
#[case("<!-- hidden -->", "")]
#[case(
    "<div>\n<!-- hidden --><img src=x onerror=alert(1)>\n</div>\n\nb",
    "<p>&lt;div&gt;\n&lt;img src=x onerror=alert(1)&gt;\n&lt;/div&gt;</p>\n<p>b</p>\n"
)]
#[case("<script>alert(1)</script>", "<p>&lt;script&gt;alert(1)&lt;/script&gt;</p>\n")]
#[case("a\u{202e}b\u{2066}&#x202e;\0\u{7}", "<p>ab</p>\n")]
fn html_and_characters_that_deceive_are_not_kept(#[case] markdown: &str, #[case] html: &str) {
    assert_eq!(to_html(markdown), html);
}

#[rstest]
#[case("a[^1]\n\n[^1]: b", "<p>a[1]</p>\n<p>[1] b</p>\n\n")]
#[case("a[^x]\n\n[^x]: - b", "<p>a[x]</p>\n<p>[x]</p>\n<ul>\n<li>b</li>\n</ul>\n\n")]
#[case("a[^1]\n\n[^1]:\n\nb", "<p>a[1]</p>\n\n<p>b</p>\n")]
fn footnotes_stay_where_they_are(#[case] markdown: &str, #[case] html: &str) {
    assert_eq!(to_html(markdown), html);
}

#[test]
fn lines_that_are_short_on_purpose_end_where_they_end() {
    let text = "The py lib is a Python development support library featuring the following\ntools and modules:\npy.path: uniform local and svn path objects\npy.code: dynamic code\n";
    let wrapped = "Tornado is a Python web framework and asynchronous\nnetworking library, originally developed at FriendFeed by\nusing non-blocking network I/O";
    assert_eq!(to_html(text).matches("<br>").count(), 2);
    assert_eq!(to_html(wrapped).matches("<br>").count(), 0);
    assert_eq!(
        to_html("Author: a\nLicense: b"),
        "<p>Author: a<br>\nLicense: b</p>\n"
    );
    assert_eq!(to_html("*Author*: a\n*License*: b\nc").matches("<br>").count(), 2);
    let with_a_long_line = [20, 14, 15, 14].map(|words| "word ".repeat(words)).join("\n");
    assert_eq!(to_html(&with_a_long_line).matches("<br>").count(), 0);
    let long_lines = format!("{0}\n{1}\n{0}", "word ".repeat(40), "word ".repeat(20));
    assert_eq!(to_html(&long_lines).matches("<br>").count(), 1);
}

#[rstest]
#[case::titles(
    "*****\nTitle\n*****\n\nPart\n~~~~\n\ntext\n\nPart\n^^^^\n\nx",
    "<h3>Title</h3><h4>Part</h4><p>text</p><h5>Part</h5><p>x</p>"
)]
#[case::titles_as_in_markdown("Title\n=====\ntext", "<h3>Title</h3><p>text</p>")]
#[case::code(
    "Do::\n\n  make\n    install\n\nand so on",
    "<p>Do:</p><pre tabindex=\"0\"><code>make  install</code></pre><p>and so on</p>"
)]
#[case::code_apart("Do ::\n\n  make", "<p>Do</p><pre tabindex=\"0\"><code>make</code></pre>")]
#[case::directive(
    "Do\n\n.. code-block:: sh\n   :linenos:\n\n   make\n",
    "<p>Do</p><pre tabindex=\"0\"><code>make</code></pre>"
)]
#[case::no_code("The namespace std::\nand so on", "<p>The namespace std::<br>and so on</p>")]
#[case::grid(
    "+---+\n| a |\n+---+\n\nb",
    "<pre tabindex=\"0\"><code>+---+| a |+---+</code></pre><p>b</p>"
)]
#[case::literal("``a_b``", "<p><code>a_b</code></p>")]
#[case::fence("~~~\ncode\n~~~\nb", "<pre tabindex=\"0\"><code>code</code></pre><p>b</p>")]
#[case::long_fence(
    "a\n\n~~~~\ncode\n~~~~\n\nb",
    "<p>a</p><pre tabindex=\"0\"><code>code</code></pre><p>b</p>"
)]
#[case::in_fence(
    "```\nDo::\n\n  make\n```",
    "<pre tabindex=\"0\"><code>Do::  make</code></pre>"
)]
fn restructured_text_reads_well(#[case] text: &str, #[case] html: &str) {
    assert_eq!(to_html(text).replace('\n', ""), html);
}

#[rstest]
#[case(
    "see `the *docs* [1] <https://h.example/a&b>`_, now",
    "see <a href=\"https://h.example/a&amp;b\" REL>the *docs* [1]</a>, now"
)]
#[case(
    "`two\nlines <https://h.example>`__.",
    "<a href=\"https://h.example\" REL>twolines</a>."
)]
#[case(
    "`<https://h.example>`_",
    "<a href=\"https://h.example\" REL>https://h.example</a>"
)]
#[case("`a <docs.html>`_", "<code>a &lt;docs.html&gt;</code>_")]
#[case("`a`_ b", "<code>a</code>_ b")]
fn restructured_text_has_links(#[case] text: &str, #[case] html: &str) {
    let html = html.replace("REL", REL);
    assert_eq!(
        to_html(text).replace("<br>", "").replace('\n', ""),
        format!("<p>{html}</p>")
    );
}

#[test]
fn only_the_beginning_of_a_long_text_is_read() {
    let html = to_html(&"ü ".repeat(READ_MAX));
    assert!(
        html.len() <= READ_MAX + "<p></p>\n".len() && html.ends_with("ü</p>\n"),
        "{}",
        html.len()
    );
    assert_eq!(beginning("aü", 2), "a");
}

/// Texts with which parsers of Markdown, or what comes of them, have grown beyond all bounds.
#[rstest]
#[case::brackets("[", "")]
#[case::quotes(">", "")]
#[case::stars("*", "")]
#[case::stars_apart("*a ", "")]
#[case::stars_in_words("a**b", "")]
#[case::backticks("`", "")]
#[case::backticks_of_links("`a", "`_")]
#[case::backticks_in_pairs("`a``b```c", "")]
#[case::quotes_apart("> ", "a\n")]
#[case::lists("- ", "")]
#[case::lists_of_stars("* ", "a")]
#[case::lists_and_blank_lines("- ", "\n")]
#[case::images("![", "](a)")]
#[case::links("[a](", "")]
#[case::links_of_angles("[a](<b", "")]
#[case::comments("<!--", "")]
#[case::instructions("<?", "")]
#[case::tags("<a ", "")]
#[case::footnotes("[^a]", "[^a]:")]
#[case::entities("&", "")]
#[case::blank_lines("a\n", "\n")]
#[case::urls("http://", "")]
#[case::urls_without_a_host("http:///", "")]
#[case::urls_in_parentheses("http://a)", ")")]
#[case::quotation_marks("\"", "")]
#[case::strikes("~", "a~~")]
#[case::titles("a\n", "~~~~\n")]
#[case::code("a::\n", "\n")]
#[case::indented_code("a::\n", " ")]
#[case::tables("|a", "\n|-")]
fn hostile_text_takes_time_in_proportion(#[case] first: &str, #[case] second: &str) {
    let half = |text: &str| text.repeat((READ_MAX / 2).checked_div(text.len()).unwrap_or(0));
    for text in [half(first) + &half(first), half(first) + "\n" + &half(second)] {
        assert_is_bounded(&text);
    }
}

#[test]
fn what_grows_faster_than_its_text_is_bounded() {
    let mut lists = String::new();
    for depth in 0..400 {
        lists.extend([&"  ".repeat(depth), "- a\n"]);
    }
    let columns = READ_MAX / 8;
    let table = ["|a", "|-", "\n|"].map(|part| part.repeat(columns)).join("|\n");
    let reference = format!(
        "[a]: https://h.example/{}\n\n{}",
        "y".repeat(50_000),
        "[a] ".repeat(12_000)
    );
    let ticks: String = (1..440).map(|count| "`".repeat(count) + " ").collect();
    for text in [lists, table, reference, ticks] {
        assert_is_bounded(&text);
    }
}

#[test]
fn what_is_nested_deeply_is_shown_without_its_nesting() {
    let html = to_html(&format!("{}deep", "> - ".repeat(200)));
    assert!(
        html.contains("deep") && html.matches("<blockquote>").count() < DEPTH_MAX,
        "{html}"
    );
    assert_eq!(fault(&html), None);
}

fn assert_is_bounded(text: &str) {
    let begun = Instant::now();
    let html = to_html(text);
    // Ten to a hundred times what it takes without optimisation; what is not linear takes minutes.
    assert!(begun.elapsed() < Duration::from_secs(5), "{:?}", begun.elapsed());
    assert!(html.len() < WRITTEN_MAX + 6 * READ_MAX, "{}", html.len());
    assert_eq!(fault(&html), None);
}

/// What is wrong with HTML that should be of these elements alone, each closed, and else of text.
fn fault(html: &str) -> Option<String> {
    const PLAIN: [&str; 20] = [
        "p",
        "h3",
        "h4",
        "h5",
        "h6",
        "blockquote",
        "code",
        "ol",
        "ul",
        "li",
        "table",
        "thead",
        "tbody",
        "tr",
        "td",
        "em",
        "strong",
        "del",
        "hr",
        "br",
    ];
    const WITH_ATTRIBUTES: [&str; 3] = [
        "pre tabindex=\"0\"",
        "th scope=\"col\"",
        "div class=\"scroll\" role=\"region\" aria-label=\"Table\" tabindex=\"0\"",
    ];
    let mut open: Vec<&str> = Vec::new();
    let mut pieces = html.split('<');
    let is_text = |text: &str| !text.contains(['>', '"', '\'', '\u{202e}', '\0']);
    if !pieces.next().is_some_and(is_text) {
        return Some("text at the beginning".to_owned());
    }
    for piece in pieces {
        let Some((tag, text)) = piece.split_once('>') else {
            return Some(format!("no end of {piece:?}"));
        };
        if !is_text(text) {
            return Some(format!("text {text:?}"));
        }
        let name = tag.split(' ').next().unwrap_or_default();
        if let Some(name) = tag.strip_prefix('/') {
            if open.pop() != Some(name) {
                return Some(format!("{name} is not open"));
            }
        } else if is_link(tag) || is_list(tag) || PLAIN.contains(&tag) || WITH_ATTRIBUTES.contains(&tag) {
            if name == "a" && open.contains(&"a") {
                return Some("a link in a link".to_owned());
            }
            if !["br", "hr"].contains(&name) {
                open.push(name);
            }
        } else {
            return Some(format!("tag {tag:?}"));
        }
    }
    open.pop().map(|name| format!("{name} is not closed"))
}

fn is_link(tag: &str) -> bool {
    let url = tag
        .strip_prefix("a href=\"")
        .and_then(|tag| tag.strip_suffix(&format!("\" {REL}")));
    url.is_some_and(|url| {
        (url.starts_with("http://") || url.starts_with("https://")) && !url.contains(['"', '\'', '<', ' '])
    })
}

fn is_list(tag: &str) -> bool {
    let start = tag
        .strip_prefix("ol start=\"")
        .and_then(|tag| tag.strip_suffix('"'));
    start.is_some_and(|start| start.bytes().all(|byte| byte.is_ascii_digit()))
}

#[rstest]
#[case("<p onclick=x></p>")]
#[case("<a href=\"javascript:x\" rel=\"noopener nofollow\"></a>")]
#[case("<p>")]
#[case("<p></em>")]
#[case("<script></script>")]
#[case("a > b")]
#[case("<img>")]
fn what_is_wrong_is_found(#[case] html: &str) {
    assert_ne!(fault(html), None);
}

proptest! {
    #[test]
    fn nothing_but_harmless_html_comes_out(text in "(?s)([\\[\\]()<>*_`~#|:!&\"'=+.^-]|https?://h|javascript:|<script>|on(load|error)=|style=| |\n|\t|\\PC|\u{202e}|\0){0,60}") {
        prop_assert_eq!(fault(&to_html(&text)), None);
    }

    #[test]
    fn blocks_in_blocks_are_closed(blocks in proptest::collection::vec(
        proptest::sample::select(vec!["> ", "- ", "1. ", "    ", "\n", "a", "|a|b|\n|-|-|\n|", "# ", "```\n", "<div>\n", "[^1]: ", "[^1]", "[a](http://b)", "![", "](http://c)", "**", "::\n", "---\n", "<!--", "-->", "====\n"]),
        0..60,
    )) {
        prop_assert_eq!(fault(&to_html(&blocks.concat())), None);
    }
}
