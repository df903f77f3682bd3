// What Lighthouse says of the three pages that are looked at most, as on a slow telephone: at least 95
// of 100 for speed, accessibility, good practice and search engines.
//
// It slows the processor and the network in a model rather than in fact ("simulate"), so that other
// work on the machine counts little. The pages come from server.js, with gzip, as from any static host.
import { launch } from "chrome-launcher";
import lighthouse from "lighthouse";
import { expect, test } from "./sites.js";

const CATEGORIES = ["performance", "accessibility", "best-practices", "seo"];

for (const [name, path] of [["channel", ""], ["package", "p/perl-narrow-plank/"], ["search", "search/?q=cutting"]]) {
  test(`the page of a ${name} has 95 of 100 for everything`, async ({ site }, { project }) => {
    const { executablePath, args } = project.use.launchOptions;
    const chrome = await launch({ chromePath: executablePath, chromeFlags: ["--headless=new", ...args], logLevel: "error" });
    try {
      const { lhr } = await lighthouse(site + path, {
        port: chrome.port,
        onlyCategories: CATEGORIES,
        throttlingMethod: "simulate",
        logLevel: "error",
      });
      for (const category of CATEGORIES) {
        const { score, auditRefs } = lhr.categories[category];
        const why = auditRefs
          .map(({ id, weight }) => ({ ...lhr.audits[id], weight }))
          .filter((audit) => audit.weight > 0 && audit.score !== null && audit.score < 0.9)
          .map((audit) => `${audit.id} ${audit.displayValue ?? ""}: ${JSON.stringify(audit.details?.items?.slice(0, 3))}`);
        expect.soft(score * 100, `${category}: ${why.join("; ")}`).toBeGreaterThanOrEqual(95);
      }
      const scores = CATEGORIES.map((category) => `${category} ${Math.round(lhr.categories[category].score * 100)}`);
      console.log(`Lighthouse, ${name}: ${scores.join(", ")}`);
    } finally {
      chrome.kill();
    }
  });
}
