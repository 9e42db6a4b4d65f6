"""What goes wrong in a deploy is told: what failed, what was found, what to do. Nothing is changed before it is known.

What only the real AWS says is said by a stand-in for the one call of the CLI, in AWS's own words.
"""

import io
import json
import re
import subprocess
import zipfile
from pathlib import Path

import pytest

import function_config
import package
import trust
from gateway_events import ADMIN_TOKEN, AUTH_TOKEN
from local_aws import BACKEND, create_tables
from operators import Operator, stand_in
from small_shop import small_shop

DENIED = "An error occurred (AccessDeniedException) when calling the {call} operation: User: arn:aws:iam::1:u is "
UNASSUMABLE = (
    "An error occurred (InvalidParameterValueException) when calling the CreateFunction operation: The role defined "
    "for the function cannot be assumed by Lambda."
)


@pytest.mark.parametrize(
    ("call", "error", "told"),
    [
        (
            "sts get-caller-identity",
            "An error occurred (ExpiredToken) when calling the GetCallerIdentity operation: The security token "
            "included in the request is expired",
            r"ExpiredToken.* The credentials have expired: sign in again \(aws sso login",
        ),
        (
            "sts get-caller-identity",
            "An error occurred (InvalidClientTokenId) when calling the GetCallerIdentity operation: The security token "
            "included in the request is invalid.",
            r"AWS does not know these credentials: look at AWS_PROFILE",
        ),
        ("sts get-caller-identity", "Unable to locate credentials.", r"There are no credentials: aws configure"),
        (
            "sts get-caller-identity",
            'Could not connect to the endpoint URL: "https://sts.us-est-1.amazonaws.com/"',
            r"Nothing answers there: is AWS_REGION=us-east-1 a region, spelt right",
        ),
        (
            "lambda list-functions",
            f"{DENIED.format(call='ListFunctions')}not authorized to perform: lambda:ListFunctions on resource: *",
            r"may not do that \(lambda:ListFunctions on \*\): whoever manages the account can allow it",
        ),
        (
            "cloudformation describe-stacks",
            f"{DENIED.format(call='DescribeStacks')}not authorized to perform: cloudformation:DescribeStacks on "
            "resource: arn:aws:cloudformation:us-east-1:1:stack/linda-api/*",
            r"\(cloudformation:DescribeStacks on arn:aws:cloudformation:us-east-1:1:stack/linda-api/\*\)",
        ),
    ],
)
def test_refusal_of_aws_is_told_with_what_to_do(operator: Operator, call: str, error: str, told: str) -> None:
    operator.fake(call, code=254, err=f"\n{error}\n")
    run = operator.deploy("--provision")
    assert (run.code, run.changes) == (1, [])
    assert re.search(rf"^error: .*{told}", run.err, re.MULTILINE), run.err
    assert "Nothing was changed." in run.err


@pytest.mark.parametrize(
    ("status", "told"),
    [
        ("ROLLBACK_COMPLETE", "cannot be updated.* cloudformation delete-stack --stack-name"),
        ("DELETE_FAILED", "cannot be updated.* cloudformation delete-stack --stack-name"),
        ("UPDATE_ROLLBACK_FAILED", "cloudformation continue-update-rollback --stack-name"),
        ("DELETE_IN_PROGRESS", "wait until it is done and run this again"),
    ],
)
def test_stuck_stack_is_told_with_the_way_out(operator: Operator, status: str, told: str) -> None:
    operator.fake("cloudformation describe-stacks", out=f"{status}\t{operator.prefix}\n")
    run = operator.deploy("--provision")
    assert (run.code, run.changes) == (1, [])
    assert re.search(rf"^error: the stack {operator.prefix}-foundation is in {status}.*{told}", run.err, re.MULTILINE)


EXPLAIN = """
work={work} aws_cli={aws}
source {backend}/scripts/lib/talking.sh; source {backend}/scripts/lib/stacks.sh
: >"$work/error"
explain_stack_failure linda-api
"""
ANSWER = (
    '<DescribeStackEventsResponse xmlns="http://cloudformation.amazonaws.com/doc/2010-05-15/">{}'
    "</DescribeStackEventsResponse>"
)


def _event(number: int, resource: str, status: str, reason: str = "", kind: str = "AWS::ApiGatewayV2::Route") -> str:
    """As DescribeStackEvents answers it."""
    return (
        f"<member><EventId>{number}</EventId><StackId>arn:linda-api</StackId><StackName>linda-api</StackName>"
        f"<LogicalResourceId>{resource}</LogicalResourceId><PhysicalResourceId>{resource}</PhysicalResourceId>"
        f"<ResourceType>{kind}</ResourceType><ResourceStatus>{status}</ResourceStatus>"
        f"<ResourceStatusReason>{reason}</ResourceStatusReason><Timestamp>2026-11-26T17:30:05.000Z</Timestamp></member>"
    )


def _failed_operation() -> list[str]:
    """Newest first, as they come: a rollback of 60 events, the cause, and an older failure that is none of ours."""
    stack = "AWS::CloudFormation::Stack"
    steps = [("linda-api", "ROLLBACK_COMPLETE", "", stack)]
    steps += [(f"Route{number}", "DELETE_COMPLETE", "", "AWS::ApiGatewayV2::Route") for number in range(60)]
    steps += [("linda-api", "ROLLBACK_IN_PROGRESS", "The following resource(s) failed to create: [Stage].", stack)]
    steps += [(f"Alarm{number}", "CREATE_FAILED", "Resource creation cancelled", "x") for number in range(8)]
    steps += [
        ("Stage", "CREATE_FAILED", "Unable to find Route by key GET /nowhere within the provided RouteSettings", "x")
    ]
    steps += [(f"Route{number}", "CREATE_IN_PROGRESS", "Resource creation Initiated", "x") for number in range(20)]
    steps += [("linda-api", "CREATE_IN_PROGRESS", "User Initiated", stack)]
    steps += [
        ("Api", "DELETE_FAILED", "of another day", "x"),
        ("linda-api", "DELETE_IN_PROGRESS", "User Initiated", stack),
    ]
    return [_event(number, *step) for number, step in enumerate(steps)]


def test_cause_of_a_failed_stack_is_found_behind_all_that_its_rollback_did(operator: Operator, tmp_path: Path) -> None:
    events = _failed_operation()
    pages = ["".join(events[:50]), "".join(events[50:])]

    def answer(form: dict[str, str]) -> str:
        number = int(form.get("NextToken", "0"))
        following = f"<NextToken>{number + 1}</NextToken>" if number + 1 < len(pages) else ""
        result = f"<StackEvents>{pages[number]}</StackEvents>{following}"
        return ANSWER.format(f"<DescribeStackEventsResult>{result}</DescribeStackEventsResult>")

    script = EXPLAIN.format(work=tmp_path, aws=operator.home / "aws", backend=BACKEND)
    with stand_in(answer) as url:
        environment = operator.settings | {"AWS_ENDPOINT_URL": url}
        run = subprocess.run(["bash", "-euc", script], env=environment, capture_output=True, text=True)
    assert run.returncode == 1
    reasons = [line for line in run.stderr.splitlines() if line.startswith("  ")]
    assert reasons == ["  Stage: Unable to find Route by key GET /nowhere within the provided RouteSettings"]


def test_names_that_are_somebody_elses_are_left_alone(operator: Operator) -> None:
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as content:
        content.writestr("index.py", "def handler(event, context): ...")
    operator.aws.client("lambda").create_function(
        FunctionName=f"{operator.prefix}-scheduler",
        Runtime="python3.13",
        Handler="index.handler",
        Role="arn:aws:iam::000000000000:role/theirs",
        Code={"ZipFile": archive.getvalue()},
    )
    template = '{"Resources": {"Theirs": {"Type": "AWS::SNS::Topic"}}}'
    operator.aws.client("cloudformation").create_stack(StackName=f"{operator.prefix}-api", TemplateBody=template)
    run = operator.deploy("--provision")
    assert (run.code, run.changes) == (1, [])
    for told in (
        f"a function {operator.prefix}-scheduler that is not LINDA's",
        f"a stack {operator.prefix}-api that is not",
    ):
        assert re.search(rf"^error: there is {told}.*another LINDA_PREFIX", run.err, re.MULTILINE), run.err
    gone = operator.deploy("--destroy", typed=f"{operator.prefix}\n")
    assert (gone.code, gone.changes) == (1, [])


def test_missing_tools_and_odd_places_are_told_at_once(operator: Operator) -> None:
    run = operator.deploy("--provision", settings={"AWS_CLI": "/nowhere/aws", "ALARM_EMAIL": "nobody"})
    assert run.code == 1
    assert re.search("^error: the AWS CLI .*was not found.* pip install awscli", run.err, re.MULTILINE)
    assert re.search("^error: ALARM_EMAIL is no e-mail address", run.err, re.MULTILINE)
    run = operator.deploy("--provision", settings={"AWS_REGION": "Virginia"})
    assert re.search("^error: AWS_REGION is Virginia, which is no region", run.err, re.MULTILINE)
    other = {"LAMBDA_ROLE_ARN": "arn:aws:iam::123456789012:role/linda"}
    run = operator.deploy(settings=other)
    assert re.search(r"^error: LAMBDA_ROLE_ARN belongs to another account", run.err, re.MULTILINE)
    assert len(re.findall(r"^error: there is no table .* --provision makes it$", run.err, re.MULTILINE)) == 2


def test_tables_in_another_region_are_looked_for_there(operator: Operator) -> None:
    run = operator.deploy(
        settings={"DYNAMODB_REGION": "us-west-2", "LAMBDA_ROLE_ARN": "arn:aws:iam::000000000000:role/x"}
    )
    looked = [call for call in run.calls if call[:2] == ["dynamodb", "describe-table"]]
    assert [call[call.index("--region") + 1] for call in looked] == ["us-west-2", "us-west-2"]
    assert (
        len(re.findall(r"^error: there is no table .* in us-west-2: --provision makes it$", run.err, re.MULTILINE)) == 2
    )


def test_who_deploys_functions_alone_need_not_see_stacks(operator: Operator) -> None:
    operator.fake("cloudformation describe-stacks", code=254, err="\nAn error occurred (AccessDenied)\n")
    run = operator.deploy(settings={"LAMBDA_ROLE_ARN": "arn:aws:iam::000000000000:role/x"})
    assert re.search(r"^warning: the stack .*-api cannot be looked at", run.err, re.MULTILINE)
    assert not re.search(r"^error: .*stack", run.err, re.MULTILINE)


@pytest.mark.long
def test_expiry_that_may_not_be_seen_is_a_warning(operator: Operator, tmp_path: Path) -> None:
    tree = small_shop(tmp_path / "tree")
    refused = f"{DENIED.format(call='DescribeTimeToLive')}not authorized to perform: dynamodb:DescribeTimeToLive"
    operator.fake("dynamodb describe-time-to-live", code=254, err=f"\n{refused}\n")
    build = {"LAMBDA_BUILD_DIR": str(tree.backend / "build")}
    run = operator.deploy("--provision", settings=build, script=tree.script)
    assert run.code == 0, run.err
    assert re.search("^warning: whether items of .* expire cannot be seen.*DescribeTimeToLive", run.err, re.MULTILINE)


@pytest.mark.parametrize("action", ["--verify", "--rollback"])
def test_who_looks_in_the_wrong_region_is_told_where_he_looked(operator: Operator, action: str) -> None:
    create_tables(operator.aws.client("dynamodb"), f"{operator.prefix}-leads", f"{operator.prefix}-state")
    run = operator.deploy(action)
    assert (run.code, run.changes) == (1, [])
    assert re.search(r"^error: .* in account 000000000000, region us-east-1", run.err, re.MULTILINE), run.err


@pytest.mark.slow
def test_settings_that_aws_repeats_in_an_error_are_not_shown(operator: Operator) -> None:
    told = (
        "Lambda was unable to configure your environment variables because the environment variables you have provided "
    )
    told += f'exceeded the 4KB limit. String measured: {{"TWILIO_AUTH_TOKEN":"{AUTH_TOKEN}"}}'
    operator.fake("lambda create-function", code=254, err=f"\n{told}\n")
    run = operator.deploy("--provision")
    assert run.code == 1
    assert "exceeded the 4KB limit." in run.err
    assert AUTH_TOKEN not in run.err


def test_settings_are_measured_as_aws_does() -> None:
    """As JSON: 4096 bytes pass, one more does not."""
    settings = {"TWILIO_AUTH_TOKEN": "t", "ADMIN_API_TOKEN": ADMIN_TOKEN, "OPENAI_API_KEY": "x"}
    wanted = function_config.wanted_settings(function_config.FUNCTIONS["dispatcher"], settings)
    others = len(json.dumps(wanted, separators=(",", ":"))) - 1
    for size, refused in ((4096, False), (4097, True)):
        settings["OPENAI_API_KEY"] = "x" * (size - others)
        errors = [text for kind, text in function_config.problems(settings) if kind == "error"]
        assert bool(errors) is refused, errors


def test_where_the_system_trusts_nobody_pips_certificates_are_used(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "none.pem").write_text("")
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "none.pem"))
    monkeypatch.setenv("SSL_CERT_DIR", str(tmp_path))
    assert trust.https_context().cert_store_stats()["x509_ca"] > 50


@pytest.mark.slow
def test_role_that_lambda_may_not_assume_is_told_after_some_tries(operator: Operator) -> None:
    operator.fake("lambda create-function", code=254, err=f"\n{UNASSUMABLE}\n")
    run = operator.deploy("--provision")
    assert run.code == 1
    assert re.search(
        r"^error: the function .*-dispatcher could not be made: .*lambda\.amazonaws\.com", run.err, re.MULTILINE
    )
    assert sum(call[:2] == ["lambda", "create-function"] for call in run.calls) == 13


def test_zip_over_the_limit_is_told_before_it_is_sent(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(package, "_MAX_BYTES", 1_000_000)
    (tmp_path / "zip").write_bytes(b"0" * 1_200_000)
    with pytest.raises(SystemExit, match=r"dispatcher\.zip has 1\.2 MB and Lambda takes 1 MB: see what grew"):
        package._check_size(tmp_path / "zip", "dispatcher")


@pytest.mark.parametrize("arguments", [("--verify", "--rollback"), ("--with-tables",), ("--provision", "--destroy")])
def test_flags_that_do_not_go_together_are_refused(operator: Operator, arguments: tuple[str, ...]) -> None:
    run = operator.deploy(*arguments)
    assert (run.code, run.calls) == (1, [])
    assert run.err.startswith("error: --")
