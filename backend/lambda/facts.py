"""Warranty, hours, place, and what nobody told LINDA: whether a sentence agrees with what is known of the shop.

Sentences come as reading.read leaves them. The word lists are what other shops have: to teach LINDA a fact of this one,
take its words out of them. An excuse is a question, a doubt ("I'm not sure"), and for what the shop lacks a "no".
"""

from __future__ import annotations

import re
from collections.abc import Collection

from expressions import lazy
from prices import services_in, untrue_of_money
from reading import CLOCK, DAY, DOUBTED, NOT_HERE, NUMBER, NUMBERS, any_of, number_of, stated
from shop import WEEKDAYS, Shop


def contradicted(shop: Shop, said: str, percents: Collection[int] = ()) -> frozenset[str]:
    """The topics in which the sentence says other than is known. `percents`: this customer's real discounts."""
    found = {
        "warranty": _other_warranty(shop, said),
        "hours": _other_hours(shop, said),
        "address": bool(_PLACE.search(said)),
    }
    topics = untrue_of_money(shop, said, percents) | {topic for topic, wrong in found.items() if wrong}
    if not topics and (_promises_a_time(shop, said) or _is_untold(said)):
        return frozenset({"other"})
    return frozenset(topics)


# --- warranty -----------------------------------------------------------------------------------------------

_UNIT = r"(day|week|month|year|día|semana|mes|año)e?s?\b"
_DAYS = {"day": 1, "día": 1, "week": 7, "semana": 7, "month": 30, "mes": 30, "year": 365, "año": 365}
_WARRANTY = lazy(r"\b(?:warrant\w*|garant\w*|guarant\w*|cover(?:s|ed|age)?)\b")
_PERIOD = lazy(rf"(\bnot |\bno )?\b(\d{{1,4}}|[a-z]+)[- ](?:full |whole |business )?{_UNIT}(?! ago)")
_UNLIMITED = lazy(
    r"\b(?:lifetime|de por vida|for life|forever)\b|\b(?:no|without|sin|not (?:have|offer|give|provide|come with"
    r"|carry|include)|no (?:hay|tiene|tenemos|damos|ofrecemos))(?: (?:an?|any|\w+ing))? (?:\w+ )?(?:warranty"
    r"|warranties|garantía)\b"
)


def _other_warranty(shop: Shop, said: str) -> bool:
    """Whether a warranty is denied, endless or of another length than the shop's."""
    if (unlimited := _UNLIMITED.search(said)) and not re.search(r"\bnot (?:a |\w+ a )?$", said[: unlimited.start()]):
        return True
    if not _WARRANTY.search(said):
        return False
    if any("$" not in clause and _WARRANTY.search(clause) and _COVERS.search(clause) for clause in stated(said)):
        return True
    for period in _PERIOD.finditer(said):
        denied, word, unit = period.groups()
        number = int(word) if word.isdigit() else NUMBERS.get(word, 1 if word in ("a", "an", "un") else 0)
        days = number * _DAYS[unit]
        if number and not denied and days != shop.warranty_days and not _is_past(shop, said, period.end(), days):
            return not re.search(r"\bnot\b[^,;]*\b" + word, said)
    return False


_PAST = lazy(r"(?: ago)? (?:is|are|would be|will be) (?:just |well |already )?(?:past|over|outside|beyond|after)\b")


def _is_past(shop: Shop, said: str, end: int, days: int) -> bool:
    """Whether a period that ends at a place of the sentence is said to be longer than the warranty, and is."""
    return days > shop.warranty_days and bool(
        re.search(rf"\b{shop.warranty_days}[- ]days?\b", said) and _PAST.match(said, end)
    )


_WITHIN = lazy(rf"\b(?:within|in|for) (?:the )?(?:next )?({NUMBER}) (?:hours?|days|minutes|business)\b")
_MINUTES = lazy(
    rf"\b({NUMBER})[- ]?(?:to \w+[- ]?)?(?:minute|min|minuto)s?\b(?! (?:late|early|away|before|behind|notice|ago))"
)
_HOURS_OF_WORK = [
    (lazy(words), minutes)
    for words, minutes in (
        (r"\b(?:an|one) hour and a half\b|\bhora y media\b", "90 minutes"),
        (r"\bhalf an hour\b|\bhalf hour\b|\bmedia hora\b", "30 minutes"),
        (r"\b(?:takes?|tarda) (?:about |around |como |casi )?(?:an|one|una) (?:hour|hora)\b", "takes 60 minutes"),
    )
]
_ANY_REPAIR = lazy(r"\b(?:the repair|repairs|la reparación|las reparaciones|jobs|every repair)\b")
_DAYS_OF_WORK = lazy(
    r"\bbusiness days?\b|\bdías hábiles\b|\b(?:takes?|tardan?) (?:about |around |up to |\w+ (?:to|or) |unos "
    r"|de )*(?:a|two|three|four|\d+|un|dos|tres) (?:days?|weeks?|días?)\b"
)


def _promises_a_time(shop: Shop, said: str) -> bool:
    """Whether something is promised within a time that is no repair's and not the warranty's."""
    usual = {service.minutes for service in shop.services} | {shop.slot_minutes}
    if any(number_of(number) not in usual | {shop.warranty_days} for number in _WITHIN.findall(said)):
        return True
    for words, minutes in _HOURS_OF_WORK:
        said = words.sub(minutes, said)
    for clause in stated(said):
        named = {service.minutes for service, _place in services_in(shop, clause)} or usual
        if _ANY_REPAIR.search(clause) and named == usual and _MINUTES.search(clause):
            return True
        if any(number_of(minutes) not in named | {shop.slot_minutes} for minutes in _MINUTES.findall(clause)):
            return True
        if _DAYS_OF_WORK.search(clause) and not NOT_HERE.search(clause):
            return True
    return False


# --- hours --------------------------------------------------------------------------------------------------

_OPEN = lazy(r"\b(?:we are here|trabajamos|atendemos|open|opens|abrimos|abiertos?|abre|close|closes|hours|cerramos)\b")
_ALWAYS = lazy(
    r"\b(?:24/7|24[- ]hours?|every day|7 days|seven days|todos los días|around the clock|day (?:and|or) night"
    r"|las 24)\b"
)
_HOLIDAY = lazy(
    r"^(?!.*\bowner (?:sets|decides|confirms)\b)"
    r"(?=.*\b(?:holidays?|christmas|thanksgiving|easter|memorial day|labor day|new year\w*|fourth of july|july 4\w*"
    r"|navidad"
    r"|black friday|hurricane|storm)\b).*\b(?:open|closed?|closing|hours|shut|abrimos|abiertos?|cerramos|cerrados?)\b"
)
_DAY_OFF = lazy(r"\b(?:not (?:open|work|working|in|here)|no (?:abr|trabaj|aten)\w+)\b(?!.*\d)")
_LATE = lazy(
    r"\b(?:tonight|midnight|this evening|open late|stays? late|extended hours|after[- ]hours|emergenc\w+|nights"
    r"|evenings)\b"
)
_DENIES = lazy(r"\b(?:not|no|never|closed|nada|but|except|besides)\b|cerra|\?")
_SPANISH_DAYS = dict(
    zip(WEEKDAYS, ("lunes", "martes", "miércoles", "jueves", "viernes", "sábado", "domingo"), strict=True)
)
_HAPPENS_THERE = lazy(
    rf"{CLOCK}|\d|\b(?:open|come|works?|fine|free|available|slots?|times?|until|from|hours|here|abr\w+|abierto|libre"
    rf"|puede|cita)\b"
)
_COMES = lazy(
    r"^(?!.*\b(?:not|no|closed?|past|after|later|late|before|too|sorry|earlier|outside|gone|cerr\w+"
    r"|ya)\b).*\b(?:come|stop by"
    r"|swing by|bring it|drop it|we are here|appointments?|slots?|openings?|opening|open|free|available|book|have"
    r"|venga|pase|tengo|tenemos|libre|works?|starts?)\b"
)
_UNTIL = lazy(r"(?:-|\bto\b|\buntil\b|\btill\b|\bthrough\b|\bhasta\b) ?(?:las )?\d{1,2}(?::\d\d)? ?[ap]\.?m\b")
_FULL_CLOCK = lazy(r"\b(\d{1,2})(?::(\d\d))? ?([ap])\.?m\b")
_LAST = lazy(
    r"\b(?:last|first|earliest|latest) (?:appointment|slot|opening)s?\b.*\b(?:is|be"
    r"|at) (?:at )?(\d{1,2})(?::(\d\d))?\b"
)
_HOUR = lazy(
    r"\b(opens?|until|till?|to|-|hasta|from|desde|closes? at|cerramos a|cierra a|a)"
    r"(?: at)? ?(?:las )?(\d{1,2})(?::(\d\d))?(?! ?(?:%|\$"
    r"|days|\d)) ?([ap])?(?:\.?m\b)?"
)


def _other_hours(shop: Shop, said: str) -> bool:
    """Whether the shop is said to be open on a day it is closed, around the clock, or outside its hours."""
    said = _in_figures(said)
    days = dict(zip(WEEKDAYS, shop.hours, strict=True))
    named = {day for day in days if re.search(rf"\b(?:{day}s?|{_SPANISH_DAYS[day]}s?)\b", said)}
    if re.search(r"\b(?:closed|close|cerrad[oa]s?|cerramos)\b(?! (?:at|by|a las)\b)", said) and "open" not in said:
        return any(days[day] is not None and f"{day}s" in said for day in named)
    if any(_HOLIDAY.search(clause) for clause in stated(said)):
        return True
    if _DAY_OFF.search(said) and any(
        days[day] is not None and re.search(rf"\b(?:{day}s|{_SPANISH_DAYS[day]}s?)\b", said) for day in named
    ):
        return True
    denied = bool(_DENIES.search(said))
    if not denied and (_LATE.search(said) or (any(days[day] is None for day in named) and _HAPPENS_THERE.search(said))):
        return True
    if any(_COMES.search(clause) and _is_closed_then(shop, clause) for clause in stated(said)):
        return True
    if None in days.values() and _ALWAYS.search(said) and not denied and not re.match(r"\W*i\b", said):
        return True
    if not _OPEN.search(said) or re.search(r"\b(?:not|no|closed|or)\b", said):
        return False
    return any(_is_outside(shop, *clock) for clock in _HOUR.findall(said))


_HOUR_IN_WORDS = lazy(rf"\b(las?|at|until|till?|to|from|by) ({'|'.join(NUMBERS)})\b(?=\W|$)(?! (?:days|hours?))")
_PART_OF_DAY = lazy(
    r"(?<=\d) (?:(?:de|por) la (?:(mañana)|tarde|noche)\b|in the (?:(morning)\b|afternoon\b|evening\b)|at night\b)"
)


def _in_figures(said: str) -> str:
    """Times of day in words as figures: "a las siete de la noche" as "a las 7 pm"."""
    said = _HOUR_IN_WORDS.sub(lambda hour: f"{hour[1]} {NUMBERS[hour[2]]}", said)
    return _PART_OF_DAY.sub(lambda part: " am" if part[1] or part[2] else " pm", said)


def _is_closed_then(shop: Shop, clause: str) -> bool:
    """Whether a clause names a time with "AM" or "PM", or the last one of the day, at which no slot begins."""
    named = [
        (int(hour) % 12 + (12 if half == "p" else 0), int(minute or 0))
        for hour, minute, half in _FULL_CLOCK.findall(_UNTIL.sub("", clause))
    ]
    named += [
        (int(hour) % 12 + (12 if int(hour) < 8 else 0), int(minute or 0)) for hour, minute in _LAST.findall(clause)
    ]
    opened = [hours for hours in shop.hours if hours]
    return any(
        all((begin.hour, begin.minute) > clock or clock >= (end.hour, end.minute) for begin, end in opened)
        for clock in named
    )


def _is_outside(shop: Shop, word: str, hour: str, minute: str, half: str) -> bool:
    """Whether no day of the shop is open at a time of day."""
    if word == "a" and not half and 7 <= int(hour) <= 12:
        half = "a"
    half = half or ("a" if word in ("open", "opens", "from", "desde") and int(hour) > 6 else "p")
    clock = (int(hour) % 12 + (12 if half == "p" else 0), int(minute or 0))
    opened = [hours for hours in shop.hours if hours]
    if word.startswith(("close", "cerramos", "cierra")):
        return all((end.hour, end.minute) != clock for _begin, end in opened)
    return all((begin.hour, begin.minute) > clock or clock > (end.hour, end.minute) for begin, end in opened)


# --- place --------------------------------------------------------------------------------------------------

_PLACE = lazy(
    rf"(?<!\$)\b\d{{2,5}} (?:[nsew]\.? )?(?:[a-z]+ ){{1,3}}(?:street|st|avenue|ave|road|rd|boulevard|blvd|drive|dr|lane"
    r"|ln|way|highway|hwy|parkway|pkwy|court|ct|plaza|suite)\b|\b(?:located|find us|our address is|come find us"
    rf"|(?:we|shop) (?:are|is)) (?:right )?(?:on(?! (?:{DAY}|break))|at|near|next to|by|inside|behind|across|off)\b"
    r"(?! (?:the (?:bench|shop|moment)|work|your|this|capacity|least))"
    r"|\b(?:next to the|next door|across from|behind the|corner of|beside|al lado de|frente a|estamos en"
    r"|nos encontramos en)\b(?! (?:camera|button|jacksonville|phone|screen|port))|\b(?:boulevard|blvd|plaza|mall)\b"
    r"|\bring (?:the|our) (?:door)?bell\b|\b(?:take|at) exit \d|\bturn (?:left|right)\b(?! (?:off|on))|\b(?:side"
    r"|back|front|blue|red) (?:door|entrance)\b"
    r"|\b(?:our|the) (?:store|shop|location|place) is in (?!jacksonville|town\b|the middle)|\bdowntown(?! jacksonville)"
    r"|\bour sign\b|\bminutes from (?:the|downtown)\b|\b(?:first|second|third|ground) floor\b(?<!the third floor)"
)


# --- facts that nobody gave ---------------------------------------------------------------------------------

# What this shop has not, as far as LINDA knows; she may say that it is not, or ask.
_GOODS = lazy(
    r"\b"
    + any_of(
        r"""deposits?, depósitos?, anticipo, adelanto, driver, chofer, klarna, affirm, afterpay, payments, refund\w*
        loaners?, same-day, same day, prepa\w+, up ?front, in advance, credits?(?! card), priority
        waitlist, waiting list, financing, installments, payment plan, invoice, receipt, card on file, link
        (?:second|other|another|two|three) locations?, branch, (?:gift cards?|tarjetas? de regalo)
        walk-?ins? (?:are )?welcome
        ticket
        case number
        reference number \w*\d, emailed, e-?mail, calendar invite, guarantee[ds]?(?!.*\bdays?\b), mail-?ins?, mail it
        ship(?:s|ping|ped)?, pick-?up service, drop-?off box, trade-?ins?, refurbish\w*, jailbreak\w*, data recovery
        (?:stays?|remains?|is|still|be|makes? it|it) water-?(?:proof|resistant|tight)
        (?:piezas|partes|pantallas) originales
        inbox, (?:is|are) (?:\w+ ){0,2}on (?:the|his|our) bench
        rewards?, subscription, whatsapp, instagram, facebook, app
        \d+ (?:[\w-]+ )?reviews, our reviews, (?:five|5)[- ]stars?, rated, award\w*, in business, certified
        certificates?, authorized, licensed, insured, bonded, bbb
        genuine, original(?: \w+)? (?:parts?|screens?|batter\w+|quality|glass), oem, aftermarket, third-party parts
        (?:straight )?from (?:apple|samsung), \w+-certified, grace period, in stock
        en existencia, on the shelf, técnicos, café, coffee, lounge, sala de espera, gift certificates?, drop box
        night drop
        grade, a\+
        years of experience, since (?:19|20)\d\d, family[- ]owned, best in, cheapest in,  lowest price, master
        experts?
        technicians, apprentice, staff, second (?:tech|guy|technician), our (?:crew|team|techs), no fix no fee
        (?:my|our|the) (?:manager|supervisor|boss|coworker|colleague|receptionist)\b(?! (?:or|and))
        ask for (?!owner|it|a |an |the )\w+
        expires?, ends (?:today|tomorrow|soon|tonight|\w+day), limited time, while supplies last
        (?:\d+|\w+) miles(?! an hour), nationwide
        statewide, anywhere in, all of (?:jacksonville|florida|duval)
        (?:send|text|give|tell) me your (?:\w+ )?(?:passcode|password|card|pin|ssn|apple id)
        safe to (?:keep|charge|use|open|sleep|plug), (?:fine|ok|okay|good) to keep (?:charging|using), recorded
        encrypted
        there (?:is|are) .*\b(?:at the shop|in the shop|outside|nearby|on site|in front|in back), envíe su tarjeta
        overnight, in no time, while you wait, within the hour, rush, express, seguro lo, envío, financiamiento"""
    )
    + r"(?!\w)"
)
# What nobody told LINDA either way: that it is not so is as much made up.
_UNTOLD = lazy(
    r"\b"
    + any_of(
        r"""cash, (?<!sim )(?<!sd )(?<!gift )(?<!memory )(?<!graphics )cards?(?! (?:number|slot|tray|reader|details))
        venmo, zelle, paypal
        cash ?app, apple pay, google pay, debit
        checks(?= |[.!]?$)(?! (?:the|it|your|every|each|over|out|if|for|them|whether|in))
        crypto, bitcoin, efectivo, tarjetas?(?! de regalo), transferencia, parking, (?<!you )are welcome(?! to)
        at the counter
        wheelchair
        ramp, restroom, bathroom, lobby, wi-?fi
        waiting (?:room|area), upstairs, downstairs, building, storefront, elevator, no-?shows?, late fee
        cancel\w* fee
        tax(?:es)?, tips?(?= |[.!]?$)(?! (?:of|on)), restocking, surcharge, (?<!cheap )insurance, applecare
        deductible, asurion
        seguro paga, no appointment (?:is )?(?:needed|necessary), sin cita, not need (?:to book|an appointment)
        no need to book
        just walk in, estacionamiento, propina, impuestos?, iva"""
    )
    + r"(?!\w)"
)
_NEVER_LOST = lazy(
    r"\b(?:data|photos|pictures|contacts|apps|passcode|everything|datos|fotos)\b.*\b(?:stays?|safe|intact|untouched"
    r"|private|kept|survive[sd]?|secured?|segur[oa]s?)\b|\b(?:recovers?|restores?) (?:\w+ )?(?:data|photos|pictures)\b"
    r"|\bnothing\b.*\b(?:erased?|wiped?|deleted?|lost|touched)\b|\bnever lo(?:se|st)\b"
    r"|\b(?:not|never) (?:be )?(?:lose|lost|erased?|wiped?|deleted?|touch|look at|see)(?: any(?: of)?)?(?: your"
    r"| the)? "
    r"(?:data|photos|files|apps)\b|\b(?:data|photos|files|apps) (?:will |is |are )?(?:not|never) (?:be )?(?:lost"
    r"|erased|wiped)"
)
_COVERS = lazy(
    r"\b(?:drop|crack|water|damage|accident|void|transfer|parts|labor|extend|renew|expire|valid|still good"
    r"|still active|no matter|receipt|register|scratch|theft|stolen|lost|liquid|golpe|anulad|vigente|caíd|vencid)\w*\b"
)
_EXACT = lazy(
    r"\b(?:exactly|flat(?: rate)?|all in|all-in|out the door|tops|at most|no more than|never more than|fixed at"
    r"|maximum|regardless|no matter|guaranteed|even (?:the|a|on|for)|max(?=[.!]?$)|including tax|final price is"
    r"|exactos?)(?!\w)"
)
_HUMAN = lazy(
    r"\b(?:from|in|by) (?:your|the|that|this) (?:photo|picture|video|image)\b.*\b(?:i|it|see|is)\b|\b(?:photo"
    r"|picture|video) shows\b|\bvi su (?:foto|video)\b|^\W*(?:\w+ )?(?:this is owner(?!'s)|owner here\W*$)"
    r"|(?<!no )\bsoy (?:un[ao]? )?(?:persona|human[oa]|owner|mujer|chica)"
    r"|\bi am flesh\b|\bpersona (?:real|de verdad|de carne)\b"
    r"|\bno (?:soy|es) (?:un[ao]? )?(?:bot|robot|máquina|programa|ia"
    r"|inteligencia|computadora|contestador\w*)\b"
    r"|\b(?:le|te) (?:habla|atiende|escribe|contesta) un[ao]? (?:persona|human[oa]|chica)\b"
    r"|\b(?:no|not an?) (?:ai|bots?|robots?|machines?)\b(?= here|\W*$)"
    r"|\b(?:not automated|owner's (?:wife|husband|son|daughter|brother|sister|partner|assistant))\b(?!.*\?)"
    r"|\b(?:only|just|a|real|live) (?:human|person|people|woman|man) (?:here|at the|behind|typing|answering)\b"
    r"|\byou are (?:talking|texting|chatting|speaking|dealing) (?:to|with) an? (?:real |live |actual )?(?:human|person"
    r"|woman|man)\b|^\W*(?:just |only |100% |fully )*(?:a )?(?:real |living )?human\b|\bi am (?:a |an |actually "
    r"|really |just |only |100% |fully |very |living |live )*"
    r"(?:real|human|person|woman|lady|girl|man|owner(?!'s)|not (?:a |an )?(?:bot|robot"
    r"|machine|computer|ai|automated|program))\b"
)
# What nobody can promise, and what only Brandon finds when he sees the phone.
_ASSURES = lazy(
    r"\b(?:definitely|guarantee[ds]?(?!.*\bdays\b)|for sure(?!,)|100 ?%|unbreakable|indestructible|i promise"
    r"|we promise|te garantizo|se l[oa] garantizo"
    r"|perfectly safe|like new|good as new|never breaks?|always works?|(?:it|that) is (?:clearly|certainly|surely"
    r"|obviously) (?:the|your))\b"
)
# "Our" things, save those that LINDA was told about.
_OURS = lazy(
    r"\b(?:our|nuestr[oa]s?) (?!(?:(?:own|available|iphone|samsung|galaxy|regular|usual|starting|street|exact|full"
    r"|whole|last|first|next|earliest|latest|only|on-?site|free|automated|business|standard|normal|basic) )*"
    + any_of(
        r"""hours?, prices?, pricing, shop, store, warranty, 90, ninety, calendar, diagnostics?, repairs?
        appointments?, slots?
        list, schedule, visits?, confirmations?, texts?, messages?, times?, owner, desk, address, diagnóstico, precios?
        horarios?, garantía, taller, tienda, citas?, protectors?, cases?, openings?
        batter(?:y|ies) (?:is|are|repairs?|starts?|from)
        screens? (?:repairs? )?(?:start|begin|is from|are from|are \$), free, question, chat, conversation, mistake
        care, system
        technician, guy, best, end, side, policy, walk-in"""
    )
    + r"\b)"
)


def _is_untold(said: str) -> bool:
    """Whether a clause states what nobody told LINDA: a service, a quality, a way to pay, the safety of data."""
    for clause in stated(said):
        untold = _UNTOLD.search(clause) and (" but " in said or not DOUBTED.search(said))
        if untold or _NEVER_LOST.search(clause) or _HUMAN.search(clause):
            return True
        if (_ASSURES.search(clause) or _OURS.search(clause)) and not NOT_HERE.search(clause):
            return True
        if _GOODS.search(clause) and not NOT_HERE.search(clause):
            return True
        if "$" in clause and _EXACT.search(clause):
            return True
    return False
