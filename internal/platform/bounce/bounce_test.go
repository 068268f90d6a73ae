package bounce

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"tellus/internal/platform/mailmsg"
)

// said is what the tests look at in a recipient; replies are long and checked apart.
type said struct {
	Address string
	Kind    Kind
	Status  string
	Code    int
	Reason  Reason
	Hard    bool
}

const dsn = `From: Mail Delivery System <MAILER-DAEMON@mx.shop.example>
To: help@shop.example
Subject: Undelivered Mail Returned to Sender
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="b1"

--b1
Content-Type: text/plain

This is the mail system at host mx.shop.example.

I'm sorry to have to inform you that your message could not
be delivered to one or more recipients.

<ann@example.org>: host mx.example.org[192.0.2.7] said: 550 5.1.1
    <ann@example.org>: Recipient address rejected: User unknown (in reply to
    RCPT TO command)

<bo@example.net>: host mx.example.net[192.0.2.8] said: 452 4.2.2 Mailbox full
    (in reply to RCPT TO command)

--b1
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.shop.example

Final-Recipient: rfc822; ann@Example.ORG
Original-Recipient: rfc822;ann@example.org
Action: failed
Status: 5.1.1
Remote-MTA: dns; mx.example.org
Diagnostic-Code: smtp; 550 5.1.1 <ann@example.org>: Recipient address
    rejected: User unknown

Final-Recipient: rfc822; bo@example.net
Action: delayed
Status: 4.2.2
Diagnostic-Code: smtp; 452 4.2.2 Mailbox full

--b1
Content-Type: text/rfc822-headers

Message-ID: <reply.17@shop.example>
Subject: Re: Cups
To: ann@example.org, bo@example.net

--b1--
`

//nolint:misspell // what servers say
var reports = map[string]struct {
	mail string
	want Report
	who  []said
}{
	"RFC 3464": {dsn, Report{Kind: Failed, MessageID: "reply.17@shop.example", Subject: "Re: Cups", Reporter: "mx.shop.example"}, []said{
		{"ann@example.org", Failed, "5.1.1", 550, NoSuchUser, true}, {"bo@example.net", Delayed, "4.2.2", 452, MailboxFull, false},
	}},
	"qmail": {`Return-Path: <>
From: MAILER-DAEMON@mx.shop.example
To: help@shop.example
Subject: failure notice

Hi. This is the qmail-send program at mx.shop.example.
I'm afraid I wasn't able to deliver your message to the following addresses.
This is a permanent error; I've given up. Sorry it didn't work out.

<ann@example.org>:
192.0.2.7 does not like recipient.
Remote host said: 550 5.1.1 <ann@example.org>... User unknown
Giving up on 192.0.2.7.

<bo@nowhere.example>:
Sorry, I couldn't find any host named nowhere.example. (#5.1.2)

--- Below this line is a copy of the message.

Return-Path: <help@shop.example>
Message-ID: <reply.18@shop.example>
From: help@shop.example
To: ann@example.org
Subject: Re: Plates

Dear Ann
`, Report{Kind: Failed, MessageID: "reply.18@shop.example", Subject: "Re: Plates"}, []said{
		{"ann@example.org", Failed, "5.1.1", 550, NoSuchUser, true}, {"bo@nowhere.example", Failed, "5.1.2", 0, NoSuchHost, true},
	}},
	"Exim, quota": {`Return-Path: <>
X-Failed-Recipients: ann@example.org
Auto-Submitted: auto-replied
From: Mail Delivery System <Mailer-Daemon@shop.example>
To: help@shop.example
Subject: Mail delivery failed: returning message to sender

This message was created automatically by mail delivery software.

A message that you sent could not be delivered to one or more of its
recipients. This is a permanent error. The following address(es) failed:

  ann@example.org
    SMTP error from remote mail server after RCPT TO:<ann@example.org>:
    host mx.example.org [192.0.2.7]: 552 5.2.2 Over quota

------ This is a copy of the message, including all the headers. ------

Return-path: <help@shop.example>
Message-Id: <reply.19@shop.example>
To: ann@example.org
Subject: Re: Forks
`, Report{Kind: Failed, MessageID: "reply.19@shop.example", Subject: "Re: Forks"}, []said{{"ann@example.org", Failed, "5.2.2", 552, MailboxFull, false}}},
	"Exim, warning of delay": {`Return-Path: <>
Auto-Submitted: auto-replied
From: Mail Delivery System <Mailer-Daemon@shop.example>
To: help@shop.example
Subject: Warning: message 1abc-0001-2d delayed 24 hours

This message was created automatically by mail delivery software.
A message that you sent has not yet been delivered to one or more of its
recipients after more than 24 hours on the queue on shop.example.

The address to which the message has not yet been delivered is:

  ann@example.org
    host mx.example.org [192.0.2.7]
    Delay reason: Connection timed out

No action is required on your part.
`, Report{Kind: Delayed}, []said{{"ann@example.org", Delayed, "", 0, Expired, false}}},
	"Exchange": {`Return-Path: <>
From: System Administrator <postmaster@example.org>
To: help@shop.example
Subject: Undeliverable: Re: Spoons
In-Reply-To: <reply.20@shop.example>

Your message

  To:      ann@example.org
  Subject: Re: Spoons
  Sent:    Mon, 4 Mar 2024 10:15:00 +0200

did not reach the following recipient(s):

ann@example.org on Mon, 4 Mar 2024 10:15:02 +0200
    The recipient name is not recognized
`, Report{Kind: Failed, MessageID: "reply.20@shop.example"}, []said{{"ann@example.org", Failed, "", 0, NoSuchUser, true}}},
	"sender refused": {`Return-Path: <>
From: MAILER-DAEMON@mx.shop.example
To: help@shop.example
Subject: failure notice

I'm afraid I wasn't able to deliver your message to the following addresses.

<ann@example.org>:
Connected to 192.0.2.7 but sender was rejected.
Remote host said: 550 5.1.8 No such domain shop.example
`, Report{Kind: Failed}, []said{{"ann@example.org", Failed, "5.1.8", 550, SenderRejected, false}}},
	"abuse report": {`From: fbl@provider.example
To: abuse@shop.example
Subject: FW: Re: Cups
MIME-Version: 1.0
Content-Type: multipart/report; report-type=feedback-report; boundary=b

--b
Content-Type: text/plain

A customer reported this.

--b
Content-Type: message/feedback-report

Feedback-Type: abuse
User-Agent: Provider/1.0
Version: 1
Original-Rcpt-To: <ann@provider.example>

--b
Content-Type: message/rfc822

Message-ID: <reply.21@shop.example>
Subject: Re: Cups
To: ann@provider.example

Dear Ann

--b--
`, Report{Kind: Complaint, Feedback: "abuse", MessageID: "reply.21@shop.example", Subject: "Re: Cups"}, []said{{Address: "ann@provider.example", Kind: Delivered}}},
	"reason above the address, none below": {`Return-Path: <>
From: postmaster@notes.example.org
To: help@shop.example
Subject: Undeliverable message

------- Failure Reasons  --------

User not listed in public Name & Address Book
ann@notes.example.org

------- Returned Message --------
Message-ID: <reply.24@shop.example>
To: ann@notes.example.org
Subject: Re: Cups
`, Report{Kind: Failed, MessageID: "reply.24@shop.example", Subject: "Re: Cups"}, []said{{"ann@notes.example.org", Failed, "", 0, NoSuchUser, true}}},
	"old gateway, recipient in a sentence": {`Return-Path: <>
From: Postmaster <postmaster@example.org>
To: help@shop.example
Subject: Undeliverable Mail

We were unable to deliver your message to bo@example.org: mailbox is full.

Original message follows.

Received: from mx.shop.example by mx.example.org; Mon, 4 Mar 2024 10:15:00 +0200
Message-ID: <reply.25@shop.example>
To: bo@example.org
`, Report{Kind: Failed, MessageID: "reply.25@shop.example"}, []said{{"bo@example.org", Failed, "", 0, MailboxFull, false}}},
	"absence": {`From: Ann <ann@example.org>
To: help@shop.example
Subject: Automatic reply: Re: Cups
Auto-Submitted: auto-replied (vacation)
In-Reply-To: <reply.22@shop.example>

I am away until Monday.
`, Report{Kind: AutoReply, MessageID: "reply.22@shop.example"}, nil},
	"Amazon": {`From: SES <no-reply@sns.amazonaws.com>
To: help@shop.example
Subject: AWS Notification Message

{"notificationType":"Bounce","mail":{"messageId":"0101","commonHeaders":{"messageId":"<reply.23@shop.example>","subject":"Re: Cups"}},"bounce":{"bounceType":"Permanent","bounceSubType":"General","bouncedRecipients":[{"emailAddress":"ann@example.org","action":"failed","status":"5.1.1","diagnosticCode":"smtp; 550 5.1.1 user unknown"}]}}

--
If you wish to stop receiving notifications, click here.
`, Report{Kind: Failed, MessageID: "reply.23@shop.example", Subject: "Re: Cups"}, []said{{"ann@example.org", Failed, "5.1.1", 550, NoSuchUser, true}}},
}

func TestReadTellsWhatBecameOfTheMail(t *testing.T) {
	t.Parallel()
	for name, c := range reports {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, ok := Read(mailmsg.Parse([]byte(c.mail), mailmsg.Limits{}))
			if !ok {
				t.Fatal("Read: not recognised")
			}
			var who []said
			for _, r := range got.Recipients {
				who = append(who, said{r.Address, r.Kind, r.Status, r.Code, r.Reason, r.Hard})
			}
			if diff := cmp.Diff(c.who, who); diff != "" {
				t.Errorf("recipients (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(c.want, got, cmpopts.IgnoreFields(Report{}, "Recipients")); diff != "" {
				t.Errorf("report (-want +got):\n%s", diff)
			}
		})
	}
}

var noReports = map[string]string{
	"a person speaks of failed mail": "From: Ann <ann@example.org>\nSubject: Mail delivery failed\n\nMy mail to you could not be delivered: 550 5.1.1 user unknown. Is the address right?\n",
	"a person passes a report on":    "From: Ann <ann@example.org>\nSubject: Fwd: failure notice\n\nSee below.\n\n> Hi. This is the qmail-send program.\n> I wasn't able to deliver your message to the following addresses.\n> <bo@example.net>:\n> 550 no such user\n",
	"a postmaster writes himself":    "From: Postmaster <postmaster@example.org>\nSubject: Your certificate\n\nDear colleagues, your certificate ends on Monday.\n",
	"a read receipt":                 "From: Ann <ann@example.org>\nSubject: Read: Re: Cups\nMIME-Version: 1.0\nContent-Type: multipart/report; report-type=disposition-notification; boundary=b\n\n--b\nContent-Type: text/plain\n\nYour message was read.\n\n--b\nContent-Type: message/disposition-notification\n\nFinal-Recipient: rfc822; ann@example.org\nDisposition: manual-action/MDN-sent-manually; displayed\n\n--b--\n",
	"a newsletter with a null path":  "Return-Path: <>\nFrom: News <news@example.org>\nSubject: Sale\n\nEverything must go.\n",
	"nothing":                        "",
}

func TestReadLeavesOtherMailAlone(t *testing.T) {
	t.Parallel()
	for name, mail := range noReports {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got, ok := Read(mailmsg.Parse([]byte(mail), mailmsg.Limits{})); ok {
				t.Errorf("Read took it for %+v", got)
			}
		})
	}
}

func TestReasons(t *testing.T) {
	t.Parallel()
	for reply, want := range map[string]Reason{
		"550 5.1.1 <a@b.example>: Recipient address rejected: User unknown in virtual mailbox table": NoSuchUser,
		"550 Requested action not taken: mailbox unavailable":                                        NoSuchUser,
		"550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not found by SMTP address lookup":      NoSuchUser,
		"554 5.7.1 Service unavailable; Client host [192.0.2.1] blocked using zen.spamhaus.org":      Blocked,
		"550-5.7.26 This mail is unauthenticated, DMARC policy":                                      Authentication,
		"552 5.2.2 user is over quota":                                                               MailboxFull,
		"550 5.7.1 Message content rejected, id=1-1, spam":                                           Spam,
		"552 5.3.4 Message size exceeds fixed limit":                                                 TooBig,
		"554 5.7.1 <a@b.example>: Relay access denied":                                               RelayDenied,
		"556 5.1.10 b.example does not accept mail (null MX)":                                        TakesNoMail,
		"550 5.1.6 Destination mailbox has moved":                                                    Moved,
		"550 5.4.1 Recipient address rejected: Access denied. [EX1.example.outlook.com]":             NoSuchUser,
		"550 sorry, no mailbox here by that name (#5.1.1 - chkusr)":                                  NoSuchUser,
		"525 5.7.13 User account disabled":                                                           Disabled,
		"451 4.4.1 Connection timed out":                                                             Expired,
		"mail for b.example loops back to myself":                                                    Network,
		"": Unknown,
	} {
		x := Recipient{Address: "a@b.example", Reply: reply, Kind: Failed}
		x.finish()
		if x.Reason != want {
			t.Errorf("reason of %q: got %s, want %s", reply, x.Reason, want)
		}
	}
}

func TestCodesAreReadOnlyWhereTheyStandAlone(t *testing.T) {
	t.Parallel()
	for s, want := range map[string]struct {
		code   int
		status string
	}{
		"550 5.1.1 no":                  {550, "5.1.1"},
		"host mx[192.0.2.550] said: no": {0, ""},
		"421-4.7.0 try later":           {421, "4.7.0"},
		"(#5.4.4)":                      {0, "5.4.4"},
		"version 5.1.1.2":               {0, ""},
		"order 45511 and 4500 EUR":      {0, ""},
		"554: 5.0.0 then 5.2.2":         {554, "5.2.2"},
		"id=550abc mail550.example.org": {0, ""},
	} {
		if got := replyCode(s); got != want.code {
			t.Errorf("replyCode(%q) = %d, want %d", s, got, want.code)
		}
		if got := enhancedStatus(s); got != want.status {
			t.Errorf("enhancedStatus(%q) = %q, want %q", s, got, want.status)
		}
	}
}

// A report stays a report, with the same recipients, whatever the returned mail says.
func TestReturnedMailChangesNothing(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		body := rapid.StringMatching(`[a-z@<>. 0-9:\n]{0,200}`).Draw(t, "body")
		mail := strings.Replace(reports["qmail"].mail, "Dear Ann\n", "Dear Ann\n"+body, 1)
		got, ok := Read(mailmsg.Parse([]byte(mail), mailmsg.Limits{}))
		if !ok || len(got.Recipients) != 2 || got.MessageID != "reply.18@shop.example" {
			t.Fatalf("with %q below: %v %+v", body, ok, got)
		}
	})
}

func FuzzRead(f *testing.F) {
	for _, c := range reports {
		f.Add([]byte(c.mail))
	}
	for _, m := range noReports {
		f.Add([]byte(m))
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		r, ok := Read(mailmsg.Parse(raw, mailmsg.Limits{}))
		if !ok {
			return
		}
		if r.Kind == "" || len(r.Recipients) > maxRecipients {
			t.Fatalf("Read(%q) = %+v", raw, r)
		}
		for _, x := range r.Recipients {
			if len(x.Reply) > maxReply || x.Hard && x.Kind != Failed || x.Hard != (x.Hard && x.Reason.Hard()) {
				t.Fatalf("Read(%q): recipient %+v", raw, x)
			}
		}
	})
}
