// The booking page. What was typed is never lost: not with a slot that somebody else took, not with a dead network, not
// with a reload.

import { clearComplaints, complain, complainOf, focusWrong, forgive, orCall, sentence } from "./complaints.js";
import { $, make, recall, remember } from "./dom.js";
import { calendarFile } from "./ics.js";
import { hold, keepTyped, post, sent, typed, wasInterrupted } from "./kept.js";
import { readShop, shop } from "./shop.js";
import { busy, chooseOffered, day, freeTimes, isBooking, isStale, loadSlots, nameSubmit, showFree } from "./times.js";

const KEPT = "linda-booked";
const SLOW_SECONDS = 5;
const form = $("form");
let booked = null;

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
    keepTyped(day);
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
    complain(words, error.alternatives.map(offer));
    loadSlots().catch((failure) => complain(failure.message));
  } else if (problems.length) {
    if (!focusWrong()) complain(problems.map((pair) => sentence(...pair)).join(" "));
  } else {
    complain(error.unsure ? `${error.message} Pressing the button again cannot book twice.` : error.message);
  }
}

function offer(slot) {
  return make("button", { type: "button", onclick: () => take(slot) }, `Book ${slot.label}`);
}

function take(slot) {
  chooseOffered(slot);
  submit();
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
  keepTyped(day);
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
  if (!document.hidden && shop && isStale() && !form.hidden && !isBooking) loadSlots().catch(() => {});
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
    await readShop();
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
  if (wasInterrupted()) await booking(post);
}

for (const name of ["phone", "customer_name", "device", "notes"]) form.elements[name].value = typed[name] ?? "";
start();
