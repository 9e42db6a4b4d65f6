"""What is live: versions prove themselves first, what fails goes back, what was interrupted is completed."""

import json
import re
import subprocess
import threading
import zlib
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from local_aws import BACKEND, LocalAws, create_tables
from operators import FUNCTIONS, Operator, Run, new_operator
from small_shop import HANDLERS, SmallShop, edition, small_shop

pytestmark = pytest.mark.slow
SLOTS_TOLD = "the free slots are told"
TEXT_STORED = "the text is stored in"


@dataclass(frozen=True)
class Alias:
    """Where the alias `live` of a function leads, and what its description says."""

    version: str
    note: str


@dataclass(frozen=True)
class Shop:
    """A small shop, deployed by its operator."""

    operator: Operator
    tree: SmallShop

    def deploy(self, *arguments: str, typed: str = "", **settings: str) -> Run:
        build = {"LAMBDA_BUILD_DIR": str(self.tree.backend / "build")}
        return self.operator.deploy(*arguments, settings=build | settings, script=self.tree.script, typed=typed)

    def provision(self, **settings: str) -> Run:
        return self.deploy("--provision", **settings)

    @property
    def url(self) -> str:
        stacks = self.operator.aws.client("cloudformation").describe_stacks(StackName=f"{self.operator.prefix}-api")
        outputs = {output["OutputKey"]: output["OutputValue"] for output in stacks["Stacks"][0]["Outputs"]}
        return str(outputs["ApiUrl"])

    def aliases(self) -> list[Alias]:
        client = self.operator.aws.client("lambda")
        names = [f"{self.operator.prefix}-{function}" for function in FUNCTIONS]
        found = [client.get_alias(FunctionName=name, Name="live") for name in names]
        return [Alias(alias["FunctionVersion"], alias["Description"]) for alias in found]

    def lead(self, aliases: Sequence[Alias]) -> None:
        """Lead the aliases by hand."""
        client = self.operator.aws.client("lambda")
        for function, alias in zip(FUNCTIONS, aliases, strict=True):
            name, version, note = f"{self.operator.prefix}-{function}", alias.version, alias.note
            client.update_alias(FunctionName=name, Name="live", FunctionVersion=version, Description=note)

    def is_settled(self) -> bool:
        return all("proved=yes" in alias.note for alias in self.aliases())


def _new_shop(aws: LocalAws, aws_cli: Path, directory: Path) -> Shop:
    return Shop(new_operator(aws, directory / "operator", aws_cli), small_shop(directory / "tree"))


@pytest.fixture(scope="module")
def shared_shop(local_aws: LocalAws, aws_cli: Path, tmp_path_factory: pytest.TempPathFactory) -> Shop:
    shop = _new_shop(local_aws, aws_cli, tmp_path_factory.mktemp("shop"))
    run = shop.provision()
    assert run.code == 0, run.err
    return shop


@pytest.fixture
def shop(shared_shop: Shop) -> Iterator[Shop]:
    """The shared one, as it was first deployed; whatever a test leaves in the tree and live is put back."""
    first = shared_shop.aliases()
    yield shared_shop
    shared_shop.lead(first)
    for handler in HANDLERS:
        shared_shop.tree.edit(handler, "one")


@contextmanager
def _asking(url: str) -> Iterator[set[str]]:
    """Ask the public URL all the while; what answered is in the set."""
    answers: set[str] = set()
    over = threading.Event()

    def ask() -> None:
        while not over.wait(0.05):
            answers.add(edition(url))

    thread = threading.Thread(target=ask)
    thread.start()
    try:
        yield answers
    finally:
        over.set()
        thread.join()


# --- proof ---------------------------------------------------------------------------------------------------


def test_change_of_one_function_moves_its_alias_and_no_other(shop: Shop) -> None:
    before = shop.operator.live()
    shop.tree.edit("scheduler", "two")
    run = shop.provision()
    assert run.code == 0, run.err
    after = shop.operator.live()
    assert after[:2] == before[:2]
    assert int(after[2]) > int(before[2])
    assert edition(shop.url) == "two"
    assert run.changes == [
        "lambda update-function-code",
        "lambda publish-version",
        *["lambda update-alias"] * 2,
    ]
    asked = [call for call in run.calls if call[:2] == ["lambda", "invoke"]]
    moved = next(number for number, call in enumerate(run.calls) if "update-alias" in call)
    before_it, after_it = asked[:5], asked[5:]
    assert all(run.calls.index(call) < moved for call in before_it)
    assert [call[call.index("--qualifier") + 1] for call in after_it] == ["live"]  # whether it is led there by now


def test_versions_that_fail_are_never_live_and_the_old_ones_answer_all_the_while(shop: Shop) -> None:
    before = shop.aliases()
    shop.tree.edit("scheduler", "broken", before_answering="raise RuntimeError('broken build')")
    shop.tree.edit("dispatcher", "forgetful", before_answering="globals().update(store=lambda form: None)")
    with _asking(shop.url) as answers:
        run = shop.provision()
    assert run.code == 1
    assert re.search(rf"^error: a new version did not prove itself: {SLOTS_TOLD}; {TEXT_STORED}", run.err, re.MULTILINE)
    assert re.search(rf"{SLOTS_TOLD}: the function failed: .*: broken build$", run.err, re.MULTILINE)
    assert "update-alias" not in " ".join(run.changes)
    assert answers == {"one"}
    assert shop.aliases() == before


def test_version_that_fails_in_public_goes_back(shop: Shop) -> None:
    before = shop.aliases()
    in_public = "assert not event['requestContext']['domainName'].endswith('localhost')"
    shop.tree.edit("scheduler", "broken", before_answering=in_public)
    run = shop.provision()
    assert run.code == 1
    assert re.search(rf"^error: the public URL did not prove itself: {SLOTS_TOLD}$", run.err, re.MULTILINE)
    assert re.search("^error: what is live is back at the versions before, and answers", run.err, re.MULTILINE)
    assert shop.aliases() == before
    assert edition(shop.url) == "one"


def test_door_that_cannot_be_rebuilt_leaves_the_alias_where_it_is(shop: Shop) -> None:
    before = shop.aliases()
    shop.tree.edit("scheduler", "another")
    api = shop.tree.backend / "infra" / "api.yaml"
    good = api.read_text()
    api.write_text(good.replace("\nOutputs:", "\n  Odd:\n    Type: AWS::Nonsense::Thing\nOutputs:"))
    run = shop.provision()
    api.write_text(good)
    assert run.code == 1
    assert re.search(rf"^error: the stack {shop.operator.prefix}-api was not deployed", run.err, re.MULTILINE)
    assert shop.aliases() == before
    assert edition(shop.url) == "one"


@contextmanager
def _edited(path: Path, old: str, new: str) -> Iterator[None]:
    """A file of the tree with other words in it, for as long as the block lasts."""
    good = path.read_text()
    assert old in good
    path.write_text(good.replace(old, new))
    try:
        yield
    finally:
        path.write_text(good)


def _leading_nowhere(shop: Shop) -> AbstractContextManager[None]:
    """The free slots have no route."""
    return _edited(shop.tree.backend / "infra" / "api.yaml", "RouteKey: GET /availability", "RouteKey: GET /nowhere")


def _api_stack(shop: Shop) -> tuple[str, list[dict[str, str]]]:
    """Its template and parameters."""
    stacks, name = shop.operator.aws.client("cloudformation"), f"{shop.operator.prefix}-api"
    parameters = stacks.describe_stacks(StackName=name)["Stacks"][0]["Parameters"]
    return stacks.get_template(StackName=name)["TemplateBody"].strip(), parameters


def test_door_that_leads_nowhere_is_put_back_and_never_passes_for_proved(shop: Shop) -> None:
    """Nothing but the template of the API and its parameters are changed."""
    before, stack = shop.aliases(), _api_stack(shop)
    told = rf"^error: the public URL did not prove itself: {SLOTS_TOLD}$"
    with _leading_nowhere(shop):
        run = shop.provision(ALARM_EMAIL="owner@shop.example")
        assert run.code == 1
        assert re.search(told, run.err, re.MULTILINE)
        assert re.search(r"^error: .* back at .*-api as it was before, and answers\.$", run.err, re.MULTILINE)
        assert run.changes == []
        assert (shop.aliases(), _api_stack(shop), edition(shop.url)) == (before, stack, "one")
        # Where the one that changed it was killed, the next one finds it changed, asks all the same, and has no other.
        _killed(shop, "cloudformation deploy", 2)
        again = shop.provision()
        assert again.code == 1
        assert re.search(told, again.err, re.MULTILINE)
        assert "nothing else that this run could put back" in again.err
    good = shop.provision()
    assert good.code == 0, good.err
    assert (shop.aliases(), _api_stack(shop), edition(shop.url)) == (before, stack, "one")


@pytest.mark.long
def test_door_that_was_put_back_is_tried_again_and_fails_again(shop: Shop) -> None:
    with _leading_nowhere(shop):
        assert [shop.provision().code for _ in range(2)] == [1, 1]
    good = shop.provision()
    assert (good.code, good.changes, good.err.count("nothing to do")) == (0, [], 5)


THROTTLED = "\nAn error occurred (TooManyRequestsException) when calling the UpdateAlias operation: Rate exceeded\n"


@pytest.fixture
def refusals(shop: Shop) -> Iterator[Operator]:
    """The shop's operator; what his AWS CLI is told to refuse is forgotten after the test."""
    yield shop.operator
    shop.operator.no_fakes()


@pytest.mark.long
def test_alias_is_moved_when_aws_has_no_time_for_it_at_first(shop: Shop, refusals: Operator) -> None:
    shop.tree.edit("state_manager", "throttled")
    shop.tree.edit("scheduler", "throttled")
    refusals.fake("lambda update-alias", code=254, err=THROTTLED, nth=[2])
    run = shop.provision()
    assert run.code == 0, run.err
    assert shop.is_settled()
    assert edition(shop.url) == "throttled"


@pytest.mark.long
def test_alias_that_cannot_be_moved_sends_back_those_that_went(shop: Shop, refusals: Operator) -> None:
    before = shop.aliases()
    shop.tree.edit("state_manager", "refused")
    shop.tree.edit("scheduler", "refused")
    refusals.fake("lambda update-alias", code=254, err=THROTTLED, nth=range(2, 15))
    run = shop.provision()
    assert run.code == 1
    assert re.search("^error: the alias live of .*-scheduler could not be led to version", run.err, re.MULTILINE)
    assert re.search("^error: what is live is back at the versions before, and answers", run.err, re.MULTILINE)
    assert shop.aliases() == before


@pytest.mark.long
def test_proof_that_breaks_off_after_the_aliases_moved_sends_them_back(shop: Shop) -> None:
    before = shop.aliases()
    shop.tree.edit("scheduler", "unasked")
    proof = shop.tree.backend / "scripts" / "lib" / "proof.py"
    with _edited(
        proof, "def ask_public(", "def ask_public(*_: object) -> None:\n    raise SystemExit(3)\n\n\ndef _asked("
    ):
        run = shop.provision()
    assert run.code == 1
    assert re.search(
        "^error: the public URL did not prove itself: the proof through .* could be made", run.err, re.MULTILINE
    )
    assert "what is live is back at the versions before, and that fails as well" in run.err
    assert shop.aliases() == before


@pytest.mark.long
def test_address_of_his_own_that_leads_nowhere_is_told_each_time_and_nothing_goes_back(shop: Shop) -> None:
    before = shop.operator.live()
    for _ in range(2):
        run = shop.provision(PUBLIC_BASE_URL="http://127.0.0.1:9")
        assert run.code == 1
        assert re.search(r"^error: the deploy is live .* not at PUBLIC_BASE_URL \(http://127", run.err, re.MULTILINE)
        assert shop.is_settled()
    assert shop.operator.live() != before


@pytest.mark.long
def test_alias_that_the_version_before_still_answers_for_is_not_taken_for_the_new_one(
    shop: Shop, refusals: Operator
) -> None:
    before = shop.aliases()
    shop.tree.edit("scheduler", "late")
    refusals.fake("lambda invoke", out="6\n", nth=range(6, 20))
    run = shop.provision()
    assert run.code == 1
    assert re.search(r"^error: .*-scheduler:live leads to version \d+ and is answered by 6$", run.err, re.MULTILINE)
    assert shop.aliases() == before


@pytest.mark.long
def test_version_is_cut_only_when_what_a_killed_run_began_is_done(shop: Shop, refusals: Operator) -> None:
    shop.tree.edit("scheduler", "pending")
    _killed(shop, "lambda update-function-code", 1)
    pending = json.dumps(refusals.configuration("scheduler") | {"LastUpdateStatus": "InProgress"})
    refusals.fake("lambda get-function-configuration", out=pending, nth=[4])  # three of what is live came before
    run = shop.provision()
    assert run.code == 0, run.err
    waited = next(number for number, call in enumerate(run.calls) if "function-updated-v2" in call)
    assert "lambda update-function-code" not in run.changes
    assert waited < next(number for number, call in enumerate(run.calls) if "publish-version" in call)


def test_verify_names_what_fails_and_changes_nothing(shop: Shop) -> None:
    good = shop.deploy("--verify")
    assert (good.code, good.changes) == (0, [])
    assert good.err.count("  ok  ") == 12
    bad = shop.deploy("--verify", ADMIN_API_TOKEN="another-token-" + "x" * 32)
    assert (bad.code, bad.changes) == (1, [])
    assert re.search(r"^error: .*: the state is told with the token$", bad.err, re.MULTILINE)
    wrong = shop.deploy("--verify", TWILIO_AUTH_TOKEN="another")
    assert wrong.code == 1
    assert re.search(r"^error: .*: a signed text is answered; the text is stored", wrong.err, re.MULTILINE)


# --- rollback ------------------------------------------------------------------------------------------------


def test_rollback_undoes_the_last_deploy_and_the_next_one_brings_it_again(shop: Shop) -> None:
    old = shop.operator.live()
    shop.tree.edit("scheduler", "two")
    assert shop.provision().code == 0
    new = shop.operator.live()
    back = shop.deploy("--rollback")
    assert back.code == 0, back.err
    assert back.changes == ["lambda update-alias"]
    assert (shop.operator.live(), edition(shop.url)) == (old, "one")
    again = shop.provision()
    assert again.code == 0
    assert (shop.operator.live(), edition(shop.url)) == (new, "two")
    assert "lambda update-function-code" not in again.changes


def test_first_deploy_has_nothing_to_go_back_to(shop: Shop) -> None:
    shop.lead([Alias(alias.version, "deploy=20260101T000000Z proved=yes before=") for alias in shop.aliases()])
    run = shop.deploy("--rollback")
    assert (run.code, run.changes) == (1, [])
    assert "no version is known that was live before" in run.err


# --- interruptions -------------------------------------------------------------------------------------------


def _killed(shop: Shop, call: str, nth: int, *arguments: str, typed: str = "", **settings: str) -> Run:
    """A run that dies, with all its processes, when the nth of these calls of the AWS CLI has come back."""
    with shop.operator.struck(call, nth):
        run = shop.deploy(*(arguments or ("--provision",)), typed=typed, **settings)
    assert run.code == -9, run.err
    return run


@pytest.mark.parametrize(
    ("call", "nth"),
    [
        pytest.param("cloudformation deploy", 1, marks=pytest.mark.long),
        pytest.param("dynamodb update-time-to-live", 1, marks=pytest.mark.long),
        pytest.param("lambda create-function", 1, marks=pytest.mark.long),
        pytest.param("lambda create-function", 3, marks=pytest.mark.long),
        pytest.param("lambda publish-version", 2, marks=pytest.mark.long),
        pytest.param("lambda put-function-concurrency", 1, marks=pytest.mark.long),
        pytest.param("lambda invoke", 2, marks=pytest.mark.long),
        pytest.param("lambda create-alias", 2, marks=pytest.mark.long),
        pytest.param("cloudformation deploy", 2, marks=pytest.mark.long),
        pytest.param("lambda update-alias", 1, marks=pytest.mark.long),
    ],
)
def test_first_deploy_killed_anywhere_is_completed_by_the_next_run(
    local_aws: LocalAws, aws_cli: Path, tmp_path: Path, call: str, nth: int
) -> None:
    shop = _new_shop(local_aws, aws_cli, tmp_path)
    _killed(shop, call, nth)
    completed = shop.provision()
    assert completed.code == 0, completed.err
    assert shop.operator.live() == ["1", "1", "1"]
    assert shop.is_settled()
    assert edition(shop.url) == "one"
    assert list((shop.operator.home / "tmp").iterdir()) == []
    third = shop.provision()
    assert (third.code, third.changes, third.err.count("nothing to do")) == (0, [], 5)


@pytest.mark.parametrize(
    ("call", "nth"),
    [
        pytest.param("lambda update-function-code", 1, marks=pytest.mark.long),
        pytest.param("lambda update-function-configuration", 1, marks=pytest.mark.long),
        pytest.param("lambda publish-version", 1, marks=pytest.mark.long),
        ("lambda update-alias", 1),
        pytest.param("lambda update-alias", 2, marks=pytest.mark.long),
        pytest.param("lambda update-alias", 3, marks=pytest.mark.long),
    ],
)
def test_change_killed_anywhere_is_completed_by_the_next_run_and_goes_back_as_one(
    shop: Shop, call: str, nth: int
) -> None:
    before = shop.operator.live()
    changed = f"{call} {nth}"  # another than any test before has left in $LATEST
    shop.tree.edit("scheduler", changed)
    setting = {"TWILIO_PHONE_NUMBER": f"+1904555{zlib.crc32(changed.encode()) % 10000:04}"}  # two functions have it
    _killed(shop, call, nth, **setting)
    completed = shop.provision(**setting)
    assert completed.code == 0, completed.err
    assert shop.is_settled()
    assert edition(shop.url) == changed
    assert shop.deploy("--rollback").code == 0
    assert shop.operator.live() == before
    assert edition(shop.url) == "one"


# --- other tables ---------------------------------------------------------------------------------------------


@pytest.mark.long
def test_table_of_another_name_takes_the_place_of_the_first_which_is_kept(
    local_aws: LocalAws, aws_cli: Path, tmp_path: Path
) -> None:
    """As after a restore from a backup."""
    shop = _new_shop(local_aws, aws_cli, tmp_path)
    prefix, tables = shop.operator.prefix, local_aws.client("dynamodb")
    assert shop.provision().code == 0
    create_tables(tables, f"{prefix}-restored", f"{prefix}-of-nobody")
    run = shop.provision(REPAIRS_LEAD_LOG_TABLE=f"{prefix}-restored")
    assert run.code == 0, run.err
    assert f"table {prefix}-restored: takes the place of {prefix}-leads, which is kept" in run.err
    assert shop.operator.variables("dispatcher")["REPAIRS_LEAD_LOG_TABLE"] == f"{prefix}-restored"
    assert {f"{prefix}-leads", f"{prefix}-restored"} <= set(tables.list_tables()["TableNames"])


@pytest.mark.long
def test_table_of_a_name_that_nobody_has_is_made(local_aws: LocalAws, aws_cli: Path, tmp_path: Path) -> None:
    shop = _new_shop(local_aws, aws_cli, tmp_path)
    prefix = shop.operator.prefix
    assert shop.provision().code == 0
    run = shop.provision(REPAIRS_LEAD_LOG_TABLE=f"{prefix}-fresh")
    assert run.code == 0, run.err
    names = local_aws.client("dynamodb").list_tables()["TableNames"]
    assert {f"{prefix}-leads", f"{prefix}-fresh"} <= set(names)


def test_proof_that_cannot_be_prepared_is_no_proof(local_aws: LocalAws, aws_cli: Path, tmp_path: Path) -> None:
    shop = _new_shop(local_aws, aws_cli, tmp_path)
    proof = shop.tree.backend / "scripts" / "lib" / "proof.py"
    proof.write_text("raise SystemExit('no room in /tmp')\n")
    run = shop.provision()
    assert run.code == 1
    assert "the proof could not be prepared" in run.err
    assert [shop.operator.live()] == [["", "", ""]]


# --- destroying ----------------------------------------------------------------------------------------------


def test_destroy_leaves_a_table_that_no_deploy_made(local_aws: LocalAws, aws_cli: Path, tmp_path: Path) -> None:
    operator = new_operator(local_aws, tmp_path / "operator", aws_cli)
    tables, name = local_aws.client("dynamodb"), f"{operator.prefix}-state"
    tables.create_table(
        TableName=name,
        BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[{"AttributeName": "state_id", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "state_id", "KeyType": "HASH"}],
    )
    run = operator.deploy("--destroy", "--with-tables", typed=f"{operator.prefix}\n")
    assert run.code == 0, run.err
    assert f"the table {name} was not made by a deploy" in run.err
    assert name in tables.list_tables()["TableNames"]


def _left(aws: LocalAws, prefix: str) -> list[str]:
    """What still bears the prefix, tables apart."""
    stacks = aws.client("cloudformation").describe_stacks()["Stacks"]
    functions = aws.client("lambda").list_functions()["Functions"]
    groups = aws.client("logs").describe_log_groups()["logGroups"]
    roles = aws.client("iam").list_roles()["Roles"]
    names = [stack["StackName"] for stack in stacks if stack["StackStatus"] != "DELETE_COMPLETE"]
    names += [function["FunctionName"] for function in functions] + [group["logGroupName"] for group in groups]
    names += [role["RoleName"] for role in roles] + [
        api["Name"] for api in aws.client("apigatewayv2").get_apis()["Items"]
    ]
    names += [alarm["AlarmName"] for alarm in aws.client("cloudwatch").describe_alarms()["MetricAlarms"]]
    return [name for name in names if prefix in name]


# --- concurrency ---------------------------------------------------------------------------------------------

RESERVE = """
work={work} aws_cli={aws} prefix=linda dry_run=false backend={backend}
source {backend}/scripts/lib/talking.sh; source {backend}/scripts/lib/functions.sh
reserve_concurrency
"""


@pytest.mark.parametrize(
    ("unreserved", "reserved"), [(10, None), (100, None), (109, None), (110, "10"), (115, "15"), (1000, "50")]
)
def test_executions_are_reserved_only_where_the_account_has_enough(
    operator: Operator, tmp_path: Path, unreserved: int, reserved: str | None
) -> None:
    operator.fake("lambda get-function-concurrency", out="None\n")
    operator.fake("lambda get-account-settings", out=f"{unreserved}\n")
    operator.fake("lambda put-function-concurrency")
    script = RESERVE.format(work=tmp_path, aws=operator.home / "aws", backend=BACKEND)
    run = subprocess.run(["bash", "-euc", script], capture_output=True, text=True, check=True)
    puts = [call[-1] for call in operator.calls() if call[1] == "put-function-concurrency"]
    assert puts == ([reserved] if reserved else [])
    assert ("too few to reserve" in run.stderr) is (reserved is None)


def test_refused_reservation_is_a_warning_and_the_deploy_goes_on(operator: Operator, tmp_path: Path) -> None:
    operator.fake("lambda get-function-concurrency", out="None\n")
    operator.fake("lambda get-account-settings", out="1000\n")
    refused = (
        "An error occurred (AccessDeniedException) when calling the PutFunctionConcurrency operation: User: u is not "
    )
    refused += "authorized to perform: lambda:PutFunctionConcurrency on resource: f"
    operator.fake("lambda put-function-concurrency", code=254, err=f"\n{refused}\n")
    script = RESERVE.format(work=tmp_path, aws=operator.home / "aws", backend=BACKEND) + "\necho on"
    run = subprocess.run(["bash", "-euc", script], capture_output=True, text=True)
    assert (run.returncode, run.stdout) == (0, "on\n")
    assert re.search(r"^warning: they could not be .*\(lambda:PutFunctionConcurrency on f\)", run.stderr, re.MULTILINE)


# --- the end ------------------------------------------------------------------------------------------------


def test_destroy_takes_what_was_made_and_tables_only_when_told_twice(local_aws: LocalAws, shared_shop: Shop) -> None:
    """The last test of the file: it takes the shared shop."""
    shop = shared_shop
    prefix, tables = shop.operator.prefix, local_aws.client("dynamodb")
    wrong = shop.deploy("--destroy", typed="linda\n")
    assert (wrong.code, wrong.changes) == (1, [])
    assert "Nothing was changed" in wrong.err
    _killed(shop, "lambda delete-function", 2, "--destroy", typed=f"{prefix}\n")
    gone = shop.deploy("--destroy", typed=f"{prefix}\n")
    assert gone.code == 0, gone.err
    assert _left(local_aws, prefix) == []
    assert tables.describe_table(TableName=f"{prefix}-leads")["Table"]["TableStatus"] == "ACTIVE"
    assert shop.deploy("--destroy", "--with-tables", typed=f"{prefix}\n").code == 0
    assert not [name for name in tables.list_tables()["TableNames"] if name.startswith(prefix)]
