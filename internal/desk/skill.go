package desk

import "strconv"

// SkillID names a skill.
type SkillID int64

func (id SkillID) String() string { return strconv.FormatInt(int64(id), 10) }

// SkillEdit is what people decide about a skill.
type SkillEdit struct {
	Name    string    `json:"name" minLength:"1" maxLength:"60" doc:"Unique, however it is written"`
	Agents  []AgentID `json:"agents" maxItems:"2000" doc:"Who has it"`
	Version int64     `json:"version" doc:"The version that was seen; 0 for a new one"`
}

// Skill is something that some agents can, by which a team can choose who is given a conversation.
type Skill struct {
	ID    SkillID  `json:"id"`
	Teams []TeamID `json:"teams" doc:"Whose distribution asks for it"`
	SkillEdit
}

const (
	// SkillUpdated says that a skill was made, changed, merged into another or deleted, or that somebody has it who had not, or no longer; its subject is the skill.
	SkillUpdated EventKind   = "skill.updated"
	AboutSkill   SubjectKind = "skill"
)
