// Brandon's cockpit. The token is asked once and kept for this tab only; every write names the version it was read at.

import { ApiError, call } from "./api.js";
import { $, dateIn, dayWords, later, make, phoneWords, zoned } from "./dom.js";
import { weekPicture } from "./week.js";

const TOKEN = "linda-admin-token";
const MODES = { work: "Work", gym: "Gym", driving: "Driving", onsite: "On site", break: "Break", closed: "Closed" };
const TEXTS = ["location", "greeting", "notes", "bulletin"];
const SWITCHES = ["ai_answers_sms", "ai_answers_calls", "ring_first", "auto_upsell"];
const DAYS_AHEAD = 7;
let shop = null;
let state = null;
let minutes = "";

const ask = (method, path, options = {}) => call(method, path, { token: sessionStorage.getItem(TOKEN) ?? "", ...options });

// --- door ---------------------------------------------------------------------------------------------------------

async function open() {
  $("alert").hidden = true;
  try {
    [shop, state] = await Promise.all([shop ?? call("GET", "/shop"), ask("GET", "/state")]);
  } catch (error) {
    failed(error);
    return;
  }
  $("door").hidden = true;
  $("cockpit").hidden = false;
  $("signed-in").hidden = false;
  document.title = `Cockpit, ${shop.name}`;
  showState();
  await Promise.all([loadBookings(), loadWeek()]);
}

function close(message = "") {
  sessionStorage.removeItem(TOKEN);
  state = null;
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
  else complain(error.message);
}

// --- state --------------------------------------------------------------------------------------------------------

function showState() {
  const mode = state.effective_mode;
  const until = mode !== "work" && state.until ? ` until ${clock(state.until)}` : "";
  $("mode-now").textContent = `${MODES[mode]}${until}`;
  $("modes").replaceChildren(...Object.entries(MODES).map(([name, words]) => make(
    "button", { type: "button", "aria-pressed": String(name === mode), onclick: () => setMode(name) }, words,
  )));
  const form = $("state").elements;
  for (const name of TEXTS) form[name].value = state[name];
  for (const name of SWITCHES) form[name].checked = Boolean(state[name]);
  form.max_discount_percent.value = state.max_discount_percent;
  $("discount").textContent = `${state.max_discount_percent}%`;
}

async function setMode(mode) {
  await write({ mode, until: mode === "work" ? null : untilChosen() }, `Mode: ${MODES[mode]}.`);
}

function untilChosen() {
  const time = $("until-time").value;
  if (time) {
    const today = dateIn(shop.timezone);
    const at = zoned(today, time, shop.timezone);
    return new Date(at) > new Date() ? at : zoned(later(today, 1), time, shop.timezone);
  }
  return minutes ? new Date(Date.now() + Number(minutes) * 60000).toISOString() : null;
}

/** Write fields of the state, if nobody else has written since it was read; else show what stands there now. */
async function write(fields, done) {
  $("alert").hidden = true;
  try {
    state = await ask("POST", "/state", { body: fields, headers: { "if-match": `"${state.version}"` } });
  } catch (error) {
    if (error.status !== 412) {
      failed(error);
      return;
    }
    state = await ask("GET", "/state");
    showState();
    complain("Somebody else changed this meanwhile, so nothing was written. You see it as it is now: please do it again if you still want it.");
    return;
  }
  showState();
  showConflicts(state.conflicts);
  $("said").textContent = done;
  await loadBookings();
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
  const changed = Object.fromEntries(Object.entries(now).filter(([name, value]) => value !== (state[name] ?? false)));
  if (Object.keys(changed).length) write(changed, "Saved.");
  else $("said").textContent = "Nothing to save.";
}

// --- bookings -----------------------------------------------------------------------------------------------------

async function loadBookings() {
  const today = dateIn(shop.timezone);
  const dates = Array.from({ length: DAYS_AHEAD + 1 }, (_, ahead) => later(today, ahead));
  try {
    const days = await Promise.all(dates.map((date) => ask("GET", `/bookings?date=${date}`)));
    const shown = days.filter((day) => day.bookings.length || day.date === today);
    $("bookings").replaceChildren(...shown.flatMap((day) => [
      make("h3", {}, day.date === today ? "Today" : dayWords(day.date)),
      ...(day.bookings.length ? day.bookings.map(card) : [make("p", { class: "quiet" }, "No bookings.")]),
    ]));
  } catch (error) {
    failed(error);
  }
}

function card(booking) {
  const more = [booking.notes, booking.discount_percent ? `${booking.discount_percent}% off` : "", booking.opted_out ? "opted out of texts" : ""];
  const photos = (booking.photos ?? []).map((url, index) => make("a", { href: safe(url), rel: "noreferrer", target: "_blank" }, `photo ${index + 1}`));
  const open = booking.status === "booked";
  return make(
    "article", { class: "booking", "data-lead": booking.lead_id },
    make("div", { class: "spread" }, make("h4", {}, `${clock(booking.start)} ${what(booking)}`), make("span", { class: `pill ${booking.status}` }, booking.status.replace("_", " "))),
    make("p", {}, booking.customer_name ? `${booking.customer_name}, ` : "", make("a", { href: `tel:${booking.phone}` }, phoneWords(booking.phone))),
    ...more.filter(Boolean).map((words) => make("p", { class: "quiet" }, words)),
    ...(photos.length ? [make("p", { class: "row" }, ...photos)] : []),
    open ? make(
      "div", { class: "row" },
      make("button", { type: "button", onclick: () => settle(booking, "completed") }, "Done"),
      make("button", { type: "button", onclick: () => settle(booking, "no_show") }, "No show"),
      make("button", { type: "button", onclick: () => move(booking) }, "Move"),
      make("button", { type: "button", class: "danger", onclick: () => drop(booking) }, "Drop"),
    ) : "",
  );
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
  $("sure-what").textContent = line(booking);
  if ((await chosen($("sure"))) === "drop") await change(() => ask("DELETE", `/bookings/${booking.lead_id}`), "Dropped.");
}

async function move(booking) {
  $("move-what").textContent = line(booking);
  $("move-date").value = booking.date;
  $("move-date").min = dateIn(shop.timezone);
  $("move-date").onchange = freeTimes;
  await freeTimes();
  if ((await chosen($("move"))) !== "move" || !$("move-time").value) return;
  const body = { date: $("move-date").value, time: $("move-time").value };
  await change(() => ask("PATCH", `/bookings/${booking.lead_id}`, { body }), "Moved.");
}

async function freeTimes() {
  try {
    const { slots } = await call("GET", `/availability?date=${$("move-date").value}`);
    const options = slots.map((slot) => make("option", { value: slot.time }, slot.label.split(", ")[1]));
    $("move-time").replaceChildren(...(options.length ? options : [make("option", { value: "" }, "nothing free")]));
  } catch (error) {
    $("move-time").replaceChildren(make("option", { value: "" }, error.message));
  }
}

/** What a dialog was closed with: the value of the button, or "" when it was left. */
function chosen(dialog) {
  dialog.returnValue = "";
  dialog.showModal();
  return new Promise((resolve) => dialog.addEventListener("close", () => resolve(dialog.returnValue), { once: true }));
}

async function change(request, done) {
  $("alert").hidden = true;
  try {
    await request();
    $("said").textContent = done;
  } catch (error) {
    failed(error);
  }
  if (state) await Promise.all([loadBookings(), loadWeek()]);
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

function complain(message) {
  $("alert").textContent = message;
  $("alert").hidden = false;
  $("alert").focus();
}

$("door-form").addEventListener("submit", (event) => {
  event.preventDefault();
  sessionStorage.setItem(TOKEN, $("token").value.trim());
  open();
});
$("sign-out").addEventListener("click", () => close());
$("refresh").addEventListener("click", open);
$("state").addEventListener("submit", save);
$("state").elements.max_discount_percent.addEventListener("input", (event) => {
  $("discount").textContent = `${event.target.value}%`;
});
for (const button of document.querySelectorAll(".until button")) {
  button.addEventListener("click", () => {
    minutes = button.dataset.minutes;
    $("until-time").value = "";
    for (const each of document.querySelectorAll(".until button")) each.setAttribute("aria-pressed", String(each === button));
  });
}
$("until-time").addEventListener("input", () => {
  for (const each of document.querySelectorAll(".until button")) each.setAttribute("aria-pressed", "false");
});

if (sessionStorage.getItem(TOKEN)) open();
else $("door").hidden = false;
