"""The pages as a host of the operator's serves them: from another origin, with the API's address and strict headers."""

import re
from http.server import BaseHTTPRequestHandler
from typing import cast

import yaml

from local_aws import BACKEND
from loopback import LoopbackServer
from web_files import content_type, served_files, with_address


def content_security_policy(api_url: str) -> str:
    """The policy of the template (infra/web.yaml), for this API."""
    template = (BACKEND / "infra" / "web.yaml").read_text(encoding="utf-8")
    found = yaml.load(re.sub(r"!(\w+)", "", template), yaml.SafeLoader)
    headers = found["Resources"]["Headers"]["Properties"]["ResponseHeadersPolicyConfig"]["SecurityHeadersConfig"]
    policy: str = headers["ContentSecurityPolicy"]["ContentSecurityPolicy"]
    return policy.replace("${ApiUrl}", api_url)


def serve_pages(api_url: str, phone: str = "") -> LoopbackServer:
    """A server for the pages; its origin has to be among ALLOWED_ORIGINS."""
    attributes = {"api_url": api_url, "phone": phone, "policy": content_security_policy(api_url)}
    return LoopbackServer(cast(type[BaseHTTPRequestHandler], type("_Handler", (_Handler,), attributes)))


class _Handler(BaseHTTPRequestHandler):
    api_url: str
    phone: str
    policy: str
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        name = self.path.partition("?")[0].lstrip("/") or "book.html"
        path = next((path for path in served_files() if path.name == name), None)
        text = path.read_text(encoding="utf-8") if path else ""
        content = (with_address(text, self.api_url, self.phone) if name.endswith(".html") and path else text).encode()
        self.send_response(200 if path else 404)
        self.send_header("Content-Type", content_type(name) if path else "text/plain")
        self.send_header("Content-Security-Policy", self.policy)
        self.send_header("X-Content-Type-Options", "nosniff")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_arguments: object) -> None:
        """Silent."""
