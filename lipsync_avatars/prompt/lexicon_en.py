"""English words for the concepts of ``lexicon``: concept, then its words and phrases (hyphens count as spaces)."""

WORDS: dict[str, str] = {
    # Colours and tones
    "black": "black, jet black, raven, raven black, ebony, pitch black",
    "white": "white, snow white, snowy white, snowy, bright white, pure white",
    "grey": "grey, gray, ash grey, charcoal, light grey, light gray, dark grey, dark gray, silver, silvery, "
    "steel grey, steel gray, slate, ashen",
    "greying": "greying, graying, salt and pepper, salt n pepper, salt pepper, gone grey, gone gray, "
    "partly grey, grizzled",
    "black and white": "black and white, white and black",
    "red": "red, bright red, scarlet, crimson, ruby, copper, coppery, titian, rust, flame red, cherry red",
    "dark red": "dark red, burgundy, maroon, wine red, wine, mahogany, deep red",
    "auburn": "auburn, redhead, red head, ginger, redheaded, red headed, gingery, strawberry blonde, strawberry blond",
    "orange": "orange, peach, coral, apricot, burnt orange",
    "yellow": "yellow, mustard, lemon, pale yellow, light yellow, bright yellow",
    "golden": "golden, gold",
    "green": "green, emerald, lime, mint, dark green, light green, pale green, forest green, bright green, "
    "bottle green, olive green, sage, mint green, emerald green, khaki green, lime green, deep green",
    "teal": "teal, turquoise, cyan, aqua, aquamarine, petrol, blue green, greenish blue",
    "blue": "blue, light blue, pale blue, sky blue, baby blue, royal blue, bright blue, cobalt, azure, "
    "icy blue, ice blue, deep blue, electric blue, powder blue, steel blue, grey blue, gray blue",
    "navy": "navy, navy blue, dark blue, midnight blue, indigo",
    "purple": "purple, violet, lilac, lavender, plum, dark purple, light purple, mauve, aubergine",
    "pink": "pink, rose, rosy, magenta, fuchsia, salmon, hot pink, light pink, pale pink, pastel pink, bright pink",
    "brown": "brown, chestnut, chocolate, chocolate brown, coffee, medium brown, warm brown, reddish brown, "
    "caramel, cinnamon, mid brown",
    "brunette": "brunette, brunet",
    "dark brown": "dark brown, deep brown, very dark brown, espresso",
    "light brown": "light brown, sandy, dark blonde, dark blond, dirty blonde, dirty blond, mousy, mousey, "
    "sandy brown, sandy blonde, sandy blond, mousy brown, ash brown",
    "beige": "beige, cream, ivory, off white, khaki, sand, camel, taupe, cream coloured, cream colored, ecru",
    "tan": "tan, tanned, bronze, bronzed, sun kissed, suntanned, sunburnt, sun tanned, swarthy, light brown skinned",
    "brown skin": "brown skinned, medium brown skinned",
    "dark skin": "dark skinned, dark complexioned, black skinned, dark brown skinned, darkskinned",
    "light skin": "light skinned, fair skinned, white skinned, fair complexioned, lightskinned",
    "very light": "very light, very fair, very pale, very white, porcelain, alabaster, milky, extremely pale, ghostly",
    "blonde": "blonde, blond, platinum, platinum blonde, platinum blond, flaxen, ash blonde, ash blond, "
    "light blonde, light blond, golden blonde, golden blond, honey blonde, honey blond, white blonde, "
    "bleached blonde, bleached, bleached blond, towheaded, fair haired",
    "fair": "fair",
    "dark": "dark, deep, very dark",
    "light": "light",
    "pale": "pale, pallid, pale skinned",
    "olive": "olive, olive skinned",
    "hazel": "hazel, hazelnut, greenish brown, brown green, light hazel",
    "amber": "amber",
    "honey": "honey, honey brown, honey coloured, honey colored",
    # Shapes
    "long": "long, very long, extra long, flowing, waist length, floor length",
    "short": "short, very short, cropped, close cropped, closely cropped, short cropped, trimmed, neatly trimmed",
    "medium length": "medium length, mid length, shoulder length, chin length, medium, down to her shoulders, "
    "down to his shoulders, to the shoulders, neck length, collar length, jaw length",
    "buzzed": "buzzed, military, stubbly",
    "shaved": "shaved, shaven",
    "straight": "straight, sleek, poker straight, straightened, pin straight, dead straight",
    "wavy": "wavy, wavey, waved, loosely waved",
    "curly": "curly, very curly, frizzy, coily, curled, ringleted, tightly curled, tight curly",
    "tied": "tied, tied back, tied up, pulled back, pinned up, braided, plaited, put up, gathered, worn up, tied in",
    "round": "round, circular, oval, round framed, round rimmed, rounded",
    "square": "square, rectangular, horn rimmed, square framed, boxy, angular, rectangle",
    "sparse": "sparse, patchy, wispy",
    "slim": "slim, thin, skinny, slender, lean, slight, lanky, bony, petite, gaunt, wiry, thinly built",
    "average": "average build, average weight, average built, normal build, average",
    "heavy": "heavy, fat, chubby, overweight, plump, stocky, obese, heavyset, heavy set, stout, chunky, curvy, "
    "plus size, plus sized, round faced, portly, big boned, corpulent, burly, large build, tubby",
    "muscular": "muscular, athletic, strong, buff, well built, muscled, sporty, brawny, beefy, ripped, "
    "athletically built, bodybuilder, body builder",
    "old": "old, elderly, aged, older, senior, retired, aging, ageing, oldish",
    "young": "young, youthful, younger, young looking, youngish",
    # Things
    "hair": "hair, haired, hairs, hairstyle, hairdo, locks, haircut, hair colour, hair color, head of hair, tresses",
    "afro": "afro, afro hair, afro hairstyle, natural afro",
    "bob": "bob, bob cut, bob haircut, lob, bob hairstyle, bobbed hair",
    "short cut": "pixie, pixie cut, crop, crew cut, pixie haircut, short back and sides, undercut, short fade",
    "bun": "bun, hair bun, ponytail, pony tail, updo, chignon, topknot, top knot, man bun, messy bun, "
    "high ponytail, low bun, low ponytail, hair up",
    "like bun": "braids, plaits, pigtails, braid, plait, cornrows, box braids",
    "like curly": "dreadlocks, dreads, locs",
    "eyes": "eyes, eye, eyed, irises, eye colour, eye color",
    "skin": "skin, skinned, complexion, skin tone, skintone, complexioned, skin colour, skin color, toned skin",
    "figure": "build, figure, body, physique, frame, built, body type, bodied, stature",
    "features": "features, appearance, ethnicity, origin, descent, heritage, background origin, nationality",
    "beard": "beard, bearded, full beard, bushy beard, thick beard, big beard, beards, short beard, "
    "heavy beard, facial hair, beard and moustache, beard and mustache, moustache and beard, "
    "mustache and beard, full facial hair",
    "long beard": "long beard, very long beard, long bearded, wizard beard, flowing beard, long flowing beard",
    "stubble": "stubble, stubbled, five o clock shadow, 5 o clock shadow, three day beard, 3 day beard, "
    "unshaven, scruff, designer stubble, light beard, light stubble, stubble beard, five oclock shadow, "
    "3 day stubble, scruffy beard",
    "moustache": "moustache, mustache, mustachioed, moustachioed, handlebar moustache, handlebar mustache, "
    "moustached, mustached, mustaches, moustaches, whiskers",
    "goatee": "goatee, goatee beard, van dyke, chin beard, van dyke beard",
    "glasses": "glasses, eyeglasses, spectacles, specs, bespectacled, eyewear, eye glasses, reading glasses, "
    "frames, pair of glasses, pair of spectacles, glassed",
    "like glasses": "sunglasses, sun glasses, shades, goggles",
    "headscarf": "headscarf, head scarf, hijab, hijabi, veil, veiled, shayla, khimar, head covering, "
    "headcovering, muslim headscarf, headscarfed, islamic headscarf, scarf on her head, scarf over her head, "
    "scarf around her head, scarf covering her hair, muslim hijab, islamic hijab, headscarves",
    "hat": "hat, cap, turban, crown, helmet, beanie, beret, headwear, keffiyeh, hood, tiara, headband, fez, bonnet",
    "clothes": "clothes, clothing, outfit, attire, garment, garments, wear, uniform, costume",
    "sweater": "sweater, jumper, pullover, knitted sweater, wool sweater, woolen sweater, woollen sweater, "
    "jersey, wool jumper, knit sweater, knitted jumper",
    "like sweater": "hoodie, cardigan, sweatshirt, turtleneck, fleece, knitwear, hooded sweatshirt, "
    "turtleneck sweater, roll neck, turtle neck, polo neck",
    "tshirt": "t shirt, tshirt, tee, tee shirt, t shirts",
    "like tshirt": "top, tank top, vest, singlet, sports shirt, football shirt, soccer jersey, football jersey",
    "shirt": "shirt, dress shirt, button down, button up, button down shirt, collared shirt, button up shirt, "
    "formal shirt, denim shirt, business shirt",
    "like shirt": "blouse, polo, polo shirt, overshirt, flannel, flannel shirt, thobe, thawb, galabiya, tunic",
    "vneck": "v neck, vneck, v neck sweater, v neck shirt, v neck top, v neck t shirt, v neck jumper, "
    "v neck pullover, v necked sweater, v neck tee",
    "like vneck": "dress, gown, sundress, abaya, kaftan, kimono, sari, robe, summer dress, evening dress, frock",
    "suit": "suit, business suit, suit jacket, suit and tie, three piece suit, suited",
    "like suit": "jacket, blazer, tuxedo, coat, sport coat, leather jacket, denim jacket, waistcoat, "
    "trench coat, overcoat, lab coat, raincoat, sports jacket, winter coat, suit coat",
    "background": "background, backdrop, wall, bg, studio background, studio backdrop, back ground, plain background",
    "freckles": "freckles, freckled, freckly, freckle",
    # People
    "man": "man, male, gentleman, guy, dude, bloke, father, dad, husband, uncle, brother, men only, sir, lord, "
    "king, businessman, fisherman, policeman, fireman, waiter, monk, cowboy, actor, prince, fella, chap, lad, "
    "son, boyfriend, salesman, widower, craftsman, sportsman, groom, nephew, latino man, masculine",
    "woman": "woman, female, lady, mother, mom, mum, wife, aunt, sister, businesswoman, policewoman, waitress, "
    "nun, actress, gal, princess, queen, daughter, girlfriend, widow, bride, ladies only, niece, feminine, "
    "housewife, sportswoman, businesslady",
    "person": "person, human, human being, someone, somebody, individual, face, portrait, headshot, character, "
    "avatar, figure of a person, anyone, people s face, adult person",
    "occupation": "doctor, teacher, nurse, engineer, scientist, student, farmer, artist, lawyer, professor, "
    "writer, librarian, chef, cook, worker, soldier, pilot, singer, athlete, manager, programmer, musician, "
    "journalist, pirate, presenter, viking, barista, baker, judge, surgeon, dentist, poet, painter, sailor, "
    "wizard, witch, president, scholar, shopkeeper, cashier, carpenter, mechanic, architect, hipster, boss, "
    "secretary, designer, news anchor, anchor, reporter, officer, firefighter, driver, gardener, hiker, hero, "
    "villain, elf, vampire, accountant, lecturer, coach, swimmer, runner, dancer, photographer, "
    "pensioner s friend, saint, warrior, samurai, neighbour, neighbor, friend, parent, guest, tourist, "
    "customer, model, muslim, christian, jew, buddhist, hindu",
    "boy": "boy, schoolboy, young boy, boyish",
    "girl": "girl, schoolgirl, young girl",
    "little boy": "little boy, small boy, little guy",
    "little girl": "little girl, small girl",
    "child": "child, kid, youngster, young child, young kid, little kid, small child, little child, preteen, "
    "pre teen, schoolchild, school child, tween",
    "toddler": "toddler, baby, infant, newborn",
    "teenager": "teenager, teen, teenage, teenaged, adolescent, high schooler, high school student",
    "teenage boy": "teenage boy, teen boy, teenaged boy",
    "teenage girl": "teenage girl, teen girl, teenaged girl",
    "young man": "young man, young guy, young gentleman",
    "young woman": "young woman, young lady",
    "old man": "grandfather, grandpa, granddad, grandad, old man, elderly man, old gentleman, old guy, "
    "elderly gentleman, old geezer",
    "old woman": "grandmother, grandma, granny, nana, old woman, old lady, elderly woman, elderly lady",
    "old person": "pensioner, senior citizen, grandparent, retiree, oap",
    "he": "he, his, him, himself, he s, hes",
    "she": "she, her, hers, herself, she s, shes, mrs, ms",
    # Facts
    "african": "african, nigerian, kenyan, ethiopian, ghanaian, senegalese, somali, sudanese, congolese, "
    "ugandan, tanzanian, cameroonian, ivorian, malian, rwandan, zimbabwean, zambian, eritrean, jamaican, "
    "haitian, african american, afro american, black african, west african, east african, sub saharan, angolan, "
    "namibian, black american, afro caribbean, caribbean, nigeria, kenya, ethiopia, ghana, senegal, somalia, "
    "sudan, africa, black british, uganda, tanzania, congo, cameroon, ivory coast, rwanda, zimbabwe, jamaica, "
    "west africa, mali, east africa, south african black, black african american, nubian, gambian, liberian, "
    "mozambican, malagasy, zulu",
    "east_asian": "asian, east asian, japanese, chinese, korean, taiwanese, mongolian, vietnamese, thai, "
    "filipino, filipina, indonesian, malaysian, cambodian, burmese, singaporean, southeast asian, "
    "south east asian, tibetan, south korean, japan, china, korea, south korea, taiwan, vietnam, thailand, "
    "philippines, the philippines, indonesia, malaysia, asia, east asia, mongolia, kazakh, laotian, cantonese, "
    "hong kong, southeast asia",
    "south_asian": "south asian, indian, pakistani, bangladeshi, sri lankan, nepali, nepalese, tamil, punjabi, "
    "bengali, desi, gujarati, india, pakistan, bangladesh, sri lanka, nepal, south asia, maldivian, hindustani",
    "middle_eastern": "middle eastern, mideastern, arab, arabic, arabian, egyptian, moroccan, algerian, "
    "tunisian, libyan, lebanese, syrian, iraqi, jordanian, palestinian, saudi, saudi arabian, emirati, kuwaiti, "
    "qatari, omani, yemeni, bahraini, turkish, iranian, persian, kurdish, israeli, berber, amazigh, bedouin, "
    "north african, afghan, maghrebi, egypt, morocco, algeria, tunisia, libya, lebanon, syria, iraq, "
    "from jordan, palestine, saudi arabia, kuwait, qatar, oman, yemen, bahrain, turkey, iran, persia, israel, "
    "middle east, the middle east, north africa, afghanistan, emirates, khaleeji, armenian, azerbaijani, "
    "gulf arab",
    "european": "european, caucasian, english, british, french, german, italian, spanish, portuguese, dutch, "
    "swedish, norwegian, danish, finnish, icelandic, irish, scottish, welsh, swiss, austrian, belgian, polish, "
    "czech, slovak, hungarian, romanian, bulgarian, greek, serbian, croatian, albanian, russian, ukrainian, "
    "lithuanian, latvian, estonian, scandinavian, nordic, slavic, mediterranean, bosnian, slovenian, "
    "western european, eastern european, northern european, southern european, white european, white american, "
    "england, britain, france, germany, italy, spain, portugal, netherlands, the netherlands, sweden, norway, "
    "denmark, finland, iceland, ireland, scotland, wales, switzerland, austria, belgium, poland, czechia, "
    "slovakia, hungary, romania, bulgaria, greece, serbia, croatia, albania, russia, ukraine, europe, "
    "scandinavia, scotsman, irishman, frenchman, englishman, anglo saxon, belarusian",
    "latin_american": "latin american, latino, latina, latinx, hispanic, mexican, brazilian, colombian, "
    "peruvian, argentine, argentinian, chilean, venezuelan, ecuadorian, bolivian, cuban, puerto rican, "
    "dominican, guatemalan, honduran, salvadoran, nicaraguan, costa rican, panamanian, paraguayan, uruguayan, "
    "south american, mexico, brazil, colombia, peru, argentina, from chile, venezuela, ecuador, bolivia, cuba, "
    "puerto rico, latin america, south america, central american, central america, mestizo, chicano, chicana, "
    "latin",
    "bald": "bald, bald headed, baldheaded, shaved head, shaven head, hairless, clean shaved head, "
    "shaven headed, shaved headed, completely bald, bald head, cleanly shaved head, head shaved, shaved bald",
    "like bald": "balding, nearly bald, almost bald, half bald, receding hairline, receding hair",
    "buzz cut": "buzz cut, buzzcut, crewcut, number one cut, military haircut, military cut, buzz cut hair",
    "shaven": "clean shaven, cleanly shaven, clean shaved, freshly shaved, beardless, shaven face, "
    "smooth shaven, freshly shaven, shaved face, smooth faced, cleanshaven",
    "bareheaded": "bareheaded, bare headed, unveiled, uncovered hair, hair uncovered, uncovered head",
    "smile": "smile, smiling, smiles, grin, grinning, happy, cheerful, laughing, joyful, beaming, laugh, "
    "joyous, smiley, smiled, big smile, friendly smile, warm smile, broad smile, laughs, grins, merry, jolly, "
    "slight smile, gentle smile, wide smile, delighted, happily, glad, kind smile, bright smile, soft smile",
    "serious": "serious, stern, solemn, grave, strict, serious looking, severe, seriously, unsmiling, earnest",
    "like serious": "angry, sad, frowning, frown, grumpy, worried, unhappy, upset, sombre, somber, furious, "
    "melancholic, gloomy, scowling, annoyed, mad",
    "neutral": "neutral, neutral expression, neutral face, expressionless, calm, relaxed, emotionless, "
    "blank expression, deadpan, straight faced, straight face, poker face, calmly, neutrally",
    "adult": "adult, grown up, grownup, fully grown",
    "very young": "very young, young adult",
    "middle aged": "middle aged, middle age, mature, middleaged",
    "very old": "very old, ancient, very elderly, extremely old, really old, very aged, wizened",
    # Words that join others
    "not": "no, not, without, never, isn t, aren t, doesn t, don t, hasn t, non, lacking, nor, minus, none, "
    "neither, wears no, has no, free of, sans, not wearing, not wearing any, without any, w o, doesn t wear, "
    "doesn t have, no visible, isnt, doesnt, not have, does not have, does not wear, is not wearing, not a, "
    "isn t wearing",
    "and": "and, plus, also, or, n",
    "break": "with, wearing, has, have, having, wears, who, whose, that, which, of, under, over, against, from, "
    "by, for, around, at, to, but, while, before, behind, beneath, above, front, in front of, w, plus a, "
    "looking, facing, as, like, because, then, then a, into, about, instead of, rather than, up",
    "in": "in, on, dressed in, dressed all in, wearing all, all in, clad in, in all, clothed in",
    "copula": "is, are, was, were, be, being, colour, color, coloured, colored, dyed, died, painted, look, "
    "seems, appears, tinted, has been, turned",
    "stop": "a, an, the, this, these, those, its, it, their, they, i, me, my, want, need, please, make, create, "
    "generate, draw, give, show, picture, image, photo, photograph, drawing, portrait of, picture of, photo of, "
    "some, s, am, there, we, you, your, would, could, can, d, ll, m, head and shoulders, side, style, kind, "
    "type, any, named, called, name, just, so, expression, facial, age, dressed, year, years, set, sort, "
    "painting, looking for, render, image of, photograph of, headshot of, head, let, s make, d like, "
    "photo portrait, tone, mood, mr, dr, miss, than, more, too, shot, close, closeup, close up, shoulders, see, "
    "get, depict, depicting, imagine, i d like, i want, only, all, both, sitting, standing, plain, solid, do, "
    "does, use, using, should, will, must, half",
    "soft": "very, slightly, somewhat, rather, really, quite, extremely, fairly, bit, little, a bit, a little, "
    "kind of, natural, naturally, mostly, almost, completely, totally, super, colored in",
    "plain": "cinematic, lighting, realistic, photorealistic, studio, professional, quality, high quality, "
    "detailed, hd, 4k, 8k, hyper, dramatic, soft, light from the left, bokeh, vintage, modern, digital, art, "
    "beautiful, handsome, pretty, attractive, tall, cute, lovely, elegant, friendly, confident, long sleeved, "
    "long sleeve, sharp, long face, long sleeves, short sleeved, short sleeve, short sleeves, old fashioned, "
    "young at heart, trending, resolution, masterpiece, ultra, focus, depth of field, natural light, hot, cool, "
    "warm, black and white photo, new, big, black and white portrait, black and white picture, "
    "black and white photograph, soft lighting, long nose, thin lips, thin lipped, full, large, small, "
    "black tie, white tie, thin nose, dark circles, blue jeans, light make up, middle, golden hour, warm light, "
    "soft light, light makeup, strong jaw, strong jawline, thin eyebrows, heavy makeup, wide, round face, "
    "square jaw, square face, oval face, long neck, round cheeks, old school, strong nose, thin face, "
    "dark lighting, dark makeup, studio light, studio lighting, natural lighting, red carpet, long eyelashes, "
    "long lashes, white teeth, thick eyebrows, dark eyebrows, heavy eyebrows, light eyebrows, short nose, "
    "christmas",
    "several": "men, women, people, couple, twins, group, family, crowd, children, kids, boys, girls, babies, "
    "friends, persons, ladies, gentlemen, guys, brothers, sisters, parents, grandparents, teenagers, toddlers, "
    "two of them, adults, trio, triplets, siblings, humans, teens, students, doctors, nurses, soldiers, "
    "teachers, actors, faces",
    "not a person": "car, cat, dog, horse, bird, cow, lion, tiger, bear, rabbit, fish, animal, puppy, kitten, "
    "house, building, tree, mountain, robot, alien, monster, landscape, elephant, monkey, wolf, fox, dragon, "
    "flower, truck, bus, bicycle, boat, ship, plane, airplane, city, forest, beach, sea, sunset, chair, table, "
    "skeleton, zombie, unicorn, sheep, goat, pig, chicken, duck, snake, spider, shark, castle, bridge, "
    "motorcycle, train, pony, donkey, camel ride, mouse, eagle, parrot, apple, pizza, cartoon, logo, cats, "
    "dogs, cars, horses, birds, animals",
}

ONES = {
    "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10,
    "eleven": 11, "twelve": 12, "thirteen": 13, "fourteen": 14, "fifteen": 15, "sixteen": 16, "seventeen": 17,
    "eighteen": 18, "nineteen": 19,
}  # fmt: skip
TENS = {
    "twenty": 20, "thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "seventy": 70, "eighty": 80, "ninety": 90,
}  # fmt: skip
DECADES = {
    "teens": 15, "twenties": 25, "thirties": 35, "forties": 45, "fifties": 55, "sixties": 65, "seventies": 75,
    "eighties": 85, "nineties": 95,
}  # fmt: skip
"""The middle of each."""
