package mailmsg

import "strings"

// maxIDs bounds the ids read from one field.
const maxIDs = 2000

// ParseIDs returns the message ids in the value of a Message-ID, In-Reply-To or References field, without angle brackets, in order and each
// once. Where a value has no brackets, words that look like an id are taken. Blanks that folding put into an id are removed.
func ParseIDs(s string) []string {
	var out []string
	seen := map[string]bool{}
	add := func(id string) {
		id = strings.Join(strings.Fields(id), "")
		id = strings.Trim(id, "<>")
		if id == "" || len(id) > 1000 || seen[id] || len(out) >= maxIDs {
			return
		}
		seen[id] = true
		out = append(out, id)
	}
	if strings.Contains(s, "=?") {
		s = decodeWords(s, "") // Exchange and others encode long ids
	}
	rest := s
	for len(out) < maxIDs {
		open := strings.IndexByte(rest, '<')
		if open < 0 {
			break
		}
		shut := strings.IndexAny(rest[open+1:], "<>")
		if shut < 0 {
			add(rest[open+1:])
			break
		}
		add(rest[open+1 : open+1+shut])
		rest = rest[open+1+shut:]
		if rest[0] == '>' {
			rest = rest[1:]
		}
	}
	if len(out) > 0 {
		return out
	}
	for _, w := range strings.Fields(s) {
		if strings.Contains(w, "@") || !strings.ContainsAny(strings.TrimSpace(s), " \t") {
			add(strings.Trim(w, `,;"`))
		}
	}
	return out
}
