package bounce

import (
	"strings"

	"tellus/internal/platform/mailmsg"
)

// returnedPart is the part of a report that holds the mail that is reported on, or its header; nil where there is none.
func returnedPart(m *mailmsg.Mail) *mailmsg.Part {
	var found *mailmsg.Part
	m.Root.Walk(func(p *mailmsg.Part) bool {
		switch p.MediaType {
		case "message/rfc822", "message/global", "text/rfc822-headers", "message/rfc822-headers", "message/global-headers", "message/partial":
			found = p
		case "text/plain":
			if p != m.Root && strings.Contains(strings.ToLower(p.FileName), "header") {
				found = p
			}
		}
		return found == nil
	})
	return found
}

// originalHeader is the header of the mail that is reported on, from the returned part or from its copy in the text.
func originalHeader(m *mailmsg.Mail) (mailmsg.Header, bool) {
	if p := returnedPart(m); p != nil {
		raw := p.Content()
		if len(raw) > maxText {
			raw = raw[:maxText]
		}
		h, _ := mailmsg.ParseHeader([]byte(strings.TrimLeft(string(raw), "\r\n \t")))
		if h.Has("From") || h.Has("Message-ID") || h.Has("Received") || h.Has("Subject") {
			return h, true
		}
	}
	_, returned := cutReturned(reportText(m))
	if returned == "" {
		return mailmsg.Header{}, false
	}
	return looseHeader(returned)
}

// looseHeader reads the header that a text quotes, indented or behind ">", below a line that announces it.
func looseHeader(text string) (mailmsg.Header, bool) {
	if len(text) > maxText/4 {
		text = text[:maxText/4]
	}
	var b strings.Builder
	started := false
	for _, line := range strings.Split(text, "\n") {
		bare := strings.TrimLeft(line, "> \t")
		name, _, ok := strings.Cut(bare, ":")
		isField := ok && name != "" && len(name) < 60 && !strings.ContainsAny(strings.TrimSpace(name), " \t<@(")
		switch {
		case isField:
			started = true
			b.WriteString(strings.TrimRight(bare, "\r"))
			b.WriteByte('\n')
		case !started:
		case strings.TrimSpace(bare) == "":
			h, _ := mailmsg.ParseHeader([]byte(b.String()))
			if h.Has("From") || h.Has("Message-ID") || h.Has("Subject") || h.Has("To") {
				return h, true
			}
			b.Reset()
			started = false
		default:
			b.WriteByte(' ')
			b.WriteString(strings.TrimRight(bare, "\r"))
			b.WriteByte('\n')
		}
	}
	h, _ := mailmsg.ParseHeader([]byte(b.String()))
	return h, h.Has("From") || h.Has("Message-ID") || h.Has("Subject") || h.Has("To")
}

// originalOf returns id and subject of the mail that is reported on.
func originalOf(m *mailmsg.Mail) (id, subject string) {
	if h, ok := originalHeader(m); ok {
		return messageID(h.Get("Message-ID")), h.Get("Subject")
	}
	return "", ""
}

func messageID(s string) string {
	if i := strings.IndexByte(s, '<'); i >= 0 {
		if j := strings.IndexByte(s[i:], '>'); j > 1 {
			return strings.TrimSpace(s[i+1 : i+j])
		}
	}
	return strings.Trim(strings.TrimSpace(s), "<>")
}

// originalRecipients are the addresses of the mail that is reported on, for reports that name nobody.
func originalRecipients(m *mailmsg.Mail) []string {
	h, ok := originalHeader(m)
	if !ok {
		return nil
	}
	var out []string
	for _, name := range []string{"X-Envelope-To", "Delivered-To", "To"} {
		for _, a := range mailmsg.ParseAddresses(h.Get(name)) {
			if strings.Contains(a.Email, "@") && len(out) < maxRecipients && !contains(out, a.Email) {
				out = append(out, a.Email)
			}
		}
		if len(out) > 0 {
			return out
		}
	}
	return nil
}
