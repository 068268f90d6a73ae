package app

import (
	"math"
	"os"
	"runtime"
	"runtime/debug"
	"runtime/metrics"
	"time"
)

// How far the heap may grow between two runs of Go's collector, in percent of what is alive: three times as far while the machine rests, more while there is so much to
// do that it would run every moment, as long as that makes no more than busyHeap of it.
const (
	restGrowth = 200
	busyGrowth = 800
	busyHeap   = 128 << 20
	busyCycle  = time.Second // of runs that follow each other faster the heap may grow further
)

// collectLater has Go's collector run less often than it would by itself: under mail each run costs as much as reading ten mails, and there are several in a second. Who sets
// GOGC knows better.
func collectLater() {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(restGrowth)
		runtime.SetFinalizer(&cycle{percent: restGrowth, began: time.Now()}, (*cycle).over)
	}
}

// cycle lives from one run of the collector to the next, which finds it unused.
type cycle struct {
	percent int
	began   time.Time
}

func (c *cycle) over() {
	next := &cycle{percent: restGrowth, began: time.Now()}
	if next.began.Sub(c.began) < busyCycle*time.Duration(c.percent)/restGrowth { // the further it may grow, the longer that takes
		live := []metrics.Sample{{Name: "/gc/heap/live:bytes"}}
		metrics.Read(live)
		next.percent = growth(live[0].Value.Uint64())
	}
	if next.percent != c.percent {
		debug.SetGCPercent(next.percent)
	}
	runtime.SetFinalizer(next, (*cycle).over)
}

// growth is how far a heap may grow while there is much to do, where so much of it is alive; in steps, since each change stops the program for a moment.
func growth(live uint64) int {
	most := busyHeap/float64(max(live, 1)) - 1
	return min(max(int(math.Floor(most))*100, restGrowth), busyGrowth)
}
