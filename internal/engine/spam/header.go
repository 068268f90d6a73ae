package spam

import (
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"tellus/internal/engine/letters"
)

// upstream listens to a filter that has judged the mail before us. Only "spam" is believed: everybody can write "not spam" into
// his own mail.
func (j *judge) upstream(f Facts) {
	for _, h := range f.Headers {
		if len(h.Name) == 0 || h.Name[0]|0x20 != 'x' {
			continue
		}
		value := strings.ToLower(strings.TrimSpace(h.Value))
		said := false
		switch strings.ToLower(h.Name) {
		case "x-spam-flag", "x-spam", "x-spam-flag2", "x-barracuda-spam-flag", "x-dspam-result", "x-ovh-spam-status":
			said = strings.HasPrefix(value, "yes") || strings.HasPrefix(value, "spam") || strings.HasPrefix(value, "true")
		case "x-spam-status", "x-rspamd-action", "x-spam-action":
			said = strings.HasPrefix(value, "yes") || value == "reject" || value == "add header" || value == "rewrite subject"
		case "x-spam-level":
			said = len(value) >= 6 && strings.Trim(value, "*") == ""
		case "x-ms-exchange-organization-scl":
			level, err := strconv.Atoi(value)
			said = err == nil && level >= 5
		case "x-forefront-antispam-report":
			said = strings.Contains(value, "sfv:spm") || strings.Contains(value, "cat:phsh") || strings.Contains(value, "cat:malw") || strings.Contains(value, "cat:hphish")
		}
		if said {
			j.add("", "marked_by_filter", 4.2, h.Name)
			return
		}
	}
}

// sender weighs whether the author is who he says he is (RFC 7208, 6376, 7489).
func (j *judge) sender(f Facts) {
	v := f.Verdicts
	switch v.DMARC {
	case "fail":
		j.add("sender", "dmarc_fail", 1.8, v.From)
	case "pass":
		j.add("sender", "dmarc_pass", -0.4, v.From)
	}
	switch v.SPF {
	case "fail":
		j.add("sender", "spf_fail", 1.2, v.From)
	case "softfail":
		j.add("sender", "spf_softfail", 0.5, v.From)
	}
	if v.DKIM == "fail" || v.DKIM == "permerror" {
		j.add("sender", "dkim_fail", 0.6, v.From)
	}
	if v.SPF == "none" && v.DKIM == "none" {
		j.add("sender", "unsigned", 0.3, v.From)
	}
	if f.From == "" {
		j.add("sender", "no_sender", 1.4, "")
	}
	if other := addressIn(f.FromName); other != "" && domain(other) != domain(f.From) {
		j.add("sender", "name_shows_other_address", 1.5, domain(other))
	}
	from, reply := domain(f.From), domain(f.ReplyTo)
	if from == "" || reply == "" || sameSite(from, reply) {
		return
	}
	// A form on a website writes from its own address and names the customer's as where to answer: that is no sign.
	if freeMail[from] || (freeMail[reply] && f.has("X-Mailer") && v.DMARC == "fail") {
		j.add("sender", "answer_goes_elsewhere", 1.2, reply)
	}
}

// freeMail are the domains where everybody gets a mailbox at once.
var freeMail = set(`gmail.com googlemail.com yahoo.com hotmail.com outlook.com live.com aol.com mail.ru yandex.ru inbox.lv gmx.com gmx.de web.de
	proton.me protonmail.com icloud.com yahoo.co.uk wp.pl o2.pl onet.pl interia.pl ukr.net mail.com zoho.com tutanota.com`)

// form weighs what a mail program always writes and a spam program forgets (RFC 5322, 3.6).
func (j *judge) form(f Facts) {
	if len(f.Headers) == 0 {
		return
	}
	if !f.has("Date") {
		j.add("form", "no_date", 1, "")
	} else if !f.Received.IsZero() && !f.Date.IsZero() {
		if d := f.Date.Sub(f.Received); d > 48*time.Hour || d < -60*24*time.Hour {
			j.add("form", "wrong_date", 0.8, "")
		}
	}
	id := strings.TrimSpace(f.header("Message-ID"))
	switch {
	case id == "":
		j.add("form", "no_message_id", 1, "")
	case !strings.Contains(id, "@"):
		j.add("form", "odd_message_id", 0.5, "")
	}
	once := map[string]int{}
	for _, h := range f.Headers {
		if len(h.Name) > len("message-id") {
			continue
		}
		switch n := strings.ToLower(h.Name); n {
		case "from", "subject", "date", "message-id", "to", "reply-to":
			if once[n]++; once[n] == 2 {
				j.add("form", "repeated_header", 1.2, h.Name)
			}
		}
	}
	to := f.header("To")
	if to == "" && f.header("Cc") == "" || strings.Contains(strings.ToLower(to), "undisclosed") {
		j.add("form", "no_recipient", 0.6, "")
	}
	if n := strings.Count(to, "@") + strings.Count(f.header("Cc"), "@"); n >= 20 {
		j.add("form", "many_recipients", 0.8, strconv.Itoa(n))
	}
	if p := strings.ToLower(f.header("Precedence")); p == "bulk" || p == "junk" || f.has("List-Unsubscribe") {
		j.add("form", "bulk", 0.5, "")
	}
	if strings.Contains(strings.ToLower(f.header("X-Mailer")), "php/") || f.has("X-PHP-Originating-Script") && f.Verdicts.DMARC == "fail" {
		j.add("form", "script_mailer", 0.4, "X-Mailer")
	}
}

// subject weighs how a subject shouts or disguises itself.
func (j *judge) subject(f Facts) {
	s := f.Subject
	if len(s) > 2000 {
		s = s[:2000]
	}
	upper, lower, marks := 0, 0, 0
	for _, r := range s {
		switch {
		case unicode.IsUpper(r):
			upper++
		case unicode.IsLower(r):
			lower++
		case r == '!' || r == '$' || r == '€' || r == '£':
			marks++
		}
	}
	if upper >= 10 && upper > 4*lower {
		j.add("subject", "shouting", 0.6, "")
	}
	if marks >= 3 {
		j.add("subject", "many_marks", 0.6, "")
	}
	if lowered := strings.ToLower(s); strings.HasPrefix(lowered, "re:") && !f.has("In-Reply-To") && !f.has("References") {
		j.add("subject", "pretended_answer", 0.6, "")
	}
	if disguised(s) || respelled(s) != "" {
		j.add("subject", "disguised_letters", 1.4, "")
	} else if disguised(head(f.Text, 20_000)) {
		j.add("subject", "disguised_letters", 1.2, "")
	}
	if spaced(s) {
		j.add("subject", "spaced_letters", 1, "")
	}
}

// mayBeForeign is false where no letter can be Greek or Cyrillic: these begin in UTF-8 with bytes that no Latin letter of Europe begins with.
func mayBeForeign(s string) bool {
	const firstOfGreek = 0xCD
	for i := range len(s) {
		if s[i] >= firstOfGreek {
			return true
		}
	}
	return false
}

// disguised tells words that mix alphabets, or hold invisible characters, so that a reader sees one word and a filter another.
func disguised(s string) bool {
	if !mayBeForeign(s) {
		return false
	}
	latin, foreign, word := false, false, 0
	for i := 0; i < len(s); {
		r, n := rune(s[i]), 1
		if r >= utf8.RuneSelf {
			r, n = utf8.DecodeRuneInString(s[i:])
		}
		i += n
		switch class := letters.Of(r); {
		case class&letters.Latin != 0:
			latin = true
			word++
		case class&(letters.Cyrillic|letters.Greek) != 0:
			foreign = true
			word++
		case (r == 0x200B || r == 0x2060 || r == 0xAD) && word > 0:
			continue // judged by what surrounds it; newsletters fill their preview line with such
		default:
			latin, foreign, word = false, false, 0
		}
		if latin && foreign && word > 3 {
			return true
		}
	}
	return false
}

// lures are words that are respelled to get past filters; in plain letters they count as phrases.
var lures = set("viagra cialis levitra pharmacy casino lottery bitcoin rolex replica porn sexy mortgage refinance")

// lookalikes are the signs that stand for letters in respelled words.
var lookalikes = strings.NewReplacer("0", "o", "1", "i", "!", "i", "|", "l", "3", "e", "4", "a", "@", "a", "5", "s", "$", "s")

// respelled returns the lure that stands in s as "via.gra", "v1agra" or "c-a-s-i-n-o", once signs between and for letters are read as a person
// does, or "".
func respelled(s string) string {
	for f := range strings.FieldsSeq(strings.ToLower(s)) {
		f = strings.Trim(f, `.,;:!?"'()[]*-`)
		if len(f) > 40 || lures[f] || strings.ContainsAny(f, "@/") && strings.Contains(f, ".") {
			continue // in plain letters, or an address
		}
		read := strings.Map(func(r rune) rune {
			if r == '.' || r == '-' || r == '_' || r == '*' || r == '\'' || r == ',' {
				return -1
			}
			return r
		}, lookalikes.Replace(f))
		if lures[read] {
			return read
		}
	}
	return ""
}

// spaced tells "F R E E  M O N E Y".
func spaced(s string) bool {
	single := 0
	for f := range strings.FieldsSeq(s) {
		if len([]rune(f)) != 1 || !unicode.IsLetter([]rune(f)[0]) {
			single = 0
			continue
		}
		if single++; single >= 5 {
			return true
		}
	}
	return false
}

// addressIn returns the first mail address in a display name.
func addressIn(name string) string {
	for f := range strings.FieldsFuncSeq(name, func(r rune) bool { return unicode.IsSpace(r) || strings.ContainsRune(`<>"'(),;`, r) }) {
		if at := strings.LastIndexByte(f, '@'); at > 0 && strings.Contains(f[at:], ".") {
			return f
		}
	}
	return ""
}

func domain(address string) string {
	at := strings.LastIndexByte(address, '@')
	if at < 0 {
		return ""
	}
	return strings.ToLower(strings.Trim(address[at+1:], ". >"))
}

// sameSite reports whether two hosts belong to one owner, by their last two labels, or three under a two-letter country with
// a generic second label.
func sameSite(a, b string) bool { return site(a) == site(b) }

func site(host string) string {
	labels := strings.Split(strings.ToLower(strings.Trim(host, ".")), ".")
	n := 2
	if len(labels) > 2 && len(labels[len(labels)-1]) == 2 && genericSecond[labels[len(labels)-2]] {
		n = 3
	}
	if len(labels) > n {
		labels = labels[len(labels)-n:]
	}
	return strings.Join(labels, ".")
}

var genericSecond = set("co com org net gov edu ac or ne go")

func set(words string) map[string]bool {
	m := map[string]bool{}
	for w := range strings.FieldsSeq(words) {
		m[w] = true
	}
	return m
}

func head(s string, n int) string {
	if len(s) > n {
		return s[:n]
	}
	return s
}
