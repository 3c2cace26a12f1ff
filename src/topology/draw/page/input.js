// What mouse, fingers and keyboard do.
// Choosing.
function pick(what, show) {
  picked = what;
  if (what && what.node !== undefined) stand(what.node);
  tell(); light();
  if (!show || !what) return;
  const about = what.node !== undefined ? [what.node] : what.edge !== undefined ? [edges[what.edge].f, edges[what.edge].t] : marks[what.mark].c;
  if (focus && about.some((i) => !focus.shown.has(i))) { focus = null; arrange(); light(); fit(); unfocusButton(); }
  if (about.length) reveal(about[0]);
}
function setFocus(i, steps) {
  focus = i === null ? null : { node: i, steps: steps || 1, shown: new Set() };
  arrange();
  if (focus) picked = { node: i };
  tell(); light(); fit(); unfocusButton();
}
const unfocusButton = () => { $("unfocus").hidden = !focus; };
function stand(i) {
  nodes[here].el.setAttribute("tabindex", "-1");
  here = i;
  nodes[i].el.setAttribute("tabindex", "0");
}

// Components and lines answer to mouse and keyboard.
nodes.forEach((n, i) => {
  const worst = n.severity ? ", " + (n.severity === "warn" ? "warning" : "error") : "";
  put(n.el, { role: "button", tabindex: "-1", "aria-label": n.name + ", " + n.below + worst }, []);
  n.el.addEventListener("focus", () => { stand(i); reveal(i); });
});
if (!isMap) edges.forEach((e, i) => {
  if (!e.el) return;
  const wide = e.el.firstElementChild.cloneNode();
  wide.setAttribute("class", "wide");
  e.el.append(wide, s("title", {}, nodes[e.f].name + " → " + nodes[e.t].name + "\n" + e.facts));
  e.el.addEventListener("click", () => { if (!moved) pick({ edge: i }); });
});
const byId = new Map(nodes.map((n, i) => [n.id, i]));
const nodeOf = (target) => { const g = target.closest && target.closest(".n[id]"); return g ? byId.get(g.id) : undefined; };

const fingers = new Map();
let moved = false, spread = 0;
svg.addEventListener("pointerdown", (ev) => { fingers.set(ev.pointerId, [ev.clientX, ev.clientY]); if (fingers.size === 1) moved = false; spread = 0; });
svg.addEventListener("pointermove", (ev) => {
  const from = fingers.get(ev.pointerId);
  if (!from) return;
  const dx = ev.clientX - from[0], dy = ev.clientY - from[1];
  if (!moved && Math.hypot(dx, dy) < 4) return;
  if (!moved) { moved = true; svg.setPointerCapture(ev.pointerId); svg.classList.add("dragged"); }
  fingers.set(ev.pointerId, [ev.clientX, ev.clientY]);
  if (fingers.size === 2) {
    const [a, b] = [...fingers.values()], d = Math.hypot(a[0] - b[0], a[1] - b[1]), { left, top } = size();
    if (spread) zoom(d / spread, (a[0] + b[0]) / 2 - left, (a[1] + b[1]) / 2 - top);
    spread = d;
  } else { tx += dx; ty += dy; move(); }
});
for (const end of ["pointerup", "pointercancel"]) svg.addEventListener(end, (ev) => { fingers.delete(ev.pointerId); spread = 0; svg.classList.remove("dragged"); });
svg.addEventListener("click", (ev) => {
  if (moved) return;
  const i = nodeOf(ev.target);
  if (i !== undefined) pick({ node: i });
  else if (!ev.target.closest(".e")) pick(null);
});
svg.addEventListener("dblclick", (ev) => { const i = nodeOf(ev.target); if (i !== undefined) setFocus(i); });
svg.addEventListener("wheel", (ev) => {
  ev.preventDefault();
  const { left, top } = size();
  zoom(Math.exp(-ev.deltaY * (ev.deltaMode ? 0.05 : 0.0016)), ev.clientX - left, ev.clientY - top);
}, { passive: false });

function toward(dx, dy) {
  const from = nodes[here];
  let best = null, least = Infinity;
  nodes.forEach((n, i) => {
    if (i === here || !shown(i)) return;
    const along = (n.x - from.x) * dx + (n.y - from.y) * dy, off = Math.abs((n.x - from.x) * dy) + Math.abs((n.y - from.y) * dx);
    if (along > 4 && along + 2 * off < least) { least = along + 2 * off; best = i; }
  });
  if (best !== null) nodes[best].el.focus({ preventScroll: true });
}
const arrows = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
document.addEventListener("keydown", (ev) => {
  if (ev.ctrlKey || ev.metaKey || ev.altKey) return;
  const typing = ev.target === $("query"), i = nodeOf(ev.target), { w, h } = size();
  if (ev.key === "Escape") {
    if (query || typing) { $("query").value = ""; search(); $("query").blur(); } else if (picked) pick(null); else if (focus) setFocus(null);
  } else if (typing) return;
  else if (ev.key === "/") { ev.preventDefault(); $("query").focus(); }
  else if (ev.key === "+" || ev.key === "=") zoom(1.3, w / 2, h / 2);
  else if (ev.key === "-") zoom(1 / 1.3, w / 2, h / 2);
  else if (ev.key === "0") fit();
  else if (ev.key === "f" && picked && picked.node !== undefined) setFocus(focus && focus.node === picked.node ? null : picked.node);
  else if (i !== undefined && (ev.key === "Enter" || ev.key === " ")) { ev.preventDefault(); pick({ node: i }); }
  else if (i !== undefined && arrows[ev.key]) { ev.preventDefault(); toward(...arrows[ev.key]); }
});

// Search.
function search() {
  query = $("query").value.trim().toLowerCase();
  const hits = query ? byDegree.filter((i) => shown(i) && nodes[i].name.toLowerCase().includes(query)) : [];
  const first = (i) => nodes[i].name.toLowerCase().startsWith(query) ? 0 : 1;
  hits.sort((a, b) => first(a) - first(b));
  $("hits").hidden = !query;
  $("hits").replaceChildren(...(hits.length ? hits.slice(0, 30).map((i) => h("button", { class: "item", onclick: () => choose(i) }, nodes[i].name, h("small", {}, nodes[i].below))) : [h("p", {}, "Nothing has this name.")]));
  says(query ? plural(hits.length, "component") + " found" : "");
  light();
  return hits;
}
function choose(i) {
  $("query").value = ""; query = ""; $("hits").hidden = true;
  pick({ node: i }, true);
  nodes[i].el.focus({ preventScroll: true });
}
$("query").addEventListener("input", search);
$("query").addEventListener("focus", () => { if (query) search(); });
document.addEventListener("pointerdown", (ev) => { if (!$("find").contains(ev.target)) $("hits").hidden = true; });
$("find").addEventListener("keydown", (ev) => {
  const items = [...$("hits").querySelectorAll("button")], at = items.indexOf(document.activeElement);
  if (ev.key === "Enter" && ev.target === $("query") && query) { const hits = search(); if (hits.length) choose(hits[0]); }
  else if (ev.key === "ArrowDown" && items.length) { ev.preventDefault(); items[Math.min(at + 1, items.length - 1)].focus(); }
  else if (ev.key === "ArrowUp" && at >= 0) { ev.preventDefault(); (at ? items[at - 1] : $("query")).focus(); }
});

// Kinds, which are the legend too.
kinds.forEach((kind) => {
  const button = h("button", { "aria-pressed": "true", onclick: () => {
    if (!hidden.delete(kind.name)) hidden.add(kind.name);
    button.setAttribute("aria-pressed", String(!hidden.has(kind.name)));
    arrange(); light();
  } }, sign(kind.name), kind.name + " " + kind.count);
  $("kinds").append(button);
});

$("in").addEventListener("click", () => { const { w, h } = size(); zoom(1.3, w / 2, h / 2); });
$("out").addEventListener("click", () => { const { w, h } = size(); zoom(1 / 1.3, w / 2, h / 2); });
$("fit").addEventListener("click", () => fit());
$("unfocus").addEventListener("click", () => setFocus(null));
$("theme").addEventListener("click", () => {
  const root = document.documentElement;
  const dark = root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
  root.dataset.theme = dark ? "light" : "dark";
});
addEventListener("resize", () => move());

if (nodes.length) stand(byDegree[0]);
arrange(); tell(); light(); fit();
// A component may be named behind the # of the address; `!` before it shows its neighbours alone.
const wanted = (() => { try { return decodeURIComponent(location.hash.slice(1)); } catch { return ""; } })();
const start = nodes.findIndex((n) => n.name === wanted.replace(/^!/, ""));
if (wanted.startsWith("!") && start >= 0) setFocus(start); else if (start >= 0) pick({ node: start }, true);
else if (data.focus !== null) setFocus(data.focus);
