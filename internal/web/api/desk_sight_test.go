package api

import (
	"context"
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"tellus/internal/desk"
	"tellus/internal/desktest"
	"tellus/internal/feature/conversation"
	"tellus/internal/feature/inbox"
	"tellus/internal/feature/purchase"
	"tellus/internal/platform/db"
)

// target is a conversation with what belongs to it, or ids that nothing has.
type target struct {
	conversation desk.ConversationID
	number       int64
	message      desk.MessageID // incoming
	sent         desk.MessageID
	picture      desk.AttachmentID
	file         desk.AttachmentID
}

// nothing has ids that nothing has, with as many digits as would be hard to confuse.
var nothing = target{777701, 777702, 777703, 777704, 777705, 777706}

func (h *desked) targetOf(c desk.ConversationID) (t target) {
	h.t.Helper()
	t.conversation = c
	h.ask(&t.number, `SELECT number FROM conversation WHERE id = $1`, c)
	h.ask(&t.message, `SELECT min(id) FROM message WHERE conversation = $1 AND kind = 'incoming'`, c)
	h.ask(&t.sent, `SELECT max(id) FROM message WHERE conversation = $1 AND kind = 'outgoing'`, c)
	h.ask(&t.picture, `SELECT min(id) FROM attachment WHERE message = $1`, t.message)
	h.ask(&t.file, `SELECT max(id) FROM attachment WHERE message = $1`, t.message)
	return t
}

// call is one way of asking for what one may not see.
type call struct {
	method, path string
	body         any
}

// probe makes the calls of an operation that name a target. mine is a conversation that the caller sees.
type probe func(t, mine target) []call

func one(method, path string, body any) []call { return []call{{method, path, body}} }

func onConversation(method, rest string, body any) probe {
	return func(t, _ target) []call {
		return one(method, fmt.Sprintf("/conversations/%s%s", t.conversation, rest), body)
	}
}

func onMessage(method, rest string, body any) probe {
	return func(t, _ target) []call {
		return []call{{method, fmt.Sprintf("/messages/%s%s", t.message, rest), body}, {method, fmt.Sprintf("/messages/%s%s", t.sent, rest), body}}
	}
}

func onAttachment(method, rest string) probe {
	return func(t, _ target) []call {
		return []call{{method, fmt.Sprintf("/attachments/%s%s", t.picture, rest), nil}, {method, fmt.Sprintf("/attachments/%s%s", t.file, rest), nil}}
	}
}

var nobody = []object{}

// probes has a line for every operation of the desk that names a conversation or what belongs to one.
var probes = map[string]probe{
	"get-conversation":    onConversation(get, "", nil),
	"find-conversation":   func(t, _ target) []call { return one(get, fmt.Sprintf("/conversations/number/%d", t.number), nil) },
	"export-pdf":          onConversation(get, "/export.pdf", nil),
	"print-conversation":  onConversation(get, "/print", nil),
	"export-zip":          onConversation(get, "/export.zip", nil),
	"get-timeline":        onConversation(get, "/timeline?before=9", nil),
	"change-conversation": onConversation(patch, "", object{"version": 1, "priority": 3}),
	"add-record": onConversation(post, "/records", object{"channel": "phone", "record": object{"direction": "in"}, "html": "<p>x</p>",
		"attachments": nobody}),
	"send-reply": func(t, mine target) []call {
		reply := func(files ...desk.AttachmentID) object {
			return object{"html": "<p>x</p>", "to": []object{{"name": "", "address": "ann@customer.example"}}, "cc": nobody, "bcc": nobody,
				"attachments": append([]desk.AttachmentID{}, files...), "seen": 0, "anyway": true, "then": "keep"}
		}
		return []call{
			{post, fmt.Sprintf("/conversations/%s/replies", t.conversation), reply()},
			{post, fmt.Sprintf("/conversations/%s/replies", mine.conversation), reply(t.file)},
		}
	},
	"add-note": func(t, mine target) []call {
		note := func(files ...desk.AttachmentID) object {
			return object{"html": "<p>x</p>", "mentions": nobody, "attachments": append([]desk.AttachmentID{}, files...)}
		}
		return []call{
			{post, fmt.Sprintf("/conversations/%s/notes", t.conversation), note()},
			{post, fmt.Sprintf("/conversations/%s/notes", mine.conversation), note(t.file)},
		}
	},
	"save-draft": onConversation(put, "/draft", object{"mode": "reply", "html": "<p>x</p>", "to": nobody, "cc": nobody, "bcc": nobody,
		"attachments": nobody}),
	"ask-review": func(t, _ target) []call {
		at := fmt.Sprintf("/conversations/%s/draft", t.conversation)
		return []call{
			{put, at, object{"mode": "reply", "html": "<p>x</p>", "to": nobody, "cc": nobody, "bcc": nobody, "attachments": nobody}},
			{post, at + "/review", object{"reviewer": 2, "note": "<p>x</p>"}},
		}
	},
	"answer-review":               onConversation(put, "/draft/reviews/1", object{"approve": true, "note": "<p>x</p>"}),
	"drop-draft":                  onConversation(del, "/draft", nil),
	"follow-conversation":         onConversation(put, "/followers/1", nil),
	"unfollow-conversation":       onConversation(del, "/followers/1", nil),
	"read-conversation":           onConversation(put, "/read", object{"message": 1}),
	"set-access":                  onConversation(put, "/access", object{"restricted": true, "agents": nobody}),
	"add-participant":             onConversation(post, "/participants", object{"name": "", "address": "x@y.example"}),
	"remove-participant":          onConversation(del, "/participants/ann@customer.example", nil),
	"list-conversation-purchases": onConversation(get, "/purchases", nil),
	"link-purchase":               onConversation(put, "/purchases/1", nil),
	"unlink-purchase":             onConversation(del, "/purchases/1", nil),
	"cancel-message":              onMessage(post, "/cancel", nil),
	"retry-message":               onMessage(post, "/retry", object{}),
	"reschedule-message":          onMessage(post, "/reschedule", object{}),
	"move-message": func(t, mine target) []call {
		return []call{
			{post, fmt.Sprintf("/messages/%s/move", t.message), object{"conversation": 0}},
			{post, fmt.Sprintf("/messages/%s/move", t.message), object{"conversation": mine.conversation}},
			{post, fmt.Sprintf("/messages/%s/move", mine.message), object{"conversation": t.conversation}},
		}
	},
	"suggest-redactions": onMessage(get, "/suggestions", nil),
	"redact-message":     onMessage(post, "/redact", object{"spans": []object{{"start": 0, "end": 3}}}),
	"erase-message":      onMessage(post, "/erase", nil),
	"get-raw-mail":       onMessage(get, "/raw", nil),
	"get-frame":          onMessage(get, "/frame?remote=1", nil),
	"get-remote-image":   onMessage(get, "/remote?u=https%3A%2F%2Fimages.example%2Fx.png&s=abc", nil),
	"get-attachment":     onAttachment(get, "?held=1"),
	"get-thumbnail":      onAttachment(get, "/thumbnail"),
	"read-attached-mail": onAttachment(get, "/mail"),
	"get-attached-file":  onAttachment(get, "/mail/files/0"),
	"read-container":     onAttachment(get, "/container"),
	"get-container-file": onAttachment(get, "/container/0"),
	"delete-attachment":  onAttachment(del, ""),
	"run-actions":        onConversation(post, "/actions", object{"version": 1, "actions": []object{{"do": "set_priority", "priority": 3}}}),
	"list-checklists":    onConversation(get, "/checklists", nil),
	"list-clocks":        onConversation(get, "/clocks", nil),
	"notice-commitments": func(t, _ target) []call {
		return one(post, "/commitments/notice", object{"text": "I will call you tomorrow.", "conversation": t.conversation})
	},
	"list-commitments":  onConversation(get, "/commitments", nil),
	"make-commitment":   onConversation(post, "/commitments", object{"words": "x", "due": time.Now().Add(time.Hour)}),
	"add-checklist":     onConversation(post, "/checklists", object{"name": "x", "items": []object{{"words": "y"}}}),
	"remove-checklist":  onConversation(del, "/checklists/1", nil),
	"restore-checklist": onConversation(post, "/checklists/1/restore", nil),
	"tick-check":        onConversation(put, "/checks/1", object{"done": true}),
	"list-work":         onConversation(get, "/work", nil),
	"add-work":          onConversation(post, "/work", object{"seconds": 60}),
	"set-timer": func(t, _ target) []call {
		return one(post, "/timer", object{"action": "start", "conversation": t.conversation})
	},
	"preview-macro": func(t, _ target) []call {
		return one(post, "/macros/preview", object{"conversation": t.conversation, "texts": object{"en": "<p>{{conversation.subject}}</p>"}})
	},
}

// elsewhere are operations of the desk that name no conversation: they are lists (TestListsHoldWhatOneSees), or of other things.
var elsewhere = []string{
	"list-saved-views", "create-saved-view", "get-saved-view", "change-saved-view", "delete-saved-view", "restore-saved-view", "count-saved-view", "arrange-saved-views",
	"list-attributes", "preview-condition", // TestSavedViewsAreSeenByWhomTheyAreFor, and package view: TestTheListIsWhatTheConditionSays
	"list-policies", "create-policy", "change-policy", "delete-policy", "order-policies", "try-policy", "measure-policy", // definitions; what is tried is what the caller sees
	"list-segments", "create-segment", "preview-segment", "get-segment", "change-segment", "delete-segment", "count-segment", "list-customer-attributes", // TestSegmentsHoldWhomOneSees
	"read-figures", "list-behind-figure", // TestFiguresCountWhatOneSees
	"list-exports", "create-export", "get-export", "delete-export", "get-export-file", // one's own: TestAViewIsWrittenToAFile
	"preview-bulk", "start-bulk", "list-bulk", "get-bulk", "list-bulk-lines", "cancel-bulk", "undo-bulk", // TestBulkWorkTouchesWhatOneSees
	"list-views", "list-conversations", "search-desk", "list-customer-conversations", "open-live", // see also package live
	"search-messages",                           // TestSearchAnswersWhatTheCallerMaySee
	"start-conversation", "record-conversation", // TestNobodyWritesFromAnInboxThatHeDoesNotSee
	"list-scheduled",                                                                   // TestScheduledMailsAreListedForWhomSees
	"list-drafts", "create-draft", "change-draft", "delete-draft", "upload-attachment", // one's own: TestDraftsAndUploadsAreOnesOwn
	"list-tags", "create-tag", "change-tag", "delete-tag",
	"list-skills", "create-skill", "change-skill", "delete-skill", "set-agent-skills", // TestSkillsAreMadeGivenAndMerged
	"list-macros", "create-macro", "export-macros", "import-macros", "get-macro", "change-macro", "delete-macro", "restore-macro", // TestMacrosAreSeenByWhomTheyAreFor
	"list-recipients",                                                                                                        // TestRecipientsAreSuggested
	"list-fields", "create-field", "change-field", "order-fields", "list-types", "create-type", "change-type", "order-types", // definitions
	"list-templates", "create-template", "change-template",
	"list-open-commitments", "change-commitment", "end-commitment", "reopen-commitment", // TestWhatPeoplePromise
	"change-work", "remove-work", "restore-work", "get-timer", // TestTimeIsCorrectedByItsOwnerAndSupervisors
	// of customers whom one sees: package purchase, TestPagesHoldEveryPurchaseOnceAndOnlyOfThoseWhoAreSeen; shops and files by permission alone
	"list-purchases", "record-purchase", "get-purchase", "change-purchase", "list-customer-values", "list-customer-purchases",
	"upload-import", "list-imports", "get-import", "preview-import", "start-import", "cancel-import", "list-import-refusals", "get-import-refusals-file", // one's own
	"list-event-rules", "create-rule", "rule-attributes", "order-rules", "try-rule", "change-rule", "delete-rule", "copy-rule", "rule-history", "list-deleted-rules", "export-rules", "import-rules", "take-back-rule", "list-firings", // TestRulesAreMadeTriedAndTakenBack
	"list-webhooks", "create-webhook", "change-webhook", "delete-webhook", "rotate-webhook-secret", "test-webhook", "list-webhook-deliveries", "resend-webhook-delivery", // TestWebhooksAreForWhoManagesSettings
	"list-shops", "create-shop", "change-shop", "delete-shop", "list-shop-deliveries",
	// TestCustomersOfOthersAreNotThere
	"list-customers", "create-customer", "get-customer", "open-customer", "get-customer-timeline", "change-customer", "add-customer-address",
	"remove-customer-address", "record-consent",
	"list-duplicates", "list-customer-duplicates", "dismiss-duplicate", "merge-customers", "undo-customer-merge", // and package person, TestDuplicatesAreSuggestedAndDismissedForGood
	"list-organisations", "create-organisation", "get-organisation", "change-organisation", "delete-organisation", "list-organisation-conversations",
	"export-customer", "preview-erasure", "erase-customer", "list-privacy-tasks", "get-privacy-task", "get-privacy-file", "list-holds", "set-hold", "end-hold", "list-retention-rules", "preview-retention-rule", "create-retention-rule", "end-retention-rule", "list-accesses", "get-accesses-file", // TestPrivacyIsForWhoManagesIt
	"list-inboxes", "create-inbox", "get-inbox", "change-inbox", "delete-inbox", "test-inbox", "list-health", "reconnect-inbox", "begin-oauth",
	"finish-oauth", "get-settings", "change-settings", "get-search-progress", "list-dead-jobs", "retry-job", "discard-job"}

// secrets are desks with what somebody may not see.
type secrets struct {
	*desked
	closed, open           desk.InboxID
	team                   desk.TeamID
	byInbox, byRestriction target
	mine                   target // what everybody sees
	otto, lena, sara       desk.AgentID
}

func withSecrets(h *desked) secrets {
	s := secrets{desked: h, closed: h.d.Support}
	s.team = h.d.Team("Insiders", h.d.Eva)
	s.open = h.d.Inbox(inbox.Edit{Name: "Open", Address: "open@shop.example", Language: "en"})
	h.d.ChangeInbox(s.closed, func(e *inbox.Edit) { e.Teams = []desk.TeamID{s.team} })
	s.otto, s.lena, s.sara = h.d.Agent("Otto", desk.AgentRole), h.d.Agent("Lena", desk.LightAgent), h.d.Agent("Sara", desk.Supervisor)
	make := func(box desk.InboxID, word string) target {
		c := h.receive(box, desktest.Ann, word)
		h.d.Reply(c, word+" answer")
		return h.targetOf(c)
	}
	s.byInbox, s.byRestriction, s.mine = make(s.closed, "zebra"), make(s.open, "giraffe"), make(s.open, "horse")
	h.d.Write(func(ctx context.Context, tx *db.Tx) error {
		scope := desk.Scope{Agent: h.d.Eva, All: true}
		if err := h.d.Conversations.Follow(ctx, tx, desk.ByAgent(h.d.Eva), scope, s.byInbox.conversation, s.otto, true); err != nil {
			return err
		}
		_, _, err := h.d.Purchases.Put(ctx, tx, desk.System, purchase.Facts{ExternalID: "1", Email: "ann@customer.example", Status: desk.PurchasePaid, Currency: "EUR",
			PlacedAt: tx.Now})
		if err != nil {
			return err
		}
		return h.d.Conversations.SetAccess(ctx, tx, desk.ByAgent(h.d.Eva), scope, s.byRestriction.conversation, conversation.Access{Restricted: true})
	})
	return s
}

// spoken are words that only hidden conversations hold.
var spoken = regexp.MustCompile(`(?i)zebra|giraffe`)

// TestWhatOneMayNotSeeIsNotThere asks every operation for conversations, messages and files that the caller may not see. The answer must be that
// for an id which nothing has, and nothing may happen.
func TestWhatOneMayNotSeeIsNotThere(t *testing.T) {
	t.Parallel()
	for _, r := range slices.Concat(deskRoutes, customerRoutes, duplicateRoutes, macroRoutes, fieldRoutes, joinRoutes, viewRoutes, segmentRoutes, bulkRoutes, purchaseRoutes, importRoutes, privacyRoutes) {
		if _, probed := probes[r.id]; probed == slices.Contains(elsewhere, r.id) {
			t.Errorf("operation %s must be in one of probes and elsewhere", r.id)
		}
	}
	eachDesk(t, func(h *desked) {
		s := withSecrets(h)
		for _, who := range []struct {
			name   string
			agent  desk.AgentID
			hidden []target
		}{
			{"agent", s.otto, []target{s.byInbox, s.byRestriction}},
			{"light agent", s.lena, []target{s.byInbox, s.byRestriction}},
			{"supervisor", s.sara, []target{s.byRestriction}},
		} {
			b := h.as(who.agent)
			var before, after int64
			h.ask(&before, `SELECT COALESCE(max(seq), 0) FROM event`)
			for id, p := range probes {
				want := answers(b, p(nothing, s.mine), nothing)
				for _, hidden := range who.hidden {
					got := answers(b, p(hidden, s.mine), hidden)
					for i := range got {
						c := p(hidden, s.mine)[i]
						if got[i] != want[i] {
							h.t.Errorf("%s of %s: %s %s\n got %s\nwant %s", id, who.name, c.method, c.path, got[i], want[i])
						}
						if got[i].status < 400 && !strings.Contains(c.path, "/"+s.mine.conversation.String()) {
							h.t.Errorf("%s of %s: %s %s answered %d", id, who.name, c.method, c.path, got[i].status)
						}
						if got[i].status >= 500 {
							h.t.Errorf("%s of %s: %s %s failed: %s", id, who.name, c.method, c.path, got[i])
						}
					}
				}
			}
			h.ask(&after, `SELECT COALESCE(max(seq), 0) FROM event`)
			if before != after {
				h.t.Errorf("%s: something happened: events %d to %d", who.name, before, after)
			}
		}
	})
}

// answered is an answer in which the ids that were asked for are made equal.
type answered struct {
	status int
	body   string
}

func (a answered) String() string { return fmt.Sprintf("%d %s", a.status, a.body) }

func answers(b *browser, calls []call, t target) (all []answered) {
	ids := []int64{int64(t.conversation), t.number, int64(t.message), int64(t.sent), int64(t.picture), int64(t.file)}
	for _, c := range calls {
		status, body, _ := b.send(c.method, c.path, c.body)
		text := string(body)
		if spoken.MatchString(text) {
			b.h.t.Errorf("%s %s told: %s", c.method, c.path, text)
		}
		for _, id := range ids {
			text = regexp.MustCompile(fmt.Sprintf(`\b%d\b`, id)).ReplaceAllString(text, "N")
		}
		all = append(all, answered{status, text})
	}
	return all
}

// refusedOtherwise are the probes that name what these conversations do not have: a purchase, a checklist, an incident, a draft that somebody asked to have checked.
var refusedOtherwise = []string{"delete-attachment", "get-remote-image", "remove-participant", "unlink-conversation", "merge-conversations", "link-conversation", "remove-checklist",
	"restore-checklist", "tick-check", "retry-message", "reschedule-message", "ask-review", "answer-review", "link-purchase", "unlink-purchase", "answer-incidents"}

// TestProbesReachWhatOneSees makes sure that the calls above are right: for somebody who sees the conversation none of them finds nothing.
func TestProbesReachWhatOneSees(t *testing.T) {
	t.Parallel()
	h := newDesked(t, desktest.SQLite)
	for id, p := range probes {
		c := h.receive(h.d.Support, desktest.Ann, "word"+id)
		h.d.Reply(c, "answer")
		seen, mine := h.targetOf(c), h.targetOf(c)
		b := h.as(h.d.Eva)
		for i, call := range p(seen, mine) {
			if id == "move-message" && i > 0 || id == "get-thumbnail" && i > 0 || slices.Contains(refusedOtherwise, id) || strings.Contains(id, "-attached-") || strings.Contains(id, "container") ||
				strings.Contains(fmt.Sprint(call.body), "attachments:["+seen.file.String()) {
				continue // refused for another reason
			}
			status, body, _ := b.send(call.method, call.path, call.body)
			if status == 404 || status >= 500 || status == 422 {
				t.Errorf("%s: %s %s: %d %s", id, call.method, call.path, status, body)
			}
		}
	}
}

func TestListsHoldWhatOneSees(t *testing.T) {
	t.Parallel()
	eachDesk(t, func(h *desked) {
		s := withSecrets(h)
		var tag desk.Tag
		h.as(h.d.Eva).do(post, "/tags", object{"name": "rare", "colour": "red"}, &tag)
		for _, c := range []target{s.byInbox, s.mine} {
			h.d.Change(c.conversation, conversation.Change{AddTags: []desk.TagID{tag.ID}})
		}
		var customer desk.CustomerID
		h.ask(&customer, `SELECT customer FROM conversation WHERE id = $1`, s.mine.conversation)
		for name, who := range map[string]struct {
			agent desk.AgentID
			sees  []desk.ConversationID
		}{
			"agent": {s.otto, []desk.ConversationID{s.mine.conversation}}, "light agent": {s.lena, []desk.ConversationID{s.mine.conversation}},
			"supervisor": {s.sara, []desk.ConversationID{s.byInbox.conversation, s.mine.conversation}},
			"named":      {h.d.Eva, []desk.ConversationID{s.byInbox.conversation, s.byRestriction.conversation, s.mine.conversation}},
		} {
			b := h.as(who.agent)
			check := func(path string, body []byte, found []desk.Conversation) {
				for _, c := range found {
					if !slices.Contains(who.sees, c.ID) {
						h.t.Errorf("%s: %s holds %s", name, path, c.ID)
					}
				}
				if len(who.sees) == 1 && spoken.Match(body) {
					h.t.Errorf("%s: %s told %s", name, path, body)
				}
			}
			list := func(path string) (all []desk.Conversation) {
				next := ""
				for range 10 {
					var p page[desk.Conversation]
					status, body, _ := b.send(get, path+next, nil)
					if status != 200 {
						h.t.Fatalf("%s: %s: %d %s", name, path, status, body)
					}
					if err := json.Unmarshal(body, &p); err != nil {
						h.t.Fatal(err)
					}
					check(path, body, p.Items)
					all = append(all, p.Items...)
					if p.Next == "" {
						break
					}
					next = "&cursor=" + p.Next
				}
				return all
			}
			views := append(slices.Clone(conversation.Fixed), conversation.View("inbox:"+s.closed.String()), conversation.View("inbox:"+s.open.String()),
				conversation.View("team:"+s.team.String()))
			for _, v := range views {
				for _, order := range []string{"due", "newest", "oldest"} {
					list(fmt.Sprintf("/conversations?view=%s&sort=%s&limit=1", v, order))
				}
			}
			if got := list("/conversations?view=waiting&limit=1"); len(got) != len(who.sees) {
				h.t.Errorf("%s: the waiting ones are %d, want %d", name, len(got), len(who.sees))
			}
			list(fmt.Sprintf("/conversations?view=all&tag=%d&limit=1", tag.ID))
			var counts viewsBody
			b.do(get, "/views", nil, &counts)
			for _, c := range counts.Items {
				if got := len(list(fmt.Sprintf("/conversations?view=%s&limit=1", c.ID))); got != c.Count {
					h.t.Errorf("%s: view %s counts %d and holds %d", name, c.ID, c.Count, got)
				}
			}
			for _, q := range []string{"zebra", "giraffe", "horse", "Ann", fmt.Sprint(s.byInbox.number), fmt.Sprintf("%%23%d", s.byRestriction.number)} {
				var found searchBody
				status, body, _ := b.send(get, "/search?q="+q, nil)
				if err := json.Unmarshal(body, &found); err != nil || status != 200 {
					h.t.Fatalf("search %q: %d %s", q, status, body)
				}
				check("/search?q="+q, body, found.Conversations)
			}
			var ofCustomer struct{ Items []desk.Conversation }
			_, body, _ := b.send(get, fmt.Sprintf("/customers/%s/conversations", customer), nil)
			if err := json.Unmarshal(body, &ofCustomer); err != nil || len(ofCustomer.Items) != len(who.sees) {
				h.t.Errorf("%s: the customer's conversations are %s (%v), want %d", name, body, err, len(who.sees))
			}
			check("customer", body, ofCustomer.Items)
			var opened openedBody
			_, body, _ = b.send(get, fmt.Sprintf("/conversations/%s", s.mine.conversation), nil)
			if err := json.Unmarshal(body, &opened); err != nil {
				h.t.Fatal(err)
			}
			check("open", body, opened.Earlier)
		}
	})
}

// TestOlderMessagesAreOfTheConversation asks for what is before a message of another conversation, and before one that nothing has.
func TestOlderMessagesAreOfTheConversation(t *testing.T) {
	t.Parallel()
	eachDesk(t, func(h *desked) {
		s := withSecrets(h)
		b := h.as(s.otto)
		for _, before := range []desk.MessageID{s.byInbox.message, s.byRestriction.sent, nothing.message} {
			status, body, _ := b.send(get, fmt.Sprintf("/conversations/%s/timeline?before=%s", s.mine.conversation, before), nil)
			if status != 200 || spoken.Match(body) {
				h.t.Errorf("before %s: %d %s", before, status, body)
			}
		}
	})
}

func TestWhatASplitLinksToIsShownToWhoSeesIt(t *testing.T) {
	t.Parallel()
	eachDesk(t, func(h *desked) {
		s := withSecrets(h)
		var split openedBody
		h.as(h.d.Eva).do(post, fmt.Sprintf("/messages/%s/move", s.byInbox.message), object{"conversation": 0}, &split)
		otto := s.otto
		h.d.Change(split.Conversation.ID, conversation.Change{Assignee: &otto}) // the part, not the whole
		status, body, _ := h.as(otto).send(get, fmt.Sprintf("/conversations/%s", split.Conversation.ID), nil)
		var o openedBody
		if err := json.Unmarshal(body, &o); err != nil || status != 200 {
			h.t.Fatalf("%d %s: %v", status, body, err)
		}
		for _, l := range o.Links {
			if l.Conversation == s.byInbox.conversation {
				h.t.Errorf("the link to the hidden conversation is shown: %+v", l)
			}
		}
		if strings.Contains(string(body), "zebra answer") {
			h.t.Errorf("the hidden conversation's answer is told: %s", body)
		}
	})
}

func TestNobodyWritesFromAnInboxThatHeDoesNotSee(t *testing.T) {
	t.Parallel()
	eachDesk(t, func(h *desked) {
		s := withSecrets(h)
		b := h.as(s.otto)
		start := object{"inbox": s.closed, "to": []object{{"name": "", "address": "x@y.example"}}, "cc": nobody, "bcc": nobody, "subject": "x",
			"html": "<p>x</p>", "attachments": nobody, "then": "keep"}
		record := object{"inbox": s.closed, "name": "X", "address": "x@y.example", "subject": "x", "channel": "phone", "record": object{"direction": "in"},
			"html": "<p>x</p>", "attachments": nobody}
		for path, body := range map[string]object{"/conversations": start, "/conversations/record": record} {
			if status, answer, _ := b.send(post, path, body); status != 403 && status != 422 && status != 400 {
				h.t.Errorf("POST %s from an inbox that he does not see: %d %s", path, status, answer)
			}
			body["inbox"] = s.open
			b.do(post, path, body, nil)
			for _, id := range []desk.AttachmentID{s.byInbox.file, nothing.file} {
				body["attachments"] = []desk.AttachmentID{id}
				if status, answer, _ := b.send(post, path, body); status != 422 || spoken.Match(answer) {
					h.t.Errorf("POST %s with file %s: %d %s", path, id, status, answer)
				}
			}
		}
	})
}

func TestDraftsAndUploadsAreOnesOwn(t *testing.T) {
	t.Parallel()
	eachDesk(t, func(h *desked) {
		s := withSecrets(h)
		eva, otto := h.as(h.d.Eva), h.as(s.otto)
		body := object{"mode": "new", "html": "<p>zebra draft</p>", "to": nobody, "cc": nobody, "bcc": nobody, "attachments": nobody}
		var draft desk.Draft
		eva.do(post, "/drafts", body, &draft)
		body["mode"] = "reply"
		eva.do(put, fmt.Sprintf("/conversations/%s/draft", s.mine.conversation), body, nil)
		for _, c := range []call{{get, "/drafts", nil}, {get, fmt.Sprintf("/conversations/%s", s.mine.conversation), nil},
			{put, fmt.Sprintf("/drafts/%d", draft.ID), object{"mode": "new", "html": "<p>mine now</p>", "to": nobody, "cc": nobody, "bcc": nobody, "attachments": nobody}},
			{del, fmt.Sprintf("/drafts/%d", draft.ID), nil}} {
			if _, answer, _ := otto.send(c.method, c.path, c.body); spoken.Match(answer) {
				h.t.Errorf("%s %s told Eva's draft: %s", c.method, c.path, answer)
			}
		}
		var mine struct{ Items []desk.Draft }
		eva.do(get, "/drafts", nil, &mine)
		if len(mine.Items) != 1 || mine.Items[0].Body.HTML != "<p>zebra draft</p>" {
			h.t.Errorf("Eva's drafts are %+v after Otto tried", mine.Items)
		}
		aside := object{"mode": "side", "html": "<p>who knows?</p>", "to": nobody, "cc": nobody, "bcc": nobody, "attachments": nobody}
		eva.refused(desk.Invalid, post, "/drafts", aside)
		aside["beside"] = s.byInbox.conversation
		otto.refused(desk.NotFound, post, "/drafts", aside)
		aside["beside"] = s.mine.conversation
		var beside desk.Draft
		eva.do(post, "/drafts", aside, &beside)
		eva.do(get, "/drafts", nil, &mine)
		if len(mine.Items) != 2 || beside.Number == 0 || mine.Items[0].Number != beside.Number || mine.Items[0].Body.Beside != s.mine.conversation {
			h.t.Errorf("Eva's drafts are %+v with %+v beside a conversation", mine.Items, beside)
		}
		eva.do(del, fmt.Sprintf("/drafts/%d", beside.ID), nil, nil)
		up := h.upload(eva, "zebra.txt", "zebra upload")
		body["mode"], body["attachments"] = "new", []desk.AttachmentID{777777, up.ID}
		for _, path := range []string{fmt.Sprintf("/drafts/%d", draft.ID), fmt.Sprintf("/conversations/%s/draft", s.mine.conversation)} {
			var saved desk.Draft
			eva.do(put, path, body, &saved)
			if want := []desk.Attachment{{ID: up.ID, Name: "zebra.txt", Type: saved.Files[0].Type, Size: 12}}; !slices.Equal(saved.Files, want) {
				h.t.Errorf("PUT %s answers with the files %+v, want %+v", path, saved.Files, want)
			}
			var theirs desk.Draft
			otto.do(put, fmt.Sprintf("/conversations/%s/draft", s.mine.conversation), body, &theirs)
			if len(theirs.Files) != 0 {
				h.t.Errorf("Otto's draft names Eva's files: %+v", theirs.Files)
			}
		}
		var again struct{ Items []desk.Draft }
		eva.do(get, "/drafts", nil, &again)
		var opened struct{ Draft *desk.Draft }
		eva.do(get, fmt.Sprintf("/conversations/%s", s.mine.conversation), nil, &opened)
		if len(again.Items) != 1 || len(again.Items[0].Files) != 1 || opened.Draft == nil || len(opened.Draft.Files) != 1 {
			h.t.Errorf("drafts that are read again lost their files: %+v, %+v", again.Items, opened.Draft)
		}
		for _, c := range []call{{get, fmt.Sprintf("/attachments/%s", up.ID), nil}, {del, fmt.Sprintf("/attachments/%s", up.ID), nil},
			{post, fmt.Sprintf("/conversations/%s/notes", s.mine.conversation), object{"html": "<p>x</p>", "mentions": nobody, "attachments": []desk.AttachmentID{up.ID}}}} {
			if status, answer, _ := otto.send(c.method, c.path, c.body); status < 400 || status >= 500 || spoken.Match(answer) {
				h.t.Errorf("%s %s of Eva's upload: %d %s", c.method, c.path, status, answer)
			}
		}
		if status, answer, _ := eva.send(get, fmt.Sprintf("/attachments/%s", up.ID), nil); status != 200 || string(answer) != "zebra upload" {
			h.t.Errorf("Eva's own upload: %d %s", status, answer)
		}
	})
}
