// The search: as one types, by keyboard, by link, with mistakes in the name.
import { expect, test } from "./sites.js";

const box = (page) => page.getByRole("banner").getByRole("combobox");
const options = (page) => page.getByRole("option");
/** The option that Enter would follow. */
const active = (page) => page.locator("[role=option][aria-selected=true]");

/** Types into the box at the top of a page, and waits for what is found. */
async function search(page, text) {
  await box(page).fill(text);
  await expect(options(page).first()).toBeVisible();
}

test("packages are shown while one types, the best first, and Enter opens one", async ({ page, site }) => {
  await page.goto("");
  await box(page).click();
  await expect(box(page)).toHaveAttribute("aria-expanded", "false");
  await page.keyboard.type("marker", { delay: 20 });
  await expect(options(page).nth(0)).toContainText("marker-beam");
  await expect(options(page).nth(1)).toContainText("marker-timber");
  await expect(box(page)).toHaveAttribute("aria-expanded", "true");
  // What comes later does not take a choice away.
  await page.waitForLoadState("networkidle");
  await expect(active(page)).toHaveCount(0);
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("ArrowDown");
  await expect(active(page)).toContainText("marker-timber");
  await expect(active(page)).toHaveAttribute("id", await box(page).getAttribute("aria-activedescendant"));
  await page.keyboard.press("ArrowUp");
  await expect(active(page)).toContainText("marker-beam");
  await page.keyboard.press("ArrowUp");
  await expect(active(page)).toHaveCount(0);
  await page.keyboard.press("ArrowUp");
  await expect(active(page)).toHaveAttribute("id", await options(page).last().getAttribute("id"));
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Enter");
  await expect(page).toHaveURL(`${site}p/marker-beam/`);
});

test.describe("under a path", () => {
  test.use({ siteName: "project" });
  test("it leads to packages and results", async ({ page, site }) => {
    await page.goto("names/");
    await search(page, "hell");
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("Enter");
    await expect(page).toHaveURL(`${site}p/hello/`);
    await box(page).fill("hell");
    await page.keyboard.press("Enter");
    await expect(page).toHaveURL(`${site}search/?q=hell`);
    await page.locator("#results").getByRole("link", { name: "hello" }).click();
    await expect(page).toHaveURL(`${site}p/hello/`);
  });
});

test("Escape closes the list and stays in the box, and an arrow opens it again", async ({ page }) => {
  await page.goto("names/");
  await search(page, "quay");
  await page.keyboard.press("Escape");
  await expect(options(page)).toHaveCount(0);
  await expect(box(page)).toBeFocused();
  await expect(box(page)).toHaveValue("quay");
  await expect(box(page)).toHaveAttribute("aria-expanded", "false");
  await page.keyboard.press("ArrowDown");
  await expect(options(page).first()).toBeVisible();
});

test.describe("summaries that come late", () => {
  /** Holds them back until the function that it returns is called. */
  async function holdBack(page) {
    let release;
    const released = new Promise((resolve) => (release = resolve));
    await page.route("**/summaries.tsv", async (route) => {
      await released;
      await route.continue();
    });
    return async () => {
      const answer = page.waitForResponse("**/summaries.tsv");
      release();
      await (await answer).finished();
      // Long enough for the page to do with them what it does.
      await page.waitForTimeout(200);
    };
  }

  test("do not open a list that was closed", async ({ page }) => {
    const release = await holdBack(page);
    await page.goto("");
    await search(page, "quay");
    await page.keyboard.press("Escape");
    await release();
    await expect(options(page)).toHaveCount(0);
    await expect(box(page)).toHaveAttribute("aria-expanded", "false");
  });

  test("do not take a choice away", async ({ page, site }) => {
    const release = await holdBack(page);
    await page.goto("");
    await search(page, "quay");
    await page.keyboard.press("ArrowDown");
    await release();
    await page.keyboard.press("Enter");
    await expect(page).toHaveURL(`${site}p/quay-cutting/`);
  });
});

test("a slash leads to the box from anywhere, and is a letter in it", async ({ page }) => {
  await page.goto("p/hello/");
  await page.keyboard.press("/");
  await expect(box(page)).toBeFocused();
  await page.keyboard.type("a/b");
  await expect(box(page)).toHaveValue("a/b");
  await page.goto("search/");
  await page.evaluate(() => document.activeElement.blur());
  await page.keyboard.press("/");
  await expect(page.getByRole("main").getByRole("searchbox")).toBeFocused();
});

test("a click on a package opens it, and a click elsewhere closes the list", async ({ page, site }) => {
  await page.goto("");
  await search(page, "dock");
  await page.getByRole("heading", { level: 1 }).click();
  await expect(options(page)).toHaveCount(0);
  await box(page).click();
  await search(page, "dock-c");
  await options(page).filter({ hasText: "dock-clay" }).click();
  await expect(page).toHaveURL(`${site}p/dock-clay/`);
});

test("Enter without a choice shows all that is found", async ({ page, site }) => {
  await page.goto("p/hello/");
  await box(page).fill("cutting");
  await page.keyboard.press("Enter");
  await expect(page).toHaveURL(`${site}search/?q=cutting`);
  const found = page.getByRole("main").getByRole("listitem");
  await expect(found.first()).toContainText("cutting");
  await expect(found.filter({ has: page.getByRole("link", { name: "perl-cutting-engine" }) })).toBeVisible();
});

test("how many were found is said aloud", async ({ page }) => {
  await page.goto("");
  await search(page, "marker");
  await expect(page.getByRole("status").filter({ hasText: /^[1-9]\d* found$/ })).toBeAttached();
  await box(page).fill("zzzzzz");
  await expect(page.getByRole("status").filter({ hasText: "No package found" })).toBeAttached();
  await expect(options(page)).toHaveCount(0);
});

test.describe("the page of results", () => {
  const found = (page) => page.locator("#results").getByRole("listitem");
  const field = (page) => page.getByRole("main").getByRole("searchbox");

  test("is a link to what was searched", async ({ page }) => {
    await page.goto("search/?q=quay");
    await expect(field(page)).toHaveValue("quay");
    await expect(found(page).first()).toContainText("quay-cutting");
    await expect(found(page).first()).toContainText("3.3.5");
  });

  test("follows what is typed, and so does its address", async ({ page, site }) => {
    await page.goto("search/");
    await field(page).fill("font");
    await expect(found(page).first()).toContainText("font-panel");
    await expect(page).toHaveURL(`${site}search/?q=font`);
    await field(page).fill("");
    await expect(found(page)).toHaveCount(0);
    await expect(page).toHaveURL(`${site}search/`);
  });

  test("is there again after a look at a package", async ({ page, site }) => {
    await page.goto("search/?q=quay");
    await found(page).first().getByRole("link").click();
    await expect(page).toHaveURL(`${site}p/quay-cutting/`);
    await page.goBack();
    await expect(field(page)).toHaveValue("quay");
    await expect(found(page).first()).toContainText("quay-cutting");
  });

  for (const [what, typed, meant] of [
    ["a letter too few", "helo", "hello"],
    ["a letter too many", "heello", "hello"],
    ["another letter", "hallo", "hello"],
    ["letters in the wrong order", "hlelo", "hello"],
    ["two mistakes in a long name", "marker-tinbr", "marker-timber"],
    ["capitals and spaces around it", "  HeLLo ", "hello"],
    ["a word of the summary", "puddle wharf", "font-panel"],
  ]) {
    test(`finds a name by ${what}`, async ({ page }) => {
      await page.goto(`search/?q=${encodeURIComponent(typed)}`);
      await expect(found(page).filter({ has: page.getByRole("link", { name: meant, exact: true }) })).toBeVisible();
    });
  }

  test("has the name itself before names that begin with it, and these before all others", async ({ page }) => {
    await page.goto("search/?q=perl");
    const names = page.locator("#results").getByRole("link");
    await expect(names.nth(4)).toBeVisible();
    const first = (await names.allInnerTexts()).slice(0, 5);
    expect(first.every((name) => name.startsWith("perl-"))).toBe(true);
    await page.goto("search/?q=hello");
    await expect(names.first()).toHaveText("hello");
  });

  test("says that nothing is found, in what words it looked", async ({ page }) => {
    await page.goto("search/?q=%3Cb%3Ezzz");
    await expect(page.getByRole("status").filter({ hasText: "<b>zzz" })).toBeVisible();
    await expect(found(page)).toHaveCount(0);
  });
});
