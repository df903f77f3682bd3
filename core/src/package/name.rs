//! The file name of a package, and the archive format that its ending promises.

use std::fmt;

use thiserror::Error;

/// The two archive formats of conda packages (CEP 35).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ArchiveFormat {
    /// `.tar.bz2`, version 1.
    TarBz2,
    /// `.conda`, version 2.
    Conda,
}

impl ArchiveFormat {
    /// The ending of file names of this format, with its dot.
    pub fn extension(self) -> &'static str {
        match self {
            Self::TarBz2 => ".tar.bz2",
            Self::Conda => ".conda",
        }
    }
}

/// The file name of a package, such as `numpy-2.1.0-py312h58c1407_1.conda`.
///
/// It ends in `.conda` or `.tar.bz2` and is one component of a path. That its stem is made of
/// name, version and build (CEP 26) is not required: channels hold files for which it is not so,
/// and conda-index serves them.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ArtifactName {
    file_name: String,
    format: ArchiveFormat,
}

/// A file name that no package can have.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[error("{0:?} is not the file name of a conda package (NAME.conda or NAME.tar.bz2)")]
pub struct InvalidArtifactName(pub String);

impl ArtifactName {
    /// Takes a file name.
    ///
    /// # Errors
    ///
    /// When it does not end as packages do, or is a path.
    pub fn new(file_name: impl Into<String>) -> Result<Self, InvalidArtifactName> {
        let file_name = file_name.into();
        let format = [ArchiveFormat::Conda, ArchiveFormat::TarBz2]
            .into_iter()
            .find(|format| file_name.ends_with(format.extension()));
        match format {
            Some(format) if !file_name.contains(['/', '\0']) => Ok(Self { file_name, format }),
            _ => Err(InvalidArtifactName(file_name)),
        }
    }

    /// The whole name.
    pub fn as_str(&self) -> &str {
        &self.file_name
    }

    /// The archive format that the ending promises.
    pub fn format(&self) -> ArchiveFormat {
        self.format
    }

    /// The name without its ending: name, version and build in a well-named file.
    pub fn stem(&self) -> &str {
        &self.file_name[..self.file_name.len() - self.format.extension().len()]
    }

    /// The name that the same build has in the other format, `x.conda` for `x.tar.bz2`.
    #[must_use]
    pub fn twin(&self) -> Self {
        let format = match self.format {
            ArchiveFormat::Conda => ArchiveFormat::TarBz2,
            ArchiveFormat::TarBz2 => ArchiveFormat::Conda,
        };
        Self {
            file_name: [self.stem(), format.extension()].concat(),
            format,
        }
    }
}

impl fmt::Display for ArtifactName {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.file_name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ending_decides_the_format() {
        let name = ArtifactName::new("a-1-0.tar.bz2").unwrap();
        assert_eq!((name.format(), name.stem()), (ArchiveFormat::TarBz2, "a-1-0"));
        assert_eq!(name.twin().as_str(), "a-1-0.conda");
        let name = ArtifactName::new("a#1 ünï.conda").unwrap();
        assert_eq!((name.format(), name.stem()), (ArchiveFormat::Conda, "a#1 ünï"));
    }

    #[rstest::rstest]
    #[case("a-1-0.whl")]
    #[case("a-1-0.CONDA")]
    #[case("a-1-0.tar.bz2.part")]
    #[case("../a-1-0.conda")]
    fn other_files_are_no_packages(#[case] file_name: &str) {
        assert_eq!(
            ArtifactName::new(file_name),
            Err(InvalidArtifactName(file_name.to_owned()))
        );
    }
}
