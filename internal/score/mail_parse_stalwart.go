package score

import (
	"bytes"
	"encoding/json"
	"fmt"
	"regexp"
	"strings"

	"tellus/internal/platform/mailmsg"
)

// stalwartMail is the part of that set's expectations which a desk needs.
type stalwartMail struct {
	HTMLBody    []int          `json:"html_body"`
	TextBody    []int          `json:"text_body"`
	Attachments []int          `json:"attachments"`
	Parts       []stalwartPart `json:"parts"`
}

type stalwartPart struct {
	Headers []struct {
		Name  json.RawMessage `json:"name"`
		Value json.RawMessage `json:"value"`
	} `json:"headers"`
	Body       json.RawMessage `json:"body"`
	OffsetBody int             `json:"offset_body"`
	OffsetEnd  int             `json:"offset_end"`
}

// value returns the value of the last header of this name, as that parser does, decoded into out.
func (p stalwartPart) value(name string, out any) bool {
	found := false
	for _, h := range p.Headers {
		var n string
		if json.Unmarshal(h.Name, &n) == nil && n == name && json.Unmarshal(h.Value, out) == nil {
			found = true
		}
	}
	return found
}

type stalwartAddresses struct {
	Address struct {
		List  []stalwartAddress `json:"List"`
		Group []struct {
			Addresses []stalwartAddress `json:"addresses"`
		} `json:"Group"`
	} `json:"Address"`
}

type stalwartAddress struct {
	Name    string `json:"name"`
	Address string `json:"address"`
}

func (p stalwartPart) addresses(name string) (emails, names string, ok bool) {
	var v stalwartAddresses
	if !p.value(name, &v) {
		return "", "", false
	}
	list := v.Address.List
	for _, g := range v.Address.Group {
		list = append(list, g.Addresses...)
	}
	var es, ns []string
	for _, a := range list {
		if strings.Contains(a.Address, "@") { // a word alone is no address to us
			es = append(es, strings.ToLower(a.Address))
		}
		ns = append(ns, a.Name)
	}
	return strings.Join(es, " "), strings.Join(ns, "|"), true
}

// fileName returns the declared name of a part.
func (p stalwartPart) fileName() string {
	type attributes struct {
		ContentType struct {
			Attributes []struct{ Name, Value string } `json:"attributes"`
		} `json:"ContentType"`
	}
	for _, from := range []struct{ header, attribute string }{{"content_disposition", "filename"}, {"content_type", "name"}} {
		var v attributes
		if !p.value(from.header, &v) {
			continue
		}
		for _, a := range v.ContentType.Attributes {
			if a.Name == from.attribute {
				return a.Value
			}
		}
	}
	return ""
}

// content returns what a leaf should hold; text tells whether line ends are levelled. A mail inside is known by its offsets in raw.
func (p stalwartPart) content(raw []byte) (b []byte, text, ok bool) {
	var body struct {
		Text         *string
		Html         *string
		Binary       []int
		InlineBinary []int
		Message      json.RawMessage
	}
	if json.Unmarshal(p.Body, &body) != nil {
		return nil, false, false
	}
	switch {
	case body.Text != nil:
		return []byte(*body.Text), true, true
	case body.Html != nil:
		return []byte(*body.Html), true, true
	case body.Message != nil:
		var encoding struct{ Text string }
		if p.value("content_transfer_encoding", &encoding) && len(encoding.Text) > 4 {
			return nil, false, false // its offsets are those of the encoded form
		}
		if p.OffsetBody > p.OffsetEnd || p.OffsetEnd > len(raw) {
			return nil, false, false
		}
		return raw[p.OffsetBody:p.OffsetEnd], true, true
	}
	for _, v := range append(body.Binary, body.InlineBinary...) {
		b = append(b, byte(v))
	}
	return b, false, true
}

func scoreStalwart(c *Corpus, s *Sheet, row Row) error {
	raw, err := c.Read(row.Path)
	if err != nil {
		return err
	}
	text, err := c.Read(row.Expectation)
	if err != nil {
		return err
	}
	var want stalwartMail
	if err := json.Unmarshal(text, &want); err != nil {
		return err
	}
	if len(want.Parts) == 0 {
		return nil
	}
	m := mailmsg.Parse(raw, mailmsg.Limits{})
	p := parseSheet{s, row.Source, row.Path}
	root := want.Parts[0]
	for _, f := range []struct {
		header, measure string
		got             []mailmsg.Address
	}{{"from", "sender", m.From}, {"to", "recipients", m.To}, {"cc", "recipients", m.Cc}, {"bcc", "recipients", m.Bcc}, {"reply_to", "reply-to", m.ReplyTo}} {
		es, ns, ok := root.addresses(f.header)
		if !ok {
			continue
		}
		p.equal(f.measure, emails(f.got), es)
		p.equal(f.measure+"' names", names(f.got), ns)
	}
	var subject struct{ Text string }
	if root.value("subject", &subject) {
		p.equal("subject", bareText(m.Subject), bareText(subject.Text))
	}
	var id struct{ Text string }
	if root.value("message_id", &id) && id.Text != "" {
		p.equal("message id", m.MessageID, id.Text)
	}
	var date struct {
		DateTime struct{ Year, Month, Day, Hour, Minute, Second int }
	}
	if root.value("date", &date) && date.DateTime.Year > 0 {
		d := date.DateTime
		p.equal("date", m.Date.Format("2006-01-02 15:04:05"), fmt.Sprintf("%04d-%02d-%02d %02d:%02d:%02d", d.Year, d.Month, d.Day, d.Hour, d.Minute, d.Second))
	}
	var path struct{ Text string }
	if root.value("return_path", &path) {
		p.equal("return path", m.ReturnPath, path.Text)
	}
	scoreStalwartTree(p, m, want)
	scoreStalwartBody(p, m, want)
	scoreStalwartFiles(p, m, want, raw)
	return nil
}

// scoreStalwartTree expects the parts in their order, each of the media type that it declares.
func scoreStalwartTree(p parseSheet, m *mailmsg.Mail, want stalwartMail) {
	var got []string
	m.Root.Walk(func(part *mailmsg.Part) bool {
		got = append(got, part.MediaType)
		return true
	})
	for i, w := range want.Parts {
		var v struct {
			ContentType struct {
				Type    string `json:"c_type"`
				Subtype string `json:"c_subtype"`
			}
		}
		if !w.value("content_type", &v) || v.ContentType.Subtype == "" {
			continue
		}
		have := ""
		if i < len(got) {
			have = got[i]
		}
		p.equal("media type", have, strings.ToLower(v.ContentType.Type+"/"+v.ContentType.Subtype))
	}
}

// scoreStalwartBody expects each text of the body, in plain text or HTML, within what we show.
func scoreStalwartBody(p parseSheet, m *mailmsg.Mail, want stalwartMail) {
	for _, i := range want.TextBody {
		if i >= len(want.Parts) {
			continue
		}
		var body struct{ Text, Html *string }
		if json.Unmarshal(want.Parts[i].Body, &body) != nil {
			continue
		}
		var ok bool
		var text string
		switch {
		case body.Text != nil:
			text = *body.Text
			ok = strings.Contains(bareText(m.Text), bareText(text)) || strings.Contains(bareText(m.Text), bareText(unquoteFlow(text))) ||
				strings.Contains(text, "\uFFFD") && matchesUnread(bareText(m.Text), bareText(text))
		case body.Html != nil:
			text = *body.Html
			ok = strings.Contains(bareText(m.HTML), bareText(text)) || bareText(htmlText(m.HTML)) == bareText(htmlText(text))
		default:
			continue
		}
		p.s.Mark(p.group, p.name, "text", ok, fmt.Sprintf("got %s, want %s", short(bareText(m.Text)), short(bareText(text))))
	}
}

// unquoteFlow drops the quote marks of continued lines: that set keeps flowed text as it stands.
func unquoteFlow(s string) string { return strings.ReplaceAll(s, " \n>", " ") }

func scoreStalwartFiles(p parseSheet, m *mailmsg.Mail, want stalwartMail, raw []byte) {
	left := append([]*mailmsg.Part{}, m.Attachments...)
	for _, i := range want.Attachments {
		if i >= len(want.Parts) {
			continue
		}
		w := want.Parts[i]
		name := w.fileName()
		content, text, known := w.content(raw)
		at := -1
		for j, a := range left {
			if known && sameBytes(a, content, text) && (at < 0 || a.FileName == name) {
				at = j
			}
		}
		if known {
			// A further stretch of text is an attachment to that set, and part of what is shown to us; an empty one is nothing.
			ok := at >= 0 || text && name == "" && shownAsText(m, string(content))
			p.s.Mark(p.group, p.name, "attachment's checksum", ok, fmt.Sprintf("part %d %q: %d bytes, text %v", i, name, len(content), text))
			if text && (name == "" || w.isMessage()) && enclosingBoundary(m, string(content)) != "" {
				p.against("RFC 2046 5.1.2 (the delimiter of an enclosing multipart within a part)", fmt.Sprintf("checksum of part %d", i), ok)
			}
		}
		if name != "" {
			ok := false
			for _, a := range left {
				// Folders of the sender's machine are no part of a name; a path loses its backslashes where they are read as escapes.
				folder := strings.HasPrefix(name, "C:") && a.FileName != "" && strings.HasSuffix(name, a.FileName)
				ok = ok || matchesUnread(a.FileName, name) || a.Name() == name || folder
			}
			p.s.Mark(p.group, p.name, "attachment's name", ok, fmt.Sprintf("part %d: want %q", i, name))
		}
		if at >= 0 {
			left = append(left[:at:at], left[at+1:]...)
		}
	}
}

func (p stalwartPart) isMessage() bool {
	var body struct{ Message json.RawMessage }
	return json.Unmarshal(p.Body, &body) == nil && body.Message != nil
}

// enclosingBoundary returns the boundary of the outermost multipart where content holds its delimiter.
func enclosingBoundary(m *mailmsg.Mail, content string) string {
	boundary := m.Root.Params["boundary"]
	if m.Root.IsMultipart() && boundary != "" && strings.Contains("\n"+content, "\n--"+boundary+"\n") {
		return boundary
	}
	return ""
}

// commands are those of text/enriched, which that set leaves in the text.
var commands = regexp.MustCompile(`</?[a-z]+>`)

func shownAsText(m *mailmsg.Mail, content string) bool {
	plain, all := bareText(m.Text), bareText(content)
	return strings.Contains(plain, all) || strings.Contains(bareText(m.HTML), all) || strings.Contains(plain, bareText(commands.ReplaceAllString(content, "")))
}

func sameBytes(a *mailmsg.Part, want []byte, text bool) bool {
	if bytes.Equal(a.Content(), want) {
		return true
	}
	return text && (bareText(a.Text()) == bareText(string(want)) || bareText(string(a.Content())) == bareText(string(want)))
}
