package score

import (
	"bytes"
	"fmt"
	"runtime"
	"strings"
	"time"

	"golang.org/x/sys/unix"

	"tellus/internal/platform/mailmsg"
)

func init() { Register("mail-cost", scoreMailCost) }

// What one mail may cost.
const (
	mailTime   = time.Second
	mailMemory = 100 << 20
)

// scoreMailCost reads every mail of every mail-* category as intake does, with its attachments, and marks those below a second and 100 MB.
// Memory is what was allocated in all, which is more than was ever held at once.
func scoreMailCost(c *Corpus, s *Sheet) error {
	var slowest, latest, largest string
	var longest, longestWall time.Duration
	var most uint64
	for _, row := range c.In("mail-*") {
		if !isMailFile(row.Path) {
			continue
		}
		raw, err := c.Read(row.Path)
		if err != nil {
			return err
		}
		begun := time.Now()
		took, used := cost(func() { readWhole(raw) })
		wall := time.Since(begun)
		s.Mark(row.Source, row.Path, "below 1 s", took < mailTime, took.String())
		s.Mark(row.Source, row.Path, "below 100 MB", used < mailMemory, fmt.Sprintf("%d MB", used>>20))
		if took > longest {
			longest, slowest = took, row.Path
		}
		if wall > longestWall {
			longestWall, latest = wall, row.Path
		}
		if used > most {
			most, largest = used, row.Path
		}
	}
	s.Remark("slowest: %v of the processor, %s", longest.Round(time.Microsecond), slowest)
	s.Remark("by the clock: %v, %s", longestWall.Round(time.Microsecond), latest)
	s.Remark("largest: %d KB allocated, %s", most>>10, largest)
	return nil
}

// readWhole does with a mail what intake does.
func readWhole(raw []byte) {
	m := mailmsg.Parse(raw, mailmsg.Limits{})
	m.BodyDigest()
	for _, a := range m.Attachments {
		a.SHA256()
		a.Name()
		a.Message()
	}
}

func cost(work func()) (time.Duration, uint64) {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	start := threadTime()
	work()
	took := threadTime() - start
	runtime.ReadMemStats(&after)
	return took, after.TotalAlloc - before.TotalAlloc
}

// isMailFile tells mails from expectations and other files that stand in a mail category.
func isMailFile(path string) bool {
	for _, end := range []string{".json", ".jsonl", ".tsv", ".xml", ".md", ".yml", ".yaml"} {
		if strings.HasSuffix(path, end) {
			return false
		}
	}
	return true
}

// mailsOfMbox cuts an mbox file at its "From " lines.
func mailsOfMbox(raw []byte) [][]byte {
	var out [][]byte
	start := -1
	for pos := 0; pos < len(raw); {
		if bytes.HasPrefix(raw[pos:], []byte("From ")) {
			if start >= 0 {
				out = append(out, raw[start:pos])
			}
			start = pos
		}
		next := bytes.IndexByte(raw[pos:], '\n')
		if next < 0 {
			break
		}
		pos += next + 1
	}
	if start >= 0 {
		out = append(out, raw[start:])
	}
	return out
}

// threadTime is the processor time of this thread: what else the machine does must not count against a mail.
func threadTime() time.Duration {
	var t unix.Timespec
	if err := unix.ClockGettime(unix.CLOCK_THREAD_CPUTIME_ID, &t); err != nil {
		return time.Duration(time.Now().UnixNano()) // a system without that clock measures by the wall
	}
	return time.Duration(t.Nano())
}
