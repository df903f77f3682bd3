// How packages come to the page: dropped, chosen, pasted, or named by an address.
import { place, shown } from "./element.js";
import type { Source } from "./examination.js";
import { mayRead } from "./sealed.js";

/** Takes what the reader gives, and gives it to `take`; `tell` says why something cannot be taken. */
export function listen(channel: URL | undefined, take: (sources: Source[]) => void, tell: (why: string, link?: URL) => void): void {
  const input = place<HTMLInputElement>("files-input");
  const address = place<HTMLFormElement>("address");
  const field = place<HTMLInputElement>("url");
  const takeFiles = (files: Iterable<File>) => {
    const sources = [...files];
    if (sources.length > 0) take(sources);
  };
  const takeAddress = (text: string) => {
    if (!text.trim()) return;
    const url = addressed(text.trim(), channel);
    if (typeof url === "string") tell(url);
    else if (mayRead(url)) take([url]);
    else tell(`This page may read from its own site only, and not from ${shown(url.host, 80)}. Download the package, and drop it here:`, url);
  };

  input.addEventListener("change", () => {
    takeFiles(input.files ?? []);
    input.value = "";
  });
  address.addEventListener("submit", (event) => {
    event.preventDefault();
    takeAddress(field.value);
  });
  document.addEventListener("paste", ({ clipboardData, target }) => {
    const files = clipboardData?.files ?? [];
    if (files.length > 0) takeFiles(files);
    else if (!(target instanceof HTMLInputElement)) {
      const text = clipboardData?.getData("text") ?? "";
      if (/^\S+$/.test(text.trim()) && /^https?:|\.(conda|tar\.bz2)$/i.test(text.trim())) takeAddress(text);
    }
  });
  onDrop((data) => (data.files.length > 0 ? takeFiles(data.files) : takeAddress(data.getData("URL") || data.getData("text"))));

  const asked = new URLSearchParams(location.search).get("url");
  if (asked) {
    field.value = asked;
    takeAddress(asked);
  }
}

/** Anywhere on the page something can be dropped. */
function onDrop(drop: (data: DataTransfer) => void): void {
  const { classList } = document.body;
  let inside = 0;
  const end = () => {
    inside = 0;
    classList.remove("dragging");
  };
  document.addEventListener("dragenter", () => {
    inside++;
    classList.add("dragging");
  });
  document.addEventListener("dragleave", () => {
    if (--inside <= 0) end();
  });
  document.addEventListener("dragover", (event) => {
    event.preventDefault();
    if (event.dataTransfer) event.dataTransfer.dropEffect = "copy";
  });
  document.addEventListener("drop", (event) => {
    event.preventDefault();
    end();
    if (event.dataTransfer) drop(event.dataTransfer);
  });
}

/** The URL that somebody means, or what is wrong with it. */
function addressed(text: string, channel: URL | undefined): URL | string {
  const base = (channel ?? document.baseURI).toString();
  if (!URL.canParse(text, base)) return `“${shown(text, 120)}” is no address.`;
  const url = new URL(text, base);
  if (!/^https?:$/.test(url.protocol)) return `Addresses begin with https:// or http://, not with ${shown(url.protocol, 40)}`;
  if (!/\.(conda|tar\.bz2)$/i.test(url.pathname)) return `“${shown(text, 120)}” is no package: those end with .conda or .tar.bz2.`;
  return url;
}
