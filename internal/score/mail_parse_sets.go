package score

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"strings"

	"tellus/internal/platform/mailmsg"
)

// scoreMime4j compares leaves in order: that set names a file with the decoded content of each.
func scoreMime4j(c *Corpus, s *Sheet, row Row) error {
	raw, err := c.Read(row.Path)
	if err != nil {
		return err
	}
	base := strings.TrimSuffix(row.Expectation, ".xml")
	decoded, err := c.Read(base + "_decoded.xml")
	if errors.Is(err, os.ErrNotExist) {
		return scoreReadable(c, s, row)
	}
	if err != nil {
		return err
	}
	files, err := mime4jBodies(decoded)
	if err != nil {
		return err
	}
	var leaves []*mailmsg.Part
	collectLeaves(mailmsg.Parse(raw, mailmsg.Limits{}), &leaves)
	p := parseSheet{s, row.Source, row.Path}
	for i, file := range files {
		want, err := c.Read(path.Join(path.Dir(row.Expectation), file))
		if err != nil {
			return err
		}
		ok, got := false, "no such leaf"
		if i < len(leaves) {
			got = short(string(leaves[i].Content()))
			ok = bareText(string(leaves[i].Content())) == bareText(string(want)) || bareText(leaves[i].Text()) == bareText(string(want))
		}
		p.s.Mark(p.group, p.name, "decoded content", ok, fmt.Sprintf("leaf %d: got %s, want %s", i+1, got, short(string(want))))
	}
	return nil
}

// mime4jBodies returns the names of the files of decoded content, in order.
func mime4jBodies(text []byte) ([]string, error) {
	var out []string
	d := xml.NewDecoder(bytes.NewReader(text))
	d.CharsetReader = func(_ string, r io.Reader) (io.Reader, error) { return r, nil }
	d.Strict = false
	for {
		t, err := d.Token()
		if errors.Is(err, io.EOF) {
			return out, nil
		}
		if err != nil {
			return nil, err
		}
		start, ok := t.(xml.StartElement)
		if !ok || start.Name.Local != "text-body" && start.Name.Local != "binary-body" {
			continue
		}
		for _, a := range start.Attr {
			if a.Name.Local == "name" {
				out = append(out, a.Value)
			}
		}
	}
}

// collectLeaves walks into attached mails as well.
func collectLeaves(m *mailmsg.Mail, out *[]*mailmsg.Part) {
	m.Root.Walk(func(p *mailmsg.Part) bool {
		switch {
		case p.IsMultipart():
		case p.IsMessage():
			if inner := p.Message(); inner != nil {
				collectLeaves(inner, out)
			}
		default:
			*out = append(*out, p)
		}
		return true
	})
}

// scoreMimeKit compares the outline of each mail of an mbox: its header lines and the media types of its parts.
func scoreMimeKit(c *Corpus, s *Sheet, row Row) error {
	raw, err := c.Read(row.Path)
	if err != nil {
		return err
	}
	summary, err := c.Read(row.Expectation)
	if err != nil {
		return err
	}
	wants := strings.Split(strings.ReplaceAll(string(summary), "\r\n", "\n"), "\nFrom ")
	mails := mailsByLength(raw)
	for i, want := range wants {
		name := fmt.Sprintf("%s:%d", row.Path, i+1)
		if i >= len(mails) {
			s.Mark(row.Source, name, "outline", false, "no such mail")
			continue
		}
		m := mailmsg.Parse(mails[i], mailmsg.Limits{})
		var types []string
		outline(m, &types)
		var wanted []string
		for _, line := range strings.Split(want, "\n") {
			if t, ok := strings.CutPrefix(strings.TrimSpace(line), "Content-Type: "); ok {
				wanted = append(wanted, strings.ToLower(t))
			}
			if subject, ok := strings.CutPrefix(line, "Subject: "); ok {
				s.Mark(row.Source, name, "subject", m.Subject == strings.TrimSpace(subject), fmt.Sprintf("got %q, want %q", m.Subject, subject))
			}
		}
		got, expected := strings.Join(types, " "), strings.Join(wanted, " ")
		s.Mark(row.Source, name, "outline", got == expected, fmt.Sprintf("got %s, want %s", got, expected))
	}
	return nil
}

func outline(m *mailmsg.Mail, out *[]string) {
	m.Root.Walk(func(p *mailmsg.Part) bool {
		*out = append(*out, p.MediaType)
		if p.IsMessage() {
			if inner := p.Message(); inner != nil {
				outline(inner, out)
			}
		}
		return true
	})
}

// mailsByLength cuts an mbox whose mails say their length (Content-Length), since "From " lines may stand within them.
func mailsByLength(raw []byte) [][]byte {
	var out [][]byte
	for len(raw) > 0 {
		h, rest := mailmsg.ParseHeader(afterLine(raw))
		var length int
		if _, err := fmt.Sscan(h.Get("Content-Length"), &length); err != nil || length < 0 || length > len(rest) {
			return append(out, mailsOfMbox(raw)...)
		}
		end := len(raw) - len(rest) + length
		out = append(out, raw[:end])
		raw = bytes.TrimLeft(raw[end:], "\r\n")
	}
	return out
}

func afterLine(b []byte) []byte {
	if i := bytes.IndexByte(b, '\n'); i >= 0 && bytes.HasPrefix(b, []byte("From ")) {
		return b[i+1:]
	}
	return b
}

// fact is one statement of the chatwoot and discourse sets about what a desk should make of a mail.
type fact struct {
	What  string          `json:"what"`
	Op    string          `json:"op"`
	Value json.RawMessage `json:"value"`
}

func (f fact) text() string {
	var s string
	if json.Unmarshal(f.Value, &s) != nil {
		return strings.Trim(string(f.Value), `"`)
	}
	return s
}

type parsedFacts struct {
	Fixture  string   `json:"fixture"`
	Fixtures []string `json:"fixtures"`
	Title    string   `json:"title"`
	Context  []string `json:"context"`
	Facts    []fact   `json:"facts"`
}

func parsedFactRows(c *Corpus, row Row) ([]parsedFacts, error) {
	text, err := c.Read(row.Path)
	if err != nil {
		return nil, err
	}
	var out []parsedFacts
	for i, line := range bytes.Split(bytes.TrimSpace(text), []byte("\n")) {
		var r parsedFacts
		if err := json.Unmarshal(line, &r); err != nil {
			return nil, fmt.Errorf("row %d: %w", i+1, err)
		}
		out = append(out, r)
	}
	return out, nil
}

// scoreChatwoot marks the facts that speak of the mail itself; the rest is about that product.
func scoreChatwoot(c *Corpus, s *Sheet, row Row) error {
	rows, err := parsedFactRows(c, row)
	if err != nil {
		return err
	}
	for i, r := range rows {
		if len(r.Fixtures) != 1 {
			continue
		}
		raw, err := c.Read("mail-parse/chatwoot-mail/" + r.Fixtures[0])
		if err != nil {
			continue // a fixture that was not taken into the corpus
		}
		m := mailmsg.Parse(raw, mailmsg.Limits{})
		p := parseSheet{s, row.Source, fmt.Sprintf("%s:%d %s", row.Path, i+1, r.Fixtures[0])}
		for _, f := range r.Facts {
			want := f.text()
			switch {
			case strings.Contains(want, "#{") || strings.Contains(want, ".email") || strings.HasPrefix(want, "<<~"):
				continue // refers to that test's own variables
			case f.Op == "eq" && strings.Contains(f.What, "ubject"):
				p.equal("subject", m.Subject, want)
			case f.Op == "eq" && (f.What == "conversation.contact.email" || f.What == "conversation.messages.last.sender.email"):
				p.s.Mark(p.group, p.name, "sender", isEmail(want) && (strings.EqualFold(m.Author().Email, want) || strings.Contains(emails(m.ReplyTo), strings.ToLower(want))) || !isEmail(want),
					fmt.Sprintf("got %q or %q, want %q", m.Author().Email, emails(m.ReplyTo), want))
			case f.Op == "include" && strings.Contains(f.What, "content"):
				in := strings.Contains(bareText(m.Text), bareText(want)) || strings.Contains(bareText(m.HTML), bareText(want))
				p.s.Mark(p.group, p.name, "text", in, fmt.Sprintf("no %q in %s", want, short(m.Text)))
			}
		}
	}
	return nil
}

func isEmail(s string) bool { return strings.Contains(s, "@") && !strings.ContainsAny(s, " [(") }

// scoreDiscourse marks what the reader alone must know: automatic mails, missing senders, addresses, numbers of attachments.
func scoreDiscourse(c *Corpus, s *Sheet, row Row) error {
	rows, err := parsedFactRows(c, row)
	if err != nil {
		return err
	}
	for i, r := range rows {
		if r.Fixture == "" || strings.Contains(strings.Join(r.Context, " "), "rejected") {
			continue // where that product's settings refuse what the mail holds
		}
		raw, err := c.Read("mail-parse/discourse-mail/" + r.Fixture)
		if err != nil {
			continue // a fixture that was not taken into the corpus
		}
		m := mailmsg.Parse(raw, mailmsg.Limits{})
		p := parseSheet{s, row.Source, fmt.Sprintf("%s:%d %s", row.Path, i+1, r.Fixture)}
		for _, f := range r.Facts {
			want := f.text()
			switch {
			case f.What == "error" && want == "AutoGeneratedEmailError":
				p.s.Mark(p.group, p.name, "automatic", m.Auto.Kind != mailmsg.AutoNone, r.Title)
			case f.What == "error" && want == "NoSenderDetectedError":
				p.s.Mark(p.group, p.name, "no sender", len(m.From) == 0 || m.From[0].Email == "", emails(m.From))
			case f.Op == "eq" && (f.What == "email" || f.What == "post.user.email") && isEmail(want):
				p.equal("sender", m.Author().Email, want)
			case f.Op == "eq" && f.What == "name":
				p.equal("sender's name", m.Author().Name, want)
			case f.Op == "eq" && strings.HasSuffix(f.What, "uploads.size"):
				p.equal("attachments", fmt.Sprint(len(m.Attachments)), want)
			}
		}
	}
	return nil
}
