package desk

import "strconv"

// MacroID names a macro.
type MacroID int64

func (id MacroID) String() string { return strconv.FormatInt(int64(id), 10) }

// Audience is who can use a macro.
type Audience string

const (
	Personal Audience = "personal" // its owner
	ForTeams Audience = "teams"
	Everyone Audience = "everyone"
)

// Facts about macros.
const (
	MacroUpdated EventKind   = "macro.updated"
	AboutMacro   SubjectKind = "macro"
)
