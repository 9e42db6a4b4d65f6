// What is wrong with a booking, said above the form and beside its fields.

import { $, make, phoneWords } from "./dom.js";
import { shop } from "./shop.js";

const FIELDS = ["repair_type", "time", "phone", "customer_name", "device", "notes"];
const form = $("form");

/** "Or text or call (904) 555-0100.", or nothing where no number is known. */
export function orCall() {
  const phone = shop?.phone || document.querySelector('meta[name="linda-phone"]').content;
  return phone ? ["Or text or call ", make("a", { href: `tel:${phone}` }, phoneWords(phone)), "."] : [];
}

export function complain(message, others = [], retry = null) {
  $("alert").replaceChildren(
    make("p", {}, message),
    ...(retry ? [make("button", { type: "button", onclick: retry }, "Try again")] : []),
    ...(others.length ? [make("p", {}, "These are free:"), make("div", { class: "row" }, ...others)] : [make("p", {}, ...orCall())]),
  );
  $("alert").hidden = false;
  $("alert").focus();
}

export function complainOf(name, message) {
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

export function focusWrong() {
  const wrong = form.querySelector('[aria-invalid="true"]');
  wrong?.focus();
  return wrong;
}

export function clearComplaints() {
  $("alert").hidden = true;
  FIELDS.forEach(forgive);
}

/** A field that is changed is not wrong any more, as far as this page knows. */
export function forgive(name) {
  $(`${name}-wrong`).hidden = true;
  for (const input of form.querySelectorAll(`[name="${name}"]`)) input.removeAttribute("aria-invalid");
}

export function sentence(name, problem) {
  const names = { phone: "The phone number", customer_name: "The name", device: "The device", notes: "The note", repair_type: "The repair" };
  return `${names[name] ?? name} ${problem}.`;
}
