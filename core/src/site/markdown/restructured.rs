//! reStructuredText as Markdown, as far as Markdown would make something else of it.
//!
//! The two agree on paragraphs, lists, emphasis and most titles. What is rewritten: other titles, code
//! behind `::` and in directives, which may be indented by less than four spaces, tables, which are shown
//! as they are, and links.

use crate::web_url::web_url;

/// Bytes in which a link has to end.
const LINK_MAX: usize = 500;
/// What makes a line code, before its own indentation.
const CODE: &str = "    ";

/// The text as Markdown.
pub(super) fn to_markdown(text: &str) -> String {
    let lines: Vec<&str> = text.lines().collect();
    let mut written = String::with_capacity(text.len() + text.len() / 8);
    let mut rest = lines.as_slice();
    // Of the code at hand, what it began with.
    let mut fence: Option<&str> = None;
    let mut begins_paragraph = true;
    while let [line, behind @ ..] = rest {
        let taken = if let Some(begun) = fence {
            fence = fence.filter(|_| !ends_fence(line, begun));
            push_line(&mut written, "", line);
            1
        } else if let Some((title, taken)) = title(rest).filter(|_| begins_paragraph) {
            push_line(&mut written, hashes(lines_of(rest, taken)), title.trim());
            taken
        } else if let Some(taken) = table(rest).filter(|_| begins_paragraph) {
            for line in lines_of(rest, taken) {
                push_line(&mut written, CODE, line);
            }
            taken
        } else if let Some((words, options)) = before_code(line, behind) {
            push_line(&mut written, words, "\n");
            1 + options + push_code(&mut written, line, &behind[options..])
        } else {
            fence = begun_fence(line);
            push_line(&mut written, "", line);
            1
        };
        begins_paragraph = taken > 1 || line.trim().is_empty();
        rest = &rest[taken..];
    }
    with_links(&written)
}

fn lines_of<'a, 'b>(lines: &'b [&'a str], count: usize) -> &'b [&'a str] {
    lines.get(..count).unwrap_or(lines)
}

fn push_line(written: &mut String, start: &str, rest: &str) {
    written.extend([start, rest, "\n"]);
}

fn indentation(line: &str) -> usize {
    line.len() - line.trim_start().len()
}

/// The title that the lines begin with, and how many of them it takes, unless Markdown reads it alike.
fn title<'a>(lines: &[&'a str]) -> Option<(&'a str, usize)> {
    match lines {
        [above, title, below, ..] if above.trim_end() == below.trim_end() => {
            (underlines(below, title) && begun_fence(above).is_none()).then_some((*title, 3))
        }
        [title, below, ..] => {
            // Three of these may begin code.
            let is_other = !below.starts_with(['=', '-']) && !below.trim_end().eq("~~~");
            (is_other && underlines(below, title)).then_some((*title, 2))
        }
        _ => None,
    }
}

/// Whether this line makes a title of that one.
fn underlines(line: &str, title: &str) -> bool {
    let line = line.trim_end();
    let first = line
        .chars()
        .next()
        .filter(|first| "=-~^\"'+#*.:_".contains(*first));
    let is_rule = line.len() >= 3 && line.chars().all(|c| Some(c) == first);
    let title = title.trim();
    is_rule && title.chars().any(char::is_alphanumeric) && title.chars().count() <= line.len()
}

/// What makes a title of these lines in Markdown: of a level as such lines have by custom.
fn hashes(title: &[&str]) -> &'static str {
    match (title, title.last().and_then(|line| line.chars().next())) {
        ([_, _, _], _) => "# ",
        (_, Some('^')) => "#### ",
        (_, Some('"')) => "##### ",
        _ => "### ",
    }
}

/// How many lines the table takes that the lines begin with.
fn table(lines: &[&str]) -> Option<usize> {
    let border = lines.first()?.trim();
    let is_grid = border.starts_with("+-") && border.chars().all(|c| "+-=".contains(c));
    let is_simple =
        border.starts_with("==") && border.contains(' ') && border.chars().all(|c| "= ".contains(c));
    let is_blank = |line: &&str| line.trim().is_empty();
    (is_grid || is_simple).then(|| lines.iter().position(is_blank).unwrap_or(lines.len()))
}

/// The words on a line before code, and how many lines behind it are options of the code.
fn before_code<'a>(line: &'a str, behind: &[&str]) -> Option<(&'a str, usize)> {
    let directive = line.trim_start().strip_prefix(".. ");
    let (words, options) = match directive.and_then(|directive| directive.split_once("::")) {
        Some(("code" | "code-block" | "sourcecode" | "parsed-literal", _)) => {
            let is_option = |line: &&&str| line.trim_start().starts_with(':');
            ("", behind.iter().take_while(is_option).count())
        }
        Some(_) => return None,
        None => {
            let words = line.trim_end().strip_suffix("::")?;
            // The first colon is one of the sentence, unless there is a space before it.
            let is_apart = words.is_empty() || words.ends_with(' ');
            (
                if is_apart {
                    words.trim_end()
                } else {
                    &line[..=words.len()]
                },
                0,
            )
        }
    };
    let is_item = line.trim_start().starts_with(['-', '*', '+']);
    let mut below = behind[options..].iter().skip_while(|line| line.trim().is_empty());
    let first = below.next()?;
    (!is_item && indentation(first) > indentation(line)).then_some((words, options))
}

/// Writes the code that the lines begin with, behind this line; returns how many it takes.
fn push_code(written: &mut String, line: &str, lines: &[&str]) -> usize {
    let is_blank = |line: &str| line.trim().is_empty();
    let first = lines.iter().find(|line| !is_blank(line));
    let own = first.map_or(0, |first| indentation(first));
    let margin = &line[..indentation(line)];
    let mut taken = 0;
    for code in lines {
        if !is_blank(code) && indentation(code) <= indentation(line) {
            break;
        }
        let stripped = code.get(own.min(indentation(code))..).unwrap_or_default();
        written.extend([margin, CODE, stripped, "\n"]);
        taken += 1;
    }
    written.push('\n');
    taken
}

/// What begins code of Markdown on this line.
fn begun_fence(line: &str) -> Option<&str> {
    let line = line.trim_start();
    let first = line.chars().next().filter(|first| "`~".contains(*first))?;
    let length = line.len() - line.trim_start_matches(first).len();
    let (fence, info) = line.split_at(length);
    (length >= 3 && !(first == '`' && info.contains('`'))).then_some(fence)
}

fn ends_fence(line: &str, begun: &str) -> bool {
    let line = line.trim();
    line.starts_with(begun) && line.chars().all(|c| begun.starts_with(c))
}

/// The text with links of Markdown instead of `` `label <url>`_ ``.
fn with_links(text: &str) -> String {
    let mut written = String::with_capacity(text.len());
    let mut done = 0;
    for (end, mark) in text.match_indices("`_") {
        let Some(before) = text.get(done..end) else {
            continue;
        };
        let Some((start, label, url)) = link(before) else {
            continue;
        };
        written.push_str(&before[..start]);
        written.push('[');
        for c in label.chars() {
            if c.is_ascii_punctuation() {
                written.push('\\');
            }
            written.push(c);
        }
        written.extend(["](<", &url.replace('&', "&amp;"), ">)"]);
        done = end + mark.len();
        if text[done..].starts_with('_') {
            done += 1;
        }
    }
    written.push_str(&text[done..]);
    written
}

/// The link at the end of the text: where it begins, its label and its URL.
fn link(text: &str) -> Option<(usize, &str, String)> {
    let mut from = text.len().saturating_sub(LINK_MAX);
    while !text.is_char_boundary(from) {
        from += 1;
    }
    let start = from + text[from..].rfind('`')?;
    let (label, url) = text[start + 1..].strip_suffix('>')?.rsplit_once('<')?;
    let label = label.trim();
    let url = web_url(url).filter(|_| !text[start..].contains("\n\n"))?;
    let label = if label.is_empty() {
        text[start + 1..].trim_matches(['<', '>'])
    } else {
        label
    };
    Some((start, label, url))
}
