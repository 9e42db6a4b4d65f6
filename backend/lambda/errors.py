"""Everything that can go wrong on purpose. Each error carries data; the edges turn it into words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any


class LindaError(Exception):
    """Base of all errors that the edges know how to answer."""


class InvalidJson(LindaError):
    """The body is not JSON."""


class InvalidRequest(LindaError):
    """One or more fields are missing, unknown or bad; `fields` maps each name to what is wrong with it."""

    def __init__(self, fields: Mapping[str, str]) -> None:
        super().__init__(", ".join(fields))
        self.fields = dict(fields)


class TooLarge(LindaError):
    """The body is larger than the edge takes."""


class Unauthorized(LindaError):
    """No bearer token, or a wrong one, or none is configured."""


class BadSignature(LindaError):
    """Twilio did not sign this request, or no auth token is configured."""


class NotFound(LindaError):
    """There is no such resource."""


class MethodNotAllowed(LindaError):
    """The route exists, the method does not; `allow` lists those that do."""

    def __init__(self, allow: Sequence[str]) -> None:
        super().__init__(", ".join(allow))
        self.allow = tuple(allow)


class SlotTaken(LindaError):
    """A real slot that is not free now."""


class NotOpen(LindaError):
    """The booking is dropped or has begun: it can be neither moved nor dropped."""


class TooManyBookings(LindaError):
    """A limit of shop.json is reached; `limit` is its name there."""

    def __init__(self, limit: str) -> None:
        super().__init__(limit)
        self.limit = limit


class HasDiscount(LindaError):
    """This customer was granted a discount in its time, or has asked the owner for one."""


class IdempotencyMismatch(LindaError):
    """The same Idempotency-Key came before with another body."""


class Stale(LindaError):
    """If-Match names a version that is no longer the current one."""


class Fenced(LindaError):
    """Another owner has taken this message over; what this one would write must not be written."""


class StillInProgress(LindaError):
    """Another owner is at work on this message, and this caller can wait no longer."""


class StoreUnavailable(LindaError):
    """DynamoDB cannot be reached now; nothing was written by this call."""


class OutcomeUnknown(StoreUnavailable):
    """A write was sent and no answer came back: it may or may not have landed."""


class ConditionFailed(LindaError):
    """A conditional write was refused; `item` is what stood there (None when nothing did)."""

    def __init__(self, item: dict[str, Any] | None) -> None:
        super().__init__()
        self.item = item


class TransactionRefused(LindaError):
    """A transaction was refused; `refusals` has one entry an action, None where that action was fine."""

    def __init__(self, refusals: Sequence[ConditionFailed | None]) -> None:
        super().__init__()
        self.refusals = tuple(refusals)


class ModelFailed(LindaError):
    """The model gave no usable answer: an outage, a time-out, or nonsense."""


class ModelLate(ModelFailed):
    """The model has not answered in the time there was; asked again it may."""
