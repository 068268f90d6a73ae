package desk

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// Why is the reason for a refusal that people meet: a stable code by which the desk words it in the reader's language, and programs tell it apart. The list is closed:
// each reason stands here with its code and its English sentence, and the catalogues of the desk have words for every one of them.
type Why string

const (
	WhyNeeded      Why = "needed"
	WhyTooShort    Why = "too_short" // n
	WhyTooLong     Why = "too_long"  // n
	WhyOutOfRange  Why = "out_of_range"
	WhyDatePast    Why = "date_past"
	WhyDateFuture  Why = "date_future"
	WhyTooFarAhead Why = "too_far_ahead"
	WhyNameTaken   Why = "name_taken"
	WhyFileLarge   Why = "file_too_large" // n: megabytes
	WhyFileGone    Why = "file_gone"
	WhyTookTooLong Why = "took_too_long"
	WhyEnough      Why = "enough" // n: how many there are

	WhyFewDifferent  Why = "password_few_different"
	WhyWellKnown     Why = "password_well_known"
	WhyKeysInARow    Why = "password_keys_in_a_row"
	WhyOwnName       Why = "password_own_name"
	WhyWrongPassword Why = "wrong_password"
	WhyWrongSignIn   Why = "wrong_sign_in"
	WhyWrongCode     Why = "wrong_code"
	WhyPasskey       Why = "passkey_refused"
	WhyPasskeyKnown  Why = "passkey_known"
	WhyPasskeyURL    Why = "passkey_url"
	WhyLinkOver      Why = "link_over"

	WhyNoAddress    Why = "no_mail_address"
	WhyAddressTaken Why = "address_taken"
	WhyRoleAbove    Why = "role_above"
	WhyYourself     Why = "not_yourself"
	WhyLastOwner    Why = "last_owner"
	WhyAboveYou     Why = "above_you"
	WhyInactive     Why = "account_inactive"
	WhyScopes       Why = "scopes_beyond_role"
	WhyZone         Why = "no_time_zone"

	WhyTeamUsed     Why = "team_used"
	WhyTagUsed      Why = "tag_used"
	WhyCalendarUsed Why = "calendar_used"
	WhyNeverOpen    Why = "never_open"
	WhyAbsentThen   Why = "absent_then"
	WhyNobodyOnDuty Why = "nobody_on_duty"
	WhyDateTwice    Why = "date_twice" // what: the date
	WhyNoEvents     Why = "no_events"
	WhyFeedAddress  Why = "feed_address"
	WhyFeedOff      Why = "feed_off"

	WhyWebhookAddress Why = "webhook_address"
	WhyWebhookHeader  Why = "webhook_header"
	WhyWebhookOff     Why = "webhook_off"

	WhyRuleUses Why = "rule_uses" // what: the rule

	WhyInboxUsed   Why = "inbox_used"
	WhyReaches     Why = "address_reaches_inbox" // what: the address
	WhyHostNeeded  Why = "host_needed"
	WhyUnencrypted Why = "unencrypted"
	WhyNoURL       Why = "no_url"
	WhyNoListen    Why = "no_listen_address"
	WhyURLNeeded   Why = "url_needed"
	WhyProvider    Why = "provider_refused" // what: what it said
	WhyOthersGrant Why = "authorisation_of_another"
	WhyDeclined    Why = "authorisation_declined"

	WhyNoWebsite Why = "no_website" // what: what was typed
	WhyNoColour  Why = "no_colour"

	WhySilentInbox    Why = "inbox_sends_nothing" // what: its name
	WhyNoRecipient    Why = "no_recipient"
	WhyNothingWritten Why = "nothing_written"
	WhyPutAway        Why = "conversation_put_away"
	WhyNotSnoozable   Why = "not_snoozable"
	WhyOnlyNext       Why = "only_next"
	WhyNotLinked      Why = "not_linked"
	WhyOverAlready    Why = "over_already"
	WhyCannotSee      Why = "cannot_see"
	WhyOnItsWay       Why = "on_its_way"
	WhyNotYours       Why = "message_of_another"
	WhyEverybodyHasIt Why = "everybody_has_it"
	WhyOwnInbox       Why = "our_own_inbox"   // what: the address
	WhyRecipientTwice Why = "recipient_twice" // what: the address
	WhyOnlyMessage    Why = "only_message"
	WhyOneStays       Why = "one_message_stays"
	WhySameOne        Why = "same_conversation"
	WhySideApart      Why = "side_stays_apart"
	WhySideCustomer   Why = "side_customer" // what: the address
	WhyMergeUndone    Why = "merge_undone"
	WhyMergedOn       Why = "merged_on" // what: the number of the conversation
	WhyNothingToSend  Why = "nothing_to_forward"
	WhyOtherCustomer  Why = "address_of_another_customer"
	WhyNameOrAddress  Why = "name_or_address_needed"
	WhyFileIsInfected Why = "file_infected"
	WhySetUpFirst     Why = "set_up_first"

	WhySearchMany   Why = "search_too_many" // n
	WhySearchState  Why = "search_no_state" // what: what was asked for
	WhySearchThing  Why = "search_no_thing" // what: what was asked for
	WhySearchDate   Why = "search_no_date"  // what: what was written
	WhySearchNumber Why = "search_no_number"
	WhySearchName   Why = "search_no_name" // what: the filter with its value

	WhyValueForm     Why = "value_form" // what: the field
	WhyNoDate        Why = "no_date"
	WhyDecimals      Why = "too_many_decimals" // n
	WhyNoCurrency    Why = "no_currency"
	WhyOnlyOne       Why = "single_value"   // what: the field
	WhyNoOption      Why = "no_option"      // what: the field
	WhyFieldNotHere  Why = "field_not_here" // what: the field
	WhyFieldsMissing Why = "fields_missing" // what: their names
	WhyChecksOpen    Why = "checks_open"    // n: how many
	WhyTimerNone     Why = "no_timer"

	WhyPlaceholder    Why = "placeholder_unfilled" // what: as it is written
	WhyNoPlaceholder  Why = "placeholder_unknown"  // what: as it is written
	WhyActionTwice    Why = "action_twice"
	WhyMacroDoesNone  Why = "macro_empty"
	WhyMacroNotShared Why = "macro_not_shared"
	WhyNoMacroFile    Why = "macro_no_file"
	WhyNoRuleFile     Why = "rule_no_file"
	WhyFileNewer      Why = "file_newer"
	WhyFileUnread     Why = "file_unread"  // n: line; what: character
	WhyFileUnknown    Why = "file_unknown" // n: line; what: a name
	WhyFileTwice      Why = "file_twice"   // n: line; what: a name

	WhyNoBirthday       Why = "no_birthday"
	WhyNoHours          Why = "no_hours"
	WhyNoDomain         Why = "no_domain"     // what: what was typed
	WhyPublicDomain     Why = "public_domain" // what: the domain
	WhyDomainTaken      Why = "domain_taken"  // what: the domain
	WhyOrganisationUsed Why = "organisation_used"

	WhyConditionShape Why = "condition_shape"
	WhyNoAttribute    Why = "condition_no_attribute"
	WhyNoOperator     Why = "condition_no_operator"
	WhyConditionValue Why = "condition_no_value"
	WhyNotTimed       Why = "condition_not_timed"
	WhyNoEvent        Why = "condition_no_event"
	WhyViewNotShared  Why = "view_not_shared"
	WhyNoSort         Why = "view_no_sort"
	WhyPolicyLasting  Why = "policy_lasting"
	WhySegmentAsked   Why = "segment_asked" // n: how many views ask for it

	WhyStatuteUnchecked  Why = "statute_unchecked"
	WhyStatuteOver       Why = "statute_over"
	WhyNotLater          Why = "statute_not_later"
	WhyNoStatutoryAnswer Why = "statute_no_answer"

	WhyBulkEmpty  Why = "bulk_empty"
	WhyBulkOver   Why = "bulk_over"
	WhyBulkNoUndo Why = "bulk_no_undo"

	WhyNoBuyer        Why = "purchase_no_buyer"
	WhyRefundTooLarge Why = "purchase_refund_too_large"
	WhyNoAmount       Why = "no_amount"   // what: what was written
	WhyNoStatus       Why = "no_status"   // what: what was written
	WhyNoQuantity     Why = "no_quantity" // what: what was written
	WhyNoInstant      Why = "no_instant"  // what: what was written
	WhyForgotten      Why = "purchase_forgotten"
	WhyNoTable        Why = "no_table"
	WhyColumnNeeded   Why = "column_needed"

	WhyHeld       Why = "legal_hold"   // what: the reason that was given
	WhyErased     Why = "erased"       // the person is gone
	WhyNotTyped   Why = "not_as_typed" // what: what has to be typed
	WhyStillToGo  Why = "mails_to_go"  // n: how many
	WhyLinkEnded  Why = "file_ended"
	WhyAlreadyRun Why = "already_running"
)

type worded struct {
	code     Code
	sentence string // with {n} or {what} where a value goes
}

var whys = map[Why]worded{
	WhyNeeded:      {Invalid, "this is needed"},
	WhyTooShort:    {Invalid, "at least {n} characters"},
	WhyTooLong:     {Invalid, "at most {n} characters"},
	WhyOutOfRange:  {Invalid, "this number is out of range"},
	WhyDatePast:    {Invalid, "this is over already"},
	WhyDateFuture:  {Invalid, "it cannot have taken place in the future"},
	WhyTooFarAhead: {Invalid, "a mail can be scheduled for a year ahead at the most"},
	WhyNameTaken:   {Conflict, "this name is taken already"},
	WhyFileLarge:   {TooLarge, "a file may have {n} MB at the most"},
	WhyFileGone:    {Invalid, "the file is not there any more: attach it again"},
	WhyTookTooLong: {Gone, "begin anew: this took too long"},
	WhyEnough:      {Conflict, "at most {n}: remove one first"},

	WhyFewDifferent:  {Invalid, "too easy to guess: too few different characters"},
	WhyWellKnown:     {Invalid, "too easy to guess: many people use it"},
	WhyKeysInARow:    {Invalid, "too easy to guess: keys in a row"},
	WhyOwnName:       {Invalid, "too easy to guess: it is your name or address"},
	WhyWrongPassword: {WrongPassword, "the password is wrong"},
	WhyWrongSignIn:   {WrongPassword, "the address or the password is wrong"},
	WhyWrongCode:     {WrongPassword, "the code is wrong or was used already"},
	WhyPasskey:       {WrongPassword, "this passkey was not accepted"},
	WhyPasskeyKnown:  {Conflict, "this passkey is known already"},
	WhyPasskeyURL:    {Invalid, "passkeys need the public address of Tellus to be set, with a host name"},
	WhyLinkOver:      {Gone, "this link was used already or is over"},

	WhyNoAddress:    {Invalid, "not a mail address"},
	WhyAddressTaken: {Conflict, "somebody has this address already"},
	WhyRoleAbove:    {Forbidden, "nobody gives a role above his own"},
	WhyYourself:     {Forbidden, "nobody deactivates himself"},
	WhyLastOwner:    {Conflict, "the last owner cannot be removed: make somebody else an owner first"},
	WhyAboveYou:     {Forbidden, "you cannot manage somebody who may do more than you"},
	WhyInactive:     {Conflict, "this account is not active"},
	WhyScopes:       {Forbidden, "your role does not have every one of these permissions"},
	WhyZone:         {Invalid, "a name of the time zone database, such as Europe/Riga"},

	WhyCalendarUsed: {Conflict, "inboxes, teams or the desk still go by the calendar"},
	WhyAbsentThen:   {Invalid, "an absence is planned for that time already"},
	WhyNobodyOnDuty: {Invalid, "nobody is on duty"},
	WhyNeverOpen:    {Invalid, "it is not open for an hour within a year"},
	WhyNoEvents:     {Invalid, "no event is in the file: an iCalendar file is needed"},
	WhyFeedAddress:  {Invalid, "an address that begins with https, http or webcal, without a name and a password"},
	WhyFeedOff:      {Conflict, "the feed is switched off: switch it on first"},

	WhyWebhookAddress: {Invalid, "an https address; http goes to servers that the operator named alone"},
	WhyWebhookHeader:  {Invalid, "no header that can be sent along"},
	WhyWebhookOff:     {Conflict, "the webhook is switched off"},

	WhyRuleUses: {Conflict, "the rule “{what}” uses it: change or delete the rule first"},

	WhyDateTwice:   {Invalid, "{what} stands there twice, or is no date"},
	WhyTeamUsed:    {Conflict, "the team still has inboxes or conversations"},
	WhyTagUsed:     {Conflict, "conversations carry this tag: take it off them first"},
	WhyInboxUsed:   {Conflict, "the inbox has conversations: switch it off instead"},
	WhyReaches:     {Invalid, "{what} already reaches an inbox"},
	WhyHostNeeded:  {Invalid, "the name of the mail server is needed"},
	WhyUnencrypted: {Invalid, "an unencrypted connection is allowed to this machine only"},
	WhyNoURL:       {Invalid, "must be an address such as https://help.example.com"},
	WhyNoListen:    {Invalid, "must be host:port or :port, such as :25"},
	WhyURLNeeded:   {Invalid, "set the public address of the desk first: the provider sends the browser back there"},
	WhyProvider:    {Unreachable, "the provider did not accept the authorisation: {what}"},
	WhyOthersGrant: {Forbidden, "somebody else began this authorisation"},
	WhyDeclined:    {Forbidden, "the authorisation was declined at the provider"},

	WhyNoWebsite: {Invalid, "{what} is no website: write it as https://shop.example"},
	WhyNoColour:  {Invalid, "must be a colour such as #0f6e63"},

	WhySilentInbox:    {Invalid, "the inbox {what} sends no mail: an administrator sets up its outgoing server"},
	WhyNoRecipient:    {Invalid, "say whom it goes to"},
	WhyNothingWritten: {Invalid, "there is nothing to send"},
	WhyPutAway:        {Invalid, "the conversation is in spam or trash: restore it first"},
	WhyNotLinked:      {Invalid, "that conversation is not linked with this one"},
	WhyOverAlready:    {Invalid, "that conversation is resolved already"},
	WhyNotSnoozable:   {Invalid, "a finished conversation cannot be snoozed: reopen it first"},
	WhyOnlyNext:       {Forbidden, "the work of this team is taken by next only: press Shift+N"},
	WhyCannotSee:      {Invalid, "this colleague may not see the conversation"},
	WhyOnItsWay:       {Gone, "the message is on its way already"},
	WhyNotYours:       {Forbidden, "only who sent a message can take it back"},
	WhyEverybodyHasIt: {Invalid, "nobody is left who did not get the message"},
	WhyOwnInbox:       {Invalid, "{what} is one of our own inboxes: the mail would come back as a new conversation"},
	WhyRecipientTwice: {Invalid, "{what} is a recipient already"},
	WhyOneStays:       {Invalid, "at least one message has to stay"},
	WhySameOne:        {Invalid, "that is the same conversation"},
	WhySideApart:      {Invalid, "what is said beside a conversation stays apart from what the customer sees"},
	WhySideCustomer:   {Invalid, "{what} takes part in the conversation itself: ask beside it only those who do not"},
	WhyMergeUndone:    {Gone, "this merge was undone already"},
	WhyMergedOn:       {Invalid, "conversation {what} was merged into another one since: undo that first"},
	WhyNothingToSend:  {Invalid, "none of the chosen messages can be forwarded: notes stay inside"},
	WhyOnlyMessage:    {Invalid, "it is the only message: there is nothing to part it from"},
	WhyOtherCustomer:  {Conflict, "another customer uses this address"},
	WhyNameOrAddress:  {Invalid, "a name or an address is needed"},
	WhyFileIsInfected: {Forbidden, "a virus was found in this file: it is not handed out"},
	WhySearchMany:     {Invalid, "at most {n} words and filters: leave some out"},
	WhySearchState:    {Invalid, "is:{what} is not known: use open, waiting, resolved, closed, new, unfinished, snoozed, unread, note, restricted, spam or trash"},
	WhySearchThing:    {Invalid, "has:{what} is not known: use has:attachment"},
	WhySearchDate:     {Invalid, "{what} is not a date: write 2026-03-31, 2026-03 or 2026"},
	WhySearchNumber:   {Invalid, "a conversation's number is needed, such as #10025"},
	WhySearchName:     {Invalid, "nothing here is called {what}: check the name, and put names of several words in quotation marks"},

	WhySetUpFirst: {SetupNeeded, "nobody has an account yet: the first is made by the link that the server printed"},

	WhyValueForm:     {Invalid, "{what} holds values of another form"},
	WhyNoDate:        {Invalid, "not a date: write it as 2026-03-31"},
	WhyDecimals:      {Invalid, "at most {n} decimal places"},
	WhyNoCurrency:    {Invalid, "not a currency: write its code, such as EUR"},
	WhyOnlyOne:       {Invalid, "{what} takes one only"},
	WhyNoOption:      {Invalid, "{what} has no such option"},
	WhyFieldNotHere:  {Invalid, "{what} does not apply here"},
	WhyFieldsMissing: {Invalid, "before it is resolved, fill in: {what}"},
	WhyChecksOpen:    {Invalid, "before it is resolved, {n} required items of its checklists need to be ticked"},
	WhyTimerNone:     {Invalid, "no timer of yours runs here"},

	WhyPlaceholder:    {Invalid, "{what} still waits for a value: fill it or take it out"},
	WhyNoPlaceholder:  {Invalid, "{what} cannot be filled: there is no such value, or formatting breaks it up"},
	WhyActionTwice:    {Invalid, "the same is done twice"},
	WhyMacroDoesNone:  {Invalid, "a macro needs a text or something to do"},
	WhyNoMacroFile:    {Invalid, "this is no file of macros"},
	WhyNoRuleFile:     {Invalid, "this is no file of rules"},
	WhyFileNewer:      {Invalid, "this file was written by a later version"},
	WhyFileUnread:     {Invalid, "line {n}, character {what}: this cannot be read"},
	WhyFileUnknown:    {Invalid, "line {n}: nobody here knows what “{what}” means"},
	WhyFileTwice:      {Invalid, "line {n}: “{what}” is said twice"},
	WhyMacroNotShared: {Forbidden, "supervisors and above share macros; yours can be personal"},

	WhyNoBirthday:       {Invalid, "must be a day such as 1984-05-31"},
	WhyNoHours:          {Invalid, "must begin before they end, such as 09:00 and 17:30"},
	WhyNoDomain:         {Invalid, "{what} is no mail domain: write it as shop.example"},
	WhyPublicDomain:     {Invalid, "anybody gets an address at {what}: it tells no organisation"},
	WhyDomainTaken:      {Conflict, "{what} belongs to another organisation already"},
	WhyOrganisationUsed: {Conflict, "people belong to this organisation: move them first"},

	WhyConditionShape: {Invalid, "a part of the condition is either a group or a comparison"},
	WhyNoAttribute:    {Invalid, "there is nothing of this name to compare: it may have been removed"},
	WhyNoOperator:     {Invalid, "it cannot be compared in this way"},
	WhyConditionValue: {Invalid, "it cannot be compared with this"},
	WhyNotTimed:       {Invalid, "time never makes this true by itself: ask for how long something has been so, when it is due, or the time of day"},
	WhyNoEvent:        {Invalid, "what acts as time passes cannot ask for a message or for who did something"},
	WhyViewNotShared:  {Forbidden, "supervisors and above share views; yours can be personal"},
	WhyPolicyLasting:  {Invalid, "what is promised must not hang on whose turn it is or on what time alone changes"},

	WhyStatuteUnchecked:  {Invalid, "say which counsel checked this, and when: nothing runs before"},
	WhyStatuteOver:       {Conflict, "this time limit does not run any more"},
	WhyNotLater:          {Invalid, "choose a day after the one on which it ends now"},
	WhyNoStatutoryAnswer: {Invalid, "only a mail that a person sent to the customer after the day of receipt can be the answer"},

	WhySegmentAsked: {Conflict, "{n} saved views ask for this segment: change them first"},
	WhyNoSort:       {Invalid, "lists cannot be sorted by this"},
	WhyBulkEmpty:    {Invalid, "no conversation is chosen, or nothing to do with them"},
	WhyBulkOver:     {Gone, "this work is over already"},
	WhyBulkNoUndo:   {Conflict, "nothing of this work can be undone any more"},

	WhyNoBuyer:        {Invalid, "a purchase needs a customer: a mail address, a telephone number or a name"},
	WhyRefundTooLarge: {Invalid, "more cannot be given back than was paid"},
	WhyNoAmount:       {Invalid, "{what} is no amount"},
	WhyNoStatus:       {Invalid, "{what} is not a status that is known here"},
	WhyNoQuantity:     {Invalid, "{what} is no quantity"},
	WhyNoInstant:      {Invalid, "{what} is no date"},
	WhyNoTable:        {Invalid, "this is no table: save it as CSV"},
	WhyColumnNeeded:   {Invalid, "say which column holds this"},
	WhyForgotten:      {Gone, "the person who bought this was erased: it is not taken in again"},

	WhyHeld:       {Conflict, "a legal hold keeps it: {what}"},
	WhyErased:     {Gone, "this customer was erased"},
	WhyNotTyped:   {Invalid, "type exactly: {what}"},
	WhyStillToGo:  {Conflict, "{n} messages to or about him are still to be sent: wait, or take them back"},
	WhyLinkEnded:  {Gone, "the file is not kept any more"},
	WhyAlreadyRun: {Conflict, "this is being done already"},
}

// Whys returns all reasons in the order of their codes.
func Whys() []Why { return slices.Sorted(maps.Keys(whys)) }

// Sentence is the English sentence of a reason with its values put in, for people who read the API. A reason that the list lacks is its own sentence.
func (w Why) Sentence(values ...any) string {
	text, _ := w.fill(values)
	return text
}

// Refuse returns the refusal for a reason; values go where its sentence has {n} or {what}, in that order.
func (w Why) Refuse(values ...any) *Refusal { return w.At("", values...) }

// At is Refuse for the field at fault.
func (w Why) At(field string, values ...any) *Refusal {
	text, named := w.fill(values)
	code := whys[w].code
	if code == "" {
		code = Invalid
	}
	return &Refusal{Code: code, Field: field, Message: text, Why: w, Values: named}
}

func (w Why) fill(values []any) (text string, named map[string]any) {
	rest := whys[w].sentence
	if rest == "" {
		return string(w), nil
	}
	var b strings.Builder
	for _, v := range values {
		before, after, found := strings.Cut(rest, "{")
		name, after, closed := strings.Cut(after, "}")
		if !found || !closed {
			break
		}
		if named == nil {
			named = map[string]any{}
		}
		named[name] = v
		fmt.Fprintf(&b, "%s%v", before, v)
		rest = after
	}
	b.WriteString(rest)
	return b.String(), named
}
