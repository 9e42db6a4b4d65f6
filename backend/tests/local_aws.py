"""The local AWS that tests run on, and one test's own pair of tables in it."""

import functools
import os
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import boto3
from boto3.dynamodb.table import BatchWriter
from botocore.config import Config

REGION = "us-east-1"
BACKEND = Path(__file__).resolve().parents[1]
_START_SECONDS = 30.0
_STOP_SECONDS = 10.0
_HOW_TO_GET_IT = "run backend/scripts/test.sh, which sets it up, or set LINDA_LOCAL_AWS_PYTHON"


@dataclass(frozen=True)
class LocalAws:
    """A running ministack; it knows no credentials and no account but 000000000000."""

    port: int
    directory: Path
    pid: int

    @property
    def endpoint_url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def environment(self) -> dict[str, str]:
        """What makes boto3 and the AWS CLI speak to this AWS and no other, whatever the machine has set."""
        return {
            "AWS_ENDPOINT_URL": self.endpoint_url,
            "AWS_ACCESS_KEY_ID": "test",
            "AWS_SECRET_ACCESS_KEY": "test",
            "AWS_REGION": REGION,
            "AWS_DEFAULT_REGION": REGION,
            "AWS_EC2_METADATA_DISABLED": "true",
            "AWS_CONFIG_FILE": str(self.directory / "no-aws-config"),
            "AWS_SHARED_CREDENTIALS_FILE": str(self.directory / "no-aws-credentials"),
            "NO_PROXY": "127.0.0.1,localhost",
            "no_proxy": "127.0.0.1,localhost",
        }

    def client(self, service: str) -> Any:
        return _make(boto3.client, service, self.endpoint_url)

    def tables_client(self) -> Any:
        """A client of DynamoDB that takes and gives plain values."""
        return _make(boto3.resource, "dynamodb", self.endpoint_url).meta.client


@dataclass(frozen=True)
class Tables:
    """Two fresh tables with the keys of the real ones. Reads see all items, expired ones too."""

    repairs_lead_log: str
    brandon_state_log: str
    settings: Mapping[str, str]
    client: Any

    def leads(self) -> list[dict[str, Any]]:
        return self.items("LEAD-")

    def items(self, prefix: str = "") -> list[dict[str, Any]]:
        """Items of the lead log whose `lead_id` begins with `prefix`, in order of key."""
        found = [item for item in _scan(self.client, self.repairs_lead_log) if item["lead_id"].startswith(prefix)]
        return sorted(found, key=lambda item: (item["lead_id"], item["timestamp"]))

    def state(self) -> dict[str, Any] | None:
        """The stored CURRENT; None when nothing is stored."""
        key = {"TableName": self.brandon_state_log, "Key": {"state_id": "CURRENT"}}
        item = self.client.get_item(**key, ConsistentRead=True).get("Item")
        return None if item is None else _plain(item)

    def put(self, item: Mapping[str, Any]) -> None:
        self.client.put_item(TableName=self.repairs_lead_log, Item=dict(item))

    def delete(self, item: Mapping[str, Any]) -> None:
        """Take an item of the lead table away, as an operator's hand would."""
        key = {"lead_id": item["lead_id"], "timestamp": item["timestamp"]}
        self.client.delete_item(TableName=self.repairs_lead_log, Key=key)

    def put_state(self, item: Mapping[str, Any]) -> None:
        """Store the item as CURRENT; `state_id` need not be in it."""
        self.client.put_item(TableName=self.brandon_state_log, Item={"state_id": "CURRENT", **item})

    def batch_writer(self) -> BatchWriter:
        """Many writes to the lead log in few calls."""
        return BatchWriter(self.repairs_lead_log, self.client)

    def environment(self) -> dict[str, str]:
        """A whole environment for a subprocess that shall see these tables and nothing else."""
        return {"PATH": os.environ.get("PATH", os.defpath), **self.settings}


@contextmanager
def running_local_aws(directory: Path, *, enforces_iam: bool = False) -> Iterator[LocalAws]:
    """Start ministack with its files under `directory`; on leaving it is stopped and has to be gone.

    Enforcing, it asks the policy of whoever calls; the credentials of `environment()` are the account's root then.
    """
    program = _ministack()
    port = free_port()
    log = directory / "ministack.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            [program],
            env=_ministack_environment(port, directory) | {"AUTH": str(enforces_iam).lower()},
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        _wait_until_healthy(process, port, log)
        yield LocalAws(port=port, directory=directory, pid=process.pid)
    finally:
        _stop(process, port)


def create_tables(client: Any, repairs_lead_log: str, brandon_state_log: str) -> None:
    """The keys of the real tables; on demand; without TTL, since reads must not rely on it."""
    _create_table(client, repairs_lead_log, {"lead_id": "S", "timestamp": "N"})
    _create_table(client, brandon_state_log, {"state_id": "S"})


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@functools.cache
def _make(factory: Callable[..., Any], service: str, endpoint_url: str) -> Any:
    return factory(
        service,
        endpoint_url=endpoint_url,
        region_name=REGION,
        aws_access_key_id="test",
        aws_secret_access_key="test",
        config=Config(retries={"total_max_attempts": 2}, proxies={}),
    )


def _ministack() -> Path:
    program = os.environ.get("LINDA_MINISTACK", "")
    python = os.environ.get("LINDA_LOCAL_AWS_PYTHON", "")
    if program:
        path = Path(program)
    elif python:
        path = Path(python).parent / "ministack"
    else:
        path = BACKEND / ".local" / "venv-local-aws" / "bin" / "ministack"
    if not os.access(path, os.X_OK):
        raise RuntimeError(f"no local AWS at {path}: {_HOW_TO_GET_IT}")
    return path


def _ministack_environment(port: int, directory: Path) -> dict[str, str]:
    temporary = directory / "tmp"
    temporary.mkdir(parents=True, exist_ok=True)
    return {
        "PATH": os.environ.get("PATH", os.defpath),
        "HOME": str(directory),
        "TMPDIR": str(temporary),
        "STATE_DIR": str(directory / "state"),
        "BIND_HOST": "127.0.0.1",
        "MINISTACK_HOST": "localhost",
        "GATEWAY_PORT": str(port),
    }


def _wait_until_healthy(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    deadline = time.monotonic() + _START_SECONDS
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise RuntimeError(f"the local AWS ended with {process.returncode}:\n{log.read_text()[-2000:]}")
        if _is_healthy(port):
            return
        time.sleep(0.05)
    raise RuntimeError(f"the local AWS was not ready in {_START_SECONDS:.0f} s:\n{log.read_text()[-2000:]}")


def _is_healthy(port: int) -> bool:
    direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with direct.open(f"http://127.0.0.1:{port}/_ministack/health", timeout=1) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


def _stop(process: subprocess.Popen[bytes], port: int) -> None:
    process.terminate()
    try:
        process.wait(_STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait(_STOP_SECONDS)
    if _is_healthy(port):
        raise RuntimeError(f"something still answers on port {port} after the local AWS was stopped")


def _create_table(client: Any, name: str, keys: Mapping[str, str]) -> None:
    key_types = ("HASH", "RANGE")
    client.create_table(
        TableName=name,
        BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[{"AttributeName": key, "AttributeType": kind} for key, kind in keys.items()],
        KeySchema=[{"AttributeName": key, "KeyType": kind} for key, kind in zip(keys, key_types, strict=False)],
    )


def _scan(client: Any, table: str) -> Iterator[dict[str, Any]]:
    page = client.scan(TableName=table, ConsistentRead=True)
    yield from map(_plain, page["Items"])
    while "LastEvaluatedKey" in page:
        page = client.scan(TableName=table, ConsistentRead=True, ExclusiveStartKey=page["LastEvaluatedKey"])
        yield from map(_plain, page["Items"])


def _plain(value: Any) -> Any:
    """Decimal becomes int where it is whole, float where it is not."""
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_plain(item) for item in value]
    return value
