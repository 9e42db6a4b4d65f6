"""packages.lock: each package of requirements.txt with all that it brings along, pinned and known by its hashes.

    python backend/scripts/lib/lock.py      writes it anew; needs uv (pip install uv) and the package index

Run it after a change of requirements.txt. Packages that nothing here calls are left out, and never reach a zip.
"""

import re
import subprocess
import sys
from pathlib import Path

LOCK = Path(__file__).with_name("packages.lock")
REQUIREMENTS = Path(__file__).resolve().parents[3] / "requirements.txt"
# Wanted by twilio's asynchronous client and its tokens, which are not called. openai imports aiohttp when it finds it,
# at 100 ms of every cold start.
_UNUSED = {
    *("aiohappyeyeballs", "aiohttp", "aiohttp-retry", "aiosignal", "attrs", "frozenlist", "multidict", "propcache"),
    *("pyjwt", "yarl"),
}
# Python in a browser is no target of ours.
_ELSEWHERE = "sys_platform == 'emscripten'"
_OLDEST_PYTHON = "3.11"
_HEADER = "# Made by backend/scripts/lib/lock.py from requirements.txt; not to be edited.\n"
_ENTRY = re.compile(r"^(?P<name>[a-z0-9-]+)==(?P<version>[^ ;\n]+)(?P<rest>.*\n(?:[ ].*\n)*)", re.MULTILINE)


def locked(roots: list[str]) -> list[str]:
    """Lines for `pip install --require-hashes`: these packages of requirements.txt and theirs.

    Raises ValueError for one that is not in requirements.txt, or there with another version than in the lock.
    """
    sections = dict(re.findall(r"^# for (\S+)\n((?:(?!# for ).*\n)*)", LOCK.read_text(), re.MULTILINE))
    lines: dict[str, str] = {}
    for root in roots:
        wanted = _pinned(root)
        entries = {entry["name"]: entry for entry in _ENTRY.finditer(sections.get(root, ""))}
        if root not in entries or entries[root]["version"] != wanted:
            raise ValueError(f"packages.lock does not know {root}=={wanted}: run python backend/scripts/lib/lock.py")
        lines |= {name: entry.group() for name, entry in entries.items()}
    return [lines[name] for name in sorted(lines)]


def _pinned(name: str) -> str:
    match = re.search(rf"^{re.escape(name)}==(\S+)", REQUIREMENTS.read_text(), re.MULTILINE)
    if match is None:
        raise ValueError(f"{name} is imported but not pinned in {REQUIREMENTS.name}: add a line {name}==VERSION")
    return match.group(1)


def _resolved(requirements: str, *options: str) -> str:
    command = ["uv", "pip", "compile", "-", "--quiet", "--universal", "--python-version", _OLDEST_PYTHON]
    command += ["--no-header", "--no-annotate", *options]
    return subprocess.run(command, input=requirements, check=True, capture_output=True, text=True).stdout


def _section(root: str, all_of_them: Path) -> str:
    resolved = _resolved(f"{root}=={_pinned(root)}\n", "--generate-hashes", "--constraint", str(all_of_them))
    kept = []
    for entry in _ENTRY.finditer(resolved):
        if entry["name"] not in _UNUSED and _ELSEWHERE not in entry["rest"]:
            # What is left of the markers says "not in a browser".
            rest = re.sub(r" ; [^\\]*", " ", entry["rest"])
            kept.append(f"{entry['name']}=={entry['version']}{rest}")
    return f"# for {root}\n" + "".join(kept)


def main() -> int:
    together = LOCK.with_suffix(".together")
    try:
        together.write_text(_resolved(REQUIREMENTS.read_text()))
        roots = re.findall(r"^([a-z0-9-]+)==", REQUIREMENTS.read_text(), re.MULTILINE)
        LOCK.write_text(_HEADER + "".join(_section(root, together) for root in roots))
    finally:
        together.unlink(missing_ok=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
