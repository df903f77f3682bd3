// Elements of the page. All text of packages passes here, as text, with what would disguise it made visible.

type Made<K extends keyof HTMLElementTagNameMap> = HTMLElementTagNameMap[K];

/** What an element is given: properties, or attributes where the name has a hyphen. */
export type Properties = Readonly<Record<string, unknown>>;

/** An element with these properties and children; strings become text. */
export function make<K extends keyof HTMLElementTagNameMap>(tag: K, properties: Properties = {}, ...children: Array<Node | string>): Made<K> {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (name.includes("-")) element.setAttribute(name, String(value));
    else Object.assign(element, { [name]: value });
  }
  element.append(...children);
  return element;
}

/** The element of the page's template that has this id. */
export function place<T extends HTMLElement = HTMLElement>(id: string): T {
  const element = document.getElementById(id);
  if (!element) throw new Error(`the page has no #${id}`);
  return element as T;
}

/** A link to another site, if the URL is one of the web; else its text alone. */
export function out(url: string, text: string = url): Node {
  return isWeb(url) ? make("a", { href: url, rel: "noopener noreferrer nofollow" }, shown(text)) : document.createTextNode(shown(text));
}

/** Whether it is a whole URL of the web. */
export function isWeb(url: string): boolean {
  return /^https?:\/\//i.test(url) && URL.canParse(url);
}

/** The same condition as in the core: characters that are not seen, or turn the direction of others. */
const DISGUISE = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]/g;

const escaped = (character: string) => `\\u{${character.charCodeAt(0).toString(16)}}`;

/** Text of several lines, with what is not seen in it made visible. */
export function plain(text: string): string {
  return text.replace(DISGUISE, escaped);
}

/** Text of one line, likewise, and not longer than so many characters. */
export function shown(text: string, most = 400): string {
  const cut = text.length > most ? `${text.slice(0, most)}…` : text;
  return plain(cut).replace(/[\t\n]/g, (character) => (character === "\n" ? "\\n" : "\\t"));
}
