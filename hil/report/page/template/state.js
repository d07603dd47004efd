// What is shown is in the address: #filter=failed&q=boy&order=worst&image=photo:boy-left.

const DEFAULTS = { filter: "all", q: "", order: "worst", blend: "1", few: "1", image: "" };

// null for an address that names a section (#latency).
function readState() {
  const hash = location.hash.slice(1);
  if (hash && !hash.includes("=")) return null;
  return { ...DEFAULTS, ...Object.fromEntries(new URLSearchParams(hash)) };
}

function address(state) {
  const given = Object.entries(state).filter(([key, value]) => key in DEFAULTS && value !== DEFAULTS[key]);
  const query = new URLSearchParams(given).toString();
  return query ? `#${query}` : `${location.pathname}${location.search}`;
}
