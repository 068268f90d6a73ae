package bench

import (
	"fmt"
	"io"
	"text/tabwriter"
	"time"
)

// Table prints a report for people.
func (r Report) Table(w io.Writer) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintf(t, "machine\t%s\n", r.Machine)
	fmt.Fprintf(t, "version\t%s on %s\n", r.Version, r.Database)
	if r.SlowSync > 0 {
		fmt.Fprintf(t, "added to each sync\t%s\n", r.SlowSync)
	}
	fmt.Fprintf(t, "binary\t%.1f MB\n", r.BinaryMB)
	fmt.Fprintf(t, "desk, first load\t%.0f KB compressed\n", r.DeskKB)
	for _, run := range r.Runs {
		fmt.Fprintf(t, "\t\n%d conversations\t%d unfinished, seeded in %s\n", run.Conversations, run.Unfinished, run.SeedTook)
		fmt.Fprintf(t, "start to first answer\t%.0f ms\n", run.StartMS)
		if run.IdleMB > 0 {
			fmt.Fprintf(t, "idle\t%.0f MB resident, %.2f %% of a core\n", run.IdleMB, 100*run.IdleCore)
		}
		if run.IndexTook > 0 {
			fmt.Fprintf(t, "search index filled\tin %s\n", run.IndexTook.Round(time.Second))
		}
		for _, x := range run.Reads {
			fmt.Fprintf(t, "%s\tp50 %.2f ms\tp99 %.2f ms\tn %d", x.Name, x.P50, x.P99, x.N)
			if x.CPU > 0 {
				fmt.Fprintf(t, "\tprocessor %.2f ms each", x.CPU)
			}
			fmt.Fprintln(t)
		}
		if l := run.Live; l != nil {
			fmt.Fprintf(t, "change to %d clients\tp50 %.1f ms\tp99 %.1f ms\tmost %.1f ms, %d changes, %d told, %d lost, %.2f cores, %.2f ms of processor time for a change, answered within %.1f ms (p99)\n",
				l.Agents, l.P50, l.P99, l.Most, l.Changes, l.Told, l.Lost, l.Cores, l.CPU, l.Answer)
		}
		if k := run.Clocks; k != nil {
			fmt.Fprintf(t, "promises that come due, %d of %d\tp50 %.1f ms\tp99 %.1f ms\tmost %.1f ms late, %d a second; %d at one instant at %.0f/s\n", k.Due, k.Running, k.P50, k.P99, k.Most, clockRate, k.Burst, k.Drained)
		}
		if run.Mails > 0 {
			fmt.Fprintf(t, "mails stored, threaded and reacted to\t%.0f/s\t(%d; acknowledged at %.0f/s; %.2f ms of processor time each)\n", run.MailsPerSec, run.Mails, run.AcceptPerSec, run.MailCPU)
			if h := run.House; h != nil {
				fmt.Fprintf(t, "the same with %d rules, %d policies and push\t%.0f/s\t%.0f %% of %.0f/s, which it is with %d people at the desk alone\t(%d mails; %.2f ms of processor time each; rules acted %d times, %d clocks)\n",
					h.Rules, h.Policies, h.MailsPerSec, 100*h.Share, h.Without, h.People, h.Mails, h.MailCPU, h.Fired, h.Promised)
				fmt.Fprintf(t, "given to %d people\t%d of %d\tp50 %.1f ms\tp99 %.1f ms after they came into the queue (all given out %.0f s after the last mail was stored)\n",
					h.People, h.Assigned, h.Waited, h.P50, h.P99, h.Caught)
				fmt.Fprintf(t, "at %.0f mails a second\tp50 %.1f ms\tp99 %.1f ms after they came into the queue\n", h.Rate, h.RateP50, h.RateP99)
			}
			fmt.Fprintf(t, "search index behind\tat most %.1f s\t(%.1f s when the last mail was stored; up to date %.1f s later)\n", run.IndexLag.Most, run.IndexLag.Last, run.IndexLag.Caught)
		}
	}
	return t.Flush()
}
