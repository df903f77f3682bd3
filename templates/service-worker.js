// Keeps the files of the inspector, so that its page opens without a network too. Nothing else is kept:
// what is not named here, such as packages, goes the way it would go without this script.
"use strict";
const PAGE = new URL("./", location.href).href;
/* Other websites of this host keep theirs beside it. */
const OWN = `towpath-inspector ${PAGE} `;
const CACHE = `${OWN}{{ version }}`;
const FILES = new Map(
  {{ files|json }}.map(({ url, integrity }) => [new URL(url, PAGE).href, integrity]),
);

/** Keeps all files, or none: of a host that is being changed, they may not belong together. */
async function keep() {
  const load = async ([url, integrity]) => {
    const answer = await fetch(url, { integrity, cache: "no-cache" });
    if (!answer.ok || answer.redirected) throw new Error(`${url}: ${answer.status}`);
    return [url, answer];
  };
  const answers = await Promise.all([...FILES].map(load));
  const cache = await caches.open(CACHE);
  await Promise.all(answers.map(([url, answer]) => cache.put(url, answer)));
}

/** Forgets what earlier versions kept. */
async function forget() {
  const names = await caches.keys();
  const old = names.filter((name) => name.startsWith(OWN) && name !== CACHE);
  await Promise.all(old.map((name) => caches.delete(name)));
  await clients.claim();
}

/** The address of the file that is asked for, if it is one of these: the page is one whatever it is asked to open. */
function named({ method, mode, url }) {
  const address = new URL(url);
  address.hash = "";
  if (mode === "navigate") {
    address.search = "";
    address.pathname = address.pathname.replace(/\/index\.html$/, "/");
  }
  return method === "GET" && FILES.has(address.href) ? address.href : undefined;
}

/** The page as its host has it now, or else as it was kept; files, whose names change with their bytes, as they were kept. */
async function answer(request, name) {
  const kept = async () => (await caches.open(CACHE)).match(name);
  if (request.mode !== "navigate") return (await kept()) ?? fetch(request);
  try {
    return await fetch(request);
  } catch (error) {
    const page = await kept();
    if (page) return page;
    throw error;
  }
}

addEventListener("install", (event) => event.waitUntil(keep()));
addEventListener("activate", (event) => event.waitUntil(forget()));
addEventListener("fetch", (event) => {
  const name = named(event.request);
  if (name) event.respondWith(answer(event.request, name));
});
