"""Each function under its own role, on a local AWS that enforces it: all that it does works, and no more is allowed."""

import io
import json
import re
import urllib.error
import urllib.request
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from clock import open_day
from gateway_events import ADMIN_TOKEN, AUTH_TOKEN, CUSTOMER_NUMBER, OWNER_NUMBER, SHOP_NUMBER
from local_aws import LocalAws, running_local_aws
from operators import FUNCTIONS, Operator, new_operator
from small_shop import copied_tree
from text_linda import send_text
from webhook import Session

pytestmark = pytest.mark.slow

# A function with somebody's role: does what it is told, answers "allowed" or the error's code.
PROBE = """
import boto3, os
def handler(event, context):
    client = boto3.client(event["service"], region_name="us-east-1", endpoint_url=os.environ["AWS_ENDPOINT_URL"])
    try:
        getattr(client, event["operation"])(**event["parameters"])
    except client.exceptions.ClientError as refused:
        return refused.response["Error"]["Code"]
    return "allowed"
"""
LEAD_KEY = {"lead_id": {"S": "X"}, "timestamp": {"N": "0"}}
STATE_KEY = {"state_id": {"S": "CURRENT"}}
OF_A_DAY = {"KeyConditionExpression": "lead_id = :id", "ExpressionAttributeValues": {":id": {"S": "X"}}}


@dataclass(frozen=True)
class House:
    """A whole deployment under enforced policies."""

    operator: Operator
    url: str

    @property
    def aws(self) -> LocalAws:
        return self.operator.aws

    @property
    def leads(self) -> str:
        return f"{self.operator.prefix}-leads"

    @property
    def state(self) -> str:
        return f"{self.operator.prefix}-state"

    def text(self, words: str, sender: str = CUSTOMER_NUMBER) -> str:
        """What LINDA says to the sender."""
        session = Session(self.url, AUTH_TOKEN, SHOP_NUMBER, OWNER_NUMBER, self.aws.endpoint_url, self.leads)
        return "\n".join(
            answer.body for answer in send_text(session, sender, SHOP_NUMBER, words) if answer.to == sender
        )

    def send(self, method: str, path: str, body: object = None, *, as_admin: bool = True) -> tuple[int, Any]:
        api = urlsplit(self.url)
        headers = {"Host": api.netloc, "Content-Type": "application/json"}
        if as_admin:
            headers["Authorization"] = f"Bearer {ADMIN_TOKEN}"
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(f"http://127.0.0.1:{api.port}{path}", data, headers, method=method)
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        try:
            with opener.open(request, timeout=29) as answer:
                return answer.status, json.loads(answer.read())
        except urllib.error.HTTPError as refusal:
            with refusal:
                return refusal.code, json.loads(refusal.read())


@pytest.fixture(scope="module")
def house(aws_cli: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    directory = tmp_path_factory.mktemp("enforcing-aws")
    with running_local_aws(directory, enforces_iam=True) as aws:
        operator = new_operator(aws, directory / "operator", aws_cli)
        run = operator.deploy("--provision", settings={"OWNER_PHONE_NUMBER": OWNER_NUMBER})
        assert run.code == 0, run.err
        yield House(operator, re.findall("^API_URL=(.*)$", run.out, re.MULTILINE)[0])


# --- what they do works --------------------------------------------------------------------------------------


def test_dispatcher_books_moves_forgets_and_writes_the_owners_mode(house: House) -> None:
    assert re.search(r"^1[.):]", house.text("My iPhone 14 screen is cracked"), re.MULTILINE)
    assert "booked" in house.text("1").lower()
    assert re.search(r"^1[.):]", house.text("MOVE"), re.MULTILINE)
    assert "moved" in house.text("2").lower()
    assert "gym" in house.text("gym", OWNER_NUMBER).lower()
    assert house.send("GET", "/state")[1]["mode"] == "gym"
    assert house.text("agenda", OWNER_NUMBER)
    assert "work" in house.text("work", OWNER_NUMBER).lower()
    assert re.search(r"^1[.):]", house.text("DROP"), re.MULTILINE)
    assert "dropped" in house.text("1").lower()
    assert house.text("forget me")
    assert _errors(house, "dispatcher") == []


def test_schedule_reads_the_outbox(house: House) -> None:
    name = f"{house.operator.prefix}-dispatcher"
    answer = house.aws.client("lambda").invoke(FunctionName=name, Qualifier="live", Payload=b'{"task": "send-outbox"}')
    assert "FunctionError" not in answer
    assert "due" in json.loads(answer["Payload"].read())


def test_scheduler_books_shows_moves_and_drops(house: House) -> None:
    day, other = open_day(5).isoformat(), open_day(6).isoformat()
    form = {"phone": "904-555-0142", "date": day, "time": "2pm", "repair_type": "screen", "device": "iPhone 14"}
    status, booked = house.send("POST", "/bookings", form, as_admin=False)
    assert status == 201, booked
    path = f"/bookings/{booked['lead_id']}"
    assert house.send("POST", "/bookings", form | {"phone": "904-555-0143"}, as_admin=False)[0] == 409
    assert [lead["lead_id"] for lead in house.send("GET", f"/bookings?date={day}")[1]["bookings"]] == [
        booked["lead_id"]
    ]
    assert house.send("PATCH", path, {"date": other, "time": "9am", "notes": "front door"})[0] == 200
    assert house.send("GET", path)[1]["date"] == other
    assert house.send("DELETE", path)[0] == 200
    assert _errors(house, "scheduler") == []


def test_state_manager_writes_reads_and_resets_and_names_conflicts(house: House) -> None:
    day = open_day(7).isoformat()
    form = {"phone": "904-555-0144", "date": day, "time": "2pm", "repair_type": "battery"}
    _, booked = house.send("POST", "/bookings", form, as_admin=False)
    status, state = house.send("PUT", "/state", {"mode": "closed", "until": f"{day}T23:00:00-05:00"})
    assert status == 200, state
    assert [conflict["lead_id"] for conflict in state["conflicts"]] == [booked["lead_id"]]
    assert house.send("GET", "/state")[1]["mode"] == "closed"
    assert house.send("DELETE", "/state")[1]["mode"] == "work"
    assert _errors(house, "state-manager") == []


def _errors(house: House, function: str) -> list[str]:
    """Refused calls in a function's log: an answer can hide one."""
    logs, group = house.aws.client("logs"), f"/aws/lambda/{house.operator.prefix}-{function}"
    lines = [event["message"] for event in logs.filter_log_events(logGroupName=group)["events"]]
    assert lines, "the function logs nothing here, so that nothing can be read from its log"
    return [line for line in lines if re.search("AccessDenied|not authorized|cannot be reached", line)]


# --- and nothing else does -----------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def probes(house: House) -> dict[str, str]:
    """A function with the role of each function."""
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as content:
        content.writestr("probe.py", PROBE)
    names = {}
    for function in FUNCTIONS:
        names[function] = f"{house.operator.prefix}-probe-{function}"
        house.aws.client("lambda").create_function(
            FunctionName=names[function],
            Runtime="python3.13",
            Handler="probe.handler",
            Role=house.operator.configuration(function)["Role"],
            Code={"ZipFile": archive.getvalue()},
            Timeout=20,
        )
        house.aws.client("lambda").get_waiter("function_active_v2").wait(FunctionName=names[function])
    return names


def _try(house: House, probe: str, service: str, operation: str, **parameters: Any) -> str:
    event = {"service": service, "operation": operation, "parameters": parameters}
    answer = house.aws.client("lambda").invoke(FunctionName=probe, Payload=json.dumps(event).encode())
    content = json.loads(answer["Payload"].read())
    assert isinstance(content, str), content
    return content


def _table_calls(table: str, key: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {
        "get_item": {"TableName": table, "Key": key},
        "query": {"TableName": table} | OF_A_DAY,
        "put_item": {"TableName": table, "Item": key},
        "update_item": {"TableName": table, "Key": key},
        "delete_item": {"TableName": table, "Key": key},
        "batch_get_item": {"RequestItems": {table: {"Keys": [key]}}},
        "batch_write_item": {"RequestItems": {table: [{"PutRequest": {"Item": key}}]}},
        "scan": {"TableName": table},
        "describe_table": {"TableName": table},
        "update_time_to_live": {
            "TableName": table,
            "TimeToLiveSpecification": {"Enabled": False, "AttributeName": "expires_at"},
        },
        "delete_table": {"TableName": table},
    }


WRITES = {"put_item", "update_item", "delete_item"}
# What the templates mean to allow; everything else that is tried must be refused.
ALLOWED = {
    ("dispatcher", "leads"): {"get_item", "query", "batch_get_item", *WRITES},
    ("scheduler", "leads"): {"get_item", "query", "batch_get_item", *WRITES},
    ("state-manager", "leads"): {"query", "batch_get_item"},
    ("dispatcher", "state"): {"get_item", "update_item"},
    ("scheduler", "state"): {"get_item"},
    ("state-manager", "state"): {"get_item", "update_item"},
}


@pytest.mark.parametrize("function", FUNCTIONS)
@pytest.mark.parametrize("table", ["leads", "state"])
def test_role_allows_these_calls_on_a_table_and_refuses_the_rest(
    house: House, probes: dict[str, str], function: str, table: str
) -> None:
    calls = _table_calls(getattr(house, table), LEAD_KEY if table == "leads" else STATE_KEY)
    if table == "state":
        del calls["query"]  # its key has another name
    outcomes = {name: _try(house, probes[function], "dynamodb", name, **call) for name, call in calls.items()}
    assert {name for name, outcome in outcomes.items() if outcome == "allowed"} == ALLOWED[function, table]
    refusals = {outcome for outcome in outcomes.values() if outcome != "allowed"}
    assert refusals == {"AccessDeniedException"}


@pytest.mark.parametrize("function", FUNCTIONS)
def test_role_reaches_no_other_table_log_or_service(house: House, probes: dict[str, str], function: str) -> None:
    other = "somebody-elses"
    tables = house.aws.client("dynamodb")
    if other not in tables.list_tables()["TableNames"]:
        tables.create_table(
            TableName=other,
            BillingMode="PAY_PER_REQUEST",
            AttributeDefinitions=[{"AttributeName": "state_id", "AttributeType": "S"}],
            KeySchema=[{"AttributeName": "state_id", "KeyType": "HASH"}],
        )
    group = f"/aws/lambda/{house.operator.prefix}-{next(name for name in FUNCTIONS if name != function)}"
    tried: list[tuple[str, str, dict[str, Any]]] = [
        ("dynamodb", "get_item", {"TableName": other, "Key": STATE_KEY}),
        ("dynamodb", "list_tables", {}),
        ("logs", "create_log_stream", {"logGroupName": group, "logStreamName": "x"}),
        ("logs", "delete_log_group", {"logGroupName": group}),
        ("logs", "create_log_group", {"logGroupName": "/somebody/elses"}),
        ("lambda", "list_functions", {}),
        ("lambda", "invoke", {"FunctionName": f"{house.operator.prefix}-scheduler"}),
        ("lambda", "update_function_configuration", {"FunctionName": f"{house.operator.prefix}-scheduler"}),
        ("iam", "list_roles", {}),
        ("s3", "list_buckets", {}),
        ("ssm", "describe_parameters", {}),
        ("secretsmanager", "list_secrets", {}),
        ("sns", "publish", {"TopicArn": "arn:aws:sns:us-east-1:000000000000:x", "Message": "x"}),
    ]
    outcomes = {
        f"{service} {name}": _try(house, probes[function], service, name, **call) for service, name, call in tried
    }
    assert {
        name: code for name, code in outcomes.items() if not re.search("AccessDenied|AuthorizationError", code)
    } == {}


def test_transaction_of_the_state_manager_on_leads_is_refused(house: House, probes: dict[str, str]) -> None:
    put = {"Put": {"TableName": house.leads, "Item": LEAD_KEY}}
    check = {"ConditionCheck": {"TableName": house.leads, "Key": LEAD_KEY, "ConditionExpression": "size(lead_id) > :n"}}
    check["ConditionCheck"]["ExpressionAttributeValues"] = {":n": {"N": "9"}}
    for action in (put, check):
        call = {"TransactItems": [action]}
        assert (
            _try(house, probes["state-manager"], "dynamodb", "transact_write_items", **call) == "AccessDeniedException"
        )
    assert _try(house, probes["dispatcher"], "dynamodb", "transact_write_items", TransactItems=[put]) == "allowed"


# --- a deploy that changes a role ----------------------------------------------------------------------------------


@pytest.mark.long
def test_role_that_a_deploy_spoils_is_told_each_time_and_not_put_back(house: House, tmp_path: Path) -> None:
    """Nothing but the foundation is changed. The last test of the file: meanwhile the house is of no use."""
    tree, owner = copied_tree(tmp_path), {"OWNER_PHONE_NUMBER": OWNER_NUMBER}
    template = tree / "infra" / "foundation.yaml"
    template.write_text(template.read_text().replace("                  - dynamodb:UpdateItem\n", "", 1))
    spoilt = tree / "scripts" / "deploy_lambda.sh"
    first, second = (house.operator.deploy("--provision", settings=owner, script=spoilt) for _ in range(2))
    for run in (first, second):
        assert (run.code, run.changes) == (1, []), run.err
        assert re.search("^error: the public URL did not prove itself: the text is stored in", run.err, re.MULTILINE)
    assert re.search("^The foundation .* was changed and not put back: deploy the tree", first.err, re.MULTILINE)
    mended = house.operator.deploy("--provision", settings=owner)
    assert mended.code == 0, mended.err
    assert mended.err.count("ok      http") == 5
