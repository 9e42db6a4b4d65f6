"""How many tokens the model reads and writes, and what that costs.

Counted by OpenAI's o200k_base, where the package that holds it is there, and as a quarter of the characters where not.
How the API lays out messages and tools is not published: tools are counted as the JSON that is sent, and four tokens
are added for each item. The API's own cache, which makes a repeated beginning cheaper, is not counted.
"""

import importlib
import json
from collections.abc import Mapping
from functools import cache
from typing import Any

from scripted_model import Answer

USD_IN, USD_OUT = 0.10, 0.50  # for a million tokens of gpt-6-luna, November 2026
_TOKENS_AROUND_AN_ITEM = 4
# Of the same model, published: seconds to the first token, tokens a second after it.
_FIRST_TOKEN_SECONDS, _TOKENS_A_SECOND = 0.7, 130


def counted_by() -> str:
    return "o200k_base" if _encoding() else "a quarter of the characters"


def count(text: str) -> int:
    encoding = _encoding()
    return len(encoding.encode(text)) if encoding else -(-len(text) // 4)


def of_request(request: Mapping[str, Any]) -> int:
    """What the model reads."""
    parts = [request["instructions"], *(_json(tool) for tool in request["tools"])]
    parts += [_words_of(item) for item in request["input"]]
    return sum(count(part) + _TOKENS_AROUND_AN_ITEM for part in parts)


def of_answer(answer: Answer) -> int:
    """What the model writes."""
    return sum(count(_words_of(item)) + _TOKENS_AROUND_AN_ITEM for item in answer.items)


def usd(tokens_in: int, tokens_out: int) -> float:
    return (tokens_in * USD_IN + tokens_out * USD_OUT) / 1e6


def seconds(answer: Answer) -> float:
    """How long the published default takes for an answer."""
    return _FIRST_TOKEN_SECONDS + of_answer(answer) / _TOKENS_A_SECOND


def _words_of(item: Mapping[str, Any]) -> str:
    """Of a message what it says, of a call its name and arguments, of its output the output."""
    content = item.get("content", "")
    said = content if isinstance(content, str) else "".join(part.get("text", "") for part in content)
    return "".join([said, item.get("name", ""), item.get("arguments", ""), item.get("output", "")])


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


@cache
def _encoding() -> Any:
    try:
        return importlib.import_module("bpe_openai").get_encoding("o200k_base")
    except ImportError:
        return None
