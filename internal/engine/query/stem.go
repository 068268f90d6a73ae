package query

import "tellus/internal/engine/language"

// indexTerms appends the terms under which a word of a text is found beside itself.
func indexTerms(dst []string, word, code string, accented bool) []string {
	return language.IndexTerms(dst, word, code, accented)
}

// queryTerms returns the terms by which a word of a query may be found.
func queryTerms(word string) []string { return language.QueryTerms(word) }
