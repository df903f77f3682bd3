// What can be said of a website's files without a browser: HTML, JSON, feeds and links are right,
// and none is too large.
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { test } from "@playwright/test";
import { XMLValidator } from "fast-xml-parser";
import { HtmlValidate } from "html-validate";
import { files, links, pages, target } from "./files.js";
import { expect, SITES } from "./sites.js";

// It does not know which end tags may be left out: it is given what an HTML parser has understood.
const validator = new HtmlValidate({
  root: true,
  extends: ["html-validate:standard"],
});

/** Pages of builds are alike: it is given every eighth, which takes long enough. */
const isChosen = ({ path }, index) => !/^p\/[^/]+\/[^/]+\/.*-.*\.html$/.test(path) || index % 8 === 0;

const KB = 1000;
const read = (folder, path) => readFileSync(join(folder, path), "utf8");

for (const [name, website] of Object.entries(SITES)) {
  const { folder } = website;

  test.describe(name, () => {
    // One after the other, of pages that are read once.
    test.describe.configure({ mode: "default", timeout: 120_000 });

    test("pages are valid HTML", async () => {
      const wrong = [];
      for (const { path, mistakes } of pages(website)) wrong.push(...mistakes.map((mistake) => `${mistake} (${path})`));
      for (const { path, whole } of pages(website).filter(isChosen)) {
        const { results } = await validator.validateString(whole, path);
        for (const { messages } of results) {
          wrong.push(...messages.map(({ ruleId, message, selector }) => `${ruleId}: ${message} (${path}: ${selector})`));
        }
      }
      expect(wrong.slice(0, 20), `${wrong.length} mistakes`).toEqual([]);
    });

    test("links and assets are there, and every page is linked to", () => {
      const all = pages(website);
      const ids = new Map(all.map((page) => [page.path, page.ids]));
      const isThere = new Set(files(folder, ""));
      const linked = new Map(all.map(({ path }) => [path, []]));
      const broken = [];
      for (const { path, elements } of all) {
        for (const { href, tag } of links(elements)) {
          const to = target(website, path, href);
          // The channel of documents alone has no packages.
          if (!to || (name === "documents" && to.path.endsWith(".conda"))) continue;
          const hasId = !to.id || ids.get(to.path)?.has(to.id) !== false;
          if (!isThere.has(to.path) || !hasId) broken.push(`${path}: <${tag}> ${href}`);
          else linked.get(path).push(to.path);
        }
      }
      expect.soft(broken.slice(0, 20), `${broken.length} broken links`).toEqual([]);
      const reached = new Set(["index.html"]);
      for (const path of reached) for (const to of linked.get(path) ?? []) reached.add(to);
      const lost = all.map(({ path }) => path).filter((path) => !reached.has(path) && path !== "404.html");
      expect(lost.slice(0, 20), `${lost.length} pages that nothing leads to`).toEqual([]);
    });

    test("links to pages are relative, except those of what is not found", () => {
      const wrong = pages(website).flatMap(({ path, elements }) =>
        links(elements)
          .filter(({ href }) => href.startsWith("/") !== (path === "404.html" && href.startsWith("/")))
          .map(({ href }) => `${path}: ${href}`),
      );
      expect(wrong.slice(0, 20)).toEqual([]);
    });

    test("no page is larger than 300 KB, and of no page there is more than one", () => {
      const large = pages(website).filter(({ size }) => size > 300 * KB);
      expect(large.map(({ path, size }) => `${path}: ${size}`)).toEqual([]);
      const names = files(folder, "").map((path) => path.toLowerCase());
      expect(names.filter((path, index) => names.indexOf(path) !== index)).toEqual([]);
    });

    // The page that checks packages has none of these by itself.
    if (name !== "alone") {
      test("JSON is JSON, and beside every page but those of the channel's own folders and 404.html", () => {
        for (const path of files(folder, ".json")) JSON.parse(read(folder, path));
        const without = pages(website).filter(({ path, elements }) => {
          const alternate = elements.find(({ attributes }) => attributes.get("type") === "application/json");
          const json = alternate && target(website, path, alternate.attributes.get("href")).path;
          return json ? json !== path.replace(/html$/, "json") || !existsSync(join(folder, json)) : true;
        });
        const channel = new Set(files(folder, "repodata.json").map((path) => path.replace("repodata.json", "index.html")));
        expect(without.map(({ path }) => path).filter((path) => path !== "404.html" && !channel.has(path))).toEqual([]);
      });

      test("feeds, badges and sitemaps are XML", () => {
        const all = [...files(folder, ".xml"), ...files(folder, ".svg"), ...files(folder, ".atom"), ...files(folder, ".rss")];
        expect(all).toContain("atom.xml");
        const wrong = all.map((path) => [path, XMLValidator.validate(read(folder, path))]).filter(([, result]) => result !== true);
        expect(wrong).toEqual([]);
      });
    }

    test("the stylesheet and the script are small", () => {
      const assets = join(folder, "assets");
      const named = (name, ending) => files(assets, ending).filter((path) => path.startsWith(`${name}.`));
      const read = ([path, ...more]) => (expect(more).toEqual([]), readFileSync(join(assets, path)));
      const [style, ofInspector] = [read(named("style", ".css")), read(named("inspector", ".css"))];
      expect(style.length).toBeLessThan(20_000);
      // As they come over the network; the inspector's page has both stylesheets.
      expect(gzipSync(Buffer.concat([style, ofInspector])).length).toBeLessThanOrEqual(6 * KB);
      for (const name of ["site", "inspector"]) expect(gzipSync(read(named(name, ".js"))).length).toBeLessThanOrEqual(15 * KB);
      // And these alone, beside what the page that checks packages loads.
      const others = files(assets, "").filter((path) => !/^(style|site|inspector|inspector-worker|logo)\.[0-9a-f]{12}\./.test(path));
      expect(others).toEqual([]);
    });
  });
}

test("pages of the sample's packages have at most 30 KB", () => {
  const large = pages(SITES.sample).filter(({ path, size }) => /^p\/[^/]+\/index\.html$/.test(path) && size > 30 * KB);
  expect(large.map(({ path, size }) => `${path}: ${size}`)).toEqual([]);
});
