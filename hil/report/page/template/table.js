// Tables that can be sorted: the name of each column becomes a button. Without it they stand as they are.

for (const table of document.querySelectorAll("table.sorted")) {
  const rows = [...table.tBodies[0].rows];
  const heads = [...table.tHead.rows[0].cells];
  const value = (row, column) => {
    const { dataset, textContent } = row.cells[column];
    return "order" in dataset ? Number(dataset.order) : textContent.trim();
  };
  const compare = (a, b) => (typeof a === "number" ? a - b : a.localeCompare(b, "en", { numeric: true }));
  heads.forEach((head, column) => {
    const button = document.createElement("button");
    button.type = "button";
    button.append(...head.childNodes);
    head.append(button);
    button.addEventListener("click", () => {
      const down = head.getAttribute("aria-sort") === "ascending";
      for (const other of heads) other.removeAttribute("aria-sort");
      head.setAttribute("aria-sort", down ? "descending" : "ascending");
      const sorted = [...rows].sort((a, b) => compare(value(a, column), value(b, column)));
      table.tBodies[0].append(...(down ? sorted.reverse() : sorted));
    });
  });
}
for (const hint of document.querySelectorAll(".needs-script")) hint.hidden = false;
