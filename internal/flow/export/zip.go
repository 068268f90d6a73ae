package export

import (
	"archive/zip"
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"tellus/internal/desk"
	"tellus/internal/platform/db"
)

// ZIP writes the conversation with its originals: conversation.pdf, conversation.json, messages/*.eml as they came and went, and attachments/.
// Everything is streamed. Files that were held back carry ".held" behind their names, so that nobody opens them unawares; those in which a
// virus was found are named in conversation.json only.
func (e *Export) ZIP(ctx context.Context, w io.Writer, c Case, o Options) error {
	z := newArchive(w, c.At, o)
	f, err := z.create("conversation.pdf", c.At)
	if err != nil {
		return err
	}
	if err := e.PDF(ctx, f, c, o); err != nil {
		return err
	}
	if err := e.describe(z, c); err != nil {
		return err
	}
	if err := e.originals(ctx, z, c); err != nil {
		return err
	}
	return z.close()
}

// originals adds the raw mails and the files of a conversation.
func (e *Export) originals(ctx context.Context, z *archive, c Case) error {
	for _, m := range c.Messages {
		if m.ErasedAt != 0 {
			continue
		}
		if err := e.original(ctx, z, m); err != nil {
			return err
		}
		for i, a := range m.Attachments {
			if err := e.attachment(ctx, z, m, i, a); err != nil {
				return err
			}
		}
	}
	return nil
}

type archive struct {
	zip    *zip.Writer
	at     time.Time
	folder string // that names begin with
}

func newArchive(w io.Writer, at desk.Time, o Options) *archive {
	return &archive{zip: zip.NewWriter(w), at: at.Time().In(o.zone())}
}

func (z *archive) close() error {
	if err := z.zip.Close(); err != nil {
		return fmt.Errorf("end the archive: %w", err)
	}
	return nil
}

func (z *archive) create(name string, at desk.Time) (io.Writer, error) {
	f, err := z.zip.CreateHeader(&zip.FileHeader{Name: z.folder + name, Method: zip.Deflate, Modified: at.Time().In(z.at.Location())})
	if err != nil {
		return nil, fmt.Errorf("add %s: %w", name, err)
	}
	return f, nil
}

// described is conversation.json.
type described struct {
	Conversation desk.Conversation  `json:"conversation"`
	Customer     desk.Customer      `json:"customer"`
	Participants []desk.Participant `json:"participants"`
	Messages     []desk.Message     `json:"messages"`
	Activities   []desk.Activity    `json:"activities"`
	Work         []desk.TimeEntry   `json:"work"`
	Agents       map[string]string  `json:"agents"`
	Teams        map[string]string  `json:"teams"`
	Tags         map[string]string  `json:"tags"`
	ExportedAt   desk.Time          `json:"exportedAt"`
}

func (e *Export) describe(z *archive, c Case) error {
	return z.json("conversation.json", c.At, described{Conversation: c.Conversation, Customer: c.Customer, Participants: c.Participants, Messages: c.Messages,
		Activities: c.Activities, Work: c.Work, Agents: texts(c.agents), Teams: texts(c.teams), Tags: texts(c.tags), ExportedAt: c.At})
}

func texts[T ~int64](names map[T]string) map[string]string {
	out := make(map[string]string, len(names))
	for id, name := range names {
		out[fmt.Sprint(int64(id))] = name
	}
	return out
}

// original adds the raw mail. The transaction ends before the bytes are copied: the reader may be slow.
func (e *Export) original(ctx context.Context, z *archive, m desk.Message) error {
	if m.Kind == desk.Note || m.Record != nil {
		return nil
	}
	var raw io.ReadCloser
	err := e.DB.Read(ctx, func(tx *db.Tx) (err error) {
		raw, err = e.Originals.Raw(ctx, tx, m.ID)
		return err
	})
	if desk.IsRefusal(err, desk.NotFound) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("open the raw mail of message %s: %w", m.ID, err)
	}
	return z.add(fmt.Sprintf("messages/%s.eml", m.ID), m.At, raw)
}

func (e *Export) attachment(ctx context.Context, z *archive, m desk.Message, i int, a desk.Attachment) error {
	if a.Held == "virus" {
		return nil
	}
	content, err := e.Files(ctx, a.Hash)
	if err != nil {
		return fmt.Errorf("open attachment %s: %w", a.ID, err)
	}
	name := "attachments/" + attachmentName(m, i, a)
	if a.Held != "" || a.Unscanned {
		name += ".held"
	}
	return z.add(name, m.At, content)
}

func (z *archive) add(name string, at desk.Time, content io.ReadCloser) error {
	f, err := z.create(name, at)
	if err == nil {
		if _, err = io.Copy(f, content); err != nil {
			err = fmt.Errorf("add %s: %w", name, err)
		}
	}
	return errors.Join(err, content.Close())
}

// attachmentName is what a file is called in the archive.
func attachmentName(m desk.Message, i int, a desk.Attachment) string {
	return fmt.Sprintf("%s-%d-%s", m.ID, i+1, SafeName(a.Name))
}
