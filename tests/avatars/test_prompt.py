"""Prompts in English and Arabic: what is understood, what is left out and said so, what is refused."""

import json
from dataclasses import fields
from pathlib import Path

import pytest
import yaml

import lipsync_avatars.prompt as prompt_package
from lipsync_avatars.prompt import HolyPersonError, RealPersonError, understand
from lipsync_avatars.prompt.known import find
from lipsync_avatars.prompt.lexicon import CONCEPTS
from lipsync_avatars.prompt.tokens import tokenise, vocabulary
from lipsync_avatars.traits import Traits
from lipsync_utils.errors import InputError

EXAMPLES = json.loads((Path(__file__).parent / "prompts.json").read_text(encoding="utf-8"))
"""The prompts that the documentation shows too."""
ORDINARY = (Path(__file__).parent / "ordinary_prompts.txt").read_text(encoding="utf-8").splitlines()
PEOPLE = Path(prompt_package.__file__).with_name("known_people.yaml")

ENGLISH = [
    (
        "woman, early 40s, hijab (navy), glasses, gentle smile, cream background",
        Traits(
            sex="female",
            age_years=42.0,
            headwear="headscarf",
            headwear_color="navy",
            glasses="rectangular",
            expression="smile",
            background="beige",
        ),
    ),
    (
        "Blue eyes. Blonde hair. Male. 30 years old.",
        Traits(sex="male", age_years=30.0, hair_color="blonde", eyes="blue"),
    ),
    (
        "a sad looking old lady in black",
        Traits(sex="female", age_years=72.0, expression="serious", garment_color="black"),
    ),
    (
        "hipster guy with a man bun, full beard, round gold glasses",
        Traits(sex="male", hair_style="tied", facial_hair="beard", glasses="round"),
    ),
    (
        "woman whose hair is red and curly and whose eyes are green",
        Traits(sex="female", hair_color="red", hair_style="curly", eyes="green"),
    ),
    (
        "light skinned black woman with straight hair",
        Traits(sex="female", skin="light", origin="african", hair_style="straight"),
    ),
    ("His skin is dark and his hair is white.", Traits(sex="male", skin="dark", hair_color="white")),
    (
        "a woman, 28, brown hair down to her shoulders, blue wall behind",
        Traits(sex="female", age_years=28.0, hair_color="brown", hair_length="medium", background="blue"),
    ),
    ("a woman with a boy's haircut", Traits(sex="female")),
    ("a thirty-something woman", Traits(sex="female", age_years=35.0)),
    ("a man aged sixty", Traits(sex="male", age_years=60.0)),
    (
        "a happy little boy with curly blond hair and a red and white striped shirt",
        Traits(
            sex="male",
            age_years=7.0,
            hair_color="blonde",
            hair_style="curly",
            expression="smile",
            garment="shirt",
            garment_color="white",
        ),
    ),
    (
        "Make me a picture of a doctor, female, around 40, brown hair, white coat",
        Traits(sex="female", age_years=40.0, hair_color="brown", garment="suit", garment_color="white"),
    ),
    (
        "tall slim Ethiopian woman with very short hair, orange dress",
        Traits(
            sex="female", origin="african", hair_length="short", build="slim", garment="vneck", garment_color="orange"
        ),
    ),
    (
        "guy in his early twenties with stubble, brown curly hair, olive green sweater",
        Traits(
            sex="male",
            age_years=22.0,
            hair_color="brown",
            hair_style="curly",
            facial_hair="stubble",
            garment="sweater",
            garment_color="green",
        ),
    ),
    (
        "an elderly Japanese gentleman with glasses, wearing a brown cardigan over a white shirt",
        Traits(
            sex="male",
            age_years=72.0,
            origin="east_asian",
            glasses="rectangular",
            garment="sweater",
            garment_color="brown",
        ),
    ),
    (
        "a strong bald man with a thick black beard and tattoos on his neck",
        Traits(sex="male", hair_length="bald", facial_hair="beard", facial_hair_color="black", build="muscular"),
    ),
    (
        "Woman from Brazil with dark skin, long curly hair and a bright smile, beach in the background",
        Traits(
            sex="female",
            origin="latin_american",
            skin="dark",
            hair_length="long",
            hair_style="curly",
            expression="smile",
        ),
    ),
    (
        "She has light skin, green eyes and straight black hair. She wears a beige sweater. The background is white.",
        Traits(
            sex="female",
            skin="light",
            hair_color="black",
            hair_style="straight",
            eyes="green",
            garment="sweater",
            garment_color="beige",
            background="white",
        ),
    ),
    (
        "male, 60s, white hair, trimmed white beard, no glasses, calm expression",
        Traits(
            sex="male",
            age_years=65.0,
            hair_color="white",
            facial_hair="beard",
            facial_hair_color="white",
            glasses="none",
            expression="neutral",
        ),
    ),
    (
        "A college student with short pink hair wearing a denim jacket",
        Traits(hair_color="pink", hair_length="short", garment="suit"),
    ),
    (
        "an overweight middle aged man, balding, red polo shirt",
        Traits(sex="male", age_years=50.0, hair_length="bald", build="heavy", garment="shirt", garment_color="red"),
    ),
    (
        "an old man with a white beard, smiling, blue shirt",
        Traits(
            sex="male",
            age_years=72.0,
            facial_hair="beard",
            facial_hair_color="white",
            expression="smile",
            garment="shirt",
            garment_color="blue",
        ),
    ),
    (
        "a woman with blue eyes and red hair in a green sweater on a grey background",
        Traits(
            sex="female", hair_color="red", eyes="blue", garment="sweater", garment_color="green", background="grey"
        ),
    ),
    ("blue-eyed, red-haired, dark-skinned man", Traits(sex="male", skin="dark", hair_color="red", eyes="blue")),
    ("a blonde girl", Traits(sex="female", age_years=10.0, hair_color="blonde")),
    ("a bald black man with glasses", Traits(sex="male", origin="african", hair_length="bald", glasses="rectangular")),
    ("a brunette woman with greying hair", Traits(sex="female", hair_color="grey")),
    (
        "long curly black hair, no beard, without glasses",
        Traits(hair_color="black", hair_length="long", hair_style="curly", facial_hair="none", glasses="none"),
    ),
    ("clean-shaven man with salt and pepper hair", Traits(sex="male", hair_color="grey", facial_hair="none")),
    ("a woman in her sixties", Traits(sex="female", age_years=65.0)),
    ("70-year-old man", Traits(sex="male", age_years=70.0)),
    ("a 9 year old boy", Traits(sex="male", age_years=9.0)),
    ("grandmother with round glasses", Traits(sex="female", age_years=72.0, glasses="round")),
    ("a teenager with a hoodie", Traits(age_years=15.0, garment="sweater")),
    ("a toddler", Traits(age_years=5.0)),
    ("Nigerian woman with an afro", Traits(sex="female", origin="african", hair_style="afro")),
    (
        "a Japanese man in a black suit with a white shirt and a red tie",
        Traits(sex="male", origin="east_asian", garment="suit", garment_color="black"),
    ),
    (
        "Moroccan woman in a green hijab",
        Traits(sex="female", origin="middle_eastern", headwear="headscarf", headwear_color="green"),
    ),
    ("someone with a headscarf", Traits(sex="female", headwear="headscarf")),
    ("a man with a buzz cut and stubble", Traits(sex="male", hair_length="buzz", facial_hair="stubble")),
    (
        "a young woman with a bob, with a cat on the shoulder, cinematic 8k",
        Traits(sex="female", age_years=25.0, hair_length="medium"),
    ),
    (
        "her hair is long and black, her eyes are green",
        Traits(sex="female", hair_color="black", hair_length="long", eyes="green"),
    ),
    ("white man, 45, serious", Traits(sex="male", age_years=45.0, origin="european", expression="serious")),
    ("a woman with white hair and eyes blue", Traits(sex="female", hair_color="white", eyes="blue")),
    ("Middle Eastern woman", Traits(sex="female", origin="middle_eastern")),
    ("Young Woman With Red Hair", Traits(sex="female", age_years=25.0, hair_color="red")),
    ("OLD MAN", Traits(sex="male", age_years=72.0)),
    ("a man in a New York Yankees cap", Traits(sex="male")),
    ("an old man named Ahmed", Traits(sex="male", age_years=72.0)),
    ("Maria, a young woman", Traits(sex="female", age_years=25.0)),
    ("a woman in red", Traits(sex="female", garment_color="red")),
    ("a man with a beard but no moustache", Traits(sex="male", facial_hair="beard")),
    (
        "a man with white hair and beard",
        Traits(sex="male", hair_color="white", facial_hair="beard", facial_hair_color="white"),
    ),
    (
        "asian woman, early thirties, brown hair in a ponytail, freckles",
        Traits(
            sex="female", age_years=32.0, origin="east_asian", hair_color="brown", hair_style="tied", freckles="yes"
        ),
    ),
    ("a 3 year old boy", Traits(sex="male", age_years=5.0)),
    ("a 100 year old woman", Traits(sex="female", age_years=95.0)),
    (
        "a chubby kid with freckles and curly red hair wearing a yellow t-shirt",
        Traits(
            age_years=9.0,
            hair_color="red",
            hair_style="curly",
            build="heavy",
            freckles="yes",
            garment="tshirt",
            garment_color="yellow",
        ),
    ),
    (
        "slim 30 year old Indian woman, black hair tied back, purple v-neck sweater, beige background",
        Traits(
            sex="female",
            age_years=30.0,
            origin="south_asian",
            hair_color="black",
            hair_style="tied",
            build="slim",
            garment="vneck",
            garment_color="purple",
            background="beige",
        ),
    ),
    ("muscular man with a moustache and a goatee", Traits(sex="male", facial_hair="goatee", build="muscular")),
    (
        "athletic Brazilian man, tanned skin, short wavy brown hair, hazel eyes, white t-shirt, teal background",
        Traits(
            sex="male",
            origin="latin_american",
            skin="tan",
            hair_color="brown",
            hair_length="short",
            hair_style="wavy",
            eyes="hazel",
            build="muscular",
            garment="tshirt",
            garment_color="white",
            background="teal",
        ),
    ),
    (
        "man, 50, heavy build, grey stubble, rectangular glasses, navy suit",
        Traits(
            sex="male",
            age_years=50.0,
            facial_hair="stubble",
            facial_hair_color="grey",
            build="heavy",
            glasses="rectangular",
            garment="suit",
            garment_color="navy",
        ),
    ),
    (
        "an elderly woman with short straight white hair, pale skin and grey eyes, serious",
        Traits(
            sex="female",
            age_years=72.0,
            skin="very_light",
            hair_color="white",
            hair_length="short",
            hair_style="straight",
            eyes="grey",
            expression="serious",
        ),
    ),
    (
        "a man with a shaved head and a long black beard",
        Traits(sex="male", hair_length="bald", facial_hair="long_beard", facial_hair_color="black"),
    ),
    ("a bald man with long hair", Traits(sex="male", hair_length="long")),
    (
        "a Chinese teenage girl with pink hair, not smiling",
        Traits(sex="female", age_years=15.0, origin="east_asian", hair_color="pink", expression="neutral"),
    ),
    (
        "a 40-year-old woman, not wearing glasses, no freckles",
        Traits(sex="female", age_years=40.0, glasses="none", freckles="no"),
    ),
    (
        "woman with light brown skin, dark brown eyes, amber necklace",
        Traits(sex="female", skin="tan", eyes="dark_brown"),
    ),
    ("a man with neither beard nor glasses", Traits(sex="male", facial_hair="none", glasses="none")),
    ("a man without a beard or glasses", Traits(sex="male", facial_hair="none", glasses="none")),
    (
        "young man with medium-length blonde hair, neutral expression, black and white photo",
        Traits(sex="male", age_years=25.0, hair_color="blonde", hair_length="medium", expression="neutral"),
    ),
    ("SMILING OLD WOMAN WITH GLASSES", Traits(sex="female", age_years=72.0, glasses="rectangular", expression="smile")),
    ("a tall dark handsome man", Traits(sex="male", skin="dark")),
    (
        "woman in her mid-40s, no hijab, orange cardigan",
        Traits(sex="female", age_years=45.0, headwear="none", garment="sweater", garment_color="orange"),
    ),
    ("he has blue eyes and a red sweater", Traits(sex="male", eyes="blue", garment="sweater", garment_color="red")),
    ("a woman with green hair, olive skin", Traits(sex="female", skin="olive", hair_color="green")),
    (
        "person with average build, dark skin, short afro",
        Traits(build="average", skin="dark", hair_length="short", hair_style="afro"),
    ),
    ("a man wearing a white shirt under a brown jacket", Traits(sex="male", garment="suit", garment_color="brown")),
    ("her eyes are amber, she is smiling", Traits(sex="female", eyes="amber", expression="smile")),
]
ARABIC = [
    (
        "امرأة سمراء البشرة شعرها قصير جدا ومجعد، ترتدي أقراطا ذهبية",
        Traits(sex="female", skin="brown", hair_length="short", hair_style="curly"),
    ),
    (
        "رجل شعره شائب وشاربه أسود",
        Traits(sex="male", hair_color="grey", facial_hair="moustache", facial_hair_color="black"),
    ),
    (
        "سيدة خمسينية ترتدي عباءة سوداء وحجابا أسود ونظارة طبية",
        Traits(
            sex="female",
            age_years=55.0,
            garment="vneck",
            garment_color="black",
            headwear="headscarf",
            headwear_color="black",
            glasses="rectangular",
        ),
    ),
    ("فتاة في الخامسة عشرة من عمرها", Traits(sex="female", age_years=15.0)),
    ("رجل في الخامسة والأربعين", Traits(sex="male", age_years=45.0)),
    (
        "طفلة بضفائر شقراء وعينين زرقاوين وقميص أحمر",
        Traits(
            sex="female",
            age_years=9.0,
            hair_color="blonde",
            hair_style="tied",
            eyes="blue",
            garment="shirt",
            garment_color="red",
        ),
    ),
    ("امرأة عمرها اثنتا عشرة سنة", Traits(sex="female", age_years=12.0)),
    (
        "معلمة لبنانية بشعر كستنائي متوسط الطول",
        Traits(sex="female", origin="middle_eastern", hair_color="brown", hair_length="medium"),
    ),
    (
        "شيخ كبير بلحية بيضاء طويلة وعمامة",
        Traits(sex="male", age_years=72.0, facial_hair="long_beard", facial_hair_color="white"),
    ),
    (
        "شاب حليق الذقن، عيناه خضراوان، شعره أشقر، قميصه أزرق فاتح",
        Traits(
            sex="male",
            age_years=25.0,
            hair_color="blonde",
            facial_hair="none",
            eyes="green",
            garment="shirt",
            garment_color="blue",
        ),
    ),
    (
        "امرأة هندية ببشرة داكنة وشعر أسود طويل مربوط",
        Traits(
            sex="female", origin="south_asian", skin="dark", hair_color="black", hair_length="long", hair_style="tied"
        ),
    ),
    (
        "رجل في أواخر الستينات بوجه جاد ولحية رمادية قصيرة",
        Traits(sex="male", age_years=68.0, facial_hair="beard", facial_hair_color="grey", expression="serious"),
    ),
    (
        "أريد صورة رجل مغربي عمره ٣٥ عاما، عيون بنية، بدون لحية",
        Traits(sex="male", age_years=35.0, origin="middle_eastern", facial_hair="none", eyes="brown"),
    ),
    (
        "شابة صينية بشعر أسود أملس وقميص أحمر وخلفية بيضاء",
        Traits(
            sex="female",
            age_years=25.0,
            origin="east_asian",
            hair_color="black",
            hair_style="straight",
            garment="shirt",
            garment_color="red",
            background="white",
        ),
    ),
    (
        "رجل عضلي ذو بشرة سوداء ورأس محلوق وتيشيرت أخضر",
        Traits(sex="male", skin="dark", hair_length="bald", build="muscular", garment="tshirt", garment_color="green"),
    ),
    (
        "سيدة أنيقة شقراء الشعر بعيون رمادية ومعطف كحلي",
        Traits(sex="female", hair_color="blonde", eyes="grey", garment="suit", garment_color="navy"),
    ),
    (
        "ولد إفريقي ضاحك يلبس قميصا برتقاليا",
        Traits(
            sex="male", age_years=10.0, origin="african", expression="smile", garment="shirt", garment_color="orange"
        ),
    ),
    (
        "رجل عجوز بلحية بيضاء يبتسم ويرتدي قميصا أزرق",
        Traits(
            sex="male",
            age_years=72.0,
            facial_hair="beard",
            facial_hair_color="white",
            expression="smile",
            garment="shirt",
            garment_color="blue",
        ),
    ),
    ("امرأة شابة ترتدي حجابا أخضر", Traits(sex="female", age_years=25.0, headwear="headscarf", headwear_color="green")),
    ("طفل عمره تسع سنوات", Traits(sex="male", age_years=9.0)),
    (
        "فتاة ذات شعر بني طويل وعيون خضراء",
        Traits(sex="female", age_years=20.0, hair_color="brown", hair_length="long", eyes="green"),
    ),
    ("رجل أصلع ذو نظارات", Traits(sex="male", hair_length="bald", glasses="rectangular")),
    ("عجوز", Traits(age_years=72.0)),
    ("سيدة مسنّة بشعر رمادي قصير", Traits(sex="female", age_years=72.0, hair_color="grey", hair_length="short")),
    ("امرأة على خلفية رمادية", Traits(sex="female", background="grey")),
    ("رجل بدون نظارة", Traits(sex="male", glasses="none")),
    ("فتاة بشرة سمراء", Traits(sex="female", age_years=20.0, skin="brown")),
    ("رجل ذو ملامح إفريقية", Traits(sex="male", origin="african")),
    ("شخص عينان زرقاوان", Traits(eyes="blue")),
    ("رجل أزرق العينين وأسود الشعر", Traits(sex="male", hair_color="black", eyes="blue")),
    ("امرأة في الستينات من عمرها بعينين بنيتين", Traits(sex="female", age_years=65.0, eyes="brown")),
    ("مغربية تبتسم", Traits(sex="female", origin="middle_eastern", expression="smile")),
    (
        "شاب مصري عمره ٢٥ سنة يرتدي بدلة سوداء",
        Traits(sex="male", age_years=25.0, origin="middle_eastern", garment="suit", garment_color="black"),
    ),
    ("رجل سبعيني", Traits(sex="male", age_years=75.0)),
    (
        "سيدة في الأربعين من عمرها، عيناها عسليتان، بشرتها قمحية، ترتدي كنزة بيج",
        Traits(sex="female", age_years=40.0, skin="tan", eyes="hazel", garment="sweater", garment_color="beige"),
    ),
    (
        "رجل نحيف بشارب أسود وبدون لحية",
        Traits(sex="male", facial_hair="moustache", facial_hair_color="black", build="slim"),
    ),
    (
        "ولد بدين شعره أحمر مجعد ووجهه منمش يلبس تيشيرت أصفر",
        Traits(
            sex="male",
            age_years=10.0,
            hair_color="red",
            hair_style="curly",
            build="heavy",
            freckles="yes",
            garment="tshirt",
            garment_color="yellow",
        ),
    ),
    (
        "شاب رياضي بشعر قصير مموج وعينين خضراوين أمام خلفية تركوازية",
        Traits(
            sex="male",
            age_years=25.0,
            hair_length="short",
            hair_style="wavy",
            eyes="green",
            build="muscular",
            background="teal",
        ),
    ),
    (
        "رجل في الخمسين، لحية خفيفة رمادية، نظارة مستطيلة، بدلة كحلية",
        Traits(
            sex="male",
            age_years=50.0,
            facial_hair="stubble",
            facial_hair_color="grey",
            glasses="rectangular",
            garment="suit",
            garment_color="navy",
        ),
    ),
    (
        "عجوز تبتسم بشعر أبيض أملس وبشرة شاحبة",
        Traits(
            sex="female",
            age_years=72.0,
            skin="very_light",
            hair_color="white",
            hair_style="straight",
            expression="smile",
        ),
    ),
    (
        "رجل حليق الرأس بلحية سوداء طويلة",
        Traits(sex="male", hair_length="bald", facial_hair="long_beard", facial_hair_color="black"),
    ),
    (
        "مراهقة صينية بشعر وردي لا تبتسم",
        Traits(sex="female", age_years=15.0, origin="east_asian", hair_color="pink", expression="neutral"),
    ),
    ("امرأة بدون حجاب ولا نظارة", Traits(sex="female", headwear="none", glasses="none")),
    ("فتاة شقراء زرقاء العينين", Traits(sex="female", age_years=20.0, hair_color="blonde", eyes="blue")),
    ("رجل هندي أسمر ذو ملامح جادة", Traits(sex="male", origin="south_asian", skin="brown", expression="serious")),
    ("امرأة ترتدي الأحمر", Traits(sex="female", garment_color="red")),
    ("رضيع", Traits(sex="male", age_years=5.0)),
    ("رَجُلٌ عَجُوزٌ بِلِحْيَةٍ بَيْضَاءَ", Traits(sex="male", age_years=72.0, facial_hair="beard", facial_hair_color="white")),
    ("رجـــل بنظّارات مستديرة", Traits(sex="male", glasses="round")),
    ("امراه شعرها اسود و عيونها بنيه", Traits(sex="female", hair_color="black", eyes="brown")),
    ("طبيبة محجبة مبتسمة", Traits(sex="female", headwear="headscarf", expression="smile")),
    ("رجل عمره خمس وأربعون سنة", Traits(sex="male", age_years=45.0)),
    ("شعر ولحية بيضاء", Traits(sex="male", hair_color="white", facial_hair="beard", facial_hair_color="white")),
    ("رجل مع قطة على كتفه", Traits(sex="male")),
]


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example["prompt"])
def test_examples_of_the_documentation(example):
    assert understand(example["prompt"]).traits == Traits(**example["traits"])


def test_examples_cover_every_trait():
    assert {trait for example in EXAMPLES for trait in example["traits"]} == {item.name for item in fields(Traits)}


@pytest.mark.parametrize(("prompt", "traits"), ENGLISH)
def test_english(prompt, traits):
    understood = understand(prompt)
    assert understood.traits == traits
    assert understood.language == "en"


@pytest.mark.parametrize(("prompt", "traits"), ARABIC)
def test_arabic(prompt, traits):
    understood = understand(prompt)
    assert understood.traits == traits
    assert understood.language == "ar"


def test_spelling_of_arabic_does_not_matter():
    plain = understand("امرأة مسنة ذات عيون زرقاء وشعر بني").traits
    assert understand("إِمْرَأَةٌ مُسِنَّةٌ ذاتُ عُيُونٍ زَرْقَاءَ وَشَعْرٍ بُنِّيّ").traits == plain
    assert understand("امراه مسنـــه ذات عيون زرقا وشعر بنى").traits == plain


@pytest.mark.parametrize(
    ("prompt", "ignored"),
    [
        ("a woman with a cat on the shoulder, cinematic 8k", ("cat on the shoulder", "cinematic 8k")),
        ("an old man with a white beard, smiling, blue shirt", ()),
        ("a bald man with long hair", ("bald",)),
        ("a man with black hair, no, blonde hair", ("black hair",)),
        ("a boy, blue eyes, actually green eyes", ("blue eyes", "actually")),
        ("a man in a black suit with a white shirt", ("white shirt",)),
        ("an old man named Ahmed", ("Ahmed",)),
        ("a woman in a red hat and blue denim", ("red hat and blue denim",)),
        ("a man with a beard but no moustache", ("no moustache",)),
        ("a woman, not young", ("not young",)),
        ("a man in a New York Yankees cap", ("New York Yankees cap",)),
        ("a smiling man 🙂", ("🙂",)),
        ("man رجل with beard", ("رجل",)),
        ("a woman with light brown skin and an amber necklace", ("amber necklace",)),
        ("her hair in a bun", ()),
        ("رجل مع قطة على كتفه", ("قطة على كتفه",)),
        ("رجل اسمه أحمد", ("أحمد",)),
        ("شيخ بلحية بيضاء وعمامة", ("عمامة",)),
    ],
)
def test_what_changes_nothing_is_told(prompt, ignored):
    assert understand(prompt).ignored == ignored


def test_found_names_the_words():
    found = {one.trait: (one.value, one.words) for one in understand("an old man with a snow-white beard").found}
    assert found == {
        "sex": ("male", "old man"),
        "age_years": (72.0, "old man"),
        "facial_hair": ("beard", "beard"),
        "facial_hair_color": ("white", "snow-white beard"),
    }


@pytest.mark.parametrize(
    ("prompt", "note"),
    [
        ("a toddler", "“toddler” is drawn as 5 years old, the youngest there is."),
        ("a 100-year-old woman", "“100-year-old” is drawn as 95 years old, the oldest there is."),
        ("a man in a hoodie", "“hoodie” cannot be drawn; the nearest is: sweater."),
    ],
)
def test_what_is_drawn_otherwise_is_told(prompt, note):
    assert understand(prompt).notes == (note,)


NAMES = [
    "Barack Obama", "a photo of Taylor Swift", "looks like Brad Pitt", "in the style of Cristiano Ronaldo's face",
    "barack obama as a teacher", "ELON MUSK WITH A BEARD", "portrait of Zinaida Petrovska", "a woman like Zendaya",
    "a man dressed as Zorro", "King Charles", "the king of Morocco", "the president of the United States",
    "Queen Rania in a green dress", "Marwan Khoury smiling", "a young man who looks like Zorblat", "the Pope",
    "an old man with a beard, Vasily Ostrovsky", "einstein with glasses", "Umm Kulthum", "a girl resembling Beyoncé",
    "فيروز", "محمد صلاح", "صورة لمحمد صلاح بلحية", "أم كلثوم", "رجل يشبه ميسي", "امرأة مثل نانسي عجرم", "الرئيس المصري",
    "رجل يشبه زكريا", "شبيه براد بيت", "وجه كريستيانو رونالدو", "الممثل عادل شوقي", "ملك المغرب",
]  # fmt: skip
NOT_NAMES = [
    "Middle Eastern woman", "Young Woman With Red Hair", "OLD MAN", "a man in a New York Yankees cap",
    "an old man named Ahmed", "Maria, a young woman", "A Young Man With Glasses And A Red Cap", "Sri Lankan Woman",
    "a man from New York with brown hair", "a woman in front of the Eiffel Tower", "African American man",
    "Spanish Teacher in a blue suit", "a Puerto Rican woman named Rosa", "PORTRAIT OF A LADY IN RED", "a Viking man",
    "Cinematic Lighting, old man", "a Scottish Highlander with red beard", "woman wearing Ray Ban glasses",
    "Dr Martinez, an old man", "a man with a Viking beard", "Smiling Woman, Green Hijab", "a woman like an Egyptian",
    "رجل اسمه أحمد", "امرأة اسمها مريم بعيون خضراء", "رجل يشبه الأسد", "شاب خالد", "امرأة بفستان فيروزي",
]  # fmt: skip


@pytest.mark.parametrize("prompt", NAMES)
def test_real_people_are_refused(prompt):
    with pytest.raises(RealPersonError, match=r"Avatars show nobody who exists\. Describe age, hair and clothes"):
        understand(prompt)


@pytest.mark.parametrize("prompt", NOT_NAMES)
def test_other_capitals_are_not(prompt):
    understand(prompt)


SPELLED = [
    "0bama", "a photo of B4rack 0bama", "o b a m a smiling", "b.a.r.a.c.k obama", "Obbama", "barackobama", "elоn muѕk",
    "Barack\u200bObama", "taylr swift", "kim kardashion", "mo7amed salah", "Abd el-Fattah Al-Sisi",
    "trump's hair on a man", "ahmed elsharaa", "أحمد الشرع", "احمد الشـــرع", "أَحْمَد الشَّرع", "عمرو ذياب",
    "ايلون ماسكك", "عبدالفتاح السيسي", "لمحمد صلاح بلحية",
    "Mohammed bin Salmaan", "muhamad bin salman", "زوكيربيرج", "man رجل obama",
]  # fmt: skip
HOLY = [
    "prophet mohamed", "the pr0phet", "Prophet Muhamad with a beard", "a man who looks like jesus", "virgin mary",
    "Imam Ali", "umar ibn al-khattab", "g0d with a white beard", "saint peter smiling", "Buddha", "النبي محمد",
    "الرسول", "سيدنا موسى", "رجل يشبه المسيح", "عمر بن الخطاب", "السيدة عائشة", "فاطمه الزهراء", "بوذا", "الله",
    "صحابي بلحية",
]  # fmt: skip
INDECENT = [
    "a teenage girl in a bra", "n u d e woman", "a nak3d man", "sexxxy woman", "a woman in l1ngerie", "topless man",
    "امرأة عاريـــة", "بنت بملابس داخلية", "امرأة في بكيني",
]  # fmt: skip
OF_CHILDREN = [
    "a 12 year old girl in a swimsuit", "a teenage boy showing his chest", "a schoolgirl with bare legs", "a hot girl",
    "a curvy teen", "a child in a bath tub", "a 25 year old teenage girl in a miniskirt", "طفلة بمايوه",
    "مراهقة بتنورة قصيرة", "فتاة عمرها ١٥ سنة بملابس سباحة",
]  # fmt: skip


@pytest.mark.parametrize("prompt", SPELLED)
def test_a_name_is_known_in_other_spellings(prompt):
    with pytest.raises(RealPersonError, match="seems to mean a real person"):
        understand(prompt)


@pytest.mark.parametrize("prompt", HOLY)
def test_who_is_holy_is_not_drawn(prompt):
    with pytest.raises(HolyPersonError, match="Prophets, their families and companions, saints and gods are not drawn"):
        understand(prompt)


@pytest.mark.parametrize("prompt", INDECENT)
def test_nobody_is_undressed_however_it_is_spelled(prompt):
    with pytest.raises(InputError, match="Avatars are dressed and show head and shoulders"):
        understand(prompt)


@pytest.mark.parametrize("prompt", OF_CHILDREN)
def test_bodies_of_the_young_are_not_described(prompt):
    with pytest.raises(InputError, match="of somebody under 18"):
        understand(prompt)


@pytest.mark.parametrize("prompt", ["a woman of thirty in a swimsuit", "a boy with a slim build", "ولد نحيف الجسم"])
def test_what_is_said_of_grown_people_or_of_the_build_stands(prompt):
    understand(prompt)


@pytest.mark.parametrize("prompt", ORDINARY)
def test_ordinary_prompts_have_nothing_that_is_refused(prompt):
    kinds = {hit.kind for hit in find(prompt)}
    assert not kinds & {"person", "holy", "undressed"}
    assert not {"minor", "not for minors"} <= kinds


def test_a_likeness_that_is_left_out_is_told():
    understood = understand("an old man who looks like zorblat")
    assert understood.ignored == ("looks like zorblat",)
    assert understood.notes == ("Nobody is drawn after “zorblat”: only what the prompt itself describes.",)
    assert understand("رجل مثل زكريا بلحية").notes == (
        "Nobody is drawn after “زكريا”: only what the prompt itself describes.",
    )


def test_the_table_of_people_is_large_and_has_no_doubles():
    people = [line for lines in yaml.safe_load(PEOPLE.read_text("utf-8")).values() for line in lines.splitlines()]
    assert len(people) > 300
    assert len(set(people)) == len(people)
    assert sum("/" in line for line in people) > 300


def test_the_refused_name_is_said():
    with pytest.raises(RealPersonError, match="“Taylor Swift” seems to mean a real person"):
        understand("a photo of Taylor Swift, smiling")


@pytest.mark.parametrize(
    ("prompt", "message"),
    [
        ("", "The prompt is empty. Describe a person, for example"),
        (" \n", "The prompt is empty"),
        ("old man " * 70, "The prompt has 560 characters; at most 500 are read. Shorten it."),
        (None, "The prompt is a NoneType; it must be text"),
        ("🙂🙂", "has no English or Arabic words"),
        ("старик", "has no English or Arabic words"),
        ("asdf qwerty", "not understood: asdf qwerty. Understood are words for sex, age, origin"),
        ("two men", "asks for several people (“men”); an avatar shows one"),
        ("a man and a woman", "asks for several people (“man and a woman”)"),
        ("a mother with her daughter", "asks for several people"),
        ("a man and two women", "asks for several people (“women”)"),
        ("a family of four", "asks for several people"),
        ("رجلان بلحية", "asks for several people"),
        ("رجل وامرأة", "asks for several people"),
        ("a red car", "is about “car”; an avatar shows one person"),
        ("a cat with green eyes", "is about “cat”"),
        ("قطة سوداء", "is about “قطة”"),
        ("mist over a white background", "Nothing in the prompt says what a person looks like"),
        ("a nude woman", "says “nude”. Avatars are dressed and show head and shoulders"),
        ("a man without a shirt", "Avatars are dressed"),
        ("امرأة عارية", "Avatars are dressed"),
    ],
)
def test_what_cannot_be_drawn(prompt, message):
    with pytest.raises(InputError) as caught:
        understand(prompt)
    assert message in str(caught.value)
    assert not isinstance(caught.value, RealPersonError)


@pytest.mark.parametrize(
    "prompt",
    ["a person", "white background", "A man!!! (with) [a] beard...", "a men's shirt", "a father of two children"],
)
def test_little_is_enough(prompt):
    understand(prompt)


@pytest.mark.parametrize("language", ["en", "ar"])
def test_the_lexicon_is_consistent(language):
    from lipsync_avatars.prompt import lexicon_ar, lexicon_en

    words = {"en": lexicon_en, "ar": lexicon_ar}[language].WORDS
    phrases = [phrase for line in words.values() for phrase in line.split(", ")]
    assert set(words) <= set(CONCEPTS)
    assert len(phrases) == len(set(phrases))
    for phrase in phrases:
        tokens = tokenise(phrase)
        assert vocabulary(language).at(tokens, 0)[0] == len(tokens), phrase
