"""What people mean by their words: topics, kinds, ways and times, as they say them in each language of the pages (ADR 0029). Pure.

Used when somebody looks, never when a record is indexed: "soledad" then also finds what carries the topic `loneliness`, wherever it
was written. Literal: what is not in this table is looked for as it was typed. Never a guess about a person, and nothing is kept.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from .text import words

MOST: Final = 12
"""Things that one search asks for; more would only cost."""
_READ: Final = 60
"""Words of a query that are read at all."""


@dataclass(frozen=True, slots=True)
class Meant:
    """One thing that somebody asks for: all of `words`, as they typed them; or one of `others`; or one of the index's `codes`."""

    words: tuple[str, ...]
    others: tuple[str, ...] = ()
    codes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Understood:
    """What a query asks for: words that are only words, and what has a meaning. All of them, unless said otherwise."""

    words: tuple[str, ...] = ()
    meant: tuple[Meant, ...] = ()

    @property
    def things(self) -> int:
        """How many different things are asked for."""
        return len(self.words) + len(self.meant)


_Said = tuple[str, ...]

# Each line: codes of the index, and what people say for them in English, Spanish and Arabic. Parted by commas, for the eye.
_CODES: Final[tuple[tuple[str, str], ...]] = (
    # Topics.
    ("ogrief", "grief, grieving, grieve, mourning, bereaved, bereavement, my loss, lost my son, lost my daughter"),
    ("ogrief", "duelo, luto, pérdida, pérdidas, se me murió, se murió, murió mi madre, murió mi padre, perdí a"),
    ("ogrief", "الحزن والفقد, الحزن, حزن, الفقد, فقد, فقدان, الحداد, حداد"),
    ("ogrief oloneliness", "sad, sadness, depressed, depression, triste, tristeza, deprimida, deprimido, depresión"),
    ("ogrief oloneliness", "حزين, حزينة, اكتئاب, الاكتئاب"),
    ("oloneliness", "loneliness, lonely, alone, all alone, isolated, isolation, no friends, nobody to talk to"),
    (
        "oloneliness",
        "soledad, sola, solo, solas, solos, me siento sola, me siento solo, no tengo a nadie, aislada, aislado",
    ),
    ("oloneliness", "الوحدة, وحدة, وحيد, وحيدة, العزلة, عزلة"),
    (
        "opanic",
        "panic and fear, panic, panic attack, panic attacks, fear, afraid, scared, frightened, anxiety, anxious",
    ),
    (
        "opanic",
        "pánico y miedo, pánico, miedo, susto, asustada, asustado, ansiedad, angustia, ataque de pánico, nervios",
    ),
    ("opanic", "الهلع والخوف, الهلع, هلع, الخوف, خوف, خائف, خائفة, قلق, القلق"),
    ("ovoices", "hearing voices, hear voices, voices, hearing things"),
    ("ovoices", "oír voces, oigo voces, escucho voces, escuchar voces, voces"),
    ("ovoices", "سماع أصوات, أسمع أصواتا, أصوات"),
    (
        "oselfharm",
        "hurting oneself, hurting myself, hurt myself, harm myself, harming myself, self harm, selfharm, self injury",
    ),
    ("oselfharm", "cutting myself, cut myself, cutting, hacerse daño, hacerme daño, me hago daño, cortarme, me corto"),
    ("oselfharm", "autolesión, autolesiones, autolesionarme, إيذاء النفس, أؤذي نفسي, إيذاء نفسي"),
    ("owantingtodie", "wanting to die, want to die, wants to die, wanted to die, want die, wanna die, wish i was dead"),
    (
        "owantingtodie",
        "suicidal, suicide, kill myself, killing myself, end my life, ending my life, end it all, better off dead",
    ),
    (
        "owantingtodie",
        "don t want to live, dont want to live, do not want to live, not want to live, no reason to live, rather be dead",
    ),
    (
        "owantingtodie",
        "don t want to be here, don t want to wake up, don t want to be alive, want to be dead, take my life",
    ),
    (
        "owantingtodie",
        "querer morir, quiero morir, quiero morirme, quisiera morir, quisiera morirme, morirme, ganas de morir",
    ),
    (
        "owantingtodie",
        "ganas de morirme, ganas de vivir, suicidio, suicida, suicidarme, suicidarse, matarme, quitarme la vida",
    ),
    (
        "owantingtodie",
        "no quiero vivir, no quiero seguir viviendo, no quiero seguir, no querer vivir, no quiero estar aquí",
    ),
    (
        "owantingtodie",
        "acabar con todo, acabar con mi vida, terminar con mi vida, estar muerta, estar muerto, mejor muerta, mejor muerto",
    ),
    ("owantingtodie", "الرغبة في الموت, أريد أن أموت, أريد الموت, الموت, انتحار, الانتحار, أقتل نفسي, لا أريد أن أعيش"),
    (
        "oleavinghospital",
        "coming out of hospital, out of hospital, leaving hospital, after hospital, hospital, psychiatric ward, ward",
    ),
    (
        "oleavinghospital",
        "salir del hospital, salgo del hospital, hospital, ingreso, ingresada, ingresado, psiquiátrico, planta de psiquiatría",
    ),
    ("oleavinghospital", "الخروج من المستشفى, المستشفى, مستشفى"),
    (
        "omedicines",
        "medicines and stopping them, medicines, medicine, medication, medications, meds, pills, tablets, antidepressants",
    ),
    (
        "omedicines",
        "coming off pills, coming off meds, medicinas y cómo dejarlas, medicinas, medicina, medicamentos, medicamento",
    ),
    ("omedicines", "medicación, pastillas, pastilla, antidepresivos, dejar las pastillas, dejar la medicación"),
    ("omedicines", "الأدوية والتوقف عنها, الأدوية, أدوية, دواء, الدواء, حبوب"),
    (
        "oviolence",
        "violence at home, violence, domestic violence, abuse, abused, abusive, hits me, beats me, he hits me",
    ),
    (
        "oviolence",
        "violencia en casa, violencia, violencia machista, violencia de género, maltrato, malos tratos, me pega, abusos",
    ),
    ("oviolence", "العنف في البيت, العنف, عنف, يضربني"),
    (
        "oparenting",
        "being a parent, parent, parents, parenting, mother, mothers, father, fathers, my child, my children, my kids, baby",
    ),
    ("oparenting", "ser madre o padre, ser madre, ser padre, crianza, mi hija, mi hijo, mis hijos, mis hijas, bebé"),
    ("oparenting", "الأمومة والأبوة, الأمومة, الأبوة, أطفالي"),
    ("omoney", "money and rent, money, rent, debt, debts, bills, poor, broke, cannot pay, can t pay, eviction"),
    (
        "omoney",
        "dinero y alquiler, dinero, alquiler, deuda, deudas, facturas, desahucio, no puedo pagar, no llego a fin de mes",
    ),
    ("omoney", "المال والإيجار, المال, مال, الإيجار, إيجار, ديون"),
    (
        "owork",
        "work, job, jobs, my boss, unemployed, unemployment, burnout, trabajo, empleo, curro, paro, desempleo, sin trabajo",
    ),
    ("owork", "العمل, عمل, شغل, البطالة"),
    (
        "obeingnew",
        "being new here, new here, just moved, just arrived, migrant, migrants, refugee, refugees, far from home",
    ),
    (
        "obeingnew",
        "acabar de llegar, acabo de llegar, recién llegada, recién llegado, migrante, migrantes, refugiada, refugiado, migrar",
    ),
    ("obeingnew", "القدوم حديثاً إلى هنا, جديد هنا, جديدة هنا, لاجئ, لاجئة, مهاجر, مهاجرة"),
    ("oprison", "prison and after, prison, jail, inside prison, cárcel y después, cárcel, prisión, presa, preso"),
    ("oprison", "السجن وما بعده, السجن, سجن"),
    ("odrugs", "alcohol and drugs, alcohol, drugs, drug, drinking, drunk, sober, addiction, addicted"),
    ("odrugs", "alcohol y drogas, drogas, droga, beber, bebo, borrachera, adicción, adicta, adicto, sobria, sobrio"),
    ("odrugs", "الكحول والمخدرات, الكحول, كحول, المخدرات, مخدرات, إدمان, الإدمان"),
    (
        "ogender",
        "gender, trans, transgender, transition, non binary, nonbinary, género, transgénero, transexual, no binaria, no binario",
    ),
    ("ogender", "النوع الاجتماعي, العابرون, العابرات"),
    ("oracism", "racism, racist, racismo, racista, العنصرية, عنصرية"),
    ("oillness", "long illness and pain, illness, ill, sick, chronic, chronic pain, pain, cancer"),
    ("oillness", "enfermedad larga y dolor, enfermedad, enferma, enfermo, dolor, dolores, crónica, crónico, cáncer"),
    ("oillness", "مرض وألم طويلان, مرض, المرض, ألم, الألم"),
    ("osomethingelse", "something else, otra cosa, شيء آخر"),
    # Kinds.
    (
        "tlistening",
        "someone to listen, someone who listens, somebody to listen, listen, listens, listening, listener, to be heard",
    ),
    ("tlistening", "someone to talk to, somebody to talk to, someone to talk with, talk to someone, talk, talking"),
    (
        "tlistening",
        "alguien que escucha, alguien que escuche, alguien que me escuche, que me escuchen, escucha, escuchar, escuche",
    ),
    ("tlistening", "alguien con quien hablar, hablar con alguien, hablar, desahogarme, conversar"),
    ("tlistening", "من يستمع, يستمع, استماع, الاستماع, شخص يسمعني, أتكلم مع أحد"),
    (
        "tcircle",
        "support circle, support group, circle, circles, group, groups, círculo de apoyo, grupo de apoyo, círculo",
    ),
    ("tcircle", "círculos, grupo, grupos, حلقة دعم, حلقة, مجموعة دعم, مجموعة"),
    (
        "tcompany",
        "company on the way, company, come with me, go with me, somebody to come with me, accompany, accompaniment",
    ),
    ("tcompany", "compañía en el camino, compañía, acompañar, acompañamiento, acompañe, que me acompañen, ir conmigo"),
    ("tcompany", "مرافقة في الطريق, مرافقة, يرافقني"),
    ("tpractical", "practical help, practical, help at home, ayuda práctica, ayuda en casa, مساعدة عملية, مساعدة"),
    (
        "tskill",
        "sharing a skill, skill, skills, learn, workshop, compartir un saber, aprender, taller, مشاركة مهارة, مهارة",
    ),
    ("tguide", "guide, guides, guía, guías, مرشد, دليل"),
    ("tspace", "a space to be, space to be, a place to be, safe place, somewhere to go, a bed, un lugar donde estar"),
    ("tspace", "lugar donde estar, lugar seguro, un sitio donde estar, مكان للراحة والبقاء, مكان آمن"),
    ("tfund", "solidarity fund, fund, funds, fondo solidario, fondo, hucha, صندوق تضامن, صندوق"),
    (
        "tpractitioner",
        "licensed practitioner, practitioner, therapist, therapy, psychologist, psychiatrist, counsellor, counselor",
    ),
    ("tpractitioner", "profesional con licencia, profesional, terapeuta, terapia, psicóloga, psicólogo, psiquiatra"),
    ("tpractitioner", "مختص مرخّص, مختص, معالج, طبيب نفسي"),
    ("taction", "acting together, action, campaign, protest, actuar en común, protesta, campaña, عمل مشترك"),
    # Ways.
    ("minperson", "in person, face to face, en persona, cara a cara, وجهاً لوجه"),
    ("mphone", "by phone, on the phone, phone, telephone, phone call, por teléfono, teléfono, llamada, بالهاتف, هاتف"),
    ("mvideo", "by video, video, video call, por vídeo, vídeo, videollamada, بالفيديو, فيديو"),
    (
        "mtext",
        "by text message, by text, text message, text messages, texting, por mensajes, mensajes, mensaje, whatsapp",
    ),
    ("mtext", "بالرسائل النصية, رسائل نصية"),
    ("mletter", "by letter, por carta, by post, por correo, بالرسائل الورقية"),
    # Times, from the hours that a listing gives.
    ("hmornings", "mornings, in the morning, in the mornings, por la mañana, por las mañanas, mañanas, صباحا, الصباح"),
    ("hafternoons", "afternoons, in the afternoon, in the afternoons, afternoon, بعد الظهر"),
    ("hafternoons hevenings", "por la tarde, por las tardes, tardes, tarde"),
    ("hevenings", "evenings, evening, in the evening, in the evenings, after work, al anochecer, مساء, المساء, مساءً"),
    ("hnights", "nights, night, at night, by night, tonight, late at night, small hours, middle of the night"),
    (
        "hnights",
        "por la noche, por las noches, de noche, noche, noches, esta noche, madrugada, de madrugada, ليلا, الليل",
    ),
    ("hweekends", "weekends, weekend, at the weekend, en fin de semana, fin de semana, fines de semana, نهاية الأسبوع"),
)
# Without a code of their own: each finds the others' words, and what the codes before the colon carry.
_ALIKE: Final[tuple[tuple[str, str], ...]] = (
    (
        "hnights",
        (
            "sleep, can t sleep, cant sleep, cannot sleep, can not sleep, sleeping, sleepless, not sleeping, insomnia,"
            " no puedo dormir, no poder dormir, no duermo, dormir, insomnio, desvelada, desvelado,"
            " أرق, الأرق, لا أستطيع النوم, لا أنام"
        ),
    ),
    ("", "walk, walking, walks, pasear, paseo, paseos, caminar, مشي, المشي"),
    ("mletter", "letter, letters, carta, cartas, رسالة, رسائل"),
    ("", "office, offices, oficina, oficinas, دائرة, الدوائر"),
    ("", "form, forms, paperwork, papeleo, formulario, formularios, trámites"),
    ("", "lift, lifts, transport, transporte, transportation"),
    ("", "job centre, benefits, ayudas, subsidio, paro"),
    ("", "food, meal, meals, comida, comidas, طعام"),
    ("", "asylum, papers, papeles, asilo, extranjería"),
)

STOP_WORDS: Final = frozenset(
    words(
        "a an the of to in on at for from by with and or as is am are was be been being it its this that these those there here"
        " i me my mine we us our you your he she they them who whom which what when where how so too very just some any"
        " someone somebody anyone anybody s t m d ll re ve can could would will do does did have has had get more anymore longer"
        " el la los las lo un una unos unas de del al en por para con y e o u que quien quienes cual es son soy eres estoy esta"
        " estas estoy estar era he ha han ya me mi mis te tu tus se su sus nos nuestro nuestra le les yo ella ellos ellas"
        " este esto eso ese esa esos esas algo alguien alguna alguno muy mas como cuando donde a ante desde hasta hay"
        " من في على عن إلى مع أن أو و هو هي هذا هذه أنا شخص أحد ما لي"
    )
)
"""Words that say nothing by themselves. Left out where others remain."""
_WISHES: Final = frozenset(
    words(
        "want wants need needs needed like look looking search searching find help please feel feeling"
        " quiero queria quisiera necesito busco buscando buscar encontrar ayuda siento sentir favor"
        " أريد أحتاج أبحث"
    )
)
"""Said in front of what is looked for."""
_LEFT_OUT: Final = STOP_WORDS | _WISHES


def _phrases(text: str) -> Iterator[_Said]:
    for phrase in text.replace("،", ",").split(","):
        if said := tuple(words(phrase)):
            yield said


def _table() -> dict[_Said, tuple[tuple[str, ...], tuple[str, ...]]]:
    """What is said → (other words for it, codes)."""
    made: dict[_Said, tuple[tuple[str, ...], tuple[str, ...]]] = {}
    for codes, text in _CODES:
        for said in _phrases(text):
            others, before = made.get(said, ((), ()))
            made[said] = others, tuple(dict.fromkeys((*before, *codes.split())))
    for codes, text in _ALIKE:
        alike = list(_phrases(text))
        single = tuple(said[0] for said in alike if len(said) == 1)
        for said in alike:
            others, before = made.get(said, ((), ()))
            made[said] = (
                tuple(dict.fromkeys((*others, *single))),
                tuple(dict.fromkeys((*before, *codes.split()))),
            )
    return made


_TABLE: Final = _table()
_LONGEST: Final = max(map(len, _TABLE))
DYING: Final = frozenset(("owantingtodie", "oselfharm"))


def understood(text: str) -> Understood:
    """What `text` asks for, at most `MOST` things. Longer phrases before their words; each word belongs to one thing."""
    read: list[str | Meant] = list(words(text)[:_READ])
    read = _meanings(read)
    read = _meanings(_without(read, STOP_WORDS))
    read = list(dict.fromkeys(_without(read, _LEFT_OUT)))[:MOST]
    return Understood(
        tuple(one for one in read if isinstance(one, str)), tuple(one for one in read if isinstance(one, Meant))
    )


def is_about_dying(text: str) -> bool:
    """Whether these are words of wanting to die, or of hurting oneself."""
    return any(DYING & set(one.codes) for one in understood(text).meant)


def telling(several: Sequence[str]) -> list[str]:
    """The words that say something; all of them, where none does."""
    return [word for word in several if word not in STOP_WORDS] or list(several)


def _without(read: list[str | Meant], left_out: frozenset[str]) -> list[str | Meant]:
    return [one for one in read if one not in left_out] or read


def _meanings(read: list[str | Meant]) -> list[str | Meant]:
    made: list[str | Meant] = []
    place = 0
    while place < len(read):
        length, meant = _longest_at(read, place)
        made.append(meant)
        place += length
    return made


def _longest_at(read: list[str | Meant], place: int) -> tuple[int, str | Meant]:
    """(how many words, what they mean together), from `place` on."""
    for length in range(min(_LONGEST, len(read) - place), 0, -1):
        said = tuple(one for one in read[place : place + length] if isinstance(one, str))
        if len(said) == length and (known := _TABLE.get(said)):
            return length, Meant(tuple(telling(said)), *known)
    return 1, read[place]
