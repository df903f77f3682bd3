// The files of a website as they lie on disk, and where their links lead.
import { readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { parse, serialize } from "parse5";

/** The paths of all files with this ending that a website has, in its folder. */
export function files(folder, ending) {
  const all = readdirSync(folder, { recursive: true, withFileTypes: true });
  return all
    .filter((file) => file.isFile() && file.name.endsWith(ending))
    .map((file) => relative(folder, join(file.parentPath ?? file.path, file.name)))
    .sort();
}

/**
 * A page as a browser understands it: its elements with their attributes, the same written with all
 * tags, and where the page is not what the HTML Standard wants.
 */
export function understood(html) {
  const mistakes = [];
  const onParseError = ({ code, startLine }) => mistakes.push(`${code}, line ${startLine}`);
  const tree = parse(html, { sourceCodeLocationInfo: true, onParseError });
  const elements = [];
  let before = 0;
  const walk = (node) => {
    if (node.tagName) {
      elements.push({ tag: node.tagName, attributes: new Map(node.attrs.map(({ name, value }) => [name, value])) });
      const { startOffset, startLine } = node.sourceCodeLocation ?? { startOffset: before };
      // A browser moves what may not be in a table to the place before it.
      if (startOffset < before) mistakes.push(`in <${node.tagName}> is what may not be there, line ${startLine}`);
      before = startOffset;
    }
    for (const child of node.childNodes ?? []) walk(child);
  };
  walk(tree);
  return { elements, mistakes, whole: serialize(tree) };
}

/** What a URL of another document is for, by element and attribute. */
const LINKS = { a: "href", link: "href", script: "src", img: "src", form: "action", iframe: "src", object: "data" };

/** What a page links to, with whether a browser fetches it of itself. */
export function links(page) {
  return page.flatMap(({ tag, attributes }) => {
    const href = attributes.get(LINKS[tag]);
    return href === undefined ? [] : [{ tag, href, rel: attributes.get("rel") ?? "" }];
  });
}

/** A website's HTML files as they are understood, with their paths, ids and sizes. */
export function pages({ folder }) {
  known[folder] ??= files(folder, ".html").map((path) => {
    const html = readFileSync(join(folder, path), "utf8");
    const page = understood(html);
    const ids = page.elements.map(({ attributes }) => attributes.get("id")).filter((id) => id !== undefined);
    return { path, ...page, ids: new Set(ids), size: Buffer.byteLength(html) };
  });
  return known[folder];
}
const known = {};

/** The path of the file that a URL of the website's own host leads to; nothing for other hosts. */
export function target({ prefix }, from, href) {
  const base = `http://site.invalid${prefix}`;
  const url = new URL(href, base + from.split("/").map(encodeURIComponent).join("/"));
  if (url.origin !== "http://site.invalid") return undefined;
  if (!url.pathname.startsWith(prefix)) return { path: `outside: ${url.pathname}`, id: "" };
  const path = decodeURIComponent(url.pathname.slice(prefix.length));
  return { path: path === "" || path.endsWith("/") ? `${path}index.html` : path, id: decodeURIComponent(url.hash.slice(1)) };
}
