// Package bounce recognises mails that mail systems write about other mails: delivery reports (RFC 3464 and the many
// plain forms of before), warnings of delay, complaints in the abuse reporting format (RFC 5965) and automatic replies.
// It only reads; what follows from a bounce is the business of others.
package bounce

import (
	"strings"

	"tellus/internal/platform/mailmsg"
)

// Kind says what a Report is about.
type Kind string

// The kinds of report.
const (
	Failed    Kind = "failed"     // at least one recipient didn't get the mail and won't
	Delayed   Kind = "delayed"    // the mail waits; more attempts follow. Not a failure
	Delivered Kind = "delivered"  // the mail reached its recipients or was passed on
	Complaint Kind = "complaint"  // a recipient reported the mail as unwanted, or a domain its failed authentication
	AutoReply Kind = "auto_reply" // a recipient's system answered by itself: absence, acknowledgement
)

// Report is what a mail says about an earlier one.
type Report struct {
	Kind       Kind
	Recipients []Recipient // in the order of the report, each address once; may be empty where the report names none
	MessageID  string      // of the mail that is reported on, without angle brackets; empty where the report doesn't tell
	Subject    string      // of the mail that is reported on, where the report holds it
	Feedback   string      // type of a complaint: "abuse", "fraud", "virus", "auth-failure"… (RFC 5965 3.1)
	Reporter   string      // name of the mail system that reports, where it says so
}

// Recipient is one address and what became of its copy.
type Recipient struct {
	Address string // lower-case domain; empty only where the report names an unreadable one
	Kind    Kind   // Failed, Delayed or Delivered
	Status  string // enhanced status code "5.1.1" (RFC 3463); empty where none is given
	Code    int    // SMTP reply code 400–599 (RFC 5321 4.2); 0 where none is given
	Reply   string // what the refusing system said, on one line, at most 1,000 bytes
	Reason  Reason
	// Hard tells that the address itself is dead, so that nothing should be sent to it again. A refusal may be final for
	// this mail and still be soft: a full mailbox, a filter, a block on the sender.
	Hard bool

	command string // the SMTP command that was refused, in lower case: "mail", "rcpt", "data", or ""
}

// Failures returns the recipients whose copy failed.
func (r Report) Failures() []Recipient {
	var out []Recipient
	for _, x := range r.Recipients {
		if x.Kind == Failed {
			out = append(out, x)
		}
	}
	return out
}

// Hard tells whether all failed recipients failed for good; false where none failed.
func (r Report) Hard() bool {
	failures := r.Failures()
	for _, x := range failures {
		if !x.Hard {
			return false
		}
	}
	return len(failures) > 0
}

// Limits on what is read of a report. What is beyond belongs to the returned mail or to nobody.
const (
	maxRecipients = 200
	maxText       = 256 << 10
	maxReply      = 1000
)

// Read reports whether a mail is a report about another mail, and what it says. Read receipts (RFC 8098), newsletters
// and people's mails are none. It never fails; its cost is linear in the mail.
func Read(m *mailmsg.Mail) (Report, bool) {
	if m == nil || m.Root == nil {
		return Report{}, false
	}
	return read(m, true)
}

// read is Read; outer allows one look into a report that is passed on inside another.
func read(m *mailmsg.Mail, outer bool) (Report, bool) {
	if m.Root.Find("message/disposition-notification") != nil && m.Root.Find("message/delivery-status") == nil {
		return Report{}, false
	}
	if r, ok := readComplaint(m); ok {
		return r.finish(m), true
	}
	if r, ok := readStatus(m); ok {
		return r.finish(m), true
	}
	if r, ok := readNotification(m); ok {
		return r, true
	}
	if r, ok := readPlain(m, outer); ok {
		return r.finish(m), true
	}
	if isAutoReply(m) {
		return Report{Kind: AutoReply, MessageID: answered(m)}, true
	}
	return Report{}, false
}

// finish fills what all forms share: reasons, the kind of the whole, and the mail that is reported on.
func (r Report) finish(m *mailmsg.Mail) Report {
	for i := range r.Recipients {
		r.Recipients[i].finish()
	}
	if r.Kind == "" {
		r.Kind = kindOf(r.Recipients)
	}
	if id, subject := originalOf(m); r.MessageID == "" {
		r.MessageID, r.Subject = id, subject
	}
	if r.MessageID == "" {
		r.MessageID = answered(m)
	}
	return r
}

// kindOf is the worst that happened to any recipient.
func kindOf(rs []Recipient) Kind {
	kind := Delivered
	for _, r := range rs {
		switch r.Kind {
		case Failed:
			return Failed
		case Delayed:
			kind = Delayed
		}
	}
	if len(rs) == 0 {
		return Failed
	}
	return kind
}

// answered is the message that the header of an automatic mail refers to.
func answered(m *mailmsg.Mail) string {
	if len(m.InReplyTo) > 0 {
		return m.InReplyTo[0]
	}
	if n := len(m.References); n > 0 {
		return m.References[n-1]
	}
	return ""
}

func (x *Recipient) finish() {
	x.Address = normalise(x.Address)
	x.Reply = oneLine(x.Reply)
	if x.Code == 0 {
		x.Code = replyCode(x.Reply)
	}
	if s := enhancedStatus(x.Reply); s != "" && (x.Status == "" || vague(x.Status) || !vague(s) && x.Code >= 400 && s[0] == '0'+byte(x.Code/100)) {
		x.Status = s
	}
	if x.Kind == "" {
		x.Kind = Failed
	}
	if x.Kind == Delivered {
		return
	}
	x.Reason = reasonOf(x)
	// What a system calls temporary it may yet deliver the next time, even after it gave this copy up.
	temporary := strings.HasPrefix(x.Status, "4.") && x.Code < 500
	x.Hard = x.Kind == Failed && x.Reason.Hard() && !temporary
}

// vague tells status codes that say no more than that something went wrong.
func vague(status string) bool { return strings.HasSuffix(status, ".0.0") }

// normalise lower-cases the domain of an address and strips what reports put around it.
func normalise(address string) string {
	address = strings.Trim(strings.TrimSpace(address), "<>\"' \t,;")
	if i := strings.LastIndexByte(address, '@'); i >= 0 {
		return address[:i] + strings.ToLower(address[i:])
	}
	return address
}

func oneLine(s string) string {
	s = strings.Join(strings.Fields(s), " ")
	if len(s) > maxReply {
		s = strings.ToValidUTF8(s[:maxReply], "")
	}
	return s
}
