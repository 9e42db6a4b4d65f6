// The booking page. What was typed is never lost: not with a slot that somebody else took, not with a dead network, not
// with a reload.

import { ApiError, call } from "./api.js";
import { $, dateIn, dayWords, daysBetween, later, make, phoneWords, recall, refill, remember } from "./dom.js";
import { calendarFile } from "./ics.js";

const DAYS_AT_ONCE = 14;
const FIELDS = ["repair_type", "time", "phone", "customer_name", "device", "notes"];
const KEPT = "linda-booked";
const TYPED = "linda-typed";
const ATTEMPT = "linda-attempt";
const SLOW_SECONDS = 5;
const STALE_SECONDS = 60;
// A reload repeats what it interrupted; a tab that is found again days later books nothing by itself.
const REPEAT_MINUTES = 15;
const form = $("form");
let shop = null;
let slots = new Map();
let readAt = 0;
let typed = recall(TYPED) ?? {};
let day = typed.day ?? null;
let booked = null;
let isBooking = false;
// What was sent and not surely answered. Sent again it carries the same key, so that it books once.
let attempt = recall(ATTEMPT);

// --- what is shown ------------------------------------------------------------------------------------------------

function showShop() {
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
    make("input", { type: "radio", name: "repair_type", value: service.id, required: true, checked: service.id === typed.repair_type }),
    make("span", { class: "card" }, make("span", {}, name), make("span", { class: "quiet" }, service.price)),
  );
}

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
async function freeTimes() {
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

async function loadSlots() {
  showFree(await freeTimes());
}

function showFree(found) {
  const time = chosenTime() || typed.time;
  slots = found;
  // A time that was chosen is that of its day, and of no other.
  const stays = Boolean(slots.get(day)?.length);
  if (!stays) day = [...slots.keys()].find((date) => slots.get(date).length) ?? dateIn(shop.timezone);
  showDays();
  showSlots(stays ? time : "");
  if (time && !chosenTime() && !isBooking) complainOf("time", "The time that you chose is not free any more. Please choose another one.");
  keepTyped();
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
  keepTyped();
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

/** What the button books, said on it. */
function nameSubmit() {
  const slot = slots.get(day)?.find((each) => each.time === chosenTime());
  $("submit").textContent = isBooking ? "Booking…" : slot ? `Book ${slot.label}` : "Book it";
}

function keepTyped() {
  typed = { ...Object.fromEntries(new FormData(form)), day };
  remember(TYPED, typed);
}

// --- booking ------------------------------------------------------------------------------------------------------

async function submit() {
  if (isBooking) return;
  clearComplaints();
  const body = wanted();
  if (isComplete(body)) await booking(() => sent(body));
}

/** Show what became of a request that books. */
async function booking(request) {
  busy(true);
  try {
    booked = await request();
    hold(null);
    for (const input of form.querySelectorAll('[name="time"]')) input.checked = false;
    keepTyped();
    remember(KEPT, booked);
    history.pushState({ booked: true }, "", "#booked");
    showDone();
  } catch (error) {
    if (!error.unsure) hold(null);
    refused(error);
  } finally {
    busy(false);
  }
}

function hold(wanting) {
  attempt = wanting;
  remember(ATTEMPT, attempt);
}

async function sent(body) {
  const isRepeat = attempt && JSON.stringify(attempt.body) === JSON.stringify(body);
  const before = attempt && !isRepeat ? await wentThrough() : null;
  if (before) return before;
  if (!isRepeat) hold({ body, key: crypto.randomUUID(), at: Date.now() });
  return post();
}

async function post() {
  const answer = await call("POST", "/bookings", { body: attempt.body, headers: { "idempotency-key": attempt.key } });
  if (!answer.lead_id) throw new ApiError(0, {});  // somebody on the way said yes to something else
  return answer;
}

/** What a request that got no answer booked all the same, before another one is sent in its place; else null. */
async function wentThrough() {
  const { date, time } = attempt.body;
  try {
    const { slots: free } = await call("GET", `/availability?date=${date}`);
    if (free.some((slot) => slot.time === time)) return null;
  } catch (error) {
    error.unsure = true;
    throw error;
  }
  try {
    const answer = await post();
    return { ...answer, message: `Your first try did go through, and this is what it booked. ${answer.message}` };
  } catch (error) {
    if (error.unsure) throw error;
    return null;
  }
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
  const isWhole = Boolean(body.repair_type && body.time && body.phone);
  if (!focusWrong() && !isWhole) complain("Please choose a day that has free times.");
  return isWhole;
}

function refused(error) {
  const { date, time, ...others } = error.fields;
  const problems = Object.entries(others);
  for (const [name, problem] of problems) complainOf(name, sentence(name, problem));
  if (error.code === "slot_taken" || date || time) {
    // A page that was left open shows times of yesterday.
    const words = date || time ? "That time cannot be booked any more. Please choose one of those that are free now." : error.message;
    complain(words, error.alternatives);
    loadSlots().catch((failure) => complain(failure.message));
  } else if (problems.length) {
    if (!focusWrong()) complain(problems.map((pair) => sentence(...pair)).join(" "));
  } else {
    complain(error.unsure ? `${error.message} Pressing the button again cannot book twice.` : error.message);
  }
}

function sentence(name, problem) {
  const names = { phone: "The phone number", customer_name: "The name", device: "The device", notes: "The note", repair_type: "The repair" };
  return `${names[name] ?? name} ${problem}.`;
}

// --- complaints ---------------------------------------------------------------------------------------------------

/** "Or text or call (904) 555-0100.", or nothing where no number is known. */
function orCall() {
  const phone = shop?.phone || document.querySelector('meta[name="linda-phone"]').content;
  return phone ? ["Or text or call ", make("a", { href: `tel:${phone}` }, phoneWords(phone)), "."] : [];
}

function complain(message, alternatives = [], retry = null) {
  const others = alternatives.map((slot) => make("button", { type: "button", onclick: () => take(slot) }, `Book ${slot.label}`));
  $("alert").replaceChildren(
    make("p", {}, message),
    ...(retry ? [make("button", { type: "button", onclick: retry }, "Try again")] : []),
    ...(others.length ? [make("p", {}, "These are free:"), make("div", { class: "row" }, ...others)] : [make("p", {}, ...orCall())]),
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
  keepTyped();
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

function focusWrong() {
  const wrong = form.querySelector('[aria-invalid="true"]');
  wrong?.focus();
  return wrong;
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

/** The button keeps the focus while it works: it is named as disabled, and does nothing. */
function busy(isBusy) {
  isBooking = isBusy;
  $("submit").setAttribute("aria-disabled", String(isBusy));
  form.setAttribute("aria-busy", String(isBusy));
  nameSubmit();
}

// --- done ---------------------------------------------------------------------------------------------------------

function showDone() {
  form.hidden = true;
  $("alert").hidden = true;
  $("done").hidden = false;
  $("done-when").textContent = booked.label;
  $("done-what").textContent = [serviceName(booked.repair_type), booked.device].filter(Boolean).join(", ");
  $("done-id").textContent = booked.lead_id;
  // Day and number stand above: of LINDA's sentences those that say more are left.
  const more = booked.message.replace(`Booked: ${booked.label}. Your booking number is ${booked.lead_id}.`, "").trim();
  $("done-message").replaceChildren(...linked(more));
  $("done").focus();
}

/** The words to text, as links that begin that text. */
function linked(message) {
  const whole = message.replace(/(\(\d{3}\)) /g, "$1\u00a0");
  const link = (word) => make("a", { href: `sms:${shop.phone}?&body=${word}` }, word);
  return whole.split(/\b(MOVE|DROP)\b/).map((part, index) => (index % 2 && shop.phone ? link(part) : part));
}

function showForm() {
  form.hidden = false;
  $("done").hidden = true;
  clearComplaints();
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
form.addEventListener("input", (event) => {
  forgive(event.target.name);
  keepTyped();
  nameSubmit();
});
$("calendar").addEventListener("click", keep);
$("another").addEventListener("click", () => history.back());
addEventListener("popstate", () => {
  if (location.hash === "#booked" && booked) showDone();
  else if (form.hidden) again();
});
// Somebody comes back to this tab: what it shows may be taken. What cannot be read now is found out when it is booked.
document.addEventListener("visibilitychange", () => {
  const isStale = shop && Date.now() - readAt > STALE_SECONDS * 1000;
  if (!document.hidden && isStale && !form.hidden && !isBooking) loadSlots().catch(() => {});
});

function sayStillLoading() {
  document.querySelector(".wait")?.replaceChildren("Still loading. ", ...orCall());
}

async function start() {
  $("alert").hidden = true;
  booked = recall(KEPT);
  const isBooked = location.hash === "#booked";
  if (isBooked && !booked) history.replaceState(null, "", location.pathname + location.search);
  const slow = setTimeout(sayStillLoading, SLOW_SECONDS * 1000);
  const times = freeTimes();
  times.catch(() => {});  // told below, when the shop is known
  try {
    shop = await call("GET", "/shop");
    showShop();
    if (isBooked && booked) showDone();
    showFree(await times);
  } catch (error) {
    for (const wait of document.querySelectorAll(".wait")) wait.textContent = "Not available right now.";
    if (!form.hidden) complain(error.message, [], start);
    return;
  } finally {
    clearTimeout(slow);
  }
  if (attempt && Date.now() - attempt.at < REPEAT_MINUTES * 60000) await booking(post);
}

for (const name of ["phone", "customer_name", "device", "notes"]) form.elements[name].value = typed[name] ?? "";
start();
