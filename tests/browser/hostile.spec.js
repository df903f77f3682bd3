// Packages that say what would break a page, if it were taken for anything but text.
import { expect, SITES, test } from "./sites.js";
import { files } from "./files.js";
import { tooWide } from "./width.js";

/** What is on a page and not of towpath: what runs, what is fetched, what leads astray. */
function foreign(page) {
  return page.evaluate(() => {
    const said = (element) => element.outerHTML.slice(0, 200);
    const own = (url) => new URL(url, location.href).origin === location.origin;
    const all = [...document.querySelectorAll("*")];
    const found = [
      ...all.filter((it) => [...it.attributes].some(({ name }) => name.startsWith("on"))),
      ...document.querySelectorAll("iframe, object, embed, base, svg, math, style, template, meta[http-equiv=refresh]"),
      ...[...document.scripts].filter((it) => !it.src || !own(it.src)),
      ...[...document.images].filter((it) => !own(it.src)),
      ...[...document.forms].filter((it) => !own(it.action)),
      ...[...document.links].filter((it) => !["http:", "https:"].includes(it.protocol)),
      // A link to elsewhere gives nothing away, and gains nothing with search engines.
      ...[...document.links].filter((it) => it.origin !== location.origin && !it.relList.contains("noopener")),
      ...all.filter((it) => it.matches("input") && !it.matches("[type=search], [type=radio], #inspector *")),
    ];
    const texts = [document.title, document.body.innerText].join("\n");
    // One of these makes what follows it read in another direction.
    const turned = /[\u202a-\u202e]/u.exec(texts);
    return [...found.map(said), ...(turned ? [`turned: ${JSON.stringify(texts.substr(turned.index, 40))}`] : [])];
  });
}

/** The addresses of a website's pages; of many that are alike, a few. */
function addresses(siteName) {
  return files(SITES[siteName].folder, ".html")
    .filter((path) => !/^p\/many\/noarch\/many-0\.\d\d/.test(path) && path !== "404.html")
    .map((path) => path.split("/").map(encodeURIComponent).join("/"));
}

for (const siteName of ["hostile", "documents"]) {
  test.describe(siteName, () => {
    test.use({ siteName, viewport: { width: 360, height: 740 } });

    const all = addresses(siteName);
    const parts = [0, 1, 2, 3].map((part) => all.filter((_, index) => index % 4 === part));
    for (const [number, part] of parts.entries()) {
      test(`no page runs, fetches or links to what packages say, nor is broken by it: ${number + 1} of 4`, async ({ page }) => {
        test.setTimeout(120_000);
        expect(part.length).toBeGreaterThan(5);
        for (const path of part) {
          const answer = await page.goto(path);
          expect(answer.status(), path).toBe(200);
          expect.soft(await foreign(page), path).toEqual([]);
          expect.soft(await tooWide(page), path).toEqual([]);
          await expect.soft(page.getByRole("contentinfo"), path).toBeVisible();
        }
      });
    }
  });
}

test.describe("what packages say", () => {
  test.use({ siteName: "hostile" });
  const NAME = "<script>alert('name')<!--";

  test("is found by a search, and shown as text", async ({ page }) => {
    await page.goto("");
    const box = page.getByRole("banner").getByRole("combobox");
    await box.fill("<script>alert");
    const option = page.getByRole("option").filter({ hasText: NAME });
    await expect(option.first()).toBeVisible();
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("Enter");
    const heading = page.getByRole("heading", { level: 1 });
    await expect(heading).toContainText(NAME);
    await expect(heading).toContainText("1!1.0+<i>");
    await page.goto(`search/?q=${encodeURIComponent("\"><img src=x onerror=alert(1)>")}`);
    await expect(page.getByRole("status").filter({ hasText: "<img src=x" })).toBeVisible();
  });

  test("keeps its place in commands", async ({ page, site }) => {
    await page.goto(`p/${encodeURIComponent("quotes~22~27~60")}/`);
    // As a shell has to be given it.
    await expect(page.locator("pre").first()).toContainText(`conda install -c ${site} 'quotes"'\\''\``);
  });

  test("of a licence, a summary, a maintainer is all there", async ({ page }) => {
    await page.goto("p/index/");
    const main = page.getByRole("main");
    for (const text of ["onerror=alert('image')>", "A heading", "<script>alert('code')</script>", "two words"]) {
      await expect(main.getByText(text).first()).toBeVisible();
    }
    await page.goto("maintainers/");
    await page.getByRole("link", { name: "../../outside" }).click();
    await expect(page.getByRole("heading", { level: 1 })).toContainText("../../outside");
    await expect(page.getByRole("main").getByRole("row")).toHaveCount(13);
  });

  test("from right to left is set so", async ({ page }) => {
    await page.goto("p/qalam/");
    const summary = page.getByRole("main").getByText("مكتبة للخط العربي").first();
    expect(await summary.evaluate((element) => getComputedStyle(element).direction)).toBe("rtl");
    const heading = page.getByRole("heading", { level: 1 });
    expect(await heading.evaluate((element) => getComputedStyle(element).direction)).toBe("ltr");
  });

  test("may be nothing: then the page says what is missing", async ({ page }) => {
    await page.goto("p/silent/");
    await expect(page.getByText("about: summary")).toBeVisible();
    await expect(page.getByText(/no package .* depends on it/i)).toBeVisible();
    await expect(page.getByText("It needs nothing else.")).toBeVisible();
  });

  test("is told from what a patch makes of it", async ({ page }) => {
    await page.goto("p/patched/noarch/patched-1.0-0.conda.html");
    const patched = page.getByRole("region", { name: "Patched" });
    const row = patched.getByRole("row").filter({ hasText: "license" });
    await expect(row.getByRole("cell").nth(1)).toContainText("before");
    await expect(row.getByRole("cell").nth(2)).toContainText("<script>alert('script')</script>");
    await expect(patched.getByRole("row").filter({ hasText: "constrains" })).toContainText("nothing");
  });

  test("of four hundred versions is on pages of which each is read", async ({ page }) => {
    await page.goto("p/many/");
    await expect(page.getByRole("heading", { name: "399 versions, 399 builds" })).toBeVisible();
    const follow = async (link) => {
      const here = page.url();
      await link.click();
      await page.waitForURL((url) => url.href !== here);
    };
    await follow(page.getByRole("link", { name: "All 399 versions" }));
    const versions = new Set();
    for (;;) {
      for (const text of await page.locator("main summary").allInnerTexts()) versions.add(/0\.\d+/.exec(text)[0]);
      const next = page.locator("nav[aria-label=Pages] [aria-current=page] + a");
      if ((await next.count()) === 0) break;
      await follow(next);
    }
    expect(versions.size).toBe(399);
    // A patch has taken it away.
    expect(versions.has("0.7")).toBe(false);
  });
});

test.describe("names that no file can have", () => {
  test.use({ siteName: "documents" });
  test("have pages like any other", async ({ page }) => {
    await page.goto("names/0.html");
    const link = page.getByRole("main").getByRole("link", { name: "<img src=x onerror=alert('record')>" });
    await link.click();
    await expect(page.getByRole("heading", { level: 1 })).toContainText("<img src=x onerror=alert('record')>");
  });
});
