// How the tests are run: in Debian's Chromium, two at a time, and Lighthouse by itself.
import { defineConfig } from "@playwright/test";

export default defineConfig({
  testDir: ".",
  outputDir: "../../target/browser/results",
  fullyParallel: true,
  forbidOnly: true,
  workers: 2,
  retries: 0,
  timeout: 60_000,
  expect: { timeout: 5_000 },
  reporter: "list",
  use: {
    browserName: "chromium",
    launchOptions: {
      executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
      args: process.getuid?.() === 0 ? ["--no-sandbox"] : [],
    },
    viewport: { width: 1280, height: 900 },
  },
  projects: [
    { name: "browser", testIgnore: "lighthouse.spec.js" },
    { name: "lighthouse", testMatch: "lighthouse.spec.js", workers: 1 },
  ],
});
