package desk

import "strconv"

// PolicyID names a service level policy.
type PolicyID int64

func (id PolicyID) String() string { return strconv.FormatInt(int64(id), 10) }

// Facts about promises.
const (
	PolicyUpdated  EventKind = "policy.updated"    // a service level policy, or how far conversations were brought up to them; data: {looked, total, done}
	ClockWarned    EventKind = "clock.warned"      // a promise comes due soon; data: {kind, policy, due}
	ClockBreached  EventKind = "clock.breached"    // a promise was not kept in time; data: {kind, policy, due}
	ClockEscalated EventKind = "clock.escalated"   // a step of a policy is taken before or after a promise is due; data: {kind, policy, step, nth, minutes, due}
	StepFailed     EventKind = "clock.step_failed" // what a step was to do could not be done; data: {kind, policy, step, why}
	ClocksChanged  EventKind = "clock.changed"     // what is due changed, since policies did; nobody did anything with the conversation

	AboutPolicy SubjectKind = "policy"
)

// What conversations owe besides what policies promise.
const (
	OwedCommitment = "commitment" // somebody promised it to the customer
	OwedStatute    = "statute"    // the law asks for it
)
