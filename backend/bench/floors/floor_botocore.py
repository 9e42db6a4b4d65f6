"""The same client made by botocore's session alone: what boto3 itself costs on top is not in it."""

from typing import Any

import botocore.session
from botocore.config import Config

dynamodb = botocore.session.get_session().create_client(
    "dynamodb",
    region_name="us-east-1",
    config=Config(
        connect_timeout=0.8,
        read_timeout=1.5,
        retries={"total_max_attempts": 1},
        max_pool_connections=32,
        tcp_keepalive=True,
    ),
)


def handler(_event: dict[str, Any], _context: object) -> dict[str, Any]:
    """An answer as short as one can be."""
    return {"statusCode": 200, "headers": {"Content-Type": "application/json"}, "body": "{}"}
