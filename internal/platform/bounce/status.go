package bounce

import (
	"strings"

	"tellus/internal/platform/mailmsg"
)

// readStatus reads delivery reports in the form of RFC 3464: a part of message/delivery-status with a group of fields
// for each recipient. Some systems send it inside other multiparts, without its envelope, or as plain text.
func readStatus(m *mailmsg.Mail) (Report, bool) {
	var r Report
	found := false
	m.Root.Walk(func(p *mailmsg.Part) bool {
		if p.MediaType == "message/delivery-status" || p.MediaType == "message/global-delivery-status" {
			found = true
			r.addStatus(p.Text())
		}
		return len(r.Recipients) < maxRecipients
	})
	text := reportText(m)
	if !found && m.Root.MediaType == "multipart/report" {
		found = reportType(m) == "delivery-status" || looksLikeReport(m, text)
	}
	if (!found || len(r.Recipients) == 0) && namesRecipient(text) {
		own, returned := cutReturned(text)
		if hasStatusFields(own) {
			found = true
			r.addStatus(own)
		} else if hasStatusFields(returned) && looksLikeReport(m, text) {
			found = true
			r.addStatus(returned)
		}
	}
	if !found {
		return Report{}, false
	}
	r.completeFromText(m, text)
	return r, len(r.Recipients) > 0 || reportType(m) == "delivery-status" || looksLikeReport(m, text)
}

func reportType(m *mailmsg.Mail) string { return strings.ToLower(m.Root.Params["report-type"]) }

// namesRecipient tells cheaply whether a text may have status fields: most mails have not, and need not be read for them.
func namesRecipient(text string) bool {
	const before, after = "final", "-recipient:"
	for at := 0; ; at++ {
		i := strings.IndexByte(text[at:], '-')
		if i < 0 {
			return false
		}
		at += i
		if at >= len(before) && len(text)-at >= len(after) && strings.EqualFold(text[at:at+len(after)], after) && strings.EqualFold(text[at-len(before):at], before) {
			return true
		}
	}
}

// hasStatusFields looks for the fields that no report can do without.
func hasStatusFields(text string) bool {
	lower := strings.ToLower(text)
	return strings.Contains(lower, "final-recipient:") && (strings.Contains(lower, "action:") || strings.Contains(lower, "status:"))
}

// addStatus reads the groups of fields of a delivery status, RFC 3464 2.2 and 2.3. Groups are separated by blank lines,
// but a new recipient field starts a group as well.
func (r *Report) addStatus(text string) {
	var cur Recipient
	var original string
	flush := func() {
		if cur.Address == "" {
			cur.Address = original
		}
		if cur.Address != "" || cur.Reply != "" && cur.Status != "" {
			r.add(cur)
		}
		cur, original = Recipient{}, ""
	}
	for _, f := range statusFields(text) {
		value := f.value
		switch f.name {
		case "":
			flush()
		case "reporting-mta":
			r.Reporter = afterType(value)
		case "original-recipient", "x-original-recipient":
			if cur.Address != "" && cur.Kind != "" {
				flush()
			}
			original = addressIn(afterType(value))
		case "final-recipient":
			if cur.Address != "" {
				flush()
			}
			cur.Address = addressIn(afterType(value))
		case "x-actual-recipient":
			// The address that an alias led to; the sender knows the alias, which Final-Recipient holds.
			if cur.Address == "" {
				cur.Address = addressIn(afterType(value))
			}
		case "action":
			cur.Kind = actionKind(value)
		case "status":
			if s := enhancedStatus(value); s != "" {
				cur.Status = s
			}
		case "diagnostic-code", "x-supplementary-info", "x-display-name-reason":
			if cur.Reply == "" {
				cur.Reply = afterType(value)
			}
		case "will-retry-until":
			if cur.Kind == "" {
				cur.Kind = Delayed
			}
		}
	}
	flush()
}

// add appends a recipient, or completes the one of the same address.
func (r *Report) add(x Recipient) {
	x.Address = normalise(x.Address)
	for i := range r.Recipients {
		old := &r.Recipients[i]
		if !strings.EqualFold(old.Address, x.Address) {
			continue
		}
		if old.Reply == "" {
			old.Reply = x.Reply
		}
		if old.Status == "" {
			old.Status = x.Status
		}
		if old.Kind == "" || x.Kind == Failed {
			old.Kind = x.Kind
		}
		return
	}
	if len(r.Recipients) < maxRecipients {
		r.Recipients = append(r.Recipients, x)
	}
}

type statusField struct{ name, value string }

// statusFields reads "Name: value" lines with their folded continuations. A field without name stands for a blank line.
func statusFields(text string) []statusField {
	var out []statusField
	if len(text) > maxText {
		text = text[:maxText]
	}
	for _, line := range strings.Split(text, "\n") {
		line = strings.TrimRight(line, "\r ")
		bare := strings.TrimLeft(line, "> \t")
		if bare == "" {
			out = append(out, statusField{})
			continue
		}
		name, value, ok := strings.Cut(bare, ":")
		name = strings.ToLower(strings.TrimSpace(name))
		if ok && isStatusName(name) {
			out = append(out, statusField{name, strings.TrimSpace(value)})
			continue
		}
		if n := len(out); n > 0 && out[n-1].name != "" && (line[0] == ' ' || line[0] == '\t' || out[n-1].name == "diagnostic-code") && len(out[n-1].value) < 4*maxReply {
			out[n-1].value += " " + bare
		}
	}
	return out
}

//nolint:misspell // the field is named so, RFC 3464
func isStatusName(name string) bool {
	switch name {
	case "reporting-mta", "dsn-gateway", "received-from-mta", "arrival-date", "original-envelope-id", "original-recipient", "x-original-recipient",
		"final-recipient", "x-actual-recipient", "action", "status", "remote-mta", "diagnostic-code", "last-attempt-date", "final-log-id",
		"will-retry-until", "x-supplementary-info", "x-display-name", "x-postfix-queue-id", "x-postfix-sender", "localized-diagnostic":
		return true
	}
	return strings.HasPrefix(name, "x-") && len(name) < 40 && !strings.Contains(name, " ")
}

// afterType takes the type off "rfc822; ann@example.com" and "smtp; 550 no".
func afterType(value string) string {
	kind, rest, ok := strings.Cut(value, ";")
	if ok && len(strings.Fields(kind)) <= 1 && !strings.Contains(kind, "@") && len(kind) < 40 {
		return strings.TrimSpace(rest)
	}
	return strings.TrimSpace(value)
}

func actionKind(value string) Kind {
	word, _, _ := strings.Cut(strings.ToLower(strings.TrimSpace(value)), " ")
	switch strings.Trim(word, "();.,") {
	case "failed", "failure":
		return Failed
	case "delayed", "deferred":
		return Delayed
	case "delivered", "relayed", "expanded":
		return Delivered
	}
	return ""
}

// completeFromText adds to the fields what only the text for people says: which reply each recipient got, and
// recipients that the fields leave out.
func (r *Report) completeFromText(m *mailmsg.Mail, text string) {
	own, _ := cutReturned(text)
	if len(r.Recipients) == 0 {
		for _, x := range plainRecipients(own) {
			r.add(x)
		}
		for _, a := range failedHeader(m) {
			r.add(Recipient{Address: a})
		}
		if len(r.Recipients) == 0 {
			for _, a := range originalRecipients(m) {
				r.add(Recipient{Address: a, Reply: own})
			}
		}
	}
	delayed := isDelay(m.Subject, own)
	only := len(r.Recipients) == 1
	replies := repliesByAddress(own)
	for i := range r.Recipients {
		x := &r.Recipients[i]
		if x.Kind == "" && delayed {
			x.Kind = Delayed
		}
		said := replies[strings.ToLower(x.Address)]
		if said == "" && only {
			said = replyLines(own)
		}
		if said != "" {
			x.addReply(said)
		} else if only && x.Reply == "" {
			x.Reply = own
		}
		x.command = commandIn(said)
		if x.command == "" && only {
			x.command = commandIn(own)
		}
	}
}

// addReply puts a reply found in the text beside the one of the fields: instead of it, where that says nothing.
func (x *Recipient) addReply(said string) {
	if x.Reply == "" || replyCode(x.Reply) == 0 && enhancedStatus(x.Reply) == "" && (replyCode(said) != 0 || enhancedStatus(said) != "") && len(x.Reply) < 20 {
		x.Reply = said
		return
	}
	if enhancedStatus(x.Reply) == "" && !strings.Contains(x.Reply, said) && len(x.Reply)+len(said) < 2*maxReply {
		x.Reply += " / " + said
	}
}
