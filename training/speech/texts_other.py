"""A few pangrams and everyday sentences in other languages, for breadth of sounds."""

SENTENCES = {
    "de": [
        "Zwölf Boxkämpfer jagen Viktor quer über den großen Sylter Deich.",
        "Guten Morgen, wie geht es Ihnen heute?",
        "Die Bundesregierung plant neue Maßnahmen für bessere Schulen.",
        "Mein Bruder möchte am Wochenende Pflaumenkuchen backen.",
        "Über sieben Brücken musst du gehen, überall blühen Blumen.",
    ],
    "fr": [
        "Portez ce vieux whisky au juge blond qui fume.",
        "Bonjour, je m'appelle Béatrice et j'habite à Bordeaux.",
        "Un bon vin blanc parfume bien la blanquette de veau.",
        "Nous avons bu du jus de pomme avant de monter au port.",
        "Il faut que vous sachiez combien cette ville me plaît.",
    ],
    "es": [
        "El veloz murciélago hindú comía feliz cardillo y kiwi.",
        "Buenos días, me gustaría un café con leche, por favor.",
        "Mi hermana pequeña vive en un pueblo de Valencia.",
        "El gobierno aprobó ayer un nuevo presupuesto.",
        "La paloma blanca bebe agua.",
    ],
    "it": [
        "Ma la volpe, col suo balzo, ha raggiunto il quieto Fido.",
        "Buongiorno, vorrei prenotare un tavolo per quattro persone.",
        "Mia mamma prepara sempre la pasta al pomodoro.",
        "Questa mattina piove, prendi l'ombrello!",
    ],
    "ru": [
        "Съешь же ещё этих мягких французских булок, да выпей чаю.",
        "Доброе утро, меня зовут Пётр, я живу в Москве.",
        "Мама мыла раму, а папа ловил рыбу.",
        "Большой белый пароход плывёт по морю.",
    ],
    "tr": [
        "Pijamalı hasta yağız şoföre çabucak güvendi.",
        "Merhaba, bugün hava çok güzel, birlikte yürüyelim mi?",
        "Büyük babam köyde buğday ve üzüm yetiştiriyor.",
    ],
    "fa": [
        "سلام، حال شما چطور است؟",
        "امروز هوا خوب و آفتابی است.",
        "من دوست دارم کتاب بخوانم و با مردم صحبت کنم.",
    ],
    "pl": [
        "Pchnąć w tę łódź jeża lub ośm skrzyń fig.",
        "Dzień dobry, mam na imię Paweł i mieszkam w Poznaniu.",
        "Moja mama piecze pyszne bułki.",
    ],
    "pt": [
        "Um pequeno jabuti xereta viu dez cegonhas felizes.",
        "Bom dia, meu nome é Bruno e moro em Lisboa.",
        "A pomba branca bebe água fresca.",
    ],
    "hi": [
        "मेरा नाम मोहन है और मैं बाज़ार जा रहा हूँ।",
        "आप कैसे हैं? आज मौसम बहुत अच्छा है।",
        "बच्चे पार्क में फुटबॉल खेल रहे हैं।",
    ],
    "sw": [
        "Habari za asubuhi, mama yangu anapika chakula kizuri.",
        "Watoto wanapenda kucheza mpira shuleni.",
    ],
    "nl": [
        "Pa's wijze lynx bezag vroom het fikse aquaduct.",
        "Goedemorgen, mijn buurman bouwt een boot met zijn broer.",
    ],
}
"""Sentences per espeak-ng language."""
