"""Runs the parts of the bench one after the other and writes what they found. Usage: bench.sh --help"""

import os
import signal
import sys
import tempfile
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path

import load
import machine
import options
import plot
import report
import starts
import texts
import trees
import trips
import warm
from findings import Finding
from local_aws import BACKEND, LocalAws, running_local_aws
from options import Options

HERE = Path(__file__).parent
RESULTS, PICTURE = HERE / "RESULTS.md", HERE / "results.svg"

Part = Callable[[Options, LocalAws, Mapping[str, Path]], Finding]
_SETTINGS = (
    *("AWS_", "OPENAI_", "TWILIO_", "DYNAMODB_", "REPAIRS_", "BRANDON_", "OWNER_"),
    *("ALLOWED_ORIGINS", "ADMIN_API_TOKEN", "REPLY_BUDGET_SECONDS", "PUBLIC_BASE_URL"),
)
_PARTS: Mapping[str, Part] = {
    "cold": starts.run,
    "warm": warm.run,
    "trips": trips.run,
    "texts": texts.run,
    "load": load.run,
}


def main(arguments: list[str]) -> int:
    _isolate()
    for each in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(each, lambda number, _frame: sys.exit(128 + number))  # so that what was begun is ended
    local = BACKEND / ".local"
    local.mkdir(exist_ok=True)
    # Beside the cache of packages, so that their files can be linked.
    with ExitStack() as stack:
        work = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="bench-", dir=local)))
        asked = options.parse(arguments, work)
        seen = [*machine.description(), *trees.described(asked.against)]
        revisions = stack.enter_context(trees.worktrees(asked.against, work))
        aws = stack.enter_context(running_local_aws(work))
        findings = [_PARTS[part](asked, aws, revisions) for part in asked.parts]
    _write(asked, findings, seen)
    return 0


def _isolate() -> None:
    """No setting and no key of the machine reaches what is measured; loopback is not asked of a proxy."""
    for name in list(os.environ):
        if name.startswith(_SETTINGS):
            del os.environ[name]
    for name in ("NO_PROXY", "no_proxy"):
        os.environ[name] = ",".join(filter(None, ["127.0.0.1,localhost", os.environ.get(name)]))


def _write(asked: Options, findings: list[Finding], seen: list[tuple[str, str]]) -> None:
    when, revision = f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC", trees.revision_here()
    if asked.quick or set(asked.parts) != set(options.PARTS):
        print(report.document(findings, seen, when, revision))
        print("RESULTS.md is written by whole runs only.", file=sys.stderr)
        return
    PICTURE.write_text(plot.svg([panel for finding in findings for panel in finding.panels]), encoding="utf-8")
    RESULTS.write_text(report.document(findings, seen, when, revision, PICTURE.name), encoding="utf-8")
    print(f"written: {RESULTS} and {PICTURE.name}", file=sys.stderr)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
