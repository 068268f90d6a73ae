package inbox

const selectInbox = `
	SELECT id, kind, name, address, from_name, language, signature, team, acknowledge, acknowledge_text,
		answer_within, reopen, reopen_days, reply_token, active, receive, submit,
		receive_secret IS NOT NULL, submit_secret IS NOT NULL, version
	FROM inbox`

const updateInbox = `
	UPDATE inbox SET name = $2, name_key = $3, address = $4, from_name = $5, language = $6, signature = $7, team = $8,
		acknowledge = $9, acknowledge_text = $10, answer_within = $11, reopen = $12, reopen_days = $13, reply_token = $14, active = $15,
		receive = $16, submit = $17, version = version + 1
	WHERE id = $1`
