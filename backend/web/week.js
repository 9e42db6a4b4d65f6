// A week in one small picture: a bar of bookings a day, and marks for what else happened on it.

import { dayWords, make } from "./dom.js";

const WIDTH = 350;
const HEIGHT = 150;
const FLOOR = 112;
const TALLEST = 84;
const MARKS = [
  ["upsells_accepted", "A", "accessories sold"],
  ["discounts", "%", "discounts"],
  ["without_model", "!", "answers without the model"],
];

/** The picture, its legend, and the same as a table for those who do not see it. */
export function weekPicture(summary) {
  const most = Math.max(1, ...summary.days.map((day) => day.bookings));
  const step = WIDTH / summary.days.length;
  const picture = svg("svg", { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: "img", "aria-label": sentence(summary) });
  picture.append(svg("line", { class: "rule", x1: 0, x2: WIDTH, y1: FLOOR + 0.5, y2: FLOOR + 0.5 }));
  summary.days.forEach((day, index) => picture.append(...dayMarks(day, index * step, step, most)));
  return [picture, legend(summary), table(summary)];
}

function dayMarks(day, left, step, most) {
  const middle = left + step / 2;
  const height = (day.bookings / most) * TALLEST;
  const marks = MARKS.filter(([name]) => day[name]).map(([name, sign]) => `${sign}${day[name]}`).join(" ");
  return [
    svg("rect", { class: "bar", x: left + step * 0.22, y: FLOOR - height, width: step * 0.56, height, rx: 3 }),
    label(middle, FLOOR - height - 5, day.bookings || ""),
    label(middle, FLOOR + 15, dayWords(day.date, { weekday: "short" })),
    label(middle, FLOOR + 30, marks, "mark"),
  ];
}

function label(x, y, text, kind) {
  const element = svg("text", { x, y, "text-anchor": "middle", ...(kind ? { class: kind } : {}) });
  element.textContent = text;
  return element;
}

function svg(tag, attributes) {
  const element = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  return element;
}

function sentence({ totals }) {
  return `This week: ${totals.bookings} bookings, ${totals.upsells_accepted} accessories sold of ${totals.upsells_offered} offered, ${totals.discounts} discounts, ${totals.without_model} answers without the model.`;
}

function legend({ totals }) {
  const parts = [`${totals.bookings} bookings`, ...MARKS.map(([name, sign, words]) => `${sign} ${totals[name]} ${words}`)];
  return make("p", { class: "quiet" }, parts.join(" · "));
}

function table({ days }) {
  const names = ["bookings", ...MARKS.map(([name]) => name)];
  const head = make("tr", {}, make("th", { scope: "col" }, "Day"), ...["Bookings", ...MARKS.map((mark) => mark[2])].map((words) => make("th", { scope: "col" }, words)));
  const rows = days.map((day) => make("tr", {}, make("th", { scope: "row" }, dayWords(day.date)), ...names.map((name) => make("td", {}, String(day[name])))));
  const drawn = make("table", {}, make("caption", {}, "This week by day"), make("thead", {}, head), make("tbody", {}, ...rows));
  return make("div", { class: "unseen" }, drawn);
}
