// The parts of a package, one at a time, by the address: real links, that can be shared and gone back to.
import { place } from "./element.js";
import type { Examination } from "./examination.js";

export const VIEWS = ["checks", "metadata", "dependencies", "files", "compare"] as const;

/** A part of what is shown of a package. */
export type View = (typeof VIEWS)[number];

/** How a part is drawn. */
export interface Drawing {
  /** What of an examination it shows: it is drawn anew when this is another object. */
  readonly basis: (examination: Examination) => object;
  /** Draws it; the signal says when it is no longer shown. */
  readonly draw: (examination: Examination, gone: AbortSignal) => Node[];
}

/** Goes where a link leads without scrolling there, which would move the verdict out of sight. */
export function follow(event: MouseEvent): void {
  const link = event.currentTarget;
  if (!(link instanceof HTMLAnchorElement) || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  history.pushState(null, "", link.hash);
  dispatchEvent(new HashChangeEvent("hashchange"));
}

/** The parts of the package that is shown. */
export class Views {
  readonly #drawings: Partial<Record<View, Drawing>>;
  readonly #drawn = new Map<View, { readonly basis: object; readonly gone: AbortController }>();
  #current: Examination | undefined;

  constructor(drawings: Partial<Record<View, Drawing>>) {
    this.#drawings = drawings;
    for (const view of VIEWS) {
      const link = this.#link(view);
      link?.addEventListener("click", follow);
      if (!drawings[view]) link?.remove();
    }
    addEventListener("hashchange", () => this.refresh());
  }

  /** The part that the address asks for, if it asks for one. */
  get asked(): View | undefined {
    const view = location.hash.slice(1).split("/")[0];
    return VIEWS.find((known) => known === view && this.#drawings[known]);
  }

  /** Shows another package. */
  show(examination: Examination): void {
    if (this.#current !== examination) {
      for (const { gone } of this.#drawn.values()) gone.abort();
      this.#drawn.clear();
    }
    this.#current = examination;
    this.refresh();
  }

  /** Draws the part that is shown, if there is something new to it. */
  refresh(): void {
    const examination = this.#current;
    if (!examination) return;
    const shown = this.asked ?? this.#first(examination);
    for (const view of VIEWS) {
      const link = this.#link(view);
      if (view === shown) link?.setAttribute("aria-current", "true");
      else link?.removeAttribute("aria-current");
      place(view).hidden = view !== shown;
    }
    const drawing = this.#drawings[shown];
    const basis = drawing?.basis(examination);
    const before = this.#drawn.get(shown);
    if (!drawing || !basis || before?.basis === basis) return;
    before?.gone.abort();
    const gone = new AbortController();
    this.#drawn.set(shown, { basis, gone });
    place(shown).replaceChildren(...drawing.draw(examination, gone.signal));
  }

  /** How much there is of a part. */
  count(view: View, text: string): void {
    const count = this.#link(view)?.querySelector("span");
    if (count && count.textContent !== text) count.textContent = text;
  }

  /** Where nobody has chosen: what was found, if anything was, or what the package says of itself. */
  #first({ checked }: Examination): View {
    return checked.state === "done" && checked.verification.report.findings.length > 0 ? "checks" : "metadata";
  }

  #link(view: View): HTMLAnchorElement | null {
    return document.querySelector(`.views a[href="#${view}"]`);
  }
}
