"""The pages of backend/web as a host serves them: with the API's address put in, without phone.html.

    web_files.py write URL FOLDER         write them into FOLDER, which is made where it is not there
    web_files.py changes FOLDER < LIST    what a bucket lacks: see below

`write` puts in TWILIO_PHONE_NUMBER too, where the environment has it: the number to text while the API is silent.
`changes` prints lines of "put", TAB, name, TAB, content type, or of "dropped", TAB, name.
LIST is what the bucket has, lines of name, TAB, ETag: of an object of S3's that came in one piece and lies under AES256
that is its MD5 (https://docs.aws.amazon.com/AmazonS3/latest/API/API_Object.html). Pages come last of what is put, so
that none asks for a script that is not there yet, and what is dropped after them.
"""

import hashlib
import os
import re
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

WEB = Path(__file__).resolve().parents[2] / "web"
# For a developer's machine: it speaks to backend/local/pages.py and to nothing that is deployed.
_LOCAL_ONLY = {"phone.html", "phone.js"}
_KINDS = {
    ".css": "text/css; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
}
_EMPTY = '<meta name="linda-api" content="">'
_NO_PHONE = '<meta name="linda-phone" content="">'
# For whoever has no JavaScript.
_PHONE_WORDS = "<!-- at its number -->"
_PHONE = re.compile(r"\+1(\d{3})(\d{3})(\d{4})")
# What may stand in an attribute and in a policy (infra/web.yaml) as it is.
_ADDRESS = re.compile(r"https?://[^/\s;,'\"<>&]+")


def with_address(page: str, url: str, phone: str = "") -> str:
    """The page, told where the API is: scheme and host. Raises ValueError for anything else, or nowhere to put it.

    A `phone` (E.164) of the US or Canada is put in where the page has a place for it; any other is left out.
    """
    if not _ADDRESS.fullmatch(url):
        raise ValueError(f"{url} is no scheme and host")
    if page.count(_EMPTY) != 1:
        raise ValueError(f"the page has not one {_EMPTY}")
    page = page.replace(_EMPTY, _EMPTY.replace('""', f'"{url}"'))
    if number := _PHONE.fullmatch(phone):
        page = page.replace(_NO_PHONE, _NO_PHONE.replace('""', f'"{phone}"'))
        page = page.replace(_PHONE_WORDS, f' at <a href="tel:{phone}">({number[1]}) {number[2]}-{number[3]}</a>')
    return page


def served_files() -> list[Path]:
    """What leaves the house, in the order in which it may be put in place."""
    found = [path for path in WEB.iterdir() if path.is_file() and path.name not in _LOCAL_ONLY]
    return sorted(found, key=lambda path: (path.suffix == ".html", path.name))


def content_type(name: str) -> str:
    return _KINDS[Path(name).suffix]


def write_files(url: str, folder: Path, phone: str = "") -> None:
    """For a web server to read. Raises ValueError as `with_address` does, OSError where it may not write."""
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o755)
    for path in served_files():
        content = path.read_bytes()
        if path.suffix == ".html":
            content = with_address(content.decode(), url, phone).encode()
        (folder / path.name).write_bytes(content)
        (folder / path.name).chmod(0o644)


def changes(folder: Path, etags: Mapping[str, str]) -> Iterator[str]:
    for path in served_files():
        digest = hashlib.md5((folder / path.name).read_bytes(), usedforsecurity=False).hexdigest()
        if etags.get(path.name) != digest:
            yield f"put\t{path.name}\t{content_type(path.name)}"
    for name in sorted(etags.keys() - {path.name for path in served_files()}):
        yield f"dropped\t{name}"


def main(arguments: list[str]) -> int:
    try:
        match arguments:
            case ["write", url, folder]:
                write_files(url, Path(folder), os.environ.get("TWILIO_PHONE_NUMBER", "").strip())
            case ["changes", folder]:
                listed = (line.rstrip("\n").partition("\t") for line in sys.stdin if "\t" in line)
                for line in changes(Path(folder), {name: etag.strip('"') for name, _, etag in listed}):
                    print(line)
            case _:
                print(__doc__, file=sys.stderr)
                return 2
    except (ValueError, OSError) as problem:
        print(f"error: {problem}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
