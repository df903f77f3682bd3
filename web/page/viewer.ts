// Shows one file of a package: as text, as a picture, or its first bytes.
import { make, plain, shown } from "./element.js";
import type { Examination } from "./examination.js";
import { failureOf } from "./examination.js";
import type { Entry } from "./file-tree.js";
import { facts } from "./metadata.js";
import { sliced } from "./slices.js";
import { saved } from "./take-away.js";
import { follow } from "./views.js";
import { grouped, size } from "./words.js";

/** Bytes of a text that are shown. */
const TEXT = 500_000;
/** Bytes of anything else. */
const HEX = 1024;
/** Bytes of a file that can be saved: it passes through memory. */
const SAVED = 256_000_000;
/** Pixels of a picture that is drawn. */
const PIXELS = 16_000_000;
/** Characters of a piece of text, about; the browser leaves out pieces that are not in view. */
const PIECE = 2000;

/** The path of the file that the address asks for. */
function askedFor(): string | undefined {
  const path = /^#files\/(.+)$/.exec(location.hash)?.[1];
  try {
    return path && decodeURIComponent(path);
  } catch {
    return undefined;
  }
}

/** The viewer beside the tree. */
export class Viewer {
  readonly element = make("article", { className: "viewer", hidden: true, "aria-label": "File" });
  readonly #examination: Examination;
  readonly #entry: (path: string) => Entry | undefined;
  #path: string | undefined;
  #picture = "";
  #reading = new AbortController();

  constructor(examination: Examination, entry: (path: string) => Entry | undefined, gone: AbortSignal) {
    this.#examination = examination;
    this.#entry = entry;
    addEventListener("hashchange", () => this.#show(askedFor(), true), { signal: gone });
    gone.addEventListener("abort", () => {
      this.#reading.abort();
      URL.revokeObjectURL(this.#picture);
    });
    // It has to be in the page first. Nobody has asked for it just now: the focus stays where it is.
    queueMicrotask(() => this.#show(askedFor(), false));
  }

  async #show(path: string | undefined, takesFocus: boolean): Promise<void> {
    if (path === this.#path) return;
    this.#path = path;
    // What is no longer wanted would hold up what is.
    this.#reading.abort();
    this.#reading = new AbortController();
    this.element.hidden = !path;
    URL.revokeObjectURL(this.#picture);
    if (!path) return;
    const heading = make("h3", { tabIndex: -1 }, shown(path));
    const save = make("button", { type: "button" }, "Save");
    const close = make("a", { href: "#files" }, "Close");
    const status = make("p", { className: "soft", role: "status" }, "Being read.");
    const head = make("div", { className: "head" }, heading, save, close);
    const content = make("div", { className: "content" });
    this.element.replaceChildren(head, status, content);
    const link = document.activeElement;
    close.addEventListener("click", follow);
    close.addEventListener("click", () => setTimeout(() => link instanceof HTMLElement && link.focus()));
    if (takesFocus) {
      heading.focus({ preventScroll: true });
      head.scrollIntoView({ block: "nearest" });
    }
    save.addEventListener("click", () => this.#save(path, status));
    await this.#read(path, status, content, this.#reading.signal);
  }

  async #read(path: string, status: HTMLElement, content: HTMLElement, signal: AbortSignal): Promise<void> {
    try {
      const pkg = await this.#examination.package;
      const { bytes, truncated, followed, path: at } = await pkg.readMember(path, { maxBytes: TEXT, signal });
      if (signal.aborted) return;
      const entry = this.#entry(at) ?? this.#entry(path);
      const sizes = entry?.size ?? (truncated ? null : bytes.length);
      status.textContent = [sizes === null ? "" : size(sizes), followed ? `a link to ${shown(at)}` : ""].filter(Boolean).join(", ");
      if (entry?.sha256) content.append(facts([["SHA256", make("code", {}, shown(entry.sha256, 80))]]));
      await this.#draw(bytes, truncated, content, () => !signal.aborted);
    } catch (error) {
      if (!signal.aborted) status.textContent = `It could not be read: ${shown(failureOf(error).message, 2000)}`;
    }
  }

  async #draw(bytes: Uint8Array, truncated: boolean, content: HTMLElement, isWanted: () => boolean): Promise<void> {
    if (bytes.length === 0) content.append(make("p", { className: "none" }, "It is empty."));
    else if (isPicture(bytes) && !truncated) {
      this.#picture = URL.createObjectURL(new Blob([bytes as BlobPart], { type: "image/png" }));
      content.append(make("img", { src: this.#picture, alt: "The picture" }));
    } else {
      const text = textOf(bytes, truncated);
      if (text === undefined) content.append(...dump(bytes));
      else await drawText(text, truncated, content, isWanted);
    }
  }

  async #save(path: string, status: HTMLElement): Promise<void> {
    const before = status.textContent;
    status.textContent = "Being read.";
    try {
      const pkg = await this.#examination.package;
      const { bytes, truncated } = await pkg.readMember(path, { maxBytes: SAVED });
      status.textContent = truncated ? `It is too large to be saved from here: more than ${size(SAVED)}.` : before;
      if (!truncated) saved(path.slice(path.lastIndexOf("/") + 1), "application/octet-stream", bytes as BlobPart);
    } catch (error) {
      status.textContent = `It could not be read: ${shown(failureOf(error).message, 2000)}`;
    }
  }
}

/** Whether it is a PNG of a sane size. Of pictures that say what else to fetch or run, none is drawn. */
function isPicture(bytes: Uint8Array): boolean {
  if (bytes.length < 24 || ![0x89, 0x50, 0x4e, 0x47].every((byte, index) => bytes[index] === byte)) return false;
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  return view.getUint32(16) * view.getUint32(20) <= PIXELS;
}

/** The text that bytes are, if they are one. */
function textOf(bytes: Uint8Array, truncated: boolean): string | undefined {
  if (bytes.subarray(0, 8192).includes(0)) return undefined;
  try {
    // A character may be cut at the end.
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes, { stream: truncated });
  } catch {
    return undefined;
  }
}

async function drawText(text: string, truncated: boolean, content: HTMLElement, isWanted: () => boolean): Promise<void> {
  const box = make("div", { className: "code", tabIndex: 0, role: "region", "aria-label": "Text" });
  const wrap = make("input", { type: "checkbox", id: "wrap" });
  wrap.addEventListener("change", () => box.classList.toggle("wrap", wrap.checked));
  content.append(make("p", { className: "wrapping" }, wrap, " ", make("label", { htmlFor: "wrap" }, "Wrap long lines")), box);
  if (truncated) content.append(make("p", { className: "soft" }, `These are its first ${size(TEXT)}.`));
  let line = 1;
  await sliced(pieces(text), isWanted, (piece) => {
    const lines = piece.split("\n").length - (piece.endsWith("\n") ? 1 : 0);
    const numbers = Array.from({ length: lines }, (_, index) => line + index).join("\n");
    line += piece.endsWith("\n") ? lines : lines - 1;
    box.append(make("div", {}, make("span", { className: "numbers", "aria-hidden": "true" }, numbers), make("span", { className: "lines" }, plain(piece))));
  });
}

/** A text in pieces, cut at ends of lines if those are not too long. */
function* pieces(text: string): Generator<string> {
  for (let from = 0; from < text.length; ) {
    const end = text.indexOf("\n", from + PIECE);
    const to = end < 0 || end > from + 2 * PIECE ? from + 2 * PIECE : end + 1;
    yield text.slice(from, to);
    from = to;
  }
}

/** The first bytes as numbers and letters. */
function dump(bytes: Uint8Array): Node[] {
  const rows: string[] = [];
  for (let from = 0; from < Math.min(bytes.length, HEX); from += 16) {
    const part = [...bytes.subarray(from, Math.min(from + 16, HEX))];
    const numbers = part.map((byte) => byte.toString(16).padStart(2, "0")).join(" ");
    const letters = part.map((byte) => (byte > 31 && byte < 127 ? String.fromCharCode(byte) : "·")).join("");
    rows.push(`${from.toString(16).padStart(4, "0")}  ${numbers.padEnd(48)} ${letters}`);
  }
  const what = bytes.length > HEX ? `It is no text. Its first ${grouped(HEX)} bytes:` : "It is no text. Its bytes:";
  return [make("p", { className: "soft" }, what), make("div", { className: "code", tabIndex: 0, role: "region", "aria-label": "Bytes" }, make("div", {}, make("span", { className: "lines" }, rows.join("\n"))))];
}
