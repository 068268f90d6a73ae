package mailtest

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"
)

// OAuth is a provider with one client and one user who always consents. It checks what RFC 6749 and RFC 7636 tell it to check, and gives a new
// refresh token with each refresh, the old one being of no use then.
type OAuth struct {
	ClientID, ClientSecret, RedirectURL string
	User                                string
	Lifetime                            time.Duration // of an access token

	server     *httptest.Server
	mu         sync.Mutex
	challenges map[string]string // by code
	refresh    string
	access     map[string]time.Time
	issued     int
	away       bool
}

// StartOAuth listens until the test ends.
func StartOAuth(t testing.TB, user string) *OAuth {
	t.Helper()
	o := &OAuth{
		ClientID: "client", ClientSecret: "client secret", RedirectURL: "http://desk.test/oauth", User: user, Lifetime: time.Hour,
		challenges: map[string]string{}, access: map[string]time.Time{},
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /authorize", o.authorize)
	mux.HandleFunc("POST /token", o.token)
	mux.HandleFunc("GET /tokeninfo", o.info)
	o.server = httptest.NewServer(mux)
	t.Cleanup(o.server.Close)
	return o
}

func (o *OAuth) AuthURL() string  { return o.server.URL + "/authorize" }
func (o *OAuth) TokenURL() string { return o.server.URL + "/token" }

// TokenInfo is for DovecotOptions.
func (o *OAuth) TokenInfo() string { return o.server.URL + "/tokeninfo?access_token=" }

// Consent does what the browser of a consenting user does: it follows the URL and returns the code and state that are sent back.
func (o *OAuth) Consent(t testing.TB, authURL string) (code, state string) {
	t.Helper()
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	defer client.CloseIdleConnections()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, authURL, http.NoBody)
	if err != nil {
		t.Fatalf("authorise: %v", err)
	}
	resp, err := client.Do(req)
	if err != nil {
		t.Fatalf("authorise: %v", err)
	}
	resp.Body.Close() // only the header is of interest
	back, err := url.Parse(resp.Header.Get("Location"))
	if err != nil || !strings.HasPrefix(back.String(), o.RedirectURL) {
		t.Fatalf("authorise: status %d, sent back to %q", resp.StatusCode, resp.Header.Get("Location"))
	}
	return back.Query().Get("code"), back.Query().Get("state")
}

// Revoke makes all tokens useless.
func (o *OAuth) Revoke() {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.refresh = ""
	clear(o.access)
}

// RevokeAccess makes the access tokens useless; they can be refreshed.
func (o *OAuth) RevokeAccess() {
	o.mu.Lock()
	defer o.mu.Unlock()
	clear(o.access)
}

// Away makes the token end-point fail as if the provider were out of order.
func (o *OAuth) Away(away bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.away = away
}

// Issued is how many access tokens were given.
func (o *OAuth) Issued() int {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.issued
}

// Valid tells whether a token is good for a user.
func (o *OAuth) Valid(user, token string) bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	return user == o.User && time.Now().Before(o.access[token])
}

func (o *OAuth) authorize(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	o.mu.Lock()
	defer o.mu.Unlock()
	if q.Get("client_id") != o.ClientID || q.Get("redirect_uri") != o.RedirectURL || q.Get("response_type") != "code" ||
		q.Get("code_challenge_method") != "S256" || q.Get("code_challenge") == "" || q.Get("state") == "" || q.Get("scope") == "" {
		http.Error(w, "bad request", http.StatusBadRequest)
		return
	}
	code := fmt.Sprintf("code-%d", len(o.challenges)+1)
	o.challenges[code] = q.Get("code_challenge")
	http.Redirect(w, r, o.RedirectURL+"?"+url.Values{"code": {code}, "state": {q.Get("state")}}.Encode(), http.StatusFound)
}

func (o *OAuth) token(w http.ResponseWriter, r *http.Request) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.away {
		http.Error(w, "out of order", http.StatusServiceUnavailable)
		return
	}
	if r.PostFormValue("client_id") != o.ClientID || r.PostFormValue("client_secret") != o.ClientSecret {
		refuse(w, "invalid_client")
		return
	}
	switch r.PostFormValue("grant_type") {
	case "authorization_code":
		sum := sha256.Sum256([]byte(r.PostFormValue("code_verifier")))
		challenge, known := o.challenges[r.PostFormValue("code")]
		if !known || challenge != base64.RawURLEncoding.EncodeToString(sum[:]) || r.PostFormValue("redirect_uri") != o.RedirectURL {
			refuse(w, "invalid_grant")
			return
		}
		o.challenges[r.PostFormValue("code")] = "" // of no use a second time
	case "refresh_token":
		if o.refresh == "" || r.PostFormValue("refresh_token") != o.refresh {
			refuse(w, "invalid_grant")
			return
		}
	default:
		refuse(w, "unsupported_grant_type")
		return
	}
	o.issued++
	o.refresh = fmt.Sprintf("refresh-%d", o.issued)
	access := fmt.Sprintf("access-%d", o.issued)
	o.access[access] = time.Now().Add(o.Lifetime)
	w.Header().Set("Content-Type", "application/json")
	answer(w, map[string]any{
		"access_token": access, "refresh_token": o.refresh, "token_type": "Bearer", "expires_in": int(o.Lifetime.Seconds()),
	})
}

func refuse(w http.ResponseWriter, code string) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(http.StatusBadRequest)
	answer(w, map[string]any{"error": code, "error_description": "refused by the test's provider"})
}

// info answers as Dovecot's tokeninfo_url wants it.
func (o *OAuth) info(w http.ResponseWriter, r *http.Request) {
	token := r.URL.Query().Get("access_token")
	if !o.Valid(o.User, token) {
		http.Error(w, `{"error":"invalid_token"}`, http.StatusUnauthorized)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	answer(w, map[string]any{"email": o.User, "active": "true"})
}

func answer(w http.ResponseWriter, body map[string]any) {
	_ = json.NewEncoder(w).Encode(body) // the client sees an answer that was cut off
}
