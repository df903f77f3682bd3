//! Python modules, and what building them leaves behind.

use super::{Alike, ends_so, file_name, is_noarch_python};
use crate::verify::finding::quoted;
use crate::verify::{Check, Entry, Found, Place, Readers, Rule, Severity, Source, Subject};

pub(super) static F505: Rule = Rule {
    code: "F505",
    severity: Severity::Error,
    mirror: Severity::Error,
    title: "noarch: python packages have no compiled Python",
    sources: &[Source::Other(
        "conda-verify C1139; conda and rattler compile these packages when they install them",
    )],
    why: "A .pyc works with one version of Python, and a noarch package is for many. Clients compile the \
          modules themselves, and come upon files that are there already.",
    mend: "Remove __pycache__ at the end of the build script, or build with conda-build or rattler-build, \
           which do that for noarch: python.",
    bad: "site-packages/demo/__pycache__/main.cpython-312.pyc",
    good: "site-packages/demo/main.py",
    readers: Readers::Agree,
    check: Check::Package(nothing_is_compiled),
};

fn nothing_is_compiled(subject: &Subject<'_>, found: &mut Found<'_>) {
    if !is_noarch_python(subject) {
        return;
    }
    let is_compiled = |entry: &&Entry| ends_so(&entry.path, ".pyc") || ends_so(&entry.path, ".pyo");
    let has_source = |entry: &&Entry| {
        let source = entry.path.get(..entry.path.len() - 1);
        entry.path.contains("__pycache__/")
            || source.is_some_and(|source| subject.tree.member(source).is_some())
    };
    let compiled = || subject.evidence.payload().filter(is_compiled);
    if let Some(files) = Alike::of(compiled().filter(has_source)) {
        let what =
            files.these("is", "are") + " compiled Python, which clients make themselves of noarch packages";
        files.tell(Severity::Error, what, found);
    }
    if let Some(files) = Alike::of(compiled().filter(|entry| !has_source(entry))) {
        let what =
            files.these("is", "are") + " compiled Python without its source, for one version of Python only";
        files.tell(Severity::Warning, what, found);
    }
}

pub(super) static F507: Rule = Rule {
    code: "F507",
    severity: Severity::Warning,
    mirror: Severity::Warning,
    title: "noarch: python packages have their modules in site-packages/",
    sources: &[Source::Other(
        "conda and rattler, which move site-packages/ to where the Python of an environment has it",
    )],
    why: "Other versions of Python, and Windows, have their modules elsewhere: there nobody finds what is \
          in lib/pythonX.Y/.",
    mend: "Install with pip into the prefix and let the build tool pack it: it moves the modules to \
           site-packages/. If files must be in lib/pythonX.Y/, build for each platform.",
    bad: "lib/python3.12/site-packages/demo/main.py in a noarch: python package",
    good: "site-packages/demo/main.py",
    readers: Readers::Agree,
    check: Check::Package(modules_are_movable),
};

fn modules_are_movable(subject: &Subject<'_>, found: &mut Found<'_>) {
    if !is_noarch_python(subject) || !super::is_noarch(subject) {
        return;
    }
    let fixed = subject
        .evidence
        .payload()
        .filter(|entry| is_of_one_python(&entry.path));
    if let Some(files) = Alike::of(fixed) {
        let what = files.these("is", "are")
            + " in a directory that one version of Python looks in, or one platform's";
        files.tell(Severity::Warning, what, found);
    }
}

/// Whether a path is in a directory that modules of one version of Python, or of one platform, are in.
fn is_of_one_python(path: &str) -> bool {
    if path.starts_with("Lib/site-packages/") {
        return true;
    }
    let directory = path
        .strip_prefix("lib/python")
        .and_then(|rest| rest.split_once('/'));
    let version = directory.and_then(|(version, _)| version.split_once('.'));
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    version.is_some_and(|(major, minor)| is_number(major) && is_number(minor.trim_end_matches('t')))
}

pub(super) static F508: Rule = Rule {
    code: "F508",
    severity: Severity::Warning,
    mirror: Severity::Note,
    title: "Nothing is in the package that belongs to the build, to an editor or to another installer",
    sources: &[Source::Other("conda-verify C1125, C1135, C1136, C1137 and C1140")],
    why: "Such files come in by mistake. Some do harm: easy-install.pth and .egg directories are shared \
          between packages, which overwrite each other's; a lib2to3 pickle is made on the first use; .la \
          files hold paths of the build machine; .git can hold more than was meant to be published. A .pth \
          file with code in it runs at each start of Python; that is told as a note, since setuptools and \
          others have one.",
    mend: "Delete them at the end of the build script. For eggs: install with pip install . --no-deps \
           --no-build-isolation instead of python setup.py install.",
    bad: "lib/python3.12/site-packages/easy-install.pth, share/demo/.DS_Store, lib/libdemo.la",
    good: "none of them",
    readers: Readers::Agree,
    check: Check::Package(nothing_is_left_over),
};

fn nothing_is_left_over(subject: &Subject<'_>, found: &mut Found<'_>) {
    let mut leftovers: Vec<(Leftover, Alike<'_>)> = Vec::new();
    for entry in subject.evidence.payload() {
        if let Some(leftover) = Leftover::at(&entry.path) {
            match leftovers.iter_mut().find(|(known, _)| *known == leftover) {
                Some((_, files)) => files.count += 1,
                None => leftovers.push((
                    leftover,
                    Alike {
                        first: entry,
                        count: 1,
                    },
                )),
            }
        }
    }
    for (leftover, files) in leftovers {
        let (one, many, why) = leftover.words();
        let what = format!("{}: {why}", files.these(one, many));
        files.tell(Severity::Warning, what, found);
    }
    for (entry, content) in pth_files(subject) {
        if let Some((line, code)) = code_in_pth(content) {
            let what = format!("Python runs this at each start: {}", quoted(&code));
            found.no_worse_than(Severity::Note, Place::member(&*entry.path).line(line), what);
        }
    }
}

/// The .pth files where Python reads them: right in a directory of modules.
fn pth_files<'a>(subject: &Subject<'a>) -> impl Iterator<Item = (&'a Entry, &'a [u8])> {
    subject.evidence.kept().filter(|(entry, _)| {
        let directory = entry.path.rsplit_once('/').map_or("", |(directory, _)| directory);
        let is_read = directory.rsplit('/').next() == Some("site-packages") || !entry.path.contains('/');
        !entry.is_info() && is_read && entry.path.ends_with(".pth") && Leftover::at(&entry.path).is_none()
    })
}

/// The first line of a .pth file that Python runs.
fn code_in_pth(content: &[u8]) -> Option<(u64, String)> {
    let content = content.strip_prefix(b"\xef\xbb\xbf").unwrap_or(content);
    let is_code = |line: &&[u8]| line.starts_with(b"import ") || line.starts_with(b"import\t");
    let mut lines = (1..).zip(content.split(|byte| *byte == b'\n'));
    let (number, line) = lines.find(|(_, line)| is_code(line))?;
    Some((number, String::from_utf8_lossy(line).trim_end().to_owned()))
}

/// What building, editing or another installer leaves behind.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Leftover {
    EasyInstall,
    Egg,
    Pickle,
    Libtool,
    Git,
    Finder,
    Backup,
}

impl Leftover {
    fn at(path: &str) -> Option<Self> {
        let name = file_name(path);
        if matches!(name, "easy-install.pth" | "setuptools.pth") {
            return Some(Self::EasyInstall);
        }
        let is_egg = |segment: &str| segment.len() > 4 && segment.ends_with(".egg");
        if let Some((_, inner)) = path.rsplit_once("site-packages/")
            && (inner.split('/').next().is_some_and(is_egg)
                || !inner.contains('/') && inner.ends_with(".egg-link"))
        {
            return Some(Self::Egg);
        }
        if path.contains("lib2to3/") && name.ends_with(".pickle") {
            return Some(Self::Pickle);
        }
        if name.len() > 3 && name.starts_with("lib") && name.ends_with(".la") {
            return Some(Self::Libtool);
        }
        if path.split('/').any(|segment| segment == ".git") {
            return Some(Self::Git);
        }
        if name == ".DS_Store" || path.split('/').any(|segment| segment == "__MACOSX") {
            return Some(Self::Finder);
        }
        (name.len() > 1 && name.ends_with('~')).then_some(Self::Backup)
    }

    /// What one and several of them are called, and what is wrong with them.
    fn words(self) -> (&'static str, &'static str, &'static str) {
        match self {
            Self::EasyInstall => (
                "is a list of easy_install",
                "are lists of easy_install",
                "every package that has one overwrites that of the others",
            ),
            Self::Egg => (
                "belongs to an egg",
                "belong to eggs",
                "Python finds eggs by easy-install.pth only, and pip does not know of them",
            ),
            Self::Pickle => (
                "is a pickle of lib2to3",
                "are pickles of lib2to3",
                "Python makes it again, and two packages that have it clash",
            ),
            Self::Libtool => (
                "is a libtool archive",
                "are libtool archives",
                "such files name paths of the build machine, and nothing in conda needs them",
            ),
            Self::Git => (
                "belongs to a git repository",
                "belong to git repositories",
                "nothing that is installed needs it",
            ),
            Self::Finder => (
                "was left by the Finder of macOS",
                "were left by the Finder of macOS",
                "nothing that is installed needs it",
            ),
            Self::Backup => (
                "is a backup copy of an editor",
                "are backup copies of an editor",
                "nothing that is installed needs it",
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[rstest::rstest]
    #[case(b"import os; os.x()\n", Some((1, "import os; os.x()")))]
    #[case(b"# comment\n../a\nimport\tsys\r\n", Some((3, "import\tsys")))]
    #[case(b"important\n", None)]
    #[case(b" import os\n", None)]
    #[case(b"\xef\xbb\xbfimport os", Some((1, "import os")))]
    #[case(b"", None)]
    fn code_in_lists_of_paths_is_found(#[case] content: &[u8], #[case] code: Option<(u64, &str)>) {
        let found = code_in_pth(content);
        assert_eq!(found.as_ref().map(|(line, code)| (*line, code.as_str())), code);
    }

    #[rstest::rstest]
    #[case("lib/python3.12/a.py", true)]
    #[case("lib/python3.13t/a.py", true)]
    #[case("Lib/site-packages/a.py", true)]
    #[case("lib/python3/a.py", false)]
    #[case("lib/python3.12", false)]
    #[case("lib/pythonium.js/a", false)]
    fn directories_of_one_python_are_known(#[case] path: &str, #[case] is_of_one: bool) {
        assert_eq!(is_of_one_python(path), is_of_one);
    }
}
