"""What run_local.sh shows a newcomer: a text from the phone's page books, and the other two pages know it."""

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect, sync_playwright

from aws_cli import write_command
from local_aws import BACKEND
from test_pages import ARGUMENTS, CHROMIUM, DESKTOP, PHONE, picture

pytestmark = pytest.mark.slow

START_SECONDS = 240


@pytest.fixture
def addresses(aws_cli: Path, tmp_path: Path) -> Iterator[dict[str, str]]:
    """LINDA on a local AWS, and where her pages are."""
    write_command(tmp_path / "aws", tmp_path, aws_cli)
    ours = {"HOME": str(tmp_path), "PYTHON": sys.executable, "LINDA_AWS_CLI": str(tmp_path / "aws")}
    script, output = BACKEND / "scripts" / "run_local.sh", tmp_path / "output"
    with output.open("wb") as written:
        running = subprocess.Popen(
            ["bash", str(script)],
            stdout=written,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
            env=os.environ | ours,
            start_new_session=True,
        )
    try:
        yield _addresses(running, output)
    finally:
        running.send_signal(signal.SIGTERM)
        running.wait(30)


def _addresses(running: "subprocess.Popen[bytes]", output: Path) -> dict[str, str]:
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until:
        said = output.read_text(errors="replace")
        if "Ctrl-C ends it all" in said:
            found = dict(re.findall(r"^  (phone|booking|cockpit) +(\S+)", said, re.MULTILINE))
            found |= re.findall(r"^  admin (token) +(\S+)", said, re.MULTILINE)
            return found
        assert running.poll() is None, said[-3000:]
        time.sleep(0.2)
    raise AssertionError(output.read_text(errors="replace")[-3000:])


def test_a_text_from_the_phone_books_and_is_seen_on_the_other_pages(addresses: dict[str, str]) -> None:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        page = browser.new_context(viewport=DESKTOP).new_page()  # type: ignore[arg-type]
        page.set_default_timeout(20_000)
        expect.set_options(timeout=20_000)

        page.goto(addresses["booking"])
        first = page.locator("#slots input").first
        expect(first).to_be_attached()
        day = page.locator("#days [aria-pressed=true]").get_attribute("aria-label") or ""
        free = int(re.search(r"(\d+) free", day)[1])  # type: ignore[index]

        page.goto(addresses["phone"] + "?x=1")
        expect(page.locator("#mode")).to_have_text("Work")
        page.get_by_role("textbox", name="Message").fill("Do you fix iPhone 14 screens?")
        page.get_by_role("button", name="Send").click()
        expect(page.locator(".bubble.hers").first).to_contain_text("1) ")
        page.get_by_role("textbox", name="Message").fill("1")
        page.get_by_role("button", name="Send").click()
        booked = page.locator(".bubble.hers").nth(1)
        expect(booked).to_contain_text("LINDA to Ana")
        expect(booked).to_contain_text("You're booked:")
        expect(page.locator(".bubble.mine small").first).to_have_text("Ana")
        expect(booked).to_contain_text("1 segment, GSM-7")
        expect(page.locator("#items")).to_contain_text("new LEAD-")
        expect(page.locator(".bubble.other")).to_contain_text("LINDA to BrandonNew booking")
        lead_id = re.search(r"LEAD-\d{8}-\d{6}", booked.inner_text())[0]  # type: ignore[index]

        for size in (PHONE, DESKTOP):
            page.set_viewport_size(size)  # type: ignore[arg-type]
            assert page.evaluate("document.documentElement.scrollWidth") <= size["width"]
            picture(page, "phone")

        page.context.set_offline(True)
        page.get_by_role("textbox", name="Message").fill("Are you there?")
        page.get_by_role("button", name="Send").click()
        expect(page.locator(".bubble.mine").last).to_contain_text("Are you there?")
        expect(page.locator(".bubble").last).to_contain_text("LINDA does not answer on this machine")
        expect(page.get_by_role("textbox", name="Message")).to_have_value("Are you there?")
        page.context.set_offline(False)

        page.goto(addresses["cockpit"])
        page.get_by_label("Admin token").fill(addresses["token"])
        page.get_by_role("button", name="Open").click()
        expect(page.locator(f'[data-lead="{lead_id}"]')).to_contain_text("iPhone 14 screen repair")

        page.get_by_role("button", name="30 min").click()
        page.get_by_role("button", name="Gym").click()
        expect(page.locator("#mode-now")).to_contain_text("Gym until")
        page.goto(addresses["phone"])
        expect(page.locator("#mode")).to_have_text(re.compile(r"^Gym until \w{3} \w{3} \d+, \d+:\d\d [AP]M$"))

        page.goto(addresses["booking"] + "?x=1")
        expect(page.locator("#slots input").first).to_be_attached()
        left = f"{free - 1} free" if free > 1 else "nothing free"
        expect(page.locator(f'#days [aria-label="{day.rpartition(", ")[0]}, {left}"]')).to_be_attached()
        browser.close()
