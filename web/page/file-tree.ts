// The files of a package as a tree of folders: each folder's content is made when it is opened.
import type { Inspection } from "../package/src/index.js";
import { make, shown } from "./element.js";
import { fill, sliced } from "./slices.js";
import { counted, grouped, size } from "./words.js";

/** A file of a package, or one of its `info/` folder. */
export interface Entry {
  readonly path: string;
  readonly size: number | null;
  readonly target?: string | null;
  readonly sha256?: string | null;
}

/** A folder: its folders, its files, and what is below it in all. */
interface Folder {
  readonly folders: Map<string, Folder>;
  readonly files: Array<readonly [name: string, entry: Entry]>;
  count: number;
  bytes: number;
}

/** Lines that are shown of a folder, or of what a filter finds, before somebody asks for more. */
const STEP = 300;

/** Folders within each other deeper than this are shown as one. */
const DEEPEST = 64;

/** What can be shown of a package: what it installs, and its metadata. */
export function entriesOf({ files, info }: Inspection): Entry[] {
  return [...files, ...info.map(({ path, size }) => ({ path, size }))];
}

/** Shows the files in a place: as a tree, or those whose path has a text in it. */
export class FileTree {
  readonly #into: HTMLElement;
  readonly #entries: readonly Entry[];
  #root: Promise<Folder> | undefined;
  #turn = 0;

  constructor(into: HTMLElement, entries: readonly Entry[]) {
    this.#into = into;
    this.#entries = entries;
  }

  /** Shows the tree, or what has this text in its path. Says how much that is. */
  async show(text: string): Promise<string> {
    const turn = ++this.#turn;
    const isWanted = () => turn === this.#turn && this.#into.isConnected;
    if (!text) return this.#tree(isWanted);
    const wanted = text.toLowerCase();
    const found: Entry[] = [];
    const visit = (entry: Entry) => entry.path.toLowerCase().includes(wanted) && found.push(entry);
    if (!(await sliced(this.#entries, isWanted, visit))) return "";
    const list = make("ul", { className: "tree" });
    this.#into.replaceChildren(list);
    await fill(list, found, STEP, isWanted, (entry) => leaf(entry.path, entry), more);
    return counted(found.length, "file");
  }

  async #tree(isWanted: () => boolean): Promise<string> {
    this.#root ??= folded(this.#entries);
    const root = await this.#root;
    if (!isWanted()) return "";
    this.#into.replaceChildren(opened(root, isWanted));
    return counted(root.count, "file");
  }
}

/** The tree of all paths. */
async function folded(entries: readonly Entry[]): Promise<Folder> {
  const root = folder();
  await sliced(entries, () => true, (entry) => {
    const names = entry.path.split("/");
    const last = names.length > DEEPEST ? names.splice(DEEPEST).join("/") : (names.pop() ?? "");
    let at = root;
    const pass = () => {
      at.count++;
      at.bytes += entry.target ? 0 : (entry.size ?? 0);
    };
    pass();
    for (const name of names) {
      let next = at.folders.get(name);
      if (!next) at.folders.set(name, (next = folder()));
      at = next;
      pass();
    }
    at.files.push([last, entry]);
  });
  return root;
}

const folder = (): Folder => ({ folders: new Map(), files: [], count: 0, bytes: 0 });

/** What is in a folder, as a list: folders first. */
function opened(at: Folder, isWanted: () => boolean): HTMLElement {
  const list = make("ul", { className: "tree" });
  const by = (one: readonly [string, unknown], other: readonly [string, unknown]) => (one[0] < other[0] ? -1 : 1);
  const folders = [...at.folders].sort(by).map(([name, below]) => () => closed(name, below, isWanted));
  const files = at.files.sort(by).map(([name, entry]) => () => leaf(name, entry));
  void fill(list, [...folders, ...files], STEP, isWanted, (child) => child(), more);
  return list;
}

/** A folder that can be opened. Folders that have nothing but one folder are opened with it. */
function closed(name: string, below: Folder, isWanted: () => boolean): Node {
  let path = name;
  let at = below;
  for (let [only] = at.folders; only && at.folders.size === 1 && at.files.length === 0; [only] = at.folders) {
    path += `/${only[0]}`;
    at = only[1];
  }
  const summary = make("summary", {}, make("span", { className: "path" }, `${shown(path)}/`), make("span", { className: "soft" }, `${grouped(at.count)} · ${size(at.bytes)}`));
  const details = make("details", {}, summary);
  details.addEventListener("toggle", () => details.append(opened(at, isWanted)), { once: true });
  return make("li", {}, details);
}

function leaf(name: string, { path, size: bytes, target }: Entry): Node {
  const link = make("a", { href: `#files/${encodeURIComponent(path)}`, className: "path" }, shown(name));
  return make("li", {}, link, ...(target ? [make("span", { className: "soft path" }, `→ ${shown(target)}`)] : []), make("span", { className: "soft" }, bytes === null ? "" : size(bytes)));
}

function more(left: number, go: () => void): Node {
  const button = make("button", { type: "button", onclick: go }, `Show ${grouped(Math.min(left, STEP))} of ${grouped(left)} more`);
  return make("li", {}, button);
}
