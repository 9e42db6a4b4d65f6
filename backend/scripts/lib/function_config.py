"""What each Lambda function is given: handler, size and settings. Checks them, writes them, compares them.

    function_config.py check [NAME...]              problems of the settings, each a line: kind, TAB, sentence; of these
                                                    settings alone, whether what is set can be right
    function_config.py names                        names of all settings that any function gets
    function_config.py settings FUNCTION            names of the settings this function would get
    function_config.py write FUNCTION OPTIONS...    request bodies for the AWS CLI, in files of 0600
    function_config.py compare WANTED CURRENT SHA   what differs from what is deployed, each a line

Settings come from the environment, never from an argument, which other users of the machine can see.
Values are written to the files and nowhere else.
"""

import argparse
import json
import os
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_TABLES = ("DYNAMODB_REGION", "REPAIRS_LEAD_LOG_TABLE", "BRANDON_STATE_LOG_TABLE")
_PAGES = ("ALLOWED_ORIGINS", "ADMIN_API_TOKEN")
_MODEL = ("OPENAI_API_KEY", "OPENAI_MODEL", "OPENAI_BASE_URL", "REPLY_BUDGET_SECONDS")
_TWILIO = (
    "TWILIO_ACCOUNT_SID",
    "TWILIO_AUTH_TOKEN",
    "TWILIO_PHONE_NUMBER",
    "OWNER_PHONE_NUMBER",
    "OWNER_PIN",
    "PUBLIC_BASE_URL",
)
# No credential: where a page says that a text will come from, and whether one can come.
_TOLD_ON_PAGES = ("TWILIO_ACCOUNT_SID", "TWILIO_PHONE_NUMBER")
_MIN_TOKEN_CHARACTERS = 32
# Of 32 random hexadecimal digits hardly ever fewer than 10 are different; of a word typed again and again, always.
_MIN_DIFFERENT_CHARACTERS = 10
# Lambda's limit for all variables of a function together, as JSON.
_MAX_SETTINGS_BYTES = 4096


@dataclass(frozen=True)
class Function:
    """Memory buys CPU in proportion (1769 MB is one core), also for loading the packages at a cold start."""

    description: str
    memory_mb: int
    timeout_seconds: int
    settings: tuple[str, ...]


FUNCTIONS = {
    # Must outlive its own reply budget (10 s, at most 14) by the start and the last write; loads two SDKs.
    "dispatcher": Function("LINDA: texts and calls", 1024, 20, (*_TABLES, *_MODEL, *_TWILIO)),
    # One read or one atomic write.
    "state_manager": Function("LINDA: what Brandon is doing", 512, 10, (*_TABLES, *_PAGES)),
    # A few reads and one transaction, tried again when two meet.
    # Of Twilio it knows the number, a public fact that pages tell, and no credential.
    "scheduler": Function("LINDA: free slots and bookings", 512, 15, (*_TABLES, *_PAGES, *_TOLD_ON_PAGES)),
}

_SHAPES = {
    "DYNAMODB_REGION": (r"[a-z]{2}(-[a-z]+)+-\d", "is no AWS region (e.g. us-east-1)"),
    "REPAIRS_LEAD_LOG_TABLE": (r"[A-Za-z0-9_.-]{3,255}", "is no table name"),
    "BRANDON_STATE_LOG_TABLE": (r"[A-Za-z0-9_.-]{3,255}", "is no table name"),
    "ALLOWED_ORIGINS": (
        r"(\*|https?://[^/\s,]+)([,\s]+https?://[^/\s,]+)*",
        "must be origins as browsers send them, with commas between: https://shop.example (no last slash)",
    ),
    "OPENAI_BASE_URL": (r"https?://\S+", "is no http(s) URL"),
    "REPLY_BUDGET_SECONDS": (r"([1-9](\.\d+)?|1[0-4](\.0+)?|1[0-3]\.\d+)", "must be from 1 to 14 (seconds)"),
    "TWILIO_ACCOUNT_SID": (r"AC[0-9a-fA-F]{32}", "must be AC and 32 hexadecimal digits"),
    "TWILIO_PHONE_NUMBER": (r"\+[1-9]\d{7,14}", "must be in E.164 form, e.g. +19045550123"),
    "OWNER_PHONE_NUMBER": (r"\+[1-9]\d{7,14}", "must be in E.164 form, e.g. +19045550123"),
    "OWNER_PIN": (r"[0-9]{4,12}", "must be 4 to 12 digits"),
    "PUBLIC_BASE_URL": (r"https?://[^/\s]+", "must be scheme and host only, e.g. https://linda.example"),
}
_NEEDED = {
    "TWILIO_AUTH_TOKEN": "every text and call would be refused. Twilio's console has it, under Account info",
    "ADMIN_API_TOKEN": "the dashboard would be refused. Make one: openssl rand -hex 32",
}
_UNSENT = "confirmations of web bookings, and what the owner decides, are not sent by text"
_ADVISED = {
    "TWILIO_ACCOUNT_SID": _UNSENT,
    "TWILIO_PHONE_NUMBER": _UNSENT,
    "OPENAI_API_KEY": "LINDA answers every text with the numbered menu of free slots",
    "OWNER_PHONE_NUMBER": "nobody is told when a customer needs Brandon himself",
}


def problems(settings: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Pairs of "error" or "warning" and a sentence, for everything that is wrong. No value is repeated."""
    for name, consequence in _NEEDED.items():
        if not settings.get(name):
            yield "error", f"{name} is not set: {consequence}"
    token = settings.get("ADMIN_API_TOKEN", "")
    if 0 < len(token) < _MIN_TOKEN_CHARACTERS:
        yield "error", f"ADMIN_API_TOKEN is shorter than {_MIN_TOKEN_CHARACTERS} characters: openssl rand -hex 32"
    elif token and len(set(token)) < _MIN_DIFFERENT_CHARACTERS:
        yield (
            "warning",
            f"ADMIN_API_TOKEN has fewer than {_MIN_DIFFERENT_CHARACTERS} different characters and is soon guessed: "
            "openssl rand -hex 32",
        )
    yield from _misshapen(settings, _SHAPES)
    for name, function in FUNCTIONS.items():
        if _size(wanted_settings(function, settings)) > _MAX_SETTINGS_BYTES:
            yield (
                "error",
                f"the settings of {name} are over {_MAX_SETTINGS_BYTES} bytes together, Lambda's limit",
            )
    for name, consequence in _ADVISED.items():
        if not settings.get(name):
            yield "warning", f"{name} is not set: {consequence}"


def _misshapen(settings: Mapping[str, str], names: Iterable[str]) -> Iterator[tuple[str, str]]:
    for name in names:
        shape, complaint = _SHAPES[name]
        if settings.get(name) and not re.fullmatch(shape, settings[name]):
            yield "error", f"{name} {complaint}"


def wanted_settings(function: Function, settings: Mapping[str, str]) -> dict[str, str]:
    """Only what this function needs; an empty value counts as not set."""
    return {name: settings[name] for name in function.settings if settings.get(name)}


def differences(wanted: Mapping[str, Any], current: Mapping[str, Any], code_sha256: str) -> Iterator[str]:
    """`code`, a field of the configuration, or what happens to a setting; nothing when all is as wanted."""
    if current.get("CodeSha256") != code_sha256 or current.get("Architectures") != wanted["Architectures"]:
        yield "code"
    for field in ("Role", "Handler", "Runtime", "MemorySize", "Timeout", "Description"):
        if current.get(field) != wanted[field]:
            yield field
    if current.get("LoggingConfig", {}).get("LogFormat") != wanted["LoggingConfig"]["LogFormat"]:
        yield "LoggingConfig"
    yield from _changed_settings(_variables(wanted), _variables(current))


def _changed_settings(wanted: Mapping[str, str], current: Mapping[str, str]) -> Iterator[str]:
    for name in sorted(wanted.keys() | current.keys()):
        if name not in current:
            yield f"setting {name} (new)"
        elif name not in wanted:
            yield f"setting {name} (removed)"
        elif wanted[name] != current[name]:
            yield f"setting {name} (changed)"


def _variables(configuration: Mapping[str, Any]) -> Mapping[str, str]:
    variables: Mapping[str, str] = (configuration.get("Environment") or {}).get("Variables") or {}
    return variables


def _size(variables: Mapping[str, str]) -> int:
    return len(json.dumps(variables, separators=(",", ":"), ensure_ascii=False).encode())


def _write(options: argparse.Namespace) -> None:
    function = FUNCTIONS[options.function]
    configuration = {
        "FunctionName": options.name,
        "Role": options.role,
        "Handler": f"{options.function}.handler",
        "Runtime": options.runtime,
        "MemorySize": function.memory_mb,
        "Timeout": function.timeout_seconds,
        "Description": function.description,
        "Environment": {"Variables": wanted_settings(function, os.environ)},
        "LoggingConfig": {"LogFormat": "JSON"},
    }
    _write_private(options.directory / f"{options.function}.configuration.json", configuration)
    creation = {**configuration, "Architectures": [options.architecture], "PackageType": "Zip"}
    _write_private(options.directory / f"{options.function}.wanted.json", creation)


def _write_private(path: Path, content: Mapping[str, Any]) -> None:
    path.unlink(missing_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        json.dump(content, file)


def _compare(options: argparse.Namespace) -> None:
    wanted, current = (json.loads(path.read_text()) for path in (options.wanted, options.current))
    for difference in differences(wanted, current, options.code_sha256):
        print(difference)


def _check(options: argparse.Namespace) -> None:
    found = _misshapen(os.environ, options.names) if options.names else problems(os.environ)
    for kind, text in found:
        print(f"{kind}\t{text}")


def _settings(options: argparse.Namespace) -> None:
    print(" ".join(wanted_settings(FUNCTIONS[options.function], os.environ)))


def _names(_options: argparse.Namespace) -> None:
    print("\n".join(sorted({name for function in FUNCTIONS.values() for name in function.settings})))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(required=True)
    check = commands.add_parser("check")
    check.set_defaults(run=_check)
    check.add_argument("names", nargs="*", metavar="NAME")
    commands.add_parser("names").set_defaults(run=_names)
    settings = commands.add_parser("settings")
    settings.set_defaults(run=_settings)
    settings.add_argument("function", choices=FUNCTIONS)
    write = commands.add_parser("write")
    write.set_defaults(run=_write)
    write.add_argument("function", choices=FUNCTIONS)
    for name in ("name", "role", "runtime", "architecture"):
        write.add_argument(f"--{name}", required=True)
    write.add_argument("--directory", required=True, type=Path)
    compare = commands.add_parser("compare")
    compare.set_defaults(run=_compare)
    compare.add_argument("wanted", type=Path)
    compare.add_argument("current", type=Path)
    compare.add_argument("code_sha256")
    options = parser.parse_args()
    options.run(options)


if __name__ == "__main__":
    main()
