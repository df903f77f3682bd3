// The module and its Workers, loaded so that what they read cannot leave: the browser holds a Worker that
// is made of a blob to this page's policy, but not one that has a URL of its own.
import { Inspector, InspectorError } from "../package/src/index.js";

/** Milliseconds that the service worker is waited for. */
const REGISTERING = 5000;

/** Loads the inspector, of files that are what the page says by their SHA-256. */
export async function loadInspector({ module, moduleIntegrity, worker, workerIntegrity }: DOMStringMap): Promise<Inspector> {
  const [bytes, script] = await Promise.all([
    checked(module, moduleIntegrity).then((response) => response.arrayBuffer()),
    checked(worker, workerIntegrity).then((response) => response.text()),
    sealed(),
  ]);
  const workerUrl = URL.createObjectURL(new Blob([script], { type: "text/javascript" }));
  return Inspector.load({
    module: await WebAssembly.compile(bytes),
    worker: () => new Worker(workerUrl, { type: "module" }),
  });
}

async function checked(url = "", integrity = ""): Promise<Response> {
  try {
    const response = integrity ? await fetch(url, { integrity }) : Response.error();
    if (response.ok) return response;
  } catch {
    // The browser says no more than that.
  }
  throw new InspectorError("source", `${url} cannot be loaded, or is not what this page says it is: reload the page`);
}

/**
 * The service worker, with which the page works offline, is the only one that may come from a URL: when it
 * is registered, or cannot be, no more may.
 */
async function sealed(): Promise<void> {
  const registered = navigator.serviceWorker?.register("service-worker.js");
  // If it cannot be had, or its host does not answer, the page has to be loaded from its host each time.
  await Promise.race([Promise.resolve(registered).catch(() => undefined), new Promise((resolve) => setTimeout(resolve, REGISTERING))]);
  const policy = document.createElement("meta");
  policy.httpEquiv = "Content-Security-Policy";
  policy.content = "worker-src blob:";
  document.head.append(policy);
}

/** Whether this page may read what is at a URL, by its own policy. */
export function mayRead(url: URL): boolean {
  if (url.origin === location.origin) return true;
  const policy = document.querySelector<HTMLMetaElement>('meta[http-equiv="Content-Security-Policy"]')?.content ?? "";
  const hosts = /connect-src ([^;]*)/.exec(policy)?.[1]?.split(" ") ?? [];
  return hosts.some((host) => isWithin(url, host));
}

function isWithin(url: URL, host: string): boolean {
  if (!URL.canParse(host)) return false;
  const { origin, pathname } = new URL(host);
  return url.origin === origin && (pathname.endsWith("/") ? url.pathname.startsWith(pathname) : url.pathname === pathname);
}
