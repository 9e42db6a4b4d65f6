"""Pairs of tables on any engine, and how the product is pointed at them."""

import uuid
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

import gateway_events
from local_aws import REGION, LocalAws, Tables, create_tables


@contextmanager
def fresh_tables(aws: LocalAws) -> Iterator[Tables]:
    """Two empty tables, gone afterwards, with every setting but the model's."""
    leads, state = f"leads-{uuid.uuid4().hex}", f"state-{uuid.uuid4().hex}"
    names = {"REPAIRS_LEAD_LOG_TABLE": leads, "BRANDON_STATE_LOG_TABLE": state}
    client = aws.tables_client()
    create_tables(client, leads, state)
    try:
        yield Tables(leads, state, settings=aws.environment() | _shop_settings() | names, client=client)
    finally:
        for name in (leads, state):
            client.delete_table(TableName=name)


def use(tables: Tables, monkeypatch: pytest.MonkeyPatch) -> None:
    """Point the product at these tables."""
    for name, value in tables.settings.items():
        monkeypatch.setenv(name, value)


def _shop_settings() -> dict[str, str]:
    return {
        "DYNAMODB_REGION": REGION,
        "ADMIN_API_TOKEN": gateway_events.ADMIN_TOKEN,
        "ALLOWED_ORIGINS": gateway_events.ALLOWED_ORIGIN,
        "TWILIO_ACCOUNT_SID": gateway_events.ACCOUNT_SID,
        "TWILIO_AUTH_TOKEN": gateway_events.AUTH_TOKEN,
        "TWILIO_PHONE_NUMBER": gateway_events.SHOP_NUMBER,
        "OWNER_PHONE_NUMBER": gateway_events.OWNER_NUMBER,
        "PUBLIC_BASE_URL": gateway_events.PUBLIC_BASE_URL,
    }
