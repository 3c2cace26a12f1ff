// What is told beside the drawing.
const sign = (kind) => {
  const k = kinds.find((x) => x.name === kind);
  return s("svg", { viewBox: "-17 -10 34 20", "aria-hidden": "true" }, s("g", { class: "n " + kind }, s("path", { class: "outline", d: k ? k.sign : "" })));
};
const lineSign = (cls) => s("svg", { class: "sign", viewBox: "0 -7 40 14", "aria-hidden": "true" }, s("g", { class: "e" + cls }, s("path", { d: "M0 0H32" }), s("path", { class: "head", d: "M39 0l-9 -4.5v9z" })));
const boxSign = () => s("svg", { class: "sign", viewBox: "0 -9 40 20", "aria-hidden": "true" }, s("g", { class: "n service" }, ...["behind", "outline"].map((c, at) => s("rect", { class: c, x: at ? 4 : 8, y: at ? -7 : -3, width: 26, height: 13, rx: 3 }))));
const link = (i, small, cls) => h("button", { class: "item " + (cls || ""), onclick: () => pick({ node: i }, true) }, nodes[i].name, small ? h("small", {}, small) : null);
const list = (items, most) => {
  const ul = h("ul", {}, ...items.slice(0, most).map((x) => h("li", {}, x())));
  if (items.length > most) ul.append(h("li", {}, h("button", { class: "more", onclick: (ev) => ev.target.parentNode.replaceWith(...items.slice(most).map((x) => h("li", {}, x()))) }, "Show " + (items.length - most) + " more")));
  return ul;
};
const facts = (rows) => rows.length ? h("dl", {}, ...rows.flatMap(([a, b]) => [h("dt", {}, a), h("dd", {}, b)])) : null;
const markItem = (m, bare) => h("button", { class: "item " + marks[m].s + (picked && picked.mark === m ? " on" : ""), onclick: () => pick({ mark: m }, true) }, marks[m].x, bare ? null : h("small", {}, marks[m].t));
const sources = (list) => list.length ? [h("h3", {}, "Declared in"), h("ul", {}, ...list.map((x) => h("li", {}, h("code", {}, x))))] : [];
const section = (title, items, most) => items.length ? [h("h3", {}, title), list(items, most || 12)] : [];
const says = (text) => { $("says").textContent = text; };
const percent = (x) => { const p = Math.round(x * 1000) / 10; return (x < 1 && p >= 100 ? 99.9 : p) + " %"; };

function overview() {
  const groups = new Map();
  marks.forEach((m, i) => { if (!groups.has(m.t)) groups.set(m.t, []); groups.get(m.t).push(i); });
  const weight = { error: 2, warn: 1, info: 0 };
  const sorted = [...groups].sort((a, b) => weight[marks[b[1][0]].s] - weight[marks[a[1][0]].s]);
  const busiest = byDegree.filter(shown).slice(0, 8).map((i) => () => link(i, "called by " + callers[i].length + ", calls " + calls[i].length));
  const count = (sev) => marks.filter((m) => m.s === sev).length;
  return [
    h("h2", {}, "What was found"),
    h("p", {}, [count("error") ? plural(count("error"), "error") : "", count("warn") ? plural(count("warn"), "warning") : "", count("info") ? plural(count("info"), "remark") : ""].filter((x) => x).join(", ") || "Nothing."),
    ...sorted.map(([title, items]) => h("details", weight[marks[items[0]].s] === 2 ? { open: "" } : {},
      h("summary", {}, h("b", {}, title), h("span", { class: "tag " + marks[items[0]].s }, String(items.length))),
      list(items.map((m) => () => markItem(m, true)), 8))),
    ...section("Most tied", busiest),
    h("h3", {}, "Signs"),
    h("dl", {}, ...[[lineSign(""), "waits for"], [lineSign(" async"), "does not wait for"], ["1 → N", "how many at each end"], [boxSign(), "more than one of it"], [h("span", { class: "tag error" }, "!"), "an error was found"], [h("span", { class: "tag warn" }, "!"), "a warning"]].flatMap(([a, b]) => [h("dt", {}, a), h("dd", {}, b)])),
    h("h3", {}, "Keys"),
    h("dl", {}, ...[["/", "find"], ["Arrows", "walk between components"], ["Enter", "what fails with it"], ["f", "only its neighbours"], ["+ - 0", "zoom, fit"], ["Esc", "back"]].flatMap(([a, b]) => [h("dt", {}, h("kbd", {}, a)), h("dd", {}, b)])),
  ];
}
function ofNode(i) {
  const n = nodes[i], b = blast(i);
  const stops = nodes.reduce((sum, x, at) => sum + (at === i || b.lost.has(at) ? x.share : 0), 0);
  const entries = nodes.filter((x, at) => x.share > 0 && (at === i || b.lost.has(at))).length;
  const text = (b.lost.size ? plural(b.lost.size, "component") + (b.lost.size === 1 ? " fails" : " fail") + " with it" : "Nothing fails with it") + (b.less.size ? ", " + b.less.size + (b.less.size === 1 ? " goes" : " go") + " on with less" : "") + ".";
  says(n.name + ". " + text);
  const far = (map) => [...map.keys()];
  return [
    h("h2", {}, n.name),
    h("p", { class: "kind" }, sign(n.kind), n.below),
    n.notes ? h("p", {}, n.notes) : null,
    h("div", { class: "row" },
      h("button", { onclick: () => setFocus(focus && focus.node === i ? null : i) }, focus && focus.node === i ? "Show all" : "Only its neighbours"),
      focus && focus.node === i ? h("button", { onclick: () => setFocus(i, focus.steps % 3 + 1) }, plural(focus.steps, "step")) : null,
      h("button", { onclick: () => pick(null) }, "Close")),
    facts(n.facts),
    h("h3", {}, "If it fails"),
    h("div", { class: "box" }, h("p", { id: "blast" }, text), data.entries ? h("p", {}, entries && data.entries === 1 ? "The only entry stops." : entries ? entries + " of " + plural(data.entries, "entry", "entries") + (entries === 1 ? " stops, " : " stop, ") + percent(stops) + " of the " + data.shared + "." : "No entry stops.") : null),
    b.lost.size ? h("p", {}, h("span", { class: "swatch lost" }), "fails with it") : null,
    b.lost.size ? list(far(b.lost).map((v) => () => link(v)), 10) : null,
    b.less.size ? h("p", {}, h("span", { class: "swatch less" }), "goes on with less") : null,
    b.less.size ? list(far(b.less).map((v) => () => link(v)), 10) : null,
    ...section("Found", n.marks.map((m) => () => markItem(m)), 6),
    ...section("Calls " + (calls[i].length || ""), calls[i].map((e) => () => link(edges[e].t, edges[e].facts, edges[e].severity))),
    ...section("Called by " + (callers[i].length || ""), callers[i].map((e) => () => link(edges[e].f, edges[e].facts, edges[e].severity))),
    ...sources(n.sources),
  ];
}
function ofEdge(i) {
  const e = edges[i];
  says(nodes[e.f].name + " calls " + nodes[e.t].name + ". " + e.facts);
  return [
    h("h2", {}, nodes[e.f].name + " → " + nodes[e.t].name),
    h("p", {}, e.facts),
    e.notes ? h("p", {}, e.notes) : null,
    h("div", { class: "row" }, h("button", { onclick: () => pick(null) }, "Close")),
    ...section("Found", marks.map((m, at) => [m, at]).filter(([m]) => m.e.includes(i)).map(([, at]) => () => markItem(at)), 8),
    ...section("Ends", [() => link(e.f), () => link(e.t)]),
    ...sources(e.sources),
  ];
}
function ofMark(i) {
  const m = marks[i];
  says(m.t + ". " + m.x);
  return [
    h("h2", {}, m.t, m.s === "info" ? null : h("span", { class: "tag " + m.s }, m.s === "warn" ? "warning" : "error")),
    h("p", {}, m.x),
    h("div", { class: "row" }, h("button", { onclick: () => pick(null) }, "Close")),
    ...section("Concerns", m.c.map((c) => () => link(c)), 30),
    ...section("Relationships", m.e.map((e) => () => h("button", { class: "item", onclick: () => pick({ edge: e }, true) }, nodes[edges[e].f].name + " → " + nodes[edges[e].t].name, h("small", {}, edges[e].facts))), 20),
  ];
}
function tell() {
  const parts = !picked ? overview() : picked.node !== undefined ? ofNode(picked.node) : picked.edge !== undefined ? ofEdge(picked.edge) : ofMark(picked.mark);
  panel.replaceChildren(...parts.filter((x) => x));
  panel.scrollTop = 0;
}
