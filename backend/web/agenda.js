// The agenda: the bookings of the coming days, those that the mode runs into, and what can be done with each.

import { $, count, dateIn, dayWords, later, make, phoneWords, refill, zoned } from "./dom.js";
import { ask, bookings, failed, inTurn, know, notRead, state } from "./door.js";
import { MODES } from "./mode.js";
import { reasons, tell } from "./notices.js";
import { clock, shop } from "./shop.js";
import { loadWeek } from "./week.js";

const MOST_DAYS = 31;
// A second tap that was meant for the page does not answer a question that came under the finger.
const CALM_MS = 400;
let asked = 0;

export async function loadBookings() {
  const mine = (asked += 1);
  const today = dateIn(shop.timezone);
  const days = Math.min(shop.booking_horizon_days + 1, MOST_DAYS);
  try {
    const found = await ask("GET", `/bookings?date=${today}&days=${days}`);
    if (!state || mine !== asked) return;  // signed out, or asked again meanwhile
    know({ bookings: found.bookings });
    showBookings();
  } catch (error) {
    if (state) notRead($("bookings"), error, loadBookings);
  }
}

/** Today and tomorrow at once, the days after them when they are asked for. */
export function showBookings() {
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
