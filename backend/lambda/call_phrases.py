"""Every sentence that code says on a call and writes after one, in English and in Spanish.

Said ones have all their accents and are at most two sentences long; what is texted keeps to GSM-7 (see phrases).
"""

from __future__ import annotations

from phrases import Phrase
from wording import SPANISH

PHRASES = {
    # the greeting
    "thanks_for_calling": Phrase(
        "Thanks for calling {name}, this is {assistant}, the automated assistant.",
        "Gracias por llamar a {name}, soy {assistant}, la asistente automática.",
    ),
    "how_can_i_help": Phrase(
        "How can I help you with your phone?",
        "¿En qué le puedo ayudar con su celular?",
    ),
    "other_language": Phrase("Para español, oprima el nueve.", "For English, press nine."),
    "language_changed": Phrase("Sure, in English. How can I help you?", "Claro, en español. ¿En qué le puedo ayudar?"),
    "press_the_key": Phrase(
        "Please press the key of the time you want, or say first, second or third.",
        "Por favor oprima la tecla de esa hora, o diga primera, segunda o tercera.",
    ),
    # a turn
    "one_moment": Phrase("One moment, please.", "Un momento, por favor."),
    "not_heard": Phrase(
        "Sorry, I didn't hear anything. What can I help you with?",
        "Perdón, no escuché nada. ¿En qué le puedo ayudar?",
    ),
    "not_understood": Phrase(
        "Sorry, I didn't get that. Could you say it again?",
        "Perdón, no le entendí. ¿Me lo puede repetir?",
    ),
    "anything_else": Phrase("Is there anything else I can help you with?", "¿Le puedo ayudar en algo más?"),
    "and_details_by_text": Phrase(
        ", and the details are coming by text.",
        ", y los detalles le llegan por mensaje de texto.",
    ),
    # how it ends
    "goodbye": Phrase("Thank you for calling {name}. Goodbye.", "Gracias por llamar a {name}. Adiós."),
    "still_silent": Phrase("I still can't hear you.", "Sigo sin escucharle."),
    "kept_goodbye": Phrase(
        "I've kept {when} for you for ten minutes, and a text is coming to take it. Goodbye.",
        "Le guardé {when} por diez minutos, y le llega un mensaje para tomarla. Adiós.",
    ),
    "text_goodbye": Phrase(
        "I'm sending you a text, so that you can write to me. Goodbye.",
        "Le mando un mensaje de texto, para que me pueda escribir. Adiós.",
    ),
    "text_goodbye_thanks": Phrase(
        "Thank you for calling. I'm sending you a text, so that you can book any time, goodbye.",
        "Gracias por llamar. Le mando un mensaje de texto, para que pueda reservar cuando quiera, adiós.",
    ),
    "owner_told_goodbye": Phrase(
        "I'm letting {owner} know that you called. Goodbye.",
        "Le aviso a {owner} que usted llamó. Adiós.",
    ),
    "call_again_goodbye": Phrase(
        "Please call again, or send us a text at this number. Goodbye.",
        "Por favor llame de nuevo, o escríbanos a este número. Adiós.",
    ),
    # the owner
    "ringing": Phrase("Of course. One moment, I'm ringing {owner}.", "Claro. Un momento, llamo a {owner}."),
    "ringing_complaint": Phrase(
        "I'm sorry about that. One moment, I'm ringing {owner}.",
        "Lamento lo ocurrido. Un momento, llamo a {owner}.",
    ),
    "ringing_misheard": Phrase(
        "I'm sorry, I still didn't get that. One moment, I'm ringing {owner}.",
        "Perdón, sigo sin entenderle. Un momento, llamo a {owner}.",
    ),
    "ringing_first": Phrase(
        "Thanks for calling {name}. One moment, I'm ringing {owner}.",
        "Gracias por llamar a {name}. Un momento, llamo a {owner}.",
    ),
    "ringing_hidden": Phrase(
        "Thanks for calling {name}, this is {assistant}, the automated assistant. "
        "I can't see your number, so I'm ringing {owner} for you.",
        "Gracias por llamar a {name}, soy {assistant}, la asistente automática. "
        "No puedo ver su número, por eso llamo a {owner}.",
    ),
    "ringing_without_book": Phrase(
        "Sorry, I can't reach the appointment book right now. One moment, I'm ringing {owner}.",
        "Perdón, en este momento no puedo abrir la agenda. Un momento, llamo a {owner}.",
    ),
    "without_book_goodbye": Phrase(
        "Sorry, I can't reach the appointment book right now, so I can't book or check anything. "
        "Please call again in a few minutes. Goodbye.",
        "Perdón, en este momento no puedo abrir la agenda, por eso no puedo reservar ni revisar nada. "
        "Por favor llame de nuevo en unos minutos. Adiós.",
    ),
    "instead_of_owner": Phrase(
        "{owner} can't come to the phone right now, but I'm {assistant}, the automated assistant, and can book you in.",
        "{owner} no puede contestar en este momento, pero soy {assistant}, la asistente automática, y doy citas.",
    ),
    "voicemail": Phrase(
        "{owner} can't come to the phone right now. Please leave a message after the tone: it will be recorded for "
        "{owner}, so hang up now if you don't want to be recorded.",
        "{owner} no puede contestar en este momento. Deje un mensaje después del tono: se va a grabar para {owner}, "
        "así que cuelgue ahora si no quiere que le graben.",
    ),
    "voicemail_kept": Phrase(
        "Thank you, {owner} will get your message. Goodbye.",
        "Gracias, {owner} va a recibir su mensaje. Adiós.",
    ),
    "voicemail_not_told": Phrase(
        "Thank you for your message. If nobody calls you back today, please call again. Goodbye.",
        "Gracias por su mensaje. Si hoy nadie le llama, por favor llame de nuevo. Adiós.",
    ),
    "no_message_heard": Phrase("I didn't hear a message.", "No escuché ningún mensaje."),
    "ask_message": Phrase(
        "{owner} can't be rung right now: please tell me your message for him, and I'll write it down.",
        "No se puede llamar a {owner} en este momento: dígame su mensaje para él, y yo lo anoto.",
    ),
    "message_written_down": Phrase(
        "Thank you, I've written that down for {owner}. Goodbye.",
        "Gracias, ya lo anoté para {owner}. Adiós.",
    ),
    # texts
    "text_missed": Phrase(
        "Sorry we missed your call. I'm {assistant}, the automated desk: tell me your phone and what's wrong, and I'll "
        "find you a time.",
        "Perdone que no le contestamos. Soy {assistant}, la recepcionista virtual: diga qué celular es y qué le pasa, "
        "y le busco una hora.",
    ),
    "text_after": Phrase(
        "Thanks for your call. To book, reply with a number, or just tell me what you need:",
        "Gracias por llamar. Para reservar, responda con un numero, o diga lo que necesita:",
    ),
    "text_after_full": Phrase(
        "Thanks for your call. Text me here with any question, or for a time.",
        "Gracias por llamar. Escriba por este medio para preguntar o pedir una hora.",
    ),
    "text_kept": Phrase(
        "I kept {when} for you ({what}). Reply 1 to take it; it is yours until {until}.",
        "Le tengo {when} para usted ({what}). Responda 1 y queda reservada; se la tengo hasta {until}.",
    ),
    "text_no_longer_kept": Phrase(
        "You asked for {when} ({what}). Reply 1 to book it if it is still free.",
        "Por el {when} ({what}): responda 1 para reservar si sigue libre.",
    ),
}  # fmt: skip


def say(key: str, language: str, **facts: object) -> str:
    """A phrase with its facts filled in. Raises KeyError for a phrase or a fact that is not there."""
    phrase = PHRASES[key]
    return (phrase.es if language == SPANISH else phrase.en).format(**facts)
