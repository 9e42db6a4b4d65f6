"""Every sentence that code writes to a customer, in English and in Spanish, and days as each language writes them.

Spanish here has no accented a, i, o, u: GSM-7 lacks them, and one of them would cut a text's room to less than half.
MOVE and DROP are the words to send in both languages.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import NamedTuple

from slots import Slot, clock
from wording import SPANISH


class Phrase(NamedTuple):
    """One sentence in both languages. `en_aloud` and `es_aloud` are what is said on a call, where that differs."""

    en: str
    es: str
    en_aloud: str = ""
    es_aloud: str = ""


PHRASES = {
    # what was done
    "booked": Phrase(
        "You're booked: {when}, {what}. Ref {lead_id}. To change it, text MOVE or DROP.",
        "Cita reservada: {when}, {what}. Ref {lead_id}. Para cambiarla, responda MOVE o DROP.",
        "You're booked: {when}, {what}.",
        "Cita reservada: {when}, {what}.",
    ),
    "moved": Phrase(
        "Moved: you're now booked for {after} instead of {before}. Ref {lead_id}.",
        "Cita cambiada: ahora es {after} en vez de {before}. Ref {lead_id}.",
    ),
    "dropped": Phrase(
        "Dropped: your booking for {when} is off. Ref {lead_id}.",
        "Cita anulada: ya no tiene la de {when}. Ref {lead_id}.",
    ),
    "discounted": Phrase(
        "You have {percent}% off this repair.",
        "Tiene {percent}% de descuento en este arreglo.",
    ),
    "accessory": Phrase(
        "I've noted a {name} (${usd}) for you.",
        "Dejo anotado para usted: {name} (${usd}).",
    ),
    "asked": Phrase(
        "I've asked {owner} about that discount. His answer comes by text.",
        "Ya le pregunté a {owner} por ese descuento. Su respuesta llega por mensaje.",
    ),
    "passed_on": Phrase(
        "I've passed your question on to {owner}.",
        "Ya le pasé su pregunta a {owner}.",
    ),
    "photo": Phrase("I have your photo for {owner}.", "Tengo su foto para {owner}."),
    "photos": Phrase("I have your photos for {owner}.", "Tengo sus fotos para {owner}."),
    "unknown_that": Phrase(
        "I can't see yet whether that went through. Text me again in a minute and I'll tell you.",
        "De momento no puedo ver si eso se hizo. Escriba de nuevo en un minuto y le digo.",
        "I can't see yet whether that went through. Text me in a minute and I'll tell you.",
        "De momento no puedo ver si eso se hizo. Escríbame en un minuto y le digo.",
    ),
    "unknown_booking": Phrase(
        "I can't see yet whether your booking for {when} went through. Text me again in a minute and I'll tell you.",
        "De momento no puedo ver si su cita de {when} se hizo. Escriba de nuevo en un minuto y le digo.",
        "I can't see yet whether your booking for {when} went through. Text me in a minute and I'll tell you.",
        "De momento no puedo ver si su cita de {when} se hizo. Escríbame en un minuto y le digo.",
    ),
    "which_repair": Phrase(
        "Which phone is it, and what's wrong with it?",
        "¿Qué celular es, y qué le pasa?",
    ),
    # how things stand
    "booked_for": Phrase("You're booked for {own}.", "Tiene cita: {own}."),
    "nothing_booked": Phrase("Nothing is booked yet.", "Por ahora no hay nada reservado."),
    "no_booking": Phrase(
        "There is no open booking for this number.",
        "No hay citas pendientes con este celular.",
    ),
    "not_open": Phrase(
        "That booking is already off or has begun.",
        "Esa cita ya no existe o ya ha comenzado.",
    ),
    "too_many_bookings": Phrase(
        "This number has {most} open bookings, which is as many as it can have.",
        "Este celular tiene {most} citas pendientes y no puede tener otra.",
    ),
    "too_many_bookings_own": Phrase(
        "This number has {most} open bookings, which is as many as it can have: {own}.",
        "Este celular tiene {most} citas pendientes y no puede tener otra: {own}.",
    ),
    "too_many_calls": Phrase(
        "I can't book any more by phone this hour. Please text me at this number.",
        "En esta hora no puedo reservar otra por llamada. Por favor escriba a este numero.",
        "",
        "En esta hora no puedo reservar otra por llamada. Por favor escríbame a este número.",
    ),
    "bookings_by_text": Phrase(
        "I can't tell bookings on a call: text MOVE to see yours.",
        "En una llamada no puedo decir las citas: escriba MOVE y ve las suyas.",
    ),
    "discounts_by_text": Phrase(
        "I can't tell discounts on a call: text us to hear of yours.",
        "En una llamada no puedo decir los descuentos: escriba y le digo el suyo.",
    ),
    # lists
    "to_book": Phrase("Reply with a number to book:", "Para reservar, responda con un numero:"),
    "press_or_say": Phrase(
        "Press or say {lines}, or 0 for {owner}.",
        "Oprima o diga {lines}, o 0 para hablar con {owner}.",
    ),
    "line_to_press": Phrase("{number} for {when}", "{number} para {when}"),
    "to_move": Phrase(
        "Reply with a number to move your booking of {was} to:",
        "Para cambiar su cita de {was}, responda con un numero:",
    ),
    "to_pick": Phrase(
        "Which booking should move? Reply with its number:",
        "¿Qué cita quiere cambiar? Responda con su numero:",
    ),
    "to_drop": Phrase(
        "Which booking should be dropped? Reply with its number:",
        "¿Qué cita quiere anular? Responda con su numero:",
    ),
    "off_the_list": Phrase("Please choose a number from 1 to {last}.", "Por favor elija del 1 al {last}."),
    "taken": Phrase("Sorry, {when} is no longer free.", "Lo siento, ya no queda libre {when}."),
    "full_day": Phrase("Nothing is free on {day}.", "No queda nada libre el {day}."),
    "closed_weekday": Phrase("We're closed on {weekday}s.", "Cerramos cada {weekday}."),
    "closed_day": Phrase("We're closed on {day}.", "Cerramos el {day}."),
    "no_such_day": Phrase(
        "{day} is a {weekday}, not a {other}: which day do you mean?",
        "El {day} es {weekday}, no {other}: ¿qué fecha quiere?",
    ),
    "no_time": Phrase(
        "There is no free time in the next {days} days.",
        "No hay horas libres en los siguientes {days} dias.",
    ),
    "another_day": Phrase(
        "Please text again another day.",
        "Por favor escriba de nuevo otro dia.",
        "Please call again another day.",
        "Por favor llame de nuevo otro día.",
    ),
    "passing_on": Phrase("I'm passing your message on to {owner}.", "Le paso su mensaje a {owner}."),
    # prices, hours, and where the owner is
    "repair": Phrase("repair", "arreglo"),
    "device_repair": Phrase("{device} {service}", "{service} de {device}"),
    "percent_off": Phrase("{what}, {percent}% off", "{what}, {percent}% de descuento"),
    "from": Phrase("from {prices}", "desde {prices}"),
    "free": Phrase("free", "gratis"),
    "after_a_look": Phrase("price after a look", "precio al revisarlo"),
    "open": Phrase("We're open {hours}.", "Abrimos {hours}."),
    "away_now": Phrase("{who} is {doing} right now.", "{who} {doing} en este momento."),
    "away_until": Phrase("{who} is {doing} until {until}.", "{who} {doing} hasta {until}."),
    "away_today": Phrase("{who} is {doing} for the rest of the day.", "{who} {doing} por el resto del dia."),
    "away_through": Phrase("{who} is {doing} through {day}.", "{who} {doing} hasta el {day} inclusive."),
    "the_shop": Phrase("The shop", "El taller"),
    "away_gym": Phrase("at the gym", "anda en el gimnasio"),
    "away_driving": Phrase("on the road", "anda manejando"),
    "away_onsite": Phrase("out on a repair", "anda en un arreglo a domicilio"),
    "away_break": Phrase("on a break", "toma un descanso"),
    "away_closed": Phrase("closed", "queda cerrado"),
    "warranty": Phrase(
        "Our repairs carry a {days}-day warranty.",
        "Los arreglos tienen {days} dias de cobertura.",
    ),
    "place": Phrase(
        "We're in {city}. I'll have the exact address confirmed.",
        "Somos de {city}. El domicilio exacto se lo confirmo luego.",
    ),
    "no_discount": Phrase("No discount is agreed yet.", "Por ahora no hay descuento acordado."),
    # around a conversation
    "greeting": Phrase(
        "Hi, this is {assistant}, the automated desk at {name}.",
        "Hola, soy {assistant}, la recepcionista virtual de {name}.",
    ),
    "help": Phrase(
        "This is {assistant}, the automated desk of {name}, {city}. We're open {hours}. "
        "Tell me your phone and what's wrong, and I'll find you a time. To change a booking, text MOVE or DROP.",
        "Soy {assistant}, la recepcionista virtual de {name}, {city}. Abrimos {hours}. "
        "Diga qué celular es y qué le pasa, y le busco una hora. Para cambiar una cita, responda MOVE o DROP.",
    ),
    "too_many_texts": Phrase(
        "That is a lot of texts at once, so I'll pause here. Please text me again in ten minutes.",
        "Son muchos mensajes a la vez, por eso hago una pausa. Por favor escriba de nuevo en diez minutos.",
    ),
    "no_book": Phrase(
        "Sorry, I can't reach the appointment book right now, so I can't book or check anything this minute.",
        "Lo siento, en este momento no puedo abrir la agenda, por eso no puedo reservar ni revisar nada.",
    ),
    "try_again": Phrase("Please try again in a few minutes.", "Por favor escriba de nuevo en unos minutos."),
    "still_at_it": Phrase(
        "One moment please. If no answer follows, please send that again.",
        "Un momento por favor. Si no llega respuesta, mande eso otra vez.",
    ),
    "went_wrong": Phrase(
        "Sorry, something went wrong on my side. If you asked for a time, I can't see yet whether it is booked. "
        "Please try again in a minute.",
        "Lo siento, algo no me ha funcionado. Si me ha pedido una hora, de momento no puedo ver si queda reservada. "
        "Por favor escriba de nuevo en un minuto.",
        "Sorry, something went wrong on my side, and I can't see yet whether anything is booked. "
        "Could you say that again?",
        "Perdón, algo no me funcionó, y de momento no puedo ver si algo queda reservado. ¿Me lo puede repetir?",
    ),
    # a customer who is forgotten
    "forgotten": Phrase(
        "Done: our texts, your name, notes and photos are deleted.",
        "Listo: mensajes, nombre, notas y fotos quedan borrados.",
    ),
    "forgotten_in_part": Phrase(
        "I could not delete everything yet; some of your texts, name, notes or photos may still be here.",
        "De momento no pude borrar todo; puede quedar algo de sus mensajes, nombre, notas o fotos.",
    ),
    "forget_again": Phrase(
        "Please text FORGET ME again in a minute.",
        "Por favor escriba BORRE MIS DATOS de nuevo en un minuto.",
    ),
    "still_booked": Phrase(
        "Still booked: {own}. Text DROP to drop it.",
        "Sigue reservado: {own}. Responda DROP para anular.",
    ),
    "kept": Phrase(
        "{owner} keeps each booking with number, device and time, discounts, opt-outs and message ids.",
        "{owner} guarda citas con celular, equipo y hora, descuentos, bajas y claves de mensajes.",
    ),
    "backups": Phrase("Backups and copies last {days} days.", "Las copias duran {days} dias."),
}


def say(key: str, language: str, *, aloud: bool = False, **facts: object) -> str:
    """A phrase with its facts filled in, as it is written or said. Raises KeyError for one that is not there."""
    phrase = PHRASES[key]
    written, said = (phrase.es, phrase.es_aloud) if language == SPANISH else (phrase.en, phrase.en_aloud)
    return ((said if aloud else "") or written).format(**facts)


# --- days ---------------------------------------------------------------------------------------------------

_WEEKDAYS = ("lunes", "martes", "miércoles", "jueves", "viernes", "sabado", "domingo")
_WEEKDAYS_SHORT = ("lun", "mar", "mie", "jue", "vie", "sab", "dom")
_MONTHS = (
    *("enero", "febrero", "marzo", "abril", "mayo", "junio"),
    *("julio", "agosto", "septiembre", "octubre", "noviembre", "diciembre"),
)


def label(slot: Slot, language: str) -> str:
    """A slot as written to a customer: "Tue Dec 1, 2:00 PM", "mar 1 dic, 2:00 PM"."""
    if language != SPANISH:
        return slot.label
    return f"{short_weekday(slot.start, language)} {slot.start.day} {_month(slot.start)[:3]}, {clock(slot.start)}"


def labels(slots: Iterable[Slot], language: str) -> str:
    return "; ".join(label(slot, language) for slot in slots)


def long_day(day: date, language: str) -> str:
    """ "Tuesday, December 1", "martes 1 de diciembre"."""
    english = f"{day:%A, %B} {day.day}"
    return f"{weekday(day.weekday(), language)} {month_day(day, language)}" if language == SPANISH else english


def month_day(day: date, language: str) -> str:
    """ "December 1", "1 de diciembre"."""
    return f"{day.day} de {_month(day)}" if language == SPANISH else f"{day:%B} {day.day}"


def weekday(number: int, language: str) -> str:
    """The name of a day of the week, Monday being 0."""
    return _WEEKDAYS[number] if language == SPANISH else f"{_some_day(number):%A}"


def short_weekday(day: date | datetime | int, language: str) -> str:
    """ "Tue", "mar"; of a day, or of its number, Monday being 0."""
    number = day if isinstance(day, int) else day.weekday()
    return _WEEKDAYS_SHORT[number] if language == SPANISH else f"{_some_day(number):%a}"


def _month(day: date) -> str:
    return _MONTHS[day.month - 1]


def _some_day(number: int) -> date:
    """A day of that weekday: the first of January of the year 1 was a Monday."""
    return date.fromordinal(number + 1)
