// The inspector page: packages come in, the first is shown at once, all are checked one after another.
import { channelOf } from "./channel.js";
import { drawChecks } from "./checks.js";
import { drawCompare } from "./compare.js";
import { drawDependencies } from "./dependencies.js";
import { make, place, shown } from "./element.js";
import { Examination, failureOf } from "./examination.js";
import type { Source } from "./examination.js";
import { drawFiles } from "./files.js";
import { listen } from "./intake.js";
import { drawMetadata } from "./metadata.js";
import { loadInspector } from "./sealed.js";
import { offerExports } from "./take-away.js";
import { counts, drawVerdict, judged, mark, summed } from "./verdict.js";
import { Views } from "./views.js";
import { grouped, size } from "./words.js";

const { dataset } = place("inspector");
const channel = channelOf(dataset);
const opened: Array<{ readonly examination: Examination; readonly item: HTMLElement; said: string }> = [];
let current: Examination | undefined;
/** Whether the reader waits for a verdict, and does nothing else meanwhile. */
let isWaiting = false;

const views = new Views({
  checks: { basis: ({ checked }) => (checked.state === "running" ? drawChecks : checked), draw: drawChecks },
  metadata: { basis: ({ inspected }) => inspected, draw: drawMetadata },
  dependencies: { basis: ({ inspected }) => inspected, draw: (examination) => drawDependencies(examination, channel) },
  files: { basis: ({ inspected }) => inspected, draw: drawFiles },
  ...(channel && { compare: { basis: ({ inspected }: Examination) => inspected, draw: (examination: Examination, gone: AbortSignal) => drawCompare(examination, channel, gone) } }),
});

const loading = loadInspector(dataset);
loading.catch((error: unknown) => tell(shown(failureOf(error).message, 1000)));

/** Says why something cannot be done, where it was asked for. */
function tell(why: string, link?: URL): void {
  const told = place("told");
  told.hidden = !why;
  told.replaceChildren(why, ...(link ? [" ", make("a", { href: link.href, rel: "noopener noreferrer nofollow" }, shown(link.href, 300))] : []));
}

/** Says something to those who do not see the page; what is not the last, at most every three seconds. */
const say = (() => {
  let last = 0;
  return (text: string, isLast = true) => {
    if (!isLast && performance.now() - last < 3000) return;
    last = performance.now();
    place("live").textContent = text;
  };
})();

function take(sources: readonly Source[]): void {
  tell("");
  document.body.classList.add("has-package");
  place<HTMLDetailsElement>("sealed").open = false;
  for (const source of sources) {
    const examination = new Examination(loading, source, channel?.url, () => update(examination));
    const item = make("button", { type: "button", onclick: () => show(examination) });
    place("opened").append(make("li", {}, item));
    opened.push({ examination, item, said: "" });
  }
  place("opened").hidden = opened.length < 2;
  const first = opened.at(-sources.length)?.examination;
  if (first) show(first);
  isWaiting = true;
}

/** Shows a package, and reads its metadata if nobody has. */
function show(examination: Examination): void {
  current = examination;
  place("package").hidden = false;
  void examination.inspect();
  for (const { examination: other } of opened) drawItem(other);
  update(examination);
}

/** More is known of a package. */
function update(examination: Examination): void {
  drawItem(examination);
  if (examination !== current) return;
  const { checked, inspected } = examination;
  drawVerdict(examination);
  views.show(examination);
  const inspection = inspected.state === "read" ? inspected.inspection : undefined;
  views.count("dependencies", inspection ? grouped(inspection.depends.length) : "");
  views.count("files", inspection ? grouped(inspection.files.length) : "");
  const all = checked.state === "done" ? Object.values(counts(checked.verification)).reduce((sum, count) => sum + count) : undefined;
  views.count("checks", all === undefined ? "" : grouped(all));
  if (checked.state === "running") {
    const { read, total } = checked.progress ?? { read: 0, total: 0 };
    if (total > 0) say(`${Math.round((100 * read) / total)} % read`, false);
  } else if (checked.state !== "waiting" && isWaiting) {
    isWaiting = false;
    place("verdict").focus({ preventScroll: true });
  } else say(`${shown(examination.name, 100)}: ${judged(checked).word}`);
}

/** The line of a package in the list of those that were opened. */
function drawItem(examination: Examination): void {
  const line = opened.find(({ examination: other }) => other === examination);
  if (!line) return;
  const judgement = judged(examination.checked);
  const found = examination.checked.state === "done" ? summed(examination.checked.verification) : "";
  const about = [found, examination.size === undefined ? "" : size(examination.size)].filter(Boolean).join(" · ");
  if (examination === current) line.item.setAttribute("aria-current", "true");
  else line.item.removeAttribute("aria-current");
  const said = `${judgement.word} ${about}`;
  if (line.said === said) return;
  line.said = said;
  line.item.replaceChildren(make("b", {}, ...mark(judgement)), make("span", { className: "path" }, shown(examination.name, 200)), make("small", {}, about));
}

// Whoever reads on does not want to be called back to the verdict.
for (const event of ["pointerdown", "keydown", "wheel"]) addEventListener(event, () => (isWaiting = false), { passive: true, capture: true });
place("cancel").addEventListener("click", () => current?.cancel());
place("check").addEventListener("click", ({ target }) => {
  if (!(target instanceof HTMLButtonElement)) return;
  current?.checkAgain();
  isWaiting = true;
});
offerExports(() => current, say);
listen(channel?.url, take, tell);
