// The graph by numbers, and what fails with what. The four scripts of the page are one, in the order graph, drawing, panel, input.
"use strict";
const data = JSON.parse(document.getElementById("data").textContent);
const { nodes, edges, marks, kinds } = data;
const $ = (id) => document.getElementById(id);
const svg = $("map"), view = $("view"), drawn = document.createElementNS("http://www.w3.org/2000/svg", "g"), over = $("over"), panel = $("panel");
const isMap = data.map;
const SVG = "http://www.w3.org/2000/svg";

// Elements. Text is only ever set as text, so that no name is read as markup.
const put = (to, props, kids) => {
  for (const [key, value] of Object.entries(props || {})) {
    if (key.startsWith("on")) to.addEventListener(key.slice(2), value);
    else if (value !== null && value !== undefined) to.setAttribute(key, value);
  }
  to.append(...kids.filter((k) => k !== null && k !== undefined));
  return to;
};
const h = (tag, props, ...kids) => put(document.createElement(tag), props, kids);
const s = (tag, props, ...kids) => put(document.createElementNS(SVG, tag), props, kids);
const plural = (n, one, many) => n + " " + (n === 1 ? one : many || one + "s");

// The graph by numbers.
const calls = nodes.map(() => []), callers = nodes.map(() => []);
edges.forEach((e, i) => { calls[e.f].push(i); callers[e.t].push(i); });
nodes.forEach((n, i) => {
  n.degree = calls[i].length + callers[i].length;
  n.home = { x: n.x, y: n.y };
  n.el = $(n.id);
  n.marks = [];
});
edges.forEach((e) => { e.el = $(e.id); });
marks.forEach((m, i) => m.c.forEach((c) => nodes[c].marks.push(i)));
const byDegree = nodes.map((_, i) => i).sort((a, b) => nodes[b].degree - nodes[a].degree || a - b);

// What is looked at.
let picked = null;             // {node} or {edge} or {mark}
let focus = null;              // {node, steps, shown}
let query = "";
const hidden = new Set();      // kinds
let here = 0;                  // the component that the keyboard is at
let k = 1, tx = 0, ty = 0;     // zoom and pan

const shown = (i) => !hidden.has(nodes[i].kind) && (!focus || focus.shown.has(i));

// What fails and what goes on with less: the same walk as `distarch topology blast-radius`.
function walk(starts, keep) {
  const before = new Map(starts.map((i) => [i, -1]));
  const queue = [...starts];
  for (let at = 0; at < queue.length; at++) {
    for (const e of callers[queue[at]]) {
      const f = edges[e].f;
      if (keep(e) && !before.has(f)) { before.set(f, e); queue.push(f); }
    }
  }
  return before;
}
function blast(i) {
  const hard = (e) => edges[e].hard;
  const lost = walk([i], hard);
  const touched = new Map();
  for (const v of lost.keys()) for (const e of callers[v]) if (!lost.has(edges[e].f) && !touched.has(edges[e].f)) touched.set(edges[e].f, e);
  const less = walk([...touched.keys()], hard);
  for (const [v, e] of touched) less.set(v, e);
  for (const v of lost.keys()) less.delete(v);
  lost.delete(i);
  return { lost, less };
}
