package bounce

import "strings"

// replyCode returns the first SMTP reply code of 400–599 in s that stands as a number of its own, or 0. The last digits
// of addresses, versions and status codes don't count.
func replyCode(s string) int {
	for i := 0; i+3 <= len(s); i++ {
		if s[i] != '4' && s[i] != '5' || !isDigit(s[i+1]) || !isDigit(s[i+2]) {
			continue
		}
		if i > 0 && (isDigit(s[i-1]) || isLetter(s[i-1]) || s[i-1] == '.' || s[i-1] == '-' || s[i-1] == '_' || s[i-1] == '@' || s[i-1] == '/' || s[i-1] == '=') {
			continue
		}
		if i+3 < len(s) && (isDigit(s[i+3]) || isLetter(s[i+3]) || s[i+3] == '.' || s[i+3] == '/' || s[i+3] == '@' || s[i+3] == '_') {
			continue
		}
		if s[i+1] > '5' { // reply codes know only the middle digits 0 to 5, RFC 5321 4.2.1; 571 and the like are status codes
			if s[i+1] != '7' {
				continue
			}
		}
		return int(s[i]-'0')*100 + int(s[i+1]-'0')*10 + int(s[i+2]-'0')
	}
	return 0
}

// enhancedStatus returns the first enhanced status code of class 4 or 5 in s (RFC 3463: class.subject.detail, subject
// and detail of up to three digits), preferring one that says more than "x.0.0", or "".
func enhancedStatus(s string) string {
	first := ""
	for i := 0; i+5 <= len(s); i++ {
		if s[i] != '4' && s[i] != '5' && s[i] != '2' || s[i+1] != '.' {
			continue
		}
		if i > 0 && (isDigit(s[i-1]) || isLetter(s[i-1]) || s[i-1] == '.' || s[i-1] == '_' || s[i-1] == '/') {
			continue
		}
		j := i + 2
		n := digits(s[j:])
		if n < 1 || n > 3 || j+n >= len(s) || s[j+n] != '.' {
			continue
		}
		k := j + n + 1
		d := digits(s[k:])
		if d < 1 || d > 3 {
			continue
		}
		end := k + d
		if end < len(s) && (s[end] == '.' && end+1 < len(s) && isDigit(s[end+1]) || isLetter(s[end]) || s[end] == '@') {
			continue
		}
		if s[i] == '2' {
			continue
		}
		code := s[i:end]
		if !vague(code) {
			return code
		}
		if first == "" {
			first = code
		}
	}
	return first
}

func digits(s string) int {
	n := 0
	for n < len(s) && isDigit(s[n]) {
		n++
	}
	return n
}

func isDigit(c byte) bool  { return c >= '0' && c <= '9' }
func isLetter(c byte) bool { return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' }

// addressIn returns the first e-mail address in s, without brackets, or "". Quoted local parts are kept whole.
func addressIn(s string) string {
	a, _ := nextAddress(s)
	return a
}

// nextAddress returns the first address in s and the offset behind it.
func nextAddress(s string) (string, int) {
	for from := 0; ; {
		i := strings.IndexByte(s[from:], '@')
		if i < 0 {
			return "", len(s)
		}
		i += from
		start := i
		if start > 0 && s[start-1] == '"' {
			if q := strings.LastIndexByte(s[max(0, start-66):start-1], '"'); q >= 0 {
				start = max(0, start-66) + q
			}
		} else {
			for start > 0 && isLocalByte(s[start-1]) {
				start--
			}
		}
		end := i + 1
		for end < len(s) && isDomainByte(s[end]) {
			end++
		}
		domain := strings.TrimRight(s[i+1:end], ".-")
		local := strings.TrimLeft(s[start:i], ".'=")
		if local != "" && domain != "" && (strings.Contains(domain, ".") || end < len(s) && s[end] == '>') {
			return local + "@" + domain, i + 1 + len(domain)
		}
		from = i + 1
	}
}

func isLocalByte(c byte) bool {
	return isDigit(c) || isLetter(c) || c >= 0x80 || strings.IndexByte(".!#$%&'*+-/=?^_`{|}~", c) >= 0
}

func isDomainByte(c byte) bool {
	return isDigit(c) || isLetter(c) || c >= 0x80 || c == '.' || c == '-' || c == '_'
}

// commandIn tells which SMTP command a report says was refused: "mail", "rcpt", "data", or "" where it doesn't say.
func commandIn(said string) string {
	lower := strings.ToLower(said)
	first, command := len(lower), ""
	for _, c := range commandSigns {
		if i := strings.Index(lower, c.sign); i >= 0 && i < first {
			first, command = i, c.command
		}
	}
	return command
}

var commandSigns = []struct{ sign, command string }{
	{"in reply to mail", "mail"}, {">>> mail", "mail"}, {"after mail from", "mail"}, {"sender was rejected", "mail"}, {"[mail_from]", "mail"}, {"mail command", "mail"},
	{"in reply to rcpt", "rcpt"}, {">>> rcpt", "rcpt"}, {"after rcpt", "rcpt"}, {"does not like recipient", "rcpt"}, {"[rcpt_to]", "rcpt"}, {"rcpt command", "rcpt"}, {"like our rcpt", "rcpt"},
	{"in reply to data", "data"}, {"in reply to end of data", "data"}, {">>> data", "data"}, {">>> .", "data"}, {"after end of data", "data"}, {"after data", "data"}, {"failed after i sent the message", "data"}, {"text command", "data"}, {"our final data", "data"}, {"smtp command data", "data"},
}
