package placeholder

import (
	"slices"
	"strings"
)

// Bounds of what is read as a placeholder, in bytes; what is longer is text.
const (
	longestName     = 60
	longestFallback = 600
	mostSpaces      = 8 // on each side of the name
)

// token is a placeholder as it is written.
type token struct {
	name        Name
	fallback    string
	hasFallback bool
	length      int // bytes from the first brace to the last
}

// next finds the first placeholder of ours. Where there is none it returns the length of the text. It looks at each brace once, and from there no
// further than the bounds, so it takes linear time.
func next(text string) (at int, t token, ok bool) {
	for at < len(text) {
		i := strings.Index(text[at:], "{{")
		if i < 0 {
			break
		}
		at += i
		if t, ok = read(text[at:]); ok {
			return at, t, true
		}
		at++
	}
	return len(text), token{}, false
}

// read reads the placeholder that text begins with.
func read(text string) (t token, ok bool) {
	rest := skipSpaces(text[len("{{"):])
	end := 0
	for end < len(rest) && end <= longestName && nameLetter(rest[end]) {
		end++
	}
	name := rest[:end]
	root, field, dotted := strings.Cut(name, ".")
	if !dotted || field == "" || end > longestName || !slices.Contains(roots, root) {
		return t, false
	}
	t.name = Name(name)
	rest = skipSpaces(rest[end:])
	if after, found := strings.CutPrefix(rest, "|"); found {
		end = strings.IndexAny(after[:min(len(after), longestFallback)], "{}\n")
		if end < 0 {
			return t, false
		}
		t.fallback, t.hasFallback = strings.TrimSpace(after[:end]), true
		rest = after[end:]
	}
	if !strings.HasPrefix(rest, "}}") {
		return t, false
	}
	t.length = len(text) - len(rest) + len("}}")
	return t, true
}

func nameLetter(c byte) bool {
	return c == '.' || c == '_' || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9'
}

// spaces are what editors write where somebody typed one.
var spaces = []string{" ", "\u00a0"}

func skipSpaces(s string) string {
	for range mostSpaces {
		before := len(s)
		for _, space := range spaces {
			s = strings.TrimPrefix(s, space)
		}
		if len(s) == before {
			break
		}
	}
	return s
}
