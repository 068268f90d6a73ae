package desk

import (
	"fmt"
	"strconv"
)

// RuleID names a rule.
type RuleID int64

func (id RuleID) String() string { return strconv.FormatInt(int64(id), 10) }

// ByRule is a rule as actor.
func ByRule(id RuleID) Actor { return Actor{ActorRule, int64(id)} }

// Facts about rules.
const (
	RuleUpdated EventKind = "rule.updated"
	RuleFired   EventKind = "rule.fired"   // it did something with a conversation; data: {rule, version, deeds}
	RuleFailed  EventKind = "rule.failed"  // what it wanted to do was refused, and nothing of it was done; data: {rule, version, why}
	RuleStopped EventKind = "rule.stopped" // it would have acted, and was kept from going round; data: {rule, version, why}

	RuleDue EventKind = "rule.due" // time made it true of a conversation; data: {rule, at}

	AboutRule SubjectKind = "rule"

	// TimePassed stands among a rule's events, alone, where it acts by time. The log has no such event.
	TimePassed EventKind = "time"
)

// RuleEvents are what rules can act on: what somebody did with a conversation, or what befell it. What rules themselves tell is not among them, nor what only readers
// need to know (drafts, marks of reading, moves between views).
var RuleEvents = []EventKind{ConversationOpened, MessageReceived, ConversationReopened, MessageQueued, MessageSent, MessageFailed, MessageBounced, NoteAdded, RecordAdded,
	StatusChanged, PriorityChanged, AssigneeChanged, TeamChanged, InboxChanged, SubjectChanged, CustomerChanged, TagAdded, TagRemoved, Snoozed, Woken, MarkedSpam, UnmarkedSpam,
	Trashed, Restored, ConversationsLinked, ConversationsMerged, MessagesSplit, SideAnswered, ClockWarned, ClockBreached,
	TypeChanged, FieldsChanged, CheckTicked, AgentMentioned, FollowerAdded, ParticipantAdded, ConversationsUnlinked, MergeUndone, MessageUnsure,
	CommitmentMade, CommitmentKept, CommitmentDropped, StatuteStarted, StatuteWarned, StatuteBreached, StatuteMet}

// CheckRuleActions is CheckActions for what a rule does: nobody is "me" to a rule.
func CheckRuleActions(field string, actions []Action) error {
	for i, a := range actions {
		if a.Me {
			return WhyNeeded.At(fmt.Sprintf("%s[%d].agent", field, i))
		}
	}
	return checkActions(field, actions)
}
