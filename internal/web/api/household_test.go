package api

import (
	"context"
	"fmt"
	"testing"

	"tellus/internal/desk"
	"tellus/internal/feature/setting"
	"tellus/internal/flow/deliver"
	"tellus/internal/flow/intake"
	"tellus/internal/platform/db"
	"tellus/internal/platform/jobs"
)

func TestDeadJobsTellWhatTheyWereAbout(t *testing.T) {
	t.Parallel()
	eachDesk(t, func(h *desked) {
		s := withSecrets(h)
		var arrival desk.ArrivalID
		h.ask(&arrival, `SELECT arrival FROM message WHERE id = $1`, s.mine.message)
		h.d.Write(func(ctx context.Context, tx *db.Tx) error {
			for _, p := range []jobs.Payload{deliver.Send{Message: s.mine.sent}, deliver.Send{Message: s.byRestriction.sent}, deliver.Send{Message: nothing.sent},
				intake.Arrived{Arrival: arrival}, intake.Arrived{Arrival: 777799}, deliver.Letter{}} {
				id, err := jobs.Enqueue(ctx, tx, tx.Now, p)
				if err != nil {
					return err
				}
				if _, err := tx.Exec(ctx, `UPDATE job SET state = 'dead', died_at = $1, last_error = 'x' WHERE id = $2`, tx.Now, id); err != nil {
					return err
				}
			}
			return nil
		})
		b := h.as(h.d.Agent("Root", desk.Owner))
		for limit := 1; limit <= 7; limit++ {
			var all []deadJob
			for next := ""; ; {
				var p page[deadJob]
				b.do(get, fmt.Sprintf("/jobs/dead?limit=%d&cursor=%s", limit, next), nil, &p)
				all = append(all, p.Items...)
				if next = p.Next; next == "" || len(all) > 10 {
					break
				}
			}
			if len(all) != 6 {
				h.t.Fatalf("%d dead jobs by %d, want 6", len(all), limit)
			}
			var sent, came, untold int
			for _, j := range all {
				switch {
				case j.Conversation == s.mine.conversation && j.Number == s.mine.number && j.Inbox == s.open:
					sent++
				case j.Conversation == 0 && j.Inbox != 0:
					came++
				case j.Conversation == 0 && j.Number == 0:
					untold++
				}
			}
			if sent != 1 || came != 1 || untold != 4 {
				h.t.Errorf("by %d: %d about the conversation, %d about an arrival, %d about what is out of sight: %+v", limit, sent, came, untold, all)
			}
		}
		for _, bad := range []string{"x.", ".", "1", "-1.1", "%20"} {
			b.refused(desk.Invalid, get, "/jobs/dead?cursor="+bad, nil)
		}
	})
}

func TestSettingsTellWhatHoldsWhereTheyAreEmpty(t *testing.T) {
	t.Parallel()
	eachDesk(t, func(h *desked) {
		b := h.as(h.d.Agent("Root", desk.Owner))
		var now settingsBody
		b.do(get, "/settings", nil, &now)
		if now.URL != "" || now.Effective.URL != h.url || now.Effective.Hostname == "" {
			h.t.Errorf("settings = %+v", now)
		}
		ask := setting.Settings{URL: "https://help.shop.example", Receiver: setting.Receiver{Hostname: "mx.shop.example"}, Version: now.Version}
		b.do(patch, "/settings", ask, &now)
		if want := (effectiveBody{"https://help.shop.example", "mx.shop.example"}); now.Effective != want {
			h.t.Errorf("effective = %+v, want %+v", now.Effective, want)
		}
	})
}

func TestNobodySignsInBeforeTheFirstOwner(t *testing.T) {
	t.Parallel()
	each(t, func(h *house) {
		b := h.browser()
		if p := b.refused(desk.SetupNeeded, get, "/session", nil); p.Reason != why(desk.WhySetUpFirst) {
			h.t.Errorf("problem = %+v", p)
		}
		h.settled()
		b.refused(desk.SignedOut, get, "/session", nil)
	})
}
