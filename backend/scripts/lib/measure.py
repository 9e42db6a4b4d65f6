"""Sizes and cold imports of the packages, as pip leaves them and as they are deployed, side by side in one run.

    python backend/scripts/lib/measure.py        prints a table; measured on this machine with this Python

"as pip leaves it" has every package with all that it asks for and no byte code: what a cold start compiles, since the
directory of a function cannot be written. Sizes are those of zips. Of each import the best of five counts, each in a
process of its own, in turns.
"""

import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from closure import closure_of
from lock import REQUIREMENTS
from package import import_seconds, own_files, write_zip
from vendor import RULES, Target, compile_tree, third_party_tree

_BACKEND = Path(__file__).resolve().parents[2]
_CACHE = _BACKEND / ".local" / "packages"
_TIMES = 5


@dataclass(frozen=True)
class Measured:
    """One function. Megabytes of its zips, milliseconds of its imports."""

    function: str
    whole_mb: float
    bare_mb: float
    compiled_mb: float
    whole_ms: float
    compiled_ms: float

    def row(self) -> str:
        share = self.compiled_ms / self.whole_ms
        sizes = f"{self.whole_mb:9.2f} {self.bare_mb:10.2f} {self.compiled_mb:10.2f}"
        return f"{self.function:<14}{sizes} {self.whole_ms:10.0f} {self.compiled_ms:10.0f} {share:7.2f}"


HEAD = f"""{"":<14}{"MB, pip":>9} {"trimmed":>10} {"compiled":>10} {"ms, pip":>10} {"compiled":>10} {"share":>7}"""


def measure(function: str) -> Measured:
    target = Target(f"{sys.version_info.major}.{sys.version_info.minor}", "x86_64", native=True)
    closure = closure_of(function, _BACKEND / "lambda")
    whole = _as_pip_leaves_it(closure.distributions)
    bare = third_party_tree(closure.distributions, target, _CACHE, None)
    compiled = third_party_tree(closure.distributions, target, _CACHE, sys.executable)
    with tempfile.TemporaryDirectory() as work:
        own, own_compiled = Path(work, "own"), Path(work, "compiled")
        for directory in (own, own_compiled):
            directory.mkdir()
            for path in own_files(closure):
                shutil.copyfile(path, directory / path.name)
        compile_tree(own_compiled, sys.executable)
        whole_mb, bare_mb = (_zip_mb((own, tree), Path(work)) for tree in (whole, bare))
        compiled_mb = _zip_mb((own_compiled, compiled), Path(work))
        times = [
            (_import_ms(function, (own, whole)), _import_ms(function, (own_compiled, compiled))) for _ in range(_TIMES)
        ]
    whole_ms, compiled_ms = (min(column) for column in zip(*times, strict=True))
    return Measured(function, whole_mb, bare_mb, compiled_mb, whole_ms, compiled_ms)


def _as_pip_leaves_it(distributions: Sequence[str]) -> Path:
    wanted = [line for line in REQUIREMENTS.read_text().splitlines() if line.partition("==")[0] in distributions]
    name = "-".join(line.replace("==", "_") for line in wanted)
    tree = _CACHE / f"whole-{RULES}-{sys.version_info.minor}-{name}"
    if not tree.is_dir():
        work = Path(tempfile.mkdtemp(dir=_CACHE))
        command = [sys.executable, "-m", "pip", "install", "--quiet", "--no-compile", "--target", str(work), *wanted]
        subprocess.run(command, check=True)
        work.rename(tree)
    return tree


def _zip_mb(roots: Sequence[Path], work: Path) -> float:
    write_zip(roots, work / "zip")
    return (work / "zip").stat().st_size / 1e6


def _import_ms(function: str, roots: Sequence[Path]) -> float:
    return import_seconds(function, roots, sys.executable) * 1000


def main() -> int:
    _CACHE.mkdir(parents=True, exist_ok=True)
    print(HEAD)
    for function in ("dispatcher", "state_manager", "scheduler"):
        print(measure(function).row(), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
