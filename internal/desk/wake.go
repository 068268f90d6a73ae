package desk

// WakeEvent is what a snoozed conversation can wait for beside its time.
type WakeEvent string

// What ends a snooze before its time.
const (
	WhenResolved  WakeEvent = "resolved"  // a linked conversation is resolved, closed, or put away
	WhenAnswered  WakeEvent = "answered"  // an answer comes in a side conversation
	WhenColleague WakeEvent = "colleague" // another agent answers, or writes a note or a record
	WhenPurchase  WakeEvent = "purchase"  // a purchase of the customer, or one that is linked, changes its status
)

// WakeEvents are all of them.
var WakeEvents = []WakeEvent{WhenResolved, WhenAnswered, WhenColleague, WhenPurchase}

// WakeOn is an event that a snoozed conversation waits for; it wakes at its time at the latest.
type WakeOn struct {
	Event        WakeEvent      `json:"event" enum:"resolved,answered,colleague,purchase"`
	Conversation ConversationID `json:"conversation,omitempty" doc:"resolved, answered: which of the linked conversations; any of them where it is absent"`
	Number       int64          `json:"number,omitempty" doc:"Of that conversation; answered only"`
	Purchase     PurchaseID     `json:"purchase,omitempty" doc:"purchase: which one; any of the customer or linked with the conversation where it is absent"`
	By           AgentID        `json:"by,omitempty" doc:"Who waits; answered only"`
	Since        Time           `json:"since,omitempty" doc:"Since when; answered only"`
}

// Target is the id of what the event has to happen to; 0 for any.
func (w WakeOn) Target() int64 {
	if w.Event == WhenPurchase {
		return int64(w.Purchase)
	}
	return int64(w.Conversation)
}
