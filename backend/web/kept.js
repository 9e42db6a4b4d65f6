// What the booking page keeps over a reload: what was typed, and the booking that was sent and not surely answered.

import { ApiError, call } from "./api.js";
import { $, recall, remember } from "./dom.js";

const TYPED = "linda-typed";
const ATTEMPT = "linda-attempt";
// A reload repeats what it interrupted; a tab that is found again days later books nothing by itself.
const REPEAT_MINUTES = 15;
export let typed = recall(TYPED) ?? {};
// What was sent and not surely answered. Sent again it carries the same key, so that it books once.
let attempt = recall(ATTEMPT);

export function keepTyped(day) {
  typed = { ...Object.fromEntries(new FormData($("form"))), day };
  remember(TYPED, typed);
}

export function hold(wanting) {
  attempt = wanting;
  remember(ATTEMPT, attempt);
}

/** Whether a reload came before the answer. */
export function wasInterrupted() {
  return attempt && Date.now() - attempt.at < REPEAT_MINUTES * 60000;
}

export async function sent(body) {
  const isRepeat = attempt && JSON.stringify(attempt.body) === JSON.stringify(body);
  const before = attempt && !isRepeat ? await wentThrough() : null;
  if (before) return before;
  if (!isRepeat) hold({ body, key: crypto.randomUUID(), at: Date.now() });
  return post();
}

export async function post() {
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
