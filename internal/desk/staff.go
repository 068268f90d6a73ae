package desk

// Agent is a person who works on the desk.
type Agent struct {
	ID        AgentID  `json:"id"`
	Name      string   `json:"name"`
	Email     string   `json:"email"`
	Role      Role     `json:"role" enum:"owner,administrator,supervisor,agent,light_agent"`
	Language  string   `json:"language" enum:"en,lv,lt,pl"`
	TimeZone  string   `json:"timeZone"`
	Answers   []string `json:"answers" enum:"en,lv,lt,pl,ru,uk,et,de" doc:"In which languages he answers customers, ISO 639-1; empty: in that of his desk"`
	Active    bool     `json:"active"`
	Invited   bool     `json:"invited,omitempty" doc:"Has not accepted the invitation yet"`
	Teams     []TeamID `json:"teams"`
	TwoFactor bool     `json:"twoFactor"`
	SeenAt    Time     `json:"seenAt,omitempty"`
	CreatedAt Time     `json:"createdAt"`
	Version   int64    `json:"version"`
}

// AnswersIn are the languages in which an agent answers customers, ISO 639-1.
func (a Agent) AnswersIn() []string {
	if len(a.Answers) == 0 {
		return []string{a.Language}
	}
	return a.Answers
}

// Profile is what an agent sees and changes of himself.
type Profile struct {
	Agent
	Signature   string       `json:"signature" doc:"HTML" maxLength:"20000"`
	Permissions []Permission `json:"permissions"`
	Passkeys    int          `json:"passkeys"`
	TOTP        bool         `json:"totp" doc:"An authenticator app is set up"`
	Theme       string       `json:"theme" enum:"system,light,dark"`
}

// Team is a group of agents who share work.
type Team struct {
	ID      TeamID    `json:"id"`
	Name    string    `json:"name"`
	Members []AgentID `json:"members"`
	Leads   []AgentID `json:"leads" doc:"Those of its members who lead it"`
	Version int64     `json:"version"`

	OnlyNext bool `json:"onlyNext,omitempty" doc:"Its work is taken by next only, but by who may manage teams"`
}

// Session is a signed-in device.
type Session struct {
	ID        SessionID `json:"id"`
	Device    string    `json:"device" doc:"Browser and system in words"`
	IP        string    `json:"ip"`
	CreatedAt Time      `json:"createdAt"`
	SeenAt    Time      `json:"seenAt"`
	Current   bool      `json:"current"`
}

// Token lets a program in.
type Token struct {
	ID        TokenID  `json:"id"`
	Name      string   `json:"name"`
	Agent     AgentID  `json:"agent"`
	Scopes    []string `json:"scopes" doc:"Permissions it is narrowed to; never more than the agent's own"`
	Prefix    string   `json:"prefix" doc:"The first characters, to recognise it by"`
	CreatedAt Time     `json:"createdAt"`
	SeenAt    Time     `json:"seenAt,omitempty"`
	ExpiresAt Time     `json:"expiresAt,omitempty"`
}

// Passkey is a WebAuthn credential.
type Passkey struct {
	ID        PasskeyID `json:"id"`
	Name      string    `json:"name"`
	CreatedAt Time      `json:"createdAt"`
	SeenAt    Time      `json:"seenAt,omitempty"`
}

// AuditEntry is a line of the log of sign-ins, exports and changes of settings.
type AuditEntry struct {
	ID      int64  `json:"id"`
	At      Time   `json:"at"`
	By      Actor  `json:"by"`
	Action  string `json:"action" doc:"signin.ok, signin.failed, export.conversation, inbox.updated, …"`
	Subject string `json:"subject,omitempty" doc:"kind:id"`
	IP      string `json:"ip,omitempty"`
	Device  string `json:"device,omitempty"`
	Detail  string `json:"detail,omitempty" doc:"What it was about, in codes and names of fields"`

	Changes []FieldChange `json:"changes,omitempty" doc:"What a change of settings changed; of secrets only that they were replaced"`
}
