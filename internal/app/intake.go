package app

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"

	"tellus/internal/channel"
	"tellus/internal/channel/email/verdict"
	"tellus/internal/desk"
	"tellus/internal/feature/conversation"
	"tellus/internal/feature/customer"
	"tellus/internal/feature/inbox"
	"tellus/internal/feature/setting"
	"tellus/internal/platform/db"
)

// mostPiped is the largest mail that is read from standard input.
const mostPiped = 256 << 20

// Taken is what became of a mail that was piped in.
type Taken struct {
	Number int64 // of the conversation
	Opened bool  // the mail began it
	Seen   bool  // the mail had come before
}

// TakeMail puts a mail into an inbox, by its name or one of its addresses; the only inbox where box is empty. It works while the server runs and
// when it does not. The same mail counts once.
func TakeMail(ctx context.Context, c Config, box string, mail io.Reader) (out Taken, err error) {
	raw, err := io.ReadAll(io.LimitReader(mail, mostPiped+1))
	if err != nil {
		return out, fmt.Errorf("read the mail: %w", err)
	}
	if len(raw) == 0 || len(raw) > mostPiped {
		return out, fmt.Errorf("a mail of 1 byte to %d MB is expected on standard input", mostPiped>>20)
	}
	d, err := c.existingDatabase(ctx)
	if err != nil {
		return out, err
	}
	defer func() { err = errors.Join(err, d.Close()) }()
	blobs, err := c.openBlobs(ctx, d)
	if err != nil {
		return out, err
	}
	defer func() { err = errors.Join(err, blobs.Close()) }()
	keys, err := openKeys(c)
	if err != nil {
		return out, err
	}
	a := &App{Config: c, DB: d, Blobs: blobs, Keys: keys, log: c.logger(), Settings: &setting.Service{}, Inboxes: &inbox.Service{Secrets: keys},
		Customers: &customer.Service{}, Conversations: &conversation.Service{}, resolver: verdict.NewCache(net.DefaultResolver)}
	if err := a.loadURL(ctx); err != nil {
		return out, err
	}
	flow := a.newIntake()
	id, err := chooseInbox(ctx, d, a.Inboxes, box)
	if err != nil {
		return out, err
	}
	sum := sha256.Sum256(raw)
	source := "command/" + hex.EncodeToString(sum[:])
	if err := flow.Accept(ctx, channel.Arrival{Inbox: id, SourceID: source, ReceivedAt: d.Now().Time(), Body: strings.NewReader(string(raw))}); err != nil {
		return out, err
	}
	done, err := flow.ProcessSource(ctx, id, source)
	if err != nil {
		return out, err
	}
	out.Opened, out.Seen = done.Opened, done.Seen
	err = d.Read(ctx, func(tx *db.Tx) error {
		row, err := a.Conversations.Get(ctx, tx, desk.Scope{All: true}, done.Conversation)
		out.Number = row.Number
		return err
	})
	return out, err
}

func chooseInbox(ctx context.Context, d *db.DB, inboxes *inbox.Service, box string) (desk.InboxID, error) {
	var all []desk.Inbox
	if err := d.Read(ctx, func(tx *db.Tx) (err error) {
		all, err = inboxes.All(ctx, tx)
		return err
	}); err != nil {
		return 0, err
	}
	names := make([]string, len(all))
	for i, in := range all {
		names[i] = in.Name
		if strings.EqualFold(in.Name, box) || box != "" && inbox.AddressKey(in.Address) == inbox.AddressKey(box) || box == "" && len(all) == 1 {
			return in.ID, nil
		}
		for _, alias := range in.Aliases {
			if box != "" && inbox.AddressKey(alias) == inbox.AddressKey(box) {
				return in.ID, nil
			}
		}
	}
	if len(all) == 0 {
		return 0, errors.New("there is no inbox yet: make one in the desk's settings")
	}
	if box == "" {
		return 0, fmt.Errorf("say which inbox by --inbox: %s", strings.Join(names, ", "))
	}
	return 0, fmt.Errorf("there is no inbox %q; there are: %s", box, strings.Join(names, ", "))
}
