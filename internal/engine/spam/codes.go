package spam

// Codes are the codes of all reasons that [Score] gives, for whoever words them.
var Codes = []string{
	// another filter, the sender
	"marked_by_filter", "dmarc_fail", "dmarc_pass", "spf_fail", "spf_softfail", "dkim_fail", "unsigned", "no_sender",
	"name_shows_other_address", "answer_goes_elsewhere", "own_address_forged", "known_sender", "answers_us",
	// the form
	"no_date", "wrong_date", "no_message_id", "odd_message_id", "repeated_header", "no_recipient", "many_recipients", "bulk", "script_mailer",
	// the subject
	"shouting", "many_marks", "pretended_answer", "disguised_letters", "spaced_letters",
	// links and markup
	"script_link", "link_to_number", "link_with_user", "short_link", "cheap_domain", "odd_port", "long_host", "link_lies", "form_in_mail",
	"active_content", "hidden_text", "only_image",
	// words
	"phrase_money_abroad", "phrase_prize", "phrase_drugs", "phrase_account_trap", "phrase_investment", "phrase_extortion", "phrase_search_rank",
	"phrase_adult", "phrase_pressure", "test_line", "words_like_spam", "words_like_ours",
	// attachments
	"dangerous_attachment",
}

// Grounds are all grounds that [Dangerous] gives, without those within archives.
var Grounds = []string{Executable, Script, Shortcut, Macro, WebPage, DiskImage, OldArchive, SystemFile, DoubleExtension, ReversedName}
