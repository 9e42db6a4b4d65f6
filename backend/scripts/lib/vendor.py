"""Third-party code for a zip: installed for its target, trimmed to what runs, compiled, and kept."""

import gzip
import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lock import locked

# Part of the cache's key: count it up whenever installing, trimming or compiling changes.
RULES = "6"

_UNUSED_PATHS = (
    "bin",
    "boto3/examples",
    # Time zones as of some year; zoneinfo reads those of tzdata.
    "dateutil/zoneinfo/dateutil-zoneinfo.tar.gz",
    "openai/cli",
    "twilio/jwt",
)
# botocore takes certifi's certificates where there are some, and its own otherwise.
_CERTIFICATES, _SAME_CERTIFICATES = "certifi/cacert.pem", "botocore/cacert.pem"
# Of twilio's REST client, a package for each of its products, messages need only this one; 49 MB are of the others.
_TWILIO_PRODUCTS = "twilio/rest"
_TWILIO_PRODUCTS_USED = ("api",)
# boto3 and botocore describe each AWS service in a directory of its own.
_SERVICE_DATA = ("boto3/data", "botocore/data")
_SERVICES_USED = ("dynamodb",)
# Where every service of every region answers, 1.2 MB: reading it takes longer than all the rest of making a client.
_ENDPOINTS = "botocore/data/endpoints.json"
_UNUSED_SUFFIXES = (".pyi", ".pyc", ".c", ".h", ".pyx", ".pxd")
_TEST_DIRECTORIES = ("tests", "test", "testing")
# Written by pip about this one install.
_INSTALL_RECORDS = ("RECORD", "INSTALLER", "REQUESTED", "direct_url.json")


@dataclass(frozen=True)
class Target:
    """Where the zip runs: `minor` as "3.13", `architecture` as Lambda names it; `native` is this Python."""

    minor: str
    architecture: str
    native: bool

    @property
    def platforms(self) -> tuple[str, ...]:
        """Wheel tags that run there: since 3.12 Lambda has Amazon Linux 2023 with glibc 2.34, before 2.26."""
        machine = {"arm64": "aarch64", "x86_64": "x86_64"}[self.architecture]
        glibc = [17] if int(self.minor.partition(".")[2]) < 12 else [17, 28, 34]
        tags = [f"manylinux_2_{version}_{machine}" for version in glibc]
        return (*tags, f"manylinux2014_{machine}")


def third_party_tree(distributions: Iterable[str], target: Target, cache: Path, compiler: str | None) -> Path:
    """A directory with these requirements and all they need, ready to be zipped; the same inputs make one."""
    names = sorted(distributions)
    wanted = locked(names)
    tree = cache / _key(wanted, target, compiler)
    if not tree.is_dir():
        print(f"installing {', '.join(names) or 'nothing'} for {_name(target)} ...", file=sys.stderr)
        _build_aside(tree, lambda work: _fill(work, wanted, target, compiler))
    return tree


def compile_tree(tree: Path, compiler: str) -> None:
    """Byte code that is used without a look at the source's time, which a zip does not keep.

    The time in the zip is not the source's, and `/var/task` cannot be written: else each cold start compiles.
    """
    command = [compiler, "-m", "compileall", "-q", "-j", "1", "-s", str(tree), "-p", "/var/task"]
    command += ["--invalidation-mode", "unchecked-hash", str(tree)]
    subprocess.run(command, check=True, env={**os.environ, "PYTHONHASHSEED": "0"})


def compiler_for(minor: str) -> str | None:
    """An interpreter whose byte code that runtime reads: this one, or `pythonX.Y` on the PATH, or none."""
    if minor == f"{sys.version_info.major}.{sys.version_info.minor}":
        return sys.executable
    found = shutil.which(f"python{minor}")
    question = f"import sys; sys.exit(sys.version_info[:2] != ({minor.replace('.', ', ')}))"
    if found is None or subprocess.run([found, "-c", question], check=False, capture_output=True).returncode:
        return None
    return found


def _key(wanted: list[str], target: Target, compiler: str | None) -> str:
    python = sys.version if target.native else ""
    parts = [RULES, *wanted, repr(target), python, _version(compiler)]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:24]


def _version(compiler: str | None) -> str:
    if compiler is None:
        return "no byte code"
    return subprocess.run([compiler, "-VV"], check=True, capture_output=True, text=True).stdout


def _build_aside(tree: Path, fill: Callable[[Path], None]) -> None:
    """Half a tree is never seen under its name; of two builders at once the second one's work is dropped."""
    tree.parent.mkdir(parents=True, exist_ok=True)
    work = Path(tempfile.mkdtemp(prefix=f"{tree.name}.", dir=tree.parent))
    try:
        fill(work)
        try:
            work.rename(tree)
        except OSError:
            if not tree.is_dir():
                raise
    finally:
        shutil.rmtree(work, ignore_errors=True)


def _fill(tree: Path, wanted: list[str], target: Target, compiler: str | None) -> None:
    if wanted:
        install(tree, wanted, target)
    _trim(tree)
    if compiler is not None:
        compile_tree(tree, compiler)


def _name(target: Target) -> str:
    return "this machine" if target.native else f"Python {target.minor} on {target.architecture}"


def install(tree: Path, wanted: list[str], target: Target) -> None:
    """Exactly these wheels, each checked against its hash before it is unpacked."""
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-compile"]
    command += ["--target", str(tree), "--no-deps", "--require-hashes", "--only-binary=:all:"]
    if not target.native:
        command += ["--implementation", "cp", "--python-version", target.minor]
        command += [part for platform in target.platforms for part in ("--platform", platform)]
    with tempfile.NamedTemporaryFile("w", suffix=".txt") as requirements:
        requirements.write("".join(wanted))
        requirements.flush()
        run = subprocess.run([*command, "-r", requirements.name], check=False, capture_output=True, text=True)
    if run.returncode:
        raise ValueError(f"pip could not install the packages of packages.lock:\n{run.stdout}{run.stderr}")


def _trim(tree: Path) -> None:
    for relative in _UNUSED_PATHS:
        _remove(tree / relative)
    if (tree / _CERTIFICATES).is_file():
        _remove(tree / _SAME_CERTIFICATES)
    for services in _SERVICE_DATA:
        _keep_directories(tree / services, _SERVICES_USED)
    if (tree / _ENDPOINTS).is_file():
        _keep_endpoints(tree / _ENDPOINTS, _SERVICES_USED)
    for service in (tree / "botocore/data").rglob("service-2.json.gz"):
        _without_documentation(service)
    _keep_directories(tree / _TWILIO_PRODUCTS, _TWILIO_PRODUCTS_USED)
    for path in sorted(tree.rglob("*"), reverse=True):
        if _is_unused(path):
            _remove(path)


def _remove(path: Path) -> None:
    shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)


def _keep_directories(parent: Path, used: Iterable[str]) -> None:
    """What stands beside them is general: of AWS endpoints, partitions, retries, defaults; of Twilio the client."""
    for path in parent.iterdir() if parent.is_dir() else ():
        if path.is_dir() and path.name not in used:
            shutil.rmtree(path)


def _keep_endpoints(path: Path, used: Iterable[str]) -> None:
    """The regions stay, and of each partition's services these."""
    endpoints = json.loads(path.read_text())
    for partition in endpoints["partitions"]:
        partition["services"] = {name: partition["services"][name] for name in used if name in partition["services"]}
    path.write_text(json.dumps(endpoints))


def _without_documentation(compressed: Path) -> None:
    """A service's operations and shapes without what is only for people, and not packed once more inside the zip."""
    service = json.loads(gzip.decompress(compressed.read_bytes()), object_hook=_undocumented)
    compressed.with_suffix("").write_text(json.dumps(service))
    compressed.unlink()


def _undocumented(entry: dict[str, Any]) -> dict[str, Any]:
    """Documentation is a text; a member of a shape that has that name is not."""
    return {name: value for name, value in entry.items() if name != "documentation" or not isinstance(value, str)}


def _is_unused(path: Path) -> bool:
    if path.is_dir():
        return path.name in (*_TEST_DIRECTORIES, "__pycache__")
    in_about = path.parent.suffix == ".dist-info"
    return path.suffix in _UNUSED_SUFFIXES or (in_about and path.name in _INSTALL_RECORDS)
