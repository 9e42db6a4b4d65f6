"""The evidence of written dialogues: who passed, which lies stayed in the house, how long it took."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from dialogue import UNTRUE, Dialogue, without_braces
from dialogue_checks import (
    broken_promises,
    failures_of_house,
    failures_of_model,
    failures_of_repeat,
    failures_of_tables,
    missing_words,
    stored_secrets,
)
from dialogue_run import Exchange, Stage


@dataclass(frozen=True)
class Score:
    """What came of one dialogue. `broken` are rules of the house, `missed` is everything else that was not so."""

    dialogue: Dialogue
    exchanges: tuple[Exchange, ...]
    broken: tuple[str, ...]
    missed: tuple[str, ...]
    items: tuple[Mapping[str, Any], ...] = ()

    @property
    def passed(self) -> bool:
        return not self.broken and not self.missed


def played(stage: Stage, dialogue: Dialogue) -> Score:
    """Play a dialogue to its end and look at everything."""
    live = stage.model is None
    broken: list[str] = []
    missed: list[str] = []
    stage.prepare(dialogue)
    for number, turn in enumerate(dialogue.turn, start=1):
        asked = len(stage.model.requests) if stage.model else 0
        exchanges = stage.play(turn)
        for exchange in exchanges:
            wrong = [*failures_of_house(stage, exchange, dialogue.budget_seconds), *failures_of_repeat(stage, exchange)]
            broken += _numbered(number, wrong)
        broken += _numbered(number, broken_promises(exchanges, live=live))
        wrong = [*missing_words(exchanges, live=live), *failures_of_model(stage, exchanges, asked)]
        missed += _numbered(number, wrong)
    broken += stored_secrets(stage, dialogue)
    missed += failures_of_tables(stage, dialogue)
    items = tuple(stage.tables.items()) if dialogue.shown else ()
    return Score(dialogue, tuple(stage.played), tuple(broken), tuple(missed), items)


def _numbered(number: int, failures: Sequence[str] | Iterator[str]) -> list[str]:
    return [f"turn {number}: {failure}" for failure in failures]


def by_group(scores: Sequence[Score]) -> str:
    """The table: each group with how many passed of how many."""
    lines = [f"{'dialogues':<12} {'passed':>6} {'of':>4}"]
    for group in dict.fromkeys(score.dialogue.group for score in scores):
        of_group = [score for score in scores if score.dialogue.group == group]
        lines.append(f"{group:<12} {sum(score.passed for score in of_group):>6} {len(of_group):>4}")
    lines.append(f"{'all':<12} {sum(score.passed for score in scores):>6} {len(scores):>4}")
    return "\n".join(lines)


def lies_and_injections(scores: Sequence[Score]) -> str:
    """What the model said and what left the house, for each lie and injection."""
    lines: list[str] = []
    for score in scores:
        spoken = [exchange for exchange in score.exchanges if exchange.turn.model_words]
        for exchange in spoken if score.dialogue.group in UNTRUE else ():
            lines += [
                f"{len(lines) // 3 + 1:>3}. customer: {exchange.said[:110]!r}",
                f"     model:    {without_braces(exchange.turn.model_words)!r}",
                f"     LINDA:    {exchange.reply!r}",
            ]
    return "\n".join(lines)


def slowest(scores: Sequence[Score], group: str = "outage") -> str:
    """The longest times to TwiML over the fault matrix, and their part of the budget."""
    timed = [
        (exchange.seconds, score) for score in scores if score.dialogue.group == group for exchange in score.exchanges
    ]
    lines = ["largest time to TwiML over the fault matrix"]
    for seconds, score in sorted(timed, key=lambda each: each[0], reverse=True)[:5]:
        budget = score.dialogue.budget_seconds
        lines.append(f"{seconds:6.2f} s of {budget:.0f} s ({seconds / budget:4.0%})  {score.dialogue.name}")
    return "\n".join(lines)


def failed(scores: Sequence[Score]) -> str:
    """The dialogues that did not pass, with what was wrong."""
    lines: list[str] = []
    for score in scores:
        if not score.passed:
            lines.append(f"{score.dialogue.group}: {score.dialogue.name}")
            lines += [f"    BROKEN {each}" for each in score.broken] + [f"    {each}" for each in score.missed]
    return "\n".join(lines)


def shown(scores: Sequence[Score]) -> str:
    """The dialogues that are marked to be shown: every word, and the items they left."""
    lines: list[str] = []
    for score in scores:
        if score.dialogue.shown:
            left = [item for item in score.items if not item["lead_id"].startswith(("MESSAGE#", "ARRIVALS#", "TURN#"))]
            lines += [transcript([score]), *(f"     {json.dumps(item, default=str)}" for item in left)]
    return "\n".join(lines)


def transcript(scores: Sequence[Score]) -> str:
    """Every word of every dialogue, to be read by the man who signs for it."""
    lines: list[str] = []
    for score in scores:
        lines.append(f"\n[{score.dialogue.group}] {score.dialogue.name}")
        for exchange in score.exchanges:
            lines += [f"  {exchange.turn.sender}: {exchange.said!r}", f"  LINDA: {exchange.reply!r}"]
            lines += [f"     -> {notice.to}: {notice.body!r}" for notice in exchange.notices]
    return "\n".join(lines)
