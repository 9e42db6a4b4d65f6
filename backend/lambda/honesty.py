"""The model's own words, without what is not so: code alone says what was done, granted, or costs another amount.

How a sentence is judged, in this order (the first that finds something cuts it):
1. It is read in plain lower case, one spelling for each word, and parted into clauses (reading).
2. A clause claims a deed when its verb is not on the list of what its subject may do (claims), and no word before
   the verb excuses it: denied, asked, offered, supposed, somebody else's.
3. A statement that gives a time must be an offer, a refusal or a fact about the shop.
4. Amounts, gifts, warranty, hours and place must be the shop's own (facts).
5. No link, no word that the carrier acts on, no language that is not read here.
What means nothing without the sentence that went, goes with it: "Done!", "See you then!", "You won't be charged."
A wrong cut costs a sentence, a lie that passes costs a customer: in doubt a sentence goes.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass

import expressions
from claims import asked_deeds, deeds
from expressions import lazy
from facts import contradicted
from prices import percents_in
from reading import ADVERB, CLOCK, DAY, INVERTED, TIME, any_of, clauses, read
from shop import Shop
from wording import plain, sentences


@dataclass(frozen=True)
class Checked:
    """The sentences that may be said, and the topics of those that went.

    "booking" (a booking, a move, a drop, a time held), "deed" (any other), "discount", "price" (also a thing for
    nothing), "warranty", "hours", "address", "other" (a link, a promise, a fact nobody gave).
    """

    kept: tuple[str, ...]
    removed: frozenset[str]


def honest(shop: Shop, words: str, percents: Collection[int] = ()) -> Checked:
    """The model's words without what is not so. `percents` are the discounts that this customer really has."""
    judged = [(sentence, _wrong(shop, sentence, percents)) for sentence in sentences(words)]
    removed = frozenset[str]().union(*(topics for _sentence, topics in judged))
    deed = removed & {"booking", "deed", "discount", "price"}
    kept: list[str] = []
    cut = False
    for sentence, topics in judged:
        cut = bool(topics or (deed and _is_remnant(sentence)) or (cut and _hangs_on(sentence)))
        kept += [] if cut else [sentence]
    return Checked(tuple(kept), removed)


def prepare(shop: Shop) -> None:
    """Do once what the first reply would wait for: compile the expressions, most of those inside functions too."""
    if expressions.compile_all():
        honest(shop, "A screen is from $79. I have Tuesday at 2 PM or 3 PM: which one suits you?")
        expressions.compile_all()


def _wrong(shop: Shop, sentence: str, percents: Collection[int]) -> frozenset[str]:
    """The topics in which a sentence is not so; empty when it may be said."""
    written = plain(sentence)
    said = read(sentence, shop.owner)
    topics = contradicted(shop, said, percents)
    if _claims_a_deed(said, percents):
        return _topics(said, topics)
    if topics:
        return topics
    unsaid = _LINK.search(written) or _CARRIER_WORD.search(written) or _is_foreign(said)
    return frozenset({"other"}) if unsaid else frozenset()


# Twilio reads a text that is only one of these as an opt-out or opt-in, so nobody may be asked to send one.
_CARRIER_WORD = lazy(
    r"\b(?i:reply|text|send|respond|say|type|answer|write|message|responda|responde|escriba|escribe|env[ií][ae]"
    r"|mand[ae])\b"
    r".{0,40}?(?:\b(?:YES|CANCEL|STOP|STOPALL|END|QUIT|UNSUBSCRIBE|REVOKE|OPTOUT|START|UNSTOP|HELP|INFO)(?!\w)"
    r"|[\"'](?i:yes|cancel|stop|stopall|end|quit|unsubscribe|revoke|optout|start|unstop|help|info)[.!]?[\"'])"
)
_FOREIGN = lazy(
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
_FAMILIAR = lazy(
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


def _is_foreign(said: str) -> bool:
    """Whether a sentence is in a language that is not read here, neither English nor Spanish."""
    strange = len(_FOREIGN.findall(said))
    return strange > 1 and strange > len(_FAMILIAR.findall(said))


_LINK = lazy(
    r"\S@\S|https?:|\bwww\.|[\w-]\.(?:com|net|org|io|ly|me|co|shop|us|biz|info|link|example|app)\b"
    r"|\b\d{3}[-. ]\d{3,4}[-. ]?\d{4}\b|\(\d{3}\) ?\d{3}"
)

# --- what excuses a deed ------------------------------------------------------------------------------------

# Before it, in its clause, with none but small words between.
_EXCUSE = lazy(
    r"\b(?:not|never|no|nothing|nobody|none|can|could|may|might|would|shall|let us|let me|unable|without|neither|nor"
    r"|(?<!able )(?<!managed )(?<!got )(?<!ahead )(?<!happened )(?<!tell you )(?<!had )to(?! (?:your|the|our)\b)|if"
    r"|once|when|whenever|until|unless|after"
    r"|before|whether|the moment|want|like|prefer|nada|nunca|ningun[oa]?|puedo|podemos|puede|podría|quiere|quieres"
    r"|si|cuando|sin|una vez|antes de|para que)(?: "
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
_UNCERTAIN = lazy(
    r"\b(?:not|never)(?: yet| really| actually| even)? (?:promise|guarantee|say|said|know|tell|confirm|sure|certain"
    r"|think|see"
    r"|find|hear|heard|have (?:an?|any) (?:record|sign|word|confirmation))\b|\bno s[ée]\b|\bno estoy segur\w\b"
    r"|\b(?:unsure|no idea|no way to know)\b"
    r"|\bonly (?:the )?owner (?:knows|(?:can|could|would|will) (?:tell|say|know))\b"
)
# "I can't unlock phones that are locked", "no confirmation went out": anything between, but no new subject.
_FAR_DENIAL = lazy(
    r"\b(?:can|could|do|does|did|is|are|was|were|have|has|had|will|would|should) not (?!only|just|wait|believe"
    r"|forget|miss"
    r"|worry|stop|help|be (?:happier|more)|mention|doubt|hesitate|regret|thank|need|have to)(?:(?!\b(?:i|we|he|owner"
    r"|as|until|while)\b).)*$"
    r"|^\W*(?:no|nothing|none|nobody|no one|neither|ningun[oa]?|ningún|nada|nadie)\b(?! (?:but|doubt|wonder|problem"
    r"|worries|matter))(?: [\w']+){1,6} $|\bno (?:le |te |lo |la |se |me |los |les )*\w+ (?:\w+ ){0,3}$"
)
_DENIED = lazy(
    r"\b(?:not|nothing|no one|nobody|never|no puedo|can)(?: (?!forget|miss|worry|doubt)\w+){1,4} $|\bto \w+ $"
)
# "If the battery was changed elsewhere": the whole clause supposes.
_SUPPOSES = lazy(
    r"^\W*(?:(?:and|but|so|even|only|just|or|y|pero) )*(?:if|si|cuando|mientras|aunque|unless|whether|until"
    r"|once(?! again)|in case|before (?:any\w*|i|we|you))\b"
)
# "Sorry we missed you", "what a day you have had": kind words, and nothing behind them.
_COMFORT = lazy(
    r"^\W*(?:(?:so|oh|and|i am|haha|aw+|wow) )*(?:sorry (?:that |to hear (?:that )?)?"
    r"(?:you (?:are(?! \w+ed\b)|have(?: been)?(?: had| felt)|have been|had(?! to be| \w+ed\b)|went|feel|felt)"
    r"|it (?:came|has come) to|we (?:missed you|kept you waiting))|what an? \w+ (?:you have|you had|that)"
    r"|(?:that|this|you)(?: have)? made (?:my|our) (?:day|week|morning))\b(?: [\w'-]+){0,5}\W*$"
)
# "Tell me what went wrong": asks like a question. "Let us find out what went wrong": proposes.
_REQUEST = lazy(
    r"^\W*(?:(?:please|just|and|so|then|first|could you|can you) )*(?:tell|show|remind|give|send|text) (?:me|us)"
    r" (?:what|when|where|how|which|who|why|about|a bit|more|(?:the|your)\b(?!.* (?:is|are|was|were|has|have)\b))\b"
    r"(?!.*\b(?:i|we|he|owner)\b)"
)
_REQUESTED = lazy(
    r"^\W*(?:what|when|where|how|which|who|why|(?:the |your |new )*(?:name|day|date|time|model|hour|number)\b"
    r"(?!.* (?:is|are|was|were|has|have)\b))\b(?!.*\b(?:i|we|he|owner|your? (?:are|is))\b)"
)
_PROPOSES = lazy(
    r"^\W*let us (?:\w+ ){0,2}(?:find out|see|get|figure out|look at|sort|start|try|work out|check|talk|go)\b"
    r"(?!.*\b(?:you|your|him|he|owner|i|we)\b)"
)
_KEEPS = lazy(r"^\W*(?:(?:please|just|then) )*(?:keep|leave) (?:it|them|(?:the|your|that) \w+)\b")
_KEPT = lazy(r"^(?:\w+ly )?(?:turned|powered|switched|plugged|covered|wrapped)(?: (?:off|down|in|up|out))?\W*$")
_TRIES = lazy(r"^\W*(?:(?:please|maybe|first|then|you can|you could|just) )*try(?:ing)? [a-z]+ing\b")
# Verbs of subjects that have their own list.
_JUDGED = lazy(
    r"\b(?:i|we|you|they|owner|he|who)(?: (?:have|has|had|am|are|is|was|were|just|already|also|only|even|else|really"
    r"|never))* ?$|\bi will (?:have|get) (?:it|that|the(?: street| exact)? address) $"
)
# What happens to every repair, or happened to the customer's phone.
_GENERAL = lazy(
    r"\b(?:screens|batteries|repairs|phones|appointments|prices|ports|visits|diagnostics|discounts|slots"
    r"|most(?: \w+)?)"
    r"(?: (?:are|get|is|can|be|not|all|always|usually|often|normally|typically|only|also))+ $|\b(?:should|must) be $"
)
_HAPPENS = lazy(
    r"(?:replaced|repaired|fixed|done|scheduled|handled|performed|made|confirmed|checked|tested|set(?= by)|priced)\b"
)
_HAPPENED = lazy(
    r"\b(?:phones?|screens?|battery|glass|it|device|that|port|one|this)(?: (?:got|was|were|has been|being"
    r"|had))? (?:\w+ )?"
    r"(?:dropped|bent|broken|switched|changed|opened|caught|run|left|got wet)$|\b(?:touch|sound|signal|picture"
    r"|display|image|color) is gone$|\bsold$"
)
_ATTRIBUTE = lazy(r"\b(?:an?|the|very|too|badly|slightly|most|any|of|some|your|those|these|with) $")
# "Keep it powered off": what the customer shall do. "Phones that are locked": which ones.
_TO_THE_CUSTOMER = lazy(
    r"^\W*(?:(?:please|just|then|and|so|always|try) )*(?:keep|keeping|leave|leaving|have|having|get|getting) (?:it"
    r"|them|(?:your|the|that) \w+) $|\b(?:be|get|being) \w+ (?:or|nor) $"
)
_PLEASE = lazy(r"\b(?:please|just|then|and|so|always)\b")
_DO_IT_YOURSELF = lazy(
    r"(?:put|set|cut|let)\b (?!you|it\b|your|him|down|in\b|on\b|that|this|everything|two|an? (?:appointment|slot"
    r"|note)|name|in|\d)\w+ \w"
)
_OF_A_THING = lazy(
    r"\b(?:phones|devices|screens|batteries|models|ones?|things?|anything|something|parts?|glass|phone|device|apps?)"
    r" (?:that|which) (?:\w+ )?(?:are|is|was|were|got|get|has|have|been|has been|have been|had) $"
)
_AFTERWARDS = lazy(
    r".{0,30}\b(?:starts?|begins?|costs|would be|would start)\b|.{0,24}\b(?:while you wait|upon|by an automated"
    r"|after a (?:look|diagnostic|free)|in person|elsewhere|when he sees)\b"
)
# Promises to book that wait for the customer's word are offers. No other promise is LINDA's to make.
_WAITS = lazy(
    r"\b(?:if|once|when|whenever|as soon as|after|tell me|let me know|give me|send me|text me|just say|say which"
    r"|say the word|pick|choose|reply|need (?:your|the|a)|which|or|want|like|sounds good|works|si|cuando|en cuanto"
    r"|dígame|dime|elija|elige|me dice|the moment|anytime|whenever)\b|\?"
)
_PROMISE_OF_BOOKING = lazy(
    r"\b(?:i|we|he) will (?:go ahead and |\w+ )?(?:book|schedule|reserve|put|lock|set|get|have|take|secure|slot"
    r"|pencil|save|grab"
    r"|fit|move|cancel)\b(?! (?:know|owner|him))|\b(?:you|the system) will (?:be|get|have|receive|see|hear|know|send"
    r"|text|confirm)\b|\bwill be sent\b"
    r"|\b(?:te|le|se l[oa]|te l[oa]|l[oa]) (?:anot|agend|reserv|apart|apunt|guard|dig|cancel|cambi|pas|pregunt)o\b"
)
# "2 PM is booked", said of a time or of the owner without "you", is somebody else's appointment.
_OCCUPIED = lazy(
    rf"(?:{TIME}|\b(?:slots?|spots?|time|day|ones?|horario|lugar|hora|he|we|owner|someone|somebody|customer|opening)\b"
    rf"|\d)\W+(?:(?:on \w+|looks?|seems?|is|are"
    r"|was|were|got|has|have|been|already|ya|est[aáé]n?|just|both|all|also|fully|else) ?){0,5}(?:booked(?: up| solid)?"
    r"|reserved|reservad[oa]s?|spoken|claimed|went|gone|filled|snapped(?: up)?"
    r"|ocupad[oa]s?|taken|took|grabbed|snagged|picked|scheduled until)$|\bit is (?:already )?(?:taken|gone)$"
)
_OURS = lazy(
    r"\b(?:for you|you are|you have|your|tu|te|su nombre|para usted|name)\b|\bi\b.*\b(?:booked|taken|reserved)\b"
)
# Words that make a statement with a time an offer, a refusal or a fact about the shop.
_OFFERS = lazy(
    r"\b"
    + any_of(
        r"""can, could, may, might, would, if, or, free, (?<!door )open(?! arms), opens, openings?, available
        availability, want, which, not, no, like, prefer, let me, let us, tell, pick, choose, works, best, earliest
        soonest, next, any, anytime, either, options?, how about, what about, slots, times, spots, between, needs?
        unless, closed?, hours, when, once, taken, full, booked by, check(?:ing)?, usually, every, nothing, said
        asked, mentioned, wanted, puede, puedo, podemos, libres?, quiere, disponibles?, prefiere, entre, si, o(?!')
        abrimos, cerramos, abiertos, trabajamos, plenty, space, looks, empty, looking at, looked at, up for grabs
        stop, possible, \w+day has, tomorrow has, llen[oa], snapped, sec, someone else, hay, ocupad[oa], cerrad[oa]
        tenemos, i have, we have
        brings
        gone, spoken for, left, slot is, first, last, through, see, find, suit, until, still has, offered, has room
        busy, offers, (?:another|other) (?:customer|guest|client|person), claimed, just say
        (?<!te )(?<!l[oae] )tengo, meant, mean, off"""
    )
    + r"\b|\?"
)
_UNTIL = lazy(
    r"\b(?:until|till|til|hasta|since|from|through|before|after|by|back (?:at|by)|open(?:s|ed)? (?:at|from)"
    r"|close[sd]? at|to)"
    rf"(?: (?:at|las|about|around))? (?:{TIME}|\d{{1,2}}\b|three)|(?:{CLOCK}|{DAY}|\d) ?(?:to|-|through"
    rf"|thru) ?(?:{CLOCK}|{DAY}|\d)|{DAY} a {DAY}|\d a \d"
)
_WHEREABOUTS = lazy(
    r"^\W*(?:owner|he)\b(?!.*\b(?:you|your|te|le|lo|su|it|works?)\b)|^\W*let me (?:read|double|make|see|check)"
)
_TIME_WORDS = lazy(rf"{TIME}|\b(?:\d+|at|on|the|for|and|or|y|o|a|las|el|in|de|la)\b")


def _claims_a_deed(said: str, percents: Collection[int]) -> bool:
    """Whether a clause claims that something was or will be done, without a word that excuses it."""
    waits = bool(_WAITS.search(said))
    stated: list[str] = []
    for clause, asked in _weighed(said):
        named = percents_in(clause)
        if named and named <= set(percents):
            continue  # a discount that was granted, and no more
        read_as = ADVERB.sub("", INVERTED.sub("", clause) if asked else clause)
        patterns = asked_deeds() if asked else deeds()
        if any(_is_meant(read_as, match, waits=waits) for pattern in patterns for match in pattern.finditer(read_as)):
            return True
        if stated and not re.search(r"\w", _TIME_WORDS.sub("", clause)):
            stated[-1] += f" {clause}"
        elif not asked:
            stated.append(clause)
    if "?" in said or _WHEREABOUTS.match(said):
        return False
    return any(_fixes_a_time(clause, waits=waits) for clause in stated)


def _weighed(said: str) -> Iterator[tuple[str, bool]]:
    """The clauses that may hold a claim, and whether each asks, as a question does or as "tell me what" does."""
    requested = False
    for clause, asked in clauses(said):
        of_business = _BOOKING.search(clause) or _OTHER_THING.search(clause) or _TOLD.search(clause)
        advised = _TRIES.match(said) and re.match(r"[a-z]+ing\b", clause)
        kind = _COMFORT.match(clause) or advised or (_KEEPS.match(said) and _KEPT.match(clause))
        requested = bool(_REQUEST.match(clause)) or (requested and bool(_REQUESTED.match(clause)))
        if not (kind and not of_business):
            yield clause, asked or requested


def _is_meant(clause: str, match: re.Match[str], *, waits: bool) -> bool:
    """Whether a deed found in a clause is claimed: not denied, not offered, not somebody else's."""
    groups = match.groupdict()
    start = match.start("deed") if groups.get("deed") is not None else match.start()
    before = clause[:start]
    if (
        _EXCUSE.search(before)
        or _FAR_DENIAL.search(before[-200:])
        or _UNCERTAIN.search(before)
        or (match[0].startswith(("your", "tu ", "su ")) and _DENIED.search(before))
    ):
        return False
    if "taken care" not in clause and _OCCUPIED.search(clause[: match.end()]) and not _OURS.search(clause):
        return False
    if _SUPPOSES.match(clause) and re.search(r"\b(?:está|están|fue|estaba|es)\W*$", before):
        return False
    if "past" in groups and _is_no_deed(clause, before, start):
        return False
    return not (waits and _PROMISE_OF_BOOKING.search(clause))


def _is_no_deed(clause: str, before: str, start: int) -> bool:
    """Whether a verb in the past is judged elsewhere, supposed, or tells what happens to phones and repairs."""
    if _PROPOSES.match(clause) and not _FIRM.search(clause):
        return True
    if _SUPPOSES.match(clause) or _JUDGED.search(before) or _AFTERWARDS.match(clause[start:]):
        return True
    if _TO_THE_CUSTOMER.search(before) or _OF_A_THING.search(before):
        return True
    if _DO_IT_YOURSELF.match(clause[start:]) and not re.search(r"\w", _PLEASE.sub("", before)):
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


# --- what it was about --------------------------------------------------------------------------------------

_TOLD = lazy(
    r"\b(?:told|asked|let owner|let him|message|texted|said|says|knows?|aware|approv\w+|okay|ok'd|spoke|talked"
    r"|called|note"
    r"|noted|voicemail|complaint|avis\w+|dij[eo]|dice|sabe|mensaje|photos?|fotos?|heads up|passed|forwarded|pinged"
    r"|word)\b"
)
_BOOKING = lazy(
    r"\b(?:book|schedul|appointment|appt|cancel|resched|slot|spot|cita|reserv|agend|calendar|apart|anot|turno|horario)"
    rf"|\b(?:moved?|moving|switched|bumped|pushed|hold|holding|held|put|got|get|have) (?:you|it|your|that|us)\b|{TIME}"
)
_FIRM = lazy(
    r"\b(?:booked|scheduled|appointment|cancell?ed|moved|reserved|slot|spot|cita|you down|put you|all set"
    r"|reschedul\w+)\b"
)
_DONE = lazy(
    r"\b(?:has|have) been\b|\b(?:i|we|owner|he) (?:(?:have|has|just|already) )*(?:\w+ed|sent|put|gave|made|told)\b"
    r"|\b(?:was|were) \w+ed\b|\b(?:owner|he) will\b"
)
_OTHER_THING = lazy(
    r"[%$]|\b(?:part|parts|order\w*|refund\w*|credit\w*|case|protector|warranty|fixed|repaired|replaced|finished"
    r"|receipt"
    r"|invoice|payment|paid|charged|deposit|battery|screen|phone|owner|he|address|pieza|reembolso|teléfono|link"
    r"|e-?mail|inbox|technician|file|account|record|records|data|ready|pick ?up)\b"
)


def _topics(said: str, topics: frozenset[str]) -> frozenset[str]:
    """What a sentence that claims a deed was about; one without any word of it is about the booking: "All done!"."""
    told = _TOLD.search(said)
    booking = _BOOKING.search(said) and not told
    if topics == {"other"} and _DONE.search(said):
        topics = frozenset()
    if not topics and (booking or not (told or _OTHER_THING.search(said))):
        return frozenset({"booking"})
    return topics | {"booking"} if booking and _FIRM.search(said) else topics or frozenset({"deed"})


# --- what means nothing without the sentence that went ------------------------------------------------------

_INTERJECTION = any_of(
    r"""yes, yep, yup, yeah, sí, si, claro, listo, perfecto, perfect, done, great, awesome, sure, sure thing, ok, okay
    all set, all good, no problem, no worries, got it, you got it, absolutely, of course, excellent, wonderful, good
    news, great news, bye, see ya, see you, see ya then, see you then, see you there, see you soon, nos vemos
    hasta luego, hasta pronto, hasta entonces, con gusto, por supuesto, alright, cool, nice, sounds good, hecho
    gracias por esperar, thanks for waiting, ta-da, voilà, sweet, consider it done, it is done, good, fantastic
    buenas noticias, then, there, we look forward to it, looking forward to it, have it your way, rest assured"""
)
_TRIMMING = lazy(
    r"\byou will not be charged\b|\b(?:to|if you need to|need to) (?:change|move|cancel|drop|reschedule|switch)\b.*\b"
    r"(?:text|reply|send|just)\b|\b(?:text|reply|reply with|send) (?:move|drop)\b|\bbring (?:it|your|the)\b.*\bthen\b"
)


def _is_remnant(sentence: str) -> bool:
    """Whether a sentence is a bare word of joy or farewell, or a trimming of a receipt."""
    said = re.sub(r"[^\w' ]+", " ", plain(sentence).lower())
    bare = re.fullmatch(rf"\s*(?:{_INTERJECTION}\b\s*)+", re.sub(r"\s+", " ", said))
    return bool(bare) or bool(_TRIMMING.search(said))


# Right behind a sentence that went: "Bring it along!", "Same time still.", "Monday would be best."
_HANGS_ON = lazy(
    r"^\W*(?:(?:please|just|then|so|and|now) )*(?:(?:bring|try|come|have|restart|reboot|enjoy|talk|drop|swing|head|stop"
    r"|wait|hang|same|plan|expect|relax|sit|rest|be|get ready|hurry|act|ask|until then|tráiga\w*|venga|pase|quédese"
    r"|quédate|pruebe\w*|reinicie\w*|llegue|espere\w*|disfrute|ven|trae\w*|llámelo|hablamos)\b"
    rf"|(?:{DAY}|today) (?:would be|will be|is|works) \w+\W*$)"
)
_LONGEST_TO_HANG_ON = 7


def _hangs_on(sentence: str) -> bool:
    """Whether a sentence only orders or takes leave, so that it says nothing without the one before it."""
    said = plain(sentence).lower()
    return "?" not in said and len(said.split()) <= _LONGEST_TO_HANG_ON and bool(_HANGS_ON.match(said))
