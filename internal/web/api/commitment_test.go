package api

import (
	"context"
	"testing"
	"time"

	"tellus/internal/desk"
	"tellus/internal/desktest"
	engine "tellus/internal/engine/commitment"
	"tellus/internal/feature/commitment"
	"tellus/internal/feature/conversation"
	"tellus/internal/platform/db"
)

func TestWhatPeoplePromise(t *testing.T) {
	t.Parallel()
	eachDesk(t, func(h *desked) {
		s := withSecrets(h)
		otto, sara, low := h.as(s.otto), h.as(s.sara), h.as(s.lena)
		c := h.receive(s.open, desktest.Person{Name: "Ann Lee", Address: "ann@mail.example"}, "parcel")
		path := "/conversations/" + c.String()
		ahead := func(d time.Duration) desk.Time { return desk.At(h.d.Now()).Add(d) }
		for field, wrong := range map[string]object{"body.due": {"words": "x", "due": ahead(-time.Hour)}, "body.words": {"words": "  ", "due": ahead(time.Hour)},
			"body.message": {"words": "x", "due": ahead(time.Hour), "message": 999999}} {
			got := sara.refused(desk.Invalid, post, path+"/commitments", wrong)
			if len(got.Errors) != 1 || got.Errors[0].Location != field {
				h.t.Errorf("%v is refused at %+v, want %q", wrong, got.Errors, field)
			}
		}
		sara.refused(desk.Conflict, post, path+"/commitments", object{"words": "x", "due": ahead(time.Hour), "agent": 999999})
		sara.refused(desk.Invalid, post, path+"/commitments", object{"words": "x", "due": ahead(400 * 24 * time.Hour)})
		low.refused(desk.Forbidden, post, path+"/commitments", object{"words": "x", "due": ahead(time.Hour)})
		low.refused(desk.Forbidden, post, path+"/notes", object{"html": "<p>x</p>", "mentions": nobody, "attachments": nobody, "commitments": []object{{"words": "x", "due": ahead(time.Hour)}}})

		var made, changed commitment.Commitment
		sara.do(post, path+"/commitments", object{"words": "Call  Ann\nback", "due": ahead(time.Hour)}, &made)
		if made.Words != "Call Ann back" || made.State != engine.Open || made.MadeBy != s.sara {
			h.t.Errorf("made %+v", made)
		}
		at := "/commitments/" + made.ID.String()
		sara.do(put, at, object{"words": "Call Ann back", "due": ahead(2 * time.Hour), "version": made.Version}, &changed)
		if changed.Moves != 1 || changed.Version == made.Version {
			h.t.Errorf("moved to %+v", changed)
		}
		sara.refused(desk.Conflict, put, at, object{"words": "Call Ann", "due": ahead(2 * time.Hour), "version": made.Version})
		low.refused(desk.Forbidden, post, at+"/end", object{"kept": true})
		sara.do(post, at+"/end", object{"kept": true}, &changed)
		if changed.State != engine.Kept || changed.EndedBy != s.sara {
			h.t.Errorf("kept: %+v", changed)
		}
		sara.refused(desk.Conflict, put, at, object{"words": "Call Ann", "due": ahead(3 * time.Hour), "version": changed.Version})
		changed = commitment.Commitment{}
		sara.do(post, at+"/reopen", nil, &changed)
		if changed.State != engine.Open || changed.EndedAt != 0 {
			h.t.Errorf("reopened: %+v", changed)
		}
		h.d.After(3 * time.Hour)
		sara.do(post, at+"/end", object{"kept": true, "cause": "forgotten"}, &changed)
		if changed.State != engine.Broken || changed.Cause != engine.Forgotten || !changed.WasKept {
			h.t.Errorf("kept too late: %+v", changed)
		}
		sara.refused(desk.Invalid, post, at+"/end", object{"kept": true, "cause": "weather"})

		// In an answer, and taken back with it.
		var answer desk.Message
		sara.do(post, path+"/replies", object{"html": "<p>I will look until noon.</p>", "to": []object{{"name": "", "address": "ann@mail.example"}}, "cc": nobody, "bcc": nobody, "attachments": nobody,
			"seen": 0, "anyway": true, "then": "keep", "commitments": []object{{"words": "I will look until noon.", "due": ahead(time.Hour)}}}, &answer)
		of := func() (all list[commitment.Commitment]) {
			sara.do(get, path+"/commitments", nil, &all)
			return all
		}
		if all := of(); len(all.Items) != 2 || all.Items[0].Message != answer.ID || all.Items[0].State != engine.Open {
			h.t.Fatalf("promised in the answer: %+v", all.Items)
		}
		sara.do(post, "/messages/"+answer.ID.String()+"/cancel", nil, nil)
		if all := of(); len(all.Items) != 1 {
			h.t.Errorf("the answer was taken back, and its promise stays: %+v", all.Items)
		}

		// Who does not see the conversation sees nothing of it.
		sara.do(post, path+"/commitments", object{"words": "In secret", "due": ahead(time.Hour)}, &made)
		at = "/commitments/" + made.ID.String()
		h.d.Write(func(ctx context.Context, tx *db.Tx) error {
			return h.d.Conversations.SetAccess(ctx, tx, desk.ByAgent(s.sara), h.d.Scope(s.sara), c, conversation.Access{Restricted: true})
		})
		otto.refused(desk.NotFound, put, at, object{"words": "x", "due": ahead(time.Hour), "version": 1})
		otto.refused(desk.NotFound, post, at+"/end", object{"kept": true})
		otto.refused(desk.NotFound, post, at+"/reopen", nil)
		var open list[commitment.OpenCommitment]
		otto.do(get, "/commitments?whose=all", nil, &open)
		if len(open.Items) != 0 {
			h.t.Errorf("Otto sees %+v", open.Items)
		}
		sara.do(get, "/commitments?whose=all", nil, &open)
		if len(open.Items) != 1 || open.Items[0].In.ID != c {
			h.t.Errorf("Sara sees %+v", open.Items)
		}
	})
}
