package desk

import "strings"

// SplitMail cuts a mail address at its last "@": a local part in quotes may hold others (RFC 5321 4.1.2). ok is false where there is none, and local is
// the whole then.
func SplitMail(address string) (local, domain string, ok bool) {
	at := strings.LastIndexByte(address, '@')
	if at < 0 {
		return address, "", false
	}
	return address[:at], address[at+1:], true
}

// SplitTag cuts a plus-tag (RFC 5233) off an address's local part, within its quotes where it has some. ok is false where there is none.
func SplitTag(local string) (box, tag string, ok bool) {
	box, tag, ok = strings.Cut(local, "+")
	if ok && len(local) > 1 && local[0] == '"' {
		tag, ok = strings.CutSuffix(tag, `"`)
		box += `"`
	}
	if !ok {
		return local, "", false
	}
	return box, tag, true
}

// JoinTag is an address with a plus-tag, which SplitTag finds again.
func JoinTag(address, tag string) string {
	local, domain, _ := SplitMail(address)
	if box, ok := strings.CutSuffix(local, `"`); ok && box != "" {
		return box + "+" + tag + `"@` + domain
	}
	return local + "+" + tag + "@" + domain
}
