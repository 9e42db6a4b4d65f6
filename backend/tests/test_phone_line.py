"""The tools of the call tests can fail: Twilio's rules for TwiML, and Twilio's end of a call."""

import base64
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qsl

import pytest

from gateway_events import AUTH_TOKEN, CUSTOMER_NUMBER, OWNER_NUMBER, PUBLIC_BASE_URL, signature
from phone_line import Handler, Line
from twiml_rules import Kind, faults_of_twiml

LISTEN = '<Gather input="speech dtmf" action="?step=turn" numDigits="1"><Say>How can I help?</Say></Gather>'
SILENT = '<Gather input="speech" action="?step=turn" actionOnEmptyResult="true"/>'
RECORD = '<Record action="?step=recorded" maxLength="120" finishOnKey="#"/>'
BYE = "<Say>Goodbye.</Say><Hangup/>"
DIAL = f'<Dial action="?step=rang"><Number url="?step=whisper">{OWNER_NUMBER}</Number></Dial>'
WHISPER = '<Gather action="?step=taken" numDigits="1"><Say>A customer. Press 1.</Say></Gather><Hangup/>'

Answers = dict[str, str]


def handler(answers: Answers) -> Handler:
    """Answers each path and query with what is nested in <Response>; what is not given is an error of the test."""

    def handle(event: dict[str, Any], _context: object) -> dict[str, Any]:
        query = event["rawQueryString"]
        asked = event["rawPath"].removeprefix("/twilio/") + (f"?{query}" if query else "")
        form = dict(parse_qsl(base64.b64decode(event["body"]).decode(), keep_blank_values=True))
        url = f"{PUBLIC_BASE_URL}{event['rawPath']}" + (f"?{query}" if query else "")
        assert event["headers"]["x-twilio-signature"] == signature(url, form, token=AUTH_TOKEN)
        body = f"<Response>{answers[asked]}</Response>"
        return {"statusCode": 200, "headers": {"Content-Type": "text/xml; charset=utf-8"}, "body": body}

    return handle


def line(first: str, *, status_callback: bool = False, **others: Any) -> Line:
    """A call that has rung. `turn=...` is the answer to `?step=turn`; keywords of Line go to it."""
    of_line = {name: others.pop(name) for name in ("brandon", "sender", "sid") if name in others}
    answers = {"voice": first, "status": "", **{f"voice?step={step}": body for step, body in others.items()}}
    called = Line(handle=handler(answers), status_callback=status_callback, **of_line)
    called.dial()
    return called


def last_fields(called: Line) -> dict[str, str]:
    return dict(called.exchanges[-1].fields)


# --- rules ----------------------------------------------------------------------------------------------------

BAD_VOICE = [
    ("<Response><Say>", "no XML"),
    ("<Answer/>", "<Answer>"),
    ('<Response version="1"/>', "no attributes"),
    ("<Response>Hello</Response>", "text stands in"),
    ("<Response><Say>Hello</Say>there</Response>", "between the verbs"),
    ("<Response><Shout>Hello</Shout></Response>", "<Shout> is no verb inside <Response>"),
    ("<Response><Message>Hello</Message></Response>", "<Message> is no verb"),
    ("<Response><Gather><Dial>+19045550111</Dial></Gather></Response>", "<Dial> is no verb inside <Gather>"),
    ("<Response><Gather>Hello</Gather></Response>", "takes no text"),
    ('<Response><Say pitch="high">Hello</Say></Response>', "no attribute pitch"),
    ('<Response><Gather num_digits="1"/></Response>', "no attribute num_digits"),
    ('<Response><Gather input="voice"/></Response>', "input of <Gather>"),
    ('<Response><Gather input="speech" speechTimeout="1.5"/></Response>', "speechTimeout"),
    ('<Response><Gather input="speech" speechTimeout="auto" speechModel="deepgram_nova-2"/></Response>', "13335"),
    ('<Response><Gather timeout="0"/></Response>', "timeout of <Gather>"),
    ('<Response><Gather numDigits="one"/></Response>', "numDigits"),
    ('<Response><Gather finishOnKey="12"/></Response>', "finishOnKey"),
    (f'<Response><Gather hints="{"a, " * 500}b"/></Response>', "hints"),
    (f'<Response><Gather hints="{"a" * 101}"/></Response>', "hints"),
    ('<Response><Gather language="es"/></Response>', "language of <Gather>"),
    ('<Response><Gather bargeIn="True"/></Response>', "bargeIn"),
    ('<Response><Gather action="http://linda.example/twilio/voice"/></Response>', "https"),
    ('<Response><Gather action="/twilio/voice?a b"/></Response>', "action of <Gather>"),
    ('<Response><Gather method="PUT"/></Response>', "method"),
    (f"<Response>{BYE}<Say>More</Say></Response>", "<Say> after <Hangup> is unreachable"),
    ("<Response><Redirect>/next</Redirect><Hangup/></Response>", "unreachable"),
    ("<Response><Reject/><Say>Hello</Say></Response>", "unreachable"),
    (f"<Response>{DIAL}<Say>Hello</Say></Response>", "<Say> after <Dial> is unreachable"),
    ("<Response><Redirect>http://linda.example/</Redirect></Response>", "https"),
    ("<Response><Redirect/></Response>", "<Redirect> needs"),
    ('<Response><Dial timeout="4">+19045550111</Dial></Response>', "from 5 to 600"),
    ('<Response><Dial timeout="601">+19045550111</Dial></Response>', "from 5 to 600"),
    ("<Response><Dial>904-555-0111</Dial></Response>", "E.164"),
    ('<Response><Dial callerId="anonymous">+19045550111</Dial></Response>', "callerId"),
    ("<Response><Dial>+19045550111<Number>+19045550112</Number></Dial></Response>", "beside its nouns"),
    ("<Response><Dial><Number>9045550111</Number></Dial></Response>", "<Number> is no phone number"),
    ('<Response><Record maxLength="0"/></Response>', "maxLength"),
    ('<Response><Record playBeep="yes"/></Response>', "playBeep"),
    ("<Response><Say> </Say></Response>", "empty"),
    (f'<Response><Say voice="Polly.Joanna-Neural">{"a" * 3001}</Say></Response>', "longer than 3000"),
    (f"<Response><Say>{'a' * 4097}</Say></Response>", "longer than 4096"),
    ('<Response><Say voice="Joanna">Hello</Say></Response>', "voice"),
    ('<Response><Say voice="Polly.Joanna-Neural" language="es-US">Hola</Say></Response>', "speaks en-US"),
    ('<Response><Say voice="Polly.Lupe-Neural" language="en-US">Hello</Say></Response>', "speaks es-US"),
    ('<Response><Say voice="Google.es-US-Neural2-A" language="en-US">Hello</Say></Response>', "speaks es-US"),
    (f"<Response>{'<Pause/>' * 9000}</Response>", "larger than"),
    ('<Response><Sms to="+19045550100">Hello</Sms></Response>', "deprecated"),
]
BAD_MESSAGING = [
    ("<Response><Message/></Response>", "no text"),
    ("<Response><Message><Body> </Body></Message></Response>", "no text"),
    (f"<Response><Message>{'a' * 1601}</Message></Response>", "longer than 1600"),
    ('<Response><Message to="904-555-0111">Hello</Message></Response>', "to of <Message>"),
    ("<Response><Say>Hello</Say></Response>", "<Say> is no verb"),
]
GOOD: list[tuple[Kind, str]] = [
    ("messaging", "<Response/>"),
    ("voice", "<Response/>"),
    ("messaging", f'<Response><Message to="{OWNER_NUMBER}">Hello</Message></Response>'),
    (
        "messaging",
        "<Response><Message><Body>Hello</Body><Media>https://linda.example/a.png</Media></Message></Response>",
    ),
    ("voice", f"<Response>{LISTEN}<Redirect>/twilio/voice?step=turn&amp;n=2</Redirect></Response>"),
    ("voice", f"<Response><Say>A message, please.</Say>{RECORD}{BYE}</Response>"),
    ("voice", f"<Response><Say>One moment.</Say>{DIAL}</Response>"),
    ("voice", '<Response><Say>Hi <break time="1s"/><say-as interpret-as="date">1/2</say-as></Say></Response>'),
    ("voice", '<Response><Say><lang xml:lang="es-US">Hola</lang></Say></Response>'),
    ("voice", '<Response><Say voice="Polly.Lupe-Neural" language="es-US">Para español</Say></Response>'),
    ("voice", '<Response><Say voice="Google.es-US-Neural2-A" language="es-US">Hola</Say></Response>'),
    ("voice", '<Response><Gather input="speech" speechTimeout="auto" language="es-US"/></Response>'),
]


@pytest.mark.parametrize(("document", "word"), BAD_VOICE)
def test_fault_of_a_voice_document_is_told(document: str, word: str) -> None:
    (fault,) = faults_of_twiml(document, "voice")
    assert word in fault


@pytest.mark.parametrize(("document", "word"), BAD_MESSAGING)
def test_fault_of_a_messaging_document_is_told(document: str, word: str) -> None:
    (fault,) = faults_of_twiml(document, "messaging")
    assert word in fault


@pytest.mark.parametrize(("kind", "document"), GOOD)
def test_good_document_has_no_fault(kind: Kind, document: str) -> None:
    assert faults_of_twiml(document, kind) == []


def test_empty_response_is_a_fault_where_something_has_to_happen() -> None:
    assert faults_of_twiml("<Response/>", "voice", must_act=True) == ["the <Response> is empty"]


# --- the caller -----------------------------------------------------------------------------------------------


def test_first_webhook_rings_and_the_document_is_carried_out_until_the_caller_is_needed() -> None:
    called = line(f'<Say voice="Polly.Joanna-Neural" language="en-US">Hello.</Say><Pause/>{LISTEN}', sid="CA1")
    assert called.heard == ["Hello.", "How can I help?"]
    assert called.voices[0] == ("Polly.Joanna-Neural", "en-US")
    assert (called.open, called.over, last_fields(called)) == ("gather", False, {"CallStatus": "ringing"})
    assert called.exchanges[0].twiml.startswith("<Response><Say")


@pytest.mark.parametrize(
    ("act", "fields"),
    [
        (lambda called: called.says("a screen", "0.4"), {"SpeechResult": "a screen", "Confidence": "0.4"}),
        (lambda called: called.presses("2"), {"Digits": "2"}),
        (
            lambda called: called.says_and_presses("two", "2"),
            {"SpeechResult": "two", "Confidence": "0.92", "Digits": "2"},
        ),
    ],
)
def test_input_goes_to_the_action(act: Callable[[Line], None], fields: dict[str, str]) -> None:
    called = line(LISTEN + BYE, turn=BYE)
    act(called)
    assert (called.exchanges[-1].path_and_query, last_fields(called)) == ("/twilio/voice?step=turn", fields)
    assert called.heard[-1] == "Goodbye."
    assert called.over


def test_keys_end_at_the_key_that_finishes() -> None:
    called = line('<Gather action="?step=turn"/>', turn=BYE)
    called.presses("0123#")
    assert last_fields(called) == {"Digits": "0123"}


def test_silence_falls_through_to_the_next_verb() -> None:
    called = line(f"{LISTEN}<Say>Nobody there?</Say>{LISTEN}")
    called.keeps_silent()
    assert called.heard == ["How can I help?", "Nobody there?", "How can I help?"]
    assert len(called.exchanges) == 1


def test_silence_is_posted_when_the_document_asks_for_it() -> None:
    called = line(f"{SILENT}<Say>Unheard.</Say>", turn=BYE)
    called.keeps_silent()
    assert last_fields(called) == {"SpeechResult": ""}
    assert called.heard == ["Goodbye."]


def test_redirect_carries_no_input_and_keeps_the_base_of_relative_urls() -> None:
    called = line(LISTEN, turn="<Redirect>?step=again</Redirect>", again=LISTEN)
    called.says("hello")
    assert (called.exchanges[-1].path_and_query, last_fields(called)) == ("/twilio/voice?step=again", {})


@pytest.mark.parametrize(
    ("document", "act", "words"),
    [
        ('<Gather input="speech"/>', lambda called: called.presses("1"), "takes no keys"),
        ("<Gather/>", lambda called: called.says("hello"), "takes no words"),
        (LISTEN, lambda called: called.presses("12"), "done before"),
        (LISTEN, lambda called: called.leaves_message(), "waits for a gather"),
        (RECORD, lambda called: called.says("hello"), "waits for a record"),
        (RECORD, lambda called: called.leaves_message(ends_with="1"), "does not end"),
        (BYE, lambda called: called.says("hello"), "the call is over"),
        (BYE, lambda called: called.hangs_up(), "the call is over"),
        (BYE, lambda called: called.dial(), "has rung"),
    ],
)
def test_what_the_caller_cannot_do_is_an_error(document: str, act: Callable[[Line], None], words: str) -> None:
    called = line(document)
    with pytest.raises(AssertionError, match=words):
        act(called)


@pytest.mark.parametrize(
    ("ends_with", "seconds", "fields"),
    [
        ("hangup", 23, {"CallStatus": "completed", "Digits": "hangup", "RecordingDuration": "23"}),
        ("#", 5, {"Digits": "#", "RecordingDuration": "5"}),
        ("", 5, {"RecordingDuration": "5"}),
        ("hangup", 500, {"RecordingDuration": "120"}),
    ],
)
def test_message_is_posted_with_its_recording(ends_with: str, seconds: int, fields: dict[str, str]) -> None:
    called = line(RECORD, recorded="<Say>Thank you.</Say>")
    assert called.recording
    called.leaves_message(seconds, ends_with=ends_with)
    sent = last_fields(called)
    assert sent.pop("RecordingUrl").endswith(f"/Recordings/{sent.pop('RecordingSid')}")
    assert sent == fields
    assert called.heard == ([] if "CallStatus" in fields else ["Thank you."])


def test_empty_recording_is_not_posted() -> None:
    called = line(f"{RECORD}<Say>Nothing there.</Say>")
    called.keeps_silent()
    assert (called.heard, called.over, len(called.exchanges)) == (["Nothing there."], True, 1)


def test_call_that_is_over_is_reported_once() -> None:
    called = line(LISTEN, status_callback=True)
    called.hangs_up()
    (report,) = (each for each in called.exchanges if each.path_and_query == "/twilio/status")
    assert {"CallStatus", "CallDuration", "Timestamp", "SequenceNumber"} <= report.fields.keys()
    assert report.fields["CallStatus"] == "completed"


def test_hanging_up_on_a_question_posts_no_input() -> None:
    called = line(LISTEN)
    called.hangs_up()
    assert (called.over, called.open, len(called.exchanges)) == (True, "", 1)


# --- Brandon --------------------------------------------------------------------------------------------------


def test_brandon_hears_the_whisper_presses_1_and_is_connected() -> None:
    called = line(DIAL, sid="CA1", brandon=["answers"], whisper=WHISPER, taken="<Say>Go ahead.</Say>", rang=BYE)
    assert (called.bridged, called.whispered) == (True, ["A customer. Press 1.", "Go ahead."])
    whisper, taken, rang = (each.fields for each in called.exchanges[1:])
    leg = {"CallSid": rang["DialCallSid"], "ParentCallSid": "CA1", "Direction": "outbound-dial"}
    assert whisper == {**leg, "To": OWNER_NUMBER, "Called": OWNER_NUMBER}
    assert taken == {**whisper, "Digits": "1"}
    assert (rang["DialCallStatus"], rang["DialBridged"], "CallSid" in rang) == ("completed", "true", False)
    assert (int(rang["DialCallDuration"]) > 0, called.heard) == (True, ["Goodbye."])


@pytest.mark.parametrize("does", ["answers without pressing", "voicemail box"])
def test_who_does_not_press_is_not_connected_though_the_call_was_picked_up(does: str) -> None:
    called = line(DIAL, brandon=[does], whisper=WHISPER, rang=RECORD)
    fields = last_fields(called)
    assert (fields["DialCallStatus"], fields["DialBridged"]) == ("completed", "false")
    assert (called.bridged, called.open) == (False, "record")


def test_whisper_that_forgets_to_hang_up_connects_a_voicemail_box() -> None:
    called = line(DIAL, brandon=["voicemail box"], whisper="<Gather numDigits='1'/>", rang=BYE)
    assert called.bridged


def test_voicemail_box_speaks_into_a_whisper_that_listens_for_words() -> None:
    whisper = '<Gather input="dtmf speech" action="?step=taken"/><Hangup/>'
    called = line(DIAL, brandon=["voicemail box"], whisper=whisper, taken="<Hangup/>", rang=BYE)
    assert "leave a message" in called.exchanges[2].fields["SpeechResult"]


@pytest.mark.parametrize("does", ["busy", "no-answer", "failed"])
def test_unanswered_phone_is_told_to_the_action_and_runs_no_whisper(does: str) -> None:
    called = line(DIAL, brandon=[does], rang=BYE)
    fields = last_fields(called)
    assert (fields["DialCallStatus"], fields["DialBridged"]) == (does, "false")
    assert (called.whispered, called.heard) == ([], ["Goodbye."])


def test_caller_who_gives_up_hears_nothing_more() -> None:
    called = line(DIAL, brandon=["caller hangs up"], rang=f"<Say>Unheard.</Say>{RECORD}")
    assert (called.heard, called.over, last_fields(called)["CallStatus"]) == ([], True, "completed")


def test_dial_without_action_goes_on_with_the_next_verb() -> None:
    called = line(f"<Dial>{OWNER_NUMBER}</Dial>{BYE}", brandon=["busy"])
    assert (called.heard, len(called.exchanges)) == (["Goodbye."], 1)


def test_caller_id_of_the_dial_is_what_brandon_sees() -> None:
    dial = DIAL.replace("<Dial", '<Dial callerId="+19045550199"')
    called = line(dial, brandon=["answers"], whisper="", rang=BYE)
    assert called.exchanges[1].fields["From"] == "+19045550199" != CUSTOMER_NUMBER


# --- what fails a test ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("document", "words"),
    [
        ("<Redirect>/twilio/voice</Redirect>", "round in circles"),
        ("<Say></Say>", "Twilio would complain"),
        ("<Redirect>https://elsewhere.example/</Redirect>", "somebody else"),
        ('<Redirect method="GET">/twilio/voice</Redirect>', "only posts"),
        (DIAL, "more than the test says"),
        ("<Enqueue>support</Enqueue>", "does not know <Enqueue>"),
    ],
)
def test_call_that_goes_wrong_fails(document: str, words: str) -> None:
    with pytest.raises(AssertionError, match=words):
        line(document)


def test_whisper_cannot_dial() -> None:
    with pytest.raises(AssertionError, match="no <Dial> for the one who is called"):
        line(DIAL, brandon=["answers"], whisper=DIAL)


@pytest.mark.parametrize(
    ("status", "content_type", "words"),
    [(500, "text/xml", "answered with 500"), (204, "text/xml", "status 204"), (200, "application/json", "no TwiML")],
)
def test_answer_that_twilio_does_not_take_fails(status: int, content_type: str, words: str) -> None:
    answer = {"statusCode": status, "headers": {"content-type": content_type}, "body": "<Response/>"}
    with pytest.raises(AssertionError, match=words):
        Line(handle=lambda _event, _context: answer).dial()
