package index

import (
	"context"
	"errors"
	"time"

	"tellus/internal/desk"
	"tellus/internal/feature/conversation"
	"tellus/internal/platform/db"
	"tellus/internal/platform/filetext"
)

// Attached files are read once each, by whoever follows the log, one at a time and behind everything else: what a file says is kept in the database, and the
// event of that brings it into the index.

const (
	filesAtOnce = 20
	lookAgain   = time.Minute // for files that were held back or whose store did not answer
)

// readSoon has files read. It never waits.
func (x *Index) readSoon() {
	select {
	case x.wake() <- struct{}{}:
	default:
	}
}

func (x *Index) wake() chan struct{} {
	x.once.Do(func() { x.files = make(chan struct{}, 1) })
	return x.files
}

// readFiles reads what there is to read until ctx ends.
func (x *Index) readFiles(ctx context.Context, owns check) {
	if x.File == nil {
		return
	}
	for ctx.Err() == nil {
		if err := x.readUnread(ctx, owns); err != nil && ctx.Err() == nil && !errors.Is(err, db.ErrClosed) {
			x.Log.WarnContext(ctx, "attached files not read", "again in", lookAgain, "error", err)
		}
		select {
		case <-x.wake():
		case <-time.After(lookAgain):
		case <-ctx.Done():
		}
	}
}

func (x *Index) readUnread(ctx context.Context, owns check) error {
	for before := desk.AttachmentID(desk.Never); ctx.Err() == nil; {
		var list []desk.Attachment
		if err := x.DB.Read(ctx, func(tx *db.Tx) (err error) {
			list, err = x.Conversations.UnreadFiles(ctx, tx, before, filesAtOnce)
			return err
		}); err != nil || len(list) == 0 {
			return err
		}
		for _, f := range list {
			before = f.ID
			words, text, ok := x.readFile(ctx, f)
			if !ok {
				continue // later, when its store answers
			}
			if err := x.DB.Write(ctx, func(tx *db.Tx) error {
				if err := owns(ctx, tx); err != nil {
					return err
				}
				return x.Conversations.KeepFileText(ctx, tx, f.ID, words, text)
			}); err != nil {
				return err
			}
		}
	}
	return ctx.Err()
}

// readFile returns what a file says; ok is false where that could not be found out now.
func (x *Index) readFile(ctx context.Context, f desk.Attachment) (words conversation.FileWords, text string, ok bool) {
	kind := filetext.Of(f.Name, f.Type)
	if kind == filetext.None || f.Inline || f.Size > filetext.MaxFile {
		return conversation.FileWordless, "", true
	}
	data, err := x.File(ctx, f.Hash, filetext.MaxFile)
	if err != nil {
		x.Log.WarnContext(ctx, "attached file not found", "attachment", f.ID, "error", err)
		return "", "", false
	}
	found, err := filetext.Read(kind, data)
	switch {
	case err != nil:
		x.Log.DebugContext(ctx, "attached file has no text", "attachment", f.ID, "error", err)
		return conversation.FileWordless, "", true
	case found.Cut:
		return conversation.FileCut, found.Text, true
	}
	return conversation.FileRead, found.Text, true
}
