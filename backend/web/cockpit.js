// Brandon's cockpit. The token is asked once and kept for this tab only; every write names the version it was read at.

import { ApiError, call } from "./api.js";
import { $, dateIn, dayWords, later, make, phoneWords, zoned } from "./dom.js";
import { weekPicture } from "./week.js";

const TOKEN = "linda-admin-token";
const MODES = { work: "Work", gym: "Gym", driving: "Driving", onsite: "On site", break: "Break", closed: "Closed" };
const TEXTS = ["location", "greeting", "notes", "bulletin"];
const SWITCHES = ["ai_answers_sms", "ai_answers_calls", "ring_first", "auto_upsell"];
const MOST_DAYS = 31;
const STALE_SECONDS = 60;
const SAID_SECONDS = 8;
// A time before this is meant for the coming night when it has passed today.
const NIGHT_ENDS = "06:00";
let shop = null;
let state = null;
let minutes = "";
let isWriting = false;
let readAt = 0;
let saidTimer = 0;
// What each field of the state was last given: what differs from it was typed.
const shown = {};

const ask = (method, path, options = {}) => call(method, path, { token: sessionStorage.getItem(TOKEN) ?? "", ...options });

// --- door ---------------------------------------------------------------------------------------------------------

async function open() {
  quiet();
  $("signed-in").hidden = false;
  try {
    [shop, state] = await Promise.all([shop ?? call("GET", "/shop"), ask("GET", "/state")]);
  } catch (error) {
    failed(error);
    return;
  }
  readAt = Date.now();
  $("door").hidden = true;
  $("cockpit").hidden = false;
  document.title = `Cockpit, ${shop.name}`;
  showState();
  await Promise.all([loadBookings(), loadWeek()]);
}

function close(message = "") {
  sessionStorage.removeItem(TOKEN);
  state = null;
  quiet();
  for (const name of Object.keys(shown)) delete shown[name];
  $("state").reset();
  for (const dialog of document.querySelectorAll("dialog")) dialog.close();
  for (const id of ["conflicts", "move-what", "sure-what"]) $(id).replaceChildren();
  $("cockpit").hidden = true;
  $("signed-in").hidden = true;
  $("door").hidden = false;
  $("bookings").replaceChildren();
  $("token").value = "";
  if (message) complain(message);
  $("token").focus();
}

function failed(error) {
  if (error instanceof ApiError && error.status === 401) close("That token is not right, or not any more. Please sign in again.");
  else complain(reasons(error));
}

/** Why not, with the fields that are at fault and what is free instead. */
function reasons(error) {
  const problems = Object.entries(error.fields ?? {}).map(([name, problem]) => `${name.replaceAll("_", " ")} ${problem}`);
  const others = (error.alternatives ?? []).map((slot) => slot.label);
  const why = problems.length ? `That was not done: ${problems.join("; ")}.` : error.message;
  return others.length ? `${why} These are free: ${others.join("; ")}.` : why;
}

// --- state --------------------------------------------------------------------------------------------------------

/** Show what stands there. `sent` are fields that were just written: they are typed no more. */
function showState(sent = {}) {
  const mode = state.effective_mode;
  const until = mode !== "work" && state.until ? ` until ${moment(state.until)}` : "";
  $("mode-now").textContent = `${MODES[mode]}${until}`;
  for (const button of $("modes").children) button.setAttribute("aria-pressed", String(button.dataset.mode === mode));
  const form = $("state").elements;
  const collided = [...TEXTS, ...SWITCHES, "max_discount_percent"].filter((name) => show(form[name], state[name] ?? false, sent[name]));
  $("discount").textContent = `${form.max_discount_percent.value}%`;
  return collided;
}

/** Give a field its value, unless something else was typed there since. Answers whether both have changed. */
function show(field, value, sent) {
  const key = field.type === "checkbox" ? "checked" : "value";
  const typed = field[key];
  const before = shown[field.name];
  const isTyped = before !== undefined && typed !== before && typed !== String(sent ?? "") && typed !== sent;
  field[key] = value;
  shown[field.name] = field[key];
  if (isTyped) field[key] = typed;
  return isTyped && shown[field.name] !== before;
}

async function setMode(mode) {
  const until = mode === "work" ? null : untilChosen();
  if (until === undefined) return;
  await write({ mode, until }, `Mode: ${MODES[mode]}.`);
}

/** When the next mode ends: an instant, or null for no end; undefined, with a complaint, for a time that has passed. */
function untilChosen() {
  const time = $("until-time").value;
  if (!time) return minutes ? new Date(Date.now() + Number(minutes) * 60000).toISOString() : null;
  const today = dateIn(shop.timezone);
  const at = zoned(today, time, shop.timezone);
  if (new Date(at) > new Date()) return at;
  if (time < NIGHT_ENDS) return zoned(later(today, 1), time, shop.timezone);
  complain(`${time} has passed today. Nothing was written.`);
  return undefined;
}

/** Choose the end of the next mode: so many minutes, "" for none, or the time that is typed. */
function pickEnd(chosen, isTyped = false) {
  minutes = chosen;
  if (!isTyped) $("until-time").value = "";
  for (const each of document.querySelectorAll(".until button")) {
    each.setAttribute("aria-pressed", String(!isTyped && each.dataset.minutes === chosen));
  }
}

/** Write fields of the state, if nobody else has written since it was read; else show what stands there now. */
async function write(fields, done) {
  if (isWriting) return;
  working(true);
  quiet();
  try {
    state = await ask("POST", "/state", { body: fields, headers: { "if-match": `"${state.version}"` } });
    if (fields.mode) pickEnd(""); // an end is of one mode: none is left for the next tap, however soon it comes
    showState(fields);
    showConflicts(state.conflicts);
    tell(done);
  } catch (error) {
    await notWritten(error);
    return;
  } finally {
    working(false);
  }
  await loadBookings();
}

async function notWritten(error) {
  if (error.status !== 412 && !error.unsure) {
    failed(error);
    return;
  }
  let collided;
  try {
    state = await ask("GET", "/state");
    collided = showState();
  } catch (again) {
    failed(again);
    return;
  }
  if (error.unsure) {
    complain(`${error.message} You see what stands there now.`);
    return;
  }
  const theirs = collided.map((name) => ` ${name.replaceAll("_", " ")} is now: ${state[name] || "(empty)"}.`);
  complain(`Somebody else changed this meanwhile, so nothing was written. You see it as it is now, and what you typed: please do it again if you still want it.${theirs.join("")}`);
}

function showConflicts(conflicts) {
  const place = $("conflicts");
  place.hidden = !(conflicts === null || conflicts?.length);
  if (place.hidden) return;
  const words = conflicts === null ? "The bookings that this runs into can't be read right now." : "This runs into:";
  place.replaceChildren(make("p", {}, words), ...(conflicts ?? []).map((booking) => make("p", {}, line(booking))));
}

function save(event) {
  event.preventDefault();
  const form = $("state").elements;
  const now = {};
  for (const name of TEXTS) now[name] = form[name].value;
  for (const name of SWITCHES) now[name] = form[name].checked;
  now.max_discount_percent = Number(form.max_discount_percent.value);
  const changed = Object.fromEntries(Object.entries(now).filter(([name, value]) => String(value) !== String(shown[name])));
  if (Object.keys(changed).length) write(changed, "Saved.");
  else tell("Nothing to save.");
}

// --- bookings -----------------------------------------------------------------------------------------------------

async function loadBookings() {
  const today = dateIn(shop.timezone);
  const days = Math.min(shop.booking_horizon_days + 1, MOST_DAYS);
  try {
    const { bookings } = await ask("GET", `/bookings?date=${today}&days=${days}`);
    const dates = [...new Set([today, ...bookings.map((booking) => booking.date)])];
    $("bookings").replaceChildren(...dates.flatMap((date) => {
      const cards = bookings.filter((booking) => booking.date === date).map(card);
      const title = make("h3", {}, date === today ? "Today" : dayWords(date));
      return [title, ...(cards.length ? cards : [make("p", { class: "quiet" }, "No bookings.")])];
    }));
  } catch (error) {
    failed(error);
  }
}

function card(booking) {
  const more = [booking.notes, booking.discount_percent ? `${booking.discount_percent}% off` : "", booking.opted_out ? "opted out of texts" : ""];
  const photos = (booking.photos ?? []).map((url, index) => make("a", { href: safe(url), rel: "noreferrer", target: "_blank" }, `photo ${index + 1}`));
  return make(
    "article", { class: "booking", "data-lead": booking.lead_id },
    make("div", { class: "spread" }, make("h4", {}, `${clock(booking.start)} ${what(booking)}`), make("span", { class: `pill ${booking.status}` }, booking.status.replace("_", " "))),
    make("p", {}, booking.customer_name ? `${booking.customer_name}, ` : "", make("a", { href: `tel:${booking.phone}` }, phoneWords(booking.phone))),
    ...more.filter(Boolean).map((words) => make("p", { class: "quiet" }, words)),
    ...(photos.length ? [make("p", { class: "row" }, ...photos)] : []),
    make("div", { class: "row" }, ...actions(booking)),
  );
}

/** What can be done with a booking now: what has not begun moves or is dropped, what is of today or before is settled. */
function actions(booking) {
  const button = (words, onclick, attributes = {}) => make("button", { type: "button", onclick, ...attributes }, words);
  const done = button(booking.status === "booked" ? "Done" : "It was done", () => settle(booking, "completed"));
  const noShow = button(booking.status === "booked" ? "No show" : "It was a no show", () => settle(booking, "no_show"));
  if (booking.status === "completed") return [noShow];
  if (booking.status === "no_show") return [done];
  if (booking.status !== "booked") return [];
  const hasBegun = Date.parse(booking.start) <= Date.now();
  return [
    ...(booking.date <= dateIn(shop.timezone) ? [done, noShow] : []),
    ...(hasBegun ? [] : [button("Move", () => move(booking)), button("Drop", () => drop(booking), { class: "danger" })]),
  ];
}

/** An address to follow: a page of the web and nothing that runs. */
function safe(url) {
  return /^https:\/\//.test(url) ? url : "#";
}

function what(booking) {
  const service = shop.services.find((each) => each.id === booking.repair_type)?.name ?? booking.repair_type;
  return booking.device ? `${booking.device} ${service}` : service;
}

function line(booking) {
  return `${booking.label}, ${what(booking)}, ${booking.customer_name || phoneWords(booking.phone)}`;
}

async function settle(booking, status) {
  await change(() => ask("PATCH", `/bookings/${booking.lead_id}`, { body: { status } }), `Marked ${status.replace("_", " ")}.`);
}

async function drop(booking) {
  if ($("sure").open) return;
  $("sure-what").textContent = line(booking);
  $("sure-then").textContent = booking.opted_out
    ? "The slot is free again. The customer opted out of texts: please call."
    : "The slot is free again, and the customer is told by text.";
  if ((await chosen($("sure"))) === "drop") await change(() => ask("DELETE", `/bookings/${booking.lead_id}`), "Dropped.");
}

async function move(booking) {
  if ($("move").open) return;
  $("move-what").textContent = line(booking);
  $("move-date").value = booking.date;
  $("move-date").min = dateIn(shop.timezone);
  $("move-date").onchange = freeTimes;
  freeTimes();
  if ((await chosen($("move"))) !== "move" || !$("move-time").value) return;
  const body = { date: $("move-date").value, time: $("move-time").value };
  await change(() => ask("PATCH", `/bookings/${booking.lead_id}`, { body }), "Moved.");
}

/** The free times of the day that is chosen. An answer for a day that is chosen no more comes too late. */
async function freeTimes() {
  const date = $("move-date").value;
  const only = (words) => [make("option", { value: "" }, words)];
  $("move-time").replaceChildren(...only(date ? "one moment…" : "choose a day"));
  if (!date) return;
  let options;
  try {
    const { slots } = await call("GET", `/availability?date=${date}`);
    options = slots.map((slot) => make("option", { value: slot.time }, slot.label.split(", ")[1]));
  } catch (error) {
    options = only(reasons(error));
  }
  if ($("move-date").value === date) $("move-time").replaceChildren(...(options.length ? options : only("nothing free")));
}

/** What a dialog was closed with: the value of the button, or "" when it was left. */
function chosen(dialog) {
  dialog.returnValue = "";
  dialog.showModal();
  return new Promise((resolve) => dialog.addEventListener("close", () => resolve(dialog.returnValue), { once: true }));
}

async function change(request, done) {
  if (isWriting) return;
  working(true);
  quiet();
  try {
    await request();
    tell(done);
  } catch (error) {
    failed(error);
  } finally {
    working(false);
  }
  if (!state) return;
  await Promise.all([loadBookings(), loadWeek()]);
  if (document.activeElement === document.body) $("bookings-title").focus({ preventScroll: true });
}

// --- week, and the rest -------------------------------------------------------------------------------------------

async function loadWeek() {
  try {
    $("week").replaceChildren(...weekPicture(await ask("GET", "/summary")));
  } catch (error) {
    failed(error);
  }
}

function clock(instant) {
  return new Intl.DateTimeFormat("en-US", { timeZone: shop.timezone, hour: "numeric", minute: "2-digit" }).format(new Date(instant));
}

/** A time, with its day where that is not today. */
function moment(instant) {
  const date = dateIn(shop.timezone, new Date(instant));
  return date === dateIn(shop.timezone) ? clock(instant) : `${dayWords(date)}, ${clock(instant)}`;
}

/** One change at a time: a second tap waits for what became of the first. */
function working(isBusy) {
  isWriting = isBusy;
  $("cockpit").setAttribute("aria-busy", String(isBusy));
}

function tell(words) {
  clearTimeout(saidTimer);
  $("said").textContent = words;
  saidTimer = setTimeout(() => $("said").replaceChildren(), SAID_SECONDS * 1000);
}

/** What was said of the last thing is of the last thing. */
function quiet() {
  $("said").replaceChildren();
  $("alert").hidden = true;
  $("conflicts").hidden = true;
}

function complain(message) {
  $("alert").textContent = message;
  $("alert").hidden = false;
  $("alert").focus();
}

$("door-form").addEventListener("submit", (event) => {
  event.preventDefault();
  const token = $("token").value.trim();
  if (!/^[!-~]+$/.test(token)) {
    complain("That is no token: it has a space or a letter that none has.");
    return;
  }
  sessionStorage.setItem(TOKEN, token);
  open();
});
$("sign-out").addEventListener("click", () => close());
$("refresh").addEventListener("click", open);
$("state").addEventListener("submit", save);
$("state").elements.max_discount_percent.addEventListener("input", (event) => {
  $("discount").textContent = `${event.target.value}%`;
});
for (const button of document.querySelectorAll(".until button")) button.addEventListener("click", () => pickEnd(button.dataset.minutes));
$("until-time").addEventListener("input", () => pickEnd("", $("until-time").value !== ""));
$("modes").replaceChildren(...Object.entries(MODES).map(([name, words]) => make(
  "button", { type: "button", "data-mode": name, "aria-pressed": "false", onclick: () => setMode(name) }, words,
)));
// Somebody comes back to this tab: what it shows may be old.
document.addEventListener("visibilitychange", () => {
  const isStale = Date.now() - readAt > STALE_SECONDS * 1000;
  if (!document.hidden && state && isStale && !isWriting && !document.querySelector("dialog[open]")) open();
});

if (sessionStorage.getItem(TOKEN)) open();
else $("door").hidden = false;
