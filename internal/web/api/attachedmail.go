package api

import (
	"context"
	"encoding/base64"
	"fmt"
	"io"
	"mime"
	"net/http"
	"strconv"

	"tellus/internal/desk"
	"tellus/internal/engine/quote"
	"tellus/internal/engine/spam"
	"tellus/internal/platform/db"
	"tellus/internal/platform/htmltext"
	"tellus/internal/platform/mailmsg"
)

// attachedMail is a mail that came as an attachment of another one (message/rfc822), as text.
type attachedMail struct {
	From        []desk.NamedAddress `json:"from"`
	To          []desk.NamedAddress `json:"to"`
	Cc          []desk.NamedAddress `json:"cc"`
	Subject     string              `json:"subject"`
	SentAt      desk.Time           `json:"sentAt,omitempty"`
	Text        string              `json:"text"`
	Folded      string              `json:"folded,omitempty" doc:"Quoted history and signature"`
	Rich        bool                `json:"rich,omitempty" doc:"It has HTML, which get-attachment gives as a page for a frame with frame=1"`
	Attachments []attachedFile      `json:"attachments"`
	Cut         bool                `json:"cut,omitempty" doc:"It is longer than what is read: its files are given with the file itself only"`
}

type attachedFile struct {
	Name string `json:"name"`
	Type string `json:"type"`
	Size int64  `json:"size"`
	Held string `json:"held,omitempty" doc:"Why it is dangerous to open"`
}

// largestAttachedMail is how much of an attached mail is read; the file itself can be downloaded whole.
const largestAttachedMail = 16 << 20

// mostAttachedFiles is how many files of an attached mail are listed and given.
const mostAttachedFiles = 100

func (s *Server) readAttachedMail(ctx context.Context, c *Caller, in *struct {
	ID desk.AttachmentID `path:"id"`
}) (*reply[attachedMail], error) {
	a, err := read(ctx, s, func(tx *db.Tx) (desk.Attachment, error) { return s.Conversations.Attachment(ctx, tx, c.Scope, in.ID) })
	if err != nil {
		return nil, err
	}
	m, err := s.parseAttached(ctx, a)
	if err != nil {
		return nil, err
	}
	out := attachedMail{From: namedAddresses(m.From), To: namedAddresses(m.To), Cc: namedAddresses(m.Cc), Subject: m.Subject, Rich: m.HTML != ""}
	if !m.Date.IsZero() {
		out.SentAt = desk.At(m.Date)
	}
	for _, part := range quote.Split(m.Text) {
		if part.Kind == quote.Visible {
			out.Text += m.Text[part.Start:part.End]
		} else {
			out.Folded += m.Text[part.Start:part.End]
		}
	}
	out.Cut = a.Size > largestAttachedMail
	for _, p := range m.Attachments[:min(len(m.Attachments), mostAttachedFiles)] {
		held, _ := spam.Dangerous(p.Name(), p.MediaType, p.Content())
		out.Attachments = append(out.Attachments, attachedFile{p.Name(), p.MediaType, p.Size(), held})
	}
	return answer(out), nil
}

// getAttachedFile gives one file of an attached mail. A dangerous one, and any of a mail that is held, is to be asked for with held=1.
func (s *Server) getAttachedFile(w http.ResponseWriter, r *http.Request, c *Caller) error {
	a, err := s.attachment(r, c)
	if err != nil {
		return err
	}
	index, err := strconv.Atoi(r.PathValue("index"))
	if err != nil {
		return desk.RefuseField(desk.Invalid, "path.index", "must be a number")
	}
	m, err := s.parseAttached(r.Context(), a)
	if err != nil {
		return err
	}
	if index < 0 || index >= min(len(m.Attachments), mostAttachedFiles) || a.Size > largestAttachedMail {
		return desk.Refuse(desk.NotFound, "the mail has no such file")
	}
	p := m.Attachments[index]
	held, _ := spam.Dangerous(p.Name(), p.MediaType, p.Content())
	if of := heldFor(a, r); of != "" {
		held = of
	}
	return s.writeInner(w, r, desk.Attachment{Name: p.Name(), Type: p.MediaType, Held: held}, p.Reader())
}

// writeInner gives a file that lies within another one. Where it is held it is to be asked for with held=1.
func (s *Server) writeInner(w http.ResponseWriter, r *http.Request, one desk.Attachment, content io.Reader) error {
	if one.Held != "" && r.URL.Query().Get("held") != "1" {
		return &desk.Refusal{Code: desk.Forbidden, Message: "the file is held back: ask for it with held=1", Details: map[string]string{"held": one.Held}}
	}
	h := w.Header()
	kind, how := "application/octet-stream", "attachment"
	if r.URL.Query().Get("inline") == "1" {
		kind, how = inPlace(one, kind, how)
	}
	h.Set("Content-Type", kind)
	h.Set("Content-Disposition", mime.FormatMediaType(how, map[string]string{"filename": one.Name}))
	h.Set("Content-Security-Policy", "default-src 'none'; sandbox")
	h.Set("Cache-Control", "private, max-age=86400")
	if _, err := io.Copy(w, content); err != nil {
		s.Log.WarnContext(r.Context(), "file within a file not sent whole", "path", r.URL.Path, "error", err)
	}
	return nil
}

func (s *Server) parseAttached(ctx context.Context, a desk.Attachment) (*mailmsg.Mail, error) {
	if a.Type != "message/rfc822" && a.Type != "message/global" || a.Held == "virus" {
		return nil, desk.Refuse(desk.NotFound, "the file is no mail")
	}
	f, err := s.Blobs.Open(ctx, a.Hash)
	if err != nil {
		return nil, fmt.Errorf("open attachment %d: %w", a.ID, err)
	}
	defer f.Close() // read side only
	raw, err := readUpTo(f, largestAttachedMail)
	if err != nil {
		return nil, fmt.Errorf("read attachment %d: %w", a.ID, err)
	}
	return mailmsg.Parse(raw, mailmsg.Limits{HTMLText: htmltext.ToText}), nil
}

// getAttachedFrame is an attached mail's HTML as a page of its own, within the same walls as that of a message. Its remote images stay out.
func (s *Server) getAttachedFrame(w http.ResponseWriter, r *http.Request, a desk.Attachment) error {
	m, err := s.parseAttached(r.Context(), a)
	if err != nil {
		return err
	}
	return s.writeFrame(w, r, a.ID.String(), attachedHTML(m))
}

// largestInline bounds the bytes of pictures that are written into the page of an attached mail, each as often as the mail shows it.
const largestInline = 8 << 20

// attachedHTML is the safe HTML of an attached mail, with its pictures within it: they have no address of their own.
func attachedHTML(m *mailmsg.Mail) string {
	room := int64(largestInline)
	return htmltext.ShowInline(htmltext.Sanitise(m.HTML), func(contentID string) string {
		for _, p := range m.Attachments {
			if p.ContentID != contentID || !shown[p.MediaType] {
				continue
			}
			if room -= p.Size(); room < 0 {
				return ""
			}
			return "data:" + p.MediaType + ";base64," + base64.StdEncoding.EncodeToString(p.Content())
		}
		return ""
	})
}

func namedAddresses(list []mailmsg.Address) []desk.NamedAddress {
	out := make([]desk.NamedAddress, 0, len(list))
	for _, a := range list {
		if len(out) == 100 {
			break
		}
		out = append(out, desk.NamedAddress{Name: a.Name, Address: a.Email})
	}
	return out
}
