"""The conversation with OpenAI's Responses API: bounded in rounds, in calls and in time. Only importer of openai."""

from __future__ import annotations

import hashlib
import json
import queue
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from openai import APITimeoutError, OpenAI
from openai.types.responses import Response

from errors import ModelFailed, ModelLate
from utils import Deadline, Settings, logger

MAX_ROUNDS = 5
MAX_CALLS_A_ROUND = 4
MAX_OUTPUT_TOKENS = 400
# Less than this is not enough for any answer; asking would only spend it.
LEAST_SECONDS = 0.2
# By then the request has been sent: before, whatever is done would be done at its cost.
SENT_AFTER_SECONDS = 0.1
# With less time left it is not begun: at a cold start it takes up to this long with half a processor.
PREPARING_SECONDS = 1.5

RunTool = Callable[[str, Mapping[str, Any]], Mapping[str, Any]]


@dataclass(frozen=True)
class Prompt:
    """What the model is given. `instructions` and `tools` are the same bytes for everybody, so that they are cached."""

    instructions: str
    tools: Sequence[Mapping[str, Any]]
    items: Sequence[Mapping[str, Any]]
    customer: str


def prepare(settings: Settings) -> None:
    """Make the client, without a word to anybody. Raises what the SDK does for settings that can not work."""
    if settings.openai_api_key:
        _ = _client(settings).responses  # the SDK imports this part when it is first asked for


def converse(
    settings: Settings,
    prompt: Prompt,
    run_tool: RunTool,
    deadline: Deadline,
    so_far: list[dict[str, Any]],
    *,
    meanwhile: Callable[[], None],
) -> str:
    """Let the model speak and call tools until it answers in words. Raises ModelFailed when it does not, ModelLate when
    the deadline comes first.

    Every output item goes back to it in order, as the API wants without a stored response; the last round may
    only speak. `so_far` holds its calls and their outputs, of an earlier try too, and grows with each round.
    `meanwhile` is done while it is waited for, when there is time.
    """
    for round_number in range(MAX_ROUNDS):
        last = round_number == MAX_ROUNDS - 1
        response = _ask(settings, prompt, [*prompt.items, *so_far], deadline, meanwhile, only_words=last)
        calls = [item for item in response.output if item.type == "function_call"]
        if not calls or last:
            return _words(response)
        outputs = []
        for number, call in enumerate(calls):
            if number < MAX_CALLS_A_ROUND:
                output = _tool_output(run_tool, call.name, call.arguments)
            else:
                output = {"ok": False, "error": "too many calls at once"}
            outputs.append({"type": "function_call_output", "call_id": call.call_id, "output": json.dumps(output)})
        # Together: a call without its output would be refused by the API.
        so_far += [*(item.model_dump(exclude_none=True) for item in response.output), *outputs]
    raise ModelFailed


def _tool_output(run_tool: RunTool, name: str, arguments: str) -> Mapping[str, Any]:
    try:
        parsed = json.loads(arguments)
    except (ValueError, RecursionError):
        parsed = None
    if not isinstance(parsed, dict):
        return {"ok": False, "error": "the arguments are not a JSON object"}
    return run_tool(name, parsed)


def _ask(
    settings: Settings,
    prompt: Prompt,
    items: list[Mapping[str, Any]],
    deadline: Deadline,
    meanwhile: Callable[[], None],
    *,
    only_words: bool,
) -> Response:
    """One request. Whatever goes wrong with it, in whatever way, comes out as ModelFailed; silence as ModelLate."""
    seconds = deadline.remaining_seconds()
    if seconds < LEAST_SECONDS:
        raise ModelLate
    parameters = _parameters(settings, prompt, items, only_words=only_words)
    answers: queue.SimpleQueue[Any] = queue.SimpleQueue()

    def call() -> None:
        # The SDK's own timeout bounds each read, not the call; this thread is left behind when it is late.
        try:
            responses = _client(settings).responses
            # The rest as it is sent: as parameters it would be walked and copied, four times as long as all else takes.
            answers.put(responses.create(model=settings.openai_model, extra_body=parameters, timeout=seconds))
        except Exception as error:  # noqa: BLE001 - around the model anything can come back
            answers.put(error)

    threading.Thread(target=call, daemon=True, name="model").start()
    try:
        answer = _waited_for(answers, deadline, meanwhile)
    except queue.Empty:
        logger.warning("model failed", extra={"failure": "late"})
        raise ModelLate from None
    return _usable(answer)


def _waited_for(answers: queue.SimpleQueue[Any], deadline: Deadline, meanwhile: Callable[[], None]) -> object:
    """The answer. Once the request is on its way, what the answer will need is done. Raises queue.Empty when late."""
    try:
        return answers.get(timeout=min(SENT_AFTER_SECONDS, deadline.remaining_seconds()))
    except queue.Empty:
        if deadline.remaining_seconds() > PREPARING_SECONDS:
            _prepare_for_it(meanwhile)
        return answers.get(timeout=deadline.remaining_seconds())


def _prepare_for_it(meanwhile: Callable[[], None]) -> None:
    """What is not done here is done when the answer is there."""
    try:
        _make_parsers()
        meanwhile()
    except Exception:  # noqa: BLE001 - logged; the answer may be there without it
        logger.exception("nothing could be prepared for the model's answer")


# An answer with everything that is read here, and what the API says beside it.
_EXAMPLE: Mapping[str, Any] = json.loads("""{
  "id": "", "object": "response", "created_at": 0, "status": "completed", "model": "", "metadata": {},
  "output": [
    {"type": "message", "id": "", "status": "completed", "role": "assistant",
      "content": [{"type": "output_text", "text": "", "annotations": [], "logprobs": []}]},
    {"type": "function_call", "id": "", "status": "completed", "call_id": "", "name": "", "arguments": "{}"}
  ],
  "tools": [{"type": "function", "name": "", "description": "", "parameters": {}, "strict": true}],
  "tool_choice": "auto", "parallel_tool_calls": false, "reasoning": {"effort": "none", "summary": null},
  "text": {"format": {"type": "text"}, "verbosity": "medium"}, "service_tier": "default", "truncation": "disabled",
  "usage": {"input_tokens": 0, "input_tokens_details": {"cached_tokens": 0, "cache_write_tokens": 0},
    "output_tokens": 0, "output_tokens_details": {"reasoning_tokens": 0}, "total_tokens": 0}
}""")


@lru_cache(maxsize=1)
def _make_parsers() -> None:
    """Have the SDK read an answer: its parsers are made for the first one, which takes longer than all else."""
    Response.construct(**_EXAMPLE)


def _usable(answer: object) -> Response:
    """A whole response. A web page, an empty object, broken JSON or an item without its parts is none."""
    if isinstance(answer, Response) and answer.status != "failed" and _is_well_formed(answer):
        return answer
    logger.warning("model failed", extra={"failure": type(answer).__name__})
    if isinstance(answer, APITimeoutError):
        raise ModelLate from answer
    raise ModelFailed from answer if isinstance(answer, Exception) else None


def _is_well_formed(response: Response) -> bool:
    """Whether everything is there that is read later. The SDK builds its objects without looking."""
    try:
        calls = [item for item in response.output if item.type == "function_call"]
        texts = [text for call in calls for text in (call.name, call.call_id, call.arguments)]
        return all(isinstance(text, str) for text in (*texts, response.output_text))
    except (AttributeError, TypeError):
        return False


def _words(response: Response) -> str:
    words = response.output_text.strip()
    if not words:
        raise ModelFailed
    return words


def _parameters(
    settings: Settings, prompt: Prompt, items: list[Mapping[str, Any]], *, only_words: bool
) -> dict[str, Any]:
    """What the API is sent beside the name of the model."""
    parameters: dict[str, Any] = {
        "instructions": prompt.instructions,
        "tools": prompt.tools,
        "tool_choice": "none" if only_words else "auto",
        "parallel_tool_calls": False,
        "input": items,
        "store": False,
        "max_output_tokens": MAX_OUTPUT_TOKENS,
        "safety_identifier": hashlib.sha256(prompt.customer.encode()).hexdigest()[:32],
    }
    if not settings.openai_model.startswith("gpt-4"):  # those know no reasoning and refuse the parameter
        parameters |= {"reasoning": {"effort": "none"}, "include": ["reasoning.encrypted_content"]}
    return parameters


def _client(settings: Settings) -> OpenAI:
    return _cached_client(settings.openai_api_key or "", settings.openai_base_url)


@lru_cache(maxsize=4)
def _cached_client(api_key: str, base_url: str) -> OpenAI:
    return OpenAI(api_key=api_key, base_url=base_url, max_retries=0)
