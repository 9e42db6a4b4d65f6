"""Lambda handler for `ANY /state`: the dashboard reads, changes and resets what Brandon is doing."""

from __future__ import annotations

from typing import Any

import cold_start
import leads
import shop_state
from errors import StoreUnavailable
from http_api import Request, Response, Routes, json_object, require_admin, serve
from shop import load_shop
from shop_state import ShopState
from utils import Deadline, Settings, Store, dynamodb_client, load_settings, logger, utc_now

SECONDS_TO_ANSWER = 8.0


def handler(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """GET reads the state, POST and PUT change the fields sent, DELETE resets. Admin bearer for all of them."""
    settings = load_settings()
    routes: Routes = {
        "/state": {
            "GET": lambda request: _read(request, settings),
            "POST": lambda request: _write(request, settings),
            "PUT": lambda request: _write(request, settings),
            "DELETE": lambda request: _reset(request, settings),
        }
    }
    return serve(event, settings, routes)


def _read(request: Request, settings: Settings) -> Response:
    require_admin(request, settings)
    state = shop_state.begin_read(_store(settings)).result()
    return Response(200, state.as_json(utc_now()), _etag(state))


def _write(request: Request, settings: Settings) -> Response:
    require_admin(request, settings)
    changes = shop_state.parse_changes(json_object(request))
    store = _store(settings)
    state = shop_state.write(store, load_shop(), changes, request.headers.get("if-match"), utc_now())
    return _written(store, state)


def _reset(request: Request, settings: Settings) -> Response:
    require_admin(request, settings)
    store = _store(settings)
    return _written(store, shop_state.reset(store, request.headers.get("if-match"), utc_now()))


def _written(store: Store, state: ShopState) -> Response:
    """The stored state with the bookings that it runs into; `conflicts` is null when they cannot be read now."""
    now = utc_now()
    try:
        found = leads.running_into(store, load_shop(), now, state.blocked_until(now))
        conflicts = [lead.as_json() for lead in found]
    except StoreUnavailable:  # the write stands; an error would deny it
        logger.warning("state written, conflicts not readable")
        conflicts = None
    return Response(200, state.as_json(now) | {"conflicts": conflicts}, _etag(state))


def _etag(state: ShopState) -> dict[str, str]:
    return {"ETag": f'"{state.version}"'}


def _store(settings: Settings) -> Store:
    return Store(settings, Deadline(SECONDS_TO_ANSWER))


def _prepare() -> None:
    dynamodb_client(load_settings())
    load_shop()


cold_start.finish(_prepare)
