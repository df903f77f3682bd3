//! What crawlers read first: where the pages are, and what is not for them.

use std::fmt::Write;
use std::mem;

use super::templates::escape;
use super::utc_time::UtcTime;
use super::website::folder_url;
use crate::web_url::{percent_encoded, web_url};

/// The sitemap, or the list of sitemaps where there are several, in the website's root.
pub const SITEMAP_FILE: &str = "sitemap.xml";

/// How much a sitemap may hold (<https://www.sitemaps.org/protocol.html>).
#[derive(Clone, Copy)]
struct Limits {
    urls: usize,
    bytes: usize,
}

const LIMITS: Limits = Limits {
    urls: 50_000,
    bytes: 50_000_000,
};
/// A URL has fewer bytes than this.
const URL_MAX: usize = 2048;

const PAGES: Kind = Kind {
    list: "urlset",
    item: "url",
};
const SITEMAPS: Kind = Kind {
    list: "sitemapindex",
    item: "sitemap",
};

/// What crawlers find nothing in, by the end of a path: packages, of which a channel has gigabytes, and what
/// clients and scripts read.
const NOT_FOR_CRAWLERS: [&str; 5] = [".conda", ".bz2", ".zst", ".json", ".whl"];

/// Gives `write` the names and texts of sitemaps of these pages, of each its path from the website's root and
/// when what it shows was made last. Where there are too many for one, `sitemap.xml`, which comes last, is a
/// list of `sitemap-1.xml` and so on. One at a time is held. Returns how many files there are.
///
/// Without a full URL of the website there are none: a sitemap cannot do with less.
///
/// # Errors
///
/// When `write` fails.
pub fn write_sitemaps<E>(
    site_url: &str,
    pages: impl IntoIterator<Item = (String, Option<UtcTime>)>,
    write: impl FnMut(&str, String) -> Result<(), E>,
) -> Result<usize, E> {
    match folder_url(site_url) {
        Some(site_url) => write_within(LIMITS, &site_url, pages, write),
        None => Ok(0),
    }
}

fn write_within<E>(
    limits: Limits,
    site_url: &str,
    pages: impl IntoIterator<Item = (String, Option<UtcTime>)>,
    mut write: impl FnMut(&str, String) -> Result<(), E>,
) -> Result<usize, E> {
    let mut index = Sitemap::new(&SITEMAPS);
    let mut sitemap = Sitemap::new(&PAGES);
    for (path, updated) in pages {
        let Some(url) = web_url(&format!("{site_url}{path}")).filter(|url| url.len() < URL_MAX) else {
            continue;
        };
        let item = PAGES.item(&url, updated);
        if !sitemap.has_room(limits, &item) {
            let full = mem::replace(&mut sitemap, Sitemap::new(&PAGES));
            index.add_part(site_url, full, &mut write)?;
        }
        sitemap.add(&item, updated);
    }
    if index.count > 0 {
        index.add_part(site_url, sitemap, &mut write)?;
        sitemap = index;
    } else if sitemap.count == 0 {
        return Ok(0);
    }
    let parts = if sitemap.kind.item == SITEMAPS.item {
        sitemap.count
    } else {
        0
    };
    write(SITEMAP_FILE, sitemap.finish())?;
    Ok(parts + 1)
}

struct Kind {
    list: &'static str,
    item: &'static str,
}

impl Kind {
    fn item(&self, url: &str, updated: Option<UtcTime>) -> String {
        let mut item = format!("<{}><loc>", self.item);
        // Writing to a string does not fail.
        let _ = escape(url, &mut item);
        item.push_str("</loc>");
        if let Some(updated) = updated {
            let _ = write!(item, "<lastmod>{}</lastmod>", updated.rfc3339());
        }
        let _ = writeln!(item, "</{}>", self.item);
        item
    }
}

/// A sitemap that is being written.
struct Sitemap {
    kind: &'static Kind,
    text: String,
    count: usize,
    updated: Option<UtcTime>,
}

impl Sitemap {
    fn new(kind: &'static Kind) -> Self {
        let namespace = "http://www.sitemaps.org/schemas/sitemap/0.9";
        Self {
            kind,
            text: format!(
                "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<{} xmlns=\"{namespace}\">\n",
                kind.list
            ),
            count: 0,
            updated: None,
        }
    }

    fn has_room(&self, limits: Limits, item: &str) -> bool {
        let end = self.kind.list.len() + "</>\n".len();
        self.count < limits.urls && self.text.len() + item.len() + end <= limits.bytes
    }

    fn add(&mut self, item: &str, updated: Option<UtcTime>) {
        self.text.push_str(item);
        self.count += 1;
        self.updated = self.updated.max(updated);
    }

    /// Writes a sitemap, and adds it to this list.
    fn add_part<E>(
        &mut self,
        site_url: &str,
        part: Self,
        write: &mut impl FnMut(&str, String) -> Result<(), E>,
    ) -> Result<(), E> {
        let name = format!("sitemap-{}.xml", self.count + 1);
        let updated = part.updated;
        self.add(&self.kind.item(&format!("{site_url}{name}"), updated), updated);
        write(&name, part.finish())
    }

    fn finish(self) -> String {
        format!("{}</{}>\n", self.text, self.kind.list)
    }
}

/// `robots.txt` of a website whose root has this path on its host: everything is for crawlers but what ends as
/// packages and data do (RFC 9309). The sitemap is named if the website's full URL is known.
///
/// Crawlers read it at the root of a host only. A website that is not there has it all the same: whoever looks
/// after the host can copy it, and who serves the website elsewhere has it where it should be.
pub fn robots_txt(url_path: &str, site_url: Option<&str>) -> String {
    let is_plain = |byte: u8| byte.is_ascii_graphic() && !b"*$#".contains(&byte);
    let path = percent_encoded(url_path.trim_matches('/'), is_plain);
    let root = if path.is_empty() {
        "/".to_owned()
    } else {
        format!("/{path}/")
    };
    let mut text = "User-agent: *\n".to_owned();
    // Writing to a string does not fail.
    for end in NOT_FOR_CRAWLERS {
        let _ = writeln!(text, "Disallow: {root}*{end}$");
    }
    if let Some(site_url) = site_url.and_then(folder_url) {
        let _ = writeln!(text, "\nSitemap: {site_url}{SITEMAP_FILE}");
    }
    text
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;

    use rstest::rstest;

    use super::*;

    const SITE: &str = "https://conda.example/demo/";

    fn page(path: &str, seconds: i64) -> (String, Option<UtcTime>) {
        (path.to_owned(), UtcTime::from_seconds(seconds))
    }

    fn sitemaps(limits: Limits, pages: Vec<(String, Option<UtcTime>)>) -> Vec<(String, String)> {
        let mut files = Vec::new();
        let write = |name: &str, text: String| {
            files.push((name.to_owned(), text));
            Ok::<_, Infallible>(())
        };
        let count = write_within(limits, SITE, pages, write).unwrap();
        assert_eq!(count, files.len());
        files
    }

    fn locations(sitemap: &str) -> Vec<&str> {
        let behind = sitemap.split("<loc>").skip(1);
        behind.map(|text| text.split("</loc>").next().unwrap()).collect()
    }

    #[test]
    fn a_sitemap_says_where_pages_are_and_when_they_changed() {
        let pages = vec![page("", 0), (String::from("p/a&b ü/"), None)];
        assert_eq!(
            sitemaps(LIMITS, pages),
            [(
                "sitemap.xml".to_owned(),
                "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
                 <urlset xmlns=\"http://www.sitemaps.org/schemas/sitemap/0.9\">\n\
                 <url><loc>https://conda.example/demo/</loc><lastmod>1970-01-01T00:00:00Z</lastmod></url>\n\
                 <url><loc>https://conda.example/demo/p/a&amp;b%20%C3%BC/</loc></url>\n\
                 </urlset>\n"
                    .to_owned()
            )]
        );
    }

    #[rstest]
    #[case::urls(Limits { urls: 2, ..LIMITS })]
    #[case::bytes(Limits { bytes: 320, ..LIMITS })]
    fn many_pages_are_in_several_sitemaps(#[case] limits: Limits) {
        let pages = (1..=5)
            .map(|number| page(&format!("p/{number}/"), number))
            .collect();
        let files = sitemaps(limits, pages);
        let names: Vec<&str> = files.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(
            names,
            ["sitemap-1.xml", "sitemap-2.xml", "sitemap-3.xml", "sitemap.xml"]
        );
        let (index, parts) = files.split_last().unwrap();
        assert!(parts.iter().all(|(_, text)| text.len() <= limits.bytes));
        let listed: Vec<String> = names[..3].iter().map(|name| format!("{SITE}{name}")).collect();
        assert_eq!(locations(&index.1), listed);
        assert!(
            index
                .1
                .contains("sitemap-2.xml</loc><lastmod>1970-01-01T00:00:04Z</lastmod></sitemap>")
        );
        let pages: Vec<String> = (1..=5).map(|number| format!("{SITE}p/{number}/")).collect();
        assert_eq!(
            parts
                .iter()
                .flat_map(|(_, text)| locations(text))
                .collect::<Vec<_>>(),
            pages
        );
    }

    #[test]
    fn as_many_pages_as_fit_are_in_one_sitemap() {
        let pages = |count| (0..count).map(|number| page("p/", number)).collect();
        let limits = Limits { urls: 3, ..LIMITS };
        assert_eq!(sitemaps(limits, pages(3)).len(), 1);
        assert_eq!(sitemaps(limits, pages(4)).len(), 3);
        assert_eq!(sitemaps(limits, pages(0)).len(), 0);
    }

    #[rstest]
    #[case("/demo/")]
    #[case("file:///srv/demo")]
    fn without_the_sites_url_there_is_no_sitemap(#[case] site_url: &str) {
        let count = write_sitemaps(site_url, [page("", 1)], |name, _| Err(name.to_owned()));
        assert_eq!(count, Ok(0));
    }

    #[test]
    fn a_failure_to_write_is_passed_on() {
        let result = write_sitemaps(SITE, [page("", 1)], |name, _| Err(name.to_owned()));
        assert_eq!(result, Err("sitemap.xml".to_owned()));
    }

    #[test]
    fn crawlers_stay_away_from_packages() {
        assert_eq!(
            robots_txt("/demo/", Some("https://conda.example/demo")),
            "User-agent: *\n\
             Disallow: /demo/*.conda$\n\
             Disallow: /demo/*.bz2$\n\
             Disallow: /demo/*.zst$\n\
             Disallow: /demo/*.json$\n\
             Disallow: /demo/*.whl$\n\
             \n\
             Sitemap: https://conda.example/demo/sitemap.xml\n"
        );
    }

    #[rstest]
    #[case("/", "/*.conda$")]
    #[case("", "/*.conda$")]
    #[case("a/b", "/a/b/*.conda$")]
    #[case("/a*$#\nAllow: /", "/a%2A%24%23%0AAllow:%20/*.conda$")]
    fn rules_are_about_the_websites_own_path(#[case] url_path: &str, #[case] rule: &str) {
        let robots = robots_txt(url_path, Some("ftp://h.example"));
        assert_eq!(robots.lines().nth(1), Some(format!("Disallow: {rule}").as_str()));
        assert_eq!(robots.lines().count(), 1 + NOT_FOR_CRAWLERS.len());
    }
}
