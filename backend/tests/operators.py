"""Somebody with a shell who deploys: an own prefix, own tables, a notebook of the AWS CLI's calls."""

import ast
import os
import re
import subprocess
import sys
import uuid
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from signal import SIGKILL, Signals
from typing import Any
from urllib.parse import parse_qsl

from aws_cli import write_command
from gateway_events import ADMIN_TOKEN, AUTH_TOKEN, SHOP_NUMBER
from local_aws import BACKEND, LocalAws
from loopback import LoopbackServer

SCRIPT = BACKEND / "scripts" / "deploy_lambda.sh"
OPENAI_KEY = "sk-openai-key-of-tests"
# Nothing listens there: a model that cannot be reached.
MODEL = {"OPENAI_API_KEY": OPENAI_KEY, "OPENAI_BASE_URL": "http://127.0.0.1:9/v1"}
SECRETS = (AUTH_TOKEN, ADMIN_TOKEN, OPENAI_KEY)
FUNCTIONS = ("dispatcher", "state-manager", "scheduler")
CHANGING = re.compile(r"^(create|update|put|delete|add|remove|publish|tag)-")


@dataclass(frozen=True)
class Run:
    """How one run of a script ended, and the calls of the AWS CLI that it made."""

    code: int
    out: str
    err: str
    calls: list[list[str]]

    @property
    def changes(self) -> list[str]:
        """What was called that can change something, save stacks: those are CloudFormation's to compare.

        A change set that is thrown away has changed nothing.
        """
        made = [" ".join(call[:2]) for call in self.calls if len(call) > 1 and CHANGING.match(call[1])]
        return [call for call in made if call != "cloudformation delete-change-set"]


@dataclass(frozen=True)
class Operator:
    """His settings are whole; what a test wants otherwise it passes."""

    aws: LocalAws
    home: Path
    prefix: str

    @property
    def settings(self) -> dict[str, str]:
        return {
            **self.aws.environment(),
            "PATH": os.environ.get("PATH", os.defpath),
            "HOME": str(self.home),
            "TMPDIR": str(self.home / "tmp"),
            "PYTHON": sys.executable,
            "AWS_CLI": str(self.home / "aws"),
            "LINDA_PREFIX": self.prefix,
            "LAMBDA_PLATFORM": "native",
            # A wrong answer of the local AWS does not get right by waiting.
            "LINDA_PROOF_SECONDS": "1",
            "LINDA_PAUSE_SECONDS": "0",
            "REPAIRS_LEAD_LOG_TABLE": f"{self.prefix}-leads",
            "BRANDON_STATE_LOG_TABLE": f"{self.prefix}-state",
            "TWILIO_AUTH_TOKEN": AUTH_TOKEN,
            "TWILIO_PHONE_NUMBER": SHOP_NUMBER,
            "ADMIN_API_TOKEN": ADMIN_TOKEN,
        }

    def deploy(
        self,
        *arguments: str,
        settings: Mapping[str, str] | None = None,
        env_file: str = "",
        script: Path = SCRIPT,
        typed: str = "",
    ) -> Run:
        """Run the script. An empty value takes a setting away; `env_file` is the content of the .env."""
        (self.home / "calls").unlink(missing_ok=True)
        dotenv = self.home / "dotenv"
        dotenv.write_text(env_file)
        environment = {name: value for name, value in {**self.settings, **(settings or {})}.items() if value}
        run = run_bash(script, "--env-file", str(dotenv), *arguments, environment=environment, typed=typed)
        calls = self.calls()
        return Run(run.returncode, run.stdout, run.stderr, calls)

    @contextmanager
    def struck(self, call: str, nth: int = 1, signal: Signals = SIGKILL) -> Iterator[None]:
        """A run meanwhile gets the signal, with all its processes, when the nth of these calls has come back."""
        kill_at = self.home / "kill_at"
        kill_at.write_text(f"{call}\n{nth}\n{signal.value}")
        try:
            yield
        finally:
            kill_at.unlink()

    def calls(self) -> list[list[str]]:
        """The calls of the AWS CLI since the last deploy began."""
        log = self.home / "calls"
        return [ast.literal_eval(line) for line in log.read_text().splitlines()] if log.exists() else []

    def again(self, *arguments: str, **settings: str) -> Run:
        """Deploy with everything around the functions, as the shared deployment was."""
        return self.deploy("--provision", *arguments, settings={**MODEL, **settings})

    def configuration(self, function: str, qualifier: str = "$LATEST") -> dict[str, Any]:
        client, name = self.aws.client("lambda"), f"{self.prefix}-{function}"
        answer = client.get_function_configuration(FunctionName=name, Qualifier=qualifier)
        del answer["ResponseMetadata"]
        return dict(answer)

    def variables(self, function: str) -> dict[str, str]:
        return dict(self.configuration(function, "live")["Environment"]["Variables"])

    def live(self) -> list[str]:
        """The version that each function's alias leads to; "" for one without."""
        return [self._live(function) for function in FUNCTIONS]

    def _live(self, function: str) -> str:
        client = self.aws.client("lambda")
        try:
            return str(client.get_alias(FunctionName=f"{self.prefix}-{function}", Name="live")["FunctionVersion"])
        except client.exceptions.ResourceNotFoundException:
            return ""

    def fake(self, call: str, code: int = 0, out: str = "", err: str = "", nth: Collection[int] = ()) -> None:
        """From now on a call of the AWS CLI (`service command`) ends like this and reaches nobody: every one of a run,
        or the nth ones.
        """
        path = self.home / "fakes"
        fakes = ast.literal_eval(path.read_text()) if path.exists() else {}
        path.write_text(repr(fakes | {call: {"code": code, "out": out, "err": err, "nth": list(nth)}}))

    def no_fakes(self) -> None:
        (self.home / "fakes").unlink(missing_ok=True)


def run_bash(
    script: Path, *arguments: str, environment: Mapping[str, str], typed: str = ""
) -> subprocess.CompletedProcess[str]:
    """In a session of its own, so that a test can kill all of it."""
    command = ["bash", str(script), *arguments]
    return subprocess.run(
        command, env=dict(environment), capture_output=True, text=True, input=typed, timeout=300, start_new_session=True
    )


def new_operator(aws: LocalAws, home: Path, server: Path) -> Operator:
    (home / "tmp").mkdir(parents=True)
    write_command(home / "aws", home, server)
    return Operator(aws, home, f"t{uuid.uuid4().hex[:12]}")


@contextmanager
def stand_in(answer: Callable[[dict[str, str]], str]) -> Iterator[str]:
    """An AWS service of the query protocol, whose XML for a request's form is what `answer` makes; yields its URL."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            form = dict(parse_qsl(self.rfile.read(int(self.headers["Content-Length"])).decode()))
            content = answer(form).encode()
            self.send_response(200)
            self.send_header("Content-Type", "text/xml")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: object) -> None: ...

    server = LoopbackServer(Handler)
    try:
        yield server.url
    finally:
        server.close()
