package api

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"tellus/internal/desk"
	"tellus/internal/desktest"
	"tellus/internal/feature/conversation"
	"tellus/internal/flow/bulk"
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
	probes["answer-incidents"] = onConversation(post, "/incidents/answer", object{"html": "<p>x</p>", "then": "keep"})
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
		var shown incidentsBody
		words := "<p>#{{conversation.number}} works again.</p>"
		h.must(eva, post, fmt.Sprintf("/conversations/%s/incidents/preview", problem), object{"html": words}, &shown)
		if shown.Total != 2 || len(shown.Items) != 2 || shown.Items[0].HTML == shown.Items[1].HTML || len(shown.Items[0].To) != 1 {
			h.t.Fatalf("the preview is %+v", shown)
		}
		h.d.UndoFor = time.Hour
		eva.do(http.MethodPut, fmt.Sprintf("/conversations/%s/draft", a), object{"mode": "reply", "html": "<p>mine</p>", "to": []int{}, "cc": []int{}, "bcc": []int{}, "attachments": []int{}}, nil)
		file := h.upload(eva, "guide.txt", "how it works")
		body := object{"html": words, "attachments": []desk.AttachmentID{file.ID}, "then": conversation.Wait}
		answer := fmt.Sprintf("/conversations/%s/incidents/answer", problem)
		h.as(h.d.Agent("Zoe", desk.Supervisor)).refused(desk.NotFound, post, answer, body) // the file is not hers
		var w, again, done bulk.Work
		h.must(eva, post, answer, body, &w)
		h.must(eva, post, answer, body, &again)
		h.d.Settle()
		h.must(eva, get, "/bulk/"+w.ID.String(), nil, &done)
		h.must(eva, get, "/bulk/"+again.ID.String(), nil, &again)
		if w.Problem != problem || again.ID != w.ID && (again.Changed != 0 || again.Skipped != 2) || done.State != bulk.Done || done.Changed != 2 || done.Failed != 0 {
			h.t.Errorf("answered: %+v, pressed again %+v", done, again)
		}
		for _, c := range []desk.ConversationID{a, b} {
			o, err := h.d.Opened(h.d.Eva, c)
			if err != nil {
				h.t.Fatal(err)
			}
			last := o.Timeline.Messages[len(o.Timeline.Messages)-1]
			mine := 0
			for _, m := range o.Timeline.Messages {
				if m.AuthorKind == desk.AuthorAgent {
					mine++
				}
			}
			if mine != 1 || last.State != desk.Queued || len(last.Attachments) != 1 || last.Attachments[0].Name != "guide.txt" ||
				!strings.Contains(last.Text, fmt.Sprint(o.Conversation.Number)) {
				h.t.Errorf("in incident %s stand %d answers, the last %+v", c, mine, last)
			}
			if c == a && (o.Draft == nil || o.Draft.Body.HTML != "<p>mine</p>") {
				h.t.Errorf("what was begun in incident %s is now %+v", c, o.Draft)
			}
		}
		h.d.Read(func(ctx context.Context, tx *db.Tx) error {
			row, err := h.d.Conversations.Get(ctx, tx, desk.Scope{Agent: h.d.Eva, All: true}, a)
			if row.Status != desk.StatusWaiting {
				h.t.Errorf("the incident is %s", row.Status)
			}
			return err
		})
		h.must(eva, post, "/bulk/"+w.ID.String()+"/undo", nil, &done)
		h.d.Settle()
		h.must(eva, get, "/bulk/"+w.ID.String(), nil, &done)
		row := h.d.Row(b)
		if done.State != bulk.Undone || done.Undone != 2 || row.Status != desk.StatusOpen {
			h.t.Errorf("taken back: %+v; the incident is %s", done, row.Status)
		}
	})
}
