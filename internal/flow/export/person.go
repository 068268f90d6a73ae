package export

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"strconv"

	"tellus/internal/desk"
	"tellus/internal/platform/db"
)

// Whole is all that is held on a customer, his conversations aside, which are read one by one.
type Whole struct {
	Customer      desk.Customer       `json:"customer"`
	Merged        []desk.Customer     `json:"mergedRecords"` // records that were merged into his, as they were
	Organisation  *desk.Organisation  `json:"organisation,omitempty"`
	Consents      []desk.Consent      `json:"consents"`
	Fields        []desk.Field        `json:"fields"` // what the ids of values mean
	Conversations []desk.Conversation `json:"conversations"`
	Elsewhere     []desk.Message      `json:"writtenElsewhere"` // what he wrote in other people's conversations
	Purchases     []desk.Purchase     `json:"purchases"`
	Holds         []desk.Hold         `json:"legalHolds"`
	LeftOut       int64               `json:"conversationsLeftOut"` // that whoever asked may not see
	At            desk.Time           `json:"exportedAt"`
}

// Person writes all that is held on a customer as a ZIP: index.html to read, person.json for programs, and a folder for each conversation with a page, its JSON, the raw mails
// and the files. Everything is streamed; a conversation is read when its turn has come, and one that is gone by then is left out.
func (e *Export) Person(ctx context.Context, w io.Writer, all Whole, scope desk.Scope, o Options) error {
	o.Notes = true // what colleagues noted on him is held on him too
	z := newArchive(w, all.At, o)
	if err := z.page("index.html", all.At, personPage(all, o)); err != nil {
		return err
	}
	if err := z.json("person.json", all.At, all); err != nil {
		return err
	}
	for _, row := range all.Conversations {
		var c Case
		err := e.DB.Read(ctx, func(tx *db.Tx) (err error) {
			c, err = e.Load(ctx, tx, scope, row.ID, o)
			return err
		})
		if desk.IsRefusal(err, desk.NotFound) {
			continue
		}
		if err != nil {
			return fmt.Errorf("read conversation %s: %w", row.ID, err)
		}
		z.folder = folderOf(c.Conversation)
		if err := z.page("index.html", c.At, casePage(c, o)); err != nil {
			return err
		}
		if err := e.describe(z, c); err != nil {
			return err
		}
		if err := e.originals(ctx, z, c); err != nil {
			return err
		}
	}
	return z.close()
}

func folderOf(c desk.Conversation) string {
	return "conversations/" + strconv.FormatInt(c.Number, 10) + "/"
}

func (z *archive) json(name string, at desk.Time, v any) error {
	f, err := z.create(name, at)
	if err != nil {
		return err
	}
	out := json.NewEncoder(f)
	out.SetIndent("", "  ")
	out.SetEscapeHTML(false)
	if err := out.Encode(v); err != nil {
		return fmt.Errorf("write %s: %w", name, err)
	}
	return nil
}
