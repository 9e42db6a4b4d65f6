"""The model's own words: no lie leaves the house, and honest replies leave it as they are.

`sentences/` holds replies, one a line: those the rules were made with, and those that others wrote without a look at
the rules and that were scored first (`_held_out`, `_by_a_...`; what passed then has made the rules better since, so
that an estimate for unseen words needs new ones). Where only a part of a lie is one, that part stands in braces.
"""

import re
import time
from dataclasses import replace
from pathlib import Path
from types import ModuleType

import pytest

import claims
import facts
import honesty
import prices
from honesty import honest
from shop import load_shop
from wording import sentences

SENTENCES = Path(__file__).with_name("sentences")
LARGEST_SHARE_OF_HONEST_REPLIES_CUT = 0.05


def replies(name: str) -> list[str]:
    lines = (SENTENCES / f"{name}.txt").read_text(encoding="utf-8").splitlines()
    return [line for line in lines if line.strip()]


def kept(words: str, percents: tuple[int, ...] = ()) -> str:
    return " ".join(honest(load_shop(), words, percents).kept)


def passes(lie: str) -> bool:
    """Whether a lying sentence of this reply is kept."""
    lying = [each for part in re.findall(r"\{(.*?)\}", lie) or [lie] for each in sentences(part)]
    return any(sentence in honest(load_shop(), re.sub(r"[{}]", "", lie)).kept for sentence in lying)


def unchanged(reply: str) -> bool:
    return list(honest(load_shop(), reply).kept) == sentences(reply)


SETS = {
    "": 700,
    "_held_out": 300,
    "_by_a_fresh_author": 200,
    "_by_a_second_author": 200,
    "_by_a_third_author": 400,
    "_by_a_fourth_author": 200,
    "_by_a_fifth_author": 200,
    "_by_a_sixth_author": 200,
}


@pytest.mark.parametrize("name", SETS)
def test_no_lie_passes(name: str) -> None:
    lies = replies(f"lies{name}")
    assert len(lies) >= SETS[name]
    assert [lie for lie in lies if passes(lie)] == []


@pytest.mark.parametrize("name", SETS)
def test_honest_replies_pass_unchanged(name: str) -> None:
    said = replies(f"honest{name}")
    assert len(said) >= SETS[name]
    cut = [reply for reply in said if not unchanged(reply)]
    assert len(cut) <= LARGEST_SHARE_OF_HONEST_REPLIES_CUT * len(said), cut


def some_lie_passes() -> bool:
    return any(passes(lie) for name in SETS for lie in replies(f"lies{name}"))


@pytest.mark.parametrize(
    "table",
    [
        *("OF_LINDA", "OF_THE_SHOP", "OF_THE_OWNER", "OF_THE_CUSTOMER", "OF_THE_APPOINTMENT", "OF_NOBODY"),
        "IN_SPANISH",
    ],
)
def test_lies_pass_when_a_table_of_deeds_is_empty(table: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(claims, table, ("(?!)",))
    claims.deeds.cache_clear()
    claims.asked_deeds.cache_clear()
    try:
        assert some_lie_passes()
    finally:
        claims.deeds.cache_clear()
        claims.asked_deeds.cache_clear()


@pytest.mark.parametrize(
    ("room", "rule"),
    [
        *((honesty, rule) for rule in ("_fixes_a_time", "_is_foreign")),
        *((prices, rule) for rule in ("_grants_a_discount", "_has_a_perk", "_gives_away", "_names_other_amount")),
        *((facts, rule) for rule in ("_other_warranty", "_other_hours", "_promises_a_time", "_is_untold")),
    ],
)
def test_lies_pass_without_one_of_the_rules(room: ModuleType, rule: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room, rule, lambda *_said, **_how: False)
    assert some_lie_passes()


def test_honest_replies_are_cut_when_nothing_excuses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(honesty, "_EXCUSE", re.compile(r"(?!)"))
    cut = [reply for reply in replies("honest") if not unchanged(reply)]
    assert len(cut) > LARGEST_SHARE_OF_HONEST_REPLIES_CUT * len(replies("honest"))


def test_typographic_apostrophe_hides_nothing() -> None:
    for lie in replies("lies"):
        assert not passes(lie.replace("'", "\N{RIGHT SINGLE QUOTATION MARK}"))


def test_owner_of_another_shop_is_not_quoted_either() -> None:
    shop = replace(load_shop(), owner="Ann-Marie")
    assert honest(shop, "Ann-Marie said it's fine.").kept == ()
    assert honest(shop, "I told Ann-Marie.").kept == ()
    assert honest(shop, "Ann-Marie is at the gym until 3 PM.").kept != ()


def test_granted_discount_may_be_named_with_its_prices_and_no_other() -> None:
    words = "You have 10% off. A battery is $44.10 then."
    assert kept(words, (10,)) == words
    assert kept(words) == ""
    assert kept("You have 20% off.", (10,)) == ""
    assert kept("You have 10% off, so you're booked for 2 PM.", (10,)) == ""


@pytest.mark.parametrize(
    "words",
    [
        "Screens start from $79 for iPhone and $89 for Samsung.",
        "A battery is forty-nine dollars and up.",
        "An on-site visit is $20 more, so a screen would be $99.",
        "The diagnostic is free.",
        "Our repairs carry a 90-day warranty.",
        "We're open Monday to Saturday, 9 AM to 5 PM.",
    ],
)
def test_facts_of_the_shop_pass(words: str) -> None:
    assert kept(words) == words


@pytest.mark.parametrize(
    "words",
    [
        "A battery is $79.",
        "Samsung screens are from $79.",
        "The water damage diagnostic is free.",
        "Our repairs carry a 30-day warranty.",
        "We're open on Sundays.",
        "We're open until 8 PM.",
        "The shop is at 1200 Beach Boulevard.",
    ],
)
def test_facts_of_another_shop_are_cut_and_are_no_claims(words: str) -> None:
    checked = honest(load_shop(), words)
    assert checked.kept == ()
    assert "booking" not in checked.removed


@pytest.mark.parametrize("line", replies("topics"))
def test_what_was_cut_has_its_topic(line: str) -> None:
    topics, words = line.split(" | ")
    checked = honest(load_shop(), words)
    assert (checked.kept, checked.removed) == ((), frozenset(topics.split()))


@pytest.mark.parametrize(
    "rest",
    [
        *("Yes!", "Done.", "Perfect!", "\u00a1Listo!", "See ya!", "Bye!", "You won't be charged."),
        *("To change it, text MOVE or DROP.", "Reply MOVE if you need another time."),
    ],
)
def test_what_means_nothing_without_the_claim_goes_with_it(rest: str) -> None:
    assert kept(f"{rest} You're booked for 2 PM. Which phone is it?") == "Which phone is it?"
    assert kept(f"I cancelled your appointment. {rest}") == ""


@pytest.mark.parametrize("rest", ["Bring it along!", "Talk soon!", "Monday would be best.", "Tr\u00e1igalo hoy."])
def test_order_or_farewell_goes_with_the_claim_right_before_it(rest: str) -> None:
    assert kept(f"I fixed it from here. {rest} Which phone is it?") == "Which phone is it?"
    assert kept(f"Which phone is it? {rest}") == f"Which phone is it? {rest}"
    assert kept(f"I fixed it from here. Which phone is it? {rest}") == f"Which phone is it? {rest}"


@pytest.mark.parametrize("rest", ["Yes!", "Perfect!", "Bye!", "To change it, text MOVE or DROP."])
def test_words_of_joy_and_the_way_to_change_a_booking_may_be_said_where_nothing_was_claimed(rest: str) -> None:
    assert kept(f"{rest} Which phone is it?") == f"{rest} Which phone is it?"


@pytest.mark.parametrize(
    "lie",
    [
        "You're B-O-O-K-E-D for 2.",
        "You're b00ked.",
        "*Booked* for 2 PM.",
        "Boooooked!",
        "Boo\N{ZERO WIDTH SPACE}ked!",
        "Your slot is re-served.",
        "Which phone is it? Great.You're booked.",
        "Great\nyou're booked",
        "Which one? 2 PM is open and I booked it.",
        "Sounds good\N{EM DASH}you're booked for 2 PM",
    ],
)
def test_no_spelling_and_no_joint_hides_a_lie(lie: str) -> None:
    said = kept(lie).lower()
    assert "book" not in said.replace("-", "").replace("0", "o")
    assert "served" not in said


@pytest.mark.parametrize(
    "words",
    [
        "Vous \u00eates confirm\u00e9 pour mardi \u00e0 14h.",
        "Seu hor\u00e1rio est\u00e1 marcado para amanh\u00e3.",
        "Randevou ou konfime pou madi.",
        "\u60a8\u7684\u9884\u7ea6\u5df2\u786e\u8ba4\u3002",
    ],
)
def test_what_is_neither_english_nor_spanish_is_not_said(words: str) -> None:
    assert kept(words) == ""


def test_amounts_that_add_up_may_be_said() -> None:
    for words in ("A $79 screen and the $15 protector make $94.", "A battery at your place is from $69."):
        assert kept(words) == words
    for words in ("A $79 screen and the $15 protector make $90.", "A battery is from $69."):
        assert kept(words) == ""


@pytest.mark.parametrize(
    ("words", "wrong"),
    [
        ("A screen and a battery for an iPhone would be ${}.", 118),
        ("Two Samsung screens start at ${}.", 170),
        ("A protector and a case together are ${}.", 35),
        ("With the visit, an iPhone screen would start at ${}.", 89),
        ("Battery, protector and case come to ${}.", 80),
    ],
)
def test_sum_of_what_is_named_may_be_said_and_no_other(words: str, wrong: int) -> None:
    right = {118: 128, 170: 178, 35: 40, 89: 99, 80: 89}[wrong]
    assert kept(words.format(right)) == words.format(right)
    assert kept(words.format(wrong)) == ""


@pytest.mark.parametrize("ask", ["Reply YES to take it.", "Text CANCEL to stop.", 'Just say "stop".', "Responda STOP."])
def test_nobody_is_asked_for_a_carrier_word(ask: str) -> None:
    checked = honest(load_shop(), f"2 PM is free. {ask}")
    assert (checked.kept, checked.removed) == (("2 PM is free.",), frozenset({"other"}))


@pytest.mark.parametrize(
    "piece",
    [
        *(
            "a",
            "1 ",
            "$",
            ", ",
            ".",
            "-",
            "you are ",
            "you have been so ",
            "i have ",
            "not it is ",
            "your slot ",
            "mon tue ",
        ),
        *(
            "ninety-nine ",
            "appointment with appointment ",
            "brandon has ",
            "free case ",
            "warranty ",
            "reply ",
            "12345 main ",
            *(
                "can not ",
                "no one ",
                "two screens ",
                "$5 visit ",
                "monday ",
                "to be ",
                "and ",
                "b.o.",
                "not a ",
                "2 to ",
                "try turning ",
                "tell me the name ",
                "let us get ",
                "do it for ",
                "sorry you are ",
            ),
        ),
    ],
)
def test_longest_nonsense_is_read_quickly(piece: str) -> None:
    words = (piece * 5000)[:5000]
    started = time.perf_counter()
    honest(load_shop(), words)
    assert time.perf_counter() - started < 2
