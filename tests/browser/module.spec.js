// The package of npm in a browser: what it finds is what the command line finds, in little memory, with few
// requests.
import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test as base } from "@playwright/test";
import { hostPackages } from "./package-host.js";
import { made } from "./sites.js";

const here = fileURLToPath(new URL(".", import.meta.url));
const pkg = fileURLToPath(new URL("../../web/pkg", import.meta.url));
const cases = `${made}cases`;
const large = `${made}large/large-1.0-0.conda`;
const shared = process.env.TOWPATH_TEST_SHARED ?? fileURLToPath(new URL("../../../shared", import.meta.url));

/** Bytes of wasm memory that a package may take whose zstd window is a usual one. */
const MEMORY = 32 * 1024 * 1024;

const test = base.extend({
  host: [
    async ({}, use) => {
      const host = await hostPackages({ browser: here, pkg, made, packages: `${made}sample/channel` });
      await use(host);
      await host.close();
    },
    { scope: "worker" },
  ],
  page: async ({ page, host }, use) => {
    const wrong = [];
    page.on("console", (message) => message.type() === "error" && wrong.push(message.text()));
    page.on("pageerror", (error) => wrong.push(String(error)));
    await page.goto(`${host.url}browser/module.html`);
    await page.locator("html[data-ready]").waitFor();
    await use(page);
    // A browser tells of every 404 itself.
    expect(wrong.filter((what) => !/status of 404|ERR_CONTENT_LENGTH_MISMATCH|ERR_INCOMPLETE|ERR_CONNECTION_RESET/.test(what))).toEqual([]);
  },
});

/** All packages in a folder and its folders. */
function packagesIn(folder) {
  const entries = readdirSync(folder, { withFileTypes: true, recursive: true });
  const files = entries.filter((entry) => entry.isFile() && /\.(conda|tar\.bz2)$/.test(entry.name));
  return files.map((entry) => join(entry.parentPath ?? entry.path, entry.name)).sort();
}

/** What the command line finds in packages, by path. */
function foundByCommandLine(paths) {
  const towpath = process.env.TOWPATH;
  let output;
  try {
    output = execFileSync(towpath, ["verify", "--json", ...paths], { maxBuffer: 1 << 30 });
  } catch (error) {
    // It ends with 1 if it has found anything.
    if (error.status !== 1) throw error;
    output = error.stdout;
  }
  const { files } = JSON.parse(output);
  return new Map(files.map(({ path, ...report }) => [path, report]));
}

/** What the page finds in packages, each checked as its choices say. */
async function foundByPage(page, paths, choices = paths.map(() => ({}))) {
  await page.setInputFiles("input", paths);
  return page.evaluate(
    (all) => Promise.all(chosen().map((file, number) => told(inspector.open(file).verify(all[number])))),
    choices,
  );
}

/** The subdir that the command line takes a folder for. */
const subdirOf = (path) => {
  const folder = basename(join(path, ".."));
  return /^(noarch|(linux|osx|win|emscripten|wasi|freebsd|zos|aix)-\w+)$/.test(folder) ? { subdir: folder } : {};
};

test("finds in the packages of all rules what the rules find natively", async ({ page }) => {
  test.slow();
  const folders = readdirSync(cases);
  expect(folders.length).toBeGreaterThan(300);
  const expected = folders.map((folder) => JSON.parse(readFileSync(join(cases, folder, "expected.json"), "utf8")));
  const paths = folders.map((folder) => packagesIn(join(cases, folder))[0]);
  const choices = expected.map(({ choices }) => Object.fromEntries(Object.entries(choices).filter(([, value]) => value !== null)));
  const found = await foundByPage(page, paths, choices);
  for (const [number, { report }] of expected.entries()) {
    const { fit, ...of_page } = found[number].report ?? found[number];
    expect(of_page, paths[number]).toEqual(report);
    expect(fit).toBe(!report.findings.some(({ severity }) => severity === "error"));
  }
});

for (const [what, folder] of [
  ["generated", `${made}sample/channel`],
  ["hostile", `${made}hostile/packages`],
  ["real", `${shared}/data/packages`],
  ["broken real", `${shared}/data/malformed`],
]) {
  test(`finds in ${what} packages what the command line finds`, async ({ page }) => {
    test.skip(!existsSync(folder), `there is no ${folder}`);
    test.setTimeout(300_000);
    const paths = packagesIn(folder);
    expect(paths.length).toBeGreaterThan(10);
    const expected = foundByCommandLine(paths);
    const found = await foundByPage(page, paths, paths.map(subdirOf));
    for (const [number, path] of paths.entries()) {
      expect(found[number].report ?? found[number], path).toEqual(expected.get(path));
    }
  });
}

test("says of packages what towpath inspect says", async ({ page }) => {
  const folder = existsSync(`${shared}/data/packages`) ? `${shared}/data/packages` : `${made}sample/channel`;
  const paths = packagesIn(folder).slice(0, 120);
  const lines = execFileSync(process.env.TOWPATH, ["inspect", "--json", ...paths], { maxBuffer: 1 << 30 });
  const expected = lines.toString().trim().split("\n").map((line) => JSON.parse(line));
  await page.setInputFiles("input", paths);
  const told = await page.evaluate(() => Promise.all(chosen().map((file) => inspector.open(file).inspect({ digests: true }))));
  for (const [number, { file, ...inspection }] of expected.entries()) expect(told[number], file).toEqual(inspection);
});

test("reads members, files and the record of a package", async ({ page }) => {
  const [path] = packagesIn(`${made}sample/channel/noarch`).filter((name) => name.includes("hello"));
  await page.setInputFiles("input", path);
  const told = await page.evaluate(async () => {
    const file = inspector.open(chosen()[0]);
    const text = ({ bytes }) => new TextDecoder().decode(bytes);
    const part = await file.readMember("info/index.json", { maxBytes: 5 });
    return {
      index: JSON.parse(text(await file.readMember("info/index.json"))),
      part: [text(part), part.truncated],
      missing: await window.told(file.readMember("info/no-such")),
      files: await file.files(),
      record: await file.repodataRecord(),
    };
  });
  const repodata = JSON.parse(readFileSync(`${made}sample/channel/noarch/repodata.json`, "utf8"));
  const { indexed_timestamp, ...record } = repodata["packages.conda"][basename(path)];
  expect(told.record).toEqual(record);
  expect(told.index.name).toBe("hello");
  expect(told.part).toEqual([expect.stringMatching(/^.{5}$/s), true]);
  expect(told.missing).toMatchObject({ failure: "package", message: expect.stringContaining('has no member "info/no-such"') });
  expect(told.files.files.length).toBeGreaterThan(0);
});

test("verifies a package of 1 GB in little memory, telling how far it is, and stops when asked", async ({ page }) => {
  test.setTimeout(300_000);
  expect(statSync(large).size).toBeGreaterThan(1e9);
  await page.setInputFiles("input", large);
  const metadata = await page.evaluate(async () => {
    const started = performance.now();
    const { name } = await inspector.open(chosen()[0]).inspect();
    return { name, took: performance.now() - started };
  });
  expect(metadata.name).toBe("large");
  const stopped = await page.evaluate(async () => {
    const cancel = new AbortController();
    let steps = 0;
    const onProgress = () => ++steps === 3 && cancel.abort();
    const started = performance.now();
    const { failure } = await told(inspector.open(chosen()[0]).verify({ signal: cancel.signal, onProgress }));
    return { failure, steps, took: performance.now() - started };
  });
  expect(stopped).toMatchObject({ failure: "AbortError", steps: 3 });
  expect(stopped.took).toBeLessThan(20_000);
  const { report, steps, longest } = await page.evaluate(async () => {
    const steps = [];
    // The page goes on meanwhile.
    let [last, longest] = [performance.now(), 0];
    const beat = setInterval(() => {
      longest = Math.max(longest, performance.now() - last);
      last = performance.now();
    }, 10);
    const { report } = await inspector.open(chosen()[0]).verify({ onProgress: (step) => steps.push(step) });
    clearInterval(beat);
    return { report, steps, longest };
  });
  expect(report.fit).toBe(true);
  expect(report.findings.map(({ code }) => code)).toEqual(["A008", "F513"]);
  expect(steps.length).toBeGreaterThan(10);
  expect(steps.every(({ read, total }, number) => read <= total && read >= (steps[number - 1]?.read ?? 0))).toBe(true);
  expect(Math.max(...steps.map(({ memory }) => memory))).toBeLessThan(MEMORY);
  expect(longest).toBeLessThan(1000);
});

test("ends all calls when it is closed, also those that wait for their turn", async ({ page }) => {
  await page.setInputFiles("input", large);
  const told = await page.evaluate(async () => {
    const own = await inspector.constructor.load({ workers: 1 });
    const first = own.open(chosen()[0]);
    const begun = new Promise((resolve) => (window.begun = resolve));
    const calls = [first.verify({ onProgress: () => window.begun() }), first.inspect(), first.inspect()];
    await begun;
    own.close();
    return Promise.all([...calls, own.rules()].map((call) => window.told(call)));
  });
  for (const each of told) expect(each).toEqual({ failure: "internal", message: "the inspector was closed" });
});

test("goes on when a Worker cannot be made", async ({ page }) => {
  const told = await page.evaluate(async () => {
    let made = 0;
    const worker = () => {
      if (made++ === 1) throw new Error("no Worker");
      return new Worker("/pkg/worker.js", { type: "module" });
    };
    const own = await inspector.constructor.load({ workers: 1, worker });
    const file = own.open(new File(["x"], "a-1.0-0.conda"));
    // The Worker of the first is not used again, and that of the second cannot be made.
    const cancel = new AbortController();
    const calls = [file.verify({ signal: cancel.signal }), file.verify(), file.verify()];
    cancel.abort();
    return Promise.all(calls.map(async (call) => (await window.told(call)).failure ?? "answered"));
  });
  expect(told).toEqual(["AbortError", "Error", "answered"]);
});

test("a question that is ended ends no other", async ({ page }) => {
  await page.setInputFiles("input", packagesIn(`${made}sample/channel/noarch`).filter((name) => name.includes("hello")));
  const told = await page.evaluate(async () => {
    const file = inspector.open(chosen()[0]);
    const cancel = new AbortController();
    const calls = [file.files({ signal: cancel.signal }), file.files()];
    cancel.abort();
    return Promise.all(calls.map(async (call) => (await window.told(call)).failure ?? "answered"));
  });
  expect(told).toEqual(["AbortError", "answered"]);
});

test.describe("on a server", () => {
  const path = "made/large/large-1.0-0.conda";

  test("the metadata of a large package takes two requests and some kilobytes", async ({ page, host }) => {
    host.log.length = 0;
    const told = await page.evaluate(async (url) => {
      const file = inspector.open(url);
      const { name } = await file.inspect();
      return { name, traffic: file.traffic };
    }, host.url + path);
    expect(told.name).toBe("large");
    const asked = host.log.filter(({ path }) => path.endsWith(".conda"));
    expect(asked.every(({ status }) => status === 206)).toBe(true);
    expect(asked.length).toBeLessThanOrEqual(2);
    const bytes = asked.reduce((sum, request) => sum + request.bytes, 0);
    expect(bytes).toBeLessThan(200_000);
    expect(told.traffic).toEqual({ requests: asked.length, bytes, ranges: true });
  });

  test("a small package is fetched with one request", async ({ page, host }) => {
    const [name] = readdirSync(`${made}sample/channel/noarch`).filter((name) => name.startsWith("hello"));
    host.log.length = 0;
    const { report } = await page.evaluate((url) => inspector.open(url).verify(), `${host.url}packages/noarch/${name}`);
    expect(report.fit).toBe(true);
    const asked = host.log.filter(({ path }) => path.endsWith(name));
    expect(asked.map(({ method, status }) => [method, status])).toEqual([["GET", 206]]);
  });

  for (const [what, cors] of [["this", undefined], ["another", true]]) {
    test(`of ${what} origin that gives no parts, a small package is fetched whole and a large one is not`, async ({ page }) => {
      const folders = { browser: here, pkg, made, packages: `${made}sample/channel` };
      const host = await hostPackages(folders, { ranges: false, cors });
      if (!cors) {
        await page.goto(`${host.url}browser/module.html`);
        await page.locator("html[data-ready]").waitFor();
      }
      const [name] = readdirSync(`${made}sample/channel/noarch`).filter((name) => name.startsWith("hello"));
      host.log.length = 0;
      const small = await page.evaluate(async (url) => {
        const file = inspector.open(url);
        return { name: (await file.inspect()).name, ranges: file.traffic.ranges };
      }, `${host.url}packages/noarch/${name}`);
      expect(small).toEqual({ name: "hello", ranges: false });
      const refused = await page.evaluate((url) => told(inspector.open(url, { wholeBytes: 1e6 }).inspect()), host.url + path);
      expect(refused.failure).toBe("no-ranges");
      expect(refused.message).toContain("download it, and open the download");
      await host.close();
      const fetched = host.log.filter(({ path }) => path.includes("large"));
      expect(fetched.reduce((sum, { bytes }) => sum + bytes, 0)).toBeLessThan(100e6);
    });
  }

  test("of another origin with leave, parts are read; without leave, that is said", async ({ page }) => {
    for (const cors of [true, false]) {
      const host = await hostPackages({ made }, { cors });
      const told = await page.evaluate(async (url) => {
        const file = inspector.open(url);
        const answer = await window.told(file.inspect());
        return { name: answer.name, failure: answer.failure, message: answer.message, ranges: file.traffic?.ranges };
      }, host.url + path);
      if (cors) expect(told).toMatchObject({ name: "large", ranges: true });
      else expect(told).toMatchObject({ failure: "source", message: expect.stringContaining("cannot be fetched from here") });
      await host.close();
    }
  });

  for (const [what, cors, headed] of [
    ["of this origin that says so by its tag", false, (headers, count) => (headers.etag = `"${count}"`)],
    ["of another origin that says so by its date", true, (headers, count) => (headers["last-modified"] = new Date(count * 1e6).toUTCString())],
    ["of this origin, of another size", false, (headers, count) => count > 1 && (headers["content-range"] = headers["content-range"].replace(/\d+$/, "1073776339"))],
  ]) {
    test(`a file ${what} that changes is not read on`, async ({ page }) => {
      let parts = 0;
      const host = await hostPackages({ browser: here, pkg, made }, { cors, headed: (headers) => "content-range" in headers && headed(headers, ++parts) });
      if (!cors) {
        await page.goto(`${host.url}browser/module.html`);
        await page.locator("html[data-ready]").waitFor();
      }
      const told = await page.evaluate((url) => window.told(inspector.open(url).verify()), host.url + path);
      expect(told).toEqual({ failure: "source", message: expect.stringContaining("the file changed while it was read") });
      await host.close();
    });
  }

  test("of another origin that does not say how large a file is, no more is fetched than may be", async ({ page }) => {
    const headed = (headers, method) => method === "HEAD" && delete headers["content-length"];
    const host = await hostPackages({ made }, { cors: true, headed });
    const refused = await page.evaluate((url) => window.told(inspector.open(url, { wholeBytes: 1e6 }).inspect()), host.url + path);
    expect(refused.failure).toBe("no-ranges");
    await host.close();
  });

  test("what breaks off is told of the server, not of the package", async ({ page }) => {
    const host = await hostPackages({ made }, { cors: true, ranges: false });
    const told = page.evaluate(
      (url) => window.told(inspector.open(url, { wholeBytes: 2e9 }).inspect({ onProgress: () => (window.came = true) })),
      host.url + path,
    );
    await page.waitForFunction(() => window.came);
    await host.close();
    expect(await told).toEqual({ failure: "source", message: expect.stringContaining("broke off") });
  });

  test("a file that is not there is told", async ({ page, host }) => {
    const told = await page.evaluate((url) => window.told(inspector.open(url).inspect()), `${host.url}packages/noarch/no-1-0.conda`);
    expect(told).toEqual({ failure: "source", message: `there is no file at ${host.url}packages/noarch/no-1-0.conda` });
  });

  test("a channel's builds are told from its shards, and a package is checked and compared with it", async ({ page, host }) => {
    const folder = `${made}sample/channel/noarch`;
    const [name] = readdirSync(folder).filter((name) => name.startsWith("hello"));
    const channel = `${host.url}packages`;
    const told = await page.evaluate(
      async ([channel, name]) => {
        const file = inspector.open(`${channel}/noarch/${name}`);
        const verification = await file.verify({ channel, subdir: "noarch" });
        return {
          builds: await inspector.published({ channel, subdir: "noarch", name: "hello" }),
          codes: verification.report.findings.map(({ code }) => code),
          channel_failure: verification.channel_failure,
          comparison: await file.compare(inspector.open(`${channel}/noarch/${name}`)),
          nowhere: (await file.verify({ channel: `${channel}/nowhere` })).channel_failure,
        };
      },
      [channel, name],
    );
    expect(told.builds.map((build) => [build.file_name, build.record.name])).toEqual([[name, "hello"]]);
    expect(told.codes.filter((code) => code.startsWith("G6"))).toEqual([]);
    expect(told.channel_failure).toBe(null);
    expect(told.comparison).toMatchObject({ fields: [], depends: [], files: { added: 0, removed: 0, changed: 0 } });
    expect(told.nowhere).toContain("is no channel");
  });
});

test("records are asked in SQL and by words", async ({ page, host }) => {
  const told = await page.evaluate(async (channel) => {
    const records = await ChannelRecords.load();
    const loaded = await records.addSubdir("noarch", `${channel}/noarch/repodata.json`);
    const answer = {
      loaded,
      count: await records.select("SELECT COUNT(*) AS builds FROM records"),
      hits: await records.search("hello"),
      refused: await records.select("DELETE FROM records").catch(({ kind, message }) => ({ kind, message })),
    };
    records.close();
    return answer;
  }, `${host.url}packages`);
  const repodata = JSON.parse(readFileSync(`${made}sample/channel/noarch/repodata.json`, "utf8"));
  const builds = Object.keys({ ...repodata.packages, ...repodata["packages.conda"] }).length;
  expect(told.count.rows).toEqual([[builds]]);
  expect(told.hits.packages[0].name).toBe("hello");
  expect(told.refused.kind).toBe("query");
});
