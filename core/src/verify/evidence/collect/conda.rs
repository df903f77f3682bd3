//! Reading a `.conda`: its zip, and the tarballs in it.

use std::io::{self, Read};
use std::mem;

use super::super::passing::Scanned;
use super::super::{Component, Stream, Zip, ZipDirectory};
use super::Collector;
use crate::package::zip::{Look, ZipReader};
use crate::package::zstd_frames::{Decoder, ZstdFrames};
use crate::package::{Archive, PackageError};

const METADATA_JSON: &str = "metadata.json";
/// Bytes of `metadata.json` that are read; it holds one number.
const METADATA_JSON_MAX: u64 = 64 << 10;

impl Collector<'_> {
    /// Reads what is the same wherever it is read.
    ///
    /// What comes out of damaged zstd depends on the decoder: one goes on where another refuses, and each
    /// gives out more or less of what came before. So a package with a component that cannot be read to
    /// its end is read anew by the decoder that is everywhere.
    pub(super) fn read_conda(&mut self, archive: &mut dyn Archive) -> io::Result<Zip> {
        let zip = self.read_zip(archive)?;
        let is_whole = self.streams.iter().all(|stream| stream.failure.is_none());
        if is_whole || self.decoder == Decoder::PureRust {
            return Ok(zip);
        }
        let anew = Self::new(self.name, self.limits, Decoder::PureRust);
        let first = mem::replace(self, anew).streams;
        let zip = self.read_zip(archive)?;
        // What clients decompress in C is not sound because something else makes sense of it.
        for (stream, first) in self.streams.iter_mut().zip(first) {
            stream.failure = stream.failure.take().or(first.failure);
        }
        Ok(zip)
    }

    /// Reads the info component first: it says what is to be looked for in the payload.
    fn read_zip(&mut self, archive: &mut dyn Archive) -> io::Result<Zip> {
        let mut zip = Zip::default();
        match ZipDirectory::read(archive, self.limits) {
            Ok(directory) => zip.directory = Some(directory),
            Err(PackageError::Io(error)) => return Err(error),
            Err(error) => {
                zip.failure = Some(error);
                return Ok(zip);
            }
        }
        let mut archive = match ZipReader::open(archive, Look::Thorough, self.limits) {
            Ok(archive) => archive,
            Err(PackageError::Io(error)) => return Err(error),
            Err(error) => {
                zip.failure = Some(error);
                return Ok(zip);
            }
        };
        for component in [Component::Info, Component::Payload] {
            if let Some(position) = self.position_of(component, &archive) {
                let stream = self.read_component(component, position, &mut archive);
                self.streams.push(stream);
            }
        }
        let metadata_json = archive.position_of(METADATA_JSON);
        zip.metadata_json = metadata_json.map(|position| read_metadata_json(position, &mut archive));
        Ok(zip)
    }

    /// The member that is the component by its name, or could pass for it.
    fn position_of(&self, component: Component, archive: &ZipReader<'_>) -> Option<usize> {
        let prefix = match component {
            Component::Info => "info-",
            Component::Payload | Component::Whole => "pkg-",
        };
        let right = format!("{prefix}{}.tar.zst", self.name.stem());
        archive.position_of(&right).or_else(|| {
            let mut names = archive.names();
            names.position(|name| name.starts_with(prefix.as_bytes()))
        })
    }

    fn read_component(
        &mut self,
        component: Component,
        position: usize,
        archive: &mut ZipReader<'_>,
    ) -> Stream {
        let name = archive.names().nth(position).unwrap_or_default();
        let mut stream = Stream {
            component,
            member: String::from_utf8_lossy(name).into_owned(),
            compressed_size: 0,
            failure: None,
            end: None,
            zstd: None,
        };
        match archive.content(position) {
            Err(error) => stream.failure = Some(error),
            Ok(mut content) => {
                stream.compressed_size = content.compressed_size();
                self.read_frames(&mut stream, &mut content);
            }
        }
        stream
    }

    /// Reads a component of a `.conda` from its zip member.
    fn read_frames(&mut self, stream: &mut Stream, reader: &mut dyn Read) {
        let limits = self.limits;
        let mut scanned = Scanned::new(reader);
        let mut failure = match ZstdFrames::by(self.decoder, &mut scanned, limits) {
            Ok(mut frames) => {
                let walked = self.walk(stream, &mut frames);
                // The zip's own checksum covers the whole member, also what decompressing does not
                // come to. A deflated one may hold much there.
                let ratio = limits.expansion_ratio;
                let allowed = limits.allowed_expansion(stream.compressed_size);
                let mut rest = frames.into_compressed().take(allowed.saturating_add(1));
                let drained = io::copy(&mut rest, &mut io::sink());
                let is_bomb = drained.is_ok_and(|count| count > allowed);
                is_bomb.then_some(PackageError::Bomb { ratio }).or(walked.err())
            }
            Err(source) => Some(PackageError::Decompress {
                stream: stream.member.clone(),
                source,
            }),
        };
        if let Some(source) = scanned.refused {
            failure = Some(PackageError::ZipContent {
                member: stream.member.clone(),
                source,
            });
        }
        stream.failure = failure;
        stream.zstd = Some(scanned.scan.finish());
    }
}

fn read_metadata_json(position: usize, archive: &mut ZipReader<'_>) -> Result<Vec<u8>, PackageError> {
    let mut content = Vec::new();
    let reader = archive.content(position)?;
    let read = reader.take(METADATA_JSON_MAX).read_to_end(&mut content);
    read.map_err(|source| PackageError::ZipContent {
        member: METADATA_JSON.to_owned(),
        source,
    })?;
    Ok(content)
}
