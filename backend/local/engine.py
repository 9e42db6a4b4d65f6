"""Small questions about the local AWS: a free port for it, and whether it is up.

engine.py port              print a port of 127.0.0.1 that nothing listens on
engine.py wait PORT PID     return once it answers; fail when the process ends or half a minute has passed
engine.py cors PORT         make it use the CORS configuration that a template gave its APIs
"""

import json
import os
import socket
import sys
import time
import urllib.request

_START_SECONDS = 30.0


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_until_healthy(port: int, pid: int) -> bool:
    deadline = time.monotonic() + _START_SECONDS
    while time.monotonic() < deadline and _is_alive(pid):
        if _is_healthy(port):
            return True
        time.sleep(0.1)
    return False


def use_cors_of_templates(port: int) -> None:
    """ministack 1.5 keeps a template's AllowOrigins, but its gateway looks for allowOrigins: hand it over again."""
    for api in json.loads(_call(port, "GET", "/v2/apis"))["items"]:
        cors = api.get("corsConfiguration") or {}
        renamed = {name[0].lower() + name[1:]: value for name, value in cors.items()}
        if renamed != cors:
            _call(port, "PATCH", f"/v2/apis/{api['apiId']}", {"corsConfiguration": renamed})


def _is_healthy(port: int) -> bool:
    try:
        _call(port, "GET", "/_ministack/health")
    except OSError:
        return False
    return True


def _call(port: int, method: str, path: str, body: object = None) -> bytes:
    direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    content = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(f"http://127.0.0.1:{port}{path}", content, method=method)
    request.add_header("Content-Type", "application/json")
    with direct.open(request, timeout=5) as answer:
        return bytes(answer.read())


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


if __name__ == "__main__":
    if sys.argv[1:] == ["port"]:
        print(free_port())
    elif len(sys.argv) == 4 and sys.argv[1] == "wait":
        sys.exit(not wait_until_healthy(int(sys.argv[2]), int(sys.argv[3])))
    elif len(sys.argv) == 3 and sys.argv[1] == "cors":
        use_cors_of_templates(int(sys.argv[2]))
    else:
        sys.exit(__doc__)
