package deadline

import (
	"time"

	"tellus/internal/desk"
)

// Commitment is the kind of what a person promised. No policy has a target for it; its due time is what was said. Steps of the policy that applies are taken for it.
const Commitment Kind = desk.OwedCommitment

// Personal is the clock of what a person promised, for the steps of the policy that applies; taken are those that were. It is neither warned of nor broken here.
func Personal(made, due desk.Time, taken []Taken, p *Policy) *Clock {
	c := &Clock{Kind: Commitment, Round: 1, Policy: p.id(), Started: made, From: made, Due: due, WarnAt: desk.Never, Steps: taken}
	c.Target = between(p.calendar(), made, due)
	c.plan(p)
	return c
}

// Escalate returns the steps of a policy that are to be taken by now for what a person promised, in the order of their times, and notes that they were.
func (c *Clock) Escalate(p *Policy, now desk.Time) []Escalation {
	due := c.escalate(p, now)
	sortSteps(due)
	return due
}

// Minutes is how long before (negative) or after the due time a step is taken.
func (e *Escalation) Minutes() int64 { return int64(e.Offset / time.Minute) }
