"""The real AWS CLI without its start-up: it is imported once, and each call is a fork of that.

    python aws_cli.py SOCKET

A call over the socket is JSON (arguments, environment, directory) with the caller's standard input, output and error;
what comes back is the exit status. `write_command` makes the executable that stands for `aws`.
"""

import contextlib
import functools
import gc
import importlib
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

_LONGEST_CALL = 1 << 20
_START_SECONDS = 30.0
# One of each service that the scripts use.
_CALLS = (
    "sts get-caller-identity",
    "dynamodb list-tables",
    "lambda list-functions",
    "logs list-anomalies",
    "cloudformation list-stacks",
    "s3api list-buckets",
)

# Notes its arguments; a file it is given must be private, but for what is public in the repository. `fakes` names
# calls that are answered from there; `kill_at` names the call, and which of them, after which the process group dies.
_COMMAND = """#!{python} -IS
import json, os, signal, socket, sys
home, server, public = {home!r}, {server!r}, {public!r}
with open(home + "/calls", "a") as log:
    print(json.dumps(sys.argv[1:]), file=log)
for word in sys.argv[1:]:
    if word.startswith("file://") or word.startswith("fileb://"):
        path = word.partition("://")[2]
        if os.stat(path).st_mode & 0o077 and not path.startswith(public):
            sys.exit("others can read " + path)
def last_words():
    if os.path.exists(home + "/kill_at"):
        call, nth = open(home + "/kill_at").read().split("\\n")
        if " ".join(sys.argv[1:3]) == call and count(call) == int(nth):
            os.kill(0, signal.SIGKILL)
def count(call):
    return sum(" ".join(json.loads(line)[:2]) == call for line in open(home + "/calls"))
fakes = json.load(open(home + "/fakes")) if os.path.exists(home + "/fakes") else {{}}
fake = fakes.get(" ".join(sys.argv[1:3]))
if fake:
    sys.stdout.write(fake.get("out", ""))
    sys.stderr.write(fake.get("err", ""))
    sys.exit(fake["code"])
call = json.dumps([sys.argv[1:], dict(os.environ), os.getcwd()]).encode()
with socket.socket(socket.AF_UNIX) as connection:
    connection.connect(server)
    socket.send_fds(connection, [len(call).to_bytes(4, "big")], [0, 1, 2])
    connection.sendall(call)
    code = connection.recv(4)
last_words()
sys.exit(int.from_bytes(code, "big") if code else "the AWS CLI did not answer")
"""


def write_command(path: Path, home: Path, server: Path) -> None:
    """An `aws` for somebody whose notes (calls, fakes, kill_at) are in `home`."""
    public = str(Path(__file__).resolve().parents[1])
    command = _COMMAND.format(python=sys.executable, home=str(home), server=str(server), public=public)
    path.write_text(command)
    path.chmod(0o700)


@contextmanager
def running_aws_cli(directory: Path) -> Iterator[Path]:
    """The server, for as long as the block lasts; yields its socket."""
    path = directory / "aws-cli"
    process = subprocess.Popen([sys.executable, __file__, str(path)], start_new_session=True)
    give_up_at = time.monotonic() + _START_SECONDS
    while not path.exists():
        if process.poll() is not None or time.monotonic() > give_up_at:
            raise RuntimeError("the AWS CLI cannot be imported")
        time.sleep(0.02)
    try:
        yield path
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def _serve(path: str) -> None:
    import awscli.clidriver  # type: ignore[import-not-found, import-untyped, unused-ignore]

    _warm_up(awscli.clidriver.main)
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(f"{path}.new")
        server.listen(16)
        Path(f"{path}.new").rename(path)
        while True:
            connection, _ = server.accept()
            if os.fork() == 0:
                server.close()
                os._exit(_answer(connection, awscli.clidriver.main))
            connection.close()


def _warm_up(main: Callable[[], int]) -> None:
    """Read the descriptions of the services once, not once a call: parsing them is half of what a call costs."""
    loader: Any = importlib.import_module("botocore.loaders").JSONFileLoader
    loader.load_file = functools.partialmethod(_read_once, loader.load_file, {})
    os.environ.update(AWS_ACCESS_KEY_ID="x", AWS_SECRET_ACCESS_KEY="x", AWS_DEFAULT_REGION="us-east-1")
    os.environ.update(AWS_MAX_ATTEMPTS="1")
    with Path(os.devnull).open("w") as nowhere, contextlib.redirect_stderr(nowhere):
        for call in _CALLS:
            sys.argv = ["aws", *call.split(), "--endpoint-url", "http://127.0.0.1:9"]
            main()
    gc.freeze()
    gc.disable()


def _read_once(self: object, read: Callable[[object, str], object], kept: dict[str, object], path: str) -> object:
    if path not in kept:
        kept[path] = read(self, path)
    return kept[path]


def _answer(connection: socket.socket, main: Callable[[], int]) -> int:
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    size, descriptors, _, _ = socket.recv_fds(connection, 4, 3)
    arguments, environment, directory = json.loads(_received(connection, int.from_bytes(size, "big")))
    for ours, theirs in enumerate(descriptors):
        os.dup2(theirs, ours)
    own_data = {"AWS_DATA_PATH": os.environ["AWS_DATA_PATH"]}  # set by awscli when it is imported
    os.environ.clear()
    os.environ.update(environment | own_data)
    os.chdir(directory)
    sys.argv = ["aws", *arguments]
    code = 255
    try:
        code = int(main() or 0)
    except SystemExit as leaving:
        code = leaving.code if isinstance(leaving.code, int) else 255
    finally:
        with contextlib.suppress(OSError):
            sys.stdout.flush()
            sys.stderr.flush()
            connection.sendall((code & 0xFF).to_bytes(4, "big"))
    return 0


def _received(connection: socket.socket, size: int) -> bytes:
    content = b""
    while len(content) < size:
        content += connection.recv(min(size - len(content), _LONGEST_CALL))
    return content


if __name__ == "__main__":
    _serve(sys.argv[1])
