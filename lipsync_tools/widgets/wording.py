"""Every word of the demo, in English and Arabic. A new language is one more entry in each row."""

from __future__ import annotations

from lipsync_utils.errors import InputError

LANGUAGES = {"en": "English", "ar": "العربية"}
"""Code of each language -> its own name."""

RIGHT_TO_LEFT = ("ar",)

TEXTS: dict[str, dict[str, str]] = {
    "title": {"en": "Make a face speak", "ar": "اجعل الوجه يتكلم"},
    "subtitle": {
        "en": "A face and a voice in, a talking video out, with a measured sync score.",
        "ar": "وجه وصوت يدخلان، وفيديو متكلم يخرج، ومعه قياس للتزامن.",
    },
    # the face
    "face": {"en": "Face", "ar": "الوجه"},
    "face sample": {"en": "Sample", "ar": "نموذج جاهز"},
    "face upload": {"en": "Upload", "ar": "رفع ملف"},
    "face prompt": {"en": "Describe", "ar": "وصف بالكلمات"},
    "choose picture": {"en": "Choose a picture or video", "ar": "اختر صورة أو فيديو"},
    "upload limit": {
        "en": "Up to 10 MB. For a larger file, give its path on the machine where this notebook runs:",
        "ar": "حتى 10 ميغابايت. للملف الأكبر اكتب مساره على الجهاز الذي يعمل عليه هذا الدفتر:",
    },
    "prompt hint": {
        "en": "A person who does not exist: “an old man with a white beard, smiling, blue shirt”",
        "ar": "شخص لا وجود له، مثل: «امرأة شابة ترتدي حجابا أخضر»",
    },
    "fine": {"en": "Draw it large (a minute or two longer)", "ar": "رسم كبير مفصّل (دقيقة أو دقيقتان إضافيتان)"},
    "studio ready": {
        "en": "The avatar studio is set up here; a quick portrait takes about a quarter of a minute, on a slow "
        "machine a minute.",
        "ar": "استوديو الصور مُعَدّ هنا؛ تستغرق الصورة السريعة نحو ربع دقيقة، ودقيقة على جهاز بطيء.",
    },
    "studio missing": {
        "en": "The avatar studio is not set up on this machine, so nothing can be drawn from words. It takes one "
        "command and about 3 GB: <code>lipsync avatar --setup</code>. Samples and uploads work without it.",
        "ar": "استوديو الصور غير مُعَدّ على هذا الجهاز، فلا يمكن الرسم من الكلمات. يلزم أمر واحد ونحو 3 غيغابايت: "
        "<code dir='ltr'>lipsync avatar --setup</code>. أما النماذج الجاهزة والملفات المرفوعة فتعمل من دونه.",
    },
    "sample woman": {"en": "woman", "ar": "امرأة"},
    "sample man": {"en": "man", "ar": "رجل"},
    "sample old_woman": {"en": "old woman", "ar": "امرأة مسنّة"},
    "sample old_man": {"en": "old man", "ar": "رجل مسنّ"},
    "sample child": {"en": "child", "ar": "طفلة"},
    # the voice
    "voice": {"en": "Voice", "ar": "الصوت"},
    "voice sample": {"en": "Sample", "ar": "نموذج جاهز"},
    "voice upload": {"en": "Upload", "ar": "رفع ملف"},
    "voice record": {"en": "Record", "ar": "تسجيل"},
    "voice text": {"en": "Type", "ar": "كتابة"},
    "choose sound": {"en": "Choose a recording", "ar": "اختر تسجيلا صوتيا"},
    "text hint": {
        "en": "Write in English or Arabic; it is spoken offline.",
        "ar": "اكتب بالعربية أو الإنجليزية، ويُنطق النص دون اتصال بالشبكة.",
    },
    "seconds": {"en": "Seconds from its beginning", "ar": "عدد الثواني من أوله"},
    # settings
    "settings": {"en": "How", "ar": "الطريقة"},
    "engine": {"en": "Engine", "ar": "المحرّك"},
    "engine auto": {"en": "automatic (rig)", "ar": "تلقائي (rig)"},
    "engine rig": {"en": "rig: the picture's own pixels", "ar": "rig: بكسلات الصورة نفسها"},
    "engine wav2lip": {"en": "Wav2Lip: generated mouth", "ar": "Wav2Lip: فم مولَّد"},
    "wav2lip missing": {
        "en": "Wav2Lip's weights (research use only) are not on this machine; notebook 04 says how to get them.",
        "ar": "أوزان Wav2Lip (للبحث فقط) ليست على هذا الجهاز؛ يشرح الدفتر 04 طريقة الحصول عليها.",
    },
    "motion": {"en": "Head", "ar": "الرأس"},
    "motion natural": {"en": "moves and blinks", "ar": "يتحرك ويرمش"},
    "motion still": {"en": "keeps still", "ar": "ثابت"},
    # consent
    "consent": {
        "en": "The person whose face or voice this is knows of this use and has agreed to it.",
        "ar": "صاحب هذا الوجه أو الصوت على علم بهذا الاستعمال وموافق عليه.",
    },
    "consent why": {
        "en": "Asked because a file or recording of yours is used. The video's metadata say that it is synthetic.",
        "ar": "نسأل لأنك تستعمل ملفا أو تسجيلا خاصا. وتذكر بيانات الفيديو الوصفية أنه مصنوع آليا.",
    },
    # work
    "generate": {"en": "Make the video", "ar": "اصنع الفيديو"},
    "cancel": {"en": "Cancel", "ar": "إلغاء"},
    "cancelling": {"en": "Stopping …", "ar": "جارٍ الإيقاف …"},
    "starting": {"en": "Starting …", "ar": "جارٍ البدء …"},
    "stage avatar": {"en": "Drawing the portrait", "ar": "رسم الصورة"},
    "stage voice": {"en": "Speaking the text", "ar": "نطق النص"},
    "stage frames": {"en": "Animating", "ar": "تحريك الوجه"},
    "stage score": {"en": "Measuring the sync", "ar": "قياس التزامن"},
    "step": {"en": "step {number} of {stages}", "ar": "الخطوة {number} من {stages}"},
    "left": {"en": "about {seconds} s left", "ar": "بقي نحو {seconds} ث"},
    "loading": {"en": "loading …", "ar": "جارٍ التحميل …"},
    "stopped": {"en": "Cancelled. Nothing was kept.", "ar": "أُلغي العمل، ولم يُحفظ شيء."},
    "failed": {"en": "This could not be made", "ar": "تعذّر صنع الفيديو"},
    "unexpected": {
        "en": "Something went wrong that was not foreseen. Please report these words:",
        "ar": "حدث خطأ غير متوقع. نرجو إبلاغنا بهذا النص:",
    },
    # result
    "result": {"en": "Result", "ar": "النتيجة"},
    "facts": {
        "en": "{frames} frames of {size}, {duration} s, engine {engine}, made in {wall} s",
        "ar": "عدد الإطارات {frames}، القياس {size}، المدة {duration} ث، المحرّك {engine}، وقت الصنع {wall} ث",
    },
    "offset": {
        "en": "Offset {offset} ms (95 %: {low} to {high}); plus: the sound is early. Confidence {confidence}.",
        "ar": "الإزاحة {offset} مللي ثانية (بثقة 95٪: من {low} إلى {high})؛ الموجب يعني أن الصوت "
        "سابق. درجة الثقة {confidence}.",
    },
    "no score": {"en": "The sync was not measured:", "ar": "لم يُقَس التزامن:"},
    "download": {"en": "Download the video", "ar": "تنزيل الفيديو"},
    "gone": {"en": "The file is no longer there; make it again.", "ar": "لم يعد الملف موجودا؛ اصنعه من جديد."},
    "verdict in sync": {"en": "In sync", "ar": "متزامن"},
    "verdict noticeable": {"en": "Off by a noticeable amount", "ar": "انزياح ملحوظ"},
    "verdict out of sync": {"en": "Out of sync", "ar": "غير متزامن"},
    "verdict no agreement": {"en": "Lips and sound do not agree", "ar": "لا توافق بين الشفتين والصوت"},
    "verdict too short": {"en": "Too short to judge", "ar": "أقصر من أن يُحكم عليه"},
    # the microphone; keys after the first word are its states and buttons
    "microphone record": {"en": "Record", "ar": "سجّل"},
    "microphone stop": {"en": "Stop", "ar": "أوقف"},
    "microphone again": {"en": "Record again", "ar": "سجّل من جديد"},
    "microphone idle": {
        "en": "Up to one minute. The sound goes to this notebook's kernel, and nowhere else.",
        "ar": "حتى دقيقة واحدة. يذهب الصوت إلى نواة هذا الدفتر، ولا يذهب إلى سواها.",
    },
    "microphone asking": {
        "en": "The browser asks whether it may use the microphone …",
        "ar": "يسأل المتصفح عن السماح باستعمال الميكروفون …",
    },
    "microphone recording": {"en": "Recording. Speak now.", "ar": "التسجيل جارٍ، تكلم الآن."},
    "microphone done": {
        "en": "Recorded. Listen, keep it, or record again.",
        "ar": "تم التسجيل. استمع إليه أو سجّل من جديد.",
    },
    "microphone refused": {
        "en": "The microphone was refused. Allow it in the browser's address bar and press again. In Colab this part "
        "of the page lies in a frame of its own, where the browser may refuse it for good: then record with another "
        "program and upload the file.",
        "ar": "رُفض استعمال الميكروفون. اسمح به من شريط العنوان في المتصفح ثم اضغط مرة أخرى. في Colab يقع هذا الجزء من "
        "الصفحة داخل إطار مستقل قد يمنعه المتصفح منعا دائما: سجّل عندئذ ببرنامج آخر ثم ارفع الملف.",
    },
    "microphone no device": {
        "en": "No microphone was found. Plug one in and press again, or upload a file.",
        "ar": "لم يُعثر على ميكروفون. صِل واحدا ثم اضغط مرة أخرى، أو ارفع ملفا.",
    },
    "microphone unavailable": {
        "en": "This page cannot record: browsers allow it on https:// and localhost only. Upload a file instead.",
        "ar": "لا يمكن التسجيل من هذه الصفحة: تسمح المتصفحات بذلك مع https:// و localhost فقط. ارفع ملفا بدلا من ذلك.",
    },
}
"""What a text is for -> language -> the text. Braces are filled in with ``str.format``."""


def words(language: str) -> dict[str, str]:
    """All texts of one language.

    Raises:
        InputError: there is no such language.
    """
    if language not in LANGUAGES:
        raise InputError(f"Unknown language {language!r}. Choose one of: {', '.join(LANGUAGES)}.")
    return {key: row[language] for key, row in TEXTS.items()}


def microphone(texts: dict[str, str]) -> dict[str, str]:
    """Of all texts, those for :attr:`~lipsync_tools.widgets.microphone.Microphone.texts`, under its own names."""
    mark = "microphone "
    return {key.removeprefix(mark): text for key, text in texts.items() if key.startswith(mark)}
