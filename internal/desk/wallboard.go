package desk

import "strconv"

// WallboardID names a wallboard.
type WallboardID int64

func (id WallboardID) String() string { return strconv.FormatInt(int64(id), 10) }

// WallboardEdit is what people decide about a wallboard.
type WallboardEdit struct {
	Name     string   `json:"name" minLength:"1" maxLength:"120" doc:"Its heading"`
	Teams    []TeamID `json:"teams" maxItems:"60" doc:"Whose conversations it counts; all, and those of no team, where empty"`
	Zone     string   `json:"zone" minLength:"1" maxLength:"64" doc:"Time zone of the IANA database: where today begins"`
	Language string   `json:"language" enum:"en,lv,lt,pl"`
	Theme    string   `json:"theme" enum:"light,dark"`
	Field    FieldID  `json:"field,omitempty" minimum:"0" doc:"A field of choice or a tree of conversations: its commonest values of 30 days are shown; how promises of today were kept, by kind, where 0"`
	Version  int64    `json:"version" doc:"The version that was seen; 0 for a new one"`
}

// Wallboard is a screen on a wall: queues and promises as they stand, without people's names. It shows no conversation that only named people see, and nothing of what is in any.
type Wallboard struct {
	ID     WallboardID `json:"id"`
	LinkAt Time        `json:"linkAt,omitempty" doc:"When its link was made; absent where it has none"`
	WallboardEdit
}
