"""The lexicon of deeds: the words and the ways in which English and Spanish say that something was done. No rule.

Patterns are over a clause in plain lower case, as honesty reads it: no contractions, the owner's name as "owner". What
they write as <name> is an entry of `_WORDS`. An excuse has to stand before the group named `deed`.
No possessive quantifiers: the first releases of Python 3.11, Debian's among them, get them wrong.
"""

from __future__ import annotations

import re
from functools import lru_cache


def any_of(words: str) -> str:
    """One of the expressions, which are parted by commas or lines."""
    return "(?:" + "|".join(re.split(r",\s+|\s*\n\s*", words.strip())) + ")"


# --- the words that deeds are claimed with ------------------------------------------------------------------

_SMALL = "(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|una|dos|tres|cuatro|diez|once|doce)"
CLOCK = any_of(
    rf"""\d{{1,2}}(?::\d\d)? ?[ap]\.?m\b, \d{{1,2}}:\d\d\b, noon\b, mediodía\b, (?:\d{{1,2}}|{_SMALL}) o'?clock\b
    (?:at|a? ?las?|@) (?:\d{{1,2}}|{_SMALL})\b(?! ?(?:%|\$|percent|dollars|bucks|repair|phone))
    for (?:\d{{1,2}}|{_SMALL})\b(?! ?(?:%|\$|\w))"""
)
DAY = any_of(
    r"""(?:mon|tues?|wed(?:nes|s)?|thu(?:rs?)?|fri|sat(?:ur)?|sun)(?:day)?\b, tomorrow\b, tonight\b, next week\b
    this (?:morning|afternoon|evening)\b, the \d{1,2}(?:st|nd|rd|th)\b
    (?:jan|feb|mar|apr|may|jun|jul|aug|sept?|oct|nov|dec)[a-z]{0,6} \d{1,2}\b, lunes\b, martes\b, miércoles\b
    jueves\b, viernes\b, sábado\b, (?<!la )(?<!esta )mañana\b"""
)
TIME = rf"(?:{CLOCK}|{DAY}|today\b|hoy\b|then\b)"
# What the patterns below write as <name>.
_WORDS = {
    "time": TIME,
    "when": rf"(?:(?:at|on|for|as|now|el|para|a|the|this|next) ){{0,3}}{TIME}",
    "visit": any_of(
        """appointment, booking, reservation, slot, spot, seat, visit, time, place, session, cancellation, cita
        reserva, reservación, turno, lugar, espacio, horario, cancelación"""
    ),
    "matter": any_of(
        """request, message, question, inquiry, note, parts?, order, refund, payment, deposit, changes?, name, info
        information, details, discount, fee, photos?, pictures?, number, reminder, confirmation, coupon, credit
        ticket, case, file, repair, everything, account, mensaje, solicitud, descuento, nombre, pedido"""
    ),
    "adv": any_of(
        """just, already, now, also, all, officially, actually, successfully, hereby, still, currently, even, always
        only, really, fully, so, definitely, certainly, totally, both, personally, himself, then, gladly, happily
        quickly, completely, finally, duly, safely, lovingly, been, being, be, tentatively, kindly, ya, todo, muy
        henceforth, long, have, has, had"""
    ),
    "be": "(?:is|are|was|were|has|have|had|got|gets|will|shows?|says|stays|remains|stands|looks|es|está|fue|ha|sigue)",
    "arranged": any_of(
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
    "undone": any_of(
        r"""moved, switched, shifted, pushed, bumped, swapped, cancell?ed, deleted, removed, erased, wiped, released
        scrapped, voided, freed, updated, modified, transferred, restored, called off, taken (?:off|down|out), cleared
        given up, (?:cancelad|cambiad|movid|borrad|eliminad|reagendad|anulad|actualizad|reprogramad)[oa]s?"""
    ),
    "settled": any_of(
        """yours, gone, void, official, in place, held, saved, safe, blocked, kept, set aside, complete, completed
        done, made, successful, in stone, changed, dropped, history, waiting for you, active, on[.!]?$, exitosa
        up and running, live, settled, approved, accepted, granted"""
    ),
    "handed_on": any_of(
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
_WORDS["i_may"] = any_of(
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
_WORDS["he_may"] = any_of(
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
_WORDS["we_will"] = any_of(
    """need, be (?:open|closed|here|happy|glad|able|back), have to, not, never, see what, find, look, check, try, fix
    repair, test, do our best, take (?:good |great )?care of, get (?:it|your) (?:\\w+ )?(?:fixed|working), only, also
    know, explain, ask, go over, gladly, happily, start, replace, clean, want, require"""
)

# Adverbs between the subject and its verb, which are not themselves the verb.
_WORDS["i_adv"] = any_of(
    """just, already, also, still, only, really, actually, now, even, honestly, certainly, definitely, personally
    always, then, totally, hereby"""
)
_WORDS["he_adv"] = any_of("just, already, also, now, even, all, himself, personally")

# --- the ways to claim a deed: an excuse has to stand before the group named `deed` -------------------------

OF_THE_CUSTOMER = (  # "you're all booked", "you have a 2 PM appointment", "see you Tuesday"
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
OF_THE_APPOINTMENT = (  # "your slot is saved", "the booking went through", "2 PM is yours", "your visit is Friday"
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
OF_NOBODY = (  # "it's all arranged", "Booked!", "Got you in at 2", "the part was ordered"
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
OF_WHAT_COMES = (  # "a reminder will be sent", "look for our email", "it had to be moved"
    r"\b(?:look|watch|wait) for (?P<deed>(?:a|an|the|your|our) (?:\w+ )?(?:confirmation|reminder|email|call|text"
    r"|receipt))",
    r"\b(?:reminder|confirmation|email|receipt|invoice|link)(?: \w+)? (?P<deed>will be|will follow|is coming|is on)\b",
    r"\bhad to (?:be )?(?P<deed><state>|move|push|cancel|shift|reschedule|change)",
    r"(?P<deed>\bdo not be late\b|\bbe on time\b|\bis (?:already |now )?being (?:worked|fixed|repaired))",
)
OF_LINDA = (  # what she and the shop did, do now, or promise
    r"\bi (?:<i_adv> )*(?P<deed>(?!<i_adv>\b)(?!<i_may>\b)[a-z]+)",
    r"\bwe (?:<adv> )*(?P<deed><did>|(?:have )?(?:you|your) (?:down|in|on|at|for|set|booking|part|slot|spot|name)"
    r"|will (?!<we_will>\b)[a-z]+)\b(?! (?:up|solid)\b)",
    r"\bwe have (?:got )?(?:\w+ ){0,5}(?P<deed>(?:with|under) your name|in stock)",
    r"\bwe (?P<deed>are (?:\w+ )?(?:set|on for|good for|confirmed|expecting|holding)\b|are booking you)",
)
OF_THE_OWNER = (  # he said, he knows, he will call
    r"^\W*(?:(?:great|ok|okay|sure|well|yes|good news|sorry|that|so|then|now) )*<he>(?: <he_adv>)*"
    r" (?P<deed>(?!<he_adv>\b)(?!<he_may>(?!\w))[\w']+)",
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
IN_SPANISH = (
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

_WORD = re.compile(r"(?<!P)<(\w+)>")  # the name of words, but not that of a group


@lru_cache(maxsize=1)
def deeds() -> tuple[re.Pattern[str], ...]:
    """All the ways to claim a deed, with their words filled in."""
    tables = (OF_THE_CUSTOMER, OF_THE_APPOINTMENT, OF_NOBODY, OF_WHAT_COMES, OF_LINDA, OF_THE_OWNER, IN_SPANISH)
    found = []
    for pattern in (pattern for table in tables for pattern in table):
        written = pattern
        while _WORD.search(written):
            written = _WORD.sub(lambda match: _WORDS[match[1]], written)
        found.append(re.compile(written))
    return tuple(found)
