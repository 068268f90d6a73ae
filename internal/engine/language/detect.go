// Package language tells which language a text is written in, and folds words for comparing. It is made for the languages of
// this desk: English, Latvian, Lithuanian, Polish, Russian, Ukrainian, Estonian and German, and tells them from some twenty neighbours.
package language

import (
	"math"
	"strings"
	"unicode"
	"unicode/utf8"
)

const (
	maxBytes   = 8 << 10 // of text that are looked at; more does not change the answer
	maxLetters = 40      // of one word
	// charWeight tempers the evidence of letters, which depend on each other.
	charWeight = 0.55
	// sure is the confidence below which the answer is "".
	sure = 0.55
)

// Codes are the languages that [Detect] can answer, as ISO 639-1 codes.
var Codes = []string{"en", "lv", "lt", "pl", "ru", "uk", "et", "de"}

// Detect returns the ISO 639-1 code of the language of a text and how sure it is, in 0..1. The code is "" for a text in
// another language, for one too short or too mixed to tell, and for what is no text; confidence is then how sure that
// none of [Codes] fits. Addresses, links, numbers and words with digits are passed over. At most 8 KB are read.
func Detect(text string) (code string, confidence float64) {
	m := theModel()
	sums := make([]float32, len(m.classes))
	words, unknown := tally(m, sums, cut(text))
	if words == 0 || unknown > words {
		return "", 1
	}
	code, confidence = best(m, sums)
	if code != "" && confidence < sure {
		return "", 1 - confidence
	}
	return code, confidence
}

func cut(text string) string {
	if len(text) <= maxBytes {
		return text
	}
	end := maxBytes
	for end > 0 && !utf8.RuneStart(text[end]) {
		end--
	}
	return text[:end]
}

// tally adds up the evidence of all words, and counts them and those in letters that no class has.
func tally(m *model, sums []float32, text string) (words, unknown int) {
	char := make([]float32, len(sums))
	for field := range strings.FieldsSeq(text) {
		if isAddress(field) {
			continue
		}
		for field != "" {
			var w string
			w, field = nextWord(field)
			if w == "" {
				continue
			}
			words++
			if !tallyWord(m, sums, char, w) {
				unknown++
			}
		}
	}
	return words, unknown
}

func isAddress(field string) bool {
	return strings.Contains(field, "@") || strings.Contains(field, "://") || strings.HasPrefix(field, "www.")
}

// nextWord cuts the first run of letters and apostrophes off s; a run that touches a digit is no word. The word is in lower case.
func nextWord(s string) (word, rest string) {
	start, letters, spoiled := -1, 0, false
	for i, r := range s {
		switch {
		case unicode.IsLetter(r) || (start >= 0 && (r == '\'' || r == '’' || r == 'ʼ')):
			if start < 0 {
				start = i
			}
			letters++
		case unicode.IsDigit(r) || r == '_':
			if start < 0 {
				start = i
			}
			spoiled = true
		case unicode.Is(unicode.Mn, r):
		case start >= 0:
			return finished(s[start:i], letters, spoiled), s[i:]
		}
	}
	if start < 0 {
		return "", ""
	}
	return finished(s[start:], letters, spoiled), ""
}

func finished(word string, letters int, spoiled bool) string {
	if spoiled || letters == 0 || letters > maxLetters {
		return ""
	}
	return strings.ToLower(strings.ReplaceAll(strings.TrimRight(word, "'’ʼ"), "’", "'"))
}

func tallyWord(m *model, sums, char []float32, word string) bool {
	clear(char)
	known, letters := 0, 0
	eachTrigram(word, func(a, b, r rune) {
		if r != edge {
			letters++
		}
		if m.add(char, a, b, r) && r != edge {
			known++
		}
	})
	if known*2 <= letters {
		return false
	}
	for i, s := range char {
		sums[i] += charWeight * s
	}
	for _, b := range m.words[word] {
		sums[b.class] += b.weight
	}
	return true
}

// best returns the likeliest code and its share of the likelihood of all; classes of one code are one.
func best(m *model, sums []float32) (string, float64) {
	top := 0
	for i := range sums {
		sums[i] += m.prior[i]
		if sums[i] > sums[top] {
			top = i
		}
	}
	code, same, all := m.classes[top].code, 0.0, 0.0
	for i, s := range sums {
		share := math.Exp(float64(s - sums[top]))
		all += share
		if m.classes[i].code == code {
			same += share
		}
	}
	return code, same / all
}
