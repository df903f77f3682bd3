// What the tests of the package of npm call on its page.
import { ChannelRecords, Inspector, InspectorError } from "/pkg/index.js";

const inspector = await Inspector.load();
const chosen = () => [...document.querySelector("input").files];

/** The answer, or what was thrown. */
async function told(promise) {
  try {
    return await promise;
  } catch (error) {
    return { failure: error instanceof InspectorError ? error.kind : error.name, message: error.message };
  }
}

Object.assign(window, { ChannelRecords, chosen, inspector, told });
document.documentElement.dataset.ready = "";
