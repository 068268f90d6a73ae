package deliver

import (
	"bytes"
	"context"
	"fmt"
	"html"
	"io"
	"regexp"
	"strings"

	"tellus/internal/desk"
	"tellus/internal/feature/conversation"
	"tellus/internal/platform/htmltext"
	"tellus/internal/platform/locale"
	"tellus/internal/platform/mailmsg"
)

func readCloser(raw []byte) io.ReadCloser { return io.NopCloser(bytes.NewReader(raw)) }

// compose writes the mail of a message, and says which address bounces come back to.
func (d *Delivery) compose(ctx context.Context, out conversation.ToSend, box desk.Inbox, by Writer) (raw []byte, from string, err error) {
	reply := box.Address
	if box.ReplyToken && d.Token != nil {
		reply = desk.JoinTag(box.Address, d.Token(out.Conversation))
	}
	body := d.body(out, box, by)
	files, inline, err := d.files(ctx, out)
	if err != nil {
		return nil, "", err
	}
	mail := mailmsg.Outgoing{
		From: mailmsg.Address{Name: out.From.Name, Email: box.Address}, To: addresses(out.To), Cc: addresses(out.Cc), Bcc: addresses(out.Bcc),
		Subject: out.Subject, Date: out.At.Time().In(by.zone()), MessageID: out.MailID, InReplyTo: out.InReplyTo, References: out.References,
		Loop: d.Loop, Text: htmltext.ToText(body), HTML: document(body), Inline: inline, Attachments: files,
	}
	if reply != box.Address {
		mail.ReplyTo = []mailmsg.Address{{Name: box.FromName, Email: reply}}
	}
	if out.Automatic {
		mail.AutoSubmitted = "auto-replied"
	}
	raw, err = mailmsg.Compose(mail)
	if err != nil {
		return nil, "", fmt.Errorf("write the mail of message %s: %w", out.ID, err)
	}
	return raw, reply, nil
}

func addresses(list []desk.NamedAddress) []mailmsg.Address {
	out := make([]mailmsg.Address, len(list))
	for i, a := range list {
		out[i] = mailmsg.Address{Name: a.Name, Email: a.Address}
	}
	return out
}

// body is the text, the signatures, and what is quoted.
func (d *Delivery) body(out conversation.ToSend, box desk.Inbox, by Writer) string {
	var b strings.Builder
	b.WriteString(out.HTML)
	if out.Automatic {
		return b.String()
	}
	for _, s := range []string{by.Signature, box.Signature} {
		if s = strings.TrimSpace(htmltext.SanitiseComposed(s)); s != "" {
			b.WriteString(`<br><div>` + s + `</div>`)
		}
	}
	if q := out.Quoted; q != nil {
		lang := box.Language
		if q.Language != "" {
			lang = locale.Match(q.Language)
		}
		name := q.From.Name
		if name == "" {
			name = q.From.Address
		}
		head := locale.T(lang, "quote.header", map[string]any{"Date": locale.DateTime(lang, q.At.Time().In(by.zone())), "Name": name})
		quoted := q.ForeignHTML
		if quoted == "" {
			quoted = htmltext.FromText(q.Text)
		}
		b.WriteString(`<br><div>` + html.EscapeString(head) + `</div><blockquote>` + htmltext.Quoted(quoted) + `</blockquote>`)
	}
	return b.String()
}

func document(body string) string {
	return `<!doctype html><html><head><meta charset="utf-8"></head><body>` + body + `</body></html>`
}

var contentIDs = regexp.MustCompile(`src="cid:([^"]+)"`)

// files loads what is attached; what the text shows by its content id goes inline.
func (d *Delivery) files(ctx context.Context, out conversation.ToSend) (files, inline []mailmsg.File, err error) {
	shown := map[string]bool{}
	for _, hit := range contentIDs.FindAllStringSubmatch(out.HTML, -1) {
		shown[html.UnescapeString(hit[1])] = true
	}
	const most = 64 << 20
	for _, a := range out.Attachments {
		content, err := d.Blobs.ReadAll(ctx, a.Hash, most)
		if err != nil {
			return nil, nil, fmt.Errorf("read attachment %s: %w", a.ID, err)
		}
		f := mailmsg.File{Name: a.Name, MediaType: a.Type, ContentID: a.ContentID, Content: content}
		if a.ContentID != "" && shown[a.ContentID] {
			inline = append(inline, f)
		} else {
			f.ContentID = ""
			files = append(files, f)
		}
	}
	return files, inline, nil
}
