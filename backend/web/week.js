// A week in one small picture: a bar of bookings a day, and under it in rows what else happened on that day.

import { $, count, dayWords, make } from "./dom.js";
import { ask, notRead, state } from "./door.js";

const TALLEST_REM = 5;
const ROWS = [
  ["upsells_accepted", "Accessories"],
  ["discounts", "Discounts"],
  ["without_model", "Without model"],
];

export async function loadWeek() {
  try {
    const week = weekPicture(await ask("GET", "/summary"));
    if (state) $("week").replaceChildren(...week);
  } catch (error) {
    if (state) notRead($("week"), error, loadWeek);
  }
}

/** The picture, which is a table too, and the week in a sentence. */
function weekPicture({ days, totals }) {
  const most = Math.max(1, ...days.map((day) => day.bookings));
  const head = days.map((day) => make("th", { scope: "col" }, make("abbr", { title: dayWords(day.date) }, dayWords(day.date, { weekday: "short" }).slice(0, 2))));
  const rows = ROWS.map(([name, words]) => row(words, days.map((day) => make("td", {}, number(day[name])))));
  const table = make(
    "table", {},
    make("caption", { class: "unseen" }, "This week by day"),
    make("thead", {}, make("tr", {}, make("td"), ...head)),
    make("tbody", {}, row("Bookings", days.map((day) => bar(day.bookings, most)), "bars"), ...rows),
  );
  return [make("div", { class: "scroll", tabindex: "0", role: "group", "aria-label": "This week by day" }, table), make("p", { class: "quiet" }, sentence(totals))];
}

function row(words, cells, kind) {
  return make("tr", { class: kind }, make("th", { scope: "row" }, words), ...cells);
}

function bar(bookings, most) {
  const drawn = make("span", { class: "bar" });
  drawn.style.height = `${(bookings / most) * TALLEST_REM}rem`;
  return make("td", {}, number(bookings), drawn);
}

function number(many) {
  return many ? String(many) : "–";
}

function sentence(totals) {
  const parts = [
    count(totals.bookings, "booking"),
    `${count(totals.upsells_accepted, "accessory", "accessories")} sold of ${totals.upsells_offered} offered`,
    count(totals.discounts, "discount"),
    `${count(totals.without_model, "answer")} without the model`,
  ];
  return `This week: ${parts.join(", ")}.`;
}
