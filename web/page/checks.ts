// What was found, by rule and worst first; and the rules themselves, with why and how to mend.
import type { Finding, Rule, RuleSource, Severity } from "../package/src/index.js";
import { make, out, plain, shown } from "./element.js";
import type { Examination } from "./examination.js";
import { counted, grouped } from "./words.js";

const ORDER: readonly Severity[] = ["error", "warning", "note"];

/** Findings of a rule that are shown without asking. */
const AT_FIRST = 8;

/** Draws the findings. */
export function drawChecks({ checked }: Examination): Node[] {
  if (checked.state === "failed") return [make("p", { className: "none" }, "It was not checked: above it says why.")];
  if (checked.state !== "done") return [make("p", { className: "none" }, "It has not been checked yet.")];
  const { report, channel_failure } = checked.verification;
  const byRule = new Map<string, Finding[]>();
  for (const finding of report.findings) byRule.set(finding.code, [...(byRule.get(finding.code) ?? []), finding]);
  const groups = [...byRule].map(([code, findings]) => ({ code, findings, severity: worst(findings) }));
  groups.sort((one, other) => ORDER.indexOf(one.severity) - ORDER.indexOf(other.severity));
  const asked = [...checked.rules.values()];
  return [
    ...(channel_failure ? [make("p", { className: "soft" }, `It was not compared with the channel: ${shown(channel_failure, 1000)}`)] : []),
    ...(groups.length === 0 ? [make("p", { className: "none" }, "Nothing was found.")] : []),
    ...groups.map(({ code, findings, severity }) => group(code, severity, findings, report.more?.[code] ?? {}, checked.rules.get(code))),
    ...(asked.length > 0 ? [everything(asked)] : []),
  ];
}

const worst = (findings: readonly Finding[]) => ORDER.find((severity) => findings.some((finding) => finding.severity === severity)) ?? "note";

/** All that was found by one rule. */
function group(code: string, severity: Severity, findings: readonly Finding[], more: { readonly [key in Severity]?: number }, rule: Rule | undefined): Node {
  const heading = make("h3", {}, badge(severity), " ", make("code", {}, code), " ", shown(rule?.title ?? ""));
  const items = (part: readonly Finding[]) => make("ul", { className: "found" }, ...part.map((finding) => item(finding, finding.severity === severity ? undefined : finding.severity)));
  const rest = findings.slice(AT_FIRST);
  const unlisted = Object.entries(more).map(([kind, count]) => counted(count ?? 0, `more ${kind}`, `more ${kind}s`));
  return make(
    "section",
    { className: `rule ${severity}` },
    heading,
    items(findings.slice(0, AT_FIRST)),
    ...(rest.length > 0 ? [make("details", {}, make("summary", {}, `And ${grouped(rest.length)} more`), items(rest))] : []),
    ...(unlisted.length > 0 ? [make("p", { className: "soft" }, `And ${unlisted.join(", ")}, which are not listed.`)] : []),
    ...(rule ? [make("p", { className: "mend" }, plain(rule.mend)), explained(rule)] : []),
  );
}

export function badge(severity: Severity): HTMLElement {
  return make("b", { className: `badge ${severity}` }, severity);
}

function item({ what, member, key, line, offset }: Finding, severity: Severity | undefined): Node {
  const where = [key && shown(key, 120), line && `line ${line}`, offset !== undefined && `byte ${grouped(offset)}`].filter(Boolean);
  // What a zip has is not among what can be shown.
  const isShown = member && !/^(info|pkg)-.*\.tar\.zst$|^metadata\.json$/.test(member);
  const place = member && make(isShown ? "a" : "span", isShown ? { href: `#files/${encodeURIComponent(member)}` } : {}, shown(member, 200));
  return make(
    "li",
    {},
    ...(severity ? [badge(severity), " "] : []),
    ...(place || where.length > 0 ? [make("span", { className: "where" }, ...(place ? [place] : []), `${place && where.length > 0 ? " " : ""}${where.join(" ")}`)] : []),
    make("span", {}, begun(shown(what, 1000))),
  );
}

/** As a sentence begins; quotations are left as they are. */
const begun = (text: string) => (/^[a-z]+ /.test(text) ? text.slice(0, 1).toUpperCase() + text.slice(1) : text);

/** Why a rule is there, what to do, and who says so. */
function explained(rule: Rule): Node {
  const example = (label: string, text: string) => (text ? [make("dt", {}, label), make("dd", {}, make("pre", {}, make("code", {}, plain(text))))] : []);
  return make(
    "details",
    { className: "why" },
    make("summary", {}, "Why, an example, who asks"),
    make("p", {}, plain(rule.why)),
    make("dl", {}, ...example("Instead of", rule.bad), ...example("Better", rule.good)),
    make("p", { className: "soft" }, "Asked by ", ...rule.sources.flatMap((source, index) => [...(index > 0 ? [" · "] : []), asker(source)])),
  );
}

const asker = ({ text, url }: RuleSource) => (url ? out(url, text) : shown(text));

/** What was asked, in a list that is made when somebody opens it. */
function everything(rules: readonly Rule[]): Node {
  const details = make("details", { className: "asked" }, make("summary", {}, `All ${grouped(rules.length)} rules that packages are checked by`));
  details.addEventListener("toggle", () => details.append(make("ul", { className: "plain" }, ...rules.map(({ code, title }) => make("li", {}, make("code", {}, code), ` ${title}`)))), { once: true });
  return details;
}
