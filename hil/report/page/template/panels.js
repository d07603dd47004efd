// The four pictures of an image: photo, board's map, oracle's map, difference.

function crosshair([x, y], unit) {
  const near = 2.5 * unit, far = 6.5 * unit;
  const path = `M${x} ${y - far}V${y - near}M${x} ${y + near}V${y + far}M${x - far} ${y}H${x - near}M${x + near} ${y}H${x + far}`;
  return [draw("path", { class: "shadow", d: path }), draw("path", { class: "board", d: path })];
}

function ring([x, y], unit) {
  const circle = (kind) => draw("circle", { class: kind, cx: x, cy: y, r: 7.5 * unit });
  return [circle("shadow"), circle("oracle")];
}

function marks(image, { board, oracle, truth }) {
  const [width, height] = image.size;
  const unit = Math.max(width, height) / 96;
  const svg = draw("svg", { class: "marks", viewBox: `0 0 ${width} ${height}`, "aria-hidden": "true" });
  if (truth) {
    for (const [x0, y0, x1, y1] of image.boxes) {
      svg.append(draw("rect", {
        class: "truth", x: x0 * width + unit, y: y0 * height + unit,
        width: Math.max((x1 - x0) * width - 2 * unit, unit), height: Math.max((y1 - y0) * height - 2 * unit, unit),
      }));
    }
  }
  if (oracle && image.oracle.at) svg.append(...ring(image.oracle.at, unit));
  if (board && image.board.at) svg.append(...crosshair(image.board.at, unit));
  return svg;
}

function hottest(grid) {
  const [, high] = range(grid);
  const row = grid.findIndex((cells) => cells.includes(high));
  return `highest in row ${row}, column ${grid[row].indexOf(high)}`;
}

function alt(image, kind) {
  const { board, oracle } = image;
  if (kind === "photo") {
    const people = image.person === null ? "" : image.person ? ", a person is in it" : ", no person is in it";
    return `${image.name}: the photograph as the board got it${people}; location of the board: ${board.place}, of the oracle: ${oracle.place}`;
  }
  if (kind === "board") return board.cam ? `Map of the board, ${hottest(board.cam)}` : "The board sent no map";
  if (kind === "oracle") return `Map of the oracle, ${hottest(oracle.cam)}`;
  const [, differing, elements, most] = image.tensors.find(([name]) => name === "map");
  if (differing === null) return "The maps cannot be compared";
  return differing ? `${differing} of ${elements} cells differ, by up to ${number(most)}` : "The maps are identical";
}

function caption(image, kind) {
  if (kind !== "difference") return kind;
  const [, differing, , most] = image.tensors.find(([name]) => name === "map");
  return differing === null ? "difference" : differing ? `\u00b1${number(most)}` : "identical";
}

function panel(image, photo, kind, { scale, blend, describe }) {
  const [width, height] = image.size;
  const figure = make("figure", { class: "panel", style: `--shape: ${width} / ${height}` });
  const canvas = make("canvas", { width: width * scale, height: height * scale });
  if (describe) {
    canvas.setAttribute("role", "img");
    canvas.setAttribute("aria-label", alt(image, kind));
  }
  const [, differing] = image.tensors.find(([name]) => name === "map");
  if (kind === "photo") paintPhoto(canvas, photo);
  else if (kind === "oracle") paintHeat(canvas, photo, image.oracle.cam, blend);
  else if (kind === "board" && image.board.cam) paintHeat(canvas, photo, image.board.cam, blend);
  else if (kind === "difference" && differing) paintDifference(canvas, image.board.cam, image.oracle.cam);
  else {
    const empty = kind === "board" ? "no map sent" : differing === 0 ? "=" : "not comparable";
    figure.append(make("span", { class: differing === 0 ? "none same" : "none" }, empty));
    figure.append(make("figcaption", {}, caption(image, kind)));
    return figure;
  }
  figure.append(canvas);
  if (kind !== "difference") {
    figure.append(marks(image, { board: kind !== "oracle", oracle: kind !== "board", truth: kind === "photo" }));
  }
  figure.append(make("figcaption", {}, caption(image, kind)));
  return figure;
}

async function panels(image, options) {
  const photo = new Image();
  photo.src = `data:image/png;base64,${image.png}`;
  await photo.decode();
  return ["photo", "board", "oracle", "difference"].map((kind) => panel(image, photo, kind, options));
}
