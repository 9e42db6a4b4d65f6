"""The model's own words, without what is not so: code alone says what was done, granted, or costs another amount.

A sentence is read in plain lower case without contractions, clause by clause. It goes when a clause claims a deed,
grants what was not granted, or names an amount, a warranty, an hour or an address that this shop does not have. A wrong
cut costs a sentence, a lie that passes costs a customer: in doubt a sentence goes.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass

from claims import CLOCK, DAY, TIME, any_of, deeds
from shop import WEEKDAYS, Shop
from wording import plain, sentences


@dataclass(frozen=True)
class Checked:
    """The sentences that may be said; whether one went for a deed or a discount; whether that was about a booking."""

    kept: tuple[str, ...]
    claim_removed: bool
    booking_claim_removed: bool


def honest(shop: Shop, words: str, percents: Collection[int] = ()) -> Checked:
    """The model's words without what is not so. `percents` are the discounts that this customer really has."""
    kept: list[str] = []
    claims: list[str] = []
    for sentence in sentences(words):
        said = _read(sentence, shop.owner)
        if _claims_a_deed(said, percents) or _grants(shop, said, percents):
            claims.append(said)
        elif not (_is_wrong(shop, said, percents) or _CARRIER_WORD.search(plain(sentence))):
            kept.append(sentence)
    booking = any(_ABOUT_BOOKING.search(said) or not _ABOUT_OTHERS.search(said) for said in claims)
    return Checked(tuple(kept), bool(claims), booking)


# --- reading: one spelling for each word --------------------------------------------------------------------

_SPELLED = [
    (re.compile(pattern), word)
    for pattern, word in (
        (r"\bgotcha (?=down|in|on|at|for|set)", "got you "),
        (r"\bill (?=have|let|tell|text|call|send|put|hold|pass|ask|book|get|message)", "i will "),
        (r"\byoure\b|\b(?:u r|ur)\b(?= (?:all|booked|set|in|on|down|good|confirmed|scheduled|locked))", "you are"),
        (r"\burs\b", "yours"),
        (r"\bur\b", "your"),
        (r"\by'?all\b|\bya'll\b", "you"),
        (r"\b(\w{3,}in)'(?= |$)", r"\1g"),
        (r"\bok'd\b", "okayed"),
        (r"\b(i|we) shall\b", r"\1 will"),
        (r"\b(hundred|ciento) (?:and|y) ", r"\1 "),
        # openings that leave the claim behind them a claim
        (r"\bnot only (?=are|is|have|did|you|i)|\b(?:may|can|could) i (?:just )?(?:add|say|mention|tell you"
        r"|confirm)(?: that)?\b", ""),
        (r"\b(?:did you know|would you (?:believe|look at) (?:it|that))(?: that)?\b|\bnot to worry\b", ""),
        (r"\bc (?=u\b)", "see "),
        (r"\bcxl'?d\b|\bcancld\b", "cancelled"),
        (r"\bu\b", "you"),
        (r"\br (?=u\b|you\b)", "are "),
        (r"\b(?:4|fr) (?=\d)", "for "),
        (r"\bappt\b|\bapt\b", "appointment"),
        (r"\b(?:tmrw|tmr|tmw|2moro|tomorow)\b", "tomorrow"),
        (r"\b(i|you|we|they)'?ve\b", r"\1 have"),
        (r"\bim\b|\bi'm\b", "i am"),
        (r"\bcan(?:'t|t|not| not) wait to\b", "will"),
        (r"\b(?:can't|cant|cannot)\b", "can not"),
        (r"\bwon't\b|\bwont\b", "will not"),
        (r"n't\b", " not"),
        (r"\b(?:do|does|did|is|are|was|have|has)nt\b", "do not"),
        (r"'re\b", " are"),
        (r"'ll\b", " will"),
        (r"'d\b", " would"),
        (r"\b(it|that|he|there|here|what|who|everything|all|[a-z]+(?:ment|ing|ation)|slot|spot|visit|repair|time)'s\b",
         r"\1 is"),
        (r"\b(?:that|it) ?s (?=(?:all|booked|done|set)\b)|\bits (?=(?:all|booked|done|set|confirmed)\b)", "it is "),
        (r"\bgonna\b", "going to"),
        # an answer to oneself: "whether it is booked, it is"
        (r"\b(?:it is|you are) (booked|scheduled|confirmed|cancell?ed|moved|set)[,:] (?:it is"
        r"|you are)(?=\W*$)", r"yes, \1"),
        # words of comfort that hold a "no"
        (r"\b(?:no|not an?) (?:problem|problemo|worries|prob|doubt|sweat|trouble|issue|biggie)s?\b", "sure"),
        (r"\bno need to \w+|\bno (?:hay problema|te preocupes|se preocupe|problem)\b", "sure"),
        (r"\b(?:do not|don't) (?:you )?(?:worry|fret|stress)\b|\bnever fear\b", "sure"),
    )
]  # fmt: skip
# A clause ends at a stop and at these words: what excuses a verb must stand in its own clause.
_CLAUSE_END = re.compile(
    r"[,;:()]+(?=\s|$)|\s-+\s|\.\.+|[.!?]+\s+"
    r"|\s(?:and|but|so|because|since|now that|plus|although|though|y|pero|porque|ya que)\s"
)
_ASKS = re.compile(
    r"^\W*(?:(?:and|or|so|y|o|ok|okay|then|now) )*"
    + any_of("""is, are, am, was, were, do, does, did, have, has, had, can, could, shall, should, would, will, may, what
           when, which, how, who, where, why, want, any, ready, need, care, mind, interested, prefer, qué, que, cuál
           cual, cuándo, cómo, dónde, desea, quiere, quieres, prefiere, puede""")
    + r"\b"
)  # fmt: skip
_SUBJECT = re.compile(r"\W*(?:i|we|you|your|it|he|that|tu|su)\b")


def _read(sentence: str, owner: str) -> str:
    """The sentence in plain lower case, contractions and a texter's spellings written out, the owner named "owner"."""
    said = plain(sentence).lower()
    for pattern, word in _SPELLED:
        said = pattern.sub(word, said)
    name = re.escape(owner.lower())
    said = re.sub(rf"\b{name}'?s(?= (?:\w+ing|been|got|fine|good|okay|ok|cool|aware|on|all)\b)", "owner is", said)
    return re.sub(r"\s+", " ", re.sub(rf"\b{name}\b", "owner", said)).strip()


def _clauses(said: str) -> Iterator[str]:
    """The clauses that state something. Those of a question that begin as questions do are left out."""
    for part in re.split(r"(?<=[.!?])\s+", said):
        is_question = part.rstrip("\"') ").endswith("?")
        asked = False
        for clause in _CLAUSE_END.split(part):
            follows = asked and not _SUBJECT.match(clause)
            asked = is_question and bool("¿" in clause or _ASKS.match(clause) or follows)
            if not asked and len(clause) > 2:
                yield clause.strip(" \"'")


# --- what excuses a deed ------------------------------------------------------------------------------------

# Before it, in its clause, with none but small words between.
_EXCUSE = re.compile(
    r"\b(?:not|never|no|nothing|nobody|none|can|could|may|might|would|shall|let us|let me|unable|without|neither|nor"
    r"|(?<!able )(?<!managed )(?<!got )(?<!ahead )(?<!happened )(?<!tell you )(?<!had )to(?! (?:your|the|our)\b)|if"
    r"|once|when|until|unless|after"
    r"|before|whether|want|like|prefer|nada|nunca|ningun[oa]?|puedo|podemos|puede|podría|quiere|quieres|si|cuando|sin"
    r"|una vez|antes de|para que)(?: "
    + any_of(
        """i, we, you, it, he, is, are, was, am, be, been, being, get, getting, got, gets, have, has, had, having, yet
        just, also, still, that, your, the, an?, any, one, appointments?, bookings?, slots?, spots?, time, reservation
        visit, really, ever, actually, currently, able, to, me, him, them, le, te, lo, la, se, está, esté, que, hay
        tiene, tienes, tengo, he, hemos, ha, una?, su, tu, cita, everything, all, quite, fully, of, those, these, this
        go, ahead, and, owner"""
    )
    + r"){0,6} ?$"
)
# Promises to book that wait for the customer's word are offers. No other promise is LINDA's to make.
_WAITS = re.compile(
    r"\b(?:if|once|when|whenever|as soon as|after|tell me|let me know|give me|send me|text me|just say|say which"
    r"|say the word|pick|choose|need (?:your|the|a)|which|or|want|like|sounds good|works|si|cuando|en cuanto|dígame"
    r"|dime|elija|elige)\b|\?"
)
_PROMISE_OF_BOOKING = re.compile(
    r"\b(?:i|we|he) will (?:\w+ )?(?:book|schedule|reserve|put|lock|set|get|have|take|secure|slot|pencil|save|grab"
    r"|fit|move|cancel)\b(?! (?:know|owner|him))|\byou will (?:be|get|have|receive)\b|\bwill be sent\b"
    r"|\b(?:te|le|se l[oa]|te l[oa]|l[oa]) (?:anot|agend|reserv|apart|apunt)o\b"
)
# "2 PM is booked", said of a time or of the owner without "you", is somebody else's appointment.
_OCCUPIED = re.compile(
    rf"(?:{TIME}|\b(?:slots?|spots?|time|day|one|horario|lugar|hora|he|owner|someone|somebody)\b"
    rf"|\d)\W+(?:(?:on \w+|is|are"
    r"|was|were|got|has|been|already|ya|est[aáé]n?|just|both|all|also) ?){1,5}(?:booked|reserved|reservad[oa]s?"
    r"|ocupad[oa]s?|taken|scheduled until)$"
)
_OURS = re.compile(r"\b(?:you|your|tu|te|su nombre|para usted|i|name)\b")
# Words that make a statement with "you" and a time an offer, a refusal or a fact about the shop.
_OFFERS = re.compile(
    r"\b"
    + any_of(
        """can, could, may, might, would, if, or, free, (?<!door )open(?! arms), opens, openings?, available
        availability, want, which, not, no, like, prefer, let me, let us, tell, pick, choose, works, best, earliest
        soonest, next, any, anytime, either, options?, how about, what about, slots, times, spots, between, needs?
        unless, closed, hours, when, once, taken, full, booked by, check(?:ing)?, usually, every, nothing, said, asked
        mentioned, wanted, puede, puedo, podemos, libres?, quiere, disponibles?, prefiere, entre, si, o(?!')
        someone else, hay, ocupad[oa], cerrad[oa], tenemos"""
    )
    + r"\b|\?"
)
_UNTIL = re.compile(
    r"\b(?:until|till|til|hasta|since|from|through|before|after|back (?:at|by)|open(?:s|ed)? (?:at|from)"
    r"|close[sd]? at|to)"
    rf"(?: (?:at|las|about|around))? {TIME}|{CLOCK} ?(?:to|-) ?{CLOCK}"
)
_YOURS = re.compile(r"\b(?:you|your|yours|tu|su|te|usted)\b")
_THE_BOOKING = re.compile(
    r"\b(?:your|that|this|su|tu)(?: (?!you)\w+){0,3} (?:appointment|booking|reservation|cancellation|slot|cita"
    r"|reserva)\b"
)
_ARRIVE = re.compile(
    r"^\W*(?:(?:just|please|so|then|great|ok|okay|perfect) )*"
    r"(?:come|stop|swing|show up|arrive|drop|head|pop|roll|be here|be there|venga|ven|pase|llegue)\b"
)
_AGREES = re.compile(
    r"^\W*(?:great|perfect|ok|okay|got it|sure|done|awesome|sounds good|alright|cool|listo|perfecto|claro|vale"
    r"|excelente|deal"
    r"|yes|yep|yup|sweet|absolutely|wonderful|noted|excellent|fantastic|splendid|lovely|sí|muy bien|bueno)\b"
)
_ABOUT_BOOKING = re.compile(
    rf"\b(?:book|schedul|appointment|cancel|resched|mov|slot|spot|cita|reserv|agend|calendar)|{TIME}"
)
_ABOUT_OTHERS = re.compile(
    r"[%$]|\b(?:discount|off|free|price|gratis|descuento|case|protector|part|told|asked|message|approved|said|knows)\b"
)


def _claims_a_deed(said: str, percents: Collection[int]) -> bool:
    """Whether a clause says that something was done, or will be, without a word that excuses it."""
    waits = bool(_WAITS.search(said))
    for clause in _clauses(said):
        named = _percents_in(clause)
        if named and named <= set(percents):
            continue  # a discount that was granted, and no more
        if any(_is_meant(clause, match, waits=waits) for deed in deeds() for match in deed.finditer(clause)):
            return True
    return _fixes_a_time(said)


def _is_meant(clause: str, match: re.Match[str], *, waits: bool) -> bool:
    """Whether a deed found in a clause is claimed: not denied, not offered, not somebody else's."""
    start = match.start("deed") if match["deed"] is not None else match.start()
    if _EXCUSE.search(clause[:start]):
        return False
    if _OCCUPIED.search(clause[: match.end()]) and not _OURS.search(clause):
        return False
    return not (waits and _PROMISE_OF_BOOKING.search(clause))


def _fixes_a_time(said: str) -> bool:
    """Whether a statement speaks of the customer's booking or gives, orders or takes a time, offering nothing."""
    said = _UNTIL.sub("", said)
    if _OFFERS.search(said) or any(_OCCUPIED.search(clause) for clause in _CLAUSE_END.split(said.rstrip(".!"))):
        return False
    if _THE_BOOKING.search(said):
        return True
    arrives = any(_ARRIVE.match(clause) for clause in _clauses(said))
    agrees = arrives or bool(_YOURS.search(said) or _AGREES.match(said))
    return agrees and bool(re.search(f"{CLOCK}|{DAY}", said))


# --- discounts and amounts ----------------------------------------------------------------------------------

_PERCENT = re.compile(r"\b(\d{1,3}|[a-z]+(?:-[a-z]+)?) ?(?:%|percent\b|por ?ciento\b)")
_DISCOUNT = re.compile(
    r"\byou (?:will )?saved? \$|(?:%|percent|por ?ciento)(?: (?!or)\w+){0,2} (?!or )(?:off|less|cheaper|discount"
    r"|descuento|menos|coupon)"
    r"|(?:discounts?|descuento|rebaja|off|save|saves|ahorra)(?: \w+){0,4} \d{1,3} ?(?:%|percent)"
    r"|(?:dollars|bucks|\$ ?\d+|\d+\$|\b\d+) (?:off|discount|coupon|less)\b|\bhalf[- ](?:off|price)|price in half"
    r"|\bmitad de(?:l)? precio|\b(?:waive[sd]?|waiving|on the house|on us|no charge|free of charge|for free|buy one"
    r"|courtesy|complimentary|bogo|2 for 1|two for one)\b"
    r"|\b(?:knock|shav|quito|descuento|rebajo)\w*(?: \w+){0,4} (?:off|dólares|pesos)\b|\boff (?:the|your) (?:price"
    r"|bill|total|repair|screen|cost)\b|\bour gift\b|\bgift to you\b|\btoss\w* in\b|\bcuenta de la casa\b"
    r"|\binvita la casa|\bdiscount(?: \w+){0,3} (?:applied|granted|added|yours|is|active)\b|\b(?:applied|gave|give"
    r"|granted|get|got|have|apply|hago|doy|tiene|tienes)(?: \w+){0,4} (?:discount|descuento)\b"
    r"|\b(?:gratis|regalo|regalamos|sin costo|de cortesía|cortesía)\b|\bthrow(?:ing|n)? in\b|\bfor nothing\b"
    r"|\bat no (?:extra |additional )?(?:cost|charge)\b"
)
_DENIES = re.compile(
    r"\b(?:not|no|never|unable|without|nor|only (?:owner|the owner)|ask|asking|check with|approv\w+|approval|up to"
    r"|depends?|may|might|whether|more than|nunca|pregunt\w+|permiso|decide|decides|isn't)\b"
)
_FREE_WORDS = re.compile(
    r"\b(?:diagnos\w+|check|look|looking|diagnóstico|revis\w+|estimate|quote|presupuesto|question|ask|call|text)\b"
)
# What costs money here and may not be said to be free, beside the accessories of the shop.
_PAID = """protector, case, screen, battery, batteries, repair, replacement, visit, on-site, water, port, glass
    charger, installation, cleaning, cable, delivery, pickup, shipping, funda, pantalla, visita"""
_GIVEN_AWAY = (
    r"\bfree (?:\w+ )?(?:<paid>)|\b(?:<paid>)(?: \w+)? (?:included|incluid\w)\b|\b(?:<paid>)\b(?: \w+){0,4}"
    r" (?:is|are|comes?|va|sale|es|for|goes|included) (?:\w+ )?(?:free|gratis|included|incluid\w+)\b"
)
_NUMBERS = {
    word: int(number)
    for number, words in re.findall(
        r"(\d+) (\D+)",
        """
        1 one uno 2 two dos 3 three tres 4 four cuatro 5 five cinco 6 six seis 7 seven siete 8 eight ocho 9 nine nueve
        10 ten diez 11 eleven once 12 twelve doce 15 fifteen quince 20 twenty veinte 25 veinticinco 30 thirty treinta
        40 forty cuarenta 50 fifty cincuenta 60 sixty sesenta 70 seventy setenta 80 eighty ochenta 90 ninety noventa
        100 hundred cien ciento 200 doscientos""",
    )
    for word in words.split()
}
_NUMBER = r"(?:\d[\d,]*(?:\.\d+)?|(?:(?:" + "|".join(_NUMBERS) + r")(?:[- ](?:and |y )?)?){1,4})"
_AMOUNT = re.compile(
    rf"\$ ?({_NUMBER})|\b({_NUMBER}) ?(?:\$|(?:dollars?|bucks|usd|d[oó]lares|pesos|cash|even|flat|out the door)\b)"
    r"|\b(?:only|just|total(?: (?:is|of|to|comes to))?|costs?|cuestan?|runs?|price (?:is|of)|for you|it is|about"
    r"|around|sale en|vale|son|charge|pay|precio es|call it|comes to|be|at|is)(?: (?:you|about|around|just|only|solo"
    r"|de|en|at|a)){0,2}"
    rf" ({_NUMBER})(?!\w|\.\d|-)(?! ?(?:%|\$|dollar|buck|usd|pesos|dólar|[ap]\.?m|:|-?(?:min|hour|day|month|year|gb"
    rf"|week|am|pm|percent|o'clock|slot|open|option|phone|repair|time|appoint|book|star|de la|mile|free|block|left|st"
    rf"|nd|rd|th|of|or more|digit|number|letter)))"
)
_PRICED = re.compile(
    r"\b(?:price|cost|costs|total|charge|pay|run|runs|cuestan?|precio|sale|vale|screens?|batter\w+|glass|port"
    r"|protector|case|pantallas?|batería|fix|repair|quote|only|just|comes? to|call it|nada más)\b"
)
_ON_SITE = re.compile(
    r"\b(?:on-?site|visits?|come to you|your (?:place|home|house|office|door)|domicilio|casa|travel)\b"
)
_OTHERS_PRICE = re.compile(
    r"\b(?:they|quoted?|elsewhere|other (?:shop|place|store)s?|competitors?|apple|store|budget|paid|worth|value"
    r"|valued|bought|cotizaron|you said|you mentioned|another shop|charged you)\b"
)


def _number(words: str) -> float:
    """A number in figures or words, the words added up: "sixty-five" is 65."""
    if words[0].isdigit():
        return float(words.replace(",", "").rstrip("."))
    return float(sum(_NUMBERS.get(word, 0) for word in re.split(r"[- ]+", words)))


def _percents_in(said: str) -> set[int]:
    return {int(_number(named)) for named in _PERCENT.findall(said)}


def _grants(shop: Shop, said: str, percents: Collection[int]) -> bool:
    """Whether a clause gives away what was not granted. Asking for it, refusing it and the free diagnostic do not."""
    paid = "|".join([any_of(_PAID), *(re.escape(item.name) for item in shop.accessories)])
    given_away = re.compile(_GIVEN_AWAY.replace("<paid>", paid))
    for clause in _CLAUSE_END.split(re.sub(r"\bno (?:extra |additional )?(?:charge|cost)\b", "gratis", said)):
        if _DENIES.search(clause):
            continue
        named = _percents_in(clause)
        if given_away.search(clause):
            return True
        if _DISCOUNT.search(clause) and not (named and named <= set(percents)) and not _FREE_WORDS.search(clause):
            return True
    return False


def _is_bare_price(number: str, said: str) -> bool:
    """Whether a number without a sign of money is an amount: "only 45"."""
    return number not in ("", "one", "uno", "a") and len(number) > 1 and bool(_PRICED.search(said))


def _prices(shop: Shop, said: str, clause: str, percents: Collection[int]) -> set[float]:
    """The amounts that a clause may name: those of the one service that it names, else all of the shop."""
    service = shop.service_named_in(clause)
    if (
        service is None
        or not (service.from_usd or service.fixed_usd)
        or any(item.name.split()[-1] in clause for item in shop.accessories)
    ):
        return _amounts(shop, percents)
    brands = [brand for brand in service.from_usd if brand and brand.lower() in clause]
    usual = [service.from_usd[brand] for brand in brands] or list(service.from_usd.values()) or [service.fixed_usd or 0]
    if _ON_SITE.search(said):
        usual += [shop.onsite_visit_usd, *(price + shop.onsite_visit_usd for price in usual)]
    return {float(price) for price in usual} | _reduced(usual, percents)


def _reduced(prices: Iterable[float], percents: Iterable[int]) -> set[float]:
    return {round(price * (100 - percent) / 100, 2) for price in prices for percent in percents}


def _names_other_amount(shop: Shop, said: str, percents: Collection[int]) -> bool:
    """Whether a sentence names an amount of money that shop.json does not, save what others ask or a thing is worth."""
    if _OTHERS_PRICE.search(said):
        return False
    for clause in re.split(r"[,;:]\s|\b(?:and|but|y|pero|or|o)\b", said):
        named = {
            _number(one or other or (bare if _is_bare_price(bare, said) else "0"))
            for one, other, bare in _AMOUNT.findall(clause)
        }
        if named and not named <= _prices(shop, said, clause, percents) | {0.0}:
            return True
    return False


def _amounts(shop: Shop, percents: Iterable[int]) -> set[float]:
    prices = {float(shop.onsite_visit_usd)} | {float(item.usd) for item in shop.accessories}
    for service in shop.services:
        for price in (*service.from_usd.values(), service.fixed_usd):
            if price is not None:
                prices |= {float(price), float(price + shop.onsite_visit_usd)}
    return prices | _reduced(prices, percents)


# --- other facts of the shop --------------------------------------------------------------------------------

_STREET = re.compile(
    r"\b\d{2,5} (?:[nsew]\.? )?(?:[a-z]+ ){1,3}(?:street|st|avenue|ave|road|rd|boulevard|blvd|drive|dr|lane|ln|way"
    r"|highway|hwy|parkway|pkwy|court|ct|plaza|suite)\b"
)
_WARRANTY = re.compile(
    r"\b(\d{1,4}|[a-z]+)[- ](day|week|month|year|día|semana|mes|año)e?s?\b(?= (?:\w+ ){0,3}(?:warrant|guarant)"
    r"| (?:de )?garant)|\b(?:warrant\w*|garantía|guarantee\w*|cover(?:s|ed|age)?)\b[^.?!]{0,40}?\b(\d{1,4}"
    r"|[a-z]+)[- ](?:full |whole )?(day|week|month|year|día|semana|mes|año)e?s?\b"
    r"|\b(lifetime|de por vida)\b(?= (?:\w+ )?(?:warrant|guarant))|\b(?:warrant\w*"
    r"|garantía)\b[^.?!]{0,20}\b(de por vida|for life)\b"
)
_DAYS = {"day": 1, "día": 1, "week": 7, "semana": 7, "month": 30, "mes": 30, "year": 365, "año": 365}
_OPEN = re.compile(r"\b(?:open|opens|abrimos|abiertos?|abre)\b")
# Twilio reads a text that is only one of these as an opt-out or opt-in, so nobody may be asked to send one.
_CARRIER_WORD = re.compile(
    r"\b(?i:reply|text|send|respond|say|type|answer|write|message|responda|responde|escriba|escribe|env[ií][ae]"
    r"|mand[ae])\b"
    r".{0,40}?(?:\b(?:YES|CANCEL|STOP|STOPALL|END|QUIT|UNSUBSCRIBE|REVOKE|OPTOUT|START|UNSTOP|HELP|INFO)(?!\w)"
    r"|[\"'](?i:yes|cancel|stop|stopall|end|quit|unsubscribe|revoke|optout|start|unstop|help|info)[.!]?[\"'])"
)


def _is_wrong(shop: Shop, said: str, percents: Collection[int]) -> bool:
    """Whether a sentence claims no deed and still is not so."""
    return _names_other_amount(shop, said, percents) or _contradicts(shop, said)


def _contradicts(shop: Shop, said: str) -> bool:
    """Whether a sentence gives a street address, another warranty, or hours that the shop does not have."""
    return bool(_STREET.search(said)) or _other_warranty(shop, said) or _other_hours(shop, said)


def _other_warranty(shop: Shop, said: str) -> bool:
    for one, unit, other, other_unit, *forever in _WARRANTY.findall(said):
        word = one or other
        number = int(word) if word.isdigit() else _NUMBERS.get(word, 1 if word in ("a", "an", "un") else 0)
        if any(forever) or (number and number * _DAYS[unit or other_unit] != shop.warranty_days):
            return True
    return False


def _other_hours(shop: Shop, said: str) -> bool:
    """Whether the shop is said to be open on a day it is closed, around the clock, or outside its hours."""
    if not _OPEN.search(said) or re.search(r"\b(?:not|no|closed|cerrad[oa]s?|or)\b", said):
        return False
    closed = [day for day, hours in zip(WEEKDAYS, shop.hours, strict=True) if hours is None]
    spanish = {"sunday": "domingo"}
    if any(re.search(rf"\b{day}s?\b|\b{spanish.get(day, day)}s?\b", said) for day in closed):
        return True
    if closed and re.search(r"\b(?:24/7|24 hours|every day|7 days|seven days|todos los días|around the clock)", said):
        return True
    opened = [hours for hours in shop.hours if hours]
    for hour, minute, half in re.findall(
        r"\b(?:open|opens|until|till|to|-|hasta|at) ?(?:las )?(\d{1,2})(?::(\d\d))? ?([ap])\.?m\b", said
    ):
        clock = (int(hour) % 12 + (12 if half == "p" else 0), int(minute or 0))
        if all((begin.hour, begin.minute) > clock or clock > (end.hour, end.minute) for begin, end in opened):
            return True
    return False
