package deliver

import (
	"strings"
	"testing"
	"time"

	"tellus/internal/desk"
	"tellus/internal/feature/staff"
	"tellus/internal/platform/locale"
	"tellus/internal/platform/mailmsg"
)

// Every mail that the desk sends to its people, in every language they may read it in, says what it has to say and no name of a placeholder or a text.
func TestLettersSayWhatHappened(t *testing.T) {
	t.Parallel()
	at := desk.At(time.Date(2026, 3, 6, 22, 30, 0, 0, time.UTC))
	box := desk.Inbox{Address: "help@shop.test"}
	h := &HouseMail{Loop: "d1"}
	for template := range templates {
		for _, lang := range locale.UILanguages {
			to := staff.Recipient{Name: "Ann Rescuer", Address: "ann@shop.test", Language: lang, TimeZone: "Europe/Riga"}
			data := map[string]string{"name": "Stock room", "by": "Jonas", "link": "https://desk.shop.test/app/link/x", "count": "2", "list": "#10001 Lamp", "host": "stock.example"}
			raw, err := h.write(letter{To: to, Template: template, Data: data, MailID: "1@shop.test"}, box, "Shop", at)
			if err != nil {
				t.Errorf("%s in %s: %v", template, lang, err)
				continue
			}
			m := mailmsg.Parse(raw, mailmsg.Limits{})
			if all := m.Subject + m.Text; m.Subject == "" || strings.Contains(all, "{{") || strings.Contains(all, "agent.") || !strings.Contains(m.Subject, "Shop") {
				t.Errorf("%s in %s says %q:\n%s", template, lang, m.Subject, m.Text)
			}
			if strings.HasPrefix(template, "webhook_") && (!strings.Contains(m.Subject, "Stock room") || !strings.Contains(m.Text, "Stock room") || !strings.Contains(m.Text, "(stock.example)")) {
				t.Errorf("%s in %s does not say which webhook: %q\n%s", template, lang, m.Subject, m.Text)
			}
			if strings.HasSuffix(template, "_changed") && !strings.Contains(m.Text, "00:30") {
				t.Errorf("%s in %s does not say when by its reader's clock:\n%s", template, lang, m.Text)
			}
		}
	}
}

func TestWhenNamesTheClockWhereNobodysIsKnown(t *testing.T) {
	t.Parallel()
	if got := whenFor(staff.Recipient{}, "en", time.Date(2026, 3, 6, 22, 30, 0, 0, time.UTC)); !strings.HasSuffix(got, "22:30 UTC") {
		t.Errorf("whenFor = %q", got)
	}
}
