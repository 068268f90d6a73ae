package api

import (
	"net/http"

	"tellus/internal/desk"
)

// deskRoutes are the operations of the desk itself: conversations, customers, inboxes.
var deskRoutes = []route{
	{"list-views", get, "/views", needs(desk.ReadConversations), "The built-in views with their counts", option{}},
	{"list-conversations", get, "/conversations", needs(desk.ReadConversations), "A page of a view", option{}},
	{"get-conversation", get, "/conversations/{id}", needs(desk.ReadConversations), "A conversation with all that its screen needs", option{}},
	{"find-conversation", get, "/conversations/number/{number}", needs(desk.ReadConversations), "The same by the number that people quote", option{apart: true}},
	{"get-timeline", get, "/conversations/{id}/timeline", needs(desk.ReadConversations), "Older messages and activities", option{}},
	{"export-pdf", get, "/conversations/{id}/export.pdf", needs(desk.ExportData), "The conversation for paper; notes=1 with the notes", option{}},
	{"print-conversation", get, "/conversations/{id}/print", needs(desk.ReadConversations), "The conversation as a page that browsers print; remote=ID,… shows pictures from elsewhere in those messages", option{}},
	{"export-zip", get, "/conversations/{id}/export.zip", needs(desk.ExportData), "The conversation with its originals; notes=1 with the notes", option{}},
	{"change-conversation", patch, "/conversations/{id}", needs(desk.WriteConversations), "Status, assignee, tags, snooze, spam, trash…", option{}},
	{"start-conversation", post, "/conversations", needs(desk.WriteConversations), "Write first: a new mail to a customer", option{creates: true, max: 4 << 20}},
	{"record-conversation", post, "/conversations/record", needs(desk.WriteConversations), "Write down a call, visit or letter as a new conversation", option{creates: true, max: 4 << 20}},
	{"add-record", post, "/conversations/{id}/records", needs(desk.WriteConversations), "Write down a call, visit or letter", option{creates: true, max: 4 << 20}},
	{"send-reply", post, "/conversations/{id}/replies", needs(desk.WriteConversations), "Answer the customer", option{creates: true, max: 4 << 20}},
	{"add-note", post, "/conversations/{id}/notes", needs(desk.WriteNotes), "Write a note for colleagues", option{creates: true, max: 4 << 20}},
	{"save-draft", put, "/conversations/{id}/draft", needs(desk.WriteNotes), "Keep what the composer holds", option{max: 4 << 20}},
	{"ask-review", post, "/conversations/{id}/draft/review", needs(desk.WriteConversations), "Ask a colleague to check the caller's draft", option{}},
	{"answer-review", put, "/conversations/{id}/draft/reviews/{author}", needs(desk.WriteNotes), "Say about a colleague's draft that it can be sent, or give it back", option{max: 4 << 20}},
	{"drop-draft", del, "/conversations/{id}/draft", needs(desk.WriteNotes), "Throw the draft away", option{}},
	{"follow-conversation", put, "/conversations/{id}/followers/{agent}", needs(desk.WriteNotes), "Add a follower", option{}},
	{"unfollow-conversation", del, "/conversations/{id}/followers/{agent}", needs(desk.WriteNotes), "Remove a follower", option{}},
	{"read-conversation", put, "/conversations/{id}/read", needs(desk.WriteNotes), "Mark as read up to a message, or as unread", option{}},
	{"set-access", put, "/conversations/{id}/access", needs(desk.Restrict), "Restrict a conversation to named people, or open it", option{}},
	{"add-participant", post, "/conversations/{id}/participants", needs(desk.WriteConversations), "Copy somebody in from now on", option{status: http.StatusNoContent}},
	{"remove-participant", del, "/conversations/{id}/participants/{address}", needs(desk.WriteConversations), "Take somebody out", option{}},
	{"list-drafts", get, "/drafts", needs(desk.WriteNotes), "Drafts of new mails", option{}},
	{"create-draft", post, "/drafts", needs(desk.WriteConversations), "Begin a draft of a new mail", option{creates: true, max: 4 << 20}},
	{"change-draft", put, "/drafts/{id}", needs(desk.WriteConversations), "Keep a draft of a new mail", option{max: 4 << 20}},
	{"delete-draft", del, "/drafts/{id}", needs(desk.WriteConversations), "Throw a draft of a new mail away", option{}},
	{"open-live", get, "/live", needs(desk.ReadConversations), "The live feed, by WebSocket", option{}},
	{"search-desk", get, "/search", needs(desk.ReadConversations), "Conversations and customers for the palette", option{}},
	{"search-messages", get, "/search/messages", needs(desk.ReadConversations), "Full text of all that the caller may see, by the query language", option{}},

	{"cancel-message", post, "/messages/{id}/cancel", needs(desk.WriteConversations), "Take a queued message back: it becomes a draft again", option{}},
	{"list-scheduled", get, "/scheduled", needs(desk.WriteConversations), "One's own mails that wait for their time, the next first", option{}},
	{"reschedule-message", post, "/messages/{id}/reschedule", needs(desk.WriteConversations), "Give a scheduled mail another time, or send it at once", option{}},
	{"retry-message", post, "/messages/{id}/retry", needs(desk.WriteConversations), "Send again to those who did not get it", option{}},
	{"move-message", post, "/messages/{id}/move", needs(desk.WriteConversations), "Move to another conversation, or to a new one", option{}},
	{"suggest-redactions", get, "/messages/{id}/suggestions", needs(desk.EraseContent), "Card and personal code numbers in the text", option{}},
	{"redact-message", post, "/messages/{id}/redact", needs(desk.EraseContent), "Blacken parts of the text for good", option{}},
	{"erase-message", post, "/messages/{id}/erase", needs(desk.EraseContent), "Take the content out for good", option{}},
	{"get-raw-mail", get, "/messages/{id}/raw", needs(desk.ReadConversations), "The raw mail", option{}},
	{"get-frame", get, "/messages/{id}/frame", needs(desk.ReadConversations), "The sender's HTML, safe, as a page for a frame", option{}},
	{"get-remote-image", get, "/messages/{id}/remote", needs(desk.ReadConversations), "A remote image of a message, through the desk", option{}},
	{"upload-attachment", post, "/attachments", needs(desk.WriteNotes), "Add a file to a draft", option{max: maxUpload, status: http.StatusCreated}},
	{"get-attachment", get, "/attachments/{id}", needs(desk.ReadConversations), "A file", option{}},
	{"read-attached-mail", get, "/attachments/{id}/mail", needs(desk.ReadConversations), "A mail that came as an attachment, readable", option{}},
	{"get-attached-file", get, "/attachments/{id}/mail/files/{index}", needs(desk.ReadConversations), "A file of a mail that came as an attachment", option{}},
	{"read-container", get, "/attachments/{id}/container", needs(desk.ReadConversations), "What a signed container holds, and who signed it", option{}},
	{"get-container-file", get, "/attachments/{id}/container/{index}", needs(desk.ReadConversations), "A file of a signed container", option{}},
	{"get-thumbnail", get, "/attachments/{id}/thumbnail", needs(desk.ReadConversations), "A small picture of an image", option{}},
	{"delete-attachment", del, "/attachments/{id}", needs(desk.WriteNotes), "Drop a file that was not sent", option{}},

	{"list-tags", get, "/tags", needs(desk.ReadConversations), "All tags", option{}},
	{"create-tag", post, "/tags", needs(desk.ManageTags), "Make a tag", option{creates: true}},
	{"change-tag", patch, "/tags/{id}", needs(desk.ManageTags), "Rename or recolour a tag", option{}},
	{"delete-tag", del, "/tags/{id}", needs(desk.ManageTags), "Delete an unused tag", option{}},

	{"list-inboxes", get, "/inboxes", signedIn, "All inboxes", option{}},
	{"create-inbox", post, "/inboxes", needs(desk.ManageInboxes), "Make an inbox", option{creates: true}},
	{"get-inbox", get, "/inboxes/{id}", needs(desk.ManageInboxes), "An inbox", option{}},
	{"change-inbox", patch, "/inboxes/{id}", needs(desk.ManageInboxes), "Replace an inbox's settings", option{}},
	{"delete-inbox", del, "/inboxes/{id}", needs(desk.ManageInboxes), "Delete an inbox that nothing arrived in", option{}},
	{"test-inbox", post, "/inboxes/test", needs(desk.ManageInboxes), "Try the connection of settings that need not be saved", option{}},
	{"list-health", get, "/inboxes/health", needs(desk.ManageInboxes), "How each mailbox fares", option{}},
	{"reconnect-inbox", post, "/inboxes/{id}/retry", needs(desk.ManageInboxes), "Connect again now", option{}},
	{"begin-oauth", post, "/inboxes/{id}/oauth", needs(desk.ManageInboxes), "Begin the authorisation with Google or Microsoft", option{}},
	{"finish-oauth", get, "/oauth/callback", personally(desk.ManageInboxes), "Where Google and Microsoft send the browser back to", option{}},
	{"get-settings", get, "/settings", needs(desk.ManageSettings), "The settings of the whole desk", option{}},
	{"change-settings", patch, "/settings", needs(desk.ManageSettings), "Replace the settings of the whole desk", option{}},
	{"get-search-progress", get, "/search/progress", needs(desk.ManageJobs), "How far the search index is: how much it holds, and how far it is behind", option{}},
	{"list-dead-jobs", get, "/jobs/dead", needs(desk.ManageJobs), "Jobs that gave up", option{}},
	{"retry-job", post, "/jobs/{id}/retry", needs(desk.ManageJobs), "Try a job again", option{}},
	{"discard-job", del, "/jobs/{id}", needs(desk.ManageJobs), "Give a job up for good", option{}},
}

// registerDesk connects the operations of the desk with their handlers.
func (s *Server) registerDesk() {
	s.registerConversations()
	s.registerSearch()
	s.registerWriting()
	s.registerMessages()
	s.registerFiles()
	s.registerExport()
	s.registerCustomers()
	s.registerInboxes()
	s.registerViews()
	s.registerSegments()
	s.registerFigures()
	s.registerStaffing()
	s.registerWallboards()
	s.registerSkills()
	s.registerPolicies()
	s.registerStatutes()
	s.registerDuty()
	s.registerCommitments()
	s.registerDistribution()
	s.registerRules()
	s.registerWebhooks()
	s.registerBulk()
	s.registerPrivacy()
	stream(s, "open-live", []string{"application/json"}, s.openLive)
}
