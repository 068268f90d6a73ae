package intake

import (
	"sync"

	"tellus/internal/desk"
)

// mostFresh is how many arrivals of at most smallMail bytes are remembered: 16 MB, where all are as large.
const mostFresh = 256

// fresh remembers what was accepted a moment ago, so that who makes a message of it, nearly always the same process, need not fetch it from the database.
// What is not there is in the database; what is there was committed, and is taken once: who tries again looks there.
type fresh struct {
	mu    sync.Mutex
	byID  map[desk.ArrivalID]kept
	order [mostFresh]desk.ArrivalID
	next  int
}

func (f *fresh) put(k kept) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.byID == nil {
		f.byID = make(map[desk.ArrivalID]kept, mostFresh)
	}
	delete(f.byID, f.order[f.next]) // the oldest, where nobody took it
	f.order[f.next] = k.id
	f.next = (f.next + 1) % mostFresh
	f.byID[k.id] = k
}

func (f *fresh) take(id desk.ArrivalID) (k kept, ok bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	k, ok = f.byID[id]
	delete(f.byID, id)
	return k, ok
}
