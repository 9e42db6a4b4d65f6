"""What the owner is doing: the fields of CONTRACT 3, their rules and defaults, and when a mode ends by itself."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime, time, timedelta
from typing import Any

from errors import ConditionFailed, InvalidRequest, Stale
from shop import Shop, load_shop
from utils import Action, Item, Pending, Store, epoch, plain_text, update_action

MODES = ("work", "gym", "driving", "onsite", "break", "closed")
MAX_TEXT_LENGTH = 500
KEY = {"state_id": "CURRENT"}
# Sent back by a page that posts the whole state; not ours to take from it.
READ_ONLY = {"state_id", "effective_mode", "version", "updated_at", "conflicts"}


def _mode(value: object) -> str:
    mode = value.strip().lower() if isinstance(value, str) else ""
    if mode not in MODES:
        raise ValueError(f"must be one of {', '.join(MODES)}")
    return mode


def _text(value: object) -> str:
    return plain_text(value, MAX_TEXT_LENGTH)


def _until(value: object) -> str | None:
    if value is None:
        return None
    wrong = "must be null or an ISO 8601 time with an offset, such as 2026-12-01T15:00:00-05:00"
    try:
        moment = datetime.fromisoformat(value.strip()) if isinstance(value, str) else None
        if moment is None or moment.tzinfo is None:
            raise ValueError
        moment.astimezone(UTC)
    except (ValueError, OverflowError):
        raise ValueError(wrong) from None
    return moment.isoformat()


def _flag(value: object) -> bool:
    if not isinstance(value, bool):
        raise ValueError("must be true or false")
    return value


def _percent(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= 50:
        raise ValueError("must be a whole number from 0 to 50")
    return value


_PARSERS: Mapping[str, Callable[[object], Any]] = {
    "mode": _mode,
    "location": _text,
    "notes": _text,
    "bulletin": _text,
    "until": _until,
    "ai_answers_sms": _flag,
    "ai_answers_calls": _flag,
    "ring_first": _flag,
    "auto_upsell": _flag,
    "max_discount_percent": _percent,
    "greeting": _text,
}


@dataclass(frozen=True)
class ShopState:
    """Brandon's state. `until` is ISO 8601 with an offset, or None; `updated_at` is in epoch seconds.

    `ring_first`: while he is at work a call rings him before LINDA answers it.
    """

    state_id: str = field(default="CURRENT", init=False)
    mode: str = "work"
    location: str = "shop"
    notes: str = ""
    bulletin: str = ""
    until: str | None = None
    ai_answers_sms: bool = True
    ai_answers_calls: bool = True
    ring_first: bool = False
    auto_upsell: bool = True
    max_discount_percent: int = 15
    greeting: str = ""
    version: int = 0
    updated_at: int = 0

    def ends_at(self) -> datetime | None:
        """The instant at which the mode ends, aware, in UTC; None when it has no end."""
        return datetime.fromisoformat(self.until).astimezone(UTC) if self.until else None

    def effective_mode(self, now: datetime) -> str:
        """`mode`, or `work` once `until` has passed."""
        ends_at = self.ends_at()
        return "work" if ends_at is not None and ends_at <= now else self.mode

    def blocked_until(self, now: datetime) -> datetime | None:
        """Slots that start before this instant are not offered; None when the mode rules out none.

        A shop that is closed without an end, as an earlier phase wrote it, is closed today.
        """
        if self.mode == "closed" and self.until is None:
            return next_midnight(load_shop(), now)
        return None if self.effective_mode(now) == "work" else self.ends_at()

    def as_json(self, now: datetime) -> dict[str, Any]:
        """The whole state of CONTRACT 3. `ring_first`, which it does not list, is there when it is true."""
        state = asdict(self) | {"effective_mode": self.effective_mode(now)}
        return {name: value for name, value in state.items() if name != "ring_first" or value}


DEFAULTS = ShopState()


def begin_read(store: Store) -> Pending[ShopState]:
    """The state as stored, or the defaults when there is none yet."""
    return store.get(store.state_table, KEY).then(_from_item)


def parse_changes(body: Mapping[str, Any]) -> dict[str, Any]:
    """The fields of a write, checked. Raises InvalidRequest that names every bad or unknown one."""
    changes: dict[str, Any] = {}
    wrong: dict[str, str] = {}
    for name, value in body.items():
        if name in READ_ONLY:
            continue
        if name not in _PARSERS:
            wrong[name] = "is not a field of the state"
            continue
        try:
            changes[name] = _PARSERS[name](value)
        except ValueError as problem:
            wrong[name] = str(problem)
    if wrong:
        raise InvalidRequest(wrong)
    return changes


def write(store: Store, shop: Shop, changes: Mapping[str, Any], if_match: str | None, now: datetime) -> ShopState:
    """Change these fields and keep the rest, in one atomic update. Raises Stale when `if_match` is not current.

    A mode without an `until` clears it; `closed` without one lasts to the shop's next midnight.
    """
    return _update(store, completed(shop, changes, now), if_match, now)


def write_action(store: Store, changes: Mapping[str, Any], version: int, now: datetime) -> Action:
    """The same write as part of a transaction, refused when the state is no longer at that version.

    `changes` are complete (see `completed`).
    """
    return update_action(store.state_table, KEY, *_assignments(changes, str(version), now))


def completed(shop: Shop, changes: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    """The changes with the `until` that a mode brings along."""
    fields_to_set = dict(changes)
    if "mode" in changes:
        fields_to_set.setdefault("until", None)
        if changes["mode"] == "closed" and fields_to_set["until"] is None:
            fields_to_set["until"] = next_midnight(shop, now).isoformat()
    return fields_to_set


def reset(store: Store, if_match: str | None, now: datetime) -> ShopState:
    """Every field back to its default, in one atomic update that counts as a write."""
    return _update(store, {name: getattr(DEFAULTS, name) for name in _PARSERS}, if_match, now)


def next_midnight(shop: Shop, now: datetime) -> datetime:
    """The start of the shop's next day, aware, with the offset that is in force then."""
    tomorrow = shop.local(now).date() + timedelta(days=1)
    return datetime.combine(tomorrow, time(), tzinfo=shop.timezone)


def _update(store: Store, changes: Mapping[str, Any], if_match: str | None, now: datetime) -> ShopState:
    update, condition, values = _assignments(changes, if_match, now)
    try:
        return store.update(store.state_table, KEY, update, condition, values).then(_from_item).result()
    except ConditionFailed as refused:
        raise Stale from refused


def _assignments(
    changes: Mapping[str, Any], if_match: str | None, now: datetime
) -> tuple[str, str | None, dict[str, Any]]:
    """Update, condition and values of a write."""
    names = sorted(changes)
    assignments = ", ".join(["#updated_at = :updated_at", *(f"#{name} = :{name}" for name in names)])
    values = {**changes, "updated_at": epoch(now), "one": 1}
    condition = None
    if if_match is not None and if_match.strip() != "*":
        # Closes the lost update: two pages that read the same version cannot both write over it.
        expected = _version_of(if_match)
        condition = "#version = :expected"
        if expected == 0:
            condition = "(attribute_not_exists(#version) OR #version = :expected)"
        values["expected"] = expected
    return f"SET {assignments} ADD #version :one", condition, values


def _version_of(if_match: str) -> int:
    """The version in an If-Match header, quoted or not. What is no version at all matches none."""
    text = if_match.strip().removeprefix("W/").strip('"')
    if not (text.isascii() and text.isdigit() and len(text) <= 18):
        raise Stale
    return int(text)


def _from_item(item: Item | None) -> ShopState:
    """A stored state. What an earlier phase wrote is read as far as it makes sense, else as the default."""
    stored: dict[str, Any] = {}
    found = item or {}
    for name, parse in _PARSERS.items():
        if name in found:
            try:
                stored[name] = parse(_modern(name, found[name]))
            except ValueError:
                stored[name] = getattr(DEFAULTS, name)
    for name in ("version", "updated_at"):
        value = found.get(name, 0)
        stored[name] = int(value) if isinstance(value, (int, float)) else 0
    if "mode" not in found and "status" in found:
        stored["mode"] = _legacy_mode(found["status"])
    return replace(DEFAULTS, **stored)


def _modern(name: str, value: object) -> object:
    """A value of an earlier phase in today's form: flags as words, whole percents as fractions, texts without end."""
    if isinstance(getattr(DEFAULTS, name), bool) and isinstance(value, str):
        return {"true": True, "false": False}.get(value.strip().lower(), value)
    if isinstance(value, float):
        return int(value)
    return value[:MAX_TEXT_LENGTH] if isinstance(value, str) else value


def _legacy_mode(status: object) -> str:
    """The first phases of the project kept the mode as `status`."""
    try:
        return _mode(status)
    except ValueError:
        return DEFAULTS.mode
