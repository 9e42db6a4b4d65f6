"""What a run of the bench is asked for."""

import argparse
from dataclasses import dataclass
from pathlib import Path

PARTS = ("cold", "warm", "trips", "texts", "load")


@dataclass(frozen=True)
class Options:
    """`against` are revisions of git that are measured beside this tree, `work` is a directory that will be gone."""

    parts: tuple[str, ...]
    against: tuple[str, ...]
    quick: bool
    work: Path

    def rounds(self, full: int) -> int:
        """How often something is measured: `full` times, or hardly at all."""
        return 2 if self.quick else full


def parse(arguments: list[str], work: Path) -> Options:
    parser = argparse.ArgumentParser(prog="bench.sh", add_help=False)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--only", nargs="+", choices=PARTS, default=PARTS)
    parser.add_argument("--against", nargs="+", default=(), metavar="GIT_REVISION")
    options = parser.parse_args(arguments)
    return Options(tuple(options.only), tuple(options.against), options.quick, work)
