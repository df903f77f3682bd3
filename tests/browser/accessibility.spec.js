// What axe-core finds on a page of each kind, in light and dark: nothing.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { expect, KINDS, NOT_FOUND, test } from "./sites.js";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** What is wrong with a page as it is now. */
async function violations(page) {
  await page.evaluate(axe);
  const { violations } = await page.evaluate(() => globalThis.axe.run({ resultTypes: ["violations"] }));
  return violations.map(({ id, help, nodes }) => ({
    rule: `${id}: ${help}`,
    at: nodes.slice(0, 3).map(({ html, failureSummary }) => `${html.slice(0, 160)} ${failureSummary}`),
  }));
}

for (const colorScheme of ["light", "dark"]) {
  test.describe(colorScheme, () => {
    test.use({ colorScheme });

    for (const [kind, [siteName, path]] of Object.entries(KINDS)) {
      test.describe(kind, () => {
        test.use({ siteName, expected: [NOT_FOUND] });
        test("has no barriers", async ({ page }) => {
          await page.goto(path);
          await page.waitForLoadState("networkidle");
          // What is folded up is read as well, after a click.
          await page.locator("main details:not([open])").evaluateAll((all) => all.slice(0, 3).forEach((it) => (it.open = true)));
          expect(await violations(page)).toEqual([]);
        });
      });
    }

    test("the list under the search has none", async ({ page }) => {
      await page.goto("");
      await page.getByRole("banner").getByRole("combobox").fill("cutting");
      await expect(page.getByRole("option").first()).toBeVisible();
      await page.waitForLoadState("networkidle");
      await page.keyboard.press("ArrowDown");
      expect(await violations(page)).toEqual([]);
    });

    test("two versions that are compared have none", async ({ page }) => {
      await page.goto("p/perl-narrow-plank/changes/");
      await page.getByRole("button", { name: "Compare" }).click();
      await expect(page.getByText(/\.(conda|tar\.bz2) → /)).toBeVisible();
      expect(await violations(page)).toEqual([]);
    });

    test.describe("on a telephone", () => {
      test.use({ viewport: { width: 360, height: 740 } });
      for (const kind of ["home", "package", "build"]) {
        test.describe(kind, () => {
          const [siteName, path] = KINDS[kind];
          test.use({ siteName });
          test("has no barriers either", async ({ page }) => {
            await page.goto(path);
            expect(await violations(page)).toEqual([]);
          });
        });
      }
    });
  });
}
