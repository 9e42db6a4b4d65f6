"""What Twilio refuses or warns about in a TwiML document.

Which verbs there are, what may be nested in them and which attributes they take is read from Twilio's own
classes. What a value may be is after Twilio's documentation; numbers of five digits are its errors and
warnings, https://www.twilio.com/docs/api/errors/<number>.
"""

from __future__ import annotations

import inspect
import re
import xml.etree.ElementTree as ET
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal
from urllib.parse import urlsplit

from twilio.twiml import TwiML
from twilio.twiml.messaging_response import MessagingResponse
from twilio.twiml.voice_response import VoiceResponse

Kind = Literal["voice", "messaging"]

MAX_DOCUMENT_BYTES = 64 * 1024  # 11750
MAX_MESSAGE_CHARACTERS = 1600  # 14103
_XML_NAMESPACE = "{http://www.w3.org/XML/1998/namespace}"
_E164 = re.compile(r"\+[1-9][0-9]{7,14}")
# A few of what Twilio's page on <Gather> lists. A language without its country is refused: 13512.
_GATHER_LANGUAGES = {
    *("en-US", "en-GB", "en-AU", "en-CA", "en-IN", "es-US", "es-MX", "es-ES", "es-PR", "es-CO", "pt-BR"),
    *("fr-CA", "fr-FR", "de-DE", "it-IT"),
}
# docs/voice/twiml/say/text-speech: the forms of a voice's name, and the languages of those spoken here.
_VOICE = re.compile(r"man|woman|alice|Polly\.[A-Z][a-z]+(-Neural|-Generative)?|Google\.[a-z]{2,3}-[A-Z]{2}-[\w-]+")
_LANGUAGE_OF_POLLY = {"Joanna": "en-US", "Matthew": "en-US", "Lupe": "es-US", "Pedro": "es-US"}
# 13521: in bytes of UTF-8; SSML tags do not count for Polly.
_MAX_SAY_BYTES = {"Polly": 3000, "Google": 5000}
_MAX_BASIC_SAY_BYTES = 4096


@dataclass(frozen=True)
class _Verb:
    made_of: Callable[..., Any]
    attributes: frozenset[str]
    takes_text: bool


@dataclass(frozen=True)
class _Rule:
    fits: Callable[[str], object]
    wanted: str


def faults_of_twiml(document: str, kind: Kind, *, must_act: bool = False) -> list[str]:
    """One sentence for each fault. With `must_act` a <Response> without any verb is one too."""
    if len(document.encode()) > MAX_DOCUMENT_BYTES:
        return [f"the document is larger than {MAX_DOCUMENT_BYTES} bytes"]
    try:
        root = ET.fromstring(document)
    except ET.ParseError as error:  # 12100
        return [f"the document is no XML: {error}"]
    if root.tag != "Response":
        return [f"the document is a <{root.tag}> and no <Response>"]
    faults = [f"<Response> takes no attributes: {name}" for name in root.attrib]
    if _has_words(root.text):
        faults.append(f"text stands in <Response>: {root.text!r}")
    if must_act and not len(root):
        faults.append("the <Response> is empty")
    faults += _faults_inside(root, VoiceResponse if kind == "voice" else MessagingResponse)
    faults += _unreachable(root)
    return faults


# --- verbs, nesting, attributes: from Twilio's classes --------------------------------------------------------


def _filled(make: Callable[..., Any]) -> Any:
    """What `make` builds when each of its parameters is given its own name."""
    parameters = inspect.signature(make).parameters.values()
    return make(**{each.name: each.name for each in parameters if each.kind is each.POSITIONAL_OR_KEYWORD})


@cache
def _verbs_inside(parent_class: Callable[..., Any]) -> dict[str, _Verb]:
    """What may be nested, by name: each method of its own makes one element and shows its attributes' names."""
    verbs = {}
    for name, method in inspect.getmembers(_filled(parent_class), inspect.ismethod):
        if not name.startswith("_") and not hasattr(TwiML, name):
            made = _filled(method)
            verbs[str(made.name)] = _Verb(type(made), frozenset(made.attrs), made.value is not None)
    return verbs


def _faults_inside(parent: ET.Element, parent_class: Callable[..., Any]) -> Iterator[str]:
    for element in parent:
        verb = _verbs_inside(parent_class).get(element.tag)
        if verb is None:  # 12200
            yield f"<{element.tag}> is no verb inside <{parent.tag}>"
            continue
        if _has_words(element.text) and not verb.takes_text:
            yield f"<{element.tag}> takes no text: {element.text!r}"
        if _has_words(element.tail) and parent.tag in ("Response", "Gather", "Dial"):
            yield f"text stands between the verbs of <{parent.tag}>: {element.tail!r}"
        yield from _attribute_faults(element, verb)
        yield from _ELEMENT_RULES.get(element.tag, _no_faults)(element)
        yield from _faults_inside(element, verb.made_of)


def _attribute_faults(element: ET.Element, verb: _Verb) -> Iterator[str]:
    for qualified, value in element.attrib.items():
        name = qualified.replace(_XML_NAMESPACE, "xml:")
        rule = _RULES.get(f"{element.tag}.{name}") or _RULES.get(name)
        if name not in verb.attributes:  # 12200
            yield f"<{element.tag}> has no attribute {name}"
        elif rule is not None and not rule.fits(value):
            yield f"{name} of <{element.tag}> is {rule.wanted}, not {value[:60]!r}"


def _unreachable(root: ET.Element) -> Iterator[str]:
    """Of the document's own verbs. <Record> is left out: what follows it is for an empty recording."""
    for number, verb in enumerate(root, start=1):
        # docs/voice/twiml/redirect: all verbs after it are ignored; /dial#action: the same after one with an action.
        ends = verb.tag in ("Hangup", "Redirect", "Reject") or (verb.tag == "Dial" and "action" in verb.attrib)
        if ends and number < len(root):
            yield f"<{root[number].tag}> after <{verb.tag}> is unreachable"
            return


# --- values: from the documentation ---------------------------------------------------------------------------


def _number_between(lowest: int, highest: int) -> _Rule:
    def fits(value: str) -> bool:
        return value.isascii() and value.isdigit() and lowest <= int(value) <= highest

    return _Rule(fits, f"a whole number from {lowest} to {highest}")


def _one_of(*words: str) -> _Rule:
    return _Rule(lambda value: value in words, "one of " + ", ".join(words))


def _matching(pattern: str, wanted: str) -> _Rule:
    return _Rule(lambda value: re.fullmatch(pattern, value), wanted)


def _is_url(value: str) -> bool:
    parts = urlsplit(value)
    relative = not parts.scheme and not parts.netloc
    return (
        bool(value) and not re.search(r"\s", value) and (relative or (parts.scheme == "https" and bool(parts.netloc)))
    )


def _are_hints(value: str) -> bool:
    """13330: at most 500 phrases with commas between them, each of at most 100 characters."""
    phrases = value.split(",")
    return len(phrases) <= 500 and all(len(phrase.strip()) <= 100 for phrase in phrases)


_TRUE_OR_FALSE = _one_of("true", "false")
_POSITIVE = _number_between(1, 86_400)
_GET_OR_POST = _one_of("GET", "POST")
_URL = _Rule(_is_url, "a relative or an https URL")
_PHONE = _Rule(_E164.fullmatch, "a phone number in E.164")
# By attribute, or by verb and attribute where verbs differ; each from the table of attributes on its verb's page.
_RULES: dict[str, _Rule] = {
    **dict.fromkeys(("action", "url", "statusCallback", "recordingStatusCallback", "transcribeCallback"), _URL),
    **dict.fromkeys(("partialResultCallback", "amdStatusCallback", "referUrl", "waitUrl"), _URL),
    **dict.fromkeys(("method", "statusCallbackMethod", "recordingStatusCallbackMethod", "waitUrlMethod"), _GET_OR_POST),
    **dict.fromkeys(("partialResultCallbackMethod", "amdStatusCallbackMethod", "referMethod"), _GET_OR_POST),
    **dict.fromkeys(("actionOnEmptyResult", "bargeIn", "profanityFilter", "enhanced", "debug"), _TRUE_OR_FALSE),
    **dict.fromkeys(("playBeep", "transcribe", "hangupOnStar", "answerOnBridge", "sequential"), _TRUE_OR_FALSE),
    **dict.fromkeys(("to", "from", "callerId"), _PHONE),  # 14101, 14102, 13214
    "loop": _number_between(0, 1000),
    "Gather.input": _one_of("dtmf", "speech", "dtmf speech", "speech dtmf"),
    "Gather.timeout": _POSITIVE,  # 13313
    "Gather.speechTimeout": _matching("[1-9][0-9]*|auto", "a positive whole number or auto"),  # 13327
    "Gather.maxSpeechTime": _POSITIVE,  # 13328
    "Gather.numDigits": _POSITIVE,
    "Gather.finishOnKey": _matching("[0-9#*]?", "one key or nothing"),
    "Gather.hints": _Rule(_are_hints, "at most 500 phrases of at most 100 characters"),
    "Gather.language": _Rule(_GATHER_LANGUAGES.__contains__, "a language that <Gather> takes"),  # 13331, 13512
    "Say.voice": _Rule(_VOICE.fullmatch, "a voice that <Say> has"),
    "Dial.timeout": _number_between(5, 600),  # docs/voice/twiml/dial#timeout
    "Dial.timeLimit": _number_between(1, 86_400),
    "Record.timeout": _POSITIVE,
    "Record.maxLength": _number_between(2, 86_400),  # docs/voice/twiml/record: "greater than 1"
    "Record.finishOnKey": _matching("[0-9#*]*", "keys"),
    "Record.trim": _one_of("trim-silence", "do-not-trim"),
    "Pause.length": _POSITIVE,
    "Reject.reason": _one_of("rejected", "busy"),
}


def _no_faults(_element: ET.Element) -> Iterator[str]:
    return iter(())


def _gather_faults(gather: ET.Element) -> Iterator[str]:
    if gather.get("speechTimeout") == "auto" and "speechModel" in gather.attrib:
        yield "speechTimeout of <Gather> with a speechModel is a whole number, not 'auto' (warning 13335)"


def _say_faults(say: ET.Element) -> Iterator[str]:
    text, voice, language = "".join(say.itertext()), say.get("voice", ""), say.get("language", "")
    company, _, name = voice.partition(".")
    longest = _MAX_SAY_BYTES.get(company, _MAX_BASIC_SAY_BYTES)
    if not text.strip():  # 13520
        yield "the text of <Say> is empty"
    if len(text.encode()) > longest:
        yield f"the text of <Say> is longer than {longest} bytes"
    # docs/voice/twiml/say: a voice with a language that is not its own may fail.
    spoken = _LANGUAGE_OF_POLLY.get(name.partition("-")[0]) if company == "Polly" else "-".join(name.split("-")[:2])
    if language and spoken and language != spoken:
        yield f"the voice {voice} speaks {spoken}, not {language}"


def _dial_faults(dial: ET.Element) -> Iterator[str]:
    """Twilio takes a US number in any form too; here a number is E.164 everywhere."""
    if not len(dial) and not _E164.fullmatch((dial.text or "").strip()):
        yield f"<Dial> calls no phone number in E.164: {dial.text!r}"
    if len(dial) and _has_words(dial.text):
        yield f"<Dial> has a number beside its nouns: {dial.text!r}"
    if len(dial) > 10:
        yield "<Dial> calls more than ten numbers"


def _number_faults(number: ET.Element) -> Iterator[str]:
    if not _E164.fullmatch((number.text or "").strip()):
        yield f"<Number> is no phone number in E.164: {number.text!r}"


def _url_text_faults(element: ET.Element) -> Iterator[str]:
    if not _is_url((element.text or "").strip()) and not element.get("digits"):
        yield f"<{element.tag}> needs a relative or an https URL, not {element.text!r}"


def _sms_faults(_sms: ET.Element) -> Iterator[str]:
    yield "<Sms> is deprecated: a text is sent over the REST API"  # docs/voice/twiml/sms


def _message_faults(message: ET.Element) -> Iterator[str]:
    text = (message.text or "") + "".join(body.text or "" for body in message.iter("Body"))
    if not text.strip() and message.find("Media") is None:  # 14103
        yield "<Message> has no text"
    if len(text) > MAX_MESSAGE_CHARACTERS:
        yield f"<Message> is longer than {MAX_MESSAGE_CHARACTERS} characters"


def _has_words(text: str | None) -> bool:
    return bool(text and text.strip())


_ELEMENT_RULES: dict[str, Callable[[ET.Element], Iterator[str]]] = {
    "Dial": _dial_faults,
    "Gather": _gather_faults,
    "Message": _message_faults,
    "Number": _number_faults,
    "Play": _url_text_faults,
    "Redirect": _url_text_faults,
    "Say": _say_faults,
    "Sms": _sms_faults,
}
