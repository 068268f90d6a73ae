package api

import (
	"context"
	"encoding/json"
	"fmt"
	"testing"

	"tellus/internal/desk"
	"tellus/internal/desktest"
	"tellus/internal/feature/conversation"
	"tellus/internal/platform/db"
)

// What one may not see cannot be merged, split, linked, asked about or answered either.
func init() {
	probes["merge-conversations"] = func(t, mine target) []call {
		return []call{
			{post, fmt.Sprintf("/conversations/%s/merge", t.conversation), object{"conversations": []desk.ConversationID{mine.conversation}}},
			{post, fmt.Sprintf("/conversations/%s/merge", mine.conversation), object{"conversations": []desk.ConversationID{t.conversation}}},
		}
	}
	probes["split-conversation"] = func(t, _ target) []call {
		return one(post, fmt.Sprintf("/conversations/%s/split", t.conversation), object{"messages": []desk.MessageID{t.message}})
	}
	probes["link-conversation"] = func(t, mine target) []call {
		return []call{
			{post, fmt.Sprintf("/conversations/%s/links", t.conversation), object{"conversation": mine.conversation, "kind": "related"}},
			{post, fmt.Sprintf("/conversations/%s/links", mine.conversation), object{"conversation": t.conversation, "kind": "incident"}},
		}
	}
	probes["unlink-conversation"] = func(t, mine target) []call {
		return []call{
			{del, fmt.Sprintf("/conversations/%s/links/%s", t.conversation, mine.conversation), nil},
			{del, fmt.Sprintf("/conversations/%s/links/%s", mine.conversation, t.conversation), nil},
		}
	}
	probes["ask-aside"] = onConversation(post, "/sides", object{"to": []object{{"name": "", "address": "supplier@other.example"}}, "cc": nobody, "bcc": nobody, "subject": "x",
		"html": "<p>x</p>", "attachments": nobody, "forwardAll": true})
	probes["preview-incidents"] = onConversation(post, "/incidents/preview", object{"html": "<p>x</p>"})
	probes["answer-incidents"] = onConversation(post, "/incidents/answer", object{"html": "<p>x</p>", "conversations": []int{1}, "then": "keep"})
	elsewhere = append(elsewhere, "undo-merge") // TestMergesOfOthersAreNotThere
}

func (h *desked) must(b *browser, method, path string, body, into any) {
	h.t.Helper()
	status, answer, _ := b.send(method, path, body)
	if status >= 300 {
		h.t.Fatalf("%s %s answered %d: %s", method, path, status, answer)
	}
	if into == nil {
		return
	}
	if err := json.Unmarshal(answer, into); err != nil {
		h.t.Fatal(err)
	}
}

// TestMergesOfOthersAreNotThere undoes a merge as somebody who does not see it.
func TestMergesOfOthersAreNotThere(t *testing.T) {
	t.Parallel()
	eachDesk(t, func(h *desked) {
		s := withSecrets(h)
		more := h.receive(s.closed, desktest.Ann, "zebra again")
		var done mergedBody
		h.must(h.as(h.d.Eva), post, fmt.Sprintf("/conversations/%s/merge", s.byInbox.conversation), object{"conversations": []desk.ConversationID{more}}, &done)
		otto := h.as(s.otto)
		hidden, told, _ := otto.send(post, fmt.Sprintf("/merges/%d/undo", done.Merge.ID), object{})
		none, _, _ := otto.send(post, "/merges/777701/undo", object{})
		if hidden != 404 || none != 404 || spoken.Match(told) {
			h.t.Errorf("a hidden merge answered %d %s, one that is not there %d", hidden, told, none)
		}
	})
}

// TestOldNumbersAndIDsLeadOn merges, looks by the old number and id, writes to the old one, and undoes.
func TestOldNumbersAndIDsLeadOn(t *testing.T) {
	t.Parallel()
	eachDesk(t, func(h *desked) {
		eva := h.as(h.d.Eva)
		into, gone := h.receive(h.d.Support, desktest.Ann, "horse"), h.receive(h.d.Support, desktest.Bob, "cow")
		number := h.targetOf(gone).number
		var done mergedBody
		h.must(eva, post, fmt.Sprintf("/conversations/%s/merge", into), object{"conversations": []desk.ConversationID{gone}}, &done)
		for _, path := range []string{fmt.Sprintf("/conversations/%s", gone), fmt.Sprintf("/conversations/number/%d", number)} {
			var seen openedBody
			h.must(eva, get, path, nil, &seen)
			if seen.Conversation.ID != into || len(seen.Timeline.Messages) < 2 || len(seen.Merges) != 1 {
				h.t.Errorf("%s leads to %s with %d messages and %d merges", path, seen.Conversation.ID, len(seen.Timeline.Messages), len(seen.Merges))
			}
		}
		h.must(eva, post, fmt.Sprintf("/conversations/%s/notes", gone), object{"html": "<p>by the old id</p>", "mentions": nobody, "attachments": nobody}, nil)
		h.must(eva, post, fmt.Sprintf("/merges/%d/undo", done.Merge.ID), object{}, nil)
		var again openedBody
		h.must(eva, get, fmt.Sprintf("/conversations/%s", gone), nil, &again)
		if again.Conversation.ID != gone || again.Conversation.Number != number {
			h.t.Errorf("after the undo #%d is %s", number, again.Conversation.ID)
		}
		if status, _, _ := eva.send(post, fmt.Sprintf("/merges/%d/undo", done.Merge.ID), object{}); status != 410 {
			h.t.Errorf("undoing it twice answered %d", status)
		}
	})
}

// TestIncidentsAreAnsweredEachForItself answers two incidents of a problem with a placeholder, and leaves out one that cannot be.
func TestIncidentsAreAnsweredEachForItself(t *testing.T) {
	t.Parallel()
	eachDesk(t, func(h *desked) {
		eva := h.as(h.d.Eva)
		problem := h.receive(h.d.Support, desktest.Bob, "outage")
		a, b := h.receive(h.d.Support, desktest.Ann, "down"), h.receive(h.d.Support, desktest.Bob, "broken")
		for _, c := range []desk.ConversationID{a, b} {
			h.must(eva, post, fmt.Sprintf("/conversations/%s/links", problem), object{"conversation": c, "kind": "incident"}, nil)
		}
		var shown list[incidentBody]
		h.must(eva, post, fmt.Sprintf("/conversations/%s/incidents/preview", problem), object{"html": "<p>#{{conversation.number}} works again.</p>"}, &shown)
		if len(shown.Items) != 2 || shown.Items[0].HTML == shown.Items[1].HTML || len(shown.Items[0].To) != 1 {
			h.t.Fatalf("the preview is %+v", shown.Items)
		}
		var done list[answeredBody]
		h.must(eva, post, fmt.Sprintf("/conversations/%s/incidents/answer", problem),
			object{"html": "<p>#{{conversation.number}} works again.</p>", "conversations": []desk.ConversationID{a, b, problem}, "then": conversation.Resolve}, &done)
		if len(done.Items) != 3 || done.Items[0].Message == 0 || done.Items[1].Message == 0 || done.Items[2].Message != 0 || done.Items[2].Why == "" {
			h.t.Errorf("answered: %+v", done.Items)
		}
		h.d.Read(func(ctx context.Context, tx *db.Tx) error {
			row, err := h.d.Conversations.Get(ctx, tx, desk.Scope{Agent: h.d.Eva, All: true}, a)
			if row.Status != desk.StatusResolved {
				h.t.Errorf("the incident is %s", row.Status)
			}
			return err
		})
	})
}
