"""Everything that the interface says, in English and Arabic: one table."""

from __future__ import annotations

import streamlit as st

LANGUAGES = {"en": "English", "ar": "العربية"}
"""Languages of the interface, each by its own name."""

_TABLE = {
    # the frame
    "title": ("AI Lip Sync", "مزامنة الشفاه"),
    "promise": ("Give a picture a voice.", "امنح الصورة صوتًا."),
    "language": ("Language", "اللغة"),
    "page": ("Page", "الصفحة"),
    "page_talk": ("Talking picture", "صورة تتكلم"),
    "page_dub": ("Dub a video", "دبلجة فيديو"),
    "step": ("Step", "الخطوة"),
    "step_face": ("Face", "الوجه"),
    "step_voice": ("Voice", "الصوت"),
    "step_talk": ("Talk", "الكلام"),
    "step_result": ("Result", "النتيجة"),
    "next": ("Next", "التالي"),
    "back": ("Back to the start", "العودة إلى البداية"),
    "remove": ("Remove", "إزالة"),
    "make": ("Make it talk", "اجعلها تتكلم"),
    "make_dub": ("Dub the video", "دبلج الفيديو"),
    "footer": (
        "Free software. Your files stay on this server for the work and are removed within a minute after you leave.",
        "برنامج حر. تبقى ملفاتك على هذا الخادم لإنجاز العمل فقط، وتُحذف خلال دقيقة من مغادرتك.",
    ),
    "forgotten": (
        "You were away for a while, so your files were removed. Please choose again.",
        "غبت لبعض الوقت، فحُذفت ملفاتك. اختر من جديد من فضلك.",
    ),
    # help, privacy
    "page_help": ("Help", "المساعدة"),
    "page_privacy": ("Privacy", "الخصوصية"),
    "source": ("Source code", "الشيفرة المصدرية"),
    "report_abuse": ("Report abuse", "الإبلاغ عن إساءة"),
    "help": (
        "**A face.** One person from the front, evenly lit, lips shut or nearly so, at least 40 pixels from ear to "
        "ear; larger is better. Drawings and paintings work if a face can be found in them.\n\n"
        "**A voice.** One speaker, little music. Up to {voice_s:.0f} seconds are spoken; of a longer recording you "
        "choose the part. A written text of up to {characters} characters is spoken by a voice of this program.\n\n"
        "**A video to dub.** Up to {video_mb} MB. The lips follow the new voice; everything else stays as it was.\n\n"
        "**The result.** The verdict says whether lips and sound fit, as it is measured on the finished file. "
        "If the mouth looks wrong, try a picture in which the lips are shut, or a larger size.\n\n"
        "**What is not allowed.** To make somebody say what they did not agree to. Every video carries in its file "
        "that a computer made it.",
        "**الوجه.** شخص واحد من الأمام في ضوء متساوٍ وشفتاه مغلقتان أو شبه مغلقتين، وعرض وجهه 40 بكسلًا على الأقل، "
        "والأكبر أفضل. تصلح الرسوم واللوحات إذا أمكن العثور فيها على وجه.\n\n"
        "**الصوت.** متكلم واحد مع قليل من الموسيقى أو بدونها. يُنطق حتى {voice_s:.0f} ثانية، ومن التسجيل الأطول تختار "
        "الجزء. ويمكن كتابة نص من {characters} حرف كحد أقصى ليُنطق بأحد أصوات هذا البرنامج.\n\n"
        "**فيديو للدبلجة.** حتى {video_mb} م.ب. تتبع الشفاه الصوت الجديد، ويبقى كل ما عداها كما كان.\n\n"
        "**النتيجة.** يبيّن الحكم هل تتوافق الشفاه مع الصوت، كما قيس على الملف النهائي. إذا بدا الفم غير سليم فجرّب "
        "صورة شفتاها مغلقتان، أو حجمًا أكبر.\n\n"
        "**ما لا يُسمح به.** أن تجعل أحدًا يقول ما لم يوافق عليه. كل فيديو يحمل داخل ملفه أنه من صنع الحاسوب.",
    ),
    "privacy": (
        "Pictures, recordings, videos and texts that you give are stored on this server for the work only, in a folder "
        "of your own. Nobody else can fetch them or what is made of them. They are removed within a minute after you "
        "close the page, or after {hours:.0f} hour without a sign from you. Pictures are kept as a smaller copy, "
        "without the notes of the camera.\n\n"
        "Nothing is sent anywhere else: the faces and voices are computed on this server, the page loads nothing from "
        "other servers, and nobody counts your visits. One cookie, a random number, tells your tabs from those of "
        "others until you close the browser. So does the number in the address of this page: it opens your work in "
        "this browser only.",
        "تُحفظ الصور والتسجيلات ومقاطع الفيديو والنصوص التي تقدمها على هذا الخادم لإنجاز العمل فقط، في مجلد خاص بك. "
        "لا يستطيع غيرك الوصول إليها ولا إلى ما يُصنع منها. تُحذف خلال دقيقة من إغلاقك الصفحة، أو بعد {hours:.0f} ساعة "
        "دون أي نشاط منك. وتُحفظ الصور نسخًا أصغر بلا بيانات الكاميرا.\n\n"
        "لا يُرسل شيء إلى أي مكان آخر: تُحسب الوجوه والأصوات على هذا الخادم، ولا تحمّل الصفحة شيئًا من خوادم أخرى، ولا "
        "يُحصي أحد زياراتك. ملف ارتباط واحد، هو رقم عشوائي، يميّز علامات تبويبك من غيرها حتى تغلق المتصفح، وكذلك الرقم "
        "الذي في عنوان هذه الصفحة: لا يفتح عملك إلا في هذا المتصفح.",
    ),
    "example": ("What comes out", "هكذا تكون النتيجة"),
    # faces
    "face_title": ("Who should speak?", "من الذي سيتكلم؟"),
    "face_source": ("Where the face comes from", "مصدر الوجه"),
    "from_samples": ("Gallery", "المعرض"),
    "from_upload": ("Upload", "رفع ملف"),
    "from_camera": ("Camera", "الكاميرا"),
    "from_prompt": ("Describe", "وصف"),
    "gallery_note": ("Nobody real: these people were modelled.", "ليسوا أشخاصًا حقيقيين: هذه وجوه مصممة بالحاسوب."),
    "woman": ("Woman", "امرأة"),
    "man": ("Man", "رجل"),
    "old_woman": ("Old woman", "امرأة مسنة"),
    "old_man": ("Old man", "رجل مسن"),
    "child": ("Child", "طفلة"),
    "upload_face": (
        "A picture of a face, from the front, with the mouth shut",
        "صورة يظهر فيها وجه من الأمام، والفم مغلق",
    ),
    "picture_limit": ("Up to {n} MB: JPEG, PNG, WebP, HEIC, AVIF …", "حتى {n} م.ب: JPEG وPNG وWebP وHEIC وAVIF …"),
    "sound_limit": ("Up to {n} MB: WAV, MP3, M4A, OGG, MP4 …", "حتى {n} م.ب: WAV وMP3 وM4A وOGG وMP4 …"),
    "video_limit": ("Up to {n} MB: MP4, MOV, WebM, MKV, 3GP …", "حتى {n} م.ب: MP4 وMOV وWebM وMKV و3GP …"),
    "camera_face": ("Look straight into the camera, mouth shut", "انظر إلى الكاميرا مباشرة والفم مغلق"),
    "own_picture": ("Your picture", "صورتك"),
    "snapshot": ("Your snapshot", "لقطتك"),
    "own_portrait": ("Your portrait", "صورتك المرسومة"),
    "own_video": ("Your video", "الفيديو الخاص بك"),
    "face_good": ("This face will work well.", "هذا الوجه مناسب."),
    "face_doubt": (
        "This will work, but may not look its best:",
        "سيعمل هذا الوجه، لكن النتيجة قد لا تكون الأفضل:",
    ),
    "people": (
        "Several faces are seen. Choose who speaks; they stand here from left to right.",
        "يظهر أكثر من وجه. اختر من سيتكلم، وهم هنا من اليسار إلى اليمين كما في الصورة.",
    ),
    "person": ("Person {n}", "الشخص {n}"),
    "person_speaks": ("Person {n} speaks", "الشخص {n} يتكلم"),
    "prompt_label": ("Describe a person who does not exist", "صف شخصًا لا وجود له"),
    "prompt_hint": (
        "an old man with a white beard and round glasses, blue shirt",
        "رجل مسن بلحية بيضاء ونظارة مستديرة وقميص أزرق",
    ),
    "prompt_note": (
        "Age, hair, beard, eyes, skin, glasses, clothes, headscarf, background. Names of real or holy people that we "
        "know are refused; words that were not understood are told.",
        "العمر والشعر واللحية والعينان والبشرة والنظارة والملابس والحجاب والخلفية. تُرفض أسماء الأشخاص الحقيقيين "
        "والشخصيات المقدسة التي نعرفها، وتُذكر الكلمات التي لم تُفهم.",
    ),
    "prompt_takes": (
        "A portrait takes one to five minutes, depending on the server.",
        "يستغرق الرسم من دقيقة إلى خمس دقائق بحسب الخادم.",
    ),
    "prompt_takes_here": (
        "The last portraits on this server took about {n} min each.",
        "استغرق كل رسم من الرسوم الأخيرة على هذا الخادم نحو {n} د.",
    ),
    "draw": ("Draw the portrait", "ارسم الصورة"),
    "draw_other": ("Another person", "شخص آخر"),
    "empty_prompt": ("Describe the person first, in a few words.", "صف الشخص أولًا ببضع كلمات."),
    # voices
    "voice_title": ("What should be heard?", "ماذا سنسمع؟"),
    "voice_source": ("Where the voice comes from", "مصدر الصوت"),
    "from_record": ("Record", "تسجيل"),
    "from_text": ("Write", "كتابة"),
    "voice_samples": ("Samples", "عينات"),
    "sample": ("Sample", "العينة"),
    "english-short": ("English, short", "إنجليزي، قصير"),
    "arabic-short": ("Arabic, short", "عربي، قصير"),
    "english": ("English, long", "إنجليزي، طويل"),
    "arabic": ("Arabic, long", "عربي، طويل"),
    "upload_voice": ("A recording of one voice, or a video with sound", "تسجيل لصوت واحد، أو فيديو فيه صوت"),
    "record_voice": ("Press the microphone and speak", "اضغط على الميكروفون وتكلم"),
    "own_recording": ("Your recording", "تسجيلك"),
    "own_sound": ("Your sound file", "ملفك الصوتي"),
    "own_text": ("Your text", "نصك"),
    "text_label": ("What should be said?", "ماذا تريد أن يُقال؟"),
    "text_hint": ("Hello! I was only a picture a moment ago.", "مرحبًا! كنت قبل لحظة مجرد صورة."),
    "text_language": ("Language of the text", "لغة النص"),
    "auto": ("Find out", "تعرّف تلقائي"),
    "en": ("English", "الإنجليزية"),
    "ar": ("Arabic", "العربية"),
    "speaker": ("Voice", "الصوت"),
    "speaker_auto": ("One that fits the face", "صوت يناسب الوجه"),
    "speaker_unknown": (
        "Whom a photograph or a video shows is not guessed at. If the usual voice does not fit, choose another one.",
        "لا يُخمَّن من الذي يظهر في صورة فوتوغرافية أو فيديو. إذا لم يناسبه الصوت المعتاد فاختر صوتًا آخر.",
    ),
    "speed": ("Speed", "السرعة"),
    "pitch": ("Pitch", "طبقة الصوت"),
    "captions": ("Write the words into the picture", "اكتب الكلمات على الصورة"),
    "listen": ("Listen first", "استمع أولًا"),
    "seconds": ("{n:.0f} s", "{n:.0f} ث"),
    "voice_limit": (
        "Up to {n:.0f} seconds are spoken; of something longer, choose the part.",
        "يُنطق حتى {n:.0f} ثانية، ومن التسجيل الأطول يمكنك اختيار جزء.",
    ),
    "part_voice": ("Which part is spoken, in seconds", "الجزء الذي يُنطق، بالثواني"),
    "part_moved": (
        "A part lasts from 1 to {n:.0f} seconds: taken is {start:.1f} to {end:.1f}.",
        "مدة الجزء من 1 إلى {n:.0f} ثانية، والمأخوذ من {start:.1f} إلى {end:.1f}.",
    ),
    "empty_text": (
        "The text is empty. Write a sentence in English or Arabic.",
        "النص فارغ. اكتب جملة بالعربية أو الإنجليزية.",
    ),
    "long_text": (
        "The text has {n} characters; at most {most} are taken here. Shorten it.",
        "في النص {n} حرفًا، والحد الأقصى هنا {most}. اختصره.",
    ),
    "foreign_text": (
        "Only English and Arabic can be spoken; these letters belong to neither: {letters}",
        "لا يمكن نطق غير العربية والإنجليزية، وهذه الحروف ليست منهما: {letters}",
    ),
    "latin_doubt": (
        "This does not look like English. It will be read as English.",
        "لا يبدو هذا النص إنجليزيًا، لكنه سيُقرأ كأنه كذلك.",
    ),
    # options
    "talk_title": ("How should it look?", "كيف ستظهر؟"),
    "motion": ("Head and eyes", "الرأس والعينان"),
    "natural": ("Move naturally", "حركة طبيعية"),
    "still": ("Lips only", "الشفاه فقط"),
    "expression": ("Expression", "تعبير الوجه"),
    "neutral": ("Neutral", "محايد"),
    "friendly": ("Friendly", "ودود"),
    "serious": ("Serious", "جاد"),
    "sad": ("Sad", "حزين"),
    "surprised": ("Surprised", "متفاجئ"),
    "articulation": ("How far the mouth opens", "مدى انفتاح الفم"),
    "articulation_note": (
        "1.0 is as the voice is heard; less mumbles, more is very clear. It works where the picture itself is moved.",
        "القيمة 1.0 كما يُسمع الصوت؛ الأقل منها تمتمة، والأكثر نطق واضح جدًا. وتعمل حين تُحرَّك الصورة نفسها.",
    ),
    "shape": ("Shape of the video", "شكل الفيديو"),
    "shape_source": ("As it is", "كما هي"),
    "shape_note": (
        "{upright} for stories, {feed} and {square} for feeds, {wide} for players. What is missing is filled in.",
        "{upright} للقصص، و{feed} و{square} للمنشورات، و{wide} لمشغلات الفيديو. ويُملأ ما ينقص الصورة.",
    ),
    "part": ("What is shown", "ما يظهر"),
    "part_whole": ("All of it", "الصورة كلها"),
    "part_head": ("Head and shoulders", "الرأس والكتفان"),
    "part_face": ("The face", "الوجه"),
    "size": ("Size of the video", "حجم الفيديو"),
    "size_512": ("Quick (512 pixels)", "سريع (512 بكسل)"),
    "size_1024": ("Sharp (1024 pixels)", "واضح (1024 بكسل)"),
    "engine": ("How the mouth is made", "طريقة صنع الفم"),
    "rig": ("Move the picture", "تحريك الصورة"),
    "wav2lip": ("Paint a new mouth", "رسم فم جديد"),
    "rig_note": (
        "The picture itself is moved. It follows the sound of any language; it learned from English and Arabic.",
        "تُحرَّك الصورة نفسها، فتتبع صوت أي لغة، وقد تعلّمت من العربية والإنجليزية.",
    ),
    "wav2lip_note": (
        "Another program, Wav2Lip, paints a new mouth. Its terms allow non-commercial use only.",
        "برنامج آخر اسمه Wav2Lip يرسم فمًا جديدًا. شروطه تسمح بالاستعمال غير التجاري فقط.",
    ),
    "wav2lip_own_note": (
        "A network of our own, built after Wav2Lip, paints a new mouth. It learned from rendered faces only; any use "
        "is allowed.",
        "ترسم شبكةٌ خاصة بنا، مبنية على نهج Wav2Lip، فمًا جديدًا. تعلّمت من وجوه مرسومة بالحاسوب فقط، ويُسمح باستعمالها "
        "لأي غرض.",
    ),
    "no_wav2lip": (
        "A new mouth is painted by another program, Wav2Lip, and it is not installed on this server.",
        "رسم فم جديد يحتاج إلى برنامج آخر اسمه Wav2Lip، وهو غير مثبّت على هذا الخادم.",
    ),
    "badge": ("Show the label “AI-generated” in the picture", "أظهر عبارة “AI-generated” على الصورة"),
    "badge_note": (
        "Whatever you choose, the details that are stored in the file say that the video was made by a computer.",
        "في كل الأحوال، تذكر البيانات المحفوظة داخل الملف أن الفيديو من صنع الحاسوب.",
    ),
    "when_short": ("If the video is shorter than the voice", "إذا كان الفيديو أقصر من الصوت"),
    "pingpong": ("Play it back and forth", "شغّله ذهابًا وإيابًا"),
    "loop": ("Repeat it", "كرّره"),
    "freeze": ("Hold its last picture", "ثبّت آخر صورة"),
    "cut": ("Cut the voice", "اقطع الصوت"),
    # consent
    "consent": (
        "Everyone who is seen or heard here agreed to this video: to these words and to where it will be shown. "
        "For a child, the parents did.",
        "كل من يظهر أو يُسمع هنا وافق على هذا الفيديو: على هذه الكلمات وعلى مكان عرضها. وعن الطفل وافق والداه.",
    ),
    "consent_needed": (
        "You chose a real face or voice. Please confirm this first.",
        "اخترت وجهًا أو صوتًا حقيقيًا. أكّد هذا أولًا من فضلك.",
    ),
    # at work
    "queued": ("Waiting: {n} ahead of you", "في الانتظار: أمامك {n}"),
    "queued_next": ("Next in the queue", "التالي في الطابور"),
    "at_work_talk": ("Your video is being made", "يُصنع الآن الفيديو الخاص بك"),
    "at_work_dub": ("Your video is being dubbed", "يُدبلج الآن الفيديو الخاص بك"),
    "at_work_draw": ("Your portrait is being drawn", "تُرسم الآن صورتك"),
    "at_work_listen": ("Your text is being spoken", "يُنطق الآن نصك"),
    "go_there": ("Show it", "أظهره"),
    "loading": ("Getting ready", "جارٍ التحضير"),
    "frames": ("Making the video", "صنع الفيديو"),
    "score": ("Checking that lips and sound fit", "التحقق من توافق الشفاه والصوت"),
    "voice": ("Speaking the text", "نطق النص"),
    "portrait": ("Drawing the portrait", "رسم الصورة"),
    "left": ("about {n} s left", "بقي نحو {n} ث"),
    "left_minutes": ("about {n} min left", "بقي نحو {n} د"),
    "cancel": ("Cancel", "إلغاء"),
    "cancelled": ("Cancelled. Nothing was kept.", "أُلغي العمل ولم يُحفظ شيء."),
    # results
    "removed": ("This video was removed to make room for newer ones.", "حُذف هذا الفيديو لإفساح المجال لما هو أحدث."),
    "history": ("What you have made", "ما صنعته"),
    "history_note": (
        "The last videos of this visit. Save what you want to keep: all of them are removed after you leave.",
        "آخر مقاطع هذه الزيارة. احفظ ما تريد الاحتفاظ به، فهي تُحذف كلها بعد مغادرتك.",
    ),
    "nothing_yet": ("Nothing has been made yet.", "لم يُصنع شيء بعد."),
    "again": ("Make another one", "اصنع واحدًا آخر"),
    "change_options": ("Change something", "غيّر شيئًا"),
    "download_video": ("Save the video", "احفظ الفيديو"),
    "download_sound": ("Sound (WAV)", "الصوت (WAV)"),
    "download_srt": ("Subtitles (SRT)", "ترجمة نصية (SRT)"),
    "download_vtt": ("Subtitles (VTT)", "ترجمة نصية (VTT)"),
    "download_figure": ("Measurement (PNG)", "القياس (PNG)"),
    "download_report": ("Details (JSON)", "التفاصيل (JSON)"),
    "in sync": ("In sync", "متزامن"),
    "noticeable": ("Slightly off", "انحراف ملحوظ"),
    "out of sync": ("Out of sync", "غير متزامن"),
    "no agreement": ("Not measurable", "تعذّر القياس"),
    "too short": ("Too short to measure", "أقصر من أن يُقاس"),
    "verdict_in sync": (
        "A viewer would notice nothing: {offset}.",
        "لن يلاحظ المشاهد شيئًا: {offset}.",
    ),
    "verdict_noticeable": (
        "Careful viewers may notice: {offset}.",
        "قد يلاحظ المشاهد المدقق ذلك: {offset}.",
    ),
    "verdict_out of sync": (
        "Viewers would object: {offset}.",
        "سيعترض المشاهد: {offset}.",
    ),
    "sound_early": ("the sound comes {ms} ms early", "يسبق الصوت الشفاه بمقدار {ms} مللي ثانية"),
    "sound_late": ("the sound comes {ms} ms late", "يتأخر الصوت عن الشفاه بمقدار {ms} مللي ثانية"),
    "sound_exact": ("the sound comes exactly with the lips", "يأتي الصوت مع الشفاه تمامًا"),
    "early": ("{ms} ms early", "سابق {ms} م.ث"),
    "late": ("{ms} ms late", "متأخر {ms} م.ث"),
    "exact": ("exact", "مطابق"),
    "verdict_no agreement": (
        "Lips and sound could not be compared. That is so for silence, music, or a face that hardly moves.",
        "لم تمكن مقارنة الشفاه بالصوت. يحدث ذلك مع الصمت أو الموسيقى أو وجه لا يكاد يتحرك.",
    ),
    "verdict_too short": (
        "A measurement needs more than two seconds in which the face is seen.",
        "يحتاج القياس إلى أكثر من ثانيتين يظهر فيهما الوجه.",
    ),
    "measuring": ("Checking the sync…", "جارٍ فحص التزامن…"),
    "not_measured": ("The sync could not be measured.", "تعذّر قياس التزامن."),
    "measurement": ("The measurement", "القياس"),
    "measurement_note": (
        "Left: how far lips and sound are apart at each shift; the lowest point is the offset. Middle: how surely they "
        "fit in each second. Measured on the finished file.",
        "يسارًا: مدى تباعد الشفاه والصوت عند كل إزاحة، وأدنى نقطة هي الفرق. في الوسط: مدى وثوق التوافق في كل ثانية. "
        "قِيس على الملف النهائي.",
    ),
    "fact_length": ("Length", "المدة"),
    "fact_size": ("Pixels", "البكسلات"),
    "fact_time": ("Made in", "صُنع في"),
    "fact_faceless": ("Pictures without a face", "صور بلا وجه"),
    "good_to_know": ("Good to know", "للعلم"),
    # dubbing
    "video_source": ("Where the video comes from", "مصدر الفيديو"),
    "woman_video": ("Woman", "امرأة"),
    "old_man_video": ("Old man", "رجل مسن"),
    "dub_title": ("New words for a video", "كلمات جديدة لفيديو"),
    "dub_promise": (
        "Choose a video and a voice: the lips will follow it.",
        "اختر فيديو وصوتًا، وستتبعه الشفاه.",
    ),
    "upload_video": ("A video in which a face is seen from the front", "فيديو يظهر فيه وجه من الأمام"),
    "part_video": ("Which part of it, in seconds", "أي جزء منه، بالثواني"),
    # what went wrong
    "wrong": ("That did not work.", "لم ينجح ذلك."),
    "wrong_face": ("No face was found.", "لم يُعثر على وجه."),
    "wrong_input": ("This cannot be used as it is.", "لا يمكن استخدام هذا كما هو."),
    "wrong_model": ("Something that is needed is missing on this server.", "ينقص هذا الخادم شيء ضروري."),
    "wrong_full": ("Too many people are waiting.", "المنتظرون كثيرون."),
    "wrong_turn": ("One after the other, please.", "واحدًا تلو الآخر من فضلك."),
    "wrong_room": ("There is no room for this now.", "لا يتوفر مكان لهذا الآن."),
    "unforeseen": (
        "Something went wrong that was not foreseen. Please try again, or try another picture or voice.",
        "حدث خطأ غير متوقع. حاول مرة أخرى، أو جرّب صورة أو صوتًا آخر.",
    ),
    "too_large": (
        "The file has {n:.0f} MB; at most {most} MB are taken here.",
        "حجم الملف {n:.0f} م.ب، والحد الأقصى هنا {most} م.ب.",
    ),
    "your_file": ("'your file'", "«ملفك»"),
    "no_picture": (
        "This is not a picture that can be read. Save it as JPEG or PNG. WebP, HEIC, AVIF, BMP, GIF, TIFF work, too.",
        "هذه ليست صورة يمكن قراءتها. احفظها بصيغة JPEG أو PNG، وتُقرأ أيضًا WebP وHEIC وAVIF وBMP وGIF وTIFF.",
    ),
}


def set_language(language: str) -> None:
    """Choose the language of the interface for this visitor."""
    st.session_state["interface_language"] = language


def language() -> str:
    """The interface's language, ``"en"`` or ``"ar"``."""
    return st.session_state.get("interface_language", "en")


def right_to_left() -> bool:
    """Whether the interface is read from right to left."""
    return language() == "ar"


def say(name: str, **values: object) -> str:
    """The text of that name in the interface's language, its gaps filled."""
    return _TABLE[name][right_to_left()].format(**values)


def names() -> tuple[str, ...]:
    """Every text there is."""
    return tuple(_TABLE)


WIDGETS = {
    "ar": {
        "Skip to main content": "انتقل إلى المحتوى الرئيسي",
        "Fullscreen": "ملء الشاشة",
        "Fullscreen: {}": "ملء الشاشة: {}",
        "Close fullscreen": "أغلق ملء الشاشة",
        "Close fullscreen: {}": "أغلق ملء الشاشة: {}",
        "Press {} to apply": "اضغط {} للتطبيق",
        "Choose an option": "اختر من القائمة",
        "{n} options available.": "عدد الخيارات المتاحة: {n}",
        "progress": "التقدم",
        "Open": "افتح القائمة",
        "Connection error": "انقطع الاتصال",
        "Streamlit server is not responding. Are you connected to the internet?": (
            "الخادم لا يستجيب. هل أنت متصل بالإنترنت؟"
        ),
        "Dismiss": "أغلق",
        "Close": "أغلق",
        # the camera
        "Take Photo": "التقط صورة",
        "Clear photo": "احذف الصورة",
        "Snapshot": "اللقطة",
        "Switch camera": "بدّل الكاميرا",
        "This app would like to use your camera.": "تحتاج هذه الصفحة إلى إذنك لاستعمال الكاميرا.",
        "Learn how to allow access.": "كيف تمنح الإذن؟",
        # the microphone
        "Record": "سجّل",
        "Stop recording": "أوقف التسجيل",
        "Play": "شغّل",
        "Pause": "أوقف مؤقتًا",
        "Reset": "حاول من جديد",
        "Download as WAV": "نزّل بصيغة WAV",
        "Download as WAV: {}": "نزّل بصيغة WAV: {}",
        "Clear recording": "احذف التسجيل",
        "Clear recording: {}": "احذف التسجيل: {}",
        "This app would like to use your microphone.": "تحتاج هذه الصفحة إلى إذنك لاستعمال الميكروفون.",
        "An error has occurred, please try again.": "حدث خطأ. حاول مرة أخرى.",
        # files
        "Upload": "اختر ملفًا",
        "Uploading...": "جارٍ الرفع…",
        "file upload": "ملف للرفع",
        "Add files": "اختر ملفًا آخر",
        "Remove {}": "أزل {}",
        "Drag and drop a file here": "أفلت الملف هنا",
        "Drag and drop files here": "أفلت الملفات هنا",
        "Error:": "خطأ:",
        "This type of files are not allowed.": "هذا النوع من الملفات غير مقبول.",
        "{} files are not allowed.": "الملفات من نوع {} غير مقبولة.",
        "File must be {} or smaller.": "يجب ألا يزيد حجم الملف على {}.",
        "{}, {n}B": "{}، {n} بايت",
        "{}, {n}KB": "{}، {n} ك.ب",
        "{}, {n}MB": "{}، {n} م.ب",
        "{n}B": "{n} بايت",
        "{n}KB": "{n} ك.ب",
        "{n}MB": "{n} م.ب",
    },
}
"""Streamlit's own words, which it has in English only; ``{}`` stands for anything, ``{n}`` for a number."""
