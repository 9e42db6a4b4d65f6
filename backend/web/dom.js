// Small helpers for pages. Text is always set as text, never as markup: customers write some of it.

export const $ = (id) => document.getElementById(id);

/** An element with attributes, and children that are elements or text. */
export function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (value === true) element.setAttribute(name, "");
    else if (value !== false && value !== null && value !== undefined) element.setAttribute(name, value);
  }
  element.append(...children.filter((child) => child !== null && child !== undefined && child !== ""));
  return element;
}

/** Replace what a place holds. Who had the focus on something in it has it on the same thing again. */
export function refill(place, ...children) {
  const had = place.contains(document.activeElement) ? identity(document.activeElement) : null;
  place.replaceChildren(...children);
  if (had) [...place.querySelectorAll("a, button, input, summary")].find((each) => identity(each) === had)?.focus({ preventScroll: true });
}

function identity(element) {
  return [element.tagName, element.name, element.value, element.textContent, element.getAttribute("aria-describedby")].join("|");
}

/** What this tab keeps over a reload; null for nothing, also where the browser keeps nothing. */
export function recall(key) {
  try {
    return JSON.parse(sessionStorage.getItem(key));
  } catch {
    return null;
  }
}

export function remember(key, value) {
  try {
    if (value === null) sessionStorage.removeItem(key);
    else sessionStorage.setItem(key, JSON.stringify(value));
  } catch {
    // Then this page knows it until it is closed.
  }
}

/** So many of something, in words: "no discounts", "1 discount", "2 discounts". */
export function count(number, one, more = `${one}s`) {
  return `${number || "no"} ${number === 1 ? one : more}`;
}

/** A day and a wall time in a zone, "2026-12-01" and "14:00", as an ISO time with the offset in force then. */
export function zoned(date, time, timeZone) {
  const wall = Date.parse(`${date}T${time}:00Z`);
  let offset = 0;
  // Twice: the offset of the first guess may be that of the other side of a change of the clocks.
  for (let round = 0; round < 2; round += 1) offset = offsetAt(new Date(wall - offset), timeZone);
  const minutes = Math.abs(offset) / 60000;
  const two = (number) => String(Math.floor(number)).padStart(2, "0");
  return `${date}T${time}:00${offset < 0 ? "-" : "+"}${two(minutes / 60)}:${two(minutes % 60)}`;
}

function offsetAt(instant, timeZone) {
  const parts = {};
  const format = new Intl.DateTimeFormat("en-US", {
    timeZone, hourCycle: "h23", year: "numeric", month: "numeric", day: "numeric", hour: "numeric", minute: "numeric",
    second: "numeric",
  });
  for (const { type, value } of format.formatToParts(instant)) parts[type] = Number(value);
  const wall = Date.UTC(parts.year, parts.month - 1, parts.day, parts.hour, parts.minute, parts.second);
  return wall - Math.floor(instant.getTime() / 1000) * 1000;
}

/** The date of an instant in a zone, "2026-12-01". */
export function dateIn(timeZone, instant = new Date()) {
  return new Intl.DateTimeFormat("en-CA", { timeZone, year: "numeric", month: "2-digit", day: "2-digit" }).format(instant);
}

/** A date so many days later. */
export function later(date, days) {
  return new Date(Date.parse(`${date}T12:00:00Z`) + days * 86400000).toISOString().slice(0, 10);
}

/** How many days from one date to another. */
export function daysBetween(first, last) {
  return Math.round((Date.parse(last) - Date.parse(first)) / 86400000);
}

/** A date in words, "Tue, Dec 1". */
export function dayWords(date, options = { weekday: "short", month: "short", day: "numeric" }) {
  return new Intl.DateTimeFormat("en-US", { timeZone: "UTC", ...options }).format(new Date(`${date}T12:00:00Z`));
}

/** +19045550100 as (904) 555-0100. */
export function phoneWords(phone) {
  const found = /^\+1(\d{3})(\d{3})(\d{4})$/.exec(phone || "");
  return found ? `(${found[1]}) ${found[2]}-${found[3]}` : phone || "";
}
