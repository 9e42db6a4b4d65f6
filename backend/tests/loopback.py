"""A threaded HTTP server on 127.0.0.1 that always comes down, whatever its clients are still waiting for."""

import socket
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

_JOIN_SECONDS = 2.0


class LoopbackServer(ThreadingHTTPServer):
    """Serves from its own thread from the start; handlers that wait must wait on `closing`."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, handler: type[BaseHTTPRequestHandler], port: int = 0) -> None:
        self.closing = threading.Event()
        self._connections: set[socket.socket] = set()
        self._handlers: list[threading.Thread] = []
        self._lock = threading.Lock()
        super().__init__(("127.0.0.1", port), handler)
        self._acceptor = threading.Thread(target=self.serve_forever, args=(0.02,), daemon=True)
        self._acceptor.start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"

    def process_request(self, request: socket.socket, client_address: tuple[str, int]) -> None:  # type: ignore[override]
        """Keep the connection and its thread, so that `close` can end both."""
        arguments = (request, client_address)
        thread = threading.Thread(target=self.process_request_thread, args=arguments, daemon=True)
        with self._lock:
            self._connections.add(request)
            self._handlers = [each for each in self._handlers if each.is_alive()] + [thread]
            thread.start()

    def shutdown_request(self, request: socket.socket) -> None:  # type: ignore[override]
        with self._lock:
            self._connections.discard(request)
        super().shutdown_request(request)

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that gave up is what many tests are about; anything else is a bug of the stand-in."""
        if not isinstance(sys.exc_info()[1], OSError):
            super().handle_error(request, client_address)  # type: ignore[arg-type]

    def close(self) -> None:
        self.closing.set()
        self.shutdown()
        self._acceptor.join(_JOIN_SECONDS)
        with self._lock:
            for connection in self._connections:
                _hang_up(connection)
            handlers = list(self._handlers)
        for thread in handlers:
            thread.join(_JOIN_SECONDS)
        self.server_close()


def _hang_up(connection: socket.socket) -> None:
    try:
        connection.shutdown(socket.SHUT_RDWR)
    except OSError:
        return  # the client was quicker
