// Marks the section in view.

const links = new Map([...document.querySelectorAll(".sections a")].map((link) => [link.hash.slice(1), link]));

const reader = new IntersectionObserver((entries) => {
  for (const { target, isIntersecting } of entries) {
    if (!isIntersecting) continue;
    for (const link of links.values()) link.removeAttribute("aria-current");
    links.get(target.id).setAttribute("aria-current", "true");
  }
}, { rootMargin: "-20% 0px -75% 0px" });

for (const id of links.keys()) reader.observe(document.getElementById(id));
