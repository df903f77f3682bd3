// The websites that are tested, as scripts/browser-tests has made them, and a page that tells of
// anything that goes wrong on it.
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { test as base, expect } from "@playwright/test";
import { serve } from "./server.js";

/** The folder of the websites. */
export const made = fileURLToPath(new URL("../../target/browser/", import.meta.url));

/** Where each website is, in its folder and on its host. */
export const SITES = {
  /** Generated packages, at the root of a host; its URL is known. */
  sample: { folder: `${made}sample/site`, prefix: "/" },
  /** The same under a path, with all that an owner can say of a channel. */
  project: { folder: `${made}project/site`, prefix: "/repo/" },
  /** Packages that say what would break a page. */
  hostile: { folder: `${made}hostile/packages-site`, prefix: "/" },
  /** The same as documents alone, with names that no file can have. */
  documents: { folder: `${made}hostile/documents-site`, prefix: "/" },
  /** No package at all. */
  empty: { folder: `${made}empty/site`, prefix: "/" },
  /** The page that checks packages, without a channel. */
  alone: { folder: `${made}alone`, prefix: "/checker/" },
  /** Real packages, where they are at hand. */
  ...(existsSync(`${made}real/site`) && { real: { folder: `${made}real/site`, prefix: "/" } }),
};

/** A page of each kind: its website and its path. */
export const KINDS = {
  home: ["project", ""],
  package: ["sample", "p/perl-narrow-plank/"],
  "package of one build": ["project", "p/hello/"],
  versions: ["hostile", "p/many/versions/"],
  changes: ["sample", "p/perl-narrow-plank/changes/"],
  build: ["sample", "p/perl-narrow-plank/linux-64/perl-narrow-plank-3.3.8.post1-py39h794cc9d_0.tar.bz2.html"],
  "patched build": ["hostile", "p/patched/noarch/patched-1.0-0.conda.html"],
  names: ["sample", "names/"],
  "names of a letter": ["sample", "names/p.html"],
  maintainers: ["sample", "maintainers/"],
  "packages of a maintainer": ["sample", "maintainers/boat.html"],
  licences: ["sample", "licenses/"],
  environments: ["project", "environments/"],
  environment: ["project", "environments/docs/build/"],
  health: ["project", "health/"],
  search: ["sample", "search/?q=cutting"],
  subdir: ["sample", "noarch/"],
  inspector: ["project", "inspect/"],
  "inspector alone": ["alone", ""],
  "not found": ["project", "p/no-such-package/"],
  "nothing yet": ["empty", ""],
};

/** What Chromium says of a page that is answered with 404. */
export const NOT_FOUND = "the server responded with a status of 404";

/** What of a page's doings is wrong on any page: it is empty if all is well. */
function watch(page, origin) {
  const wrong = [];
  page.on("console", (message) => {
    if (["error", "warning", "assert"].includes(message.type())) wrong.push(`console: ${message.text()}`);
  });
  page.on("pageerror", (error) => wrong.push(`exception: ${error}`));
  page.on("dialog", (dialog) => {
    wrong.push(`dialog: ${dialog.message()}`);
    return dialog.dismiss();
  });
  page.on("request", (request) => {
    const { origin: asked, protocol } = new URL(request.url());
    if (asked !== origin && protocol !== "data:") wrong.push(`request: ${request.url()}`);
  });
  return wrong;
}

/**
 * Tests with `site`, the URL of the website that `test.use({ siteName })` has chosen, and with a
 * `page` that must be silent: no errors, no dialogs, nothing asked of other hosts.
 */
export const test = base.extend({
  siteName: ["sample", { option: true }],
  hosts: [
    async ({}, use) => {
      const hosts = new Map();
      const host = async (name) => {
        const { folder, prefix } = SITES[name];
        if (!existsSync(`${folder}/index.html`)) throw new Error(`${folder} is missing: run scripts/browser-tests`);
        if (!hosts.has(name)) hosts.set(name, await serve(folder, prefix));
        return hosts.get(name).url;
      };
      await use(host);
      for (const { close } of hosts.values()) await close();
    },
    { scope: "worker" },
  ],
  site: async ({ hosts, siteName }, use) => use(await hosts(siteName)),
  baseURL: async ({ site }, use) => use(site),
  /** What is wrong on purpose in a test: messages that contain one of these are no failure. */
  expected: [[], { option: true }],
  page: async ({ page, site, expected }, use) => {
    const wrong = watch(page, new URL(site).origin);
    await use(page);
    const unexpected = wrong.filter((what) => !expected.some((known) => what.includes(known)));
    expect(unexpected, "what the page did wrong").toEqual([]);
  },
});

export { expect };
