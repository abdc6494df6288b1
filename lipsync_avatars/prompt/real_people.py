"""Well-known people whose names are refused, in capital or small letters; the list is not complete, nor can it be."""

ENGLISH = """
Barack Obama, Obama, Michelle Obama, Donald Trump, Trump, Melania Trump, Ivanka Trump, Joe Biden, Biden, Kamala
Harris, Hillary Clinton, Bill Clinton, George Bush, George Washington, Abraham Lincoln, Ronald Reagan, John F
Kennedy, JFK, Vladimir Putin, Putin, Volodymyr Zelensky, Zelensky, Zelenskyy, Xi Jinping, Kim Jong Un, Angela
Merkel, Merkel, Emmanuel Macron, Macron, Boris Johnson, Rishi Sunak, Keir Starmer, Tony Blair, Margaret
Thatcher, Winston Churchill, Churchill, Justin Trudeau, Narendra Modi, Imran Khan, Recep Tayyip Erdogan,
Erdogan, Benjamin Netanyahu, Netanyahu, Nelson Mandela, Mandela, Mahatma Gandhi, Gandhi, Indira Gandhi, Adolf
Hitler, Hitler, Joseph Stalin, Stalin, Vladimir Lenin, Benito Mussolini, Mussolini, Mao Zedong, Che Guevara,
Fidel Castro, Osama bin Laden, Bin Laden, Saddam Hussein, Muammar Gaddafi, Gaddafi, Bashar al Assad, Hosni
Mubarak, Yasser Arafat, Gamal Abdel Nasser, Anwar Sadat, Mohammed bin Salman, King Salman, Ali Khamenei,
Khomeini, Benazir Bhutto, Malala, Malala Yousafzai, Greta Thunberg, Queen Elizabeth, King Charles, Prince
William, Prince Harry, Kate Middleton, Meghan Markle, Princess Diana, Lady Diana, Pope Francis, the Pope, Dalai
Lama, Mother Teresa, Martin Luther King, Malcolm X, Jesus, Jesus Christ, Virgin Mary, Prophet Muhammad, Prophet
Mohammed, the Prophet, Buddha, Moses, Napoleon, Napoleon Bonaparte, Julius Caesar, Cleopatra, Alexander the
Great, Genghis Khan, Queen Victoria, Marie Antoinette, Albert Einstein, Einstein, Isaac Newton, Charles Darwin,
Marie Curie, Stephen Hawking, Nikola Tesla, Sigmund Freud, Karl Marx, Leonardo da Vinci, Mona Lisa, Vincent van
Gogh, Van Gogh, Pablo Picasso, Picasso, Frida Kahlo, Salvador Dali, William Shakespeare, Shakespeare, Mozart,
Beethoven, Bach, Elon Musk, Jeff Bezos, Bill Gates, Mark Zuckerberg, Zuckerberg, Steve Jobs, Sam Altman, Warren
Buffett, Oprah, Oprah Winfrey, Kim Kardashian, Kardashian, Kylie Jenner, Kendall Jenner, Kanye West, Taylor
Swift, Beyonce, Rihanna, Lady Gaga, Madonna, Adele, Ed Sheeran, Justin Bieber, Eminem, Jay Z, Snoop Dogg, Drake
the rapper, Ariana Grande, Billie Eilish, Selena Gomez, Britney Spears, Katy Perry, Dua Lipa, Shakira, Jennifer
Lopez, Bad Bunny, Harry Styles, Michael Jackson, Elvis, Elvis Presley, Freddie Mercury, David Bowie, Bob Marley,
John Lennon, Paul McCartney, Mick Jagger, Bob Dylan, Whitney Houston, Amy Winehouse, Celine Dion, Bruno Mars,
The Weeknd, Zendaya, Brad Pitt, Angelina Jolie, Leonardo DiCaprio, Tom Cruise, Tom Hanks, Johnny Depp, Will
Smith, George Clooney, Morgan Freeman, Denzel Washington, Samuel L Jackson, Robert De Niro, Al Pacino, Keanu
Reeves, Scarlett Johansson, Jennifer Lawrence, Jennifer Aniston, Julia Roberts, Meryl Streep, Emma Watson, Emma
Stone, Natalie Portman, Margot Robbie, Nicole Kidman, Kate Winslet, Anne Hathaway, Gal Gadot, Chris Hemsworth,
Robert Downey, Ryan Reynolds, Ryan Gosling, Timothee Chalamet, Tom Holland, Daniel Radcliffe, Benedict
Cumberbatch, Hugh Jackman, Dwayne Johnson, Arnold Schwarzenegger, Schwarzenegger, Sylvester Stallone, Jackie
Chan, Bruce Lee, Marilyn Monroe, Audrey Hepburn, Charlie Chaplin, Clint Eastwood, Shah Rukh Khan, Salman Khan,
Aamir Khan, Amitabh Bachchan, Priyanka Chopra, Deepika Padukone, Aishwarya Rai, Cristiano Ronaldo, Ronaldo,
Lionel Messi, Messi, Neymar, Mbappe, Kylian Mbappe, Diego Maradona, Maradona, Pele the footballer, Zidane,
Zinedine Zidane, David Beckham, Beckham, Mohamed Salah, Mo Salah, Riyad Mahrez, Achraf Hakimi, Erling Haaland,
Michael Jordan, LeBron James, Kobe Bryant, Stephen Curry, Muhammad Ali, Mike Tyson, Roger Federer, Rafael Nadal,
Novak Djokovic, Serena Williams, Usain Bolt, Tiger Woods, Lewis Hamilton, Khabib Nurmagomedov, Conor McGregor,
Simone Biles, Fairuz, Fayrouz, Fairouz, Umm Kulthum, Oum Kalthoum, Abdel Halim Hafez, Amr Diab, Nancy Ajram,
Haifa Wehbe, Elissa, Kadim Al Sahir, Omar Sharif, Adel Imam, Faten Hamama, Tamer Hosny, Assala, Naguib Mahfouz,
Mahmoud Darwish, Nizar Qabbani, Saladin, Ibn Sina, Khaby Lame, MrBeast, PewDiePie, Mr Bean, Joe Rogan, Hugo
Chavez, Lula da Silva, Javier Milei, Ursula von der Leyen, Giorgia Meloni
"""

ARABIC = """
باراك أوباما, أوباما, دونالد ترامب, ترامب, جو بايدن, بايدن, فلاديمير بوتين, بوتين, إيمانويل ماكرون, ماكرون,
أنجيلا ميركل, هيلاري كلينتون, إيلون ماسك, بيل غيتس, بيل جيتس, ستيف جوبز, مارك زوكربيرغ, نيلسون مانديلا, مانديلا,
غاندي, هتلر, ستالين, نابليون, كليوباترا, أينشتاين, آينشتاين, ألبرت أينشتاين, تشي جيفارا, جيفارا, أردوغان, رجب
طيب أردوغان, نتنياهو, بنيامين نتنياهو, صدام حسين, معمر القذافي, القذافي, حسني مبارك, محمد حسني مبارك, جمال عبد
الناصر, عبد الناصر, أنور السادات, عبد الفتاح السيسي, السيسي, محمد مرسي, ياسر عرفات, محمود عباس, بشار الأسد, حافظ
الأسد, محمد بن سلمان, بن سلمان, الملك سلمان, الملك فيصل, الملك حسين, الملك عبد الله, محمد بن زايد, الشيخ زايد,
محمد بن راشد, تميم بن حمد, محمد السادس, الحسن الثاني, الحبيب بورقيبة, قيس سعيد, عبد المجيد تبون, هواري بومدين,
أسامة بن لادن, حسن نصر الله, الخميني, خامنئي, علي خامنئي, السيستاني, النبي محمد, النبي, الرسول, رسول الله,
المسيح, عيسى المسيح, يسوع, مريم العذراء, بوذا, البابا فرنسيس, عمر بن الخطاب, أبو بكر الصديق, علي بن أبي طالب,
صلاح الدين الأيوبي, ابن سينا, ابن خلدون, ابن رشد, هارون الرشيد, عمر المختار, فيروز, أم كلثوم, عبد الحليم حافظ,
محمد عبد الوهاب, فريد الأطرش, أسمهان, وديع الصافي, صباح فخري, ماجدة الرومي, نانسي عجرم, هيفاء وهبي, إليسا, عمرو
دياب, تامر حسني, شيرين عبد الوهاب, أصالة نصري, كاظم الساهر, راشد الماجد, محمد عبده, حسين الجسمي, سعد لمجرد,
الشاب خالد, محمد منير, محمد رمضان, راغب علامة, جورج وسوف, وائل كفوري, أحلام الشامسي, بلقيس فتحي, عمر الشريف,
عادل إمام, فاتن حمامة, سعاد حسني, أحمد زكي, إسماعيل ياسين, يسرا, منى زكي, أحمد حلمي, كريم عبد العزيز, أحمد عز,
نادين نجيم, تيم حسن, دريد لحام, نجيب محفوظ, طه حسين, محمود درويش, نزار قباني, جبران خليل جبران, أدونيس الشاعر,
أحمد شوقي, المتنبي, غسان كنفاني, محمد صلاح, مو صلاح, رياض محرز, أشرف حكيمي, حكيم زياش, ياسين بونو, محمد أبو
تريكة, أبو تريكة, زين الدين زيدان, زيدان, كريم بنزيما, بنزيما, ميسي, ليونيل ميسي, كريستيانو رونالدو, رونالدو,
كريستيانو, نيمار, مبابي, كيليان مبابي, مارادونا, بيليه, ديفيد بيكهام, محمد علي كلاي, مايك تايسون, مايكل جوردان,
مايكل جاكسون, تايلور سويفت, بيونسيه, ريهانا, شاكيرا, مادونا, براد بيت, أنجلينا جولي, ليوناردو دي كابريو, توم
كروز, ويل سميث, مارلين مونرو, جاكي شان, بروس لي, شاروخان, شاه روخ خان, أميتاب باتشان, كيم كارداشيان, الملكة
إليزابيث, الأميرة ديانا, الملك تشارلز, بيتهوفن, موزارت, شكسبير, بيكاسو, فان جوخ, ليوناردو دافنشي, الموناليزا,
كارل ماركس, نيوتن, لينين, مصطفى كمال أتاتورك, أتاتورك
"""
