//! As many realistic packages as a benchmark wants: package `k` is a function of the seed and `k`
//! alone, so that a larger channel extends a smaller one.

use serde_json::{Map, Value, json};

use crate::package::{Kind, PackageBuilder};
use crate::random::Random;

mod text;
mod words;

/// How many versions of a name there are before the next name begins.
pub const VERSIONS_OF_A_NAME: u64 = 12;

/// Describes packages by number.
///
/// ```
/// use towpath_tests::Generator;
///
/// let generator = Generator::new(7);
/// let package = generator.package(3);
/// assert_eq!(package.bytes(), generator.package(3).bytes());
/// assert_ne!(package.file_name(), generator.package(4).file_name());
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Generator {
    /// What all packages depend on.
    pub seed: u64,
    /// The share of packages that are `.tar.bz2`, 0 to 1.
    pub bz2_share: f64,
    /// How large the packages are.
    pub size: PackageSize,
}

/// How large generated packages are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PackageSize {
    /// 1.5 to 200 KB of payload in 3 to 600 files.
    Small,
    /// 5 to 40 MB of payload in 400 to 4000 files.
    Large,
}

/// One generated package.
#[derive(Clone, Debug)]
pub struct Generated {
    /// The package.
    pub package: PackageBuilder,
    /// Its format.
    pub kind: Kind,
    /// The folder it belongs in.
    pub subdir: &'static str,
    /// When it was built, in seconds since 1970.
    pub built: u64,
}

/// What the parts of one package have in common.
struct Facts {
    name: String,
    version: String,
    subdir: &'static str,
    python: String,
    license: &'static str,
    summary: String,
    depends: Vec<String>,
}

impl Generated {
    /// Returns the file name of the package.
    pub fn file_name(&self) -> String {
        self.package.file_name(self.kind)
    }

    /// Returns the package file.
    pub fn bytes(&self) -> Vec<u8> {
        self.package.bytes(self.kind)
    }
}

impl Generator {
    /// Describes small packages, a fifth of them `.tar.bz2`.
    pub fn new(seed: u64) -> Self {
        Self {
            seed,
            bz2_share: 0.2,
            size: PackageSize::Small,
        }
    }

    /// Returns package `k`.
    pub fn package(&self, k: u64) -> Generated {
        let mut random = Random::new(self.seed, "package", k);
        let kind = if Random::new(self.seed, "kind", k).chance(self.bz2_share) {
            Kind::TarBz2
        } else {
            Kind::Conda
        };
        let facts = self.facts(&mut random, k);
        let build_number = random.pick_number(&[0, 0, 0, 1, 2, 1001]);
        let built = self.built(&mut random, k);
        let build = match facts.subdir {
            "noarch" => format!("pyh{}_{build_number}", &random.hex(4)[..7]),
            _ => {
                let python = facts.python.replace('.', "");
                format!("py{python}h{}_{build_number}", &random.hex(4)[..7])
            }
        };
        let mut package = PackageBuilder::new(&facts.name, &facts.version, &build)
            .without(&format!("share/{0}/{0}.txt", facts.name))
            .subdir(facts.subdir)
            .build_number(build_number)
            .depends(facts.depends.clone())
            .index(|index| self.index(&mut random, &facts, built, k, index))
            .about(text::about(&mut random, &facts));
        package = self.with_payload(&mut random, &facts, package);
        package = text::with_info_files(&mut random, &facts, package);
        if random.chance(0.3) {
            package = package.run_exports(run_exports(&mut random, &facts));
        }
        Generated {
            package,
            kind,
            subdir: facts.subdir,
            built: built / 1000,
        }
    }

    fn facts(&self, random: &mut Random, k: u64) -> Facts {
        let number = k / VERSIONS_OF_A_NAME;
        let release = k % VERSIONS_OF_A_NAME;
        let (major, minor, patch) = (1 + release / 4, release % 4, random.below(10));
        let suffix = random.pick(&["", "", "", "", "", ".post1", "rc1", ".dev0"]);
        let mut facts = Facts {
            name: words::name(self.seed, number),
            version: format!("{major}.{minor}.{patch}{suffix}"),
            subdir: self.subdir(number),
            python: format!("3.{}", random.between(9, 13)),
            license: random.pick(&LICENSES),
            summary: words::sentence(random, 10),
            depends: Vec::new(),
        };
        facts.depends = self.depends(random, &facts, number);
        facts
    }

    /// Returns the subdir that all packages of a name share.
    fn subdir(&self, number: u64) -> &'static str {
        if Random::new(self.seed, "noarch", number).chance(0.3) {
            "noarch"
        } else {
            "linux-64"
        }
    }

    /// Returns milliseconds since 1970; later versions of a name come later.
    fn built(&self, random: &mut Random, k: u64) -> u64 {
        const DAY: u64 = 24 * 3600 * 1000;
        let mut name = Random::new(self.seed, "first build", k / VERSIONS_OF_A_NAME);
        1_500_000_000_000
            + name.below(2000 * DAY)
            + (k % VERSIONS_OF_A_NAME) * 60 * DAY
            + random.below(50 * DAY)
    }

    /// Returns the name of some other package, mostly one that comes before this one.
    fn neighbour(&self, random: &mut Random, number: u64) -> String {
        words::name(self.seed, random.below(number + 40))
    }

    fn depends(&self, random: &mut Random, facts: &Facts, number: u64) -> Vec<String> {
        let mut depends: Vec<String> = (0..random.between(1, 11))
            .map(|_| {
                let lower = format!(">={}.{}", random.below(5), random.below(10));
                let upper = random.pick(&["", ",<6.0a0", ",<7"]);
                format!("{} {lower}{upper}", self.neighbour(random, number))
            })
            .collect();
        if facts.subdir == "noarch" {
            depends.push(format!("python >={}", facts.python));
        } else {
            let python = &facts.python;
            let digits = python.replace('.', "");
            depends.extend([
                "__glibc >=2.17,<3.0.a0".to_owned(),
                "libgcc >=13".to_owned(),
                format!("python >={python},<3.14.0a0"),
                format!("python_abi {python}.* *_cp{digits}"),
            ]);
        }
        depends.sort();
        depends.dedup_by(|later, earlier| later.split(' ').next() == earlier.split(' ').next());
        depends
    }

    fn index(&self, random: &mut Random, facts: &Facts, built: u64, k: u64, index: &mut Map<String, Value>) {
        let mut set = |key: &str, value: Value| {
            index.insert(key.to_owned(), value);
        };
        set("license", json!(facts.license));
        set("timestamp", json!(built));
        if facts.subdir == "noarch" {
            set("noarch", json!("python"));
        }
        if random.chance(0.5) {
            let family = facts.license.split('-').next();
            set("license_family", json!(family));
        }
        if random.chance(0.25) {
            let constrains: Vec<String> = (0..random.between(1, 3))
                .map(|_| {
                    let other = self.neighbour(random, k / VERSIONS_OF_A_NAME);
                    format!("{other} <{}", random.between(2, 9))
                })
                .collect();
            set("constrains", json!(constrains));
        }
        if random.chance(0.02) {
            set("track_features", json!(random.pick(&words::WORDS)));
        }
    }

    fn with_payload(
        &self,
        random: &mut Random,
        facts: &Facts,
        mut package: PackageBuilder,
    ) -> PackageBuilder {
        let (size, files) = match self.size {
            PackageSize::Small => (random.mostly_small(1_500, 200_000), random.mostly_small(3, 600)),
            PackageSize::Large => (
                random.between(5_000_000, 40_000_000),
                random.mostly_small(400, 4_000),
            ),
        };
        let content = text::content(random, size as usize);
        let step = content.len().div_ceil(files as usize);
        let modules = match facts.subdir {
            "noarch" => "site-packages".to_owned(),
            _ => format!("lib/python{}/site-packages", facts.python),
        };
        for file in 0..files as usize {
            let start = (file * step).min(content.len());
            let end = (start + step).min(content.len());
            let (folder, stem) = (random.pick(&words::WORDS), random.pick(&words::WORDS));
            let path = match file {
                0 if facts.subdir != "noarch" => format!("bin/{}", facts.name),
                _ => format!("{modules}/{}/{folder}/{stem}_{file}.py", facts.name),
            };
            package = package.payload(&path, &content[start..end]);
        }
        if random.chance(0.05) {
            let path = format!("etc/conda/activate.d/{}.sh", facts.name);
            package = package.payload(&path, "export LOCK=open\n");
        }
        if random.chance(0.02) {
            let path = format!("bin/.{}-post-link.sh", facts.name);
            package = package.payload(&path, "exit 0\n");
        }
        let paths = with_placeholders(random, facts, package.payload_paths());
        package.paths_json(paths)
    }
}

const LICENSES: [&str; 7] = [
    "Apache-2.0",
    "BSD-3-Clause",
    "GPL-3.0-only",
    "ISC",
    "LGPL-2.1-or-later",
    "MIT",
    "MPL-2.0",
];

/// Says of some files that they hold the prefix they were built in, as files with paths do.
fn with_placeholders(random: &mut Random, facts: &Facts, mut paths: Value) -> Value {
    let entries = paths["paths"].as_array_mut().into_iter().flatten();
    for entry in entries.filter(|_| facts.subdir != "noarch") {
        if random.chance(0.04) {
            entry["file_mode"] = json!(random.pick(&["text", "text", "binary"]));
            entry["prefix_placeholder"] = json!(format!("/home/build/{}", "placehold_".repeat(20)));
        }
    }
    paths
}

fn run_exports(random: &mut Random, facts: &Facts) -> Value {
    let next = facts.version[..1].parse::<u64>().map_or(1, |n| n + 1);
    let pin = format!("{} >={},<{next}.0a0", facts.name, facts.version);
    match random.below(4) {
        0 => json!({"strong": [pin, "libgcc >=13"]}),
        1 => json!({"weak": [&pin], "strong": [&pin]}),
        _ => json!({"weak": [pin]}),
    }
}

#[cfg(test)]
mod tests;
