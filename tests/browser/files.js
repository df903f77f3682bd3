// The files of a website as they lie on disk, and where their links lead.
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join, relative } from "node:path";
import { parse } from "parse5";

/** The paths of all files with this ending that a website has, in its folder. */
export function files(folder, ending) {
  const all = readdirSync(folder, { recursive: true, withFileTypes: true });
  return all
    .filter((file) => file.isFile() && file.name.endsWith(ending))
    .map((file) => relative(folder, join(file.parentPath ?? file.path, file.name)))
    .sort();
}

/** The elements of a page: tag, attributes, and the text that is directly in it. */
export function elements(html) {
  const found = [];
  const walk = (node) => {
    if (node.tagName) {
      const text = node.childNodes.filter((child) => child.nodeName === "#text").map((child) => child.value);
      found.push({ tag: node.tagName, attributes: new Map(node.attrs.map(({ name, value }) => [name, value])), text: text.join("") });
    }
    for (const child of node.childNodes ?? []) walk(child);
    if (node.content) walk(node.content);
  };
  walk(parse(html));
  return found;
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

/** A website's HTML files: by path, elements, ids and size. */
export function pages({ folder }) {
  return files(folder, ".html").map((path) => {
    const html = readFileSync(join(folder, path), "utf8");
    const all = elements(html);
    const ids = all.map(({ attributes }) => attributes.get("id")).filter((id) => id !== undefined);
    return { path, html, elements: all, ids: new Set(ids), size: statSync(join(folder, path)).size };
  });
}

/** The path of the file that a URL of the website's own host leads to; nothing for other hosts. */
export function target({ prefix }, from, href) {
  const base = `http://site.invalid${prefix}`;
  const url = new URL(href, base + from.split("/").map(encodeURIComponent).join("/"));
  if (url.origin !== "http://site.invalid") return undefined;
  if (!url.pathname.startsWith(prefix)) return { path: `outside: ${url.pathname}`, id: "" };
  const path = decodeURIComponent(url.pathname.slice(prefix.length));
  return { path: path === "" || path.endsWith("/") ? `${path}index.html` : path, id: decodeURIComponent(url.hash.slice(1)) };
}
