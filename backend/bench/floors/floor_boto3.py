"""The least that a start with boto3 can cost: a client of DynamoDB as we make it, and no word of ours."""

from typing import Any

import boto3
from botocore.config import Config

dynamodb = boto3.client(
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
