"""DynamoDB, logging and settings: what all three functions need, and no word of the shop."""

from __future__ import annotations

import logging
import os
import random
import re
import threading
import time
import uuid
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as FutureTimeoutError
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any, Generic, TypeVar

import boto3
from boto3.dynamodb.types import TypeDeserializer, TypeSerializer
from botocore.config import Config
from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    ConnectTimeoutError,
    EndpointConnectionError,
    HTTPClientError,
)

from errors import ConditionFailed, Fenced, OutcomeUnknown, StoreUnavailable, TransactionRefused

# Conditions on an item as a whole: nothing stands there, or what stands there has expired by the clock (`:now`).
FREE = "attribute_not_exists(#lead_id)"
FREE_BY_THE_CLOCK = "attribute_not_exists(#lead_id) OR #expires_at <= :now"

Item = dict[str, Any]
Action = dict[str, Any]
T = TypeVar("T")
U = TypeVar("U")

logger = logging.getLogger("linda")
logger.setLevel(logging.INFO)


# --- settings -----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Settings:
    """What the environment says. Secrets are None when unset, and an unset secret lets nobody in."""

    region: str
    endpoint_url: str | None
    leads_table: str
    state_table: str
    allowed_origins: tuple[str, ...]
    admin_api_token: str | None
    openai_api_key: str | None
    openai_model: str
    openai_base_url: str
    reply_budget_seconds: float
    twilio_account_sid: str | None
    twilio_auth_token: str | None
    twilio_phone_number: str | None
    owner_phone_number: str | None
    owner_pin: str | None
    public_base_url: str | None

    @property
    def can_send_texts(self) -> bool:
        """Whether there is an account to send texts with, beside those that answer a webhook."""
        return all((self.twilio_account_sid, self.twilio_auth_token, self.twilio_phone_number))


def load_settings(environ: Mapping[str, str] | None = None) -> Settings:
    """The settings of CONTRACT 9. An empty value counts as not set; a budget that is no number is the default."""
    variables = os.environ if environ is None else environ

    def value(name: str, default: str = "") -> str:
        return variables.get(name, "").strip() or default

    return Settings(
        region=value("DYNAMODB_REGION", value("AWS_REGION", "us-east-1")),
        endpoint_url=value("AWS_ENDPOINT_URL_DYNAMODB", value("AWS_ENDPOINT_URL")) or None,
        leads_table=value("REPAIRS_LEAD_LOG_TABLE", "Repairs_Lead_Log"),
        state_table=value("BRANDON_STATE_LOG_TABLE", "Brandon_State_Log"),
        allowed_origins=tuple(origin.rstrip("/") for origin in re.split(r"[,\s]+", value("ALLOWED_ORIGINS")) if origin),
        admin_api_token=value("ADMIN_API_TOKEN") or None,
        openai_api_key=value("OPENAI_API_KEY") or None,
        openai_model=value("OPENAI_MODEL", "gpt-6-luna"),
        openai_base_url=value("OPENAI_BASE_URL", "https://api.openai.com/v1"),
        reply_budget_seconds=_budget(value("REPLY_BUDGET_SECONDS", "10")),
        twilio_account_sid=value("TWILIO_ACCOUNT_SID") or None,
        twilio_auth_token=value("TWILIO_AUTH_TOKEN") or None,
        twilio_phone_number=value("TWILIO_PHONE_NUMBER") or None,
        owner_phone_number=value("OWNER_PHONE_NUMBER") or None,
        owner_pin=_pin(value("OWNER_PIN")),
        public_base_url=value("PUBLIC_BASE_URL").rstrip("/") or None,
    )


def _pin(text: str) -> str | None:
    """A PIN of 4 to 12 digits, as a keypad gives them. Any other is none, and lets nobody in."""
    if text and not re.fullmatch(r"[0-9]{4,12}", text):
        logger.warning("OWNER_PIN is not 4 to 12 digits: nobody gets in with it")
        return None
    return text or None


def _budget(text: str) -> float:
    """Seconds to answer a text in, between 1 and 14: Twilio gives up at 15."""
    try:
        return min(max(float(text), 1.0), 14.0) if float(text) > 0 else 10.0
    except ValueError:
        logger.warning("REPLY_BUDGET_SECONDS is not a number, using 10")
        return 10.0


# --- time and logging ---------------------------------------------------------------------------------------


def utc_now() -> datetime:
    """The present instant, aware, in UTC. The one clock of the product."""
    return datetime.now(UTC)


def epoch(moment: datetime) -> int:
    """Whole seconds since 1970 of an aware moment."""
    return int(moment.timestamp())


def has_expired(item: Mapping[str, Any], now: datetime) -> bool:
    """Whether an item is over by the clock, swept or not. One without an end never is."""
    return int(item.get("expires_at", epoch(now) + 1)) <= epoch(now)


def microseconds(moment: datetime) -> int:
    """Microseconds since 1970 of an aware moment, without the rounding of a float."""
    return epoch(moment) * 1_000_000 + moment.microsecond


def masked(phone: str) -> str:
    """A phone number fit for a log: its last four digits."""
    return f"...{phone[-4:]}"


class Deadline:
    """A point on the monotonic clock after which no caller is waiting any more."""

    def __init__(self, seconds: float) -> None:
        self._ends_at = time.monotonic() + seconds

    def remaining_seconds(self) -> float:
        return max(0.0, self._ends_at - time.monotonic())


def plain_text(value: object, longest: int) -> str:
    """A text as it may be stored and shown again. Raises ValueError with a sentence for the person who sent it."""
    if not isinstance(value, str) or len(value) > longest:
        raise ValueError(f"must be a text of at most {longest} characters")
    if any("\ud800" <= each <= "\udfff" for each in value):
        raise ValueError("holds characters that are not valid text")
    return "".join(each if each.isprintable() or each == "\n" else " " for each in value).strip()


# --- DynamoDB: values and expressions -----------------------------------------------------------------------

_serialize = TypeSerializer().serialize
_deserialize = TypeDeserializer().deserialize


def to_wire(item: Mapping[str, Any]) -> dict[str, Any]:
    """A plain dict as DynamoDB's typed attributes. Numbers must be int or Decimal."""
    return {name: _serialize(value) for name, value in item.items()}


def from_wire(attributes: Mapping[str, Any]) -> Item:
    """DynamoDB's typed attributes as a plain dict; whole numbers come back as int."""
    return {name: _plain(_deserialize(value)) for name, value in attributes.items()}


def _plain(value: Any) -> Any:
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    if isinstance(value, list):
        return [_plain(entry) for entry in value]
    if isinstance(value, dict):
        return {name: _plain(entry) for name, entry in value.items()}
    return value


def _expressions(values: Mapping[str, Any] | None, **expressions: str | None) -> dict[str, Any]:
    """Request parameters for expressions that write names as `#name` and values as `:value`."""
    parameters: dict[str, Any] = {key: text for key, text in expressions.items() if text}
    names = _names_in(" ".join(parameters.values()))
    if names:
        parameters["ExpressionAttributeNames"] = {f"#{name}": name for name in names}
    if values:
        parameters["ExpressionAttributeValues"] = {f":{name}": _serialize(value) for name, value in values.items()}
    return parameters


@lru_cache(maxsize=256)
def _names_in(expressions: str) -> frozenset[str]:
    return frozenset(re.findall(r"#(\w+)", expressions))


def put_action(table: str, item: Item, condition: str | None = None, values: Mapping[str, Any] | None = None) -> Action:
    """One Put of a transaction."""
    parameters = _expressions(values, ConditionExpression=condition)
    return {"Put": {"TableName": table, "Item": to_wire(item), **_on_refusal(condition), **parameters}}


def update_action(
    table: str,
    key: Item,
    update: str,
    condition: str | None = None,
    values: Mapping[str, Any] | None = None,
) -> Action:
    """One Update of a transaction."""
    parameters = _expressions(values, UpdateExpression=update, ConditionExpression=condition)
    return {"Update": {"TableName": table, "Key": to_wire(key), **_on_refusal(condition), **parameters}}


def delete_action(
    table: str, key: Item, condition: str | None = None, values: Mapping[str, Any] | None = None
) -> Action:
    """One Delete of a transaction."""
    parameters = _expressions(values, ConditionExpression=condition)
    return {"Delete": {"TableName": table, "Key": to_wire(key), **_on_refusal(condition), **parameters}}


def check_action(table: str, key: Item, condition: str, values: Mapping[str, Any]) -> Action:
    """One condition of a transaction on an item that it does not write."""
    parameters = _expressions(values, ConditionExpression=condition)
    return {"ConditionCheck": {"TableName": table, "Key": to_wire(key), **_on_refusal(condition), **parameters}}


def key_of(item: Mapping[str, Any]) -> Item:
    """The key of an item of the lead table."""
    return {"lead_id": item["lead_id"], "timestamp": item["timestamp"]}


def _on_refusal(condition: str | None) -> dict[str, str]:
    return {"ReturnValuesOnConditionCheckFailure": "ALL_OLD"} if condition else {}


# --- DynamoDB: calls ----------------------------------------------------------------------------------------

MAX_TRIES = 4
_POOL = ThreadPoolExecutor(max_workers=32, thread_name_prefix="dynamodb")
_client_lock = threading.Lock()
# Answers that say the request was not carried out, so that sending it again is safe.
_NOT_DONE = {
    "TransactionConflictException",
    "TransactionInProgressException",
    "ProvisionedThroughputExceededException",
    "ThrottlingException",
    "RequestLimitExceeded",
    "LimitExceededException",
}
_NOT_DONE_REASONS = {"TransactionConflict", "ThrottlingError", "ProvisionedThroughputExceeded"}


@lru_cache(maxsize=8)
def _new_client(region: str, endpoint_url: str | None) -> Any:
    # One try: retries are ours, because only we know which write may be sent twice.
    config = Config(
        connect_timeout=0.8,
        read_timeout=1.5,
        retries={"total_max_attempts": 1},
        max_pool_connections=32,
        tcp_keepalive=True,
    )
    return boto3.client("dynamodb", region_name=region, endpoint_url=endpoint_url, config=config)


def dynamodb_client(settings: Settings) -> Any:
    """The DynamoDB client of this region and endpoint, made once a process. Safe to use from threads."""
    with _client_lock:  # making a boto3 client is not safe from threads, using one is
        return _new_client(settings.region, settings.endpoint_url)


class Pending(Generic[T]):
    """A call that is under way. `result()` waits for it, but never past the store's deadline."""

    def __init__(self, future: Future[Any], store: Store, *, writes: bool, parse: Callable[[Any], T]) -> None:
        self._future, self._store, self._writes, self._parse = future, store, writes, parse
        self._parsed: list[T] = []

    def then(self, parse: Callable[[T], U]) -> Pending[U]:
        """The same call with its result turned into something else when it is asked for."""
        before = self._parse
        return Pending(self._future, self._store, writes=self._writes, parse=lambda raw: parse(before(raw)))

    def result(self) -> T:
        """The same object each time. Raises StoreUnavailable, or for a write whose answer is missing OutcomeUnknown."""
        if not self._parsed:
            self._parsed.append(self._parse(self._answer()))
        return self._parsed[0]

    def _answer(self) -> Any:
        try:
            return self._future.result(timeout=self._store.deadline.remaining_seconds())
        except FutureTimeoutError as late:
            # A call that had not started cannot have written anything.
            started = not self._future.cancel()
            self._store.out_of_reach = True
            raise (OutcomeUnknown if self._writes and started else StoreUnavailable) from late
        except StoreUnavailable:
            self._store.out_of_reach = True
            raise


class Store:
    """The two tables for the length of one request.

    Calls start at once and run side by side; all are bound by one deadline. After the first call that got no
    answer, every later one fails at once: a caller who waits is better served by an honest sentence.
    """

    def __init__(self, settings: Settings, deadline: Deadline) -> None:
        self.client = dynamodb_client(settings)
        self.leads_table, self.state_table = settings.leads_table, settings.state_table
        self.deadline = deadline
        self.out_of_reach = False

    def get(self, table: str, key: Item) -> Pending[Item | None]:
        """One item by its key, strongly consistent."""
        call = self._begin("get_item", TableName=table, Key=to_wire(key), ConsistentRead=True)
        return call.then(lambda answer: from_wire(answer["Item"]) if "Item" in answer else None)

    def query(
        self, partition: str, *, newest: int | None = None, until: int | None = None, oldest: int | None = None
    ) -> Pending[list[Item]]:
        """The items of one partition of the lead table in order of `timestamp`.

        With `newest`, only that many from the end, newest first; with `oldest`, only that many from the beginning;
        with `until`, only those whose `timestamp` is not after it.
        """
        key = "#lead_id = :partition"
        values: dict[str, Any] = {"partition": partition}
        if until is not None:
            key, values["until"] = f"{key} AND #timestamp <= :until", until
        parameters = _expressions(values, KeyConditionExpression=key)
        parameters |= {"TableName": self.leads_table, "ConsistentRead": True}
        most = oldest if newest is None else newest
        if most is not None:
            parameters |= {"Limit": most, "ScanIndexForward": newest is None}
        future = self._submit(lambda: self._pages(parameters, only_first=most is not None))
        return Pending(future, self, writes=False, parse=lambda items: [from_wire(item) for item in items])

    def batch_get(self, keys: Sequence[Item]) -> Pending[list[Item]]:
        """Several items of the lead table by key, in no particular order; missing ones are left out."""
        wire_keys = [to_wire(key) for key in keys]
        future = self._submit(lambda: self._batches(wire_keys))
        return Pending(future, self, writes=False, parse=lambda items: [from_wire(item) for item in items])

    def update(
        self,
        table: str,
        key: Item,
        update: str,
        condition: str | None = None,
        values: Mapping[str, Any] | None = None,
    ) -> Pending[Item]:
        """Update one item and answer it whole as it now is. `result()` raises ConditionFailed when refused."""
        parameters = _expressions(values, UpdateExpression=update, ConditionExpression=condition)
        parameters |= {"TableName": table, "Key": to_wire(key), "ReturnValues": "ALL_NEW", **_on_refusal(condition)}
        call = self._begin("update_item", writes=True, **parameters)
        return call.then(lambda answer: from_wire(answer["Attributes"]))

    def put(
        self, table: str, item: Item, condition: str | None = None, values: Mapping[str, Any] | None = None
    ) -> Pending[None]:
        """Put one item whole. `result()` raises ConditionFailed when refused."""
        action = put_action(table, item, condition, values)["Put"]
        return self._begin("put_item", writes=True, **action).then(lambda _answer: None)

    def transact(self, actions: Sequence[Action]) -> None:
        """Carry out all actions or none. Raises TransactionRefused with a reason for each action.

        The token makes a repeat of the very same request harmless for ten minutes, so that one whose answer
        got lost is simply sent again.
        """
        token = str(uuid.uuid4())
        self._begin(
            "transact_write_items",
            writes=True,
            repeatable=True,
            TransactItems=list(actions),
            ClientRequestToken=token,
        ).result()

    def transact_with_proof(self, actions: Sequence[Action], proof: Action) -> bool:
        """Carry out all actions together with the proof that this owner may; False when one of them was refused.

        Raises Fenced when the proof was: another owner has taken over.
        """
        try:
            self.transact([*actions, proof])
        except TransactionRefused as refused:
            if refused.refusals[-1] is not None:
                raise Fenced from refused
            return False
        return True

    def _begin(
        self, operation: str, *, writes: bool = False, repeatable: bool = False, **parameters: Any
    ) -> Pending[Any]:
        method = getattr(self.client, operation)
        future = self._submit(lambda: _attempt(method, parameters, self.deadline, writes=writes, repeatable=repeatable))
        return Pending(future, self, writes=writes, parse=lambda answer: answer)

    def _submit(self, call: Callable[[], Any]) -> Future[Any]:
        if self.out_of_reach or not self.deadline.remaining_seconds():
            raise StoreUnavailable
        return _POOL.submit(call)

    def _pages(self, parameters: dict[str, Any], *, only_first: bool) -> list[Any]:
        items: list[Any] = []
        start: dict[str, Any] = {}
        while True:
            page = _attempt(self.client.query, parameters | start, self.deadline)
            items += page["Items"]
            if only_first or "LastEvaluatedKey" not in page:
                return items
            start = {"ExclusiveStartKey": page["LastEvaluatedKey"]}

    def _batches(self, keys: list[Any]) -> list[Any]:
        items: list[Any] = []
        while keys:
            batch, keys = keys[:100], keys[100:]
            request = {"RequestItems": {self.leads_table: {"Keys": batch, "ConsistentRead": True}}}
            answer = _attempt(self.client.batch_get_item, request, self.deadline)
            items += answer["Responses"].get(self.leads_table, [])
            keys += answer.get("UnprocessedKeys", {}).get(self.leads_table, {}).get("Keys", [])
            if not self.deadline.remaining_seconds():
                raise StoreUnavailable
        return items


def _attempt(
    method: Callable[..., Any],
    parameters: Mapping[str, Any],
    deadline: Deadline,
    *,
    writes: bool = False,
    repeatable: bool = False,
) -> Any:
    """Call DynamoDB, again where that is safe. Refusals and outages come out as this product's own errors."""
    sent_without_answer = False
    for tries_left in reversed(range(MAX_TRIES)):
        may_repeat = tries_left > 0 and deadline.remaining_seconds() > 0
        try:
            return method(**parameters)
        except ClientError as error:
            if not (_was_not_done(error) and may_repeat):
                raise _outcome(_translated(error, writes=writes), unknown=writes and sent_without_answer) from error
        except (ConnectTimeoutError, EndpointConnectionError) as error:
            if tries_left < MAX_TRIES - 1 or not may_repeat:
                raise _outcome(StoreUnavailable(), unknown=writes and sent_without_answer) from error
        except HTTPClientError as error:
            sent_without_answer = True
            if tries_left < MAX_TRIES - 1 or not may_repeat or (writes and not repeatable):
                raise _outcome(StoreUnavailable(), unknown=writes) from error
        except BotoCoreError as error:
            logger.exception("DynamoDB cannot be called")
            raise StoreUnavailable from error
        time.sleep(random.uniform(0.01, 0.05) * (MAX_TRIES - tries_left))  # noqa: S311 - jitter, not a secret
    raise _outcome(StoreUnavailable(), unknown=writes and sent_without_answer)


def _outcome(error: Exception, *, unknown: bool) -> Exception:
    """An outage after a try that got no answer says nothing of that try: it may have landed."""
    return OutcomeUnknown() if unknown and isinstance(error, StoreUnavailable) else error


def _cancellation_reasons(error: ClientError) -> list[Any]:
    return list(error.response.get("CancellationReasons", []))


def _was_not_done(error: ClientError) -> bool:
    codes = {reason.get("Code") for reason in _cancellation_reasons(error)}
    if codes:
        return bool(codes & _NOT_DONE_REASONS) and "ConditionalCheckFailed" not in codes
    return error.response["Error"]["Code"] in _NOT_DONE


def _translated(error: ClientError, *, writes: bool) -> Exception:
    code = error.response["Error"]["Code"]
    if code == "ConditionalCheckFailedException":
        return ConditionFailed(_refused_item(error.response))
    reasons = _cancellation_reasons(error)
    if any(reason.get("Code") == "ConditionalCheckFailed" for reason in reasons):
        return TransactionRefused([_refusal(reason) for reason in reasons])
    if code == "ValidationException" or any(r.get("Code") == "ValidationError" for r in reasons):
        return error  # a request of ours that can never work: a bug, not an outage
    logger.error("DynamoDB refused a call", extra={"error_code": code})
    if writes and error.response["ResponseMetadata"]["HTTPStatusCode"] >= 500:
        return OutcomeUnknown()
    return StoreUnavailable()


def _refusal(reason: Mapping[str, Any]) -> ConditionFailed | None:
    return ConditionFailed(_refused_item(reason)) if reason.get("Code") == "ConditionalCheckFailed" else None


def _refused_item(reason: Mapping[str, Any]) -> Item | None:
    return from_wire(reason["Item"]) if reason.get("Item") else None


def all_results(pendings: Iterable[Pending[T]]) -> list[T]:
    """The results of calls that run side by side, in order."""
    return [pending.result() for pending in pendings]
