package desk

import "slices"

// Role is what an agent may do in general. What he may see is a Scope.
type Role string

const (
	Owner         Role = "owner"
	Administrator Role = "administrator"
	Supervisor    Role = "supervisor"
	AgentRole     Role = "agent"
	LightAgent    Role = "light_agent" // reads, and writes notes only
)

// Permission is one thing that a role allows; operations of the API name the permission they need.
type Permission string

const (
	ReadConversations  Permission = "conversation.read"
	WriteNotes         Permission = "conversation.note"
	WriteConversations Permission = "conversation.write" // reply, assign, change, start, record
	SeeAll             Permission = "conversation.see_all"
	Restrict           Permission = "conversation.restrict" // name the only people who see a conversation
	EraseContent       Permission = "conversation.erase"    // redact, erase
	ExportData         Permission = "conversation.export"
	ManageTags         Permission = "tag.manage"
	ManageMacros       Permission = "macro.manage"    // those that are shared
	ManageFields       Permission = "field.manage"    // custom fields, types of conversations, checklists
	ManageViews        Permission = "view.manage"     // those that are shared
	ManagePurchases    Permission = "purchase.manage" // record them, take them in from files, connect shops
	ManageInboxes      Permission = "inbox.manage"
	ManageTeams        Permission = "team.manage"
	ManagePeople       Permission = "people.manage"
	ManageOwners       Permission = "people.manage_owners"
	ManagePresence     Permission = "presence.manage" // say whether others are there, and when they work
	ManagePolicies     Permission = "policy.manage"   // service levels
	ManageRules        Permission = "rule.manage"     // what the desk does by itself
	ReadFigures        Permission = "figure.read"     // what the desk is measured by
	ReadAudit          Permission = "audit.read"
	ManagePrivacy      Permission = "privacy.manage" // export and erase a person, legal holds, retention
	ManageJobs         Permission = "job.manage"
	ManageSettings     Permission = "setting.manage"
)

// Roles is the table of permissions, the only one there is.
var Roles = map[Role][]Permission{
	LightAgent: {ReadConversations, WriteNotes},
	AgentRole:  {ReadConversations, WriteNotes, WriteConversations, EraseContent, ExportData},
	Supervisor: {ReadConversations, WriteNotes, WriteConversations, EraseContent, ExportData, SeeAll, Restrict, ManageTags, ManageMacros, ManageViews, ManageFields, ManagePurchases, ManagePresence, ManageTeams, ManagePolicies, ManageRules, ReadFigures},
	Administrator: {ReadConversations, WriteNotes, WriteConversations, EraseContent, ExportData, SeeAll, Restrict, ManageTags, ManageMacros, ManageViews, ManageFields, ManagePurchases, ManagePresence, ManageTeams, ManagePolicies, ManageRules, ReadFigures,
		ManageInboxes, ManagePeople, ReadAudit, ManagePrivacy, ManageJobs, ManageSettings},
	Owner: {ReadConversations, WriteNotes, WriteConversations, EraseContent, ExportData, SeeAll, Restrict, ManageTags, ManageMacros, ManageViews, ManageFields, ManagePurchases, ManagePresence, ManageTeams, ManagePolicies, ManageRules, ReadFigures,
		ManageInboxes, ManagePeople, ReadAudit, ManagePrivacy, ManageJobs, ManageSettings, ManageOwners},
}

// May reports whether the role allows p.
func (r Role) May(p Permission) bool { return slices.Contains(Roles[r], p) }

// Valid reports whether the role exists.
func (r Role) Valid() bool { _, ok := Roles[r]; return ok }

// Scope is what an agent may see, worked out once per request and put into every query about conversations: those of All,
// of Inboxes and Teams, assigned to him, and restricted ones only where he is named.
type Scope struct {
	Agent   AgentID
	All     bool
	Inboxes []InboxID
	Teams   []TeamID
}
