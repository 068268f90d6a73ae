package desk

import "strconv"

// SkillID names a skill.
type SkillID int64

func (id SkillID) String() string { return strconv.FormatInt(int64(id), 10) }
