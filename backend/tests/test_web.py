"""The pages where an operator puts them: a bucket behind CloudFront on the local AWS, or a folder for a host of his."""

import re
import stat
from pathlib import Path
from typing import Any

import pytest

from operators import Operator, Run
from web_files import WEB, changes, served_files, with_address, write_files

API = "https://linda.example"
BEHIND = {"PUBLIC_BASE_URL": API}
SERVED = {path.name for path in WEB.iterdir()} - {"phone.html", "phone.js"}


def _web(operator: Operator, *arguments: str, **settings: str) -> Run:
    return operator.deploy("--web", *arguments, settings=BEHIND | settings)


@pytest.mark.parametrize("page", ["book", "cockpit"])
def test_no_module_of_a_page_waits_for_another_to_name_it(page: str) -> None:
    html = (WEB / f"{page}.html").read_text(encoding="utf-8")
    named = set(re.findall(r'<link rel="modulepreload" href="([\w.]+)">', html)) | {f"{page}.js"}
    seen: set[str] = set()
    wanted = {f"{page}.js"}
    while wanted - seen:
        module = (wanted - seen).pop()
        seen.add(module)
        wanted |= set(re.findall(r'from "\./([\w.]+)"', (WEB / module).read_text(encoding="utf-8")))
    assert seen == named


def _outputs(operator: Operator) -> dict[str, str]:
    stacks = operator.aws.client("cloudformation").describe_stacks(StackName=f"{operator.prefix}-web")["Stacks"]
    return {output["OutputKey"]: output["OutputValue"] for output in stacks[0]["Outputs"]}


def _objects(operator: Operator, bucket: str) -> dict[str, Any]:
    client = operator.aws.client("s3")
    names = [found["Key"] for found in client.list_objects_v2(Bucket=bucket).get("Contents", [])]
    return {name: client.get_object(Bucket=bucket, Key=name) for name in names}


def test_pages_go_into_a_private_bucket_told_where_the_api_is_and_a_second_run_puts_nothing(operator: Operator) -> None:
    run = _web(operator)
    assert run.code == 0, run.err
    outputs = _outputs(operator)
    found = _objects(operator, outputs["BucketName"])
    assert found.keys() == SERVED
    assert {each["CacheControl"] for each in found.values()} == {"no-cache"}
    assert found["book.js"]["ContentType"] == "text/javascript; charset=utf-8"
    for page in ("book.html", "cockpit.html"):
        assert f'<meta name="linda-api" content="{API}">' in found[page]["Body"].read().decode()
    closed = operator.aws.client("s3").get_public_access_block(Bucket=outputs["BucketName"])
    assert all(closed["PublicAccessBlockConfiguration"].values())

    address = outputs["PagesUrl"]
    assert run.out == f"BOOKING_PAGE_URL={address}/book.html\nCOCKPIT_URL={address}/cockpit.html\n"
    assert f"put {address} into ALLOWED_ORIGINS" in run.err
    again = _web(operator, ALLOWED_ORIGINS=f"https://shop.example,{address}")
    assert (again.code, again.changes) == (0, [])
    assert "pages: nothing to do" in again.err
    assert "ALLOWED_ORIGINS" not in again.err

    client = operator.aws.client("s3")
    client.put_object(Bucket=outputs["BucketName"], Key="book.js", Body=b"something else")
    client.put_object(Bucket=outputs["BucketName"], Key="phone.html", Body=b"of nobody")
    rehearsal = _web(operator, "--dry-run")
    assert (rehearsal.code, rehearsal.changes) == (0, [])
    assert "page file book.js: would be put" in rehearsal.err
    mended = _web(operator)
    assert mended.changes == ["s3api put-object", "s3api delete-object"]
    assert _objects(operator, outputs["BucketName"]).keys() == SERVED


def test_rehearsal_of_the_first_time_leaves_nothing(operator: Operator) -> None:
    run = _web(operator, "--dry-run")
    assert run.code == 0, run.err
    assert re.search(r"Add +Distribution +AWS::CloudFront::Distribution", run.err)
    stacks = operator.aws.client("cloudformation").list_stacks()["StackSummaries"]
    of_ours = [each for each in stacks if each["StackName"] == f"{operator.prefix}-web"]
    assert all(each["StackStatus"] == "DELETE_COMPLETE" for each in of_ours)
    assert run.out == ""


def test_bucket_goes_with_the_deployment(operator: Operator) -> None:
    assert _web(operator).code == 0
    bucket = _outputs(operator)["BucketName"]
    run = operator.deploy("--destroy", typed=f"{operator.prefix}\n")
    assert run.code == 0, run.err
    assert f"the stack {operator.prefix}-web (bucket and CloudFront of the pages)" in run.err
    assert bucket not in [found["Name"] for found in operator.aws.client("s3").list_buckets()["Buckets"]]


def test_bucket_that_is_gone_does_not_keep_the_rest_from_going(operator: Operator) -> None:
    assert _web(operator).code == 0
    client, bucket = operator.aws.client("s3"), _outputs(operator)["BucketName"]
    for found in client.list_objects_v2(Bucket=bucket)["Contents"]:
        client.delete_object(Bucket=bucket, Key=found["Key"])
    client.delete_bucket(Bucket=bucket)
    run = operator.deploy("--destroy", typed=f"{operator.prefix}\n")
    assert run.code == 0, run.err


def test_pages_without_an_api_are_refused(operator: Operator) -> None:
    run = operator.deploy("--web")
    assert run.code == 1
    assert "nothing is deployed under the prefix" in run.err
    assert run.changes == []


def test_folder_for_another_host_needs_no_aws_and_can_be_read_by_a_web_server(
    operator: Operator, tmp_path: Path
) -> None:
    folder = tmp_path / "site"
    run = operator.deploy("--web-files", str(folder), settings=BEHIND)
    assert (run.code, run.calls) == (0, [])
    assert {path.name for path in folder.iterdir()} == SERVED
    assert all(stat.S_IMODE(path.stat().st_mode) == 0o644 for path in folder.iterdir())
    assert API in (folder / "cockpit.html").read_text()


@pytest.mark.parametrize(("number", "known"), [("+19045550199", True), ("", False), ('+1"><script>', False)])
def test_number_to_text_stands_in_the_booking_page_where_it_is_known(
    operator: Operator, tmp_path: Path, number: str, known: bool
) -> None:
    run = operator.deploy("--web-files", str(tmp_path / "site"), settings=BEHIND | {"TWILIO_PHONE_NUMBER": number})
    assert run.code == 0, run.err
    page = (tmp_path / "site" / "book.html").read_text()
    assert ('<meta name="linda-phone" content="+19045550199">' in page) == known
    without = re.search(r"<noscript>.*</noscript>", page)
    assert without is not None
    assert ('at <a href="tel:+19045550199">(904) 555-0199</a>' in without[0]) == known
    assert "<script>" not in page


@pytest.mark.parametrize("url", ["https://linda.example/", 'https://a"><script>', "linda.example", "https://a;b", ""])
def test_address_that_is_more_than_a_host_is_refused(url: str, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="no scheme and host"):
        write_files(url, tmp_path)


def test_page_without_a_place_for_the_address_is_refused() -> None:
    with pytest.raises(ValueError, match="has not one"):
        with_address("<html></html>", API)


def test_scripts_are_put_before_the_pages_that_ask_for_them(tmp_path: Path) -> None:
    write_files(API, tmp_path)
    order = [line.split("\t")[1] for line in changes(tmp_path, {})]
    assert order == [path.name for path in served_files()]
    first_page = order.index("book.html")
    assert all(name.endswith(".html") for name in order[first_page:])
    assert first_page > 0


def test_every_file_that_a_served_page_names_is_served() -> None:
    for path in served_files():
        named = re.findall(r'(?:src|href|from|import)[ =(]*["\']\.?/?([a-z]+\.(?:js|css|svg|html))', path.read_text())
        assert set(named) <= SERVED, path.name
