// The newest frame, drawn; the next one is asked for when that is done, so that a slow browser
// misses frames and never lets them queue up.

const { paced } = json("settings");
const SCALE = 4, WINDOW_S = 120, LINES = 4, BARS = 8, SPARING_MS = 5000;
const known = { session: null, version: 0, number: 0 };
let points = [], moment = null, photo = null, paused = false, heat = true;
let saidLast = "", saidAt = 0;

const milli = (seconds) => `${(seconds * 1000).toFixed(1)} ms`;
const micro = (us) => (us < 1000 ? `${us} \u00b5s` : milli(us / 1e6));
const rate = (value) => (value >= 10 ? value.toFixed(0) : value.toFixed(1));

function valueText(value, unit) {
  if (value === null) return "no number";
  if (unit === "%") return `${value.toFixed(1)} %`;
  return Number.isInteger(value) ? number(value) : value.toPrecision(5);
}

function pairs(id, rows) {
  at(id).replaceChildren(...rows.filter((row) => row).map(
    ([name, value]) => make("div", {}, make("dt", {}, name), make("dd", {}, value))));
}

// ---- the picture

function drawPicture() {
  const canvas = at("picture");
  if (canvas.width !== moment.columns * SCALE || canvas.height !== moment.rows * SCALE) {
    canvas.width = moment.columns * SCALE;
    canvas.height = moment.rows * SCALE;
    canvas.style.aspectRatio = `${moment.columns} / ${moment.rows}`;
  }
  const context = paintPhoto(canvas, photo);
  const [left, top, width, height] = moment.region.map((value) => value * SCALE);
  if (heat && moment.map) {
    const part = Object.assign(document.createElement("canvas"), { width: width / SCALE, height: height / SCALE });
    part.getContext("2d").drawImage(photo, -left / SCALE, -top / SCALE);
    const layer = Object.assign(document.createElement("canvas"), { width: width / 2, height: height / 2 });
    paintHeat(layer, part, moment.map, true);
    context.imageSmoothingEnabled = true;
    context.drawImage(layer, left, top, width, height);
  }
  context.fillStyle = "rgb(0 0 0 / 55%)";  // what the network does not see
  context.beginPath();
  context.rect(0, 0, canvas.width, canvas.height);
  context.rect(left, top, width, height);
  context.fill("evenodd");
  if (moment.location) {
    const [rows, columns] = moment.size;
    cross(context, left + (moment.location[0] * width) / columns, top + (moment.location[1] * height) / rows);
  }
}

// Four arms that leave the middle open, as in the report's pictures.
function cross(context, x, y) {
  for (const [colour, size] of [["#000", 6], ["#fff", 2.5]]) {
    context.strokeStyle = colour;
    context.lineWidth = size;
    context.beginPath();
    for (const [dx, dy] of [[1, 0], [-1, 0], [0, 1], [0, -1]]) {
      context.moveTo(x + dx * 7, y + dy * 7);
      context.lineTo(x + dx * 18, y + dy * 18);
    }
    context.stroke();
  }
}

// ---- the answer

function decided() {
  const { names, values, unit, decision } = moment;
  const which = decision === null ? 0 : decision;
  return names.length ? `${names[which]} ${valueText(values[which], unit)}` : "no answer";
}

function drawAnswer() {
  const { names, values, unit, decision, positive, threshold } = moment;
  text("decision", decided());
  text("where", moment.location ? `at (${moment.location.join(", ")}) of ${moment.size[1]}\u00d7${moment.size[0]} pixels`
    : moment.nowhere ? `no place: ${moment.nowhere}` : "");
  const order = names.map((_, index) => index);
  if (order.length > BARS) order.sort((a, b) => values[b] - values[a]);
  at("bars").replaceChildren(...order.slice(0, BARS).map((index) => {
    const needs = index === positive && threshold !== null;
    const bar = make("dd", { class: needs ? "bar needs" : "bar", "aria-hidden": "true", title: needs ? `threshold ${threshold} %` : null });
    bar.style.setProperty("--s", unit === "%" ? values[index] : 0);
    bar.style.setProperty("--t", threshold ?? 0);
    if (unit !== "%") bar.style.visibility = "hidden";
    return make("div", {}, make("dt", { class: index === decision ? "chosen" : null, title: names[index] }, names[index]),
      bar, make("dd", { class: "number" }, valueText(values[index], unit)));
  }));
  const now = performance.now(), said = decision === null ? "" : names[decision];
  if (said && said !== saidLast && now - saidAt > SPARING_MS) {
    [saidLast, saidAt] = [said, now];
    text("said", decided());
  }
}

// ---- over time

function drawChart() {
  const last = points[points.length - 1];
  const seen = points.filter((point) => last[1] - point[1] <= WINDOW_S);
  const { names, unit, positive, threshold } = moment;
  const mean = (index) => seen.reduce((sum, point) => sum + (point[2][index] ?? 0), 0);
  let lines = names.map((_, index) => index);
  if (unit === "%" && positive !== null) lines = [positive];
  else if (lines.length > LINES) lines = lines.sort((a, b) => mean(b) - mean(a)).slice(0, LINES).sort((a, b) => a - b);
  const values = seen.flatMap((point) => lines.map((index) => point[2][index])).filter((value) => value !== null);
  let [low, high] = unit === "%" ? [0, 100] : [Math.min(...values), Math.max(...values)];
  if (!(high > low)) [low, high] = [(low || 0) - 1, (high || 0) + 1];
  const y = (value) => 100 - (100 * (value - low)) / (high - low);
  const span = Math.max(10, Math.min(WINDOW_S, last[1] - seen[0][1]));
  const marks = lines.map((index, line) => draw("polyline", {
    class: `line-${line}`,
    points: seen.filter((point) => point[2][index] !== null)
      .map((point) => `${(1000 * (1 - (last[1] - point[1]) / span)).toFixed(1)},${y(point[2][index]).toFixed(2)}`).join(" "),
  }));
  const limit = threshold !== null && (unit !== "%" || positive !== null) && threshold >= low && threshold <= high;
  if (limit) marks.unshift(draw("line", { x1: 0, x2: 1000, y1: y(threshold), y2: y(threshold) }));
  at("chart").replaceChildren(...marks);
  text("high", unit === "%" ? "100 %" : `${valueText(low, "")} to ${valueText(high, "")}`);
  text("earliest", `${Math.round(span)} s ago`);
  text("count", `${number(last[0])} frames`);
  at("series").replaceChildren(
    ...lines.map((index, line) => make("span", { class: `line-${line}` }, make("i"), make("b", {}, names[index]))),
    ...(limit ? [make("span", {}, make("i", { class: "dash" }), `threshold ${threshold}${unit && ` ${unit}`}`)] : []));
}

// ---- figures

function drawFigures() {
  const m = moment, recent = points.slice(-25);
  const invokes = recent.map((point) => point[3]).sort((a, b) => a - b);
  const spanS = recent.length > 1 ? recent[recent.length - 1][1] - recent[0][1] : 0;
  pairs("latency-pairs", [
    ["network", `${micro(m.invokeUs)}, median ${micro(invokes[invokes.length >> 1])}`],
    ["from frame to input", micro(m.preprocessUs)],
    m.map ? ["map", micro(m.camUs)] : null,
    ["frame to the host", milli(m.transferS)],
    ["answer to the host", milli(m.answerS)],
    spanS ? ["shown", `${rate((recent.length - 1) / spanS)} frames a second`] : null,
  ]);
  const kib = (bytes) => `${number(Math.round(bytes / 102.4) / 10)} KiB`;
  const used = m.arenaUsedBytes === null ? "not told" : `${kib(m.arenaUsedBytes)} of ${kib(m.arenaBytes)}`;
  pairs("memory-pairs", [
    ["arena", used],
    m.bufferBytes === null ? null : ["buffers", kib(m.bufferBytes)],
    m.staticBytes === null ? null : ["all else, static", kib(m.staticBytes)],
    m.heap ? ["heap free", `${kib(m.heap[0])}, never less than ${kib(m.heap[1])}`] : null,
    m.psram ? ["PSRAM free", `${kib(m.psram[0])}, never less than ${kib(m.psram[1])}`] : null,
    ...m.stacks.map(([task, unused]) => [`stack of ${task}`, `${number(unused)} bytes never used`]),
  ]);
  pairs("link-pairs", [
    ["rate", `${number(m.baud)} baud`],
    ["one frame", `${number(m.frameBytes)} bytes on the line`],
    m.roundTripS === null ? null : ["round trip", milli(m.roundTripS)],
    ["damaged", `${number(m.damaged)} frames of the link`],
    ["sent again", `${number(m.retransmitted)}`],
  ]);
  text("allows", `${number(m.baud)} baud allow at most ${rate(1 / m.lineS)} frames a second`
    + (paced ? "." : "; the simulated line is faster than a UART (--sim-pacing makes it one)."));
}

// ---- state

const STATES = {
  starting: ["starting", ""], running: ["running", "good"], lost: ["no frames", "bad"], ended: ["ended", "bad"],
  gone: ["not connected", "bad"],
};
const GONE = { message: "hil live does not answer: it has ended, or this machine is busy.", hint: "start it again in the terminal; this page goes on by itself", where: "" };
const WHAT = { lost: "No frames at the moment: it is tried again", ended: "hil live has ended", gone: "Not connected" };

function showState(state, trouble) {
  const [name, tone] = STATES[state];
  text("state", name);
  at("state").className = `chip ${tone}`;
  at("trouble").hidden = !trouble && state !== "ended" && state !== "gone";
  if (at("trouble").hidden) return;
  text("trouble-what", WHAT[state] ?? "Trouble");
  text("trouble-message", trouble ? trouble.message + (trouble.where ? ` (${trouble.where})` : "") : "");
  text("trouble-hint", trouble?.hint ?? "");
}

async function drawMoment(next) {
  const picture = new Image();
  picture.src = next.picture;
  await picture.decode();
  [moment, photo] = [next, picture];
  drawPicture();
  drawAnswer();
  drawChart();
  drawFigures();
  const whole = next.region[2] === next.columns && next.region[3] === next.rows;
  text("caption", `Frame ${number(next.number)}, ${next.columns}\u00d7${next.rows} pixels; the network sees ${whole ? "all of it" : "the bright part"}.`);
}

async function look() {
  const answer = await fetch(`look?version=${known.version}&number=${known.number}`);
  if (!answer.ok) throw new Error(answer.statusText);
  const found = await answer.json();
  if (known.session !== null && found.session !== known.session) location.reload();
  [known.session, known.version] = [found.session, found.version];
  points = points.concat(found.points).slice(-1500);
  showState(found.state, found.trouble);
  if (found.moment && found.moment.number !== known.number) {
    known.number = found.moment.number;
    await drawMoment(found.moment);
  }
  return found.state;
}

const wait = (ms) => new Promise((done) => setTimeout(done, ms));
const visible = () => new Promise((done) => document.addEventListener("visibilitychange", done, { once: true }));

async function go() {
  let ended = false;
  for (;;) {
    while (document.hidden) await visible();  // nobody looks: nothing is asked for
    if (paused) { await wait(100); continue; }
    try {
      ended = (await look()) === "ended";
      if (ended) await wait(1000);
    } catch {
      if (!ended) showState("gone", GONE);
      await wait(1000);
    }
  }
}

function toggle(id, change) {
  const button = at(id);
  if (!button) return () => {};
  const press = () => {
    const on = button.getAttribute("aria-pressed") !== "true";
    button.setAttribute("aria-pressed", String(on));
    change(on);
  };
  button.addEventListener("click", press);
  return press;
}

const KEYS = {
  m: toggle("heat", (on) => { heat = on; if (moment) drawPicture(); }),
  p: toggle("pause", (on) => { paused = on; }),
};
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.repeat) return;
  KEYS[event.key.toLowerCase()]?.();
});
go();
