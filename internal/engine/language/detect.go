// Package language tells which language a text is written in, and folds words for comparing. It is made for the languages of
// this desk: English, Latvian, Lithuanian, Polish, Russian, Ukrainian, Estonian and German, and tells them from some twenty neighbours.
package language

import (
	"math"
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
	t := tally{model: theModel()}
	t.read(cut(text))
	if t.words == 0 || t.unknown > t.words {
		return "", 1
	}
	code, confidence = t.best()
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

// best returns the likeliest code and its share of the likelihood of all; classes of one code are one.
func (t *tally) best() (string, float64) {
	m := t.model
	sums, top := t.sums()
	code, same, all := m.classes[top].code, 0.0, 0.0
	for i := range m.classes {
		share := math.Exp(sums[i] - sums[top])
		all += share
		if m.classes[i].code == code {
			same += share
		}
	}
	return code, same / all
}
