package intake

import "runtime"

// turns lets so many work at once.
type turns chan struct{}

// thinking is for the work on a mail's words, which keeps a processor busy for a millisecond. More of it at once than there are processors gets nothing done
// sooner, and whoever comes back from the disk, the only writer above all, would wait behind all of it. Two at least, so that one slow mail does not hold
// up the rest.
var thinking = make(turns, max(2, runtime.GOMAXPROCS(0)))

// do runs f once it is its turn.
func (t turns) do(f func()) {
	t <- struct{}{}
	defer func() { <-t }()
	f()
}
