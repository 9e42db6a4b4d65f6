"""The model's own words, without what is not so: code alone says what was done, granted, or costs another amount.

A sentence is read in plain lower case without contractions, clause by clause. What a clause may say is listed (claims):
a statement with any other verb, in the past, or with a time that is not an offer goes, and so does an amount, a
discount, a warranty, an hour or an address that this shop does not have, and a language that is not read here. A wrong
cut costs a sentence, a lie that passes costs a customer: in doubt a sentence goes.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from itertools import chain, combinations

from claims import CLOCK, DAY, TIME, any_of, asked_deeds, deeds
from shop import WEEKDAYS, Service, Shop
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
        (r"(?<=[a-z]{2})([.!?])(?=[a-z]{2})", r"\1 "),
        (r"\b(?:[a-z][-._ ]){3,}[a-z]\b", lambda match: re.sub(r"[-._ ]", "", match[0])),
        (r"\b(\w+[a-z])-(ed|ing|en|d)\b", r"\1\2"),
        (r"\bgotcha (?=down|in|on|at|for|set)", "got you "),
        (r"\bill (?=have|let|tell|text|call|send|put|hold|pass|ask|book|get|message)", "i will "),
        (r"\byoure\b|\b(?:u r|ur|yor|your)\b(?= (?:all|booked|set|in|on|down|good|confirmed|scheduled|locked)\b)",
         "you are"),
        (r"\burs\b", "yours"),
        (r"\b(?:ur|yor)\b", "your"),
        (r"\by'?all\b|\bya'll\b|\bya\b(?= (?:for|in|down|at|on|up)\b)", "you"),
        (r"\b(\w{3,}in)'(?= |$)", r"\1g"),
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
        (r"\b(?:4|fr) (?=\d|tm|to|mon|tue|wed|thu|fri|sat)", "for "),
        (r"\bappt\b|\bapt\b|\bap+ointment(?=s?\b)", "appointment"),
        (r"\b(?:tmrw|tmr|tmw|2moro|tom+or+ow)\b", "tomorrow"),
        (r"\b(i|you|we|they)'?ve\b", r"\1 have"),
        (r"\bim\b|\bi'm\b", "i am"),
        (r"\bi am (?:so |very |really |truly )?(?:afraid|sorry)\b(?: to say\b)?(?: that\b)?", "sorry"),
        (r"\bcan(?:'t|t|not| not) wait to\b(?! see you at the shop)", "will"),
        (r"\b(?:can't|cant|cannot)\b", "can not"),
        (r"\bwon't\b|\bwont\b", "will not"),
        (r"\bain't\b", "is not"),
        (r"n't\b", " not"),
        (r"\blet'?s\b", "let us"),
        (r"\b(?:do|does|did|is|are|was|have|has)nt\b", "do not"),
        (r"'re\b", " are"),
        (r"'ll\b", " will"),
        (r"'d\b", " would"),
        (r"\b(it|that|he|she|there|here|what|who|how|where|everything|all|[a-z]+(?:ment|ing|ation)|slot|spot|visit"
         r"|repair|time|\w+day|tomorrow|screen|battery|protector|case|phone)'s\b", r"\1 is"),
        (r"\b(?:that|it) ?s (?=(?:all|booked|done|set)\b)|\bits (?=(?:all|booked|done|set|confirmed)\b)", "it is "),
        (r"\b(i|we) (?:still|also|only|just|currently) have\b", r"\1 have"),
        (r"\b(have|has) (?:still|also|currently|actually) ", r"\1 "),
        (r"\bnothin\b", "nothing"),
        (r"\bgonna\b", "going to"),
        (r"\b(?:go ahead|try|go) and (?=[a-z])", ""),
        # an answer to oneself: "whether it is booked, it is"
        (r"\b(?:it is|you are) (booked|scheduled|confirmed|cancell?ed|moved|set)[,:] (?:it is|you are)(?=\W*$)",
         r"yes, \1"),
        # words of comfort that hold a "no"
        (r"\b(?:no|not an?) (?:problem|problemo|worries|prob|doubt|sweat|trouble|issue"
        r"|biggie)s?\b(?: at all)?", "sure"),
        (r"\bno need to \w+|\b(?:no hay|sin|ningún) (?:problema|pena)|\bno (?:te preocupes|se preocupe"
        r"|problem)\b", "sure"),
        (r"\b(?:do not|don't) (?:you )?(?:worry|fret|stress)\b|\bnever fear\b|\bfear not\b", "sure"),
    )
]  # fmt: skip
_PREDICATE = (
    r"(?:\w+ing|been|got|(?:fine|good|okay|ok|cool)(?= with| w\b|\W*$)|aware|on|all|done|closed|out|busy|at|with|away"
    r"|back|gone|in|off|free|not|under|driving|the|a)"
)
_LEET = str.maketrans("013457@$", "oieastas")
# Taken out before a clause is compared: "you are already booked".
_ADVERB = re.compile(
    r"\b(?:just|already|now|also|still|really|actually|even|always|quite|usually|often|sometimes|perhaps|maybe|soon"
    r"|hereby|sure|likely|ya|(?<!the )only(?! owner)|currently|right now|(?!reply|apply|supply|rely|only|early"
    r"|family|july|fly|comply|bully"
    r"|daily|weekly|friendly|ugly|jelly)[a-z]{3,}ly)\b(?!\W*$) ?"
)
# A clause ends at a stop and at these words: what excuses a verb must stand in its own clause.
_CLAUSE_END = re.compile(
    r"[,;:()]+(?=\s|$)|\s-+\s|\.\.+|[.!?]+\s+"
    rf"|\s(?:and|y)\s(?!\d|{DAY})|\s(?:but(?! an?\b)|so(?= (?:i|we|you|your|it|he|owner|that|the|a|all|everything|no"
    rf"|nothing|\d)\b)|because|since|now that|plus|although|though|pero|porque|ya que)\s"
)
_ASKS = re.compile(
    r"^\W*(?:(?:and|or|so|y|o|ok|okay|then|now|sorry) )*"
    + any_of(
        """is, are, am, was, were, do, does, did, have, has, had, can, could, shall, should, would, will, may, what
        when, which, how, who, where, why, want, any, ready, need, care, mind, interested, prefer, qué, que, cuál
        cual, cuándo, cómo, dónde, desea, quiere, quieres, prefiere, puede"""
    )
    + r"\b"
)  # fmt: skip
_SUBJECT = re.compile(r"\W*(?:i|we|you|your|it|he|that|tu|su)\b")
_INVERTED = re.compile(
    r"\b(?:do|does|did|have|has|had|am|is|are|was|were|should|shall|could|can|would|will|may)(?: not)?"
    r" (?:i|we|he|owner|you)\b"
)


def _read(sentence: str, owner: str) -> str:
    """The sentence in plain lower case, contractions and a texter's spellings written out, the owner named "owner"."""
    said = re.sub(r"[*_~\"]+", "", plain(unicodedata.normalize("NFKC", sentence)).lower())
    said = re.sub(r"([,;:])(?:\s*[,;:])+", r"\1", said)
    said = re.sub(r"([a-z])\1{2,}", lambda run: run[1] * (2 if run[1] in "eo" else 1), said)
    said = re.sub(r"\b(?=\w*[a-z]\w*[a-z])[a-z]+[013457@$]+[a-z]+\b", lambda word: word[0].translate(_LEET), said)
    name = re.escape(owner.lower())
    said = re.sub(rf"\b{name}'?s(?= {_PREDICATE}\b)", "owner is", said)
    for pattern, word in _SPELLED:
        said = pattern.sub(word, said)
    said = re.sub(r"\b(he|it|that|there|owner) is (?=been\b|got\b)", r"\1 has ", said)
    return re.sub(r"\s+", " ", re.sub(rf"\b{name}\b", "owner", said)).strip()


def _clauses(said: str) -> Iterator[tuple[str, bool]]:
    """The clauses and whether each is asked: a question's clauses are, when they begin as questions do."""
    for part in re.split(r"(?<=[.!?])\s+", said):
        is_question = part.rstrip("\"') ").endswith("?")
        asked = False
        for clause in _CLAUSE_END.split(part):
            follows = asked and not _SUBJECT.match(clause)
            asked = is_question and bool("¿" in clause or _ASKS.match(clause) or follows)
            if len(clause) > 1:
                yield clause.strip(" \"'"), asked


# --- what excuses a deed ------------------------------------------------------------------------------------

# Before it, in its clause, with none but small words between.
_EXCUSE = re.compile(
    r"\b(?:not|never|no|nothing|nobody|none|can|could|may|might|would|shall|let us|let me|unable|without|neither|nor"
    r"|(?<!able )(?<!managed )(?<!got )(?<!ahead )(?<!happened )(?<!tell you )(?<!had )to(?! (?:your|the|our)\b)|if"
    r"|once|when|whenever|until|unless|after"
    r"|before|whether|the moment|want|like|prefer|nada|nunca|ningun[oa]?|puedo|podemos|puede|podría|quiere|quieres"
    r"|si|cuando|sin"
    r"|una vez|antes de|para que)(?: "
    + any_of(
        """i, we, you, it, he, is, are, was, am, be, been, being, get, getting, got, gets, have, has, had, having
        yet, just, also, still, that, your, the, an?, any, one, appointments?, bookings?, slots?, spots?, time
        reservation, visit, really, ever, actually, currently, able, to, me, him, them, le, te, lo, la, se, está
        esté, que, hay, tiene, tienes, tengo, hemos, ha, una?, su, tu, cita, everything, all, quite, fully, of
        those, these, this, go, ahead, and, owner, let, said, think, part, repair, phone, screen, battery, device
        board, find, make, agreed"""
    )
    + r"){0,6} ?$"
)
_UNCERTAIN = re.compile(
    r"\b(?:not|never)(?: yet| really)? (?:promise|guarantee|say|know|tell|confirm|sure|certain|think|see (?:if"
    r"|whether|what))\b"
)
_REFUSES = re.compile(r"\b(?:not|no|never|without|nor|can|could|may|might|if|whether|up to|only owner|decides?)\b")
_DENIED = re.compile(
    r"\b(?:not|nothing|no one|nobody|never|no puedo|can)(?: (?!forget|miss|worry|doubt)\w+){1,4} $|\bto \w+ $"
)
# "If the battery was changed elsewhere": the whole clause supposes.
_SUPPOSES = re.compile(
    r"^\W*(?:(?:and|but|so|even|only|just|or) )*(?:if|unless|whether|until|once(?! again)|in case)\b"
)
# Verbs of subjects that have their own list.
_JUDGED = re.compile(
    r"\b(?:i|we|you|they|owner|he|who)(?: (?:have|has|had|am|are|is|was|were|just|already|also|only|even|else|really"
    r"|never))* ?$"
    r"|\bi will (?:have|get) (?:it|that|the(?: street)? address) $"
)
# What happens to every repair, or happened to the customer's phone.
_GENERAL = re.compile(
    r"\b(?:screens|batteries|repairs|phones|appointments|prices|ports|visits|diagnostics|discounts|slots|most(?: \w+)?)"
    r"(?: (?:are|get|is|can|be|not|all|always|usually|often|normally|typically|only|also))+ $|\b(?:should|must) be $"
)
_HAPPENS = re.compile(
    r"(?:replaced|repaired|fixed|done|scheduled|handled|performed|made|confirmed|checked|tested|set(?= by)|priced)\b"
)
_HAPPENED = re.compile(
    r"\b(?:phones?|screens?|battery|glass|it|device|that|port|one|this)(?: (?:got|was|were|has been|being"
    r"|had))? (?:\w+ )?"
    r"(?:dropped|bent|broken|switched|changed|opened|caught|run|left|got wet)$|\b(?:touch|sound|signal|picture"
    r"|display|image|color) is gone$"
    r"|\bsold$"
)
_ATTRIBUTE = re.compile(r"\b(?:an?|the|very|too|badly|slightly|most|any|of|some|your|those|these|with) $")
_AFTERWARDS = re.compile(
    r".{0,24}\b(?:while you wait|upon|by an automated|after a (?:look|diagnostic|free)|in person|elsewhere"
    r"|when he sees)\b"
)
# Promises to book that wait for the customer's word are offers. No other promise is LINDA's to make.
_WAITS = re.compile(
    r"\b(?:if|once|when|whenever|as soon as|after|tell me|let me know|give me|send me|text me|just say|say which"
    r"|say the word|pick|choose|reply|need (?:your|the|a)|which|or|want|like|sounds good|works|si|cuando|en cuanto"
    r"|dígame"
    r"|dime|elija|elige|me dice|the moment|anytime|whenever)\b|\?"
)
_PROMISE_OF_BOOKING = re.compile(
    r"\b(?:i|we|he) will (?:go ahead and |\w+ )?(?:book|schedule|reserve|put|lock|set|get|have|take|secure|slot"
    r"|pencil|save|grab"
    r"|fit|move|cancel)\b(?! (?:know|owner|him))|\b(?:you|the system) will (?:be|get|have|receive|send|text"
    r"|confirm)\b|\bwill be sent\b"
    r"|\b(?:te|le|se l[oa]|te l[oa]|l[oa]) (?:anot|agend|reserv|apart|apunt|guard|dig|cancel|cambi|pas|pregunt)o\b"
)
# "2 PM is booked", said of a time or of the owner without "you", is somebody else's appointment.
_OCCUPIED = re.compile(
    rf"(?:{TIME}|\b(?:slots?|spots?|time|day|ones?|horario|lugar|hora|he|we|owner|someone|somebody|customer|opening)\b"
    rf"|\d)\W+(?:(?:on \w+|is|are"
    r"|was|were|got|has|have|been|already|ya|est[aáé]n?|just|both|all|also|fully|else) ?){0,5}(?:booked(?: up| solid)?"
    r"|reserved|reservad[oa]s?|spoken|claimed|went|gone|filled|snapped(?: up)?"
    r"|ocupad[oa]s?|taken|took|grabbed|snagged|picked|scheduled until)$|\bit is (?:already )?(?:taken|gone)$"
)
_OURS = re.compile(
    r"\b(?:for you|you are|you have|your|tu|te|su nombre|para usted|name)\b|\bi\b.*\b(?:booked|taken|reserved)\b"
)
# Words that make a statement with a time an offer, a refusal or a fact about the shop.
_OFFERS = re.compile(
    r"\b"
    + any_of(
        """can, could, may, might, would, if, or, free, (?<!door )open(?! arms), opens, openings?, available
        availability, want, which, not, no, like, prefer, let me, let us, tell, pick, choose, works, best, earliest
        soonest, next, any, anytime, either, options?, how about, what about, slots, times, spots, between, needs?
        unless, closed?, hours, when, once, taken, full, booked by, check(?:ing)?, usually, every, nothing, said
        asked, mentioned, wanted, puede, puedo, podemos, libres?, quiere, disponibles?, prefiere, entre, si, o(?!')
        abrimos, cerramos, abiertos, trabajamos, plenty, space, looks, empty, looking at, looked at, up for grabs
        stop, llen[oa], snapped, sec, someone else, hay, ocupad[oa], cerrad[oa], tenemos, i have, we have, brings
        gone, spoken for, left, slot is, first, last, through, see, find, suit, until, still has, offered, has room
        busy, offers, (?:another|other) (?:customer|guest|client|person), claimed, just say
        (?<!te )(?<!l[oae] )tengo, meant, mean, off"""
    )
    + r"\b|\?"
)
_UNTIL = re.compile(
    r"\b(?:until|till|til|hasta|since|from|through|before|after|by|back (?:at|by)|open(?:s|ed)? (?:at|from)"
    r"|close[sd]? at|to)"
    rf"(?: (?:at|las|about|around))? (?:{TIME}|\d{{1,2}}\b|three)|(?:{CLOCK}|{DAY}|\d) ?(?:to|-|through"
    rf"|thru) ?(?:{CLOCK}|{DAY}|\d)"
    rf"|{DAY} a {DAY}|\d a \d"
)
_WHEREABOUTS = re.compile(
    r"^\W*(?:owner|he)\b(?!.*\b(?:you|your|te|le|lo|su|it|works?)\b)|^\W*let me (?:read|double|make|see|check)"
)
_TIME_WORDS = re.compile(rf"{TIME}|\b(?:\d+|at|on|the|for|and|or|y|o|a|las|el|in|de|la)\b")
_ABOUT_BOOKING = re.compile(
    rf"\b(?:book|schedul|appointment|cancel|resched|mov|slot|spot|cita|reserv|agend|calendar)|{TIME}"
)
_ABOUT_OTHERS = re.compile(
    r"[%$]|\b(?:discount|off|free|price|gratis|descuento|case|protector|part|told|asked|message|approved|said|knows"
    r"|on us|owner|no charge|house)\b"
)


def _claims_a_deed(said: str, percents: Collection[int]) -> bool:
    """Whether a clause says that something was done, or will be, without a word that excuses it."""
    waits = bool(_WAITS.search(said))
    stated: list[str] = []
    for clause, asked in _clauses(said):
        named = _percents_in(clause)
        if named and named <= set(percents):
            continue  # a discount that was granted, and no more
        patterns = asked_deeds() if asked else deeds()
        read = _ADVERB.sub("", _INVERTED.sub("", clause) if asked else clause)
        if any(_is_meant(read, match, waits=waits) for deed in patterns for match in deed.finditer(read)):
            return True
        if stated and not re.search(r"\w", _TIME_WORDS.sub("", clause)):
            stated[-1] += f" {clause}"
        elif not asked:
            stated.append(clause)
    return (
        "?" not in said
        and not _WHEREABOUTS.match(said)
        and any(_fixes_a_time(clause, waits=waits) for clause in stated)
    )


def _is_meant(clause: str, match: re.Match[str], *, waits: bool) -> bool:
    """Whether a deed found in a clause is claimed: not denied, not offered, not somebody else's."""
    groups = match.groupdict()
    start = match.start("deed") if groups.get("deed") is not None else match.start()
    before = clause[:start]
    if (
        _EXCUSE.search(before)
        or _UNCERTAIN.search(before)
        or (match[0].startswith(("your", "tu ", "su ")) and _DENIED.search(before))
    ):
        return False
    if _OCCUPIED.search(clause[: match.end()]) and not _OURS.search(clause):
        return False
    if "business" in groups and _REFUSES.search(before):
        return False
    if "past" in groups and _is_no_deed(clause, before, start):
        return False
    return not (waits and _PROMISE_OF_BOOKING.search(clause))


def _is_no_deed(clause: str, before: str, start: int) -> bool:
    """Whether a verb in the past is judged elsewhere, supposed, or tells what happens to phones and repairs."""
    if _SUPPOSES.match(clause) or _JUDGED.search(before) or _AFTERWARDS.match(clause[start:]):
        return True
    if _ATTRIBUTE.search(before) and re.match(r"\w+ (?!for|on|at|to|by|in|and|it)[a-z]", clause[start:]):
        return True
    happened = before + clause[start:].split(" ", 1)[0].rstrip(".,!?")
    return bool(_HAPPENED.search(happened) or (_GENERAL.search(before) and _HAPPENS.match(clause[start:])))


def _fixes_a_time(clause: str, *, waits: bool) -> bool:
    """Whether a statement gives, orders or takes a time, offering nothing."""
    if _OFFERS.search(clause) or (waits and _PROMISE_OF_BOOKING.search(clause)):
        return False
    if _OCCUPIED.search(re.sub(rf"(?: (?:on|at|for|el))? {TIME}$", "", clause.rstrip(".! "))) and not _OURS.search(
        clause
    ):
        return False
    if _WHEREABOUTS.match(clause):
        return False
    return bool(re.search(f"{CLOCK}|{DAY}", _UNTIL.sub("", clause)))


# --- discounts and amounts ----------------------------------------------------------------------------------

_NUMBERS = {
    word: int(number)
    for number, words in re.findall(
        r"(\d+) (\D+)",
        """
        1 one uno 2 two dos 3 three tres 4 four cuatro 5 five cinco 6 six seis 7 seven siete 8 eight ocho 9 nine nueve
        10 ten diez 11 eleven 12 twelve doce 15 fifteen quince 20 twenty veinte 25 veinticinco 30 thirty treinta
        40 forty cuarenta 50 fifty cincuenta 60 sixty sesenta 70 seventy setenta 80 eighty ochenta 90 ninety noventa
        100 hundred cien ciento 200 doscientos""",
    )
    for word in words.split()
}
_NUMBER = r"(?:\d[\d,]*(?:\.\d+)?|(?:(?:" + "|".join(_NUMBERS) + r")(?:[- ](?:and |y )?)?){1,4})"
_PERCENT = re.compile(r"\b(\d{1,3}|[a-z]+(?:-[a-z]+)?) ?(?:%|percent\b|por ?ciento\b)")
_DISCOUNT = re.compile(
    r"\byou (?:will )?saved? \$|(?:%|percent|por ?ciento)"
    r"|(?:dollars|bucks|\$ ?\d+|\d+\$|\b\d+) (?:off|less)\b|\bhalf\b(?! (?:an )?(?:hour|past"
    r"|day))(?<!an hour and a half)|\bmitad\b"
    r"|\b(?:waive[sd]?|waiving|on the house|on us|no charge|buy one|courtesy|complimentary|bogo|2 for 1|two for one)\b"
    r"|\b(?:knock|shav|quito|rebaj|regal|descuent|discount|markdown|cheaper)\w*|\boff (?:the|your|any|all|each|every)\b"
    r"|\btoss\w* in\b|\bcuenta de la casa\b|\binvita la casa|\bthrow(?:ing|n)? in\b|\bfor nothing\b|\bsin costo\b"
    r"|\bcortesía\b|\bsin cargo\b|\bon (?:our|my) (?:dime|tab)\b|\bmy treat\b|\bcosts? nothing\b|\beat the cost\b"
    r"|\bat no (?:extra |additional )?(?:cost|charge)\b|\bincluded\b|\bincluid[oa]\b"
)
_HEALTH = re.compile(
    r"\b(?:charge[sd]?|battery health|drops?|dies|at \d+ ?%|below|capacity|shut down)\b(?!.*\b(?:off|discount)\b)"
)
# "Free" is said of the diagnostic and of time. Of anything else it gives away what costs money.
_FREE = re.compile(
    rf"\b(?:feel|hands|toll|is anyone|are you|you are|he is|owner is|when you are) free\b|\bfree (?:to|from|until|after"
    rf"|between|at|on|when|times?|slots?|spots?|hours?|openings?|for an? |then|now|all day|{TIME}|{DAY}|\d)"
)
_GIVES = re.compile(r"\b(?:free|gratis|gratuit[oa]s?)\b")
_TIMELY = re.compile(rf"{TIME}|\b(?:times?|slots?|spots?|days?|next|what|calendar|morning|afternoon|week|\d)\b")
_DENIES = re.compile(
    r"\b(?:not|no|never|unable|without|nor|only (?:owner|the owner)|ask|asking|check with|approv\w+|approval|up to"
    r"|needs?|solo owner|puede"
    r"|depends?|may|might|whether|more than|nunca|pregunt\w+|permiso|decide|decides|rest with)\b(?! (?:charge|extra))"
)
_PAYS_NOT = re.compile(r"\bnot (?:have to |need to )?(?:pay|charge) (?:for|anything|extra)|\bno (?:fee|charge)\b")
_FREE_WORDS = re.compile(
    r"\b(?:diagnos\w+|check(?:ed)?|look(?:ed)?|looking|diagnóstico|revis\w+|estimate|quote|presupuesto|question|ask"
    r"|call|text)\b"
)
_NOT_FREE = re.compile(
    r"\b(?:protector|case|screens?|batter\w+|repairs?|replacement|visit|on-site|water|port|glass|charger|cleaning|cable"
    r"|delivery|shipping|funda|pantalla|visita|agua|trip|installation|loaner|phone)s?\b"
)
_AMOUNT = re.compile(
    rf"\$ ?({_NUMBER})|\b({_NUMBER}) ?(?:\$|(?:dollars?|bucks|usd|d[oó]lares|pesos|cash|even|flat|out the door)\b)"
    r"|\b(?:only|just|total(?: (?:is|of|to|comes to))?|costs?|cuestan?|runs?|price (?:is|of)|for you|it is|about"
    r"|around|sale en|vale|son|charge|pay|precio es|call it(?: an even)?|comes to|be|at|is)(?: (?:you|about|around"
    r"|just|only|solo"
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
    r"\b(?:they|quoted?|elsewhere|other (?:shop|place|store)s?|competitors?|apple|budget|paid|worth|value"
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
    accessories = tuple(item.name for item in shop.accessories)
    for clause, asked in _clauses(re.sub(r"\bno (?:extra |additional )?(?:charge|cost)\b", "gratis", said)):
        if _DENIES.search(clause) and not _PAYS_NOT.search(clause):
            continue
        if _PAYS_NOT.search(clause) and _NOT_FREE.search(clause):
            return True
        paid = bool(_NOT_FREE.search(clause)) or any(name in clause for name in accessories)
        free = "free" in clause and _FREE_WORDS.search(said) and not paid
        about_time = free or (bool(_FREE.search(clause) or _TIMELY.search(clause)) and not paid)
        if _GIVES.search(clause) and not about_time and (paid or not _FREE_WORDS.search(clause)):
            return True
        named = _percents_in(clause)
        granted = bool(named) and named <= set(percents)
        if _HEALTH.search(clause):
            continue
        if not granted and not (asked and not named) and _DISCOUNT.search(clause) and not _FREE_WORDS.search(clause):
            return True
    return False


def _is_bare_price(number: str, said: str) -> bool:
    """Whether a number without a sign of money is an amount: "only 45"."""
    return number not in ("", "one", "uno", "a") and len(number) > 1 and bool(_PRICED.search(said))


def _reduced(prices: Iterable[float], percents: Iterable[int]) -> set[float]:
    return {round(price * (100 - percent) / 100, 2) for price in prices for percent in percents}


def _prices_of(service: Service, clause: str) -> list[float]:
    """What a service costs, for the brand that a clause names or for any."""
    brands = [brand for brand in service.from_usd if brand and brand.lower() in clause]
    usual = [service.from_usd[brand] for brand in brands] or list(service.from_usd.values())
    return [float(price) for price in usual or [service.fixed_usd or 0]]


def _prices(shop: Shop, said: str, clause: str, percents: Collection[int]) -> set[float]:
    """The amounts that a clause may name: of the service that it names, else of all, and sums with what is named."""
    named = shop.service_named_in(clause) or shop.service_named_in(re.sub(r"s\b", "", clause))
    if (
        named
        and named.fixed_usd == 0
        and any(
            other.fixed_usd and re.search(rf"\b(?:{'|'.join(map(re.escape, other.words))})\b", said)
            for other in shop.services
        )
    ):
        named = None
    extras = [float(item.usd) for item in shop.accessories if item.name.split()[-1] in said]
    extras += [float(shop.onsite_visit_usd)] if _ON_SITE.search(said) else []
    sums = [sum(some) for some in chain.from_iterable(combinations(extras, size) for size in range(len(extras) + 1))]
    services = [named] if named and (named.from_usd or named.fixed_usd is not None) else shop.services
    if len(services) == 1 and any(item.name.split()[-1] in clause for item in shop.accessories):
        services = shop.services
    usual = {price + more for service in services for price in _prices_of(service, clause) for more in sums}
    accessories = [float(item.usd) for item in shop.accessories]
    allowed = usual | set(sums) | ({sum(accessories)} if re.search(r"\b(?:both|together|two)\b", clause) else set())
    if not named and re.search(r"\b(?:con|with|plus|total|together|add|adding|would be|makes|all)\b", clause):
        services = [said_of] if (said_of := shop.service_named_in(said)) else shop.services
        return {
            price + more for each in services for price in _prices_of(each, said) for more in [*sums, sum(extras)]
        } | set(sums)
    if not named and any(item.name.split()[-1] in clause for item in shop.accessories):
        return set(sums) | _reduced(sums, percents)
    if services is shop.services:
        allowed |= {float(shop.onsite_visit_usd)} | {float(item.usd) for item in shop.accessories}
    return allowed | _reduced(allowed, percents)


def _names_other_amount(shop: Shop, said: str, percents: Collection[int]) -> bool:
    """Whether a sentence names an amount of money that shop.json does not, save what others ask or a thing is worth."""
    named: list[tuple[float, str]] = []
    for clause in re.split(r"[,;:]\s|\b(?:and|but|y|pero|or|o|plus)\b", said):
        if not _OTHERS_PRICE.search(clause) and not re.search(r"\bthey (?:quote|charge|ask)", said):
            found = (
                (one or other or (bare if _is_bare_price(bare, said) else "0"))
                for one, other, bare in _AMOUNT.findall(clause)
            )
            named += [(_number(each), clause) for each in found]
    total = sum(amount for amount, _clause in named)
    return any(
        amount and 2 * amount != total and amount not in _prices(shop, said, clause, percents)
        for amount, clause in named
    )


# --- other facts of the shop --------------------------------------------------------------------------------

_PLACE = re.compile(
    rf"\b\d{{2,5}} (?:[nsew]\.? )?(?:[a-z]+ ){{1,3}}(?:street|st|avenue|ave|road|rd|boulevard|blvd|drive|dr|lane|ln|way"
    r"|highway|hwy|parkway|pkwy|court|ct|plaza|suite)\b|\b(?:located|find us|our address is|come find us"
    r"|we are) (?:right )?"
    rf"(?:on(?! (?:{DAY}|break))|at|near|next to|by|inside|behind|across|off)\b(?! (?:the (?:bench|shop|moment)|work"
    rf"|your|this|capacity))"
    r"|\b(?:next to|next door|across from|behind the|corner of|beside|al lado de|frente a|estamos en"
    r"|nos encontramos en)\b|\b(?:boulevard|blvd|plaza)\b"
    r"|\b\d{3}[-. ]\d{3,4}[-. ]?\d{4}\b|https?:|\bwww\.|\w\.(?:com|net|org|io|ly)\b|\w@\w"
)
_UNIT = r"(day|week|month|year|día|semana|mes|año)e?s?\b"
_WARRANTY = re.compile(r"\b(?:warrant\w*|garant\w*|guarant\w*|cover(?:s|ed|age)?)\b")
_PERIOD = re.compile(rf"(\bnot |\bno )?\b(\d{{1,4}}|[a-z]+)[- ](?:full |whole |business )?{_UNIT}")
_UNLIMITED = re.compile(
    r"\b(?:lifetime|de por vida|for life|forever)\b|\b(?:no|without) (?:\w+ )?(?:warranty|garantía)\b"
)
_DAYS = {"day": 1, "día": 1, "week": 7, "semana": 7, "month": 30, "mes": 30, "year": 365, "año": 365}
_OPEN = re.compile(r"\b(?:open|opens|abrimos|abiertos?|abre|close|closes|hours|cerramos)\b")
_WITHIN = re.compile(r"\b(?:within|in|for) (?:the )?(?:next )?(\d{1,3}) (?:hours?|days|minutes|business)\b")
_SPANISH_DAYS = dict(
    zip(WEEKDAYS, ("lunes", "martes", "miércoles", "jueves", "viernes", "sábado", "domingo"), strict=True)
)
# Twilio reads a text that is only one of these as an opt-out or opt-in, so nobody may be asked to send one.
_CARRIER_WORD = re.compile(
    r"\b(?i:reply|text|send|respond|say|type|answer|write|message|responda|responde|escriba|escribe|env[ií][ae]"
    r"|mand[ae])\b"
    r".{0,40}?(?:\b(?:YES|CANCEL|STOP|STOPALL|END|QUIT|UNSUBSCRIBE|REVOKE|OPTOUT|START|UNSTOP|HELP|INFO)(?!\w)"
    r"|[\"'](?i:yes|cancel|stop|stopall|end|quit|unsubscribe|revoke|optout|start|unstop|help|info)[.!]?[\"'])"
)
_FOREIGN = re.compile(
    r"[^\W\d_a-zà-öø-ÿœ]|\b"
    + any_of(
        """votre, vous, est, rendez-vous, pour, avec, nous, je, vos, à, les, des, une, sont, bonjour, merci, été
        êtes, você, seu, sua, às, foi, não, com, uma, está confirmado para, agendamento, marcad[oa], são, em
        obrigad[oa], é, ou, pou, mwen, nou, randevou, w, ap, ki, gen, pa, nan, yo, li, ak, mèsi, ihr, ihre, sie
        termin, ist, für, und, der, die, das, sind, wir, il, suo, è, per, appuntamento, prenotato, alle, sei
        lo abbiamo, grazie, của, là, tôi, bạn, ang, mga, iyong, po, ay, na, sa"""
    )
    + r"(?!\w)"
)
_FAMILIAR = re.compile(
    r"\b"
    + any_of(
        """the, a, an, is, are, you, your, i, we, it, to, of, in, on, for, at, that, this, can, do, what, which, and
        or, not, have, with, if, our, from, how, when, my, he, be, will, would, any, no, sorry, thanks, time, day
        phone, screen, battery, ok, sure, el, la, los, las, que, qué, su, tu, de, y, un, una, es, está, para, por
        con, se, le, te, sí, en, al, del, lo, me, cuál, gracias, hola, desde, hay, o, si, brandon, owner, open, free
        closed"""
    )
    + r"\b"
)


def _is_wrong(shop: Shop, said: str, percents: Collection[int]) -> bool:
    """Whether a sentence claims no deed and still is not so, or cannot be read."""
    return _names_other_amount(shop, said, percents) or _contradicts(shop, said) or _is_foreign(said)


def _is_foreign(said: str) -> bool:
    """Whether a sentence is in a language that is not read here, neither English nor Spanish."""
    strange = len(_FOREIGN.findall(said))
    return strange > 1 and strange > len(_FAMILIAR.findall(said))


def _contradicts(shop: Shop, said: str) -> bool:
    """Whether a sentence gives a place to go, another warranty or period, or hours that the shop does not have."""
    return bool(_PLACE.search(said)) or _other_period(shop, said) or _other_hours(shop, said)


def _other_period(shop: Shop, said: str) -> bool:
    """Whether a warranty is denied, endless or of another length, or work is promised within some time."""
    minutes = {service.minutes for service in shop.services} | {shop.slot_minutes, shop.warranty_days}
    if any(int(number) not in minutes for number in _WITHIN.findall(said)) or _UNLIMITED.search(said):
        return True
    if not _WARRANTY.search(said):
        return False
    for denied, word, unit in _PERIOD.findall(said):
        number = int(word) if word.isdigit() else _NUMBERS.get(word, 1 if word in ("a", "an", "un") else 0)
        if number and not denied and number * _DAYS[unit] != shop.warranty_days:
            return True
    return False


def _other_hours(shop: Shop, said: str) -> bool:
    """Whether the shop is said to be open on a day it is closed, around the clock, or outside its hours."""
    days = dict(zip(WEEKDAYS, shop.hours, strict=True))
    named = {day for day in days if re.search(rf"\b(?:{day}s?|{_SPANISH_DAYS[day]}s?)\b", said)}
    if re.search(r"\b(?:closed|close|cerrad[oa]s?|cerramos)\b(?! (?:at|by|a las)\b)", said) and "open" not in said:
        return any(days[day] is not None and f"{day}s" in said for day in named)
    if any(days[day] is None for day in named) and not re.search(
        r"\b(?:not|no|never|closed|nada|but|except|besides)\b|cerra|\?", said
    ):
        return True
    if re.search(r"\b(?:open late|extended hours|after hours)\b", said) and "not" not in said:
        return True
    if not _OPEN.search(said) or re.search(r"\b(?:not|no|closed|or)\b", said):
        return False
    if None in days.values() and re.search(
        r"\b(?:24/7|24 hours|every day|7 days|todos los días|around the clock)", said
    ):
        return True
    return any(_is_outside(shop, *clock) for clock in _HOUR.findall(said))


_HOUR = re.compile(
    r"\b(opens?|until|till?|to|-|hasta|from|desde|closes? at|a)(?: at)? ?(?:las )?(\d{1,2})(?::(\d\d))?(?! ?(?:%|\$"
    r"|days|\d))"
    r" ?([ap])?(?:\.?m\b)?"
)


def _is_outside(shop: Shop, word: str, hour: str, minute: str, half: str) -> bool:
    """Whether no day of the shop is open at a time of day."""
    if word == "a" and not half and 7 <= int(hour) <= 12:
        half = "a"
    half = half or ("a" if word in ("open", "opens", "from", "desde") and int(hour) > 6 else "p")
    clock = (int(hour) % 12 + (12 if half == "p" else 0), int(minute or 0))
    opened = [hours for hours in shop.hours if hours]
    if word.startswith("close"):
        return all((end.hour, end.minute) != clock for _begin, end in opened)
    return all((begin.hour, begin.minute) > clock or clock > (end.hour, end.minute) for begin, end in opened)
