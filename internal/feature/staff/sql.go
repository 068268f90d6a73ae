package staff

// Only what is used in several places or is long stands here; shorter statements stand where they are run.
const (
	sqlAgentColumns = `id, name, email, role, language, time_zone, answers, active, accepted_at, seen_at, created_at, version,
		(totp_secret IS NOT NULL OR EXISTS (SELECT 1 FROM passkey WHERE passkey.agent = agent.id)) AS two_factor`

	sqlAgentByID  = `SELECT ` + sqlAgentColumns + ` FROM agent WHERE id = $1`
	sqlAllAgents  = `SELECT ` + sqlAgentColumns + ` FROM agent ORDER BY id`
	sqlDoorColumn = `id, name, email, role, language, time_zone, password_hash, totp_secret, totp_step, active, accepted_at, version`
	sqlDoorByKey  = `SELECT ` + sqlDoorColumn + ` FROM agent WHERE email_key = $1`
	sqlDoorByID   = `SELECT ` + sqlDoorColumn + ` FROM agent WHERE id = $1`

	sqlSessionByHash = `
		SELECT session.id, session.stage, session.created_at, session.seen_at, session.expires_at,
			agent.id, agent.name, agent.role, agent.language, agent.time_zone
		FROM session JOIN agent ON agent.id = session.agent
		WHERE session.token_hash = $1 AND agent.active`

	sqlTokenByHash = `
		SELECT api_token.id, api_token.scopes, api_token.seen_at, api_token.expires_at,
			agent.id, agent.name, agent.role, agent.language, agent.time_zone
		FROM api_token JOIN agent ON agent.id = api_token.agent
		WHERE api_token.token_hash = $1 AND agent.active`
)
