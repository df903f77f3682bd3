//! What a file is, by its name: the media types that static hosts send.

/// Media types by how file names end; what stands first counts. Packages and msgpack in zstd have no type of
/// their own that is registered or usual on the web.
const TYPES: [(&str, &str); 30] = [
    (".atom", ATOM),
    ("atom.xml", ATOM),
    ("rss.xml", "application/rss+xml; charset=utf-8"),
    (".html", HTML),
    (".htm", HTML),
    (".css", "text/css; charset=utf-8"),
    (".js", "text/javascript; charset=utf-8"),
    (".mjs", "text/javascript; charset=utf-8"),
    (".json", "application/json"),
    (".map", "application/json"),
    (".sarif", "application/json"),
    (".xml", "application/xml"),
    (".txt", "text/plain; charset=utf-8"),
    (".md", "text/markdown; charset=utf-8"),
    (".toml", "application/toml"),
    (".yaml", "application/yaml"),
    (".yml", "application/yaml"),
    (".tsv", "text/tab-separated-values; charset=utf-8"),
    (".csv", "text/csv; charset=utf-8"),
    (".wasm", "application/wasm"),
    (".webmanifest", "application/manifest+json"),
    (".svg", "image/svg+xml"),
    (".png", "image/png"),
    (".ico", "image/x-icon"),
    (".woff2", "font/woff2"),
    (".zst", "application/zstd"),
    (".bz2", "application/x-bzip2"),
    (".gz", "application/gzip"),
    (".msgpack", "application/vnd.msgpack"),
    (".conda", UNKNOWN),
];

const ATOM: &str = "application/atom+xml; charset=utf-8";
pub(super) const HTML: &str = "text/html; charset=utf-8";
const UNKNOWN: &str = "application/octet-stream";

/// The media type of a file of this name.
pub(super) fn of(file_name: &str) -> &'static str {
    known(file_name).unwrap_or(UNKNOWN)
}

/// Whether a browser that asks for this name shows a page: what is missing there may be told in HTML. A client
/// that asks for data must not be given HTML.
pub(super) fn is_page(file_name: &str) -> bool {
    known(file_name).is_none_or(|media_type| media_type == HTML)
}

fn known(file_name: &str) -> Option<&'static str> {
    let name = file_name.to_ascii_lowercase();
    TYPES
        .iter()
        .find(|(end, _)| name.ends_with(end))
        .map(|(_, media_type)| *media_type)
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("index.html", "text/html; charset=utf-8")]
    #[case("INDEX.HTML", "text/html; charset=utf-8")]
    #[case("app.1a2b.js", "text/javascript; charset=utf-8")]
    #[case("repodata.json", "application/json")]
    #[case("repodata.json.zst", "application/zstd")]
    #[case("repodata.json.bz2", "application/x-bzip2")]
    #[case("repodata_shards.msgpack.zst", "application/zstd")]
    #[case("lock-1.0-0.conda", "application/octet-stream")]
    #[case("lock-1.0-0.tar.bz2", "application/x-bzip2")]
    #[case("atom.xml", "application/atom+xml; charset=utf-8")]
    #[case("feed.atom", "application/atom+xml; charset=utf-8")]
    #[case("rss.xml", "application/rss+xml; charset=utf-8")]
    #[case("sitemap.xml", "application/xml")]
    #[case("names.tsv", "text/tab-separated-values; charset=utf-8")]
    #[case("verify.wasm", "application/wasm")]
    #[case("site.webmanifest", "application/manifest+json")]
    #[case("LICENSE", "application/octet-stream")]
    fn files_are_told_by_their_names(#[case] name: &str, #[case] media_type: &str) {
        assert_eq!(of(name), media_type);
    }

    #[rstest]
    #[case("about", true)]
    #[case("about.html", true)]
    #[case("ruamel.base", true)]
    #[case("repodata.json", false)]
    #[case("repodata.json.zst", false)]
    #[case("lock-1.0-0.conda", false)]
    #[case("style.css", false)]
    fn pages_are_what_people_ask_for(#[case] name: &str, #[case] is_page_: bool) {
        assert_eq!(is_page(name), is_page_);
    }
}
