package email

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"tellus/internal/desk"
)

// mark is how far a folder was read: every mail up to UID was kept or left alone, except those in Refused. UIDs mean nothing under another
// validity (RFC 3501 2.3.1.1), nor in another folder or mailbox.
type mark struct {
	Validity uint32   `json:"validity"`
	UID      uint32   `json:"uid"`
	Refused  []uint32 `json:"refused,omitempty"` // ascending, not above UID
	Place    string   `json:"place,omitempty"`   // see placeOf; empty in marks of before there were places
	// Since is the moment before which mail that was there at first is left alone; 0 where all of it is taken. There is the UID up to which mail
	// counts as having been there: what somebody moves into the folder later is taken however old it is.
	Since desk.Time `json:"since,omitempty"`
	There uint32    `json:"there,omitempty"`
}

// mostRefused bounds the mails that wait for another try. Beyond it something is wrong with the store and not with mails.
const mostRefused = 1000

// placeOf names a folder of a mailbox without telling which it is.
func placeOf(in desk.Receive) string {
	folder := in.Folder
	if folder == "" || strings.EqualFold(folder, "INBOX") { // RFC 3501 5.1: that name alone knows no case
		folder = "INBOX"
	}
	sum := sha256.Sum256([]byte(strings.ToLower(in.Host) + "\x00" + in.User + "\x00" + folder))
	return hex.EncodeToString(sum[:4])
}

// loadMark returns how far the folder of a session was read, and otherwise where to begin.
func (c *conn) loadMark(ctx context.Context, s *session) (mark, error) {
	data, err := c.state.Load(ctx)
	if err != nil {
		return mark{}, fmt.Errorf("load the mark: %w", err)
	}
	if len(data) == 0 {
		return c.firstMark(ctx, s)
	}
	var kept mark
	if err := json.Unmarshal(data, &kept); err != nil {
		c.log.WarnContext(ctx, "mark is unreadable: the folder is read from its beginning", "error", err)
		return c.firstMark(ctx, s)
	}
	if kept.Place == "" {
		kept.Place = c.place()
	}
	switch {
	case kept.Place != c.place():
		c.log.InfoContext(ctx, "another folder or mailbox: read from its beginning")
	case kept.Validity != s.validity:
		// Everything is fetched once more; mails that are known already are recognised by their Message-ID and digest.
		c.log.InfoContext(ctx, "folder has a new identity: read from its beginning", "was", kept.Validity, "is", s.validity)
	case c.settings.Inbox.Receive.Since < kept.Since:
		c.log.InfoContext(ctx, "older mail is wanted too: the folder is read anew")
	default:
		return kept, nil
	}
	clear(c.retry)
	return c.firstMark(ctx, s)
}

func (c *conn) place() string { return placeOf(c.settings.Inbox.Receive) }

// firstMark is where the reading of a folder begins: before its first mail, or before the first that came at the time asked for or later.
func (c *conn) firstMark(ctx context.Context, s *session) (mark, error) {
	m := mark{Validity: s.validity, Place: c.place(), Since: c.settings.Inbox.Receive.Since}
	if m.Since == 0 {
		return m, nil
	}
	uids, err := s.cameSince(m.Since.Time())
	if err != nil {
		return m, err
	}
	m.There = s.newest
	switch {
	case len(uids) > 0:
		m.UID = uids[0] - 1
	case s.newest != unknownNewest:
		m.UID = s.newest
	}
	return m, c.saveMark(ctx, m)
}

// tooOld reports whether a mail lay there at first and came before the time asked for. Servers tell times in whole seconds.
func (m mark) tooOld(uid uint32, received time.Time) bool {
	return m.Since != 0 && uid <= m.There && !received.IsZero() && received.Before(m.Since.Time().Truncate(time.Second))
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
	next := m
	next.UID, next.Refused = max(m.UID, uid), nil
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
