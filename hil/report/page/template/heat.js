// Maps as pictures: bilinear between the cells' centres, as the harness draws them elsewhere.

const table = Uint8Array.from(atob(json("settings").inferno), (c) => c.charCodeAt(0));

function range(grid) {
  const all = grid.flat();
  return [Math.min(...all), Math.max(...all)];
}

// The value of a grid at a pixel of a width x height picture; beyond the outer centres it is constant.
function sampler(grid, width, height) {
  const rows = grid.length, columns = grid[0].length;
  const axis = (size, cells) => Array.from({ length: size }, (_, pixel) => {
    const at = Math.min(Math.max(((pixel + 0.5) / size) * cells - 0.5, 0), cells - 1);
    const low = Math.floor(at);
    return [low, Math.min(low + 1, cells - 1), at - low];
  });
  const xs = axis(width, columns), ys = axis(height, rows);
  return (x, y) => {
    const [c0, c1, u] = xs[x], [r0, r1, v] = ys[y];
    const top = grid[r0][c0] * (1 - u) + grid[r0][c1] * u;
    const bottom = grid[r1][c0] * (1 - u) + grid[r1][c1] * u;
    return top * (1 - v) + bottom * v;
  };
}

function paint(canvas, colourAt) {
  const { width, height } = canvas;
  const image = new ImageData(width, height);
  for (let y = 0, place = 0; y < height; y++) {
    for (let x = 0; x < width; x++, place += 4) colourAt(x, y, image.data, place);
  }
  const layer = Object.assign(document.createElement("canvas"), { width, height });
  layer.getContext("2d").putImageData(image, 0, 0);
  return layer;
}

function paintPhoto(canvas, photo) {
  const context = canvas.getContext("2d");
  context.imageSmoothingEnabled = false;
  context.globalAlpha = 1;
  context.drawImage(photo, 0, 0, canvas.width, canvas.height);
  return context;
}

// A flat map is all minimum.
function paintHeat(canvas, photo, grid, blend) {
  const context = paintPhoto(canvas, photo);
  const [low, high] = range(grid);
  const value = sampler(grid, canvas.width, canvas.height);
  const scale = high > low ? 255 / (high - low) : 0;
  const layer = paint(canvas, (x, y, data, place) => {
    const level = 3 * Math.round((value(x, y) - low) * scale);
    data[place] = table[level];
    data[place + 1] = table[level + 1];
    data[place + 2] = table[level + 2];
    data[place + 3] = 255;
  });
  context.globalAlpha = blend ? 0.7 : 1;
  context.drawImage(layer, 0, 0);
}

// Cell by cell, not interpolated: blue where the board is below the oracle, red where above.
// What is equal stays clear.
const style = getComputedStyle(document.documentElement);
const [BELOW, ABOVE] = ["--below", "--above"].map((name) => {
  const hex = style.getPropertyValue(name).trim();
  return [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16));
});

function paintDifference(canvas, board, oracle) {
  const off = board.map((row, r) => row.map((value, c) => value - oracle[r][c]));
  const most = Math.max(...off.flat().map(Math.abs));
  const rows = off.length, columns = off[0].length;
  const layer = paint(canvas, (x, y, data, place) => {
    const value = off[Math.floor((y * rows) / canvas.height)][Math.floor((x * columns) / canvas.width)];
    const colour = value < 0 ? BELOW : ABOVE;
    for (let i = 0; i < 3; i++) data[place + i] = colour[i];
    // What differs at all is to be seen.
    data[place + 3] = value ? 80 + (175 * Math.abs(value)) / most : 0;
  });
  canvas.getContext("2d").drawImage(layer, 0, 0);
}
