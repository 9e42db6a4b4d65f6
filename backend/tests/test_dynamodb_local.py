"""DynamoDB Local as the tests run it: nobody else reaches it."""

import re
from pathlib import Path

import pytest

from local_aws import LocalAws

pytestmark = pytest.mark.dynamodb_local

_LISTENING = "0A"


def test_dynamodb_local_listens_in_a_network_that_leads_nowhere(dynamodb_local: LocalAws) -> None:
    theirs = Path(f"/proc/{dynamodb_local.pid}")
    assert (theirs / "ns" / "net").readlink() != Path("/proc/self/ns/net").readlink()
    assert re.findall(r"^ *(\S+):", (theirs / "net" / "dev").read_text(), re.MULTILINE) == ["lo"]
    assert 8000 in {port for _address, port in _listening(theirs)}
    # On this side there is the way in, and it is on loopback.
    ours = [address for address, port in _listening(Path("/proc/self")) if port == dynamodb_local.port]
    assert ours == ["0100007F"]


def test_dynamodb_local_keeps_items_and_says_what_a_call_consumes(dynamodb_local: LocalAws) -> None:
    client, table = dynamodb_local.tables_client(), {"TableName": "a-table"}
    client.create_table(
        **table,
        BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[{"AttributeName": "key", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "key", "KeyType": "HASH"}],
    )
    written = client.put_item(**table, Item={"key": "1", "words": "x" * 3000}, ReturnConsumedCapacity="TOTAL")
    read = client.get_item(**table, Key={"key": "1"}, ConsistentRead=True, ReturnConsumedCapacity="TOTAL")
    assert read["Item"]["words"] == "x" * 3000
    units = [answer["ConsumedCapacity"]["CapacityUnits"] for answer in (written, read)]
    assert units == [3.0, 1.0]
    client.delete_table(**table)


def _listening(process: Path) -> list[tuple[str, int]]:
    """Address (hex, as the kernel writes it) and port of the TCP sockets that listen in the network of a process."""
    lines = [line.split() for name in ("tcp", "tcp6") for line in (process / "net" / name).read_text().splitlines()[1:]]
    local = [fields[1].split(":") for fields in lines if fields[3] == _LISTENING]
    return [(address, int(port, 16)) for address, port in local]
