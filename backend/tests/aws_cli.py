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

# Of the standard library only what is there at once: importing `json` takes longer than the rest.
# Notes its arguments; a file it is given must be private, but for what is public in the repository. `fakes` names calls
# that are answered from there, all of them or the nth ones; `kill_at` names the call, and which of them, after which
# the process group gets which signal.
_COMMAND = """#!{python} -IS
import _socket, marshal, os, sys
home, server, public = {home!r}, {server!r}, {public!r}
with open(home + "/calls", "a") as log:
    print(repr(sys.argv[1:]), file=log)
for word in sys.argv[1:]:
    if word.startswith("file://") or word.startswith("fileb://"):
        path = word.partition("://")[2]
        if os.stat(path).st_mode & 0o077 and not path.startswith(public):
            sys.exit("others can read " + path)
def last_words():
    if os.path.exists(home + "/kill_at"):
        call, nth, signal = open(home + "/kill_at").read().split("\\n")
        if " ".join(sys.argv[1:3]) == call and count(call) == int(nth):
            os.kill(0, int(signal))
def count(call):
    return sum(" ".join(eval(line)[:2]) == call for line in open(home + "/calls"))
if os.path.exists(home + "/fakes"):
    call = " ".join(sys.argv[1:3])
    fake = eval(open(home + "/fakes").read()).get(call)
    if fake and (not fake["nth"] or count(call) in fake["nth"]):
        sys.stdout.write(fake["out"])
        sys.stderr.write(fake["err"])
        sys.exit(fake["code"])
connection = _socket.socket(_socket.AF_UNIX)
connection.connect(server)
call = marshal.dumps([sys.argv[1:], dict(os.environ), os.getcwd()])
standard = b"".join(number.to_bytes(4, sys.byteorder) for number in range(3))
connection.sendmsg([len(call).to_bytes(4, "big")], [(_socket.SOL_SOCKET, _socket.SCM_RIGHTS, standard)])
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


def _ready_driver() -> Any:
    """The CLI as it is about to read its arguments, with the descriptions of the services read once for all calls: they
    are most of what one costs. Of the environment it knows nothing yet; configuration files are not read.
    """
    clidriver: Any = importlib.import_module("awscli.clidriver")
    loader: Any = importlib.import_module("botocore.loaders").Loader
    loader.__init__ = functools.partialmethod(_sharing_cache, loader.__init__, {})
    os.environ["AWS_CONFIG_FILE"] = os.environ["AWS_SHARED_CREDENTIALS_FILE"] = os.devnull
    _call_each_service(clidriver.create_clidriver)
    return clidriver.create_clidriver()


def _sharing_cache(
    self: Any, initialize: Callable[..., None], cache: dict[Any, Any], *arguments: Any, **named: Any
) -> None:
    initialize(self, *arguments, **named)
    self._cache = cache


def _call_each_service(create: Callable[[], Any]) -> None:
    """Where nothing answers."""
    os.environ.update(AWS_ACCESS_KEY_ID="x", AWS_SECRET_ACCESS_KEY="x", AWS_DEFAULT_REGION="us-east-1")
    os.environ.update(AWS_MAX_ATTEMPTS="1")
    with Path(os.devnull).open("w") as nowhere, contextlib.redirect_stderr(nowhere):
        for call in _CALLS:
            create().main([*call.split(), "--endpoint-url", "http://127.0.0.1:9"])


if __name__ == "__main__":
    driver = _ready_driver()
    gc.disable()
    forks.serve(sys.argv[1], driver.main, kept=["AWS_DATA_PATH"])  # set by awscli when it is imported
