"""What is started: the zips as they are deployed, their floors, the plain way, and the same zips of other revisions.

Each variant is a directory as Lambda would unpack it. Third-party code is linked, not copied.
"""

import os
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import package
from closure import Closure, closure_of
from local_aws import BACKEND
from lock import REQUIREMENTS
from vendor import Target, compile_tree, third_party_tree

FUNCTIONS = ("dispatcher", "scheduler", "state_manager")
CACHE = BACKEND / ".local" / "packages"
FLOORS = Path(__file__).with_name("floors")
DEPLOYED = "as deployed"
REVISION = "at "
_REPOSITORY = BACKEND.parent
_HERE = f"{sys.version_info.major}.{sys.version_info.minor}"
_MACHINE = {"aarch64": "arm64"}.get(os.uname().machine, os.uname().machine)
_NATIVE = Target(_HERE, _MACHINE, native=True)
_PLAIN_IMPORTS = {
    "dispatcher": "import boto3\nimport openai\nimport twilio.rest\nimport twilio.twiml.messaging_response\n",
    "scheduler": "import boto3\n",
    "state_manager": "import boto3\n",
}


@dataclass(frozen=True)
class Variant:
    """A function, or what it is compared with. `answers` whether it answers as LINDA does; `mb` is its zip's size."""

    function: str
    name: str
    task: Path
    handler: str
    answers: bool
    mb: float | None = None


@dataclass(frozen=True)
class Sizes:
    """Of a function's zip, in MB: in the plain way, trimmed, and as it is deployed, trimmed and with byte code."""

    function: str
    plain: float
    trimmed: float
    deployed: float


def sizes_of(function: str, plain_task: Path, work: Path) -> Sizes:
    """`plain_task` is the variant of that name."""
    whole, deployed_zip = work / f"plain-{function}.zip", zip_of(function, work)
    package.write_zip((plain_task,), whole)
    sizes = (whole.stat().st_size, package.bytes_without_byte_code(deployed_zip), deployed_zip.stat().st_size)
    whole.unlink()
    return Sizes(function, *(size / 1e6 for size in sizes))


# --- as deployed --------------------------------------------------------------------------------------------


def zip_of(function: str, work: Path) -> Path:
    """As deploy_lambda.sh makes it, for this machine."""
    return package.build(function, _NATIVE, work / "zips", CACHE).path


def deployed(function: str, work: Path) -> Variant:
    return _unpacked(zip_of(function, work), function, DEPLOYED, work)


def of_revision(function: str, revision: str, tree: Path, work: Path) -> Variant:
    """The function as another revision's own script packages it, with the same Python."""
    output = work / f"zips-{_file_name(revision)}"
    command = [sys.executable, str(tree / "backend" / "scripts" / "lib" / "package.py"), function]
    command += ["--runtime", f"python{_HERE}", "--architecture", _MACHINE, "--native"]
    command += ["--output", str(output), "--cache", str(CACHE)]
    if subprocess.run(command, stdout=subprocess.DEVNULL).returncode:
        raise SystemExit(f"error: the {function} of {revision} could not be packaged by its own script (see above)")
    return _unpacked(output / f"{function}.zip", function, f"{REVISION}{revision}", work)


@contextmanager
def worktrees(revisions: Sequence[str], work: Path) -> Iterator[dict[str, Path]]:
    """A tree of files of each revision, gone afterwards."""
    trees: dict[str, Path] = {}
    try:
        for revision in revisions:
            tree = work / f"tree-{_file_name(revision)}"
            _git("worktree", "add", "--quiet", "--detach", str(tree), revision)
            trees[revision] = tree
        yield trees
    finally:
        for tree in trees.values():
            _git("worktree", "remove", "--force", str(tree))


def described(revisions: Sequence[str]) -> list[tuple[str, str]]:
    """Lines of a table: what each revision is."""
    return [(f"{REVISION}{revision}", _git("log", "-1", "--format=%h %s", revision)) for revision in revisions]


def revision_here() -> str:
    """What is measured, such as "1a2b3c4", with a word on changes that are not committed."""
    changed = _git("status", "--porcelain", "--", "backend/lambda", "backend/schemas", "requirements.txt")
    return _git("rev-parse", "--short", "HEAD") + (" with changes that are not committed" if changed else "")


def _git(*arguments: str) -> str:
    run = subprocess.run(["git", "-C", str(_REPOSITORY), *arguments], capture_output=True, text=True)
    if run.returncode:
        raise SystemExit(f"error: git {' '.join(arguments)}: {run.stderr.strip()}")
    return run.stdout.strip()


def _unpacked(path: Path, function: str, name: str, work: Path) -> Variant:
    task = _new_task(work, f"{name}-{function}")
    zipfile.ZipFile(path).extractall(task)
    return Variant(function, name, task, f"{function}.handler", answers=True, mb=path.stat().st_size / 1e6)


# --- what it is compared with -------------------------------------------------------------------------------


def floor(function: str, name: str, module: str, work: Path) -> Variant:
    """A handler of `floors/`, compiled, in the trimmed and compiled tree of packages that we deploy."""
    closure = closure_of(function, BACKEND / "lambda")
    tree = third_party_tree(closure.distributions, _NATIVE, CACHE, sys.executable)
    return _floor_in(tree, function, name, module, work)


def published_floor(function: str, name: str, module: str, work: Path) -> Variant:
    """The same handler in the packages as they are published, compiled: with all services' data."""
    closure = closure_of(function, BACKEND / "lambda")
    return _floor_in(_as_pip_leaves_it(closure, compiled=True), function, name, module, work)


def plain(function: str, work: Path) -> Variant:
    """The plain way: pip's packages with all they ask for, no byte code, and every import at the top."""
    closure = closure_of(function, BACKEND / "lambda")
    task = _new_task(work, f"plain-{function}")
    _link(_as_pip_leaves_it(closure, compiled=False), task)
    for path in package.own_files(closure):
        shutil.copyfile(path, task / path.name)
    imports = "".join(f"import {module}\n" for module in closure.modules if module != function)
    source = f"{_PLAIN_IMPORTS[function]}{imports}from {function} import handler\n"
    (task / f"plain_{function}.py").write_text(source)
    return Variant(function, "the plain way", task, f"plain_{function}.handler", answers=True)


def _floor_in(tree: Path, function: str, name: str, module: str, work: Path) -> Variant:
    own = work / f"own-{function}-{_file_name(name)}"
    own.mkdir()
    shutil.copyfile(FLOORS / f"{module}.py", own / f"{module}.py")
    compile_tree(own, sys.executable)
    task = _new_task(work, f"{name}-{function}")
    for source in (tree, own):
        _link(source, task)
    return Variant(function, name, task, f"{module}.handler", answers=False)


def _as_pip_leaves_it(closure: Closure, *, compiled: bool) -> Path:
    wanted = [
        line for line in REQUIREMENTS.read_text().splitlines() if line.partition("==")[0] in closure.distributions
    ]
    kind = "whole-compiled" if compiled else "whole"
    tree = CACHE / "-".join([kind, _HERE, *(line.replace("==", "_") for line in wanted)])
    if not tree.is_dir():
        print(f"installing {', '.join(closure.distributions)} as pip leaves them ...", file=sys.stderr)
        CACHE.mkdir(parents=True, exist_ok=True)
        with _aside(tree) as work:
            _pip_install(work, wanted)
            if compiled:
                compile_tree(work, sys.executable)
    return tree


@contextmanager
def _aside(tree: Path) -> Iterator[Path]:
    """Half a tree is never seen under its name."""
    work = tree.with_name(f"{tree.name}.{os.getpid()}")
    try:
        yield work
        work.rename(tree)
    finally:
        shutil.rmtree(work, ignore_errors=True)


def _pip_install(tree: Path, wanted: Sequence[str]) -> None:
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-compile"]
    subprocess.run([*command, "--target", str(tree), *wanted], check=True)


# --- directories --------------------------------------------------------------------------------------------


def _new_task(work: Path, name: str) -> Path:
    task = work / "tasks" / _file_name(name)
    task.mkdir(parents=True)
    return task


def _link(tree: Path, task: Path) -> None:
    """All files of the tree in the task, without a copy of their bytes."""
    shutil.copytree(tree, task, copy_function=os.link, dirs_exist_ok=True)


def _file_name(name: str) -> str:
    return "".join(each if each.isalnum() else "-" for each in name)
