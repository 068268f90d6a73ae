package language

import "strings"

// ltIrregular are forms of Lithuanian words whose stems share too little, as grammars list them; without marks and without ne-.
var ltIrregular = forms(`
	buti esu esi yra esame esate buvau buvai buvo buvome buvote busiu busi bus busime busite buciau butum butu butume butumete butumei buk bukite bukime esant esantis esanti
		esantys esancios esanciu esancia esancio esanciam esamas esama buves buvusi buvusio buvusios buvusiu buvusius buve buvus budavo budavau bunu buni buna bunate buname;
	jis jo jam ji juo jame jie ju jiems juos jais juose jos jai ja joje joms jomis jose jas; as manes man mane manimi manyje; tu taves tau tave tavimi;
	tas to tam ta tuo tame tie tu tiems tuos tais tuose tos tai toje toms tomis tose; sis sio siam si siuo siame sie siu siems siuos siais siuose sios siai sia sioje sioms siomis siose sias;
	kuris kurio kuriam kuri kuriuo kuriame kurie kuriu kuriems kuriuos kuriais kuriuose kurios kuriai kuria kurioje kurioms kuriomis kuriose kurias;
	kas ko kam ka kuo kame; mes musu mums mus mumis; jus jusu jums jumis;
	zmogus zmogaus zmogui zmogu zmogumi zmoguje zmones zmoniu zmonems zmonemis zmonese; suo suns suniui suni sunimi sunys sunu sunims sunis;
	vanduo vandens vandeniui vandeni vandeniu vandenyje vandenys vandenu; du dvi dvieju dviem dviejose dviejuose; sesuo sesers seseriai seseri seserys seseru; menuo menesio menesi menesiui menesiu menesyje menesiai menesius menesiais`)

// ltEiti are the forms of eiti (go), alone and behind prefixes.
var ltEiti = newSuffixes(`einu eini eina einame einate ejau ejai ejo ejome ejote eisiu eisi eis eisime eisite eiciau eitum eitu eitume eitumete eiti eik eikite eikime
	einant einantis einanti einantys einancios einanciu ejes ejusi eje ejus ejusios eidavo eidavau eidamas eidama eidami eita`)

// ltRoots are stems of verbs whose root changes by gradation, or takes in an n or m in the present (perka – pirko, patinka – patiko): stem → one of them.
var ltRoots = map[string]string{
	"perk": "pirk", "renk": "rink", "kerp": "kirp", "telp": "tilp", "serg": "sirg", "velk": "vilk", "kert": "kirt", "tink": "tik", "tenk": "tek", "krent": "kris", "krit": "kris",
	"rand": "ras", "rad": "ras", "gaun": "gau", "gav": "gau", "tamp": "tap", "prant": "pras", "prat": "pras", "liek": "lik", "puol": "pul", "ded": "d", "lemp": "lip", "limp": "lip",
	"slamp": "slap", "dzius": "dziu", "kyl": "kil", "dyl": "dil", "myr": "mir", "mirst": "mir", "kent": "kes", "junt": "jus", "jut": "jus", "sprend": "spres", "suk": "suk", "leidz": "leid", "leis": "leid",
	"siuv": "siu", "griuv": "griu", "zuv": "zu", "lyj": "ly", "ryj": "ry", "kerst": "kers",
}

// ltPrefixes are the prefixes of verbs.
var ltPrefixes = []string{"", "ap", "api", "at", "ati", "i", "is", "nu", "pa", "par", "per", "pra", "pri", "su", "uz"}

// ltIrregularStem looks up a word, and the verbs eiti and duoti behind their prefixes.
func ltIrregularStem(w string) (string, bool) {
	if lemma, ok := ltIrregular[w]; ok {
		return "0" + lemma, true
	}
	for _, p := range ltPrefixes {
		rest, ok := behind(w, p)
		switch {
		case !ok:
		case ltEiti.has(rest):
			return p + "0eiti", true
		case ltIsDuoti(rest):
			return p + "0duoti", true
		}
	}
	return "", false
}

// ltIsDuoti reports whether a word is a form of duoti (give): duodu, daviau, duosiu; not duona (bread), duomenys (data), parduotuvė (shop) and pardavėjas (seller).
func ltIsDuoti(w string) bool {
	rest, duo := behind(w, "duo")
	if !duo {
		rest, ok := behind(w, "dav")
		return ok && rest != "" && !strings.HasPrefix(rest, "im") && !strings.HasPrefix(rest, "ej") && !strings.HasPrefix(rest, "in") && !strings.HasPrefix(rest, "yb")
	}
	return rest != "" && strings.IndexByte("dtskc", rest[0]) >= 0 && !strings.HasPrefix(rest, "tuv")
}

// ltRoot brings the roots of a verb's stem together.
func ltRoot(stem string) string {
	for _, p := range ltPrefixes {
		rest, ok := behind(stem, p)
		if !ok {
			continue
		}
		if root, found := ltRoots[rest]; found {
			return p + root
		}
	}
	return stem
}
