package api

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"

	"tellus/internal/desk"
	"tellus/internal/desktest"
	"tellus/internal/feature/hours"
	"tellus/internal/flow/feeds"
)

// TestAFeedIsSubscribedToShownAndLeft goes the way of the page: a feed is added, closes the hours with its title, is switched off and removed; its address is told to nobody.
func TestAFeedIsSubscribedToShownAndLeft(t *testing.T) {
	t.Parallel()
	eachDesk(t, func(h *desked) {
		today := h.d.Now()
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			fmt.Fprintf(w, "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:1\r\nSUMMARY:Stocktaking\r\nDTSTART;VALUE=DATE:%s\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n", today.Format("20060102"))
		}))
		defer server.Close()
		h.d.Feeds.Client = feeds.Client([]netip.AddrPort{netip.MustParseAddrPort(server.Listener.Addr().String())})
		ada, otto := h.as(h.d.Agent("Ada", desk.Administrator)), h.as(h.d.Agent("Otto", desk.AgentRole))
		week := make([][]desk.OpenHours, 7)
		for d := range week {
			week[d] = []desk.OpenHours{{From: 0, To: 1440}}
		}
		var cal desk.Calendar
		edit := office("Riga", "UTC", object{"week": week, "inboxes": []desk.InboxID{h.d.Support}})
		ada.do(post, "/calendars", edit, &cal)
		c := h.receive(h.d.Support, desktest.Ann, "horse")
		due := func() (at desk.Time) {
			h.ask(&at, `SELECT due_at FROM conversation WHERE id = $1`, c)
			return at
		}
		before := due()
		path := "/calendars/" + cal.ID.String() + "/feeds"
		feed := object{"name": "Fairs", "address": server.URL + "/secret-token.ics", "shuts": "all", "public": true, "active": true}
		otto.refused(desk.Forbidden, post, path, feed)
		otto.refused(desk.Forbidden, get, path, nil)
		ada.refused(desk.NotFound, get, "/calendars/999/feeds", nil)
		ada.refused(desk.NotFound, post, "/calendars/999/feeds", feed)
		ada.refused(desk.Invalid, post, path, object{"name": "Fairs", "shuts": "all", "public": true, "active": true})
		var made hours.Feed
		ada.do(post, path, feed, &made)
		if !made.Looking || made.Host != server.URL {
			h.t.Errorf("made %+v", made)
		}
		h.d.Settle()
		var all list[hours.Feed]
		ada.do(get, path, nil, &all)
		if len(all.Items) != 1 || all.Items[0].Events != 1 || all.Items[0].Looking {
			h.t.Fatalf("feeds %+v", all.Items)
		}
		if due() <= before {
			h.t.Errorf("due at %s as before", due())
		}
		var state OpenState
		otto.do(get, "/calendars/"+cal.ID.String()+"/open", nil, &state)
		if state.Open || state.Event != "Stocktaking" || !state.Public {
			h.t.Errorf("state %+v", state)
		}
		var shown, without hours.Shown
		ada.do(post, "/calendars/preview?calendar="+cal.ID.String(), edit, &shown)
		ada.do(post, "/calendars/preview", edit, &without)
		if shown.Open || shown.Event != "Stocktaking" || len(shown.Days[0].Hours) != 0 || shown.Days[0].Events != "Stocktaking" || len(shown.Days[1].Hours) != 1 || !without.Open || without.Days[0].Events != "" {
			h.t.Errorf("preview %+v\nwithout its feeds %+v", shown, without)
		}
		ada.do(post, path+"/"+made.ID.String()+"/look", nil, &made)
		h.d.Settle()
		feed["version"], feed["active"] = made.Version, false
		delete(feed, "address")
		ada.do(put, path+"/"+made.ID.String(), feed, &made)
		h.d.Settle()
		if due() != before {
			h.t.Errorf("with the feed off due at %s, want %s", due(), before)
		}
		ada.refused(desk.Conflict, put, path+"/"+made.ID.String(), feed) // seen before
		ada.refused(desk.Conflict, post, path+"/"+made.ID.String()+"/look", nil)
		ada.do(del, path+"/"+made.ID.String(), nil, nil)
		ada.refused(desk.NotFound, del, path+"/"+made.ID.String(), nil)
		var n, leaks int
		h.ask(&n, `SELECT count(*) FROM audit WHERE action LIKE 'calendar.feed%'`)
		h.ask(&leaks, `SELECT count(*) FROM audit WHERE changes LIKE '%secret-token%'`)
		if n != 3 || leaks != 0 {
			h.t.Errorf("%d lines in the log, want 3; %d with the address", n, leaks)
		}
	})
}

// TestNobodyIsToldTheAddressOfAFeed looks for it in every answer that speaks of feeds.
func TestNobodyIsToldTheAddressOfAFeed(t *testing.T) {
	t.Parallel()
	h := newDesked(t, desktest.SQLite)
	ada := h.as(h.d.Agent("Ada", desk.Administrator))
	var cal desk.Calendar
	ada.do(post, "/calendars", office("Riga", "UTC", nil), &cal)
	path := "/calendars/" + cal.ID.String() + "/feeds"
	var made, changed, all any
	ada.do(post, path, object{"name": "Fairs", "address": "webcal://fairs.example/secret-token.ics", "shuts": "days", "public": false, "active": false}, &made)
	ada.do(put, path+"/1", object{"name": "Fairs", "address": "webcal://fairs.example/secret-token.ics", "shuts": "days", "public": false, "active": false, "version": 1}, &changed)
	ada.do(get, path, nil, &all)
	if text := fmt.Sprint(made, changed, all); strings.Contains(text, "secret-token") || !strings.Contains(text, "https://fairs.example") {
		t.Errorf("answers: %s", text)
	}
}
