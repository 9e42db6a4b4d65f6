"""What a function is made of: modules of backend/lambda that its imports reach, their packages and data."""

import ast
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

# Imported by name, installed by another's requirement.
_BROUGHT_BY = {"botocore": "boto3", "httpx2": "openai", "pydantic": "openai"}


@dataclass(frozen=True)
class Closure:
    """`modules` are names of files in backend/lambda, `distributions` names of requirements; both sorted."""

    modules: tuple[str, ...]
    distributions: tuple[str, ...]


def closure_of(function: str, source: Path) -> Closure:
    """Follow the imports from `<function>.py`. Raises FileNotFoundError when there is no such function."""
    modules: set[str] = set()
    foreign: set[str] = set()
    waiting = [function]
    while waiting:
        module = waiting.pop()
        if module in modules:
            continue
        modules.add(module)
        for name in set(imported_names(source / f"{module}.py")):
            if (source / f"{name}.py").is_file():
                waiting.append(name)
            else:
                foreign.add(name)
    return Closure(tuple(sorted(modules)), tuple(sorted(_distributions(foreign))))


def names_file(module: Path, name: str) -> bool:
    """Whether the module has the file's name as a string: then it reads it, and the file belongs to it."""
    tree = ast.parse(module.read_bytes(), filename=str(module))
    return any(isinstance(node, ast.Constant) and node.value == name for node in ast.walk(tree))


def imported_names(path: Path) -> Iterator[str]:
    """Top-level names that the file imports anywhere, save for type checkers only."""
    yield from _names_in(ast.parse(path.read_bytes(), filename=str(path)))


def _names_in(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.Import):
        yield from (alias.name.partition(".")[0] for alias in node.names)
    elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
        yield node.module.partition(".")[0]
    elif isinstance(node, ast.If) and _is_for_type_checkers(node.test):
        yield from (name for child in node.orelse for name in _names_in(child))
    else:
        yield from (name for child in ast.iter_child_nodes(node) for name in _names_in(child))


def _is_for_type_checkers(test: ast.expr) -> bool:
    name = test.attr if isinstance(test, ast.Attribute) else getattr(test, "id", "")
    return bool(name == "TYPE_CHECKING")


def _distributions(names: set[str]) -> set[str]:
    found = {_BROUGHT_BY.get(name, name) for name in names if name not in sys.stdlib_module_names}
    # Lambda's own Python has no time zones: whoever asks for one needs the data with it.
    return found | {"tzdata"} if "zoneinfo" in names else found
