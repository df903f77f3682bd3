// The page that checks packages, without a network: what it needs is kept when it is opened first, and
// nothing else is. The network is gone for good: its server is stopped.
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test as base } from "@playwright/test";
import { serve } from "./server.js";
import { made, SITES } from "./sites.js";

const PACKAGE = `${made}sample/channel/linux-64/marker-beam-1.0.2-py39h9c3306a_0.conda`;

/** A copy of what the page is made of, which may be changed, and how it is served. */
const test = base.extend({
  siteName: ["project", { option: true }],
  copy: async ({ siteName }, use) => {
    const { folder, prefix } = SITES[siteName];
    const copy = mkdtempSync(join(tmpdir(), "towpath-offline-"));
    const page = siteName === "alone" ? "" : "inspect/";
    for (const path of page ? ["assets", "inspect", "names"] : ["."]) cpSync(join(folder, path), join(copy, path), { recursive: true });
    const { url, close } = await serve(copy, prefix);
    let closed;
    await use({ folder: join(copy, page), root: copy, url: url + page, site: url, stop: () => (closed ??= close()) });
    await (closed ?? close());
    rmSync(copy, { recursive: true });
  },
});

/** Waits until what the page needs is kept, which the page sees to itself. */
const kept = (page) =>
  page.evaluate(async () => {
    await navigator.serviceWorker.ready;
    // It is active: what it kept, and the names of all that is kept on this host.
    const names = await caches.keys();
    const own = names.filter((name) => name.startsWith("towpath-inspector "));
    const files = await Promise.all(own.map(async (name) => (await (await caches.open(name)).keys()).map(({ url }) => url)));
    return { names, own, files: files.flat().sort() };
  });

/** Ends the network, and what the browser has of it outside of what the page keeps. */
async function cut(page, copy) {
  await copy.stop();
  const devtools = await page.context().newCDPSession(page);
  await devtools.send("Network.clearBrowserCache");
}

for (const siteName of ["project", "alone"]) {
  test.describe(siteName, () => {
    test.use({ siteName });

    test("opens again when there is no network", async ({ page, copy }) => {
      await page.goto(copy.url);
      const { files } = await kept(page);
      expect(files.every((url) => url === copy.url || url.startsWith(`${copy.site}assets/`))).toBe(true);
      await cut(page, copy);
      for (const address of ["", "index.html", "?url=noarch/hello-1.0-0.conda", "#x"]) {
        await page.goto(copy.url + address);
        await page.reload();
        await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
        const style = await page.evaluate(() => getComputedStyle(document.documentElement).getPropertyValue("--hue"));
        expect(style).not.toBe("");
      }
      await page.goto(copy.url);
      await page.getByLabel("Drop packages here").setInputFiles(PACKAGE);
      await expect(page.locator("#verdict")).toHaveText(/Sound/);
    });

    test("keeps nothing but what it is made of", async ({ page, copy }) => {
      await page.goto(copy.url);
      const { files } = await kept(page);
      const beside = siteName === "alone" ? "assets/" : "../names/";
      for (const path of [beside, "index.html?x", "index.json"]) await page.evaluate((path) => fetch(path).then((it) => it.text()), path);
      expect((await kept(page)).files).toEqual(files);
      await cut(page, copy);
      const failed = (path) => page.evaluate((path) => fetch(path).then(() => false, () => true), path);
      expect(await failed(beside)).toBe(true);
    });
  });
}

test("forgets earlier versions, and nothing of others", async ({ page, context, copy }) => {
  await page.goto(copy.url);
  const before = await kept(page);
  expect(before.own).toHaveLength(1);
  await page.evaluate(() => Promise.all([caches.open("towpath-inspector https://other.example/ 1"), caches.open("mine")]));
  const script = join(copy.folder, "service-worker.js");
  const version = before.own[0].split(" ").at(-1);
  writeFileSync(script, readFileSync(script, "utf8").replace(version, "0123456789ab"));
  await page.reload();
  // As long as the page is open, its files stay.
  await expect.poll(async () => (await page.evaluate(() => caches.keys())).length).toBe(4);
  await page.close();
  const next = await context.newPage();
  await next.goto(copy.url);
  const others = ["mine", "towpath-inspector https://other.example/ 1"];
  const own = before.own[0].replace(version, "0123456789ab");
  await expect.poll(async () => (await next.evaluate(() => caches.keys())).sort()).toEqual([...others, own].sort());
});

test("keeps nothing of a website that is being changed", async ({ page, copy }) => {
  // A page of one version and its service worker, and a file of another.
  const style = readdirSync(join(copy.root, "assets")).find((name) => /^inspector\..*css$/.test(name));
  const path = join(copy.root, "assets", style);
  writeFileSync(path, `${readFileSync(path, "utf8")}\n/* newer */`);
  await page.addInitScript(() => {
    const { prototype } = ServiceWorkerContainer;
    const { register } = prototype;
    prototype.register = async function (...args) {
      const registration = await register.apply(this, args);
      const worker = registration.installing;
      worker.addEventListener("statechange", () => (globalThis.became = worker.state), { once: true });
      return registration;
    };
  });
  await page.goto(copy.url);
  await expect.poll(() => page.evaluate(() => globalThis.became)).toBe("redundant");
  expect(await page.evaluate(() => caches.keys())).toEqual([]);
});
