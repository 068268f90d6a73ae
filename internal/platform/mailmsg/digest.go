package mailmsg

import (
	"crypto/sha256"
	"hash"
	"sort"
	"strings"
)

// LoopHeaderName is the field that the desk writes into every mail it sends, to know its own mail when it comes back.
const LoopHeaderName = "X-Tellus-Loop"

// traceFields are written by those who carry a mail, not by its sender, and differ between two deliveries of one mail.
var traceFields = map[string]bool{
	"received": true, "return-path": true, "delivered-to": true, "envelope-to": true, "delivery-date": true, "dkim-signature": true,
	"domainkey-signature": true, "authentication-results": true, "arc-seal": true, "arc-message-signature": true, "arc-authentication-results": true,
	"received-spf": true, "status": true, "lines": true, "content-length": true, "precedence": true, "bcc": true,
}

// isTraceField tells whether a field belongs to transport. Of X- fields all do: filters, lists and servers add them at will.
func isTraceField(name string) bool {
	name = strings.ToLower(name)
	return traceFields[name] || strings.HasPrefix(name, "x-") || strings.HasPrefix(name, "arc-") || strings.HasPrefix(name, "resent-") ||
		strings.HasPrefix(name, "list-")
}

// BodyDigest returns a SHA-256 over what the sender wrote: the body and the header without trace fields, with folding, order of fields and
// line ends levelled out. Two deliveries of one mail have the same digest; two mails that share a Message-ID do not. It costs one pass
// over the mail and is not remembered.
func (m *Mail) BodyDigest() [sha256.Size]byte {
	h := sha256.New()
	var lines []string
	for _, f := range m.Header.fields {
		if isTraceField(f.name) {
			continue
		}
		lines = append(lines, strings.ToLower(f.name)+":"+strings.Join(strings.Fields(string(unfold(f.value))), " ")+"\n")
	}
	sort.Strings(lines)
	for _, l := range lines {
		h.Write([]byte(l)) // a hash takes everything
	}
	h.Write([]byte{'\n'})
	writeLevelled(h, m.Root.Raw)
	return [sha256.Size]byte(h.Sum(nil))
}

// writeLevelled hashes body with \n as line end and without blank lines at its end, which servers add and remove.
func writeLevelled(h hash.Hash, body []byte) {
	for len(body) > 0 && (body[len(body)-1] == '\n' || body[len(body)-1] == '\r') {
		body = body[:len(body)-1]
	}
	for pos := 0; pos < len(body); {
		line, next := lineAt(body, pos)
		h.Write(line)
		h.Write([]byte{'\n'})
		pos = next
	}
}
