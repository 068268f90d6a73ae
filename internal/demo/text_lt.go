package demo

var lithuanian = tongue{
	code: "lt", mail: "pastas.example", price: "%d,00 €", quote: "{date} {name} rašė:",
	women: []string{"Asta Žukauskienė", "Daiva Stankevičienė", "Eglė Paulauskaitė", "Giedrė Urbonaitė", "Inga Šimkienė", "Jurgita Vaitkutė", "Kristina Navickaitė",
		"Lina Butkevičiūtė", "Monika Rimkutė", "Rūta Ąžuolaitė", "Ugnė Čepaitė", "Živilė Mackevičienė"},
	men: []string{"Andrius Jankauskas", "Arūnas Šukys", "Darius Petrauskas", "Dainius Žilinskas", "Gediminas Rimkus", "Karolis Bagdonas", "Linas Mažeika",
		"Mindaugas Žemaitis", "Paulius Vasiliauskas", "Saulius Grigas", "Tomas Lukošius", "Vytautas Ėringis"},
	thanks: []string{"Labai ačiū už greitą atsakymą!", "Ačiū, viskas aišku. Geros dienos!", "Dėkoju, viskas išspręsta.", "Puiku, ačiū už pagalbą!"},
	bye:    []string{"Pagarbiai\n", "Ačiū\n", "Geros dienos!\n"},
	topics: []topic{
		{
			tag: "delivery", models: []string{"Saulkrasti", "Gauja", "Neringa"},
			subject: []string{"Kada atveš užsakymą {nr}?", "Užsakymas {nr} – pristatymas", "Kurjeris nerado namuose"},
			ask: []string{
				"Laba diena,\n\nprieš savaitę užsakiau valgomojo stalą „{model}“ (užsakymo Nr. {nr}). Paskyroje vis dar rodoma „Ruošiamas“. Ar galite pasakyti, kurią dieną jį pristatysite? Darbo dienomis namie būnu tik po 18 val.",
				"Sveiki,\n\nkurjeris šiandien skambino, kai buvau darbe, ir išvažiavo. Užsakymas {nr}. Ar galima sutarti kitą laiką, geriausia šeštadienio rytą? Ketvirtas aukštas be lifto.",
				"Laba diena, gavau dvi dėžes iš trijų – trūksta stalo „{model}“ kojų. Užsakymas {nr}. Kada laukti likusios?",
			},
			answer: []string{
				"<p>Laba diena,</p><p>ačiū, kad parašėte. Užsakymas {nr} šį rytą perduotas kurjeriui, pristatymas numatytas {date} 17–20 val. Likus valandai kurjeris Jums paskambins.</p><p>Jei šis laikas netinka, atrašykite – pakeisime nemokamai.</p>",
				"<p>Laba diena,</p><p>atsiprašome už nepatogumus. Susisiekiau su sandėliu: siunta jau Vilniuje, ją atveš {date}. Užnešimas į ketvirtą aukštą įskaičiuotas į kainą.</p>",
			},
			again: []string{"Ačiū, bet tą dieną būsiu išvykime. Ar galima diena vėliau?", "Ar kurjeris galėtų skambinti kitu numeriu? Mano telefonas taisomas."},
			note:  "Sandėlis patvirtino: paskutinė dėžė Kauno paskirstymo centre, rytoj įdės į maršrutą.",
		}, {
			tag: "damaged", photo: true, models: []string{"Līgatne", "Amata", "Abava"},
			subject: []string{"Gavau pažeistą prekę, užsakymas {nr}", "Įlenktas lentynos „{model}“ kampas"},
			ask: []string{
				"Laba diena,\n\nvakar gavau lentyną „{model}“, tačiau šone yra apie 10 cm ilgio įbrėžimas, o vienas kampas įlenktas. Pakuotė iš išorės buvo sveika. Pridedu nuotrauką. Ką daryti toliau?\n\nUžsakymas {nr}.",
				"Sveiki! Išpakavome knygų lentyną „{model}“ – nugarėlė įskilusi (žr. nuotrauką). Nenorėčiau visko siųsti atgal, gal galite atsiųsti tik naują nugarėlę?",
			},
			answer: []string{
				"<p>Laba diena,</p><p>labai apgailestaujame, kad lentyna atkeliavo pažeista. Ačiū už nuotrauką, jos visiškai pakanka. Galime pasiūlyti:</p><ul><li>{date} kurjeris atveš naują detalę ir paims pažeistą;</li><li>pasiliekate lentyną ir grąžiname {sum}.</li></ul><p>Parašykite, kas Jums patogiau.</p>",
			},
			again: []string{"Geriau nauja detalė. Ar meistras ją ir pritvirtins?", "Renkuosi nuolaidą. Kada pinigai bus sąskaitoje?"},
			note:  "Jau trečia „{model}“ su įlenktu kampu šį mėnesį. Reikia pasikalbėti su gamintoju dėl pakuotės.",
		}, {
			tag: "return", models: []string{"Engure", "Usma", "Plateliai"},
			subject: []string{"Noriu grąžinti kėdę „{model}“", "Prekės grąžinimas, užsakymas {nr}"},
			ask: []string{
				"Laba diena,\n\nbiuro kėdė „{model}“ man per žema. Ji tik išpakuota, niekas nepažeista. Noriu pasinaudoti 14 dienų grąžinimo teise. Užsakymas {nr}. Ką turiu daryti?",
				"Sveiki, ar galima grąžinti parduotuvėje Vilniuje, ar tik per kurjerį? Kalbu apie kėdę „{model}“ iš užsakymo {nr}, originali dėžė yra.",
			},
			answer: []string{
				"<p>Laba diena,</p><p>žinoma, kėdę galite grąžinti per 14 dienų. Paprasčiausia taip:</p><ol><li>įdėkite kėdę į dėžę ir užklijuokite grąžinimo lipduką, kurį atsiųsime atskiru laišku;</li><li>kurjeris dėžę paims {date};</li><li>{sum} grąžinsime per penkias darbo dienas nuo gavimo.</li></ol>",
			},
			again: []string{"Lipdukas dar neatėjo. Gal pateko į šlamštą?", "Pinigų dar negavau, nors siuntą atidaviau prieš savaitę."},
			note:  "Pirkėjas kėdę perka antrą kartą. Jei ims aukštesnį modelį, pristatymo nemokėtų.",
		}, {
			tag: "invoice", invoice: true, models: []string{"Nemunas"},
			subject: []string{"Prašau sąskaitos užsakymui {nr}", "Sąskaitos faktūros rekvizitai"},
			ask: []string{
				"Laba diena,\n\nprašau atsiųsti sąskaitą faktūrą užsakymui {nr} su įmonės rekvizitais: UAB „Baltoji gulbė“, įm. k. 300000000, Liepų g. 4, Utena. Buhalterė priima tik PDF.",
				"Sveiki, užsakymo {nr} sąskaitoje klaida adrese: turi būti Kėdainiai, o ne Kelmė. Ar galite pataisyti?",
			},
			answer: []string{"<p>Laba diena,</p><p>prisegu pataisytą sąskaitą, suma {sum}. Jei reikės dar kokio dokumento, rašykite!</p>"},
			again:  []string{"Ačiū! Ar galima įrašyti ir mūsų pirkimo numerį 2026/117?"},
			note:   "Rekvizitus patikrinau Registrų centre, viskas sutampa.",
		}, {
			tag: "warranty", warranty: true, models: []string{"Volta 40", "Volta 55", "Ampēra Mini"},
			subject: []string{"Mirksi šviestuvas „{model}“", "Garantija: „{model}“, užsakymas {nr}"},
			ask: []string{
				"Laba diena,\n\npastatomas šviestuvas „{model}“ po keturių mėnesių pradėjo mirksėti. Lemputę pakeičiau, nepadėjo. Užsakymas {nr}. Ar tai garantinis atvejis?",
				"Sveiki! Indukcinė kaitlentė „{model}“ rodo klaidą E4 ir išsijungia. Rozetė patikrinta, kiti prietaisai veikia. Kada galėtų atvykti meistras?",
			},
			answer: []string{"<p>Laba diena,</p><p>taip, „{model}“ taikoma dvejų metų garantija. Meistras pas Jus gali atvykti {date}; vizitas ir detalės Jums nieko nekainuos.</p><p>Iki tol prietaiso nenaudokite ir turėkite pirkimo įrodymą (tinka ir laiškas su užsakymu {nr}).</p>"},
			again:  []string{"Meistras buvo, bet pasakė, kad detalę reikia užsakyti. Kiek tai paprastai užtrunka?"},
			note:   "E4 šioje serijoje – ventiliatoriaus jutiklis. Detalė sandėlyje yra, {date} galiu nuvažiuoti.",
		}, {
			tag: "question", models: []string{"Sigulda", "Nida", "Palanga"},
			subject: []string{"Klausimas dėl sofos „{model}“", "Ar „{model}“ tilps siaurame laiptinės tarpe?"},
			ask: []string{
				"Laba diena,\n\nsvarstau pirkti sofą „{model}“, bet laiptinėje siauriausia vieta – 78 cm. Ar sofą pristatote surinktą, ar dalimis? Ir ar pilko audinio užvalkalai nuimami?",
				"Sveiki, namie turime dvi kates. Kuris „{model}“ sofos audinys atspariausias nagams? Ar galima gauti pavyzdžių paštu?",
			},
			answer: []string{"<p>Laba diena,</p><p>džiaugiamės, kad domitės! „{model}“ pristatome trijose dėžėse, plačiausia – 72 cm, taigi laiptine tikrai užneš. Užvalkalai nuimami, skalbiami 30 °C.</p><p>Audinių pavyzdžius išsiunčiau šiandien, gausite {date}.</p>"},
			again:  []string{"Pavyzdžiai atėjo, labai gražu! Ar žalios dar yra sandėlyje?"},
		}, {
			tag: "praise", models: []string{"Teiči"},
			subject: []string{"Ačiū Jūsų meistrui!", "Padėka pristatymo komandai"},
			ask: []string{
				"Laba diena,\n\nnoriu padėkoti dviem vyrams, kurie vakar atvežė ir surinko spintą „{model}“. Ne tik atvyko laiku, bet ir viską po savęs sutvarkė bei parodė mamai, kaip reguliuoti duris. Tokį aptarnavimą retai pamatysi!",
			},
			answer: []string{"<p>Laba diena,</p><p>kaip malonu tai skaityti! Jūsų žodžius perdaviau abiem meistrams ir jų vadovui. Tegul spinta tarnauja ilgai!</p>"},
		},
	},
}
