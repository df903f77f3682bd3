// What every page does for its readers: wide or narrow, light or dark, by keyboard, without
// JavaScript, under a path.
import { statSync } from "node:fs";
import { expect, KINDS, NOT_FOUND, SITES, test } from "./sites.js";
import { tooWide } from "./width.js";

/** How bright what is behind and in the text of a page is, 0 to 1. */
function brightness(page) {
  return page.evaluate(() => {
    const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
    const of = (colour) => {
      canvas.clearRect(0, 0, 1, 1);
      canvas.fillStyle = colour;
      canvas.fillRect(0, 0, 1, 1);
      const [red, green, blue, alpha] = canvas.getImageData(0, 0, 1, 1).data;
      return alpha ? (0.2126 * red + 0.7152 * green + 0.0722 * blue) / 255 : undefined;
    };
    const style = (element) => getComputedStyle(element);
    const behind = of(style(document.body).backgroundColor) ?? of(style(document.documentElement).backgroundColor);
    return { behind, text: of(style(document.body).color) };
  });
}

for (const [kind, [siteName, path]] of Object.entries(KINDS)) {
  test.describe(kind, () => {
    test.use({ siteName, expected: kind === "not found" ? [NOT_FOUND] : [] });

    test("is a whole page, silent, wide and narrow, light and dark", async ({ page }) => {
      for (const colorScheme of ["light", "dark"]) {
        await page.emulateMedia({ colorScheme });
        const answer = await page.goto(path);
        expect(answer.status()).toBe(kind === "not found" ? 404 : 200);
        await expect(page.getByRole("heading", { level: 1 })).toHaveCount(1);
        for (const landmark of ["banner", "main", "contentinfo"]) {
          await expect(page.getByRole(landmark)).toHaveCount(1);
        }
        expect(await page.title()).not.toMatch(/^\s*·|undefined|none/i);
        const { behind, text } = await brightness(page);
        expect(behind > 0.9, `behind the text: ${behind}`).toBe(colorScheme === "light");
        expect(Math.abs(behind - text)).toBeGreaterThan(0.6);
      }
      for (const width of [360, 390, 768, 1920]) {
        await page.setViewportSize({ width, height: 780 });
        expect(await tooWide(page), `${width} pixels`).toEqual([]);
      }
    });
  });
}

test.describe("commands and digests", () => {
  test.use({ permissions: ["clipboard-read", "clipboard-write"] });
  const clipboard = (page) => page.evaluate(() => navigator.clipboard.readText());

  test("are taken along by a button", async ({ page }) => {
    await page.goto("p/hello/");
    const install = page.getByRole("group", { name: "Install with" });
    for (const [tool, command] of [
      ["conda", "conda install -c https://sample.example/ hello"],
      ["mamba", "mamba install -c https://sample.example/ hello"],
      ["micromamba", "micromamba install -c https://sample.example/ hello"],
      ["pixi", "pixi workspace channel add https://sample.example/\npixi add hello"],
    ]) {
      await install.getByText(tool, { exact: true }).click();
      await install.getByRole("button", { name: /^Copy/ }).click();
      expect(await clipboard(page)).toBe(command);
    }
    await expect(page.getByRole("status").filter({ hasText: "Copied" })).toBeAttached();
    await page.goto("p/hello/noarch/hello-1.0-0.conda.html");
    await page.getByRole("button", { name: "Copy SHA256" }).click();
    expect(await clipboard(page)).toMatch(/^[0-9a-f]{64}$/);
    await page.getByText("As the channel publishes it").click();
    await page.getByRole("button", { name: "Copy the record" }).click();
    expect(JSON.parse(await clipboard(page)).name).toBe("hello");
  });

  test.describe("where only the browser knows the channel's address", () => {
    test.use({ siteName: "project" });
    test("name it", async ({ page, site }) => {
      await page.goto("p/hello/");
      await page.getByRole("button", { name: /^Copy/ }).first().click();
      expect(await clipboard(page)).toBe(`conda install -c ${site} hello`);
    });
  });
});

test("the tool that was chosen is shown on the next page too", async ({ page }) => {
  await page.goto("p/hello/");
  await page.getByText("pixi", { exact: true }).click();
  await expect(page.getByText("pixi add hello")).toBeVisible();
  await page.goto("p/quay-cutting/");
  await expect(page.getByText("pixi add quay-cutting")).toBeVisible();
  await expect(page.getByText("conda install")).toBeHidden();
});

test.describe("with a keyboard", () => {
  for (const kind of ["home", "package", "build", "search", "subdir"]) {
    const [siteName, path] = KINDS[kind];
    test.describe(kind, () => {
      test.use({ siteName });
      test("everything is reached, in order, and seen to be reached", async ({ page }) => {
        test.slow();
        await page.goto(path);
        // From the beginning, wherever a page has put the cursor.
        await page.evaluate(() => {
          document.body.tabIndex = -1;
          document.body.focus();
          document.body.removeAttribute("tabindex");
        });
        const reached = [];
        for (let step = 0; step < 400; step++) {
          await page.keyboard.press("Tab");
          const at = await page.evaluate(() => {
            const element = document.activeElement;
            if (element === document.body) return null;
            const style = getComputedStyle(element);
            const label = element.matches("[type=radio]") ? getComputedStyle(element.labels[0]) : style;
            const isSeen = [style, label].some((it) => it.outlineStyle !== "none" && parseFloat(it.outlineWidth) >= 1);
            const box = (element.matches("[type=radio]") ? element.labels[0] : element).getBoundingClientRect();
            const isInside = box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth;
            element.dataset.reached = "";
            return { what: `${element.tagName} ${element.textContent.trim().slice(0, 40)}`, isSeen, isInside };
          });
          if (!at) break;
          reached.push(at);
        }
        expect(reached[0].what).toContain("Skip to content");
        expect(reached.filter(({ isSeen }) => !isSeen)).toEqual([]);
        expect(reached.filter(({ isInside }) => !isInside)).toEqual([]);
        if (reached.length < 400) {
          const missed = await page.evaluate(() => {
            const all = document.querySelectorAll("a[href], button, input:not([type=radio]), summary, select");
            const isMissed = (element) => !("reached" in element.dataset) && element.checkVisibility();
            return [...all].filter((element) => isMissed(element) && element.tabIndex >= 0).map((it) => it.outerHTML.slice(0, 100));
          });
          expect(missed).toEqual([]);
        }
      });
    });
  }

  test("the content is one step away, tools are chosen by arrows, versions opened by Enter", async ({ page }) => {
    await page.goto("p/perl-narrow-plank/");
    await page.keyboard.press("Tab");
    await page.keyboard.press("Enter");
    await expect(page).toHaveURL(/#main$/);
    await page.keyboard.press("Tab");
    const inMain = await page.evaluate(() => document.querySelector("main").contains(document.activeElement));
    expect(inMain).toBe(true);
    await page.getByRole("radio", { name: "conda", exact: true }).focus();
    await page.keyboard.press("ArrowRight");
    await expect(page.getByRole("radio", { name: "mamba", exact: true })).toBeChecked();
    await expect(page.getByText("mamba install", { exact: false }).first()).toBeVisible();
    const older = page.locator("summary").filter({ hasText: "3.2.9" });
    const build = page.getByRole("link", { name: "py310h8c1c381_0" });
    await expect(build).toBeHidden();
    await older.focus();
    await page.keyboard.press("Enter");
    await expect(build).toBeVisible();
  });
});

test.describe("without JavaScript", () => {
  test.use({ javaScriptEnabled: false });

  for (const [kind, [siteName, path]] of Object.entries(KINDS)) {
    test.describe(kind, () => {
      test.use({ siteName, expected: [NOT_FOUND] });
      test("nothing is shown that does nothing", async ({ page }) => {
        await page.goto(path);
        // A button is of use in a form that leads somewhere.
        for (const control of await page.locator("button:visible, select:visible, input[type=search]:visible").all()) {
          const action = await control.evaluate((element) => element.form?.getAttribute("action"));
          expect(action, await control.evaluate((element) => element.outerHTML)).toBeTruthy();
        }
        await expect(page.getByRole("status").filter({ hasText: /\S/ })).toHaveCount(0);
      });
    });
  }

  test("a package's page says everything", async ({ page }) => {
    await page.goto("p/perl-narrow-plank/");
    const main = page.getByRole("main");
    await expect(main).toContainText("Narrow pump parse paddle aqueduct field gate tunnel crane tunnel.");
    for (const tool of ["mamba", "micromamba", "pixi", "conda"]) {
      await page.getByText(tool, { exact: true }).first().click();
      const command = tool === "pixi" ? "pixi add" : `${tool} install -c https://sample.example/`;
      await expect(main.getByText(`${command} perl-narrow-plank`).first()).toBeVisible();
    }
    await expect(main.getByText("linux-64").first()).toBeVisible();
    for (const version of ["3.3.8.post1", "1.0.4.post1"]) {
      await expect(main.locator("summary").filter({ hasText: version })).toBeVisible();
    }
    await main.locator("summary").filter({ hasText: "1.0.4.post1" }).click();
    await expect(main.getByRole("link", { name: /py310h701e7f8_0/ })).toBeVisible();
  });

  test("a name is found by its first letter, and a search leads to the letters", async ({ page, site }) => {
    await page.goto("");
    const box = page.getByRole("banner").getByRole("searchbox");
    await box.fill("quay");
    await box.press("Enter");
    await expect(page).toHaveURL(`${site}search/?q=quay`);
    await expect(page.getByText(/takes JavaScript/)).toBeVisible();
    await page.getByRole("main").getByRole("link", { name: "q", exact: true }).click();
    await page.getByRole("link", { name: "quay-cutting" }).click();
    await expect(page.getByRole("heading", { level: 1 })).toContainText("quay-cutting");
  });
});

test.describe("under a path", () => {
  test.use({ siteName: "project", expected: [NOT_FOUND] });

  test("what is missing is told in the website's own look, wherever it was looked for", async ({ page, site }) => {
    for (const path of ["nowhere", "p/helo/", "p/no/such/page/at/all.html", "noarch/none-1.0-0.conda"]) {
      const asked = [];
      page.on("response", (answer) => asked.push(`${answer.status()} ${answer.url()}`));
      await page.goto(path);
      await expect(page.getByRole("link", { name: "All packages" })).toHaveAttribute("href", "/repo/names/");
      const others = asked.filter((answer) => !answer.endsWith(path));
      expect(others.some((answer) => answer.endsWith(".css"))).toBe(true);
      expect(others.filter((answer) => !answer.startsWith(`200 ${site}`))).toEqual([]);
      page.removeAllListeners("response");
    }
    await page.goto("p/helo/");
    await page.getByRole("link", { name: "Search for helo" }).click();
    await page.getByRole("main").getByRole("link", { name: "hello", exact: true }).click();
    await expect(page).toHaveURL(`${site}p/hello/`);
  });

  test("the owner's title, links and image are at the top", async ({ page }) => {
    await page.goto("p/hello/");
    const top = page.getByRole("banner");
    await expect(top.getByRole("link", { name: "Packages of a project" })).toHaveAttribute("href", "../../");
    await expect(top.getByRole("link", { name: "Code" })).toHaveAttribute("href", "https://project.example/code");
    const width = await top.locator("img").evaluate((image) => image.naturalWidth);
    expect(width).toBeGreaterThan(0);
  });
});

test("two versions are compared, whichever they are", async ({ page }) => {
  await page.goto("p/perl-narrow-plank/changes/");
  const [older, newer] = await page.getByRole("main").getByRole("combobox").all();
  await older.selectOption("1.1.1");
  await newer.selectOption("2.1.2");
  await page.getByRole("button", { name: "Compare" }).click();
  const names = ["1.1.1-py313h41b506a_0", "2.1.2-py39h6c5f35d_1"];
  await expect(page.getByText(`${names[0]}.conda → `)).toContainText(names[1]);
  await expect(page.getByText(/added|removed|changed/).first()).toBeVisible();
});

test.describe("long tables", () => {
  test.use({ siteName: "hostile" });
  test("can be filtered", async ({ page }) => {
    await page.goto("noarch/");
    const rows = page.getByRole("main").getByRole("row");
    const before = await rows.count();
    expect(before).toBeGreaterThan(400);
    await page.getByLabel(/^Filter/).fill("many-0.39");
    // The row of titles, 39, and 390 to 399.
    await expect(rows).toHaveCount(12);
    await page.getByLabel(/^Filter/).fill("");
    await expect(rows).toHaveCount(before);
  });
});

test("what is downloaded is the package", async ({ page }) => {
  await page.goto("p/hello/noarch/hello-1.0-0.conda.html");
  const [download] = await Promise.all([page.waitForEvent("download"), page.getByRole("link", { name: "Download" }).click()]);
  expect(download.suggestedFilename()).toBe("hello-1.0-0.conda");
  const { size } = statSync(`${SITES.sample.folder}/noarch/hello-1.0-0.conda`);
  expect(statSync(await download.path()).size).toBe(size);
});
