// Documents of a channel, fetched while the module waits.
import type { ReadDocument } from "../../../pkg/wasm/towpath_inspector.js";
import { InspectorError } from "../failure.js";

/** The document at a URL: undefined if it is not there, the status if the server answers something else. */
export const readDocument: ReadDocument = (url, limit) => {
  const request = new XMLHttpRequest();
  request.open("GET", url, false);
  request.responseType = "arraybuffer";
  try {
    request.send();
  } catch {
    throw new InspectorError("source", `${url} cannot be fetched from here`);
  }
  if (request.status === 404 || request.status === 410) return undefined;
  if (request.status !== 200) return `${request.status} ${request.statusText}`.trim();
  const bytes = new Uint8Array(request.response as ArrayBuffer);
  if (bytes.length > limit) throw new InspectorError("source", `${url} has more than ${limit} bytes`);
  return bytes;
};
