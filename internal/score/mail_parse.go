package score

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"strings"
	"unicode"

	"tellus/internal/platform/mailmsg"
)

func init() { Register("mail-parse", scoreMailParse) }

// scoreMailParse compares what the reader of mail gives with what the sets expect: sender, recipients, subject, reply-to, decoded text,
// names and checksums of attachments. Each set says it in a way of its own; files of sets without expectations only have to be read.
func scoreMailParse(c *Corpus, s *Sheet) error {
	for _, row := range c.In("mail-parse") {
		var err error
		switch {
		case row.Source == "zammad-mail" && row.Expectation == "(in the row)":
			err = scoreZammadRows(c, s, row)
		case row.Source == "zammad-mail" && strings.HasSuffix(row.Expectation, ".json"):
			err = scoreZammad(c, s, row)
		case row.Source == "stalwart-mail-parser":
			err = scoreStalwart(c, s, row)
		case row.Source == "james-mime4j":
			err = scoreMime4j(c, s, row)
		case row.Source == "mimekit" && row.Expectation != "-":
			err = scoreMimeKit(c, s, row)
		case row.Source == "chatwoot-mail" && row.Expectation == "(in the row)":
			err = scoreChatwoot(c, s, row)
		case row.Source == "discourse-mail" && row.Expectation == "(in the row)":
			err = scoreDiscourse(c, s, row)
		default:
			err = scoreReadable(c, s, row)
		}
		if err != nil {
			return fmt.Errorf("%s: %w", row.Path, err)
		}
	}
	named := Named(s)
	s.Remark("named fields of %s: %d of %d, %s (%s)", strings.Join(sayMost, " and "), named.Right, named.All, percent(named), strings.Join(namedFields, ", "))
	rest := Tally{named.Right - s.contradicted.Right, named.All - s.contradicted.All}
	s.Remark("without the %d of them that contradict a standard: %d of %d, %s", s.contradicted.All, rest.Right, rest.All, percent(rest))
	return nil
}

// sayMost are the sets of category mail-parse that expect something of every field.
var sayMost = []string{"zammad-mail", "stalwart-mail-parser"}

// namedFields are those that a desk shows first.
var namedFields = []string{"sender", "recipients", "reply-to", "subject", "text", "attachment's name", "attachment's checksum"}

// Named counts the fields that a desk shows first, in the sets that expect something of each: the strict count, which the many other marks of category
// mail-parse cannot lift.
func Named(s *Sheet) (t Tally) {
	for _, source := range sayMost {
		for _, measure := range namedFields {
			one := s.Of(source, measure)
			t.All += one.All
			t.Right += one.Right
		}
	}
	return t
}

// scoreReadable expects of a mail that something is understood of it: a sender or a subject, and text or attachments.
func scoreReadable(c *Corpus, s *Sheet, row Row) error {
	if !isMailFile(row.Path) {
		return nil
	}
	raw, err := c.Read(row.Path)
	if err != nil {
		return err
	}
	m := mailmsg.Parse(raw, mailmsg.Limits{})
	body := strings.TrimSpace(m.Text) != "" || m.HTML != "" || len(m.Attachments) > 0 || len(bytes.TrimSpace(m.Root.Raw)) == 0
	s.Mark(row.Source, row.Path, "is read", body, fmt.Sprint(m.Problems))
	return nil
}

// parseSheet marks the fields of one mail.
type parseSheet struct {
	s           *Sheet
	group, name string
}

// equal marks got as right where it is want. Where the set itself could not read a character (U+FFFD), any character is right.
func (p parseSheet) equal(measure, got, want string) bool {
	ok := matchesUnread(got, want)
	p.s.Mark(p.group, p.name, measure, ok, fmt.Sprintf("got %s, want %s", short(got), short(want)))
	return ok
}

func matchesUnread(got, want string) bool {
	if !strings.Contains(want, "\uFFFD") {
		return got == want
	}
	pieces := strings.FieldsFunc(want, func(r rune) bool { return r == '\uFFFD' })
	for i, piece := range pieces {
		at := strings.Index(got, piece)
		if at < 0 || i == 0 && !strings.HasPrefix(want, "\uFFFD") && at > 0 {
			return false
		}
		got = got[at+len(piece):]
	}
	return got == "" || strings.HasSuffix(want, "\uFFFD")
}

func short(s string) string {
	if len(s) > 160 {
		return fmt.Sprintf("%q… (%d bytes)", s[:160], len(s))
	}
	return fmt.Sprintf("%q", s)
}

// sameText compares text without white space, which every set's own converter lays out differently. Where it differs, what follows the
// common beginning is shown.
func (p parseSheet) sameText(measure, got, want string) bool {
	g, w := bareText(got), bareText(want)
	if g == w {
		p.s.Mark(p.group, p.name, measure, true, "")
		return true
	}
	i := 0
	for i < len(g) && i < len(w) && g[i] == w[i] {
		i++
	}
	i = max(0, i-20)
	p.s.Mark(p.group, p.name, measure, false, fmt.Sprintf("at %d got %s, want %s", i, short(g[i:]), short(w[min(i, len(w)):])))
	return false
}

func bareText(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) || unicode.Is(unicode.Cf, r) {
			return -1
		}
		// &lang; is U+2329 in HTML 4 and U+27E8 in HTML 5.
		switch r {
		case '\u2329', '\u27e8':
			return '\u3008'
		case '\u232a', '\u27e9':
			return '\u3009'
		}
		return r
	}, s)
}

// emails writes addresses for comparison; case is not compared, since sets differ in it.
func emails(list []mailmsg.Address) string {
	var out []string
	for _, a := range list {
		if a.Email != "" {
			out = append(out, strings.ToLower(a.Email))
		}
	}
	return strings.Join(out, " ")
}

func names(list []mailmsg.Address) string {
	var out []string
	for _, a := range list {
		out = append(out, a.Name)
	}
	return strings.Join(out, "|")
}

// zammadMail is an expectation of the zammad set. Of data, text stands as it is and anything else in base64.
type zammadMail struct {
	From        string  `json:"from"`
	FromEmail   string  `json:"from_email"`
	FromName    string  `json:"from_display_name"`
	To          *string `json:"to"`
	Cc          *string `json:"cc"`
	ReplyTo     *string `json:"reply-to"`
	Subject     *string `json:"subject"`
	Body        *string `json:"body"`
	ContentType string  `json:"content_type"`
	Attachments []struct {
		Data        string         `json:"data"`
		FileName    string         `json:"filename"`
		Preferences map[string]any `json:"preferences"`
	} `json:"attachments"`
}

func scoreZammad(c *Corpus, s *Sheet, row Row) error {
	raw, err := c.Read(row.Path)
	if err != nil {
		return err
	}
	text, err := c.Read(row.Expectation)
	if err != nil {
		return err
	}
	var want zammadMail
	if err := json.Unmarshal(text, &want); err != nil {
		return err
	}
	m := mailmsg.Parse(raw, mailmsg.Limits{})
	p := parseSheet{s, row.Source, row.Path}
	met := p.equal("sender", strings.ToLower(m.Author().Email), strings.ToLower(want.FromEmail))
	p.against(noAddrSpec(want.FromEmail), "sender", met)
	p.equal("sender's name", m.Author().Name, want.FromName)
	if want.To != nil {
		p.equal("recipients", emails(m.To), emails(mailmsg.ParseAddresses(*want.To)))
	}
	if want.Cc != nil {
		p.equal("recipients", emails(m.Cc), emails(mailmsg.ParseAddresses(*want.Cc)))
	}
	if want.ReplyTo != nil {
		p.equal("reply-to", emails(m.ReplyTo), emails(mailmsg.ParseAddresses(*want.ReplyTo)))
	}
	if want.Subject != nil {
		met := p.equal("subject", bareText(m.Subject), bareText(*want.Subject))
		p.against(leftUTF7(string(raw), *want.Subject), "subject", met)
	}
	if want.Body != nil {
		met := scoreZammadBody(p, m, *want.Body, want.ContentType)
		p.against(cmp.Or(leftUTF7(string(raw), *want.Body), misreadUTF8(string(raw), *want.Body)), "text", met)
	}
	scoreZammadFiles(p, m, want)
	return nil
}

// scoreZammadBody compares visible text: that set's HTML went through its own sanitiser, which also writes marks of its own.
func scoreZammadBody(p parseSheet, m *mailmsg.Mail, want, contentType string) bool {
	if want == "no visible content" {
		return p.equal("text", bareText(m.Text), "")
	}
	if contentType == "text/html" && m.HTML != "" {
		got, want := htmlText(m.HTML), htmlText(want)
		// That set shows a document's title above its text; a title is not part of the text.
		if title := htmlTitle(m.HTML); title != "" && strings.HasPrefix(bareText(want), bareText(title)) && !strings.HasPrefix(bareText(got), bareText(title)) {
			got = title + got
		}
		return p.sameText("text", got, want)
	}
	if contentType == "text/html" {
		want = htmlText(want)
	}
	return p.sameText("text", m.Text, want)
}

func htmlTitle(s string) string {
	lower := strings.ToLower(s)
	start, end := strings.Index(lower, "<title>"), strings.Index(lower, "</title>")
	if start < 0 || end < start || len(lower) != len(s) {
		return ""
	}
	return htmlText(s[start+len("<title>") : end])
}

// htmlText converts HTML as the reader does for mails that have nothing else.
func htmlText(s string) string {
	return mailmsg.Parse([]byte("Content-Type: text/html; charset=utf-8\n\n"+s), mailmsg.Limits{}).Text
}

// scoreZammadFiles expects each named attachment with its content. The original of an HTML body, which that set lists as an attachment, is
// compared with the HTML that we keep.
func scoreZammadFiles(p parseSheet, m *mailmsg.Mail, want zammadMail) {
	left := append([]*mailmsg.Part{}, m.Attachments...)
	for _, w := range want.Attachments {
		if original, _ := w.Preferences["original-format"].(bool); original {
			p.sameText("original HTML", m.HTML, w.Data)
			continue
		}
		at := -1
		for i, a := range left {
			if a.Name() == w.FileName || a.FileName == w.FileName {
				at = i
				break
			}
		}
		same := -1
		for i, a := range left {
			if sameContent(a, w.Data) {
				same = i
				if at < 0 || at == i {
					break
				}
			}
		}
		var have []string
		for _, a := range left {
			have = append(have, a.Name())
		}
		p.s.Mark(p.group, p.name, "attachment's name", at >= 0, fmt.Sprintf("want %q, have %q", w.FileName, have))
		p.s.Mark(p.group, p.name, "attachment's checksum", same >= 0, fmt.Sprintf("%q: want %d bytes", w.FileName, len(w.Data)))
		if at < 0 {
			at = same
		}
		if at >= 0 {
			left = append(left[:at:at], left[at+1:]...)
		}
	}
}

// sameContent compares an attachment with an expectation that is text or base64; for text, line ends are not compared.
func sameContent(a *mailmsg.Part, data string) bool {
	content := a.Content()
	if sha256.Sum256(content) == sha256.Sum256([]byte(data)) {
		return true
	}
	if raw, err := base64.StdEncoding.DecodeString(strings.NewReplacer("\n", "", "\r", "").Replace(data)); err == nil && bytes.Equal(raw, content) {
		return true
	}
	level := func(s string) string { return strings.TrimRight(strings.ReplaceAll(s, "\r\n", "\n"), "\n") }
	return level(string(content)) == level(data) || level(a.Text()) == level(data)
}

// zammadRow is a mail given in the row itself, or by file, with what a desk should make of it.
type zammadRow struct {
	Data     string `json:"data"`
	DataFile string `json:"data_file"`
	Result   map[string]struct {
		Title *string `json:"title"`
		Body  *string `json:"body"`
		Type  string  `json:"content_type"`
	} `json:"result"`
	Verify struct {
		Users []struct {
			Email string `json:"email"`
		} `json:"users"`
	} `json:"verify"`
}

func scoreZammadRows(c *Corpus, s *Sheet, row Row) error {
	text, err := c.Read(row.Path)
	if err != nil {
		return err
	}
	for i, line := range bytes.Split(bytes.TrimSpace(text), []byte("\n")) {
		var want zammadRow
		if err := json.Unmarshal(line, &want); err != nil {
			return fmt.Errorf("row %d: %w", i+1, err)
		}
		raw := []byte(want.Data)
		if want.DataFile != "" {
			if raw, err = c.Read("mail-parse/zammad-mail/" + want.DataFile); err != nil {
				return err
			}
		}
		if len(raw) == 0 {
			continue
		}
		m := mailmsg.Parse(raw, mailmsg.Limits{})
		p := parseSheet{s, row.Source, fmt.Sprintf("%s:%d", row.Path, i+1)}
		if title := want.Result["0"].Title; title != nil {
			subject := bareText(m.Subject)
			if subject == "" {
				subject = "-"
			}
			p.equal("subject", subject, bareText(*title))
		}
		if article := want.Result["1"]; article.Body != nil {
			kind := article.Type
			if kind == "" && m.HTML != "" {
				kind = "text/html"
			}
			scoreZammadBody(p, m, *article.Body, kind)
		}
		everybody := " " + emails([]mailmsg.Address{m.Author()}) + " " + emails(m.To) + " " + emails(m.Cc) + " "
		for _, u := range want.Verify.Users {
			p.s.Mark(p.group, p.name, "people", strings.Contains(everybody, " "+strings.ToLower(u.Email)+" "), u.Email+" not in"+everybody)
		}
	}
	return nil
}
