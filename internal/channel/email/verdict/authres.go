package verdict

import (
	"bytes"
	"strings"

	"golang.org/x/net/publicsuffix"

	"tellus/internal/desk"
)

const (
	mostFields     = 1000     // header fields that are looked at
	mostFieldBytes = 64 << 10 // of one field
	mostResults    = 100      // results of one Authentication-Results field
)

// FromHeaders reads what the mailbox's own server found out about the sender (RFC 8601). headers are the fields of a mail from the
// top, "Name: value" each, folded or not. Only fields of the server named trustedAuthservID count. Where that is empty, a field counts if its
// authserv-id lies in the domain of a server that, by the Received fields above it, handled the mail later than whoever could have written
// the field: a server must strip fields that bear its own name (RFC 8601 5), so a forged one bears another. Only the first run of such
// fields is read; below the next Received field older servers speak. nil where nobody said anything.
func FromHeaders(headers []string, trustedAuthservID string) *desk.Verdicts {
	if len(headers) > mostFields {
		headers = headers[:mostFields]
	}
	var by []string // hosts that received the mail, newest first
	var found *verdicts
	for _, h := range headers {
		name, value, ok := strings.Cut(h, ":")
		if !ok || len(value) > mostFieldBytes {
			continue
		}
		switch strings.ToLower(strings.TrimSpace(name)) {
		case "received":
			if found != nil {
				return found.sum()
			}
			if host := receivedBy(value); host != "" {
				by = append(by, host)
			}
		case "authentication-results":
			id, results := parseAuthRes(value)
			if !trustedServer(id, trustedAuthservID, by) {
				continue
			}
			if found == nil {
				found = &verdicts{}
			}
			found.add(results)
		}
	}
	if found == nil {
		return nil
	}
	return found.sum()
}

func trustedServer(id, trusted string, by []string) bool {
	if trusted != "" {
		return strings.EqualFold(strings.TrimSuffix(id, "."), strings.TrimSuffix(trusted, "."))
	}
	for _, host := range by {
		// Microsoft 365 writes no authserv-id at all.
		if id == "" && strings.HasSuffix(host, ".protection.outlook.com") {
			return true
		}
		if id != "" && sameOrganisation(id, host) {
			return true
		}
	}
	return false
}

func sameOrganisation(a, b string) bool {
	a, b = strings.ToLower(strings.TrimSuffix(a, ".")), strings.ToLower(strings.TrimSuffix(b, "."))
	if a == b {
		return true
	}
	orgA, errA := publicsuffix.EffectiveTLDPlusOne(a)
	orgB, errB := publicsuffix.EffectiveTLDPlusOne(b)
	return errA == nil && errB == nil && orgA == orgB
}

// receivedBy is the host after "by" (RFC 5321 4.4).
func receivedBy(value string) string {
	s := scanner{s: value}
	for {
		word, ok := s.word()
		if !ok {
			return ""
		}
		if strings.EqualFold(word, "by") {
			host, _ := s.word()
			return strings.ToLower(host)
		}
	}
}

// verdicts gathers results by method. The first one counts, but a good DKIM signature counts whatever others say (RFC 6376 6.1), and best
// that of the author's own domain.
type verdicts struct {
	spf, dkim, dmarc, from string
}

func (v *verdicts) add(results []authRes) {
	for _, r := range results {
		switch r.method {
		case "spf":
			if v.spf == "" {
				v.spf = r.value
			}
		case "dkim":
			if v.dkim == "" || r.value == "pass" {
				v.dkim = r.value
			}
		case "dmarc":
			if v.dmarc == "" {
				v.dmarc, v.from = r.value, strings.ToLower(r.props["header.from"])
			}
		}
	}
}

func (v *verdicts) sum() *desk.Verdicts {
	if v.spf == "" && v.dkim == "" && v.dmarc == "" {
		return nil
	}
	return &desk.Verdicts{SPF: v.spf, DKIM: v.dkim, DMARC: v.dmarc, From: v.from}
}

// authRes is one resinfo of RFC 8601 2.2.
type authRes struct {
	method string
	value  string
	props  map[string]string // "ptype.property", lower case
}

// parseAuthRes reads an Authentication-Results value. It is tolerant: what it cannot read it skips up to the next semicolon. The id is empty
// where the server left it out.
func parseAuthRes(value string) (id string, results []authRes) {
	s := scanner{s: value}
	first, ok := s.word()
	if !ok {
		return "", nil
	}
	if s.peek() == '=' { // no authserv-id: the first word was a method already
		s = scanner{s: value}
	} else {
		id = strings.ToLower(first)
		s.skipTo(';') // a version may follow
	}
	for len(results) < mostResults {
		r, more := s.result()
		if r.method != "" {
			results = append(results, r)
		}
		if !more {
			return id, results
		}
	}
	return id, results
}

// result reads up to the next semicolon.
func (s *scanner) result() (r authRes, more bool) {
	r.props = map[string]string{}
	for {
		switch s.peek() {
		case 0:
			return r, false
		case ';':
			s.at++
			return r, true
		case '=':
			s.at++ // without a name before it
			continue
		}
		name, ok := s.word()
		if !ok {
			return r, false
		}
		if s.peek() != '=' {
			continue // "none", or noise
		}
		s.at++
		if c := s.peek(); c == 0 || c == ';' {
			continue
		}
		val, _ := s.word()
		name = strings.ToLower(name)
		if r.method == "" {
			method, _, _ := strings.Cut(name, "/") // a version may follow
			r.method, r.value = method, resultValue(val)
			continue
		}
		if len(r.props) < mostResults {
			r.props[name] = val
		}
	}
}

// resultValue brings a result to the words of RFC 8601 2.7; "" where it is none of them.
func resultValue(s string) string {
	switch s = strings.ToLower(s); s {
	case "pass", "fail", "softfail", "neutral", "none", "temperror", "permerror":
		return s
	case "hardfail":
		return "fail"
	case "policy":
		return "fail"
	case "error":
		return "temperror"
	case "unknown":
		return "permerror"
	case "bestguesspass":
		return "none"
	}
	return ""
}

// scanner walks over words, skipping white space and nested comments (RFC 5322 3.2.2). It never goes back.
type scanner struct {
	s  string
	at int
}

// skip passes white space and comments.
func (s *scanner) skip() {
	depth := 0
	for ; s.at < len(s.s); s.at++ {
		switch c := s.s[s.at]; {
		case c == '(':
			depth++
		case c == ')' && depth > 0:
			depth--
		case c == '\\' && depth > 0:
			s.at++
		case depth > 0 || c == ' ' || c == '\t' || c == '\r' || c == '\n':
		default:
			return
		}
	}
	s.at = min(s.at, len(s.s))
}

// peek is the next byte that counts; 0 at the end.
func (s *scanner) peek() byte {
	s.skip()
	if s.at >= len(s.s) {
		return 0
	}
	return s.s[s.at]
}

// word reads a quoted string or everything up to white space, a comment, "=", ";" or a quote. It is false at the end, and where a semicolon or
// an equals sign stands.
func (s *scanner) word() (string, bool) {
	switch s.peek() {
	case 0, ';', '=':
		return "", false
	case '"':
		return s.quoted(), true
	}
	start := s.at
	for s.at < len(s.s) && !strings.ContainsRune(" \t\r\n();=\"", rune(s.s[s.at])) {
		s.at++
	}
	if s.at == start {
		s.at++ // a stray parenthesis
	}
	return s.s[start:s.at], true
}

func (s *scanner) quoted() string {
	var b strings.Builder
	for s.at++; s.at < len(s.s); s.at++ {
		switch c := s.s[s.at]; c {
		case '"':
			s.at++
			return b.String()
		case '\\':
			if s.at++; s.at < len(s.s) {
				b.WriteByte(s.s[s.at])
			}
		default:
			b.WriteByte(c)
		}
	}
	s.at = min(s.at, len(s.s))
	return b.String()
}

// skipTo passes the next c outside of comments and quotes.
func (s *scanner) skipTo(c byte) {
	for {
		switch next := s.peek(); next {
		case 0:
			return
		case c:
			s.at++
			return
		case ';', '=':
			s.at++
		default:
			s.word()
		}
	}
}

// Header splits the header at the beginning of a raw mail into its fields, folded as they stand, without the line's end. It stops after a
// thousand fields and cuts each off after 64 KB.
func Header(raw []byte) []string {
	var fields []string
	for len(raw) > 0 && len(fields) < mostFields {
		end := 0
		for { // a line, and those that continue it
			n := lineEnd(raw[end:])
			end += n
			if n == 0 || end >= len(raw) || (raw[end] != ' ' && raw[end] != '\t') {
				break
			}
		}
		field := strings.TrimRight(string(raw[:min(end, mostFieldBytes)]), "\r\n")
		if field == "" {
			return fields
		}
		fields = append(fields, field)
		raw = raw[end:]
	}
	return fields
}

// lineEnd is the length of the first line, its end included.
func lineEnd(b []byte) int {
	if i := bytes.IndexByte(b, '\n'); i >= 0 {
		return i + 1
	}
	return len(b)
}
