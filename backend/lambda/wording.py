"""The shape of words: plain and short enough for a text message; and which language they are."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

MAX_TEXT_LENGTH = 320
ENGLISH, SPANISH = "en", "es"

# Typographic characters that would turn a whole text into UCS-2 (70 characters a segment), and what they mean.
_FOLDED = {
    "\u2018": "'", "\u2019": "'", "\u201a": "'", "\u201b": "'", "\u2032": "'", "\u00b4": "'", "\u0060": "'",
    "\u201c": '"', "\u201d": '"', "\u201e": '"', "\u2033": '"', "\u00ab": '"', "\u00bb": '"',
    "\u2010": "-", "\u2011": "-", "\u2012": "-", "\u2013": "-", "\u2014": "-", "\u2015": "-", "\u2212": "-",
    "\u2022": "-", "\u00b7": "-", "\u2026": "...", "\u00a0": " ", "\u2009": " ", "\u202f": " ", "\u200a": " ",
    "\u00d7": "x", "\u00bd": "1/2", "\u00bc": "1/4", "\u2192": "->", "\u00ae": "", "\u2122": "", "\t": " ",
}  # fmt: skip
# Stands for an emoji while a text is made plain; no character of any text, because controls are left out before.
_PICTURE = "\0"
_LINK = re.compile(r"(?:[a-z][a-z0-9+.-]{0,20}://|\bwww\.)\S*", re.IGNORECASE)


def plain(text: str) -> str:
    """The same words with typographic signs folded to GSM-7 and pictures left out. Letters stay as they are.

    An emoji that ended a sentence leaves a full stop: "Oh no (emoji) Which phone?" is "Oh no. Which phone?".
    """
    kept = text if _is_plain(text) else _folded(text)
    spaced = re.sub(r"[^\S\n]+", " ", kept)
    without = re.sub(f"[ {_PICTURE}]*{_PICTURE}[ {_PICTURE}]*", _in_place_of_pictures, spaced)
    return re.sub(r" *\n *", "\n", without).strip()


def _is_plain(text: str) -> bool:
    """Whether no character has to be looked at: what most texts are."""
    return text.isascii() and "`" not in text and text.replace("\n", " ").isprintable()


def _folded(text: str) -> str:
    folded = "".join(_FOLDED.get(each, each) for each in unicodedata.normalize("NFC", text))
    return "".join(_PICTURE if _is_picture(each) else each for each in folded if each == "\n" or not _is_unread(each))


def one_line(text: str) -> str:
    """What somebody wrote, as a part of a line that others read: plain, no line breaks, and no links to tap on."""
    return " ".join(_LINK.sub("", " ".join(plain(text).split())).split())


def _in_place_of_pictures(found: re.Match[str]) -> str:
    before, after = found.string[found.start() - 1 : found.start()], found.string[found.end() : found.end() + 1]
    if (before.isalnum() or before in (")", '"', "%")) and (after.isupper() or after in ("\u00bf", "\u00a1")):
        return ". "
    return " " if " " in found[0] else ""


def _is_picture(character: str) -> bool:
    category = unicodedata.category(character)
    return character > "\u2190" and (category == "So" or (category[0] == "S" and ord(character) > 0xFFFF))


def _is_unread(character: str) -> bool:
    """Whether a character is a part of an emoji, a sign such as that of copyright, or nothing that can be read."""
    category = unicodedata.category(character)
    sign = category == "So" and not _is_picture(character)
    return sign or category[0] == "C" or character == "\u20e3" or "\ufe00" <= character <= "\ufe0f"


def sentences(text: str) -> list[str]:
    """A text as its sentences, each with its own end. Lines of a list are sentences of their own."""
    found: list[str] = []
    for line in text.splitlines():
        found += re.split(r"(?<=[.!?])[\"')\]]*\s+(?=[A-Z0-9\u00bf\u00a1\"'(])", line.strip())
    return [sentence for sentence in found if sentence]


def questions(answer: str) -> list[str]:
    """The questions among the sentences of an answer."""
    return [sentence for sentence in sentences(answer) if sentence.endswith("?")]


def shortened(text: str, longest: int = MAX_TEXT_LENGTH) -> str:
    """The text cut at the end of a sentence where that keeps something, else at a word."""
    if len(text) <= longest:
        return text
    kept = ""
    for sentence in sentences(text):
        if len(kept) + len(sentence) + 1 > longest:
            break
        kept = f"{kept} {sentence}".strip()
    return kept or text[: longest - 3].rsplit(" ", 1)[0].rstrip(",;:- ") + "..."


def joined(parts: Iterable[str], longest: int = MAX_TEXT_LENGTH) -> str:
    """The parts, most important first, joined as far as they fit; a part that does not fit is left out whole."""
    text = ""
    for part in parts:
        candidate = f"{text} {part}".strip() if part else text
        if len(candidate) <= longest:
            text = candidate
    return text


# --- which language -----------------------------------------------------------------------------------------


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


# Without accents. What both languages have ("no", "me", "a") is on no list, nor are the carrier's words, MOVE and DROP.
_SPANISH = _set(
    """abril agosto agua ahora aqui arreglan arreglar arregle arreglo ayer ayuda ayudar bano bateria bien borra borrame
    borre borreme buen buenos caio cambian cambiar cambio cargador cargar cayo celular cerca cierran cita citas
    cobran comprar costaria cree creo cual cuando cuanta cuantas cuanto cuantos cuesta cuestan dano datos deja dejo
    descuento descuentos desde dias diciembre dinero disculpe domingo donde enciende enero entendido
    entonces equipo espanol esta estaba estan estas esto estoy estuvo febrero fecha foto fotos funciona funcionan
    funda gustaria habla hablan hacen hacer haga hago hoja hora horario horas hoy jueves julio junio listo llamo
    llego lugar lunes manden martes mas miercoles minutos mis mojo muy necesita necesitaba necesito
    noviembre nuestra nueva nuevo octubre olvida olvidame olvide olvideme otra otro pantalla pantallas para perdon
    perfecto pero podemos poder podria podrian porque precio precios prende puede pueden puedes puedo puerto pues
    quebrada quebrado quebro queda quede quedo queria quien quiere quiero quisiera repara reparan reparar rompio
    rota roto sabado sabe senor senora septiembre sera seria servicio siguiente sirve sirven sobre soy suena tal
    tambien tarda tardan tarde telefono tengo tienda tiene tienen tienes todavia todo trabajan trasero ubicados
    usted ustedes vidrio viene viernes voy vuelve"""
)
_SPANISH_SMALL = _set(
    "a al con de del el en es eso la las le les lo los me mi ni nos o por que se si sin su sus te tu un una y ya"
)
# Said in English too: they decide only where nothing else does.
_SPANISH_LOANED = _set("buenas favor gracias hola manana muchas")
_ENGLISH = _set(
    """about after afternoon again all also am an and any anything appointment are available back bad battery be been
    before book booked broke broken but by call came can cant case change charge charger charging cheaper come cost
    could cracked day did didnt do does doesnt dont door down dropped english evening fell fine fix fixed for friday
    from get getting give glass go going good got had has have hello hey hi him his how i if im in into is isnt it
    its just know late later let like live long look lot make many may maybe monday more morning much my name near
    need new next nice not now of off on one open or our out over phone phones pick please pretty price question
    ready repair replace replacement right said saturday say screen screens see sent she should sorry still street
    sunday sure take talk tell text than thank thanks that thats the their them then there they thing think this
    thursday time times to today tomorrow too tuesday up us want was water we wednesday week well were what whats
    when where which who why will with wont work working works would yeah yep you your youre yours"""
)


def language_of(said: Iterable[str]) -> str:
    """The language a customer writes, from his texts, the latest first: the first of them that tells, else English.

    A number, a name, MOVE tell nothing; "gracias" tells something only where no other word of any text does.
    """
    loaned = False
    for text in said:
        words = _letters(text)
        spanish, english = _spanish_words(text, words), sum(1 for word in words if word in _ENGLISH)
        if spanish != english:
            return SPANISH if spanish > english else ENGLISH
        loaned = loaned or any(word in _SPANISH_LOANED for word in words)
    return SPANISH if loaned else ENGLISH


def _letters(text: str) -> list[str]:
    """The words in lower case, without accents and apostrophes."""
    bare = "".join(each for each in unicodedata.normalize("NFKD", text.lower()) if unicodedata.category(each) != "Mn")
    return re.findall(r"[a-z]+", re.sub(r"(?<=[a-z])['\u2019](?=[a-z])", "", bare))


def _spanish_words(text: str, words: list[str]) -> int:
    """How many Spanish words and signs there are. Articles and the like count beside others only: they are in names."""
    signs = len(re.findall("[\u00bf\u00a1]", text))
    # "rompió", "reparación": no English word ends so.
    endings = len(re.findall(r"\w{2,}(?:\u00f3|ci\u00f3n|cion)\b", unicodedata.normalize("NFC", text.lower())))
    sure = signs + endings + sum(1 for word in words if word in _SPANISH)
    return sure + sum(1 for word in words if word in _SPANISH_SMALL | _SPANISH_LOANED) if sure else 0
