//! The channels that are solved against, and what state they were in.

use rattler_conda_types::Channel;
use thiserror::Error;
use url::Url;

use crate::channel::Subdir;
use crate::environment::formats::without_credentials;
use crate::verify::ChannelPlace;
use crate::verify::against::folder_reference;
use crate::web_url::reference;

/// A channel that packages may come from.
#[derive(Clone, Debug)]
pub struct SolveChannel {
    url: String,
    canonical: Channel,
    place: ChannelPlace,
}

/// What is no URL of a channel.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[error("{0:?} is not the URL of a channel, such as https://conda.example/main")]
pub struct InvalidChannelUrl(String);

/// The state of a subdir of a channel: what was read of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChannelState {
    /// What the channel is called: [`SolveChannel::url`].
    pub url: String,
    /// The subdir.
    pub subdir: Subdir,
    /// The document that was read.
    pub document: StateDocument,
    /// SHA-256 of that document, decompressed.
    pub sha256: [u8; 32],
    /// Where the subdir's packages are if not beside the document (CEP 15): a URL that ends in a slash.
    /// A [`LockedPackage`](crate::environment::LockedPackage) does not tell.
    pub packages_at: Option<String>,
}

/// A document that tells what a subdir has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StateDocument {
    /// `repodata.json`, whether it came compressed or not.
    Repodata,
    /// `repodata_shards.msgpack`, the index of shards (CEP 16). The shards are named in it by their
    /// digests, so that it tells the state of all of them.
    ShardIndex,
}

impl StateDocument {
    /// The document's name without what it is compressed with.
    pub fn file_name(self) -> &'static str {
        match self {
            Self::Repodata => "repodata.json",
            Self::ShardIndex => "repodata_shards.msgpack",
        }
    }
}

impl SolveChannel {
    /// The channel that is called `url`, of which documents are read at `place`.
    ///
    /// # Errors
    ///
    /// When it is no URL.
    pub fn new(url: &str, place: ChannelPlace) -> Result<Self, InvalidChannelUrl> {
        let url = without_credentials(url).trim_end_matches('/').to_owned();
        match Url::parse(&url) {
            Ok(parsed) if !parsed.cannot_be_a_base() && !url.contains(['?', '#']) => Ok(Self {
                url,
                canonical: Channel::from_url(parsed),
                place,
            }),
            // What follows may be secret.
            _ => Err(InvalidChannelUrl(
                url.split_inclusive(['?', '#'])
                    .next()
                    .unwrap_or_default()
                    .to_owned(),
            )),
        }
    }

    /// What the channel is called: without a slash at its end, passwords and tokens.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Where its documents are read.
    pub(super) fn place(&self) -> &ChannelPlace {
        &self.place
    }

    /// What the solver calls it.
    pub(super) fn canonical(&self) -> &Channel {
        &self.canonical
    }

    /// Whether a `MatchSpec` means this channel: by its URL, or by what its URL ends in.
    pub(super) fn is_meant_by(&self, named: &Channel) -> bool {
        if named.canonical_name() == self.canonical.canonical_name() {
            return true;
        }
        // rattler takes a mere name for a channel of anaconda.org, which is where conda looks.
        let is_name = named.base_url.as_str().starts_with("https://conda.anaconda.org/");
        let name = named.name.as_deref().filter(|name| is_name && !name.is_empty());
        name.is_some_and(|name| {
            let before = self.url.strip_suffix(name);
            before.is_some_and(|before| before.ends_with('/'))
        })
    }

    /// The folder of the subdir's packages, if `base_url` in its document (CEP 15) names another than the
    /// one that the document is in.
    pub(super) fn packages_at(&self, subdir: &Subdir, base_url: Option<&str>) -> Option<String> {
        let own = format!("{}/{subdir}/", self.url);
        let document = format!("{own}repodata.json");
        let named = folder_reference(base_url?);
        // What cannot be followed from there, such as a `file:` URL, is still where they are said to be.
        let folder = reference::resolve(&document, &named).unwrap_or(named);
        let folder = without_credentials(&folder);
        (folder != own).then_some(folder)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn channel(url: &str) -> SolveChannel {
        SolveChannel::new(url, ChannelPlace::folder("/nowhere")).unwrap()
    }

    #[rstest::rstest]
    #[case("https://conda.example/main/", "https://conda.example/main")]
    #[case("https://me:pw@h.example/t/ab-1/x", "https://h.example/x")]
    #[case("file:///srv/channel", "file:///srv/channel")]
    fn a_channel_is_called_by_its_url(#[case] url: &str, #[case] expected: &str) {
        assert_eq!(channel(url).url(), expected);
    }

    #[rstest::rstest]
    #[case("main")]
    #[case("mailto:me")]
    fn what_is_no_url_calls_no_channel(#[case] url: &str) {
        assert!(SolveChannel::new(url, ChannelPlace::folder("/nowhere")).is_err());
    }

    #[rstest::rstest]
    #[case(None, None)]
    #[case(Some("."), None)]
    #[case(Some("https://h.example/c/noarch"), None)]
    #[case(Some("../../files/noarch"), Some("https://h.example/files/noarch/"))]
    #[case(Some("https://cdn.example/x/"), Some("https://cdn.example/x/"))]
    #[case(Some("https://me:pw@cdn.example/x/"), Some("https://cdn.example/x/"))]
    fn packages_may_be_elsewhere(#[case] base_url: Option<&str>, #[case] expected: Option<&str>) {
        let found = channel("https://h.example/c").packages_at(&Subdir::noarch(), base_url);
        assert_eq!(found.as_deref(), expected);
    }
}
