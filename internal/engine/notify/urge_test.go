package notify

import (
	"testing"

	"tellus/internal/desk"
)

// TestWhatIsDueUrgesWhoHasIt: the assignee alone, and the team's people where nobody has the conversation.
func TestWhatIsDueUrgesWhoHasIt(t *testing.T) {
	t.Parallel()
	h := Happening{Kind: desk.ClockBreached, By: desk.System, Conversation: 7, Assignee: 3, Members: []desk.AgentID{3, 4}, Followers: []desk.AgentID{9}}
	if got := Concerns([]Happening{h}); len(got) != 1 || got[0].Agent != 3 || got[0].Kind != Overdue {
		t.Errorf("an overdue promise of agent 3: %+v", got)
	}
	h.Assignee, h.Kind = 0, desk.ClockWarned
	if got := Concerns([]Happening{h}); len(got) != 2 || got[0].Agent != 3 || got[1].Agent != 4 || got[1].Kind != DueSoon {
		t.Errorf("one of nobody's that comes due: %+v", got)
	}
}
