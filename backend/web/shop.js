// The shop, as its route tells it, and the time of day there.

import { call } from "./api.js";
import { dateIn, dayWords } from "./dom.js";

/** Null until it was read. */
export let shop = null;

export async function readShop() {
  shop = await call("GET", "/shop");
  return shop;
}

export function clock(instant) {
  return new Intl.DateTimeFormat("en-US", { timeZone: shop.timezone, hour: "numeric", minute: "2-digit" }).format(new Date(instant));
}

/** A time, with its day where that is not today. */
export function moment(instant) {
  const date = dateIn(shop.timezone, new Date(instant));
  return date === dateIn(shop.timezone) ? clock(instant) : `${dayWords(date)}, ${clock(instant)}`;
}
