package email

import (
	"context"
	"crypto/rand"
	"errors"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"golang.org/x/oauth2"

	"tellus/internal/channel"
)

// OAuth is the client that an operator registered with a provider, for reading and sending mail with XOAUTH2.
type OAuth struct {
	Provider     string // google or microsoft, as in desk.Receive.Auth
	ClientID     string
	ClientSecret string
	RedirectURL  string // where the provider sends the browser back to
	Tenant       string // of Microsoft 365; any organisation where empty

	AuthURL  string // the provider's where empty
	TokenURL string
	HTTP     *http.Client // one with a timeout where nil
	Log      *slog.Logger // slog.Default where nil
}

// Authorisation is one consent under way. State and Verifier are kept in the session of whoever started it, and never shown.
type Authorisation struct {
	URL      string // to send the browser to
	State    string // must come back with the code (RFC 6749 10.12)
	Verifier string // proves that the code is used by whoever started (RFC 7636)
}

// Grant is what a consent gave. It is a secret as a whole.
type Grant struct {
	Access  string    `json:"access"`
	Refresh string    `json:"refresh"`
	Expires time.Time `json:"expires"`
}

const (
	refreshEarly = 5 * time.Minute
	tokenTimeout = 15 * time.Second
)

func (o OAuth) config() (*oauth2.Config, error) {
	c := &oauth2.Config{ClientID: o.ClientID, ClientSecret: o.ClientSecret, RedirectURL: o.RedirectURL}
	switch o.Provider {
	case "google":
		c.Endpoint = oauth2.Endpoint{AuthURL: "https://accounts.google.com/o/oauth2/v2/auth", TokenURL: "https://oauth2.googleapis.com/token"}
		c.Scopes = []string{"https://mail.google.com/"}
	case "microsoft":
		tenant := o.Tenant
		if tenant == "" {
			tenant = "organizations" //nolint:misspell // Microsoft's word
		}
		base := "https://login.microsoftonline.com/" + url.PathEscape(tenant) + "/oauth2/v2.0/"
		c.Endpoint = oauth2.Endpoint{AuthURL: base + "authorize", TokenURL: base + "token"}
		c.Scopes = []string{"https://outlook.office.com/IMAP.AccessAsUser.All", "https://outlook.office.com/SMTP.Send", "offline_access"}
	default:
		return nil, fail(codeOAuth, "unknown provider %q", o.Provider)
	}
	if o.AuthURL != "" {
		c.Endpoint.AuthURL = o.AuthURL
	}
	if o.TokenURL != "" {
		c.Endpoint.TokenURL = o.TokenURL
	}
	c.Endpoint.AuthStyle = oauth2.AuthStyleInParams
	if c.ClientID == "" {
		return nil, fail(codeOAuth, "the client id is missing")
	}
	return c, nil
}

// Begin prepares a consent. user is the mailbox's address, offered to whoever signs in with the provider.
func (o OAuth) Begin(user string) (Authorisation, error) {
	c, err := o.config()
	if err != nil {
		return Authorisation{}, err
	}
	a := Authorisation{State: rand.Text(), Verifier: oauth2.GenerateVerifier()}
	options := []oauth2.AuthCodeOption{
		oauth2.S256ChallengeOption(a.Verifier),
		// Google gives a refresh token only for offline access, and only when it asks for consent anew.
		oauth2.AccessTypeOffline,
		oauth2.SetAuthURLParam("prompt", "consent"),
	}
	if user != "" {
		options = append(options, oauth2.SetAuthURLParam("login_hint", user))
	}
	a.URL = c.AuthCodeURL(a.State, options...)
	return a, nil
}

// Exchange turns the code that came back into a grant. The caller has compared the state.
func (o OAuth) Exchange(ctx context.Context, code, verifier string) (Grant, error) {
	c, err := o.config()
	if err != nil {
		return Grant{}, err
	}
	ctx, cancel := o.bound(ctx)
	defer cancel()
	t, err := c.Exchange(ctx, code, oauth2.VerifierOption(verifier))
	if err != nil {
		return Grant{}, failure(codeOAuth, "exchange the code", err)
	}
	if t.RefreshToken == "" {
		return Grant{}, fail(codeOAuth, "the provider gave no refresh token: offline access is not allowed for this client")
	}
	return Grant{Access: t.AccessToken, Refresh: t.RefreshToken, Expires: t.Expiry}, nil
}

func (o OAuth) bound(ctx context.Context) (context.Context, context.CancelFunc) {
	client := o.HTTP
	if client == nil {
		client = &http.Client{Timeout: tokenTimeout}
	}
	return context.WithTimeout(context.WithValue(ctx, oauth2.HTTPClient, client), tokenTimeout)
}

// Source gives access tokens of a grant to any number of connections, refreshed five minutes before they run out. save keeps a changed grant,
// for providers give a new refresh token with some refreshes and take back the old one; a token whose grant could not be saved is used all
// the same, and saving is tried again with the next one.
func (o OAuth) Source(grant Grant, save func(ctx context.Context, g Grant) error) channel.TokenSource {
	s := &tokens{oauth: o, grant: grant, save: save}
	return s.token
}

type tokens struct {
	oauth OAuth
	save  func(ctx context.Context, g Grant) error

	mu    sync.Mutex
	grant Grant
}

func (s *tokens) token(ctx context.Context) (string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	left := time.Until(s.grant.Expires)
	if s.grant.Expires.IsZero() && s.grant.Access != "" {
		left = 2 * refreshEarly // the provider said nothing: it is refused when it is over
	}
	stale := s.grant.Access == refusedToken(ctx)
	if left > refreshEarly && !stale && s.grant.Access != "" {
		return s.grant.Access, nil
	}
	next, err := s.oauth.refresh(ctx, s.grant)
	if err != nil {
		var answer *oauth2.RetrieveError
		if !errors.As(err, &answer) && left > 0 && !stale && s.grant.Access != "" {
			return s.grant.Access, nil // the provider is out of reach, the token is good for a while
		}
		return "", failure(codeOAuth, "refresh the access token", err)
	}
	s.grant = next
	if s.save == nil {
		return next.Access, nil
	}
	if err := s.save(ctx, next); err != nil {
		// The token is good all the same; the grant is saved again with the next one.
		s.oauth.log().ErrorContext(ctx, "refreshed grant could not be kept", "provider", s.oauth.Provider, "error", err)
	}
	return next.Access, nil
}

func (o OAuth) log() *slog.Logger {
	if o.Log == nil {
		return slog.Default()
	}
	return o.Log
}

func (o OAuth) refresh(ctx context.Context, g Grant) (Grant, error) {
	c, err := o.config()
	if err != nil {
		return Grant{}, err
	}
	if g.Refresh == "" {
		return Grant{}, fail(codeOAuth, "the authorisation is missing")
	}
	ctx, cancel := o.bound(ctx)
	defer cancel()
	t, err := c.TokenSource(ctx, &oauth2.Token{RefreshToken: g.Refresh}).Token()
	if err != nil {
		return Grant{}, err
	}
	next := Grant{Access: t.AccessToken, Refresh: t.RefreshToken, Expires: t.Expiry}
	if strings.TrimSpace(next.Refresh) == "" {
		next.Refresh = g.Refresh
	}
	return next, nil
}

type refusedKey struct{}

// refused marks a token that a mail server did not take, so that a source does not give it again.
func refused(ctx context.Context, token string) context.Context {
	return context.WithValue(ctx, refusedKey{}, token)
}

func refusedToken(ctx context.Context) string {
	token, _ := ctx.Value(refusedKey{}).(string)
	return token
}
