package bounce

import (
	"strings"
	"unicode/utf8"

	"tellus/internal/platform/mailmsg"
)

// readPlain reads reports that are written for people only, as qmail, Exim, old sendmail, Exchange, Notes, providers
// and carriers send them. Whether a mail is one is told by several signs together, of which one must be of the sender:
// what a person writes about failed mail, or passes on, is not a report.
func readPlain(m *mailmsg.Mail, outer bool) (Report, bool) {
	text := reportText(m)
	if !looksLikeReport(m, text) {
		return Report{}, false
	}
	var r Report
	own, _ := cutReturned(text)
	for _, x := range plainRecipients(own, ownAddresses(m)...) {
		r.add(x)
	}
	named := len(r.Recipients) > 0
	if p := returnedPart(m); !named && outer && p != nil {
		if inner := p.Message(); inner != nil {
			if within, ok := read(inner, false); ok && (within.Kind == "" || within.Kind == Failed || within.Kind == Delayed) && len(within.Recipients) > 0 {
				return within, true
			}
		}
	}
	for _, a := range failedHeader(m) {
		r.add(Recipient{Address: a, Reply: own})
	}
	if len(r.Recipients) == 0 {
		for _, a := range originalRecipients(m) {
			r.add(Recipient{Address: a, Reply: own})
		}
	}
	delayed := isDelay(m.Subject, own)
	for i := range r.Recipients {
		x := &r.Recipients[i]
		if delayed {
			x.Kind = Delayed
		}
		if named && len(r.Recipients) == 1 && replyCode(x.Reply) == 0 && enhancedStatus(x.Reply) == "" {
			if said := replyLines(own); said != "" {
				x.Reply += " / " + said
			} else if len(x.Reply) < 12 {
				x.Reply = own
			}
		}
	}
	return r, true
}

// reportText is what a report says to people: the body, and where that is empty the first text part.
func reportText(m *mailmsg.Mail) string {
	text := m.Text
	if strings.TrimSpace(text) == "" {
		m.Root.Walk(func(p *mailmsg.Part) bool {
			if p.MediaType == "text/plain" {
				text = p.Text()
			}
			return strings.TrimSpace(text) == ""
		})
	}
	if len(text) > maxText {
		text = text[:maxText]
	}
	return text
}

// looksLikeReport weighs the signs of a report.
func looksLikeReport(m *mailmsg.Mail, text string) bool {
	sender := 0
	for _, a := range append(m.From[:len(m.From):len(m.From)], m.Sender...) {
		if isMailSystem(a.Email, a.Name) {
			sender = 2
		}
	}
	if len(m.From) == 0 && strings.Contains(strings.ToLower(m.Header.Get("From")), "mailer-daemon") {
		sender = 2
	}
	path := strings.ToLower(m.Header.Get("Return-Path"))
	if m.NullReturnPath || path == "<>" || strings.Contains(path, "mailer-daemon") {
		sender++
	}
	if m.Header.Has("X-Failed-Recipients") {
		sender += 3
	}
	if sender == 0 {
		return false
	}
	weight := sender
	if v := strings.ToLower(m.Header.Get("Auto-Submitted")); v != "" && v != "no" {
		weight++
	}
	said := containsAny(strings.ToLower(m.Subject), subjectSigns)
	if said {
		weight += 2
	}
	own, returned := cutReturned(text)
	if containsAny(strings.ToLower(own), bodySigns) {
		weight += 2
		said = true
	}
	if returned != "" || returnedPart(m) != nil {
		weight++
	}
	if replyLines(own) != "" {
		weight++
	}
	return (said || m.Header.Has("X-Failed-Recipients")) && weight >= 4
}

// isMailSystem tells the senders that mail systems use.
func isMailSystem(address, name string) bool {
	local, _, _ := strings.Cut(strings.ToLower(address), "@")
	switch local {
	case "mailer-daemon", "mailerdaemon", "mailer_daemon", "mail-daemon", "maildaemon", "mdaemon", "postmaster", "double-bounce", "mailbounce", "bounce", "bounces", "mailsystem", "mail-system", "postoffice", "post_master", "mailmaster", "imss", "mmdf", "uucp", "daemon", "mail-delivery", "ndr", "dsn":
		return true
	}
	if strings.HasPrefix(local, "mailer-daemon") || strings.HasPrefix(local, "postmaster") || strings.HasPrefix(local, "microsoftexchange") {
		return true
	}
	return containsAny(strings.ToLower(name), []string{"mail delivery", "delivery sub", "delivery system", "delivery service", "mailer-daemon", "mailer daemon", "postmaster", "mail administrator", "system administrator", "mail system", "ndr admin", "mail deliver", "microsoft outlook", "delivery status", "mail router", "interscan", "mailmarshal", "mail gateway", "mail server"})
}

var subjectSigns = []string{
	"failure notice", "undeliver", "non-deliver", "nondeliver", "non deliver", "returned mail", "returned to sender", "returning", "return to sender", "mail delivery", "delivery fail", "delivery status", "delivery report", "delivery problem", "delivery notification", "delivery error", "delivery has failed", "delivery delay", "delivery failure",
	"failed delivery", "failed: delivery", "could not be delivered", "couldn't be delivered", "not delivered", "cannot be delivered", "error sending your mail", "mail system error", "mail failure", "mail failed", "mail error", "message delivery", "delayed mail", "warning: message", "warning: could not send", "unable to deliver", "user unknown", "mail rejected", "message rejected", "rejected mail", "message status", "delivery incomplete", "bounced", "bounce notification", "postmaster notify", "errors from", "could not send message",
	"nicht zugestellt", "nicht zustellbar", "unzustellbar", "zustellung", "non remis", "non distribu", "échec de remise", "échec de la remise", "remise différée", "non recapitabile", "mancato recapito", "mancata consegna", "no se puede entregar", "no se pudo entregar", "no entregado", "não entregue", "falha na entrega", "não foi possível entregar", "onbestelbaar", "niet bezorgd", "nedoručen", "nedoručiteľn", "nie można dostarczyć", "niedostarcz", "nie dostarczono", "недоставлен", "не доставлен", "не удалось доставить", "невозможно доставить", "отказ в доставке", "не може бути доставлен", "kézbesíthetetlen", "kan ikke leveres", "kunde inte levereras", "toimittamatta", "ei voitu toimittaa", "nepiegād", "nav piegādāt", "nepristatyt", "teslim edilemedi", "nelivrat", "配信", "送信できません", "届け", "退信", "无法投递", "無法傳遞",
}

//nolint:misspell // foreign words
var bodySigns = []string{
	"could not be delivered", "couldn't be delivered", "cannot be delivered", "can't be delivered", "was not delivered", "wasn't delivered", "were not delivered", "not been delivered", "not yet been delivered", "not delivered", "wasn't able to deliver", "not able to deliver", "unable to deliver", "could not deliver", "couldn't deliver", "undeliverable", "error delivering", "trouble delivering", "delivery to the following", "delivery failed", "delivery has failed", "delivery failure", "failed permanently", "permanent error", "permanent fatal error", "permanent failure", "fatal errors", "did not reach the following", "had delivery errors", "had delivery problems", "delivery problems", "delivery error", "error has occurred while attempting to deliver", "attempting to deliver", "trying to deliver", "tried to deliver", "is delayed for", "has been delayed", "delivery attempts", "transcript of session", "rejected recipient", "rejected by a remote", "failure reasons", "mailbox exceeds allowed size", "mailbox is full", "message is undelivered", "unable to be delivered", "your message was rejected", "was rejected", "not accepted", "did not receive this message", "server message", "recipient's mailbox", "user unknown", "unknown user", "no such user", "does not exist", "incorrectly constructed", "returned to you", "error occurred", "host unknown", "retry timeout",
	"konnte nicht zugestellt", "nicht zugestellt werden", "n'a pas pu être", "impossible de remettre", "no se pudo entregar", "no se ha podido entregar", "não pôde ser entregue", "non è stato possibile", "non può essere consegnato", "kon niet worden", "nie mogła zostać", "nie mógł zostać", "nie została dostarczona", "не удалось доставить", "не может быть доставлен", "не было доставлено", "не вдалося доставити", "nepodařilo doruč", "nebylo možné doručit", "neizdevās piegādāt", "nepavyko pristatyti", "送信できません", "配信できません", "配達できません", "届けられません", "送れません",
}

// returnedSigns stand in the line above the copy of the mail that is returned.
var returnedSigns = []string{
	"original message", "original mail", "copy of the message", "copy of your message", "copy of the original", "message header", "header of the original", "headers of the message", "mail headers", "unsent message", "returned message", "returned mail follow", "message follows", "your message follows", "text of your message", "enclosed is a copy", "original-nachricht", "ursprüngliche nachricht", "nachrichtenkopf", "message d'origine", "mensaje original", "оригинал", "исходное сообщение",
}

// cutReturned divides the text of a report into the report's own words and the copy of the mail that it returns.
func cutReturned(text string) (own, returned string) {
	for start := 0; start < len(text); {
		end := strings.IndexByte(text[start:], '\n')
		if end < 0 {
			end = len(text)
		} else {
			end += start + 1
		}
		if beginsReturned(text[start:end]) {
			return text[:start], text[start:]
		}
		start = end
	}
	return text, ""
}

// beginsReturned reports whether a line announces the copy of the returned mail, or is the first of its header.
func beginsReturned(line string) bool {
	line = strings.TrimRight(line, "\r\n ")
	bare := strings.TrimLeft(line, "> ")
	if len(bare) < 5 || len(bare) > 140 {
		return len(bare) > 140 && (strings.HasPrefix(bare, "Received: ") || strings.HasPrefix(bare, "DKIM-Signature:"))
	}
	lower := strings.ToLower(bare)
	if strings.HasPrefix(lower, "received:") && (strings.Contains(lower, "from") || strings.Contains(lower, "by") || strings.Contains(lower, "(")) ||
		strings.HasPrefix(lower, "return-path:") || strings.HasPrefix(lower, "x-received:") || strings.HasPrefix(lower, "dkim-signature:") ||
		strings.HasPrefix(lower, "content-type: message/rfc822") || strings.HasPrefix(lower, "content-type: text/rfc822-headers") {
		return true
	}
	if !containsAny(lower, returnedSigns) {
		return false
	}
	switch {
	case strings.Trim(lower[:1], "-=_*#") == "", strings.HasSuffix(lower, "-"), strings.HasSuffix(lower, "follows."), strings.HasSuffix(lower, "follow."), strings.HasSuffix(lower, "follows:"), strings.HasSuffix(lower, "follows"):
		return true
	case strings.HasSuffix(lower, ":") && !strings.Contains(lower, "@"):
		return true
	}
	return false
}

// ownAddresses are those that a report names without meaning a failed recipient: whom it is sent to, and by whom.
func ownAddresses(m *mailmsg.Mail) []string {
	var out []string
	for _, list := range [][]mailmsg.Address{m.To, m.From} {
		for _, a := range list {
			out = append(out, a.Email)
		}
	}
	return out
}

// plainRecipients finds the failed recipients in the words of a report, and what was said of each. An address that
// begins a line is one; where there is none, an address in a sentence that speaks of delivery, or in a session's
// transcript, is. Addresses in not are none, unless nothing else is there.
func plainRecipients(own string, not ...string) []Recipient {
	lines := strings.Split(own, "\n")
	if rs := leadingRecipients(lines, not); len(rs) > 0 {
		return rs
	}
	if rs := mentionedRecipients(lines, not); len(rs) > 0 {
		return rs
	}
	if len(not) > 0 {
		return leadingRecipients(lines, nil)
	}
	return nil
}

func leadingRecipients(lines, not []string) []Recipient {
	var out []Recipient
	seen := map[string]int{}
	current := -1
	for _, line := range lines {
		bare := strings.Trim(line, " \t\r>*•|")
		if bare == "" {
			continue
		}
		address, rest, ok := leadingAddress(bare)
		if !ok || contains(not, address) {
			if current >= 0 && len(out[current].Reply) < 2*maxReply {
				out[current].Reply += " " + bare
			}
			continue
		}
		key := strings.ToLower(address)
		if n, again := seen[key]; again {
			current = n
			out[n].Reply += " " + bare
			continue
		}
		if len(out) >= maxRecipients {
			break
		}
		current = len(out)
		seen[key] = current
		out = append(out, Recipient{Address: address, Reply: rest})
	}
	return out
}

// leadingAddress reads a line that begins with an address: "<ann@example.com>:", "ann@example.com... User unknown",
// "Recipient: <ann@example.com>", "-- ann@example.com".
func leadingAddress(line string) (address, rest string, ok bool) {
	s := strings.TrimLeft(line, "-–— \t")
	if replyCode(s) != 0 && len(s) > 4 && digits(s) == 3 && strings.Contains(s, ">... ") {
		// "550 <ann@example.com>... User unknown", with or without a status code before the address
		if i := strings.IndexByte(s, '<'); i > 0 && i < 12 {
			if a, end := nextAddress(s[i:]); a != "" && strings.HasPrefix(s[i:], "<"+a) {
				return a, s[:i] + s[i+end:], true
			}
		}
	}
	if label, value, found := strings.Cut(s, ":"); found && len(label) < 40 && isRecipientLabel(label) {
		s = strings.TrimSpace(value)
	}
	if i := strings.Index(s, "Address: <"); i > 0 && i < 60 {
		s = s[i+len("Address: "):]
	}
	at := strings.IndexByte(s, '@')
	if at <= 0 || at > 320 {
		return "", "", false
	}
	a, end := nextAddress(s)
	if a == "" {
		return "", "", false
	}
	start := strings.Index(s, a)
	before := strings.Trim(s[:start], "<\"'([ \t")
	if before != "" && !strings.EqualFold(before, "to") {
		return "", "", false
	}
	rest = strings.TrimSpace(strings.TrimLeft(s[end:], ">\"') \t"))
	rest = strings.TrimSpace(strings.TrimLeft(rest, ":.,("))
	return a, rest, true
}

func isRecipientLabel(label string) bool {
	switch strings.ToLower(strings.TrimSpace(label)) {
	case "recipient", "recipients", "failed recipient", "address", "addressee", "failed address", "recipient address", "email address", "user", "rcpt to", "empfänger", "destinataire", "destinatario", "odbiorca", "получатель", "original recipient", "final recipient", "could not be delivered to", "unable to deliver message to", "undeliverable to", "user mailbox exceeds allowed size", "unknown user", "invalid recipient", "unknown recipient", "mail to", "failed to", "unknown host", "invalid final delivery userid", "undeliverable", "message could not be delivered to mobile", "not delivered to", "delivery failed to":
		return true
	}
	return false
}

var deliveryWords = []string{"deliver", "recipient", "mailbox", "address", "user", "rcpt to", "account", "... ", "generated by", "message to", "mail to", "sending to", "zugestellt", "remis", "dostarcz", "достав", "piegād", "pristat"}

func mentionedRecipients(lines, not []string) []Recipient {
	var out []Recipient
	seen := map[string]bool{}
	said := replyLines(strings.Join(lines, "\n"))
	for i, line := range lines {
		lower := strings.ToLower(line)
		if !strings.Contains(line, "@") || !containsAny(lower, deliveryWords) && !strings.HasPrefix(strings.TrimSpace(lower), "to:") {
			continue
		}
		rest := line
		for len(out) < maxRecipients {
			a, end := nextAddress(rest)
			if a == "" {
				break
			}
			before := strings.ToLower(rest[:max(0, end-len(a))])
			rest = rest[min(end, len(rest)):]
			fromSender := strings.HasSuffix(strings.TrimRight(before, " <:"), "from")
			if fromSender || contains(not, a) || seen[strings.ToLower(a)] {
				continue
			}
			seen[strings.ToLower(a)] = true
			reply := strings.TrimSpace(line)
			if i+1 < len(lines) && replyCode(line) == 0 {
				reply += " " + strings.TrimSpace(strings.Join(lines[i+1:min(len(lines), i+5)], " "))
			}
			if replyCode(reply) == 0 && said != "" {
				reply += " / " + said
			}
			out = append(out, Recipient{Address: a, Reply: reply})
		}
	}
	return out
}

// repliesByAddress returns what the words of a report say of each address that begins a line, by lower-case address.
func repliesByAddress(own string) map[string]string {
	out := map[string]string{}
	for _, x := range leadingRecipients(strings.Split(own, "\n"), nil) {
		out[strings.ToLower(normalise(x.Address))] = oneLine(x.Reply)
	}
	return out
}

// replyLines returns the lines that a refusing server said, by the transcript that a report holds, at most six.
func replyLines(own string) string {
	var out []string
	command := ""
	for _, line := range strings.Split(own, "\n") {
		bare := strings.TrimSpace(line)
		if len(bare) > maxReply {
			bare = strings.ToValidUTF8(bare[:maxReply], "")
		}
		if strings.HasPrefix(bare, ">>> ") {
			command = bare
			continue
		}
		code, status := replyCode(bare), enhancedStatus(bare)
		if code == 0 && status == "" {
			continue
		}
		if code == 503 && len(out) > 0 {
			continue // what follows a refusal when commands are sent together
		}
		if command != "" {
			bare, command = command+" "+bare, ""
		}
		out = append(out, bare)
		if len(out) == 6 {
			break
		}
	}
	return strings.Join(out, " ")
}

// isDelay tells a warning from a failure.
func isDelay(subject, own string) bool {
	s := strings.ToLower(subject)
	t := strings.ToLower(own)
	if len(t) > 8<<10 {
		t = t[:8<<10]
	}
	if containsAny(t, []string{"giving up", "given up", "permanent error", "permanent failure", "failed permanently", "permanent fatal", "will be deleted from queue", "no further delivery attempts"}) {
		return false
	}
	if containsAny(s, []string{"delay", "warning:", "still being retried", "(warning)", "notification: warning", "verzöger", "différé", "opóźni", "задерж", "aizkav"}) {
		return true
	}
	return containsAny(t, []string{"this is a warning message only", "this is a warning only", "do not need to resend", "don't need to resend", "not yet been delivered", "will be retried", "will keep trying", "will continue to", "delivery attempts will continue", "has been delayed", "is delayed for", "temporary failure report"})
}

func containsAny(s string, parts []string) bool {
	for _, p := range parts {
		if strings.Contains(s, p) {
			return true
		}
	}
	return false
}

func contains(list []string, address string) bool {
	for _, a := range list {
		if strings.EqualFold(a, address) {
			return true
		}
	}
	return false
}

// failedHeader reads X-Failed-Recipients, which Exim and Gmail write.
func failedHeader(m *mailmsg.Mail) []string {
	var out []string
	for _, v := range m.Header.Values("X-Failed-Recipients") {
		for _, a := range strings.FieldsFunc(v, func(r rune) bool { return r == ',' || r == ';' || r == ' ' || r == '\n' || r == '\t' }) {
			if strings.Contains(a, "@") && len(out) < maxRecipients && utf8.ValidString(a) {
				out = append(out, a)
			}
		}
	}
	return out
}
