// Brandon's cockpit: it is read and looked at again, and its mode and settings are written. Every write names the
// version it was read at.

import { loadBookings, showBookings } from "./agenda.js";
import { $, make } from "./dom.js";
import { TOKEN, ask, close, failed, flight, inTurn, know, notRead, shown, state } from "./door.js";
import { MODES, minutes, pickEnd, untilChosen } from "./mode.js";
import { complain, quiet, tell } from "./notices.js";
import { moment, readShop, shop } from "./shop.js";
import { loadWeek } from "./week.js";

const TEXTS = ["location", "greeting", "notes", "bulletin"];
const SWITCHES = ["ai_answers_sms", "ai_answers_calls", "ring_first", "auto_upsell"];
const STALE_SECONDS = 60;
const LOOK_SECONDS = 5;
let readAt = 0;

async function open() {
  quiet();
  $("signed-in").hidden = false;
  await read(failed);
}

/** Read everything and show it; `refused` is told why not. */
async function read(refused) {
  readAt = Date.now();
  let found;
  try {
    [, found] = await Promise.all([shop ?? readShop(), ask("GET", "/state")]);
  } catch (error) {
    refused(error);
    return;
  }
  if (!sessionStorage.getItem(TOKEN)) return;  // signed out meanwhile
  // What was written meanwhile is newer.
  if (!state || found.version >= state.version) know({ state: found });
  $("door").hidden = true;
  $("cockpit").hidden = false;
  document.title = `Cockpit, ${shop.name}`;
  const collided = showState();
  if (collided.length) complain(`Somebody else changed this meanwhile.${theirs(collided)}`);
  await Promise.all([loadBookings(), loadWeek()]);
}

/** Look again now and then, while somebody looks at it and has nothing half done. */
function look() {
  if (document.hidden || !state || flight || document.querySelector("dialog[open]")) return;
  const ends = Date.parse(state.until ?? "");
  const hasEnded = ends > readAt && ends <= Date.now();
  const isStale = Date.now() - readAt > STALE_SECONDS * 1000;
  if (hasEnded || (isStale && !Object.keys(changes()).length)) read((error) => notRead($("bookings"), error, open));
}

// --- state --------------------------------------------------------------------------------------------------------

/** Show what stands there. `sent` are fields that were just written: they are typed no more. */
function showState(sent = {}) {
  const mode = state.effective_mode;
  const until = mode !== "work" && state.until ? ` until ${moment(state.until)}` : "";
  $("mode-now").textContent = `${MODES[mode]}${until}`;
  for (const button of $("modes").children) button.setAttribute("aria-pressed", String(button.dataset.mode === mode));
  const form = $("state").elements;
  const collided = [...TEXTS, ...SWITCHES, "max_discount_percent"].filter((name) => show(form[name], state[name] ?? false, sent[name]));
  $("discount").textContent = `${form.max_discount_percent.value}%`;
  return collided;
}

/** Give a field its value, unless something else was typed there since. Answers whether both have changed. */
function show(field, value, sent) {
  const key = field.type === "checkbox" ? "checked" : "value";
  const typed = field[key];
  const before = shown[field.name];
  const isTyped = before !== undefined && typed !== before && typed !== String(sent ?? "") && typed !== sent;
  field[key] = value;
  shown[field.name] = field[key];
  if (isTyped) field[key] = typed;
  return isTyped && shown[field.name] !== before;
}

async function setMode(mode) {
  const until = mode === "work" ? null : untilChosen();
  if (until === undefined) return;
  write({ mode, until }, `Mode: ${MODES[mode]}.`, [mode, minutes, $("until-time").value].join(" "));
}

/** Write fields of the state, if nobody else has written since it was read; else show what stands there now. */
function write(fields, done, key = JSON.stringify(fields)) {
  inTurn(key, async () => {
    try {
      const written = await ask("POST", "/state", { body: fields, headers: { "if-match": `"${state.version}"` } });
      if (!state) return false;  // signed out meanwhile
      know({ state: written });
    } catch (error) {
      await notWritten(error);
      return false;
    }
    if (fields.mode) pickEnd(""); // an end is of one mode: none is left for the next tap, however soon it comes
    showState(fields);
    showBookings();
    tell(done);
    loadBookings();
    return true;
  });
}

async function notWritten(error) {
  if (error.status !== 412 && !error.unsure) {
    failed(error);
    return;
  }
  let collided;
  try {
    know({ state: await ask("GET", "/state") });
    collided = showState();
    showBookings();
  } catch (again) {
    failed(again);
    return;
  }
  if (error.unsure) {
    complain(`${error.message} You see what stands there now.`);
    return;
  }
  complain(`Somebody else changed this meanwhile, so nothing was written. You see it as it is now, and what you typed: please do it again if you still want it.${theirs(collided)}`);
}

function theirs(collided) {
  return collided.map((name) => ` ${name.replaceAll("_", " ")} is now: ${state[name] || "(empty)"}.`).join("");
}

/** The fields that were typed and are not saved. */
function changes() {
  const form = $("state").elements;
  const now = {};
  for (const name of TEXTS) now[name] = form[name].value;
  for (const name of SWITCHES) now[name] = form[name].checked;
  now.max_discount_percent = Number(form.max_discount_percent.value);
  return Object.fromEntries(Object.entries(now).filter(([name, value]) => String(value) !== String(shown[name])));
}

function save(event) {
  event.preventDefault();
  const changed = changes();
  if (Object.keys(changed).length) write(changed, "Saved.");
  else tell("Nothing to save.");
}

// --- the page -----------------------------------------------------------------------------------------------------

$("door-form").addEventListener("submit", async (event) => {
  event.preventDefault();
  const token = $("token").value.trim();
  if (!/^[!-~]+$/.test(token)) {
    complain("That is no token: it has a space or a letter that none has.");
    return;
  }
  sessionStorage.setItem(TOKEN, token);
  await open();
  if (state) $("mode-title").focus();
});
$("sign-out").addEventListener("click", () => close());
$("refresh").addEventListener("click", open);
$("state").addEventListener("submit", save);
$("state").elements.max_discount_percent.addEventListener("input", (event) => {
  $("discount").textContent = `${event.target.value}%`;
});
for (const button of document.querySelectorAll(".until button")) button.addEventListener("click", () => pickEnd(button.dataset.minutes));
$("until-time").addEventListener("input", () => pickEnd("", $("until-time").value !== ""));
$("modes").replaceChildren(...Object.entries(MODES).map(([name, words]) => make(
  "button", { type: "button", "data-mode": name, "aria-pressed": "false", onclick: () => setMode(name) }, words,
)));
document.addEventListener("visibilitychange", look);
setInterval(look, LOOK_SECONDS * 1000);

if (sessionStorage.getItem(TOKEN)) open();
else $("door").hidden = false;
