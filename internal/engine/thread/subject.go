package thread

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// maxSubject bounds what is looked at of a subject, in bytes.
const maxSubject = 1000

// prefixes are what mail programs put before the subject of an answer or a forwarded mail, without colon.
var prefixes = map[string]bool{}

func init() {
	for _, p := range strings.Fields(`
		re res ref rép rep réf r aw antw antwort betr sv vs vast vä ang hs
		fw fwd fwd wg vl vb vid i tr trans rv enc doorst doorsturen ilt ynt yml yanıt rif rsp
		odp odpowiedź pd dw przekaz przek ats atsakymas atb atbilde pārs pārsūtīts pars persiųsta per prs
		отв ответ на переслано пересл відп відповідь fwd перес
		vá válasz továbbítás továbbított tov odg proslj odgovor preposl přeposláno odpoveď odpověď
		απ απάντηση πρθ σχετ răsp răspuns rasp redir
		回复 答复 回覆 答覆 转发 轉寄 轉發 返信 転送 回信 회신 답장 전달 fs
		השב תשובה הועבר رد إعادة توجيه پاسخ`) {
		prefixes[p] = true
	}
}

// warnings are marks that gateways put before subjects.
var warnings = map[string]bool{"ext": true, "external": true, "extern": true, "external email": true, "external mail": true, "external sender": true, "spam": true, "spam?": true, "suspected spam": true, "caution": true, "warning": true, "secure": true, "encrypted": true, "bulk": true, "маркетинг": true, "zewnętrzny": true, "ārējs": true, "išorinis": true}

// Normalise returns a subject without the prefixes of answers and forwarding in any language ("Re:", "AW:", "Ats:",
// "Odp:", "Re[2]:", stacked), without marks of gateways ("[EXT]", "***SPAM***") and conversation numbers ("[#10482]"),
// in lower case with single spaces. Two subjects that only differ by these are the same.
func Normalise(subject string) string {
	if len(subject) > maxSubject {
		subject = strings.ToValidUTF8(subject[:maxSubject], "")
	}
	s := strings.ToLower(collapse(subject))
	for { // what is cut may have stood before something else that is to be cut
		t := cutTail(dropNumbers(cutMark(cutPrefix(s))))
		if t == s {
			return s
		}
		s = t
	}
}

// cutTail drops the marks that some programs put behind a subject.
func cutTail(s string) string {
	for _, tail := range []string{"(fwd)", "(fw)", "(re)"} {
		s = strings.TrimSpace(strings.TrimSuffix(s, tail))
	}
	return s
}

// collapse drops what can't be seen and makes every run of white space one space.
func collapse(s string) string {
	var b strings.Builder
	space := false
	for _, r := range s {
		switch {
		case unicode.IsSpace(r):
			space = true
		case !unicode.IsPrint(r):
		default:
			if space && b.Len() > 0 {
				b.WriteByte(' ')
			}
			space = false
			b.WriteRune(r)
		}
	}
	return b.String()
}

// cutPrefix takes one prefix off: "re:", "re[2]:", "re^3:", "re (2):", "aw：".
func cutPrefix(s string) string {
	i := strings.IndexFunc(s, func(r rune) bool { return r == ':' || r == '：' })
	if i <= 0 || i > 40 {
		return s
	}
	word := strings.TrimSpace(s[:i])
	if j := strings.IndexAny(word, "[(^"); j > 0 && strings.Trim(word[j:], "[]()^0123456789") == "" {
		word = strings.TrimSpace(word[:j])
	}
	if !prefixes[word] {
		return s
	}
	_, size := utf8.DecodeRuneInString(s[i:])
	return strings.TrimSpace(s[i+size:])
}

// cutMark takes one mark of a gateway off: "[ext]", "***spam***", "external:".
func cutMark(s string) string {
	if strings.HasPrefix(s, "[") || strings.HasPrefix(s, "(") {
		if j := strings.IndexAny(s, "])"); j > 0 && warnings[strings.Trim(s[1:j], " *-_!")] {
			return strings.TrimLeft(s[j+1:], " :-")
		}
	}
	if strings.HasPrefix(s, "*") {
		t := strings.TrimLeft(s, "*")
		if j := strings.IndexByte(t, '*'); j > 0 && warnings[strings.TrimSpace(t[:j])] {
			return strings.TrimLeft(t[j:], "* :")
		}
	}
	if j := strings.IndexByte(s, ':'); j > 0 && j < 24 && warnings[strings.TrimSpace(s[:j])] {
		return strings.TrimSpace(s[j+1:])
	}
	return s
}

// maxNumbers bounds how many numbers of a subject are looked up.
const maxNumbers = 5

// Numbers returns the conversation numbers that a subject holds: "#10482" and "[#10482]", each once, in their order, at
// most five. A number without "#" is none: orders and invoices have numbers too.
func Numbers(subject string) []int64 {
	if len(subject) > maxSubject {
		subject = subject[:maxSubject]
	}
	var out []int64
	for i := 0; i < len(subject) && len(out) < maxNumbers; i++ {
		n, end := numberAt(subject, i)
		if n == 0 {
			continue
		}
		seen := false
		for _, old := range out {
			seen = seen || old == n
		}
		if !seen {
			out = append(out, n)
		}
		i = end - 1
	}
	return out
}

// numberAt reads "#10482" at i and returns the number and the offset behind it, or 0.
func numberAt(s string, i int) (int64, int) {
	if s[i] != '#' {
		return 0, i
	}
	n := int64(0)
	j := i + 1
	for j < len(s) && s[j] >= '0' && s[j] <= '9' && j-i <= 15 {
		n = n*10 + int64(s[j]-'0')
		j++
	}
	if j == i+1 || j < len(s) && (s[j] >= '0' && s[j] <= '9' || s[j] >= 'a' && s[j] <= 'z' || s[j] >= 'A' && s[j] <= 'Z') {
		return 0, i
	}
	return n, j
}

// dropNumbers takes bracketed numbers out of a subject in lower case; a bare "#12" may be the customer's own.
func dropNumbers(s string) string {
	var b strings.Builder
	for i := 0; i < len(s); {
		if s[i] == '[' && i+1 < len(s) {
			if n, end := numberAt(s, i+1); n != 0 && end < len(s) && s[end] == ']' {
				i = end + 1
				continue
			}
		}
		b.WriteByte(s[i])
		i++
	}
	return collapse(b.String())
}
