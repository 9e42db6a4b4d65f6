"""The model's own words, without what is not so: code alone says what was done, granted, or costs another amount.

A sentence is read in plain lower case without contractions, clause by clause. It goes when a clause claims a deed,
grants what was not granted, or names an amount, a warranty, an hour or an address that this shop does not have. A wrong
cut costs a sentence, a lie that passes costs a customer: in doubt a sentence goes.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache

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
        if _claims_a_deed(said, shop.owner, percents) or _grants(shop, said, percents):
            claims.append(said)
        elif not (
            _names_other_amount(shop, said, percents) or _contradicts(shop, said) or _CARRIER_WORD.search(sentence)
        ):
            kept.append(sentence)
    booking = any(_ABOUT_BOOKING.search(said) or not _ABOUT_OTHERS.search(said) for said in claims)
    return Checked(tuple(kept), bool(claims), booking)


def _any(words: str) -> str:
    """One of the expressions, which stand one a comma or a line."""
    return "(?:" + "|".join(word for word in re.split(r",\s+|\s*\n\s*", words.strip(" \n,"))) + ")"


# --- reading: one spelling for each word --------------------------------------------------------------------

_SPELLED = [
    (re.compile(pattern), word)
    for pattern, word in (
        (r"\byoure\b|\b(?:u r|ur)\b(?= (?:all|booked|set|in|on|down|good|confirmed|scheduled|locked))", "you are"),
        (r"\bur\b", "your"),
        (r"\bc (?=u\b)", "see "),
        (r"\bu\b", "you"),
        (r"\br (?=u\b|you\b)", "are "),
        (r"\b(?:4|fr) (?=\d)", "for "),
        (r"\bappt\b|\bapt\b", "appointment"),
        (r"\b(?:tmrw|tmr|tmw|2moro|tomorow|tom)\b", "tomorrow"),
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
    + _any("""is, are, am, was, were, do, does, did, have, has, had, can, could, shall, should, would, will, may, what
           when, which, how, who, where, why, want, any, ready, need, care, mind, interested, prefer
           qué, que, cuál, cual, cuándo, cómo, dónde, desea, quiere, quieres, prefiere, puede""")
    + r"\b"
)  # fmt: skip
_SUBJECT = re.compile(r"\W*(?:i|we|you|your|it|he|that|tu|su)\b")


def _read(sentence: str, owner: str) -> str:
    """The sentence in plain lower case, with contractions and a texter's spellings written out."""
    said = plain(sentence).lower()
    for pattern, word in _SPELLED:
        said = pattern.sub(word, said)
    name = re.escape(owner.lower())
    said = re.sub(
        rf"\b{name}'s(?= (?:\w+ing|been|got|fine|good|okay|ok|cool|aware|on|all)\b)", f"{owner.lower()} is", said
    )
    return re.sub(r"\s+", " ", said).strip()


def _clauses(said: str) -> Iterator[str]:
    """The clauses that state something. Those of a question that begin as questions do are left out."""
    for part in re.split(r"(?<=[.!?])\s+", said):
        is_question = part.rstrip("\"') ").endswith("?")
        asked = False
        for clause in _CLAUSE_END.split(part):
            follows = asked and not _SUBJECT.match(clause)
            asked = is_question and bool("¿" in clause or _ASKS.match(clause) or follows)
            if clause and not asked:
                yield clause.strip(" \"'")


# --- the words that deeds are claimed with ------------------------------------------------------------------

_DAY = _any(r"""
    (?:mon|tues?|wed(?:nes)?|thu(?:rs?)?|fri|sat(?:ur)?|sun)(?:day)?\b, tomorrow\b, tonight\b, next week\b
    this (?:morning|afternoon|evening)\b, the \d{1,2}(?:st|nd|rd|th)\b
    (?:jan|feb|mar|apr|may|jun|jul|aug|sept?|oct|nov|dec)[a-z]{0,6} \d{1,2}\b
    lunes\b, martes\b, miércoles\b, jueves\b, viernes\b, sábado\b, (?<!la )(?<!esta )mañana\b
""")
_SMALL = "(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|una|dos|tres|cuatro|diez|once|doce)"
_CLOCK = _any(rf"""
    \d{{1,2}}(?::\d\d)? ?[ap]\.?m\b, \d{{1,2}}:\d\d\b, noon\b, mediodía\b, (?:\d{{1,2}}|{_SMALL}) o'?clock\b
    (?:at|a? ?las?|@) (?:\d{{1,2}}|{_SMALL})\b(?! ?(?:%|\$|percent|dollars|bucks|repair|phone))
    for (?:\d{{1,2}}|{_SMALL})\b(?! ?(?:%|\$|\w))
""")
_TIME = rf"(?:{_CLOCK}|{_DAY}|today\b|hoy\b|then\b)"
_WHEN = rf"(?:(?:at|on|for|as|now|el|para|a|the|this|next) ){{0,3}}{_TIME}"
_VISIT = _any("""appointment, booking, reservation, slot, spot, seat, visit, time, place, session, cancellation
              cita, reserva, reservación, turno, lugar, espacio, horario, cancelación""")  # fmt: skip
_MATTER = _any("""request, message, question, note, parts?, order, refund, payment, deposit, change, name, info
               information, details, discount, fee, photos?, pictures?, number, reminder, coupon, credit, ticket, file
               repair, everything, account, warranty claim, mensaje, solicitud, descuento, nombre, pedido
               """)  # fmt: skip
_ADV = _any("""just, already, now, also, all, officially, actually, successfully, hereby, still, currently, even, always
            only, really, fully, so, definitely, certainly, totally, both, personally, then, gladly, happily, quickly
            completely, finally, duly, safely, been, being, be, tentatively, kindly, ya, todo, muy""")  # fmt: skip
_ARRANGED = _any(r"""
    (?:re-?|double-)?booked, (?:re-?)?scheduled, reserved, (?:re)?confirmed, secured, arranged, locked, pencil?led
    slotted, squeezed, fitted, fit in, squared away, sorted, lined up, set up, set(?= for| with|[.!]|$), registered
    all set, finalized, in the (?:book|system|calendar|schedule)s?, good to go, good for, taken care of, expected
    o[nf]f? (?:the|our|his|my|\w+'s) (?:book|calendar|schedule|list|agenda|waitlist|roster|wait)\w*, golden
    in (?:for|at|on), down (?:for|at|as), on for, due (?:in|at), signed up, put down, marked, entered, jotted, earmarked
    under your name, guaranteed, a go, locked in
    (?:reservad|agendad|confirmad|programad|reprogramad|apartad|anotad|apuntad|registrad|asegurad|guardad|arreglad)[oa]s?
    list[oa]s?, hech[oa]s?""")
_UNDONE = _any(r"""
    moved, switched, shifted, pushed, bumped, swapped, cancell?ed, deleted, removed, erased, wiped, released, scrapped
    voided, freed, updated, called off, taken (?:off|down|out), cleared
    (?:cancelad|cambiad|movid|borrad|eliminad|reagendad|anulad|actualizad|reprogramad)[oa]s?""")
_SETTLED = _any(r"""yours, gone, void, official, in place, held, saved, blocked, kept, set aside, complete, completed
                done, made, successful, in stone, changed, dropped, history, waiting for you""")  # fmt: skip
_HANDED_ON = _any(r"""
    notified, informed, alerted, told, messaged, texted, contacted, asked, sent, passed, forwarded, submitted, escalated
    relayed, delivered, received, noted, logged, recorded, filed, flagged, added, applied, approved, granted, waived
    processed, issued, ordered, refunded, placed, accepted, authorized, okayed, credited, handled, created, shared
    (?:avisad|enterad|notificad|informad|enviad|aplicad|aprobad|recibid|pasad)[oa]s?""")
_STATE = rf"(?:{_ARRANGED}|{_UNDONE}|{_HANDED_ON})\b"
_BE = r"(?:is|are|was|were|has|have|had|got|gets|will|shows?|says|stays|remains|stands|looks|es|está|fue|ha|sigue)"
# Another verb of "we" in the past: "we saved", "we made". Those of talk and thought claim nothing.
_DID = (
    r"(?:told|got|put|made|held|set|took|sent|gave|let|kept|found|wrote|spoke|fit|threw|cut|"
    r"(?!need|want|mention|hope|notic|quot|look|check|clos|miss|learn|ask|help|open|start|talk|discuss|work)[a-z]{2,12}ed)"
)
# What "I" may do in LINDA's mouth: she acts through tools alone, so any other verb of hers is a deed that was not.
_I_MAY = _any(r"""
    can, could, would, may, might, must, do, did not, do not, was not, would not, will not, have not, had not, never
    should (?:mention|add|note|say|warn), see, know, need, hope, think, understand, recommend, suggest, mean, believe
    appreciate, apologize, apologise, love, like, wish, guess, hear, heard, offer, speak, answer, work, wonder, want
    said, saw, thought, meant, understood, misunderstood, misread, read, mentioned, listed, quoted, missed, forgot
    wondered, hoped, looked, look, found(?! you), prefer, feel, agree, assume, imagine, trust, bet, promise not, get it
    got it, got (?:that|your), get that, hate, quote, help, handle, notice, realize, assist, ask, asked (?:about|for|you|which|what)
    told you, checked(?! with| you| that| in), check, go by, only, made a (?:mistake|typo), was (?:wrong|mistaken|not|asking)
    am(?! (?:\w+ ){0,2}(?:\w+ing|able)), am (?:not|only|just) \w+ing, i, if, or, are, is
    am (?:checking|looking|seeing|showing|hearing|guessing|thinking|wondering|asking|hoping|afraid|answering|helping|missing)
    am (?:not|un) ?able
    have (?:no|not|never|not yet|the|these|those|two|three|four|five|several|some|free|only|a (?:few|couple)|an? (?:\w+ ){0,2}(?:opening|question|slot open)|read|seen|openings?|availability)
    have (?:your (?:number|photo|message|model|device)), have (?:(?:mon|tue|wed|thu|fri|sat|\d|tomorrow|noon)[\w:]*(?!.*\b(?:for you|held|saved|reserved|booked|locked|down)\b)|is\b|left\b|you in mind)
    will (?:need|be (?:here|happy|glad|able|honest|upfront)|have to|check(?! you)|look|see what|find out|try|do my best|wait|explain|not|never|only|list|show|quote|suggest|recommend|go over|help|keep (?:it|this) (?:short|brief)|answer)
    will (?:have|get) (?:it|that|(?:the|our) (?:street )?address) (?:confirmed|for you)
    """)
# Promises to book that wait for the customer are offers; no other promise is LINDA's to make.
_BOOKS = r"(?:book|schedule|reserve|put|lock|set|get|have|take|secure|slot|pencil|save|grab|fit|move|cancel|check)"
_WAITS = re.compile(
    r"\b(?:if|once|when|whenever|as soon as|after|tell me|let me know|give me|send me|text me|just say|say the word|pick|choose"
    r"|need (?:your|the|a)|which|or|want|like|sounds good|works|si|cuando|en cuanto|dígame|dime|elija|elige)\b|\?"
)
# What excuses a deed stands before it, in its clause, with none but small words between.
_EXCUSE = re.compile(
    r"\b(?:not|never|no|nothing|nobody|none|can|could|may|might|would|shall|let us|let me|unable|without|neither|nor"
    r"|(?<!able )(?<!managed )(?<!got )(?<!ahead )(?<!happened )(?<!tell you )to|if|once|when|until|unless|after|before|whether"
    r"|want|like|prefer|nada|nunca|ningun[oa]?|puedo|podemos|puede|podría|quiere|quieres|si|cuando|sin|una vez|antes de|para que)"
    r"(?: (?:i|we|you|it|he|is|are|was|am|be|been|being|get|getting|got|gets|have|has|had|having|yet|just|also|still|that"
    r"|your|the|an?|any|one|appointments?|bookings?|slots?|spots?|time|reservation|visit|really|ever|actually|currently|able|to"
    r"|me|him|them|le|te|lo|la|se|está|esté|que|hay|tiene|tienes|tengo|he|hemos|ha|una?|su|tu|cita|everything|all|quite"
    r"|fully|of|those|these|this|brandon)){0,6} ?$"
)


@lru_cache(maxsize=8)
def _deeds(owner: str) -> tuple[re.Pattern[str], ...]:
    """The ways to claim a deed. An excuse has to stand before the group named `deed`."""
    he = rf"(?:{re.escape(owner.lower())}|he|him|the (?:technician|owner|boss|tech))"
    return tuple(
        re.compile(pattern)
        for pattern in (
            *_DEEDS_IN_ENGLISH,
            *_DEEDS_IN_SPANISH,
            *(pattern.replace("<he>", he) for pattern in _DEEDS_OF_OWNER),
        )
    )


_DEEDS_IN_ENGLISH = (
    # the customer: "you're all booked", "you have a 2 PM appointment", "see you Tuesday"
    rf"\byou (?:are|have|were|got|get|will|should|had)(?: {_ADV}){{0,4}} (?P<deed>{_STATE}|in[.!]?$|all (?:set|good|yours)|good[.!]?$)",
    rf"\byou (?:{_ADV} )?(?:have|have got|got|hold|claimed)(?: (?!until|any|or|to)[\w':]+){{0,4}}? (?P<deed>{_VISIT}\b(?! (?:limit|options|request))|{_TIME})",
    rf"\byou (?:{_ADV} )?(?P<deed>come in|are coming|start|arrive|were able|made it|made the|are next)\b",
    rf"\b(?P<deed>see|seeing|expect|expecting|waiting for|await|awaiting|meet|meeting|catch|welcome|greet|host) you\b(?= ?[^?]{{0,30}}{_TIME})",
    r"(?P<deed>\byour confirmation (?:number|code)\b|\bconsider (?:it|that|yourself|your|the|this|\d))",
    # the appointment: "your slot is saved", "the booking went through", "your visit is Friday"
    rf"\b{_VISIT}(?: (?!is |are |was |has |and )[\w':]+){{0,4}}? {_BE}(?: {_ADV}){{0,4}} (?P<deed>{_STATE}|{_SETTLED}\b)",
    rf"\b(?:your|su|tu|the new|new|old)(?: [\w']+){{0,2}} {_VISIT}(?: with \w+| [\w']+)??(?: (?:{_BE}|{_ADV})){{0,3}} (?P<deed>{_WHEN})",
    rf"\b{_VISIT}(?: [\w']+){{0,2}}? (?P<deed>went through|go(?:es|ne) through|(?:no longer|does not) (?:exists?|stands?)|belongs to you|stands\b|is no longer|is no more|has been)",
    rf"\byour (?!data|photos)(?:[\w']+ ){{1,3}}?(?:is|has|was|got|are|will)(?: {_ADV}){{0,3}} (?P<deed>{_STATE}|fixed\b|repaired\b|ready for|on (?:its|the) way)",
    # a time: "2 PM is yours", "Tuesday it is"
    rf"{_TIME}(?: (?:slot|one|spot|time|with \w+|on|at|{_TIME}))*(?: {_BE}| {_ADV})* (?P<deed>yours|locked|confirmed|set\b|all set|held|saved|arranged|pencil?led"
    r"|scheduled|secured|(?:reserved|booked|blocked|held|blocked off) (?:for you|under your|in your)|belongs to you|has your name|it is[.!]?$|in the books|taken care of|then[.!]?$)",
    rf"{_TIME} (?P<deed>booked|reserved)\b",
    r"(?P<deed>\b(?:with|has|under) your name\b|\b(?:it is) a (?:date|deal)\b|\bcalendar (?:now )?(?:shows|has) you\b)",
    # it, everything, nobody at all: "it's all arranged", "Booked!", "Got you in at 2"
    rf"\b(?:it|that|this|everything|all|we|things) (?:{_BE}|should)(?: {_ADV}){{0,4}} (?P<deed>(?:{_ARRANGED}|yours|official|done[.!]?$|handled|approved|passed (?:on|along)|sent|applied|noted|held|saved"
    r"|cancell?ed|moved|rescheduled|deleted|removed|taken (?:off|care)|off the)\b)(?! up| solid)",
    rf"^\W*(?:(?:{_ADV}|great|perfect|ok|okay|yes|yep|sure|alright|it is|is|are|was|has|should|will) )*(?P<deed>(?:{_STATE}|all (?:done|good|yours)|done|complete|snagged|grabbed|signed|sealed|mission accomplished|(?:got|put|saved|hooked|have|had|fit|made) (?:you|ya|your|it)(?: \w+)? (?:in|down|up|on|for|at|with|moved|booked|scheduled)|see you {_TIME}))(?! (?:glass|photos?|batter|screen|data|up\b|solid|phone|for iphone))",
    rf"^\W*(?:\w+ )?(?:cancellation|booking|reservation|appointment|reschedule|order|request|discount|credit)(?: is| was| has been| successfully)? (?P<deed>{_STATE}|complete|done|made|successful)",
    rf"\b{_MATTER}(?: [\w']+){{0,2}}? (?:is|has|have|was|were|got|are)(?: {_ADV}){{0,4}} (?P<deed>{_HANDED_ON}|{_ARRANGED}|on (?:his|its|the) way|in the (?:mail|works)|active\b)",
    rf"\b(?:has|have) (?:just )?been (?P<deed>{_STATE}|{_SETTLED})",
    r"(?P<deed>\b(?:was|were|been|am|are) able to\b(?! (?:find|see|check|help)\b)|\bmanaged to\b|\bwent ahead\b|\bthat moves you\b|\b(?:moving|fitting|getting|putting|squeezing) you (?:in|to|down|on)\b|\bready for pick ?up\b)",
    # LINDA and the shop: what either did, does now, or promises
    rf"\bi (?:(?:just|already|also|still|only|really|actually|now|even|honestly|certainly|definitely|personally|always|then|totally) )*+(?P<deed>(?!{_I_MAY}\b)[a-z]+)",
    rf"\bwe (?:{_ADV} )*(?:have (?:{_ADV} )*)?(?P<deed>{_DID}|you (?:down|in|on|at|for|set)|your (?:booking|part|slot|spot|name)|will (?:see you|hold|keep|be expecting|expect|have you|save|call|text|send|let|waive|throw|take|knock|give|move|cancel|book|reserve))\b(?! (?:up|solid)\b)",
    r"\bwe have (?:got )?(?:\w+ ){0,5}(?P<deed>(?:with|under) your name|in stock)",
    r"\bwe (?P<deed>are (?:\w+ )?(?:set|on for|good for|confirmed|expecting|holding)\b|are booking you)",
)  # fmt: skip
_DEEDS_OF_OWNER = (
    # the owner: he said, he knows, he will call
    r"\b<he> (?:(?:has|have|had|is|was|just|already|also|now|even|all|been) ){0,3}(?P<deed>(?:said|says|told|tells|knows|agree[sd]|ok'?d|confirmed|gave|gives (?:me|you|the)|signed|seen|saw|got (?:your|the|it|my|you)"
    r"|read|allow(?:s|ed)|promise[sd]|aware|fine|good with|okay with|ok with|cool|happy with|on board|expect(?:s|ing)|waiting|calling|texting|on his way|ready for|looking forward|holding|coming|has you|thinks it is|decided|offer(?:s|ed)"
    r"|replied|answered|responded|wrote|texted|called|blessed|cleared|set aside|saved|booked you|put you|wants you|made|in the loop|you (?:down|on|in)|let me know|reviewed|looked (?:at|over)|went ahead|approve[sd]|makes an exception|sent|took|took care|picked|"
    + _HANDED_ON[3:]
    + r"\b)(?! (?:price|me to ask))",
    r"\b<he> will (?:\w+ )?(?P<deed>call|text|ring|phone|contact|message|email|reach|get back|give (?:you|your) (?:a|phone)|be (?:in touch|calling|texting|waiting|expecting|there|ready|at your|over|by)|see you|meet|hold|save|honou?r"
    r"|take (?:you|\d|care)|have you|pick|drop|come|swing|stop by|follow up|reply|respond|knock|match|waive|do it for|fit you|squeeze|make an)\b(?! (?:the|an?) (?:exact|final|firm))",
    r"(?P<deed>\b(?:word|approval|permission|go-ahead|green light|thumbs up|blessing|okay|ok|yes) from <he>)",
    r"\b<he> (?:(?:ya|lo|la|te|le|me|nos|se) )*(?P<deed>[a-zñ]{2,12}(?<!pas)ó\b|sabe\b|(?:está|fue|ha sido) (?:avisado|enterado|informado|notificado|de acuerdo|al tanto)|dijo|dio|hizo|vio|(?:te|lo|la|le) espera|espera|llamará|va a (?:llamar|escribir|contactar|marcar)\w*|dice que)",
)  # fmt: skip
_DEEDS_IN_SPANISH = (
    r"(?P<deed>(?<!\w)(?!(?:aquí|así|allí|ahí|ahi|sí|mí|qué|café|también|té|sé|esté|dé|josé|porqué|entendí|vi|leí|busqué|revisé|miré|pensé)\b)[a-zñ]{2,12}(?<!ar)(?<!er)(?<!ir)[éí]\b|(?<!\w)(?:dije|dijimos|puse|pusimos|hice|hicimos|di|dimos|pude|pudimos|conseguimos)\b)",
    r"\b(?:he|hemos|ha|han|fue|fueron|quedó|queda|quedas|quedan|quedaste|está|están|estás|ha quedado)(?: (?:ya|todo|tu|su|la|cita|muy|oficialmente|sido)){0,4}"
    rf" (?P<deed>(?!visto|leído|entendido|podido|oído|cerrad|llen|disponible|ocupad|dañad|mojad|rot|hablad|tenido)[a-zñí]{{2,12}}(?:ad|id)[oa]s?\b|puesto|hecho|dicho|list[oa]\b|(?:para|en) (?:el )?{_TIME}|booked|scheduled|all set)(?! hasta| de l| por)",
    r"\b(?P<deed>quedas? (?:en|para|con)|quedó (?:para|en|todo)|quedamos)\b",
    rf"\b(?:tienes|tiene|te tengo|le tengo|lo tengo|la tengo) (?:ya |tu |su |una |la |el )*(?P<deed>cita|reserva|turno|lugar|espacio reservado|{_TIME}|anotad|agendad|apuntad)",
    rf"\b(?:(?:te|le|los?|las?|nos) (?P<deed>espero|esperamos|veo|vemos|ve|atiende|recibe|recibimos)|nos vemos)\b.{{0,25}}{_TIME}|\b(?:te|lo|la|los) esperamos\b",
    r"\b(?:te|le|se l[oa]|te l[oa]|l[oa]) (?P<deed>(?:anot|agend|reserv|apart|avis|guard|regal|rebaj|cancel|cambi|muev|pas|dej|mand|envi|envío|separ|apunt|registr|pong|bloque|inform|program|pregunt|descuent|cobr)o|confirmo (?:su |tu |la )?(?:cita|reserva|hora|las))\b",
    r"\b(?P<deed>(?:agend|reserv|apart|anot|cancel|cambi|confirm|avis|program|inform|guard|registr|pas)amos|movimos|(?:te|le|la|lo) voy a (?:agend|reserv|apart|anot|cancel|cambi|avis|dec|mand|pas|guard|llam)\w+)\b",
)  # fmt: skip
_ABOUT_BOOKING = re.compile(
    rf"\b(?:book|schedul|appointment|cancel|resched|mov|slot|spot|cita|reserv|agend|calendar)|{_TIME}"
)
_ABOUT_OTHERS = re.compile(
    r"%|\$|\b(?:discount|off|free|price|gratis|descuento|case|protector|part|told|asked|brandon|message|warranty)\b"
)


def _claims_a_deed(said: str, owner: str, percents: Collection[int]) -> bool:
    """Whether a clause says that something was done or will be, without a word that excuses it."""
    waits = bool(_WAITS.search(said))
    for clause in _clauses(said):
        if percents and _percents_in(clause) and _percents_in(clause) <= set(percents):
            continue  # a discount that was granted, and no more
        for pattern in _deeds(owner):
            if any(_is_meant(clause, match, waits) for match in pattern.finditer(clause)):
                return True
    return _fixes_a_time(said)


def _is_meant(clause: str, match: re.Match[str], waits: bool) -> bool:
    start = match.start("deed") if match["deed"] is not None else match.start()
    if _EXCUSE.search(clause[:start]):
        return False
    if _OCCUPIED.search(clause[: match.end()]) and not _OURS.search(clause):
        return False
    return not (waits and _PROMISE_OF_BOOKING.search(clause))


# "2 PM is booked", said of a time or of the owner without "you", is somebody else's appointment.
_OCCUPIED = re.compile(
    rf"(?:{_TIME}|\b(?:slots?|spots?|time|day|one|horario|lugar|hora|he|brandon|someone|somebody)\b|\d)\W+(?:(?:on \w+|is|are|was|were|got|has|been|already|ya|est[aáé]n?|just|both|all|also) ?){{1,5}}(?:booked|reserved|reservad[oa]s?|ocupad[oa]s?|taken|scheduled until)$"
)
_OURS = re.compile(r"\b(?:you|your|tu|te|su nombre|para usted|i|name)\b")
_PROMISE_OF_BOOKING = re.compile(
    rf"\b(?:i|we|he) will (?:\w+ )?{_BOOKS}\b(?! (?:know|brandon|him))|\byou will (?:be|get|have|receive)\b|\b(?:te|le|se l[oa]|te l[oa]|l[oa]) (?:anot|agend|reserv|apart|apunt)o\b"
)
# Words that make a statement with "you" and a time an offer, a refusal or a fact about the shop.
_OFFERS = re.compile(
    r"\b(?:can|could|may|might|would|should|if|or|free|open|opens|opening|openings|available|availability|want|which|not|no|like|prefer|let me|let us|tell"
    r"|pick|choose|works|best|earliest|soonest|next|any|anytime|either|options?|how about|what about|slots|times|spots|between|need|needs|unless|closed|hours|when|once|taken|full|booked by"
    r"|puede|puedo|podemos|libres?|quiere|disponibles?|prefiere|entre|si|o|hay|ocupad[oa]|cerrad[oa]|tenemos|usually|need to|every|nothing|said|asked|mentioned|wanted)\b|\?"
)
_UNTIL = re.compile(
    rf"\b(?:until|till|hasta|since|from|through|before|after|back (?:at|by)|open(?:s|ed)? (?:at|from)|close[sd]? at|to)(?: (?:at|las|about|around))? {_TIME}|{_CLOCK} ?(?:to|-) ?{_CLOCK}"
)
_YOURS = re.compile(r"\b(?:you|your|tu|su|te|usted)\b")
_ARRIVE = re.compile(
    r"^\W*(?:(?:just|please|so|then|great|ok|okay|perfect) )*(?:come|stop|swing|show up|arrive|drop|head|pop|roll|be here|be there|venga|ven|pase|llegue)\b"
)
_AGREES = re.compile(
    r"^\W*(?:great|perfect|ok|okay|got it|sure|done|awesome|sounds good|alright|cool|listo|perfecto|claro|vale|excelente|deal|yes|yep|sweet|absolutely|wonderful|noted|excellent|fantastic|sí|muy bien|bueno)\b"
)


def _fixes_a_time(said: str) -> bool:
    """Whether a statement gives the customer a time, orders him to come at one, or agrees to one, offering nothing."""
    said = _UNTIL.sub("", said)
    if _OFFERS.search(said) or not re.search(_CLOCK + "|" + _DAY, said):
        return False
    arrives = any(_ARRIVE.match(clause) for clause in _clauses(said))
    return arrives or bool(_YOURS.search(said) or _AGREES.match(said))


# --- discounts and amounts ----------------------------------------------------------------------------------

_PERCENT = re.compile(r"\b(\d{1,3}|[a-z]+(?:-[a-z]+)?) ?(?:%|percent\b|por ?ciento\b)")
_DISCOUNT = re.compile(
    r"(?:%|percent|por ?ciento)(?: (?!or)\w+){0,2} (?!or )(?:off|less|cheaper|discount|descuento|menos|coupon)|(?:discounts?|descuento|rebaja|off|save|saves|ahorra)(?: \w+){0,4} \d{1,3} ?(?:%|percent)"
    r"|(?:dollars|bucks|\$ ?\d+|\d+\$|\b\d+) (?:off|discount|coupon|less)\b|\bhalf[- ](?:off|price)|price in half|\bmitad de(?:l)? precio|\b(?:waive[sd]?|waiving|on the house|on us|no charge|free of charge|for free|buy one|courtesy|complimentary|bogo|2 for 1|two for one)\b"
    r"|\b(?:knock|take|shave|cut|quito|descuento|rebajo)\w*(?: \w+){0,4} (?:off|dólares|pesos)\b|\bdiscount(?: \w+){0,3} (?:applied|granted|added|yours|is|active)\b|\b(?:applied|gave|give|granted|get|got|have|apply|hago|doy|tiene|tienes)(?: \w+){0,4} (?:discount|descuento)\b"
    r"|\b(?:gratis|regalo|regalamos|sin costo|de cortesía|cortesía)\b|\bthrow(?:ing|n)? in\b|\bfor nothing\b|\bat no (?:extra |additional )?(?:cost|charge)\b"
)
_DENIES = re.compile(
    r"\b(?:not|no|never|unable|without|nor|only (?:brandon|the owner)|ask|asking|check with|approv\w+|approval|up to|depends?|may|might|whether|more than|nunca|pregunt\w+|permiso|decide|decides|isn't)\b"
)
_FREE_WORDS = re.compile(
    r"\b(?:diagnos\w+|check|look|looking|diagnóstico|revis\w+|estimate|quote|presupuesto|question|ask|call|text)\b"
)
_GIVEN_AWAY = r"\bfree (?:\w+ )?(?:{0})|\b(?:{0})\b(?: \w+){{0,4}} (?:is|are|comes?|va|sale|es|for|goes|included) (?:\w+ )?(?:free|gratis|included|incluid\w+)\b|\b(?:{0})(?: \w+)? (?:included|incluid\w)\b"
_NUMBERS = {
    word: number
    for number, words in {
        5: "five cinco", 10: "ten diez", 15: "fifteen quince", 20: "twenty veinte", 25: "veinticinco", 30: "thirty treinta",
        40: "forty fourty cuarenta", 50: "fifty cincuenta", 60: "sixty sesenta", 70: "seventy setenta", 80: "eighty ochenta",
        90: "ninety noventa", 100: "hundred cien ciento", 1: "one uno", 2: "two dos", 3: "three tres", 4: "four cuatro",
        6: "six seis", 7: "seven siete", 8: "eight ocho", 9: "nine nueve", 11: "eleven once", 12: "twelve doce", 200: "doscientos",
    }.items()
    for word in words.split()
}  # fmt: skip
_NUMBER = r"(?:\d[\d,]*(?:\.\d+)?|(?:(?:" + "|".join(_NUMBERS) + r")(?:[- ](?:and |y )?)?){1,4})"
_AMOUNT = re.compile(
    rf"\$ ?({_NUMBER})|\b({_NUMBER}) ?(?:\$|(?:dollars?|bucks|usd|d[oó]lares|pesos)\b)"
    r"|\b(?:only|just|total(?: (?:is|of|to|comes to))?|costs?|cuestan?|runs?|price (?:is|of)|for you|it is|about|around|sale en|vale|son|charge|pay|precio es|call it|comes to|be|at|is)(?: (?:you|about|around|just|only|solo|de|en|at))?"
    rf" ({_NUMBER})(?!\w|\.\d)(?! ?(?:%|\$|dollar|buck|usd|pesos|dólar|[ap]\.?m|:|-?(?:min|hour|day|month|year|gb|week|am|pm|percent|o'clock|slot|open|option|phone|repair|time|appoint|book|star|de la|mile|free|block|left|st|nd|rd|th|of|or more|digit|number|letter)))"
)
_PRICED = re.compile(
    r"\b(?:price|cost|costs|total|charge|pay|run|runs|cuestan?|precio|sale|vale|screens?|batter\w+|glass|port|protector|case|pantallas?|batería|fix|repair|quote|only|just|comes? to|call it|nada más)\b"
)
_ON_SITE = re.compile(
    r"\b(?:on-?site|visits?|come to you|your (?:place|home|house|office|door)|domicilio|casa|travel)\b"
)
_OTHERS_PRICE = re.compile(
    r"\b(?:they|quoted?|elsewhere|other (?:shop|place|store)s?|competitors?|apple|store|budget|paid|worth|value|valued|bought|cotizaron|you said|you mentioned|another shop|charged you)\b"
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
    items = "|".join([*(re.escape(item.name) for item in shop.accessories), "protector", "case", "screen", "battery", "batteries",
        "repair", "replacement", "visit", "on-site", "water", "port", "glass", "installation", "cleaning", "charger", "cable",
        "delivery", "pickup", "shipping", "funda", "pantalla", "visita"])  # fmt: skip
    given_away = re.compile(_GIVEN_AWAY.format(items))
    for clause in _CLAUSE_END.split(re.sub(r"\bno (?:extra |additional )?(?:charge|cost)\b", "gratis", said)):
        if _DENIES.search(clause):
            continue
        named = _percents_in(clause)
        if given_away.search(clause):
            return True
        if _DISCOUNT.search(clause) and not (named and named <= set(percents)) and not _FREE_WORDS.search(clause):
            return True
    return False


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
            _number(one or other or (bare if _PRICED.search(said) else "") or "0")
            for one, other, bare in _AMOUNT.findall(clause)
        }
        if not named <= _prices(shop, said, clause, percents) | {0.0}:
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
    r"\b\d{2,5} (?:[nsew]\.? )?(?:[a-z]+ ){1,3}(?:street|st|avenue|ave|road|rd|boulevard|blvd|drive|dr|lane|ln|way|highway|hwy|parkway|pkwy|court|ct|plaza|suite)\b"
)
_WARRANTY = re.compile(
    r"\b(\d{1,4}|[a-z]+)[- ](day|week|month|year|día|semana|mes|año)e?s?\b(?= (?:\w+ ){0,3}warrant| (?:de )?garant)|\b(?:warrant\w*|garantía|guarantee)\b[^.?!]{0,40}?\b(\d{1,4}|[a-z]+)[- ](day|week|month|year|día|semana|mes|año)e?s?\b"
    r"|\b(lifetime|de por vida)\b(?= (?:\w+ )?(?:warrant|guarant))|\b(?:warrant\w*|garantía)\b[^.?!]{0,20}\b(de por vida|for life)\b"
)
_DAYS = {"day": 1, "día": 1, "week": 7, "semana": 7, "month": 30, "mes": 30, "year": 365, "año": 365}
_OPEN = re.compile(r"\b(?:open|opens|abrimos|abiertos?|abre)\b")
# Twilio reads a text that is only one of these as an opt-out or opt-in, so nobody may be asked to send one.
_CARRIER_WORD = re.compile(
    r"\b(?i:reply|text|send|respond|say|type|answer|write|message|responda|responde|escriba|escribe|envía|envíe|manda|mande)\b.{0,40}?"
    r"\b(?:YES|CANCEL|STOP|STOPALL|END|QUIT|UNSUBSCRIBE|REVOKE|OPTOUT|START|UNSTOP|HELP|INFO"
    r"|[\"'\u201c\u2018](?i:yes|cancel|stop|stopall|end|quit|unsubscribe|revoke|optout|start|unstop|help|info)[.!]?[\"'\u201d\u2019])(?!\w)"
)


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
