package app

import (
	"os"
	"runtime/debug"
)

// collectLater has Go's collector run when the heap has grown to three times what is alive, instead of twice: half as often, which is some 3 % of the processor time
// under mail, for some ten megabytes. Who sets GOGC knows better.
func collectLater() {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(200)
	}
}
