package email

import (
	"context"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"tellus/internal/desk"
)

// told keeps what a State heard.
type told struct {
	mu  sync.Mutex
	all []desk.Health
}

func (t *told) Load(context.Context) ([]byte, error) { return nil, nil }
func (t *told) Save(context.Context, []byte) error   { return nil }

func (t *told) Health(h desk.Health) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.all = append(t.all, h)
}

func (t *told) heard() []desk.Health {
	t.mu.Lock()
	defer t.mu.Unlock()
	return slices.Clone(t.all)
}

func TestHealthIsToldAtOnceWhereItMattersAndOtherwiseNowAndThen(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		state := &told{}
		h := &health{state: state}
		h.change(func(h *desk.Health) { h.State = "connecting" })
		h.change(func(h *desk.Health) { h.State = "ok" })
		if n := len(state.heard()); n != 2 {
			t.Fatalf("told %d times, want each change of state", n)
		}
		for n := range 100 {
			h.change(func(h *desk.Health) { h.LastMail = desk.Time(n) })
		}
		if n := len(state.heard()); n != 2 {
			t.Errorf("told %d times about mails that come in", n-2)
		}
		time.Sleep(reportEvery)
		synctest.Wait()
		if all := state.heard(); len(all) != 3 || all[2].LastMail != 99 {
			t.Errorf("told %+v, want the last one after a while", all)
		}
		h.change(func(h *desk.Health) { h.LastMail = 100 })
		h.change(func(h *desk.Health) { h.Problem.Code = "timeout" })
		h.flush()
		time.Sleep(2 * reportEvery)
		synctest.Wait()
		if all := state.heard(); len(all) != 4 || all[3].LastMail != 100 {
			t.Errorf("told %+v, want the problem at once and nothing twice", all)
		}
	})
}
