package language

import "strings"

// English. Words are brought together with their own forms only (plural, past, participle, comparative), not with what is derived from them:
// "organise" is found by "organised" and "organising", not by "organisation". The handling of -ed and -ing, of doubled consonants and of a
// silent e after a short syllable is that of Porter's algorithm (M. Porter, "An algorithm for suffix stripping", 1980, steps 1 and 5).

// stemEnglish returns the stem of a folded word.
func stemEnglish(w string) string {
	if lemma, ok := enIrregular[w]; ok {
		return enSettle(lemma)
	}
	return enSettle(enEnding(w))
}

// enEnding takes the ending off a word.
func enEnding(w string) string {
	n := len(w)
	if n < 4 {
		return w
	}
	switch {
	case strings.HasSuffix(w, "ies"), strings.HasSuffix(w, "ied"):
		if n > 4 {
			return w[:n-3] + "y"
		}
		return w[:n-1]
	case strings.HasSuffix(w, "sses"), strings.HasSuffix(w, "ches"), strings.HasSuffix(w, "shes"), strings.HasSuffix(w, "xes"), strings.HasSuffix(w, "oes"):
		return w[:n-2]
	case strings.HasSuffix(w, "ss"), strings.HasSuffix(w, "us"), strings.HasSuffix(w, "is"):
		return w
	case w[n-1] == 's':
		if w = w[:n-1]; strings.HasSuffix(w, "ing") {
			return enEnding(w)
		}
		return w
	case n > 5 && strings.HasSuffix(w, "men"):
		return w[:n-2] + "an"
	case strings.HasSuffix(w, "eed"):
		return w
	case strings.HasSuffix(w, "ed") && hasVowel(w[:n-2]):
		return enRestore(w[:n-2])
	case strings.HasSuffix(w, "ing") && hasVowel(w[:n-3]):
		return enRestore(w[:n-3])
	}
	return w
}

// enRestore gives a verb back what -ed and -ing took: the silent e of "hoped"; and takes what they gave: the second p of "stopped".
func enRestore(b string) string {
	n := len(b)
	if n > 2 && b[n-1] == b[n-2] && !isVowel(b[n-1]) {
		return b
	}
	if enShort(b) {
		return b + "e"
	}
	return b
}

// enShort reports whether a word is one short syllable: consonants, a vowel, and a consonant other than w, x, y.
func enShort(b string) bool {
	n := len(b)
	if n < 2 || isVowel(b[n-1]) || !isVowel(b[n-2]) || b[n-1] == 'w' || b[n-1] == 'x' {
		return false
	}
	return !hasVowel(b[:n-2])
}

// enSettle brings the ends of stems together: a silent e that is not told by a short syllable, a doubled consonant, y and i.
func enSettle(b string) string {
	n := len(b)
	if n < 4 {
		return b
	}
	if b[n-1] == 'e' && b[n-2] != 'e' && !enShort(b[:n-1]) {
		b, n = b[:n-1], n-1
	}
	if b[n-1] == b[n-2] && !isVowel(b[n-1]) {
		b, n = b[:n-1], n-1
	}
	if b[n-1] == 'y' && !isVowel(b[n-2]) {
		return b[:n-1] + "i"
	}
	return b
}
