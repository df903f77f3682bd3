// Long work in slices: nothing holds the page up for longer than a frame.

/** Milliseconds of work after which the page gets its turn. */
const SLICE = 8;

const pause = () => new Promise((resume) => setTimeout(resume));

/** Visits all, with pauses; stops when it is no longer wanted. Says whether it came to the end. */
export async function sliced<T>(all: Iterable<T>, isWanted: () => boolean, visit: (one: T) => void): Promise<boolean> {
  let begun = performance.now();
  let count = 0;
  for (const one of all) {
    if (count++ % 32 === 0 && performance.now() - begun > SLICE) {
      await pause();
      if (!isWanted()) return false;
      begun = performance.now();
    }
    visit(one);
  }
  return true;
}

/** Children of an element, made as they are wanted: so many, then more on demand. */
export async function fill<T>(into: Element, all: readonly T[], step: number, isWanted: () => boolean, child: (one: T) => Node, more: (left: number, go: () => void) => Node): Promise<void> {
  const part = all.slice(0, step);
  await sliced(part, isWanted, (one) => into.append(child(one)));
  const rest = all.slice(step);
  if (rest.length === 0 || !isWanted()) return;
  const last = more(rest.length, () => {
    const before = into.children.length - 1;
    last.parentNode?.removeChild(last);
    void fill(into, rest, step, isWanted, child, more);
    // The first of those that came is where the reader goes on.
    (into.children[before]?.querySelector("a, summary, button") as HTMLElement | null)?.focus();
  });
  into.append(last);
}
