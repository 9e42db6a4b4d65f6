// A phone for a newcomer: texts go to a helper on this machine, which signs them as Twilio would. Never deployed.

import { $, make, phoneWords } from "./dom.js";

const spent = { segments: 0, usd: 0 };

async function helper(path, body) {
  const options = body ? { method: "POST", body: JSON.stringify(body), headers: { "content-type": "application/json" } } : {};
  const response = await fetch(path, options);
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

async function send(event) {
  event.preventDefault();
  if (!$("sender").value && !$("number").reportValidity()) return;
  const words = $("words").value;
  const button = $("compose").querySelector("button");
  button.disabled = true;
  try {
    const answer = await helper("/local/text", { from: sender(), body: words });
    $("words").value = "";
    bubble("mine", words, answer.sent);
    for (const text of answer.answers) {
      const toSender = text.to === sender();
      bubble(toSender ? "hers" : "other", toSender ? text.body : `to ${text.name}: ${text.body}`, text);
    }
    if (!answer.answers.length) bubble("hers", "(no answer)", null);
    show(answer);
  } catch (error) {
    bubble("other", error.message, null);
  } finally {
    button.disabled = false;
    $("words").focus();
  }
}

function bubble(kind, words, size) {
  const detail = size ? make("small", {}, `${size.segments} segment${size.segments === 1 ? "" : "s"}, ${size.encoding}, about $${size.usd.toFixed(4)}`) : "";
  $("thread").append(make("p", { class: `bubble ${kind}` }, words, detail));
  $("thread").scrollTop = $("thread").scrollHeight;
  if (!size) return;
  spent.segments += size.segments;
  spent.usd += size.usd;
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
start().catch((error) => bubble("other", error.message, null));
