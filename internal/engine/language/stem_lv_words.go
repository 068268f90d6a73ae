package language

import "strings"

// lvIrregular are the forms of Latvian words whose stems share too little, as grammars list them.
var lvIrregular = forms(`
	būt esmu esi ir esam esat nav bij bijis biju biji bija bijām bijāt būšu būsi būs būsim būsiet esot būtu esiet būšot būdams būdama būdami būdamas;
	iet eju ej ejam ejat gāju gāji gāja gājām gājāt gājis iešu iesi ies iesim iesiet ejot ietu iešot;
	dot dodu dod dodam dodat devu deva devi devām devāt devis došu dosi dos dosim dosiet dots dota doti dotas dotu dotā dotie doto dotos dotajiem dotajām dotais
		dodot došot dodams dodas dodos devās devos devies dosies doties došos devušies devusies dodoties;
	tas tā to tam tai tajā tie tās tiem tām tos tajos tajās tanī tais; šis šā šī šo šim šai šajā šie šās šiem šīm šos šīs šajos šajās šinī; es mani man manis manī; šāds šāda šādu šādam šādai šādā šādi šādas šādiem šādām šādus šādos šādās; tāds tāda tādu tādam tādai tādā tādi tādas tādiem tādām tādus tādos tādās;
	mēs mūs mums mūsos; jūs jums jūsos; kas kā ko kam; pats pati paša pašas pašam pašai pašu paši pašiem pašām pašā;
	viss visa visam visai visu visā visi visas visiem visām visus visos visās; cilvēks cilvēka cilvēkam cilvēku cilvēkā cilvēki cilvēkiem cilvēkus cilvēkos ļaudis ļaužu ļaudīm;
	nakts nakti naktij naktī naktis nakšu naktīm naktīs; acs acij aci acī acis acu acīm acīs; auss ausij ausis ausu ausīm ausīs`)

// lvParticiples are the stems of participles of the irregular verbs, before the endings of adjectives.
var lvParticiples = map[string]string{
	"bijus": "but", "esos": "but", "busos": "but", "gajus": "iet", "ejos": "iet", "devus": "dot", "dodos": "dot", "dodam": "dot", "ejam": "iet",
}

// lvRoots are stems of verbs whose root changes by gradation, or takes in an n or st in the present (pērk – pirka, atrod – atrada): stem → one of them.
var lvRoots = map[string]string{
	"perk": "pirk", "velk": "vilk", "cers": "cirs", "liek": "lik", "tiek": "tik", "pros": "pras", "laus": "lau", "atz": "atzin", "atzis": "atzin", "pazis": "pazin", "sniez": "snieg", "dzims": "dzim", "mirs": "mir", "zus": "zu", "zuu": "zu",
	"guu": "gu", "gus": "gu", "kluu": "klu", "kerp": "cirp", "cerp": "cirp", "cerm": "cirm", "birs": "bir", "bers": "ber", "dzer": "dzer", "brien": "bris", "slims": "slim", "tops": "tap", "top": "tap",
	"rok": "rak", "kap": "kap", "siens": "sies", "sien": "sies", "lien": "lis", "silst": "sil", "salst": "sal", "salts": "sal",
}

// lvPrefixed are such roots that are too short to stand without a prefix.
var lvPrefixed = map[string]string{"ros": "ras", "roz": "ras", "raz": "ras", "kr": "kris", "m": "mes", "vez": "ves"}

// lvPrefixes are the prefixes of verbs.
var lvPrefixes = []string{"", "aiz", "ap", "at", "ie", "iz", "no", "pa", "par", "pie", "sa", "uz"}

// lvIrregularStem looks up a word, its verbal prefix, and ne- or jā- before it.
func lvIrregularStem(folded string) (string, bool) {
	for _, before := range [...]string{"", "ne", "ja"} {
		v, ok := behind(folded, before)
		if !ok {
			continue
		}
		for _, prefix := range lvPrefixes {
			rest, ok := behind(v, prefix)
			if !ok {
				continue
			}
			if lemma, found := lvIrregularForm(rest); found {
				return prefix + "0" + lemma, true
			}
		}
	}
	return "", false
}

// lvIrregularForm looks up a form without prefixes.
func lvIrregularForm(w string) (string, bool) {
	if lemma, ok := lvIrregular[w]; ok {
		return lemma, true
	}
	if w == "" || strings.IndexByte("bdeg", w[0]) < 0 { // no participle below begins so
		return "", false
	}
	for n := len(w) - 1; n >= 4 && n >= len(w)-5; n-- {
		if lemma, ok := lvParticiples[w[:n]]; ok && lvAdjective.has(w[n:]) {
			return lemma, true
		}
	}
	return "", false
}

// lvRoot brings the roots of a verb's stem together.
func lvRoot(stem string) string {
	for _, p := range lvPrefixes {
		rest, ok := behind(stem, p)
		if !ok {
			continue
		}
		root, found := lvRoots[rest]
		if !found && p != "" {
			root, found = lvPrefixed[rest]
		}
		if found {
			return p + root
		}
	}
	return stem
}
