package app

import (
	"net/http"
	"net/netip"
	"slices"
	"time"

	"tellus/internal/platform/outward"
)

// pushClient is what reaches push services. Browsers name their addresses, so it keeps away from this machine and its network, but for what the operator
// lets through: a push service of the house's own.
func (a *App) pushClient() *http.Client {
	allowed := a.Config.PushServices
	client := outward.New(outward.Options{Timeout: 20 * time.Second, MaxBytes: 64 << 10, Allow: func(to netip.AddrPort) bool {
		return slices.Contains(allowed, to)
	}}).HTTP()
	client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse } // a push service that moved tells browsers, not us
	return client
}
