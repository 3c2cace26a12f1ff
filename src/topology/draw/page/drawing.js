// Lines, places, what lights up, zoom and names from afar.
// Drawing of lines that the page places itself: on a map, and in the view of a neighbourhood.
const round = (x) => Math.round(x * 10) / 10;
function curve(a, b, head) {
  const right = b.x - b.w / 2 >= a.x + a.w / 2, left = b.x + b.w / 2 <= a.x - a.w / 2;
  const x1 = right || !left ? a.x + a.w / 2 : a.x - a.w / 2;
  const x2 = right ? b.x - b.w / 2 : b.x + b.w / 2;
  const side = right ? -1 : 1;
  const reach = right || left ? (x1 + x2) / 2 : x1 + 40;
  const end = head ? x2 + side * 7 : x2;
  return { d: "M" + round(x1) + " " + round(a.y) + "C" + round(reach) + " " + round(a.y) + " " + round(reach) + " " + round(b.y) + " " + round(end) + " " + round(b.y), x: x2, y: b.y, side };
}
function line(i, cls, label) {
  const e = edges[i], a = nodes[e.f], b = nodes[e.t];
  let c = curve(a, b, true);
  if (label) {
    // The line runs level beneath its label, beside the box that the label belongs to.
    const room = label.side * (label.w + 34), stop = { x: label.x + room, y: label.y, w: 0, h: 0 };
    const level = "M" + round(stop.x) + " " + round(label.y) + "H" + round(label.at === "t" ? label.x + label.side * 7 : label.x);
    c = { ...(label.at === "t" ? { ...curve(a, stop), x: label.x, y: label.y, side: label.side } : curve(stop, b, true)) };
    c.d += level;
  }
  const g = s("g", { class: "e on " + cls + (e.sync ? "" : " async") + (e.severity ? " " + e.severity : "") },
    s("path", { d: c.d }), s("path", { class: "head", d: "M" + round(c.x) + " " + round(c.y) + "l" + c.side * 9 + " -4.5v9z" }));
  if (label) {
    const x = label.x + label.side * (label.w / 2 + 17);
    g.append(s("rect", { x: round(x - label.w / 2), y: round(label.y - 9), width: label.w, height: 18, rx: 4 }), s("text", { x: round(x), y: round(label.y + 4) }, e.label));
  }
  return g;
}

drawn.id = "drawn";
const base = isMap ? s("g", { class: "map" }) : null;
view.querySelector(".lines").append(...(base ? [base, drawn] : [drawn]));
let drawnFor = null;
function drawAll() {
  if (!base) { edges.forEach((e) => e.el && e.el.classList.toggle("gone", !!focus || !shown(e.f) || !shown(e.t))); return; }
  // From near only the lines of what is in sight: those that pass by are thousands, and tell nothing.
  const { w, h } = size(), near = !svg.classList.contains("far");
  const sight = (n) => { const x = n.x * k + tx, y = n.y * k + ty; return x > -n.w * k && x < w + n.w * k && y > -n.h * k && y < h + n.h * k; };
  const key = near ? null : [...hidden].join() + !!focus;
  if (key !== null && key === drawnFor) return;
  drawnFor = key;
  const seen = near ? nodes.map(sight) : null;
  const parts = { "e": [], "e async": [] };
  if (!focus) edges.forEach((e) => { if (e.f !== e.t && shown(e.f) && shown(e.t) && (!near || seen[e.f] || seen[e.t])) parts[e.sync ? "e" : "e async"].push(curve(nodes[e.f], nodes[e.t]).d); });
  const paths = [];
  for (const [cls, ds] of Object.entries(parts)) for (let at = 0; at < ds.length; at += 150) paths.push(s("path", { class: cls, d: ds.slice(at, at + 150).join("") }));
  base.replaceChildren(...paths);
}

// Places: at home, or around the component in focus with callers at its left.
function arrange() {
  nodes.forEach((n) => { n.x = n.home.x; n.y = n.home.y; n.k = n.s; });
  if (focus) {
    const far = (next, end) => {
      const d = new Map([[focus.node, 0]]), queue = [focus.node];
      for (let at = 0; at < queue.length; at++) {
        const here = d.get(queue[at]);
        if (here < focus.steps) for (const e of next[queue[at]]) { const v = edges[e][end]; if (!d.has(v)) { d.set(v, here + 1); queue.push(v); } }
      }
      return d;
    };
    const up = far(callers, "f"), down = far(calls, "t");
    focus.shown = new Set([...up.keys(), ...down.keys()]);
    const columns = new Map();
    for (const i of focus.shown) {
      const u = up.get(i), d = down.get(i);
      const c = d === undefined || (u !== undefined && u < d) ? -u : d;
      if (!columns.has(c)) columns.set(c, []);
      columns.get(c).push(i);
    }
    const place = (c, left) => {
      const list = (columns.get(c) || []).filter((i) => !hidden.has(nodes[i].kind));
      const inner = c > 0 ? callers : calls, end = c > 0 ? "f" : "t";
      const want = (i) => { const ys = inner[i].map((e) => edges[e][end]).filter((v) => columns.get(c > 0 ? c - 1 : c + 1)?.includes(v)).map((v) => nodes[v].y); return ys.length ? ys.reduce((a, b) => a + b) / ys.length : 0; };
      const key = new Map(list.map((i) => [i, want(i)]));
      list.sort((a, b) => key.get(a) - key.get(b) || nodes[b].degree - nodes[a].degree || a - b);
      const rows = list.length <= 16 ? Math.max(list.length, 1) : Math.ceil(Math.sqrt(list.length * 3.2));
      let x = left;
      for (let at = 0; at < list.length; at += rows) {
        const some = list.slice(at, at + rows);
        const w = Math.max(...some.map((i) => nodes[i].w / nodes[i].s));
        some.forEach((i, row) => { nodes[i].x = x + (c < 0 ? -w / 2 : w / 2); nodes[i].y = (row - (some.length - 1) / 2) * (list.length <= 16 ? 68 : 54); nodes[i].k = 1; });
        x += (c < 0 ? -1 : 1) * (w + 40);
      }
      return x;
    };
    const center = nodes[focus.node];
    center.x = center.y = 0; center.k = 1;
    const gap = 190, half = center.w / center.s / 2;
    for (const side of [-1, 1]) {
      let edge = side * half;
      for (let c = side; columns.has(c); c += side) edge = place(c, edge + side * (c === side ? gap : gap - 40));
    }
  }
  nodes.forEach((n, i) => {
    n.el.classList.toggle("gone", !shown(i));
    n.el.setAttribute("transform", "translate(" + round(n.x) + "," + round(n.y) + ")" + (n.k === 1 ? "" : " scale(" + n.k + ")"));
    n.w = n.w0 * n.k; n.h = n.h0 * n.k;
  });
  view.querySelector(".frames").classList.toggle("gone", !!focus);
  drawAll();
}
nodes.forEach((n) => { n.w0 = n.w / n.s; n.h0 = n.h / n.s; });

// What lights up.
function light() {
  const on = new Map(), lines = new Map();
  const add = (map, key, cls) => map.set(key, (map.get(key) ? map.get(key) + " " : "") + cls);
  if (picked && picked.node !== undefined) {
    const i = picked.node, b = blast(i);
    add(on, i, "picked");
    for (const v of b.lost.keys()) add(on, v, "lost");
    for (const v of b.less.keys()) add(on, v, "less");
    for (const e of calls[i]) { if (!on.has(edges[e].t)) add(on, edges[e].t, "called"); lines.set(e, "calls"); }
    const down = (v) => v === i || b.lost.has(v);
    if (isMap) {
      for (const e of b.less.values()) if (e >= 0) lines.set(e, "less");
      for (const e of b.lost.values()) if (e >= 0) lines.set(e, "lost");
    } else edges.forEach((e, at) => {
      if (e.hard && down(e.t) && b.lost.has(e.f)) lines.set(at, "lost");
      else if (b.less.has(e.f) && (down(e.t) || (e.hard && b.less.has(e.t)))) lines.set(at, "less");
    });
    // A call back into the blast belongs to it.
  } else if (picked && picked.edge !== undefined) {
    const e = edges[picked.edge];
    add(on, e.f, "picked"); add(on, e.t, "picked");
    lines.set(picked.edge, "calls");
  } else if (picked && picked.mark !== undefined) {
    const m = marks[picked.mark];
    m.c.forEach((c, at) => add(on, c, at === 0 ? "picked" : "called"));
    m.e.forEach((e) => { lines.set(e, "calls"); [edges[e].f, edges[e].t].forEach((v) => on.has(v) || add(on, v, "called")); });
  }
  if (query) nodes.forEach((n, i) => { if (n.name.toLowerCase().includes(query)) add(on, i, "hit"); });
  svg.classList.toggle("dim", on.size > 0);
  nodes.forEach((n, i) => {
    n.lit = on.get(i) || "";
    for (const cls of ["picked", "lost", "less", "called", "hit"]) n.el.classList.toggle(cls, n.lit.includes(cls));
    n.el.classList.toggle("on", on.has(i));
    n.el.setAttribute("aria-pressed", n.lit.includes("picked"));
  });
  const extra = [];
  const many = focus && focus.shown.size > 60;
  svg.classList.toggle("dense", isMap && (!focus || many));
  if (focus) edges.forEach((e, i) => {
    if (e.f === e.t || !shown(e.f) || !shown(e.t)) return;
    if (many && focus.steps === 1 && e.f !== focus.node && e.t !== focus.node) return;
    const other = e.f === focus.node ? e.t : e.t === focus.node ? e.f : null;
    let label = null;
    if (other !== null && e.label && !many && nodes[other].x !== nodes[focus.node].x) {
      const n = nodes[other], side = n.x < nodes[focus.node].x ? 1 : -1;
      const twins = edges.filter((x) => x.label && (x.f === e.f && x.t === e.t || x.f === e.t && x.t === e.f)), at = twins.indexOf(e);
      label = { x: n.x + side * n.w / 2, y: n.y + (at - (twins.length - 1) / 2) * 20, w: Math.ceil(e.label.length * 6.6) + 10, side, at: other === e.t ? "t" : "f" };
    }
    // Labels lie over the lines of others.
    extra[other === null ? "unshift" : "push"](line(i, (lines.get(i) || "") + (other === null ? " pale" : ""), label));
  });
  else if (isMap) for (const [i, cls] of lines) if (edges[i].f !== edges[i].t && shown(edges[i].f) && shown(edges[i].t)) extra.push(line(i, cls));
  if (!focus && !isMap) edges.forEach((e, i) => {
    if (!e.el) return;
    for (const cls of ["lost", "less", "calls"]) e.el.classList.toggle(cls, lines.get(i) === cls);
    e.el.classList.toggle("on", lines.has(i));
  });
  drawn.replaceChildren(...extra);
  labels();
}

// Zoom and pan.
let waiting = 0, rest = 0;
const size = () => { const r = svg.getBoundingClientRect(); return { w: Math.max(r.width, 50), h: Math.max(r.height, 50), left: r.left, top: r.top }; };
function move() {
  view.setAttribute("transform", "translate(" + tx + " " + ty + ") scale(" + k + ")");
  svg.classList.toggle("far", k * 14 < 6.6);
  if (isMap && !focus) {
    svg.classList.add("moving");
    clearTimeout(rest);
    rest = setTimeout(() => { svg.classList.remove("moving"); drawAll(); }, 140);
  }
  if (!waiting) waiting = requestAnimationFrame(() => { waiting = 0; labels(); });
}
function zoom(by, x, y) {
  const to = Math.min(4, Math.max(0.03, k * by));
  tx = x - (x - tx) * to / k; ty = y - (y - ty) * to / k; k = to;
  move();
}
function fit(only) {
  const list = nodes.filter((n, i) => shown(i) && (!only || only.has(i)));
  if (!list.length) return;
  // The whole drawing has lines beyond its boxes.
  const whole = !focus && !hidden.size && !only && [0, 0, data.size[0], data.size[1]];
  const box = whole || list.reduce((b, n) => [Math.min(b[0], n.x - n.w / 2), Math.min(b[1], n.y - n.h / 2), Math.max(b[2], n.x + n.w / 2), Math.max(b[3], n.y + n.h / 2)], [Infinity, Infinity, -Infinity, -Infinity]);
  const { w, h } = size();
  k = Math.min(1.5, (w - 60) / (box[2] - box[0]), (h - 60) / (box[3] - box[1]));
  k = Math.max(k, 0.03);
  tx = w / 2 - k * (box[0] + box[2]) / 2; ty = h / 2 - k * (box[1] + box[3]) / 2;
  move();
}
function reveal(i) {
  const n = nodes[i], { w, h } = size(), x = n.x * k + tx, y = n.y * k + ty;
  if (x < 40 || y < 30 || x > w - 40 || y > h - 30) { tx += w / 2 - x; ty += h / 2 - y; move(); }
}

// From afar names are written over the boxes, those of many relationships first, as long as they do not meet.
function labels() {
  const { w, h } = size(), texts = [], taken = [];
  const free = (r) => taken.every((t) => r[2] < t[0] || r[0] > t[2] || r[3] < t[1] || r[1] > t[3]);
  const say = (name, x, y, cls) => {
    const half = name.length * 3.6 + 5, r = [x - half, y - 11, x + half, y + 6];
    if (r[2] < 0 || r[0] > w || r[3] < 0 || r[1] > h || !free(r)) return;
    taken.push(r);
    texts.push(s("text", { x: round(x), y: round(y), class: cls }, name));
  };
  if (svg.classList.contains("far")) {
    const lit = svg.classList.contains("dim");
    const order = lit ? [...byDegree].sort((a, b) => rank(b) - rank(a)) : byDegree;
    const frames = (wide) => { if (!focus) for (const g of data.groups) if ((g.w * k > 140) === wide) say(g.title, g.x * k + tx + Math.min(g.title.length * 3.2, g.w * k / 2), g.y * k + ty - 5, "frame"); };
    frames(true);
    for (const i of order) {
      if (texts.length >= 90) break;
      const n = nodes[i];
      if (shown(i) && (!lit || n.lit)) say(n.short, n.x * k + tx, n.y * k + ty + 4, "");
    }
    frames(false);
  }
  over.replaceChildren(...texts);
}
const rank = (i) => ["called", "less", "lost", "hit", "picked"].findLastIndex((c) => nodes[i].lit.includes(c));
