// The booking page. What was typed is never lost: not with a slot that somebody else took, not with a dead network.

import { call } from "./api.js";
import { $, dateIn, dayWords, daysBetween, later, make, phoneWords } from "./dom.js";
import { calendarFile } from "./ics.js";

const DAYS_AT_ONCE = 14;
const FIELDS = ["repair_type", "time", "phone", "customer_name", "device", "notes"];
const KEPT = "linda-booked";
const form = $("form");
let shop = null;
let slots = new Map();
let day = null;
let booked = null;
// The same request sent again carries the same key, so that it books once; another request gets another one.
const NONE = { body: null, sent: "", key: "", unsure: false };
let attempt = NONE;

// --- what is shown ------------------------------------------------------------------------------------------------

async function loadShop() {
  shop = await call("GET", "/shop");
  document.title = `Book a repair, ${shop.name}`;
  $("shop-name").textContent = `${shop.name}, ${shop.city}`;
  $("shop-facts").textContent = `Open ${shop.hours_words}. ${shop.warranty_days}-day warranty.`;
  $("small-print").textContent = `"From" prices are the least a repair costs; ${shop.owner} confirms the price when he sees the device.`;
  $("services").replaceChildren(...shop.services.map(serviceChoice));
  $("devices").replaceChildren(...shop.devices.map((device) => make("option", { value: device })));
}

function serviceChoice(service) {
  const name = service.id === "other" ? "Something else" : service.name[0].toUpperCase() + service.name.slice(1);
  return make(
    "label", {},
    make("input", { type: "radio", name: "repair_type", value: service.id, required: true }),
    make("span", { class: "card" }, make("span", {}, name), make("span", { class: "quiet" }, service.price)),
  );
}

/** The free times of so many days, into a map of date to slots. */
async function fetchSlots(found, first) {
  const answer = await call("GET", `/availability?date=${first}&days=${DAYS_AT_ONCE}`);
  for (let ahead = 0; ahead < answer.days; ahead += 1) found.set(later(first, ahead), []);
  for (const slot of answer.slots) found.get(slot.date)?.push(slot);
}

/** The free times from today, as far ahead as the day that was chosen. */
async function loadSlots() {
  const found = new Map();
  let first = dateIn(shop.timezone);
  do {
    await fetchSlots(found, first);
    first = later(first, DAYS_AT_ONCE);
  } while (day && daysBetween(first, day) >= 0);
  slots = found;
  showFree();
}

function showFree() {
  // A time that was chosen is that of its day, and of no other.
  const stays = Boolean(slots.get(day)?.length);
  if (!stays) day = [...slots.keys()].find((date) => slots.get(date).length) ?? dateIn(shop.timezone);
  showDays();
  showSlots(stays ? chosenTime() : "");
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
      { type: "button", "aria-pressed": String(date === day), "aria-label": label, disabled: !free, onclick: () => choose(date) },
      dayWords(date, { weekday: "short" }), make("br"), dayWords(date, { month: "short", day: "numeric" }),
    );
  });
  const more = make("button", { type: "button", onclick: loadMore }, "More days");
  $("days").replaceChildren(...buttons, ...(nextDay <= last ? [more] : []));
}

function choose(date) {
  day = date;
  for (const [index, button] of [...$("days").querySelectorAll("[aria-pressed]")].entries()) {
    button.setAttribute("aria-pressed", String([...slots.keys()][index] === day));
  }
  showSlots("");
}

async function loadMore() {
  const shown = slots.size;
  try {
    await fetchSlots(slots, later([...slots.keys()].at(-1), 1));
    showFree();
    const fresh = [...$("days").querySelectorAll("[aria-pressed]")].slice(shown);
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
  $("slots").replaceChildren(...(choices.length ? choices : [make("p", { class: "wait" }, "Nothing is free on that day.")]));
}

// --- booking ------------------------------------------------------------------------------------------------------

async function submit() {
  clearComplaints();
  const body = wanted();
  if (!isComplete(body)) return;
  const sent = JSON.stringify(body);
  busy(true);
  try {
    const went = attempt.unsure && attempt.sent !== sent && (await wentThrough());
    if (!went) {
      if (attempt.sent !== sent) attempt = { body, sent, key: crypto.randomUUID(), unsure: false };
      booked = await post();
    }
    attempt = NONE;
    sessionStorage.setItem(KEPT, JSON.stringify(booked));
    history.pushState({ booked: true }, "", "#booked");
    showDone();
  } catch (error) {
    attempt.unsure = attempt !== NONE && error.unsure;
    refused(error);
  } finally {
    busy(false);
  }
}

function post() {
  return call("POST", "/bookings", { body: attempt.body, headers: { "idempotency-key": attempt.key } });
}

/** Whether a request that got no answer booked all the same, before another one is sent in its place. */
async function wentThrough() {
  const { date, time } = attempt.body;
  const { slots: free } = await call("GET", `/availability?date=${date}`);
  if (free.some((slot) => slot.time === time)) return false;
  try {
    booked = await post();
  } catch (error) {
    if (error.unsure) throw error;
    return false;
  }
  booked.message = `Your first try did go through, and this is what it booked. ${booked.message}`;
  return true;
}

function wanted() {
  const data = new FormData(form);
  const body = { phone: data.get("phone").trim(), date: day, time: data.get("time"), repair_type: data.get("repair_type") };
  for (const name of ["customer_name", "device", "notes"]) if (data.get(name).trim()) body[name] = data.get(name).trim();
  return body;
}

function isComplete(body) {
  if (!body.repair_type) complainOf("repair_type", "Please choose what needs fixing.");
  if (!body.time) complainOf("time", "Please choose a time.");
  if (!body.phone) complainOf("phone", "Please enter your phone number.");
  const wrong = form.querySelector('[aria-invalid="true"]');
  const isWhole = Boolean(body.repair_type && body.time && body.phone);
  if (wrong) wrong.focus();
  else if (!isWhole) complain("Please choose a day that has free times.");
  return isWhole;
}

function refused(error) {
  if (error.code === "slot_taken") {
    attempt = NONE;
    complain(error.message, error.alternatives);
    loadSlots().catch((failure) => complain(failure.message));
    return;
  }
  if (error.status === 400 && Object.keys(error.fields).length) {
    const problems = Object.entries(error.fields);
    for (const [name, problem] of problems) complainOf(name === "date" ? "time" : name, sentence(name, problem));
    const wrong = form.querySelector('[aria-invalid="true"]');
    if (wrong) wrong.focus();
    else complain(problems.map((pair) => sentence(...pair)).join(" "));
    return;
  }
  complain(error.unsure ? `${error.message} Pressing "Book it" again cannot book twice.` : error.message);
}

function sentence(name, problem) {
  const names = { phone: "The phone number", time: "The time", date: "The day", customer_name: "The name", device: "The device", notes: "The note", repair_type: "The repair" };
  return `${names[name] ?? name} ${problem}.`;
}

// --- complaints ---------------------------------------------------------------------------------------------------

function complain(message, alternatives = [], retry = null) {
  const others = alternatives.map((slot) => make("button", { type: "button", onclick: () => take(slot) }, slot.label));
  const number = shop?.phone ? [make("p", {}, "Or text or call ", make("a", { href: `tel:${shop.phone}` }, phoneWords(shop.phone)), ".")] : [];
  $("alert").replaceChildren(
    make("p", {}, message),
    ...(retry ? [make("button", { type: "button", onclick: retry }, "Try again")] : []),
    ...(others.length ? [make("p", {}, "These are free:"), make("div", { class: "row" }, ...others)] : number),
  );
  $("alert").hidden = false;
  $("alert").focus();
}

/** Take one of the times that are offered in the place of one that was lost, and book it. */
function take(slot) {
  day = slot.date;
  if (!slots.get(day)?.some((each) => each.time === slot.time)) slots.set(day, [...(slots.get(day) ?? []), slot]);
  showDays();
  showSlots(slot.time);
  submit();
}

function complainOf(name, message) {
  const inputs = form.querySelectorAll(`[name="${name}"]`);
  const place = $(`${name}-wrong`);
  if (!place) {
    complain(message);
    return;
  }
  for (const input of inputs) input.setAttribute("aria-invalid", "true");
  place.textContent = message;
  place.hidden = false;
}

function clearComplaints() {
  $("alert").hidden = true;
  FIELDS.forEach(forgive);
}

/** A field that is changed is not wrong any more, as far as this page knows. */
function forgive(name) {
  $(`${name}-wrong`).hidden = true;
  for (const input of form.querySelectorAll(`[name="${name}"]`)) input.removeAttribute("aria-invalid");
}

function busy(isBusy) {
  $("submit").disabled = isBusy;
  $("submit").textContent = isBusy ? "Booking…" : "Book it";
  form.setAttribute("aria-busy", String(isBusy));
}

// --- done ---------------------------------------------------------------------------------------------------------

function showDone() {
  form.hidden = true;
  $("alert").hidden = true;
  $("done").hidden = false;
  $("done-when").textContent = `${booked.label}, ${serviceName(booked.repair_type)}${booked.device ? `, ${booked.device}` : ""}`;
  $("done-message").textContent = booked.message;
  $("done").focus();
}

function showForm() {
  form.hidden = false;
  $("done").hidden = true;
  $("title").focus();
}

function serviceName(id) {
  return shop.services.find((service) => service.id === id)?.name ?? "repair";
}

function keep() {
  const minutes = shop.services.find((service) => service.id === booked.repair_type)?.minutes ?? shop.slot_minutes;
  const text = calendarFile({
    id: booked.lead_id, start: booked.start, minutes, title: `${serviceName(booked.repair_type)} at ${shop.name}`,
    place: shop.city, description: booked.message,
  });
  const link = make("a", { href: URL.createObjectURL(new Blob([text], { type: "text/calendar" })), download: `${booked.lead_id}.ics` });
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60000);  // some ask first
}

/** Back from the confirmation, by the browser's button or by ours: the form as it was, with what is free now. */
async function again() {
  showForm();
  try {
    await loadSlots();
  } catch (error) {
    complain(error.message, [], again);
  }
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  submit();
});
form.addEventListener("input", (event) => forgive(event.target.name));
$("calendar").addEventListener("click", keep);
$("another").addEventListener("click", () => history.back());
addEventListener("popstate", () => {
  if (location.hash === "#booked" && booked) showDone();
  else if (form.hidden) again();
});

async function start() {
  $("alert").hidden = true;
  booked = JSON.parse(sessionStorage.getItem(KEPT) ?? "null");
  const isBooked = location.hash === "#booked";
  if (isBooked && !booked) history.replaceState(null, "", location.pathname + location.search);
  try {
    await loadShop();
    if (isBooked && booked) showDone();
    await loadSlots();
  } catch (error) {
    for (const wait of document.querySelectorAll(".wait")) wait.textContent = "Not available right now.";
    if (form.hidden) return;
    complain(error.message, [], start);
  }
}

start();
