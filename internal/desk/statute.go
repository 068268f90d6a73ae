package desk

import "strconv"

// StatuteID names a time limit that the law sets.
type StatuteID int64

func (id StatuteID) String() string { return strconv.FormatInt(int64(id), 10) }

// StatuteClockID names one that runs in a conversation.
type StatuteClockID int64

func (id StatuteClockID) String() string { return strconv.FormatInt(int64(id), 10) }

// Facts about time limits that the law sets. Data hold the clock and its statute, and when it is due where that changed.
const (
	StatuteUpdated   EventKind = "statute.updated"   // a statute in the settings
	StatuteStarted   EventKind = "statute.started"   // it began in a conversation; data: {clock, statute, due}
	StatuteExtended  EventKind = "statute.extended"  // somebody moved its end; data: {clock, statute, due}
	StatuteAnswered  EventKind = "statute.answered"  // somebody said which message is the answer, or that none is; data: {clock, statute}
	StatuteMet       EventKind = "statute.met"       // the answer was delivered; data: {clock, statute, late}
	StatuteUnmet     EventKind = "statute.unmet"     // the answer came back, or is none any more; data: {clock, statute, due}
	StatuteWithdrawn EventKind = "statute.withdrawn" // somebody said that it does not hold; data: {clock, statute}
	StatuteWarned    EventKind = "statute.warned"    // it comes close; data: {clock, statute, due}
	StatuteBreached  EventKind = "statute.breached"  // its time has passed; data: {clock, statute, due}

	AboutStatute SubjectKind = "statute"
)
