// One picture after the other. What the server has is what counts: a label that it could not write
// is not shown, and a file that somebody else has changed is loaded again.

const RESERVED = "nux";
const KEYS = [..."1234567890abcdefghijklmopqrstvwyz"].filter((key) => !RESERVED.includes(key));
let known = null, place = 0, busy = false;

const labelOf = (index) => known.items[index][1];
const nameOf = (value) => known.classes.find(([each]) => each === value)?.[1] ?? value;

function trouble(what, found) {
  at("trouble").hidden = !what;
  if (!what) return;
  text("trouble-what", what);
  text("trouble-message", found.message ?? "");
  text("trouble-hint", found.hint ?? "");
}

// ---- what is shown

function show() {
  const [file, label] = known.items[place];
  const source = `picture?file=${encodeURIComponent(file)}`;
  if (at("picture").getAttribute("src") !== source) {
    at("picture").hidden = false;
    at("none").hidden = true;
    at("picture").src = source;
  }
  at("picture").alt = `Picture ${place + 1} of ${known.items.length}: ${file}`;
  text("picture-title", `Picture ${number(place + 1)} of ${number(known.items.length)}`);
  at("file").replaceChildren(make("code", {}, file), " ",
    label ? make("strong", {}, nameOf(label)) : make("span", { class: "open-text" }, "no label yet"));
  for (const button of at("classes").children) button.setAttribute("aria-pressed", String(button.value === label));
  at("before").disabled = place === 0;
  at("next").disabled = place === known.items.length - 1;
  at("clear").disabled = !label;
  at("undo").disabled = known.undo === 0;
  showProgress();
}

function showClasses() {
  at("classes").replaceChildren(...known.classes.map(([value, name], index) => {
    const key = KEYS[index];
    const button = make("button", { type: "button", value, "aria-pressed": "false", "aria-keyshortcuts": key ?? null },
      name, key ? make("kbd", {}, key) : null);
    button.addEventListener("click", () => give(value));
    return button;
  }));
  at("other").hidden = known.column === "person";
  text("other-name", known.column === "value" ? "Value" : "Another class");
}

function showProgress() {
  const done = known.items.filter(([, label]) => label).length;
  at("progress").max = known.items.length;
  at("progress").value = done;
  text("done", `${number(done)} of ${number(known.items.length)}`);
  at("open").disabled = done === known.items.length;
  if (known.column === "value") return;
  at("counts").replaceChildren(...known.classes.map(([value, name]) => make("div", {}, make("dt", {}, name),
    make("dd", {}, number(known.items.filter(([, label]) => label === value).length)))));
}

function go(index) {
  place = Math.max(0, Math.min(known.items.length - 1, index));
  show();
}

// The next picture without a label, from here on and then from the first.
function goOpen(from) {
  const count = known.items.length;
  for (let step = 0; step < count; step++) {
    if (!labelOf((from + step) % count)) return go((from + step) % count);
  }
  return go(Math.min(from, count - 1));
}

// ---- what is written

async function load() {
  const file = known?.items[place][0];
  const answer = await fetch("state");
  const found = await answer.json();
  if (!answer.ok) {
    trouble("The folder cannot be read: nothing is written until it can", found);
    return false;
  }
  known = found;
  const again = known.items.findIndex(([each]) => each === file);
  place = again >= 0 ? again : 0;
  showClasses();
  if (again < 0) goOpen(0);
  else show();
  return true;
}

async function ask(body) {
  if (busy || !known) return null;
  busy = true;
  try {
    const answer = await fetch("label", {
      method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify({ stamp: known.stamp, ...body }),
    });
    const found = await answer.json();
    if (answer.status === 409) {
      if (await load()) trouble("Loaded again, nothing was written", { message: "labels.csv was changed elsewhere.", hint: "look at the picture, and give its label again" });
      return null;
    }
    if (!answer.ok) {
      trouble("Nothing was written", found);
      return null;
    }
    trouble("");
    return found;
  } catch {
    trouble("Nothing was written", { message: "hil label does not answer: it has ended.", hint: "start it again in the terminal" });
    return null;
  } finally {
    busy = false;
  }
}

function took(found) {
  const index = known.items.findIndex(([file]) => file === found.file);
  known.items[index][1] = found.label;
  [known.stamp, known.undo] = [found.stamp, found.undo];
  if (found.label && known.column === "label" && !known.classes.some(([value]) => value === found.label)) {
    known.classes.push([found.label, found.label]);
    showClasses();
  }
  return index;
}

async function give(label) {
  const found = await ask({ file: known.items[place][0], label });
  if (!found) return;
  const index = took(found);
  text("said", label ? `${nameOf(label)}: ${found.file}` : `no label: ${found.file}`);
  if (label && index + 1 < known.items.length) go(index + 1);
  else show();
}

async function undo() {
  const found = await ask({});
  if (!found) return;
  const index = took(found);
  text("said", `taken back: ${found.file}`);
  go(index);
}

// ---- keys

const COMMANDS = {
  ArrowLeft: () => go(place - 1), ArrowRight: () => go(place + 1), Home: () => go(0), End: () => go(known.items.length - 1),
  n: () => goOpen(place + 1), u: undo, x: () => give(""),
};

document.addEventListener("keydown", (event) => {
  if (!known || event.ctrlKey || event.metaKey || event.altKey || event.repeat) return;
  if (event.target instanceof HTMLInputElement) return;
  const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
  const command = COMMANDS[key] ?? (KEYS.includes(key) && known.classes[KEYS.indexOf(key)]
    ? () => give(known.classes[KEYS.indexOf(key)][0]) : null);
  if (!command) return;
  event.preventDefault();
  command();
});
at("other").addEventListener("submit", (event) => {
  event.preventDefault();
  const label = at("name").value.trim();
  if (!label) return;
  at("name").value = "";
  if (known.column === "label") at("name").blur();  // so that the keys are the classes' again
  give(label);
});
for (const [id, command] of [["before", COMMANDS.ArrowLeft], ["next", COMMANDS.ArrowRight], ["open", COMMANDS.n], ["undo", undo], ["clear", COMMANDS.x]]) {
  at(id).addEventListener("click", () => command());
}
at("picture").addEventListener("error", () => {
  at("picture").hidden = true;
  at("none").hidden = false;
  text("none", "This picture cannot be shown: the file is gone, or no picture.");
});
// Somebody may have edited the file while this page was behind another window.
window.addEventListener("focus", () => { if (!busy) load().catch(() => {}); });
load().catch(() => trouble("Not connected", { message: "hil label does not answer.", hint: "start it again in the terminal" }));
