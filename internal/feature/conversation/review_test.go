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
