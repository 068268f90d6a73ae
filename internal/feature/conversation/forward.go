package conversation

import (
	"context"
	"fmt"
	"html"
	"slices"
	"strings"

	"tellus/internal/desk"
	"tellus/internal/platform/blob"
	"tellus/internal/platform/db"
	"tellus/internal/platform/htmltext"
)

// Quoter words the head of a forwarded message, one line each: from whom, when, to whom, about what.
type Quoter func(m desk.Message) []string

// mostForwarded bounds what is forwarded at once, in bytes of HTML.
const mostForwarded = 4 << 20

// forward puts the chosen messages into what is sent, with the pictures that stand in them and, where they are asked for, copies of their files. Notes, what was taken back and what a machine of ours said stay here. Our answers are
// quoted without whom they went to in secret.
func (s *Service) forward(ctx context.Context, tx *db.Tx, from Sender, c *row, in *Side, quote Quoter) error {
	chosen, err := messages(ctx, tx, `
		WHERE m.conversation = $1 AND m.kind <> 'note' AND m.erased_at = 0 AND m.`+counted+`
		ORDER BY m.id`, c.ID)
	if err != nil {
		return err
	}
	if !in.ForwardAll {
		chosen = slices.DeleteFunc(chosen, func(m desk.Message) bool { return !slices.Contains(in.Forward, m.ID) })
	}
	if len(chosen) == 0 {
		return desk.WhyNothingToSend.At("body.forward")
	}
	var b strings.Builder
	along := pictures{by: from.By.Agent()}
	for _, m := range chosen {
		b.WriteString("<br><div>")
		for i, line := range quote(m) {
			if i > 0 {
				b.WriteString("<br>")
			}
			b.WriteString(html.EscapeString(line))
		}
		words, err := along.quoted(ctx, tx, m)
		if err != nil {
			return err
		}
		b.WriteString("</div><blockquote>" + words + "</blockquote>")
		if b.Len() > mostForwarded {
			return desk.WhyTooLong.At("body.forward", mostForwarded)
		}
	}
	in.forwarded = b.String()
	in.Attachments = append(in.Attachments, along.copies...)
	if !in.Files {
		return nil
	}
	for _, m := range chosen {
		for _, a := range m.Attachments {
			if a.Held != "" || slices.Contains(in.Leave, a.ID) || slices.Contains(along.taken, a.ID) {
				continue
			}
			id, err := copyFile(ctx, tx, from.By.Agent(), a, "")
			if err != nil {
				return err
			}
			in.Attachments = append(in.Attachments, id)
		}
	}
	return nil
}

// pictures copies those that stand in the text of forwarded messages, each once.
type pictures struct {
	by     desk.AgentID
	copies []desk.AttachmentID
	taken  []desk.AttachmentID // what they are copies of
}

func (p *pictures) quoted(ctx context.Context, tx *db.Tx, m desk.Message) (words string, err error) {
	if words = m.ForeignHTML; words == "" {
		words = m.HTML
	}
	if words == "" {
		return htmltext.FromText(m.Text), nil
	}
	words = htmltext.QuotedWith(words, func(contentID string) string {
		i := slices.IndexFunc(m.Attachments, func(a desk.Attachment) bool {
			return a.Held == "" && a.ContentID == contentID && strings.HasPrefix(a.Type, "image/")
		})
		if i < 0 || err != nil {
			return ""
		}
		a := m.Attachments[i]
		if !slices.Contains(p.taken, a.ID) {
			var id desk.AttachmentID
			if id, err = copyFile(ctx, tx, p.by, a, alongID(a.ID)); err != nil {
				return ""
			}
			p.taken, p.copies = append(p.taken, a.ID), append(p.copies, id)
		}
		return alongID(a.ID)
	})
	return words, err
}

// alongID is the Content-ID of a picture in the mail that it is forwarded with: those that senders chose may be the same in two mails.
func alongID(a desk.AttachmentID) string { return "forwarded-" + a.String() + "@tellus" }

// copyFile makes an upload of an agent out of a file that came: the same content, kept once. A picture that stands in the text has a Content-ID.
func copyFile(ctx context.Context, tx *db.Tx, by desk.AgentID, a desk.Attachment, contentID string) (id desk.AttachmentID, err error) {
	err = tx.Row(ctx, `
		INSERT INTO attachment (uploader, name, type, size, inline, content_id, blob, created_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
		RETURNING id`, by, a.Name, a.Type, a.Size, contentID != "", contentID, a.Hash, tx.Now).Scan(&id)
	if err != nil {
		return 0, fmt.Errorf("forward attachment %s: %w", a.ID, err)
	}
	return id, blob.Keep(ctx, tx, blob.Ref{Hash: a.Hash, Size: a.Size})
}
