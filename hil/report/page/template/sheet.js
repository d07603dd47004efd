// The page of one image.

const sheet = document.getElementById("sheet");
const body = document.getElementById("sheet-body");
let wanted = null;

const tones = { passed: "good", failed: "bad", "not run": "open" };
const cell = (name, text, attributes = {}) => make(name, attributes, text === null ? "" : String(text));
const heads = (...names) => make("thead", {}, make("tr", {}, ...names.map((n) => cell("th", n, { scope: "col" }))));
const micros = (us) => (us === null ? "" : us < 1000 ? `${us} us` : us < 1e6 ? `${(us / 1000).toPrecision(3)} ms` : `${(us / 1e6).toPrecision(3)} s`);

function pairs(entries) {
  return make("dl", { class: "pairs" }, ...entries.map(([name, value]) => make("div", {}, cell("dt", name), cell("dd", value))));
}

function verdictTable(image) {
  const rows = image.verdicts.map(([check, status, measured, limit, why]) => make("tr", {},
    cell("th", check, { scope: "row" }),
    make("td", { "data-name": "verdict" }, cell("span", status, { class: `chip ${tones[status]}` })),
    cell("td", measured, { "data-name": "measured" }),
    cell("td", limit, { "data-name": "limit" }),
    cell("td", why, { class: "why", "data-name": "why" })));
  return make("table", { class: "stacks" }, heads("check", "verdict", "measured", "limit", "why"), make("tbody", {}, ...rows));
}

function tensorTable(image) {
  const rows = image.tensors.map(([name, differing, elements, most]) => make("tr", {},
    cell("th", name, { scope: "row" }),
    cell("td", differing === null ? "not comparable" : differing ? `${number(differing)} of ${number(elements)} differ` : `${number(elements)} identical`, differing ? { class: "bad-text" } : {}),
    cell("td", most === null ? "" : `${number(most)} ${name === "map" ? "units" : "LSB"}`, { class: "number" })));
  return make("table", { class: "plain" }, make("tbody", {}, ...rows));
}

function mapTable(grid, other, label) {
  const [low, high] = range(grid);
  const same = other && other.length === grid.length && other[0].length === grid[0].length;
  const rows = grid.map((cells, r) => make("tr", {}, ...cells.map((value, c) => {
    const kinds = [];
    if (same && other[r][c] !== value) kinds.push("off");
    if (value === high && high > low) kinds.push("best");
    return cell("td", number(value), { class: kinds.join(" ") || null });
  })));
  return make("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": label }, make("table", { class: "map" }, make("tbody", {}, ...rows)));
}

// Operators that differ, or that were not sent, and then the identical ones, folded.
function operators(ops) {
  const off = ops.filter(([, , same]) => !same), same = ops.filter(([, , same]) => same);
  const summary = make("summary", {}, `${same.length} operator${same.length === 1 ? "" : "s"} identical`);
  return make("div", {},
    off.length ? opTable(off) : null,
    same.length ? make("details", { class: "fold" }, summary, opTable(same)) : null);
}

function opTable(ops) {
  const most = Math.max(...ops.map(([, , , us]) => us || 0));
  const timed = most > 0;
  const rows = ops.map(([index, name, same, us]) => {
    const row = make("tr", {}, cell("td", index, { class: "number" }), cell("th", name, { scope: "row" }),
      same === null ? cell("td", "not sent", { class: "open-text" }) : same ? cell("td", "identical") : cell("td", "differs", { class: "bad-text" }));
    if (timed) {
      row.append(cell("td", micros(us), { class: "number" }), make("td", { class: "wide" },
        draw("svg", { class: "meter", viewBox: "0 0 100 10", preserveAspectRatio: "none", "aria-hidden": "true" },
          draw("rect", { width: (100 * (us || 0)) / most, height: 10 }))));
    }
    return row;
  });
  const names = ["#", "operator", "output", ...(timed ? ["time", ""] : [])];
  return make("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": "Operators" },
    make("table", { class: "ops" }, heads(...names), make("tbody", {}, ...rows)));
}

function sides(image) {
  const side = (name) => [image[name].score, image[name].place, image[name].scores.join(", ")];
  const [board, oracle] = [side("board"), side("oracle")];
  const rows = ["score", "location", "scores (int8)"].map((name, i) => make("tr", {},
    cell("th", name, { scope: "row" }),
    cell("td", board[i], board[i] === oracle[i] ? {} : { class: "bad-text" }), cell("td", oracle[i])));
  return make("table", {}, heads("", "board", "oracle"), make("tbody", {}, ...rows));
}

function facts(image) {
  const { clock } = json("settings");
  const truth = image.person === null ? "nobody said" : image.person ? `a person, ${image.boxes.length} box${image.boxes.length === 1 ? "" : "es"}` : "no person";
  const entries = [
    ["threshold", `${image.threshold} %`],
    ["truth", image.truth ? `${truth}: ${image.truth}` : truth],
    ["CRC-32", image.crc],
    ...image.times.filter(([, us]) => us).map(([name, us]) => [clock ? `${name} (${clock})` : name, micros(us)]),
  ];
  if (image.cycles !== null) entries.push(["cycles", number(image.cycles)]);
  return pairs(entries);
}

function group(title, ...content) {
  return make("div", {}, cell("h3", title), ...content);
}

async function showSheet(card, state) {
  const key = `${card.dataset.key} ${state.blend}`;
  if (sheet.open && wanted === key) return;
  wanted = key;
  const image = imageOf(card);
  document.getElementById("sheet-title").textContent = image.name;
  const around = visibleCards();
  const at = around.indexOf(card);
  document.getElementById("sheet-place").textContent = at < 0 ? image.source : `${image.source}, ${at + 1} of ${around.length}`;
  const move = { before: at > 0 ? around[at - 1] : null, after: at >= 0 ? around[at + 1] || null : null };
  for (const name of ["before", "after"]) {
    const button = document.getElementById(`sheet-${name}`);
    button.disabled = !move[name];
    button.dataset.key = move[name] ? move[name].dataset.key : "";
  }
  const pictures = await panels(image, { scale: 4, blend: state.blend === "1", describe: true });
  if (wanted !== key) return; // another one was asked for meanwhile
  const { board, oracle } = image;
  body.replaceChildren(
    make("div", { class: "panels" }, ...pictures),
    cell("h3", "Verdicts"),
    verdictTable(image),
    make("div", { class: "columns" },
      group("Answers", sides(image)),
      group("Tensors", tensorTable(image)),
      group("Facts", facts(image)),
      image.before ? group("In the other run", pairs([["score", image.before.score], ["location", image.before.place], ["inference", micros(image.before.us)], ["changed", image.before.changed || "nothing"]])) : null),
    make("div", { class: "columns" },
      board.cam ? group("Map of the board", mapTable(board.cam, oracle.cam, "Map of the board")) : null,
      group("Map of the oracle", mapTable(oracle.cam, board.cam, "Map of the oracle"))),
    cell("h3", "Operators"),
    image.ops ? operators(image.ops) : cell("p", "This image was not traced.", { class: "dim" }),
  );
  if (!sheet.open) sheet.showModal();
  sheet.scrollTop = 0;
  document.getElementById("sheet-title").focus();
}
