"""The written dialogues with a real model: `backend/scripts/test.sh --live [-- GROUP...]`. Never run by a test run.

The customer's side is said as written, the model's side comes from OPENAI_BASE_URL. What only a script can promise and
what needs a fault is left out. A model's words vary, so that missed words cost points and nothing else; a rule of the
house or a `must_not` that is broken is a lie that left the house, and the exit status says so.
"""

import logging
import os
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest

import dialogue_report
from clock import MONDAY_MORNING, Clock, install
from dialogue import Dialogue, load
from dialogue_report import Score, played
from dialogue_run import Stage
from fresh_tables import fresh_tables, use
from local_aws import LocalAws, running_local_aws
from utils import load_settings, logger

NO_KEY = "OPENAI_API_KEY is not set: it is the key of the model that is to be asked"


class FailureCounter(logging.Handler):
    """Counts how often the model gave no answer: a score of dialogues without a model would say nothing about it."""

    def __init__(self) -> None:
        super().__init__()
        self.kinds: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        if record.getMessage() == "model failed":
            self.kinds.append(str(getattr(record, "failure", "?")))


def chosen(groups: Sequence[str]) -> list[Dialogue]:
    """The dialogues for a live model, of these groups or of all. Raises ValueError for a group that there is not."""
    every = load()
    if unknown := set(groups) - {dialogue.group for dialogue in every}:
        raise ValueError(f"no such group of dialogues: {', '.join(sorted(unknown))}")
    return [each for each in every if each.is_for_a_live_model and (not groups or each.group in groups)]


def play_all(aws: LocalAws, dialogues: Sequence[Dialogue]) -> Iterator[Score]:
    """Play each dialogue on tables of its own, with the model of the environment."""
    for dialogue in dialogues:
        with _stage(aws) as stage:
            yield played(stage, dialogue)


@contextmanager
def _stage(aws: LocalAws) -> Iterator[Stage]:
    with pytest.MonkeyPatch.context() as monkeypatch, fresh_tables(aws) as tables:
        for name in list(os.environ):
            if name.startswith(("AWS_", "TWILIO_", "DYNAMODB_")):
                monkeypatch.delenv(name)
        monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
        monkeypatch.setenv("NO_PROXY", f"127.0.0.1,localhost,{os.environ.get('NO_PROXY', '')}".rstrip(","))
        use(tables, monkeypatch)
        clock = Clock(MONDAY_MORNING)
        install(monkeypatch, clock)
        yield Stage(tables, clock, monkeypatch, model=None)


def exit_status(scores: Sequence[Score], failures: Sequence[str]) -> int:
    """1 when something untrue left the house, or when no model was ever heard; 0 for any other score."""
    asked = sum(1 for score in scores for exchange in score.exchanges if exchange.turn.model)
    return 1 if any(score.broken for score in scores) or len(failures) >= asked else 0


def report(scores: Sequence[Score], failures: Sequence[str]) -> str:
    """The replies that failed, the table, and how often the model was not there."""
    broken = sum(1 for score in scores if score.broken)
    lines = [dialogue_report.failed(scores), dialogue_report.by_group(scores)]
    lines.append(f"{broken} with a rule of the house or a promise broken (BROKEN above)")
    if failures:
        lines.append(f"no answer of the model {len(failures)} times: {', '.join(sorted(set(failures)))}")
    return "\n\n".join(line for line in lines if line)


def main(groups: Sequence[str]) -> int:
    settings = load_settings()
    if not settings.openai_api_key:
        print(NO_KEY, file=sys.stderr)
        return 2
    try:
        dialogues = chosen(groups)
    except ValueError as wrong:
        print(wrong, file=sys.stderr)
        return 2
    counter, scores = FailureCounter(), []
    logger.handlers, logger.propagate = [counter], False
    print(f"{len(dialogues)} dialogues with {settings.openai_model} at {settings.openai_base_url}", file=sys.stderr)
    with tempfile.TemporaryDirectory() as directory, running_local_aws(Path(directory)) as aws:
        for score in play_all(aws, dialogues):
            print("ok    " if score.passed else "FAILED", score.dialogue.group, score.dialogue.name, file=sys.stderr)
            scores.append(score)
    print(report(scores, counter.kinds))
    return exit_status(scores, counter.kinds)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
