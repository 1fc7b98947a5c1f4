#!/usr/bin/env node
// Boxes and arrows as SVG. usage: diagram.mjs FILE.txt OUT.svg [--across]
import { readFileSync, writeFileSync } from 'node:fs';

const LETTER = 8.2;
const LINE = 19;
const PAD = 14;
const GAP = { along: 64, beside: 34 };

function main(args) {
  const across = args.includes('--across');
  const [source, out, ...more] = args.filter((word) => word !== '--across');
  if (!source || !out || more.length > 0) throw new Error('usage: diagram.mjs FILE.txt OUT.svg [--across]');
  const graph = parse(readFileSync(source === '-' ? 0 : source, 'utf8'));
  writeFileSync(out, draw(graph, layout(graph, across), across));
  console.log(`${out}: ${graph.nodes.size} boxes, ${graph.edges.length} arrows`);
}

/**
 * A line each: `title: …`, `a = The text of a box`, `a -> b: words at the arrow`, `a -- b` without a head. `(…)` around a
 * text makes it round, `<…>` a decision, `[…]` a store.
 */
function parse(text) {
  const [nodes, edges] = [new Map(), []];
  let title = '';
  const named = (id) => {
    if (!nodes.has(id)) nodes.set(id, { id, label: id, shape: 'box' });
    return nodes.get(id);
  };
  text.split(/\r?\n/).forEach((raw, index) => {
    const line = raw.trim();
    if (line === '' || line.startsWith('#')) return;
    const edge = /^([\w. -]+?)\s*(->|--)\s*([\w. -]+?)\s*(?::\s*(.*))?$/.exec(line);
    const node = /^([\w.-]+)\s*=\s*(.+)$/.exec(line);
    if (/^title:/i.test(line)) title = line.slice(6).trim();
    else if (edge)
      edges.push({ from: named(edge[1]).id, to: named(edge[3]).id, label: edge[4] ?? '', head: edge[2] === '->' });
    else if (node) {
      const [, shape, inner] = /^([(<[])(.*)[)>\]]$/.exec(node[2]) ?? [undefined, undefined, node[2]];
      Object.assign(named(node[1]), {
        label: inner.trim(),
        shape: { '(': 'round', '<': 'decision', '[': 'store' }[shape] ?? 'box',
      });
    } else throw new Error(`line ${index + 1}: "${line}" is neither "a = text" nor "a -> b"`);
  });
  if (nodes.size === 0) throw new Error('there is nothing to draw');
  if (nodes.size > 200) throw new Error(`${nodes.size} boxes can't be read by anybody; 200 at most`);
  return { nodes, edges, title };
}

function wrapped(label) {
  const lines = [''];
  for (const word of label.split(/\\n|\s+/)) {
    if (lines.at(-1) !== '' && lines.at(-1).length + word.length > 22) lines.push('');
    lines[lines.length - 1] += (lines.at(-1) === '' ? '' : ' ') + word;
  }
  return lines;
}

/** In layers: what an arrow points to lies behind where it comes from; arrows that go round are let go for that. */
function layout({ nodes, edges }, across) {
  const forward = edges.filter((edge) => edge.from !== edge.to);
  const back = new Set();
  const state = new Map();
  const visit = (id) => {
    state.set(id, 'open');
    for (const edge of forward.filter((each) => each.from === id)) {
      if (state.get(edge.to) === 'open') back.add(edge);
      else if (!state.has(edge.to)) visit(edge.to);
    }
    state.set(id, 'done');
  };
  for (const id of nodes.keys()) if (!state.has(id)) visit(id);
  const kept = forward.filter((edge) => !back.has(edge));
  const layer = new Map([...nodes.keys()].map((id) => [id, 0]));
  for (let round = 0; round < nodes.size; round++)
    for (const { from, to } of kept) layer.set(to, Math.max(layer.get(to), layer.get(from) + 1));
  const layers = [];
  for (const id of nodes.keys()) (layers[layer.get(id)] ??= []).push(id);
  // Each box goes near the middle of those that point to it.
  const rank = new Map(layers.flatMap((ids) => ids.map((id, index) => [id, index])));
  for (let pass = 0; pass < 4; pass++)
    for (const ids of pass % 2 ? [...layers].reverse() : layers) {
      const want = (id) => {
        const near = kept.flatMap(({ from, to }) =>
          pass % 2 ? (from === id ? [rank.get(to)] : []) : to === id ? [rank.get(from)] : [],
        );
        return near.length > 0 ? near.reduce((sum, each) => sum + each, 0) / near.length : rank.get(id);
      };
      const wished = new Map(ids.map((id) => [id, want(id)]));
      ids.sort((a, b) => wished.get(a) - wished.get(b));
      ids.forEach((id, index) => rank.set(id, index));
    }
  const boxes = new Map();
  for (const { id, label, shape } of nodes.values()) {
    const lines = wrapped(label);
    const [width, height] = [
      Math.max(70, Math.max(...lines.map((line) => line.length)) * LETTER + 2 * PAD),
      lines.length * LINE + 2 * PAD,
    ];
    const more = shape === 'decision' ? 1.45 : 1;
    boxes.set(id, { lines, shape, width: width * more, height: height * more });
  }
  const sizeBeside = (id) => (across ? boxes.get(id).height : boxes.get(id).width);
  const breadth = Math.max(
    ...layers.map((ids) => ids.reduce((sum, id) => sum + sizeBeside(id), (ids.length - 1) * GAP.beside)),
  );
  let along = 0;
  for (const ids of layers) {
    const depth = Math.max(...ids.map((id) => (across ? boxes.get(id).width : boxes.get(id).height)));
    const labels = kept.some((edge) => ids.includes(edge.from) && edge.label !== '');
    let beside = (breadth - ids.reduce((sum, id) => sum + sizeBeside(id), (ids.length - 1) * GAP.beside)) / 2;
    for (const id of ids) {
      const box = boxes.get(id);
      const [middleAlong, middleBeside] = [along + depth / 2, beside + sizeBeside(id) / 2];
      Object.assign(box, across ? { x: middleAlong, y: middleBeside } : { x: middleBeside, y: middleAlong });
      beside += sizeBeside(id) + GAP.beside;
    }
    along += depth + GAP.along + (labels && across ? 70 : 0);
  }
  return boxes;
}

const escaped = (value) =>
  value.replace(/[&<>"]/g, (sign) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' })[sign]);
const round = (value) => Number(value.toFixed(1));

/** Where the line from the middle of a box to a point leaves it. */
function edgeOf({ x, y, width, height, shape }, toX, toY) {
  const [dx, dy] = [toX - x, toY - y];
  if (dx === 0 && dy === 0) return [x, y];
  const share =
    shape === 'decision'
      ? 1 / (Math.abs(dx) / (width / 2) + Math.abs(dy) / (height / 2))
      : Math.min(dx === 0 ? Infinity : width / 2 / Math.abs(dx), dy === 0 ? Infinity : height / 2 / Math.abs(dy));
  return [x + dx * share, y + dy * share];
}

function shapeOf({ x, y, width, height, shape }) {
  const [left, top] = [round(x - width / 2), round(y - height / 2)];
  const looks = 'fill="#f7fafc" stroke="#2d3748" stroke-width="1.5"';
  if (shape === 'decision')
    return `<polygon points="${round(x)},${top} ${round(x + width / 2)},${round(y)} ${round(x)},${round(y + height / 2)} ${left},${round(y)}" ${looks}/>`;
  const store =
    shape === 'store'
      ? `<line x1="${left + 6}" x2="${left + 6}" y1="${top}" y2="${round(top + height)}" stroke="#2d3748"/>`
      : '';
  return `<rect x="${left}" y="${top}" width="${round(width)}" height="${round(height)}" rx="${shape === 'round' ? round(height / 2) : 6}" ${looks}/>${store}`;
}

function draw({ edges, title }, boxes, across) {
  const all = [...boxes.values()];
  const margin = 30;
  const head = title === '' ? 0 : 40;
  const hasLoop = edges.some(({ from, to }) => from === to);
  const right = Math.max(...all.map((box) => box.x + box.width / 2), title.length * 10) + (hasLoop ? 60 : 0);
  const bottom = Math.max(...all.map((box) => box.y + box.height / 2));
  const [width, height] = [Math.ceil(right + 2 * margin + 40), Math.ceil(bottom + 2 * margin + head)];
  const arrows = edges.map(({ from, to, label, head: pointed }) => {
    const [a, b] = [boxes.get(from), boxes.get(to)];
    const mark = pointed ? ' marker-end="url(#head)"' : '';
    const words = (x, y) =>
      label === ''
        ? ''
        : `<text x="${round(x)}" y="${round(y)}" text-anchor="middle" font-size="12" fill="#444" stroke="#fff" stroke-width="4" paint-order="stroke">${escaped(label)}</text>`;
    if (from === to) {
      const [x, y] = [a.x + a.width / 2, a.y];
      return `<path d="M${round(x)} ${round(y - 8)}c40 -20 40 36 0 16" fill="none" stroke="#2d3748"${mark}/>${words(x + 36, y - 16)}`;
    }
    const backwards = across ? b.x < a.x : b.y < a.y;
    const twin = edges.some((edge) => edge.from === to && edge.to === from);
    // There and back are two lines.
    const bend = backwards ? 56 : twin ? -40 : 0;
    const [mx, my] = [(a.x + b.x) / 2 + (across ? 0 : bend), (a.y + b.y) / 2 + (across ? bend : 0)];
    const [[x1, y1], [x2, y2]] = [edgeOf(a, mx, my), edgeOf(b, mx, my)];
    return `<path d="M${round(x1)} ${round(y1)}Q${round(mx)} ${round(my)} ${round(x2)} ${round(y2)}" fill="none" stroke="#2d3748" stroke-width="1.4"${mark}/>${words((x1 + 2 * mx + x2) / 4, (y1 + 2 * my + y2) / 4 - 4)}`;
  });
  const texts = all.map((box) =>
    box.lines
      .map(
        (line, index) =>
          `<text x="${round(box.x)}" y="${round(box.y + (index - (box.lines.length - 1) / 2) * LINE + 5)}" text-anchor="middle" font-size="14" fill="#1a202c">${escaped(line)}</text>`,
      )
      .join(''),
  );
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" font-family="sans-serif" role="img"><title>${escaped(title || 'Diagram')}</title><defs><marker id="head" viewBox="0 0 10 10" refX="9" refY="5" markerWidth="8" markerHeight="8" orient="auto"><path d="M0 0L10 5L0 10z" fill="#2d3748"/></marker></defs><rect width="100%" height="100%" fill="#fff"/>${title === '' ? '' : `<text x="${width / 2}" y="36" text-anchor="middle" font-size="19" font-weight="bold" fill="#1a202c">${escaped(title)}</text>`}<g transform="translate(${margin} ${margin + head})">${arrows.join('')}${all.map(shapeOf).join('')}${texts.join('')}</g></svg>\n`;
}

try {
  main(process.argv.slice(2));
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
}
