package conversation

import (
	"fmt"

	"tellus/internal/desk"
)

// recordedBy is the desk.Conversation.PreviewBy of a call, visit or letter written down: phone_in, letter_out and so on.
func recordedBy(channel desk.ChannelKind, direction string) string {
	return string(channel) + "_" + direction
}

// recordPreview is what a list shows of a record: for how long, in minutes begun, and the beginning of what was noted. "min" is the sign of the unit in every
// language of the desk (ISO 80000-3).
func recordPreview(r desk.Record, text string) string {
	noted := preview(text)
	if r.Seconds <= 0 {
		return noted
	}
	lasted := fmt.Sprintf("%d min", (r.Seconds+59)/60)
	if noted == "" {
		return lasted
	}
	return lasted + " · " + noted
}
