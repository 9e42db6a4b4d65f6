"""The stand-ins that the other tests trust: each is shown to be strict, and able to fail."""

import base64
import json
import time
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import parse_qsl

import boto3
import openai
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError, ConnectionClosedError, ReadTimeoutError
from twilio.request_validator import RequestValidator

import faults
import gateway_events
from gateway_events import LambdaContext
from local_aws import LocalAws, Tables, running_local_aws
from scripted_model import ScriptedModel, call, fault, say, slow, thinking, together

TOOL: dict[str, Any] = {
    "type": "function",
    "name": "check_availability",
    "description": "Free slots of a day.",
    "strict": True,
    "parameters": {
        "type": "object",
        "properties": {"date": {"type": ["string", "null"]}},
        "required": ["date"],
        "additionalProperties": False,
    },
}
LEAD = {"lead_id": "LEAD-20261201-190000", "timestamp": 1796151600, "phone": gateway_events.CUSTOMER_NUMBER}


@pytest.fixture
def client(model: ScriptedModel) -> Iterator[openai.OpenAI]:
    with openai.OpenAI(base_url=model.base_url, max_retries=0, timeout=5) as sdk:
        yield sdk


def ask(client: openai.OpenAI, items: object = "Hello", **fields: Any) -> Any:
    request = {"model": "gpt-6-luna", "store": False, "tools": [TOOL], "input": items} | fields
    create: Any = client.responses.create
    return create(**request)


def with_output(items: list[Any], call_id: str) -> list[Any]:
    return [*items, {"type": "function_call_output", "call_id": call_id, "output": '{"ok": true}'}]


def dynamodb(endpoint_url: str, *, read_timeout: float) -> Any:
    settings = Config(retries={"total_max_attempts": 1}, connect_timeout=1, read_timeout=read_timeout)
    return boto3.client("dynamodb", endpoint_url=endpoint_url, config=settings)


def test_real_sdk_gets_a_call_and_then_words(model: ScriptedModel, client: openai.OpenAI) -> None:
    model.script(thinking(call("check_availability", date="2026-12-01")), say("Tuesday at 2 is free."))
    question = {"role": "user", "content": "Tuesday?"}

    first = ask(client, [question])
    _, function_call = first.output
    second = ask(client, with_output([question, *first.output], function_call.call_id))

    assert (function_call.name, json.loads(function_call.arguments)) == (
        "check_availability",
        {"date": "2026-12-01"},
    )
    assert second.output_text == "Tuesday at 2 is free."
    assert model.tool_outputs(1) == [{"ok": True}]
    assert "Tuesday?" in model.seen_text(0)


def test_a_step_may_answer_to_what_was_asked(model: ScriptedModel, client: openai.OpenAI) -> None:
    model.script(lambda request: say(request["input"].upper()), together(say("One moment."), call("x")))

    assert ask(client, "louder").output_text == "LOUDER"
    assert [item.type for item in ask(client).output] == ["message", "function_call"]


def test_a_step_that_raises_is_noticed(model: ScriptedModel, client: openai.OpenAI) -> None:
    model.script(lambda request: say(request["no such field"]))

    with pytest.raises(openai.InternalServerError, match="no such field"):
        ask(client)
    model.unexpected.clear()


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"store": True}, "'store' must be false"),
        ({"extra_body": {"functions": []}}, "Unknown parameter: 'functions'"),
        ({"previous_response_id": "resp_1"}, "needs a stored response"),
        ({"max_output_tokens": 4}, "at least 16"),
        ({"reasoning": {"effort": "nothing"}}, "reasoning"),
        ({"tools": [{"type": "function", "function": TOOL}]}, "must be flat"),
        ({"tools": [TOOL | {"strict": False}]}, "'strict' must be true"),
        ({"tools": [TOOL, TOOL]}, "unique"),
        ({"tools": [TOOL | {"parameters": {"type": "object", "properties": {}}}]}, "additionalProperties"),
        ({"tools": [TOOL | {"parameters": TOOL["parameters"] | {"required": []}}]}, "'required'"),
        ({"items": [{"type": "function_call_output", "call_id": "c", "output": "{}"}]}, "No tool call found"),
        (
            {"items": [{"type": "function_call", "call_id": "c", "name": "x", "arguments": "{}"}]},
            "No tool output",
        ),
        ({"items": [{"type": "message", "role": "user", "content": "Hi", "at": 1}]}, "Unknown parameter"),
        ({"items": [{"role": "customer", "content": "Hi"}]}, "role"),
    ],
)
def test_a_request_the_api_would_refuse_is_refused(
    model: ScriptedModel, client: openai.OpenAI, change: dict[str, Any], complaint: str
) -> None:
    with pytest.raises(openai.BadRequestError, match=complaint):
        ask(client, **change)

    assert complaint in model.unexpected[0]
    model.unexpected.clear()


def test_a_call_sent_back_without_its_reasoning_is_refused(model: ScriptedModel, client: openai.OpenAI) -> None:
    model.script(thinking(call("check_availability", date=None)))
    _, function_call = ask(client).output

    with pytest.raises(openai.BadRequestError, match="all be sent back"):
        ask(client, with_output([function_call], function_call.call_id))
    model.unexpected.clear()


def test_a_script_that_ran_out_or_was_not_used_up_is_noticed(model: ScriptedModel, client: openai.OpenAI) -> None:
    with pytest.raises(openai.InternalServerError):
        ask(client)
    with pytest.raises(AssertionError, match="run out"):
        model.assert_all_used()
    model.unexpected.clear()

    model.script(say("never asked for"))
    with pytest.raises(AssertionError, match="never asked for"):
        model.assert_all_used()
    model.script(may_remain=True)
    model.assert_all_used()


@pytest.mark.parametrize(
    ("step", "expected"),
    [
        (fault("hang"), openai.APITimeoutError),
        (slow(5, say("Late")), openai.APITimeoutError),
        (fault("disconnect"), openai.APIConnectionError),
        (fault("status", 401), openai.AuthenticationError),
        (fault("status", 429, {"Retry-After": "60"}), openai.RateLimitError),
        (fault("status", 500), openai.InternalServerError),
        (fault("truncated"), json.JSONDecodeError),
        (fault("garbage"), ValueError),
    ],
)
def test_an_outage_reaches_the_sdk_as_the_real_one_does(
    model: ScriptedModel,
    client: openai.OpenAI,
    step: Any,
    expected: type[Exception],
) -> None:
    model.script(step)

    with pytest.raises(expected) as caught:
        ask(client, timeout=0.5)

    if isinstance(caught.value, openai.RateLimitError):
        assert caught.value.response.headers["retry-after"] == "60"


def test_pages_and_empty_objects_come_through_without_an_exception(model: ScriptedModel, client: openai.OpenAI) -> None:
    model.script(fault("html"), fault("empty_object"))

    assert isinstance(ask(client), str)
    assert ask(client).output is None


def test_a_dripping_answer_outlasts_a_read_timeout_and_the_server_still_closes(
    model: ScriptedModel, client: openai.OpenAI
) -> None:
    model.always(fault("drip"))
    started = time.monotonic()

    with client.responses.with_streaming_response.create(
        model="gpt-6-luna", store=False, input="Hi", timeout=0.5
    ) as answer:
        body = answer.iter_bytes(1)
        while time.monotonic() - started < 0.8:
            next(body)
    model.close()

    assert time.monotonic() - started < 2


def test_each_test_has_tables_of_its_own(tables: Tables) -> None:
    assert tables.items() == []
    assert tables.state() is None

    tables.put(LEAD)
    tables.put({"lead_id": "SLOT-2026-12-01", "timestamp": 0, "taken": {"14:00": LEAD["lead_id"]}})
    tables.put_state({"mode": "gym", "version": 3})

    assert tables.leads() == [LEAD]
    assert len(tables.items()) == 2
    assert tables.state() == {"state_id": "CURRENT", "mode": "gym", "version": 3}
    assert "PATH" in tables.environment()


test_tables_are_empty_again = test_each_test_has_tables_of_its_own


def test_boto3_finds_the_local_aws_by_the_environment_alone(tables: Tables) -> None:
    names = boto3.client("dynamodb").list_tables()["TableNames"]

    assert {tables.repairs_lead_log, tables.brandon_state_log} <= set(names)


def test_a_missing_local_aws_is_a_failure_that_says_what_to_do(
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Any,
) -> None:
    monkeypatch.setenv("LINDA_MINISTACK", str(tmp_path / "ministack"))

    with pytest.raises(RuntimeError, match=r"test\.sh"), running_local_aws(tmp_path):
        pass


@pytest.mark.parametrize("stage", ["$default", "prod"])
def test_a_signed_text_verifies_and_any_change_does_not(stage: str) -> None:
    form = gateway_events.sms_form("", From="+19045550123")
    event = gateway_events.twilio_event("/twilio/sms", form, query="step=1", stage=stage)

    url = f"{gateway_events.PUBLIC_BASE_URL}{event['rawPath']}?{event['rawQueryString']}"
    body = base64.b64decode(event["body"]).decode()
    received = dict(parse_qsl(body, keep_blank_values=True))
    sent = event["headers"]["x-twilio-signature"]
    validate: Callable[..., bool] = RequestValidator(gateway_events.AUTH_TOKEN).validate

    assert received == form
    assert validate(url, received, sent)
    assert not validate(url, received | {"Body": "another"}, sent)
    assert not validate(url + "/", received, sent)


def test_events_are_what_the_gateway_sends() -> None:
    event = gateway_events.http_event(
        "GET", "/availability", query="date=2026-12-01&days=1&days=2", headers={"Origin": "https://x.example"}
    )

    assert event["routeKey"] == event["requestContext"]["routeKey"] == "GET /availability"
    assert event["queryStringParameters"] == {"date": "2026-12-01", "days": "1,2"}
    assert event["headers"]["origin"] == "https://x.example"
    assert "body" not in event
    assert gateway_events.http_event("POST", "/availability")["routeKey"] == "$default"
    assert gateway_events.http_event("PUT", "/state", stage="dev")["rawPath"] == "/dev/state"
    assert json.loads(gateway_events.http_event("POST", "/bookings", body=[1])["body"]) == [1]
    assert gateway_events.http_event("POST", "/bookings", raw_body=b"\xff")["isBase64Encoded"]


def test_twiml_is_read_as_twilio_reads_it() -> None:
    words = '<Message>Hi &amp; bye</Message><Message to="+1"><Body>For Brandon</Body></Message>'
    answer = {
        "statusCode": 200,
        "headers": {"Content-Type": "text/xml"},
        "body": f"<Response>{words}</Response>",
    }

    assert gateway_events.reply_text(answer) == "Hi & bye"
    assert gateway_events.texts(answer)[1] == gateway_events.Text(to="+1", body="For Brandon")
    assert gateway_events.reply_text(answer | {"body": "<Response/>"}) == ""
    with pytest.raises(AssertionError):
        gateway_events.reply_text(answer | {"statusCode": 500})


def test_time_of_the_context_runs_out(lambda_context: LambdaContext) -> None:
    assert 0 < lambda_context.get_remaining_time_in_millis() <= lambda_context.limit_ms
    assert LambdaContext(limit_ms=0).get_remaining_time_in_millis() == 0


def test_a_black_hole_swallows_the_call(local_aws: LocalAws, tables: Tables) -> None:
    with faults.black_hole() as url, pytest.raises(ReadTimeoutError):
        dynamodb(url, read_timeout=0.3).list_tables()


def test_a_proxy_spoils_what_it_is_told_to(local_aws: LocalAws, tables: Tables) -> None:
    def rule(_name: str, request: dict[str, Any]) -> faults.Mischief:
        mischief: faults.Mischief = request.get("Item", {}).get("do", {}).get("S")
        return mischief

    with faults.flaky_proxy(local_aws.endpoint_url, rule) as proxy:
        through = dynamodb(proxy.endpoint_url, read_timeout=5)

        def put(lead_id: str, do: str) -> None:
            item = {"lead_id": {"S": lead_id}, "timestamp": {"N": "1"}, "do": {"S": do}}
            through.put_item(TableName=tables.repairs_lead_log, Item=item)

        for do in ("drop_before", "drop_after"):
            with pytest.raises(ConnectionClosedError):
                put(do, do)
        with pytest.raises(ClientError, match="ProvisionedThroughputExceeded"):
            put("throttle", "throttle")
        through.list_tables()

    assert [item["lead_id"] for item in tables.items()] == ["drop_after"]
    assert proxy.operations() == ["PutItem", "PutItem", "PutItem", "ListTables"]
    assert [operation.status for operation in proxy.log] == [None, None, 400, 200]


def test_a_conflict_names_the_action_it_hit(local_aws: LocalAws, tables: Tables) -> None:
    key = {"lead_id": {"S": "X"}, "timestamp": {"N": "1"}}
    puts = [
        {"Put": {"TableName": tables.repairs_lead_log, "Item": key}},
        {"Put": {"TableName": tables.brandon_state_log, "Item": {"state_id": {"S": "X"}}}},
    ]
    with faults.flaky_proxy(local_aws.endpoint_url, lambda _name, _request: "conflict") as proxy:
        through = dynamodb(proxy.endpoint_url, read_timeout=5)
        with pytest.raises(through.exceptions.TransactionCanceledException) as caught:
            through.transact_write_items(TransactItems=puts)

    reasons = caught.value.response["CancellationReasons"]
    assert [reason["Code"] for reason in reasons] == ["TransactionConflict", "None"]
    assert tables.items() == []
