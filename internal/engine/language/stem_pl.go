package language

import (
	"strings"
	"unicode/utf8"
)

// Polish. A stem is what remains after the ending (declension, adjectives and their comparison, conjugation with the past's persons), the suffix
// of participles and verbal nouns, and the vowel or suffix of the verb's class (-ować, -ywać, -ać, -ić, -eć); then consonants and vowels that
// alternate before endings are brought together (ręka – ręce, miasto – mieście). Where one sound has two origins (c from t or k, dz from
// d or g) there are two stems. Paradigms as in J. Tokarski, Fleksja polska (2001), and Z. Saloni, Czasownik polski (2001).
//
// Where the text writes its marks they are used: ć tells infinitives, ł the past, ą in -ąc participles.

var (
	// plEndings are the endings of nouns, adjectives and verbs; plPast those of the past's persons.
	plEndings = newSuffixes(`a e i y o u em om ami ach ow ie owi om ia io iu iem iom iami iach iow ii
		ego emu ym im ymi imi ych ich ej iego iemu iej
		esz isz ysz emy imy ymy ecie icie ycie am asz amy acie aja iesz iemy iecie
		jmy jcie ijmy ijcie ajmy ajcie acy aca ace acym acego acej acych acymi acemu ac wszy mi`)
	plPast = newSuffixes(`lem lam les las lismy lysmy liscie lyscie
		lby laby loby liby lyby lbym labym lbys labys libysmy lybysmy libyscie lybyscie`)
	// plForms are the suffixes of participles, verbal nouns, comparatives and the present of -ować; plThemes what stands before the infinitive's ć.
	plForms = newSuffixes(`owan ywan iwan owal ywal iwal an ien ion en on owa ywa iwa yw iw uj aj ej iejsz ejsz sz al il yl el ial iel ani eni
		ieni owani ywani iwani et iet ec iec s owaj ywaj iwaj uja`)
	plThemes = newSuffixes(`owa ywa iwa a e i y ia ie`)
	// plGraded are the endings before which a comparative's suffix may stand.
	plGraded = newSuffixes(`y a e ego emu ym ymi ych ej i o`)

	// plAlternations undo what endings do to the last consonants; "1" stands for t or k, "2" for d or g.
	plAlternations = []rewrite{
		{"szcz", "st"}, {"sci", "s1"}, {"sc", "s1"}, {"dzi", "d"}, {"cz", "k"}, {"rsz", "r"}, {"rz", "r"}, {"sz", "s"}, {"ci", "t"}, {"c", "1"},
		{"dz", "2"}, {"ki", "k"}, {"gi", "g"}, {"dj", "d"}, {"kn", "k"}, {"gn", "g"}, {"pn", "p"}, {"dn", "d"}, {"sn", "s"},
	}
)

// stemPolish returns the stem of a word, which is folded too where its text writes no marks.
func stemPolish(w, folded string, marked bool) (stem, or string) {
	if strings.HasPrefix(folded, "naj") && len(folded) > 7 { // the superlative
		for _, end := range [...]string{"szy", "sza", "sze", "szego", "szemu", "szym", "szymi", "szych", "szej", "iej", "si"} {
			if strings.HasSuffix(folded, end) {
				w, folded = w[3:], folded[3:]
				break
			}
		}
	}
	infinitive := strings.HasSuffix(w, "ć") && plVowelBeforeLast(folded) || !marked && plLooksInfinitive(folded)
	if infinitive && len(folded) > 4 {
		b, _ := plThemes.cut(folded[:len(folded)-1], 2, nil)
		return plSettle(b)
	}
	if b, ending := plPast.cut(folded, 3, nil); ending != "" && strings.IndexByte("aeiy", b[len(b)-1]) >= 0 && (!marked || plPastL(w, len(b))) {
		b, _ = plThemes.cut(b, 2, nil)
		return plSettle(b)
	}
	b, ending := plEndings.cut(folded, 3, func(b, ending string) bool {
		switch ending {
		case "ecie": // you write; not a bilet's locative
			return strings.HasSuffix(b, "sz") || strings.HasSuffix(b, "rz") || strings.HasSuffix(b, "cz") || strings.HasSuffix(b, "j")
		case "mi": // pieniędzmi, gośćmi
			return strings.HasSuffix(b, "dz") || strings.HasSuffix(b, "sc")
		case "wszy":
			return isVowel(b[len(b)-1])
		case "ac":
			return marked && strings.HasSuffix(w, "ąc") || !marked && b[len(b)-1] == 'j'
		}
		return true
	})
	if positive, ok := plPositive[b]; ok {
		return positive, ""
	}
	if ending == "" {
		b = plFleeting(b, strings.HasSuffix(w, "ł"))
	}
	b, _ = plForms.cut(b, 3, func(c, form string) bool {
		last := c[len(c)-1]
		switch form {
		case "sz":
			return plGraded.has(ending) && !isVowel(last) && last != 'r' && last != 's' && last != 'k'
		case "s": // starsi, the comparative of men
			return ending == "i" && !isVowel(last) && last != 's'
		case "ejsz", "iejsz":
			return plGraded.has(ending)
		case "et", "ec": // przyjęty, rozpoczęcie
			return strings.HasSuffix(c, "cz") || last == 'j'
		case "al", "il", "yl", "el", "ial", "owal", "ywal", "iwal":
			return !marked || plPastL(w, len(c)+len(form)-1)
		case "iet", "iec", "iel": // zamknięty, zamknięcie
			return last == 'n'
		}
		return true
	})
	softened := ending != "" && ending[0] == 'i'
	return plSettleSoft(b, softened)
}

// plFleeting takes the e out that stands in the last syllable only where no ending follows: chłopiec – chłopca, dodatek – dodatku, poseł – posła.
func plFleeting(b string, hard bool) string {
	n := len(b)
	switch {
	case n > 4 && strings.HasSuffix(b, "iec"):
		return b[:n-3] + "c"
	case n > 4 && strings.HasSuffix(b, "ek"):
		return b[:n-2] + "k"
	case hard && n > 4 && strings.HasSuffix(b, "el"):
		return b[:n-2] + "l"
	}
	return b
}

// plPastL reports whether the letter at i of a word with marks is an l of the past: a ł, or the l of -li.
func plPastL(w string, i int) bool {
	for range i {
		_, n := utf8.DecodeRuneInString(w)
		w = w[n:]
	}
	return strings.HasPrefix(w, "ł") || strings.HasPrefix(w, "li")
}

// plVowelBeforeLast reports whether a vowel stands before the last letter.
func plVowelBeforeLast(folded string) bool { return len(folded) > 1 && isVowel(folded[len(folded)-2]) }

// plLooksInfinitive reports whether a word without marks ends as infinitives do, and few nouns.
func plLooksInfinitive(folded string) bool {
	for _, end := range [...]string{"wac", "nac", "zac", "rac", "dac", "kac", "lac", "sac", "tac", "ic", "yc", "dziec", "siec", "umiec"} {
		if strings.HasSuffix(folded, end) {
			return true
		}
	}
	return false
}

// plSettle brings the ends of stems together.
func plSettle(b string) (stem, or string) { return plSettleSoft(b, false) }

// plSettleSoft does so for a stem whose ending began with i (softened), before which c comes from t alone.
func plSettleSoft(b string, softened bool) (stem, or string) {
	if n := len(b); n > 4 && strings.HasSuffix(b, "jm") { // przyjąć – przyjmę
		b = b[:n-1]
	}
	if n := len(b); n > 4 && b[n-1] == 'j' && (b[n-2] == 'y' || b[n-2] == 'i') { // przeżyć – przeżyje
		b = b[:n-2]
	}
	if n := len(b); n > 3 && (isVowel(b[n-1]) || b[n-1] == 'j') {
		b = b[:n-1]
	}
	b = plVowel(settle(b, plAlternations, 3))
	switch n := len(b) - 1; {
	case softened && b[n] == '1':
		return b[:n] + "t", ""
	case softened && b[n] == '2':
		return b[:n] + "d", ""
	case b[n] == '1':
		return b[:n] + "t", b[:n] + "k"
	case b[n] == '2':
		return b[:n] + "d", b[:n] + "g"
	}
	return b, ""
}

// plVowel brings the vowels together that alternate after a soft consonant: miasto – mieście, niosę – niesie, miesiąc – miesięcy.
func plVowel(b string) string {
	for i := len(b) - 1; i > 1; i-- {
		if !isVowel(b[i]) {
			continue
		}
		if b[i-1] == 'i' && (b[i] == 'a' || b[i] == 'o') {
			return b[:i] + "e" + b[i+1:]
		}
		return b
	}
	return b
}
