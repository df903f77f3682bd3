//! The one reading of a package.

mod conda;
#[cfg(test)]
#[cfg(feature = "native")]
mod tests;

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, HashMap};
use std::io::{self, BufReader, Read, Seek as _};

use super::bzip2_streams::Bzip2Streams;
use super::content::{Observer, Search};
use super::json_document::DOCUMENT_MAX;
use super::keep::Keeper;
use super::passing::{Metered, Watched};
use super::{
    Bzip2, Component, Container, Document, Entry, Evidence, JsonDocument, PathsJson, Stream, TarEnd,
};
use crate::package::digest::hash_one;
use crate::package::sniff::expect_format;
use crate::package::tarball::{Member, Tarball};
use crate::package::zstd_frames::Decoder;
use crate::package::{Archive, ArchiveFormat, ArtifactName, Limits, PackageError};

const PATHS_JSON: &str = "info/paths.json";
/// Bytes of all paths together that are kept.
const PATHS_MAX: u64 = 128 << 20;
/// Content is looked at in pieces of this size.
const PIECE: usize = 64 << 10;

pub(super) fn collect(
    name: &ArtifactName,
    archive: &mut dyn Archive,
    limits: &Limits,
) -> io::Result<Evidence> {
    collect_by(Decoder::FASTEST, name, archive, limits)
}

fn collect_by(
    decoder: Decoder,
    name: &ArtifactName,
    archive: &mut dyn Archive,
    limits: &Limits,
) -> io::Result<Evidence> {
    let failure = RefCell::new(None);
    let mut archive = Watched {
        inner: archive,
        failure: &failure,
    };
    archive.rewind()?;
    let hashed = hash_one(&mut archive)?;
    archive.rewind()?;
    let mut collector = Collector::new(name, limits, decoder);
    let container = match expect_format(&mut archive, name.format()) {
        Err(error) => Container::Other(error),
        Ok(()) => match name.format() {
            ArchiveFormat::Conda => Container::Conda(collector.read_conda(&mut archive)?),
            ArchiveFormat::TarBz2 => collector.read_tar_bz2(&mut archive, hashed.size)?,
        },
    };
    if let Some(error) = failure.take() {
        return Err(error);
    }
    Ok(Evidence {
        name: name.clone(),
        size: hashed.size,
        digests: hashed.digests,
        container,
        streams: collector.streams,
        entries: collector.entries,
        too_many: collector.too_many,
        documents: collector.documents,
        paths: collector.paths,
        kept: collector.kept,
    })
}

/// What was seen so far.
struct Collector<'a> {
    name: &'a ArtifactName,
    limits: &'a Limits,
    /// What decompresses zstd.
    decoder: Decoder,
    streams: Vec<Stream>,
    entries: Vec<Entry>,
    too_many: Option<PackageError>,
    documents: BTreeMap<Document, JsonDocument>,
    paths: Option<PathsJson>,
    /// The placeholders that `paths.json` declares, by path.
    placeholders: HashMap<String, String>,
    kept: BTreeMap<usize, Vec<u8>>,
    keeper: Keeper,
    path_bytes: u64,
    /// How much may still come out of the tarballs.
    unpacked_left: Option<u64>,
    piece: Vec<u8>,
}

impl<'a> Collector<'a> {
    fn new(name: &'a ArtifactName, limits: &'a Limits, decoder: Decoder) -> Self {
        Self {
            name,
            limits,
            decoder,
            streams: Vec::new(),
            entries: Vec::new(),
            too_many: None,
            documents: BTreeMap::new(),
            paths: None,
            placeholders: HashMap::new(),
            kept: BTreeMap::new(),
            keeper: Keeper::default(),
            path_bytes: 0,
            unpacked_left: Some(limits.unpacked_bytes),
            piece: vec![0; PIECE],
        }
    }

    fn read_tar_bz2(&mut self, archive: &mut dyn Archive, size: u64) -> io::Result<Container> {
        let mut stream = Stream {
            component: Component::Whole,
            member: self.name.as_str().to_owned(),
            compressed_size: size,
            failure: None,
            end: None,
            zstd: None,
        };
        archive.rewind()?;
        let mut streams = Bzip2Streams::new(BufReader::with_capacity(PIECE, &mut *archive));
        let failure = self.walk(&mut stream, &mut streams).err();
        stream.failure = failure.map(|failure| self.rather_damage(failure, &stream, &mut streams));
        let (count, no_stream) = streams.seen();
        if count == 0 {
            return Ok(Container::Other(PackageError::OtherFormat {
                expected: ArchiveFormat::TarBz2,
                found: "nothing that is known",
            }));
        }
        if stream.failure.is_none() && self.has_unsought_placeholders() {
            archive.rewind()?;
            let mut streams = Bzip2Streams::new(BufReader::with_capacity(PIECE, archive));
            let tarball = Tarball::new(&mut streams, &stream.member, size, self.limits);
            // What fails now did not fail before: the file changed meanwhile, and is not what was hashed.
            self.seek_placeholders(tarball).map_err(io::Error::other)?;
        }
        self.streams.push(stream);
        Ok(Container::TarBz2(Bzip2 {
            streams: count,
            no_stream,
        }))
    }

    /// A tarball that is none may come out of a stream that is damaged: a checksum stands behind what it
    /// covers.
    fn rather_damage(
        &self,
        failure: PackageError,
        stream: &Stream,
        decompressed: &mut dyn Read,
    ) -> PackageError {
        if !matches!(
            failure,
            PackageError::Tar { .. } | PackageError::TarTruncated { .. }
        ) {
            return failure;
        }
        let mut rest = decompressed.take(self.limits.allowed_expansion(stream.compressed_size));
        match io::copy(&mut rest, &mut io::sink()) {
            Ok(_) => failure,
            Err(source) => PackageError::Decompress {
                stream: stream.member.clone(),
                source,
            },
        }
    }

    /// Looks at every member of a tarball.
    fn walk(&mut self, stream: &mut Stream, decompressed: &mut dyn Read) -> Result<(), PackageError> {
        let left = Cell::new(self.unpacked_left);
        let mut metered = Metered {
            inner: decompressed,
            left: &left,
        };
        let tarball = Tarball::new(&mut metered, &stream.member, stream.compressed_size, self.limits);
        let walked = self.walk_members(stream.component, tarball);
        self.unpacked_left = left.get();
        match self.unpacked_left {
            Some(_) => {
                stream.end = Some(walked?);
                Ok(())
            }
            None => Err(PackageError::TooLarge {
                limit: self.limits.unpacked_bytes,
            }),
        }
    }

    fn walk_members(
        &mut self,
        component: Component,
        mut tarball: Tarball<'_>,
    ) -> Result<TarEnd, PackageError> {
        while let Some(member) = tarball.next_member()? {
            let mut entry = Entry::of(component, &member);
            if entry.is_file() {
                self.read_file(&mut entry, &member, &mut tarball)?;
            }
            self.take(entry)?;
        }
        tarball.read_to_end()
    }

    fn take(&mut self, entry: Entry) -> Result<(), PackageError> {
        self.path_bytes += entry.text_bytes();
        if self.path_bytes > PATHS_MAX {
            self.too_many = Some(PackageError::MemberTooLarge {
                member: "the list of members".to_owned(),
                limit: PATHS_MAX,
            });
            return Err(PackageError::MemberTooLarge {
                member: "the list of members".to_owned(),
                limit: PATHS_MAX,
            });
        }
        self.entries.push(entry);
        Ok(())
    }

    fn read_file(
        &mut self,
        entry: &mut Entry,
        member: &Member,
        tarball: &mut Tarball<'_>,
    ) -> Result<(), PackageError> {
        let document = self.document_at(entry);
        let is_paths =
            entry.path == PATHS_JSON && self.paths.is_none() && entry.component != Component::Payload;
        let is_kept = self.keeper.keeps(&entry.path, member.spelling.size);
        let is_document = document.is_some() && entry.size <= DOCUMENT_MAX.min(self.limits.member_bytes);
        let is_paths = is_paths && entry.size <= self.limits.member_bytes;
        let is_whole = is_kept || is_document || is_paths;
        let placeholder = self.placeholders.get(&entry.path);
        let mut observer = Observer::new(placeholder.map(String::as_str));
        let mut content = Vec::new();
        loop {
            let count = tarball.read_some(&mut self.piece)?;
            if count == 0 {
                break;
            }
            observer.see(&self.piece[..count]);
            if is_whole {
                content.extend(&self.piece[..count]);
            }
        }
        entry.content = Some(observer.finish());
        if is_paths {
            self.take_paths(&content);
        }
        if let Some(document) = document.filter(|_| is_document) {
            self.documents.insert(document, JsonDocument::of(&content));
        }
        if is_kept {
            self.kept.insert(self.entries.len(), content);
        }
        Ok(())
    }

    /// Which document a member is: the first of its path, in the component where documents are.
    fn document_at(&self, entry: &Entry) -> Option<Document> {
        let document = Document::ALL
            .into_iter()
            .find(|document| document.path() == entry.path)?;
        let is_new = entry.component != Component::Payload && !self.documents.contains_key(&document);
        is_new.then_some(document)
    }

    fn take_paths(&mut self, content: &[u8]) {
        let paths = PathsJson::of(content);
        let declared = paths.entries.iter().filter_map(|entry| {
            let placeholder = entry.placeholder.as_ref().filter(|text| !text.is_empty())?;
            Some((entry.path.clone(), placeholder.clone()))
        });
        self.placeholders = declared.collect();
        self.paths = Some(paths);
    }

    /// Whether files passed before their placeholders were known.
    fn has_unsought_placeholders(&self) -> bool {
        self.entries.iter().any(|entry| {
            let content = entry.content.as_ref();
            content.is_some_and(|content| content.has_placeholder.is_none())
                && self.placeholders.contains_key(&entry.path)
        })
    }

    /// Looks for placeholders in files that passed before these were known.
    fn seek_placeholders(&mut self, mut tarball: Tarball<'_>) -> Result<(), PackageError> {
        for entry in &mut self.entries {
            if tarball.next_member()?.is_none() {
                break;
            }
            let placeholder = self.placeholders.get(&entry.path);
            if let (Some(content), Some(placeholder)) = (&mut entry.content, placeholder) {
                let mut search = Search::new(placeholder.as_bytes());
                loop {
                    let count = tarball.read_some(&mut self.piece)?;
                    if count == 0 {
                        break;
                    }
                    search.see(&self.piece[..count]);
                }
                content.has_placeholder = Some(search.found);
            }
        }
        Ok(())
    }
}
