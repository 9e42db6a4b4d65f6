// A phone for a newcomer: texts go to a helper on this machine, which signs them as Twilio would. Never deployed.

import { $, make, phoneWords } from "./dom.js";

const spent = { segments: 0, usd: 0 };

async function helper(path, body) {
  const options = body ? { method: "POST", body: JSON.stringify(body), headers: { "content-type": "application/json" } } : {};
  const response = await fetch(path, options).catch(() => {
    throw new Error("LINDA does not answer on this machine. Is run_local.sh still running?");
  });
  const answer = await response.json();
  if (!response.ok) throw new Error(answer.error);
  return answer;
}

async function start() {
  const { people, mode } = await helper("/local/session");
  $("sender").replaceChildren(...people.map(({ name, number }) => make("option", { value: number }, `${name}, ${phoneWords(number)}`)), make("option", { value: "" }, "another number"));
  $("mode").textContent = mode;
  $("compose").querySelector("button").disabled = false;
}

function sender() {
  return $("sender").value || $("number").value;
}

function senderName() {
  return $("sender").value ? $("sender").selectedOptions[0].textContent.split(",")[0] : phoneWords($("number").value);
}

async function send(event) {
  event.preventDefault();
  if (!$("sender").value && !$("number").reportValidity()) return;
  const words = $("words").value;
  const from = sender();
  const who = senderName();
  const button = $("compose").querySelector("button");
  button.disabled = true;
  const mine = bubble("mine", who, words);
  $("words").value = "";
  try {
    const answer = await helper("/local/text", { from, body: words });
    measure(mine, answer.sent);
    for (const text of answer.answers) {
      const isReply = text.to === from;
      measure(bubble(isReply ? "hers" : "other", `LINDA to ${isReply ? who : text.name}`, text.body), text);
    }
    if (!answer.answers.length) bubble("hers", "LINDA", "(no answer)");
    show(answer);
  } catch (error) {
    bubble("other", "Not sent", error.message);
    $("words").value ||= words;
  } finally {
    button.disabled = false;
    $("words").focus();
  }
}

function bubble(kind, who, words) {
  const drawn = make("p", { class: `bubble ${kind}` }, make("small", {}, who), words);
  $("thread").append(drawn);
  $("thread").scrollTop = $("thread").scrollHeight;
  return drawn;
}

/** Say under a bubble what it cost, and add it up. */
function measure(drawn, { segments, encoding, usd }) {
  drawn.append(make("small", {}, `${segments} segment${segments === 1 ? "" : "s"}, ${encoding}, about $${usd.toFixed(4)}`));
  $("thread").scrollTop = $("thread").scrollHeight;
  spent.segments += segments;
  spent.usd += usd;
  $("cost").textContent = `${spent.segments} segments so far, about $${spent.usd.toFixed(4)} at Twilio's price without carrier fees.`;
}

function show({ mode, functions, items }) {
  $("mode").textContent = mode;
  $("functions").replaceChildren(...(functions.length ? functions.map((each) => make("li", {}, each)) : [make("li", { class: "quiet" }, "none: code answered this alone")]));
  $("items").replaceChildren(...items.map(({ change, key, item }) => make("details", {}, make("summary", {}, `${change} ${key}`), make("pre", {}, JSON.stringify(item, null, 2)))));
}

$("sender").addEventListener("change", () => {
  $("other").hidden = Boolean($("sender").value);
});
$("compose").addEventListener("submit", send);
start().catch((error) => bubble("other", "Not ready", error.message));
