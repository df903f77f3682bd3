// Addresses as a page writes them, and as a Worker needs them.

/** A whole URL. A relative one is taken from the document, or from the script's place where there is none. */
export function absolute(url: URL | string): string {
  const base = typeof document === "undefined" ? globalThis.location?.href : document.baseURI;
  return new URL(url, base).href;
}

/** The name of the file that a URL leads to. */
export function fileNameOf({ pathname }: URL): string {
  const last = pathname.slice(pathname.lastIndexOf("/") + 1);
  try {
    return decodeURIComponent(last);
  } catch {
    return last;
  }
}
