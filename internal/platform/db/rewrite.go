package db

import (
	"strings"
	"sync"
)

// rewritten remembers queries as SQLite takes them. Texts vary only by the lengths of lists, but a bound is kept all the same.
var rewritten = struct {
	sync.RWMutex
	by map[string]string
}{by: map[string]string{}}

const rewrittenKept = 4000

// rewrite turns a query written for PostgreSQL into SQLite's words:
//
//   - FOR UPDATE, FOR NO KEY UPDATE, FOR SHARE, FOR KEY SHARE with OF, NOWAIT and SKIP LOCKED are dropped: there is one writer;
//   - x::type is dropped (it only tells PostgreSQL a parameter's type), as is COLLATE "C", which is how SQLite compares anyway;
//   - GREATEST and LEAST become MAX and MIN, which unlike PostgreSQL's are NULL where any argument is.
//
// Placeholders need nothing: the driver binds $3 to the third argument wherever and however often it stands.
func rewrite(query string) string {
	rewritten.RLock()
	out, ok := rewritten.by[query]
	rewritten.RUnlock()
	if ok {
		return out
	}
	out = rewriteQuery(query)
	rewritten.Lock()
	defer rewritten.Unlock()
	if len(rewritten.by) >= rewrittenKept {
		clear(rewritten.by)
	}
	rewritten.by[query] = out
	return out
}

func rewriteQuery(query string) string {
	tokens := tokenize(query)
	var b strings.Builder
	b.Grow(len(query))
	for i := 0; i < len(tokens); {
		t := tokens[i]
		switch {
		case t.kind == word && t.is("FOR"):
			if n := lockClause(tokens[i:]); n > 0 {
				i += n
				continue
			}
		case t.text == "::":
			i = skipType(tokens, i+1)
			continue
		case t.kind == word && t.is("COLLATE"):
			if j := nextToken(tokens, i+1); j < len(tokens) && tokens[j].text == `"C"` {
				i = j + 1
				continue
			}
		case t.kind == word && t.is("GREATEST"):
			t.text = "MAX"
		case t.kind == word && t.is("LEAST"):
			t.text = "MIN"
		}
		b.WriteString(t.text)
		i++
	}
	return b.String()
}

// lockClause returns how many tokens a locking clause takes, 0 where FOR means something else.
func lockClause(tokens []token) int {
	end, words := 0, 0
	strength := false
	for i := range tokens {
		t := tokens[i]
		if t.kind == space {
			continue
		}
		known := t.kind == word && (t.is("FOR") || t.is("NO") || t.is("KEY") || t.is("UPDATE") || t.is("SHARE") ||
			t.is("NOWAIT") || t.is("SKIP") || t.is("LOCKED"))
		if !known && strength && t.kind == word && t.is("OF") {
			i = nextToken(tokens, i+1)
			return i + 1 + lockTail(tokens[min(i+1, len(tokens)):])
		}
		if !known || (words > 0 && t.is("FOR")) {
			break
		}
		words++
		strength = strength || t.is("UPDATE") || t.is("SHARE")
		end = i + 1
	}
	if !strength {
		return 0
	}
	return end
}

// lockTail counts what may follow FOR UPDATE OF table.
func lockTail(tokens []token) int {
	end := 0
	for i, t := range tokens {
		switch {
		case t.kind == space:
		case t.kind == word && (t.is("NOWAIT") || t.is("SKIP") || t.is("LOCKED")):
			end = i + 1
		default:
			return end
		}
	}
	return end
}

// skipType returns the index after the type name that starts at i: words (double precision), and [] of an array.
func skipType(tokens []token, i int) int {
	i = nextToken(tokens, i)
	if i >= len(tokens) || tokens[i].kind != word {
		return i
	}
	double := tokens[i].is("DOUBLE")
	i++
	if double {
		if j := nextToken(tokens, i); j < len(tokens) && tokens[j].is("PRECISION") {
			i = j + 1
		}
	}
	for i+1 < len(tokens) && tokens[i].text == "[" && tokens[i+1].text == "]" {
		i += 2
	}
	return i
}

// rewriteSchema turns a migration into SQLite's words: types, identity columns, STRICT tables; and what rewrite does.
func rewriteSchema(script string) string {
	tokens := tokenize(rewriteQuery(script))
	var b strings.Builder
	b.Grow(len(script))
	create := createTable{}
	for i := 0; i < len(tokens); i++ {
		t := tokens[i]
		next := func() token {
			if j := nextToken(tokens, i+1); j < len(tokens) {
				return tokens[j]
			}
			return token{}
		}
		switch {
		case t.kind != word:
		case t.is("BIGINT"), t.is("BOOLEAN"):
			t.text = "INTEGER"
		case t.is("BYTEA"):
			t.text = "BLOB"
		case t.is("DOUBLE") && next().is("PRECISION"):
			t.text = "REAL"
			i = nextToken(tokens, i+1)
		case t.is("GENERATED") && next().is("BY"):
			for i < len(tokens) && !tokens[i].is("IDENTITY") {
				i++
			}
			i = nextToken(tokens, i+1) - 1 // and the space after it
			continue
		}
		b.WriteString(t.text)
		if create.ends(t) {
			switch n := next(); {
			case n.is("STRICT"):
			case n.is("WITHOUT"):
				b.WriteString(" STRICT,")
			default:
				b.WriteString(" STRICT")
			}
		}
	}
	return b.String()
}

// createTable follows tokens to the parenthesis that closes a CREATE TABLE.
type createTable struct {
	created bool // the last word was CREATE
	in      bool
	depth   int
}

func (c *createTable) ends(t token) bool {
	switch {
	case t.kind == space:
	case t.text == ";":
		*c = createTable{}
	case t.kind == word && !c.in:
		c.in = c.created && t.is("TABLE")
		c.created = t.is("CREATE")
	case c.in && t.text == "(":
		c.depth++
	case c.in && t.text == ")":
		c.depth--
		if c.depth == 0 {
			*c = createTable{}
			return true
		}
	}
	return false
}

type tokenKind int

const (
	other  tokenKind = iota // one character, or ::
	word                    // unquoted name, keyword or number
	space                   // white space and comments
	quoted                  // 'text', "name" or $tag$text$tag$
)

type token struct {
	kind tokenKind
	text string
}

func (t token) is(keyword string) bool {
	return t.kind == word && len(t.text) == len(keyword) && strings.EqualFold(t.text, keyword)
}

func nextToken(tokens []token, i int) int {
	for i < len(tokens) && tokens[i].kind == space {
		i++
	}
	return i
}

// tokenize splits SQL; the tokens' texts joined are the input. It is linear and takes any input.
func tokenize(s string) []token {
	tokens := make([]token, 0, len(s)/4)
	for len(s) > 0 {
		kind, n := firstToken(s)
		tokens = append(tokens, token{kind, s[:n]})
		s = s[n:]
	}
	return tokens
}

func firstToken(s string) (tokenKind, int) {
	c := s[0]
	switch {
	case isSpace(c):
		return space, span(s, isSpace)
	case isWord(c):
		return word, span(s, isWord)
	case c == '\'' || c == '"':
		return quoted, quotedEnd(s, c)
	case strings.HasPrefix(s, "--"):
		if n := strings.IndexByte(s, '\n'); n >= 0 {
			return space, n
		}
		return space, len(s)
	case strings.HasPrefix(s, "/*"):
		if n := strings.Index(s, "*/"); n >= 0 {
			return space, n + 2
		}
		return space, len(s)
	case strings.HasPrefix(s, "::"):
		return other, 2
	case c == '$' && len(s) > 1 && isDigit(s[1]):
		return other, 1 + span(s[1:], isDigit)
	case c == '$':
		// $tag$ … $tag$: the body of a function.
		n := 1 + span(s[1:], isWord)
		if n < len(s) && s[n] == '$' {
			if end := strings.Index(s[n+1:], s[:n+1]); end >= 0 {
				return quoted, n + 1 + end + n + 1
			}
		}
	}
	return other, 1
}

func quotedEnd(s string, quote byte) int {
	for i := 1; i < len(s); i++ {
		if s[i] != quote {
			continue
		}
		if i+1 < len(s) && s[i+1] == quote { // doubled: a quote inside
			i++
			continue
		}
		return i + 1
	}
	return len(s)
}

func span(s string, in func(byte) bool) int {
	n := 0
	for n < len(s) && in(s[n]) {
		n++
	}
	return n
}

func isSpace(c byte) bool { return c == ' ' || c == '\n' || c == '\t' || c == '\r' }
func isDigit(c byte) bool { return c >= '0' && c <= '9' }
func isWord(c byte) bool {
	return isDigit(c) || c == '_' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= 0x80
}
