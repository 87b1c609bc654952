// Charts as SVG: drawn for the eye, and as a table for whoever wants the numbers.

import { node } from "/mrkdwn.js";

const SVG = "http://www.w3.org/2000/svg";
const WIDE = 560, HIGH = 200, LEFT = 52, BOTTOM = 26, TOP = 8, RIGHT = 24; // of the drawing, in its own units
const LINES = 4; // horizontal lines
const LABELS = 8; // labels below, at most

export function chart(block, table) {
  const { chart: drawn } = block;
  return node("figure", { class: "block chart" },
    node("figcaption", {}, block.title),
    drawn.segments ? pie(drawn.segments, block.title) : plotted(drawn, block.title),
    legend(drawn.segments ? drawn.segments.map((each) => each.label) : drawn.series.map((each) => each.name)),
    node("details", {}, node("summary", {}, "Numbers"), table));
}

export function numbers({ segments, series, axis_config: axis }) {
  if (segments) return [["", "value"], ...segments.map((each) => [each.label, String(each.value)])];
  return [["", ...series.map((each) => each.name)],
    ...axis.categories.map((label, at) => [label, ...series.map((each) => String(each.data[at].value))])];
}

function svg(name, attributes, ...children) {
  const made = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children.flat(Infinity));
  return made;
}

function legend(names) {
  return node("ul", { class: "legend" }, names.map((name, at) => node("li", { class: `s${at}` }, node("span", {}, name))));
}

function plotted({ type, series, axis_config: axis }, title) {
  const values = series.map((each) => each.data.map((point) => point.value));
  const most = step(Math.max(0, ...values.flat())) * LINES, least = Math.min(0, ...values.flat());
  const count = axis.categories.length, wide = (WIDE - LEFT - RIGHT) / count;
  const x = (at) => LEFT + wide * (at + 0.5);
  const y = (value) => TOP + (HIGH - TOP - BOTTOM) * (1 - (value - least) / (most - least));
  const draw = { bar: bars, area, line }[type];
  const every = Math.ceil(count / LABELS);
  return svg("svg", { viewBox: `0 0 ${WIDE} ${HIGH}`, role: "img", "aria-label": `${title}, a ${type} chart` },
    Array.from({ length: LINES + 1 }, (_, at) => (most * at) / LINES).map((value) => [
      svg("line", { class: "grid", x1: LEFT, x2: WIDE - RIGHT, y1: y(value), y2: y(value) }),
      svg("text", { x: LEFT - 6, y: y(value) + 4, "text-anchor": "end" }, short(value)),
    ]),
    axis.categories.map((label, at) => at % every ? [] : svg("text", { x: x(at), y: HIGH - 8, "text-anchor": "middle" }, label)),
    values.map((each, at) => draw(each, { x, y, wide, at, of: series.length })));
}

function line(values, { x, y, at }) {
  const points = values.map((value, index) => `${x(index)},${y(value)}`).join(" ");
  return [svg("polyline", { class: `s${at}`, points }), ...(values.length > 1 ? [] : [svg("circle", { class: `s${at}`, cx: x(0), cy: y(values[0]), r: 3 })])];
}

function area(values, { x, y, at }) {
  const points = values.map((value, index) => `${x(index)},${y(value)}`);
  const around = [`${x(0)},${y(0)}`, ...points, `${x(values.length - 1)},${y(0)}`].join(" ");
  return [svg("polygon", { class: `s${at}`, points: around }), ...line(values, { x, y, at })];
}

function bars(values, { x, y, wide, at, of }) {
  const each = (wide * 0.7) / of;
  return values.map((value, index) =>
    svg("rect", { class: `s${at}`, x: x(index) - wide * 0.35 + each * at, width: each, y: Math.min(y(value), y(0)), height: Math.abs(y(value) - y(0)) }));
}

function pie(segments, title) {
  const whole = segments.reduce((sum, each) => sum + each.value, 0), radius = HIGH / 2 - TOP;
  let turned = 0;
  const point = (part) => `${HIGH / 2 + radius * Math.sin(part * 2 * Math.PI)} ${HIGH / 2 - radius * Math.cos(part * 2 * Math.PI)}`;
  const slices = segments.map((each, at) => {
    const from = turned, to = turned += each.value / whole;
    if (segments.length === 1) return svg("circle", { class: `s${at}`, cx: HIGH / 2, cy: HIGH / 2, r: radius });
    return svg("path", { class: `s${at}`, d: `M${HIGH / 2} ${HIGH / 2}L${point(from)}A${radius} ${radius} 0 ${to - from > 0.5 ? 1 : 0} 1 ${point(to)}Z` });
  });
  return svg("svg", { viewBox: `0 0 ${HIGH} ${HIGH}`, role: "img", class: "pie", "aria-label": `${title}, a pie chart` }, slices);
}

// The distance of the lines: 1, 2 or 5 of some size, so that LINES of them reach the highest value.
function step(highest) {
  if (highest <= 0) return 1 / LINES;
  const least = highest / LINES, size = 10 ** Math.floor(Math.log10(least));
  return [1, 2, 5, 10].map((each) => each * size).find((each) => each >= least * 0.999999);
}

function short(value) {
  const [size, letter] = [[1e9, "G"], [1e6, "M"], [1e3, "k"], [1, ""]].find(([least]) => Math.abs(value) >= least) ?? [1, ""];
  return `${Number((value / size).toPrecision(3))}${letter}`;
}
