package inbox

import (
	"context"
	"fmt"
	"sync/atomic"
	"time"

	"tellus/internal/desk"
	"tellus/internal/platform/db"
)

// House is all inboxes at one time, for those who need them with every message. It must not be changed.
type House struct {
	byID map[desk.InboxID]desk.Inbox
	own  map[string]desk.InboxID
	mark houseMark

	checked atomic.Int64 // a desk.Time: when it was last seen to be true
}

// houseMark changes whenever an inbox does.
type houseMark struct{ count, versions int64 }

// Inbox returns one of them.
func (h *House) Inbox(id desk.InboxID) (desk.Inbox, bool) {
	in, ok := h.byID[id]
	return in, ok
}

// Any reports whether some inbox is as asked.
func (h *House) Any(is func(desk.Inbox) bool) bool {
	for _, in := range h.byID {
		if is(in) {
			return true
		}
	}
	return false
}

// Own reports whether an address, its plus-tag aside, is one of our own.
func (h *House) Own(address string) bool {
	_, ok := h.own[AddressKey(address)]
	return ok
}

// Takes returns the active inbox that takes mail for an address, its plus-tag aside.
func (h *House) Takes(address string) (desk.InboxID, bool) {
	id, ok := h.own[AddressKey(address)]
	return id, ok && h.byID[id].Active
}

// House returns all inboxes as of this transaction, from memory where none has changed since they were last read.
func (s *Service) House(ctx context.Context, tx *db.Tx) (*House, error) {
	if h, ok := tx.Value(houseKey{}).(*House); ok {
		return h, nil
	}
	h, err := s.readHouse(ctx, tx)
	if err == nil {
		tx.SetValue(houseKey{}, h)
	}
	return h, err
}

// fresh is how long a house that was read counts as the latest: a change on this node ends it at once, one on another node after that time.
const fresh = time.Second

// LatestHouse is the house as it was last read, by whichever transaction, at most a second ago: at no cost, for questions that are asked with every
// mail and may be answered as they were a moment before.
func (s *Service) LatestHouse(ctx context.Context, tx *db.Tx) (*House, error) {
	if h := s.house.Load(); h != nil {
		// A clock that was set back makes nothing fresh.
		if age := tx.Now.Sub(desk.Time(h.checked.Load())); age >= 0 && age < fresh {
			return h, nil
		}
	}
	return s.House(ctx, tx)
}

// changed tells everybody, once tx is committed, that an inbox is not what it was.
func (s *Service) changed(tx *db.Tx) {
	tx.AfterCommit(func() {
		s.house.Store(nil)
		tx.DB().Signal(Changed)
	})
}

// houseKey keeps the house for the rest of a transaction. Whoever changes an inbox in one does not ask for the house afterwards.
type houseKey struct{}

const markText = `SELECT count(*), CAST(COALESCE(sum(version), 0) AS BIGINT) FROM inbox`

// AskHouse asks ahead for what House will look at (see db.Tx.Ahead).
func (s *Service) AskHouse(ctx context.Context, tx *db.Tx) error { return tx.Ahead(ctx, markText) }

func (s *Service) readHouse(ctx context.Context, tx *db.Tx) (*House, error) {
	var mark houseMark
	if err := tx.Row(ctx, markText).Scan(&mark.count, &mark.versions); err != nil {
		return nil, fmt.Errorf("have inboxes changed: %w", err)
	}
	if h := s.house.Load(); h != nil && h.mark == mark {
		h.checked.Store(int64(tx.Now))
		return h, nil
	}
	all, err := s.All(ctx, tx)
	if err != nil {
		return nil, err
	}
	h := &House{byID: make(map[desk.InboxID]desk.Inbox, len(all)), mark: mark}
	for _, in := range all {
		h.byID[in.ID] = in
	}
	if h.own, err = s.OwnAddresses(ctx, tx); err != nil {
		return nil, err
	}
	h.checked.Store(int64(tx.Now))
	s.house.Store(h)
	return h, nil
}
