// What a package needs, and whether the channel has it.
import type { Channel } from "./channel.js";
import { make, shown } from "./element.js";
import type { Examination } from "./examination.js";
import { counted, grouped } from "./words.js";

/** Specs of a list that are shown. */
const MOST = 1000;

/** Draws the dependencies; what the channel has is marked when that is known. */
export function drawDependencies({ inspected }: Examination, channel: Channel | undefined): Node[] {
  if (inspected.state === "reading") return [make("p", { className: "none" }, "Being read.")];
  if (inspected.state === "failed") return [make("p", { className: "none" }, "They could not be read: the metadata says why.")];
  const { depends, constrains, extra_depends } = inspected.inspection;
  const note = make("p", { className: "soft" });
  const lists = [
    ...list("It needs", depends, "It needs nothing else."),
    ...(constrains.length > 0 ? list("If they are there, they have to be", constrains, "") : []),
    ...Object.entries(extra_depends).flatMap(([extra, specs]) => list(`With the extra ${shown(extra, 60)}`, specs, "Nothing more.")),
  ];
  const box = make("div", {}, ...lists, note);
  if (channel) void markKnown(box, note, channel);
  return [box];
}

function list(heading: string, specs: readonly string[], none: string): Node[] {
  if (specs.length === 0) return [make("h3", {}, heading), make("p", { className: "none" }, none)];
  const items = specs.slice(0, MOST).map((spec) => {
    const [name, rest] = parted(spec);
    return make("li", {}, make("b", { "data-name": name }, shown(name, 200)), shown(rest));
  });
  const more = specs.length > MOST ? [make("p", { className: "soft" }, `And ${grouped(specs.length - MOST)} more.`)] : [];
  return [make("h3", {}, heading), make("ul", { className: "specs" }, ...items), ...more];
}

/** The name that a spec is about, and what it says of it. */
function parted(spec: string): [name: string, rest: string] {
  const channel = /^[^\s[]*::/.exec(spec)?.[0] ?? "";
  const name = /^[^\s=<>!~[;,@]+/.exec(spec.slice(channel.length))?.[0] ?? "";
  return name && !channel ? [name, spec.slice(name.length)] : ["", spec];
}

/** Links to what the channel has, and says what it lacks. */
async function markKnown(box: HTMLElement, note: HTMLElement, channel: Channel): Promise<void> {
  let pages: ReadonlyMap<string, string>;
  try {
    pages = await channel.pages();
  } catch {
    note.textContent = "What of it the channel has is not known: its list of names could not be fetched.";
    return;
  }
  const lacking = new Set<string>();
  for (const element of box.querySelectorAll<HTMLElement>("b[data-name]")) {
    const name = element.dataset["name"] ?? "";
    const page = pages.get(name);
    if (page) element.replaceWith(make("a", { href: page }, shown(name, 200)));
    else if (name && !name.startsWith("__")) {
      lacking.add(name);
      element.parentElement?.append(" ", make("small", { className: "lacking" }, "not in this channel"));
    }
  }
  const where = channel.name ? `The channel ${shown(channel.name, 80)}` : "This channel";
  note.textContent = lacking.size > 0 ? `${where} does not have ${counted(lacking.size, "of these names", "of these names")}: they have to come from another.` : `${where} has all of these names.`;
}
