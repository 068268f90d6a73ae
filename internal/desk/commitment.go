package desk

import "strconv"

// CommitmentID names something that a person promised a customer.
type CommitmentID int64

func (id CommitmentID) String() string { return strconv.FormatInt(int64(id), 10) }

// Facts about commitments; data: {commitment, due} and, of one that was moved, {from}. That one comes due soon or was broken is told by ClockWarned and ClockBreached, of the
// kind OwedCommitment, with {commitment, agent, by}.
const (
	CommitmentMade     EventKind = "commitment.made"
	CommitmentChanged  EventKind = "commitment.changed"
	CommitmentKept     EventKind = "commitment.kept"
	CommitmentDropped  EventKind = "commitment.dropped"
	CommitmentReopened EventKind = "commitment.reopened"
)
