package api

import (
	"context"
	"testing"

	"tellus/internal/desk"
	"tellus/internal/feature/segment"
	"tellus/internal/platform/db"
)

func newSegment(name string, more object) object {
	o := object{"name": name, "audience": "personal", "teams": []int{}, "zone": "", "version": 0,
		"condition": object{"all": []object{{"attr": "language", "op": "is", "values": []string{"lv"}}}}}
	for k, v := range more {
		o[k] = v
	}
	return o
}

func TestSegmentsHoldWhomOneSees(t *testing.T) {
	t.Parallel()
	eachDesk(t, func(h *desked) {
		s := withSecrets(h)
		otto, sara, eva := h.as(s.otto), h.as(s.sara), h.as(h.d.Eva)
		var hidden, mine desk.Customer
		eva.do(post, "/customers", object{"name": "Hidden", "addresses": []object{}}, &hidden)
		otto.do(post, "/customers", object{"name": "Mine", "addresses": []object{}}, &mine)
		for _, c := range []desk.Customer{hidden, mine} {
			eva.do(patch, "/customers/"+c.ID.String(), object{"version": c.Version, "language": "lv"}, nil)
		}
		var own, shared segment.Segment
		otto.do(post, "/segments", newSegment("Own", nil), &own)
		sara.do(post, "/segments", newSegment("All", object{"audience": "everyone"}), &shared)
		otto.refused(desk.Forbidden, post, "/segments", newSegment("All", object{"audience": "everyone"}))
		ownPath, sharedPath := "/segments/"+own.ID.String(), "/segments/"+shared.ID.String()
		for _, method := range []string{get, put, del} {
			sara.refused(desk.NotFound, method, ownPath, newSegment("x", object{"version": 1}))
		}
		sara.refused(desk.NotFound, get, ownPath+"/count", nil)
		sara.refused(desk.NotFound, get, "/customers?segment="+own.ID.String(), nil)
		sara.refused(desk.NotFound, get, "/customers?q=mine&segment="+own.ID.String(), nil)
		otto.refused(desk.Forbidden, put, sharedPath, newSegment("x", object{"version": 1}))
		otto.refused(desk.Forbidden, del, sharedPath, nil)
		otto.refused(desk.Invalid, post, "/segments", newSegment("Bad", object{"condition": object{"attr": "language", "op": "more", "values": []string{"1"}}}))

		filled := func(when string) {
			for _, c := range []struct {
				who  *browser
				want int
			}{{otto, 1}, {eva, 2}} {
				for _, sort := range []string{"name", "value", "contact"} {
					var found page[listedCustomer]
					c.who.do(get, "/customers?segment="+shared.ID.String()+"&sort="+sort, nil, &found)
					if len(found.Items) != c.want {
						h.t.Errorf("%s: by %s it shows %d, want %d", when, sort, len(found.Items), c.want)
					}
				}
				var tally segment.Tally
				c.who.do(get, sharedPath+"/count", nil, &tally)
				var previewed previewedSegment
				c.who.do(post, "/segments/preview", object{"condition": shared.Condition}, &previewed)
				if tally.Count != c.want || previewed.Count != c.want {
					h.t.Errorf("%s: it counts %d, its preview %d; want %d", when, tally.Count, previewed.Count, c.want)
				}
			}
		}
		h.d.Write(func(ctx context.Context, tx *db.Tx) error { return h.d.Segments.Begin(ctx, tx, 0, 1000) })
		h.d.Write(func(ctx context.Context, tx *db.Tx) error {
			return h.d.Segments.Refresh(ctx, tx, []desk.CustomerID{hidden.ID, mine.ID})
		})
		filled("before it is filled")
		h.d.Settle()
		filled("filled")

		// A view asks for it: it stays until the view does not.
		var v struct{ ID desk.ViewID }
		eva.do(post, "/saved-views", newView("Theirs", object{"condition": object{"attr": "customer.segments", "op": "any_of", "values": []string{shared.ID.String()}}}), &v)
		sara.refused(desk.Conflict, del, sharedPath, nil)
		eva.do(del, "/saved-views/"+v.ID.String(), nil, nil)
		sara.do(del, sharedPath, nil, nil)
		h.d.Settle()
		eva.refused(desk.NotFound, get, sharedPath, nil)
	})
}
