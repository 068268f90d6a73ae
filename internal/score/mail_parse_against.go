package score

import (
	"encoding/base64"
	"net/mail"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"
)

// against marks an expectation of the named fields that contradicts a section of a standard, and whether it was met all the same. Which do is told from the expectation and
// the mail's own labels alone, never from what our reader makes of the mail, so that what we get wrong cannot hide there.
func (p parseSheet) against(section, measure string, met bool) {
	if section == "" {
		return
	}
	p.s.contradicted.add(met)
	p.s.Remark("against %s, but counted: %s of %s", section, measure, p.name)
}

// noAddrSpec is RFC 5322 3.4.1: no space outside of a quoted local part, and nothing after the domain.
func noAddrSpec(address string) string {
	if address == "" || !strings.Contains(address, "@") {
		return ""
	}
	if _, err := mail.ParseAddress("<" + address + ">"); err != nil {
		return "RFC 5322 3.4.1 (no address)"
	}
	return ""
}

var (
	labelledUTF7 = regexp.MustCompile(`(?i)(charset="?|=\?)unicode-1-1-utf-7`)
	shiftedUTF7  = regexp.MustCompile(`\+([A-Za-z0-9/]{3,})-`)
)

// leftUTF7 is RFC 2152: a mail that is labelled so, expected with its runs of base64 as they stand.
func leftUTF7(raw, want string) string {
	if !labelledUTF7.MatchString(raw) {
		return ""
	}
	for _, run := range shiftedUTF7.FindAllStringSubmatch(want, -1) {
		if b, err := base64.RawStdEncoding.DecodeString(run[1]); err == nil && len(b) == 2 && unicode.IsLetter(utf16.Decode([]uint16{uint16(b[0])<<8 | uint16(b[1])})[0]) {
			return "RFC 2152 (UTF-7 left as it stands)"
		}
	}
	return ""
}

// misreadUTF8 is RFC 2046 4.1.2: a mail that is labelled UTF-8, expected with the control characters U+0080 to U+009F that come of reading it as an eight-bit set.
func misreadUTF8(raw, want string) string {
	if !strings.Contains(strings.ToLower(raw), `charset="utf-8"`) || !utf8.ValidString(want) {
		return ""
	}
	if strings.ContainsFunc(want, func(r rune) bool { return r >= 0x80 && r < 0xA0 && r != 0x85 }) {
		return "RFC 2046 4.1.2 (UTF-8 read as another charset)"
	}
	return ""
}
