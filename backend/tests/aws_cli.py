"""The real AWS CLI without its start-up: it is imported once, and each call is a fork of that.

    python aws_cli.py SOCKET

serves them (see forks.py). `write_command` makes the executable that stands for `aws`.
"""

import contextlib
import functools
import gc
import importlib
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import forks

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
sys.exit(int.from_bytes(code, "big", signed=True) if code else "the AWS CLI did not answer")
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
    with forks.running_server(Path(__file__), directory / "aws-cli") as server:
        yield server


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
    gc.disable()


def _read_once(self: object, read: Callable[[object, str], object], kept: dict[str, object], path: str) -> object:
    if path not in kept:
        kept[path] = read(self, path)
    return kept[path]


if __name__ == "__main__":
    import awscli.clidriver  # type: ignore[import-not-found, import-untyped, unused-ignore]

    address = sys.argv[1]
    _warm_up(awscli.clidriver.main)
    forks.serve(address, awscli.clidriver.main, kept=["AWS_DATA_PATH"])  # set by awscli when it is imported
