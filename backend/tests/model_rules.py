"""What the Responses API refuses, as far as this product can get it wrong.

Names and types come from the SDK's own request types; the rest from the guides on function calling,
strict schemas and conversation state without storage (`store: false`).
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import Any

from openai.types.responses import response_create_params
from openai.types.responses.easy_input_message_param import EasyInputMessageParam
from openai.types.responses.response_function_tool_call_param import ResponseFunctionToolCallParam
from openai.types.responses.response_input_item_param import FunctionCallOutput
from openai.types.responses.response_output_message_param import ResponseOutputMessageParam
from openai.types.responses.response_reasoning_item_param import ResponseReasoningItemParam
from pydantic import TypeAdapter, ValidationError

Json = Mapping[str, Any]

_REQUEST = response_create_params.ResponseCreateParamsNonStreaming
_ITEMS: Mapping[str, Any] = {
    "message": EasyInputMessageParam,
    "function_call": ResponseFunctionToolCallParam,
    "function_call_output": FunctionCallOutput,
    "reasoning": ResponseReasoningItemParam,
}
_TOOL_KEYS = {"type", "name", "description", "parameters", "strict"}
_TOOL_NAME = re.compile(r"[A-Za-z0-9_-]{1,64}")
_SCHEMA_KEYS = {
    *("type", "description", "title", "properties", "required", "additionalProperties", "items"),
    *("enum", "const", "anyOf", "$ref", "$defs", "definitions", "pattern", "format"),
    *("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf", "minItems", "maxItems"),
}
_LEAST_OUTPUT_TOKENS = 16
_LONGEST_IDENTIFIER = 64


def faults_of_request(request: Mapping[str, Any], answers: Sequence[Sequence[Json]]) -> list[str]:
    """One sentence for each thing the real API would refuse; `answers` are the outputs given so far."""
    return [
        *_faults_of_fields(request),
        *_faults_of_tools(request),
        *_faults_of_input(request.get("input"), answers),
    ]


def _faults_of_fields(request: Json) -> Iterator[str]:
    for name in sorted(set(request) - set(_REQUEST.__annotations__)):
        yield f"Unknown parameter: '{name}'."
    if request.get("store") is not False:
        yield "'store' must be false: a customer's words are not kept elsewhere."
    for name in ("previous_response_id", "conversation"):
        if request.get(name) is not None:
            yield f"'{name}' needs a stored response, and 'store' is false."
    if request.get("max_output_tokens", _LEAST_OUTPUT_TOKENS) < _LEAST_OUTPUT_TOKENS:
        yield f"'max_output_tokens' must be at least {_LEAST_OUTPUT_TOKENS}."
    for name in ("safety_identifier", "prompt_cache_key", "user"):
        if len(request.get(name) or "") > _LONGEST_IDENTIFIER:
            yield f"'{name}' is longer than {_LONGEST_IDENTIFIER} characters."
    yield from _type_faults("request", _REQUEST, {**request, "input": "checked item by item"})
    if not request.get("input"):
        yield "Missing required parameter: 'input'."


def _faults_of_tools(request: Json) -> Iterator[str]:
    tools = request.get("tools", [])
    names = [tool.get("name") for tool in tools]
    if len(set(names)) != len(names):
        yield f"Tool names must be unique: {names}."
    if request.get("tool_choice") is not None and not tools:
        yield "'tool_choice' is only allowed when 'tools' are specified."
    for tool in tools:
        yield from _faults_of_tool(tool)


def _faults_of_tool(tool: Json) -> Iterator[str]:
    where = f"tool {tool.get('name')!r}"
    if set(tool) != _TOOL_KEYS:
        yield f"{where}: has {sorted(tool)}, must be flat: {sorted(_TOOL_KEYS)}."
        return
    if tool["type"] != "function" or not _TOOL_NAME.fullmatch(str(tool["name"])):
        yield f"{where}: bad type or name."
    if not isinstance(tool["description"], str) or not tool["description"]:
        yield f"{where}: needs a description."
    if tool["strict"] is not True:
        yield f"{where}: 'strict' must be true."
    if tool["parameters"].get("type") != "object":
        yield f"{where}: its schema must be an object."
    yield from _faults_of_schema(tool["parameters"], where)


def _faults_of_schema(schema: object, where: str) -> Iterator[str]:
    """Strict mode: every object closed, every property required, known keywords only."""
    if not isinstance(schema, Mapping):
        yield f"{where}: a schema must be an object, not {schema!r}."
        return
    if unknown := sorted(set(schema) - _SCHEMA_KEYS):
        yield f"{where}: {unknown} not permitted in a strict schema."
    if not {"type", "enum", "const", "anyOf", "$ref"} & set(schema):
        yield f"{where}: schema must have a 'type' key."
    if "properties" in schema or "object" in _types(schema):
        yield from _faults_of_object(schema, where)
    for place, part in _parts(schema):
        yield from _faults_of_schema(part, f"{where}.{place}")


def _faults_of_object(schema: Json, where: str) -> Iterator[str]:
    if schema.get("additionalProperties") is not False:
        yield f"{where}: 'additionalProperties' is required to be supplied and to be false."
    if sorted(schema.get("required", [])) != sorted(schema.get("properties", {})):
        yield f"{where}: 'required' must include every key in properties, and nothing else."


def _parts(schema: Json) -> Iterator[tuple[str, object]]:
    for name in ("properties", "$defs", "definitions"):
        yield from schema.get(name, {}).items()
    if "items" in schema:
        yield "items", schema["items"]
    for index, variant in enumerate(schema.get("anyOf", [])):
        yield f"anyOf[{index}]", variant


def _types(schema: Json) -> Sequence[str]:
    kind = schema.get("type", [])
    return [kind] if isinstance(kind, str) else kind


def _faults_of_input(items: object, answers: Sequence[Sequence[Json]]) -> Iterator[str]:
    if isinstance(items, str) or items is None:
        return
    if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
        yield "'input' must be a text or a list of items."
        return
    for index, item in enumerate(items):
        yield from _faults_of_item(f"input[{index}]", item)
    yield from _faults_of_calls(items)
    yield from _faults_of_returned_items(items, answers)


def _faults_of_item(where: str, item: Json) -> Iterator[str]:
    kind = item.get("type", "message" if "role" in item else None)
    if kind not in _ITEMS:
        yield f"Invalid value for '{where}.type': {kind!r}."
        return
    came_from_model = kind == "message" and "id" in item
    shape = ResponseOutputMessageParam if came_from_model else _ITEMS[str(kind)]
    for name in sorted(set(item) - set(shape.__annotations__)):
        yield f"Unknown parameter: '{where}.{name}'."
    yield from _type_faults(where, shape, item)


def _faults_of_calls(items: Sequence[Json]) -> Iterator[str]:
    open_calls: set[str] = set()
    seen: set[str] = set()
    for item in items:
        call_id = str(item.get("call_id"))
        if item.get("type") == "function_call":
            if call_id in seen:
                yield f"Duplicate function call {call_id}."
            open_calls.add(call_id)
            seen.add(call_id)
        elif item.get("type") == "function_call_output":
            if call_id not in open_calls:
                yield f"No tool call found for function call output with call_id {call_id}."
            open_calls.discard(call_id)
    for call_id in sorted(open_calls):
        yield f"No tool output found for function call {call_id}."


def _faults_of_returned_items(items: Sequence[Json], answers: Sequence[Sequence[Json]]) -> Iterator[str]:
    """An answer comes back whole and in order: a call without its reasoning is refused."""
    sent = [_identity(item) for item in items]
    for answer in answers:
        wanted = [_identity(item) for item in answer]
        if set(wanted) & set(sent) and [each for each in sent if each in wanted] != wanted:
            missing = [each for each in wanted if each not in sent]
            yield f"Items of one answer must all be sent back in order; missing: {missing}."


def _identity(item: Json) -> str:
    return str(item.get("call_id") if item.get("type") == "function_call" else item.get("id"))


def _type_faults(where: str, shape: object, value: Json) -> Iterator[str]:
    try:
        _adapter(shape).validate_python(dict(value))
    except ValidationError as error:
        for fault in error.errors(include_url=False)[:3]:
            yield f"Invalid '{where}': {'.'.join(map(str, fault['loc']))}: {fault['msg']}."


@cache
def _adapter(shape: Any) -> TypeAdapter[Any]:
    return TypeAdapter(shape)
