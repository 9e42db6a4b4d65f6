"""Who answers: code where it understands the message alone, the model where it can, the numbered list where not."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from functools import partial
from typing import Any

import honesty
import menu
import model
import offers
import prompt
import receipts
import tallies
import tools
from conversation import Held
from counter import Counter, Effects
from desk import RING, Desk, Inbound, Reply
from errors import ModelFailed, ModelLate, OutcomeUnknown, StoreUnavailable
from phrases import say
from shop import Shop
from utils import Deadline, Settings, logger
from wording import joined, plain, shortened

# Kept back from the model's time, so that the answer can still be stored and sent: a fifth of the budget, at most this.
RESERVED_SECONDS = 2.0
SLOTS_FOR_MODEL = 12
# What is passed on is a text itself, of at most 1,600 characters with the number in front.
PASSED_ON_AT_ONCE = 1500


def prepare(settings: Settings) -> None:
    """What every reply needs, done once and before the first one."""
    tools.schemas()
    model.prepare(settings)


def told(desk: Desk, held: Held) -> Reply | None:
    """What an earlier owner of this message did, told from its receipts; None when there is nothing to tell."""
    effects = Effects.of(held.receipts)
    return _with_receipts(desk, effects, "") if _proofs(desk, effects) else None


def reply(desk: Desk, held: Held, *, may_take_longer: bool = False) -> Reply:
    """Answer one message that this process holds. Raises StoreUnavailable when the book cannot be read.

    What an earlier owner of the message did is told from its receipts and not done again. A model that is late leaves a
    reply with its `progress` if this may take longer, and else the list.
    """
    if before := told(desk, held):
        return before
    counter = desk.counter(held, Effects.of(held.receipts))
    if desk.inbound.photos:
        counter.keep_photos()
    by_code = menu.answer(desk, counter)
    if by_code:
        return by_code
    so_far = [dict(item) for item in held.progress.get("items", ())]
    try:
        return _from_model(desk, counter, so_far)
    except ModelFailed as failure:
        if isinstance(failure, ModelLate) and may_take_longer:
            return Reply("", tuple(counter.effects.notices), progress=tuple(so_far))
        logger.warning("answered without the model", extra={"fallback": "menu"})
        counted = tallies.tally_action(desk.store, desk.shop, tallies.FALLBACK, desk.now)
        open_now = desk.read_anew() if counter.effects.was_taken else desk
        return replace(menu.without_model(open_now, counter), beside=(counted,))


def _from_model(desk: Desk, counter: Counter, so_far: list[dict[str, Any]]) -> Reply:
    """The model's answer, with receipts said by code and claims without one taken out."""
    if not desk.settings.openai_api_key:
        raise ModelFailed
    try:
        words = _model_words(desk, counter, so_far)
    except OutcomeUnknown:
        counter.doubt()
        return _with_receipts(desk, counter.effects, "")
    except (ModelFailed, StoreUnavailable):
        if _proofs(desk, counter.effects):
            return _with_receipts(desk, counter.effects, "")
        raise
    if _proofs(desk, counter.effects):
        return _with_receipts(desk, counter.effects, words)
    return _checked_words(desk, counter, words)


def _model_words(desk: Desk, counter: Counter, so_far: list[dict[str, Any]]) -> str:
    request = model.Prompt(
        instructions=prompt.instructions(desk.shop),
        tools=tools.schemas(),
        items=prompt.items(desk, desk.free(SLOTS_FOR_MODEL)),
        customer=desk.inbound.phone,
    )
    remaining = desk.store.deadline.remaining_seconds()
    reserved = min(RESERVED_SECONDS, desk.settings.reply_budget_seconds / 5, remaining * 0.4)
    deadline = Deadline(remaining - reserved)
    # What a cold start has not done yet is done here, where nobody waits for it longer than for the model.
    meanwhile = partial(honesty.prepare, desk.shop)
    return model.converse(desk.settings, request, partial(tools.run, counter), deadline, so_far, meanwhile=meanwhile)


def _checked_words(desk: Desk, counter: Counter, words: str) -> Reply:
    """The model's words on a message that did nothing: no deed may be claimed in them.

    Who is told on a call that he is put through to the owner is, by code: the model has no way to do that.
    """
    if desk.inbound.is_call and not counter.effects.notices:
        import person_wanted  # not for texts

        if person_wanted.is_put_through(words, desk.shop.owner):
            return Reply("", then=f"{RING}person")
    percent = desk.percent_off()
    checked = honesty.honest(desk.shop, plain(words), {percent} if percent else ())
    truths = _instead(desk, checked.removed)
    if not checked.kept and not desk.own():
        # The list says the price by itself.
        return menu.without_model(desk, counter, joined(truth for topic, truth in truths.items() if topic != "price"))
    if not checked.kept and not truths:
        raise ModelFailed
    said = " ".join([*menu.photo_words(desk), *truths.values(), *checked.kept])
    return Reply(shortened(said), tuple(counter.effects.notices))


def _instead(desk: Desk, topics: Collection[str]) -> dict[str, str]:
    """What code says in the place of what was cut, by its topic: how things stand, or the fact as this shop has it."""
    if not topics:
        return {}
    shop, language, own = desk.shop, desk.language(), desk.own_words(desk.language())
    truths = {
        "booking": _own_bookings(desk, own),
        "discount": _discount(desk),
        "price": offers.price_words(shop, desk.repair_meant(), language),
        "warranty": desk.say("warranty", days=shop.warranty_days),
        "hours": desk.say("open", hours=offers.opening_hours(shop, language)),
        "address": desk.say("place", city=shop.city),
    }
    return {topic: truth for topic, truth in truths.items() if topic in topics and truth}


def _discount(desk: Desk) -> str:
    """The discount this customer has; on a call one that was granted before it is not said, nor that there is none."""
    percent = desk.percent_off()
    if percent:
        return desk.say("discounted", percent=percent)
    return desk.say("discounts_by_text" if desk.inbound.is_call else "no_discount")


def _own_bookings(desk: Desk, own: str) -> str:
    """How the customer's bookings stand; on a call that is not said, nor that there are none."""
    if desk.inbound.is_call:
        return desk.say("bookings_by_text")
    return desk.say("booked_for", own=own) if own else desk.say("nothing_booked")


def _proofs(desk: Desk, effects: Effects) -> list[str]:
    """What was stored, said by code, and what may have been."""
    unknown = [desk.say("unknown_that")] if effects.unknown else []
    return [*_confirmations(desk, effects), *unknown]


def _confirmations(desk: Desk, effects: Effects) -> list[str]:
    """What was stored; on a call, where little can be said, the booking first."""
    aloud = desk.inbound.is_call
    done = sorted(effects.receipts, key=lambda receipt: receipt["kind"] != "booking") if aloud else effects.receipts
    return receipts.confirmations(desk.shop, done, desk.language(), aloud=aloud)


def _with_receipts(desk: Desk, effects: Effects, words: str) -> Reply:
    """What was stored, then what is left of the model's words."""
    granted = [int(receipt["percent"]) for receipt in effects.receipts if receipt["kind"] == "discount"]
    percents = {percent for percent in (*granted, desk.percent_off()) if percent}
    said = honesty.honest(desk.shop, plain(words), percents).kept if words else ()
    proofs = _proofs(desk, effects)
    if not proofs and not said:
        raise ModelFailed
    words = joined([*proofs, *menu.photo_words(desk), *said])
    return Reply(words, tuple(effects.notices), confirms=effects.changed_a_booking())


def passed_on(desk: Desk, held: Held) -> Reply:
    """The owner answers this text himself: LINDA is silent and hands him the words and where the photos are."""
    inbound, effects = desk.inbound, Effects.of(held.receipts)
    if inbound.photos:
        desk.counter(held, effects).keep_photos()
    photos = f" (+{inbound.media_count} photo{'s' if inbound.media_count > 1 else ''})" if inbound.media_count else ""
    words = plain(inbound.words) or ("" if photos else "(nothing that can be read)")
    first, rest = words[:PASSED_ON_AT_ONCE], words[PASSED_ON_AT_ONCE:]
    parts = [f"{inbound.phone} wrote: {first}{photos}", *([f"... {rest}"] if rest else []), *inbound.photos]
    return Reply("", (*parts, *effects.notices))


def without_book(shop: Shop, inbound: Inbound, *, tells_owner: bool) -> Reply:
    """Useful words when the tables cannot be reached: what is true without them, and that nothing was booked."""
    offer, language = offers.to_book(shop, (), inbound.channel, inbound.words, None), inbound.language()
    words = joined(
        [
            say("no_book", language),
            offers.price_words(shop, offer, language),
            say("open", language, hours=offers.opening_hours(shop, language)),
            say("passing_on", language, owner=shop.owner) if tells_owner else "",
            say("try_again", language),
        ]
    )
    notice = f"LINDA could not reach her book. {inbound.phone} wrote: {inbound.words[:200]}"
    return Reply(words, (notice,) if tells_owner else ())
