//! What the search page reads: the names of all packages, and in a file of its own what each is.

use std::io::{self, BufWriter, Write};

use super::address::{LENGTH_MAX, package_folder};
use super::metadata_text::cut;
use super::one_line::one_line;

/// The file of names and versions, in the website's root.
pub const NAMES_FILE: &str = "names.tsv";
/// The file of summaries, in the website's root.
pub const SUMMARIES_FILE: &str = "summaries.tsv";
/// How many characters of a summary are kept.
const SUMMARY_MAX: usize = 140;

/// Writes a line for each package, of which name, highest version and summary are given: `name`, a tab and
/// `version` to `names` (and another tab and the folder of the package's pages, where that cannot be told from
/// the name without SHA-256), the beginning of the summary to `summaries`. Both have the same order, and a line
/// for each package: which line it is, is all that a search has to know.
///
/// # Errors
///
/// When `names` or `summaries` fails.
pub fn write_search_index<'a>(
    packages: impl IntoIterator<Item = (&'a str, &'a str, &'a str)>,
    names: impl Write,
    summaries: impl Write,
) -> io::Result<()> {
    let (mut names, mut summaries) = (BufWriter::new(names), BufWriter::new(summaries));
    for (name, version, summary) in packages {
        let (folder, shown) = (package_folder(name), one_line(name));
        // A script can tell the folder of a name, unless the name is shortened for it.
        let folder = match folder.len() >= LENGTH_MAX || folder != package_folder(&shown) {
            true => format!("\t{folder}"),
            false => String::new(),
        };
        writeln!(names, "{shown}\t{}{folder}", one_line(version))?;
        writeln!(summaries, "{}", cut(&one_line(summary), SUMMARY_MAX))?;
    }
    names.flush()?;
    summaries.flush()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn written(packages: &[(&str, &str, &str)]) -> [String; 2] {
        let (mut names, mut summaries) = (Vec::new(), Vec::new());
        write_search_index(packages.iter().copied(), &mut names, &mut summaries).unwrap();
        [names, summaries].map(|bytes| String::from_utf8(bytes).unwrap())
    }

    #[test]
    fn a_folder_that_cannot_be_told_from_the_name_is_told() {
        let long = "x".repeat(300);
        let [names, _] = written(&[(&long, "1", ""), ("a\tb", "1", ""), ("X", "1", "")]);
        let folders: Vec<Option<&str>> = names.lines().map(|line| line.split('\t').nth(2)).collect();
        let long = package_folder(&long);
        assert_eq!(folders, [Some(long.as_str()), Some("a~09b"), None]);
    }

    #[test]
    fn each_package_has_a_line_in_both_files() {
        let long = "word ".repeat(40);
        let packages = [
            ("a", "1.0", "First\tof\nall."),
            ("b", "2", ""),
            ("c", "", long.as_str()),
        ];
        let [names, summaries] = written(&packages);
        assert_eq!(names, "a\t1.0\nb\t2\nc\t\n");
        let cut = format!("{}…", "word ".repeat(28).trim_end());
        assert_eq!(summaries, format!("First of all.\n\n{cut}\n"));
    }

    proptest! {
        #[test]
        fn no_text_breaks_the_lines(
            packages in proptest::collection::vec(("(?s).{0,9}|[a\t\n\r]{0,5}", "(?s).{0,9}", "(?s).{0,300}"), 0..5),
        ) {
            let packages: Vec<_> = packages.iter().map(|(a, b, c)| (a.as_str(), b.as_str(), c.as_str())).collect();
            let [names, summaries] = written(&packages);
            prop_assert_eq!(names.matches('\n').count(), packages.len());
            prop_assert!(names.lines().all(|line| matches!(line.matches('\t').count(), 1 | 2)));
            prop_assert_eq!(summaries.matches('\n').count(), packages.len());
            prop_assert!(summaries.lines().all(|line| line.chars().count() <= SUMMARY_MAX + 1 && !line.contains('\t')));
        }
    }
}
