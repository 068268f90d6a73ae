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

// forward puts the chosen messages into what is sent, with copies of their files. Notes, what was taken back and what a machine of ours said stay here. Our answers are
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
	for _, m := range chosen {
		b.WriteString("<br><div>")
		for i, line := range quote(m) {
			if i > 0 {
				b.WriteString("<br>")
			}
			b.WriteString(html.EscapeString(line))
		}
		b.WriteString("</div><blockquote>" + quoted(m) + "</blockquote>")
		if b.Len() > mostForwarded {
			return desk.WhyTooLong.At("body.forward", mostForwarded)
		}
	}
	in.forwarded = b.String()
	if !in.Files {
		return nil
	}
	for _, m := range chosen {
		for _, a := range m.Attachments {
			if a.Held != "" || slices.Contains(in.Leave, a.ID) {
				continue
			}
			id, err := copyFile(ctx, tx, from.By.Agent(), a)
			if err != nil {
				return err
			}
			in.Attachments = append(in.Attachments, id)
		}
	}
	return nil
}

func quoted(m desk.Message) string {
	switch {
	case m.ForeignHTML != "":
		return htmltext.Quoted(m.ForeignHTML)
	case m.HTML != "":
		return htmltext.Quoted(m.HTML)
	}
	return htmltext.FromText(m.Text)
}

// copyFile makes an upload of an agent out of a file that came: the same content, kept once.
func copyFile(ctx context.Context, tx *db.Tx, by desk.AgentID, a desk.Attachment) (id desk.AttachmentID, err error) {
	err = tx.Row(ctx, `
		INSERT INTO attachment (uploader, name, type, size, blob, created_at)
		VALUES ($1, $2, $3, $4, $5, $6)
		RETURNING id`, by, a.Name, a.Type, a.Size, a.Hash, tx.Now).Scan(&id)
	if err != nil {
		return 0, fmt.Errorf("forward attachment %s: %w", a.ID, err)
	}
	return id, blob.Keep(ctx, tx, blob.Ref{Hash: a.Hash, Size: a.Size})
}
