"""Runs the parts of the bench one after the other and writes what they found. Usage: bench.sh --help"""

import sys
import tempfile
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path

import cold_start
import load
import machine
import options
import plot
import report
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
_PARTS: Mapping[str, Part] = {
    "cold": cold_start.run,
    "warm": warm.run,
    "trips": trips.run,
    "texts": texts.run,
    "load": load.run,
}


def main(arguments: list[str]) -> int:
    local = BACKEND / ".local"
    local.mkdir(exist_ok=True)
    # Beside the cache of packages, so that their files can be linked.
    with ExitStack() as stack:
        work = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="bench-", dir=local)))
        asked = options.parse(arguments, work)
        seen = machine.description()
        revisions = stack.enter_context(trees.worktrees(asked.against, work))
        aws = stack.enter_context(running_local_aws(work))
        findings = [_PARTS[part](asked, aws, revisions) for part in asked.parts]
    _write(asked, findings, seen)
    return 0


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
