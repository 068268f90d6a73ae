package language

import "strings"

// Lithuanian. A stem is what remains after the ending (five declensions, definite adjectives, three conjugations with their reflexives), the
// suffix of participles, the iterative past, the conditional and degrees of comparison, and the vowel or j of the verb's class; č and dž
// before back vowels are brought back to t and d. Paradigms as in Dabartinės lietuvių kalbos gramatika (1994). Marks are not used:
// no two common endings differ by them alone in a way that changes the stem.

var (
	ltEndings = newSuffixes(`
		as o ui a u e ai ams us ais uose is io iui i iu yje y iai iams ius iais iuose ia iam iame os oje oms omis ose es ei eje ems emis ese
		ies imi ie ys ims imis yse aus umi uje au ums umis uo am ame iems uos uoju iuose ios ioje ioms iomis iose ias
		asis oji ojo osios ajam ajai aji aja uoju ajame ajoje ieji osioms uosius asias aisiais osiomis uosiuose osiose uju iesiems osiose
		iasis ioji iojo iosios iajam iajai iaji iaja iuoju iajame iojoje iosioms iuosius iasias iaisiais iosiomis iuosiuose iosiose iuju ysis
		ti tis u i a ame ate iu ia iame iate au ai o ome ote iau ei e eme ete si s k ime ite im it am at om ot em et iam iat
		tum tume tumei tumeme tumete ciau ki kime kite kim kit
		uosi iesi asi amesi ames atesi ates iuosi iasi iames iates iamesi iatesi ausi aisi osi omesi omes otesi otes iausi eisi esi emesi emes
		etesi etes imes ites imesi itesi ciausi tumeisi tumes tumesi tumetes tumemes kis kimes kites kitesi kimesi`)
	ltForms       = newSuffixes(`ant iant int us iaus esn t am iam om im dam tin sim s dav siant nt ius`)
	ltBeforeGrade = newSuffixes(`t am om im ant`)
	ltThemes      = newSuffixes(`iauj auj iav av uoj uo iau au uj ej ij oj yj`)

	ltAlternations = []rewrite{{"dz", "d"}, {"c", "t"}, {"sk", "s"}, {"st", "s"}}
)

// stemLithuanian returns the stem of a folded word.
func stemLithuanian(w string) string {
	whole := w
	for _, p := range [...]string{"tebe", "nebe", "te", "ne"} {
		if rest, ok := behind(w, p); ok && (len(rest) >= 6 || len(rest) >= 4 && p != "te") && hasVowel(rest) {
			w = rest
			break
		}
	}
	if w == "nera" {
		return "0buti"
	}
	if stem, ok := ltIrregularStem(w); ok {
		return stem
	}
	b, _ := ltEndings.cut(w, 3, ltTakesEnding)
	b, form := ltForms.cut(b, 3, func(b, form string) bool {
		last := b[len(b)-1]
		return form != "t" || last != 'n' && last != 's'
	})
	if w != whole && (form == "iaus" || form == "esn" || strings.HasSuffix(b, "ing") || strings.HasSuffix(b, "isk")) {
		b = whole[:len(whole)-len(w)] + b // ne- makes another word of an adjective
	}
	if form == "iaus" || form == "esn" {
		if n := len(b) - 1; b[n] == 'c' {
			b = b[:n] + "t"
		}
		b, _ = ltBeforeGrade.cut(b, 3, nil)
	}
	b, _ = ltThemes.cut(b, 3, nil)
	for range 2 {
		if n := len(b); n > 3 && isVowel(b[n-1]) {
			b = b[:n-1]
		}
	}
	return ltRoot(settle(b, ltAlternations, 2))
}

// ltTakesEnding reports whether an ending may be taken off. The imperative's k stands after the stem of the infinitive (rašyk, kalbėk, dirbk); after
// u, a, i and ie it is the root's (lauki, sakai, sieki), and after iš the suffix of an adjective (lietuviškas).
func ltTakesEnding(b, ending string) bool {
	if ending[0] != 'k' {
		return true
	}
	n := len(b)
	switch b[n-1] {
	case 'u', 'a', 'i':
		return false
	case 'e', 's':
		return b[n-2] != 'i'
	}
	return true
}
