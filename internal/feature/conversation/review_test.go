package conversation_test

import (
	"context"
	"strings"
	"testing"

	"tellus/internal/desk"
	"tellus/internal/desktest"
	"tellus/internal/feature/conversation"
	"tellus/internal/platform/db"
)

func TestAColleagueChecksADraft(t *testing.T) {
	t.Parallel()
	desktest.Each(t, func(d *desktest.Desk) {
		otto := d.Agent("Otto", desk.AgentRole)
		c := d.Receive(desktest.Ann, "Hello")
		of := func(agent desk.AgentID) desk.Scope { return desk.Scope{Agent: agent, All: true} }
		ask := func(reviewer desk.AgentID) error {
			return d.Try(func(ctx context.Context, tx *db.Tx) error {
				_, err := d.Conversations.AskReview(ctx, tx, of(d.Eva), c, conversation.ReviewAsk{Reviewer: reviewer, Note: "<p>please check</p>"}, d.Staff.Scope)
				return err
			})
		}
		answer := func(agent desk.AgentID, in conversation.ReviewAnswer) error {
			in.Note = "<p>see there</p>"
			return d.Try(func(ctx context.Context, tx *db.Tx) error {
				_, err := d.Conversations.AnswerReview(ctx, tx, of(agent), c, d.Eva, in, d.Staff.Scope)
				return err
			})
		}
		seen := func(agent desk.AgentID) []desk.DraftReview {
			o, err := d.Opened(agent, c)
			if err != nil {
				d.T.Fatal(err)
			}
			return o.Reviews
		}
		draft := func(html string) {
			d.Write(func(ctx context.Context, tx *db.Tx) error {
				_, err := d.Conversations.SaveDraft(ctx, tx, of(d.Eva), c, desk.DraftBody{Mode: "reply", HTML: html})
				return err
			})
		}
		if err := ask(otto); !desk.IsRefusal(err, desk.Invalid) {
			d.T.Errorf("asking about nothing: %v, want a refusal", err)
		}
		draft(`<p>Dear Ann</p><script>alert(1)</script><img src="x" onerror="alert(2)">`)
		if err := ask(d.Eva); !desk.IsRefusal(err, desk.Invalid) {
			d.T.Errorf("asking oneself: %v, want a refusal", err)
		}
		if err := ask(otto); err != nil {
			d.T.Fatal(err)
		}
		theirs := seen(otto)
		if len(theirs) != 1 || theirs[0].Author != d.Eva || theirs[0].State != desk.ReviewAsked || !strings.Contains(theirs[0].Draft.Body.HTML, "Dear Ann") ||
			strings.Contains(theirs[0].Draft.Body.HTML, "script") || strings.Contains(theirs[0].Draft.Body.HTML, "onerror") {
			d.T.Errorf("the reviewer sees %+v", theirs)
		}
		third := d.Agent("Mara", desk.AgentRole)
		if got := seen(third); len(got) != 0 {
			d.T.Errorf("somebody else sees %+v", got)
		}
		if err := answer(third, conversation.ReviewAnswer{Approve: true}); !desk.IsRefusal(err, desk.NotFound) {
			d.T.Errorf("an answer of somebody else: %v, want NotFound", err)
		}
		if err := answer(otto, conversation.ReviewAnswer{HTML: "<p>Dear Ann, sorry</p><script>x</script>"}); err != nil {
			d.T.Fatal(err)
		}
		mine := seen(d.Eva)
		if len(mine) != 1 || mine[0].State != desk.ReviewReturned || mine[0].HTML != "<p>Dear Ann, sorry</p>" || mine[0].Changed {
			d.T.Errorf("the author sees %+v", mine)
		}
		draft("<p>Dear Ann, so sorry</p>")
		if mine = seen(d.Eva); !mine[0].Changed {
			d.T.Error("nobody says that the draft was changed after the answer")
		}
		if err := ask(otto); err != nil {
			d.T.Fatal(err)
		}
		if err := answer(otto, conversation.ReviewAnswer{Approve: true}); err != nil {
			d.T.Fatal(err)
		}
		if mine = seen(d.Eva); mine[0].State != desk.ReviewApproved || mine[0].HTML != "" || mine[0].Changed {
			d.T.Errorf("after it was approved: %+v", mine)
		}
		d.Reply(c, "Dear Ann, so sorry") // sending ends the draft, and with it the review
		if got := seen(d.Eva); len(got) != 0 {
			d.T.Errorf("after it was sent: %+v", got)
		}
	})
}

func TestWhoChecksADraftSeesItsFilesAndMaySendIt(t *testing.T) {
	t.Parallel()
	desktest.Each(t, func(d *desktest.Desk) {
		otto, mara := d.Agent("Otto", desk.AgentRole), d.Agent("Mara", desk.AgentRole)
		c := d.Receive(desktest.Ann, "Hello")
		of := func(agent desk.AgentID) desk.Scope { return desk.Scope{Agent: agent, All: true} }
		var shoe, other desk.Attachment
		d.Write(func(ctx context.Context, tx *db.Tx) (err error) {
			ref := conversation.File{Name: "shoe.png", Type: "image/png", ContentID: "shoe@tellus", Blob: strings.Repeat("a", 64), Size: 3}
			if shoe, err = d.Conversations.Upload(ctx, tx, d.Eva, ref); err != nil {
				return err
			}
			if other, err = d.Conversations.Upload(ctx, tx, d.Eva, ref); err != nil {
				return err
			}
			body := desk.DraftBody{Mode: "reply", HTML: `<p>Like this?</p><img src="cid:shoe@tellus">`, Attachments: []desk.AttachmentID{shoe.ID}}
			_, err = d.Conversations.SaveDraft(ctx, tx, of(d.Eva), c, body)
			return err
		})
		sees := func(agent desk.AgentID, scope desk.Scope, file desk.AttachmentID) bool {
			scope.Agent = agent
			err := d.Try(func(ctx context.Context, tx *db.Tx) error {
				_, err := d.Conversations.Attachment(ctx, tx, scope, file)
				return err
			})
			if err != nil && !desk.IsRefusal(err, desk.NotFound) {
				d.T.Fatal(err)
			}
			return err == nil
		}
		all := desk.Scope{All: true}
		send := func(agent, writer desk.AgentID) (m desk.Message, err error) {
			err = d.Try(func(ctx context.Context, tx *db.Tx) error {
				row, err := d.Conversations.Get(ctx, tx, of(agent), c)
				if err != nil {
					return err
				}
				from, err := d.Sender(ctx, tx, agent, row.Inbox)
				if err != nil {
					return err
				}
				from.SendAt = tx.Now.Add(1 << 40)
				m, err = d.Conversations.Reply(ctx, tx, from, c, conversation.Reply{HTML: `<p>Like this!</p><img src="cid:shoe@tellus">`, Anyway: true,
					To: []desk.NamedAddress{{Address: row.Address}}, Attachments: []desk.AttachmentID{shoe.ID}, Then: conversation.Wait, DraftOf: writer})
				return err
			})
			return m, err
		}
		if sees(otto, all, shoe.ID) {
			d.T.Error("a colleague sees the file of a draft that he was not asked about")
		}
		if _, err := send(otto, d.Eva); !desk.IsRefusal(err, desk.NotFound) {
			d.T.Errorf("sending a draft that one was not asked about: %v, want NotFound", err)
		}
		d.Write(func(ctx context.Context, tx *db.Tx) error {
			_, err := d.Conversations.AskReview(ctx, tx, of(d.Eva), c, conversation.ReviewAsk{Reviewer: otto, Note: "<p>please</p>"}, d.Staff.Scope)
			return err
		})
		for name, got := range map[string]bool{
			"the reviewer sees the picture":                          sees(otto, all, shoe.ID),
			"he does not see her other files":                        !sees(otto, all, other.ID),
			"nobody else sees it":                                    !sees(mara, all, shoe.ID),
			"he sees nothing where he sees the conversation no more": !sees(otto, desk.Scope{}, shoe.ID),
			"she sees her own":                                       sees(d.Eva, all, other.ID),
		} {
			if !got {
				d.T.Errorf("not so: %s", name)
			}
		}
		if _, err := send(mara, d.Eva); !desk.IsRefusal(err, desk.NotFound) {
			d.T.Errorf("sending by somebody else: %v, want NotFound", err)
		}
		m, err := send(otto, d.Eva)
		if err != nil {
			d.T.Fatal(err)
		}
		if m.Agent != otto || m.WrittenBy != d.Eva || !strings.HasPrefix(m.From.Name, "Otto") || len(m.Attachments) != 1 {
			d.T.Errorf("sent as %+v: want Otto as sender, Eva as who wrote it, one picture", m)
		}
		o, err := d.Opened(d.Eva, c)
		if err != nil {
			d.T.Fatal(err)
		}
		if o.Draft != nil || len(o.Reviews) != 0 || o.Conversation.Assignee != d.Eva {
			d.T.Errorf("after it was sent: draft %+v, reviews %+v, assignee %s; want none, none, Eva", o.Draft, o.Reviews, o.Conversation.Assignee)
		}
		// Taken back, it is the sender's.
		d.Write(func(ctx context.Context, tx *db.Tx) error {
			_, err := d.Conversations.Cancel(ctx, tx, desk.ByAgent(otto), of(otto), m.ID)
			return err
		})
		if m, err = send(otto, otto); err != nil || m.WrittenBy != 0 || len(m.Attachments) != 1 {
			d.T.Errorf("sent again: %+v, %v; want his own, with the picture", m, err)
		}
	})
}
