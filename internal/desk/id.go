package desk

import "strconv"

// Ids are numbers that the database gives, above zero and below 2^53 so that browsers read them exactly.
// They never stand in a public link: those carry random tokens.
type (
	AgentID        int64
	TeamID         int64
	InboxID        int64
	CustomerID     int64
	OrganisationID int64
	AddressID      int64
	ConversationID int64
	MessageID      int64
	AttachmentID   int64
	ArrivalID      int64
	TagID          int64
	DraftID        int64
	SessionID      int64
	TokenID        int64
	PasskeyID      int64
	JobID          int64
	NoticeID       int64
	DeviceID       int64 // a browser that takes pushes
	AwayReasonID   int64
	Seq            int64 // position in the event log
)

func (id AgentID) String() string        { return strconv.FormatInt(int64(id), 10) }
func (id TeamID) String() string         { return strconv.FormatInt(int64(id), 10) }
func (id InboxID) String() string        { return strconv.FormatInt(int64(id), 10) }
func (id CustomerID) String() string     { return strconv.FormatInt(int64(id), 10) }
func (id ConversationID) String() string { return strconv.FormatInt(int64(id), 10) }
func (id MessageID) String() string      { return strconv.FormatInt(int64(id), 10) }
func (id AttachmentID) String() string   { return strconv.FormatInt(int64(id), 10) }
func (id ArrivalID) String() string      { return strconv.FormatInt(int64(id), 10) }
func (id NoticeID) String() string       { return strconv.FormatInt(int64(id), 10) }
