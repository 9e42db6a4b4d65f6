// What the cockpit says: what was done, what was not, and why not.

import { $ } from "./dom.js";

const SAID_SECONDS = 8;
let saidTimer = 0;

export function tell(words) {
  clearTimeout(saidTimer);
  $("said").textContent = words;
  saidTimer = setTimeout(() => $("said").replaceChildren(), SAID_SECONDS * 1000);
}

/** What was said of the last thing is of the last thing. */
export function quiet() {
  $("said").replaceChildren();
  $("alert").hidden = true;
}

export function complain(message) {
  $("alert").textContent = message;
  $("alert").hidden = false;
  $("alert").focus();
}

/** Why not, with the fields that are at fault and what is free instead. */
export function reasons(error) {
  const problems = Object.entries(error.fields ?? {}).map(([name, problem]) => `${name.replaceAll("_", " ")} ${problem}`);
  const others = (error.alternatives ?? []).map((slot) => slot.label);
  const why = problems.length ? `That was not done: ${problems.join("; ")}.` : error.message;
  return others.length ? `${why} These are free: ${others.join("; ")}.` : why;
}
