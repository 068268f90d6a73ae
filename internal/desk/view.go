package desk

import "strconv"

// ViewID names a saved view.
type ViewID int64

func (id ViewID) String() string { return strconv.FormatInt(int64(id), 10) }

// BulkID names work on many conversations.
type BulkID int64

func (id BulkID) String() string { return strconv.FormatInt(int64(id), 10) }

// ExportID names a list that is written to a file.
type ExportID int64

func (id ExportID) String() string { return strconv.FormatInt(int64(id), 10) }

// Facts about saved views, exports and bulk work.
const (
	ViewUpdated   EventKind = "view.updated"   // data: {filling} while its members are being found
	ViewMoved     EventKind = "view.moved"     // time moved a conversation into views or out of them; nothing was done with it
	ExportUpdated EventKind = "export.updated" // data: {agent}
	BulkUpdated   EventKind = "bulk.updated"   // data: {agent}

	AboutView   SubjectKind = "view"
	AboutExport SubjectKind = "export"
	AboutBulk   SubjectKind = "bulk"
)
