package api

import (
	"testing"

	"tellus/internal/desk"
	"tellus/internal/desktest"
)

// TestCustomersAreMergedAndPartedThroughTheAPI: the old id leads on, a stale comparison is refused, and both are in the audit log.
func TestCustomersAreMergedAndPartedThroughTheAPI(t *testing.T) {
	t.Parallel()
	eachDesk(t, func(h *desked) {
		eva := h.as(h.d.Eva)
		h.d.Receive(desktest.Ann, "One")
		h.d.Receive(desktest.Person{Name: "Ann B.", Address: "ann@private.example"}, "Two")
		var found page[desk.Customer]
		eva.do(get, "/customers?q=Ann", nil, &found)
		if len(found.Items) != 2 {
			h.t.Fatalf("found %+v, want two", found.Items)
		}
		from, into := found.Items[0], found.Items[1]
		if status, _, _ := eva.send(post, "/customers/"+into.ID.String()+"/merge", object{"from": from.ID, "version": into.Version + 1, "fromVersion": from.Version}); status != 409 {
			h.t.Errorf("merging by a stale comparison is answered with %d, want 409", status)
		}
		if status, _, _ := eva.send(post, "/customers/"+into.ID.String()+"/merge", object{"from": into.ID, "version": into.Version, "fromVersion": into.Version}); status != 422 {
			h.t.Errorf("merging somebody with himself is answered with %d, want 422", status)
		}
		var merged desk.Customer
		eva.do(post, "/customers/"+into.ID.String()+"/merge", object{"from": from.ID, "version": into.Version, "fromVersion": from.Version, "picks": object{"name": "from"}}, &merged)
		if merged.ID != into.ID || merged.Name != from.Name || len(merged.Addresses) != 2 {
			h.t.Errorf("merged into %+v", merged)
		}
		var shown customerPage
		eva.do(get, "/customers/"+from.ID.String()+"/page", nil, &shown)
		if shown.Customer.ID != into.ID || shown.Conversations.All != 2 {
			h.t.Errorf("the old id shows customer %s with %d conversations, want %s with 2", shown.Customer.ID, shown.Conversations.All, into.ID)
		}
		var same sameAs
		eva.do(get, "/customers/"+from.ID.String()+"/duplicates", nil, &same)
		if len(same.Merged) != 1 || same.Merged[0].Customer != from.ID || same.Merged[0].Agent != h.d.Eva {
			h.t.Fatalf("merged are %+v", same.Merged)
		}
		undo := "/customers/" + into.ID.String() + "/merges/1/undo"
		var parted desk.Customer
		eva.do(post, undo, nil, &parted)
		if parted.Name != into.Name || len(parted.Addresses) != 1 {
			h.t.Errorf("once parted, the one who stayed is %+v, want %+v", parted, into)
		}
		if status, _, _ := eva.send(post, undo, nil); status != 404 {
			h.t.Errorf("undoing twice is answered with %d, want 404", status)
		}
		var lines int
		h.ask(&lines, `SELECT count(*) FROM audit WHERE action IN ('customer.merged', 'customer.parted')`)
		if lines != 2 {
			h.t.Errorf("%d lines of the audit log, want 2", lines)
		}
	})
}
