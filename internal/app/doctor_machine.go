package app

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"time"

	"golang.org/x/sys/unix"

	"tellus/internal/desk"
	"tellus/internal/platform/db"
)

const (
	diskLow  = 1 << 30 // bytes free below which writing may soon fail
	diskNote = 5 << 30 // bytes free below which it is time to think of it
	slowSync = 20 * time.Millisecond
)

// disk looks at the space for data, and whether a sync is one.
func (x *examination) disk() {
	if info, err := os.Stat(x.c.Data); errors.Is(err, fs.ErrNotExist) || err == nil && !info.IsDir() {
		x.bad("disk", "There is no folder "+x.c.Data+".", "Name the data folder with --data (or TELLUS_DATA); serve makes it when it starts for the first time.")
		return
	}
	var space unix.Statfs_t
	if err := unix.Statfs(x.c.Data, &space); err != nil {
		x.bad("disk", sentence(err.Error()), "Check the file system of the data folder.")
		return
	}
	free := int64(space.Bavail) * space.Bsize
	says := fmt.Sprintf("%.1f GB are free for the data folder.", float64(free)/(1<<30))
	switch {
	case free < diskLow:
		x.bad("disk", says, "Make room now: without it no mail can be taken.")
	case free < diskNote:
		x.note("disk", says, "Make room soon.")
	default:
		x.good("disk", "%s", says)
	}
	took, err := timeSync(x.c.Data)
	switch {
	case err != nil:
		x.bad("disk", sentence("Writing durably fails: "+err.Error()), "Check the file system of the data folder, and that Tellus may write there.")
	case took > slowSync:
		x.note("disk", fmt.Sprintf("A sync takes %s: every commit waits for it.", took.Round(time.Millisecond)), "A local SSD takes one or two milliseconds.")
	default:
		x.good("disk", "A sync works and takes %s.", took.Round(10*time.Microsecond))
	}
}

// timeSync writes and syncs a small file a few times, and returns the middle time.
func timeSync(folder string) (took time.Duration, err error) {
	f, err := os.CreateTemp(folder, ".doctor-*")
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, f.Close(), os.Remove(f.Name())) }()
	var times [3]time.Duration
	for i := range times {
		if _, err := f.Write(make([]byte, 4096)); err != nil {
			return 0, err
		}
		start := time.Now()
		if err := f.Sync(); err != nil {
			return 0, err
		}
		times[i] = time.Since(start)
	}
	a, b, c := times[0], times[1], times[2]
	return max(min(a, b), min(max(a, b), c)), nil
}

// systemClock asks the kernel whether anything keeps its clock right.
func (x *examination) systemClock() {
	var t unix.Timex // Modes 0: look, change nothing
	state, err := unix.Adjtimex(&t)
	if err != nil {
		x.note("clock", "The system does not say whether its clock is synchronised.", "Keep it right with chrony or systemd-timesyncd.")
		return
	}
	const timeError = 5 // TIME_ERROR of adjtimex(2)
	if state == timeError || t.Status&unix.STA_UNSYNC != 0 {
		x.note("clock", "Nothing keeps the system's clock right.", "Install chrony or systemd-timesyncd; in a container, on its host.")
		return
	}
	x.good("clock", "The system's clock is synchronised.")
}

// clockOf compares our clock with the database's: leases go by the one, times of messages by the other.
func (x *examination) clockOf(ctx context.Context, d *db.DB) {
	if !d.Postgres() {
		return
	}
	var theirs desk.Time
	before := x.now()
	if !x.read(ctx, d, "clock", func(tx *db.Tx) error { return tx.Row(ctx, "SELECT "+tx.Clock()).Scan(&theirs) }) {
		return
	}
	x.judgeClock(theirs.Time().Sub(before), x.now().Sub(before))
}

// judgeClock reports a difference that an answer which took that long does not explain.
func (x *examination) judgeClock(ahead, took time.Duration) {
	if off := max(-ahead, ahead-took); off > 2*time.Second {
		x.bad("clock", fmt.Sprintf("The database server's clock is off from this machine's by %s.", off.Round(time.Second)),
			"Keep both right with chrony or systemd-timesyncd.")
		return
	}
	x.good("clock", "The database server's clock and this machine's agree.")
}
