// The door of the cockpit. The token is asked once and kept for this tab only; what was read with it goes when the door
// closes, and changes go through it one at a time.

import { ApiError, call } from "./api.js";
import { $, make } from "./dom.js";
import { complain, quiet, reasons } from "./notices.js";

export const TOKEN = "linda-admin-token";
export let state = null;
export let bookings = null;
// What each field of the state was last given: what differs from it was typed.
export const shown = {};
// The change that is on its way, and the tap that waits for it.
export let flight = "";
let waiting = null;

export const ask = (method, path, options = {}) => call(method, path, { token: sessionStorage.getItem(TOKEN) ?? "", ...options });

/** Keep what was read or written. */
export function know(found) {
  ({ state = state, bookings = bookings } = found);
}

export function close(message = "") {
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

export function failed(error) {
  if (error instanceof ApiError && error.status === 401) close("That token is not right, or not any more. Please sign in again.");
  else complain(reasons(error));
}

/** Say in its place that a part was not read, beside what is there from before. */
export function notRead(place, error, again) {
  if (error.status === 401) {
    failed(error);
    return;
  }
  for (const old of place.querySelectorAll(".wait, .unread")) old.remove();
  place.prepend(make("div", { class: "notice bad unread", role: "status" }, make("p", {}, reasons(error)), make("button", { type: "button", onclick: again }, "Try again")));
}

/**
 * One change at a time. A tap meanwhile has its turn after it, the last one alone, and only when it went well: else
 * there is something to read first. The same tap again is the same change.
 */
export async function inTurn(key, run) {
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
