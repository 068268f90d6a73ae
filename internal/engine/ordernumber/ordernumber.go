// Package ordernumber finds what may be the number of an order in what people write. It is pure; which of them are numbers of orders is for whoever knows the orders.
package ordernumber

import (
	"strings"
	"unicode"
)

// Bounds: how much of a text is looked at, how many candidates it gives, and how long a number is.
const (
	mostText       = 20_000 // bytes
	mostCandidates = 100
	longest        = 40
	shortestDigits = 3 // of a number that has nothing but digits
)

// Key is what a number is compared by: its letters and digits in lower case. "#WC-10025", "wc 10025" and "WC10025" are the same order. It is empty where there are none, or
// more of them than a number has.
func Key(number string) string {
	var b strings.Builder
	for _, r := range number {
		if b.Len() > longest {
			return ""
		}
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			b.WriteRune(unicode.ToLower(r))
		}
	}
	if b.Len() > longest {
		return ""
	}
	return b.String()
}

// joins are what parts of one number stand apart by, without a blank.
const joins = "-/._#"

// Candidates returns the keys of what in a text may be the number of an order: words that hold a digit, with what is joined to them by a dash, slash, dot or underscore, and
// each run of such parts. Digits alone count from three of them. The first ones stand first, none twice, at most a hundred.
func Candidates(texts ...string) []string {
	found := found{seen: map[string]bool{}}
	for _, text := range texts {
		if len(text) > mostText {
			text = text[:mostText]
		}
		for _, word := range strings.FieldsFunc(text, func(r rune) bool {
			return !unicode.IsLetter(r) && !unicode.IsDigit(r) && !strings.ContainsRune(joins, r)
		}) {
			if len(found.list) == mostCandidates {
				return found.list
			}
			if len(word) > 3*longest {
				continue
			}
			found.runs(strings.FieldsFunc(word, func(r rune) bool { return strings.ContainsRune(joins, r) }))
		}
	}
	return found.list
}

// mostParts is how many parts a word has of which each run is looked at.
const mostParts = 6

// runs adds each run of parts, the longest first: in "Nr.A-100" the number is "A-100".
func (f *found) runs(parts []string) {
	parts = parts[:min(len(parts), mostParts)]
	for n := len(parts); n > 0; n-- {
		for i := 0; i+n <= len(parts); i++ {
			f.add(strings.Join(parts[i:i+n], ""))
		}
	}
}

type found struct {
	list []string
	seen map[string]bool
}

func (f *found) add(word string) {
	digits, others := 0, 0
	for _, r := range word {
		switch {
		case unicode.IsDigit(r):
			digits++
		case unicode.IsLetter(r):
			others++
		}
	}
	if digits == 0 || others == 0 && digits < shortestDigits {
		return
	}
	key := Key(word)
	if key == "" || f.seen[key] || len(f.list) == mostCandidates {
		return
	}
	f.seen[key] = true
	f.list = append(f.list, key)
}

// Telling reports whether a number is unlikely to be anything else than the number of an order: it has five digits, or letters too.
func Telling(number string) bool {
	digits, letters := 0, 0
	for _, r := range number {
		switch {
		case unicode.IsDigit(r):
			digits++
		case unicode.IsLetter(r):
			letters++
		}
	}
	return digits >= 5 || digits >= shortestDigits && letters > 0
}
