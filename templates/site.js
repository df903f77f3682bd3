"use strict";
(() => {
  const root = document.documentElement.dataset.root || "./";
  const at = (path) => new URL(root + path, location.href).href;
  const all = (selector, from = document) => [...from.querySelectorAll(selector)];
  const find = (selector, from = document) => from.querySelector(selector);

  /** An element with these properties (attributes where the name has a hyphen or is `role`) and children. */
  function make(tag, properties = {}, ...children) {
    const element = document.createElement(tag);
    for (const [name, value] of Object.entries(properties)) {
      if (name.includes("-") || name === "role") element.setAttribute(name, value);
      else element[name] = value;
    }
    element.append(...children);
    return element;
  }

  const status = make("p", { className: "hide", role: "status" });
  document.body.append(status);
  const counted = (count) => count.toLocaleString("en");

  /* Work in slices: nothing holds the page up for longer than a frame. */

  const pause = () => new Promise((resume) => setTimeout(resume));

  /** Calls `visit` with 0 to `count`, with pauses; false if it became pointless on the way. */
  async function sliced(count, visit, isWanted) {
    let begun = performance.now();
    for (let index = 0; index < count; index++) {
      if (index % 64 === 0 && performance.now() - begun > 8) {
        await pause();
        if (!isWanted()) return false;
        begun = performance.now();
      }
      visit(index);
    }
    return true;
  }

  /* The channel's address, where nobody has said it. */

  for (const place of all("span[data-channel]")) {
    if (location.protocol !== "file:") place.textContent = at("");
  }

  /* Commands and digests to take along. */

  function copied(text, element) {
    if (navigator.clipboard) return navigator.clipboard.writeText(text);
    getSelection().selectAllChildren(element);
    return document.execCommand("copy") ? Promise.resolve() : Promise.reject();
  }

  for (const code of all("pre > code, code.copy")) {
    const button = make("button", { type: "button", className: "take", textContent: "Copy" });
    button.setAttribute("aria-label", `Copy ${code.dataset.what || "the text"}`);
    button.onclick = () =>
      copied(code.textContent, code).then(
        () => {
          button.textContent = "Copied";
          status.textContent = "Copied";
          setTimeout(() => {
            button.textContent = "Copy";
            status.textContent = "";
          }, 2000);
        },
        () => (status.textContent = "The browser does not let this page copy: select the text."),
      );
    code.after(button);
  }

  /* The tool that commands are shown for is remembered. */

  try {
    const known = localStorage.getItem("tool");
    const tools = all(".tabs input");
    for (const tool of tools) {
      if (tool.id === known) tool.checked = true;
      tool.onchange = () => localStorage.setItem("tool", tool.id);
    }
  } catch {
    // Without storage the first one is shown.
  }

  /* Search: data. One line a package, in two files with the same order. */

  const names = [];
  const versions = [];
  const folders = [];
  const plain = [];
  let summaries = [];
  let plainSummaries = [];
  let tellDescribed;
  let loading;

  const lines = async (path) => {
    const answer = await fetch(at(path));
    if (!answer.ok) throw new Error(`${path}: ${answer.status}`);
    const text = await answer.text();
    return text.replace(/\n$/, "").split("\n");
  };

  function load(onSummaries) {
    loading ??= lines("search/names.tsv").then((rows) => {
      for (const row of rows) {
        if (!row) continue;
        const [name, version = "", folder = ""] = row.split("\t");
        names.push(name);
        versions.push(version);
        folders.push(folder);
        plain.push(name.toLowerCase());
      }
      const rest = () =>
        lines("search/summaries.tsv").then((rows) => {
          summaries = rows;
          plainSummaries = rows.map((row) => row.toLowerCase());
          for (const tell of waiting) tell();
        }, () => {}).then(tellDescribed);
      (window.requestIdleCallback || setTimeout)(rest);
    }).catch((error) => {
      // The next key asks again.
      loading = undefined;
      throw error;
    });
    if (onSummaries) waiting.add(onSummaries);
    return loading;
  }
  const waiting = new Set();
  /** Summaries are here, or will not come. */
  const described = new Promise((resolve) => (tellDescribed = resolve));

  /** The folder of a package's pages, in `p/`: as towpath names it. */
  function folder(name) {
    let written = "";
    new TextEncoder().encode(name).forEach((byte, position) => {
      const letter = String.fromCharCode(byte);
      const isPlain = /[a-z0-9_-]/.test(letter) || (letter === "." && position > 0);
      written += isPlain ? letter : "~" + byte.toString(16).padStart(2, "0");
    });
    return written || "~";
  }
  const page = (index) => at(`p/${folders[index] || folder(names[index])}/`);

  /* Search: order. */

  const CAP = 100;

  /** How far apart two texts are, counted up to `limit`; more than that is `limit + 1`. */
  function distance(one, other, limit) {
    if (Math.abs(one.length - other.length) > limit) return limit + 1;
    let above = Array.from({ length: other.length + 1 }, (_, index) => index);
    let higher = above;
    for (let row = 1; row <= one.length; row++) {
      const line = [row];
      let least = row;
      for (let column = 1; column <= other.length; column++) {
        const differs = one[row - 1] === other[column - 1] ? 0 : 1;
        let cost = Math.min(above[column] + 1, line[column - 1] + 1, above[column - 1] + differs);
        const isSwapped = row > 1 && column > 1 && one[row - 1] === other[column - 2] && one[row - 2] === other[column - 1];
        if (isSwapped) cost = Math.min(cost, higher[column - 2] + 1);
        line.push(cost);
        least = Math.min(least, cost);
      }
      if (least > limit) return limit + 1;
      higher = above;
      above = line;
    }
    return above[other.length];
  }

  /** 0 the name itself, 1 its start, 2 the start of a word in it, 3 inside it, 4 in the summary; 9 nowhere. */
  function rank(index, query, words) {
    const name = plain[index];
    const found = name.indexOf(query);
    if (found === 0) return name.length === query.length ? 0 : 1;
    if (found > 0) {
      for (let next = found; next > 0; next = name.indexOf(query, next + 1)) {
        if (/[^a-z0-9]/.test(name[next - 1])) return 2;
      }
      return 3;
    }
    const summary = plainSummaries[index] || "";
    return words.every((word) => name.includes(word) || summary.includes(word)) ? 4 : 9;
  }

  let latest = 0;

  /** The packages found, best first, and how many there are; nothing if another search began meanwhile. */
  async function search(text) {
    const turn = ++latest;
    const isWanted = () => turn === latest;
    const query = text.trim().toLowerCase();
    if (!query) return { hits: [], count: 0 };
    const words = query.split(/\s+/);
    const ranks = [[], [], [], [], []];
    const visit = (index) => ranks[rank(index, query, words)]?.push(index);
    if (!(await sliced(names.length, visit, isWanted))) return undefined;
    let count = ranks.reduce((sum, list) => sum + list.length, 0);
    const hits = [];
    for (const list of ranks) {
      if (hits.length >= CAP) break;
      if (list.length <= 5000) list.sort((one, other) => plain[one].length - plain[other].length || one - other);
      hits.push(...list.slice(0, CAP - hits.length));
    }
    if (count < 10 && query.length > 2) {
      const limit = query.length > 5 ? 2 : 1;
      const known = new Set(hits);
      const near = [[], [], []];
      const compare = (index) => {
        const apart = distance(query, plain[index], limit);
        if (apart <= limit && !known.has(index)) near[apart].push(index);
      };
      if (!(await sliced(names.length, compare, isWanted))) return undefined;
      const more = near.flat().slice(0, 20);
      hits.push(...more);
      count += more.length;
    }
    return { hits, count };
  }

  /* Search: the box at the top of every page. */

  const box = find(".top input[type=search]");
  const field = find("#q") || box;

  addEventListener("keydown", (event) => {
    const isTyping = event.target.closest?.("input, textarea, select, [contenteditable]");
    if (event.key === "/" && !isTyping && !event.ctrlKey && !event.metaKey && !event.altKey && field) {
      event.preventDefault();
      field.focus();
      field.select();
    }
  });

  if (box && box !== field) box.addEventListener("focus", () => load().catch(() => {}), { once: true });
  if (box && box === field) {
    const list = make("div", { id: "found", role: "listbox", hidden: true, "aria-label": "Packages" });
    box.after(list);
    box.autocomplete = "off";
    for (const [name, value] of Object.entries({
      role: "combobox",
      "aria-expanded": "false",
      "aria-controls": "found",
      "aria-autocomplete": "list",
      "aria-keyshortcuts": "/",
    })) {
      box.setAttribute(name, value);
    }
    let active = -1;
    let isDismissed = false;

    const close = () => {
      list.hidden = true;
      active = -1;
      box.setAttribute("aria-expanded", "false");
      box.removeAttribute("aria-activedescendant");
    };
    const choose = (index) => {
      const options = [...list.children];
      active = (index + options.length + 1) % (options.length + 1);
      if (active === options.length) active = -1;
      options.forEach((option, position) => option.setAttribute("aria-selected", String(position === active)));
      if (active < 0) box.removeAttribute("aria-activedescendant");
      else {
        box.setAttribute("aria-activedescendant", options[active].id);
        options[active].scrollIntoView({ block: "nearest" });
      }
    };
    const option = (href, ...children) =>
      make("a", { role: "option", tabIndex: -1, href, "aria-selected": "false" }, ...children);
    const show = async () => {
      if (!box.value.trim()) return close();
      const result = await load(improve)
        .then(() => search(box.value))
        .catch(() => undefined);
      if (!result || isDismissed || document.activeElement !== box) return;
      const options = result.hits.slice(0, 8).map((index) =>
        option(
          page(index),
          make("b", { textContent: names[index] }),
          ` ${versions[index]}`,
          make("small", { textContent: summaries[index] || "", dir: "auto" }),
        ),
      );
      const query = encodeURIComponent(box.value.trim());
      if (result.count > 8) options.push(option(at(`search/?q=${query}`), `All ${counted(result.count)} results`));
      options.forEach((made, index) => (made.id = `found-${index}`));
      list.replaceChildren(...options);
      const isEmpty = options.length === 0;
      status.textContent = isEmpty ? "No package found" : `${counted(result.count)} found`;
      if (isEmpty) return close();
      active = -1;
      box.removeAttribute("aria-activedescendant");
      list.hidden = false;
      box.setAttribute("aria-expanded", "true");
    };

    /** Summaries have come: more may be found, but nothing that somebody chose or closed is touched. */
    const improve = () => {
      if (!isDismissed && active < 0 && document.activeElement === box) show();
    };

    box.addEventListener("focus", () => load().catch(() => {}));
    box.addEventListener("input", () => {
      isDismissed = false;
      show();
    });
    box.addEventListener("blur", () => setTimeout(close, 150));
    list.addEventListener("pointerdown", (event) => event.preventDefault());
    box.addEventListener("keydown", (event) => {
      if (event.isComposing) return;
      if (event.key === "Escape" && !list.hidden) {
        event.preventDefault();
        isDismissed = true;
        close();
      } else if (event.key === "ArrowDown" || event.key === "ArrowUp") {
        event.preventDefault();
        isDismissed = false;
        if (list.hidden) show();
        else if (event.key === "ArrowDown") choose(active + 1);
        else choose(active < 0 ? list.children.length - 1 : active - 1);
      } else if (event.key === "Enter" && active >= 0) {
        event.preventDefault();
        list.children[active].click();
      }
    });
  }

  /* Search: the page of all results. */

  const results = find("#results");
  if (results && field) {
    const told = make("p", { className: "soft", role: "status" });
    const list = make("ul", { className: "cards" });
    results.append(told, list);

    const show = async () => {
      const text = field.value.trim();
      const address = text ? `?q=${encodeURIComponent(text)}` : location.pathname;
      history.replaceState(null, "", address);
      let result;
      try {
        await load(show);
        // Lines that grow would push what is read: they come with their summaries, unless these take long.
        await Promise.race([described, new Promise((resolve) => setTimeout(resolve, 800))]);
        result = await search(text);
      } catch {
        told.textContent = "The list of packages could not be loaded: look by first letter.";
        return;
      }
      if (!result) return;
      list.replaceChildren(
        ...result.hits.map((index) =>
          make(
            "li",
            {},
            make("a", { href: page(index), textContent: names[index] }),
            " ",
            make("b", { textContent: versions[index] }),
            make("p", { textContent: summaries[index] || "", dir: "auto" }),
          ),
        ),
      );
      const more = result.count - result.hits.length;
      if (!text) told.textContent = "";
      else if (!result.count) told.textContent = `No package is called so, and no summary has these words: ${text}`;
      else if (more > 0) told.textContent = `${result.hits.length} shown, ${counted(more)} more: add a letter`;
      else told.textContent = `${counted(result.count)} found`;
    };

    field.value = new URLSearchParams(location.search).get("q") || "";
    field.addEventListener("input", show);
    field.form.addEventListener("submit", (event) => {
      event.preventDefault();
      show();
    });
    show();
    if (matchMedia("(hover: hover)").matches) field.focus();
  }

  /* Long tables and lists get a filter. */

  function addFilter(before, items, label) {
    let texts;
    let turn = 0;
    const input = make("input", { type: "search", autocomplete: "off" });
    const told = make("span", { className: "soft", role: "status" });
    const narrow = async () => {
      const mine = ++turn;
      texts ??= items.map(() => undefined);
      const words = input.value.toLowerCase().split(/\s+/).filter(Boolean);
      let shown = 0;
      const visit = (index) => {
        texts[index] ??= items[index].textContent.toLowerCase();
        const isShown = words.every((word) => texts[index].includes(word));
        items[index].hidden = !isShown;
        if (isShown) shown++;
      };
      if (await sliced(items.length, visit, () => mine === turn)) {
        told.textContent = words.length ? `${counted(shown)} of ${counted(items.length)}` : "";
      }
    };
    let timer;
    input.addEventListener("input", () => {
      clearTimeout(timer);
      timer = setTimeout(narrow, 80);
    });
    before.before(make("p", { className: "filter" }, make("label", {}, `Filter ${label} `, input), " ", told));
  }

  for (const table of all("main table")) {
    const rows = all(":scope > tbody > tr", table);
    const region = table.closest("[aria-label]");
    const label = (region?.getAttribute("aria-label") || "rows").toLowerCase();
    if (rows.length > 50) addFilter(region || table, rows, label);
  }
  for (const list of all("main .groups")) {
    if (list.children.length > 50) addFilter(list, [...list.children], "names");
  }

  /* Any two versions compared, by what the package's JSON says of their builds. */

  const form = find("form#compare");
  if (form) {
    const [older, newer] = all("select", form);
    const output = find("#compared");
    let fetched;
    older.append(...all("option", newer).map((option) => option.cloneNode(true)));
    older.selectedIndex = Math.min(1, older.length - 1);
    form.hidden = false;

    /** A MatchSpec's package and what it asks of it. */
    const parts = (spec) => {
      const [, name, rest] = /^\s*(?:[^\s[\]]*::)?([^\s<>=!~;[\]]*)\s*(.*)$/s.exec(spec) || [, spec, ""];
      return [name || spec, rest.trim()];
    };
    const asked = (specs) => {
      const map = new Map();
      for (const [name, rest] of specs.map(parts)) map.set(name, map.has(name) ? `${map.get(name)}; ${rest}` : rest);
      return map;
    };
    const entry = (kind, word, name, ...rest) => make("li", { className: kind }, make("b", { textContent: word }), ` ${name} `, ...rest);
    const differences = (before, after) => {
      const entries = [];
      for (const name of [...new Set([...before.keys(), ...after.keys()])].sort()) {
        const [old, now] = [before.get(name), after.get(name)];
        if (old === undefined) entries.push(entry("add", "added", name, now));
        else if (now === undefined) entries.push(entry("del", "removed", name, make("del", { textContent: old })));
        else if (old !== now) {
          entries.push(entry("mod", "changed", name, make("del", { textContent: old || "any" }), " → ", make("ins", { textContent: now || "any" })));
        }
      }
      return entries;
    };

    /** The builds of both versions that are most alike: of the same subdir, and of the same Python. */
    const pair = (before, after) => {
      const likeness = (one, other) =>
        (one.subdir === other.subdir ? 4 : 0) +
        ((/py\d+/.exec(one.build || "") || [])[0] === (/py\d+/.exec(other.build || "") || [])[0] ? 2 : 0) +
        (one.subdir === "linux-64" ? 1 : 0);
      let best;
      for (const other of after) {
        for (const one of before) {
          const score = likeness(one, other);
          if (!best || score > best.score) best = { score, one, other };
        }
      }
      return best;
    };

    const show = async () => {
      fetched ??= fetch(form.dataset.json).then((answer) => (answer.ok ? answer.json() : Promise.reject(answer.status)));
      let data;
      try {
        data = await fetched;
      } catch {
        fetched = undefined;
        output.replaceChildren(make("p", { className: "none", textContent: "The package's JSON could not be loaded: try again." }));
        return;
      }
      const builds = (version) => {
        const line = (data.versions || []).find((known) => known.version === version);
        return (line?.builds || []).filter((build) => build.depends);
      };
      const chosen = pair(builds(older.value), builds(newer.value));
      if (!chosen) {
        const text = "The package's JSON does not say what builds of both versions depend on: open the page of a build of each.";
        output.replaceChildren(make("p", { className: "none", textContent: text }));
        return;
      }
      const { one, other } = chosen;
      const content = [
        make("p", { className: "soft", textContent: `${one.subdir}/${one.file_name} → ${other.subdir}/${other.file_name}` }),
      ];
      for (const [label, key] of [["Dependencies", "depends"], ["Constraints", "constrains"]]) {
        const entries = differences(asked(one[key] || []), asked(other[key] || []));
        if (entries.length) content.push(make("h2", { textContent: label }), make("ul", { className: "diff" }, ...entries));
      }
      if (content.length === 1) content.push(make("p", { className: "none", textContent: "They depend on the same." }));
      output.replaceChildren(...content);
    };
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      show();
    });
  }

  /* Where nothing is, the name that was looked for is searched. */

  const missing = find("#not-found");
  if (missing) {
    const [, name] = /\/p\/([^/]+)/.exec(location.pathname) || /([^/]+?)(?:\.html)?\/?$/.exec(location.pathname) || [];
    let text = name || "";
    try {
      text = decodeURIComponent(text);
    } catch {
      // As it stands, then.
    }
    if (text) {
      const link = make("a", { href: at(`search/?q=${encodeURIComponent(text)}`), textContent: `Search for ${text}` });
      missing.after(make("p", {}, link));
    }
  }
})();
