"""The dispatcher on the local AWS, as it is deployed: its zip, behind the HTTP gateway."""

from pathlib import Path
from typing import Any

from gateway_events import AUTH_TOKEN, OWNER_NUMBER, SHOP_NUMBER
from local_aws import LocalAws, Tables
from scripted_model import ScriptedModel
from webhook import Session

_NAME = "bench-dispatcher"
_ROLE = "arn:aws:iam::000000000000:role/bench"


def deploy(aws: LocalAws, tables: Tables, model: ScriptedModel, zip_path: Path, runtime: str) -> Session:
    """Deploy it once; the answer is where to text it."""
    settings = {name: value for name, value in tables.settings.items() if not name.startswith("AWS_")}
    del settings["PUBLIC_BASE_URL"]  # signed is the gateway's own address
    variables = {**settings, **model.environment(), "AWS_ENDPOINT_URL": aws.endpoint_url}
    function = aws.client("lambda").create_function(
        FunctionName=_NAME,
        Runtime=runtime,
        Role=_ROLE,
        Handler="dispatcher.handler",
        Code={"ZipFile": zip_path.read_bytes()},
        Timeout=20,
        MemorySize=1024,
        Environment={"Variables": variables},
    )
    api_id = _gateway(aws.client("apigatewayv2"), function["FunctionArn"])
    return Session(
        api_url=f"http://{api_id}.execute-api.localhost:{aws.port}",
        twilio_auth_token=AUTH_TOKEN,
        phone_number=SHOP_NUMBER,
        owner_number=OWNER_NUMBER,
        endpoint_url=aws.endpoint_url,
        lead_table=tables.repairs_lead_log,
    )


def _gateway(client: Any, function_arn: str) -> str:
    api_id = str(client.create_api(Name=_NAME, ProtocolType="HTTP")["ApiId"])
    integration = client.create_integration(
        ApiId=api_id, IntegrationType="AWS_PROXY", IntegrationUri=function_arn, PayloadFormatVersion="2.0"
    )
    target = f"integrations/{integration['IntegrationId']}"
    client.create_route(ApiId=api_id, RouteKey="POST /twilio/sms", Target=target)
    client.create_stage(ApiId=api_id, StageName="$default", AutoDeploy=True)
    return api_id
