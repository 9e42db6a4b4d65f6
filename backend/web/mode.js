// The modes, and the end that the next one gets.

import { $, dateIn, later, zoned } from "./dom.js";
import { complain } from "./notices.js";
import { shop } from "./shop.js";

export const MODES = { work: "Work", gym: "Gym", driving: "Driving", onsite: "On site", break: "Break", closed: "Closed" };
// A time before this is meant for the coming night when it has passed today.
const NIGHT_ENDS = "06:00";
export let minutes = "";

/** When the next mode ends: an instant, or null for no end; undefined, with a complaint, for a time that has passed. */
export function untilChosen() {
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
export function pickEnd(chosen, isTyped = false) {
  minutes = chosen;
  if (!isTyped) $("until-time").value = "";
  for (const each of document.querySelectorAll(".until button")) {
    each.setAttribute("aria-pressed", String(!isTyped && each.dataset.minutes === chosen));
  }
}
