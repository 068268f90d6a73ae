// Package thread decides which conversation a message belongs to, and says why. It looks only at what it is given: the
// store gathers the candidates, the caller acts on the decision.
//
// The rules, strongest first:
//
//  1. A verified reply token names the conversation.
//  2. In-Reply-To names a message of the conversation (RFC 5322 3.6.4).
//  3. References name one; the older the reference, the weaker.
//  4. The subject holds the conversation's number, and the sender takes part in it. Anybody can type a number.
//  5. The same customer wrote about the same subject a short time ago, to the same inbox, and a person writes.
//
// By the first three, somebody who didn't take part yet joins, as people in copy do. Spam and trash take no message. A
// resolved conversation takes one only where the policy reopens it, a closed one never; then a new conversation follows it. Automatic
// mails (absence, bounces) join finished conversations all the same, since they reopen nothing and deserve no
// conversation of their own.
package thread

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
	"time"

	"tellus/internal/desk"
)

// Message is what is known of a message that has just come.
type Message struct {
	InReplyTo  []string            // Message-IDs without angle brackets
	References []string            // Message-IDs without angle brackets, oldest first
	Token      desk.ConversationID // what a verified reply token names; 0 where there is none
	Numbers    []int64             // found in the subject; see Numbers
	Subject    string              // normalised; see Normalise
	Sender     string              // address; its case doesn't matter
	Customer   desk.CustomerID     // who wrote; 0 where not known before
	Inbox      desk.InboxID
	At         desk.Time
	Automatic  bool // written by a machine
}

// Candidate is a conversation that the message may belong to. One that the store found by another sign than those of
// Message is harmless: it is never chosen.
type Candidate struct {
	Conversation desk.ConversationID
	Number       int64
	MailIDs      []string // those of In-Reply-To and References that are messages of this conversation
	Participants []string // addresses; their case doesn't matter
	Customers    []desk.CustomerID
	Subject      string // normalised; see Normalise
	Inbox        desk.InboxID
	Status       desk.Status
	LastAt       desk.Time // when the last message came or went
	FinishedAt   desk.Time // when it was resolved or closed; 0 where it is not
	Spam         bool
	Trashed      bool
	Former       []Former // what was merged into it and is looked for by token or number
}

// Former is a conversation that was merged into a candidate: its token and its number lead there.
type Former struct {
	Conversation desk.ConversationID
	Number       int64
}

// Reopen is what a message to a resolved conversation does. A closed one (desk.StatusClosed) is over in any case.
type Reopen string

// The policies, worded as inboxes store them.
const (
	ReopenAlways Reopen = "always"
	ReopenNever  Reopen = "never"
	ReopenWithin Reopen = "within" // Policy.Days
)

// DefaultRecent is how long ago the last message of a conversation may be for the subject alone to join it.
const DefaultRecent = 7 * 24 * time.Hour

// Policy is what the inbox wants.
type Policy struct {
	Reopen Reopen        // empty means ReopenAlways
	Days   int           // for ReopenWithin: days since the conversation was finished, that day's hour included
	Recent time.Duration // for the subject alone; 0 means DefaultRecent, below 0 never
}

// The codes of reasons.
const (
	ByToken     = "token"       // the reply token names the conversation
	ByInReplyTo = "in_reply_to" // answers a message of the conversation; Detail is its Message-ID
	ByReference = "references"  // refers to a message of the conversation; Detail is its Message-ID
	ByNumber    = "number"      // the subject holds the number, Detail
	BySubject   = "subject"     // same customer, same subject, a short time ago

	IsParticipant = "participant" // the sender takes part
	IsOutsider    = "outsider"    // the sender didn't take part yet, and joins
	SameInbox     = "same_inbox"
	Reopens       = "reopens" // the conversation was finished and is opened again

	Follows   = "follows"     // a new conversation follows a finished one, whose number is Detail
	WasSpam   = "was_spam"    // what it belongs to is marked as spam, so that a new conversation begins
	WasTrash  = "was_trash"   // what it belongs to is in the trash, so that a new conversation begins
	NoMatch   = "no_match"    // nothing points to a conversation
	NotForHim = "not_for_him" // a number in the subject was left aside, because the sender doesn't take part; Detail
)

// Weights of the reasons, out of 100. Only those of the five rules decide, and a stronger rule always beats any sum of weaker ones.
const (
	weightToken     = 100
	weightInReplyTo = 80
	weightReference = 60 // for the newest; each older one has nine tenths of the one after it, down to 20
	weightNumber    = 15
	weightSubject   = 10

	leastReference = 20
	olderReference = 0.9
)

// Decision is where a message goes.
type Decision struct {
	Conversation desk.ConversationID // 0: a new conversation
	Follows      desk.ConversationID // for a new conversation: the finished one that it continues; 0 where there is none
	Score        float64             // weight of the rule that decided, 0–100; 0 where nothing pointed anywhere
	Reasons      []desk.Reason       // strongest first, never empty
}

// New tells whether a new conversation begins.
func (d Decision) New() bool { return d.Conversation == 0 }

// Decide chooses the conversation that a message belongs to. It is deterministic, the order of the candidates doesn't
// matter, and candidates to which nothing points change nothing. Its cost is linear in candidates × references.
func Decide(m Message, candidates []Candidate, p Policy) Decision {
	var found []match
	var aside []desk.Reason
	for i := range candidates {
		c := &candidates[i]
		x, ok := weigh(m, c, p)
		if ok {
			found = append(found, x)
		} else if n := numbered(m, c); n != 0 && !takesPart(m, c) && !c.Spam && !c.Trashed {
			aside = append(aside, desk.Reason{Code: NotForHim, Detail: written(n)})
		}
	}
	slices.SortFunc(found, func(a, b match) int { return compare(m, a, b) })
	slices.SortFunc(aside, func(a, b desk.Reason) int { return cmp.Compare(a.Detail, b.Detail) })
	d := choose(m, found, p)
	d.Reasons = append(d.Reasons, slices.Compact(aside)...)
	return d
}

// match is a candidate to which one of the rules points.
type match struct {
	*Candidate
	by desk.Reason
}

// weigh returns the strongest rule that points to a candidate.
func weigh(m Message, c *Candidate, p Policy) (match, bool) {
	if c.Conversation == 0 {
		return match{}, false
	}
	if m.Token != 0 && m.Token == c.Conversation {
		return match{c, desk.Reason{Code: ByToken, Weight: weightToken}}, true
	}
	for _, f := range c.Former {
		if m.Token != 0 && m.Token == f.Conversation {
			return match{c, desk.Reason{Code: ByToken, Weight: weightToken, Detail: written(f.Number)}}, true
		}
	}
	for _, id := range m.InReplyTo {
		if slices.Contains(c.MailIDs, id) {
			return match{c, desk.Reason{Code: ByInReplyTo, Weight: weightInReplyTo, Detail: id}}, true
		}
	}
	weight := float64(weightReference)
	for i := len(m.References) - 1; i >= 0; i-- {
		if slices.Contains(c.MailIDs, m.References[i]) {
			return match{c, desk.Reason{Code: ByReference, Weight: weight, Detail: m.References[i]}}, true
		}
		weight = max(leastReference, weight*olderReference)
	}
	if c.Spam || c.Trashed {
		return match{}, false // nothing weaker may point to what is not seen
	}
	if n := numbered(m, c); n != 0 && takesPart(m, c) {
		return match{c, desk.Reason{Code: ByNumber, Weight: weightNumber, Detail: written(n)}}, true
	}
	if bySubject(m, c, p) {
		return match{c, desk.Reason{Code: BySubject, Weight: weightSubject}}, true
	}
	return match{}, false
}

func numberOf(c *Candidate) string { return written(c.Number) }

func written(number int64) string { return "#" + strconv.FormatInt(number, 10) }

// numbered is the number in the subject that leads to a candidate: its own, or that of one which was merged into it; 0 where there is none.
func numbered(m Message, c *Candidate) int64 {
	if c.Number != 0 && slices.Contains(m.Numbers, c.Number) {
		return c.Number
	}
	for _, f := range c.Former {
		if f.Number != 0 && slices.Contains(m.Numbers, f.Number) {
			return f.Number
		}
	}
	return 0
}

// takesPart tells whether the sender is a participant, by address or as a customer.
func takesPart(m Message, c *Candidate) bool {
	if m.Customer != 0 && slices.Contains(c.Customers, m.Customer) {
		return true
	}
	return m.Sender != "" && slices.ContainsFunc(c.Participants, func(a string) bool { return strings.EqualFold(a, m.Sender) })
}

// bySubject is the weak last rule.
func bySubject(m Message, c *Candidate, p Policy) bool {
	recent := p.Recent
	if recent == 0 {
		recent = DefaultRecent
	}
	switch {
	case m.Automatic, m.Subject == "", m.Subject != c.Subject, m.Inbox != c.Inbox:
		return false
	case m.Customer == 0 || !slices.Contains(c.Customers, m.Customer):
		return false
	case c.LastAt == 0 || m.At.Sub(c.LastAt) > recent:
		return false
	}
	return takes(m, c, p)
}

// compare orders matches, best first: by rule and weight, then the likelier of equals. A mail that was sent to two
// inboxes, or moved, stands in two conversations.
func compare(m Message, a, b match) int {
	return cmp.Or(
		cmp.Compare(b.by.Weight, a.by.Weight),
		truth(b.Inbox == m.Inbox, a.Inbox == m.Inbox),
		truth(takesPart(m, b.Candidate), takesPart(m, a.Candidate)),
		truth(!b.Status.Finished(), !a.Status.Finished()),
		cmp.Compare(b.LastAt, a.LastAt),
		cmp.Compare(b.Conversation, a.Conversation),
	)
}

func truth(a, b bool) int {
	switch {
	case a == b:
		return 0
	case a:
		return 1
	}
	return -1
}

// choose takes the best match that may take the message. Where the best may not, one that the message refers to as well
// is as good: the conversation that followed a finished one carries its references on.
func choose(m Message, found []match, p Policy) Decision {
	for _, x := range found {
		if x.by.Weight < leastReference && x.Candidate != found[0].Candidate {
			break
		}
		if x.Spam || x.Trashed || !takes(m, x.Candidate, p) {
			continue
		}
		return join(m, x)
	}
	if len(found) == 0 {
		return Decision{Reasons: []desk.Reason{{Code: NoMatch}}}
	}
	return begin(found)
}

// takes tells whether a conversation takes a message, as far as its status goes.
func takes(m Message, c *Candidate, p Policy) bool {
	if m.Automatic || !c.Status.Finished() {
		return true
	}
	if c.Status == desk.StatusClosed {
		return false
	}
	switch p.Reopen {
	case ReopenNever:
		return false
	case ReopenWithin:
		return c.FinishedAt != 0 && m.At.Sub(c.FinishedAt) <= time.Duration(p.Days)*24*time.Hour
	}
	return true
}

func join(m Message, x match) Decision {
	d := Decision{Conversation: x.Conversation, Score: x.by.Weight, Reasons: []desk.Reason{x.by}}
	if takesPart(m, x.Candidate) {
		d.Reasons = append(d.Reasons, desk.Reason{Code: IsParticipant})
	} else {
		d.Reasons = append(d.Reasons, desk.Reason{Code: IsOutsider})
	}
	if x.Inbox == m.Inbox {
		d.Reasons = append(d.Reasons, desk.Reason{Code: SameInbox})
	}
	if x.Status.Finished() && !m.Automatic {
		d.Reasons = append(d.Reasons, desk.Reason{Code: Reopens})
	}
	return d
}

// begin makes a new conversation beside matches of which none takes the message. It follows the best that is to be seen.
func begin(found []match) Decision {
	best := found[0]
	d := Decision{Score: best.by.Weight}
	for _, x := range found {
		if !x.Spam && !x.Trashed {
			d.Follows, d.Score = x.Conversation, x.by.Weight
			d.Reasons = []desk.Reason{{Code: Follows, Weight: x.by.Weight, Detail: numberOf(x.Candidate)}, x.by}
			return d
		}
	}
	code := WasTrash
	if best.Spam {
		code = WasSpam
	}
	d.Reasons = []desk.Reason{{Code: code, Weight: best.by.Weight}, best.by}
	return d
}
