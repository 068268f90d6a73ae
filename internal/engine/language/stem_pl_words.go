package language

// plIrregular are the forms of Polish words whose stems share too little, as grammars list them; without marks.
var plIrregular = forms(`
	byc jestem jestes jest jestesmy jestescie sa bylem bylam byles bylas byl byla bylo bylismy bylysmy byliscie byli byly bede bedziesz bedzie bedziemy bedziecie beda
		bylby byloby bylaby byliby bylyby badz badzcie badzmy bedac bedacy bedaca bedacych bycie bycia byciem byciu;
	czlowiek czlowieka czlowiekiem czlowieku czlowiekowi ludzie ludzi ludziom ludzmi ludziach;
	dobry lepszy lepsza lepsze lepszego lepszej lepszych lepszym lepsi najlepszy najlepsza najlepsze najlepszych najlepszego najlepszym najlepszej najlepsi
		dobra dobre dobrego dobrej dobrych dobrym dobrymi; dobrze lepiej najlepiej;
	zly gorszy gorsza gorsze gorszego gorszych gorszym gorszej najgorszy najgorsza najgorsze najgorszych najgorszym zla zle zlego zlej zlych zlym;
	maly mniejszy mniejsza mniejsze mniejszego mniejszej mniejszych mniejszym mniejsi najmniejszy najmniejsza najmniejsze mala male malego malej malych malym malymi; malo mniej najmniej;
	duzy wiekszy wieksza wieksze wiekszego wiekszej wiekszych wiekszym wieksi najwiekszy najwieksza najwieksze najwiekszych najwiekszego najwiekszym najwiekszej duza duze duzego duzej duzych duzym duzymi;
	duzo wiele wielu wieloma wiecej najwiecej;
	miec mam masz ma mamy macie maja mial miala mialo mieli mialy mialem mialam mielismy mialby mialaby majac majacy majaca majace majacych;
	wiedziec wiem wiesz wie wiemy wiecie wiedza wiedzial wiedziala wiedzialem wiedzialam wiedzieli wiedzialo wiedzialy wiedzac;
	powiedziec powiem powiesz powie powiemy powiedza powiedzial powiedziala powiedzialo powiedzieli powiedzialy powiedzialem powiedzialam powiedz powiedziano powiedziawszy;
	chciec chce chcesz chcemy chcecie chca chcial chciala chcieli chcialy chcialo chcialem chcialam chcialbym chcialabym chcialby chcialaby chcielismy chcielibysmy chcac chciano;
	moc moge mozesz moze mozemy mozecie moga mogl mogla moglo mogli mogly moglby mogloby moglaby mogliby moglbym moglabym moglem moglam mogac;
	pomoc pomocy pomoca pomoze pomoge pomozesz pomozemy pomoga pomogl pomogla pomogli pomogly pomogloby pomozcie pomoz;
	musiec musze musisz musi musimy musicie musza musial musiala musialo musieli musialy musialem musialam musialby;
	dziecko dziecka dziecku dzieckiem dzieci dzieciom dziecmi dzieciach; rok roku rokiem rokowi roki lata lat latom latami latach;
	dzien dnia dniu dniem dniowi dni dnie dniom dniami dniach; tydzien tygodnia tygodniu tygodniem tygodniowi tygodnie tygodni tygodniom tygodniami tygodniach;
	znalezc znajde znajdziesz znajdzie znajdziemy znajda znalazl znalazla znalazlem znalazlam znalezli znaleziono znalazlo znalazly znaleziony znaleziona znalezione znalezionych znajdz;
	wziac wezme wezmiesz wezmie wezmiemy wezma wzial wziela wzieli wziely wzielo wzialem wzielam wez wezcie wziety wzieta wziete wziawszy;
	jechac jade jedziesz jedzie jedziemy jada jechal jechala jechali jechaly jedz jadac jadacy; jesc jem je jesz jemy jecie jedza jadl jadla jedli jadly jadlem jadlam jedzac jedzony;
	stac stoje stoisz stoi stoimy stoja stal stala stalo stali staly stalem stalam stojac stojacy stojaca stojace stojacych; bac boje boisz boi boimy boja baly bojac;
	spac spie spisz spi spimy spia spal spala spali spaly spiac spiacy;
	znac znam znasz zna znamy znacie znaja znal znala znalo znali znaly znalem znalam znajac znany znana znane znanych znanego znanej znanym znani znanymi;
	grac gram grasz gra gramy gracie graja gral grala gralo grali graly gralem gralam grajac grajacy grany grana grane gry gre grze gier grom grami grach; dbac dbam dbasz dba dbamy dbaja dbal dbala dbali dbaly dbajac;
	trwac trwa trwaja trwal trwala trwalo trwali trwaly trwajac trwajacy trwajaca trwajace trwajacych trwajacego trwajacej trwajacym;
	zwac zwie zwal zwala zwali zwany zwana zwane zwanego zwanej zwanych zwanym;
	brat brata bratu bratem bracie bracia braci braciom bracmi braciach; ojciec ojca ojcu ojcem ojcowie ojcow ojcom; pies psa psu psem psy psow psom psami psach;
	oko oka oku okiem oczy oczu oczom oczami oczach; ucho ucha uchu uchem uszy uszu uszom uszami uszach; imie imienia imieniu imieniem imiona imion imionom imionami;
	przyjaciel przyjaciela przyjacielu przyjacielowi przyjacielem przyjaciele przyjaciol przyjaciolom przyjaciolmi przyjaciolach;
	ksiadz ksiedza ksiedzu ksiedzem ksieza ksiezy ksiezom; tysiac tysiaca tysiacem tysiace tysiecy tysiacom tysiacami tysiacach;
	on go jego niego jemu niemu mu nim ona jej niej nia ono oni ich nich im nimi one; ten ta to tego temu tym te tej tych tymi ci;
	kto kogo komu kim; co czego czemu czym; swoj swoja swoje swojego swojej swojemu swoim swoich swoimi swoi swego swej swych swym swe swa swemu;
	moj moja moje mojego mojej mojemu moim moich moimi moi mego mej mych mym; twoj twoja twoje twojego twojej twoim twoich; ja mnie mi mna; ty ciebie cie tobie toba; my nas nam nami; wy was wam wami; siebie sobie soba sie;
	jeden jedna jedno jednego jednej jednemu jednym jednych jedni jedne jednymi; dwa dwie dwoch dwoma dwom dwu dwaj; trzy trzech trzem trzema trzej; cztery czterech czterem czterema;
	wszystek wszystko wszyscy wszystkie wszystkich wszystkim wszystkiego wszystkiemu wszystkimi; pan pana panu panem panie panowie panow panom;
	jakis jakas jakies jakiegos jakiejs jakims jakichs jakimis jakiemus; ktos kogos komus kims; cos czegos czemus czyms`)

// plRoots are the forms of verbs that stand behind many prefixes.
var plRoots = forms(`
	isc ide idziesz idzie idziemy idziecie ida szedl szla szlo szli szly idz idzcie idac szedlem szlam szlismy idacy idaca jsc jde jdziesz jdzie jdziemy jdziecie jda jdz jdzcie;
	niesc niose niesiesz niesie niesiemy niosa niosl niosla nioslo niesli niosly nioslem nioslam nies niescie niosac niosacy niesiony niesiona niesione niesiono;
	wiezc wioze wieziesz wiezie wieziemy wioza wiozl wiozla wiozlo wiezli wiozly wiez wiozac wieziony; kladsc klasc klade kladziesz kladzie klada kladl kladla kladli kladly kladac;
	brac biore bierzesz bierze bierzemy bierzecie biora bral brala bralo brali braly bralem bralam brano bierz bierzcie biorac bioracy bioraca biorace bioracych brany brana brane branych branego branej branym branymi branemu brani;
	dac dam dasz da damy dacie dadza dal dala dalo dali daly dalem dalam daj dajcie dajmy dany dana dane danych danego danej danym danymi danemu dani dano dawszy daloby dalby;
	slac sle slesz sle slemy sla slal slala slali slaly slalem slalam slij slijcie slany slana slane slano slanych slanego slanej slanym;
	zyc zyje zyjesz zyjemy zyja zyl zyla zylo zyli zyly zylem zylam zyjac zyjacy zyjaca zyjace zyjacych zyjacej zyjacym zyjacego zyj zyty zyta zyte zytych zytego zytej zytym zyto; pic pije pijesz pijemy pija pil pila pili pily pilem pilam pijac pijacy pij pijmy pijcie pity pita pite;
	myc myje myjesz myjemy myja myl myla myli myly myjac myty myta myte; bic bije bijesz bijemy bija bil bila bili bily bijac bity bita bite bitych bitego bitej bitym; szyc szyje szyjesz szyja szyl szyla szyli szyty;
	kryc kryje kryjesz kryja kryl kryla kryli kryly kryjac kryty kryta kryte krytych krytego krytej krytym kryto; czuc czuje czujesz czujemy czuja czul czula czulo czuli czuly czulem czulam czujac czujacy;
	stac stal stala stalo staly stalem stalam stanie stana stane staniesz staniemy stawszy`)

// plPositive are the stems of comparatives that lose or change more than -sz- tells, and those of their positives.
var plPositive = map[string]string{
	"wyzsz": "wysok", "nizsz": "nisk", "krotsz": "krotk", "dalsz": "dalek", "blizsz": "blisk", "szersz": "szerok", "lzejsz": "lekk", "ciezsz": "ciezk",
	"drozsz": "drog", "dluzsz": "dlug", "szybsz": "szybk", "wezsz": "wask", "tansz": "tan", "glebsz": "glebok", "rzadsz": "rzadk", "slodsz": "slodk",
}

// plPrefixes are the prefixes of verbs, with the vowel that eases them, and what they are without it.
var plPrefixes = []rewrite{
	{"", ""}, {"do", "do"}, {"na", "na"}, {"nade", "nad"}, {"nad", "nad"}, {"ode", "od"}, {"od", "od"}, {"obe", "ob"}, {"po", "po"}, {"pode", "pod"}, {"pod", "pod"},
	{"prze", "prze"}, {"przy", "przy"}, {"roze", "roz"}, {"roz", "roz"}, {"sprze", "sprze"}, {"u", "u"}, {"we", "w"}, {"w", "w"}, {"wy", "wy"}, {"za", "za"}, {"ze", "z"}, {"z", "z"},
}

// plIrregularStem looks up a word, and a verb behind its prefix.
func plIrregularStem(folded string) (string, bool) {
	if lemma, ok := plIrregular[folded]; ok {
		return "0" + lemma, true
	}
	for _, p := range plPrefixes {
		rest, ok := behind(folded, p.end)
		if !ok || len(rest) < 3 && len(p.end) == 1 || len(rest) < 2 {
			continue
		}
		if root, found := plRoots[rest]; found {
			return p.to + "0" + root, true
		}
	}
	return "", false
}
