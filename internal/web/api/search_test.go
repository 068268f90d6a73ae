package api

import (
	"net/url"
	"path/filepath"
	"strings"
	"testing"

	"tellus/internal/desk"
	"tellus/internal/desktest"
	"tellus/internal/flow/index/indextest"
)

// searching gives the desk a search that follows it until the test ends, and returns what waits for it.
func (h *desked) searching() (upToDate func()) {
	t := h.t
	t.Helper()
	h.server.Index = indextest.Start(t, h.d, filepath.Join(t.TempDir(), "search.db"))
	return func() {
		t.Helper()
		indextest.UpToDate(t, h.d, h.server.Index)
	}
}

func asked(text string) string { return "/search/messages?q=" + url.QueryEscape(text) }

func TestSearchAnswersWhatTheCallerMaySee(t *testing.T) {
	t.Parallel()
	eachDesk(t, func(h *desked) {
		upToDate := h.searching()
		eva, lena := h.as(h.d.Eva), h.as(h.d.Agent("Lena", desk.LightAgent))
		open := h.receive(h.d.Support, desktest.Ann, "umbrella")
		hidden := h.receive(h.d.Support, desktest.Bob, "umbrellas")
		eva.do(put, "/conversations/"+hidden.String()+"/access", object{"restricted": true, "agents": []desk.AgentID{h.d.Eva}}, nil)
		upToDate()
		for _, text := range []string{"umbrella", "umbrel*", `-zebra subject`, "from:example", "is:unfinished"} {
			var all, some fullTextBody
			eva.do(get, asked(text), nil, &all)
			lena.do(get, asked(text), nil, &some)
			if len(all.Items) != 2 || len(some.Items) != 1 || some.Items[0].Conversation.ID != open {
				h.t.Errorf("%q finds %d of 2 for whom the conversation names, %d of 1 for others", text, len(all.Items), len(some.Items))
			}
		}
		var first, second, none fullTextBody
		eva.do(get, asked("umbrella")+"&limit=1", nil, &first)
		if len(first.Items) != 1 || first.Next == "" {
			h.t.Fatalf("the first page %+v", first)
		}
		eva.do(get, asked("umbrella")+"&limit=1&cursor="+first.Next, nil, &second)
		if len(second.Items) != 1 || second.Items[0].Conversation.ID == first.Items[0].Conversation.ID {
			h.t.Errorf("the second page %+v", second)
		}
		if eva.do(get, asked(" - ! "), nil, &none); none.Items == nil || len(none.Items) != 0 {
			h.t.Errorf("no words find %+v", none.Items)
		}
	})
}

func TestSearchSaysWhatItDoesNotUnderstand(t *testing.T) {
	t.Parallel()
	eachDesk(t, func(h *desked) {
		h.searching()
		eva := h.as(h.d.Eva)
		for text, says := range map[string]string{
			"is:asleep": "asleep", "has:lamp": "lamp", "before:soon": "soon", "number:lamp": "", "tag:zebra": "zebra", "inbox:zebra": "zebra",
			"team:zebra": "zebra", "assignee:zebra": "zebra", strings.Repeat("a ", 25): "24",
		} {
			p := eva.refused(desk.Invalid, get, asked(text), nil)
			if len(p.Errors) != 1 || p.Errors[0].Location != "query.q" || p.Errors[0].Message == "" || !strings.Contains(p.Errors[0].Message, says) {
				h.t.Errorf("%q is refused with %+v", text, p)
			}
		}
		for _, cursor := range []string{"%21", "bm8", "eyJ"} {
			eva.refused(desk.Invalid, get, asked("lamp")+"&cursor="+cursor, nil)
		}
		eva.refused(desk.Invalid, get, asked("lamp")+"&sort=oldest", nil)
		eva.refused(desk.Invalid, get, asked(strings.Repeat("x", 501)), nil)
	})
}
