//! Writes channels of packages that say what would break a page if it were taken for anything but
//! text, for the tests in a browser.

use std::io;
use std::path::{Path, PathBuf};

use clap::Parser;
use serde_json::{Map, Value, json};
use towpath_tests::{Kind, PackageBuilder};

/// Write two channels into the folder OUT: `packages`, of artifacts with patch instructions, and
/// `documents`, of repodata.json and channeldata.json alone.
///
/// Whatever could be run, fetched or left open in a page is in some field of some package, as are
/// texts that are long, empty or written from right to left.
#[derive(Debug, Parser)]
#[command(version)]
struct Arguments {
    /// Folder of the channels; made if it is missing
    out: PathBuf,
}

/// Each calls `alert` if it is anything but text.
const SCRIPT: &str = "</title></script></style><script>alert('script')</script>";
const IMAGE: &str = "\"'><img src=x onerror=alert('image')>";
const ENTITIES: &str = "&lt;b&gt; &amp;amp; {{ 7*7 }} {% raw %} ${7*7} <!-- ]]> --><plaintext>";

/// Names that packages have in file names and records alike.
const NAMES: [&str; 11] = [
    "<script>alert('name')<!--",
    "<b>&amp;&b",
    "quotes\"'`",
    "hash#question?",
    "pct%2e%2e%2f",
    "two words",
    "ünï-日本",
    "..",
    "javascript:alert('scheme')",
    "\u{202e}right-to-left",
    "index",
];

/// Names of 60 characters: in one piece, and of words.
const LONG_NAMES: [&str; 2] = [
    "abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyzabcdefgh",
    "a-package-of-many-words-as-nobody-would-want-to-type-it-once",
];

/// How many versions a package has of which there are many.
const VERSIONS: usize = 400;

const DESCRIPTION: &str = "\
<script>alert('description')</script>
<img src=\"https://elsewhere.example/image.png\" onerror=\"alert('description')\">
<iframe src=\"https://elsewhere.example/\"></iframe><style>body { display: none }</style>
<form action=\"https://elsewhere.example/\"><input name=q autofocus onfocus=\"alert('focus')\"></form>
<svg onload=\"alert('svg')\"><a xlink:href=\"javascript:alert('svg')\">svg</a></svg>

# A heading <b id=\"main\">of its own</b>

![An image](https://elsewhere.example/image.png) [script](javascript:alert('link'))
[Script](JaVaScRiPt:alert('link')) [data](data:text/html,<script>alert('link')</script>)
[attribute](https://elsewhere.example/\"onmouseover=\"alert('link')) [file](file:///etc/passwd)
<https://elsewhere.example/auto> and https://elsewhere.example/plain

| A table | of | many | columns | that | is | wider | than | any | telephone |
|---|---|---|---|---|---|---|---|---|---|
| aaaaaaaaaa | bbbbbbbbbb | cccccccccc | dddddddddd | eeeeeeeeee | ffffffffff | g | h | i | j |

```
<script>alert('code')</script> and a line that is so long that it is wider than any telephone is, and any desk too, I fear
```
";

/// A package that says nothing of itself and depends on nothing.
fn silent(name: &str, version: &str) -> PackageBuilder {
    PackageBuilder::new(name, version, "0")
        .about(json!({}))
        .depends::<String>([])
        .index(|index| {
            index.remove("license");
        })
}

/// A package that has these texts wherever it may have any.
fn saying(name: &str, version: &str, text: &str) -> PackageBuilder {
    PackageBuilder::new(name, version, "0")
        .about(json!({
            "summary": format!("{text} of {name}"),
            "description": format!("{text}\n\n{DESCRIPTION}"),
            "home": "javascript:alert('home')",
            "dev_url": "https://elsewhere.example/\"onclick=\"alert('dev')",
            "doc_url": "data:text/html,<script>alert('doc')</script>",
            "source_url": "//elsewhere.example/\\\"><script>alert('source')</script>",
            "license_family": text,
            "extra": {"recipe-maintainers": [text, "../../outside", "", "two words"]},
        }))
        .depends([
            format!("{text} >=1"),
            format!("many >=0.1,<{text}"),
            "../../../../outside".to_owned(),
            "many[build=\"<script>alert('spec')</script>\"]".to_owned(),
        ])
        .index(|index| {
            index.insert("license".to_owned(), json!(text));
            index.insert("track_features".to_owned(), json!(text));
            index.insert("constrains".to_owned(), json!([format!("{text} <2")]));
        })
        .run_exports(json!({"weak": [format!("{text} >=1")], "strong": ["many"]}))
        .payload(&format!("share/{IMAGE}.txt"), text)
}

fn long(name: &str) -> PackageBuilder {
    let word = |letter: &str, count: usize| letter.repeat(count);
    PackageBuilder::new(name, &format!("1.{}", word("2", 60)), &word("b", 60))
        .about(json!({
            "summary": word("s", 300),
            "description": format!("{} {}", word("d", 1000), "word ".repeat(1000)),
            "home": format!("https://example.org/{}", word("h", 500)),
            "dev_url": "https://example.org/dev",
            "doc_url": "https://example.org/doc",
            "extra": {"recipe-maintainers": [word("m", 150), "somebody"]},
        }))
        .depends([format!("{} >=1.{}", LONG_NAMES[1], word("3", 80)), word("n", 120)])
        .index(|index| {
            index.insert("license".to_owned(), word("l", 150).into());
        })
        .payload(&format!("share/{0}/{0}/{0}.txt", word("p", 60)), "long")
}

/// Text that is written from right to left, alone and among Latin letters.
fn right_to_left() -> PackageBuilder {
    PackageBuilder::new("qalam", "1.0", "0").about(json!({
        "summary": "مكتبة للخط العربي (font shaping) مع أمثلة",
        "description": "# مكتبة\n\nهذه مكتبة **صغيرة** للخط.\n\nשלום `code` עולם.",
        "home": "https://example.org/qalam",
        "extra": {"recipe-maintainers": ["עדה לאבלייס"]},
    }))
}

/// The packages of the first channel, with the subdir of each.
fn packages() -> Vec<(&'static str, PackageBuilder)> {
    let texts = [SCRIPT, IMAGE, ENTITIES];
    let named = NAMES.iter().zip(texts.iter().cycle());
    let mut packages: Vec<_> = named
        .map(|(name, text)| ("noarch", saying(name, "1!1.0+<i>", text)))
        .collect();
    packages.extend(LONG_NAMES.map(|name| ("noarch", long(name))));
    packages.push(("noarch", right_to_left()));
    packages.push(("noarch", silent("silent", "1.0")));
    packages.push(("noarch", saying("patched", "1.0", "before")));
    packages.push(("noarch", saying("patched", "2.0", "after")));
    for subdir in [
        "linux-64",
        "osx-arm64",
        "win-64",
        "linux-aarch64",
        "linux-ppc64le",
    ] {
        packages.push((subdir, silent("everywhere", "1.0").subdir(subdir)));
    }
    packages.extend((0..VERSIONS).map(|minor| ("noarch", silent("many", &format!("0.{minor}")))));
    packages
}

fn write_packages(channel: &Path) -> io::Result<()> {
    for (subdir, package) in packages() {
        let folder = channel.join(subdir);
        fs_err::create_dir_all(&folder)?;
        package.write_to(folder, Kind::Conda)?;
    }
    let patch = json!({
        "patch_instructions_version": 1,
        "packages.conda": {"patched-1.0-0.conda": {
            "depends": [format!("many {IMAGE}")], "license": SCRIPT, "constrains": null,
        }},
        "packages": {}, "revoke": [], "remove": ["many-0.7-0.conda"],
    });
    fs_err::write(channel.join("noarch/patch_instructions.json"), patch.to_string())
}

/// A record of the second channel; no artifact has ever been there.
fn record(name: &str, version: &str, text: &str) -> Value {
    json!({
        "name": name, "version": version, "build": text, "build_number": 0, "subdir": "noarch",
        "depends": [text, format!("{name} >=0")], "constrains": [text], "license": text,
        "md5": text, "sha256": text, "size": 1, "timestamp": 1_700_000_000_000_i64,
        "noarch": text, "url": "javascript:alert('record')", text: text,
    })
}

/// Names that no file can have, or that would lead out of a folder.
const RECORD_NAMES: [&str; 8] = [
    "../../outside",
    "/absolute",
    "a/b",
    ".",
    "",
    "con",
    "nul\0byte",
    "<img src=x onerror=alert('record')>",
];

fn write_documents(channel: &Path) -> io::Result<()> {
    let mut records = Map::new();
    for name in RECORD_NAMES.iter().chain(&NAMES) {
        records.insert(format!("{name}-1-0.conda"), record(name, "1", IMAGE));
        records.insert(format!("{name}-2-{IMAGE}.conda"), record(name, "2", SCRIPT));
    }
    let repodata = json!({
        "info": {"subdir": "noarch", "base_url": "javascript:alert('base')//"},
        "packages": {}, "packages.conda": records, "removed": [], "repodata_version": 2,
    });
    let said = |name: &&str| {
        let said = json!({
            "summary": SCRIPT, "description": DESCRIPTION, "home": "javascript:alert('home')",
            "license": [IMAGE], "doc_url": {"a": SCRIPT}, "dev_url": ["https://elsewhere.example/"],
        });
        ((*name).to_owned(), said)
    };
    let packages: Map<String, Value> = RECORD_NAMES.iter().map(said).collect();
    let channeldata = json!({"channeldata_version": 1, "packages": packages, "subdirs": ["noarch"]});
    fs_err::create_dir_all(channel.join("noarch"))?;
    fs_err::write(channel.join("noarch/repodata.json"), repodata.to_string())?;
    fs_err::write(channel.join("channeldata.json"), channeldata.to_string())
}

fn main() -> io::Result<()> {
    let arguments = Arguments::parse();
    write_packages(&arguments.out.join("packages"))?;
    write_documents(&arguments.out.join("documents"))
}
