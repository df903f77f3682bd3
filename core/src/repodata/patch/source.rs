//! Where patch instructions come from: a file in the channel, a package, or a Python function.

use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde::Deserialize;
use serde_json::Value;
use thiserror::Error;

use super::{PatchError, PatchInstructions};
use crate::channel::Subdir;
use crate::package::{ArtifactName, Limits, PackageError, read_payload_member};

/// Calls the generator's function. It may print what it likes: its result goes to a file.
const CALL_GENERATOR: &str = r#"
import importlib.util, json, sys
generator, repodata, subdir, result = sys.argv[1:]
spec = importlib.util.spec_from_file_location("patch_generator", generator)
module = importlib.util.module_from_spec(spec)
spec.loader.exec_module(module)
with open(repodata, encoding="utf-8") as file:
    text = file.read()
document = json.loads(text)
instructions = module._patch_repodata(document, subdir)
changed = document != json.loads(text)
with open(result, "w", encoding="utf-8") as file:
    json.dump({"instructions": instructions, "changed_repodata": changed}, file)
"#;

/// What the generator's result file holds.
#[derive(Deserialize)]
struct GeneratorResult {
    instructions: Value,
    changed_repodata: bool,
}

/// What a source gave.
#[derive(Clone, Debug, Default)]
pub struct SourcedInstructions {
    /// The instructions, if there are any for the subdir.
    pub instructions: Option<PatchInstructions>,
    /// Whether they are the channel's own file, and not of a package or a generator.
    pub lie_in_channel: bool,
    /// What was odd, in one line.
    pub warning: Option<String>,
}

/// Where the instructions of a run come from. The file `patch_instructions.json` of a subdir is
/// used where this gives none.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum PatchSource {
    /// Only from files in the channel.
    #[default]
    Channel,
    /// From `<subdir>/patch_instructions.json` in a package's payload.
    Package(PathBuf),
    /// From a Python file that defines `_patch_repodata(repodata, subdir)`.
    Generator {
        /// The file.
        script: PathBuf,
        /// The Python to run it with.
        python: PathBuf,
    },
}

/// Why there are no instructions.
#[derive(Debug, Error)]
pub enum PatchSourceError {
    /// A file could not be read.
    #[error(transparent)]
    Io(#[from] io::Error),
    /// The package could not be read.
    #[error("{}: {source}", path.display())]
    Package {
        /// The package.
        path: PathBuf,
        /// What is wrong with it.
        source: PackageError,
    },
    /// The instructions could not be understood.
    #[error("{} {source}", path.display())]
    Instructions {
        /// Where they came from.
        path: PathBuf,
        /// What is wrong with them.
        source: PatchError,
    },
    /// There is no such Python.
    #[error("the patch generator {} is a Python file, and {} cannot be run: {source}", script.display(), python.display())]
    NoPython {
        /// The generator.
        script: PathBuf,
        /// The interpreter that was tried.
        python: PathBuf,
        /// What the operating system said.
        source: io::Error,
    },
    /// The generator failed.
    #[error("the patch generator {} failed for {subdir}:\n{output}", script.display())]
    Generator {
        /// The generator.
        script: PathBuf,
        /// The subdir it was called for.
        subdir: Subdir,
        /// What it printed.
        output: String,
    },
}

impl PatchSource {
    /// The instructions of this source for `subdir`, given its unpatched `repodata`; where it has
    /// none, those of `channel_file`, the channel's own.
    ///
    /// # Errors
    ///
    /// When the source cannot be read or run, or says what cannot be understood.
    pub fn instructions(
        &self,
        subdir: &Subdir,
        repodata: &Path,
        channel_file: &Path,
    ) -> Result<SourcedInstructions, PatchSourceError> {
        let mut sourced = match self {
            Self::Channel => SourcedInstructions::default(),
            Self::Package(path) => SourcedInstructions {
                instructions: from_package(path, subdir)?,
                ..SourcedInstructions::default()
            },
            Self::Generator { script, python } => from_generator(script, python, subdir, repodata)?,
        };
        if sourced.instructions.is_none() {
            sourced.instructions = from_file(channel_file)?;
            sourced.lie_in_channel = true;
        }
        Ok(sourced)
    }
}

/// The instructions in a file, if there is one.
pub(crate) fn from_file(path: &Path) -> Result<Option<PatchInstructions>, PatchSourceError> {
    match fs_err::read(path) {
        Ok(bytes) => parse(path, &bytes),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error.into()),
    }
}

fn parse(path: &Path, bytes: &[u8]) -> Result<Option<PatchInstructions>, PatchSourceError> {
    PatchInstructions::parse(bytes).map_err(|source| PatchSourceError::Instructions {
        path: path.to_owned(),
        source,
    })
}

fn from_package(path: &Path, subdir: &Subdir) -> Result<Option<PatchInstructions>, PatchSourceError> {
    let file = fs_err::File::open(path)?;
    let file_name = path.file_name().unwrap_or_default().to_string_lossy();
    let read = || {
        let name = ArtifactName::new(file_name).map_err(io::Error::other)?;
        read_payload_member(
            &name,
            file,
            &format!("{subdir}/patch_instructions.json"),
            &Limits::default(),
        )
    };
    let member = read().map_err(|source| PatchSourceError::Package {
        path: path.to_owned(),
        source,
    })?;
    member.map_or(Ok(None), |bytes| parse(path, &bytes))
}

fn from_generator(
    script: &Path,
    python: &Path,
    subdir: &Subdir,
    repodata: &Path,
) -> Result<SourcedInstructions, PatchSourceError> {
    // Python's own message for a missing file would come from deep inside its import machinery.
    fs_err::File::open(script)?;
    let result = tempfile::NamedTempFile::new()?;
    let output = Command::new(python)
        .args(["-c", CALL_GENERATOR])
        .args([script, repodata])
        .arg(subdir.as_str())
        .arg(result.path())
        .stdin(Stdio::null())
        .output()
        .map_err(|source| PatchSourceError::NoPython {
            script: script.to_owned(),
            python: python.to_owned(),
            source,
        })?;
    if !output.status.success() {
        return Err(PatchSourceError::Generator {
            script: script.to_owned(),
            subdir: subdir.clone(),
            output: String::from_utf8_lossy(&output.stderr).trim().to_owned(),
        });
    }
    let result: GeneratorResult =
        serde_json::from_slice(&fs_err::read(result.path())?).map_err(io::Error::from)?;
    let warning = "it changed the repodata that it was given; only what it returns is used";
    Ok(SourcedInstructions {
        instructions: parse(script, result.instructions.to_string().as_bytes())?,
        lie_in_channel: false,
        warning: result.changed_repodata.then(|| warning.to_owned()),
    })
}
