package intake

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"runtime/debug"
	"strings"

	"tellus/internal/desk"
	"tellus/internal/engine/language"
	"tellus/internal/engine/quote"
	"tellus/internal/engine/spam"
	"tellus/internal/engine/thread"
	"tellus/internal/feature/conversation"
	"tellus/internal/platform/bounce"
	"tellus/internal/platform/htmltext"
	"tellus/internal/platform/mailmsg"
)

// understood is a mail as the house needs it.
type understood struct {
	mail       *mailmsg.Mail // nil where it could not be read
	from       desk.NamedAddress
	replyTo    string
	to, cc     []desk.NamedAddress
	subject    string
	subjectKey int64
	numbers    []int64
	mailIDs    []string // In-Reply-To first, then References, newest first
	identity   []byte
	text       string
	folded     string
	html       string
	foldedHTML string
	remote     int
	language   string
	automatic  string
	list       bool // a mailing list passed it on
	noReply    bool // no machine may answer it
	report     *bounce.Report
	invitation *desk.Invitation
	unreadable bool
	page       string // where the form stood
	verdicts   *desk.Verdicts
}

// read understands a mail. It never fails: what cannot be understood is still a message with the raw mail beside it.
func (in *Intake) read(k kept) (u understood) {
	defer func() {
		if fault := recover(); fault != nil {
			in.Log.Error("mail could not be read", "arrival", k.id, "fault", fmt.Sprint(fault), "stack", string(debug.Stack()))
			u = unread(k)
		}
	}()
	m := mailmsg.Parse(k.raw, mailmsg.Limits{HTMLText: htmltext.ToText, OurLoop: in.OurLoop})
	u = understood{mail: m, to: named(m.To), cc: named(m.Cc), subject: m.Subject}
	author := m.Author()
	u.from = desk.NamedAddress{Name: author.Name, Address: author.Email}
	if u.from.Address == "" {
		u.from.Address = k.envelope.From
	}
	if answer := m.Answerable(); len(answer) > 0 && !strings.EqualFold(answer[0].Email, u.from.Address) {
		u.replyTo = answer[0].Email
	}
	u.subjectKey = conversation.SubjectKey(thread.Normalise(m.Subject))
	u.numbers = thread.Numbers(m.Subject)
	u.mailIDs = threadIDs(m)
	u.identity = identityOf(m)
	u.text, u.folded = foldText(m.Text)
	if m.HTML != "" {
		visible, folded := quote.SplitHTML(m.HTML)
		u.html, u.foldedHTML = htmltext.Sanitise(visible), htmltext.Sanitise(folded)
		u.remote = len(htmltext.RemoteImages(u.html)) + len(htmltext.RemoteImages(u.foldedHTML))
		if m.TextFrom == "text/html" {
			u.text, u.folded = htmltext.ToText(visible), htmltext.ToText(folded)
		}
	}
	// Two or three words are of no language in particular: the wrong one in an acknowledgement is worse than the inbox's.
	if words := u.subject + "\n" + head(u.text, 1500); moreWords(u.text, 2) {
		if code, confidence := language.Detect(words); confidence >= 0.5 {
			u.language = code
		}
	}
	if m.Auto.Automatic() {
		u.automatic = string(m.Auto.Kind)
	}
	u.list, u.noReply = m.Auto.Kind == mailmsg.AutoList, m.Auto.NoReply
	if k.envelope.NullSender && u.automatic == "" {
		u.automatic = "report"
	}
	if report, ok := bounce.Read(m); ok {
		u.report = &report
		u.automatic = automaticOf(report.Kind)
		if report.MessageID != "" {
			u.mailIDs = append(u.mailIDs, report.MessageID) // it belongs beside the mail that it is about
		}
	}
	u.invitation = invitationOf(m)
	if k.channel() == desk.WebForm {
		u.asWritten(k)
	}
	return u
}

// asWritten takes what a form brought at its word: it quotes nothing, no machine or mail server wrote it, and what looks like a bounce or a signature is what
// its writer says.
func (u *understood) asWritten(k kept) {
	u.text, u.folded, u.html, u.foldedHTML, u.remote = strings.TrimSpace(u.mail.Text), "", "", "", 0
	u.automatic, u.list, u.noReply, u.report, u.mailIDs = "", false, false, nil, nil
	u.page = u.mail.Header.Get(formPage)
	if u.language == "" {
		u.language = k.envelope.Language
	}
}

// moreWords reports whether s has more than n words.
func moreWords(s string, n int) bool {
	for range strings.FieldsSeq(s) {
		if n--; n < 0 {
			return true
		}
	}
	return false
}

// head is the beginning of a text, at most n bytes and whole runes.
func head(s string, n int) string {
	if len(s) <= n {
		return s
	}
	return strings.ToValidUTF8(s[:n], "")
}

// unread is what remains of a mail that nothing could be made of: the envelope.
func unread(k kept) understood {
	sum := sha256.Sum256(k.raw)
	return understood{unreadable: true, identity: sum[:], from: desk.NamedAddress{Address: k.envelope.From}}
}

func automaticOf(kind bounce.Kind) string {
	switch kind {
	case bounce.Failed:
		return "bounce"
	case bounce.Delayed:
		return "delay"
	case bounce.Delivered:
		return "receipt"
	case bounce.Complaint:
		return "complaint"
	}
	return "reply"
}

func named(list []mailmsg.Address) []desk.NamedAddress {
	out := make([]desk.NamedAddress, 0, len(list))
	for _, a := range list {
		if a.Email != "" && len(out) < 200 {
			out = append(out, desk.NamedAddress{Name: a.Name, Address: a.Email})
		}
	}
	return out
}

// identityOf is what makes a mail the same mail: its Message-ID and a digest without trace headers. The same id with another content is
// another mail.
func identityOf(m *mailmsg.Mail) []byte {
	h := sha256.New()
	digest := m.BodyDigest()
	h.Write([]byte(m.MessageID))
	h.Write([]byte{0})
	h.Write(digest[:])
	return h.Sum(nil)
}

// threadIDs are the Message-IDs that the mail refers to: In-Reply-To first, then References from the newest, at most 30.
func threadIDs(m *mailmsg.Mail) []string {
	var ids []string
	seen := map[string]bool{}
	add := func(id string) {
		if id != "" && !seen[id] && len(ids) < 30 {
			seen[id] = true
			ids = append(ids, id)
		}
	}
	for _, id := range m.InReplyTo {
		add(id)
	}
	for i := len(m.References) - 1; i >= 0; i-- {
		add(m.References[i])
	}
	return ids
}

// foldText parts a text into what its writer wrote and what is quoted or a signature.
func foldText(text string) (visible, folded string) {
	var see, fold strings.Builder
	for _, part := range quote.Split(text) {
		if part.Kind == quote.Visible {
			see.WriteString(text[part.Start:part.End])
		} else {
			fold.WriteString(text[part.Start:part.End])
		}
	}
	return strings.TrimSpace(see.String()), strings.TrimSpace(fold.String())
}

// files stores a mail's attachments and says which are held back.
func (in *Intake) files(ctx context.Context, m *mailmsg.Mail) ([]conversation.File, int, error) {
	if m == nil {
		return nil, 0, nil
	}
	var out []conversation.File
	dangerous, away := 0, false
	for i, p := range m.Attachments {
		if i == mostFiles {
			break // the rest is in the raw mail, which is kept whole
		}
		content := p.Content()
		f := conversation.File{Name: p.Name(), Type: p.MediaType, ContentID: p.ContentID, Inline: p.Inline}
		if reason, bad := spam.Dangerous(f.Name, f.Type, content); bad {
			f.Held = reason
			dangerous++
		}
		found, err := "", error(nil)
		if !away {
			found, err = in.scan(ctx, p.Reader())
		}
		switch {
		case away || err != nil:
			f.Unscanned, away = true, away || !errors.Is(err, ErrTooLong) // each further question would wait in vain
		case found != "":
			f.Held = "virus"
			dangerous++
		}
		if err != nil {
			in.Log.Warn("virus scanner did not answer", "error", err)
		}
		ref, err := in.Blobs.Put(ctx, p.Reader())
		if err != nil {
			return nil, 0, fmt.Errorf("store attachment %d: %w", i, err)
		}
		f.Blob, f.Size = ref.Hash, ref.Size
		out = append(out, f)
	}
	return out, dangerous, nil
}

// mostFiles bounds the attachments that become files of their own.
const mostFiles = 200
