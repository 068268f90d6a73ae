package email

import (
	"strings"

	"tellus/internal/channel"
)

const mostRecipients = 20

// deliveredWith reads what the server that put a mail into the mailbox wrote above its first Received field: the sender of the envelope (RFC 5321 4.4
// Return-Path) and the addresses that it was for. What stands below was written by whoever sent the mail, and does not count.
func deliveredWith(header []string) channel.Envelope {
	var e channel.Envelope
	returned := false
	for _, field := range header {
		name, value, ok := strings.Cut(field, ":")
		if !ok {
			continue
		}
		switch strings.ToLower(strings.TrimSpace(name)) {
		case "received":
			return e
		case "return-path":
			if returned {
				continue
			}
			returned = true
			e.From = strings.Trim(strings.TrimSpace(value), "<>")
			e.NullSender = e.From == ""
		case "delivered-to", "x-original-to", "envelope-to", "x-envelope-to":
			for address := range strings.SplitSeq(value, ",") {
				address = strings.Trim(strings.TrimSpace(address), "<>")
				if strings.Contains(address, "@") && len(e.To) < mostRecipients {
					e.To = append(e.To, address)
				}
			}
		}
	}
	return e
}
