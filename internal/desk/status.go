package desk

// Status is where a conversation stands. Snoozed, spam and trashed are facts beside it.
type Status string

const (
	StatusNew      Status = "new"      // nobody has answered or taken it
	StatusOpen     Status = "open"     // our turn
	StatusWaiting  Status = "waiting"  // the customer's turn
	StatusResolved Status = "resolved" // answered; reopens when the customer writes
	StatusClosed   Status = "closed"   // over; a later message opens a new conversation
)

var transitions = map[Status][]Status{
	StatusNew:      {StatusOpen, StatusWaiting, StatusResolved, StatusClosed},
	StatusOpen:     {StatusWaiting, StatusResolved, StatusClosed},
	StatusWaiting:  {StatusOpen, StatusResolved, StatusClosed},
	StatusResolved: {StatusOpen, StatusWaiting, StatusClosed},
	StatusClosed:   {StatusOpen},
}

// CanBecome reports whether the state machine has a step from s to t; staying is always allowed.
func (s Status) CanBecome(t Status) bool {
	if s == t {
		return s.Valid()
	}
	for _, to := range transitions[s] {
		if to == t {
			return true
		}
	}
	return false
}

// Valid reports whether the status exists.
func (s Status) Valid() bool { _, ok := transitions[s]; return ok }

// Finished reports whether nothing more is expected of us.
func (s Status) Finished() bool { return s == StatusResolved || s == StatusClosed }

// Priority orders urgency.
type Priority int

const (
	Low    Priority = 0
	Normal Priority = 1
	High   Priority = 2
	Urgent Priority = 3
)

// Shelf is where lists find a conversation: worked out from status, snooze, spam and trash, and stored because indexes begin with it.
type Shelf int

const (
	ShelfActive   Shelf = 0 // unfinished and awake
	ShelfSnoozed  Shelf = 1
	ShelfFinished Shelf = 2
	ShelfSpam     Shelf = 3
	ShelfTrash    Shelf = 4
	ShelfMerged   Shelf = 5 // merged into another: no list shows it
)

// ShelfOf works the shelf out: trash before spam before finished before snoozed.
func ShelfOf(status Status, snoozedUntil Time, spam bool, trashedAt Time) Shelf {
	switch {
	case trashedAt != 0:
		return ShelfTrash
	case spam:
		return ShelfSpam
	case status.Finished():
		return ShelfFinished
	case snoozedUntil != 0:
		return ShelfSnoozed
	default:
		return ShelfActive
	}
}
