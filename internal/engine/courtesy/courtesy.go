// Package courtesy decides whether a mail may be answered by itself. Who answers machines makes loops, and who answers often is a nuisance: RFC 3834 section 2 asks that neither is done. It has
// no I/O.
package courtesy

import "time"

// The cap on mails that are sent by themselves, per address: a machine that writes as a person would otherwise make a loop of it. The same text goes into a conversation once in Again.
const (
	MostPerHour = 3
	MostPerDay  = 8
	Again       = 24 * time.Hour
)

// Why is a reason not to answer; empty where there is none.
type Why string

const (
	Machine    Why = "answer_machine"    // a machine wrote it, or it came by a list, or from who wants no answer
	Unwanted   Why = "answer_unwanted"   // it is spam
	Own        Why = "answer_own"        // it came from one of our own addresses
	Unsendable Why = "answer_unsendable" // there is no mail of the customer to answer, or the inbox sends none
	Often      Why = "answer_often"      // enough went to the address by itself
	Given      Why = "answer_given"      // the same was said in the conversation a short while ago
	Unfilled   Why = "answer_unfilled"   // the text has a placeholder that has no value here
	Gone       Why = "answer_gone"       // the text is not there any more
)

// Mail is what came, and what went to its sender by itself before.
type Mail struct {
	Answerable bool // a customer wrote it by mail, and the inbox can send
	Machine    bool // Auto-Submitted, a list, a bounce, a sender who takes no mail
	Spam       bool
	Own        bool // its sender is an address of ours
	Hour       int  // mails that went to him by themselves in the last hour
	Day        int  // and in the last 24 hours
	Same       int  // of these, in the same conversation with the same text, within Again
}

// May says why a mail is not answered by itself; nothing where it may be.
func May(m Mail) Why {
	switch {
	case m.Own:
		return Own
	case m.Machine:
		return Machine
	case m.Spam:
		return Unwanted
	case !m.Answerable:
		return Unsendable
	case m.Same > 0:
		return Given
	case m.Hour >= MostPerHour || m.Day >= MostPerDay:
		return Often
	}
	return ""
}
