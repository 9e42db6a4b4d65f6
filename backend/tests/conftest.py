"""Fixtures: one local AWS, fresh tables and a scripted model for each test, no way to the real ones."""

import importlib
import json
import os
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import hypothesis
import pytest

import shop as shop_facts
from aws_cli import running_aws_cli
from clock import MONDAY_MORNING, Clock, install
from dynamodb_local import running_dynamodb_local
from fake_twilio import FakeTwilio
from fresh_tables import fresh_tables, use
from gateway_events import LambdaContext
from local_aws import LocalAws, Tables, running_local_aws
from operators import MODEL, Operator, Run, new_operator
from processes import Processes, running_processes
from scripted_model import ScriptedModel
from shop import Shop

SetShop = Callable[..., Shop]

_SETTINGS_OF_THE_MACHINE = ("AWS_", "OPENAI_", "TWILIO_", "DYNAMODB_")
_SETTINGS = {
    *("REPAIRS_LEAD_LOG_TABLE", "BRANDON_STATE_LOG_TABLE", "ALLOWED_ORIGINS", "ADMIN_API_TOKEN"),
    *("REPLY_BUDGET_SECONDS", "OWNER_PHONE_NUMBER", "OWNER_PIN", "PUBLIC_BASE_URL"),
}

# Examples go over HTTP to the local AWS: how long one takes says nothing about the code.
hypothesis.settings.register_profile("over-http", deadline=None)
hypothesis.settings.load_profile("over-http")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Files with slow tests come first: a worker that begins one last would be waited for."""
    slow = Counter(item.path for item in items if item.get_closest_marker("slow"))
    items.sort(key=lambda item: -slow[item.path])


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """No setting and no key of the machine reaches a test; loopback is not asked of a proxy."""
    for name in list(os.environ):
        if name in _SETTINGS or name.startswith(_SETTINGS_OF_THE_MACHINE):
            monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.setenv(name, "127.0.0.1,localhost")


@pytest.fixture(scope="session")
def local_aws(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalAws]:
    with running_local_aws(tmp_path_factory.mktemp("local-aws")) as running:
        yield running


@pytest.fixture
def tables(local_aws: LocalAws, clean_environment: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[Tables]:
    """Two empty tables, and every setting but the model's in the environment."""
    with fresh_tables(local_aws) as fresh:
        use(fresh, monkeypatch)
        yield fresh


@pytest.fixture(scope="session")
def processes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Processes]:
    """Handlers in processes of their own."""
    with running_processes(tmp_path_factory.mktemp("processes")) as running:
        yield running


@pytest.fixture
def model(clean_environment: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[ScriptedModel]:
    """A scripted model in the place of OpenAI; the test fails when it was not used as scripted."""
    scripted = ScriptedModel().start()
    for name, value in scripted.environment().items():
        monkeypatch.setenv(name, value)
    try:
        yield scripted
    finally:
        scripted.close()
    scripted.assert_all_used()


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """The product's clock, standing just before 10 AM on a Monday, when the shop is open."""
    for handler in ("dispatcher", "scheduler", "state_manager"):
        importlib.import_module(handler)
    standing = Clock(MONDAY_MORNING)
    install(monkeypatch, standing)
    return standing


@pytest.fixture
def twilio(clock: Clock, monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeTwilio]:
    """Twilio's messages: what the schedule sends arrives here."""
    fake = FakeTwilio(now=lambda: clock.now).start()
    monkeypatch.setattr(importlib.import_module("carrier"), "http_client", fake.http_client)
    try:
        yield fake
    finally:
        fake.close()
    assert fake.unexpected == []


@pytest.fixture
def set_shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[SetShop]:
    """Put another shop.json in the place of the real one: its facts, changed as given; limits one by one."""

    def change(limits: dict[str, int] | None = None, **facts: Any) -> Shop:
        written = json.loads((Path(shop_facts.__file__).with_name("shop.json")).read_text(encoding="utf-8"))
        written |= facts
        written["limits"] |= limits or {}
        path = tmp_path / "shop.json"
        path.write_text(json.dumps(written))
        monkeypatch.setattr(shop_facts, "SHOP_FILE", path)
        shop_facts.load_shop.cache_clear()
        return shop_facts.load_shop()

    yield change
    shop_facts.load_shop.cache_clear()


@pytest.fixture
def lambda_context() -> LambdaContext:
    return LambdaContext()


@pytest.fixture(scope="session")
def dynamodb_local(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalAws]:
    """Knows DynamoDB and nothing else."""
    with running_dynamodb_local(tmp_path_factory.mktemp("dynamodb-local")) as running:
        yield running


# --- deployments --------------------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def aws_cli(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    with running_aws_cli(tmp_path_factory.mktemp("aws-cli")) as server:
        yield server


@pytest.fixture
def operator(local_aws: LocalAws, aws_cli: Path, tmp_path: Path) -> Operator:
    return new_operator(local_aws, tmp_path / "operator", aws_cli)


@pytest.fixture(scope="session")
def deployed(local_aws: LocalAws, aws_cli: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Operator, Run]:
    """A deployment with --provision, and how its first run went. Whoever changes it puts it back."""
    operator = new_operator(local_aws, tmp_path_factory.mktemp("deployed") / "operator", aws_cli)
    run = operator.deploy("--provision", settings=MODEL)
    assert run.code == 0, run.err
    return operator, run
