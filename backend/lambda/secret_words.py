"""Secrets that their words name: "my passcode is 482913", "1234 to unlock", "pw hunter2", "pattern: L".

Read in a text as `privacy` reads it: lower case, no accents, ASCII digits. Pure. A zip, promotion or error code is no
secret; nor is a gate code, which the owner needs at the door.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from expressions import lazy
from secret_numbers import NO_SECRET, Secret

# Words looked at between a secret's name and its value.
MAX_FILLERS = 12


@dataclass(frozen=True)
class _Kind:
    """A kind of secret: how many digits it has, and whether it can be a word or a pattern drawn in words."""

    name: str
    least: int
    most: int
    can_be_word: bool = False
    can_be_drawn: bool = False


_KINDS = {
    "password": _Kind("password", 3, 40, can_be_word=True),
    "passcode": _Kind("passcode", 3, 20, can_be_word=True),
    "pattern": _Kind("pattern", 3, 20, can_be_drawn=True),
    "code": _Kind("passcode", 4, 10),
    "once": _Kind("code", 4, 10),
    "cvv": _Kind("card code", 3, 8),
    "social": _Kind("SSN", 4, 9),
    "imei": _Kind("IMEI", 8, 20, can_be_word=True),
    "card": _Kind("card number", 12, 19),
}
_OF = r"(?:unlock(?:ing)?|lock ?screen|screen|lock|phone|device|access|log ?in|sign ?in|entry)"
_TO = r"(?:to|for) (?:un ?lock|open|get in(?:to)?|log ?in|sign ?in|access)(?:ing)?"
# In the order of trying; "harmless" keeps a word from being read as the name of a secret.
_NAMED_BY = {
    "harmless": r"(?:zip|postal|area|promo\w*|discount|coupon|referral|gift|voucher|error|model|product|item|order"
    r"|qr|bar|dress|gate|door|country|dial\w*|color|charging|charger|codigo postal)[ -]?(?:code|pin|number|no)?s?",
    "once": r"(?:one[ -]?time|verification|confirmation|2fa|two[ -]factor|auth\w*|otp)"
    r"(?: (?:code|pass ?code|pass ?word|pin))?|codigo de verificacion",
    "cvv": r"cvv2?|cvc2?|csc|(?:card )?security (?:code|number)|sec code|codigo de seguridad"
    r"|(?:numbers?|digits?|code) on (?:the )?back",
    "social": r"ssn|social(?: security)?(?: number| no| num)?|seguro social",
    "imei": r"imei\d?|meid|esn",
    "card": r"(?:credit |debit )?card(?: number| no| num)?|visa|master ?card|amex|american express|tarjeta(?: numero)?",
    "password": r"pass ?words?|pass ?wd|pass ?phrase|pwd?|psw|contrasena|contrasenia",
    "pattern": rf"(?:{_OF} |swipe )?pattern|patron(?: de desbloqueo)?",
    "passcode": rf"pass ?codes?|pin(?: ?code| number| no)?|{_OF} (?:code|pin|number|key)|puk|nip|clave"
    rf"|(?:code|number|numbers|digits) {_TO}|codigo (?:de (?:desbloqueo|acceso|bloqueo)|para \w+)",
    "code": r"code|codigo",
}
_NAME = lazy(r"(?<![a-z])(?:" + "|".join(f"(?P<{kind}>{names})" for kind, names in _NAMED_BY.items()) + r")(?![a-z])")
_SPELLED = (
    r"(?:zero|oh|one|two|three|four|five|six|seven|eight|nine|double|triple"
    r"|cero|uno|dos|tres|cuatro|cinco|seis|siete|ocho|nueve)(?![a-z])"
)
_UNIT = (
    r"(?![a-z\d%]|:\d"
    r"|\s?(?:am|pm|a\.m|p\.m|dollars?|bucks|usd|minutes?|mins?|hours?|days?|times|tries|attempts)(?![a-z]))"
)
_NUMBER = lazy(
    rf"\d(?:[ .,_*/-]{{0,2}}\d){{2,}}{_UNIT}|(?:{_SPELLED}|\d)(?:[ .,-]{{1,2}}(?:{_SPELLED}|\d)){{2,}}(?![a-z\d])"
)
_SHORT = lazy(r"\d{1,2}(?!\d)(?:st|nd|rd|th|s|a|pro|e)?(?![a-z])")
_GAP = lazy(r"[\s:=>,;#.?!\"'()*~|-]{0,8}")
_SAYING = {"is", "s", "was", "are", "es", "son", "era", "its", "esta", "would", "should"}
_FILLER = lazy(
    r"(?:is|was|are|s|its?|es|son|era|esta|to|un ?lock(?:ing)?|open|get|in(?:to)?|log|sign|for|on|of|the|a|an|my"
    r"|mine|our|your|her|his|this|that|phone|cell(?:phone)?|device|i ?phone|i ?pad|mac(?:book)?|samsung|galaxy|pixel"
    r"|pro|max|plus|mini|ultra|se|air|screen|lock|apple|id|i ?cloud|google|gmail|e ?mail|outlook|yahoo|account|sim"
    r"|tablet|watch|number|num|no|code|pin|digits?|will|be|would|should|here|think|i|currently|just|new|old|current|again|el|la|los|del|de|para|mi|su"
    r"|telefono|celular|numero|correo|last|first|four|six|4|6)(?![a-z\d])|[a-z]\d{1,2}(?:fe|e|s)?\+?(?![a-z\d])"
)
_WORD = lazy(r"[^\s\[\]]{3,64}")
# After "the password is", said of it and not it.
_SAID_OF_IT = lazy(
    r"(?:not?|the|same|wrong|right|correct|incorrect|needed|required|locked|disabled|unknown|forgotten|lost|off|on|broken"
    r"|working|protected|set|reset|changed|turned|gone|missing|going|still|also|already|never|only|what|which|it|that|this"
    r"|there|here|asking|being|been|because|so|too|very|really|something|some|my|your|her|his|and|but|or|if|when|how|why"
    r"|do|does|did|can|could|whats|optional|saved|written|in|at|by|from|with|kept|fine|ok(?:ay)?|good|removed|all|longer|one|easy|hard|long|short"
    r"|unavailable|blank|empty|none|expired|accepted|recognized|required|stuck|simple|no|mal|incorrecta|la|el|para|necesar\w+)"
    r"(?:n't)?[.,;:!?)]*(?!\S)"
)
_MODEL = lazy(r"(?:[a-z]{1,3}\d{1,5}[a-z]{0,3}\+?|i?(?:phone|pad)\d+\w*|\d{1,3}[a-z]{1,4}\+?)[.,!?]*")
_DIRECTION = (
    r"(?:up|down|left|right|top|bottom|middle|center|across|diagonal(?:ly)?|corner|side|arriba|abajo|izquierda|derecha)"
)
_DRAWN = lazy(
    rf"(?:(?:big|small|capital|backwards?|letter|shape|of|like|just|an?|the)\s+){{0,4}}"
    rf"(?:{_DIRECTION}(?:[\s,>-]+(?:then |and |to |the |go |over ){{0,3}}{_DIRECTION}){{1,15}}"
    rf"|[b-hj-z](?:[ -]?shaped?)?)(?![a-z'\d])"
)


def named_before(words: str) -> Iterator[Secret]:
    """Values after their names: "my passcode is 482913", "pw hunter2", "pattern: L"."""
    for named in _NAME.finditer(words):
        kind = _KINDS.get(named.lastgroup or "")
        found = _value(words, named.end(), kind) if kind else None
        if kind and found:
            yield Secret(*found, kind.name)


def _value(words: str, at: int, kind: _Kind) -> tuple[int, int] | None:
    """Where the value stands that follows a secret's name, with filling words between; None when none follows."""
    said = False
    for _filler in range(MAX_FILLERS):
        gap = _GAP.match(words, at)
        at = gap.end() if gap else at
        said = said or bool(gap and re.search(r"[:=>]", gap[0]))
        number = _NUMBER.match(words, at)
        if number and (said or not NO_SECRET.match(words, at)):
            return number.span() if kind.least <= _digits(number[0]) <= kind.most else None
        filler = _FILLER.match(words, at) or _SHORT.match(words, at)
        if filler is None:
            break
        said = said or filler[0] in _SAYING
        at = filler.end()
    return _word_value(words, at, kind, said=said)


def _digits(number: str) -> int:
    return len(re.findall(r"\d|[a-z]+", number))


def _word_value(words: str, at: int, kind: _Kind, *, said: bool) -> tuple[int, int] | None:
    drawn = _DRAWN.match(words, at) if kind.can_be_drawn and said else None
    if drawn:
        return drawn.span()
    word = _WORD.match(words, at) if kind.can_be_word else None
    if word is None or _SAID_OF_IT.match(words, at):
        return None
    mixed = re.search(r"\d", word[0]) and re.search(r"[a-z]", word[0])
    secret = (said and kind.name == "password") or (mixed and not _MODEL.fullmatch(word[0]))
    return word.span() if secret or (mixed and said) else None


_ADJECTIVE = (
    r"(?:phone|lock|unlock|screen|lock ?screen|device|apple|id|icloud|i ?phone|e ?mail|google|new|old|current|whatsapp)"
)
_SECRET_NAME = "|".join(
    names for kind, names in _NAMED_BY.items() if kind in ("password", "passcode", "pattern", "once", "cvv")
)
_IS_NAMED = lazy(
    r"[\s,\"'.]{0,4}(?:[(=-]\s?|(?:is|es|was|s)\s+)(?:(?:the|my|our|your|her|his|mi|la|el|tu)\s+)?"
    rf"(?:{_ADJECTIVE}\s+){{0,4}}(?:{_SECRET_NAME}|(?:[a-z]{{1,20}}\s+){{0,3}}code)(?![a-z])"
)
_OPENS = lazy(
    r"[\s,]{1,3}(?:(?:to|para)\s+(?:un ?lock|open|get in|log ?in|sign ?in|verify|desbloquear|abrir|entrar)"
    r"|(?:will\s+|should\s+)?(?:unlocks|opens|gets you in)|(?:will|should)\s+(?:unlock|open))(?![a-z])"
)
_ITS_NAME = lazy(rf"(?:is|es|was)\s+(?:the|my|our|mi|la)\s+(?:{_ADJECTIVE}\s+){{0,4}}(?:{_SECRET_NAME})(?![a-z])")
_LONGEST_WORD = 64


def named_after(words: str) -> Iterator[Secret]:
    """Values before their names: "it's 1234 to unlock", "0000 is the pin", "hunter2 is my password"."""
    clear = NO_SECRET.sub(lambda match: "~" * len(match[0]), words)
    for run in re.finditer(r"(?<![\w$#~])\d(?:[ .-]?\d){2,11}(?![\w~])", clear):
        named = _IS_NAMED.match(words, run.end())
        if named or (_digits(run[0]) >= 4 and _OPENS.match(words, run.end())):
            yield Secret(run.start(), run.end(), "passcode")
    for named in _ITS_NAME.finditer(words):
        before = re.search(
            rf"([^\s\[\]]{{3,{_LONGEST_WORD}}})\s+$", words[max(0, named.start() - _LONGEST_WORD) : named.start()]
        )
        if (
            before
            and re.search(r"\d", before[1])
            and re.search(r"[a-z]", before[1])
            and not _MODEL.fullmatch(before[1])
        ):
            start = max(0, named.start() - _LONGEST_WORD) + before.start()
            yield Secret(start, start + len(before[1]), "password")


_ACCOUNT = lazy(r"@[a-z\d.-]{3,60}\s{0,3}[/|:]\s{0,3}([^\s\[\]]{4,64})")


def account(words: str) -> Iterator[Secret]:
    """A password after an address: "ann@example.com / hunter2"."""
    for match in _ACCOUNT.finditer(words):
        yield Secret(match.start(1), match.end(1), "password")
