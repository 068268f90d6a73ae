package staff

import (
	"context"
	"fmt"
	"slices"

	"tellus/internal/desk"
	"tellus/internal/platform/db"
)

// Asker is who uses or changes what people make for themselves, their teams or everyone: saved views, segments.
type Asker struct {
	Agent  desk.AgentID
	Teams  []desk.TeamID
	Zone   string
	Manage bool // sees and changes the shared ones of all teams
}

// Sees reports whether the asker has something that is for an audience.
func (a Asker) Sees(audience desk.Audience, owner desk.AgentID, teams []desk.TeamID) bool {
	switch audience {
	case desk.Everyone:
		return true
	case desk.ForTeams:
		return a.Manage || slices.ContainsFunc(teams, func(t desk.TeamID) bool { return slices.Contains(a.Teams, t) })
	}
	return owner == a.Agent
}

// MayChange reports whether the asker may change it: one's own personal ones, and with the permission the shared ones.
func (a Asker) MayChange(audience desk.Audience, owner desk.AgentID) bool {
	return audience == desk.Personal && owner == a.Agent || audience != desk.Personal && a.Manage
}

// Share checks for whom the asker wants to make something, and returns the teams in order, each once; none where it is not for teams.
func (a Asker) Share(ctx context.Context, tx *db.Tx, audience desk.Audience, teams []desk.TeamID) ([]desk.TeamID, error) {
	switch audience {
	case desk.Personal, desk.Everyone:
		teams = []desk.TeamID{}
	case desk.ForTeams:
		if len(teams) == 0 {
			return nil, desk.WhyNeeded.At("body.teams")
		}
	default:
		return nil, desk.WhyNeeded.At("body.audience")
	}
	if audience != desk.Personal && !a.Manage {
		return nil, desk.WhyViewNotShared.At("body.audience")
	}
	slices.Sort(teams)
	teams = slices.Compact(teams)
	for i, team := range teams {
		var found bool
		if err := tx.Row(ctx, `SELECT EXISTS (SELECT 1 FROM team WHERE id = $1)`, team).Scan(&found); err != nil {
			return nil, fmt.Errorf("is there team %s: %w", team, err)
		}
		if !found {
			return nil, desk.RefuseField(desk.Invalid, fmt.Sprintf("body.teams[%d]", i), "there is no such team")
		}
	}
	return teams, nil
}
