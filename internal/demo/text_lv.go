package demo

var latvian = tongue{
	code: "lv", mail: "pasts.example", price: "%d,00 €", quote: "{date} {name} rakstīja:",
	women: []string{"Anita Liepiņa", "Baiba Krūmiņa", "Dace Vītola", "Elīna Āboliņa", "Evita Šmite", "Gunta Zariņa", "Ieva Jansone", "Inga Grīnberga",
		"Kristīne Dumpe", "Līga Paegle", "Madara Eglīte", "Santa Žagare", "Signe Ķibilda", "Zane Ūsiņa"},
	men: []string{"Aigars Balodis", "Andris Cīrulis", "Artūrs Ģērmanis", "Edgars Kļaviņš", "Gatis Rudzītis", "Ivars Štāls", "Jānis Priede", "Kaspars Lācis",
		"Kārlis Bērzkalns", "Normunds Vanags", "Pēteris Zvirbulis", "Raivis Ņikitins", "Uldis Mežs", "Valdis Strautiņš"},
	thanks: []string{"Liels paldies par ātro atbildi! Viss skaidrs.", "Paldies, tā arī darīšu. Jauku dienu!", "Paldies, viss atrisināts!", "Super, paldies par palīdzību."},
	bye:    []string{"Ar cieņu,\n", "Ar sveicieniem,\n", "Paldies!\n", "Jauku dienu!\n"},
	topics: []topic{
		{
			tag: "delivery", models: []string{"Saulkrasti", "Gauja", "Kolka", "Rāzna"},
			subject: []string{"Kad tiks piegādāts pasūtījums {nr}?", "Pasūtījums {nr}: piegādes laiks", "Kurjers mani nesastapa"},
			ask: []string{
				"Labdien!\n\nPirms nedēļas pie jums pasūtīju ēdamgaldu „{model}” (pasūtījums {nr}). Lapā joprojām rakstīts „Tiek komplektēts”. Vai varat pateikt, kurā dienā to atvedīs? Darba dienās mājās esmu tikai pēc pulksten 17.",
				"Sveiki!\n\nKurjers šodien zvanīja, kad biju darbā, un aizbrauca. Pasūtījuma numurs {nr}. Vai var vienoties par citu laiku, vislabāk sestdienas rītā? Trešais stāvs, lifta nav.",
				"Labdien!\n\nSaņēmu tikai divas no trim kastēm, trūkst galda „{model}” kāju. Pasūtījums {nr}. Kad gaidīt pārējo?",
			},
			answer: []string{
				"<p>Labdien!</p><p>Paldies par ziņu! Pasūtījums {nr} šorīt ir nodots kurjeram, un piegāde paredzēta {date} no plkst. 17 līdz 20. Stundu pirms ierašanās kurjers jums piezvanīs.</p><p>Ja šis laiks neder, lūdzu, atrakstiet, un mēs to pārcelsim bez maksas.</p>",
				"<p>Labdien!</p><p>Atvainojos par neērtībām. Sazinājos ar noliktavu: sūtījums ir Rīgā, un to atvedīs {date}. Uznešana līdz trešajam stāvam ir iekļauta cenā.</p>",
			},
			again: []string{"Paldies, bet šajā dienā būšu {izbraucis|izbraukusi}. Vai var dienu vēlāk?", "Vai kurjers var piezvanīt uz citu numuru? Mans telefons pašlaik ir remontā."},
			note:  "Noliktava apstiprina: pēdējā kaste atrodas Rumbulas šķirošanas punktā, rīt to pievienos maršrutam.",
		}, {
			tag: "damaged", photo: true, models: []string{"Līgatne", "Amata", "Abava"},
			subject: []string{"Bojāta prece, pasūtījums {nr}", "Saskrāpēts plaukts „{model}”"},
			ask: []string{
				"Labdien!\n\nVakar saņēmu plauktu „{model}”, taču sānu malā ir aptuveni 10 cm garš skrāpējums, un viens stūris ir iesists. Iepakojums no ārpuses bija vesels. Pievienoju foto. Kā rīkosimies?\n\nPasūtījums {nr}.",
				"Sveiki! Izsaiņojām grāmatplauktu „{model}”, un aizmugures panelis ir ieplīsis (skat. attēlu). Negribētu visu sūtīt atpakaļ, varbūt var atsūtīt tikai jaunu paneli?",
			},
			answer: []string{
				"<p>Labdien!</p><p>Ļoti atvainojos, ka plaukts atnāca bojāts. Paldies par foto, ar to pilnīgi pietiek. Piedāvāju divas iespējas:</p><ul><li>{date} kurjers atved jaunu daļu un paņem bojāto;</li><li>paturat plauktu un saņemat atpakaļ {sum}.</li></ul><p>Lūdzu, atrakstiet, kas jums ir ērtāk.</p>",
			},
			again: []string{"Labāk jaunu daļu. Vai man pašam tā jāskrūvē, vai arī meistars atbrauks?", "Ņemšu atlaidi. Cik ilgi jāgaida, līdz nauda būs kontā?"},
			note:  "Tas ir jau trešais „{model}” ar iesistu stūri šomēnes. Jāparunā ar ražotāju par iepakojumu.",
		}, {
			tag: "return", models: []string{"Engure", "Usma", "Burtnieks"},
			subject: []string{"Vēlos atgriezt krēslu „{model}”", "Atteikuma tiesības, pasūtījums {nr}"},
			ask: []string{
				"Labdien!\n\nBiroja krēsls „{model}” man tomēr ir par zemu. Esmu to tikai {izsaiņojis un apsēdies|izsaiņojusi un apsēdusies}, nekas nav bojāts. Vēlos izmantot 14 dienu atteikuma tiesības. Pasūtījums {nr}. Kas man jādara?",
				"Sveiki! Vai atgriezt var arī veikalā Rīgā, vai tikai ar kurjeru? Runa ir par krēslu „{model}” no pasūtījuma {nr}, oriģinālā kaste vēl ir.",
			},
			answer: []string{
				"<p>Labdien!</p><p>Protams, krēslu varat atgriezt 14 dienu laikā. Vienkāršākais ceļš:</p><ol><li>ielieciet krēslu kastē un uzlīmējiet atgriešanas etiķeti, ko atsūtīsim atsevišķā e-pastā;</li><li>kurjers kasti paņems {date};</li><li>{sum} atmaksāsim piecu darba dienu laikā pēc saņemšanas.</li></ol><p>Ja jums tā ērtāk, krēslu pieņems arī veikalā Rīgā, Brīvības gatvē 300.</p>",
			},
			again: []string{"Etiķete vēl nav atnākusi. Varbūt tā nokļuvusi mēstulēs?", "Nauda vēl nav saņemta, lai gan paku atdevu pirms nedēļas."},
			note:  "Klients krēslu pērk otro reizi. Ja ņem augstāko modeli, piegādi neiekasējam.",
		}, {
			tag: "invoice", invoice: true, models: []string{"Daugava"},
			subject: []string{"Lūdzu rēķinu pasūtījumam {nr}", "Rēķina rekvizīti"},
			ask: []string{
				"Labdien!\n\nLūdzu, atsūtiet rēķinu pasūtījumam {nr} ar uzņēmuma rekvizītiem: SIA „Baltais gulbis”, reģ. nr. 40000000000, Liepu iela 4, Cēsis. Grāmatvede pieņem tikai PDF.",
				"Sveiki! Rēķinā pasūtījumam {nr} ir kļūda adresē: jābūt Kuldīgā, nevis Kandavā. Vai varat izlabot?",
			},
			answer: []string{"<p>Labdien!</p><p>Pielikumā ir izlabotais rēķins par {sum}. Ja vajag vēl kādu dokumentu, droši rakstiet!</p>"},
			again:  []string{"Paldies! Vai rēķinā var norādīt arī mūsu iepirkuma numuru 2026/117?"},
			note:   "Rekvizīti pārbaudīti Uzņēmumu reģistrā, viss sakrīt.",
		}, {
			tag: "warranty", warranty: true, models: []string{"Volta 40", "Volta 55", "Ampēra Mini"},
			subject: []string{"Lampa „{model}” mirgo", "Garantija: „{model}”, pasūtījums {nr}"},
			ask: []string{
				"Labdien!\n\nStāvlampa „{model}” sāka mirgot pēc četriem mēnešiem. Spuldzi nomainīju, nelīdzēja. Pirkuma pasūtījums {nr}. Vai tas ir garantijas gadījums?",
				"Sveiki! Indukcijas plīts „{model}” rāda kļūdu E4 un izslēdzas. Kontaktligzda pārbaudīta, citas ierīces tajā strādā. Kad varētu atbraukt meistars?",
			},
			answer: []string{"<p>Labdien!</p><p>Jā, uz „{model}” attiecas divu gadu garantija. Meistars pie jums var būt {date}; apmeklējums un detaļas jums neko nemaksā.</p><p>Lūdzu, līdz tam ierīci nelietojiet un sagatavojiet pirkuma apliecinājumu (der arī e-pasts ar pasūtījumu {nr}).</p>"},
			again:  []string{"Meistars bija, bet teica, ka detaļa jāpasūta. Cik ilgi tas parasti aizņem?"},
			note:   "E4 šai sērijai ir ventilatora sensors. Detaļa noliktavā ir, {date} Jonas var aizbraukt.",
		}, {
			tag: "question", models: []string{"Sigulda", "Jūrkalne", "Dundaga"},
			subject: []string{"Jautājums par dīvānu „{model}”", "Vai „{model}” var iznest pa šaurām kāpnēm?"},
			ask: []string{
				"Labdien!\n\nApsveru dīvānu „{model}”, bet kāpņu telpā mazākais platums ir 78 cm. Vai dīvānu piegādā saliktu vai pa daļām? Un vai pelēkajam audumam ir noņemami pārvalki?",
				"Sveiki! Mums ir divi kaķi. Kurš audums dīvānam „{model}” vislabāk iztur nagus? Vai ir iespējams saņemt paraudziņus pa pastu?",
			},
			answer: []string{"<p>Labdien!</p><p>Paldies par interesi! „{model}” piegādājam trijās kastēs, platākā ir 72 cm, tātad pa jūsu kāpnēm tas tiks augšā. Pārvalki ir noņemami un mazgājami 30 grādos.</p><p>Auduma paraugus izsūtīju šodien, tie pienāks {date}.</p>"},
			again:  []string{"Paraugi atnāca, smuki! Vai zaļais vēl ir noliktavā?"},
		}, {
			tag: "praise", models: []string{"Teiči"},
			subject: []string{"Paldies jūsu meistaram!", "Uzslava piegādātājiem"},
			ask: []string{
				"Labdien!\n\nGribu pateikt paldies diviem puišiem, kas vakar atveda un salika skapi „{model}”. Ne tikai laikā, bet arī aiz sevis visu sakopa un parādīja manai mammai, kā regulēt durvis. Tādu servisu reti redz!",
			},
			answer: []string{"<p>Labdien!</p><p>Tik jauki to lasīt! Nodevu jūsu vārdus abiem meistariem un viņu vadītājam. Lai skapis kalpo ilgi!</p>"},
		},
	},
}
