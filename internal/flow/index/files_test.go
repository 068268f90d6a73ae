package index_test

import (
	"context"
	"testing"

	"tellus/internal/desk"
	"tellus/internal/desktest"
	"tellus/internal/feature/conversation"
	"tellus/internal/flow/index"
	"tellus/internal/platform/db"
)

// withFile is the body of a mail with a text file.
func withFile(text, name, file string) (body string, headers string) {
	return "--b\nContent-Type: text/plain\n\n" + text + "\n--b\nContent-Type: text/plain; charset=utf-8\nContent-Disposition: attachment; filename=\"" + name + "\"\n\n" + file + "\n--b--\n",
		"MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=b"
}

func (f *found) receiveFile(subject, text, name, file string) desk.ConversationID {
	body, headers := withFile(text, name, file)
	return f.ReceiveAbout(desktest.Ann, subject, body, headers)
}

func (f *found) messageOf(c desk.ConversationID) (id desk.MessageID) {
	f.Read(func(ctx context.Context, tx *db.Tx) error {
		return tx.Row(ctx, `/* test */ SELECT min(id) FROM message WHERE conversation = $1 AND kind = 'incoming'`, c).Scan(&id)
	})
	return id
}

func TestTheTextOfAnAttachmentIsFound(t *testing.T) {
	t.Parallel()
	desktest.Each(t, func(d *desktest.Desk) {
		before := (&found{Desk: d}).receiveFile("A file", "Older than the index.", "old.txt", "quicksilver inside")
		f := searching(d)
		c := f.receiveFile("Contract", "See the contract.", "terms.html", "<p>The <b>penalties</b> for what comes too late are 4711 euros in all cases, so please keep them in mind.</p>")
		f.want(d.Eva, "quicksilver", before)
		f.want(d.Eva, "penalty", c)
		f.want(d.Eva, "case 4711 has:attachment", c)
		f.want(d.Eva, "terms.html", c)
		p := f.page(d.Eva, "penalty", index.Ask{})
		if len(p.Hits) != 1 || p.Hits[0].Where != index.InFile || p.Hits[0].File != "terms.html" || len(p.Hits[0].Marks) != 1 {
			t.Errorf("the hit does not name the attachment: %+v", p.Hits)
		}
		d.Write(func(ctx context.Context, tx *db.Tx) error {
			_, err := d.Conversations.Erase(ctx, tx, desk.ByAgent(d.Eva), d.Scope(d.Eva), f.messageOf(c))
			return err
		})
		f.want(d.Eva, "penalty")
		var left int
		d.Read(func(ctx context.Context, tx *db.Tx) error {
			return tx.Row(ctx, `/* test */ SELECT count(*) FROM attachment_text WHERE text LIKE '%4711%'`).Scan(&left)
		})
		if left != 0 {
			t.Error("the text of an erased message's file is still kept")
		}
	})
}

func TestWhatIsRedactedIsNotFoundInFiles(t *testing.T) {
	t.Parallel()
	desktest.Each(t, func(d *desktest.Desk) {
		f := searching(d)
		c := f.receiveFile("A file", "My word is xylophone.", "words.txt", "xylophone and marimba")
		other := f.receiveFile("Other", "My word is xylophone.", "other.txt", "nothing but celesta")
		f.want(d.Eva, "marimba", c)
		for _, in := range []desk.ConversationID{c, other} {
			d.Write(func(ctx context.Context, tx *db.Tx) error {
				_, err := d.Conversations.Redact(ctx, tx, desk.ByAgent(d.Eva), d.Scope(d.Eva), f.messageOf(in), []conversation.Span{{Start: 11, End: 20}})
				return err
			})
		}
		f.want(d.Eva, "xylophone")
		f.want(d.Eva, "marimba")
		f.want(d.Eva, "celesta", other)
	})
}
