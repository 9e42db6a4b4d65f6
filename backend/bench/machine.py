"""What the numbers were measured on."""

import importlib.metadata
import os
import platform
import re
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

_PACKAGES = (
    *("boto3", "botocore", "openai", "httpx2", "pydantic", "twilio", "awslambdaric"),
    *("bpe-openai",),
)


def description() -> list[tuple[str, str]]:
    """Lines of a table: what, and which."""
    return [
        ("processor", f"{_processor()}, {os.cpu_count()} cores, {_usable_cores()} of them used"),
        ("memory", _memory()),
        ("kernel", f"{platform.system()} {platform.release()} {platform.machine()}"),
        ("system", _system()),
        ("load before the run", f"{os.getloadavg()[0]:.2f}"),
        ("Python", f"{platform.python_implementation()} {platform.python_version()}"),
        ("packages", ", ".join(f"{name} {version}" for name in _PACKAGES if (version := _version(name)))),
        ("local AWS", _local_aws()),
        ("Java, for DynamoDB Local", _first_line(["java", "-version"])),
    ]


def _processor() -> str:
    match = re.search(r"^model name\s*: (.+)$", _read("/proc/cpuinfo"), re.MULTILINE)
    return match[1] if match else platform.processor() or platform.machine()


def _usable_cores() -> int:
    return len(os.sched_getaffinity(0)) if sys.platform == "linux" else os.cpu_count() or 1


def _memory() -> str:
    match = re.search(r"^MemTotal:\s+(\d+) kB", _read("/proc/meminfo"), re.MULTILINE)
    return f"{int(match[1]) / 1e6:.1f} GB" if match else "not known"


def _system() -> str:
    match = re.search(r'^PRETTY_NAME="(.+)"', _read("/etc/os-release"), re.MULTILINE)
    return match[1] if match else platform.platform()


def _local_aws() -> str:
    python = os.environ.get("LINDA_LOCAL_AWS_PYTHON", "")
    question = "import platform, importlib.metadata as m; print('ministack', m.version('ministack') + ', on Python', "
    return _first_line([python, "-c", f"{question}platform.python_version())"]) if python else "not known"


def _version(name: str) -> str:
    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return ""


def _first_line(command: Sequence[str]) -> str:
    """Java says its version on standard error."""
    try:
        run = subprocess.run(command, capture_output=True, text=True)
    except FileNotFoundError:
        return "none"
    return next(iter((run.stdout or run.stderr).splitlines()), "not known")


def _read(path: str) -> str:
    try:
        return Path(path).read_text(encoding="utf-8")
    except OSError:
        return ""
