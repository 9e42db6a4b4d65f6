"""Phone numbers of the US and Canada: as people write them, as they are stored (E.164), as they are shown."""

from __future__ import annotations

import re

_NUMBER = re.compile(r"(?:\+?1)?([2-9][0-9]{2}[2-9][0-9]{6})")


def normalized_phone(text: object) -> str:
    """A US or Canadian number in any usual form, as E.164. Raises ValueError with a sentence for its sender.

    Source of the rule: the North American Numbering Plan; area code and exchange start with 2 to 9.
    """
    digits = re.sub(r"[\s().\u2010-\u2015/-]+", "", text) if isinstance(text, str) else ""
    match = _NUMBER.fullmatch(digits.removeprefix("tel:"))
    if not match:
        raise ValueError("must be a US or Canadian phone number with area code, such as (904) 555-0100")
    return f"+1{match[1]}"


def normalized_or_as_it_stands(text: str) -> str:
    """The same, for what an earlier phase of the project stored: a number that is none of these stays as it is."""
    try:
        return normalized_phone(text)
    except ValueError:
        return text


def is_domestic(phone: str) -> bool:
    """Whether a number is one of the US or Canada: a text to any other may cost dollars, and is none of a customer."""
    try:
        return normalized_phone(phone) == phone
    except ValueError:
        return False


def spoken_phone(phone: str) -> str:
    """+19045550100 as (904) 555-0100; any other number as it is."""
    us = phone.startswith("+1") and len(phone) == 12
    return f"({phone[2:5]}) {phone[5:8]}-{phone[8:]}" if us else phone
