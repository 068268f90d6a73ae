package api

import (
	"context"
	"encoding/csv"
	"slices"
	"strings"
	"testing"

	"tellus/internal/desk"
	"tellus/internal/feature/segment"
	"tellus/internal/feature/view"
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

		// Written to a file: for each whom he sees.
		for _, c := range []struct {
			who  *browser
			want []string
		}{{otto, []string{"Mine"}}, {eva, []string{"Hidden", "Mine"}}} {
			names, e := h.segmentFile(c.who, shared.ID)
			if !slices.Equal(names, c.want) || e.Rows != int64(len(c.want)) || e.Total != e.Rows {
				h.t.Errorf("the file holds %v, want %v: %+v", names, c.want, e)
			}
		}
		sara.refused(desk.NotFound, post, "/exports", object{"segment": own.ID, "columns": []string{"name"}, "titles": []string{}})
		otto.refused(desk.Invalid, post, "/exports", object{"segment": own.ID, "view": "all", "columns": []string{"name"}, "titles": []string{}})
		otto.refused(desk.Invalid, post, "/exports", object{"columns": []string{"name"}, "titles": []string{}})
		otto.refused(desk.Invalid, post, "/exports", object{"segment": own.ID, "columns": []string{"number"}, "titles": []string{}})
		var log int
		h.ask(&log, `SELECT count(*) FROM audit WHERE action IN ('export.segment', 'export.fetched')`)
		if log != 4 {
			h.t.Errorf("%d lines in the log of exports, want 4", log)
		}

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

// segmentFile has somebody write a segment to a file and fetch it, and returns the names in it.
func (h *desked) segmentFile(who *browser, id desk.SegmentID) (names []string, e view.Export) {
	h.t.Helper()
	who.do(post, "/exports", object{"segment": id, "columns": []string{"name", "addresses.email", "language", "value", "created"}, "titles": []string{}}, &e)
	h.d.Settle()
	who.do(get, "/exports/"+e.ID.String(), nil, &e)
	_, data, _ := who.send(get, "/exports/"+e.ID.String()+"/file", nil)
	rows, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(string(data), "\ufeff"))).ReadAll()
	if err != nil || len(rows) == 0 || rows[0][1] != "addresses.email" {
		h.t.Fatalf("the file holds %q: %v", data, err)
	}
	for _, row := range rows[1:] {
		if row[2] != "lv" || row[4] == "" {
			h.t.Errorf("the file says %q", row)
		}
		names = append(names, row[0])
	}
	return names, e
}
