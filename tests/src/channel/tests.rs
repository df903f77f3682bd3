use super::*;

fn modified(path: &Path) -> u64 {
    let time = fs_err::metadata(path).unwrap().modified().unwrap();
    time.duration_since(SystemTime::UNIX_EPOCH).unwrap().as_secs()
}

fn files(folder: &Path) -> Vec<String> {
    let mut names: Vec<String> = fs_err::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

#[test]
fn packages_go_to_their_subdir() {
    let lock = PackageBuilder::new("lock", "1.0", "0");
    let channel = ChannelBuilder::new()
        .package(&lock, Kind::Conda)
        .package(&lock.clone().subdir("linux-64"), Kind::TarBz2)
        .package(&lock.index(serde_json::Map::clear), Kind::TarBz2);
    assert_eq!(files(channel.path()), ["linux-64", "noarch"]);
    assert_eq!(
        files(&channel.path().join("noarch")),
        ["lock-1.0-0.conda", "lock-1.0-0.tar.bz2"]
    );
    assert_eq!(files(&channel.path().join("linux-64")), ["lock-1.0-0.tar.bz2"]);
}

#[test]
fn times_are_fixed_and_every_write_is_later() {
    let channel = ChannelBuilder::new().file("a/x", "1").file("a/y", "2");
    let (x, y) = (channel.path().join("a/x"), channel.path().join("a/y"));
    assert_eq!((modified(&x), modified(&y)), (MTIME, MTIME + 1));
    let channel = channel.file("a/x", "3").modified("a/y", 12);
    assert_eq!((modified(&x), modified(&y)), (MTIME + 2, 12));
    assert_eq!(fs_err::read(channel.path().join("a/x")).unwrap(), b"3");
}

#[cfg(unix)]
#[test]
fn links_and_folders_are_made_and_removed() {
    let channel = ChannelBuilder::new()
        .directory("noarch/x.conda")
        .symlink("noarch/y.conda", "nowhere");
    let noarch = channel.path().join("noarch");
    assert!(noarch.join("x.conda").is_dir());
    assert!(noarch.join("y.conda").is_symlink());
    let channel = channel.remove("noarch/x.conda").remove("noarch/y.conda");
    assert!(files(&channel.path().join("noarch")).is_empty());
}

#[test]
fn the_folder_goes_away_with_the_channel() {
    let channel = ChannelBuilder::new();
    let path = channel.path().to_owned();
    assert!(path.join("noarch").is_dir());
    drop(channel);
    assert!(!path.exists());
}

#[test]
fn a_larger_channel_extends_a_smaller_one() {
    let generator = Generator::new(5);
    let folder = tempfile::tempdir().unwrap();
    let written = write_channel(folder.path(), &generator, 12).unwrap();
    assert_eq!(written.packages(), 12);
    let mut bytes = 0;
    for k in 0..12 {
        let package = generator.package(k);
        let path = folder.path().join(package.subdir).join(package.file_name());
        assert!(fs_err::read(&path).unwrap() == package.bytes());
        assert_eq!(modified(&path), package.built);
        bytes += fs_err::metadata(&path).unwrap().len();
    }
    assert_eq!(written.bytes, bytes);

    let smaller = ChannelBuilder::new().generated(&generator, 0..8);
    let in_smaller = (0..12).filter(|&k| {
        let package = generator.package(k);
        let folder = smaller.path().join(package.subdir);
        folder.join(package.file_name()).exists()
    });
    assert!(in_smaller.eq(0..8));
}

#[test]
fn a_folder_that_cannot_be_written_is_an_error() {
    let folder = tempfile::tempdir().unwrap();
    fs_err::write(folder.path().join("noarch"), "").unwrap();
    let error = write_channel(folder.path(), &Generator::new(1), 1).unwrap_err();
    assert!(error.to_string().contains("noarch"));
}
