package commitment

// unit is a length of time by which people promise.
type unit int

const (
	minutes unit = iota + 1
	hours
	days
	weeks
	months
)

// mark is what a phrase says of when: a day, a time of it, or both.
type mark int

const (
	dayAhead   mark = iota + 1 // so many days ahead
	weekEnd                    // the last working day so many weeks ahead
	monthEnd                   // the last day so many months ahead
	partOfDay                  // an hour of the day
	eveningNow                 // of today, by an hour
)

// saying is a row of words with what it says. Words are folded; one that ends in * is the beginning of one.
type saying struct {
	words []string
	says  mark
	n     int
}

// tongue is how one language speaks of times to come and of what somebody will do. All words are folded.
type tongue struct {
	code     string
	sayings  []saying
	weekdays [7]string  // beginnings, from Monday
	months   [12]string // beginnings
	units    []struct {
		stem string
		unit unit
		n    float64 // of it
	}
	numbers map[string]float64
	working []string // beginnings: of days that are worked on
	before  [][]string
	after   []string // of a span
	clock   []string // before an hour
	oclock  []string // after an hour
	hours   map[string]int
	by      []string // words before a time that belong to it
	not     []string // a part of a sentence that begins so promises nothing
	never   []string // a part of a sentence with such words promises nothing
	will    func(words []token, i int) bool
}

func units(stems ...any) (list []struct {
	stem string
	unit unit
	n    float64
}) {
	for i := 0; i < len(stems); i += 3 {
		list = append(list, struct {
			stem string
			unit unit
			n    float64
		}{stems[i].(string), stems[i+1].(unit), stems[i+2].(float64)})
	}
	return list
}

var tongues = []*tongue{&english, &latvian, &lithuanian, &polish}

var english = tongue{
	code: "en",
	sayings: []saying{
		{[]string{"end", "of", "the", "day"}, dayAhead, 0}, {[]string{"end", "of", "day"}, dayAhead, 0}, {[]string{"end", "of", "today"}, dayAhead, 0}, {[]string{"close", "of", "business"}, dayAhead, 0},
		{[]string{"end", "of", "tomorrow"}, dayAhead, 1}, {[]string{"end", "of", "the", "week"}, weekEnd, 0}, {[]string{"end", "of", "this", "week"}, weekEnd, 0}, {[]string{"end", "of", "next", "week"}, weekEnd, 1},
		{[]string{"end", "of", "the", "month"}, monthEnd, 0}, {[]string{"end", "of", "this", "month"}, monthEnd, 0}, {[]string{"end", "of", "next", "month"}, monthEnd, 1},
		{[]string{"day", "after", "tomorrow"}, dayAhead, 2}, {[]string{"this", "week"}, weekEnd, 0}, {[]string{"next", "week"}, weekEnd, 1}, {[]string{"next", "month"}, monthEnd, 1},
		{[]string{"today"}, dayAhead, 0}, {[]string{"tonight"}, eveningNow, 21}, {[]string{"this", "evening"}, eveningNow, 21}, {[]string{"this", "afternoon"}, eveningNow, 17}, {[]string{"this", "morning"}, eveningNow, 12},
		{[]string{"tomorrow"}, dayAhead, 1}, {[]string{"noon"}, partOfDay, 12}, {[]string{"midday"}, partOfDay, 12}, {[]string{"morning"}, partOfDay, 12}, {[]string{"afternoon"}, partOfDay, 17},
		{[]string{"evening"}, partOfDay, 21}},
	weekdays: [7]string{"monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"},
	months:   [12]string{"jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"},
	units:    units("minute", minutes, 1., "min", minutes, 1., "hour", hours, 1., "day", days, 1., "week", weeks, 1., "month", months, 1.),
	numbers: map[string]float64{"a": 1, "an": 1, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10, "half": 0.5, "couple": 2, "few": 3,
		"fourteen": 14, "fifteen": 15, "twenty": 20, "thirty": 30},
	working: []string{"working", "business"},
	before:  [][]string{{"within", "the", "next"}, {"in", "the", "next"}, {"within"}, {"in", "about"}, {"in"}},
	clock:   []string{"at", "by", "before", "until", "till"}, oclock: []string{"o'clock", "oclock", "am", "pm"},
	hours: map[string]int{"one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10, "eleven": 11, "twelve": 12},
	by:    []string{"by", "on", "at", "before", "until", "till", "this", "next", "the", "later"},
	not:   []string{"if", "when", "once", "unless", "please", "could", "can", "would", "should"},
	never: []string{"please", "out of office", "on holiday", "on vacation", "on leave", "won't", "will not", "not be able", "you need to", "you must", "you should", "you can"},
	will: func(w []token, i int) bool {
		switch w[i].text {
		case "i'll", "we'll", "you'll", "it'll", "they'll", "shall":
			return next(w, i) != "not"
		case "will":
			return next(w, i) != "not" && next(w, i) != "you"
		case "promise", "guarantee":
			return i > 0 && (w[i-1].text == "i" || w[i-1].text == "we")
		case "going":
			return next(w, i) == "to" && i > 0 && (w[i-1].text == "am" || w[i-1].text == "are" || w[i-1].text == "i'm" || w[i-1].text == "we're")
		}
		return false
	},
}

var latvian = tongue{
	code: "lv",
	sayings: []saying{
		{[]string{"dienas", "beig*"}, dayAhead, 0}, {[]string{"darba", "dienas", "beig*"}, dayAhead, 0}, {[]string{"sis", "nedelas", "beig*"}, weekEnd, 0}, {[]string{"sonedel*", "beig*"}, weekEnd, 0},
		{[]string{"nakam*", "nedelas", "beig*"}, weekEnd, 1}, {[]string{"nedelas", "beig*"}, weekEnd, 0}, {[]string{"menesa", "beig*"}, monthEnd, 0}, {[]string{"sonedel"}, weekEnd, 0},
		{[]string{"saj*", "nedel*"}, weekEnd, 0}, {[]string{"nakamnedel"}, weekEnd, 1}, {[]string{"nakosnedel"}, weekEnd, 1}, {[]string{"nakam*", "nedel*"}, weekEnd, 1}, {[]string{"nakammenes"}, monthEnd, 1},
		{[]string{"sodien"}, dayAhead, 0}, {[]string{"sodienas"}, dayAhead, 0}, {[]string{"rit"}, dayAhead, 1}, {[]string{"ritdien*"}, dayAhead, 1}, {[]string{"parit"}, dayAhead, 2}, {[]string{"sovakar"}, eveningNow, 21},
		{[]string{"sopecpusdien"}, eveningNow, 17}, {[]string{"no", "rita"}, partOfDay, 12}, {[]string{"no", "ritiem"}, partOfDay, 12}, {[]string{"pusdienlaik*"}, partOfDay, 13}, {[]string{"pusdienam"}, partOfDay, 13},
		{[]string{"pecpusdien*"}, partOfDay, 17}, {[]string{"vakara"}, partOfDay, 21}, {[]string{"vakaram"}, partOfDay, 21}},
	weekdays: [7]string{"pirmdien", "otrdien", "tresdien", "ceturtdien", "piektdien", "sestdien", "svetdien"},
	months:   [12]string{"janvar", "februar", "mart", "april", "maij", "junij", "julij", "august", "septembr", "oktobr", "novembr", "decembr"},
	units: units("pusstund", minutes, 30., "minus", minutes, 1., "minut", minutes, 1., "min", minutes, 1., "stund", hours, 1., "diennakt", hours, 24., "darbdien", days, -1., "dien", days, 1., "nedel", weeks, 1.,
		"menes", months, 1.),
	numbers: map[string]float64{"viena": 1, "vienas": 1, "vienu": 1, "divu": 2, "divas": 2, "divam": 2, "diviem": 2, "tris": 3, "triju": 3, "trim": 3, "cetru": 4, "cetras": 4, "cetram": 4, "cetriem": 4,
		"piecu": 5, "piecas": 5, "piecam": 5, "piecpadsmit": 15, "sesu": 6, "septinu": 7, "septinam": 7, "astonu": 8, "devinu": 9, "desmit": 10, "desmitu": 10, "divdesmit": 20, "trisdesmit": 30, "pusotras": 1.5,
		"dazu": 3, "dazam": 3, "paris": 2, "paru": 2},
	working: []string{"darba"},
	before:  [][]string{{"pec"}}, after: []string{"laika"},
	clock: []string{"plkst", "pulksten", "plkst.", "lidz"},
	hours: map[string]int{"vienos": 1, "divos": 2, "trijos": 3, "cetros": 4, "piecos": 5, "sesos": 6, "septinos": 7, "astonos": 8, "devinos": 9, "desmitos": 10, "vienpadsmitos": 11, "divpadsmitos": 12},
	by:    []string{"lidz", "jau", "plkst", "pulksten", "nakamaj", "nakamo", "so", "saj"},
	not:   []string{"ja", "kad", "ludzu", "vai", "lai"},
	never: []string{"ludzu", "ludzam", "jums ir", "jus varat", "atvalinajum", "prombutne"},
	will: func(w []token, i int) bool {
		t := w[i]
		switch {
		case has(t.text, "ne") && !has(t.text, "nem"): // what will not be done; nemšu is taking
			return false
		case t.text == "bus" || t.text == "tiks" || t.text == "busim" || t.text == "apsolu" || t.text == "solu" || t.text == "apsolam":
			return true
		}
		return ends(t.raw, 5, "šu") || ends(t.text, 6, "sim", "siet", "siet") || ends(t.text, 7, "isu", "esu", "asu", "osu")
	},
}

var lithuanian = tongue{
	code: "lt",
	sayings: []saying{
		{[]string{"dienos", "pabaig*"}, dayAhead, 0}, {[]string{"dienos", "gal*"}, dayAhead, 0}, {[]string{"sios", "savaites", "pabaig*"}, weekEnd, 0}, {[]string{"kitos", "savaites", "pabaig*"}, weekEnd, 1},
		{[]string{"savaites", "pabaig*"}, weekEnd, 0}, {[]string{"savaites", "gal*"}, weekEnd, 0}, {[]string{"menesio", "pabaig*"}, monthEnd, 0}, {[]string{"menesio", "gal*"}, monthEnd, 0},
		{[]string{"sia", "savaite"}, weekEnd, 0}, {[]string{"kita", "savaite"}, weekEnd, 1}, {[]string{"kita", "menesi"}, monthEnd, 1}, {[]string{"siandien*"}, dayAhead, 0}, {[]string{"rytoj*"}, dayAhead, 1},
		{[]string{"poryt"}, dayAhead, 2}, {[]string{"sivakar"}, eveningNow, 21}, {[]string{"ryte"}, partOfDay, 12}, {[]string{"is", "ryto"}, partOfDay, 12}, {[]string{"ryta"}, partOfDay, 12}, {[]string{"vidurdien*"}, partOfDay, 12},
		{[]string{"pietu"}, partOfDay, 13}, {[]string{"popiet*"}, partOfDay, 17}, {[]string{"vakare"}, partOfDay, 21}, {[]string{"vakaro"}, partOfDay, 21}},
	weekdays: [7]string{"pirmadien", "antradien", "treciadien", "ketvirtadien", "penktadien", "sestadien", "sekmadien"},
	months:   [12]string{"sausi", "vasari", "kov", "balandz", "geguz", "birzel", "liep", "rugpjuc", "rugsej", "spali", "lapkric", "gruodz"},
	units: units("pusvaland", minutes, 30., "minu", minutes, 1., "min", minutes, 1., "valand", hours, 1., "val", hours, 1., "para", hours, 24., "paras", hours, 24., "darbadien", days, -1., "dien", days, 1.,
		"savait", weeks, 1., "menes", months, 1.),
	numbers: map[string]float64{"viena": 1, "vienos": 1, "dvi": 2, "dvieju": 2, "du": 2, "tris": 3, "triju": 3, "keturias": 4, "keturiu": 4, "penkias": 5, "penkiu": 5, "sesias": 6, "septynias": 7, "astuonias": 8,
		"devynias": 9, "desimt": 10, "pusantros": 1.5, "kelias": 3, "keliu": 3, "pora": 2},
	working: []string{"darbo"},
	before:  [][]string{{"per"}, {"po"}},
	clock:   []string{"iki"}, oclock: []string{"val", "valanda", "valandos", "h"},
	hours: map[string]int{},
	by:    []string{"iki", "ties", "apie", "jau", "kita", "si", "sia"},
	not:   []string{"jei", "jeigu", "kai", "prasome", "prasau", "ar", "kad"},
	never: []string{"prasome", "prasau", "galite", "turite", "atostog"},
	will: func(w []token, i int) bool {
		t := w[i]
		switch {
		case has(t.text, "ne") && !has(t.text, "nes"):
			return false
		case t.text == "bus" || t.text == "pazadu" || t.text == "pazadame":
			return true
		}
		return ends(t.raw, 5, "siu", "šiu") || ends(t.text, 6, "sime", "site") || ends(t.raw, 6, "sim") && !ends(t.text, 0, "ausim")
	},
}

var polish = tongue{
	code: "pl",
	sayings: []saying{
		{[]string{"konca", "dnia"}, dayAhead, 0}, {[]string{"konca", "tygodnia"}, weekEnd, 0}, {[]string{"konca", "tego", "tygodnia"}, weekEnd, 0}, {[]string{"konca", "przyszlego", "tygodnia"}, weekEnd, 1},
		{[]string{"konca", "miesiaca"}, monthEnd, 0}, {[]string{"tym", "tygodniu"}, weekEnd, 0}, {[]string{"przyszlym", "tygodniu"}, weekEnd, 1}, {[]string{"nastepnym", "tygodniu"}, weekEnd, 1},
		{[]string{"przyszlym", "miesiacu"}, monthEnd, 1}, {[]string{"dzis"}, dayAhead, 0}, {[]string{"dzisiaj"}, dayAhead, 0}, {[]string{"jutro"}, dayAhead, 1}, {[]string{"jutra"}, dayAhead, 1}, {[]string{"pojutrze"}, dayAhead, 2},
		{[]string{"rano"}, partOfDay, 12}, {[]string{"przed", "poludniem"}, partOfDay, 12}, {[]string{"poludnia"}, partOfDay, 12}, {[]string{"w", "poludnie"}, partOfDay, 12}, {[]string{"po", "poludniu"}, partOfDay, 17},
		{[]string{"popoludniu"}, partOfDay, 17}, {[]string{"wieczorem"}, partOfDay, 21}, {[]string{"wieczora"}, partOfDay, 21}},
	weekdays: [7]string{"poniedzial", "wtor", "srod", "czwart", "piat", "sobot", "niedziel"},
	months:   [12]string{"styczni", "lut", "marc", "kwietni", "maj", "czerwc", "lipc", "sierpni", "wrzesni", "pazdziernik", "listopad", "grudni"},
	units: units("minut", minutes, 1., "min", minutes, 1., "godzin", hours, 1., "godz", hours, 1., "dni", days, 1., "dzien", days, 1., "dnia", days, 1., "dob", hours, 24., "tydzien", weeks, 1., "tygodni", weeks, 1.,
		"miesi", months, 1.),
	numbers: map[string]float64{"jeden": 1, "jednego": 1, "jednej": 1, "dwa": 2, "dwie": 2, "dwoch": 2, "trzy": 3, "trzech": 3, "cztery": 4, "czterech": 4, "piec": 5, "pieciu": 5, "szesc": 6, "szesciu": 6,
		"siedem": 7, "siedmiu": 7, "osiem": 8, "dziewiec": 9, "dziesiec": 10, "dziesieciu": 10, "pietnascie": 15, "dwadziescia": 20, "trzydziesci": 30, "pol": 0.5, "poltorej": 1.5, "kilku": 3, "kilka": 3, "pare": 2, "paru": 2},
	working: []string{"robocz"},
	before:  [][]string{{"w", "ciagu"}, {"w", "przeciagu"}, {"za"}, {"do"}, {"najpozniej", "za"}},
	clock:   []string{"godz", "godzinie", "godziny", "o", "do", "po", "przed"},
	hours: map[string]int{"pierwszej": 13, "drugiej": 14, "trzeciej": 15, "czwartej": 16, "piatej": 17, "szostej": 18, "siodmej": 19, "osmej": 8, "dziewiatej": 9, "dziesiatej": 10, "jedenastej": 11, "dwunastej": 12,
		"trzynastej": 13, "czternastej": 14, "pietnastej": 15, "szesnastej": 16, "siedemnastej": 17, "osiemnastej": 18},
	by:    []string{"do", "w", "we", "o", "od", "najpozniej", "juz", "jeszcze", "godz", "godzinie", "godziny", "przyszly", "przyszla"},
	not:   []string{"jesli", "jezeli", "gdy", "kiedy", "prosze", "czy", "aby", "zeby"},
	never: []string{"prosze", "prosimy", "moze pan", "moga panstwo", "musi pan", "musza panstwo", "na urlopie", "nieobecn"},
	will: func(w []token, i int) bool {
		t := w[i]
		if i > 0 && w[i-1].text == "nie" || ends(t.text, 0, "l", "la", "lo", "li", "ly", "lem", "lam", "ismy", "ysmy", "no", "to", "c", "cie") {
			return false
		}
		for _, stem := range polishWill {
			if has(t.text, stem) {
				return true
			}
		}
		return false
	},
}

// polishWill are beginnings of verbs that say what will be done: Polish has no ending for it.
var polishWill = []string{"oddzwoni", "zadzwoni", "przedzwoni", "odpisz", "odpowi", "wysle", "wysyl", "przesl", "przysl", "podesl", "dosl", "zwroc", "oddam", "oddamy", "odda", "sprawdz", "dam", "damy", "wroc", "przygotuj", "dostarcz",
	"otrzym", "zostan", "bed", "napraw", "wymieni", "skontaktuj", "poinformuj", "zalatwi", "zrobi", "wystawi", "przelej", "przelej", "przelew", "dotrz", "dojdz", "przekaz", "uzupelni", "potwierdz", "umowi", "rozpatrz",
	"rozwiaz", "zaktualizuj", "usuni", "odbier", "przyjad", "przyjedz", "zajm", "obiecuj", "gwarantuj", "dopytam", "dowiem", "ustal", "zamkn", "podam", "podamy", "skoryguj", "wyjasni", "zareaguj", "odezw"}
