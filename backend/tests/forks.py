"""Programs without their start-up: what they need is imported once, by a server, and each run is a fork of that.

A run is asked for over the server's socket: four bytes, which bring the caller's standard input, output and error
along, tell the length of what follows, the arguments, the environment and the directory as `marshal` writes them. What
comes back is the exit status, four bytes, negative when a signal ended it.
"""

import contextlib
import gc
import marshal
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

Main = Callable[[], int | None]

_LONGEST_MESSAGE = 1 << 20
_START_SECONDS = 30.0
_KILLED = signal.SIGKILL.value


# --- who asks -----------------------------------------------------------------------------------------------


@contextmanager
def running_server(program: Path, socket_path: Path) -> Iterator[Path]:
    """`python PROGRAM SOCKET`, which has to end in `serve`, for as long as the block lasts; yields its socket."""
    process = subprocess.Popen([sys.executable, str(program), str(socket_path)], start_new_session=True)
    give_up_at = time.monotonic() + _START_SECONDS
    try:
        while not socket_path.exists():
            if process.poll() is not None or time.monotonic() > give_up_at:
                raise RuntimeError(f"{program.name} did not come to serve")
            time.sleep(0.02)
        yield socket_path
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, _KILLED)
        process.wait()


def begin(
    server: Path, arguments: Sequence[str], environment: Mapping[str, str], files: Sequence[IO[Any]]
) -> socket.socket:
    """Start a run with these standard input, output and error; `end` waits for it."""
    message = marshal.dumps([list(arguments), dict(environment), str(Path.cwd())])
    connection = socket.socket(socket.AF_UNIX)
    connection.connect(str(server))
    socket.send_fds(connection, [len(message).to_bytes(4, "big")], [file.fileno() for file in files])
    connection.sendall(message)
    return connection


def end(connection: socket.socket, timeout_seconds: float) -> int:
    """The exit status of a run, -15 when SIGTERM ended it. Raises TimeoutError."""
    with connection:
        connection.settimeout(timeout_seconds)
        return int.from_bytes(_received(connection, 4), "big", signed=True)


# --- who answers --------------------------------------------------------------------------------------------


def serve(socket_path: str, main: Main, kept: Sequence[str] = ()) -> None:
    """Run `main` in a fork for whoever asks, for ever. Of this environment only the variables in `kept` reach it."""
    gc.freeze()
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(f"{socket_path}.new")
        server.listen(64)
        Path(f"{socket_path}.new").rename(socket_path)
        while True:
            connection, _ = server.accept()
            if os.fork() == 0:
                server.close()
                _attend(connection, main, kept)
            connection.close()


def _attend(connection: socket.socket, main: Main, kept: Sequence[str]) -> None:
    """Another fork runs it, so that however it ends there is somebody to say so."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    size, descriptors, _, _ = socket.recv_fds(connection, 4, 3)
    arguments, environment, directory = marshal.loads(_received(connection, int.from_bytes(size, "big")))
    runner = os.fork()
    if runner == 0:
        connection.close()
        for standard, given in enumerate(descriptors):
            os.dup2(given, standard)
            os.close(given)
        mine = {name: os.environ[name] for name in kept}
        os.environ.clear()
        os.environ.update(environment | mine)
        os.chdir(directory)
        sys.argv[1:] = arguments
        os._exit(_status_of(main))
    _, status = os.waitpid(runner, 0)
    connection.sendall(os.waitstatus_to_exitcode(status).to_bytes(4, "big", signed=True))
    os._exit(0)


def _status_of(main: Main) -> int:
    """What `main` means by its answer or SystemExit. Any other exception ends the process, as a script's."""
    try:
        code = main() or 0
    except SystemExit as leaving:
        code = leaving.code if isinstance(leaving.code, int) else 255
    with contextlib.suppress(OSError):
        sys.stdout.flush()
        sys.stderr.flush()
    return code & 0xFF


def _received(connection: socket.socket, size: int) -> bytes:
    content = b""
    while len(content) < size:
        received = connection.recv(min(size - len(content), _LONGEST_MESSAGE))
        if not received:
            raise ConnectionError("the server of forks is gone")
        content += received
    return content
