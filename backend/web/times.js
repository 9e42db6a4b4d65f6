// The days and their free times, and the button that books one of them.

import { call } from "./api.js";
import { complain, complainOf } from "./complaints.js";
import { $, dateIn, dayWords, daysBetween, later, make, refill } from "./dom.js";
import { keepTyped, typed } from "./kept.js";
import { shop } from "./shop.js";

const DAYS_AT_ONCE = 14;
const STALE_SECONDS = 60;
const form = $("form");
let slots = new Map();
let readAt = 0;
export let day = typed.day ?? null;
export let isBooking = false;

/** The free times of so many days, into a map of date to slots. */
async function fetchSlots(found, first) {
  const answer = await call("GET", `/availability?date=${first}&days=${DAYS_AT_ONCE}`);
  const today = dateIn(answer.timezone);
  for (let ahead = 0; ahead < answer.days; ahead += 1) {
    const date = later(first, ahead);
    if (date >= today) found.set(date, []);
  }
  for (const slot of answer.slots) found.get(slot.date)?.push(slot);
}

/** The free times from today, as far ahead as the day that was chosen. */
export async function freeTimes() {
  const found = new Map();
  readAt = Date.now();
  // Nothing waits for the shop's zone: its today is at most a day behind that of UTC.
  let first = later(dateIn("UTC"), -1);
  do {
    await fetchSlots(found, first);
    first = later(first, DAYS_AT_ONCE);
  } while (day && daysBetween(first, day) >= 0);
  return found;
}

export async function loadSlots() {
  showFree(await freeTimes());
}

export function isStale() {
  return Date.now() - readAt > STALE_SECONDS * 1000;
}

export function showFree(found) {
  const time = chosenTime() || typed.time;
  slots = found;
  // A time that was chosen is that of its day, and of no other.
  const stays = Boolean(slots.get(day)?.length);
  if (!stays) day = [...slots.keys()].find((date) => slots.get(date).length) ?? dateIn(shop.timezone);
  showDays();
  showSlots(stays ? time : "");
  if (time && !chosenTime() && !isBooking) complainOf("time", "The time that you chose is not free any more. Please choose another one.");
  keepTyped(day);
}

function chosenTime() {
  return form.querySelector('[name="time"]:checked')?.value ?? "";
}

function showDays() {
  const nextDay = later([...slots.keys()].at(-1), 1);
  const last = later(dateIn(shop.timezone), shop.booking_horizon_days);
  const buttons = [...slots.keys()].map((date) => {
    const free = slots.get(date).length;
    const label = `${dayWords(date)}, ${free ? `${free} free` : "nothing free"}`;
    return make(
      "button",
      { type: "button", "data-date": date, "aria-label": label, disabled: !free, onclick: () => choose(date) },
      dayWords(date, { weekday: "short" }), make("br"), dayWords(date, { month: "short", day: "numeric" }),
    );
  });
  const more = make("button", { type: "button", onclick: loadMore }, "More days");
  refill($("days"), ...buttons, ...(nextDay <= last ? [more] : []));
  pressDay();
}

function pressDay() {
  const strip = $("days");
  for (const button of strip.querySelectorAll("[data-date]")) {
    const isPressed = button.dataset.date === day;
    button.setAttribute("aria-pressed", String(isPressed));
    // Into sight within its strip; the page itself stays where it is.
    if (isPressed) strip.scrollLeft = button.offsetLeft - (strip.clientWidth - button.offsetWidth) / 2;
  }
}

function choose(date) {
  day = date;
  pressDay();
  showSlots("");
  keepTyped(day);
}

async function loadMore() {
  const shown = slots.size;
  try {
    await fetchSlots(slots, later([...slots.keys()].at(-1), 1));
    showFree(slots);
    const fresh = [...$("days").querySelectorAll("[data-date]")].slice(shown);
    (fresh.find((button) => !button.disabled) ?? fresh[0])?.focus();
  } catch (error) {
    complain(error.message);
  }
}

function showSlots(chosen) {
  const free = slots.get(day) ?? [];
  const choices = free.map((slot) => make(
    "label", {},
    make("input", { type: "radio", name: "time", value: slot.time, required: true, checked: slot.time === chosen }),
    make("span", { class: "card" }, slot.label.split(", ")[1]),
  ));
  const name = dayWords(day, { weekday: "long", month: "long", day: "numeric" });
  if ($("day-name").textContent !== name) $("day-name").textContent = name;
  refill($("slots"), ...(choices.length ? choices : [make("p", { class: "wait" }, "Nothing is free on that day.")]));
  nameSubmit();
}

/** Choose one of the times that are offered in the place of one that was lost. */
export function chooseOffered(slot) {
  day = slot.date;
  if (!slots.get(day)?.some((each) => each.time === slot.time)) slots.set(day, [...(slots.get(day) ?? []), slot]);
  showDays();
  showSlots(slot.time);
  keepTyped(day);
}

/** What the button books, said on it. */
export function nameSubmit() {
  const slot = slots.get(day)?.find((each) => each.time === chosenTime());
  $("submit").textContent = isBooking ? "Booking…" : slot ? `Book ${slot.label}` : "Book it";
}

/** The button keeps the focus while it works: it is named as disabled, and does nothing. */
export function busy(isBusy) {
  isBooking = isBusy;
  $("submit").setAttribute("aria-disabled", String(isBusy));
  form.setAttribute("aria-busy", String(isBusy));
  nameSubmit();
}
