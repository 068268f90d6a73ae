package bounce

import "strings"

// Reason says in one word why a copy was refused.
type Reason string

// The reasons. The first four are Hard: the address will never take mail.
const (
	NoSuchUser  Reason = "no_such_user"  // the mailbox doesn't exist
	NoSuchHost  Reason = "no_such_host"  // the domain doesn't exist
	Moved       Reason = "moved"         // the mailbox moved without a forwarding address
	TakesNoMail Reason = "takes_no_mail" // the domain has no mail server, or refuses all mail (RFC 7504, RFC 7505)

	MailboxFull    Reason = "mailbox_full"
	Disabled       Reason = "disabled"       // the account is suspended, inactive or locked
	Filtered       Reason = "filtered"       // refused by the recipient's own filter after the address had been accepted
	TooBig         Reason = "too_big"        // the mail is too large
	Blocked        Reason = "blocked"        // the sending server is blocked: lists, reputation, missing reverse DNS
	Authentication Reason = "authentication" // SPF, DKIM or DMARC failed
	SenderRejected Reason = "sender_rejected"
	Policy         Reason = "policy"
	Spam           Reason = "spam"
	Virus          Reason = "virus"
	Content        Reason = "content" // malformed or forbidden content
	RelayDenied    Reason = "relay_denied"
	TooMany        Reason = "too_many" // rate or number of connections or recipients
	Expired        Reason = "expired"  // no success until the sender's patience ended
	Network        Reason = "network"
	System         Reason = "system" // trouble of a mail system or of a program that mail is given to
	Protocol       Reason = "protocol"
	Unknown        Reason = "unknown"
)

// Hard tells whether the reason lies in the address itself.
func (r Reason) Hard() bool {
	switch r {
	case NoSuchUser, NoSuchHost, Moved, TakesNoMail:
		return true
	}
	return false
}

type phrases struct {
	reason Reason
	says   []string
}

// certain are phrases that settle the reason whatever the status code says, in the order in which they are tried: what
// servers say of the sender or the content often mentions the user as well.
var certain = []phrases{
	{NoSuchHost, []string{"account or domain may not exist"}},
	{Network, []string{"malformed or unexpected name server reply", "hop count", "too many hops", "routing loop", "loops back to myself", "mail loop"}},
	{TakesNoMail, []string{"does not accept mail", "doesn't accept mail", "do not accept mail", "null mx", "nullmx", "host does not receive mail", "does not receive mail", "couldn't find a mail exchanger", "no mail exchanger", "smtp protocol returned a permanent error", "mail server does not accept", "is not accepting any mail", "does not accept any mail", "all relevant mx records point to non-existent hosts"}},
	{Authentication, []string{"dmarc", "spf check", "spf fail", "spf record", "spf hard fail", "failed spf", "per it's spf", "dkim", "sender policy framework", "authentication checks failed", "unauthenticated email", "does not have authentication information", "fails to pass authentication", "authentication failed", "not authenticated email", "unauthenticated mail", "sender id"}},
	{Blocked, []string{"ptr record", "reverse dns", "rdns", "reverse lookup", "ip name lookup failed", "reverse hostname", "cannot find your hostname", "cannot find your reverse", "no ptr", "unverifyable sending ip", "blocked using", "spamhaus", "spamcop", "sorbs", "barracudacentral", "blacklist", "black list", "block list", "blocklist", "blocklisted", "dnsbl", "rbl", "reputation", "your ip", "sending ip", "from your server", "client host", "client host rejected", "ip address has been", "weren't sent. please contact your internet", "weren't sent. we recommend", "from your network", "use the smtp server of your isp", "access denied. ip", "ip address is", "ip frequency", "blocked ip", "is blocked by", "has been blocked", "ip blocked", "your host", "adresse ip source", "service refus", "(bl)", "host is not allowed", "invalid ip for sending", "ip=", "connection refused by policy", "banned sending ip", "poor reputation", "ip has been", "my name was rejected", "invalid domain name", "helo", "ehlo", "dynamic ip", "open relay", "bad sender ip", "not allowed to connect"}},
	{Virus, []string{"virus", "malware", "infected", "mcspamsignature", "viral"}},
	{Spam, []string{"spam", "ube,", "unsolicited", "junk mail", "bulk mail rejected", "scored as", "message looks like", "high probability of", "content filter", "message content rejected", "blocked for abuse", "considered unsolicited", "mail rejete", "appears to be unsolicited", "classified as uce"}},
	{MailboxFull, []string{"mailbox full", "mailbox is full", "mailfolder is full", "mailbox exceed", "mailbox size", "mailbox quota", "over quota", "overquota", "quota exceed", "quota exceeded", "exceeded quota", "exceeds quota", "exceeded storage", "storage allocation", "out of storage", "quota violation", "disk quota", "user is over", "over the maximum allowed", "mailbox exceeds", "user mailbox exceeds", "maildir over quota", "not enough disk space in mailbox", "account is full", "inbox is full", "boxfull", "too much mail data", "number of messages in recipient's mailbox", "recipient storage full", "mail quota", "insufficient quota", "mailbox has reached", "shutoffquota", "usage limit", "容量", "quota full", "full mailbox", "exceeded the local limit", "is using more than", "message(s) over quota", "mail box full", "mailbox too large", "mailbox would exceed", "exceeded the space limit", "voll", "pleine", "llena", "przepełnion", "переполнен"}},
	{SenderRejected, []string{"sender address rejected", "sender rejected", "sender was rejected", "domain of sender", "sender address verification", "sender domain", "sender verify failed", "address of sender", "invalid sender", "bad sender", "sender not", "mail from rejected", "from address", "purported responsible address", "sender unknown", "sender denied", "may not send", "not a registered gateway", "sender is not", "may not have permission to post", "nemáte oprávnění", "backscatter", "return address", "envelope sender", "originator", "your e-mail address is not", "sender's domain", "access denied... sender", "sender ok required", "unable to verify sender", "verify the sender"}},
	{TooBig, []string{"too large", "too big", "message size exceeds", "message size limit", "size exceed", "exceeds maximum", "maximum message size", "max message size", "fixed maximum", "message length exceeds", "line limit exceeded", "recipsizelimit", "sizelimit", "message exceeded", "size limit"}},
	{RelayDenied, []string{"relay access denied", "relaying denied", "relay denied", "not permitted to relay", "relaying not", "no relaying", "unable to relay", "not relay", "relay not", "relaying is", "not configured to relay", "relaying mail", "cannot relay", "open relay", "rcpthosts", "relay operation rejected", "without relay", "we do not relay", "prohibited relay"}},
	{Moved, []string{"has moved", "user has moved", "moved permanently", "no forwarding address", "no longer here", "has been replaced by", "address changed to", "mailbox has moved", "user moved", "try <", "moved to"}},
	{NoSuchHost, []string{"host unknown", "unknown host", "domain does not exist", "no such domain", "domain not found", "host not found", "domain is not reachable", "domain must exist", "unrouteable mail domain", "unrouteable address", "unroutable", "bad destination host", "bad destination system address", "dns lookup failure", "name service error for", "domain mentioned in email address is unknown", "couldn't find any host", "host or domain name not found", "no such host", "domain name not found", "recipient domain must exist", "domain isn't in", "the account or domain may not exist", "mail domain mentioned", "invalid domain", "domain invalid", "illegal host/domain", "cannot resolve", "unknown domain", "domain unknown", "invalid recipient domain", "recipient address rejected: domain", "domain verification"}},
	{TooMany, []string{"too many connections", "too many concurrent", "too many recipients", "rate limit", "ratelimit", "too many messages", "too many emails", "throttl", "frequency limit", "too frequent", "sending limit", "receiving mail at a rate", "mail sent too fast", "connection limit", "too many mails", "too many sessions"}},
	{Disabled, []string{"account disabled", "account is disabled", "account has been disabled", "reach is disabled", "reach is inactive", "has been suspended", "is locked", "locked mailbox", "mailbox locked", "disabled recipient", "account suspended", "suspended", "temporary locked", "temporarily locked", "account is locked", "is inactive", "inactive user", "inactive account", "account inactive", "not active", "inactive mailbox", "mailbox inactive", "mailbox disabled", "mailbox is disabled", "mailbox unavailable or access denied", "account is temporarily", "temporarily disabled", "account expired", "recipient is disabled", "user disabled", "disabled or discontinued", "currently suspended", "frozen", "boite du destinataire archivee", "blocked account", "deactivated", "not currently accepting", "dormant", "user account is disabled", "is not accepting mail at this time"}},
	{Content, []string{"8-bit data", "header error", "headers too large", "media error", "bare lf", "bare <lf>", "illegal attachment", "attachment type", "attachment is not allowed", "malformed mime", "message header", "invalid header", "bad header", "duplicate header", "multiple addresses in from", "multiple from", "improper use", "blocked because its content", "content presents", "from: header", "missing date", "missing header", "not rfc", "rfc 5322", "rfc5322", "rfc 2822", "rfc2822", "messages without", "message body", "unacceptable content", "executable", "prohibited content"}},
	{Policy, []string{"policy reasons", "for policy", "policy violation", "violates", "policy restriction", "security polic", "denied by policy", "administrative prohibition", "local policy", "policy rejection", "rejected due to security", "prohibited by", "security reasons", "not authorized", "you are not allowed", "not allowed to send", "e-mail is redundant", "delivery not authorized", "message refused", "message rejected by policy", "access denied"}},
}

// unknownUser are the ways to say that a mailbox doesn't exist.
//
//nolint:misspell // what servers say
var unknownUser = []string{
	"user unknown", "unknown user", "no such user", "no such recipient", "no such mailbox", "no such address", "no such person", "no such account", "user not found", "user doesn't exist", "user does not exist", "mailbox not found", "mailbox does not exist", "mailbox doesn't exist", "mailbox unknown", "mailbox unavailable", "recipient unknown", "unknown recipient", "recipient not found", "recipientnotfound", "recipnotfound", "recipient not exist", "recipient does not exist", "recipient address unknown", "recipient address rejected", "recipient rejected", "rejected recipient", "recipient no longer", "recipient name is not recognized", "recipient email address is possibly incorrect", "does not like recipient", "invalid recipient", "invalid mailbox", "invalid address", "invalid user", "bad address", "bad destination mailbox", "bad destination email", "bad recipient", "address does not exist", "address doesn't exist", "address unknown", "unknown address", "address rejected", "address not found", "address is unknown", "account does not exist", "account doesn't exist", "account that you tried to reach does not exist", "account not found", "account unknown", "unknown account", "no account", "not a valid mailbox", "not a valid recipient", "not a valid user", "not a known user", "is not known", "isn't known", "unknown local", "unknown or illegal", "illegal alias", "not listed in", "not our customer", "no longer valid", "no longer available", "no longer on server", "no longer exists", "no longer active", "no longer in use", "user is unknown", "user unkown", "unknown email", "unknown mailbox", "email address could not be found", "couldn't be found", "wasn't found at", "not found by smtp address lookup", "does not have an account", "doesn't have a", "doesn't have an account", "this user doesn't have", "undeliverable address", "no mailbox", "by that name", "not listed in public name", "not a valid e-mail", "not a valid email", "not a valid address", "rcp-p1", "not have a mailbox", "no user", "unknown to us", "not hosted here", "user id is not valid", "email account does not exist", "invalid final delivery userid", "undeliverable to", "there is no one", "no one by that name", "unable to find", "not on this server", "inactive email address", "destinataire invalide", "destinataire inconnu", "utilisateur inconnu", "utente sconosciuto", "usuario desconocido", "benutzer unbekannt", "empfänger unbekannt", "unbekannter empfänger", "unbekannter benutzer", "nieznany użytkownik", "brak takiego", "no valid recipients", "пользователь не найден", "нет такого", "несуществующ", "not exist", "unrouteable user", "badrcptto", "user invalid", "dosn't exist", "recipient not recognized", "not recognized", "mailbox name not allowed", "メールアドレスが見つかりません", "宛先不明", "存在しません",
}

// vagueSigns are tried where neither an address nor a cause has been named.
//
//nolint:misspell // what servers say
var vagueSigns = []phrases{
	{Expired, []string{"timed out", "timeout", "retry time", "expired", "too long", "hours", "could not be delivered for", "multiple retries", "giving up after", "not responding", "connection refused", "did not accept our requests to connect", "wasn't able to establish an smtp connection", "unable to connect", "no route to host", "host not reachable", "network is unreachable", "will be retried", "deferred"}},
	{Network, []string{"network error", "lost connection", "connection reset", "connection dropped", "connection lost", "hop count", "too many hops", "routing loop", "mail loop", "loops back to myself", "loop detected", "dns error", "dns query failed", "name server", "nameserver", "malformed or unexpected", "no route", "connection closed", "broken pipe", "starttls", "tls"}},
	{System, []string{"system error", "temporary failure", "transaction failed", "service unavailable", "service currently unavailable", "local error", "internal error", "disk space", "insufficient", "ldap", "x-unix", "exit status", "pipe to", "command failed", "command died", "can't create", "cannot create", "server error", "mailer error", "i/o error", "try again", "unable to process", "configuration", "program failure", "aliasing", "out of memory", "error in processing", "operation not permitted", "duplicated message-id"}},
	{Protocol, []string{"syntax error", "command not", "command parameter", "bad sequence", "improper sequence", "malformed address", "not implemented", "unrecognized command", "bad command"}},
}

// byStatus gives the reason of enhanced status codes, RFC 3463 3 and the registry that RFC 5248 began.
var byStatus = map[string]Reason{
	"1.0": NoSuchUser, "1.1": NoSuchUser, "1.2": NoSuchHost, "1.3": NoSuchUser, "1.4": NoSuchUser, "1.6": Moved, "1.7": SenderRejected, "1.8": SenderRejected, "1.9": System, "1.10": TakesNoMail,
	"2.0": Filtered, "2.1": Disabled, "2.2": MailboxFull, "2.3": TooBig, "2.4": System,
	"3.0": System, "3.1": System, "3.2": System, "3.3": System, "3.4": TooBig, "3.5": System,
	"4.0": Network, "4.1": Expired, "4.2": Network, "4.3": System, "4.4": NoSuchHost, "4.5": TooMany, "4.6": Network, "4.7": Expired, "4.316": Expired,
	"5.0": Protocol, "5.1": Protocol, "5.2": Protocol, "5.3": TooMany, "5.4": Protocol, "5.6": Protocol,
	"6.0": Content, "6.1": Content, "6.2": Content, "6.3": Content, "6.5": Content, "6.6": Content, "6.7": Content, "6.9": Content,
	"7.0": Policy, "7.1": Policy, "7.2": Policy, "7.8": Authentication, "7.9": Policy, "7.13": Disabled, "7.17": Disabled, "7.20": Authentication, "7.23": Authentication, "7.25": Blocked, "7.26": Authentication, "7.27": SenderRejected, "7.28": TooMany,
}

// reasonOf decides why a copy was refused: by a phrase that settles it, by a code that says more than "something", by
// the ways to say that nobody is there, and by vaguer signs.
func reasonOf(x *Recipient) Reason {
	said := strings.ToLower(x.Reply)
	if x.Address != "" {
		// "no-reply-spam@…" says nothing about the cause.
		said = strings.ReplaceAll(said, strings.ToLower(x.Address), "<>")
	}
	said = strings.ReplaceAll(withoutLinks(said), "recipient address rejected: ", "")
	command := x.command
	if command == "" {
		command = commandIn(said)
	}
	if command == "mail" {
		return aboutSender(reasonByWords(x, said, command))
	}
	return reasonByWords(x, said, command)
}

// aboutSender turns what was said of an address into what it means where the sender's was refused.
func aboutSender(r Reason) Reason {
	if r.Hard() || r == Filtered || r == Disabled {
		return SenderRejected
	}
	return r
}

func reasonByWords(x *Recipient, said, command string) Reason {
	detail := ""
	if x.Status != "" {
		_, detail, _ = strings.Cut(x.Status, ".")
	}
	switch detail {
	case "1.1", "1.6", "1.10", "2.2":
		// Servers that bother to give these mean them.
		if r := byStatus[detail]; detail != "1.1" || !containsAny(said, certainOverUser) {
			if detail == "1.10" && containsAny(said, unknownUser) {
				return NoSuchUser // Exchange Online's own use of the code
			}
			return r
		}
	}
	if detail == "4.1" && strings.Contains(said, "access denied") {
		return NoSuchUser // Exchange Online refuses unknown recipients at its edge so
	}
	for _, p := range certain {
		if containsAny(said, p.says) {
			return p.reason
		}
	}
	if containsAny(said, unknownUser) {
		return unknownOrFiltered(command, detail)
	}
	if r, ok := byStatus[detail]; ok && !(detail == "1.0" && x.Code == 0) {
		return r
	}
	for _, p := range vagueSigns {
		if containsAny(said, p.says) {
			return p.reason
		}
	}
	return Unknown
}

// certainOverUser are causes that servers give under status 5.1.1.
var certainOverUser = []string{"over quota", "mailbox full", "mailbox is full", "quota exceeded", "relay", "spam", "blocked", "dmarc", "spf"}

// unknownOrFiltered tells a mailbox that isn't there from one whose filter says so. Some carriers accept the address and
// refuse after the message with "unknown user"; some filters say it under a code of the mailbox's status (5.2.x).
func unknownOrFiltered(command, detail string) Reason {
	switch {
	case strings.HasPrefix(detail, "2.") && command != "rcpt":
		return Filtered
	case command == "data" && detail != "1.1":
		return Filtered
	}
	return NoSuchUser
}

// withoutLinks takes web addresses out, whose paths hold words of every kind.
func withoutLinks(s string) string {
	if !strings.Contains(s, "http") {
		return s
	}
	var b strings.Builder
	for _, word := range strings.Fields(s) {
		if strings.HasPrefix(word, "http://") || strings.HasPrefix(word, "https://") {
			// Block lists name themselves in the link only.
			if containsAny(word, []string{"spamhaus", "spamcop", "barracudacentral", "/rbl", "dnsbl", "blacklist"}) {
				b.WriteString("blocked using list ")
			}
			continue
		}
		b.WriteString(word)
		b.WriteByte(' ')
	}
	return b.String()
}
