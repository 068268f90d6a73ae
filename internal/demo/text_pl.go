package demo

var polish = tongue{
	code: "pl", mail: "poczta.example", price: "%d,00 zł", quote: "{date} {name} napisał(a):",
	women: []string{"Aleksandra Wiśniewska", "Anna Dąbrowska", "Barbara Zielińska", "Ewa Szymańska", "Joanna Kozłowska", "Karolina Jabłońska", "Katarzyna Wróbel",
		"Magdalena Pawłowska", "Małgorzata Król", "Natalia Wieczorek", "Paulina Jaworska", "Zofia Sikora", "Żaneta Gąsior"},
	men: []string{"Adam Nowicki", "Bartosz Kamiński", "Grzegorz Lewandowski", "Jakub Woźniak", "Kamil Mazur", "Krzysztof Śliwiński", "Łukasz Piotrowski",
		"Marcin Grabowski", "Michał Zając", "Paweł Żurek", "Piotr Górski", "Rafał Ćwikła", "Wojciech Dudek"},
	thanks: []string{"Bardzo dziękuję za szybką odpowiedź!", "Dziękuję, wszystko jasne. Miłego dnia!", "Super, sprawa załatwiona. Dzięki!", "Dziękuję za pomoc, pozdrawiam."},
	bye:    []string{"Pozdrawiam\n", "Z poważaniem\n", "Z góry dziękuję\n", "Pozdrawiam serdecznie\n"},
	topics: []topic{
		{
			tag: "delivery", models: []string{"Gauja", "Wigry", "Kolka"},
			subject: []string{"Kiedy dotrze zamówienie {nr}?", "Zamówienie {nr} – termin dostawy", "Kurier nikogo nie zastał"},
			ask: []string{
				"Dzień dobry,\n\ntydzień temu zamówił{em|am} u Państwa stół „{model}” (zamówienie {nr}). Na koncie wciąż widnieje „W trakcie kompletowania”. Czy wiadomo, którego dnia go przywieziecie? W tygodniu jestem w domu dopiero po 17.",
				"Dzień dobry,\n\nkurier dzwonił dziś, gdy był{em|am} w pracy, i odjechał. Numer zamówienia {nr}. Czy możemy umówić inny termin, najlepiej sobotę rano? Trzecie piętro bez windy.",
				"Dzień dobry, dotarły dwie paczki z trzech, brakuje nóg do stołu „{model}”. Zamówienie {nr}. Kiedy mogę się spodziewać reszty?",
			},
			answer: []string{
				"<p>Dzień dobry,</p><p>dziękuję za wiadomość. Zamówienie {nr} zostało dziś rano przekazane kurierowi, dostawa jest planowana na {date} między 17 a 20. Godzinę wcześniej kurier do Państwa zadzwoni.</p><p>Jeśli ten termin nie pasuje, proszę odpisać, zmienimy go bezpłatnie.</p>",
				"<p>Dzień dobry,</p><p>przepraszam za kłopot. Skontaktował{em|am} się z magazynem: przesyłka jest już w Warszawie i dotrze {date}. Wniesienie na trzecie piętro jest w cenie.</p>",
			},
			again: []string{"Dziękuję, ale tego dnia mnie nie będzie. Czy może być dzień później?", "Czy kurier mógłby zadzwonić pod inny numer? Mój telefon jest w naprawie."},
			note:  "Magazyn potwierdza: ostatnia paczka leży w sortowni w Strykowie, jutro dołączą ją do trasy.",
		}, {
			tag: "damaged", photo: true, models: []string{"Amata", "Abava", "Śniardwy"},
			subject: []string{"Uszkodzony towar, zamówienie {nr}", "Porysowany regał „{model}”"},
			ask: []string{
				"Dzień dobry,\n\nwczoraj odebrał{em|am} regał „{model}”, ale z boku jest rysa długości około 10 cm, a jeden róg jest wgnieciony. Opakowanie z zewnątrz było całe. Załączam zdjęcie. Co dalej?\n\nZamówienie {nr}.",
				"Dzień dobry, po rozpakowaniu regału „{model}” okazało się, że tylna płyta jest pęknięta (zdjęcie w załączniku). Nie chcę odsyłać całości, czy można dosłać samą płytę?",
			},
			answer: []string{
				"<p>Dzień dobry,</p><p>bardzo przepraszamy, że regał dotarł uszkodzony. Dziękuję za zdjęcie, w zupełności wystarczy. Możemy:</p><ul><li>{date} przywieźć nową część i zabrać uszkodzoną,</li><li>zwrócić {sum}, jeśli zechcą Państwo regał zatrzymać.</li></ul><p>Proszę o informację, co będzie wygodniejsze.</p>",
			},
			again: []string{"Poproszę o nową część. Czy monter też ją wymieni?", "Wybieram zwrot części kwoty. Kiedy pieniądze będą na koncie?"},
			note:  "To już trzeci „{model}” z wgniecionym rogiem w tym miesiącu. Trzeba porozmawiać z producentem o opakowaniu.",
		}, {
			tag: "return", models: []string{"Usma", "Narew", "Biebrza"},
			subject: []string{"Zwrot krzesła „{model}”", "Odstąpienie od umowy, zamówienie {nr}"},
			ask: []string{
				"Dzień dobry,\n\nkrzesło biurowe „{model}” jest dla mnie jednak za niskie. Tylko je rozpakował{em|am}, nic nie jest zniszczone. Chcę skorzystać z prawa zwrotu w ciągu 14 dni. Zamówienie {nr}. Co mam zrobić?",
				"Dzień dobry, czy zwrotu można dokonać w salonie w Warszawie, czy tylko kurierem? Chodzi o krzesło „{model}” z zamówienia {nr}, oryginalny karton jest.",
			},
			answer: []string{
				"<p>Dzień dobry,</p><p>oczywiście, krzesło można zwrócić w ciągu 14 dni. Najprościej tak:</p><ol><li>proszę włożyć krzesło do kartonu i nakleić etykietę, którą wyślemy w osobnej wiadomości,</li><li>kurier odbierze karton {date},</li><li>{sum} zwrócimy w ciągu pięciu dni roboczych od otrzymania przesyłki.</li></ol>",
			},
			again: []string{"Etykieta jeszcze nie przyszła. Może trafiła do spamu?", "Pieniędzy nadal nie ma, choć paczkę oddał{em|am} tydzień temu."},
			note:  "Klient kupuje u nas drugi raz. Jeśli weźmie wyższy model, nie liczymy dostawy.",
		}, {
			tag: "invoice", invoice: true, models: []string{"Wisła"},
			subject: []string{"Proszę o fakturę do zamówienia {nr}", "Korekta faktury"},
			ask: []string{
				"Dzień dobry,\n\nproszę o fakturę do zamówienia {nr} na firmę: Biały Łabędź Sp. z o.o., NIP 0000000000, ul. Lipowa 4, 10-001 Olsztyn. Księgowość przyjmuje tylko PDF.",
				"Dzień dobry, na fakturze do zamówienia {nr} jest błąd w adresie: powinna być Łomża, a nie Łódź. Czy można prosić o korektę?",
			},
			answer: []string{"<p>Dzień dobry,</p><p>w załączniku przesyłam poprawioną fakturę na kwotę {sum}. Gdyby był potrzebny jeszcze jakiś dokument, proszę pisać śmiało!</p>"},
			again:  []string{"Dziękuję! Czy można dopisać nasz numer zamówienia 2026/117?"},
			note:   "Dane sprawdzone w białej liście, wszystko się zgadza.",
		}, {
			tag: "warranty", warranty: true, models: []string{"Volta 40", "Volta 55", "Ampēra Mini"},
			subject: []string{"Lampa „{model}” migocze", "Gwarancja: „{model}”, zamówienie {nr}"},
			ask: []string{
				"Dzień dobry,\n\nlampa podłogowa „{model}” po czterech miesiącach zaczęła migotać. Żarówka wymieniona, nie pomogło. Zamówienie {nr}. Czy to podlega gwarancji?",
				"Dzień dobry, płyta indukcyjna „{model}” pokazuje błąd E4 i się wyłącza. Gniazdko sprawdzone, inne urządzenia działają. Kiedy mógłby przyjechać serwisant?",
			},
			answer: []string{"<p>Dzień dobry,</p><p>tak, na „{model}” obowiązuje dwuletnia gwarancja. Serwisant może przyjechać {date}; wizyta i części nic Państwa nie kosztują.</p><p>Do tego czasu proszę nie używać urządzenia i przygotować dowód zakupu (wystarczy e-mail z numerem zamówienia {nr}).</p>"},
			again:  []string{"Serwisant był, ale powiedział, że część trzeba zamówić. Ile to zwykle trwa?"},
			note:   "E4 w tej serii to czujnik wentylatora. Część jest w magazynie, termin {date} do potwierdzenia z serwisem.",
		}, {
			tag: "question", models: []string{"Sigulda", "Mazury", "Hel"},
			subject: []string{"Pytanie o sofę „{model}”", "Czy „{model}” zmieści się na klatce schodowej?"},
			ask: []string{
				"Dzień dobry,\n\nzastanawiam się nad sofą „{model}”, ale najwęższe miejsce na klatce ma 78 cm. Czy przywozicie ją złożoną, czy w częściach? I czy pokrowce z szarej tkaniny są zdejmowane?",
				"Dzień dobry, mamy dwa koty. Która tkanina na sofę „{model}” najlepiej znosi pazury? Czy mogę dostać próbki pocztą?",
			},
			answer: []string{"<p>Dzień dobry,</p><p>miło nam! „{model}” przyjeżdża w trzech kartonach, najszerszy ma 72 cm, więc na pewno się zmieści. Pokrowce są zdejmowane, pranie w 30 stopniach.</p><p>Próbki tkanin wysłał{em|am} dzisiaj, dotrą {date}.</p>"},
			again:  []string{"Próbki dotarły, piękne! Czy zielona jest jeszcze w magazynie?"},
		}, {
			tag: "praise", models: []string{"Teiči"},
			subject: []string{"Podziękowania dla montera", "Pochwała dla ekipy dostawczej"},
			ask: []string{
				"Dzień dobry,\n\nchcę podziękować dwóm panom, którzy wczoraj przywieźli i złożyli szafę „{model}”. Przyjechali punktualnie, posprzątali po sobie i pokazali mojej mamie, jak regulować drzwi. Taka obsługa to rzadkość!",
			},
			answer: []string{"<p>Dzień dobry,</p><p>jak miło to czytać! Przekazał{em|am} te słowa obu monterom i ich kierownikowi. Niech szafa służy długo!</p>"},
		},
	},
}
