"""The JSON edge: event to request, result or error to response, CORS, bearer. The one error table."""

from __future__ import annotations

import base64
import binascii
import hmac
import ipaddress
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, NoReturn
from urllib.parse import parse_qsl

import errors
from utils import Settings, logger

MAX_BODY_BYTES = 16 * 1024
RETRY_AFTER_SECONDS = 5
ALLOWED_HEADERS = "authorization,content-type,idempotency-key,if-match"
EXPOSED_HEADERS = "etag,retry-after"


@dataclass(frozen=True)
class Request:
    """One HTTP request. Header names are lower case; `body` is as sent, its base64 undone, None if that is broken."""

    method: str
    path: str
    headers: Mapping[str, str]
    query: Mapping[str, str]
    path_parameters: Mapping[str, str]
    raw_query: str
    raw_path: str
    body: bytes | None
    domain_name: str
    source_address: str


@dataclass(frozen=True)
class Response:
    """What goes back: a JSON body, or a text of another kind with its content type."""

    status: int
    body: Mapping[str, Any] | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    text: str | None = None


Endpoint = Callable[[Request], Response]
# Path, as in the route key, to method to endpoint.
Routes = Mapping[str, Mapping[str, Endpoint]]

# One row an error: status, code, and the sentence a person can act on.
ERRORS: dict[type[Exception], tuple[int, str, str]] = {
    errors.InvalidJson: (400, "invalid_json", "The body is not valid JSON; send one JSON object."),
    errors.InvalidRequest: (400, "invalid_request", "Please correct the fields that are named."),
    errors.Unauthorized: (401, "unauthorized", "Send the admin token as Authorization: Bearer <token>."),
    errors.BadSignature: (403, "bad_signature", "This request was not signed by Twilio for this address."),
    errors.NotFound: (404, "not_found", "There is nothing at this address."),
    errors.MethodNotAllowed: (405, "method_not_allowed", "This address does not take that method."),
    errors.SlotTaken: (409, "slot_taken", "That time is not free any more; please choose another one."),
    errors.NotOpen: (409, "not_open", "That booking is dropped or has begun; it cannot be moved or dropped."),
    errors.IdempotencyMismatch: (
        409,
        "idempotency_mismatch",
        "This Idempotency-Key was used with another body; use a new key for a new request.",
    ),
    errors.Stale: (412, "stale", "The state was changed since you read it; read it again, then write."),
    errors.TooLarge: (413, "too_large", f"The body is larger than {MAX_BODY_BYTES // 1024} KiB."),
    errors.TooManyBookings: (
        429,
        "too_many_bookings",
        "That is as many bookings as can be made here for now; please text or call the shop instead.",
    ),
    errors.OutcomeUnknown: (
        503,
        "unavailable",
        "It is not known whether this was stored; please send the same request again in a moment.",
    ),
    errors.StoreUnavailable: (
        503,
        "unavailable",
        "The shop's book cannot be reached; please try again shortly.",
    ),
}
INTERNAL = (500, "internal", "Something went wrong on our side; please try again, or text the shop.")


def parse_event(event: Mapping[str, Any]) -> Request:
    """A payload-2.0 event of an API Gateway HTTP API as a request."""
    context = event.get("requestContext") or {}
    http = context.get("http") or {}
    raw_query = event.get("rawQueryString") or ""
    raw_path = event.get("rawPath") or "/"
    route_method, _, route_path = (event.get("routeKey") or "").partition(" ")
    method = http.get("method") or ("" if route_method in ("ANY", "$default") else route_method)
    return Request(
        method=(method or "GET").upper(),
        path=route_path or _without_stage(raw_path, context.get("stage") or ""),
        headers={name.lower(): str(value) for name, value in (event.get("headers") or {}).items()},
        query=event.get("queryStringParameters") or dict(parse_qsl(raw_query, keep_blank_values=True)),
        path_parameters=event.get("pathParameters") or {},
        raw_query=raw_query,
        raw_path=raw_path,
        body=_body(event),
        domain_name=context.get("domainName") or "",
        source_address=_address_block(http.get("sourceIp") or ""),
    )


def _without_stage(raw_path: str, stage: str) -> str:
    """The path within the API: that of a stage other than $default begins with the stage's name."""
    prefix = f"/{stage}/"
    return raw_path[len(prefix) - 1 :] if stage and raw_path.startswith(prefix) else raw_path


def _body(event: Mapping[str, Any]) -> bytes | None:
    body = event.get("body") or ""
    if not event.get("isBase64Encoded"):
        return str(body).encode("utf-8", "surrogatepass")
    try:
        return base64.b64decode(body, validate=True)
    except (binascii.Error, ValueError):
        return None


def _address_block(address: str) -> str:
    """A source address as it is counted: an IPv6 customer owns a whole /64, so that is one address."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return "unknown"
    return str(ipaddress.ip_network((parsed, 64), strict=False)) if parsed.version == 6 else str(parsed)


def serve(event: Mapping[str, Any], settings: Settings, routes: Routes) -> dict[str, Any]:
    """Answer an event with the endpoint of its path and method, or with the error's row of the table."""
    origin = ""
    try:
        request = parse_event(event)
        origin = request.headers.get("origin", "")
        response = _dispatch(request, _endpoints(request.path, routes))
    except Exception as error:  # noqa: BLE001 - the edge: whatever happens inside, the caller gets a plain answer
        response = error_response(error)
    return _to_gateway(response, _cors(settings, origin))


def _endpoints(path: str, routes: Routes) -> Mapping[str, Endpoint]:
    """The endpoints of a path, which is one of the routes, or of the route whose one parameter it fills in."""
    if path in routes:
        return routes[path]
    parent = path.rpartition("/")[0]
    filled_in = (found for route, found in routes.items() if route.endswith("}") and route.rpartition("/")[0] == parent)
    return next(filled_in, {})


def _dispatch(request: Request, endpoints: Mapping[str, Endpoint]) -> Response:
    if not endpoints:
        raise errors.NotFound
    methods = (*endpoints, "OPTIONS")
    if request.method == "OPTIONS":
        return _preflight(methods)
    endpoint = endpoints.get(request.method)
    if endpoint is None:
        raise errors.MethodNotAllowed(methods)
    return endpoint(request)


def error_response(error: Exception, **extra: Any) -> Response:
    """The row of the error table for an error. An unknown one is logged here and nowhere shown, an outage beside it."""
    row = next((ERRORS[kind] for kind in type(error).__mro__ if kind in ERRORS), None)
    if row is None:
        logger.exception("unexpected error", exc_info=error)
    status, code, sentence = row or INTERNAL
    if row is not None and status >= 500:  # an alarm counts the log's errors: to Lambda this answer is none
        logger.error("an outage was answered", extra={"outage": type(error).__name__})
    body: dict[str, Any] = {"error": sentence, "code": code, **extra}
    headers: dict[str, str] = {}
    if isinstance(error, errors.InvalidRequest):
        body["fields"] = error.fields
    elif isinstance(error, errors.MethodNotAllowed):
        headers["Allow"] = ", ".join(error.allow)
    elif isinstance(error, errors.StoreUnavailable):
        headers["Retry-After"] = str(RETRY_AFTER_SECONDS)
    elif isinstance(error, errors.Unauthorized):
        headers["WWW-Authenticate"] = "Bearer"
    return Response(status, body, headers)


def require_admin(request: Request, settings: Settings) -> None:
    """Raise Unauthorized unless the request bears the admin token. An unset token lets nobody in."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    expected = (settings.admin_api_token or "").encode()
    given = token.strip().encode("utf-8", "surrogatepass")
    if scheme.lower() != "bearer" or not expected or not hmac.compare_digest(given, expected):
        raise errors.Unauthorized


def json_object(request: Request) -> dict[str, Any]:
    """The body as a JSON object. Raises TooLarge, InvalidJson, or InvalidRequest when it is JSON but no object."""
    if request.body is None:
        raise errors.InvalidJson
    if len(request.body) > MAX_BODY_BYTES:
        raise errors.TooLarge
    try:
        body = json.loads(request.body.decode("utf-8"), parse_constant=_refuse_constant)
    except (ValueError, RecursionError) as wrong:  # UnicodeDecodeError and JSONDecodeError are ValueErrors
        raise errors.InvalidJson from wrong
    if not isinstance(body, dict):
        raise errors.InvalidRequest({"body": "must be a JSON object"})
    return body


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


def query_fields(request: Request, allowed: tuple[str, ...]) -> Mapping[str, str]:
    """The query's fields. Raises InvalidRequest that names every one this address does not have."""
    unknown = {name: "is not a parameter of this address" for name in request.query if name not in allowed}
    if unknown:
        raise errors.InvalidRequest(unknown)
    return request.query


def _cors(settings: Settings, origin: str) -> dict[str, str]:
    headers = {"Vary": "Origin", "Access-Control-Expose-Headers": EXPOSED_HEADERS}
    if origin and (origin in settings.allowed_origins or "*" in settings.allowed_origins):
        headers["Access-Control-Allow-Origin"] = origin
    return headers


def _preflight(methods: tuple[str, ...]) -> Response:
    headers = {
        "Access-Control-Allow-Methods": ",".join(methods),
        "Access-Control-Allow-Headers": ALLOWED_HEADERS,
        "Access-Control-Max-Age": "600",
    }
    return Response(204, headers=headers)


def _to_gateway(response: Response, cors: Mapping[str, str]) -> dict[str, Any]:
    headers = {**cors, "Cache-Control": "no-store", **response.headers}
    body = response.text or ""
    if response.body is not None:
        headers["Content-Type"] = "application/json"
        body = json.dumps(response.body)
    return {"statusCode": response.status, "headers": headers, "body": body}
