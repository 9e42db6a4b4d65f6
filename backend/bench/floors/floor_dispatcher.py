"""The least that a dispatcher's start can cost: the three SDKs imported, their clients made, and no word of ours."""

from typing import Any

import boto3
from botocore.config import Config
from openai import OpenAI
from twilio.request_validator import RequestValidator
from twilio.twiml.messaging_response import MessagingResponse

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
model = OpenAI(api_key="none", base_url="https://api.openai.com/v1", max_retries=0)
validator = RequestValidator("none")


def handler(_event: dict[str, Any], _context: object) -> dict[str, Any]:
    """An answer as short as one can be."""
    return {"statusCode": 200, "headers": {"Content-Type": "text/xml"}, "body": str(MessagingResponse())}
