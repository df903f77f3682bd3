// What the module gives, as Rust serialises it. Made from the types of towpath-core by a test:
// UPDATE_TYPES=1 cargo test -p towpath-core --features gluesql typescript

/**
 * Something that happens when an environment is activated.
 */
export type Activation = { 
/**
 * What happens.
 */
kind: ActivationKind, 
/**
 * The file that says it.
 */
path: string, };

/**
 * What happens when an environment is activated.
 */
export type ActivationKind = "activate" | "deactivate" | "variables";

/**
 * What is known of an attestation (CEP 27).
 */
export type Attestation = { 
/**
 * Whether it says what this file is; if not, findings say why.
 */
statement_matches: boolean, 
/**
 * Whether its signature was checked. That is never done here: it takes the keys of others.
 */
signature_checked: boolean, };

/**
 * Who built a package, and with what.
 */
export type Build = { 
/**
 * The tools, the one that made the package first.
 */
tools: Array<Tool>, 
/**
 * The platform that it was built on, if the recipe says it.
 */
platform: string | null, 
/**
 * The channels that what it was built with came from, each once.
 */
channels: Array<string>, 
/**
 * How many packages were beside the build tool.
 */
root_packages: number | null, 
/**
 * Whether the conda that built it was a private one.
 */
conda_private: boolean | null, 
/**
 * Who looks after the recipe.
 */
maintainers: Array<string>, 
/**
 * What the package was built from.
 */
sources: Array<Source>, 
/**
 * Where its recipe is kept.
 */
provenance: Provenance | null, };

/**
 * A dependency that came, went or changed.
 */
export type ChangedDependency = { 
/**
 * The package that it is about.
 */
name: string, 
/**
 * What was asked before, as text behind the name: empty if anything would do, none if it was no
 * dependency.
 */
before: string | null, 
/**
 * What is asked now, likewise; none if it is no dependency any more.
 */
after: string | null, };

/**
 * A field that changed, as text.
 */
export type ChangedField = { 
/**
 * The field.
 */
field: string, 
/**
 * What it said before.
 */
before: string | null, 
/**
 * What it says now.
 */
after: string | null, };

/**
 * A file that came, went or changed.
 */
export type ChangedFile = { 
/**
 * What happened to it.
 */
change: FileChange, 
/**
 * Its path.
 */
path: string, 
/**
 * Its bytes before, if they are known.
 */
size_before: number | null, 
/**
 * Its bytes now, if they are known.
 */
size_after: number | null, };

/**
 * One of two packages that are compared.
 */
export type ComparedPackage = { 
/**
 * The name of the file.
 */
file_name: string, 
/**
 * Bytes of the file.
 */
size: number, 
/**
 * SHA-256 of the file, in hexadecimal, if it was read whole.
 */
sha256: string | null, 
/**
 * Where the list of its files is from, as in an [`Inspection`].
 */
files_from: string, };

/**
 * What differs between two packages, such as a published build and one that is to follow it.
 *
 * Serialised, it is what `towpath inspect --compare --json` prints.
 */
export type Comparison = { 
/**
 * What is compared with.
 */
before: ComparedPackage, 
/**
 * What is compared.
 */
after: ComparedPackage, 
/**
 * What they say of themselves, as far as it differs; the fields are called as in an [`Inspection`], and
 * links by their kinds.
 */
fields: Array<ChangedField>, 
/**
 * Dependencies that came, went or changed.
 */
depends: Array<ChangedDependency>, 
/**
 * Constraints that came, went or changed.
 */
constrains: Array<ChangedDependency>, 
/**
 * What extras need, by the extra (repodata v3): those of which something changed.
 */
extra_depends: { [key in string]: Array<ChangedDependency> }, 
/**
 * Run exports, by their kind (CEP 12): those of which something changed.
 */
run_exports: { [key in string]: Array<ChangedDependency> }, 
/**
 * The files that are installed, without folders; the first 1,000 of those that differ.
 */
files: FileChanges, };

/**
 * What happened to a file.
 */
export type FileChange = "added" | "removed" | "changed";

/**
 * What changed of the files that are installed.
 */
export type FileChanges = { 
/**
 * How many files came.
 */
added: number, 
/**
 * How many files went.
 */
removed: number, 
/**
 * How many files are not the same.
 */
changed: number, 
/**
 * Of how many files is not known whether they are the same.
 */
unknown: number, 
/**
 * Bytes that are installed more; fewer if negative.
 */
installed_size_change: number, 
/**
 * The first of those that came, went or changed, by path.
 */
files: Array<ChangedFile>, };

/**
 * What a rule has against a package.
 */
export type Finding = { 
/**
 * The rule.
 */
code: string, 
/**
 * How bad it is.
 */
severity: Severity, 
/**
 * What was found, as a sentence without its stop. Quotes the package, with its control
 * characters escaped.
 */
what: string, 
/**
 * A member: of the zip, or of a tarball in it.
 */
member?: string, 
/**
 * What within a JSON member, such as `depends[3]`.
 */
key?: string, 
/**
 * Which line of a text member, from 1.
 */
line?: number, 
/**
 * Which byte of the file, from 0.
 */
offset?: number, };

/**
 * One member of the `info/` folder.
 */
export type InfoMember = { 
/**
 * Its path, beginning with `info/`.
 */
path: string, 
/**
 * Bytes of its content.
 */
size: number, 
/**
 * What it is.
 */
path_type: PathType, };

/**
 * What a package says of itself.
 *
 * Serialised, it is what `towpath inspect --json` prints.
 */
export type Inspection = { 
/**
 * The name of the file.
 */
file_name: string, 
/**
 * The archive format: `conda` or `tar.bz2`.
 */
format: string, 
/**
 * Bytes of the file.
 */
size: number, 
/**
 * MD5 of the file, in hexadecimal. [`Inspection::of`] leaves it out: it does not read all of the file.
 */
md5: string | null, 
/**
 * SHA-256 of the file, likewise.
 */
sha256: string | null, 
/**
 * What it is for, in one line.
 */
summary: string | null, 
/**
 * What it is for, in more.
 */
description: string | null, 
/**
 * Where there is more about it, on the web.
 */
links: Array<Link>, 
/**
 * What packages that are built with it will need.
 */
run_exports: RunExports | null, 
/**
 * Who built it, and with what.
 */
build_info: Build, 
/**
 * What is in its `info/` folder.
 */
info: Array<InfoMember>, 
/**
 * Whether `info` is all of that. A `.tar.bz2` is not read to its end for a recipe's tests that
 * may lie among the payload.
 */
info_is_complete: boolean, 
/**
 * What is odd about its metadata, one line each.
 */
oddities: Array<string>, 
/**
 * Its name.
 */
name: string | null, 
/**
 * Its version.
 */
version: string | null, 
/**
 * Its build string.
 */
build: string | null, 
/**
 * Its build number.
 */
build_number: number | null, 
/**
 * The subdir that it is for.
 */
subdir: string | null, 
/**
 * `python` or `generic` if it is the same for all platforms.
 */
noarch: string | null, 
/**
 * When it was built, in milliseconds since 1970.
 */
timestamp: number | null, 
/**
 * The same as people write it, such as `2024-03-01T12:00:00Z`.
 */
built_at: string | null, 
/**
 * Its licence, an SPDX expression in well-made packages.
 */
license: string | null, 
/**
 * The family that the licence belongs to, as conda-build sorts them.
 */
license_family: string | null, 
/**
 * The texts of licences that are in the `info/` folder.
 */
license_files: Array<string>, 
/**
 * What has to be there.
 */
depends: Array<string>, 
/**
 * What may be there only so.
 */
constrains: Array<string>, 
/**
 * What each extra needs (repodata v3).
 */
extra_depends: { [key in string]: Array<string> }, 
/**
 * By what it can be chosen among builds (repodata v3).
 */
flags: Array<string>, 
/**
 * Features that it brings: clients avoid packages that have some.
 */
track_features: Array<string>, 
/**
 * Features that it is for, of before 2016.
 */
features: Array<string>, 
/**
 * Scripts that run when it is installed or removed.
 */
link_scripts: Array<LinkScript>, 
/**
 * Commands that are made for a noarch Python package, such as `lock = lock.cli:main`.
 */
entry_points: Array<string>, 
/**
 * What happens when an environment is activated.
 */
activation: Array<Activation>, 
/**
 * Descriptions of entries in the desktop's menus.
 */
menus: Array<string>, 
/**
 * Where the list is from: `info/paths.json`, `info/files`, or `archive` if the package has neither.
 */
files_from: string, 
/**
 * The files.
 */
files: Array<PackagedFile>, };

/**
 * Whether every client installs the same from a package.
 */
export type Installs = { "verdict": "same" } | { "verdict": "differently", "codes": Array<string> } | { "verdict": "refused", "codes": Array<string> };

/**
 * Where there is more about a package.
 */
export type Link = { 
/**
 * The field that it is from, such as `home` or `dev_url`.
 */
kind: string, 
/**
 * An `http` or `https` URL.
 */
url: string, };

/**
 * A script that runs when a package is installed or removed.
 */
export type LinkScript = { 
/**
 * When it runs.
 */
kind: LinkScriptKind, 
/**
 * Where it is in the package.
 */
path: string, };

/**
 * When a link script runs.
 */
export type LinkScriptKind = "pre-link" | "post-link" | "pre-unlink";

/**
 * A file that a package installs.
 */
export type PackagedFile = { 
/**
 * Its path in the environment.
 */
path: string, 
/**
 * Bytes of it, of a soft link those of the file that it leads to; unknown if only names are listed.
 */
size: number | null, 
/**
 * How it is put there.
 */
path_type: PathType, 
/**
 * Where a link leads, if the archive was read to it.
 */
target: string | null, 
/**
 * SHA-256 in hexadecimal, as the package says.
 */
sha256: string | null, 
/**
 * The path that it was built for, which is replaced when it is installed.
 */
prefix: Prefix | null, 
/**
 * Whether it is copied rather than linked.
 */
no_link: boolean, };

/**
 * How a path is put into an environment; the names are those of `info/paths.json` (CEP 34).
 */
export type PathType = "hardlink" | "softlink" | "directory" | "other";

/**
 * The path that a file was built for.
 */
export type Prefix = { 
/**
 * The path that stands in the file.
 */
placeholder: string, 
/**
 * How it is replaced: `text` or `binary`.
 */
mode: string, };

/**
 * What a package is checked for.
 */
export type Profile = "publish" | "mirror";

/**
 * Where the recipe of a package is kept and which run built it (CEP 31).
 */
export type Provenance = { 
/**
 * The repository.
 */
remote_url: string | null, 
/**
 * The commit.
 */
sha: string | null, 
/**
 * The run of a CI service.
 */
flow_run_id: string | null, };

/**
 * What was found in one package.
 */
export type Report = { 
/**
 * The file's name.
 */
file_name: string, 
/**
 * Bytes of the file.
 */
size: number, 
/**
 * MD5 of the file, in hexadecimal.
 */
md5: string, 
/**
 * SHA-256 of the file, in hexadecimal.
 */
sha256: string, 
/**
 * What was found, in order of codes; of each at most fifty of a severity.
 */
findings: Array<Finding>, 
/**
 * How many more there are of a code and severity.
 */
more?: { [key in string]: { [key in Severity]?: number } }, 
/**
 * Whether every client installs the same from it.
 */
installs: Installs, 
/**
 * What is known of the attestation beside the file, if there is one.
 */
attestation?: Attestation, };

/**
 * What packages that are built with this one will need, by the way they are built with it (CEP 12).
 */
export type RunExports = { 
/**
 * If it is in their host environment.
 */
weak: Array<string>, 
/**
 * If it is in their build environment, of host and of what they need.
 */
strong: Array<string>, 
/**
 * If they are noarch.
 */
noarch: Array<string>, 
/**
 * Constraints, if it is in their host environment.
 */
weak_constrains: Array<string>, 
/**
 * Constraints, if it is in their build environment.
 */
strong_constrains: Array<string>, };

/**
 * How bad a finding is.
 */
export type Severity = "note" | "warning" | "error";

/**
 * What a package was built from.
 */
export type Source = { 
/**
 * A URL, or a path beside the recipe.
 */
location: string, 
/**
 * The commit, tag or branch of a repository.
 */
revision: string | null, 
/**
 * The digest of what was downloaded, such as `sha256:…`.
 */
digest: string | null, };

/**
 * A tool that built a package.
 */
export type Tool = { 
/**
 * Its name, such as `conda-build`.
 */
name: string, 
/**
 * Its version.
 */
version: string, };
