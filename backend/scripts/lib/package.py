"""One zip a function: its modules, its data, its packages, and nothing else.

The same inputs give the same bytes: entries are sorted, times and modes fixed. Prints for each function
`function<TAB>path<TAB>bytes<TAB>SHA-256 in base64` (Lambda's CodeSha256). Progress goes to stderr.
"""

import argparse
import base64
import hashlib
import os
import platform
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from closure import Closure, closure_of, names_file
from vendor import RULES, Target, compile_tree, compiler_for, third_party_tree

_BACKEND = Path(__file__).resolve().parents[2]
# Lambda takes 50 MB by direct upload.
_MAX_BYTES = 50_000_000
# Before a file, in the directory behind all files, and at the end.
_HEADERS_BYTES, _END_BYTES = 30 + 46, 22
_EPOCH_OF_ZIP = (1980, 1, 1, 0, 0, 0)


@dataclass(frozen=True)
class Package:
    """A finished zip."""

    function: str
    path: Path

    def line(self) -> str:
        content = self.path.read_bytes()
        digest = base64.b64encode(hashlib.sha256(content).digest()).decode()
        return f"{self.function}\t{self.path}\t{len(content)}\t{digest}"


def main(arguments: list[str] | None = None) -> int:
    options = _options(arguments)
    target = _target(options.runtime, options.architecture, native=options.native)
    for function in options.functions:
        print(build(function, target, options.output, options.cache).line())
    return 0


def build(function: str, target: Target, output: Path, cache: Path) -> Package:
    """Make `<output>/<function>.zip`, or find that it is there already from the same inputs."""
    closure = closure_of(function, _BACKEND / "lambda")
    compiler = compiler_for(target.minor)
    tree = third_party_tree(closure.distributions, target, cache, compiler)
    package = Package(function, output / f"{function}.zip")
    key = _key(closure, tree)
    if not _is_current(package, key):
        output.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=f"{function}.", dir=output) as work:
            import_ms = _build(package, closure, tree, target, compiler, Path(work))
        package.path.with_suffix(".key").write_text(f"{_receipt(package, key)}{import_ms}\n")
    _report(package, closure, compiler)
    return package


def _build(package: Package, closure: Closure, tree: Path, target: Target, compiler: str | None, work: Path) -> str:
    """Make the zip; answers how many milliseconds its import took, or "" where it cannot be imported here."""
    own = work / "own"
    own.mkdir()
    for path in own_files(closure):
        shutil.copyfile(path, own / path.name)
    if compiler is not None:
        compile_tree(own, compiler)
    runs_here = compiler if _is_this_machine(target) else None
    import_ms = ""
    if runs_here:
        import_ms = str(round(import_seconds(package.function, closure.modules, (own, tree), runs_here) * 1000))
    write_zip((own, tree), work / "zip")
    _check_size(work / "zip", package.function)
    (work / "zip").replace(package.path)
    return import_ms


def _is_this_machine(target: Target) -> bool:
    """Whether packages for the target run here, given a Python of its version."""
    machine = {"aarch64": "arm64", "AMD64": "x86_64"}.get(platform.machine(), platform.machine())
    return target.native or (sys.platform == "linux" and machine == target.architecture)


def own_files(closure: Closure) -> list[Path]:
    source = _BACKEND / "lambda"
    modules = [source / f"{module}.py" for module in closure.modules]
    data = [*sorted(source.glob("*.json")), *sorted((_BACKEND / "schemas").glob("*.json"))]
    return modules + [file for file in data if any(names_file(module, file.name) for module in modules)]


def _key(closure: Closure, tree: Path) -> str:
    digest = hashlib.sha256(f"{RULES} {tree.name}".encode())
    for path in own_files(closure):
        digest.update(f"\0{path.name}\0".encode() + path.read_bytes())
    return digest.hexdigest()


def _receipt(package: Package, key: str) -> str:
    return f"{key} {hashlib.sha256(package.path.read_bytes()).hexdigest()}\n"


def _is_current(package: Package, key: str) -> bool:
    receipt = package.path.with_suffix(".key")
    if not (package.path.is_file() and receipt.is_file()):
        return False
    content = receipt.read_text()
    return content.startswith(_receipt(package, key)) and len(content.splitlines()) == 2


_TIMED_IMPORT = """
import sys, time
sys.path[:0] = {path!r}
began = time.perf_counter()
import {function}
print(time.perf_counter() - began)
assert callable({function}.handler)
for room in {rooms!r}:  # those too that are imported when they are first needed
    __import__(room)
"""


def import_seconds(function: str, rooms: Sequence[str], roots: Sequence[Path], python: str) -> float:
    """Import with nothing but the zip's contents on the path, no setting and no key: what is missing shows here."""
    code = _TIMED_IMPORT.format(path=[str(root) for root in roots], function=function, rooms=rooms)
    command = [python, "-I", "-S", "-B", "-c", code]
    run = subprocess.run(command, check=False, capture_output=True, text=True, env=_bare_environment())
    if run.returncode:
        raise SystemExit(f"error: the package of {function} does not import:\n{run.stderr}")
    return float(run.stdout)


def _bare_environment() -> dict[str, str]:
    return {"PATH": os.environ.get("PATH", os.defpath), "AWS_EC2_METADATA_DISABLED": "true"}


def write_zip(roots: Sequence[Path], zip_path: Path) -> None:
    files = {path.relative_to(root).as_posix(): path for root in roots for path in root.rglob("*")}
    with zipfile.ZipFile(zip_path, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive:
        for name, path in sorted(files.items()):
            if path.is_dir():
                continue
            entry = zipfile.ZipInfo(name, _EPOCH_OF_ZIP)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.create_system = 3  # Unix, whatever this machine is: the mode below counts
            entry.external_attr = (0o755 if path.suffix == ".so" else 0o644) << 16
            archive.writestr(entry, path.read_bytes())


def bytes_without_byte_code(zip_path: Path) -> int:
    """What the zip would have without its `.pyc`: each file is packed alone, with its name in two headers."""
    with zipfile.ZipFile(zip_path) as archive:
        kept = [entry for entry in archive.infolist() if not entry.filename.endswith(".pyc")]
    headers = sum(_HEADERS_BYTES + 2 * len(entry.filename.encode()) for entry in kept)
    return sum(entry.compress_size for entry in kept) + headers + _END_BYTES


def _check_size(zip_path: Path, function: str) -> None:
    size = zip_path.stat().st_size
    if size > _MAX_BYTES:
        raise SystemExit(
            f"error: {function}.zip has {size / 1e6:.1f} MB and Lambda takes {_MAX_BYTES / 1e6:.0f} MB: "
            "see what grew (unzip -lv) and trim it in backend/scripts/lib/vendor.py"
        )


def _report(package: Package, closure: Closure, compiler: str | None) -> None:
    size = package.path.stat().st_size / 1e6
    code = "with byte code" if compiler else "without byte code (no interpreter of that version here)"
    packages = ", ".join(closure.distributions) or "no packages"
    (_, *import_ms) = package.path.with_suffix(".key").read_text().splitlines()
    imported = f"imported in {import_ms[0]} ms" if import_ms and import_ms[0] else "not imported, for another machine"
    print(f"{package.path.name:<18} {size:6.2f} MB  {code}; {imported}; {packages}", file=sys.stderr)


def _target(runtime: str, architecture: str, *, native: bool) -> Target:
    minor = runtime.removeprefix("python")
    here = f"{sys.version_info.major}.{sys.version_info.minor}"
    if native and minor != here:
        raise SystemExit(
            f"error: a native package is for this machine's Python {here}, but LAMBDA_RUNTIME is {runtime}"
        )
    return Target(minor, architecture, native)


def _options(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("functions", nargs="+", metavar="FUNCTION")
    parser.add_argument("--runtime", required=True, help="e.g. python3.13")
    parser.add_argument("--architecture", required=True, choices=("arm64", "x86_64"))
    parser.add_argument("--native", action="store_true", help="for this interpreter instead of Lambda's")
    parser.add_argument("--output", required=True, type=Path, help="directory of the zips")
    parser.add_argument("--cache", required=True, type=Path, help="directory of installed packages")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    try:
        sys.exit(main())
    except (ValueError, FileNotFoundError) as error:
        sys.exit(f"error: {error}")
    except subprocess.CalledProcessError as error:
        sys.exit(f"error: {error.cmd[2]} ended with {error.returncode} (see above)")
