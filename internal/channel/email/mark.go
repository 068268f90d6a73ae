package email

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"
)

// mark is how far a folder was read: every mail up to UID was kept, except those in Refused. UIDs mean nothing under another validity
// (RFC 3501 2.3.1.1).
type mark struct {
	Validity uint32   `json:"validity"`
	UID      uint32   `json:"uid"`
	Refused  []uint32 `json:"refused,omitempty"` // ascending, not above UID
}

// mostRefused bounds the mails that wait for another try. Beyond it something is wrong with the store and not with mails.
const mostRefused = 1000

func (c *conn) loadMark(ctx context.Context, validity uint32) (mark, error) {
	data, err := c.state.Load(ctx)
	if err != nil {
		return mark{}, fmt.Errorf("load the mark: %w", err)
	}
	m := mark{Validity: validity}
	if len(data) == 0 {
		return m, nil
	}
	var kept mark
	if err := json.Unmarshal(data, &kept); err != nil {
		c.log.WarnContext(ctx, "mark is unreadable: the folder is read from its beginning", "error", err)
		return m, nil
	}
	if kept.Validity != validity {
		// Everything is fetched once more; mails that are known already are recognised by their Message-ID and digest.
		c.log.InfoContext(ctx, "folder has a new identity: read from its beginning", "was", kept.Validity, "is", validity)
		clear(c.retry)
		return m, nil
	}
	return kept, nil
}

func (c *conn) saveMark(ctx context.Context, m mark) error {
	data, err := json.Marshal(m)
	if err != nil {
		return fmt.Errorf("write the mark: %w", err)
	}
	if err := c.state.Save(ctx, data); err != nil {
		return fmt.Errorf("save the mark: %w", err)
	}
	return nil
}

// with returns the mark moved to uid, with the mails refused on the way added and those settled taken out.
func (m mark) with(uid uint32, refused, settled []uint32) mark {
	next := mark{Validity: m.Validity, UID: max(m.UID, uid)}
	for _, u := range m.Refused {
		if !slices.Contains(settled, u) {
			next.Refused = append(next.Refused, u)
		}
	}
	next.Refused = append(next.Refused, refused...)
	slices.Sort(next.Refused)
	next.Refused = slices.Compact(next.Refused)
	return next
}

// retry is when a refused mail is offered again.
type retry struct {
	at   time.Time
	wait time.Duration
}

const longestRetry = time.Hour

// postpone notes that a mail was refused (again).
func (c *conn) postpone(uid uint32, now time.Time) {
	wait := or(c.driver.RetryRefused, 30*time.Second)
	if before, ok := c.retry[uid]; ok {
		wait = min(2*before.wait, longestRetry)
	}
	c.retry[uid] = retry{at: now.Add(wait), wait: wait}
}

// dueRefused are those whose time has come, at most a batch.
func (c *conn) dueRefused(m mark, now time.Time) []uint32 {
	var due []uint32
	for _, uid := range m.Refused {
		if r, ok := c.retry[uid]; ok && now.Before(r.at) {
			continue
		}
		if due = append(due, uid); len(due) == batchSize {
			break
		}
	}
	return due
}

// nextRetry is how long until a refused mail is due; longest where none waits.
func (c *conn) nextRetry(m mark, now time.Time, longest time.Duration) time.Duration {
	wait := longest
	for _, uid := range m.Refused {
		wait = min(wait, c.retry[uid].at.Sub(now))
	}
	return max(wait, 10*time.Millisecond)
}
