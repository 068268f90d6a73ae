// Package wake decides which events end a snooze before its time. It is pure: what waits and what happened go in, the answer comes out.
package wake

import (
	"slices"

	"tellus/internal/desk"
)

// Waiting is a snoozed conversation that waits for something.
type Waiting struct {
	ID       desk.ConversationID
	Customer desk.CustomerID
	For      desk.WakeOn
}

// Fact is an event with what is known around it.
type Fact struct {
	Kind desk.EventKind
	At   desk.Time
	By   desk.Actor
	// Conversations are the one that it happened in, with all that was merged into that; of an answer in a side conversation, the side conversation.
	Conversations []desk.ConversationID
	// Partners are the conversations that are linked with it, or beside which an answer came, or that are linked with a purchase.
	Partners []desk.ConversationID
	Finished bool // that conversation is resolved, closed, spam or in the trash now
	Purchase desk.PurchaseID
	Customer desk.CustomerID // whose purchase it is
}

// Tells reports whether events of a kind can wake anything, so that others need not be looked into.
func Tells(k desk.EventKind) bool { return Awaits(k) != "" }

// Awaits is what an event of a kind may be for who waits; empty where nobody waits for such.
func Awaits(k desk.EventKind) desk.WakeEvent {
	switch k {
	case desk.SideAnswered:
		return desk.WhenAnswered
	case desk.NoteAdded, desk.RecordAdded, desk.MessageQueued:
		return desk.WhenColleague
	case desk.PurchaseUpdated:
		return desk.WhenPurchase
	case desk.StatusChanged, desk.Trashed, desk.MarkedSpam, desk.ConversationsMerged:
		return desk.WhenResolved
	}
	return ""
}

// Ends reports whether a fact ends a wait. What happened before the wait began does not, nor what the waiting agent does himself with the conversation. Who waits for a
// conversation that was merged into his own has nothing to wait for any more.
func Ends(w Waiting, f Fact) bool {
	if f.At <= w.For.Since || w.For.Event == "" || w.For.Event != Awaits(f.Kind) {
		return false
	}
	named := w.For.Conversation != 0 && slices.Contains(f.Conversations, w.For.Conversation)
	partner := slices.Contains(f.Partners, w.ID)
	switch w.For.Event {
	case desk.WhenResolved:
		itself := named && f.Kind == desk.ConversationsMerged && slices.Contains(f.Conversations, w.ID)
		return itself || f.Finished && (named || w.For.Conversation == 0 && partner)
	case desk.WhenAnswered:
		return partner && (named || w.For.Conversation == 0)
	case desk.WhenColleague:
		return f.By.Agent() != 0 && f.By.Agent() != w.For.By && slices.Contains(f.Conversations, w.ID)
	case desk.WhenPurchase:
		if w.For.Purchase != 0 {
			return w.For.Purchase == f.Purchase
		}
		return partner || f.Customer != 0 && f.Customer == w.Customer
	}
	return false
}
