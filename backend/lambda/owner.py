"""Brandon by text: what he commands is done by code, without a model, and told with the words that undo it.

Each deed is one transaction with its receipt, and the receipt holds the answer: a repeat, or whoever takes the message
over after a crash, tells the same and does nothing twice. What Brandon writes is no turn of a conversation.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import blocks
import conversation
import customers
import discounts
import leads
import owner_agenda
import owner_undo
import shop_state
from blocks import Change
from conversation import Held
from desk import Desk, Reply
from discounts import Decided
from errors import HasDiscount, NotFound, OutcomeUnknown, StoreUnavailable
from leads import Lead
from owner_agenda import mode_words, until_words
from owner_commands import (
    Asked,
    Command,
    Hand,
    Keep,
    Ring,
    SetMode,
    Settle,
    ShowCommands,
    ShowDay,
    TwiliosWord,
    Unclear,
    parse,
)
from phone_numbers import spoken_phone
from shop import Shop
from shop_state import ShopState
from utils import Action
from wording import MAX_TEXT_LENGTH, plain, shortened

MAX_ATTEMPTS = 8
COMMANDS = """\
Modes: work, gym till 5, driving, onsite till 2pm, break 30, closed
Days: closed tomorrow, closed dec 24-26, block fri 2-4, unblock fri 2-4, open tomorrow
Look: today, tomorrow, fri
Customers: pause +1904..., resume +1904..., ok 7f3, no 7f3
Calls: ring first, ring off"""
NOT_UNDERSTOOD = "I didn't understand that, so nothing was changed."
NOT_REACHED = "I can't reach the book right now, so nothing was changed just now. Text it again in a minute."
NOT_KNOWN = "I can't see yet whether that went through. Text it again in a minute; doing it twice does no harm."
TOO_MANY = "That is a lot of texts at once, so I'll pause here. Please text me again in ten minutes."

Do = Callable[[Desk, Held, Any], str]


def answer(desk: Desk, held: Held) -> Reply:
    """Do what the owner's text says, once, and tell him. Raises Fenced when another owner has the message by now."""
    done = next((receipt for receipt in held.receipts if receipt["kind"] == "owner"), None)
    if done:
        return told(done["words"])
    try:
        arrivals = desk.pending_arrivals.result()
        if arrivals.over_limit:  # two machines that text each other end here
            return told(TOO_MANY if arrivals.first_over_limit else "")
        command = parse(desk.shop, desk.inbound.words, desk.now)
        return told(_DO[type(command)](desk, held, command))
    except OutcomeUnknown:
        return told(NOT_KNOWN)
    except StoreUnavailable:
        return told(NOT_REACHED)


def told(words: str) -> Reply:
    """The words as texts of two segments at most; what does not fit into the first follows in further ones."""
    texts = [""]
    for each in plain(words).splitlines():
        line = shortened(each)
        longer = f"{texts[-1]}\n{line}".strip()
        texts = [*texts[:-1], longer] if len(longer) <= MAX_TEXT_LENGTH else [*texts, line]
    return Reply(texts[0], tuple(texts[1:]), remembered=False)


def _receipt(desk: Desk, held: Held, words: str) -> Action:
    return conversation.receipt_action(desk.store, held, {"kind": "owner", "words": words}, desk.now)


def _undo(words: str, otherwise: str) -> str:
    return f"Undo: {words}" if words else otherwise


def _listed(desk: Desk, heading: str, booked: list[Lead] | tuple[Lead, ...]) -> list[str]:
    lines = [owner_agenda.line(desk.shop, lead, dated=True) for lead in booked]
    return [f"{heading} {len(lines)}:", *lines] if lines else []


# --- modes ----------------------------------------------------------------------------------------------------


def _set_mode(desk: Desk, held: Held, command: SetMode) -> str:
    """Set the mode as it is read, so that the undo that is named restores what was."""
    until = command.until.isoformat() if command.until else None
    changes = shop_state.completed(desk.shop, {"mode": command.mode, "until": until}, desk.now)
    return _write_state(desk, held, changes, lambda before: _mode_told(desk, before, replace(before, **changes)))


def _write_state(desk: Desk, held: Held, changes: Mapping[str, Any], told: Callable[[ShopState], str]) -> str:
    """Change the state as it is read, and tell it of what was there before."""
    before = desk.state()
    for _attempt in range(MAX_ATTEMPTS):
        words = told(before)
        action = shop_state.write_action(desk.store, changes, before.version, desk.now)
        if desk.store.transact_with_proof([action], _receipt(desk, held, words)):
            return words
        before = shop_state.begin_read(desk.store).result()
    raise StoreUnavailable


def _mode_told(desk: Desk, before: ShopState, after: ShopState) -> str:
    shop, now = desk.shop, desk.now
    mode, was = before.effective_mode(now), mode_words(shop, before, now)
    undo = owner_undo.mode_words(shop, mode, before.ends_at() if mode != "work" else None, now)
    booked = leads.running_into(desk.store, shop, now, after.blocked_until(now))
    no_end = after.mode != "work" and after.until is None
    lines = [
        f"Mode: {mode_words(shop, after, now)} (was {was}).",
        "No end is set, so all free times are still offered." if no_end else "",
        _undo(undo, "No command by text restores exactly what was; the dashboard can."),
        *_listed(desk, "Bookings it runs into:", booked),
    ]
    return "\n".join(line for line in lines if line)


# --- calls ----------------------------------------------------------------------------------------------------


def _ring(desk: Desk, held: Held, command: Ring) -> str:
    if desk.state().ring_first == command.first:
        return f"{_RINGS[command.first]} That was so already, so nothing was changed."
    return _write_state(desk, held, {"ring_first": command.first}, lambda before: _ring_told(before, command))


def _ring_told(before: ShopState, command: Ring) -> str:
    undo = f"\nUndo: ring {'first' if before.ring_first else 'off'}" if before.ring_first != command.first else ""
    return f"{_RINGS[command.first]}{undo}"


_RINGS = {
    True: "While you are at work, calls ring you first; I answer those that you don't.",
    False: "I answer calls at once.",
}


# --- blocked slots --------------------------------------------------------------------------------------------


def _keep(desk: Desk, held: Held, command: Keep) -> str:
    def words(change: Change) -> str:
        return _kept_told(desk, command, change)

    change = blocks.change(
        desk.store,
        desk.shop,
        command.slots,
        blocking=command.blocking,
        receipt=lambda change: _receipt(desk, held, words(change)),
    )
    return words(change)


def _kept_told(desk: Desk, command: Keep, change: Change) -> str:
    shop, blocking = desk.shop, command.blocking
    if not change.changed:
        state = "blocked already" if blocking else "not blocked"
        lines = [f"{owner_undo.span_words(shop, command.slots)}: {state}, nothing was changed."]
    else:
        undo = owner_undo.keep_words(shop, change.changed, desk.now, blocking=not blocking)
        lines = [*_changed_told(shop, change, blocking=blocking), _undo(undo, "No single command undoes exactly this.")]
    if not blocking and desk.state().effective_mode(desk.now) != "work":
        lines.append(f"The mode is still {mode_words(shop, desk.state(), desk.now)}.")
    return "\n".join([*lines, *(_listed(desk, "Still booked:", change.booked) if blocking else [])])


def _changed_told(shop: Shop, change: Change, *, blocking: bool) -> list[str]:
    if blocking:
        return [f"Blocked: {owner_undo.span_words(shop, change.changed)}."]
    free = [slot for slot in change.changed if slot not in change.held]
    told = {"Open again": free, "No longer blocked, still booked": change.held}
    return [f"{what}: {owner_undo.span_words(shop, slots)}." for what, slots in told.items() if slots]


# --- customers ------------------------------------------------------------------------------------------------


def _hand(desk: Desk, held: Held, command: Hand) -> str:
    phone, shown = command.phone, spoken_phone(command.phone)
    if phone == desk.settings.owner_phone_number:
        return "That is your own number, so nothing was changed."
    was_paused = customers.begin_read(desk.store, phone, desk.now).result().paused
    until = desk.now + customers.PAUSE
    if command.to_owner:
        before = "\n(It was paused before too; the undo ends that as well.)" if was_paused else ""
        ends = until_words(desk.shop, until, desk.now)
        words = f"{shown} is yours until {ends}: I'm silent there and pass the texts on.\nUndo: resume {phone}{before}"
        deed = customers.pause_action(desk.store, phone, until, desk.now)
    elif was_paused:
        words = f"I answer {shown} again.\nUndo: pause {phone}\n(The undo counts two hours anew.)"
        deed = customers.resume_action(desk.store, phone)
    else:
        return f"{shown} was not paused, so nothing was changed."
    desk.store.transact_with_proof([deed], _receipt(desk, held, words))
    return words


def _settle(desk: Desk, held: Held, command: Settle) -> str:
    told: list[str] = []

    def proof(decided: Decided) -> Action:
        told[:] = [_settled_told(desk, decided)]
        return _receipt(desk, held, told[0])

    try:
        discounts.decide(desk.store, desk.shop, command.code, command.decision, desk.now, proof)
    except NotFound:
        return f"There is no open question {command.code}, so nothing was changed."
    except HasDiscount:
        return f"That customer has another discount already, so {command.code} was not granted. Nothing was changed."
    return told[0]


def _settled_told(desk: Desk, decided: Decided) -> str:
    question = decided.question
    other = "no" if question.decision == "ok" else "ok"
    what = f"{question.percent}% off for {spoken_phone(question.phone)}"
    if not decided.changed:
        return f"You had said {question.decision} to {what} already. To change it: {other} {question.code}"
    said = "Granted" if question.decision == "ok" else "Refused"
    return f"{said}: {what}. {_telling(desk, question.phone)}\nUndo: {other} {question.code}"


def _telling(desk: Desk, phone: str) -> str:
    """Whether the customer will get a text about it: not without an account, nor one who opted out."""
    if not desk.settings.can_send_texts:
        return "I can't send texts from here: tell them yourself."
    if customers.begin_read(desk.store, phone, desk.now).result().opted_out:
        return "They opted out of texts: tell them yourself."
    return "I'm telling the customer."


# --- words alone ----------------------------------------------------------------------------------------------


def _show_day(desk: Desk, _held: Held, command: ShowDay) -> str:
    return owner_agenda.day_words(desk, command.day)


def _tell_how_it_stands(desk: Desk, _held: Held, command: Asked) -> str:
    mode = f"Mode: {mode_words(desk.shop, desk.state(), desk.now)}."
    shown = owner_agenda.day_words(desk, command.day) if command.day else mode
    return f"{shown}\nYou asked, so nothing was changed."


def _show_commands(_desk: Desk, _held: Held, _command: ShowCommands) -> str:
    return COMMANDS


def _leave_to_twilio(_desk: Desk, _held: Held, _command: TwiliosWord) -> str:
    return ""


def _ask(_desk: Desk, _held: Held, command: Unclear) -> str:
    if command.question:
        return f"{command.question} Nothing was changed."
    return f"{NOT_UNDERSTOOD}\n{COMMANDS}"


_DO: Mapping[type[Command], Do] = {
    SetMode: _set_mode,
    Keep: _keep,
    ShowDay: _show_day,
    Asked: _tell_how_it_stands,
    Hand: _hand,
    Ring: _ring,
    Settle: _settle,
    ShowCommands: _show_commands,
    TwiliosWord: _leave_to_twilio,
    Unclear: _ask,
}
