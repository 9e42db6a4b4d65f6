"""The time from a text to its TwiML through the whole local stack, what the model is asked for it, and its price."""

import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Literal

import stage
import tokens
import trees
from findings import Bar, Finding, Panel, Table
from fresh_tables import fresh_tables
from gateway_events import sms_form
from local_aws import LocalAws, Tables
from options import Options
from scripted_model import Answer, ScriptedModel, Step, call, fault, say, slow
from shop import Shop, load_shop
from stats import Spread, spread
from visits import REFERENCE, answers_to_reference
from webhook import Session, post

ROUNDS = 9
PUBLISHED = ", model as published"
# The hanging model is waited for until the budget is over: that is seen after a few.
HANGING_ROUNDS = 3
NO_TOOL, BOOKING, WHOLE = "a question, no tool", "booked by one text (reference)", "a conversation of four texts"
_HOW = """\
The dispatcher's zip is deployed on the local AWS (Python {python}) and texted through its HTTP gateway with signed
webhooks like Twilio's; a time is from the request to its TwiML, warm, of a conversation the sum of its texts: median
and quartiles of {rounds} rounds ({hanging} where the model hangs), scenarios in turns, each from a new number. The
model is scripted over HTTP: it does what it is told to, so the rounds are those of a model that does not err. Where
it is not said otherwise it answers at once; *as published* it takes 0.7 s to the first token and then 130 tokens a
second. The reference text is "{reference}".

Tokens are counted by {counted_by}, of instructions, tools and messages as they are sent, and priced as gpt-6-luna at
$0.10 in and $0.50 out for a million; cached input, which is cheaper, is not counted."""

Mood = Literal["up", "refuses", "hangs"]


@dataclass(frozen=True)
class Said:
    """A text, what the model says to it, and what has to be in LINDA's words then."""

    words: str
    model: Sequence[Answer] = ()
    must: str = ""


@dataclass(frozen=True)
class Scenario:
    """A conversation; `paced` is a model that takes its published time."""

    name: str
    texts: Sequence[Said]
    mood: Mood = "up"
    paced: bool = False


@dataclass
class Seen:
    """What came of a scenario in all rounds."""

    scenario: Scenario
    milliseconds: list[float] = field(default_factory=list)
    rounds: int = 0
    tokens_in: int = 0
    tokens_out: int = 0


def scenarios(shop: Shop, today: date) -> list[Scenario]:
    day, named = _next_open_day(shop, today)
    question = Said("Do you fix screens?", (say("Yes, we do, usually within the hour. Which phone is it?"),), "phone")
    booking = Said(REFERENCE.replace("tomorrow", named), answers_to_reference(day.isoformat()), "You're booked")
    whole = (
        question,
        Said(
            f"iPhone 14. What's free {named}?",
            (
                call("check_availability", date=day.isoformat()),
                say("There is room all day, from 9 AM to 4 PM. What time suits you, and what's your name?"),
            ),
        ),
        Said("2pm, I'm Ana", booking.model, "You're booked"),
        Said("Great, thanks", (say("Thank you, Ana. Text me here if anything comes up."),)),
    )
    plain = [Scenario(NO_TOOL, (question,)), Scenario(BOOKING, (booking,)), Scenario(WHOLE, whole)]
    menu = (Said("Do you fix iPhone 14 screens?", (), "1) "),)
    return [
        *plain,
        Scenario("the model refuses the connection", menu, "refuses"),
        Scenario("the model hangs", menu, "hangs"),
        *(replace(each, name=each.name + PUBLISHED, paced=True) for each in plain),
    ]


def _next_open_day(shop: Shop, today: date) -> tuple[date, str]:
    """The next day on which the shop is open, and how a customer names it."""
    day = next(day for ahead in count(1) if shop.hours[(day := today + timedelta(days=ahead)).weekday()])
    return day, "tomorrow" if day == today + timedelta(days=1) else f"{day:%A}"


def run(options: Options, aws: LocalAws, _revisions: Mapping[str, Path]) -> Finding:
    shop, rounds = load_shop(), options.rounds(ROUNDS)
    found = [Seen(each) for each in scenarios(shop, shop.local(datetime.now(UTC)).date())]
    runtime = f"python{sys.version_info.major}.{sys.version_info.minor}"
    with ExitStack() as stack:
        tables = stack.enter_context(fresh_tables(aws))
        model = ScriptedModel().start()
        stack.callback(model.close)
        zip_path = trees.zip_of("dispatcher", options.work / "texts")
        line = _Line(stage.deploy(aws, tables, model, zip_path, runtime), tables, model)
        line.play(Seen(found[0].scenario))  # the first call is cold
        for number in range(rounds):
            print(f"texts: round {number + 1} of {rounds}", file=sys.stderr)
            for seen in found:
                if seen.scenario.mood != "hangs" or number < options.rounds(HANGING_ROUNDS):
                    line.play(seen)
    return finding(found, rounds)


@dataclass
class _Line:
    """A telephone line to the deployed LINDA, and the model behind her."""

    session: Session
    tables: Tables
    model: ScriptedModel
    numbers: "count[int]" = field(default_factory=lambda: count(2_000_000))

    def play(self, seen: Seen) -> None:
        """One conversation, from a number that never texted before; afterwards the tables are empty again."""
        scenario, sender = seen.scenario, f"+1904{next(self.numbers)}"
        port = int(self.model.base_url.rpartition(":")[2].partition("/")[0])
        if scenario.mood == "refuses":
            self.model.close()
        self.model.requests.clear()
        try:
            seen.milliseconds.append(sum(self._say(said, scenario, sender) for said in scenario.texts))
        finally:
            if scenario.mood == "refuses":
                self.model.start(port)
        seen.rounds = len(self.model.requests)
        seen.tokens_in = sum(map(tokens.of_request, self.model.requests))
        seen.tokens_out = sum(tokens.of_answer(answer) for said in scenario.texts for answer in said.model)
        for item in self.tables.items():
            self.tables.delete(item)

    def _say(self, said: Said, scenario: Scenario, sender: str) -> float:
        """Text it; how many milliseconds the answer took."""
        self.model.script(*_steps(said, scenario))
        form = sms_form(said.words, sender)
        began = time.perf_counter()
        document = post(self.session, "/twilio/sms", form)
        took = (time.perf_counter() - began) * 1000
        words = "".join(document.itertext())
        if said.must not in words or self.model.unexpected:
            raise SystemExit(f"error: {scenario.name}: to {said.words!r} LINDA said {words!r}; {self.model.unexpected}")
        return took


def _steps(said: Said, scenario: Scenario) -> list[Step]:
    if scenario.mood == "hangs":
        return [fault("hang")]
    return [slow(tokens.seconds(answer), answer) if scenario.paced else answer for answer in said.model]


# --- what came of it ----------------------------------------------------------------------------------------


def finding(found: Sequence[Seen], rounds: int) -> Finding:
    times = {seen.scenario.name: spread(seen.milliseconds) for seen in found}
    head = ("scenario", "ms to TwiML", "rounds of the model", "tokens in", "tokens out", "US cents")
    how = _HOW.format(
        python=sys.version.split()[0],
        rounds=rounds,
        hanging=min(rounds, HANGING_ROUNDS),
        reference=REFERENCE,
        counted_by=tokens.counted_by(),
    )
    return Finding(
        title="From a text to its TwiML",
        how=how,
        tables=[Table("", head, [_row(seen, times[seen.scenario.name]) for seen in found])],
        measured={"texts.rounds": next(seen.rounds for seen in found if seen.scenario.name == BOOKING)},
        panels=[
            Panel("From a text to its TwiML, the model at once", "ms", _bars(found, times, waits=False)),
            Panel("From a text to its TwiML, the model as published, or down", "ms", _bars(found, times, waits=True)),
        ],
    )


def _row(seen: Seen, took: Spread) -> list[str]:
    cents = tokens.usd(seen.tokens_in, seen.tokens_out) * 100
    counts = [f"{count:,}" for count in (seen.rounds, seen.tokens_in, seen.tokens_out)]
    return [seen.scenario.name, took.words(), *counts, f"{cents:.3f}"]


def _bars(found: Sequence[Seen], times: Mapping[str, Spread], *, waits: bool) -> list[Bar]:
    """Those in which there is a model to wait for, or the others."""
    bars = []
    for seen in found:
        if (seen.scenario.paced or seen.scenario.mood == "hangs") == waits:
            name, took = seen.scenario.name, times[seen.scenario.name]
            label = name.removesuffix(PUBLISHED)
            bars.append(Bar(label, [took.median], took.low, took.high, ours=label == BOOKING))
    return bars
