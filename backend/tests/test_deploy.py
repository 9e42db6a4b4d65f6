"""The deploy script against the local AWS, through the real AWS CLI; run_local.sh from start to end."""

import json
import os
import re
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from signal import SIGTERM
from typing import Any

import pytest
from cfnlint.decode import decode  # type: ignore[import-untyped]

import function_config
import http_api
from clock import open_day
from fake_twilio import FakeTwilio
from gateway_events import ACCOUNT_SID, ADMIN_TOKEN, AUTH_TOKEN, CUSTOMER_NUMBER, OWNER_NUMBER, SHOP_NUMBER
from local_aws import BACKEND, LocalAws, create_tables
from operators import FUNCTIONS, MODEL, OPENAI_KEY, SCRIPT, SECRETS, Operator, Run, new_operator, run_bash
from small_shop import small_shop
from text_linda import send_text, stored_lead
from webhook import Session

NEW_TOKEN = "another-token-of-tests-0123456789"
ROLE = "arn:aws:iam::000000000000:role/linda-by-hand"

# --- before the first change ---------------------------------------------------------------------------------


def test_help_explains_without_settings_or_aws() -> None:
    run = run_bash(SCRIPT, "--help", environment={"PATH": os.environ["PATH"]})
    assert run.returncode == 0
    words = ("--provision", "--dry-run", "--package-only", "LAMBDA_ROLE_ARN", "Needs bash (")
    assert all(word in run.stdout for word in words)


@pytest.mark.parametrize("script", ["deploy_lambda.sh", "run_local.sh", "bench.sh", "test.sh"])
def test_scripts_find_themselves_whatever_cd_is_told_to_search(tmp_path: Path, script: str) -> None:
    (tmp_path / "backend" / "scripts").mkdir(parents=True)
    for searched in (".", str(tmp_path)):
        environment = {"PATH": os.environ["PATH"], "CDPATH": searched}
        command = ["bash", f"backend/scripts/{script}", "--help"]
        run = subprocess.run(command, cwd=BACKEND.parent, env=environment, capture_output=True, text=True)
        assert (run.returncode, run.stderr) == (0, "")


def test_all_problems_are_told_at_once_and_nothing_is_changed(operator: Operator) -> None:
    wrong = {
        "TWILIO_AUTH_TOKEN": "",
        "ADMIN_API_TOKEN": "short",
        "OWNER_PHONE_NUMBER": "904-555",
        "ALLOWED_ORIGINS": "https://shop.example/",
        "REPLY_BUDGET_SECONDS": "20",
        "PUBLIC_BASE_URL": "https://linda.example/path",
    }
    run = operator.deploy(settings=wrong)
    assert run.code == 1
    assert run.changes == []
    for name in (*wrong, "LAMBDA_ROLE_ARN"):
        assert re.search(rf"^error: {name} ", run.err, re.MULTILINE), name
    assert "short\n" not in run.err
    assert "904-555" not in run.err


def test_token_of_hardly_any_characters_is_weak_however_long() -> None:
    settings = {"TWILIO_AUTH_TOKEN": AUTH_TOKEN}
    for token, is_weak in (("abcdefghi" * 5, True), ("x" * 64, True), ("abcdefghij" * 4, False), (ADMIN_TOKEN, False)):
        found = list(function_config.problems(settings | {"ADMIN_API_TOKEN": token}))
        assert any("soon guessed" in text for _kind, text in found) is is_weak, token
        assert not [text for kind, text in found if kind == "error"]


def test_actions_that_need_python_say_which(operator: Operator) -> None:
    old = operator.home / "python"
    old.write_text("#!/bin/sh\necho 'Python 3.8.1'\nexit 1\n")
    old.chmod(0o700)
    actions = [
        ["--rollback"],
        ["--verify"],
        ["--destroy"],
        ["--twilio"],
        ["--web"],
        ["--web-files", str(operator.home)],
    ]
    for action in actions:
        run = operator.deploy(*action, settings={"PYTHON": str(old)})
        assert (run.code, run.changes) == (1, [])
        assert re.search("^error: Python 3.8.1 is too old: Python 3.11 or newer is needed", run.err, re.MULTILINE), (
            action
        )


def test_unknown_argument_is_refused(operator: Operator) -> None:
    run = operator.deploy("--provison")
    assert (run.code, run.calls) == (1, [])
    assert "--provison" in run.err


@pytest.mark.parametrize("version", ["aws-cli/2.9.19 Python/3.11.2", "aws-cli/1.22.34 Python/3.10"])
def test_cli_that_would_reach_the_real_aws_is_refused(operator: Operator, version: str) -> None:
    old = operator.home / "aws"
    old.write_text(f'#!/bin/sh\necho "$*" >>"{operator.home}/old-calls"\necho "{version} Linux/6.1"\n')
    run = operator.deploy("--provision")
    assert run.code == 1
    assert "AWS_ENDPOINT_URL" in run.err
    assert (operator.home / "old-calls").read_text() == "--version\n"


def test_switch_that_makes_the_cli_ignore_the_local_aws_is_refused(operator: Operator) -> None:
    run = operator.deploy("--provision", settings={"AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "true"})
    assert run.code == 1
    assert run.calls == [["--version"]]


def test_table_with_other_keys_is_refused(operator: Operator) -> None:
    operator.aws.client("dynamodb").create_table(
        TableName=f"{operator.prefix}-state",
        BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
    )
    run = operator.deploy("--provision")
    assert (run.code, run.changes) == (1, [])
    assert f"the table {operator.prefix}-state exists with the key (id)" in run.err


@pytest.mark.parametrize("missing", ["TWILIO_ACCOUNT_SID", "TWILIO_PHONE_NUMBER"])
def test_half_a_twilio_account_is_a_warning_that_says_what_is_not_sent(missing: str) -> None:
    whole = {"TWILIO_ACCOUNT_SID": ACCOUNT_SID, "TWILIO_AUTH_TOKEN": AUTH_TOKEN, "TWILIO_PHONE_NUMBER": SHOP_NUMBER}
    whole |= {"OWNER_PHONE_NUMBER": SHOP_NUMBER, "ADMIN_API_TOKEN": ADMIN_TOKEN, "OPENAI_API_KEY": OPENAI_KEY}
    assert list(function_config.problems(whole)) == []
    ((kind, sentence),) = function_config.problems(whole | {missing: ""})
    assert kind == "warning"
    assert re.match(rf"{missing} is not set: .*web bookings.* not sent", sentence)


# --- the settings file ---------------------------------------------------------------------------------------


def test_example_lists_every_setting_that_a_function_gets() -> None:
    helper = BACKEND / "scripts" / "lib" / "function_config.py"
    names = subprocess.run([sys.executable, str(helper), "names"], capture_output=True, text=True, check=True)
    example = re.findall(r"^([A-Z_]+)=$", (BACKEND / ".env.example").read_text(), re.MULTILINE)
    read_by_functions = re.findall(r'value\("([A-Z_]+)"', (BACKEND / "lambda" / "utils.py").read_text())
    assert set(names.stdout.split()) <= set(example)
    assert {name for name in read_by_functions if not name.startswith("AWS_")} <= set(names.stdout.split())


def _loaded(tmp_path: Path, content: bytes, environment: Mapping[str, str]) -> tuple[list[str], str]:
    """Values of A and B after the file was read (B only exported), and what was complained of."""
    (tmp_path / "env").write_bytes(content)
    code = f'source "{BACKEND}/scripts/lib/env_file.sh"; load_env_file env A B C; printenv A; echo --; printenv B'
    run = subprocess.run(
        ["bash", "-c", code],
        cwd=tmp_path,
        env={"PATH": os.environ["PATH"], **environment},
        capture_output=True,
        text=True,
    )
    assert run.stderr == ""
    complaints = [line for line in run.stdout.splitlines() if line.startswith("env line")]
    values = run.stdout.removeprefix("".join(f"{line}\n" for line in complaints))
    return values.split("--\n"), "\n".join(complaints)


@pytest.mark.parametrize(
    ("line", "value"),
    [
        ("A=plain", "plain"),
        ("export A=plain", "plain"),
        (" A = spaced words  # comment", "spaced words"),
        ("A=with#hash", "with#hash"),
        ('A="double # \\" quoted \\\\"  # comment', 'double # " quoted \\'),
        ("A='single # $(x)'", "single # $(x)"),
        ("A=$(touch ran)`touch ran`", "$(touch ran)`touch ran`"),
        ("A=a=b==", "a=b=="),
        ("A=windows\r", "windows"),
    ],
)
def test_line_of_the_settings_file_is_read_and_never_run(tmp_path: Path, line: str, value: str) -> None:
    (read, _), complaints = _loaded(tmp_path, f"# comment\n\n{line}\n".encode(), {})
    assert (read, complaints) == (f"{value}\n", "")
    assert not (tmp_path / "ran").exists()


def test_environment_wins_and_empty_is_not_set(tmp_path: Path) -> None:
    values, _ = _loaded(tmp_path, b"A=file\nB=file", {"A": "environment", "B": ""})
    assert values == ["environment\n", "file\n"]
    values, _ = _loaded(tmp_path, b"A=\nB=''\nPATH=/nowhere\n", {})
    assert values == ["", ""]


def test_malformed_line_is_told_without_its_content(tmp_path: Path) -> None:
    _, complaints = _loaded(tmp_path, b'A="not closed secret\nB=good\nsecret\n', {})
    assert [line.split(" is ")[0] for line in complaints.splitlines()] == ["env line 1", "env line 3"]
    assert "secret" not in complaints


def test_notes_make_the_functions_as_the_script_does() -> None:
    notes = (BACKEND / "DEPLOYMENT_NOTES.md").read_text()
    for name, function in function_config.FUNCTIONS.items():
        size = f"{function.memory_mb} MB | {function.timeout_seconds} s"
        assert f"| `linda-{name.replace('_', '-')}` | `{name}.handler` | {size} |" in notes
    dispatcher = function_config.FUNCTIONS["dispatcher"]
    assert f"--memory-size {dispatcher.memory_mb} --timeout {dispatcher.timeout_seconds}" in notes
    content, _ = decode(str(BACKEND / "infra" / "api.yaml"))
    for filter_ in ("DispatcherLogged", "FallbackReplies"):
        assert f"`{content['Resources'][filter_]['Properties']['FilterPattern']}`" in notes


# --- packages ------------------------------------------------------------------------------------------------


def _package(operator: Operator, directory: Path) -> dict[str, Path]:
    settings = {"LAMBDA_BUILD_DIR": str(directory), "AWS_CLI": "/nowhere", "TWILIO_AUTH_TOKEN": ""}
    run = operator.deploy("--package-only", settings=settings)
    assert run.code == 0, run.err
    return {Path(line).stem: Path(line) for line in run.out.splitlines()}


@pytest.fixture(scope="module")
def zips(local_aws: LocalAws, aws_cli: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """What --package-only makes where nothing was made before."""
    home = tmp_path_factory.mktemp("packages")
    return _package(new_operator(local_aws, home / "operator", aws_cli), home / "build")


@pytest.mark.slow
def test_zip_holds_only_what_the_function_needs(zips: dict[str, Path]) -> None:
    assert set(zips) == {"dispatcher", "state_manager", "scheduler"}
    names = {function: zipfile.ZipFile(path).namelist() for function, path in zips.items()}
    for function, content in names.items():
        top = {name.partition("/")[0] for name in content}
        assert {f"{function}.py", "utils.py", "boto3", "tzdata", "shop.json"} <= top
        assert not top & {"aiohttp", "jwt", "tests", "pip", "pytest"}
        assert {name.split("/")[2] for name in content if re.match("botocore/data/.*/", name)} == {"dynamodb"}
    assert {"openai", "twilio", "functions.json"} <= {name.partition("/")[0] for name in names["dispatcher"]}
    assert {name.split("/")[2] for name in names["dispatcher"] if re.match("twilio/rest/[a-z]+/", name)} == {"api"}
    for function in ("state_manager", "scheduler"):
        assert not {"dispatcher.py", "functions.json"} & set(names[function])
        assert not any(name.startswith(("openai/", "twilio/")) for name in names[function])
        assert zips[function].stat().st_size < 4_000_000
    assert zips["dispatcher"].stat().st_size < 20_000_000


# What the function does with a text, with nothing but the zip's contents on the path; the way leads to the stand-in.
SENDS_FROM_THE_ZIP = """
import sys
from datetime import UTC, datetime
sys.path[:0] = [sys.argv[1]]
import carrier
from twilio.http.http_client import TwilioHttpClient
from utils import load_settings

class Rerouted(TwilioHttpClient):
    def request(self, method, url, *arguments, **options):
        return super().request(method, url.replace("https://api.twilio.com", sys.argv[2], 1), *arguments, **options)

carrier.http_client = lambda: Rerouted(timeout=5)
shop = carrier.Carrier(load_settings())
sent = shop.send("+19045550100", "Hello.")
assert shop.find("+19045550100", {carrier.digest("Hello.")}, datetime(2026, 1, 1, tzinfo=UTC)) == sent
print(sent, [name for name in ("aiohttp", "jwt") if name in sys.modules])
"""


@pytest.mark.slow
def test_packages_in_the_zip_send_a_text_and_find_it_again(zips: dict[str, Path], tmp_path: Path) -> None:
    zipfile.ZipFile(zips["dispatcher"]).extractall(tmp_path / "task")
    twilio = FakeTwilio().start()
    account = {"TWILIO_ACCOUNT_SID": ACCOUNT_SID, "TWILIO_AUTH_TOKEN": AUTH_TOKEN, "TWILIO_PHONE_NUMBER": SHOP_NUMBER}
    command = [sys.executable, "-I", "-S", "-B", "-c", SENDS_FROM_THE_ZIP, str(tmp_path / "task"), twilio.url]
    try:
        run = subprocess.run(command, capture_output=True, text=True, env={"NO_PROXY": "127.0.0.1", **account})
    finally:
        twilio.close()
    assert (run.stderr, run.stdout) == ("", f"{twilio.messages[0]['sid']} []\n")


@pytest.mark.slow
def test_same_inputs_make_the_same_bytes(zips: dict[str, Path], operator: Operator, tmp_path: Path) -> None:
    again = _package(operator, tmp_path / "again")
    assert [path.read_bytes() for path in zips.values()] == [path.read_bytes() for path in again.values()]


# --- deploying -----------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_first_deploy_prints_the_urls_and_keeps_secrets_to_itself(deployed: tuple[Operator, Run]) -> None:
    _, run = deployed
    url = re.findall("^API_URL=(.*)$", run.out, re.MULTILINE)[0]
    kinds = ("sms", "voice", "status")
    assert run.out == f"API_URL={url}\n" + "".join(f"TWILIO_{kind.upper()}_URL={url}/twilio/{kind}\n" for kind in kinds)
    said = run.out + run.err + json.dumps(run.calls)
    assert not [secret for secret in SECRETS if secret in said]


@pytest.mark.slow
def test_deploy_leaves_no_temporary_file(deployed: tuple[Operator, Run]) -> None:
    operator, _ = deployed
    assert list((operator.home / "tmp").iterdir()) == []


@pytest.mark.slow
def test_each_function_gets_only_its_settings(deployed: tuple[Operator, Run]) -> None:
    operator, _ = deployed
    tables = {"REPAIRS_LEAD_LOG_TABLE", "BRANDON_STATE_LOG_TABLE"}
    number = {"TWILIO_PHONE_NUMBER"}  # and no account in this deployment
    twilio = {"TWILIO_AUTH_TOKEN"} | number
    assert operator.variables("dispatcher").keys() == tables | twilio | MODEL.keys()
    assert operator.variables("state-manager").keys() == tables | {"ADMIN_API_TOKEN"}
    assert operator.variables("scheduler").keys() == tables | {"ADMIN_API_TOKEN"} | number
    assert operator.variables("scheduler")["ADMIN_API_TOKEN"] == ADMIN_TOKEN


@pytest.mark.slow
def test_second_deploy_changes_nothing(deployed: tuple[Operator, Run]) -> None:
    operator, first = deployed
    before = _everything(operator)
    second = operator.again()
    assert (second.code, second.out, second.changes) == (0, first.out, [])
    assert second.err.count("nothing to do") == 5
    assert _everything(operator) == before


def _everything(operator: Operator) -> list[Any]:
    """What a rehearsal could have changed."""
    stacks = operator.aws.client("cloudformation")
    found: list[Any] = [operator.configuration(function) for function in FUNCTIONS] + operator.live()
    for name in (f"{operator.prefix}-foundation", f"{operator.prefix}-api"):
        found += [
            stacks.describe_stacks(StackName=name)["Stacks"],
            stacks.list_change_sets(StackName=name)["Summaries"],
        ]
    return found


@pytest.mark.slow
def test_dry_run_names_what_would_change_and_changes_nothing(deployed: tuple[Operator, Run]) -> None:
    operator, _ = deployed
    before = _everything(operator)
    changed = {"OPENAI_MODEL": "gpt-of-tests", "OPENAI_API_KEY": "", "ADMIN_API_TOKEN": NEW_TOKEN}
    run = operator.again("--dry-run", ALLOWED_ORIGINS="https://shop.example", **changed)
    assert run.code == 0
    assert run.changes == []
    for call in run.calls:
        assert call[:2] != ["cloudformation", "deploy"] or "--no-execute-changeset" in call
    for change in ("OPENAI_MODEL (new)", "OPENAI_API_KEY (removed)", "ADMIN_API_TOKEN (changed)"):
        assert f"would change setting {change}" in run.err
    assert not [value for value in (*SECRETS, "gpt-of-tests", NEW_TOKEN) if value in run.out + run.err]
    assert re.search(rf"^stack {operator.prefix}-foundation: nothing to do$", run.err, re.MULTILINE)
    assert re.search(r"^  Modify  Api +AWS::ApiGatewayV2::Api$", run.err, re.MULTILINE)
    assert re.search(r"dispatcher: the alias live would go from 1 to a new version", run.err)
    assert _everything(operator) == before


@pytest.mark.slow
def test_rehearsal_of_a_first_deploy_shows_all_and_leaves_nothing(operator: Operator) -> None:
    run = operator.again("--dry-run")
    assert run.code == 0, run.err
    for line in (
        "LeadTable +AWS::DynamoDB::Table",
        "DispatcherRole +AWS::IAM::Role",
        "VoiceRoute +AWS::ApiGatewayV2::Route",
    ):
        assert re.search(rf"^  Add +{line}$", run.err, re.MULTILINE), line
    assert len(re.findall("^function .* would be made with the settings", run.err, re.MULTILINE)) == 3
    stacks = operator.aws.client("cloudformation").list_stacks()["StackSummaries"]
    left = [s["StackStatus"] for s in stacks if s["StackName"].startswith(operator.prefix)]
    assert set(left) <= {"DELETE_COMPLETE"}
    assert not [name for name in operator.aws.client("dynamodb").list_tables()["TableNames"] if operator.prefix in name]


@pytest.mark.long
def test_rehearsal_that_is_broken_off_leaves_nothing_for_good(operator: Operator, tmp_path: Path) -> None:
    tree = small_shop(tmp_path / "tree")
    build = {"LAMBDA_BUILD_DIR": str(tree.backend / "build")}

    def rehearse() -> Run:
        return operator.deploy("--provision", "--dry-run", settings=build, script=tree.script)

    def left() -> list[str]:
        stacks = operator.aws.client("cloudformation").list_stacks()["StackSummaries"]
        ours = [stack for stack in stacks if stack["StackName"].startswith(operator.prefix)]
        return [stack["StackStatus"] for stack in ours if stack["StackStatus"] != "DELETE_COMPLETE"]

    # Ctrl-C goes the same way, but is ignored where tests run in the background.
    with operator.struck("cloudformation deploy", signal=SIGTERM):
        assert rehearse().code == 143
    assert left() == []
    with operator.struck("cloudformation deploy"):
        rehearse()
    assert left() == ["REVIEW_IN_PROGRESS"]
    assert rehearse().code == 0
    assert left() == []


@pytest.mark.slow
def test_text_goes_through_the_gateway_and_the_zip_to_a_stored_lead(deployed: tuple[Operator, Run]) -> None:
    operator, run = deployed
    url = re.findall("^API_URL=(.*)$", run.out, re.MULTILINE)[0]
    table = operator.settings["REPAIRS_LEAD_LOG_TABLE"]
    session = Session(url, AUTH_TOKEN, SHOP_NUMBER, OWNER_NUMBER, operator.aws.endpoint_url, table)
    for text in ("My iPhone 14 screen is cracked", "1"):
        answers = send_text(session, CUSTOMER_NUMBER, SHOP_NUMBER, text)
        assert [answer for answer in answers if answer.to == CUSTOMER_NUMBER]
    lead = stored_lead(session, CUSTOMER_NUMBER)
    assert lead is not None
    assert re.fullmatch(r"LEAD-\d{8}-\d{6}", lead["lead_id"])


def _tables(operator: Operator) -> None:
    create_tables(operator.aws.client("dynamodb"), f"{operator.prefix}-leads", f"{operator.prefix}-state")


@pytest.mark.slow
def test_changed_setting_leaves_code_and_other_functions_alone(operator: Operator, tmp_path: Path) -> None:
    tree = small_shop(tmp_path / "tree")
    role = {"LAMBDA_ROLE_ARN": ROLE, "LAMBDA_BUILD_DIR": str(tree.backend / "build")}
    _tables(operator)
    first = operator.deploy(settings=role, script=tree.script)
    assert first.code == 0, first.err
    assert operator.configuration("scheduler")["Role"] == ROLE
    env_file = "OPENAI_MODEL='gpt-of-tests'\nLAMBDA_ROLE_ARN=wrong\n"
    changed = operator.deploy(settings=role, env_file=env_file, script=tree.script)
    # The alias leads to the version, then it is noted that this was right.
    assert changed.changes == [
        *("lambda update-function-configuration", "lambda publish-version"),
        *("lambda update-alias", "lambda update-alias"),
    ]
    assert operator.variables("dispatcher")["OPENAI_MODEL"] == "gpt-of-tests"


@pytest.mark.slow
def test_changed_code_is_deployed_before_the_configuration(operator: Operator, tmp_path: Path) -> None:
    """Another zip under the same name stands for an older deploy, whose settings differ too."""
    tree = small_shop(tmp_path / "tree")
    role = {"LAMBDA_ROLE_ARN": ROLE, "LAMBDA_BUILD_DIR": str(tree.backend / "build")}
    _tables(operator)
    operator.deploy(settings=role, script=tree.script)
    client = operator.aws.client("lambda")
    name = f"{operator.prefix}-scheduler"
    older = operator.home / "older.zip"
    with zipfile.ZipFile(older, "w") as archive:
        archive.writestr("scheduler.py", "def handler(event, context): ...")
    client.update_function_code(FunctionName=name, ZipFile=older.read_bytes())
    client.update_function_configuration(FunctionName=name, Timeout=3, MemorySize=128)
    version = client.publish_version(FunctionName=name)["Version"]
    client.update_alias(FunctionName=name, Name="live", FunctionVersion=version)
    run = operator.deploy(settings=role, script=tree.script)
    updates = [change for change in run.changes if "function" in change]
    assert updates == ["lambda update-function-code", "lambda update-function-configuration"]
    assert operator.configuration("scheduler")["Timeout"] == 15


@pytest.mark.slow
def test_tables_of_an_earlier_phase_are_used_and_not_taken_over(operator: Operator, tmp_path: Path) -> None:
    tree = small_shop(tmp_path / "tree")
    build = {"LAMBDA_BUILD_DIR": str(tree.backend / "build")}
    tables = operator.aws.client("dynamodb")
    leads = operator.settings["REPAIRS_LEAD_LOG_TABLE"]
    tables.create_table(
        TableName=leads,
        BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[
            {"AttributeName": "lead_id", "AttributeType": "S"},
            {"AttributeName": "timestamp", "AttributeType": "N"},
        ],
        KeySchema=[
            {"AttributeName": "lead_id", "KeyType": "HASH"},
            {"AttributeName": "timestamp", "KeyType": "RANGE"},
        ],
    )
    day = open_day(3).isoformat()
    old_lead = {
        "lead_id": {"S": "LEAD-20260101-120000"},
        "timestamp": {"N": "1767268800"},
        "phone": {"S": "904-555-0177"},
        "appointment_date": {"S": day},
        "appointment_time": {"S": "2:00 PM"},
        "status": {"S": "booked"},
    }
    tables.put_item(TableName=leads, Item=old_lead)
    for adopted in (True, False):
        run = operator.deploy("--provision", settings=build, script=tree.script)
        assert run.code == 0, run.err
        assert ("leads of an earlier phase: 1 took their slots" in run.err) is adopted
        stack = operator.aws.client("cloudformation").list_stack_resources(StackName=f"{operator.prefix}-foundation")
        made = {resource["LogicalResourceId"] for resource in stack["StackResourceSummaries"]}
        assert "StateTable" in made
        assert "LeadTable" not in made
    expiry = tables.describe_time_to_live(TableName=leads)["TimeToLiveDescription"]
    assert expiry == {"TimeToLiveStatus": "ENABLED", "AttributeName": "expires_at"}
    claims = {"TableName": leads, "KeyConditionExpression": "lead_id = :day"}
    assert tables.query(**claims, ExpressionAttributeValues={":day": {"S": f"SLOT#{day}"}})["Count"] == 1


# --- what the local AWS does not apply is read from the templates ----------------------------------------------


def _resources(template: str) -> dict[str, Any]:
    content, problems = decode(str(BACKEND / "infra" / template))
    assert problems == []
    return dict(content["Resources"])


def test_tables_outlive_the_stack_and_leads_expire() -> None:
    resources = _resources("foundation.yaml")
    for name in ("LeadTable", "StateTable"):
        table = resources[name]
        assert (table["DeletionPolicy"], table["UpdateReplacePolicy"]) == ("Retain", "Retain")
        assert table["Properties"]["DeletionProtectionEnabled"] is True
        assert table["Properties"]["PointInTimeRecoverySpecification"]["PointInTimeRecoveryEnabled"] is True
    expiry = resources["LeadTable"]["Properties"]["TimeToLiveSpecification"]
    assert expiry == {"AttributeName": "expires_at", "Enabled": True}


def test_roles_name_single_actions_on_single_tables() -> None:
    roles = [r for r in _resources("foundation.yaml").values() if r["Type"] == "AWS::IAM::Role"]
    statements = [s for r in roles for s in r["Properties"]["Policies"][0]["PolicyDocument"]["Statement"]]
    assert len(roles) == 3
    for statement in statements:
        actions = [statement["Action"]] if isinstance(statement["Action"], str) else statement["Action"]
        assert not [action for action in actions if "*" in action or action.endswith("Scan")]
        assert re.search(r"table/\$\{\w+\}$|/aws/lambda/\$\{Prefix\}-[a-z-]+:\*$", statement["Resource"]["Fn::Sub"])


def test_dispatcher_sets_the_owners_mode_and_cannot_delete_it() -> None:
    policy = _resources("foundation.yaml")["DispatcherRole"]["Properties"]["Policies"][0]["PolicyDocument"]
    (state,) = [statement for statement in policy["Statement"] if statement["Sid"] == "State"]
    assert state["Action"] == ["dynamodb:GetItem", "dynamodb:UpdateItem"]


def test_gateway_and_functions_say_the_same_of_cors() -> None:
    cors = _resources("api.yaml")["Api"]["Properties"]["CorsConfiguration"]["Fn::If"][1]
    assert ",".join(cors["AllowHeaders"]) == http_api.ALLOWED_HEADERS
    assert ",".join(cors["ExposeHeaders"]) == http_api.EXPOSED_HEADERS
    assert cors["AllowOrigins"] == {"Ref": "AllowedOrigins"}


def test_schedule_starts_the_sending_each_minute_and_nothing_else_may() -> None:
    resources = _resources("api.yaml")
    schedule = resources["OutboxSchedule"]["Properties"]
    assert (schedule["ScheduleExpression"], schedule["State"]) == ("rate(1 minute)", "ENABLED")
    (target,) = schedule["Targets"]
    assert json.loads(target["Input"]) == {"task": "send-outbox"}
    assert target["Arn"]["Fn::Sub"].endswith(":function:${Prefix}-dispatcher:live")
    runs = resources["OutboxRuns"]["Properties"]
    assert (runs["Qualifier"], runs["MaximumRetryAttempts"]) == ("live", 0)
    permission = resources["OutboxPermission"]["Properties"]
    assert permission["Principal"] == "events.amazonaws.com"
    assert permission["SourceArn"] == {"Fn::GetAtt": ["OutboxSchedule", "Arn"]}


@pytest.mark.slow
def test_deployed_schedule_leads_to_the_function_that_understands_it(deployed: tuple[Operator, Run]) -> None:
    operator, _ = deployed
    events, stack = operator.aws.client("events"), f"{operator.prefix}-api"
    resource = operator.aws.client("cloudformation").describe_stack_resource(
        StackName=stack, LogicalResourceId="OutboxSchedule"
    )
    name = resource["StackResourceDetail"]["PhysicalResourceId"].rpartition("/")[2]
    assert events.describe_rule(Name=name)["State"] == "ENABLED"
    (target,) = events.list_targets_by_rule(Rule=name)["Targets"]
    answer = operator.aws.client("lambda").invoke(FunctionName=target["Arn"], Payload=target["Input"].encode())
    assert json.loads(answer["Payload"].read()) == {"due": 0}


def test_stage_throttles_public_routes_below_the_rest() -> None:
    resources = _resources("api.yaml")
    stage = resources["Stage"]["Properties"]
    assert (stage["StageName"], stage["AutoDeploy"]) == ("$default", True)
    for route in ("GET /availability", "ANY /bookings"):
        limits = stage["RouteSettings"][route]
        assert limits["ThrottlingRateLimit"] < stage["DefaultRouteSettings"]["ThrottlingRateLimit"]
    routes = {r["Properties"]["RouteKey"] for r in resources.values() if r["Type"] == "AWS::ApiGatewayV2::Route"}
    assert routes == {
        *("POST /twilio/sms", "POST /twilio/voice", "POST /twilio/status"),
        *("GET /shop", "GET /summary", "GET /bookings"),
        *("ANY /state", "GET /availability", "ANY /bookings", "ANY /bookings/{lead_id}"),
    }


def test_world_calls_the_alias_and_never_the_latest_code() -> None:
    resources = _resources("api.yaml").values()
    targets = [r["Properties"]["IntegrationUri"] for r in resources if r["Type"] == "AWS::ApiGatewayV2::Integration"]
    targets += [r["Properties"]["FunctionName"] for r in resources if r["Type"] == "AWS::Lambda::Permission"]
    assert len(targets) == 11
    assert all(target["Fn::Sub"].endswith(":live") for target in targets)


def test_access_log_is_json_without_query_header_or_body() -> None:
    resources = _resources("api.yaml")
    settings = resources["Stage"]["Properties"]["AccessLogSettings"]
    assert settings["DestinationArn"] == {"Fn::GetAtt": ["AccessLogs", "Arn"]}
    told = json.loads(settings["Format"].replace(":$context.responseLatency", ':"$context.responseLatency"'))
    assert {"route", "status", "latency_ms", "integration_error"} <= told.keys()
    assert all(re.fullmatch(r"\$context\.[A-Za-z.]+", value) for value in told.values())
    assert not re.search("query|header|path|body|authorizer", settings["Format"], re.IGNORECASE)
    assert resources["AccessLogs"]["Properties"]["RetentionInDays"] == 30


def test_alarms_watch_errors_throttles_fallbacks_and_slowness_and_write_only_where_asked() -> None:
    resources = _resources("api.yaml")
    alarms = {name: r["Properties"] for name, r in resources.items() if r["Type"] == "AWS::CloudWatch::Alarm"}
    watched = {(alarm["MetricName"], alarm.get("Statistic") or alarm["ExtendedStatistic"]) for alarm in alarms.values()}
    assert watched == {
        *(("Errors", "Sum"), ("Throttles", "Sum"), ("LoggedErrors", "Sum"), ("FallbackReplies", "Sum")),
        ("TextLatency", "p95"),
    }
    assert len(alarms) == 9
    for alarm in alarms.values():
        assert alarm["AlarmActions"] == {"Fn::If": ["HasEmail", [{"Ref": "AlarmTopic"}], {"Ref": "AWS::NoValue"}]}
        assert alarm["TreatMissingData"] == "notBreaching"


def test_fallback_filter_finds_what_the_dispatcher_logs() -> None:
    filter_ = _resources("api.yaml")["FallbackReplies"]["Properties"]
    match = re.fullmatch(r'{ \$\.(\w+) = "(\w+)" }', filter_["FilterPattern"])
    assert match is not None
    field, value = match.groups()
    logged = f'extra={{"{field}": "{value}"}}'
    assert logged in (BACKEND / "lambda" / "assistant.py").read_text()


def test_latency_of_texts_is_read_from_the_access_log() -> None:
    resources = _resources("api.yaml")
    format_ = resources["Stage"]["Properties"]["AccessLogSettings"]["Format"]
    line = format_.replace("$context.routeKey", "POST /twilio/sms").replace("$context.responseLatency", "1234")
    filter_ = resources["TextLatency"]["Properties"]
    match = re.fullmatch(r'{ \$\.(\w+) = "(.+)" }', filter_["FilterPattern"])
    assert match is not None
    assert json.loads(line)[match[1]] == match[2]
    (transformation,) = filter_["MetricTransformations"]
    assert json.loads(line)[transformation["MetricValue"].removeprefix("$.")] == 1234


@pytest.mark.slow
def test_alarms_stand_without_an_address_and_write_to_nobody(deployed: tuple[Operator, Run]) -> None:
    operator, _ = deployed
    alarms = operator.aws.client("cloudwatch").describe_alarms(AlarmNamePrefix=operator.prefix)["MetricAlarms"]
    assert len(alarms) == 9
    assert [alarm["AlarmActions"] for alarm in alarms] == [[]] * 9
    topics = operator.aws.client("sns").list_topics()["Topics"]
    assert not [topic for topic in topics if operator.prefix in topic["TopicArn"]]


# --- run_local.sh --------------------------------------------------------------------------------------------


@pytest.fixture
def empty_home(tmp_path: Path) -> Iterator[dict[str, str]]:
    """A machine with Python and nothing of ours set up; whatever is left in its TMPDIR fails the test."""
    (tmp_path / "tmp").mkdir()
    yield {
        "PATH": os.environ.get("PATH", os.defpath),
        "HOME": str(tmp_path),
        "TMPDIR": str(tmp_path / "tmp"),
        "PYTHON": sys.executable,
    }
    assert list((tmp_path / "tmp").iterdir()) == []


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("bash") is None, reason="needs bash")
def test_run_local_books_by_text_without_account_or_key(empty_home: dict[str, str]) -> None:
    # A real deployment's settings in the environment must not be followed.
    elsewhere = {"AWS_ENDPOINT_URL": "http://192.0.2.1", "AWS_PROFILE": "real", "REPAIRS_LEAD_LOG_TABLE": "Real"}
    texts = ["--text", "Do you fix iPhone 14 screens?", "--text", "2", "--from", "+19045550155", "--brandon", "gym"]
    texts += ["--call", "battery for a pixel 7", "--call", "1", "--call", "thanks bye"]
    run = run_bash(BACKEND / "scripts" / "run_local.sh", *texts, environment={**empty_home, **elsewhere})
    assert run.returncode == 0, run.stderr
    assert re.search(r"^\+19045550155: Do you fix iPhone 14 screens\?$", run.stdout, re.MULTILINE)
    assert re.search(r"^LINDA to Brandon: New booking: .+ \+19045550155\. LEAD-", run.stdout, re.MULTILINE)
    assert re.search(r"^Brandon: +gym\nLINDA: +Mode: gym", run.stdout, re.MULTILINE)
    assert re.search(
        r"^\+19045550155: \(presses 1\)\nLINDA: +You're booked: .+ Pixel 7 battery", run.stdout, re.MULTILINE
    )
    assert re.search(r"^LINDA: +Thank you for calling .+ Goodbye\.$", run.stdout, re.MULTILINE)
    assert re.search(r"lead_id +LEAD-\d{8}-\d{6}$", run.stdout, re.MULTILINE)
    assert re.search(r"phone +\+19045550155$", run.stdout, re.MULTILINE)
    assert "in Repairs_Lead_Log" in run.stdout
