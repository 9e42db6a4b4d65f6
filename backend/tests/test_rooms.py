"""The house: who may import whom, what each function carries, and the list of tools."""

import ast
import json
import py_compile
from pathlib import Path

import pytest

import tools
from shop import load_shop

BACKEND = Path(__file__).parent.parent
LAMBDA = BACKEND / "lambda"
ROOMS = {path.stem: path for path in LAMBDA.glob("*.py")}

# What everybody may use: the error tree, DynamoDB and settings, lazy expressions, phone numbers, the facts of the shop.
COMMON = {"errors", "utils", "expressions", "shop", "phone_numbers"}
# Every other arrow there is. Data goes one way: handler -> assistant | booking | shop_state | conversation -> utils.
ARROWS: dict[str, set[str]] = {
    "dispatcher": {
        *("cold_start", "http_api", "phone_call", "sending", "status", "text_message", "twiml"),
        *("voice_twiml", "wording"),
    },
    "scheduler": {
        *("availability", "cold_start", "http_api", "leads", "notices", "rebooking", "shop_state", "slots"),
        *("storefront", "tallies", "web_booking"),
    },
    "state_manager": {"cold_start", "http_api", "leads", "shop_state"},
    # edges
    "http_api": set(),
    "twiml": {"http_api"},
    "web_booking": {
        *("availability", "booking", "booking_request", "http_api", "idempotency", "leads", "notices", "outbox"),
        *("seats", "shop_state"),
    },
    "text_message": {
        *("assistant", "conversation", "counter", "desk", "erasure", "offers", "owner", "phrases", "privacy"),
        *("reception", "twiml"),
    },
    # calls
    "phone_call": {
        *("assistant", "call_end", "call_steps", "call_words", "calls", "conversation", "desk", "handover", "http_api"),
        *("offers", "outbox", "owner_line", "person_wanted", "privacy", "reception", "shop_state", "speech"),
        *("time_chosen", "twiml", "voice_twiml", "wording"),
    },
    "call_steps": {"call_phrases", "reception", "speech", "twiml", "voice_twiml", "wording"},
    "handover": {
        *("call_end", "call_steps", "call_story", "calls", "conversation", "outbox", "privacy", "speech"),
        *("voice_twiml", "wording"),
    },
    "owner_line": {
        *("call_steps", "calls", "leads", "outbox", "owner_agenda", "receipts", "shop_state", "slots", "speech"),
        *("voice_twiml", "wording"),
    },
    "status": {"call_end", "call_steps", "sending", "twiml"},
    "call_end": {
        *("availability", "call_phrases", "call_steps", "call_story", "calls", "conversation", "customers", "holds"),
        *("leads", "offers", "outbox", "phrases", "receipts", "seats", "shop_state", "slots", "wording"),
    },
    "calls": set(),
    "call_story": {"conversation", "offers", "receipts", "wording"},
    "call_words": {"wording"},
    "person_wanted": {"wording"},
    "time_chosen": {"call_words", "slots", "when", "wording"},
    "call_phrases": {"phrases", "wording"},
    "speech": {"wording"},
    "voice_twiml": {"wording"},
    "reception": {"conversation", "desk", "phrases", "wording"},
    # Brandon by text
    "owner": {
        *("blocks", "conversation", "customers", "desk", "discounts", "leads", "owner_agenda", "owner_commands"),
        *("owner_undo", "shop_state", "wording"),
    },
    "owner_agenda": {"blocks", "desk", "leads", "receipts", "shop_state", "slots", "wording"},
    "owner_undo": {"owner_commands", "shop_state", "slots"},
    "owner_commands": {"blocks", "slots", "spans", "when", "wording"},
    # what LINDA says
    "assistant": {
        *("conversation", "counter", "desk", "honesty", "menu", "model", "offers", "person_wanted", "phrases"),
        *("prompt", "receipts", "tallies", "tools", "wording"),
    },
    "menu": {
        *("booking_request", "counter", "desk", "leads", "offers", "phrases", "receipts", "slots", "when", "wording"),
    },
    "prompt": {"desk", "offers", "slots"},
    "desk": {
        *("availability", "booking", "conversation", "counter", "customers", "leads", "offers", "phrases", "seats"),
        *("shop_state", "slots", "wording"),
    },
    "model": set(),
    "tools": {"availability", "booking_request", "counter", "leads", "slots", "when"},
    "erasure": {
        *("conversation", "desk", "discounts", "grants", "holds", "idempotency", "leads", "phrases", "seats"),
        *("slots", "wording"),
    },
    "privacy": {"secret_numbers", "secret_words"},
    "secret_words": {"secret_numbers"},
    "secret_numbers": set(),
    "counter": {
        *("booking", "booking_request", "conversation", "customers", "discounts", "leads", "notices", "outbox"),
        *("rebooking", "receipts", "seats", "slots", "wording"),
    },
    "notices": {"booking", "leads", "outbox"},
    "receipts": {"leads", "phrases", "slots", "wording"},
    "honesty": {"claims", "facts", "prices", "reading", "wording"},
    "facts": {"prices", "reading"},
    "prices": {"reading"},
    "claims": {"reading"},
    "reading": {"wording"},
    "offers": {"leads", "phrases", "shop_state", "slots", "wording"},
    "phrases": {"slots", "wording"},
    "wording": set(),
    # domain rooms, which do not know each other, but for the layers of a booking: slots, leads, then what is free, what
    # somebody asks for and what he may have, booking, rebooking
    "rebooking": {"blocks", "booking", "leads", "seats", "slots"},
    "blocks": {"leads", "slots"},
    "holds": {"leads", "slots"},
    "booking": {"booking_request", "grants", "leads", "seats", "slots"},
    "seats": {"leads", "slots"},
    "booking_request": {"privacy", "slots"},
    "availability": {"leads", "slots"},
    "discounts": {"booking", "grants", "leads", "outbox", "tallies"},
    "tallies": {"leads"},
    "storefront": {"offers"},
    "customers": {"grants"},
    "grants": set(),
    "leads": {"slots"},
    "when": {"slots"},
    "spans": {"slots", "when"},
    "conversation": set(),
    "idempotency": set(),
    "outbox": set(),
    # texts that are sent
    "sending": {"carrier", "customers", "leads", "letters", "outbox"},
    "letters": {
        *("call_phrases", "call_story", "calls", "conversation", "discounts", "holds", "leads", "outbox", "phrases"),
        *("receipts", "seats", "slots", "wording"),
    },
    "carrier": set(),
    "shop_state": set(),
    "slots": set(),
    # foundations
    "shop": set(),
    "phone_numbers": set(),
    "utils": set(),
    "cold_start": set(),
    "expressions": set(),
    "errors": set(),
}


def imports(path: Path) -> set[str]:
    """The top-level names that a module imports."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module)
    return found


@pytest.mark.parametrize("room", ROOMS)
def test_room_imports_only_what_it_may(room: str) -> None:
    assert room in ARROWS, f"{room} is a new room: say here what it may import"
    assert imports(ROOMS[room]) & set(ROOMS) <= ARROWS[room] | COMMON


def test_foundations_know_nothing_of_the_shop() -> None:
    assert imports(ROOMS["utils"]) & set(ROOMS) == {"errors"}
    assert imports(ROOMS["errors"]) & set(ROOMS) == set()
    code = ROOMS["utils"].read_text(encoding="utf-8").lower()
    code = code.replace("repairs_lead_log", "").replace("brandon_state_log", "")
    assert [word for word in ("brandon", "repair", "slot", "phone call", "booking") if word in code] == []


@pytest.mark.parametrize(
    ("package", "rooms"),
    [
        ("openai", {"model"}),
        ("twilio", {"carrier", "twiml", "voice_twiml"}),
        ("boto3", {"utils"}),
        ("botocore", {"utils"}),
    ],
)
def test_package_has_one_importer(package: str, rooms: set[str]) -> None:
    importers = {room for room, path in ROOMS.items() if any(n.split(".")[0] == package for n in imports(path))}
    assert importers == rooms


@pytest.mark.parametrize("room", ROOMS)
def test_room_compiles(room: str, tmp_path: Path) -> None:
    py_compile.compile(str(ROOMS[room]), cfile=str(tmp_path / "x.pyc"), doraise=True)


@pytest.mark.parametrize("room", ROOMS)
def test_functions_are_short(room: str) -> None:
    for node in ast.walk(ast.parse(ROOMS[room].read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef):
            length = (node.end_lineno or 0) - node.lineno + 1
            assert length <= 45, f"{room}.{node.name} has {length} lines"


# --- functions.json -----------------------------------------------------------------------------------------


def test_functions_json_lists_exactly_the_tools_there_are() -> None:
    schemas = json.loads((BACKEND / "schemas" / "functions.json").read_text(encoding="utf-8"))
    assert [schema["name"] for schema in schemas] == list(tools._TOOLS)
    assert list(tools.schemas()) == schemas
    arguments = {schema["name"]: set(schema["parameters"]["properties"]) for schema in schemas}
    assert arguments == {
        "check_availability": {"date"},
        "book_slot": {"date", "time", "repair_type", "device", "customer_name"},
        "authorize_discount": {"discount_percent", "reason"},
        "log_upsell": {"upsell_item", "accepted"},
        "find_booking": set(),
        "move_booking": {"lead_id", "date", "time"},
        "drop_booking": {"lead_id"},
        "ask_brandon": {"question"},
    }


def test_functions_json_is_strict_and_knows_no_phone() -> None:
    for schema in tools.schemas():
        assert set(schema) == {"type", "name", "description", "parameters", "strict"}
        assert (schema["type"], schema["strict"]) == ("function", True)
        parameters = schema["parameters"]
        assert parameters["additionalProperties"] is False
        assert parameters["required"] == list(parameters["properties"])
        assert not any("phone" in name for name in parameters["properties"])


# --- shop.json ----------------------------------------------------------------------------------------------


def test_shop_json_holds_the_defaults_of_the_contract() -> None:
    shop = load_shop()
    assert (shop.name, shop.timezone.key) == ("EmperorLinda Cell Phone Repairs", "America/New_York")
    assert [service.id for service in shop.services] == [
        *("screen", "battery", "charging_port", "back_glass", "water_damage", "diagnostic", "other"),
    ]
    assert [service.minutes for service in shop.services][:6] == [45, 30, 40, 60, 30, 15]
    assert shop.hours[6] is None
    assert {item.name: item.usd for item in shop.accessories} == {"screen protector": 15, "phone case": 25}
    assert (shop.warranty_days, shop.slot_minutes, shop.onsite_visit_usd) == (90, 60, 20)


@pytest.mark.parametrize(
    ("words", "service"),
    [
        ("Do you fix iPhone 14 screens?", "screen"),
        ("my back glass is cracked", "back_glass"),
        ("it won't charge, the charging port is loose", "charging_port"),
        ("dropped it in the pool", "water_damage"),
        ("new battery please", "battery"),
        ("se rompió la pantalla", "screen"),
        ("¿arreglan pantallas?", "screen"),
        ("mi celular no carga", "charging_port"),
        ("se mojó y no prende", "diagnostic"),
        ("hello there", None),
        ("I screened a film", None),
    ],
)
def test_words_name_a_service(words: str, service: str | None) -> None:
    found = load_shop().service_named_in(words)
    assert (found.id if found else None) == service


@pytest.mark.parametrize(
    ("words", "device"),
    [
        ("Do you fix iPhone 14 screens?", "iPhone 14"),
        ("iphone 14 pro max", "iPhone 14 Pro Max"),
        ("my samsung galaxy s22 ultra!", "Samsung Galaxy S22 Ultra"),
        ("pixel 7a screen", "Pixel 7a"),
        ("IPHONE SE", "iPhone SE"),
        ("ipad mini", "iPad Mini"),
        ("a phone", ""),
        ("iphone is broken", "iPhone"),
    ],
)
def test_words_name_a_device(words: str, device: str) -> None:
    assert load_shop().device_named_in(words) == device
