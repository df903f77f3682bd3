//! What is around the members of a `.tar.bz2` package, and what can be wrong with it.

use std::io::{self, Write as _};

use bzip2::Compression;
use bzip2::write::BzEncoder;

use crate::conda::{Cut, gzip};
use crate::tarball::Tarball;

/// How a `.tar.bz2` package is put together; the default is a sound one.
#[derive(Clone, Debug)]
pub struct TarBz2Container {
    /// The bzip2 level, 1 to 9.
    pub level: u32,
    /// What the file holds.
    pub stream: Bz2Stream,
    /// Bytes after it.
    pub after: Vec<u8>,
    /// How much of all this is there.
    pub cut: Cut,
}

/// What a `.tar.bz2` package holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Bz2Stream {
    /// One bzip2 stream of the tarball.
    One,
    /// The tarball in so many bzip2 streams, one after another.
    Several(usize),
    /// One bzip2 stream of these bytes, which are no tarball.
    Of(Vec<u8>),
    /// The tarball in gzip.
    Gzip,
    /// The tarball as it is.
    PlainTar,
}

impl Default for TarBz2Container {
    fn default() -> Self {
        Self {
            level: 9,
            stream: Bz2Stream::One,
            after: Vec::new(),
            cut: Cut::Whole,
        }
    }
}

impl TarBz2Container {
    /// Returns the `.tar.bz2` package of this tarball.
    pub fn pack(self, tarball: &Tarball) -> Vec<u8> {
        let mut bytes = match &self.stream {
            Bz2Stream::One => self.bz2(|mut stream| tarball.write_to(&mut stream)),
            Bz2Stream::Several(count) => {
                let bytes = tarball.bytes();
                bytes
                    .chunks(bytes.len().div_ceil(*count))
                    .flat_map(|chunk| self.bz2(|stream| stream.write_all(chunk)))
                    .collect()
            }
            Bz2Stream::Of(content) => self.bz2(|stream| stream.write_all(content)),
            Bz2Stream::Gzip => gzip(&tarball.bytes()),
            Bz2Stream::PlainTar => tarball.bytes(),
        };
        bytes.extend(self.after);
        self.cut.apply(&mut bytes);
        bytes
    }

    fn bz2(&self, write: impl FnOnce(&mut BzEncoder<Vec<u8>>) -> io::Result<()>) -> Vec<u8> {
        let mut encoder = BzEncoder::new(Vec::new(), Compression::new(self.level));
        write(&mut encoder)
            .and_then(|()| encoder.finish())
            .expect("writing to memory does not fail")
    }
}

#[cfg(test)]
mod tests {
    use bzip2::read::{BzDecoder, MultiBzDecoder};
    use rstest::rstest;

    use super::*;
    use crate::package::PackageBuilder;
    use crate::random::noise;

    fn pack(stream: Bz2Stream) -> Vec<u8> {
        PackageBuilder::new("lock", "1.0", "0").tar_bz2_with(TarBz2Container {
            stream,
            ..TarBz2Container::default()
        })
    }

    fn decoded(mut stream: impl io::Read) -> io::Result<Vec<u8>> {
        let mut content = Vec::new();
        stream.read_to_end(&mut content)?;
        Ok(content)
    }

    fn paths(tar: &[u8]) -> Vec<String> {
        tar::Archive::new(tar)
            .entries()
            .unwrap()
            .map(|entry| entry.unwrap().path().unwrap().display().to_string())
            .collect()
    }

    #[rstest]
    #[case(Bz2Stream::One)]
    #[case(Bz2Stream::Several(3))]
    fn sound_packages_hold_info_then_payload(#[case] stream: Bz2Stream) {
        let tar = decoded(MultiBzDecoder::new(&*pack(stream))).unwrap();
        assert_eq!(
            paths(&tar),
            [
                "info/index.json",
                "info/paths.json",
                "info/about.json",
                "share/lock/lock.txt"
            ]
        );
        assert_eq!(tar, pack(Bz2Stream::PlainTar));
    }

    #[test]
    fn several_streams_are_several() {
        let whole = pack(Bz2Stream::PlainTar);
        let first = decoded(BzDecoder::new(&*pack(Bz2Stream::Several(3)))).unwrap();
        assert_eq!(first, whole[..whole.len().div_ceil(3)]);
    }

    #[rstest]
    #[case::random(noise(2000))]
    #[case::nothing(Vec::new())]
    fn bzip2_of_anything_is_bzip2(#[case] content: Vec<u8>) {
        let bytes = pack(Bz2Stream::Of(content.clone()));
        assert_eq!(decoded(BzDecoder::new(&*bytes)).unwrap(), content);
    }

    #[test]
    fn gzip_is_not_bzip2() {
        let bytes = pack(Bz2Stream::Gzip);
        assert!(bytes.starts_with(b"\x1f\x8b"));
        assert!(decoded(BzDecoder::new(&*bytes)).is_err());
    }

    #[test]
    fn a_package_can_be_cut_and_followed_by_junk() {
        let sound = pack(Bz2Stream::One);
        let lock = PackageBuilder::new("lock", "1.0", "0");
        let with_junk = lock.tar_bz2_with(TarBz2Container {
            after: b"junk".to_vec(),
            ..TarBz2Container::default()
        });
        assert_eq!(with_junk, [&sound[..], b"junk"].concat());
        let cut = lock.tar_bz2_with(TarBz2Container {
            cut: Cut::Half,
            ..TarBz2Container::default()
        });
        assert_eq!(cut, sound[..sound.len() / 2]);
        assert!(decoded(BzDecoder::new(&*cut)).is_err());
    }
}
