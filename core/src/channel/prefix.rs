//! The prefix under which a channel's packages stand in a database that holds several channels.

use std::fmt;
use std::io::{self, Write};
use std::path::Path;

use serde::Deserialize;

/// The file's place in the channel, shared with conda-index.
const FILE: &str = ".cache/cache.json";

/// The prefix of a channel's paths in a database: conda-index's `channel_id`.
///
/// It lies with the packages, in `.cache/cache.json`: whoever copies a channel's folder copies the
/// prefix, and the copies share what is known of them.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ChannelPrefix(String);

/// What a prefix may not be.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "{0:?} cannot be the prefix of a channel: it begins with a lower-case letter, a digit or `_`, and goes on \
     with those, `.` and `-`"
)]
pub struct InvalidPrefix(String);

#[derive(Deserialize)]
struct CacheFile {
    channel_id: String,
}

impl ChannelPrefix {
    /// The prefix of this text.
    ///
    /// # Errors
    ///
    /// When conda-index would not take it.
    pub fn new(text: impl Into<String>) -> Result<Self, InvalidPrefix> {
        let text = text.into();
        let is_word = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
        let mut bytes = text.bytes();
        let is_valid = bytes.next().is_some_and(is_word)
            && bytes.all(|byte| is_word(byte) || byte == b'.' || byte == b'-');
        if is_valid {
            Ok(Self(text))
        } else {
            Err(InvalidPrefix(text))
        }
    }

    /// The prefix that the channel in `root` has.
    ///
    /// # Errors
    ///
    /// When its file cannot be read or has no sound prefix.
    pub fn of_channel(root: &Path) -> io::Result<Option<Self>> {
        let path = root.join(FILE);
        let text = match fs_err::read_to_string(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(error),
        };
        let invalid =
            |why: String| io::Error::new(io::ErrorKind::InvalidData, format!("{}: {why}", path.display()));
        let file: CacheFile = serde_json::from_str(&text).map_err(|error| invalid(error.to_string()))?;
        let prefix = Self::new(file.channel_id).map_err(|error| invalid(error.to_string()))?;
        Ok(Some(prefix))
    }

    /// The prefix that the channel in `root` has, or a new one. Of several processes that come at
    /// the same time one makes it, and the others read it.
    ///
    /// # Errors
    ///
    /// When the file cannot be read, has no sound prefix or cannot be made.
    pub fn of_channel_or_new(root: &Path) -> io::Result<Self> {
        let path = root.join(FILE);
        if let Some(folder) = path.parent() {
            fs_err::create_dir_all(folder)?;
        }
        let prefix = Self::random();
        let folder = path.parent().unwrap_or(root);
        let mut file = world_readable().tempfile_in(folder)?;
        file.write_all(format!(r#"{{"channel_id": "{prefix}"}}"#).as_bytes())?;
        file.as_file().sync_all()?;
        match file.persist_noclobber(&path) {
            Ok(_) => Ok(prefix),
            Err(error) if error.error.kind() == io::ErrorKind::AlreadyExists => Self::of_channel(root)?
                .ok_or_else(|| io::Error::other(format!("{} went while it was made", path.display()))),
            Err(error) => Err(error.error),
        }
    }

    /// Makes this the prefix of the channel in `root`, which has one. What else is in its file
    /// stays.
    ///
    /// # Errors
    ///
    /// When the file cannot be read or replaced.
    pub fn replace_in(&self, root: &Path) -> io::Result<()> {
        let path = root.join(FILE);
        let text = fs_err::read_to_string(&path)?;
        let mut content: serde_json::Map<String, serde_json::Value> = serde_json::from_str(&text)?;
        content.insert("channel_id".to_owned(), self.as_str().into());
        let mut file = world_readable().tempfile_in(path.parent().unwrap_or(root))?;
        serde_json::to_writer(&mut file, &content)?;
        file.as_file().sync_all()?;
        file.persist(&path).map_err(|error| error.error)?;
        Ok(())
    }

    /// As conda-index makes one: eight bytes in hexadecimal digits.
    fn random() -> Self {
        Self(format!("{:016x}", fastrand::u64(..)))
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for ChannelPrefix {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

/// Temporary files that others may read, as far as the umask lets them.
fn world_readable() -> tempfile::Builder<'static, 'static> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(".towpath-");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        builder.permissions(std::fs::Permissions::from_mode(0o666));
    }
    builder
}

#[cfg(test)]
mod tests {
    use super::*;

    #[rstest::rstest]
    #[case("16a0fec8d6af4c84", true)]
    #[case("conda-forge.x_y", true)]
    #[case("_", true)]
    #[case("", false)]
    #[case("My-Chan", false)]
    #[case("bad/id", false)]
    #[case("-a", false)]
    #[case("a%", false)]
    fn prefixes_are_those_of_conda_index(#[case] text: &str, #[case] is_valid: bool) {
        assert_eq!(ChannelPrefix::new(text).is_ok(), is_valid);
    }

    #[test]
    fn a_prefix_is_made_once() {
        let channel = tempfile::tempdir().unwrap();
        assert_eq!(ChannelPrefix::of_channel(channel.path()).unwrap(), None);
        let prefixes: Vec<_> = std::thread::scope(|scope| {
            let threads: Vec<_> = (0..8)
                .map(|_| scope.spawn(|| ChannelPrefix::of_channel_or_new(channel.path()).unwrap()))
                .collect();
            threads.into_iter().map(|thread| thread.join().unwrap()).collect()
        });
        assert!(prefixes.iter().all(|prefix| *prefix == prefixes[0]));
        assert_eq!(prefixes[0].as_str().len(), 16);
        let text = fs_err::read_to_string(channel.path().join(FILE)).unwrap();
        assert_eq!(text, format!(r#"{{"channel_id": "{}"}}"#, prefixes[0]));
    }

    #[test]
    fn another_prefix_leaves_the_rest_of_the_file() {
        let channel = tempfile::tempdir().unwrap();
        fs_err::create_dir(channel.path().join(".cache")).unwrap();
        let file = channel.path().join(FILE);
        fs_err::write(&file, r#"{"channel_id": "old", "more": 1}"#).unwrap();
        ChannelPrefix::new("new")
            .unwrap()
            .replace_in(channel.path())
            .unwrap();
        let text = fs_err::read_to_string(&file).unwrap();
        assert_eq!(text, r#"{"channel_id":"new","more":1}"#);
    }

    #[test]
    fn what_is_no_prefix_is_told_with_the_file() {
        let channel = tempfile::tempdir().unwrap();
        fs_err::create_dir(channel.path().join(".cache")).unwrap();
        fs_err::write(channel.path().join(FILE), r#"{"channel_id": "Bad/Id"}"#).unwrap();
        let error = ChannelPrefix::of_channel_or_new(channel.path())
            .unwrap_err()
            .to_string();
        assert!(
            error.contains("cache.json") && error.contains("Bad/Id"),
            "{error}"
        );
    }
}
