// Brandon's cockpit. The token is asked once and kept for this tab only; every write names the version it was read at.

import { ApiError, call } from "./api.js";
import { $, count, dateIn, dayWords, later, make, phoneWords, refill, zoned } from "./dom.js";
import { weekPicture } from "./week.js";

const TOKEN = "linda-admin-token";
const MODES = { work: "Work", gym: "Gym", driving: "Driving", onsite: "On site", break: "Break", closed: "Closed" };
const TEXTS = ["location", "greeting", "notes", "bulletin"];
const SWITCHES = ["ai_answers_sms", "ai_answers_calls", "ring_first", "auto_upsell"];
const MOST_DAYS = 31;
const STALE_SECONDS = 60;
const LOOK_SECONDS = 5;
const SAID_SECONDS = 8;
// A second tap that was meant for the page does not answer a question that came under the finger.
const CALM_MS = 400;
// A time before this is meant for the coming night when it has passed today.
const NIGHT_ENDS = "06:00";
let shop = null;
let state = null;
let bookings = null;
let minutes = "";
// The change that is on its way, and the tap that waits for it.
let flight = "";
let waiting = null;
let readAt = 0;
let asked = 0;
let saidTimer = 0;
// What each field of the state was last given: what differs from it was typed.
const shown = {};

const ask = (method, path, options = {}) => call(method, path, { token: sessionStorage.getItem(TOKEN) ?? "", ...options });

// --- door ---------------------------------------------------------------------------------------------------------

async function open() {
  quiet();
  $("signed-in").hidden = false;
  await read(failed);
}

/** Read everything and show it; `refused` is told why not. */
async function read(refused) {
  readAt = Date.now();
  let found;
  try {
    found = await Promise.all([shop ?? call("GET", "/shop"), ask("GET", "/state")]);
  } catch (error) {
    refused(error);
    return;
  }
  if (!sessionStorage.getItem(TOKEN)) return;  // signed out meanwhile
  shop = found[0];
  // What was written meanwhile is newer.
  if (!state || found[1].version >= state.version) state = found[1];
  $("door").hidden = true;
  $("cockpit").hidden = false;
  document.title = `Cockpit, ${shop.name}`;
  const collided = showState();
  if (collided.length) complain(`Somebody else changed this meanwhile.${theirs(collided)}`);
  await Promise.all([loadBookings(), loadWeek()]);
}

/** Look again now and then, while somebody looks at it and has nothing half done. */
function look() {
  if (document.hidden || !state || flight || document.querySelector("dialog[open]")) return;
  const ends = Date.parse(state.until ?? "");
  const hasEnded = ends > readAt && ends <= Date.now();
  const isStale = Date.now() - readAt > STALE_SECONDS * 1000;
  if (hasEnded || (isStale && !Object.keys(changes()).length)) read((error) => notRead($("bookings"), error, open));
}

function close(message = "") {
  sessionStorage.removeItem(TOKEN);
  state = bookings = waiting = null;
  quiet();
  for (const name of Object.keys(shown)) delete shown[name];
  $("state").reset();
  for (const dialog of document.querySelectorAll("dialog")) dialog.close();
  delete $("conflicts").dataset.shows;
  for (const id of ["conflicts", "bookings", "week", "move-what", "sure-what"]) $(id).replaceChildren();
  $("cockpit").hidden = true;
  $("signed-in").hidden = true;
  $("door").hidden = false;
  $("token").value = "";
  if (message) complain(message);
  $("token").focus();
}

function failed(error) {
  if (error instanceof ApiError && error.status === 401) close("That token is not right, or not any more. Please sign in again.");
  else complain(reasons(error));
}

/** Say in its place that a part was not read, beside what is there from before. */
function notRead(place, error, again) {
  if (error.status === 401) {
    failed(error);
    return;
  }
  for (const old of place.querySelectorAll(".wait, .unread")) old.remove();
  place.prepend(make("div", { class: "notice bad unread", role: "status" }, make("p", {}, reasons(error)), make("button", { type: "button", onclick: again }, "Try again")));
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
  write({ mode, until }, `Mode: ${MODES[mode]}.`, [mode, minutes, $("until-time").value].join(" "));
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
function write(fields, done, key = JSON.stringify(fields)) {
  inTurn(key, async () => {
    try {
      const written = await ask("POST", "/state", { body: fields, headers: { "if-match": `"${state.version}"` } });
      if (!state) return false;  // signed out meanwhile
      state = written;
    } catch (error) {
      await notWritten(error);
      return false;
    }
    if (fields.mode) pickEnd(""); // an end is of one mode: none is left for the next tap, however soon it comes
    showState(fields);
    showBookings();
    tell(done);
    loadBookings();
    return true;
  });
}

/**
 * One change at a time. A tap meanwhile has its turn after it, the last one alone, and only when it went well: else
 * there is something to read first. The same tap again is the same change.
 */
async function inTurn(key, run) {
  if (flight) {
    waiting = key === flight ? null : [key, run];
    return;
  }
  flight = key;
  $("cockpit").setAttribute("aria-busy", "true");
  quiet();
  let went = false;
  try {
    went = await run();
  } finally {
    flight = "";
    $("cockpit").setAttribute("aria-busy", "false");
  }
  const next = waiting;
  waiting = null;
  if (went && next && state) inTurn(...next);
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
    showBookings();
  } catch (again) {
    failed(again);
    return;
  }
  if (error.unsure) {
    complain(`${error.message} You see what stands there now.`);
    return;
  }
  complain(`Somebody else changed this meanwhile, so nothing was written. You see it as it is now, and what you typed: please do it again if you still want it.${theirs(collided)}`);
}

function theirs(collided) {
  return collided.map((name) => ` ${name.replaceAll("_", " ")} is now: ${state[name] || "(empty)"}.`).join("");
}

/** The fields that were typed and are not saved. */
function changes() {
  const form = $("state").elements;
  const now = {};
  for (const name of TEXTS) now[name] = form[name].value;
  for (const name of SWITCHES) now[name] = form[name].checked;
  now.max_discount_percent = Number(form.max_discount_percent.value);
  return Object.fromEntries(Object.entries(now).filter(([name, value]) => String(value) !== String(shown[name])));
}

function save(event) {
  event.preventDefault();
  const changed = changes();
  if (Object.keys(changed).length) write(changed, "Saved.");
  else tell("Nothing to save.");
}

// --- bookings -----------------------------------------------------------------------------------------------------

async function loadBookings() {
  const mine = (asked += 1);
  const today = dateIn(shop.timezone);
  const days = Math.min(shop.booking_horizon_days + 1, MOST_DAYS);
  try {
    const found = await ask("GET", `/bookings?date=${today}&days=${days}`);
    if (!state || mine !== asked) return;  // signed out, or asked again meanwhile
    bookings = found.bookings;
    showBookings();
  } catch (error) {
    if (state) notRead($("bookings"), error, loadBookings);
  }
}

/** Today and tomorrow at once, the days after them when they are asked for. */
function showBookings() {
  if (!bookings) return;
  const running = conflicts();
  showConflicts(running);
  const today = dateIn(shop.timezone);
  const days = (dates) => dates.flatMap((date) => {
    const cards = bookings.filter((booking) => booking.date === date).map((booking) => card(booking, running.includes(booking)));
    const title = make("h3", {}, date === today ? "Today" : dayWords(date));
    return [title, ...(cards.length ? cards : [make("p", { class: "quiet" }, "No bookings.")])];
  });
  const soon = [today, later(today, 1)];
  const coming = bookings.filter((booking) => !soon.includes(booking.date));
  const isOpen = Boolean($("bookings").querySelector("details[open]"));
  const after = () => make(
    "details", { open: isOpen },
    make("summary", {}, `Later: ${count(coming.length, "booking")}, from ${dayWords(coming[0].date)}`),
    ...days([...new Set(coming.map((booking) => booking.date))]),
  );
  refill($("bookings"), ...days(soon), ...(coming.length ? [after()] : []));
}

/** The bookings that the mode runs into: open, not over, and begun before it ends. They leave when they are solved. */
function conflicts() {
  if (state.effective_mode === "work") return [];
  // Closed without an end is closed for the day; another mode without one rules nothing out.
  const midnight = state.mode === "closed" ? zoned(later(dateIn(shop.timezone), 1), "00:00", shop.timezone) : "";
  const ends = Date.parse(state.until ?? midnight);
  const over = Date.now() - shop.slot_minutes * 60000;
  return bookings.filter(({ status, start }) => status === "booked" && Date.parse(start) > over && Date.parse(start) < ends);
}

function showConflicts(running) {
  const place = $("conflicts");
  const mode = MODES[state.effective_mode];
  const shows = running.map((booking) => `${mode} ${booking.start} ${line(booking)}`).join("\n");
  place.hidden = !running.length;
  // An alert that is filled again is read out again.
  if (place.hidden || place.dataset.shows === shows) return;
  place.dataset.shows = shows;
  refill(place, make("p", {}, `${mode} runs into ${count(running.length, "booking")}:`), ...running.map((booking) => make(
    "div", {},
    make("p", { id: `runs-${booking.lead_id}` }, line(booking)),
    make("div", { class: "row" }, make("a", { class: "button", href: `tel:${booking.phone}`, "aria-describedby": `runs-${booking.lead_id}` }, "Call"), ...changing(booking, `runs-${booking.lead_id}`)),
  )));
}

function card(booking, runs) {
  const more = [booking.notes, booking.discount_percent ? `${booking.discount_percent}% off` : "", booking.opted_out ? "opted out of texts" : ""];
  const photos = (booking.photos ?? []).map((url, index) => make("a", { href: safe(url), rel: "noreferrer", target: "_blank" }, `photo ${index + 1}`));
  const pill = runs ? `during ${MODES[state.effective_mode].toLowerCase()}` : booking.status === "booked" ? "" : booking.status.replace("_", " ");
  return make(
    "article", { class: "booking", "data-lead": booking.lead_id },
    make("div", { class: "spread" }, make("h4", { id: `at-${booking.lead_id}` }, `${clock(booking.start)} ${what(booking)}`), pill && make("span", { class: `pill ${runs ? "runs" : booking.status}` }, pill)),
    make("p", {}, booking.customer_name ? `${booking.customer_name}, ` : "", make("a", { href: `tel:${booking.phone}` }, phoneWords(booking.phone))),
    ...more.filter(Boolean).map((words) => make("p", { class: "quiet" }, words)),
    ...(photos.length ? [make("p", { class: "row" }, ...photos)] : []),
    make("div", { class: booking.status === "booked" ? "four" : "row" }, ...actions(booking)),
  );
}

/** What can be done with a booking now: what has not begun moves or is dropped, what is of today or before is settled. */
function actions(booking) {
  const at = { "aria-describedby": `at-${booking.lead_id}` };
  const done = action(booking.status === "booked" ? "Done" : "It was done", () => settle(booking, "completed"), at);
  const noShow = action(booking.status === "booked" ? "No show" : "It was a no show", () => settle(booking, "no_show"), at);
  if (booking.status === "completed") return [noShow];
  if (booking.status === "no_show") return [done];
  if (booking.status !== "booked") return [];
  return [...(booking.date <= dateIn(shop.timezone) ? [done, noShow] : []), ...changing(booking, at["aria-describedby"])];
}

function changing(booking, describedBy) {
  if (Date.parse(booking.start) <= Date.now()) return [];
  const at = { "aria-describedby": describedBy };
  return [action("Move", () => move(booking), at), action("Drop", () => drop(booking), { class: "danger", ...at })];
}

function action(words, onclick, attributes) {
  return make("button", { type: "button", onclick, ...attributes }, words);
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

function settle(booking, status) {
  change(booking, { status }, `Marked ${status.replace("_", " ")}.`);
}

async function drop(booking) {
  if ($("sure").open) return;
  $("sure-what").textContent = line(booking);
  $("sure-then").textContent = `The slot is free again. ${told(booking)}`;
  if ((await chosen($("sure"))) === "drop") change(booking, null, "Dropped.");
}

async function move(booking) {
  if ($("move").open) return;
  $("move-what").textContent = line(booking);
  $("move-then").textContent = told(booking);
  $("move-date").value = booking.date;
  $("move-date").min = dateIn(shop.timezone);
  $("move-date").onchange = freeTimes;
  freeTimes();
  if ((await chosen($("move"))) !== "move" || !$("move-time").value) return;
  change(booking, { date: $("move-date").value, time: $("move-time").value }, "Moved.");
}

function told(booking) {
  return booking.opted_out ? "The customer opted out of texts: please call." : "The customer is told by text.";
}

/** The free times of the day that is chosen. An answer for a day that is chosen no more comes too late. */
async function freeTimes() {
  const date = $("move-date").value;
  const only = (words) => make("option", { value: "" }, words);
  $("move-time").replaceChildren(only(date ? "one moment…" : "choose a day"));
  if (!date) return;
  let options;
  try {
    // As the owner: neither his mode nor the notice binds a move.
    const { slots } = await ask("GET", `/availability?date=${date}`);
    const times = slots.map((slot) => make("option", { value: slot.time }, slot.label.split(", ")[1]));
    options = [only(times.length ? "choose a time" : "nothing free"), ...times];
  } catch (error) {
    options = [only(reasons(error))];
  }
  if ($("move-date").value === date) $("move-time").replaceChildren(...options);
}

/** What a dialog was closed with: the value of the button, or "" when it was left. */
function chosen(dialog) {
  const doIt = dialog.querySelector('button:not([value=""])');
  doIt.disabled = true;
  setTimeout(() => { doIt.disabled = false; }, CALM_MS);
  dialog.returnValue = "";
  dialog.showModal();
  return new Promise((resolve) => dialog.addEventListener("close", () => resolve(dialog.returnValue), { once: true }));
}

/** Change a booking, or with null drop it. */
function change(booking, body, done) {
  const path = `/bookings/${booking.lead_id}`;
  inTurn(`${path} ${JSON.stringify(body)}`, async () => {
    try {
      await (body ? ask("PATCH", path, { body }) : ask("DELETE", path));
      tell(done);
    } catch (error) {
      failed(error);
      return false;
    } finally {
      if (state) showChanged();
    }
    return true;
  });
}

async function showChanged() {
  await Promise.all([loadBookings(), loadWeek()]);
  if (document.activeElement === document.body) $("bookings-title").focus({ preventScroll: true });
}

// --- week, and the rest -------------------------------------------------------------------------------------------

async function loadWeek() {
  try {
    const week = weekPicture(await ask("GET", "/summary"));
    if (state) $("week").replaceChildren(...week);
  } catch (error) {
    if (state) notRead($("week"), error, loadWeek);
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

function tell(words) {
  clearTimeout(saidTimer);
  $("said").textContent = words;
  saidTimer = setTimeout(() => $("said").replaceChildren(), SAID_SECONDS * 1000);
}

/** What was said of the last thing is of the last thing. */
function quiet() {
  $("said").replaceChildren();
  $("alert").hidden = true;
}

function complain(message) {
  $("alert").textContent = message;
  $("alert").hidden = false;
  $("alert").focus();
}

$("door-form").addEventListener("submit", async (event) => {
  event.preventDefault();
  const token = $("token").value.trim();
  if (!/^[!-~]+$/.test(token)) {
    complain("That is no token: it has a space or a letter that none has.");
    return;
  }
  sessionStorage.setItem(TOKEN, token);
  await open();
  if (state) $("mode-title").focus();
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
document.addEventListener("visibilitychange", look);
setInterval(look, LOOK_SECONDS * 1000);

if (sessionStorage.getItem(TOKEN)) open();
else $("door").hidden = false;
