package sheet

import (
	"strings"

	"tellus/internal/desk"
)

// statusWords are what shops and people call the status of an order, folded.
var statusWords = map[desk.PurchaseStatus]string{
	desk.PurchasePlaced:    "|placed|ordered|new|open|pending|on-hold|on hold|unpaid|authorized|awaiting payment|pasutits|jauns|neapmaksats|uzsakyta|naujas|neapmoketa|zamowione|nowe|nieoplacone|",
	desk.PurchasePaid:      "|paid|processing|partially_refunded|apmaksats|apmoketa|oplacone|",
	desk.PurchaseSent:      "|sent|shipped|on its way|fulfilled|cela|izsutits|nosutits|issiusta|pakeliui|wyslane|w drodze|",
	desk.PurchaseDone:      "|done|completed|complete|delivered|closed|piegadats|pabeigts|pristatyta|ivykdyta|dostarczone|zrealizowane|",
	desk.PurchaseCancelled: "|cancelled|canceled|failed|voided|atcelts|atsaukta|anulowane|",
	desk.PurchaseRefunded:  "|refunded|returned|atmaksats atpakal|atgriezts|grazinta|zwrocone|",
}

// StatusOf reads the status of an order as shops and people write it. fold brings a word to lower case without diacritics.
func StatusOf(cell string, fold func(string) string) (desk.PurchaseStatus, bool) {
	word := strings.TrimPrefix(strings.TrimSpace(fold(cell)), "wc-")
	if word == "" || strings.Contains(word, "|") {
		return "", false
	}
	for _, s := range desk.PurchaseStatuses {
		if strings.Contains(statusWords[s], "|"+word+"|") {
			return s, true
		}
	}
	return "", false
}
