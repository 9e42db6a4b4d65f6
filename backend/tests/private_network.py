"""A server in a network of its own: whatever addresses it listens on, nothing but a Unix socket leads to it.

    unshare --net python private_network.py SOCKET PORT COMMAND...

runs the command there, pipes what comes in at SOCKET to PORT on the network's own loopback, and ends the command with
its standard input, so that nothing is left behind when the tests are killed. `forward` is the way in from outside.
"""

import contextlib
import fcntl
import socket
import struct
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

_SET_INTERFACE_FLAGS = 0x8914  # SIOCSIFFLAGS of Linux
_INTERFACE_UP = 1
_CHUNK_BYTES = 65536


@contextlib.contextmanager
def forward(path: Path) -> Iterator[int]:
    """A port on 127.0.0.1 whose connections end at the Unix socket."""
    with socket.create_server(("127.0.0.1", 0), backlog=128) as listener:
        _serve(listener, lambda: _unix_connection(path))
        try:
            yield int(listener.getsockname()[1])
        finally:
            listener.shutdown(socket.SHUT_RDWR)  # wakes the thread that accepts


def main() -> None:
    path, port, *command = sys.argv[1:]
    _bring_loopback_up()
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(path)
        listener.listen(128)
        server = subprocess.Popen(command, stdin=subprocess.DEVNULL)
        _serve(listener, lambda: socket.create_connection(("127.0.0.1", int(port))))
        threading.Thread(target=_end_with_input, args=(server,), daemon=True).start()
        sys.exit(server.wait())


def _bring_loopback_up() -> None:
    """A new network has only `lo`, and that is down."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        fcntl.ioctl(any_socket, _SET_INTERFACE_FLAGS, struct.pack("16sh22x", b"lo", _INTERFACE_UP))


def _end_with_input(server: subprocess.Popen[bytes]) -> None:
    sys.stdin.buffer.read()
    server.terminate()


def _unix_connection(path: Path) -> socket.socket:
    connection = socket.socket(socket.AF_UNIX)
    try:
        connection.connect(str(path))
    except OSError:
        connection.close()
        raise
    return connection


def _serve(listener: socket.socket, connect: Callable[[], socket.socket]) -> None:
    threading.Thread(target=_accept, args=(listener, connect), daemon=True).start()


def _accept(listener: socket.socket, connect: Callable[[], socket.socket]) -> None:
    while True:
        try:
            near = listener.accept()[0]
        except OSError:
            return  # closed: the server is no longer wanted
        try:
            far = connect()
        except OSError:
            near.close()  # not up yet, or gone: the caller sees it hang up
            continue
        _join(near, far)


def _join(near: socket.socket, far: socket.socket) -> None:
    ends = [threading.Thread(target=_pipe, args=pair, daemon=True) for pair in ((near, far), (far, near))]
    for each in (near, far):
        if each.family == socket.AF_INET:
            each.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    for end in ends:
        end.start()
    threading.Thread(target=_close_after, args=(ends, near, far), daemon=True).start()


def _pipe(source: socket.socket, sink: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while chunk := source.recv(_CHUNK_BYTES):
            sink.sendall(chunk)
    with contextlib.suppress(OSError):
        sink.shutdown(socket.SHUT_WR)


def _close_after(ends: list[threading.Thread], *connections: socket.socket) -> None:
    for end in ends:
        end.join()
    for connection in connections:
        connection.close()


if __name__ == "__main__":
    main()
