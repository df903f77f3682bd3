// What is other in a package than in a published build of the same name.
import type { Comparison, PublishedBuild } from "../package/src/index.js";
import type { Channel } from "./channel.js";
import { make, shown } from "./element.js";
import type { Examination } from "./examination.js";
import { failureOf } from "./examination.js";
import { mayRead } from "./sealed.js";
import { counted, grouped, size } from "./words.js";

/** Builds that can be chosen from. */
const CHOICES = 1000;

/** Draws a choice of published builds, and what is other than in the one chosen. */
export function drawCompare(examination: Examination, channel: Channel, gone: AbortSignal): Node[] {
  const { inspected } = examination;
  if (inspected.state === "reading") return [none("Being read.")];
  const { name, subdir, version } = inspected.state === "read" ? inspected.inspection : { name: null, subdir: null, version: null };
  if (!name) return [none("It cannot be compared: its metadata does not say its name.")];

  const status = make("p", { className: "soft", role: "status" }, "The channel's builds are being looked up.");
  const choice = make("select", { id: "published" });
  const row = make("p", { className: "filter", hidden: true }, make("label", { htmlFor: "published" }, "Compare with "), choice);
  const result = make("div");
  const begin = async () => {
    const builds = await published(examination, channel, name, subdir, gone);
    if (builds.length === 0) {
      status.textContent = `The channel${channel.name ? ` ${shown(channel.name, 80)}` : ""} has no build of ${shown(name, 100)}: this would be its first.`;
      return;
    }
    builds.sort(byVersion);
    const listed = builds.slice(0, CHOICES);
    choice.append(...listed.map(({ file_name, subdir }) => make("option", {}, shown(`${subdir}/${file_name}`, 200))));
    choice.selectedIndex = nearest(listed, examination.name, version);
    row.hidden = false;
    let cancel = new AbortController();
    gone.addEventListener("abort", () => cancel.abort());
    const compare = async () => {
      cancel.abort();
      cancel = new AbortController();
      const { signal } = cancel;
      const build = listed[choice.selectedIndex];
      if (!build) return;
      status.textContent = "Both are being read.";
      try {
        const comparison = await compared(examination, new URL(build.url), signal);
        if (signal.aborted) return;
        status.textContent = "";
        result.replaceChildren(...drawComparison(comparison));
      } catch (error) {
        if (!signal.aborted) fail(error);
      }
    };
    choice.addEventListener("change", compare);
    await compare();
  };
  const fail = (error: unknown) => {
    result.replaceChildren();
    status.textContent = `They could not be compared: ${shown(failureOf(error).message, 2000)}`;
  };
  void begin().catch((error) => !gone.aborted && fail(error));
  return [row, status, result];
}

const none = (text: string) => make("p", { className: "none" }, text);

/** A build of the channel, and where it is. */
type Build = PublishedBuild & { readonly subdir: string };

/** The builds of a name: those of the package's own subdir, or of the first other that has some. */
async function published(examination: Examination, channel: Channel, name: string, subdir: string | null, signal: AbortSignal): Promise<Build[]> {
  const inspector = await examination.inspector;
  const own = channel.subdirs.filter((known) => known === subdir);
  for (const subdir of [...own, ...channel.subdirs.filter((known) => !own.includes(known))]) {
    const builds = await inspector.published({ channel: channel.url, subdir, name }, { signal });
    if (builds.length > 0) return builds.map((build) => ({ ...build, subdir }));
  }
  return [];
}

async function compared(examination: Examination, url: URL, signal: AbortSignal): Promise<Comparison> {
  if (!mayRead(url)) throw new Error(`this page may not read from ${url.host}. Download ${url.href}, and compare on the command line: towpath inspect --compare`);
  const [inspector, pkg] = await Promise.all([examination.inspector, examination.package]);
  return pkg.compare(inspector.open(url), { signal });
}

const numbers = new Intl.Collator("en", { numeric: true });
const versionOf = ({ record }: PublishedBuild) => String(record["version"] ?? "");

/** The newest first. */
function byVersion(one: PublishedBuild, other: PublishedBuild): number {
  return numbers.compare(versionOf(other), versionOf(one)) || numbers.compare(other.file_name, one.file_name);
}

/** The build that it most likely comes after: of the same version or the next lower, and not the package itself. */
function nearest(builds: readonly PublishedBuild[], fileName: string, version: string | null): number {
  const before = builds.findIndex((build) => build.file_name !== fileName && numbers.compare(versionOf(build), version ?? "") <= 0);
  return Math.max(before, 0);
}

/** Draws what differs. */
function drawComparison({ before, after, fields, depends, constrains, extra_depends, run_exports, files }: Comparison): Node[] {
  const sections = [
    changes("Fields", fields.map(({ field, before, after }) => line(field, before, after))),
    needs("Dependencies", depends),
    needs("Constraints", constrains),
    ...Object.entries(extra_depends).map(([extra, list]) => needs(`Extra ${shown(extra, 60)}`, list ?? [])),
    ...Object.entries(run_exports).map(([kind, list]) => needs(`Run exports, ${shown(kind, 60)}`, list ?? [])),
    changedFiles(files),
  ].flat();
  const same = before.sha256 && before.sha256 === after.sha256 ? "They are the same file." : "What they say of themselves and what they install is the same.";
  return [
    make("p", { className: "path" }, `${shown(before.file_name)}, ${size(before.size)} → ${shown(after.file_name)}, ${size(after.size)}`),
    ...(sections.length > 0 ? sections : [none(same)]),
  ];
}

function changes(heading: string, lines: Node[]): Node[] {
  return lines.length > 0 ? [make("h3", {}, heading), make("ul", { className: "diff" }, ...lines)] : [];
}

const needs = (heading: string, list: Comparison["depends"]) => changes(heading, list.map(({ name, before, after }) => line(name, before, after, "any version")));

/** What came, went, or changed. */
function line(what: string, before: string | null, after: string | null, empty = ""): Node {
  const text = (value: string) => shown(value || empty, 1000);
  const name = make("b", { className: "key" }, shown(what, 200));
  if (before === null) return make("li", { className: "add" }, kind("added"), " ", name, ` ${text(after ?? "")}`);
  if (after === null) return make("li", { className: "del" }, kind("removed"), " ", name, " ", make("del", {}, text(before)));
  return make("li", { className: "mod" }, kind("changed"), " ", name, " ", make("del", {}, text(before)), " → ", make("ins", {}, text(after)));
}

const kind = (word: string) => make("b", {}, word);
const CLASS: Record<string, string> = { added: "add", removed: "del", changed: "mod" };

function changedFiles({ added, removed, changed, unknown, installed_size_change: more, files }: Comparison["files"]): Node[] {
  if (added + removed + changed + unknown === 0) return [];
  const counts = [`${counted(added, "file")} added`, `${grouped(removed)} removed`, `${grouped(changed)} changed`, ...(unknown > 0 ? [`of ${grouped(unknown)} it is not known`] : [])];
  const lines = files.map(({ change, path, size_before, size_after }) => {
    const sizes = [size_before, size_after].filter((bytes) => bytes !== null).map(size);
    return make("li", { className: CLASS[change] ?? "" }, kind(change), " ", shown(path), " ", make("span", { className: "soft" }, sizes.join(" → ")));
  });
  const installed = more === 0 ? "" : `; ${size(Math.abs(more))} ${more > 0 ? "more" : "less"} in all`;
  const rest = added + removed + changed - files.length;
  return [
    ...changes("Files", [make("li", {}, counts.join(", "), installed), ...lines]),
    ...(rest > 0 ? [make("p", { className: "soft" }, `And ${grouped(rest)} more.`)] : []),
  ];
}
