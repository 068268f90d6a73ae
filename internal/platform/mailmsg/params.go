package mailmsg

import (
	"sort"
	"strconv"
	"strings"
)

// maxParams bounds the parameters of one field, and so the pieces of a continued one.
const maxParams = 500

// parseMediaType reads a Content-Type or Content-Disposition value: its first token in lower case and its parameters, with continuations
// and character sets (RFC 2231) resolved, encoded words (against RFC 2047 5, and common) decoded, and missing quotes and semicolons tolerated.
func parseMediaType(s, hint string) (value string, params map[string]string) {
	semi := strings.IndexByte(s, ';')
	headPart := s
	if semi >= 0 {
		headPart = s[:semi]
	}
	headPart = strings.TrimSpace(headPart)
	if strings.Contains(headPart, "(") {
		headPart = dropComments(headPart)
	}
	rest := ""
	if semi >= 0 {
		rest = s[semi+1:]
	}
	// "text/plain charset=utf-8": the semicolon is missing.
	if i := strings.IndexAny(headPart, " \t"); i >= 0 && strings.Contains(headPart[i:], "=") {
		rest = headPart[i+1:] + ";" + rest
		headPart = headPart[:i]
	}
	value = strings.ToLower(strings.Join(strings.Fields(headPart), ""))
	return value, resolveParams(splitParams(rest), hint)
}

type rawParam struct {
	name, value string
	quoted      bool
}

// splitParams cuts "a=b; c=\"d\"" into its parts.
func splitParams(s string) []rawParam {
	var out []rawParam
	for i := 0; i < len(s) && len(out) < maxParams; {
		for i < len(s) && strings.IndexByte(" \t;,\r\n", s[i]) >= 0 {
			i++
		}
		if i < len(s) && s[i] == '(' {
			_, i = comment(s, i)
			continue
		}
		start := i
		for i < len(s) && s[i] != '=' && s[i] != ';' {
			i++
		}
		name := strings.ToLower(strings.TrimSpace(s[start:i]))
		if i >= len(s) || s[i] == ';' {
			continue // a word without value
		}
		i++
		for i < len(s) && (s[i] == ' ' || s[i] == '\t') {
			i++
		}
		var value string
		quoted := i < len(s) && s[i] == '"'
		if quoted {
			value, i = quotedParam(s, i)
		} else {
			value, i = bareParam(s, i)
		}
		if name != "" && len(name) <= 100 {
			out = append(out, rawParam{name, value, quoted})
		}
	}
	return out
}

// quotedParam reads a quoted value. Only quotes and backslashes can be escaped: "C:\temp" is meant as it stands.
func quotedParam(s string, i int) (string, int) {
	var b strings.Builder
	for j := i + 1; j < len(s); j++ {
		switch c := s[j]; {
		case c == '\\' && j+1 < len(s) && (s[j+1] == '"' || s[j+1] == '\\'):
			j++
			b.WriteByte(s[j])
		case c == '"':
			if !endsQuoted(s, j+1) {
				b.WriteByte(c)
				continue
			}
			return b.String(), j + 1
		default:
			b.WriteByte(c)
		}
	}
	return b.String(), len(s)
}

// endsQuoted tells whether a quote before offset k ends its value: the next parameter, a comment or nothing follows. Otherwise it is
// part of a name whose sender forgot to escape it, provided that another quote is to come.
func endsQuoted(s string, k int) bool {
	for k < len(s) && (s[k] == ' ' || s[k] == '\t') {
		k++
	}
	return k >= len(s) || strings.IndexByte(";,(\r\n", s[k]) >= 0 || startsParam(s[k:]) || strings.IndexByte(s[k:], '"') < 0
}

// bareParam reads a value without quotes: up to the semicolon, so that a file name with blanks stays whole.
func bareParam(s string, i int) (string, int) {
	end := strings.IndexByte(s[i:], ';')
	if strings.HasPrefix(s[i:], "=?") {
		sc := wordScanner{s: s, ending: -1}
		j := i
		for strings.HasPrefix(s[j:], "=?") {
			_, next, ok := sc.at(j)
			if !ok {
				break
			}
			end = next - i
			for j = next; j < len(s) && (s[j] == ' ' || s[j] == '\t'); j++ {
			}
		}
		if semi := strings.IndexByte(s[i+max(end, 0):], ';'); semi >= 0 && end >= 0 {
			end += semi
		} else {
			end = len(s) - i
		}
	}
	if end < 0 {
		end = len(s) - i
	}
	value := s[i : i+end]
	// "charset=utf-8 name=x": the semicolon is missing before the next parameter.
	for from := 0; ; {
		sp := strings.IndexAny(value[from:], " \t")
		if sp < 0 {
			break
		}
		sp += from
		word := sp
		for word < len(value) && (value[word] == ' ' || value[word] == '\t') {
			word++
		}
		if startsParam(value[word:]) {
			return strings.TrimSpace(value[:sp]), i + sp
		}
		from = word
	}
	if strings.HasSuffix(strings.TrimSpace(value), ")") && strings.Contains(value, " (") {
		value = dropComments(value)
	}
	return strings.TrimSpace(value), i + end
}

// startsParam tells whether s begins with one of the parameters that this reader knows and "=".
func startsParam(s string) bool {
	eq := strings.IndexByte(head2(s, 20), '=')
	if eq <= 0 {
		return false
	}
	switch strings.TrimRight(strings.ToLower(s[:eq]), "*0123456789 ") {
	case "charset", "name", "filename", "boundary", "format", "type", "start", "size", "delsp", "micalg", "protocol", "report-type",
		"creation-date", "modification-date", "read-date", "method", "smime-type":
		return true
	}
	return false
}

func head2(s string, n int) string {
	if len(s) > n {
		return s[:n]
	}
	return s
}

// piece is one section of a continued parameter (RFC 2231 3): name*N or name*N*.
type piece struct {
	index   int
	value   string
	encoded bool
}

func resolveParams(raw []rawParam, hint string) map[string]string {
	out := map[string]string{}
	pieces := map[string][]piece{}
	for _, p := range raw {
		star := strings.IndexByte(p.name, '*')
		if star < 0 {
			if _, ok := out[p.name]; !ok {
				out[p.name] = cleanText(decodeWords(p.value, hint))
			}
			continue
		}
		base, section := p.name[:star], p.name[star+1:]
		encoded := section == "" || strings.HasSuffix(section, "*")
		section = strings.TrimSuffix(section, "*")
		index := 0
		if section != "" {
			n, err := strconv.Atoi(section)
			if err != nil || n < 0 {
				continue
			}
			index = n
		}
		pieces[base] = append(pieces[base], piece{index, p.value, encoded})
	}
	for base, list := range pieces {
		// RFC 5987 4.2: the extended form wins over the plain one.
		if v := joinPieces(list, hint); v != "" {
			out[base] = v
		}
	}
	return out
}

// joinPieces puts a continued parameter together. The character set stands in the first piece: charset'language'text.
func joinPieces(list []piece, hint string) string {
	sort.SliceStable(list, func(i, j int) bool { return list[i].index < list[j].index })
	charset := hint
	var raw []byte
	anyEncoded := false
	for i, p := range list {
		v := p.value
		if !p.encoded {
			raw = append(raw, v...)
			continue
		}
		anyEncoded = true
		if i == 0 {
			if a := strings.IndexByte(v, '\''); a >= 0 {
				if b := strings.IndexByte(v[a+1:], '\''); b >= 0 {
					if a > 0 {
						charset = v[:a]
					}
					v = v[a+1+b+1:]
				}
			}
		}
		raw = appendPercent(raw, v)
	}
	if !anyEncoded {
		return cleanText(decodeWords(string(raw), hint))
	}
	s, _, _ := decodeCharset(raw, charset)
	// Some senders put an encoded word into the extended form.
	return cleanText(decodeWords(s, hint))
}

func appendPercent(dst []byte, s string) []byte {
	for i := 0; i < len(s); i++ {
		if s[i] == '%' && i+2 < len(s) && unhex(s[i+1]) >= 0 && unhex(s[i+2]) >= 0 {
			dst = append(dst, byte(unhex(s[i+1])<<4|unhex(s[i+2])))
			i += 2
			continue
		}
		dst = append(dst, s[i])
	}
	return dst
}
