// The grid: filters, search, order, and pictures that are drawn when they come near the screen.

const { worst: WORST, few: FEW } = json("settings");
const grid = document.getElementById("grid");
const cards = [...grid.children];
const byKey = new Map(cards.map((card) => [card.dataset.key, card]));
let blend = true;

const FILTERS = {
  all: () => true,
  failed: (card) => card.dataset.status === "failed",
  disagreeing: (card) => card.dataset.differs === "1",
  worst: (card) => Number(card.dataset.rank) < WORST,
  changed: (card) => card.dataset.changed === "1",
  untrue: (card) => card.dataset.truth !== "" && card.dataset.truth !== "right",
};

const ORDERS = {
  run: (a, b) => a.dataset.index - b.dataset.index,
  worst: (a, b) => a.dataset.rank - b.dataset.rank,
  name: (a, b) => a.dataset.name.localeCompare(b.dataset.name, "en", { numeric: true }),
  score: (a, b) => b.dataset.score - a.dataset.score,
  slow: (a, b) => b.dataset.us - a.dataset.us,
};

const imageOf = (card) => json(`data-${card.dataset.index}`);
const visibleCards = () => [...grid.children].filter((card) => !card.hidden);

async function fill(card) {
  const place = card.querySelector(".panels");
  const pictures = await panels(imageOf(card), { scale: 1, blend, describe: false });
  if (card.dataset.near) place.replaceChildren(...pictures);
}

const watcher = new IntersectionObserver((entries) => {
  for (const { target, isIntersecting } of entries) {
    if (isIntersecting) {
      target.dataset.near = "1";
      fill(target);
    } else if (target.dataset.near) {
      // A thousand images would hold 150 MB of pixels.
      delete target.dataset.near;
      target.querySelector(".panels").replaceChildren();
    }
  }
}, { rootMargin: "400px" });

// The first of those that are shown, so that what follows is found; a button shows the others.
function showFew(few) {
  const shown = visibleCards();
  const folded = few && shown.length > FEW;
  const beyond = new Set(folded ? shown.slice(FEW) : []);
  for (const card of cards) card.classList.toggle("folded", beyond.has(card));
  const more = document.getElementById("more");
  more.hidden = !folded;
  more.textContent = `Show all ${shown.length} images`;
}

function showGrid(state) {
  const passes = FILTERS[state.filter] || FILTERS.all;
  const wanted = state.q.trim().toLowerCase();
  for (const card of cards) card.hidden = !(passes(card) && card.dataset.name.toLowerCase().includes(wanted));
  const sorted = [...cards].sort(ORDERS[state.order] || ORDERS.worst);
  if (sorted.some((card, index) => grid.children[index] !== card)) grid.append(...sorted);

  const shown = visibleCards().length;
  showFew(state.few === "1");
  document.getElementById("shown").textContent = `${shown} of ${cards.length} images`;
  document.getElementById("nothing").hidden = shown > 0;
  for (const button of document.querySelectorAll("[data-filter]")) {
    button.setAttribute("aria-pressed", String(button.dataset.filter === state.filter));
  }
  const search = document.getElementById("search");
  if (document.activeElement !== search) search.value = state.q;
  document.getElementById("order").value = state.order;
  document.getElementById("blend").checked = state.blend === "1";
  if (blend !== (state.blend === "1")) {
    blend = state.blend === "1";
    cards.filter((card) => card.dataset.near).forEach(fill);
  }
}
