"""How long a text is for the carriers, and about what it costs."""

from dataclasses import dataclass

# GSM 03.38: the characters of a text that needs no Unicode; those of the second table take two places.
_GSM_7 = set(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿"
    "abcdefghijklmnopqrstuvwxyzäöñüà"
)
_GSM_7_TWICE = set("^{}\\[~]|€")
# Twilio's price of one segment to or from a US number in 2026; carriers add fees of their own.
USD_A_SEGMENT = 0.0083


@dataclass(frozen=True)
class Size:
    """A text in segments: 160 characters alone and 153 each of several, with Unicode 70 and 67."""

    encoding: str
    segments: int
    usd: float


def size_of(text: str) -> Size:
    if set(text) <= _GSM_7 | _GSM_7_TWICE:
        encoding, length, alone, each = "GSM-7", len(text) + sum(1 for char in text if char in _GSM_7_TWICE), 160, 153
    else:
        encoding, length, alone, each = "Unicode", len(text.encode("utf-16-be")) // 2, 70, 67
    segments = 1 if length <= alone else -(-length // each)
    return Size(encoding, segments, segments * USD_A_SEGMENT)
