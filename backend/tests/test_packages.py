"""Each zip under Lambda's own bootstrap, with nothing else on the path; and what the packages weigh."""

import importlib.metadata
import json
import re
import subprocess
import sys
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest
from cfnlint.decode import decode  # type: ignore[import-untyped]

import lambda_runtime
import package
import proof
import vendor
from gateway_events import ADMIN_TOKEN, AUTH_TOKEN
from local_aws import BACKEND, Tables
from lock import LOCK, locked

HANDLERS = ("dispatcher", "state_manager", "scheduler")
# What was measured, and 3 % for other Pythons than that. What a start costs is measured by bench.sh.
MOST_MB = {"dispatcher": 17.2, "state_manager": 2.9, "scheduler": 3.0}
MOST_MB_WITHOUT_BYTE_CODE = {"dispatcher": 12.0, "state_manager": 2.0, "scheduler": 2.0}
NATIVE = vendor.Target(f"{sys.version_info.major}.{sys.version_info.minor}", "x86_64", native=True)


@pytest.fixture(scope="module")
def bootstrap(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return lambda_runtime.bootstrap_in(tmp_path_factory.mktemp("bootstrap"))


@pytest.fixture(scope="module")
def zips(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    output, cache = tmp_path_factory.mktemp("zips"), BACKEND / ".local" / "packages"
    return {function: package.build(function, NATIVE, output, cache).path for function in HANDLERS}


@dataclass(frozen=True)
class Task:
    """A zip as Lambda unpacks it, to be started by its bootstrap."""

    directory: Path
    function: str
    bootstrap: Path

    def ask(self, asked: Sequence[proof.Check], environment: Mapping[str, str]) -> tuple[list[proof.Answer], str]:
        """The answers to events, and all that was logged meanwhile."""
        answers, handler = [], f"{self.function}.handler"
        with lambda_runtime.runtime_api() as api:
            process = subprocess.Popen(
                lambda_runtime.command(sys.executable, self.directory, self.bootstrap, handler),
                env={**environment, **lambda_runtime.environment(api, self.directory, self.function, handler)},
                cwd=self.directory,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
            )
            try:
                for check in asked:
                    api.events.put(check.event())
                    answer = api.answers.get(timeout=30)
                    assert answer.kind == "response", answer
                    answers.append(proof.answer_of_function(json.dumps(answer.body)))
            finally:
                process.kill()
                logged, _ = process.communicate()
        return answers, logged


@pytest.fixture
def task(zips: dict[str, Path], bootstrap: Path, tmp_path: Path, function: str) -> Task:
    directory = tmp_path / "task"
    zipfile.ZipFile(zips[function]).extractall(directory)
    for path in directory.rglob("*"):
        path.chmod(0o555 if path.is_dir() or path.suffix == ".so" else 0o444)
    return Task(directory, function, bootstrap)


def _settings(tables: Tables) -> dict[str, str]:
    secrets = {"TWILIO_AUTH_TOKEN": AUTH_TOKEN, "ADMIN_API_TOKEN": ADMIN_TOKEN}
    return {**tables.environment(), **secrets, "PUBLIC_BASE_URL": "https://linda.invalid"}


def _checks(function: str, settings: Mapping[str, str]) -> list[proof.Check]:
    checks = proof.checks("https://linda.invalid", "SM" + "1" * 32, settings)
    return [check for check in checks if check.function == function]


@pytest.mark.slow
@pytest.mark.parametrize("function", HANDLERS)
def test_zip_alone_answers_under_the_bootstrap_of_lambda(task: Task, tables: Tables, function: str) -> None:
    settings = _settings(tables)
    asked = _checks(function, settings)
    answers, logged = task.ask(asked, settings)
    assert [check.judge(answer) for check, answer in zip(asked, answers, strict=True)] == [""] * len(asked), logged
    assert asked


@pytest.mark.slow
@pytest.mark.parametrize(
    ("function", "filter_"),
    [
        pytest.param("dispatcher", "DispatcherLogged", marks=pytest.mark.long),
        ("scheduler", "SchedulerLogged"),
        pytest.param("state_manager", "StateManagerLogged", marks=pytest.mark.long),
    ],
)
def test_answer_of_an_outage_leaves_a_line_that_the_alarm_counts(
    task: Task, tables: Tables, function: str, filter_: str
) -> None:
    """To Lambda it is an answer like any other."""
    content, _ = decode(str(BACKEND / "infra" / "api.yaml"))
    pattern = re.fullmatch(r'{ \$\.(\w+) = "(\w+)" }', content["Resources"][filter_]["Properties"]["FilterPattern"])
    assert pattern is not None
    settings = _settings(tables) | {"AWS_ENDPOINT_URL": "http://127.0.0.1:9", "AWS_LAMBDA_LOG_FORMAT": "JSON"}
    ((answer,), logged) = task.ask(_checks(function, settings)[:1], settings)
    assert answer.status == (200 if function == "dispatcher" else 503)
    lines = [json.loads(line) for line in logged.splitlines() if line.startswith("{")]
    assert [line for line in lines if line.get(pattern[1]) == pattern[2]], logged


@pytest.mark.slow
def test_packages_stay_small(zips: dict[str, Path], tmp_path: Path) -> None:
    sizes = {function: path.stat().st_size / 1e6 for function, path in zips.items()}
    bare = {function: package.bytes_without_byte_code(path) / 1e6 for function, path in zips.items()}
    print("\nMB:", sizes, "without byte code:", bare)
    assert {function: mb for function, mb in sizes.items() if mb > MOST_MB[function]} == {}
    assert {function: mb for function, mb in bare.items() if mb > MOST_MB_WITHOUT_BYTE_CODE[function]} == {}
    with zipfile.ZipFile(zips["scheduler"]) as archive:
        archive.extractall(tmp_path / "task", [name for name in archive.namelist() if not name.endswith(".pyc")])
    package.write_zip((tmp_path / "task",), tmp_path / "zip")
    assert (tmp_path / "zip").stat().st_size == package.bytes_without_byte_code(zips["scheduler"])


def test_lock_names_every_package_by_hash_and_all_that_they_need() -> None:
    entries = locked(["boto3", "openai", "twilio", "tzdata"])
    assert all(re.search(r"--hash=sha256:[0-9a-f]{64}", entry) for entry in entries)
    names = {entry.partition("==")[0] for entry in entries}
    unused = {"aiohttp", "aiohttp-retry", "pyjwt"}
    for name in names:
        for requirement in importlib.metadata.requires(name) or []:
            needed, _, marker = requirement.partition(";")
            if (
                "extra" not in marker
                and "emscripten" not in marker
                and "win32" not in marker
                and "python_version <" not in marker
            ):
                plain = re.split(r"[^A-Za-z0-9._-]", needed)[0].lower().replace("_", "-")
                assert plain in names | unused, f"{name} needs {plain}"


def test_package_with_another_hash_is_not_installed(tmp_path: Path) -> None:
    (entry,) = locked(["tzdata"])
    spoilt = re.sub("sha256:[0-9a-f]{8}", "sha256:00000000", entry)
    with pytest.raises(ValueError, match="DO NOT MATCH THE HASHES"):
        vendor.install(tmp_path, [spoilt], NATIVE)
    assert list(tmp_path.iterdir()) == []


def test_requirement_that_the_lock_does_not_know_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    requirements = tmp_path / "requirements.txt"
    requirements.write_text("boto3==1.0\n")
    monkeypatch.setattr("lock.REQUIREMENTS", requirements)
    with pytest.raises(ValueError, match=r"does not know boto3==1\.0: run python backend/scripts/lib/lock\.py"):
        locked(["boto3"])
    with pytest.raises(ValueError, match="openai is imported but not pinned"):
        locked(["openai"])
    assert LOCK.is_file()
