// What can be taken along of a check: Markdown for a pull request, JSON, SARIF.
import { place } from "./element.js";
import type { Examination } from "./examination.js";

/** Makes the buttons work, for the package that is shown then. */
export function offerExports(current: () => Examination | undefined, say: (text: string) => void): void {
  const onClick = (id: string, act: (done: Done) => void) =>
    place(id).addEventListener("click", () => {
      const checked = current()?.checked;
      if (checked?.state === "done") act(checked);
    });
  const stem = () => current()?.name.replace(/\.(conda|tar\.bz2)$/i, "") ?? "package";
  onClick("json", ({ verification }) => saved(`${stem()}.json`, "application/json", text(verification.report)));
  onClick("sarif", ({ verification }) => saved(`${stem()}.sarif`, "application/sarif+json", text(verification.sarif)));
  onClick("markdown", async ({ verification: { markdown } }) => {
    try {
      await navigator.clipboard.writeText(markdown);
      say("Copied as Markdown.");
      place("markdown").textContent = "Copied";
    } catch {
      saved(`${stem()}.md`, "text/markdown", markdown);
      say("The browser does not let this page copy: it is saved as a file.");
    }
    setTimeout(() => (place("markdown").textContent = "Copy as Markdown"), 2000);
  });
}

type Done = Extract<Examination["checked"], { state: "done" }>;

const text = (value: unknown) => `${JSON.stringify(value, undefined, 2)}\n`;

/** Saves something as a file, under a name that leads nowhere else. */
export function saved(name: string, type: string, content: BlobPart): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([content], { type }));
  link.download = name.replace(/[^\w.+!-]/g, "_").slice(0, 200) || "file";
  link.click();
  // The browser has begun to read it by then.
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}
