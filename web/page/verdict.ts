// What is said first of a package: whether it is fit, why not, and what to do about it.
import type { Finding, Installs, Severity, Verification } from "../package/src/index.js";
import { make, out, place, shown } from "./element.js";
import { IGNORED } from "./examination.js";
import type { Checked, Examination, Failure } from "./examination.js";
import { counted, shell, size } from "./words.js";

/** How a package is judged: the look of it, and the words. */
interface Judgement {
  readonly look: "sound" | "warned" | "broken" | "busy" | "unknown";
  readonly word: string;
  readonly says: string;
  readonly first?: string;
}

const MARKS = { sound: "✓", warned: "!", broken: "✕", busy: "…", unknown: "?" };

/** The mark and the word of a judgement: never colour alone. */
export function mark({ look, word }: Pick<Judgement, "look" | "word">): Array<Node | string> {
  return [make("span", { className: `mark ${look}`, "aria-hidden": "true" }, MARKS[look]), word];
}

/** How many findings there are of each severity, those included that are not listed one by one. */
export function counts({ report }: Verification): Record<Severity, number> {
  const counts = { error: 0, warning: 0, note: 0 };
  for (const { severity } of report.findings) counts[severity]++;
  for (const more of Object.values(report.more ?? {})) {
    for (const [severity, count] of Object.entries(more ?? {})) counts[severity as Severity] += count ?? 0;
  }
  return counts;
}

/** `2 errors, 1 warning, 3 notes`, without what there is none of. */
export function summed(verification: Verification): string {
  const found = Object.entries(counts(verification)).filter(([, count]) => count > 0);
  return found.map(([severity, count]) => counted(count, severity)).join(", ");
}

/** What is said of a package, as far as it is known. */
export function judged(checked: Checked): Judgement {
  switch (checked.state) {
    case "waiting":
      return { look: "busy", word: "Waiting", says: "It is checked when those before it are." };
    case "running":
      return { look: "busy", word: "Being checked", says: "What it says of itself is below already; all of its content is being read." };
    case "offered":
      return { look: "unknown", word: "Not checked yet", says: "What it says of itself is below. To check it, all of it has to be fetched." };
    case "cancelled":
      return { look: "unknown", word: "Not checked", says: "The check was cancelled." };
    case "failed":
      return failed(checked.failure);
    case "done":
      return found(checked.verification, checked.rules);
  }
}

function failed({ kind, message }: Failure): Judgement {
  const says = shown(message.endsWith(".") ? message : `${message}.`, 2000);
  switch (kind) {
    case "internal":
      return { look: "unknown", word: "The check broke down", says: `This is our mistake, not the package's: ${says}`, first: "Please report it:" };
    case "no-ranges":
      return { look: "unknown", word: "Too large to read from its host", says, first: "Download it, then drop the file on this page:" };
    default:
      return { look: "unknown", word: "It could not be read", says };
  }
}

/** A link to what helps, if something does. */
function helped({ kind }: Failure, { source }: Examination): Array<Node | string> {
  if (kind === "internal") return [" ", out(`${place("inspector").dataset["project"]}/issues`)];
  return kind === "no-ranges" && source instanceof URL ? [" ", out(source.href)] : [];
}

function found(verification: Verification, rules: Extract<Checked, { state: "done" }>["rules"]): Judgement {
  const { report } = verification;
  const { error, warning } = counts(verification);
  const all = summed(verification);
  const worst = report.findings.find(({ severity }) => severity === (error > 0 ? "error" : "warning"));
  const mend = worst && rules.get(worst.code)?.mend;
  const first = worst && { first: `First: ${at(worst)}${sentence(worst.what)}${mend ? ` ${sentence(mend)}` : ""}` };
  if (!report.fit) return { look: "broken", word: "Not fit to be uploaded", says: `Found: ${all}.`, ...first };
  if (warning > 0) return { look: "warned", word: "Sound, with warnings", says: `It can be uploaded. Found: ${all}.`, ...first };
  const says = all ? `It is fit to be uploaded. Found: ${all}.` : "It is fit to be uploaded: nothing was found that speaks against it.";
  return { look: "sound", word: "Sound", says };
}

/** Where it was found, if in a member. */
const at = ({ member }: Finding) => (member ? `${shown(member, 120)}: ` : "");

/** With a stop, and not longer than somebody reads. */
function sentence(text: string): string {
  const cut = shown(text, 300);
  return /[.…!?]$/.test(cut) ? cut : `${cut}.`;
}

const HOW: Record<Installs["verdict"], string> = {
  same: "✓ conda and rattler install the same.",
  differently: "✕ conda and rattler do not install the same:",
  refused: "✕ Refused by conda, rattler or both:",
};

/** Draws it all: the verdict, how far the check is, and what the file is. */
export function drawVerdict(examination: Examination): void {
  const { checked, inspected } = examination;
  const judgement = judged(checked);
  place("banner").dataset["look"] = judgement.look;
  const heading = judgement.look + judgement.word;
  // What has not changed is left alone: it may have the focus, or be read aloud.
  if (place("verdict").dataset["is"] !== heading) {
    place("verdict").replaceChildren(...mark(judgement));
    place("verdict").dataset["is"] = heading;
  }
  put("verdict-name", shown(examination.name));
  put("verdict-says", judgement.says);
  put("verdict-first", judgement.first ?? "");
  if (checked.state === "failed") place("verdict-first").append(...helped(checked.failure, examination));
  drawProgress(examination);
  drawOffer(examination);

  const bytes = examination.size;
  const traffic = inspected.state === "read" ? inspected.traffic : undefined;
  const read = traffic ? ` · read ${size(traffic.bytes)} of it in ${counted(traffic.requests, "request")}` : "";
  put("size", bytes === undefined ? "…" : `${size(bytes)}${read}`);
  const report = checked.state === "done" ? checked.verification.report : undefined;
  put("sha256", report?.sha256 ?? "…");
  put("installs", report ? `${HOW[report.installs.verdict]}${"codes" in report.installs ? ` ${report.installs.codes.join(", ")}` : ""}` : "…");
  place("facts").classList.toggle("unknown", !report);
  place("exports").hidden = !report;
  put("command", `towpath verify ${shell(shown(examination.name))}${examination.channel ? ` --channel ${shell(examination.channel.href)} --ignore ${IGNORED}` : ""}`);
}

function drawProgress({ checked, size: bytes }: Examination): void {
  const isRunning = checked.state === "running" || checked.state === "waiting";
  place("progress").hidden = !isRunning;
  const bar = place<HTMLProgressElement>("bar");
  const { read, total } = (checked.state === "running" && checked.progress) || { read: 0, total: 0 };
  if (total > 0) bar.value = read / total;
  else bar.removeAttribute("value");
  // All of it is read twice: shares are what people can follow.
  put("read", total > 0 ? `${Math.round((100 * read) / total)} %${bytes ? ` of ${size(bytes)}` : ""}` : "");
}

function drawOffer({ checked, size: bytes, source }: Examination): void {
  const canCheck = checked.state === "offered" || checked.state === "cancelled" || (checked.state === "failed" && checked.failure.kind === "source");
  const row = place("check");
  row.hidden = !canCheck;
  const [button, text] = row.children;
  if (!button || !text) return;
  button.textContent = checked.state === "offered" ? "Check it" : "Check it again";
  text.textContent = checked.state === "offered" && bytes && source instanceof URL ? `fetches ${size(bytes)}` : "";
}

function put(id: string, text: string): void {
  const element = place(id);
  if (element.textContent !== text) element.textContent = text;
}
