"""RESULTS.md: the targets first, judged by code, then the machine, then what each part found."""

import re
from collections.abc import Iterator, Mapping, Sequence

from findings import TARGETS, Finding, Table, Target

_HEAD = """\
# How fast LINDA is

Written by `bash backend/scripts/bench.sh`, {when}, of revision {revision}; not to be edited. Everything runs on the
local engines of this machine, in one run, variants in turns. Figures of another machine are other figures: what holds
are the ratios within a run, and what is counted instead of timed.
"""


def document(
    findings: Sequence[Finding], machine: Sequence[tuple[str, str]], when: str, revision: str, picture: str = ""
) -> str:
    """All of it as Markdown."""
    parts = [
        _HEAD.format(when=when, revision=revision),
        f"![What the tables below say, drawn]({picture})\n" if picture else "",
        "## Targets\n",
        markdown(targets(findings)),
        "## Machine\n",
        markdown(Table("", ("", ""), machine)),
        *(part for finding in findings for part in _chapter(finding)),
    ]
    return "\n".join(part for part in parts if part)


def targets(findings: Sequence[Finding]) -> Table:
    """Each target with what was measured, and whether it is met."""
    measured = {name: value for finding in findings for name, value in finding.measured.items()}
    rows = [_judged(target, measured) for target in TARGETS]
    return Table("", ("target", "at most", "measured", ""), rows)


def is_met(target: Target, measured: float) -> bool:
    """Judged as it is shown: a ratio of 1.1004 is 1.10."""
    return round(measured, target.digits) <= target.limit


def _judged(target: Target, measured: Mapping[str, float]) -> list[str]:
    unit = f" {target.unit}" if target.unit else ""
    limit = f"{target.limit:.{target.digits}f}{unit}"
    if target.id not in measured:
        return [target.what, limit, "not measured in this run", ""]
    value = measured[target.id]
    verdict = "met" if is_met(target, value) else "**not met**"
    return [target.what, limit, f"{value:.{target.digits}f}{unit}", verdict]


def markdown(table: Table) -> str:
    """A table of Markdown; columns of numbers are set to the right."""
    columns = list(zip(*table.rows, strict=True)) if table.rows else [()] * len(table.head)
    rules = ["---:" if number and _holds_numbers(column) else "---" for number, column in enumerate(columns)]
    lines = [_line(table.head), f"|{'|'.join(rules)}|", *(_line(row) for row in table.rows)]
    return "\n".join([*lines, "", *([f"{table.note}\n"] if table.note else [])])


def _holds_numbers(cells: Sequence[str]) -> bool:
    return all(re.fullmatch(r"[\d.,%() -]*(ms CPU|MB)?|not measured in this run", cell) for cell in cells) and any(
        cells
    )


def _line(cells: Sequence[str]) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def _chapter(finding: Finding) -> Iterator[str]:
    yield f"## {finding.title}\n"
    yield f"{finding.how}\n"
    for table in finding.tables:
        if table.title:
            yield f"### {table.title}\n"
        yield markdown(table)
