// The channel that the page is part of: its names, and where its pages are.

/** The channel around the page. */
export interface Channel {
  /** Where its packages are. */
  readonly url: URL;
  readonly name: string;
  readonly subdirs: readonly string[];
  /** The page of a package, by its name; of the channel's packages only. Fetched once, when first asked for. */
  readonly pages: () => Promise<ReadonlyMap<string, string>>;
}

/** The channel that the page says it is part of, if it is. */
export function channelOf({ channel, channelName, subdirs }: DOMStringMap): Channel | undefined {
  if (!channel) return undefined;
  const url = new URL(channel, document.baseURI);
  // Its packages may be on another host than its pages.
  const site = new URL(document.documentElement.dataset["root"] || "./", document.baseURI);
  let pages: Promise<ReadonlyMap<string, string>> | undefined;
  return {
    url,
    name: channelName ?? "",
    subdirs: subdirs?.split(" ").filter(Boolean) ?? [],
    pages: () =>
      (pages ??= names(site).catch((error) => {
        // The next time it is asked again.
        pages = undefined;
        throw error;
      })),
  };
}

async function names(site: URL): Promise<ReadonlyMap<string, string>> {
  const response = await fetch(new URL("search/names.tsv", site));
  if (!response.ok) throw new Error(`status ${response.status}`);
  const lines = (await response.text()).split("\n").filter(Boolean);
  return new Map(
    lines.map((line) => {
      const [name = "", , folder] = line.split("\t");
      return [name, new URL(`p/${folder || folderOf(name)}/`, site).href];
    }),
  );
}

/** The folder of a package's pages, as towpath names it. */
function folderOf(name: string): string {
  let written = "";
  new TextEncoder().encode(name).forEach((byte, position) => {
    const letter = String.fromCharCode(byte);
    const isPlain = /[a-z0-9_-]/.test(letter) || (letter === "." && position > 0);
    written += isPlain ? letter : `~${byte.toString(16).padStart(2, "0")}`;
  });
  return written || "~";
}
