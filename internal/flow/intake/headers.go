package intake

import (
	"tellus/internal/engine/rule"
	"tellus/internal/platform/mailmsg"
)

// mostRead is how many fields of a header are looked at.
const mostRead = 200

// headersOf is what rules can ask of a mail's header later.
func headersOf(m *mailmsg.Mail) []rule.Header {
	var all []rule.Header
	for i, f := range m.Header.Fields() {
		if i == mostRead {
			break
		}
		all = append(all, rule.Header{Name: f.Name, Value: f.Value})
	}
	return rule.Kept(all)
}
