"""What keeps a page from being read, by eye or by ear, found in a browser."""

from __future__ import annotations

from itertools import pairwise

from .chromium import Page

# WCAG 2.2: contrast of every visible text with what is behind it, 4.5, or 3 for large text.
# Backgrounds that are partly transparent are laid over each other, as the browser does.
_FAINT = """
(() => {
  const parts = (text) => {
    const found = text.match(/-?[\\d.]+(?:e-?\\d+)?/g).map(Number);
    const scale = text.startsWith("color(") ? 255 : 1;
    return [...found.slice(0, 3).map((v) => v * scale), found.length > 3 ? found[3] : 1];
  };
  const over = (top, below) => [0, 1, 2].map((i) => top[i] * top[3] + below[i] * (1 - top[3]));
  const behind = (element) => {
    if (!element) return [255, 255, 255];
    const own = parts(getComputedStyle(element).backgroundColor);
    return own[3] === 1 ? own.slice(0, 3) : over(own, behind(element.parentElement));
  };
  const light = (colour) => {
    const [r, g, b] = colour.map((v) => v / 255)
      .map((v) => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const found = new Set();
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const element = walker.currentNode.parentElement;
    const text = walker.currentNode.textContent.trim();
    if (!text || element.closest("script, svg") || !element.checkVisibility()) continue;
    const style = getComputedStyle(element), ground = behind(element);
    const colour = over(parts(style.color), ground);
    const [high, low] = [light(colour), light(ground)].sort((a, b) => b - a);
    const ratio = (high + 0.05) / (low + 0.05);
    const size = parseFloat(style.fontSize), bold = Number(style.fontWeight) >= 700;
    const least = size >= 24 || (bold && size >= 18.66) ? 3 : 4.5;
    if (ratio < least) found.add(`${element.tagName}.${element.className}: ${ratio.toFixed(2)}`);
  }
  return [...found];
})()
"""

_HEADINGS = """
[...document.querySelectorAll("h1, h2, h3, h4, h5, h6")]
  .filter((each) => each.checkVisibility()).map((each) => Number(each.tagName[1]))
"""

_NAMELESS = """
[
  ...[...document.querySelectorAll("table")]
    .filter((each) => !each.querySelector("th[scope]"))
    .map((each) => `a table without headers: ${each.className}`),
  ...[...document.querySelectorAll("thead th")]
    .filter((each) => !each.textContent.trim()).map(() => "a column without a name"),
  ...[...document.querySelectorAll("img:not([alt])")].map(() => "a picture without words"),
  ...[...document.querySelectorAll("svg")].filter((each) => !each.parentElement.closest("svg"))
    .filter((each) => !each.ariaLabel && each.getAttribute("aria-hidden") !== "true")
    .map((each) => `a drawing without words: ${each.classList}`),
]
"""


def problems(page: Page) -> list[str]:
    """Of the page that is shown, with all that unfolds unfolded; empty if it can be read."""
    page.run("document.querySelectorAll('details').forEach((each) => { each.open = true; })")
    found: list[str] = [*page.run(_FAINT), *page.run(_NAMELESS)]
    levels: list[int] = page.run(_HEADINGS)
    if levels[:1] != [1] or levels.count(1) != 1:
        found.append(f"not one title that comes first: {levels}")
    found += [
        f"a heading of level {after} below one of {before}"
        for before, after in pairwise(levels)
        if after > before + 1
    ]
    controls = ("button", "link", "searchbox", "combobox", "checkbox", "image", "img", "region")
    found += [f"a nameless {role}" for role, name in page.tree() if role in controls and not name]
    return found
