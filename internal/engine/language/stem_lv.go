package language

import (
	"strings"
	"unicode/utf8"
)

// Latvian. A stem is what remains after the ending (declension or conjugation), the suffix that forms participles and the future, and the vowel
// of the verb's class; the consonants that alternate before endings (brālis – brāļa, saku – saki, lācis – lāča) are brought together. The
// paradigms are those of the school grammar (Latviešu valodas gramatika, 2013); that endings go before suffixes, and palatals are
// undone after, is the plan of K. Kreslins' light stemmer (1996), whose lists are much shorter.
//
// Where the text writes its marks they are used: a long ā, ē, ī before t tells a participle's t from a noun's.

// lvEndings are the endings of nouns, adjectives (also definite), participles and verbs.
const lvEndings = `s š a am ai u ā ām ās i iem us os as ie is im ī īm īs ēm e es ei ē ēs o ū ais
	ajam ajai ajā ajās ajos ajiem ajām ajo ajie
	ies iet ieties at āt amies aties āmies āties ējas īt`

// lvForms are the suffixes of participles (-us, -uš-, -dam-, -t-, -am-, -ot-, -oš-) and of the future (-s-, -š-).
const lvForms = `us uš dam t s š am ām ot oš`

var (
	lvEndingsMarked, lvEndingsFolded = newSuffixes(lvEndings), newSuffixes(Fold(lvEndings))
	lvFormsMarked, lvFormsFolded     = newSuffixes(lvForms), newSuffixes(Fold(lvForms))

	// lvAdjective are the (folded) endings of adjectives, before which the comparative's -āk- may stand.
	lvAdjective = newSuffixes(`s a am ai u i iem os as ais ajam ajai aja ajas ajos ajiem ajo ie o us`)

	// lvWhole are ends of stems from which no suffix of a participle is taken: -šana, -ums, -nieks, -isks, -tājs.
	lvWhole = []string{"san", "um", "niek", "sk", "taj"}

	// lvAlternations undo what endings do to the last consonants.
	lvAlternations = []rewrite{
		{"dz", "g"}, {"kst", "k"}, {"ksk", "k"}, {"pj", "p"}, {"bj", "b"}, {"mj", "m"}, {"vj", "u"}, {"ll", "l"}, {"nn", "n"}, {"sn", "sl"},
		{"c", "k"}, {"st", "s"}, {"t", "s"}, {"d", "z"}, {"v", "u"},
	}
)

// stemLatvian returns the stem of a word, which is folded too where its text writes no marks.
func stemLatvian(w, folded string, marked bool) (stem, or string) {
	w, folded = lvPrefix(w, folded, marked)
	endings, suffixes := lvEndingsFolded, lvFormsFolded
	if marked {
		endings, suffixes = lvEndingsMarked, lvFormsMarked
	}
	b, _ := endings.cut(w, 2, func(b, ending string) bool {
		return ending != "š" || !isVowel(fold1(b)) // ceļš, not ievieš
	})
	fb, fe := folded[:length(b)], folded[length(b):]
	if lvComparative(b, fb, fe, marked) { // the comparative -āk-, the superlative vis-
		b, fb, fe = lvDrop(b, 0, 2), fb[:len(fb)-2], "a"
		if strings.HasPrefix(b, "vis") && len(fb) >= 6 {
			b, fb = b[3:], fb[3:]
		}
	}
	for _, whole := range lvWhole {
		if strings.HasSuffix(fb, whole) {
			return fb, ""
		}
	}
	c, suffix := suffixes.cut(b, 3, func(c, suffix string) bool { return lvTakesSuffix(c, suffix, fe, marked) })
	fc := fb[:length(c)]
	if n := len(fc); marked && n > 4 && suffix == "ot" && strings.HasSuffix(c, "š") && isVowel(fc[n-2]) {
		fc = fc[:n-1] // the future's participle: lasīšot
	}
	return lvRoot(settle(lvTheme(fc), lvAlternations, 2)), ""
}

// lvPrefix takes jā- (must) and ne- (not) off.
func lvPrefix(w, folded string, marked bool) (string, string) {
	if marked && strings.HasPrefix(w, "jā") && len(folded) >= 5 || !marked && strings.HasPrefix(w, "ja") && len(w) >= 6 && !isVowel(w[2]) {
		w, folded = lvDrop(w, 2, 0), folded[2:]
	}
	if strings.HasPrefix(w, "ne") && len(folded) >= 5 && hasVowel(folded[2:]) { // not ņe-, which folds to the same
		w, folded = w[2:], folded[2:]
	}
	return w, folded
}

// lvComparative reports whether a stem (b, and folded fb) before a folded ending is a comparative's: labāk-, not nāk- or iesāk-.
func lvComparative(b, fb, ending string, marked bool) bool {
	if !strings.HasSuffix(fb, "ak") || ending != "" && !lvAdjective.has(ending) || marked && !strings.HasSuffix(b, "āk") {
		return false
	}
	if len(fb) < 5 && !(marked && len(fb) == 4) {
		return false
	}
	for _, p := range lvPrefixes {
		if rest, ok := behind(fb, p); ok && len(rest) == 3 && strings.IndexByte("snm", rest[0]) >= 0 {
			return false
		}
	}
	return true
}

// fold1 returns the last letter of a word without its mark, or 0.
func fold1(w string) byte {
	r, _ := utf8.DecodeLastRuneInString(w)
	switch r {
	case 'ā':
		return 'a'
	case 'ē':
		return 'e'
	case 'ī':
		return 'i'
	case 'ū':
		return 'u'
	}
	if r < utf8.RuneSelf {
		return byte(r)
	}
	return 0
}

// lvDrop leaves letters out at the front and at the end of a word, which is long enough.
func lvDrop(w string, front, end int) string {
	for range front {
		_, n := utf8.DecodeRuneInString(w)
		w = w[n:]
	}
	for range end {
		_, n := utf8.DecodeLastRuneInString(w)
		w = w[:len(w)-n]
	}
	return w
}

// lvTakesSuffix reports whether a suffix of a participle or the future may be taken off before ending (folded), leaving c.
func lvTakesSuffix(c, suffix, ending string, marked bool) bool {
	last := c[len(c)-1]
	switch suffix {
	case "dam":
		return length(c) >= 4 || !isVowel(last)
	case "t":
		return last != 'n' && (!marked || ending == "" || last != 'a' && last != 'e' && last != 'i' && last != 'u')
	case "us":
		return !marked || ending == "i" || ending == "ies"
	case "š":
		return (ending == "u" || ending == "os") && last != 'm' && last != 'r'
	case "s":
		switch ending {
		case "u", "i", "im", "iet", "ies", "":
		default:
			return false
		}
		if length(c) < 4 {
			return false
		}
		if marked {
			return strings.HasSuffix(c, "ā") || strings.HasSuffix(c, "ē") || strings.HasSuffix(c, "ī") || last == 'o'
		}
		return ending != "u" && ending != "i" || last == 'o' // without marks a noun's s is likelier (atmaksu)
	}
	return true
}

// lvTheme takes the vowel of the verb's class off: strādā-, strādāj-, run(ā)-.
func lvTheme(b string) string {
	if n := len(b); n > 3 && b[n-1] == 'j' && isVowel(b[n-2]) {
		b = b[:n-1]
	}
	if n := len(b); n > 3 {
		switch b[n-1] {
		case 'a', 'e', 'i', 'o':
			return b[:n-1]
		}
	}
	return b
}
