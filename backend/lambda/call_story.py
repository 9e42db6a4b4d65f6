"""What LINDA understood of a call, as the owner is told it. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import conversation
import offers
import receipts
from conversation import Turn
from shop import Shop
from wording import one_line, shortened

LONGEST_WORDS = 300


def story(shop: Shop, call_sid: str, turns: Sequence[Turn]) -> str:
    """What LINDA understood of this call, in sentences: the repair, and the caller's last words. "" without a word."""
    said = [turn.said for turn in turns_of(call_sid, turns)]
    if not said:
        return ""
    meant = offers.to_book(shop, (), "voice", " ".join(said), None)
    knows = meant["device"] or meant["repair_type"] != "other"
    what = receipts.repair_words(shop, meant["repair_type"], meant["device"]) if knows else ""
    about = f"{what if meant['device'] else what.capitalize()}. " if what else ""
    return f'{about}Last words: "{shortened(one_line(said[-1]), LONGEST_WORDS)}".'


def turns_of(call_sid: str, turns: Iterable[Turn]) -> list[Turn]:
    """The turns of this call in which something was said."""
    return [turn for turn in turns if turn.said and conversation.call_of(turn.message_id) == call_sid]
