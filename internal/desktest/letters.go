package desktest

import (
	"context"
	"sync"

	"tellus/internal/feature/staff"
	"tellus/internal/platform/db"
)

// Letter is a mail of the house to one of its people.
type Letter struct {
	To       staff.Recipient
	Template string
	Data     map[string]string
}

// Letters keeps the mails that committed transactions queued.
type Letters struct {
	mu  sync.Mutex
	all []Letter
}

func (l *Letters) keep(_ context.Context, tx *db.Tx, to staff.Recipient, template string, data map[string]string) error {
	tx.AfterCommit(func() {
		l.mu.Lock()
		defer l.mu.Unlock()
		l.all = append(l.all, Letter{to, template, data})
	})
	return nil
}

// All are the mails so far.
func (l *Letters) All() []Letter {
	l.mu.Lock()
	defer l.mu.Unlock()
	return append([]Letter{}, l.all...)
}
