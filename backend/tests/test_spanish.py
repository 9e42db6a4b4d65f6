"""Customers who write Spanish: which language a text is in, and what code writes in each of them."""

import re
from dataclasses import replace
from datetime import date, timedelta
from string import Formatter
from typing import Any

import pytest

import call_phrases
import dispatcher
from clock import MONDAY_MORNING, Clock
from dialogue_checks import GSM_7
from erasure import Erased, is_request, words
from gateway_events import LambdaContext, call_form, reply_text, sms, texts, twilio_event
from local_aws import Tables
from phrases import PHRASES, label, say
from scripted_model import ScriptedModel, call
from scripted_model import say as model_says
from shop import Accessory, Service, load_shop
from shop_api import book, set_state
from shop_state import MODES
from slots import Slot
from wording import ENGLISH, SPANISH, language_of, plain, sentences

LANGUAGES = (ENGLISH, SPANISH)
CARRIER_WORDS = re.compile(
    r"\b(?:CANCEL|STOP|STOPALL|END|YES|NO|HELP|INFO|START|UNSTOP|QUIT|UNSUBSCRIBE|REVOKE|OPTOUT|ARRET|BAJA|ALTO)\b"
)


def text(said: str, **options: Any) -> dict[str, Any]:
    return dispatcher.handler(sms(said, **options), LambdaContext())


def ask(said: str, **options: Any) -> str:
    return reply_text(text(said, **options))


# --- which language -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "said",
    [
        "hola",
        "Hola!",
        "Buenas",
        "buenos dias",
        "gracias",
        "Muchas gracias",
        "por favor",
        "Hola, se me rompió la pantalla del iPhone 12",
        "se me rompio la pantalla",
        "¿Cuánto cuesta?",
        "cuanto cuesta cambiar la pantalla de un iphone 13",
        "Cuanto sale el screen del iphone 12",
        "Necesito una batería nueva",
        "necesito bateria",
        "quiero una cita para mañana",
        "mañana a las 10",
        "pantalla",
        "pantalla iphone 14",
        "bateria samsung s21",
        "¿está abierto hoy?",
        "esta abierto?",
        "a que hora cierran",
        "Buenas tardes, arreglan celulares?",
        "mi celular no prende",
        "mi telefono se cayó al agua",
        "el teléfono no carga, creo que es el puerto",
        "hablan español?",
        "sí, el martes está bien",
        "el viernes por la tarde",
        "donde estan ubicados",
        "tienen garantía?",
        "me puede dar un descuento",
        "Hola, batería de iPhone 12 mañana a las 10, soy Lucía",
        "soy Jose, tengo un iPhone 11",
        "perdón, ¿puede ser más tarde?",
        "no puedo ir, quiero cambiar mi cita",
        "olvídame por favor",
        "Borre mis datos",
        "¡Perfecto!",
        "la pantalla de mi phone está broken",
        "hola, is possible para mañana? mi pantalla no funciona",
        "quisiera saber el precio para una reparación",
        "ok gracias, muy amable",
        "Cual es el horario del sabado",
        "vidrio trasero roto",
        "cuánto tardan?",
        "2pm, por favor",
        "¿iPhone 12?",
        "se quemó",
        "Instalación?",
    ],
)
def test_text_is_spanish(said: str) -> None:
    assert language_of([said]) == SPANISH


@pytest.mark.parametrize(
    "said",
    [
        "",
        "hi",
        "1",
        "2pm",
        "MOVE",
        "DROP",
        "no",
        "ok",
        "adios!",
        "Adios amigo",
        "my name is Jose",
        "Jose",
        "José Muñoz",
        "Peña",
        "Maria de los Angeles de la Cruz",
        "It's Ana de la Rosa",
        "San Jose Blvd",
        "I'm on San Jose Blvd near the Publix",
        "El Camino Real",
        "I live in La Villa, by Los Robles",
        "gracias, that works!",
        "Thanks, muchas gracias",
        "Hola! Do you fix iPhone screens?",
        "hola, can you fix my phone",
        "see you mañana!",
        "what about mañana at 2?",
        "One battery por favor, how much is it",
        "is Señor Brandon there?",
        "I need it by Cinco de Mayo",
        "I dropped it in a pot of soy sauce",
        "do you speak Spanish? mi casa es su casa lol",
        "iPhone 14 Pro Max",
        "Samsung Galaxy S22",
        "iphone 12 screen",
        "screen",
        "help",
        "info",
        "how much for a screen",
        "Do you fix iPhone 14 screens?",
        "a la mode",
        "me too",
        "Con air",
        "my phone fell into the toilet",
        "yes please tomorrow at 2",
        "Tuesday",
        "forget me",
        "😭📱💥",
        "LEAD-20261130-145959",
        "Ma batterie est morte",
        "no problem, I'll come by at 3",
        "I have a Moto g power, taco stand dropped it, no bueno",
    ],
)
def test_text_is_english(said: str) -> None:
    assert language_of([said]) == ENGLISH


@pytest.mark.parametrize(
    ("said", "language"),
    [
        (["1", "hola, cuanto cuesta una pantalla"], SPANISH),
        (["1", "how much is a screen", "hola, cuanto cuesta una pantalla"], ENGLISH),
        (["gracias", "how much is a screen"], ENGLISH),
        (["Jose", "se rompió mi pantalla"], SPANISH),
        (["MOVE", "hola"], SPANISH),
        (["adios!", "quiero una cita"], SPANISH),
        (["", "", ""], ENGLISH),
    ],
)
def test_words_that_do_not_tell_are_in_the_language_of_the_turns_before(said: list[str], language: str) -> None:
    assert language_of(said) == language


# --- the table ----------------------------------------------------------------------------------------------

WHEN = "mie 30 sep, 12:00 PM"
LONGEST = {
    **dict.fromkeys(("when", "before", "after", "was", "until"), WHEN),
    **dict.fromkeys(("weekday", "other"), "miércoles"),
    **dict.fromkeys(("who", "owner"), "Brandon"),
    "own": "; ".join([WHEN] * 3),
    "day": "miércoles 30 de septiembre",
    "lead_id": "LEAD-20261130-145959",
    "percent": "50",
    "most": "3",
    "last": "5",
    "days": "30",
    "usd": "100",
    "what": "arreglo de puerto de carga de Samsung Galaxy S22 Ultra, 50% de descuento",
    "service": "arreglo de puerto de carga",
    "device": "Samsung Galaxy S22 Ultra",
    "prices": "$79 iPhone / $89 Samsung",
    "doing": "anda en un arreglo a domicilio",
    "assistant": "LINDA",
    "name": "EmperorLinda Cell Phone Repairs",
    "city": "Jacksonville, FL",
    "hours": "lun-sab 9:00 AM-5:00 PM",
    "lines": "1 para mie 30 dic, 12:00 PM, 2 para 1:00 PM, 3 para 2:00 PM",
    "number": "3",
}


def placeholders(template: str) -> set[str]:
    return {name for _text, name, _spec, _conversion in Formatter().parse(template) if name}


@pytest.mark.parametrize("key", PHRASES)
def test_phrase_is_whole_in_both_languages(key: str) -> None:
    phrase = PHRASES[key]
    assert placeholders(phrase.en) == placeholders(phrase.es)
    for language in LANGUAGES:
        said = say(key, language, aloud=False, **LONGEST)
        assert len(said) <= 320
        assert set(said) <= GSM_7, set(said) - GSM_7
        assert not CARRIER_WORDS.search(said)


def test_no_phrase_is_the_same_in_both_languages() -> None:
    assert [key for key, phrase in PHRASES.items() if phrase.en == phrase.es] == []


def test_every_mode_but_work_has_its_words() -> None:
    assert {key.removeprefix("away_") for key in PHRASES if key.startswith("away_")} - {
        "now",
        "until",
        "today",
        "through",
    } == {*MODES} - {"work"}


def test_every_day_of_a_year_has_a_label_of_plain_letters() -> None:
    for day in range(1, 366):
        slot = Slot(load_shop().local(MONDAY_MORNING + timedelta(days=day)))
        assert re.fullmatch(
            r"(?:lun|mar|mie|jue|vie|sab|dom) \d{1,2} (?:ene|feb|mar|abr|may|jun|jul|ago|sep|oct|nov|dic), \d.*[AP]M",
            label(slot, SPANISH),
        )


def test_thing_without_a_spanish_name_is_called_by_its_own() -> None:
    assert Accessory("cable", "cable", 9).called(SPANISH) == "cable"


def test_shop_of_this_repository_has_spanish_names_for_everything_it_sells() -> None:
    shop = load_shop()
    things: list[Service | Accessory] = [*shop.services, *shop.accessories]
    for thing in things:
        assert thing.called(SPANISH) == thing.name_es != ""
        assert set(thing.name_es) <= GSM_7
        assert thing.called(ENGLISH) == thing.name


@pytest.mark.parametrize("complete", [True, False])
def test_words_for_a_forgotten_customer_fit_with_as_many_bookings_as_a_number_can_have(complete: bool) -> None:
    slots = [Slot(load_shop().local(MONDAY_MORNING).replace(hour=hour, minute=0)) for hour in (10, 11, 12)]
    said = words(load_shop(), Erased(complete), slots, SPANISH)
    assert len(said) <= 320
    assert "lun 30 nov, 12:00 PM" in said
    assert ("35 dias" in said) is complete
    assert ("BORRE MIS DATOS" in said) is not complete
    assert is_request("BORRE MIS DATOS")


# --- through the handler ------------------------------------------------------------------------------------

pytestmark = pytest.mark.usefixtures("clock")


def test_newcomer_books_in_spanish_with_two_texts(tables: Tables) -> None:
    listed = ask("Hola, se me rompió la pantalla del iPhone 12")
    assert listed.splitlines()[:2] == [
        "Hola, soy LINDA, la recepcionista virtual de EmperorLinda Cell Phone Repairs. Cambio de pantalla "
        "de iPhone 12: desde $79. Para reservar, responda con un numero:",
        "1) lun 30 nov, 11:00 AM",
    ]
    answered = texts(text("1"))
    (lead,) = tables.leads()
    assert answered[0].body == (
        "Cita reservada: lun 30 nov, 11:00 AM, cambio de pantalla de iPhone 12. "
        f"Ref {lead['lead_id']}. Para cambiarla, responda MOVE o DROP."
    )
    assert answered[1].body.startswith("New booking: Mon Nov 30, 11:00 AM, iPhone 12 screen repair, +1904")


def test_booking_is_moved_and_dropped_in_spanish(tables: Tables) -> None:
    ask("necesito una bateria para mi pixel 7")
    ask("1")
    moving = ask("MOVE")
    assert moving.splitlines()[:2] == [
        "Para cambiar su cita de lun 30 nov, 11:00 AM, responda con un numero:",
        "1) lun 30 nov, 12:00 PM",
    ]
    assert ask("9").startswith("Por favor elija del 1 al 5. Para cambiar su cita de lun 30 nov, 11:00 AM,")
    assert ask("1").startswith("Cita cambiada: ahora es lun 30 nov, 12:00 PM en vez de lun 30 nov, 11:00 AM. Ref LEAD-")
    assert ask("DROP").startswith("¿Qué cita quiere anular? Responda con su numero:\n1) lun 30 nov, 12:00 PM")
    assert ask("1").startswith("Cita anulada: ya no tiene la de lun 30 nov, 12:00 PM. Ref LEAD-")
    assert ask("DROP") == "No hay citas pendientes con este celular."


def test_language_follows_the_customer(tables: Tables) -> None:
    assert "Para reservar" in ask("hola, arreglan iphones?")
    assert "Reply with a number" in ask("sorry, do you speak English?")
    assert "Which phone is it, and what's wrong with it?" in ask("1")


def test_photos_without_words_do_not_change_the_language(tables: Tables) -> None:
    ask("hola, mi pantalla no funciona")
    one, two = ({f"MediaUrl{n}": f"https://api.twilio.com/{n}" for n in range(many)} for many in (1, 2))
    assert ask("", NumMedia="1", **one).startswith("Tengo su foto para Brandon.")
    assert ask("", NumMedia="2", **two).startswith("Tengo sus fotos para Brandon.")


def test_claim_of_the_model_becomes_the_state_of_things_in_spanish(model: ScriptedModel, tables: Tables) -> None:
    model.script(model_says("Listo, su cita quedó agendada para mañana a las 2."))
    assert "Por ahora no hay nada reservado. Para reservar, responda con un numero:" in ask(
        "hola, ¿tienen lugar mañana?"
    )
    book(time="9:00")
    model.script(model_says("Listo, su cita quedó agendada para mañana a las 2."))
    assert ask("¿seguro?") == "Tiene cita: mar 1 dic, 9:00 AM."


def test_deeds_of_the_model_are_confirmed_in_spanish(model: ScriptedModel, tables: Tables) -> None:
    model.script(
        call("authorize_discount", discount_percent=10, reason="estudiante"),
        call("log_upsell", upsell_item="phone_case", accepted=True),
        call("ask_brandon", question="¿Abre el domingo?"),
        model_says("¿Qué día le conviene?"),
    )
    assert ask("quiero un descuento y una funda, ¿abren el domingo?") == (
        "Tiene 10% de descuento en este arreglo. Dejo anotado para usted: funda ($25). "
        "Ya le pasé su pregunta a Brandon. ¿Qué día le conviene?"
    )


def test_discount_above_the_limit_is_asked_for_in_spanish(model: ScriptedModel, tables: Tables) -> None:
    model.script(call("authorize_discount", discount_percent=40, reason="x"), model_says("¿Qué día le conviene?"))
    answered = texts(text("quiero un descuento de 40%"))
    assert answered[0].body.startswith("Ya le pregunté a Brandon por ese descuento.")
    assert "asks for 40% off" in answered[1].body


def test_owner_away_is_said_in_spanish(tables: Tables) -> None:
    set_state(mode="gym", until="2026-11-30T15:00:00-05:00")
    assert "Brandon anda en el gimnasio hasta 3:00 PM." in ask("hola")
    set_state(mode="closed", until="2026-12-02T09:00:00-05:00")
    assert "El taller queda cerrado hasta mie 2 dic, 9:00 AM." in ask("hola", sender="+19045550155")


def test_help_and_a_flood_are_answered_in_spanish(tables: Tables, clock: Clock) -> None:
    ask("hola, mi pantalla no funciona")
    assert ask("HELP").startswith("Soy LINDA, la recepcionista virtual de EmperorLinda")
    said = [ask("y ahora?") for _ in range(20)]
    assert "Son muchos mensajes a la vez" in " ".join(said)


def test_forgotten_customer_is_told_in_spanish(tables: Tables) -> None:
    assert ask("borra mis datos por favor").startswith("Listo: mensajes, nombre, notas y fotos quedan borrados.")


def test_customer_with_too_many_bookings_is_told_in_spanish(tables: Tables) -> None:
    for hour in (9, 10, 11):
        book(time=f"{hour}:00")
    ask("hola, quiero otra cita")
    assert ask("1") == (
        "Este celular tiene 3 citas pendientes y no puede tener otra: "
        "mar 1 dic, 9:00 AM; mar 1 dic, 10:00 AM; mar 1 dic, 11:00 AM."
    )


def test_line_taken_meanwhile_and_a_full_calendar_are_said_in_spanish(tables: Tables) -> None:
    ask("hola, quiero cambiar la bateria")
    book(date="2026-11-30", time="11:00", phone="904-555-0101")
    assert ask("1").startswith("Lo siento, ya no queda libre lun 30 nov, 11:00 AM.")
    set_state(mode="closed", until="2027-02-01T00:00:00-05:00")
    answered = texts(text("hola, mi pantalla no funciona", sender="+19045550155"))
    assert "No hay horas libres en los siguientes 30 dias. Le paso su mensaje a Brandon." in answered[0].body
    assert answered[1].body.startswith("No free slot to offer.")


def test_book_out_of_reach_is_said_in_spanish(tables: Tables, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    reply = ask("Hola, cuanto cuesta la pantalla del iPhone 12?")
    assert reply.startswith("Lo siento, en este momento no puedo abrir la agenda")
    assert "Cambio de pantalla de iPhone 12: desde $79. Abrimos lun-sab 9:00 AM-5:00 PM." in reply


def test_repeat_of_a_message_gets_the_same_bytes(tables: Tables) -> None:
    first = text("hola, quiero arreglar mi iphone 12", sid="SM" + "1" * 32)
    ask("actually, do you speak English?")
    assert text("hola, quiero arreglar mi iphone 12", sid="SM" + "1" * 32)["body"] == first["body"]


def test_caller_is_answered_in_the_language_of_the_call(tables: Tables) -> None:
    ask("hola, necesito una bateria")
    event = twilio_event(
        "/twilio/voice", call_form(SpeechResult="quiero cambiar la pantalla"), query="step=turn&n=1&silent=0"
    )
    answered = str(dispatcher.handler(event, LambdaContext())["body"])
    assert (
        "Oprima o diga 1 para lunes 30 de noviembre a las once de la mañana, 2 para las doce del mediodía" in answered
    )
    assert "Cambio de pantalla: desde 79 dólares iPhone o 89 dólares Samsung." in answered


def test_failure_of_our_own_is_owned_up_to_in_spanish(tables: Tables, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("assistant.reply", lambda *_: 1 // 0)
    assert ask("hola, quiero una cita").startswith("Lo siento, algo no me ha funcionado.")


# --- days and prices ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("said", "why", "first"),
    [
        ("iPhone 12 screen on Sunday?", "We're closed on Sundays.", "1) Mon Dec 7, 9:00 AM"),
        ("pantalla de iPhone 12 el domingo?", "Cerramos cada domingo.", "1) lun 7 dic, 9:00 AM"),
        ("screen on december 13", "We're closed on Sundays.", "1) Mon Dec 14, 9:00 AM"),
        ("screen tomorrow", "Nothing is free on Tuesday, December 1.", "1) Wed Dec 2, 9:00 AM"),
        ("necesito pantalla mañana", "No queda nada libre el martes 1 de diciembre.", "1) mie 2 dic, 9:00 AM"),
        ("screen on dec 4", "We're closed on Friday, December 4.", "1) Sat Dec 5, 9:00 AM"),
        ("pantalla para el 4 de diciembre", "Cerramos el viernes 4 de diciembre.", "1) sab 5 dic, 9:00 AM"),
        ("friday dec 1", "December 1 is a Tuesday, not a Friday: which day do you mean?", ""),
        ("quiero el viernes 1 de diciembre", "El 1 de diciembre es martes, no viernes: ¿qué fecha quiere?", ""),
    ],
)
def test_day_without_a_free_time_says_why_and_offers_the_next(
    said: str, why: str, first: str, tables: Tables, monkeypatch: pytest.MonkeyPatch
) -> None:
    closed = replace(load_shop(), closed_dates=frozenset({date(2026, 12, 4)}))
    monkeypatch.setattr("dispatcher.load_shop", lambda: closed)
    set_state(mode="closed", until="2026-12-02T00:00:00-05:00")
    reply = ask(said)
    assert why in reply
    assert first in reply


def test_day_beyond_the_horizon_brings_the_times_there_are(tables: Tables) -> None:
    reply = ask("iphone 12 screen on january 15")
    assert "Nothing is free on Friday, January 15." in reply
    assert "1) Mon Nov 30, 11:00 AM" in reply


@pytest.mark.parametrize(
    ("said", "price"),
    [
        ("iPad screen", "iPad screen repair: price after a look."),
        ("pantalla de iPad", "Cambio de pantalla de iPad: precio al revisarlo."),
        ("galaxy s22 screen", "Galaxy S22 screen repair: from $89."),
        ("Samsung Galaxy S22 screen", "Samsung Galaxy S22 screen repair: from $89."),
        ("iphone 12 screen", "iPhone 12 screen repair: from $79."),
        ("cracked screen", "Screen repair: from $79 iPhone / $89 Samsung."),
        ("pixel battery", "Pixel battery replacement: from $49."),
        ("diagnóstico para mi iPad", "Chequeo de iPad: gratis."),
    ],
)
def test_price_is_that_of_the_brand_or_none(said: str, price: str, tables: Tables) -> None:
    assert price in ask(said)


# --- what is left of an emoji -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("said", "left"),
    [
        ("Oh no 😢 Which phone is it?", "Oh no. Which phone is it?"),
        ("Oh no😢Which phone is it?", "Oh no. Which phone is it?"),
        ("Qué pena 😢😢 ¿Qué celular es?", "Qué pena. ¿Qué celular es?"),
        ("Great! 🎉 Which day?", "Great! Which day?"),
        ("Hi, 👋 Brandon is out", "Hi, Brandon is out"),
        ("Thanks 😊", "Thanks"),
        ("😊 Thanks", "Thanks"),
        ("a 📱 case", "a case"),
        ("One 👍🏽 \n Two", "One\nTwo"),
        ("72° F © Brandon", "72 F Brandon"),
        ("2️⃣ Tue", "2 Tue"),
    ],
)
def test_emoji_that_ended_a_sentence_leaves_a_full_stop(said: str, left: str) -> None:
    assert plain(said) == left
    assert plain(left) == left


# --- what Brandon reads, and is asked for him ---------------------------------------------------------------


def test_notice_of_a_booking_says_how_many_photos_there_are(tables: Tables) -> None:
    text("iphone 12 screen", NumMedia="2", MediaUrl0="https://api.twilio.com/a", MediaUrl1="https://api.twilio.com/b")
    notice = texts(text("1"))[1].body
    assert "iPhone 12 screen repair, 2 photos, +1904" in notice


def test_booking_that_knows_neither_device_nor_repair_asks_for_them(tables: Tables) -> None:
    ask("hello")
    answered = texts(text("1"))
    assert answered[0].body.endswith("To change it, text MOVE or DROP. Which phone is it, and what's wrong with it?")
    assert "Mon Nov 30, 11:00 AM, repair, +1904" in answered[1].body
    ask("hola", sender="+19045550155")
    assert ask("1", sender="+19045550155").endswith("¿Qué celular es, y qué le pasa?")


@pytest.mark.parametrize("said", ["my screen", "iphone 12"])
def test_booking_that_knows_one_of_them_asks_nothing(said: str, tables: Tables) -> None:
    ask(said)
    assert ask("1").endswith("To change it, text MOVE or DROP.")


def test_caller_is_asked_one_question_after_a_booking(tables: Tables) -> None:
    """The call goes on with a question of its own."""
    spoken = []
    for turn, fields in enumerate(({"SpeechResult": "hello"}, {"Digits": "1"})):
        form = call_form(call_sid="CA" + "1" * 32, **fields)
        event = twilio_event("/twilio/voice", form, query=f"step=turn&n={turn}&silent=0")
        spoken.append(str(dispatcher.handler(event, LambdaContext())["body"]))
    assert "You're booked" in spoken[1]
    assert "Which phone" not in spoken[1]


# --- calls ------------------------------------------------------------------------------------------------------

ALL_FACTS = LONGEST | {"until": "10:09 AM", "price": "$89"}


@pytest.mark.parametrize("key", call_phrases.PHRASES)
def test_phrase_of_calls_is_whole_in_both_languages(key: str) -> None:
    phrase = call_phrases.PHRASES[key]
    assert placeholders(phrase.en) == placeholders(phrase.es)
    assert phrase.en != phrase.es
    for language in LANGUAGES:
        said = call_phrases.say(key, language, **ALL_FACTS)
        if key.startswith("text_") and "goodbye" not in key:
            assert set(said) <= GSM_7, set(said) - GSM_7
            assert not CARRIER_WORDS.search(said)
            assert len(said) + len("EmperorLinda Cell Phone Repairs: ") <= 320
        else:
            assert len(sentences(re.sub(r" (?:Goodbye|Adiós)\.$", "", said))) <= 2


@pytest.mark.parametrize("key", [key for key, phrase in PHRASES.items() if phrase.en_aloud or phrase.es_aloud])
def test_phrase_that_is_said_otherwise_has_the_same_facts_in_both_languages(key: str) -> None:
    phrase = PHRASES[key]
    assert placeholders(phrase.en_aloud or phrase.en) == placeholders(phrase.es_aloud or phrase.es)
    assert placeholders(phrase.en_aloud) <= placeholders(phrase.en)
