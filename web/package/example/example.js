// The least that a page does: it checks the package that is chosen, and says what was found.
import { Inspector } from "../index.js";

const [input, status, list] = ["input", "[role=status]", "ul"].map((found) => document.querySelector(found));
const inspector = await Inspector.load();

input.addEventListener("change", async () => {
  const [file] = input.files;
  list.replaceChildren();
  status.textContent = `Reading ${file.name} …`;
  try {
    const { report } = await inspector.open(file).verify({
      onProgress: ({ read, total }) => (status.textContent = `${Math.round((100 * read) / total)} %`),
    });
    status.textContent = report.fit ? `${file.name} is fit to be uploaded.` : `${file.name} is not fit to be uploaded.`;
    for (const { code, severity, member, what } of report.findings) {
      const item = document.createElement("li");
      item.textContent = `${severity} ${code}: ${member ? `${member}: ` : ""}${what}`;
      list.append(item);
    }
  } catch (error) {
    status.textContent = error.message;
  }
});
