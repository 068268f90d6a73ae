package jobs

import (
	"context"
	"fmt"
	"maps"
	"slices"
)

// RunDue performs every job that is due, one after another, those that they enqueue too, and returns when none is left: for programs that
// live through time by a clock of their own, where the order of things must not depend on how quick the machine is. It must not run beside Run.
func (w *Workers) RunDue(ctx context.Context) error {
	queues := slices.Sorted(maps.Keys(w.queues()))
	for done := false; !done; {
		done = true
		for _, queue := range queues {
			n, err := w.runDueOf(ctx, queue)
			if err != nil {
				return fmt.Errorf("run due jobs of %s: %w", queue, err)
			}
			done = done && n == 0
		}
	}
	return nil
}

func (w *Workers) runDueOf(ctx context.Context, queue string) (int, error) {
	next, err := w.nextDue(ctx, queue)
	if err != nil || next == 0 || next > w.db.Now() {
		return 0, err
	}
	batch, err := w.lease(ctx, queue, 100)
	for _, t := range batch {
		w.perform(ctx, t)
	}
	if err == nil {
		err = ctx.Err()
	}
	return len(batch), err
}
