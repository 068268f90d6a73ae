//nolint:misspell // these are words of many languages
package language

// The words of each language, most frequent first: what holds sentences together, then what people write to a company
// about, in several forms, because endings tell languages apart. Written for this package.

var words = map[string]string{
	"en": `the to of and a in is that for it you we on was with have be this are not i our your as at but they my or from can has
		he she an will would been there which if all their one what when so about out do me who more no any were them by just some
		could did does had his her its than then these those how why where because also only after before other into over please
		thank thanks dear hello regards best sincerely order ordered delivery delivered parcel package invoice payment paid pay refund
		money bank account card customer service help need needed want wanted received receive waiting wait yesterday today tomorrow
		week weeks days day month year still yet never again problem problems broken works working work does doesn't don't can't i'm
		i've it's didn't product products return returned replace replacement warranty price question questions answer know see look
		think believe people time world first last new good great right wrong long little old same such each many most very well
		should must may might shall through between without within during while under against being having getting going coming
		making taking using looking trying said says told asked called sent send given made found left need something nothing
		everything someone anyone everyone here now always often already until since both another every own too much few less
		government country president company business market report according including public state number part information
		website password email phone address office street house water school children family mother father night morning evening
		however though although whether around another usually enough quickly really finally actually recently immediately`,
	"lv": `un ir ar ka par no uz tas kas to es ja vai tā pie lai mēs kā bet jūs nav arī man mums jums tad pēc kad vēl līdz bija mūsu jūsu
		viņš viņa viņi būs būtu šo šī šis šā tiek ko tikai jau kur gan pat pa pret pirms caur kopš bez ļoti vairāk kurš kura kuri kuru
		nevar var varētu vajag jābūt esmu esam esat sevi savu savas savā sava mana manu mani tev tevi jo cik kāds kāda kādu kādi viss visi visu
		visas labdien sveiki paldies lūdzu cienījamie cienījamā ar cieņu pasūtījums pasūtījumu pasūtījuma pasūtīju piegāde piegādes piegādi
		piegādāts sūtījums sūtījumu paka paku rēķins rēķinu rēķina maksājums maksājumu samaksāju samaksāt naudu nauda eiro banka bankas karti
		konts kontu klients klienti klientu apkalpošana palīdziet palīdzēt palīdzība saņēmu saņemt saņemta gaidu gaidīt vakar šodien rīt nedēļa
		nedēļas nedēļu dienas dienu diena mēnesi mēneša gada gadā gadu gads problēma problēmas nedarbojas darbojas darbs darba darbu prece preces preču
		atgriezt atmaksu garantija cena cenu jautājums jautājumu atbilde atbildi atbildēt zināt gribu gribētu vēlos vēlētos informācija informāciju
		tālrunis adrese iela mājas māja ūdens skola skolas bērni bērniem bērnu cilvēki cilvēku cilvēks laiks laika laikā pasaules pirmais pirmo
		jauns jauna jaunu labi labs liela lielu liels daudz maz citi cits cita citu pats paši dzīve dzīves valsts valstī latvijas latvijā latviešu rīgas rīgā
		pilsētas uzņēmums uzņēmuma darbinieki darbinieku saeima ministrs prezidents likums likuma tiesību tiesa pašvaldības izglītības nevienu neko nekad
		tagad drīz drīzāk varbūt tomēr tāpēc kāpēc kamēr starp saskaņā attiecībā noteikumi noteikt izmantot saistībā veikt iespējams nepieciešams
		vairs joprojām šeit tur viena viens vienu divi trīs četri pieci simts tūkstoši miljoni latu procenti sākt sākās beidzās teica saka runā domā ņemot
		ģimene ģimenes ķermeņa šķiet šādi tādi tādu tāda šajā tajā kļuva kļūt vīrietis sieviete vairākas vairāki`,
	"lt": `ir kad į iš su tai yra kaip bet o ne jau tik buvo už prie apie dėl jis ji jie po ar nuo tačiau per taip jo jos jų mes man mums jums jūs aš
		mano mūsų jūsų savo dar kur kas ką kuris kuri kurie kurių kurį bei arba nes nei nėra būti bus būtų gali galima turi turėjo reikia labai daug
		daugiau šis ši šio šios šią tas ta to tos tą tuo tada dabar čia ten iki pat visi visų viso visas kiti kitas kita kitų pagal tarp prieš be
		jeigu jei nors todėl kodėl kiek laba diena sveiki ačiū dėkoju prašau prašome gerbiami pagarbiai užsakymas užsakymo užsakymą užsakiau pristatymas
		pristatymo pristatyti siunta siuntos siuntą siuntinys sąskaita sąskaitą sąskaitos faktūra mokėjimas mokėjimo sumokėjau sumokėti pinigai pinigų
		pinigus eurų eurai bankas banko kortelė kortelę klientas klientai klientų aptarnavimas aptarnavimo padėkite padėti pagalba pagalbos gavau gauti negavau
		laukiu laukti vakar šiandien rytoj savaitė savaitės savaitę dienos dienų dieną mėnuo mėnesio metų metais metai problema problemos neveikia veikia
		darbas darbo darbą prekė prekės prekių prekę grąžinti grąžinimas garantija kaina kainą klausimas klausimą klausimų atsakymas atsakymo žinoti noriu
		norėčiau norime informacija informacijos telefonas adresas gatvė namai namų vanduo vandens mokykla mokyklos vaikai vaikų vaikams žmonės žmonių žmogus
		laikas laiko pasaulio pirmas pirmą naujas nauja naujų geras gerai didelis didelė mažas gyvenimo gyvenimas valstybės valstybė lietuvos lietuvoje lietuvių
		vilniaus vilniuje kauno miesto įmonė įmonės įmonių darbuotojai seimo seimas ministras prezidentas įstatymo teisės teismas savivaldybės švietimo nieko
		niekada greitai galbūt vis nebuvo buvau buvome esame esu nustatyti naudoti atlikti galėtų vienas viena vieną du trys keturi penki šimtai tūkstančių
		milijonų litų procentų pradėjo sako sakė kalbėjo šeima šeimos tokia toks tokių tokie tapo vyras moteris moterų kelis keletas ypač jog tiek pats`,
	"pl": `w i na z się nie do że to jest o jak a po za od co tak ale przez dla czy są już ma tylko był jego być tym było może tego która które który
		ich jej przed oraz gdy lub kiedy też także ten ta te tej tych jeszcze bardzo bo by ze we mnie mam pan pani państwo państwa mój moje moja nasz nasze
		naszej wasz swoje swój sobie nas nam wam was ja my wy oni ona on gdzie kto jakie jaki jeśli jeżeli więc ponieważ dlaczego dlatego można trzeba
		będzie będą miał miała mieli mogę możemy chcę chciałbym chciałabym proszę dziękuję dzień dobry witam pozdrawiam szanowni poważaniem zamówienie
		zamówienia zamówiłem zamówiłam dostawa dostawy przesyłka przesyłki przesyłkę paczka paczki paczkę faktura faktury fakturę płatność płatności zapłaciłem
		zapłacić pieniądze pieniędzy zwrot zwrotu złotych bank banku kartą konto konta klient klienta klientów obsługa obsługi pomoc pomocy pomóc otrzymałem
		otrzymałam otrzymać czekam czekać wczoraj dzisiaj dziś jutro tydzień tygodnia tygodni dni dnia miesiąc miesiąca miesięcy rok roku lat lata problem
		problemu działa praca pracy produkt produktu towar towaru zwrócić gwarancja gwarancji cena ceny cenę pytanie pytania odpowiedź odpowiedzi wiedzieć
		informacja informacji informacje telefon adres ulica ulicy dom domu woda wody szkoła szkoły dzieci ludzie ludzi człowiek człowieka czas czasu świata
		pierwszy pierwsza nowy nowa nowe nowych dobry dobrze duży wielki wiele więcej mały inne innych inny życie życia polska polski polsce polskiego
		warszawie warszawy miasta miasto firma firmy pracownicy rząd rządu prezydent minister prawo prawa sąd sądu nic nigdy teraz szybko jednak podczas między
		według przy pod nad bez aby choć żeby nawet właśnie jeden jedna jedno dwa trzy cztery pięć tysięcy milionów procent powiedział mówi mówił rodzina
		rodziny takie taki taka został została zostały stał mężczyzna kobieta kobiety kilka również której którym którzy którego wszystko wszystkich cię ją`,
	"ru": `и в не на что я с он как это а по но из у за то все так его к же вы от мы для о бы она они был ее мне было вас до если только уже меня нас
		или ни быть был была были еще ещё нет да во при их чтобы кто вот когда даже ну под где есть раз этот эта эти этого этой том тем чем себя
		свой свою своих моя мой мое мои наш наша наши вам нам ваш ваша вашу ваши который которая которые которых очень можно нужно надо может могу
		можем хочу хотел хотела хотелось здравствуйте добрый день спасибо пожалуйста уважаемые уважением заказ заказа заказал заказала доставка
		доставки доставку посылка посылку посылки счет счёт счета оплата оплаты оплатил оплатила деньги денег возврат возврата рублей евро банк
		банка карту карты клиент клиента клиентов обслуживание обслуживания помощь помогите помочь получил получила получить жду ждать вчера сегодня
		завтра неделя недели неделю дней дня месяц месяца год года году лет проблема проблемы проблему работает работа работы товар товара товары
		вернуть гарантия цена цену цены вопрос вопросы вопроса ответ ответа ответить знать знаю информация информации информацию телефон адрес улица улице дом
		дома вода воды школа школы дети детей люди людей человек человека время времени мира первый первая новый новая новые хорошо большой больше
		много мало другие другой других жизнь жизни россии россия российской москве города город страны компания компании сотрудники правительства президент
		министр закон закона право суд ничего никогда сейчас быстро однако потому поэтому почему через между после перед без чтобы хотя один одна
		одно два три четыре пять тысяч миллионов процентов сказал говорит говорил семья такие такой такая стал стала мужчина женщина женщины несколько
		также которого которому этом всех всё кроме тогда теперь здесь там сам самый были было этим чего тоже лишь`,
	"uk": `і в не на що я з та він як це а до у за й але по його про для від ми ви вона вони був було була були із бути чи або якщо тільки вже мене
		нас вас є ще так при їх щоб хто коли навіть де під цей ця ці цього цієї тим чим себе свій свою своїх моя мій моє мої наш наша наші вам
		нам ваш ваша вашу який яка яке які яких дуже можна треба потрібно може можу можемо хочу хотів хотіла хотілося добрий день вітаю доброго дякую
		будь ласка шановні повагою замовлення замовив замовила доставка доставки доставку посилка посилку посилки рахунок рахунку рахунки оплата
		оплати оплатив оплатила гроші грошей повернення гривень євро банк банку картку картки клієнт клієнта клієнтів обслуговування допомога
		допоможіть допомогти отримав отримала отримати чекаю чекати вчора сьогодні завтра тиждень тижня тижні днів дня місяць місяця рік року років
		проблема проблеми проблему працює робота роботи товар товару товари повернути гарантія ціна ціну ціни питання відповідь відповіді відповісти знати знаю
		інформація інформації інформацію телефон адреса вулиця вулиці дім будинок вода води школа школи діти дітей люди людей людина людини час часу світу
		перший перша новий нова нові добре великий більше багато мало інші інший інших життя україни україна українських києві міста місто країни
		компанія компанії працівники уряду президент міністр закон закону право суд нічого ніколи зараз швидко однак тому чому через між після перед без
		хоча один одна одне два три чотири п'ять тисяч мільйонів відсотків сказав каже говорив сім'я такі такий така став стала чоловік жінка жінки
		кілька також якого якому цьому всіх усе крім тоді тепер тут там сам саме були ніж лише щодо під час його її їй йому`,
	"et": `ja on ei et see oli ta kui ka ning aga oma mis või kes siis ma me te nad selle mida välja kuid nii veel ole olla pole juba saab seda siin seal
		kus olen oleme olete minu meie teie nende tema mul meil teil talle mulle neid väga palju rohkem ainult pärast enne kuni läbi ilma vastu
		kohta jaoks eest järgi peale üle all mille millal miks kuidas kas sest sellest sellel sellele selles samuti võib võiks peab pean tahan
		tahaks soovin sooviksin tere tänan aitäh palun lugupidamisega austatud tellimus tellimuse tellisin tarne tarnet kohaletoimetamine saadetis pakk
		paki pakki arve arvet arved makse makset maksin maksta raha tagasi eurot euro pank panga kaart kaardi konto klient kliendi kliendid klientide
		teenindus teeninduse abi aidata aidake sain saada saanud ootan oodata eile täna homme nädal nädala nädalat päeva päev päevad kuu kuud aasta
		aastal aastat aastate probleem probleemi ei tööta töötab töö tööd toode toote tooted tagastada tagastamine garantii hind hinda hinna küsimus küsimust
		küsimuse vastus vastust vastata teada tean teavet info telefon aadress tänav maja kodu vesi vee kool kooli lapsed laste inimesed inimest inimeste
		inimene aeg aega ajal maailma esimene esimese uus uue uued hea hästi suur suure väike teine teise teised elu eesti eestis tallinna tartu linna linn
		riigi riik ettevõte ettevõtte töötajad valitsus president minister seadus seaduse õigus õiguse kohus midagi mitte kunagi praegu kiiresti
		siiski seetõttu vahel üks kaks kolm neli viis kuus sada tuhat miljonit krooni protsenti ütles ütleb räägib pere perekond selline sellise
		selliste sai saanud mees naine naised mitu mõned mõni kõik kõiki kõige enam eriti vaid nagu ise võimalik vajalik olnud olid olime tuleb tuli läks
		teha teeb tegi anda annab võtta hakkas hakata näiteks lisaks`,
	"de": `der die und in den von zu das mit sich des auf für ist im dem nicht ein eine als auch es an werden aus er hat dass sie nach wird bei einer um
		am sind noch wie einem über einen so zum war haben nur oder aber vor zur bis mehr durch man sein wurde sei ich wir ihr mir mich uns ihnen
		ihre ihrer ihren unsere unser mein meine meiner meinen kein keine wenn weil dann da was wer wo warum kann können könnte muss müssen soll
		möchte möchten will wollen bin bist habe hatte hätte würde sehr schon immer wieder bitte danke hallo guten tag sehr geehrte damen herren
		freundlichen grüßen grüße vielen dank bestellung bestellt bestellen lieferung geliefert paket sendung rechnung rechnungen zahlung bezahlt
		bezahlen geld zurück erstattung euro bank konto karte kunde kunden kundendienst kundennummer hilfe helfen erhalten bekommen warte warten gestern
		heute morgen woche wochen tage tagen monat monate jahr jahre jahren problem probleme funktioniert arbeit arbeiten produkt produkte ware
		zurückgeben garantie preis preise frage fragen antwort antworten wissen information informationen telefon adresse straße haus wasser schule
		kinder menschen mensch leute zeit welt erste ersten neue neuen neuer gut große großen kleine andere anderen leben deutschland deutschen
		deutsche berlin stadt unternehmen firma mitarbeiter regierung präsident minister gesetz recht gericht nichts nie jetzt schnell jedoch
		deshalb zwischen gegen ohne während seit unter eins zwei drei vier fünf hundert tausend millionen prozent sagte sagt gesagt familie solche
		mann frau frauen einige mehrere alle alles jeder jede dieser diese dieses diesem diesen welche welcher gibt geht machen gemacht kommt
		lassen etwas damit dabei dafür darauf davon ob selbst denn doch also hier dort weiter gegenüber leider nochmals zwar`,
}

// others are languages that a desk here may meet and must not take for one of its own.
var others = map[string]string{
	"be": `і ў не на што я з а як па у да гэта ён за яго для ад але мы вы яна яны быў было была былі ці або калі толькі ўжо мяне нас вас ёсць
		яшчэ так пры іх каб хто дзе пад гэты гэтая гэтага свой сваю сваіх мой наш наша які якая якое якія якіх вельмі можна трэба можа дзякуй
		калі ласка добры дзень паважаныя пошта грошай рублёў дзень дзён года годзе гадоў праца працы людзі людзей чалавек час часу жыццё жыцця
		беларусі беларусь беларускай мінску горад горада краіны дзяржавы рэспублікі закон права больш шмат таксама пасля паміж праз адзін дзве тры
		сказаў будзе гаворыць дзеці дзяцей школы вады бацькі свету новы новыя`,
	"bg": `и на да се в за от не е са с по че ще това като до към или но как има при той тя те ние вие аз ми ни ви ги го му си съм сме сте бъде беше
		може трябва много повече само още вече след преди между през без тази този тези който която които какво къде кога защо благодаря моля
		здравейте уважаеми поръчка поръчката доставка пратка плащане пари сметка клиент клиенти помощ днес вчера утре седмица дни година години
		проблем работи продукт цена въпрос отговор информация хора човек време живот българия софия град държава според всички други голям нов`,
	"sr": `и у је да се на за од са не су као што о али или ће то он она они ми ви ја би био била били бити који која које када где како зашто само
		још већ после пре између кроз без ова овај ови може треба мора врло много више хвала молим поштовани наруџбина испорука пошиљка новац рачун
		помоћ данас јуче сутра недеља дана година године проблем ради производ цена питање одговор људи човек време живот србије београд града`,
	"cs": `a v se na je že s to z do o i k ve pro za by ale si po jako tak od jsou který která které jeho být byl byla bylo nebo už jen při až není
		jsem jsme jste bude jak co když také kde proč můj moje náš vaše vám nám mi mě prosím děkuji dobrý den zdravím pozdravem objednávka objednávky
		dodání zásilka balík faktura platba zaplatil peníze vrácení korun účet zákazník pomoc čekám včera dnes zítra týden dny dní rok roku let
		problém nefunguje práce zboží záruka cena otázka odpověď informace lidé lidí člověk čas život česká české praha města společnost vláda podle
		mezi před během více velmi protože ještě všechny další nový první může musí měl jejich této tento tím kteří svou své pouze několik`,
	"sk": `a v sa na je že s to z do o aj k vo pre za by ale si po ako tak od sú ktorý ktorá ktoré jeho byť bol bola bolo alebo už len pri až nie
		som sme ste bude čo keď tiež kde prečo môj moje náš vaše vám nám mi ma prosím ďakujem dobrý deň zdravím pozdravom objednávka objednávky
		dodanie zásielka balík faktúra platba zaplatil peniaze vrátenie eur účet zákazník pomoc čakám včera dnes zajtra týždeň dni dní rok roku rokov
		problém nefunguje práca tovar záruka cena otázka odpoveď informácie ľudia ľudí človek čas život slovenska slovensko bratislava mesta spoločnosť
		vláda podľa medzi pred počas viac veľmi pretože ešte všetky ďalší nový prvý môže musí mal ich tejto tento tým ktorí svoju svoje iba niekoľko`,
	"hr": `i u je da se na za od s ne su kao što o ali ili će to on ona oni mi vi ja bi bio bila bili biti koji koja koje kada gdje kako zašto samo
		još već nakon prije između kroz bez ova ovaj ovi može treba mora vrlo mnogo više hvala molim poštovani narudžba isporuka pošiljka novac račun
		pomoć danas jučer sutra tjedan dana godina godine problem radi proizvod cijena pitanje odgovor ljudi čovjek vrijeme život hrvatske zagreb`,
	"fi": `ja on ei että se oli hän kun myös mutta jos joka ovat kuin tai niin minä me te he sen sitä ole olla olen olemme nyt jo vielä vain
		hyvin paljon enemmän mitä missä milloin miksi miten koska tämä tämän nämä ne siitä siinä mukaan kanssa jälkeen ennen ilman voi voisi pitää
		pitäisi haluan haluaisin hei kiitos ystävällisin terveisin tilaus tilauksen tilasin toimitus paketti lasku maksu maksoin rahat takaisin euroa
		pankki kortti asiakas asiakkaan asiakaspalvelu apua auttaa sain saada odotan eilen tänään huomenna viikko viikkoa päivää päivä kuukausi vuosi
		vuonna vuoden ongelma toimi toimii työ tuote tuotteen palauttaa takuu hinta kysymys vastaus tietoa puhelin osoite katu talo vesi koulu
		lapset ihmiset ihmisten aika aikaa maailman ensimmäinen uusi uuden hyvä suuri pieni toinen elämä suomen suomessa helsingin kaupungin
		yritys hallitus laki oikeus mitään koskaan yksi kaksi kolme sanoi sanoo perhe mies nainen kaikki kaikkien ollut olivat tehdä`,
	"sv": `och i att det som en på är av för med den till inte har de ett om var jag men så vi kan du man han hon sig från eller när vid ska skulle
		också efter bara nu där här vad hur varför mycket mer alla andra över under mellan utan mot mitt min mina vår våra ert er era tack hej
		vänliga hälsningar beställning beställt leverans paket faktura betalning betalat pengar tillbaka kronor konto kort kund kunder hjälp behöver
		fått väntar igår idag imorgon vecka veckor dagar dag månad år problem fungerar arbete produkt varan pris fråga svar information människor
		tid liv första nya bra stor stora svenska sverige stockholm staden företag regeringen enligt någon något några denna detta dessa blir blev varit`,
	"da": `og i at det er en til på som med for af den de ikke der et har jeg vi kan du man han hun sig fra eller når ved skal ville også efter kun
		nu hvor her hvad hvordan hvorfor meget mere alle andre over under mellem uden mod min mit mine vores jeres tak hej venlig hilsen
		bestilling bestilt levering pakke faktura betaling betalt penge tilbage kroner konto kort kunde hjælp har fået venter i går dag morgen uge
		dage måned år problem virker arbejde produkt varen pris spørgsmål svar mennesker tid liv første nye godt store danske danmark blev været`,
	"no": `og i at det er en til på som med for av den de ikke der et har jeg vi kan du man han hun seg fra eller når ved skal ville også etter bare
		nå hvor her hva hvordan hvorfor mye mer alle andre over under mellom uten mot min mitt mine vår deres takk hei vennlig hilsen
		bestilling bestilt levering pakke faktura betaling betalt penger tilbake kroner konto kort kunde hjelp fått venter i går dag morgen uke
		dager måned år problem virker arbeid produkt varen pris spørsmål svar mennesker tid liv første nye godt store norske norge ble vært`,
	"nl": `de het een en van in is dat op te zijn met voor niet die er aan ook om als bij naar maar dan uit nog door over ze ik we wij je u hij zij
		heeft hebben had wordt worden werd was waren kan kunnen moet moeten zou mijn onze uw hun deze dit wat wie waar wanneer waarom hoe zeer veel
		meer alleen al tegen tussen zonder na tot bestelling besteld levering pakket factuur betaling betaald geld terug rekening klant klanten
		hulp graag dank bedankt beste vriendelijke groet gisteren vandaag morgen week weken dagen jaar jaren probleem werkt product prijs vraag
		antwoord informatie mensen tijd leven eerste nieuwe goed grote kleine andere nederland nederlandse stad bedrijf regering volgens`,
	"fr": `de la le et les des en un une du que est dans qui pour pas au sur par plus ne se ce il elle sont avec nous vous je mon ma mes notre votre nos
		vos leur leurs ils ont été être avoir fait faire mais ou où comme tout tous cette ces son sa ses aux si même aussi sans entre après avant
		très bien bonjour merci cordialement madame monsieur commande commandé livraison colis facture paiement payé argent remboursement euros
		compte carte client clients service aide reçu attends hier aujourd demain semaine jours jour mois année ans problème fonctionne travail
		produit prix question réponse information gens homme temps vie premier nouveau nouvelle grand petit autre autres france français ville
		entreprise gouvernement selon peut doit c'est n'est j'ai qu'il d'une l'on`,
	"es": `de la que el en y a los se del las un por con no una su para es al lo como más o pero sus le ha me si sin sobre este ya entre cuando todo
		esta ser son dos también fue había era muy años hasta desde está mi porque qué sólo han yo hay vez puede todos así nos ni parte tiene él
		uno donde bien tiempo mismo ese ahora cada vida otro después te otros aunque esa eso hace otra gobierno tan durante siempre día tanto ella
		gracias hola buenos días saludos pedido entrega paquete factura pago pagado dinero reembolso cuenta tarjeta cliente clientes ayuda recibido
		ayer hoy mañana semana problema funciona trabajo producto precio pregunta respuesta información gente hombre mundo nuevo nueva españa ciudad empresa`,
	"pt": `de a o que e do da em um para é com não uma os no se na por mais as dos como mas foi ao ele das tem à seu sua ou ser quando muito há nos já
		está eu também só pelo pela até isso ela entre era depois sem mesmo aos ter seus quem nas me esse eles estão você tinha foram essa num nem
		suas meu às minha têm numa pelos obrigado obrigada olá bom dia cumprimentos encomenda pedido entrega pacote fatura pagamento pago dinheiro
		reembolso conta cartão cliente clientes ajuda recebi ontem hoje amanhã semana dias anos problema funciona trabalho produto preço pergunta
		resposta informação pessoas homem mundo novo nova brasil portugal cidade empresa governo segundo não são então vão ção`,
	"it": `di e il la che in a per un è non una sono con del si le da i dei al come più anche ma della gli nel alla lo ha su o questo se io mi ci
		cosa delle nella dal dalla questa essere stato hanno loro suo sua ai tutti tutto dopo prima senza tra molto quando dove perché chi quale
		grazie buongiorno salve cordiali saluti ordine consegna pacco fattura pagamento pagato soldi rimborso conto carta cliente clienti aiuto
		ricevuto ieri oggi domani settimana giorni anni problema funziona lavoro prodotto prezzo domanda risposta informazioni persone uomo tempo vita
		primo nuovo nuova grande altro altri italia italiano città azienda governo secondo può deve così però già sarà degli dell'`,
	"ro": `de și în a la cu pe că nu o este din se un pentru sau mai ca au fost care să le ce prin după dar fi am sunt lui ale cel cea cei el ea ei noi
		voi eu mă te îl îi dumneavoastră acest această aceste când unde cum cine foarte mult doar între fără până către mulțumesc bună ziua salut
		stimate comandă comanda comenzii livrare colet factură plata plătit bani rambursare lei cont card client clienți ajutor primit aștept ieri
		astăzi mâine săptămână zile ani anul problemă funcționează lucru produs preț întrebare răspuns informații oameni om timp viață prima nou nouă
		mare alte românia român oraș companie guvern poate trebuie va vor fiind toate lor sale`,
	"hu": `a az és hogy nem is egy ez van meg csak már de ha volt el kell lehet mint még amely azt ki fel vagy be mert mi én te ő ön önök mely minden
		után szerint között nagyon több most itt ott mit hol mikor miért hogyan köszönöm kérem tisztelt üdvözlettel jó napot rendelés rendelést
		szállítás csomag számla fizetés fizettem pénz vissza forint bank kártya ügyfél ügyfelek segítség kaptam várok tegnap ma holnap hét nap napok
		hónap év éves évben probléma működik munka termék ár kérdés válasz információ emberek ember idő élet első új jó nagy más magyar magyarország
		budapest város cég kormány törvény jog lenne volna voltak ezt azok ezek amit aki akik nélkül alatt során illetve valamint pedig sem`,
	"tr": `ve bir bu da için ile de çok daha olarak var gibi ne kadar sonra ama ben biz siz onlar mi değil en olan oldu ya her şey o ki ise
		merhaba teşekkür ederim lütfen saygılar sipariş siparişim teslimat kargo fatura ödeme para iade hesap kart müşteri yardım aldım bekliyorum
		dün bugün yarın hafta gün ay yıl sorun çalışmıyor ürün fiyat soru cevap bilgi insan zaman hayat ilk yeni iyi büyük türkiye istanbul şehir şirket`,
}
