// Package query reads what people type into the search box, says which terms of the index answer it, and marks what it found in a text. The same
// rules cut texts into words when they are indexed, when they are asked for, and when they are marked. It does no I/O.
package query

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"tellus/internal/engine/language"
)

// maxWord is how many bytes of a word count; what is longer is no word of a language.
const maxWord = 64

// Word is a word of a text, with where it stands in bytes.
type Word struct {
	Text       string
	Start, End int
}

// Words calls yield for each word of text, until it returns false: runs of letters, marks and digits. What stands between them never counts.
func Words(text string, yield func(Word) bool) {
	for at := 0; at < len(text); {
		r, n := utf8.DecodeRuneInString(text[at:])
		if !inWord(r) {
			at += n
			continue
		}
		start := at
		for at < len(text) {
			r, n = utf8.DecodeRuneInString(text[at:])
			if !inWord(r) {
				break
			}
			at += n
		}
		if !yield(Word{text[start:at], start, at}) {
			return
		}
	}
}

func inWord(r rune) bool {
	if r < utf8.RuneSelf {
		return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9'
	}
	return r != utf8.RuneError && (unicode.IsLetter(r) || unicode.IsMark(r) || unicode.IsDigit(r))
}

// key is the form in which words meet: folded, with nothing in it that no word has, at most maxWord bytes. It is "" for what folds away.
func key(word string) string { return trim(language.Fold(trim(word))) }

// trim takes out what is no part of a word, such as the spaces that compatibility forms may hold, and what is beyond maxWord.
func trim(s string) string {
	if strings.IndexFunc(s, func(r rune) bool { return !inWord(r) }) >= 0 {
		s = strings.Map(func(r rune) rune {
			if inWord(r) {
				return r
			}
			return -1
		}, s)
	}
	if len(s) <= maxWord {
		return s
	}
	cut := maxWord
	for !utf8.RuneStart(s[cut]) {
		cut--
	}
	return s[:cut]
}

// bare cleans a term that came from a stemmer: no spaces, no control characters, not longer than a word.
func bare(term string) string {
	if strings.IndexFunc(term, unseen) >= 0 {
		term = strings.Map(func(r rune) rune {
			if unseen(r) {
				return -1
			}
			return r
		}, term)
	}
	if len(term) <= maxWord {
		return term
	}
	cut := maxWord
	for !utf8.RuneStart(term[cut]) {
		cut--
	}
	return term[:cut]
}

func unseen(r rune) bool { return r == utf8.RuneError || unicode.IsSpace(r) || unicode.IsControl(r) }

// accented reports whether a text writes its marks: some letter beyond ASCII stands among the first ones.
func accented(text string) bool {
	const enough = 4 << 10
	for i, r := range text {
		if r >= utf8.RuneSelf && unicode.IsLetter(r) {
			return true
		}
		if i > enough {
			break
		}
	}
	return false
}
