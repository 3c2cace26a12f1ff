"use strict";
(() => {
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
      extra[other === null ? "unshift" : "push"](line(i, lines.get(i) || (other === null ? "pale" : ""), label));
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

  // The panel.
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
})();
