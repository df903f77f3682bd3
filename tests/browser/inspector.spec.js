// The inspector page: what it says of packages, how they come to it, and that nothing leaves it.
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, readdirSync, renameSync, writeFileSync } from "node:fs";
import { open } from "node:fs/promises";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import { servePackages } from "./site-host.js";
import { expect as plainExpect, made, test as base } from "./sites.js";
import { tooWide } from "./width.js";

/** Checks are made by Workers, which wait for a processor as anything does. */
const expect = plainExpect.configure({ timeout: 15_000 });

const NAME = "marker-beam-1.0.2-py39h9c3306a_0.conda";
/** The first build of its name, and in the channel. */
const SOUND = `${made}sample/channel/linux-64/${NAME}`;
const LATER = `${made}sample/channel/linux-64/arch-graph-1.1.1-py311ha51ae7f_2.conda`;
const WARNED = `${made}hostile/packages/noarch/silent-1.0-0.conda`;
const BROKEN = `${made}hostile/packages/noarch/index-1!1.0+<i>-0.conda`;
/** A folder of what is larger than what is read without asking. */
const LARGE = `${made}large`;
const SHARED = process.env.TOWPATH_TEST_SHARED ?? fileURLToPath(new URL("../../../shared", import.meta.url));

/** A zip with one member more, of so many zeros. */
function grown(zip, length) {
  const end = zip.length - 22;
  const start = zip.readUInt32LE(end + 16);
  const name = Buffer.from("more");
  const about = Buffer.alloc(26);
  about.writeUInt16LE(20, 0);
  about.writeUInt32LE(length, 14);
  about.writeUInt32LE(length, 18);
  about.writeUInt16LE(name.length, 22);
  const local = Buffer.concat([Buffer.from("PK\x03\x04"), about, name, Buffer.alloc(length)]);
  const tail = Buffer.alloc(14);
  tail.writeUInt32LE(start, 10);
  const central = Buffer.concat([Buffer.from("PK\x01\x02\x14\x00"), about, tail, name]);
  const last = Buffer.from(zip.subarray(end));
  last.writeUInt16LE(last.readUInt16LE(8) + 1, 8);
  last.writeUInt16LE(last.readUInt16LE(10) + 1, 10);
  last.writeUInt32LE(last.readUInt32LE(12) + central.length, 12);
  last.writeUInt32LE(start + local.length, 16);
  return Buffer.concat([zip.subarray(0, start), local, zip.subarray(start, end), central, last]);
}

/** The website of the sample with its packages beside it. */
const test = base.extend({
  ranges: [true, { option: true }],
  host: async ({ ranges }, use) => {
    const host = await servePackages([`${made}sample/site`, `${made}sample/channel`, LARGE], { ranges });
    await use(host);
    await host.close();
  },
  site: async ({ host }, use) => use(host.url),
});

const verdict = (page) => page.locator("#verdict");
const view = (page, id) => page.locator(`section#${id}`);
const tab = (page, name) => page.getByRole("navigation", { name: "Parts" }).getByRole("link", { name });

/** Opens the page, and on it these files; waits until the first is judged. */
async function inspect(page, files, { hash = "", until = /Sound|Not fit|could not/ } = {}) {
  await page.goto(`inspect/${hash}`);
  await page.getByLabel("Drop packages here").setInputFiles(files);
  await expect(verdict(page)).toHaveText(until);
}

test.describe("the verdict", () => {
  test("of a sound package comes first, with its digest and the command that says the same", async ({ page, site }) => {
    await inspect(page, SOUND);
    await expect(verdict(page)).toHaveText("✓Sound");
    await expect(verdict(page)).toBeFocused();
    await expect(page.locator("#sha256")).toHaveText(createHash("sha256").update(readFileSync(SOUND)).digest("hex"));
    await expect(page.locator("#installs")).toHaveText("✓ conda and rattler install the same.");
    await expect(page.locator("#size")).toHaveText("5.9 kB");
    await expect(page.locator("#command")).toHaveText(`towpath verify ${NAME} --channel ${site} --ignore G603`);
    // Nothing was found: then what it says of itself is of more use.
    await expect(view(page, "metadata")).toBeVisible();
    await expect(view(page, "metadata")).toContainText("py39h9c3306a_0");
  });

  test("of one with warnings says what to do first", async ({ page }) => {
    await inspect(page, WARNED);
    await expect(verdict(page)).toHaveText("!Sound, with warnings");
    await expect(page.locator("#verdict-says")).toHaveText("It can be uploaded. Found: 1 warning, 2 notes.");
    await expect(page.locator("#verdict-first")).toContainText("First: info/index.json: there is no license");
    await expect(page.locator("#verdict-first")).toContainText("SPDX");
  });

  test("of a broken one names what refuses it, and the rules broken, worst first", async ({ page }) => {
    await inspect(page, BROKEN);
    await expect(verdict(page)).toHaveText("✕Not fit to be uploaded");
    await expect(page.locator("#verdict-says")).toHaveText("Found: 7 errors, 5 warnings, 4 notes.");
    await expect(page.locator("#installs")).toHaveText("✕ Refused by conda, rattler or both: C204, D306");
    const checks = view(page, "checks");
    await expect(checks).toBeVisible();
    expect(await checks.locator(".rule h3 .badge").allInnerTexts()).toEqual([...Array(3).fill("error"), ...Array(3).fill("warning"), ...Array(2).fill("note")]);
    const rule = checks.locator(".rule").filter({ hasText: "D306" });
    await expect(rule.getByRole("listitem")).toHaveCount(5);
    await expect(rule.getByRole("listitem").nth(2)).toHaveText('info/index.json depends[2]"../../../../outside" is no MatchSpec: it has a "/" where none can be');
    await rule.getByText("Why, an example").click();
    await expect(rule.getByText("Instead of")).toBeVisible();
    await expect(rule.getByRole("link", { name: /CEP/ }).first()).toHaveAttribute("href", /^https:/);
    await expect(page.locator("#command")).toHaveText(/^towpath verify 'index-1!1\.0\+<i>-0\.conda' --channel http/);
  });

  test("of what is no package is told in words", async ({ page }) => {
    await inspect(page, [{ name: "a-1.0-0.conda", mimeType: "", buffer: Buffer.from("version https://git-lfs.github.com/spec/v1\n") }]);
    await expect(verdict(page)).toHaveText("✕Not fit to be uploaded");
    await expect(page.locator("#verdict-first")).toContainText("git-lfs pointer");
    await tab(page, "Files").click();
    await expect(view(page, "files")).toContainText("They could not be listed");
    await page.getByLabel("Drop packages here").setInputFiles([{ name: "a.zip", mimeType: "", buffer: Buffer.from("PK") }]);
    await expect(verdict(page)).toHaveText("?It could not be read");
    await expect(page.locator("#verdict-says")).toContainText("a.zip");
  });

  test("of real packages that are broken is no other", async ({ page }) => {
    const folder = `${SHARED}/data/malformed/`;
    test.skip(!existsSync(folder), "there are no real packages");
    const files = readdirSync(folder, { recursive: true }).filter((path) => /\.(conda|tar\.bz2)$/.test(path));
    await inspect(page, files.map((path) => folder + path));
    const judged = page.locator("#opened b");
    await expect(judged).toHaveCount(files.length);
    await expect(judged.filter({ hasText: /Waiting|Being/ })).toHaveCount(0, { timeout: 30_000 });
    await expect(judged.filter({ hasText: "Sound" })).toHaveCount(0);
    await expect(judged.filter({ hasText: "broke down" })).toHaveCount(0);
  });

  test("does not take the focus from whoever does something else", async ({ page }) => {
    await page.goto("inspect/");
    await page.evaluate(() => addEventListener("change", () => queueMicrotask(() => dispatchEvent(new KeyboardEvent("keydown")))));
    await page.getByLabel("Drop packages here").setInputFiles(SOUND);
    await expect(verdict(page)).toHaveText("✓Sound");
    await expect(verdict(page)).not.toBeFocused();
    await expect(page.locator("#live")).toHaveText(/: Sound$/);
  });
});

test.describe("a check", () => {
  const BIG = `${made}big-1.0-0.conda`;

  test.beforeAll(async () => {
    const file = await open(BIG, "w");
    await file.truncate(1_000_000_000);
    await file.close();
  });

  test("of a large file tells how far it is, and can be cancelled and begun again", async ({ page }) => {
    await page.goto("inspect/");
    await page.getByLabel("Drop packages here").setInputFiles(BIG);
    await expect(verdict(page)).toHaveText("…Being checked");
    await expect(page.locator("#read")).toHaveText(/^\d+ % of 1\.0 GB$/);
    await page.getByRole("button", { name: "Cancel" }).click();
    await expect(verdict(page)).toHaveText("?Not checked");
    await expect(page.locator("#sha256")).toHaveText("…");
    await page.getByRole("button", { name: "Check it again" }).click();
    await expect(page.locator("#read")).toHaveText(/% of/);
    await page.getByRole("button", { name: "Cancel" }).click();
    // Another is checked as ever.
    await page.getByLabel("Drop packages here").setInputFiles(SOUND);
    await expect(verdict(page)).toHaveText("✓Sound");
  });

  test("of several is listed with the verdict of each", async ({ page }) => {
    await inspect(page, [SOUND, WARNED, BROKEN]);
    const lines = page.getByRole("list", { name: "Packages that were opened" }).getByRole("button");
    await expect(lines).toHaveText([/✓Sound.*marker-beam/, /!Sound, with warnings.*silent.*1 warning, 2 notes/, /✕Not fit.*index.*7 errors/]);
    await expect(lines.first()).toHaveAttribute("aria-current", "true");
    await lines.nth(2).click();
    await expect(verdict(page)).toHaveText("✕Not fit to be uploaded");
    await expect(page.locator("#verdict-name")).toHaveText("index-1!1.0+<i>-0.conda");
    await expect(view(page, "checks")).toBeVisible();
    await lines.first().click();
    await expect(view(page, "metadata")).toContainText("marker-beam");
  });
});

test.describe("parts of a package", () => {
  test("are at addresses, which can be gone back to", async ({ page }) => {
    await inspect(page, SOUND, { hash: "#dependencies" });
    await expect(view(page, "dependencies")).toBeVisible();
    await expect(tab(page, "Dependencies")).toHaveAttribute("aria-current", "true");
    await tab(page, "Files").click();
    await expect(page).toHaveURL(/#files$/);
    await expect(view(page, "dependencies")).toBeHidden();
    await page.goBack();
    await expect(view(page, "dependencies")).toBeVisible();
  });

  test("say what it needs, and whether the channel has it", async ({ page, site }) => {
    await inspect(page, SOUND, { hash: "#dependencies" });
    const needs = view(page, "dependencies");
    await expect(needs.getByRole("listitem")).toHaveCount(11);
    await expect(needs.getByRole("link", { name: "font-panel" })).toHaveAttribute("href", `${site}p/font-panel/`);
    await expect(needs.getByRole("listitem").filter({ hasText: "python_abi" })).toContainText("not in this channel");
    await expect(needs.getByRole("listitem").filter({ hasText: "__glibc" })).not.toContainText("not in this channel");
  });

  test("show metadata, and the document that it is from", async ({ page }) => {
    await inspect(page, SOUND, { hash: "#metadata" });
    const metadata = view(page, "metadata");
    await expect(metadata.getByText("GPL-3.0-only")).toBeVisible();
    const home = metadata.getByRole("link", { name: "home" });
    await expect(home).toHaveAttribute("rel", /noreferrer/);
    await metadata.getByText("info/index.json as it stands").click();
    await expect(metadata.locator("pre")).toContainText('"build_number": 0');
  });

  test("list files as a tree, show one, and save it", async ({ page }) => {
    await inspect(page, SOUND, { hash: "#files" });
    const files = view(page, "files");
    await expect(files.getByRole("status").first()).toHaveText(/^23 files/);
    await files.getByText("info/", { exact: true }).click();
    await files.getByRole("link", { name: "index.json" }).click();
    const viewer = files.getByRole("article");
    await expect(viewer.getByRole("heading")).toHaveText("info/index.json");
    await expect(viewer.getByRole("heading")).toBeFocused();
    await expect(viewer.locator(".numbers").first()).toHaveText(/^1\n2\n3/);
    await expect(viewer.locator(".lines").first()).toContainText('"name": "marker-beam"');
    await viewer.getByLabel("Wrap long lines").check();
    await expect(viewer.locator(".numbers").first()).toBeHidden();
    const [download] = await Promise.all([page.waitForEvent("download"), viewer.getByRole("button", { name: "Save" }).click()]);
    expect(download.suggestedFilename()).toBe("index.json");
    expect(JSON.parse(readFileSync(await download.path(), "utf8")).name).toBe("marker-beam");
    await viewer.getByRole("link", { name: "Close" }).click();
    await expect(viewer).toBeHidden();
    await expect(files.getByRole("link", { name: "index.json" })).toBeFocused();
  });

  test("find files by a part of their path", async ({ page }) => {
    await inspect(page, SOUND, { hash: "#files" });
    const files = view(page, "files");
    await files.getByLabel("Filter").fill("LICENSE");
    await expect(files.getByRole("status").first()).toHaveText("1 file found");
    await files.getByRole("link").click();
    await expect(page).toHaveURL(/#files\/info%2Flicenses%2FLICENSE.txt$/);
    await files.getByLabel("Filter").fill("");
    await expect(files.getByText("bin/", { exact: true })).toBeVisible();
  });

  test("compare it with the build that it comes after, or any other", async ({ page }) => {
    await inspect(page, LATER, { hash: "#compare" });
    const compare = view(page, "compare");
    const choice = compare.getByLabel("Compare with");
    await expect(choice.locator("option")).toHaveCount(12);
    await expect(choice.locator("option:checked")).toHaveText("linux-64/arch-graph-1.0.4-py312h36af845_0.tar.bz2");
    await expect(compare.getByText("→ arch-graph-1.1.1-py311ha51ae7f_2.conda")).toBeVisible();
    await expect(compare.locator(".diff li").filter({ hasText: "version" }).first()).toContainText("1.0.4 → 1.1.1");
    await choice.selectOption("linux-64/arch-graph-1.1.1-py311ha51ae7f_2.conda");
    await expect(compare).toContainText(/the same/);
  });

  test("say that the channel has none to compare with", async ({ page }) => {
    await inspect(page, WARNED, { hash: "#compare" });
    await expect(view(page, "compare")).toContainText(/The channel \w+ has no build of silent: this would be its first\./);
  });

  test("lead from a finding to its file", async ({ page }) => {
    await inspect(page, BROKEN);
    await view(page, "checks").getByRole("link", { name: "info/about.json" }).first().click();
    await expect(view(page, "files").getByRole("article")).toContainText("recipe-maintainers");
  });
});

test.describe("what can be taken along", () => {
  test.use({ permissions: ["clipboard-read", "clipboard-write"] });

  test("is Markdown", async ({ page }) => {
    await inspect(page, BROKEN);
    await page.getByRole("button", { name: "Copy as Markdown" }).click();
    await expect(page.getByRole("button", { name: "Copied" })).toBeVisible();
    const text = await page.evaluate(() => navigator.clipboard.readText());
    expect(text).toMatch(/^### `index-1!1\.0\+<i>-0\.conda` is not fit to be uploaded: 7 errors/);
    expect(text).toContain("D306");
  });

  test("is JSON, and SARIF", async ({ page }) => {
    await inspect(page, BROKEN);
    const saved = async (name) => {
      const [download] = await Promise.all([page.waitForEvent("download"), page.getByRole("button", { name }).click()]);
      return { name: download.suggestedFilename(), value: JSON.parse(readFileSync(await download.path(), "utf8")) };
    };
    const json = await saved("Save JSON");
    expect(json.name).toBe("index-1!1.0+_i_-0.json");
    expect(json.value.findings).toHaveLength(16);
    const sarif = await saved("Save SARIF");
    expect(sarif.value.version).toBe("2.1.0");
  });

  test("is the digest", async ({ page }) => {
    await inspect(page, SOUND);
    await page.getByRole("button", { name: "Copy SHA256" }).click();
    const text = await page.evaluate(() => navigator.clipboard.readText());
    expect(text).toMatch(/^[0-9a-f]{64}$/);
  });
});

test.describe("packages come", () => {
  test("by being dropped anywhere", async ({ page }) => {
    await page.goto("inspect/");
    const bytes = [...readFileSync(SOUND)];
    const data = await page.evaluateHandle((bytes) => {
      const data = new DataTransfer();
      data.items.add(new File([new Uint8Array(bytes)], "marker-beam-1.0.2-py39h9c3306a_0.conda"));
      return data;
    }, bytes);
    await page.dispatchEvent("h1", "dragenter", { dataTransfer: data });
    await expect(page.locator("body")).toHaveClass(/dragging/);
    await page.dispatchEvent("footer", "drop", { dataTransfer: data });
    await expect(page.locator("body")).not.toHaveClass(/dragging/);
    await expect(verdict(page)).toHaveText("✓Sound");
  });

  test("by an address of the channel, of which no more is read than is needed", async ({ page, host }) => {
    await page.goto("inspect/");
    await page.getByLabel("Address of a package").fill(`linux-64/${NAME}`);
    await page.getByRole("button", { name: "Open" }).click();
    await expect(verdict(page)).toHaveText("✓Sound");
    await expect(page.locator("#size")).toHaveText("5.9 kB · read 5.9 kB of it in 1 request");
    expect(host.asked[0]).toBe("bytes=-65536");
  });

  test("by an address that is pasted", async ({ page, site }) => {
    await page.goto("inspect/");
    await page.evaluate((url) => {
      const clipboardData = new DataTransfer();
      clipboardData.setData("text", url);
      document.body.dispatchEvent(new ClipboardEvent("paste", { clipboardData, bubbles: true }));
    }, `${site}linux-64/${NAME}`);
    await expect(verdict(page)).toHaveText("✓Sound");
  });

  test("by a link to the page", async ({ page }) => {
    await page.goto(`inspect/?url=linux-64%2F${NAME}#files`);
    await expect(verdict(page)).toHaveText("✓Sound");
    await expect(view(page, "files")).toContainText("site-packages");
  });

  test("by the first of several addresses that are dropped, and not by nothing", async ({ page, site }) => {
    await page.goto("inspect/");
    const drop = (text) =>
      page.evaluate((text) => {
        const dataTransfer = new DataTransfer();
        dataTransfer.setData("text/uri-list", text);
        document.body.dispatchEvent(new DragEvent("drop", { dataTransfer, bubbles: true }));
      }, text);
    await drop("");
    await expect(page.getByRole("alert")).toBeHidden();
    await drop(`${site}linux-64/${NAME}\r\n${site}linux-64/other-1-0.conda\r\n`);
    await expect(verdict(page)).toHaveText("✓Sound");
  });

  for (const [what, url, words] of [
    ["another host", "https://elsewhere.example/a/noarch/a-1-0.conda", "may read from its own site only, and not from elsewhere.example"],
    ["a script", "javascript:alert(1)//.conda", "https:// or http://"],
    ["something else", "noarch/index.html", "is no package"],
  ]) {
    test(`not from ${what}: the page says so`, async ({ page }) => {
      await page.goto(`inspect/?url=${encodeURIComponent(url)}`);
      const told = page.getByRole("alert");
      await expect(told).toContainText(words);
      await expect(page.locator("#package")).toBeHidden();
      const links = await told.getByRole("link").evaluateAll((all) => all.map(({ href }) => href));
      expect(links).toEqual(url.startsWith("https:") ? [url] : []);
    });
  }

  test.describe("from nowhere", () => {
    test.use({ expected: ["404"] });
    test("with words", async ({ page }) => {
      await page.goto("inspect/?url=noarch/no-such-1-0.conda");
      await expect(verdict(page)).toHaveText("?It could not be read");
      await expect(page.locator("#verdict-says")).toContainText("there is no file at");
      await expect(page.getByRole("button", { name: "Check it again" })).toBeVisible();
    });
  });

  test.describe("when the network is back", () => {
    test.use({ expected: ["INTERNET_DISCONNECTED"] });
    test("and are read as if it had never been off", async ({ page, context }) => {
      await inspect(page, SOUND);
      await context.setOffline(true);
      await page.getByLabel("Address of a package").fill(`linux-64/${NAME}`);
      await page.getByRole("button", { name: "Open" }).click();
      await expect(verdict(page)).toHaveText("?It could not be read");
      await context.setOffline(false);
      await page.getByRole("button", { name: "Check it again" }).click();
      await expect(verdict(page)).toHaveText("✓Sound");
      await expect(view(page, "metadata")).toContainText("GPL-3.0-only");
    });
  });

  test.describe("from a host, large", () => {
    test.beforeAll(() => {
      mkdirSync(`${LARGE}/large`, { recursive: true });
      // Another Worker of the tests may be reading it.
      const written = `${LARGE}/large/${process.pid}`;
      writeFileSync(written, grown(readFileSync(SOUND), 70_000_000));
      renameSync(written, `${LARGE}/large/${NAME}`);
    });

    test("with what they say at once, and a check when it is asked for", async ({ page, host }) => {
      await page.goto(`inspect/?url=large/${NAME}`);
      await expect(verdict(page)).toHaveText("?Not checked yet");
      await expect(view(page, "metadata")).toContainText("py39h9c3306a_0");
      await expect(page.locator("#size")).toHaveText(/^70 MB · read \d+ kB of it in \d requests?$/);
      expect(host.asked.length).toBeLessThan(5);
      await expect(page.locator("#check")).toContainText("fetches 70 MB");
      await page.getByRole("button", { name: "Check it" }).click();
      await expect(verdict(page)).toHaveText("✕Not fit to be uploaded", { timeout: 30_000 });
    });

    test.describe("that gives whole files only", () => {
      test.use({ ranges: false });
      test("not at all: the page says what to do", async ({ page, site }) => {
        await page.goto(`inspect/?url=large/${NAME}`);
        await expect(verdict(page)).toHaveText("?Too large to read from its host");
        await expect(page.locator("#verdict-first")).toContainText("Download it, then drop the file on this page");
        await expect(page.locator("#verdict-first").getByRole("link")).toHaveAttribute("href", `${site}large/${NAME}`);
      });
    });
  });

  test.describe("from a host that gives whole files only", () => {
    test.use({ ranges: false });
    test("whole", async ({ page }) => {
      await page.goto(`inspect/?url=linux-64/${NAME}`);
      await expect(verdict(page)).toHaveText("✓Sound");
    });
  });
});

test.describe("what is no longer wanted", () => {
  test("does not hold up what is", async ({ page }) => {
    await inspect(page, `${LARGE}/large-1.0-0.conda`, { until: /Being checked/ });
    await page.evaluate(() => (location.hash = "files/share%2Flarge%2F0015.bin"));
    const viewer = view(page, "files").getByRole("article");
    await expect(viewer).toContainText("Being read.");
    await page.evaluate(() => (location.hash = "files/info%2Findex.json"));
    await expect(viewer.locator(".lines").first()).toContainText('"name": "large"', { timeout: 5_000 });
  });

  test("is not followed from package to package", async ({ page }) => {
    await inspect(page, [SOUND, WARNED], { hash: "#files/info%2Findex.json" });
    await expect(view(page, "files").locator(".lines").first()).toContainText("marker-beam");
    const second = page.locator("#opened button").nth(1);
    await second.click();
    await expect(view(page, "files").locator(".lines").first()).toContainText("silent");
    await expect(second).toBeFocused();
  });
});

test("no name is looked up of what packages link to", async ({ page }) => {
  await page.goto("inspect/");
  await expect(page.locator('head meta[http-equiv="x-dns-prefetch-control"]')).toHaveAttribute("content", "off");
});

test.describe("nothing leaves the page", () => {
  test.use({ expected: ["Content Security Policy", "violates", "Refused to", "request: https://elsewhere"] });

  test("by its own script, nor by a Worker", async ({ page }) => {
    await inspect(page, SOUND);
    const tried = await page.evaluate(async () => {
      const outcome = (promise) => promise.then(() => "sent", (error) => `${error}`);
      const blob = (script) => URL.createObjectURL(new Blob([script], { type: "text/javascript" }));
      const said = (worker) => new Promise((resolve, reject) => {
        worker.onmessage = ({ data }) => resolve(data);
        worker.onerror = () => reject(new Error("refused"));
      });
      const here = "fetch('https://elsewhere.example/').then(() => postMessage('sent'), () => postMessage('blocked'))";
      const attempt = async (make) => said(make());
      return {
        page: await outcome(fetch("https://elsewhere.example/", { mode: "no-cors" })),
        blob: await attempt(() => new Worker(blob(here))),
        url: await outcome(attempt(() => new Worker("service-worker.js"))),
        shared: await outcome(new Promise((resolve, reject) => {
          try {
            new SharedWorker("service-worker.js").onerror = () => reject(new Error("refused"));
          } catch (error) {
            reject(error);
          }
        })),
        image: await outcome(new Promise((resolve, reject) => Object.assign(new Image(), { onload: resolve, onerror: () => reject(new Error("blocked")), src: "https://elsewhere.example/x.png" }))),
      };
    });
    expect(tried).toEqual({
      page: expect.stringContaining("Failed to fetch"),
      blob: "blocked",
      url: expect.stringMatching(/refused|SecurityError|Content Security Policy/),
      shared: expect.stringMatching(/refused|SecurityError|Content Security Policy/),
      image: expect.stringContaining("blocked"),
    });
  });
});

test("what is loaded is what the page says, or nothing", async ({ browser, site }) => {
  const context = await browser.newContext({ serviceWorkers: "block" });
  const page = await context.newPage();
  await page.route(/inspector-worker.*\.js/, (route) => route.fulfill({ contentType: "text/javascript", body: "postMessage('another')" }));
  await page.goto(`${site}inspect/`);
  await expect(page.getByRole("alert")).toContainText("is not what this page says it is");
  await context.close();
});

test("once loaded, it works without a network", async ({ browser, site }) => {
  const context = await browser.newContext();
  const page = await context.newPage();
  await page.goto(`${site}inspect/`);
  await page.evaluate(() => navigator.serviceWorker.ready);
  await context.setOffline(true);
  await page.reload();
  await page.getByLabel("Drop packages here").setInputFiles(SOUND);
  await expect(verdict(page)).toHaveText("✓Sound");
  await context.close();
});

test.describe("without scripts", () => {
  test.use({ javaScriptEnabled: false });
  test("the page says which command does the same", async ({ page }) => {
    await page.goto("inspect/");
    expect(await page.locator("noscript code").innerText()).toBe("towpath verify FILE");
    await expect(page.getByText("choose files")).toBeHidden();
  });
});

test("the keyboard is enough", async ({ page }) => {
  await page.goto("inspect/");
  await page.getByLabel("Drop packages here").setInputFiles(SOUND);
  await expect(verdict(page)).toBeFocused();
  const press = async (key, until) => {
    for (let count = 0; count < 25; count++) {
      await page.keyboard.press(key);
      if (await page.evaluate((until) => document.activeElement?.matches(until), until)) return;
    }
    throw new Error(`${key} does not lead to ${until}`);
  };
  await press("Tab", '.views a[href="#files"]');
  await page.keyboard.press("Enter");
  await expect(view(page, "files").getByText("bin/")).toBeVisible();
  await press("Tab", "#files summary");
  await page.keyboard.press("Enter");
  await expect(page.locator(".tree a").first()).toBeVisible();
  await press("Tab", ".tree a");
  await page.keyboard.press("Enter");
  await expect(view(page, "files").getByRole("article").getByRole("heading")).toBeFocused();
  await press("Tab", ".viewer .head a");
  await page.keyboard.press("Enter");
  await expect(page.locator(".tree a").first()).toBeFocused();
  await press("Shift+Tab", "#files-input");
});

test.describe("what hostile packages say", () => {
  test.use({ viewport: { width: 360, height: 740 } });

  test("is text on every part of the page, and breaks none", async ({ page }) => {
    test.setTimeout(120_000);
    const folder = `${made}hostile/packages/noarch/`;
    const files = readdirSync(folder).filter((name) => /\.(conda|bz2)$/.test(name) && !name.startsWith("many-"));
    expect(files.length).toBeGreaterThan(10);
    await inspect(page, files.map((name) => folder + name));
    await expect(page.locator("#opened b").filter({ hasText: /Waiting|Being/ })).toHaveCount(0, { timeout: 30_000 });
    const lines = page.locator("#opened button");
    for (let index = 0; index < files.length; index++) {
      await lines.nth(index).click();
      for (const id of ["checks", "metadata", "dependencies", "files"]) {
        await page.evaluate((id) => (location.hash = id), id);
        await expect(view(page, id)).toBeVisible();
        await expect(view(page, id)).not.toHaveText("Being read.");
        const wrong = await page.evaluate(() => {
          const found = document.querySelectorAll("main :is(iframe, object, embed, svg, math, style, form form, script, img), main [onclick], main [onerror]");
          const links = [...document.querySelectorAll("main a")].filter((it) => !["http:", "https:"].includes(it.protocol) || (it.origin !== location.origin && !/noopener/.test(it.rel)));
          const turned = /[\u202a-\u202e]/u.exec(document.body.innerText);
          return [...found, ...links].map((it) => it.outerHTML.slice(0, 200)).concat(turned ? ["turned"] : []);
        });
        expect.soft(wrong, `${files[index]}: ${id}`).toEqual([]);
        expect.soft(await tooWide(page), `${files[index]}: ${id}`).toEqual([]);
      }
    }
  });

  test("in names of files is text too", async ({ page }) => {
    const name = `${"n".repeat(200)}\u202e"><img src=x onerror=alert(1)>-1.0-0.conda`;
    await inspect(page, [{ name, mimeType: "", buffer: readFileSync(SOUND) }]);
    await expect(verdict(page)).toHaveText("✕Not fit to be uploaded");
    await expect(page.locator("#verdict-name")).toContainText('\\u{202e}"><img');
    expect(await tooWide(page)).toEqual([]);
  });
});

test.describe("everybody can use it", () => {
  const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

  for (const colorScheme of ["light", "dark"]) {
    for (const width of [1280, 360]) {
      test.describe(`${colorScheme}, ${width} pixels`, () => {
        test.use({ colorScheme, viewport: { width, height: 800 } });
        test("has no barriers, and fits", async ({ page }) => {
          const wrong = async (where) => {
            // Scripts of tests are not bound by the page's policy.
            await page.evaluate(axe);
            const { violations } = await page.evaluate(() => globalThis.axe.run({ resultTypes: ["violations"] }));
            const said = violations.map(({ id, nodes }) => `${id}: ${nodes.slice(0, 3).map(({ html, failureSummary }) => `${html.slice(0, 160)} ${failureSummary}`)}`);
            expect.soft(said, where).toEqual([]);
            expect.soft(await tooWide(page), where).toEqual([]);
          };
          await page.goto("inspect/");
          await wrong("empty");
          await page.getByLabel("Drop packages here").setInputFiles([BROKEN, SOUND, WARNED]);
          await expect(page.locator("#opened b").filter({ hasText: /Waiting|Being/ })).toHaveCount(0);
          await page.locator(".why summary").first().click();
          await wrong("checks");
          for (const id of ["metadata", "dependencies", "compare", "files/info%2Findex.json"]) {
            await page.evaluate((id) => (location.hash = id), id);
            await expect(view(page, id.split("/")[0])).toBeVisible();
            if (id.startsWith("files")) await expect(page.locator(".code")).toBeVisible();
            await wrong(id);
          }
        });
      });
    }
  }
});
