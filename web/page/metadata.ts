// What a package says of itself: first what it runs, then what it is, then how it was made.
import type { ActivationKind, Build, Inspection, LinkScriptKind } from "../package/src/index.js";
import { isWeb, make, out, plain, shown } from "./element.js";
import type { Examination } from "./examination.js";
import { counted, grouped, size } from "./words.js";

/** A line of a table of facts: nothing is shown of what is not there. */
type Row = readonly [label: string, value: Node | string | null | undefined];

/** Draws the metadata. */
export function drawMetadata(examination: Examination): Node[] {
  const { inspected } = examination;
  if (inspected.state === "reading") return [make("p", { className: "none" }, "Being read.")];
  if (inspected.state === "failed") return [make("p", { className: "none" }, `Its metadata could not be read: ${shown(inspected.failure.message, 2000)}`)];
  const { inspection } = inspected;
  return [...running(inspection), ...identity(inspection), ...exported(inspection), ...built(inspection.build_info), ...oddities(inspection), raw(examination)];
}

const WHEN: Record<LinkScriptKind | ActivationKind, string> = {
  "pre-link": "before it is installed",
  "post-link": "after it was installed",
  "pre-unlink": "before it is removed",
  activate: "when its environment is activated",
  deactivate: "when its environment is deactivated",
  variables: "sets variables when its environment is activated",
};

/** What runs on the machine of whoever installs it. */
function running({ link_scripts, activation }: Inspection): Node[] {
  const all = [...link_scripts, ...activation];
  if (all.length === 0) return [];
  const lines = all.slice(0, 100).map(({ kind, path }) => make("li", {}, memberLink(path), ` ${WHEN[kind]}`));
  return [make("section", { className: "runs" }, make("h3", {}, `It runs code: ${counted(all.length, "script")}`), make("ul", { className: "plain" }, ...lines))];
}

/** A link to where a member is shown. */
export function memberLink(path: string): HTMLElement {
  return make("a", { href: `#files/${encodeURIComponent(path)}`, className: "path" }, shown(path));
}

function identity(it: Inspection): Node[] {
  const links = it.links.filter(({ url }) => isWeb(url)).flatMap(({ kind, url }, index) => [...(index > 0 ? [" · "] : []), make("span", { title: shown(url) }, out(url, kind))]);
  return [
    ...(it.summary ? [make("p", { className: "lead", dir: "auto" }, shown(it.summary, 1000))] : []),
    facts([
      ["Name", it.name],
      ["Version", it.version],
      ["Build", it.build],
      ["Build number", it.build_number === null ? null : String(it.build_number)],
      ["Subdir", it.subdir],
      ["Noarch", it.noarch],
      ["Built", it.built_at?.replace("T", " ").replace(/(:\d\d)(\.\d+)?Z$/, "$1 UTC")],
      ["Licence", [it.license, it.license_family && `(${it.license_family})`].filter(Boolean).join(" ")],
      ["Licence texts", members(it.license_files)],
      ["Links", links.length > 0 ? make("span", {}, ...links) : null],
      ["Commands", listed(it.entry_points)],
      ["Menus", members(it.menus)],
      ["Features", listed(it.features)],
      ["Tracks", listed(it.track_features)],
      ["Flags", listed(it.flags)],
      ["Format", `.${it.format}, ${grouped(it.size)} bytes`],
      ["Installs", installed(it)],
    ]),
    ...(it.description ? [make("h3", {}, "Description"), make("div", { className: "text", dir: "auto" }, plain(it.description.slice(0, 100_000)))] : []),
  ];
}

function installed({ files }: Inspection): string {
  const bytes = files.reduce((sum, file) => sum + (file.path_type === "softlink" ? 0 : (file.size ?? 0)), 0);
  return `${counted(files.length, "file")}${bytes > 0 ? `, ${size(bytes)}` : ""}`;
}

function exported({ run_exports }: Inspection): Node[] {
  if (!run_exports) return [];
  const rows = Object.entries(run_exports).map(([kind, specs]): Row => [kind.replace("_", " "), listed(specs)]);
  return [make("h3", {}, "Run exports: what is built with it will need"), facts(rows)];
}

function built(it: Build): Node[] {
  const sources = it.sources.slice(0, 50).map(({ location, revision, digest }) => {
    const rest = [revision, digest].filter(Boolean).join(", ");
    return make("li", {}, out(location), rest ? ` ${shown(rest)}` : "");
  });
  const { remote_url, sha, flow_run_id } = it.provenance ?? {};
  const rows: Row[] = [
    ["Tools", listed(it.tools.map(({ name, version }) => `${name} ${version}`))],
    ["Platform", it.platform],
    ["Channels", listed(it.channels)],
    ["Maintainers", listed(it.maintainers)],
    ["Sources", sources.length > 0 ? make("ul", { className: "plain" }, ...sources) : null],
    ["Recipe", remote_url ? make("span", {}, out(remote_url), sha ? ` ${shown(sha)}` : "") : null],
    ["Run", flow_run_id],
  ];
  return rows.some(([, value]) => value) ? [make("h3", {}, "How it was built"), facts(rows)] : [];
}

function oddities({ oddities }: Inspection): Node[] {
  if (oddities.length === 0) return [];
  return [make("h3", {}, "Odd in it"), make("ul", { className: "plain" }, ...oddities.slice(0, 100).map((text) => make("li", {}, shown(text))))];
}

/** A table of facts, of those that are known. */
export function facts(rows: readonly Row[]): HTMLElement {
  const known = rows.filter(([, value]) => value);
  return make("dl", { className: "facts" }, ...known.map(([label, value]) => make("div", {}, make("dt", {}, label), make("dd", {}, typeof value === "string" ? shown(value, 2000) : (value ?? "")))));
}

/** Texts of a list, at most two hundred of them. */
function listed(texts: readonly string[]): Node | null {
  if (texts.length === 0) return null;
  const more = texts.length > 200 ? [make("li", { className: "soft" }, `And ${grouped(texts.length - 200)} more.`)] : [];
  return make("ul", { className: "plain mono" }, ...texts.slice(0, 200).map((text) => make("li", {}, shown(text))), ...more);
}

const members = (paths: readonly string[]) => (paths.length > 0 ? make("ul", { className: "plain" }, ...paths.slice(0, 50).map((path) => make("li", {}, memberLink(path)))) : null);

/** `info/index.json` as it stands, read when somebody wants it. */
function raw(examination: Examination): Node {
  const details = make("details", { className: "raw" }, make("summary", {}, "info/index.json as it stands"));
  const read = async () => {
    const pkg = await examination.package;
    const { bytes } = await pkg.readMember("info/index.json", { maxBytes: 500_000 });
    return plain(new TextDecoder().decode(bytes));
  };
  details.addEventListener(
    "toggle",
    async () => {
      const text = await read().catch((error: Error) => `It could not be read: ${shown(error.message, 1000)}`);
      details.append(make("pre", {}, make("code", {}, text)));
    },
    { once: true },
  );
  return details;
}
