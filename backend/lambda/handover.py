"""A call in the owner's hands: he is rung, told by a whisper who calls and why, and takes it with a key.

Where he does not, the caller leaves a voicemail, after being told that it is recorded, and the owner gets its link and
what LINDA understood by text. An owner without a phone gets a message that was taken by speech.
"""

from __future__ import annotations

from collections.abc import Mapping

import call_end
import call_story
import calls
import conversation
import outbox
import speech
import voice_twiml
from call_end import KEPT, MISSED, OWNER_TOLD, TEXTED
from call_steps import Caller
from conversation import Turn
from errors import StoreUnavailable, TransactionRefused
from outbox import OWNER, Text
from privacy import masked_secrets
from utils import logger, masked, utc_now
from wording import ENGLISH, one_line, shortened

# Why the owner is rung: what the caller hears, and what the owner is told.
_REASONS = {
    "person": ("ringing", ", who asked for you"),
    "complaint": ("ringing_complaint", ", with a complaint"),
    "misheard": ("ringing_misheard", ", whom I could not understand"),
    "first": ("ringing_first", ""),
    "off": ("ringing_first", ""),
    "hidden": ("ringing_hidden", ", with a hidden number"),
    "book": ("ringing_without_book", ", while I can't reach my book"),
}
ANSWERED = {"completed", "answered"}
LONGEST_MESSAGE = 1000


def ring(caller: Caller, why: str) -> str:
    """Ring the owner; take a message where he has no phone, or is the caller himself."""
    owner = caller.settings.owner_phone_number
    if not owner or caller.phone == owner:
        hello = "" if caller.step.name else caller.say("thanks_for_calling")
        words = f"{hello} {caller.say('ask_message')}".strip()
        return voice_twiml.take_message(words, caller.to("message", why=why), caller.language)
    key, _why = _REASONS.get(why, _REASONS["person"])
    action, whisper = caller.to("rang", why=why), caller.to("whisper", why=why)
    return voice_twiml.ring(caller.say(key), owner, action, whisper, caller.language)


def whisper(caller: Caller) -> str:
    """What the owner hears when he picks up. A mailbox presses no key, and nobody is connected to it."""
    parent = caller.of_parent()
    _key, why = _REASONS.get(caller.step.why, _REASONS["person"])
    who = f"a call from {_digits(parent.phone)}" if parent.phone else "a call"
    about = speech.spoken(_story(parent), ENGLISH)
    words = f"This is {caller.shop.assistant} with {who}{why}. {f'{about} ' if about else ''}Press any key to take it."
    return voice_twiml.whisper(words, caller.to("accept"))


def accept(caller: Caller) -> str:
    """The owner takes the call: the two are connected when these words are said."""
    parent = caller.of_parent()
    if parent.call_sid:
        note(parent, reached=True)
    return voice_twiml.connect("Connecting you.")


def rang(caller: Caller) -> str | None:
    """What came of ringing: a goodbye after the two have talked, else voicemail. None when LINDA is to answer herself.

    A mailbox that picks up counts as "completed" at Twilio, but was never connected: DialBridged tells.
    """
    if caller.form.get("DialCallStatus") in ANSWERED and caller.form.get("DialBridged") != "false":
        note(caller, reached=True)
        return caller.end(caller.say("goodbye"))
    if caller.step.why == "first" and caller.phone:
        return None
    note(caller, wants_owner=caller.step.why or "person")
    return voice_twiml.record(caller.say("voicemail"), caller.to("recorded"), caller.to("unrecorded"), caller.language)


def recorded(caller: Caller) -> str:
    """A voicemail is there: the owner gets its link, once."""
    url, seconds = caller.form.get("RecordingUrl"), caller.form.get("RecordingDuration")
    if not url.startswith("https://") or seconds == "0":
        return unrecorded(caller)
    who = caller.phone or "a hidden number"
    about = _story(caller)
    words = f"Voicemail from {who}{f', {seconds} s' if seconds.isdigit() else ''}: {url}"
    told = _tell(caller, f"{words} LINDA understood: {about}" if about else words, kind="message")
    comes = told and caller.settings.can_send_texts
    return caller.end(caller.say("voicemail_kept" if comes else "voicemail_not_told"))


def unrecorded(caller: Caller) -> str:
    """Nothing was said after the tone: the owner is told of the call all the same."""
    return caller.end(caller.say("no_message_heard"), goodbye_words(caller))


def message(caller: Caller) -> str:
    """Words for an owner who cannot be rung: written down, and texted to him as soon as there is a number for it."""
    said = masked_secrets(caller.form.get("SpeechResult")[:LONGEST_MESSAGE])
    if not said:
        return unrecorded(caller)
    who = caller.phone or "a hidden number"
    told = _tell(caller, f'Message from {who}, by phone: "{one_line(said)}"', kind="message", said=said)
    return caller.end(caller.say("message_written_down" if told else "without_book_goodbye"))


def goodbye_words(caller: Caller, come_to: Mapping[str, object] | None = None) -> str:
    """End the call and say what comes after it: what was kept, that a text comes, or that the owner is told.

    `come_to` are the fields of its record that its last turn, which said goodbye, has brought.
    """
    try:
        ended = call_end.settle(caller, utc_now(), come_to)
    except StoreUnavailable:
        logger.error("a call could not be ended in the book", extra={"customer": masked(caller.phone)})
        return caller.say("call_again_goodbye")
    if ended.outcome == KEPT:
        return caller.say("kept_goodbye", when=call_end.spoken_slot(caller, ended.starts_at))
    texted = "text_goodbye_thanks" if come_to else "text_goodbye"
    keys = {TEXTED: texted, MISSED: texted, OWNER_TOLD: "owner_told_goodbye"}
    # That a slot is kept from an earlier call is in his text; it is not read out, because a number can be forged.
    ends_well = ended.outcome in (call_end.BOOKED, call_end.OWNER_REACHED, call_end.MESSAGE_LEFT, call_end.KEPT_BEFORE)
    return caller.say(keys.get(ended.outcome, "goodbye" if ends_well else "call_again_goodbye"))


def _tell(caller: Caller, words: str, kind: str = "words", said: str = "") -> bool:
    """Tell the owner of a message, once; False when it could not be left for him. What was `said` is a turn too."""
    store, now = caller.store(), utc_now()
    noted = calls.note_action(store, caller.phone, caller.call_sid, now, {"recorded": True}, calls.NOT_RECORDED)
    text = Text(OWNER, kind, {"words": words}, can_wait=False)
    turn = Turn(said, "", now, channel="voice", message_id=f"{caller.call_sid}#message")
    kept = [conversation.turn_action(store, caller.phone, turn)] if said and caller.phone else []
    try:
        store.transact([noted, outbox.text_action(store, caller.shop, text, now), *kept])
    except TransactionRefused:
        return True
    except StoreUnavailable:
        logger.error("the owner could not be told of a message", extra={"customer": masked(caller.phone)})
        return False
    return True


def note(caller: Caller, **fields: object) -> None:
    """Note what a call has come to; it goes on whatever the table says."""
    store = caller.store()
    try:
        store.transact([calls.note_action(store, caller.phone, caller.call_sid, utc_now(), fields)])
    except StoreUnavailable:
        logger.error("what came of ringing could not be noted", extra={"customer": masked(caller.phone)})


def _story(caller: Caller) -> str:
    """What LINDA understood so far, "" when it cannot be read now."""
    if not caller.phone:
        return ""
    try:
        turns = conversation.begin_read_turns(caller.store(), caller.phone, utc_now()).result()
    except StoreUnavailable:
        return ""
    return shortened(call_story.story(caller.shop, caller.call_sid, turns))


def _digits(phone: str) -> str:
    """A number as it is read out: "9 0 4, 5 5 5, 0 1 0 0"."""
    national = phone.removeprefix("+1")
    parts = (national[:3], national[3:6], national[6:]) if len(national) == 10 else (national.removeprefix("+"),)
    return ", ".join(" ".join(part) for part in parts)
