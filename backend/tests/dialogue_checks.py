"""What has to hold in a dialogue: the rules of the house in every reply, what is written for it, what is stored."""

import json
import re
import xml.etree.ElementTree as ET
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from dialogue import Dialogue, Turn
from dialogue_run import Exchange, Stage
from gateway_events import OWNER_NUMBER, Text, twiml
from shop import load_shop
from shop_api import get_state

GSM_7 = set(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà^{}\\[~]|€"
)
LONGEST_REPLY, LONGEST_NOTICE = 320, 1600
PREFIXES = {
    "leads": "LEAD-",
    "grants": "GRANT#",
    "upsells": "UPSELL#",
    "outbox": "OUTBOX#",
    "questions": "ASK#",
    "opted_out": "OPTOUT#",
    "paused": "PAUSED#",
    "turns": "TURN#",
    "claims": "SLOT#",
}
_CARRIER_WORD = re.compile(
    r"\b(?i:reply|respond|text|send|type|say|write|answer|responda|escriba|env[ií]e)\b[^.?!]{0,40}"
    r"\b(?:YES|STOP|STOPALL|CANCEL|END|QUIT|UNSUBSCRIBE|REVOKE|OPTOUT|START|UNSTOP|HELP|INFO)\b"
)
_AMOUNT = re.compile(r"\$ ?(\d+(?:,\d{3})*(?:\.\d+)?)")
Item = Mapping[str, Any]


def failures_of_house(stage: Stage, exchange: Exchange, budget_seconds: float) -> Iterator[str]:
    """What every answer owes, whatever was asked: an answer of Twilio's kind, short, plain, true, in time."""
    try:
        twiml(exchange.response)
    except (AssertionError, ET.ParseError) as wrong:
        yield f"no answer for Twilio: {wrong}"
    if exchange.seconds > budget_seconds:
        yield f"{exchange.seconds:.2f} s, more than {budget_seconds:.0f}"
    for text in exchange.texts:
        to = text.to or exchange.turn.phone
        yield from _failures_of_form(text, LONGEST_NOTICE if to == OWNER_NUMBER else LONGEST_REPLY)
    if exchange.turn.phone != OWNER_NUMBER:
        yield from _untrue(stage, exchange)


def _failures_of_form(text: Text, longest: int) -> Iterator[str]:
    if len(text.body) > longest:
        yield f"{len(text.body)} characters: {text.body}"
    if signs := [each for each in text.body if each not in GSM_7 and not each.isalpha()]:
        yield f"not in GSM-7: {signs}"
    if _CARRIER_WORD.search(text.body):
        yield f"asks for a word that is Twilio's: {text.body}"


def _untrue(stage: Stage, exchange: Exchange) -> Iterator[str]:
    """Bookings and amounts in the words of a reply that the tables and the shop know nothing of."""
    named = set(re.findall(r"LEAD-\d{8}-\d{6}", exchange.reply))
    amounts = {float(amount.replace(",", "")) for amount in _AMOUNT.findall(exchange.reply)}
    if not named and not amounts and "% off" not in exchange.reply:
        return
    items = stage.tables.items()
    mine = {item["lead_id"] for item in items if item.get("phone") == exchange.turn.phone}
    if strange := named - mine:
        yield f"speaks of a booking that is not this number's: {strange}"
    grants = [item for item in items if item["lead_id"] == f"GRANT#{exchange.turn.phone}"]
    percents = {int(item["percent"]) for item in grants}
    if wrong := amounts - _true_amounts(percents) - _amounts_said_by_people(stage, exchange):
        yield f"an amount that is not the shop's: {sorted(wrong)}"
    given = {int(number) for number in re.findall(r"[Yy]ou (?:have|get) (\d+)% off", exchange.reply)}
    if not given <= percents:
        yield f"a discount that nobody granted: {given - percents}"


def _true_amounts(percents: set[int]) -> set[float]:
    shop = load_shop()
    usual = [price for service in shop.services for price in (*service.from_usd.values(), service.fixed_usd)]
    prices = {float(price) for price in usual if price is not None}
    prices |= {price + shop.onsite_visit_usd for price in prices} | {float(shop.onsite_visit_usd)}
    prices |= {float(item.usd) for item in shop.accessories}
    return prices | {round(price * (100 - percent) / 100, 2) for price in prices for percent in percents}


def _amounts_said_by_people(stage: Stage, exchange: Exchange) -> set[float]:
    """What the customer or Brandon named himself may be spoken of; whether it is promised is for `must_not`."""
    said = [exchange.said, *(each.said for each in stage.played), json.dumps(get_state())]
    return {float(amount.replace(",", "")) for words in said for amount in _AMOUNT.findall(words)}


# --- what is written for a turn -----------------------------------------------------------------------------


def holds(wanted: str, words: str) -> bool:
    """Whether the words hold a string, in any case, or match a /regex/."""
    if len(wanted) > 2 and wanted[0] == wanted[-1] == "/":
        return bool(re.search(wanted[1:-1], words))
    return wanted.lower() in words.lower()


def broken_promises(exchanges: Sequence[Exchange], *, live: bool) -> Iterator[str]:
    """What left the house and must not have; a lie of the script among it."""
    turn = exchanges[0].turn
    unwanted = (*turn.must_not, *(() if live else (*turn.scripted_must_not, *turn.lies)))
    for exchange in exchanges:
        yield from (f"must not say {each!r}: {exchange.reply!r}" for each in unwanted if holds(each, exchange.reply))
        told = " ".join(notice.body for notice in exchange.notices)
        yield from (f"must not tell Brandon {each!r}" for each in turn.brandon_must_not if holds(each, told))


def missing_words(exchanges: Sequence[Exchange], *, live: bool) -> Iterator[str]:
    """What should have been said and was not, to the customer or to Brandon."""
    turn = exchanges[0].turn
    for exchange in exchanges:
        wanted = (*turn.must, *(() if live else turn.scripted_must))
        yield from (f"must say {each!r}: {exchange.reply!r}" for each in wanted if not holds(each, exchange.reply))
        if turn.answered is None and bool(exchange.reply) == _wants_silence(turn):
            yield f"{'not ' if _wants_silence(turn) else ''}silent: {exchange.reply!r}"
        told = "\n".join(notice.body for notice in exchange.notices if notice.to == OWNER_NUMBER)
        yield from (f"must tell Brandon {each!r}: {told!r}" for each in turn.brandon if not holds(each, told))
        if turn.brandon_silent and told:
            yield f"nothing for Brandon: {told!r}"
    answered = sum(1 for exchange in exchanges if exchange.reply)
    if turn.answered is not None and answered != turn.answered:
        yield f"answered {answered} times, not {turn.answered}"


def _wants_silence(turn: Turn) -> bool:
    return bool(turn.silent)


def failures_of_repeat(stage: Stage, exchange: Exchange) -> Iterator[str]:
    """A repeated message gets the same bytes."""
    first = next(each for each in stage.played if each.sid == exchange.sid)
    if exchange.turn.again and first.response["body"] != exchange.response["body"]:
        yield f"a repeat was answered otherwise: {exchange.reply!r}, first {first.reply!r}"


def failures_of_model(stage: Stage, exchanges: Sequence[Exchange], since: int) -> Iterator[str]:
    """A script that was not followed, and what the model was given to read and should (not) have been."""
    if stage.model is None:
        return
    try:
        stage.model.assert_all_used()
    except AssertionError as wrong:
        yield str(wrong)
    turn = exchanges[0].turn
    seen = "\n".join(stage.model.seen_text(index) for index in range(since, len(stage.model.requests)))
    yield from (f"the model was not shown {each!r}" for each in turn.model_sees if not holds(each, seen))
    yield from (f"the model was shown {each!r}" for each in turn.model_sees_not if holds(each, seen))


# --- what is stored -----------------------------------------------------------------------------------------


def failures_of_tables(stage: Stage, dialogue: Dialogue) -> Iterator[str]:
    """What the tables hold at the end and should not, or the other way round."""
    wanted = dict(dialogue.tables)
    wanted.pop("nothing_stored", None)
    state = wanted.pop("state", None)
    if state is not None:
        yield from _failures_of_item("state", state, get_state())
    items = stage.tables.items()
    for name, expected in wanted.items():
        found = [item for item in items if item["lead_id"].startswith(PREFIXES[name])]
        if name == "outbox":  # what was booked before the first word has texts of its own
            found = [item for item in found if item not in stage.before]
        yield from _failures_of_items(name, expected, sorted(found, key=_in_order))


def stored_secrets(stage: Stage, dialogue: Dialogue) -> Iterator[str]:
    """Words that no item of either table may hold."""
    stored = json.dumps([*stage.tables.items(), get_state()], ensure_ascii=False, default=str)
    unwanted = dialogue.tables.get("nothing_stored", ())
    yield from (f"stored: {each!r}" for each in unwanted if holds(each, stored))


def _in_order(item: Item) -> tuple[str, str, int]:
    return item.get("appointment_date", ""), item.get("appointment_time", ""), item["timestamp"]


def _failures_of_items(name: str, expected: int | list[Item], found: list[Item]) -> Iterator[str]:
    if isinstance(expected, int):
        expected = [{}] * expected
    if len(found) != len(expected):
        yield f"{name}: {len(found)}, not {len(expected)}: {found}"
        return
    for wanted, item in zip(expected, found, strict=True):
        yield from _failures_of_item(name, wanted, item)


def _failures_of_item(name: str, wanted: Item, item: Item) -> Iterator[str]:
    for field, value in wanted.items():
        if field == "absent":
            yield from (f"{name}: has {each}: {item[each]!r}" for each in value if item.get(each))
        elif isinstance(value, dict):
            yield from _failures_of_item(f"{name}.{field}", value, item.get(field) or {})
        elif not _is(value, item.get(field)):
            yield f"{name}: {field} is {item.get(field)!r}, not {value!r}"


def _is(wanted: object, found: object) -> bool:
    if isinstance(wanted, str) and len(wanted) > 2 and wanted[0] == wanted[-1] == "/":
        return re.search(wanted[1:-1], str(found)) is not None
    return wanted == found
