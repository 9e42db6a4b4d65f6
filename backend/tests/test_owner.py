"""Brandon by text: his commands, what they change, and that the undo in each answer really undoes it."""

import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

import conversation
import dispatcher
import owner_commands
import owner_undo
import spans
import when
from clock import MONDAY_MORNING, Clock, open_day
from faults import FlakyProxy, flaky_proxy
from gateway_events import CUSTOMER_NUMBER, OWNER_NUMBER, LambdaContext, reply_text, sms, texts
from local_aws import LocalAws, Tables
from owner_commands import Asked, Hand, Keep, Ring, SetMode, Settle, ShowCommands, ShowDay, TwiliosWord, Unclear
from processes import Processes, Request
from shop import load_shop
from shop_api import availability, book, get_state, set_state
from slots import slots_on
from worker import DIED

ZONE = ZoneInfo("America/New_York")
TEN = datetime(2026, 11, 30, 10, 0, tzinfo=ZONE)  # a Monday
pytestmark = pytest.mark.usefixtures("clean_environment")


def say(words: str, **options: Any) -> dict[str, Any]:
    return dispatcher.handler(sms(words, OWNER_NUMBER, **options), LambdaContext())


def ask(words: str, **options: Any) -> str:
    """All that Brandon reads, and nothing of it is longer than two segments."""
    answered = texts(say(words, **options))
    assert all(text.to in (None, OWNER_NUMBER) for text in answered)
    assert all(0 < len(text.body) <= 320 for text in answered)
    return "\n".join(text.body for text in answered)


def undo_in(answer: str) -> str:
    (found,) = re.findall(r"^Undo: (.+)$", answer, re.MULTILINE)
    return str(found)


def kept(tables: Tables) -> tuple[Any, ...]:
    """What commands change: mode and its end as an instant, who is rung first, blocks, pauses."""
    state = get_state()
    mode, until = state["effective_mode"], state["until"]
    ends = datetime.fromisoformat(until).astimezone(UTC) if until and mode != "work" else None
    paused = [item["lead_id"] for item in tables.items("PAUSED#")]
    return mode, ends, "ring_first" in state, tables.items("SLOT#"), paused


def at(words: str) -> datetime:
    return datetime.fromisoformat(words).replace(tzinfo=ZONE)


def parse(words: str, now: datetime = TEN) -> owner_commands.Command:
    return owner_commands.parse(load_shop(), words, now.astimezone(UTC))


# --- words as commands ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "mode", "until"),
    [
        ("work", "work", None),
        ("  GYM. ", "gym", None),
        ("I\u2019m back!", "work", None),
        ("back", "work", None),
        ("open", "work", None),
        ("gym till 5", "gym", "2026-11-30T17:00"),
        ("gym til 5pm", "gym", "2026-11-30T17:00"),
        ("gym - 5", "gym", "2026-11-30T17:00"),
        ("driving until 3:30", "driving", "2026-11-30T15:30"),
        ("drivng till 1530", "driving", "2026-11-30T15:30"),
        ("on site till 2 p.m.", "onsite", "2026-11-30T14:00"),
        ("lunch to 1", "break", "2026-11-30T13:00"),
        ("break 30", "break", "2026-11-30T10:30"),
        ("break 30 min", "break", "2026-11-30T10:30"),
        ("gym 1h", "gym", "2026-11-30T11:00"),
        ("gym for an hour", "gym", "2026-11-30T11:00"),
        ("gym 1h30", "gym", "2026-11-30T11:30"),
        ("closed", "closed", None),
        ("closed today", "closed", None),
        ("Closed till noon", "closed", "2026-11-30T12:00"),
        ("gym till midnight", "gym", "2026-12-01T00:00"),
        ("gym till 12am", "gym", "2026-12-01T00:00"),
        ("closed till tomorrow", "closed", "2026-12-01T00:00"),
        ("onsite till fri 2", "onsite", "2026-12-04T14:00"),
        ("onsite till Tue Dec 1, 9:00 AM", "onsite", "2026-12-01T09:00"),
    ],
)
def test_words_set_a_mode(words: str, mode: str, until: str | None) -> None:
    assert parse(words) == SetMode(mode, at(until) if until else None)


@pytest.mark.parametrize(
    ("words", "blocking", "slots"),
    [
        ("closed tomorrow", True, ["12-01 09-17"]),
        ("clsoed tommorow", True, ["12-01 09-17"]),
        ("off fri", True, ["12-04 09-17"]),
        ("closed fri, dec 4", True, ["12-04 09-17"]),
        ("Closed Dec 24-26", True, ["12-24 09-17", "12-25 09-17", "12-26 09-17"]),
        ("closed dec 31 - jan 2", True, ["12-31 09-17", "01-01 09-17", "01-02 09-17"]),
        ("closed sat to mon", True, ["12-05 09-17", "12-07 09-17"]),
        ("open tomorrow", False, ["12-01 09-17"]),
        ("block fri 2-4", True, ["12-04 14-16"]),
        ("block fri from 2 to 4pm", True, ["12-04 14-16"]),
        ("block tomorrow 9am-noon", True, ["12-01 09-12"]),
        ("block fri 2:30-4", True, ["12-04 14-16"]),
        ("block fri at 2", True, ["12-04 14-15"]),
        ("block fri after 3", True, ["12-04 15-17"]),
        ("block fri morning", True, ["12-04 09-12"]),
        ("unblock fri 2-4", False, ["12-04 14-16"]),
        ("block today", True, ["11-30 11-17"]),
        ("block mon, wed 9-11 and 2-4; fri", True, ["11-30 11-17", "12-02 09-11", "12-02 14-16", "12-04 09-17"]),
    ],
)
def test_words_keep_slots(words: str, blocking: bool, slots: list[str]) -> None:
    meant = parse(words)
    assert isinstance(meant, Keep)
    expected = [f"{span[:6]}{hour:02d}:00" for span in slots for hour in range(int(span[6:8]), int(span[9:11]))]
    assert ([f"{slot.start:%m-%d %H:%M}" for slot in meant.slots], meant.blocking) == (expected, blocking)


@pytest.mark.parametrize(
    ("words", "command"),
    [
        ("today", ShowDay(date(2026, 11, 30))),
        ("Agenda", ShowDay(date(2026, 11, 30))),
        ("tomorrow?", ShowDay(date(2026, 12, 1))),
        ("agenda fri", ShowDay(date(2026, 12, 4))),
        ("dec 1", ShowDay(date(2026, 12, 1))),
        ("nov 29", ShowDay(date(2026, 11, 29))),
        ("pause +19045550100", Hand("+19045550100", to_owner=True)),
        ("Pause (904) 555-0100", Hand("+19045550100", to_owner=True)),
        ("resume 904.555.0100", Hand("+19045550100", to_owner=False)),
        ("Ring me first", Ring(first=True)),
        ("calls first", Ring(first=True)),
        ("ring first off", Ring(first=False)),
        ("Don't ring!", Ring(first=False)),
        ("ring", Unclear()),
        ("OK 7F3", Settle("7f3", "ok")),
        ("no 7f3.", Settle("7f3", "no")),
        ("help me", ShowCommands()),
        ("?", ShowCommands()),
        ("HELP", TwiliosWord()),
        ("yes", TwiliosWord()),
    ],
)
def test_words_ask_for_the_rest(words: str, command: owner_commands.Command) -> None:
    assert parse(words) == command


@pytest.mark.parametrize(
    ("words", "question"),
    [
        ("closed fri dec 1", "December 1 is a Tuesday, not a Friday: which day do you mean?"),
        ("closed fri, dec 1", "December 1 is a Tuesday, not a Friday: which day do you mean?"),
        ("gym 5", 'Is 5 a time or minutes? Say "till 5" or "5 min".'),
        ("gym till 9am", '"9am" has passed.'),
        ("gym till nov 29 5pm", "Nov 29 has passed, or is more than 300 days ahead."),
        ("block nov 29", "Nov 29 has passed, or is more than 300 days ahead."),
        ("block today 9-10", "All of that has begun or is past."),
        ("closed sunday", "The shop is not open then anyway."),
        ("block fri 6-8", '"6-8" is outside the opening hours, 9:00 AM-5:00 PM.'),
        ("closed dec 26-24", "Those days run backwards."),
        ("closed feb 30", "There is no such day in the calendar."),
        ("closed dec 2-feb 2", "That is 432 slots, at most 98 go at once. Please say it in parts."),
        ("block 2-4", 'Which day? Say it first, like "block fri 2-4".'),
        ("block", 'Which day? Say "block fri" or "block fri 2-4".'),
        ("pause", 'Which number? Write it like "pause +19045550100" or "pause 904-555-0100".'),
        ("pause 12345", 'Which number? Write it like "pause +19045550100" or "pause 904-555-0100".'),
        ("ok", 'Which question? Say it with its code, like "ok 7f3" or "no 7f3".'),
        ("gym 30h", "That must be between 1 minute and 24 hours."),
        ("do you fix screens", ""),
        ("fri 2-4", ""),
        ("gym sometimes", ""),
        ("", ""),
    ],
)
def test_what_is_not_wholly_understood_is_asked_about(words: str, question: str) -> None:
    assert parse(words) == Unclear(question)


@pytest.mark.parametrize(
    ("now", "words", "until"),
    [
        # A bare hour is the next such hour, at most half a day away; one with AM or PM may be later today.
        ("2026-11-30T23:30", "gym till 5", "2026-12-01T05:00-05:00"),
        ("2026-11-30T23:30", "gym till 5pm", None),
        ("2026-11-30T03:00", "gym till 5pm", "2026-11-30T17:00-05:00"),
        # The clocks go back at 2 AM on November 1, 2026, and forward on March 14, 2027.
        ("2026-10-31T23:30", "gym till 5", "2026-11-01T05:00-05:00"),
        ("2026-11-01T00:30", "gym till 1:30", "2026-11-01T01:30-04:00"),
        ("2026-11-01T01:45", "gym till 1:30", "2026-11-01T01:30-05:00"),
        ("2026-11-01T01:45", "break 30", "2026-11-01T01:15-05:00"),
        ("2027-03-13T23:30", "gym till 2:30", None),
        ("2027-03-13T23:30", "gym till 5", "2027-03-14T05:00-04:00"),
        ("2027-03-14T01:45", "break 30", "2027-03-14T03:15-04:00"),
    ],
)
def test_until_at_night_and_when_the_clocks_change(now: str, words: str, until: str | None) -> None:
    meant = parse(words, at(now))
    if until is None:
        assert isinstance(meant, Unclear)
        assert meant.question
    else:
        assert isinstance(meant, SetMode)
        assert meant.until is not None
        assert meant.until.isoformat(timespec="minutes") == until


@given(st.text(max_size=60))
def test_any_words_are_some_command(words: str) -> None:
    assert isinstance(parse(words), owner_commands.Command)


_PARTS = ["closed", "block", "gym", "till", "fri", "dec", "24", "-", "2", "5pm", "tomorrow", ",", "and", "pause", "ok"]


@given(st.lists(st.sampled_from(_PARTS), max_size=7))
def test_any_words_of_commands_are_some_command(parts: list[str]) -> None:
    meant = parse(" ".join(parts))
    assert not isinstance(meant, Keep) or meant.slots


@given(
    st.integers(1767225600, 1830297600),
    st.integers(1, 20 * 24 * 60),
    st.sampled_from(["gym", "driving", "onsite", "break", "closed"]),
)
def test_undo_of_a_mode_is_exact_or_none(now: int, minutes: int, mode: str) -> None:
    here = datetime.fromtimestamp(now, UTC)
    until = (here + timedelta(minutes=minutes)).replace(second=0, microsecond=0) + timedelta(minutes=1)
    words = owner_undo.mode_words(load_shop(), mode, until, here)
    local = until.astimezone(ZONE)
    twice = local.replace(fold=1 - local.fold).astimezone(UTC) != until
    assert words or twice  # an hour that comes twice is the one that words cannot tell apart
    if words and not words.endswith("closed"):
        meant = parse(words, here)
        assert isinstance(meant, SetMode)
        assert meant.until is not None
        assert meant.until.astimezone(UTC) == until


@given(st.integers(1767225600, 1830297600), st.data())
def test_undo_of_any_slots_means_exactly_these(now: int, data: st.DataObject) -> None:
    shop, here = load_shop(), datetime.fromtimestamp(now, UTC)
    today = here.astimezone(ZONE).date()
    ahead = [today + timedelta(days=n) for n in range(1, 9)]
    slots = [slot for day in ahead for slot in slots_on(shop, day)]
    chosen = data.draw(st.lists(st.sampled_from(slots), min_size=1, unique=True))
    words = owner_undo.keep_words(shop, chosen, here, blocking=True)
    assert words or len(chosen) > 5  # a command is no longer than a segment
    if not words:
        return
    assert owner_commands.parse(shop, words, here) == Keep(tuple(sorted(chosen, key=lambda s: s.starts_at)), True)


@given(st.integers(0, 1439), st.integers(1, 1439))
def test_hours_that_are_written_out_are_what_they_say(begin: int, length: int) -> None:
    end = min(begin + length, 1439)
    words = [f"{minute // 60 % 12 or 12}:{minute % 60:02d} {'a' if minute < 720 else 'p'}m" for minute in (begin, end)]
    whole_day = datetime.min.time(), datetime.max.time()
    if begin < end:
        assert spans.hours_in("-".join(words), *whole_day) == (begin, end)


# --- commands and their undo, through the handler ---------------------------------------------------------------


SETTINGS: list[list[str]] = [
    [],
    ["gym till 5"],
    ["driving"],
    ["closed"],
    ["onsite till fri 2pm"],
    ["block tomorrow 10-12", "block dec 25 2-4"],
    ["closed tomorrow"],
]
CHANGING = [
    *("work", "gym", "gym till 3", "driving until 3:30", "break 30", "closed", "lunch"),
    *("closed tomorrow", "closed fri", "closed dec 24-26", "block tomorrow 9am-noon", "block today", "block fri 2-4"),
    *("unblock tomorrow 9-11", "open tomorrow", "open dec 1; dec 25", "ring off", "ring first"),
]


@pytest.mark.parametrize("setting", SETTINGS, ids=str)
def test_undo_in_each_answer_restores_what_was(setting: list[str], tables: Tables, clock: Clock) -> None:
    book(time="10:00", customer_name="Ana")
    for words in setting:
        ask(words)
    undone = 0
    for words in CHANGING:
        clock.advance(minutes=1.1)
        before = kept(tables)
        answer = ask(words)
        if "nothing was changed" in answer:
            assert kept(tables) == before
            continue
        undone += kept(tables) != before
        ask(undo_in(answer))
        assert kept(tables) == before, f"{words}: {answer}"
    assert undone > len(CHANGING) / 2


@pytest.mark.usefixtures("tables", "clock")
def test_mode_is_set_and_told_with_its_undo() -> None:
    assert ask("Gym till 5") == "Mode: gym until 5:00 PM (was work).\nUndo: work"
    state = get_state()
    assert (state["mode"], state["until"], state["version"]) == ("gym", "2026-11-30T17:00:00-05:00", 1)
    assert ask("driving") == (
        "Mode: driving (was gym until 5:00 PM).\n"
        "No end is set, so all free times are still offered.\nUndo: gym till 5:00 PM"
    )
    assert ask("closed") == "Mode: closed until midnight (was driving).\nUndo: driving"
    assert get_state()["until"] == "2026-12-01T00:00:00-05:00"
    assert ask("back") == "Mode: work (was closed until midnight).\nUndo: closed"
    assert availability("2026-11-30") != []


@pytest.mark.usefixtures("tables", "clock")
def test_mode_keeps_the_other_fields() -> None:
    set_state(notes="leg day", location="beach", bulletin="cases on sale")
    ask("gym till 5")
    state = get_state()
    assert (state["notes"], state["location"], state["bulletin"]) == ("leg day", "beach", "cases on sale")


@pytest.mark.usefixtures("tables", "clock")
def test_who_is_rung_first_is_set_and_told_with_its_undo() -> None:
    set_state(notes="leg day")
    assert ask("ring me first") == (
        "While you are at work, calls ring you first; I answer those that you don't.\nUndo: ring off"
    )
    assert (get_state()["ring_first"], get_state()["notes"]) == (True, "leg day")
    assert ask("ring first").endswith("nothing was changed.")
    assert ask("ring off") == "I answer calls at once.\nUndo: ring first"
    assert "ring_first" not in get_state()


@pytest.mark.usefixtures("tables", "clock")
def test_state_that_no_command_restores_is_told_so() -> None:
    set_state(mode="gym", until="2026-11-30T12:34:56-05:00")
    assert "No command by text restores exactly what was" in ask("work")


@pytest.mark.usefixtures("tables", "clock")
def test_mode_that_runs_into_bookings_lists_them() -> None:
    book(time="14:00", customer_name="Ana", device="iPhone 14")
    assert ask("onsite till tomorrow 3pm").splitlines()[1:] == [
        "Undo: work",
        "Bookings it runs into: 1:",
        "Tue Dec 1, 2:00 PM, Ana, iPhone 14 screen repair, (904) 555-0100",
    ]


@pytest.mark.usefixtures("tables")
def test_state_at_midnight(clock: Clock) -> None:
    clock.set(at("2026-11-30T23:30"))
    assert ask("gym till 5") == "Mode: gym until Tue Dec 1, 5:00 AM (was work).\nUndo: work"
    clock.set(at("2026-12-01T00:10"))
    answer = ask("closed")
    assert answer == "Mode: closed until midnight (was gym until 5:00 AM).\nUndo: gym till 5:00 AM"
    assert get_state()["until"] == "2026-12-02T00:00:00-05:00"


# --- the agenda -------------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("clock")
def test_agenda_of_today_tells_bookings_blocks_and_mode(tables: Tables) -> None:
    day = "2026-11-30"
    book(date=day, time="15:00", customer_name="Ana", device="iPhone 14")
    lead_id = book(date=day, time="11:00", phone="904-555-0101", repair_type="battery").body["lead_id"]
    lead = next(lead for lead in tables.leads() if lead["lead_id"] == lead_id)
    tables.put(lead | {"discount_percent": 15, "opted_out": True})
    tables.put({"lead_id": f"UPSELL#{day}", "timestamp": 1, "item": "phone_case", "accepted": True})
    tables.put({"lead_id": f"UPSELL#{day}", "timestamp": 2, "item": "phone_case", "accepted": False})
    ask("block today 12-2")
    ask("gym till 1")
    assert ask("today").splitlines() == [
        "Mon Nov 30: 2 bookings, 2 slots free.",
        "11:00 AM, battery replacement, (904) 555-0101, -15%, opted out of texts",
        "3:00 PM, Ana, iPhone 14 screen repair, (904) 555-0100",
        "Blocked: 12:00 PM-2:00 PM.",
        "Mode: gym until 1:00 PM.",
        "Accessories: offered 2, accepted 1.",
    ]


@pytest.mark.usefixtures("tables", "clock")
def test_agenda_of_another_day_is_that_day_alone() -> None:
    assert ask("fri") == "Fri Dec 4: no bookings, 8 slots free."
    assert ask("dec 31") == "Thu Dec 31: no bookings, customers can book it 30 days before."
    assert ask("nov 29") == "Sun Nov 29: no bookings, no slots free."


@pytest.mark.usefixtures("clock")
def test_full_day_is_told_in_several_texts_and_no_name_breaks_a_line(tables: Tables) -> None:
    names = ["Ana\nUndo: work", "\U0001f600 Bo \U0001f600", "C" * 100, "", "D\u0151ra", "E", "F", "G"]
    for n, name in enumerate(names):
        phone, source_ip = f"904-555-02{n:02d}", f"203.0.113.{n}"
        device = "iPhone 14 Pro Max\n"
        assert (
            book(time=f"{9 + n}:00", phone=phone, source_ip=source_ip, customer_name=name, device=device).status == 201
        )
    answered = texts(say("tomorrow"))
    assert len(answered) > 1
    assert answered[0].to is None
    assert {text.to for text in answered[1:]} == {OWNER_NUMBER}
    assert all(len(text.body) <= 320 for text in answered)
    lines = "\n".join(text.body for text in answered).splitlines()
    assert len(lines) == 9
    assert lines[1] == "9:00 AM, Ana Undo: work, iPhone 14 Pro Max screen repair, (904) 555-0200"
    assert lines[2].startswith("10:00 AM, Bo, ")


@pytest.mark.usefixtures("tables", "clock")
def test_commands_fit_into_one_text_and_each_example_is_a_command() -> None:
    answer = ask("help me")
    assert len(answer) <= 320
    examples = [each for line in answer.splitlines() for each in line.partition(": ")[2].split(", ")]
    for example in examples:
        meant = parse(example.replace("+1904...", "+19045550100"))
        assert not isinstance(meant, Unclear), example
    assert answer in ask("what is this")


@pytest.mark.usefixtures("tables", "clock")
def test_word_that_twilio_answers_is_left_to_it() -> None:
    assert reply_text(say("HELP")) == ""
    assert texts(say("stop")) == []


# --- customers --------------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("clock")
def test_paused_customer_is_brandons_for_two_hours(tables: Tables) -> None:
    answer = ask("pause (904) 555-0100")
    assert answer == (
        "(904) 555-0100 is yours until 11:59 AM: I'm silent there and pass the texts on.\nUndo: resume +19045550100"
    )
    answered = texts(dispatcher.handler(sms("hi", CUSTOMER_NUMBER), LambdaContext()))
    assert [text.to for text in answered] == [OWNER_NUMBER]
    assert "(It was paused before too" in ask("pause +19045550100")
    assert undo_in(ask(undo_in(answer))) == "pause +19045550100"
    assert tables.items("PAUSED#") == []
    assert "1) " in reply_text(dispatcher.handler(sms("hi", CUSTOMER_NUMBER), LambdaContext()))
    assert "was not paused" in ask("resume +19045550100")
    assert "your own number" in ask(f"pause {OWNER_NUMBER}")


def question(tables: Tables, code: str = "7f3", percent: int = 30) -> None:
    expires_at = int(MONDAY_MORNING.timestamp()) + 86400
    asked = {"phone": CUSTOMER_NUMBER, "percent": percent, "reason": "student", "asked_at": 1, "expires_at": expires_at}
    tables.put({"lead_id": f"ASK#{code}", "timestamp": 0, **asked})


@pytest.mark.usefixtures("clock")
def test_question_is_settled_and_settled_otherwise(tables: Tables) -> None:
    question(tables)
    answer = ask("ok 7F3")
    assert answer == "Granted: 30% off for (904) 555-0100. I'm telling the customer.\nUndo: no 7f3"
    assert [grant["percent"] for grant in tables.items("GRANT#")] == [30]
    assert "You had said ok to 30% off" in ask("ok 7f3")
    assert ask(undo_in(answer)).startswith("Refused: 30% off")
    assert tables.items("GRANT#") == []
    assert "There is no open question abc, so nothing was changed." in ask("ok abc")


# --- once -------------------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("clock")
@pytest.mark.parametrize("words", ["gym till 5", "closed tomorrow", "pause +19045550100", "ok 7f3"])
def test_same_text_again_gets_the_same_bytes_and_does_nothing_twice(words: str, tables: Tables) -> None:
    question(tables)
    first = say(words, sid="SM1")
    items, state = tables.items(), tables.state()
    assert [say(words, sid="SM1") for _ in range(3)] == [first] * 3
    assert ([item for item in tables.items() if "ARRIVALS" not in item["lead_id"]], tables.state()) == (
        [item for item in items if "ARRIVALS" not in item["lead_id"]],
        state,
    )


@pytest.mark.usefixtures("clock")
@pytest.mark.parametrize("words", ["gym till 5", "closed tomorrow", "pause +19045550100", "ok 7f3"])
def test_second_owner_after_a_crash_tells_what_the_first_did(
    words: str, tables: Tables, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    question(tables)

    def dies(*_args: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as broken:
        broken.setattr(conversation, "finish", dies)
        with pytest.raises(KeyboardInterrupt):
            say(words, sid="SM1")
    ((receipt,),) = [message["receipts"] for message in tables.items("MESSAGE#")]
    before, version = kept(tables), get_state()["version"]
    clock.advance(minutes=1)
    assert ask(words, sid="SM1") == receipt["words"]
    assert (kept(tables), get_state()["version"]) == (before, version)


@pytest.mark.slow
@pytest.mark.parametrize("words", ["gym till 5", "closed {day}"])
def test_process_killed_after_any_write_does_it_once(words: str, tables: Tables, processes: Processes) -> None:
    environment = tables.environment() | {"REPLY_BUDGET_SECONDS": "2"}
    killed = 0
    while True:
        killed += 1
        day = open_day(2 * killed)
        sid, said = f"SM{killed}", words.format(day=f"{day:%b} {day.day}")
        version = (tables.state() or {}).get("version", 0)
        request = Request("dispatcher", sms(said, OWNER_NUMBER, sid))
        ended = processes.run(request, environment, "--die-after-write", str(killed))
        if ended.returncode == 0:
            break
        assert ended.returncode == DIED, ended.stderr
        answered = processes.answer(request, environment)
        if "One moment" in reply_text(answered):
            answered = processes.answer(request, environment)
        assert "Undo: " in reply_text(answered), f"after write {killed}: {answered}"
        assert processes.answer(request, environment) == answered
        (message,) = tables.items(f"MESSAGE#{OWNER_NUMBER}#{sid}")
        assert len(message["receipts"]) == 1
        if words.startswith("gym"):
            assert (tables.state() or {})["version"] == version + 1
    assert killed > 2


@pytest.mark.usefixtures("clock")
def test_commands_from_two_phones_at_once_each_name_an_undo_that_was_true(tables: Tables) -> None:
    commands = ["gym till 5", "driving", "break 30", "onsite till 2pm", "closed", "work"]
    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(ask, commands))
    assert get_state()["version"] == 6
    said = [re.fullmatch(r"Mode: (.+) \(was (.+)\)\.", answer.splitlines()[0]) for answer in answers]
    # Each was what another one had made it, the first one's "work" apart: a chain through all of them.
    after, before = [each[1] for each in said if each], [each[2] for each in said if each]
    last = get_state()["effective_mode"]
    assert sorted([*before, next(each for each in after if each.startswith(last))]) == sorted([*after, "work"])


# --- who is not Brandon, and tables that cannot be reached ----------------------------------------------------


@pytest.mark.usefixtures("clock")
@pytest.mark.parametrize("words", ["closed tomorrow", "gym till 5", "pause +19045550111", "ok 7f3", "work"])
def test_customer_who_sends_a_command_changes_nothing(words: str, tables: Tables) -> None:
    question(tables)
    reply = reply_text(dispatcher.handler(sms(words, CUSTOMER_NUMBER), LambdaContext()))
    assert "Undo" not in reply
    assert "1) " in reply
    assert tables.state() is None
    assert tables.items("SLOT#") == tables.items("PAUSED#") == tables.items("GRANT#") == []
    assert "decision" not in tables.items("ASK#")[0]


@pytest.mark.usefixtures("clock")
def test_without_an_owners_number_nobody_is_obeyed(tables: Tables, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OWNER_PHONE_NUMBER", "")
    say("gym till 5")
    assert tables.state() is None


@pytest.mark.usefixtures("clock")
def test_commands_end_when_two_machines_text_each_other(tables: Tables) -> None:
    answers = [reply_text(say("I'm driving")) for _ in range(24)]
    assert "I'll pause here" in answers[20]
    assert answers[21:] == [""] * 3


@pytest.mark.usefixtures("clock")
def test_brandon_commands_while_he_answers_texts_himself(tables: Tables) -> None:
    set_state(ai_answers_sms=False)
    assert ask("gym till 5").startswith("Mode: gym")


@pytest.fixture
def proxy(local_aws: LocalAws, tables: Tables, monkeypatch: pytest.MonkeyPatch) -> Iterator[FlakyProxy]:
    with flaky_proxy(local_aws.endpoint_url) as running:
        monkeypatch.setenv("AWS_ENDPOINT_URL", running.endpoint_url)
        yield running


@pytest.mark.usefixtures("clock")
@pytest.mark.parametrize("words", ["gym till 5", "closed tomorrow", "pause +19045550100", "today"])
def test_table_that_cannot_be_read_gets_an_honest_sentence(words: str, proxy: FlakyProxy, tables: Tables) -> None:
    proxy.rule = lambda name, _request: "throttle" if name in {"Query", "BatchGetItem", "GetItem"} else None
    assert "I can't reach the book right now" in ask(words)
    assert tables.state() is None
    assert tables.items("SLOT#") == tables.items("PAUSED#") == []


@pytest.mark.usefixtures("clock", "tables")
def test_no_table_at_all_gets_an_honest_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    answered = texts(say("closed tomorrow"))
    assert [text.to for text in answered] == [None]
    assert "I can't reach the book right now" in answered[0].body


@pytest.mark.usefixtures("clock")
def test_write_whose_answer_is_lost_for_good_is_neither_claimed_nor_denied(proxy: FlakyProxy) -> None:
    proxy.rule = lambda _name, request: "drop_after" if len(request.get("TransactItems", [])) > 1 else None
    assert "I can't see yet whether that went through" in ask("gym till 5")


@pytest.mark.usefixtures("clock")
def test_write_whose_first_answer_is_lost_is_done_once(proxy: FlakyProxy) -> None:
    lost: Iterator[Any] = iter(["drop_after"])
    proxy.rule = lambda name, _request: next(lost, None) if name == "TransactWriteItems" else None
    assert ask("gym till 5") == "Mode: gym until 5:00 PM (was work).\nUndo: work"
    assert get_state()["version"] == 1


# --- texts that are too long, questions, and what is kept of them ------------------------------------------------


LONG_ENGLISH = (
    "the phone I fixed for Maria on friday from 2 to 4 was not working again and she is coming tomorrow, " * 14
)


@pytest.mark.usefixtures("tables", "clock")
@pytest.mark.parametrize("longest", [1600, 160])
@pytest.mark.parametrize(
    "words",
    [
        "closed " + "- 1 " * 398,
        "closed " + "1 " * 796,
        "block fri " + "to " * 500,
        "block " + "2-4 " * 390,
        "open " + "dec 1 to " * 170,
        f"block {LONG_ENGLISH}",
        f"open {LONG_ENGLISH}",
    ],
    ids=["dashes", "numbers", "to", "hours", "dates", "block", "open"],
)
def test_long_text_is_refused_before_days_are_looked_for_in_it(
    words: str, longest: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked, real = [0], when.only_day

    def counted(words: str, today: date) -> date | None:
        looked[0] += 1
        assert looked[0] <= 200
        return real(words, today)

    monkeypatch.setattr(spans, "only_day", counted)
    monkeypatch.setattr(owner_commands, "only_day", counted)
    answer = ask(words[:longest])
    assert "othing was changed" in answer
    if longest > owner_commands.LONGEST_COMMAND:
        assert answer.startswith("I didn't understand that")
        assert looked[0] == 0


@pytest.mark.parametrize(
    ("words", "day"),
    [
        ("closed?", None),
        ("Gym?", None),
        ("work ?", None),
        ("open?", None),
        ("closed? please", None),
        ("gym till 5?", None),
        ("pause +19045550100?", None),
        ("ok 7f3?", None),
        ("open fri?", date(2026, 12, 4)),
        ("free tomorrow?", date(2026, 12, 1)),
        ("closed tomorrow?!", date(2026, 12, 1)),
        ("off today?", date(2026, 11, 30)),
        ("closed today?", date(2026, 11, 30)),
        ("closed sunday?", date(2026, 12, 6)),
        ("block fri 2-4?", date(2026, 12, 4)),
        ("closed dec 24-26?", date(2026, 12, 24)),
    ],
)
def test_question_is_no_order(words: str, day: date | None) -> None:
    assert parse(words) == Asked(day)


@pytest.mark.usefixtures("clock")
@pytest.mark.parametrize("words", ["closed?", "free tomorrow?", "open tomorrow?", "off today?", "pause +19045550100?"])
def test_question_is_answered_and_changes_nothing(words: str, tables: Tables) -> None:
    ask("block tomorrow 2-4")
    before, version = kept(tables), (tables.state() or {}).get("version")
    first, last = (answer := ask(words)).splitlines()[0], answer.splitlines()[-1]
    named = {"tomorrow": "Tue Dec 1: no bookings, 6 slots free.", "today": "Mon Nov 30: no bookings, 6 slots free."}
    assert first == next((told for day, told in named.items() if day in words), "Mode: work.")
    assert last == "You asked, so nothing was changed."
    assert (kept(tables), (tables.state() or {}).get("version")) == (before, version)


@pytest.mark.parametrize(
    ("words", "mode", "until"),
    [
        ("gym 530", "gym", "2026-11-30T17:30"),
        ("gym 5:30", "gym", "2026-11-30T17:30"),
        ("break 130", "break", "2026-11-30T13:30"),
        ("driving 330", "driving", "2026-11-30T15:30"),
        ("onsite 1730", "onsite", "2026-11-30T17:30"),
        ("break 45", "break", "2026-11-30T10:45"),
        ("break 120 min", "break", "2026-11-30T12:00"),
        ("gym for 120", "gym", "2026-11-30T12:00"),
    ],
)
def test_three_digits_after_a_mode_are_a_time_of_day(words: str, mode: str, until: str) -> None:
    assert parse(words) == SetMode(mode, at(until))


@pytest.mark.usefixtures("clock")
def test_digits_that_are_no_time_are_not_understood() -> None:
    assert parse("gym 999") == Unclear()


def test_names_told_to_brandon_are_kept_for_a_day_and_not_told_after_it(tables: Tables, clock: Clock) -> None:
    book(customer_name="Zebediah")
    orders = {"SM1": "tomorrow", "SM2": "closed tomorrow", "SM3": "onsite till wed"}
    for sid, words in orders.items():
        assert "Zebediah" in ask(words, sid=sid)
    now = int(clock.now.timestamp())
    messages = tables.items("MESSAGE#")
    assert all("Zebediah" in str(message) for message in messages)
    assert {message["expires_at"] - now for message in messages} == {86400}
    clock.advance(hours=24, seconds=-1)
    assert "Zebediah" in ask("tomorrow", sid="SM1")
    clock.advance(seconds=2)
    before = kept(tables)
    assert [texts(say(words, sid=sid)) for sid, words in orders.items()] == [[], [], []]
    assert kept(tables) == before


def test_receipt_of_an_owner_that_died_is_not_told_after_a_day(
    tables: Tables, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    book(customer_name="Zebediah")

    def dies(*_args: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as broken:
        broken.setattr(conversation, "finish", dies)
        with pytest.raises(KeyboardInterrupt):
            say("closed tomorrow", sid="SM1")
    clock.advance(hours=24)
    assert texts(say("closed tomorrow", sid="SM1")) == []


@pytest.mark.usefixtures("clock")
@pytest.mark.parametrize("missing", ["TWILIO_ACCOUNT_SID", "TWILIO_PHONE_NUMBER"])
def test_brandon_is_not_told_that_the_customer_hears_of_it_without_an_account(
    missing: str, tables: Tables, monkeypatch: pytest.MonkeyPatch
) -> None:
    question(tables)
    monkeypatch.delenv(missing)
    granted = "Granted: 30% off for (904) 555-0100."
    assert ask("ok 7f3").splitlines()[0] == f"{granted} I can't send texts from here: tell them yourself."


@pytest.mark.usefixtures("clock")
def test_brandon_is_told_when_the_customer_opted_out_of_texts(tables: Tables) -> None:
    question(tables)
    dispatcher.handler(sms("STOP", CUSTOMER_NUMBER), LambdaContext())
    for answer, said in (("ok 7f3", "Granted"), ("no 7f3", "Refused")):
        assert ask(answer).startswith(
            f"{said}: 30% off for (904) 555-0100. They opted out of texts: tell them yourself.\nUndo: "
        )


@pytest.mark.usefixtures("clock", "tables")
def test_agenda_holds_no_link() -> None:
    book(customer_name="Ana http://evil.example/x www.evil.example", device="iPhone 14 HTTPS://evil.example")
    assert ask("tomorrow").splitlines()[1] == "2:00 PM, Ana, iPhone 14 screen repair, (904) 555-0100"
