// The files of a package: a filter, the tree, and beside it the file that was chosen.
import { make, shown } from "./element.js";
import type { Examination } from "./examination.js";
import { entriesOf, FileTree } from "./file-tree.js";
import { Viewer } from "./viewer.js";

/** Draws the files. The viewer follows the address, `#files/PATH`. */
export function drawFiles(examination: Examination, gone: AbortSignal): Node[] {
  const { inspected } = examination;
  if (inspected.state === "reading") return [make("p", { className: "none" }, "Being read.")];
  if (inspected.state === "failed") return [make("p", { className: "none" }, `They could not be listed: ${shown(inspected.failure.message, 2000)}`)];
  const { inspection } = inspected;
  const entries = entriesOf(inspection);
  const filter = make("input", { type: "search", id: "files-filter", autocomplete: "off", spellcheck: false });
  const found = make("span", { className: "soft", role: "status" });
  const box = make("div", { className: "listing" });
  const tree = new FileTree(box, entries);
  const show = async () => {
    const count = await tree.show(filter.value.trim());
    if (count) found.textContent = `${count}${filter.value.trim() ? " found" : `, as ${inspection.files_from} lists them, and info/`}`;
  };
  filter.addEventListener("input", show);
  // It has to be in the page first.
  queueMicrotask(show);

  const viewer = new Viewer(examination, (path) => entries.find((entry) => entry.path === path), gone);
  return [
    make("p", { className: "filter" }, make("label", { htmlFor: "files-filter" }, "Filter "), filter, " ", found),
    make("div", { className: "browse" }, box, viewer.element),
  ];
}
