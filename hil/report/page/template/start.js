// Ties controls, address and page together.

let state = readState() || { ...DEFAULTS };

function apply() {
  showGrid(state);
  const card = byKey.get(state.image);
  if (card) showSheet(card, state);
  else if (sheet.open) sheet.close();
}

// `enter`: a page of its own, that "back" leaves again.
function change(news, { enter = false } = {}) {
  state = { ...state, ...news };
  history[enter ? "pushState" : "replaceState"](null, "", address(state));
  apply();
}

for (const button of document.querySelectorAll("[data-filter]")) {
  button.addEventListener("click", () => change({ filter: button.dataset.filter }));
}
document.getElementById("search").addEventListener("input", (event) => change({ q: event.target.value }));
document.getElementById("order").addEventListener("change", (event) => change({ order: event.target.value }));
document.getElementById("blend").addEventListener("change", (event) => change({ blend: event.target.checked ? "1" : "0" }));

document.getElementById("more").addEventListener("click", () => {
  const next = document.querySelector(".card.folded a");
  change({ few: "0" });
  next.focus();
});

document.addEventListener("click", (event) => {
  const link = event.target.closest('a[href^="#image="]');
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  change({ image: new URLSearchParams(link.hash.slice(1)).get("image") }, { enter: true });
});

for (const name of ["before", "after"]) {
  document.getElementById(`sheet-${name}`).addEventListener("click", (event) => change({ image: event.currentTarget.dataset.key }));
}
document.getElementById("sheet-close").addEventListener("click", () => sheet.close());
sheet.addEventListener("click", (event) => { if (event.target === sheet) sheet.close(); });
sheet.addEventListener("keydown", (event) => {
  const name = { ArrowLeft: "before", ArrowRight: "after" }[event.key];
  if (!name || event.target.closest(".scroll")) return;
  const button = document.getElementById(`sheet-${name}`);
  if (!button.disabled) button.click();
});
sheet.addEventListener("close", () => {
  const card = byKey.get(state.image);
  if (!card) return;
  change({ image: "" });
  if (!card.hidden && !card.classList.contains("folded")) card.querySelector("a").focus();
});

for (const event of ["hashchange", "popstate"]) {
  addEventListener(event, () => {
    state = readState() || { ...state, image: "" };
    apply();
  });
}
for (const card of cards) watcher.observe(card);
apply();
