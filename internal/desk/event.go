package desk

import "encoding/json"

// EventKind names a fact.
type EventKind string

// Facts about conversations. Data holds ids, codes and numbers, never a person's words, names or addresses: erasing a message or a
// person must leave the log true.
const (
	ConversationOpened    EventKind = "conversation.opened"
	ConversationReopened  EventKind = "conversation.reopened"
	DueMoved              EventKind = "conversation.due_moved" // opening hours changed; data: none
	MessageReceived       EventKind = "message.received"
	MessageQueued         EventKind = "message.queued" // an outgoing message waits to be sent
	MessageSent           EventKind = "message.sent"
	MessageFailed         EventKind = "message.failed"
	MessageBounced        EventKind = "message.bounced"
	MessageUnsure         EventKind = "message.unsure" // handed over, never confirmed
	MessageCancelled      EventKind = "message.cancelled"
	MessageHeld           EventKind = "message.held" // a scheduled mail is not sent, since the customer wrote before its time
	MessageMoved          EventKind = "message.moved"
	MessageRedacted       EventKind = "message.redacted"
	MessageErased         EventKind = "message.erased"
	FilesScanned          EventKind = "message.scanned"    // files that came while the virus scanner was away; data: {held}
	FilesRead             EventKind = "message.files_read" // search knows what an attached file says
	NoteAdded             EventKind = "note.added"
	RecordAdded           EventKind = "record.added" // a call, visit or letter written down by hand
	AcknowledgementQueued EventKind = "acknowledgement.queued"
	StatusChanged         EventKind = "status.changed"   // data: {from, to}
	PriorityChanged       EventKind = "priority.changed" // data: {from, to}
	AssigneeChanged       EventKind = "assignee.changed" // data: {from, to}
	TeamChanged           EventKind = "team.changed"     // data: {from, to}
	InboxChanged          EventKind = "inbox.changed"    // data: {from, to}
	SubjectChanged        EventKind = "subject.changed"
	CustomerRenamed       EventKind = "customer.renamed"     // the conversation shows its customer's new name
	CustomerChanged       EventKind = "customer.changed"     // the conversation's customer; data: {from, to}
	TagAdded              EventKind = "tag.added"            // data: {tag}
	TagRemoved            EventKind = "tag.removed"          // data: {tag}
	FollowerAdded         EventKind = "follower.added"       // data: {agent}
	FollowerRemoved       EventKind = "follower.removed"     // data: {agent}
	AgentMentioned        EventKind = "agent.mentioned"      // data: {agent, message}
	PeopleTold            EventKind = "people.told"          // somebody is asked to look; data: {agents, teams, holder, leads, duty, loud}
	Snoozed               EventKind = "conversation.snoozed" // data: {until, on, number}
	Woken                 EventKind = "conversation.woken"   // data: {on, number} where an event ended the snooze
	MarkedSpam            EventKind = "conversation.spam"
	UnmarkedSpam          EventKind = "conversation.not_spam"
	Trashed               EventKind = "conversation.trashed"
	Restored              EventKind = "conversation.restored"
	AccessRestricted      EventKind = "conversation.restricted" // data: {agents}
	AccessOpened          EventKind = "conversation.unrestricted"
	ParticipantAdded      EventKind = "participant.added"
	ParticipantRemoved    EventKind = "participant.removed"
	ReadMarked            EventKind = "conversation.read"          // data: {agent, message}
	DraftSaved            EventKind = "draft.saved"                // an agent has a draft now, or none any more; data: {agent, kept}
	ConversationsLinked   EventKind = "conversation.linked"        // data: {to, kind}
	ConversationsUnlinked EventKind = "conversation.unlinked"      // data: {to, kind}
	ConversationsMerged   EventKind = "conversation.merged"        // others went into it; data: {merge, conversations, numbers}
	ConversationMerged    EventKind = "conversation.merged_away"   // it went into another; data: {merge, into}
	MergeUndone           EventKind = "conversation.merge_undone"  // others left it again; data: {merge, conversations, numbers}
	ConversationParted    EventKind = "conversation.parted"        // it is by itself again; data: {merge, from}
	MessagesSplit         EventKind = "conversation.split"         // messages left for a new conversation; data: {to, messages}
	SideAnswered          EventKind = "conversation.side_answered" // an answer came in a side conversation; data: {side}
)

// Facts about everything else that live browsers or the audit trail need.
const (
	CustomerCreated     EventKind = "customer.created"
	CustomerUpdated     EventKind = "customer.updated"
	OrganisationUpdated EventKind = "organisation.updated"
	InboxUpdated        EventKind = "inbox.updated"
	TeamUpdated         EventKind = "team.updated"
	AgentUpdated        EventKind = "agent.updated"
	TagUpdated          EventKind = "tag.updated"
	SettingUpdated      EventKind = "setting.updated"
	JobGaveUp           EventKind = "job.gave_up"
	JobSettled          EventKind = "job.settled"      // a dead job was tried again or dismissed
	AccessUpdated       EventKind = "access.updated"   // what an agent may see changed: live feeds start anew
	NoticesChanged      EventKind = "notice.changed"   // told to the agent alone, whose id is the subject; data: {unread}
	PresenceChanged     EventKind = "presence.changed" // of the agent whose id is the subject; data: a Presence
	PresenceRules       EventKind = "presence.rules"   // the rules of the house, or the reasons for being away
)

// SubjectKind says what an event is about.
type SubjectKind string

const (
	AboutConversation SubjectKind = "conversation"
	AboutCustomer     SubjectKind = "customer"
	AboutOrganisation SubjectKind = "organisation"
	AboutInbox        SubjectKind = "inbox"
	AboutTeam         SubjectKind = "team"
	AboutAgent        SubjectKind = "agent"
	AboutTag          SubjectKind = "tag"
	AboutSetting      SubjectKind = "setting"
	AboutJob          SubjectKind = "job"
	AboutNotice       SubjectKind = "notice"   // of an agent, whose id is the subject
	AboutPresence     SubjectKind = "presence" // of an agent, whose id is the subject; 0 for the rules
)

// Event is a fact, appended in the transaction that made it true and never edited.
type Event struct {
	Seq          Seq             `json:"seq"`
	At           Time            `json:"at"`
	By           Actor           `json:"by"`
	Kind         EventKind       `json:"kind"`
	SubjectKind  SubjectKind     `json:"subjectKind"`
	Subject      int64           `json:"subject"`
	Conversation ConversationID  `json:"conversation,omitempty"`
	Message      MessageID       `json:"message,omitempty"`
	Cause        Seq             `json:"cause,omitempty"` // the event that this one followed from
	Data         json.RawMessage `json:"data,omitempty"`
}
