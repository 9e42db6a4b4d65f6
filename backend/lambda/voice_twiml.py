"""What Twilio is to do on a call, as TwiML: say, listen, ring, record. Each document says something before it ends.

Sources: twilio.com/docs/voice/twiml. A neural voice of each language; `speechTimeout` is an integer, because "auto"
goes with no model; `actionOnEmptyResult` posts silence too, and a redirect behind each listening verb is for what
falls through all the same.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from twilio.twiml.voice_response import Dial, VoiceResponse

from wording import SPANISH

VOICES = {"en": ("Polly.Joanna-Neural", "en-US"), SPANISH: ("Polly.Lupe-Neural", "es-US")}
RING_SECONDS = 20
# Twilio takes 500 phrases of at most 100 characters each.
MOST_HINTS = 500

# Words, and the language they are said in.
Said = tuple[str, str]


def listen(said: Sequence[Said], action: str, hints: Sequence[str], language: str) -> str:
    """Say something and listen for speech or one key; the caller may interrupt. Silence posts to `action` too."""
    return _listening(
        said,
        action,
        input="speech dtmf",
        timeout=5,
        speech_timeout="2",
        num_digits=1,
        hints=", ".join(hints[:MOST_HINTS]),
        barge_in=True,
        language=_language(language),
    )


def take_message(words: str, action: str, language: str) -> str:
    """Say something and listen for what may be a long message, by speech alone."""
    options = {"timeout": 8, "speech_timeout": "4", "max_speech_time": 60, "language": _language(language)}
    return _listening([(words, language)], action, input="speech", **options)


def keys(words: str, action: str, *, one: bool = False) -> str:
    """Say something and take what is keyed in up to the pound key, or `one` key."""
    count = {"num_digits": 1} if one else {"finish_on_key": "#"}
    return _listening([(words, "en")], action, input="dtmf", timeout=8, **count)


def one_moment(words: str, action: str, language: str) -> str:
    """Say something, then come back at once."""
    response = VoiceResponse()
    _say(response, words, language)
    response.redirect(action, method="POST")
    return str(response)


def goodbye(words: str, language: str) -> str:
    """Say something and end the call."""
    response = VoiceResponse()
    _say(response, words, language)
    response.hangup()
    return str(response)


def ring(words: str, number: str, action: str, whisper: str, language: str) -> str:
    """Say something and ring a number (E.164) for twenty seconds.

    Who picks up hears the document at `whisper` first; `action` gets what came of it as DialCallStatus and DialBridged.
    """
    response = VoiceResponse()
    _say(response, words, language)
    dial = Dial(timeout=RING_SECONDS, action=action, method="POST")
    dial.number(number, url=whisper, method="POST")
    response.append(dial)
    return str(response)


def whisper(words: str, action: str) -> str:
    """For the one who is rung: say who calls and why, and put the caller through when a key is pressed.

    Without a key, as when a mailbox has picked up, his leg ends and the caller goes on to voicemail.
    """
    response = VoiceResponse()
    gather = response.gather(input="dtmf", action=action, method="POST", timeout=8, num_digits=1, finish_on_key="")
    _say(gather, words, "en")
    response.hangup()
    return str(response)


def connect(words: str) -> str:
    """For the one who is rung: say something, and the two are connected."""
    response = VoiceResponse()
    _say(response, words, "en")
    return str(response)


def record(disclosure: str, action: str, otherwise: str, language: str) -> str:
    """Say that a recording follows, then record. Florida statute 934.03 asks for the consent of all parties.

    Silence is not recorded and goes on to `otherwise`.
    """
    response = VoiceResponse()
    _say(response, disclosure, language)
    response.record(action=action, method="POST", max_length=120, timeout=6, play_beep=True, finish_on_key="#")
    response.redirect(otherwise, method="POST")
    return str(response)


def _listening(said: Sequence[Said], action: str, **options: Any) -> str:
    """A <Gather> that says something meanwhile, and a way on for what falls through it."""
    response = VoiceResponse()
    gather = response.gather(action=action, method="POST", action_on_empty_result=True, **options)
    for words, language in said:
        _say(gather, words, language)
    response.redirect(action, method="POST")
    return str(response)


def _say(verb: VoiceResponse, words: str, language: str) -> None:
    voice, tag = VOICES[language]
    verb.say(words, voice=voice, language=tag)


def _language(language: str) -> str:
    return VOICES[language][1]
