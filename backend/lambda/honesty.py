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
        if _claims_a_deed(said, percents) or _grants(shop, said, percents):
            claims.append(said)
        elif not (_is_wrong(shop, said, percents) or _CARRIER_WORD.search(plain(sentence))):
            kept.append(sentence)
    booking = any(_ABOUT_BOOKING.search(said) or not _ABOUT_OTHERS.search(said) for said in claims)
    return Checked(tuple(kept), bool(claims), booking)


def _any(words: str) -> str:
    """One of the expressions, which are parted by commas or lines."""
    return "(?:" + "|".join(re.split(r",\s+|\s*\n\s*", words.strip())) + ")"


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
    + _any("""is, are, am, was, were, do, does, did, have, has, had, can, could, shall, should, would, will, may, what
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


# --- the words that deeds are claimed with ------------------------------------------------------------------

_SMALL = "(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|una|dos|tres|cuatro|diez|once|doce)"
_CLOCK = _any(
    rf"""\d{{1,2}}(?::\d\d)? ?[ap]\.?m\b, \d{{1,2}}:\d\d\b, noon\b, mediodía\b, (?:\d{{1,2}}|{_SMALL}) o'?clock\b
    (?:at|a? ?las?|@) (?:\d{{1,2}}|{_SMALL})\b(?! ?(?:%|\$|percent|dollars|bucks|repair|phone))
    for (?:\d{{1,2}}|{_SMALL})\b(?! ?(?:%|\$|\w))"""
)
_DAY = _any(
    r"""(?:mon|tues?|wed(?:nes|s)?|thu(?:rs?)?|fri|sat(?:ur)?|sun)(?:day)?\b, tomorrow\b, tonight\b, next week\b
    this (?:morning|afternoon|evening)\b, the \d{1,2}(?:st|nd|rd|th)\b
    (?:jan|feb|mar|apr|may|jun|jul|aug|sept?|oct|nov|dec)[a-z]{0,6} \d{1,2}\b, lunes\b, martes\b, miércoles\b
    jueves\b, viernes\b, sábado\b, (?<!la )(?<!esta )mañana\b"""
)
_TIME = rf"(?:{_CLOCK}|{_DAY}|today\b|hoy\b|then\b)"
# What the patterns below write as <name>.
_WORDS = {
    "time": _TIME,
    "when": rf"(?:(?:at|on|for|as|now|el|para|a|the|this|next) ){{0,3}}{_TIME}",
    "visit": _any(
        """appointment, booking, reservation, slot, spot, seat, visit, time, place, session, cancellation, cita
        reserva, reservación, turno, lugar, espacio, horario, cancelación"""
    ),
    "matter": _any(
        """request, message, question, inquiry, note, parts?, order, refund, payment, deposit, changes?, name, info
        information, details, discount, fee, photos?, pictures?, number, reminder, confirmation, coupon, credit
        ticket, case, file, repair, everything, account, mensaje, solicitud, descuento, nombre, pedido"""
    ),
    "adv": _any(
        """just, already, now, also, all, officially, actually, successfully, hereby, still, currently, even, always
        only, really, fully, so, definitely, certainly, totally, both, personally, himself, then, gladly, happily
        quickly, completely, finally, duly, safely, lovingly, been, being, be, tentatively, kindly, ya, todo, muy
        henceforth, long, have, has, had"""
    ),
    "be": "(?:is|are|was|were|has|have|had|got|gets|will|shows?|says|stays|remains|stands|looks|es|está|fue|ha|sigue)",
    "arranged": _any(
        r"""(?:re-?|double-)?booked, (?:re-?)?scheduled, reserved, (?:re)?confirmed, secured, arranged, locked
        pencil?led, slotted, squeezed, fitted, fit in, squared away, sorted, lined up, set up, registered, all set
        set(?= for| with|[.!]|$), finalized, good to go, good for, good as gold, taken care of, expected, settled
        sealed, in the (?:book|system|calendar|schedule)s?, allotted, allocated, in for, in at, in on
        down (?:for|at|as), on for
        (?:back )?o[nf]f? (?:the|our|his|my|\w+'s) (?:book|calendar|schedule|list|agenda|waitlist|roster|wait)\w*
        golden, due (?:in|at), signed up, put down, marked, entered, jotted, inscribed, earmarked, under your name
        guaranteed, a go, locked in
        (?:agendad|reservad|confirmad|programad|apartad|anotad|apuntad|registrad|asegurad)[oa]s?
        (?:guardad|arreglad|list|hech)[oa]s?"""
    ),
    "undone": _any(
        r"""moved, switched, shifted, pushed, bumped, swapped, cancell?ed, deleted, removed, erased, wiped, released
        scrapped, voided, freed, updated, modified, transferred, restored, called off, taken (?:off|down|out), cleared
        given up, (?:cancelad|cambiad|movid|borrad|eliminad|reagendad|anulad|actualizad|reprogramad)[oa]s?"""
    ),
    "settled": _any(
        """yours, gone, void, official, in place, held, saved, safe, blocked, kept, set aside, complete, completed
        done, made, successful, in stone, changed, dropped, history, waiting for you, active, on[.!]?$, exitosa
        up and running, live, settled, approved, accepted, granted"""
    ),
    "handed_on": _any(
        """notified, informed, alerted, told, messaged, texted, emailed, contacted, asked, sent, passed, forwarded
        submitted, escalated, relayed, delivered, received, noted, logged, recorded, filed, flagged, added, applied
        approved, granted, waived, processed, issued, ordered, refunded, placed, accepted, authorized, okayed
        credited, handled, created, shared, made, completed, complete, allotted, bundled, upgraded, extended, unlocked
        blessed, (?:avisad|enterad|notificad|informad|enviad|aplicad|aprobad|recibid|pasad)[oa]s?"""
    ),
    # another verb in the past: "saved", "made"; those of talk and thought claim nothing
    "did": r"(?:told|got(?! (?:\d|openings?|an? |some|room|time|two|three|plenty|it\b))|"
    + r"put|made|held|set|took|sent|gave|let|kept|found|wrote|spoke|threw|cut|did|"
    + r"(?!need|want|mention|hope|notic|quot|look|check|clos|miss|learn|ask|help|open|start|talk|discuss|work|us)"
    + r"[a-z]{2,12}ed)",
    "nothing_of_ours": r"(?:up|solid|glass|photos?|batter|screens?|data|phones?|for iphone)",
}
_WORDS["he"] = r"(?:owner|he|him|(?:the|a|our) (?:technician|owner|boss|tech))"
_WORDS["state"] = rf"(?:{_WORDS['arranged']}|{_WORDS['undone']}|{_WORDS['handed_on']})\b"
# What LINDA may say of herself: she acts through tools alone, so that any other verb of hers is a deed that was not.
_WORDS["i_may"] = _any(
    r"""can, could, would, may, might, must, do, (?:do|did|was|would|will|have|had|am|should) not, never, if, or, are
    is, should (?:mention|add|note|say|warn), see, know, need, hope, think, understand, recommend, suggest, mean
    believe, appreciate, apologi[sz]e, love, like, wish, guess, hear, heard, offer, speak, answer, work, wonder, want
    prefer, feel, agree, assume, imagine, trust, bet, reckon, figure, sure (?:can|would|hope|know|do), ask, quote
    help, handle, said, saw, thought, meant, understood, misunderstood, misread, read, mentioned, listed, quoted
    missed, forgot, wondered, hoped, looked, look, found(?! you), get (?:it|that), got it, got (?:that|your), hate
    notice, realize, assist, asked (?:about|for|you|which|what), told you, check, checked(?! with| you| that| in)
    go by, only, made a (?:mistake|typo), was (?:wrong|mistaken), am (?:only |just )?(?:un)?able, was made
    am (?:not|only|just) \w+ing, am(?! (?:\w+ ){0,2}(?:\w+ing|able))
    have (?:no|not|never|the|these|those|two|three|four|five|several|some|free|only)
    am (?:just )?(?:check|look|see|show|hear|guess|think|wonder|ask|hop|answer|help|miss|handl)ing, have openings?
    have (?:a (?:few|couple)|an? (?:\w+ ){0,2}(?:opening|question|slot open)|read|seen|availability)
    have (?:mon|tue|wed|thu|fri|sat|\d|tomorrow|noon)[\w:]*(?!.*\b(?:for you|held|saved|reserved|booked|down)\b)
    have (?:is\b|left\b|you in mind|your (?:number|photo|message|model|device))
    will (?:gladly |happily |just )?(?:need|have to|check(?! you)|look|see what|find|try|do my best|explain|not|never)
    will (?:be (?:here|happy|glad|able|honest|upfront)|only|list|show|quote|suggest|recommend|go over|help|answer)
    will (?:have|get) (?:it|that|(?:the|our) (?:street )?address) (?:confirmed|for you)
    will keep (?:it|this) (?:short|brief)"""
)
# What the owner may be said to do: his trade and his hours. What he said, knows, sent or promised, only he can say.
_WORDS["he_may"] = _any(
    r"""can, could, would, may, might, must, should, do, does, did not, will not, never, has not, was not, himself
    alone
    is (?:at|on(?! his way| board)|out|away|busy|free|available|with|driving|the|a|an|not|back|closed|off|one|our)
    is (?:in|still|working|repairing|fixing(?! to)|fully|already booked|booked|soldering|currently|human|now|right)
    is (?:usually|only|just|full|always|your|who)
    has (?:openings?|time|no|one|two|to|a|an|free|slots?|\d|room|availability|been|only|some|over|other|another|his)
    has fixed, has repaired, needs?, repairs, fixes, works, uses, handles, decides, tests, confirms?, takes?, likes
    sees, specializes, moved to, started(?! on), trained, opened, usually, only, offers on, charges, prefers, sets
    quotes, replaces, inspects, checks, looks, gives? (?:the|a|an|discounts), comes to, and, or, to, about, whether
    if, for, first, when, before, opens?, closes?, runs, answers, mends, installs, solders, gets, cleans, carries
    keeps?, is(?=[.!]?$), was, who, 's, will (?:\w+ )?(?:confirm|tell|look)
    will (?:take a look|need|have to|be (?:free|back|able|available|out|away|done|happy|glad)|check|show|know|answer)
    will (?:give you (?:the|an?|your) (?:exact|final|firm|price|quote|estimate)|explain|see what|decide|fix|repair)
    will (?:quote|go over|test|inspect|not|never|only), está, estará, tiene, puede, podría, confirma, da, decide, hace
    repara, arregla, trabaja, usa, necesita, no, (?:le|lo|la|te) puede, vuelve, regresa, sale, revisa, ve
    le (?:da|dice|confirma|dirá|puede), lo (?:ve|revisa), debe, maneja, atiende, mismo, lo vea, vea, es
    ya (?:no|está)"""
)
_WORDS["we_will"] = _any(
    """need, be (?:open|closed|here|happy|glad|able|back), have to, not, never, see what, find, look, check, try, fix
    repair, test, do our best, take (?:good |great )?care of, get (?:it|your) (?:\\w+ )?(?:fixed|working), only, also
    know, explain, ask, go over, gladly, happily, start, replace, clean, want, require"""
)

# --- the ways to claim a deed: an excuse has to stand before the group named `deed` -------------------------

_OF_THE_CUSTOMER = (  # "you're all booked", "you have a 2 PM appointment", "see you Tuesday"
    r"\b(?:you (?:are|have|were|got|get|will|should|had)|(?:are|have|were) you)(?: <adv>){0,4}"
    r" (?P<deed><state>|in[.!]?$|all (?:set|good|yours)|good[.!]?$|(?:first|next) in line)",
    r"\byou (?:<adv> |do )*(?:have|have got|got|hold|claimed|won|unlocked)(?: (?!until|any|or|to)[\w':]+){0,4}?"
    r" (?P<deed><visit>\b(?! (?:limit|options|request))|<time>|last opening)",
    r"\byou (?:<adv> )*(?P<deed>come in|are coming|start|arrive|were able|made it|made the|are next)\b",
    r"\b(?P<deed>see|seeing|expect|expecting|wait(?:ing)? for|look(?:ing)? for|awaits?|awaiting|meet|meeting|catch"
    r"|welcome|greet|host) you\b(?= ?[^?]{0,30}<time>)",
    r"(?P<deed>\b(?:your|booking|ref(?:erence)?) (?:confirmation|ref(?:erence)?|number|code|id)(?: \w+){0,2}:? #?\w*\d"
    r"|\byour confirmation\b(?! until)|\bconsider (?:it|that|yourself|your|the|this|\d))",
)
_OF_THE_APPOINTMENT = (  # "your slot is saved", "the booking went through", "2 PM is yours", "your visit is Friday"
    r"\b<visit>(?: (?!is |are |was |has |and )[\w':]+){0,4}? <be>(?: <adv>){0,4} (?P<deed><state>|<settled>)",
    r"\b(?:your|su|tu|the new|new|old)(?: [\w']+){0,2} <visit>(?: with \w+| [\w']+)??(?: (?:<be>|<adv>)){0,3}"
    r" (?P<deed><when>)",
    r"\b<visit>(?: [\w']+){0,2}? (?P<deed>went through|go(?:es|ne) through|belongs to you|stands\b|is no more|has been"
    r"|(?:no longer|does not) (?:exists?|stands?)|is no longer (?!available|free|open))",
    r"\byour (?!data|photos)(?:[\w']+ ){1,3}?(?:is|has|was|got|are|will)(?: <adv>){0,3}"
    r" (?P<deed><state>|fixed\b|repaired\b|ready for|on (?:its|the) way|a (?:<time>|\w+day))",
    r"<time>(?: (?:slot|one|spot|time|hour|with \w+|on|at|<time>)){0,4}(?: <be>| <adv>){0,5} (?P<deed>locked"
    r"|confirmed|set\b"
    r"|all set|held|saved|arranged|pencil?led|scheduled|secured|belongs to you|has your name|it is[.!]?$|in the books"
    r"|taken care of|then[.!]?$|(?:reserved|booked|blocked|held|blocked off|set aside) (?:for you|under your|in your))",
    r"<time> (?P<deed>booked|reserved)\b",
    r"\b(?:is|are|it's)(?: \w+){0,2} (?P<deed>yours)\b|\b(?:reserved|set aside|held|saved) for you\b",
    r"(?P<deed>\b(?:with|has|under) your name\b|\bis a (?:date|deal|done deal|go|lock)\b|\b(?:it|everything|that"
    r"|all) went through\b|\bcalendar (?:now )?(?:shows|has) you\b"
    r"|\b(?:was|were|been|am|are) able to\b(?! (?:find|see|check|help)\b)|\bmanaged to\b|\bwent ahead\b"
    r"|\bwent on ahead\b"
    r"|\bthat moves you\b|\bready for pick ?up\b|\b(?:moving|fitting|getting|putting|squeezing) you (?:in|to|down"
    r"|on)\b)",
)
_OF_NOBODY = (  # "it's all arranged", "Booked!", "Got you in at 2", "the part was ordered"
    r"\b(?:it|that|this|everything|all|we|things|deed|matter) (?:<be>|should)(?: <adv>){0,4} (?P<deed>(?:<arranged>"
    r"|yours"
    r"|official|done(?=[.!]?$)|handled|approved|passed (?:on|along)|sent|applied|noted|held|saved|cancell?ed|moved"
    r"|rescheduled|deleted|removed|taken (?:off|care)|off the)\b)(?! up| solid)",
    r"^\W*(?:(?:<adv>|great|perfect|ok|okay|yes|yep|sure|alright|it is|is|are|was|has|should"
    r"|will) )*(?P<deed>(?:<state>"
    r"|all (?:done|good|yours)|done|complete|got it (?:all )?(?:set up|booked|moved|sorted|done|in)|snagged|grabbed"
    r"|signed|sealed|mission accomplished|see you <time>"
    r"|(?:got|put|saved|hooked|have|had|fit|made) (?:you|ya|your|it)(?: \w+)? (?:in|down|up|on|for|at|with|moved"
    r"|booked)"
    r"|(?!got it[.!]?$)<did> (?:you|your|it|that|him|the (?:appointment|booking|slot))\b))(?! <nothing_of_ours>\b)",
    r"^\W*(?:<adv> )*(?P<deed>(?:send|book|lock|cancel|cancell|mov|hold|text|tell|pass|add|putt?|reserv|schedul|updat"
    r"|confirm|apply|lett?|rescheduling|notify|messag|pencil\w?)ing (?:you|him|it|that|your|this|owner))\b",
    r"^\W*(?:\w+ )?(?:cancellation|booking|reservation|appointment|reschedule|order|request|discount|credit)"
    r"(?: is| was| has been| successfully)? (?P<deed><state>|complete|done|made|successful)",
    r"\b<matter>(?: [\w']+){0,5}? (?:is|has|have|was|were|got|are)(?: <adv>){0,4}"
    r" (?P<deed><handed_on>|<arranged>|on (?:his|its|the) way|in the (?:mail|works)|in (?:his|\w+'s) \w+|active\b)",
    r"\b(?:screen|parts?|battery|protector|case|order|glass)s? (?:is|are|has|have) (?P<deed>in (?:and|now)|in[.!]?$"
    r"|here\b|arrived|ready|waiting|on order|in stock|tossed|added)",
    r"\b(?:has|have) (?:just )?been (?P<deed><state>|<settled>)",
    r"\b(?!you|phone|screen|battery|it|that|glass|they|who)\w+ has (?:<adv> )*(?P<deed>(?!need|crack"
    r"|limit)[a-z]{3,12}ed)\b(?! by (?:another|some))",
)
_OF_WHAT_COMES = (  # "a reminder will be sent", "look for our email", "it had to be moved"
    r"\b(?:look|watch|wait) for (?P<deed>(?:a|an|the|your|our) (?:\w+ )?(?:confirmation|reminder|email|call|text"
    r"|receipt))",
    r"\b(?:reminder|confirmation|email|receipt|invoice|link)(?: \w+)? (?P<deed>will be|will follow|is coming|is on)\b",
    r"\bhad to (?:be )?(?P<deed><state>|move|push|cancel|shift|reschedule|change)",
    r"(?P<deed>\bdo not be late\b|\bbe on time\b|\bis (?:already |now )?being (?:worked|fixed|repaired))",
)
_OF_LINDA = (  # what she and the shop did, do now, or promise
    r"\bi (?:(?:just|already|also|still|only|really|actually|now|even|honestly|certainly|definitely|personally|always"
    r"|then|totally|hereby) )*+(?P<deed>(?!<i_may>\b)[a-z]+)",
    r"\bwe (?:<adv> )*(?P<deed><did>|(?:have )?(?:you|your) (?:down|in|on|at|for|set|booking|part|slot|spot|name)"
    r"|will (?!<we_will>\b)[a-z]+)\b(?! (?:up|solid)\b)",
    r"\bwe have (?:got )?(?:\w+ ){0,5}(?P<deed>(?:with|under) your name|in stock)",
    r"\bwe (?P<deed>are (?:\w+ )?(?:set|on for|good for|confirmed|expecting|holding)\b|are booking you)",
)
_OF_THE_OWNER = (  # he said, he knows, he will call
    r"^\W*(?:(?:great|ok|okay|sure|well|yes|good news|sorry|that|so|then|now) )*<he>(?: (?:just|already|also|now|even"
    r"|all|himself|personally))*+ (?P<deed>(?!<he_may>(?!\w))[\w']+)",
    r"\b<he> (?:(?:has|have|had|is|was|just|already|also|now|even|all|been|himself|personally|himself) ){0,3}"
    r"(?P<deed>said|says|told|tells|knows|agree[sd]|confirmed|gave|signed|seen|saw|got (?:your|the|it|my|you|back)"
    r"|read|aware"
    r"|allow(?:s|ed)|promise[sd]|fine|good with|ok(?:ay)? with|cool|happy with|on board|expect(?:s|ing)|waiting|texting"
    r"|on his way|ready for|looking forward|holding|coming|has you|decided|replied|answered|responded|wrote|called"
    r"|set aside"
    r"|saved|booked you|put you|wants you|in the loop|let me know|reviewed|went ahead|approve[sd]|<handed_on>)\b"
    r"(?! (?:price|me to ask))",
    r"\b(?:<he>|someone|somebody|we|a (?:tech|technician|specialist)|(?:the|our) team) will (?:\w+ )?(?P<deed>call|text"
    r"|ring|phone|contact|message|email|reach|get back|be (?:in touch|calling|texting|waiting|expecting|there|at your"
    r"|over)|see you|meet|hold|save|honou?r|have you|pick|drop|come|swing|stop by|follow up|reply|respond|knock|match"
    r"|waive)\b",
    r"(?P<deed>\b(?:word|approval|permission|go-ahead|green light|thumbs up|blessing|okay|ok|yes) from <he>)",
)
_IN_SPANISH = (
    r"\bse (?:le |te |me )?(?P<deed>(?!cay|moj|romp|dañ|quebr|apag|acab|trab|perd|descarg)[a-zñ]{2,12}ó)\b",
    r"\b<he> (?P<deed>(?:le|lo|te|la) (?:llam|escrib|marc|avis|contact|esper|atiend|recib)[ae])\b",
    r"(?P<deed>(?<!\w)(?!(?:aquí|así|allí|ahí|sí|mí|qué|café|también|té|sé|esté|dé|josé|porqué|entendí|vi|leí|busqué"
    r"|revisé"
    r"|miré|pensé)\b)[a-zñ]{2,12}(?<!ar)(?<!er)(?<!ir)[éí]\b|(?<!\w)(?:dije|dijimos|puse|pusimos|hice|hicimos|di"
    r"|dimos|pude|pudimos|conseguimos|acab[oa](?:mos)? de)\b)",
    r"\b(?:he|hemos|ha|han|fue|fueron|quedó|queda|quedas|quedan|quedaste|está|están|estás|ha quedado)"
    r"(?: (?:ya|todo|tu|su|la|cita|muy|oficialmente|sido)){0,4} (?P<deed>(?!visto|leído|entendido|podido|oído|cerrad"
    r"|llen"
    r"|disponible|ocupad|dañad|mojad|rot|hablad|tenido)[a-zñí]{2,12}(?:ad|id)[oa]s?\b|puesto|hecho|dicho|list[oa]\b"
    r"|booked"
    r"|(?:para|en) (?:el )?<time>|en (?:la|el|nuestra) (?:agenda|calendario|lista|sistema)|scheduled|all set|confirmed)"
    r"(?! hasta| de l| por)",
    r"\b(?P<deed>quedas? (?:en|para|con)|quedó (?:para|en|todo)|quedamos)\b",
    r"\b(?:tienes|tiene|te tengo|le tengo|lo tengo|la tengo) (?:ya |tu |su |una |la |el )*"
    r"(?P<deed>cita|reserva|turno|lugar|espacio reservado|<time>|anotad|agendad|apuntad)",
    r"\b(?:(?:te|le|los?|las?|nos) (?P<deed>espero|esperamos|veo|vemos|ve|atiende|recibe|recibimos)|nos vemos)\b"
    r".{0,25}<time>|\b(?:te|lo|la|los) esperamos\b",
    r"\b(?:te|le|se l[oa]|te l[oa]|l[oa]) (?P<deed>(?:anot|agend|reserv|apart|avis|guard|regal|rebaj|cancel|cambi"
    r"|muev|pas|dej|mand|envi|envío|separ|apunt|registr|pong|bloque|inform|program|pregunt|descuent|cobr)o"
    r"|confirmo (?:su |tu |la )?(?:cita|reserva|hora|las))\b",
    r"\b(?:te|les?|l[oa]s?|se l[oa]) (?P<deed>(?!recom|ayud|atend|arregl|repar|revis|sug|ofrec"
    r"|pod)[a-zñ]{2,10}[ai]mos)\b(?! (?:a )?(?:revis|ver))",
    r"\b(?P<deed>(?:agend|reserv|apart|anot|cancel|cambi|confirm|avis|program|inform|guard|registr|pas)amos|movimos"
    r"|(?:te|le|la|lo) voy a (?:agend|reserv|apart|anot|cancel|cambi|avis|dec|mand|pas|guard|llam)\w+)\b",
    r"\b<he> (?:(?:ya|lo|la|te|le|me|nos|se) )*(?P<deed>[a-zñ]{2,12}(?<!pas)ó\b|sabe\b|dijo|dio|hizo|vio|espera"
    r"|llamará|dice que|(?:está|fue|ha sido) (?:avisado|enterado|informado|notificado|de acuerdo|al tanto|esperando)"
    r"|va a (?:llamar|escribir|contactar|marcar|estar|esperar)\w*)",
)

# --- what excuses a deed ------------------------------------------------------------------------------------

# Before it, in its clause, with none but small words between.
_EXCUSE = re.compile(
    r"\b(?:not|never|no|nothing|nobody|none|can|could|may|might|would|shall|let us|let me|unable|without|neither|nor"
    r"|(?<!able )(?<!managed )(?<!got )(?<!ahead )(?<!happened )(?<!tell you )(?<!had )to(?! (?:your|the|our)\b)|if"
    r"|once|when|until|unless|after"
    r"|before|whether|want|like|prefer|nada|nunca|ningun[oa]?|puedo|podemos|puede|podría|quiere|quieres|si|cuando|sin"
    r"|una vez|antes de|para que)(?: "
    + _any(
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
    rf"(?:{_TIME}|\b(?:slots?|spots?|time|day|one|horario|lugar|hora|he|owner|someone|somebody)\b"
    rf"|\d)\W+(?:(?:on \w+|is|are"
    r"|was|were|got|has|been|already|ya|est[aáé]n?|just|both|all|also) ?){1,5}(?:booked|reserved|reservad[oa]s?"
    r"|ocupad[oa]s?|taken|scheduled until)$"
)
_OURS = re.compile(r"\b(?:you|your|tu|te|su nombre|para usted|i|name)\b")
# Words that make a statement with "you" and a time an offer, a refusal or a fact about the shop.
_OFFERS = re.compile(
    r"\b"
    + _any(
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
    rf"(?: (?:at|las|about|around))? {_TIME}|{_CLOCK} ?(?:to|-) ?{_CLOCK}"
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
    rf"\b(?:book|schedul|appointment|cancel|resched|mov|slot|spot|cita|reserv|agend|calendar)|{_TIME}"
)
_ABOUT_OTHERS = re.compile(
    r"[%$]|\b(?:discount|off|free|price|gratis|descuento|case|protector|part|told|asked|message|approved|said|knows)\b"
)


_WORD = re.compile(r"(?<!P)<(\w+)>")  # the name of words, but not that of a group


@lru_cache(maxsize=1)
def _deeds() -> tuple[re.Pattern[str], ...]:
    """All the ways to claim a deed, with their words filled in."""
    tables = (_OF_THE_CUSTOMER, _OF_THE_APPOINTMENT, _OF_NOBODY, _OF_WHAT_COMES, _OF_LINDA, _OF_THE_OWNER, _IN_SPANISH)
    found = []
    for pattern in (pattern for table in tables for pattern in table):
        written = pattern
        while _WORD.search(written):
            written = _WORD.sub(lambda match: _WORDS[match[1]], written)
        found.append(re.compile(written))
    return tuple(found)


def _claims_a_deed(said: str, percents: Collection[int]) -> bool:
    """Whether a clause says that something was done, or will be, without a word that excuses it."""
    waits = bool(_WAITS.search(said))
    for clause in _clauses(said):
        named = _percents_in(clause)
        if named and named <= set(percents):
            continue  # a discount that was granted, and no more
        if any(_is_meant(clause, match, waits=waits) for deed in _deeds() for match in deed.finditer(clause)):
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
    return agrees and bool(re.search(f"{_CLOCK}|{_DAY}", said))


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
    paid = "|".join([_any(_PAID), *(re.escape(item.name) for item in shop.accessories)])
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
