package email

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"tellus/internal/desk"
)

// told keeps what a State heard.
type told struct{ all []desk.Health }

func (t *told) Load(context.Context) ([]byte, error) { return nil, nil }
func (t *told) Save(context.Context, []byte) error   { return nil }
func (t *told) Health(h desk.Health)                 { t.all = append(t.all, h) }

func TestHealthIsToldAtOnceWhereItMattersAndOtherwiseNowAndThen(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		state := &told{}
		h := &health{state: state}
		h.change(func(h *desk.Health) { h.State = "connecting" })
		h.change(func(h *desk.Health) { h.State = "ok" })
		if len(state.all) != 2 {
			t.Fatalf("told %d times, want each change of state", len(state.all))
		}
		for n := range 100 {
			h.change(func(h *desk.Health) { h.LastMail = desk.Time(n) })
		}
		if len(state.all) != 2 {
			t.Errorf("told %d times about mails that come in", len(state.all)-2)
		}
		time.Sleep(reportEvery)
		synctest.Wait()
		if len(state.all) != 3 || state.all[2].LastMail != 99 {
			t.Errorf("told %+v, want the last one after a while", state.all)
		}
		h.change(func(h *desk.Health) { h.LastMail = 100 })
		h.change(func(h *desk.Health) { h.Problem.Code = "timeout" })
		h.flush()
		time.Sleep(2 * reportEvery)
		synctest.Wait()
		if len(state.all) != 4 || state.all[3].LastMail != 100 {
			t.Errorf("told %+v, want the problem at once and nothing twice", state.all)
		}
	})
}
