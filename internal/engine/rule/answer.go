package rule

import (
	"time"

	"tellus/internal/desk"
)

// Why a rule's answer was withheld. Nothing of it is sent, and the rule's other actions are done.
const (
	AnswerMachine     Why = "answer_machine"     // a machine wrote, or what came may not be answered by one (RFC 3834 section 2)
	AnswerOwn         Why = "answer_own"         // the address is one of our own
	AnswerUnreachable Why = "answer_unreachable" // there is no address to write to, or the inbox sends nothing
	AnswerPutAway     Why = "answer_put_away"    // the conversation is spam or in the trash
	AnswerRecent      Why = "answer_recent"      // the rule answered in this conversation not long ago
	AnswerDaily       Why = "answer_daily"       // the address got as many automatic mails as it may within a day
	AnswerMissing     Why = "answer_missing"     // the text speaks of something that has no value here
)

// Answering is what is known where a rule would answer.
type Answering struct {
	Machine   bool      // what the rule acts on, or the newest message of the conversation that came in, asks for no automatic answer
	Own       bool      // the address is one of our own inboxes
	Reachable bool      // there is an address, and an inbox that sends
	PutAway   bool      // in spam or in the trash
	Last      desk.Time // when this rule last answered in this conversation; 0 for never
	Lately    int       // automatic mails that went to the address within the last 24 hours, acknowledgements among them
}

// Withhold decides whether a rule may answer by itself; Acts where it may. Two machines that answer each other are stopped by any of three things: by what marks their
// mails, by the time that has to pass between two answers of one rule in one conversation, and by how many mails one address gets a day, whatever conversation or rule
// they belong to.
func Withhold(a desk.Action, is Answering, now desk.Time) Why {
	switch {
	case is.PutAway:
		return AnswerPutAway
	case is.Machine:
		return AnswerMachine
	case !is.Reachable:
		return AnswerUnreachable
	case is.Own:
		return AnswerOwn
	case is.Last != 0 && now < is.Last.Add(time.Duration(a.Hours)*time.Hour):
		return AnswerRecent
	case is.Lately >= a.Daily:
		return AnswerDaily
	}
	return Acts
}
