"""A copy of the tree whose three functions are a few lines that need no package: quick to deploy, easy to break.

They answer the proof of a deployment as LINDA does, and say which edition of them answered. Everything else (scripts,
templates, the modules that the adoption of old leads reads) is the product's own.
"""

import json
import shutil
import urllib.request
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from local_aws import BACKEND

HANDLERS = ("dispatcher", "state_manager", "scheduler")

_COMMON = """
import base64, hashlib, hmac, json, os, urllib.parse, urllib.request

EDITION = "one"

def answer(status, body, kind="application/json"):
    text = body if kind == "text/xml" else json.dumps(body)
    return {"statusCode": status, "headers": {"Content-Type": kind}, "body": text}
"""

_DISPATCHER = """
def handler(event, context):
    if event.get("task"):
        return {"due": 0}
    base = os.environ.get("PUBLIC_BASE_URL") or "https://" + event["requestContext"]["domainName"]
    url = base + event["rawPath"]
    form = dict(urllib.parse.parse_qsl(base64.b64decode(event["body"]).decode(), keep_blank_values=True))
    signed = url + "".join(name + form[name] for name in sorted(form))
    digest = hmac.new(os.environ["TWILIO_AUTH_TOKEN"].encode(), signed.encode(), hashlib.sha1).digest()
    if event["headers"].get("x-twilio-signature") != base64.b64encode(digest).decode():
        return answer(403, {"code": "bad_signature"})
    store(form)
    return answer(200, "<Response/>", "text/xml")

def store(form):
    item = {"lead_id": {"S": "MESSAGE#" + form["From"] + "#" + form["MessageSid"]}, "timestamp": {"N": "0"},
            "answer": {"S": "<Response/>"}}
    body = json.dumps({"TableName": os.environ["REPAIRS_LEAD_LOG_TABLE"], "Item": item}).encode()
    headers = {"X-Amz-Target": "DynamoDB_20120810.PutItem", "Content-Type": "application/x-amz-json-1.0",
               "Authorization": "AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/dynamodb/aws4_request"}
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    opener.open(urllib.request.Request(os.environ["AWS_ENDPOINT_URL"], body, headers), timeout=5).read()
"""

_SCHEDULER = """
def handler(event, context):
    return answer(200, {"slots": [], "edition": EDITION})
"""

_STATE_MANAGER = """
def handler(event, context):
    if event["headers"].get("authorization") != "Bearer " + os.environ["ADMIN_API_TOKEN"]:
        return answer(401, {"code": "unauthorized"})
    return answer(200, {"state_id": "CURRENT"})
"""

_SOURCES = {"dispatcher": _DISPATCHER, "state_manager": _STATE_MANAGER, "scheduler": _SCHEDULER}


@dataclass(frozen=True)
class SmallShop:
    """The copy; `script` deploys it."""

    backend: Path

    @property
    def script(self) -> Path:
        return self.backend / "scripts" / "deploy_lambda.sh"

    def edit(self, handler: str, edition: str, *, before_answering: str = "") -> None:
        """Another edition of a function; `before_answering` is a line of Python put first in its handler."""
        source = (_COMMON + _SOURCES[handler]).replace('"one"', json.dumps(edition))
        start = "def handler(event, context):\n"
        source = source.replace(start, f"{start}    {before_answering or 'pass'}\n")
        (self.backend / "lambda" / f"{handler}.py").write_text(source)


def small_shop(directory: Path) -> SmallShop:
    """Made under `directory`; environments and packages are those of the real tree."""
    shop = SmallShop(copied_tree(directory))
    for handler in HANDLERS:
        shop.edit(handler, "one")
    return shop


def copied_tree(directory: Path) -> Path:
    """The backend of a copy of what is deployed, with the environments and packages of the real one."""
    backend = directory / "backend"
    for name in ("scripts", "infra", "lambda", "schemas"):
        shutil.copytree(BACKEND / name, backend / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copyfile(BACKEND.parent / "requirements.txt", directory / "requirements.txt")
    (backend / ".local").symlink_to(BACKEND / ".local")
    return backend


def edition(api_url: str) -> str:
    """Which edition of the scheduler answers at the public URL; "HTTP ..." when none does."""
    api = urlsplit(api_url)
    url = api._replace(netloc=f"127.0.0.1:{api.port}").geturl() + "/availability"
    request = urllib.request.Request(url, headers={"Host": api.netloc})
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(request, timeout=29) as answer:
            return str(json.loads(answer.read())["edition"])
    except urllib.error.HTTPError as refusal:
        with refusal:
            return f"HTTP {refusal.code}"
