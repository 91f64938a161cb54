// The statements of the floor. What they have in common with those of ours is the rules, word for word.

export const ADMITS = `(a.blocked_until IS NULL OR a.blocked_until <= $1::timestamptz)
  AND (SELECT count(*) FROM unnest(a.failed_at) f WHERE f > $1::timestamptz - interval '1 day') < 20
  AND (SELECT count(*) FROM unnest(a.failed_at) f WHERE f > $1::timestamptz - interval '30 days') < 100`;

/** What a failure makes of a budget, and a right proof of it: the rules of ours, word for word. */
export const FAILED_AT = `ARRAY(SELECT f FROM unnest(a.failed_at) f WHERE f > $1::timestamptz - interval '30 days') || $1::timestamptz`;
export const BLOCKED_UNTIL = `CASE WHEN a.failures_in_a_row >= 4 THEN $1::timestamptz
  + interval '1 second' * least(900, 30 * 2 ^ least(a.failures_in_a_row - 4, 16)) END`;

/** Reads what a code is checked against. $1 now, $2 user, $3 token. */
export const READ = `SELECT a.generation, s.id, s.sealed_secret FROM two_factor_challenges c
  JOIN two_factor_accounts a ON a.user_id = c.user_id AND a.enabled_at IS NOT NULL
  JOIN two_factor_secrets s ON s.user_id = c.user_id
  WHERE c.user_id = $2 AND c.token_hash = $3 AND c.attempts < 5 AND c.expires_at > $1::timestamptz
    AND NOT EXISTS (SELECT FROM two_factor_attempts a WHERE a.user_id = $2 AND a.method = 'totp' AND NOT (${ADMITS}))`;

/** Charges an attempt before it is checked. $1 now, $2 user, $3 token, $4 method. */
const CHARGED = `WITH account AS (SELECT user_id, generation FROM two_factor_accounts WHERE user_id = $2 AND enabled_at IS NOT NULL FOR UPDATE),
  challenge AS (SELECT c.user_id FROM two_factor_challenges c JOIN account USING (user_id)
    WHERE c.token_hash = $3 AND c.attempts < 5 AND c.expires_at > $1::timestamptz FOR UPDATE OF c),
  budget AS (INSERT INTO two_factor_attempts AS a (user_id, method, failures_in_a_row, failed_at)
    SELECT user_id, $4::text, 1, ARRAY[$1::timestamptz] FROM challenge
    ON CONFLICT (user_id, method) DO UPDATE SET failures_in_a_row = a.failures_in_a_row + 1, failed_at = ${FAILED_AT},
      blocked_until = ${BLOCKED_UNTIL} WHERE ${ADMITS} RETURNING user_id),
  charged AS (UPDATE two_factor_challenges c SET attempts = attempts + 1 FROM budget b WHERE c.user_id = b.user_id AND c.token_hash = $3)`;

/** Charges what costs Argon2, and reads it. */
export const CHARGE = `${CHARGED} SELECT (SELECT generation FROM account), b.code_hash FROM budget LEFT JOIN LATERAL
    (SELECT code_hash FROM two_factor_backup_codes WHERE user_id = $2 LIMIT 1) b ON true`;

/** What follows an accepted proof. $1 now, $2 user, $3 token, $4 method, $5 event, $6 session, $7 refresh token, $8 its end. */
export const OPENED = `ended AS (DELETE FROM two_factor_challenges c USING accepted g WHERE c.user_id = $2 AND c.user_id = g.user_id),
  assurance AS (INSERT INTO two_factor_assurances (user_id, session_id, method, passed_at, generation)
    SELECT g.user_id, $6::uuid::text, $4::text, $1::timestamptz, a.generation FROM accepted g JOIN account a USING (user_id)),
  session AS (INSERT INTO sessions (id, user_id, authenticated_at, expires_at)
    SELECT $6::uuid, user_id::uuid, $1::timestamptz, $8::timestamptz FROM accepted),
  token AS (INSERT INTO refresh_tokens (token_hash, session_id, expires_at)
    SELECT $7::bytea, $6::uuid, $8::timestamptz FROM accepted)`;

export const LOCKED = `account AS (SELECT user_id, generation FROM two_factor_accounts
    WHERE user_id = $2 AND generation = $9 AND enabled_at IS NOT NULL FOR UPDATE),
  challenge AS (SELECT c.user_id, c.webauthn_challenge AS drawn FROM two_factor_challenges c JOIN account USING (user_id)
    WHERE c.token_hash = $3 AND c.expires_at > $1::timestamptz FOR UPDATE OF c)`;

/** Settles a code, right or wrong. $10 secret, $11 step or null. */
export const SETTLE = `WITH ${LOCKED},
  secret AS (SELECT s.id, s.last_used_step FROM two_factor_secrets s JOIN challenge USING (user_id) WHERE s.id = $10 FOR UPDATE OF s),
  proof AS (SELECT user_id, EXISTS (SELECT FROM secret WHERE last_used_step < $11::bigint) AS is_right FROM challenge),
  budget AS (INSERT INTO two_factor_attempts AS a (user_id, method, failures_in_a_row, failed_at)
    SELECT user_id, $4::text, CASE WHEN is_right THEN 0 ELSE 1 END, CASE WHEN is_right THEN '{}' ELSE ARRAY[$1::timestamptz] END FROM proof
    ON CONFLICT (user_id, method) DO UPDATE SET
      failures_in_a_row = CASE WHEN (SELECT is_right FROM proof) THEN 0 ELSE a.failures_in_a_row + 1 END,
      failed_at = CASE WHEN (SELECT is_right FROM proof) THEN a.failed_at ELSE ${FAILED_AT} END,
      blocked_until = CASE WHEN (SELECT is_right FROM proof) THEN NULL ELSE ${BLOCKED_UNTIL} END
    WHERE ${ADMITS} RETURNING a.user_id),
  admitted AS (SELECT p.* FROM proof p JOIN budget USING (user_id)),
  accepted AS (SELECT user_id FROM admitted WHERE is_right),
  spent AS (UPDATE two_factor_secrets s SET last_used_step = $11 FROM accepted g WHERE s.user_id = g.user_id AND s.id = $10),
  refused AS (UPDATE two_factor_challenges c SET attempts = attempts + 1 FROM admitted g
    WHERE NOT g.is_right AND c.user_id = g.user_id AND c.token_hash = $3),
  event AS (INSERT INTO two_factor_events (user_id, at, type, method, outcome)
    SELECT user_id, $1::timestamptz, $5::text, $4::text, CASE WHEN is_right THEN 'success' ELSE 'failure' END FROM admitted),
  ${OPENED} SELECT user_id FROM accepted`;

/** What takes the charge of an accepted proof back, and tells of it. */
export const TAKEN_BACK = `cleared AS (UPDATE two_factor_attempts a SET failures_in_a_row = 0, blocked_until = NULL,
    failed_at = array_remove(a.failed_at, $1::timestamptz) FROM accepted g WHERE a.user_id = g.user_id AND a.method = $4::text),
  event AS (INSERT INTO two_factor_events (user_id, at, type, method, outcome)
    SELECT user_id, $1::timestamptz, $5::text, $4::text, 'success' FROM accepted)`;

/** As it was once: a one-time code charged in a commit of its own, and accepted in a second one. */
export const CHARGE_CODE = `${CHARGED} SELECT (SELECT generation FROM account), s.id, s.sealed_secret
  FROM budget JOIN two_factor_secrets s USING (user_id)`;

/** $10 secret, $11 step or null. */
export const ACCEPT = `WITH ${LOCKED},
  accepted AS (UPDATE two_factor_secrets s SET last_used_step = $11 FROM challenge c
    WHERE s.user_id = c.user_id AND s.id = $10 AND s.last_used_step < $11::bigint RETURNING s.user_id),
  ${TAKEN_BACK}, ${OPENED} SELECT user_id FROM accepted`;

/** $10 the code's hash. */
export const REDEEM = `WITH ${LOCKED},
  accepted AS (UPDATE two_factor_backup_codes b SET used_at = $1::timestamptz FROM challenge c
    WHERE b.user_id = c.user_id AND b.code_hash = $10 AND b.used_at IS NULL RETURNING b.user_id),
  ${TAKEN_BACK}, ${OPENED} SELECT user_id FROM accepted`;

export const CHARGE_PENDING = `WITH budget AS (
    INSERT INTO two_factor_attempts AS a (user_id, method, failures_in_a_row, failed_at)
    SELECT $2::text, 'totp', 1, ARRAY[$1::timestamptz]
    ON CONFLICT (user_id, method) DO UPDATE SET failures_in_a_row = a.failures_in_a_row + 1, failed_at = ${FAILED_AT},
      blocked_until = ${BLOCKED_UNTIL} WHERE ${ADMITS} RETURNING user_id
  )
  SELECT e.id, e.sealed_payload FROM budget b JOIN two_factor_enrolments e ON e.user_id = b.user_id
  WHERE e.method = 'totp' AND e.expires_at > $1::timestamptz`;

/** $9 the setup, $10 its secret, $11 step, $12 pepper, $13 hashes. $3 is not used. */
export const ACTIVATE = `WITH pending AS (
    DELETE FROM two_factor_enrolments WHERE user_id = $2 AND id = $9 AND expires_at > $1::timestamptz AND $3::bytea IS NULL RETURNING id, user_id
  ), account AS (
    INSERT INTO two_factor_accounts AS a (user_id, enabled_at, generation) SELECT user_id, $1::timestamptz, 1 FROM pending
    ON CONFLICT (user_id) DO UPDATE SET enabled_at = excluded.enabled_at, generation = a.generation + 1
      WHERE a.enabled_at IS NULL RETURNING user_id, generation
  ), accepted AS (
    INSERT INTO two_factor_secrets (user_id, id, name, sealed_secret, secret_tag, last_used_step, created_at)
    SELECT p.user_id, p.id, '', $10::text, '', $11::bigint, $1::timestamptz FROM pending p JOIN account USING (user_id) RETURNING user_id
  ), others AS (DELETE FROM sessions s USING accepted g WHERE s.user_id = g.user_id::uuid),
  codes AS (INSERT INTO two_factor_backup_codes (user_id, code_hash, pepper_id, created_at)
    SELECT g.user_id, h, $12::text, $1::timestamptz FROM accepted g, unnest($13::text[]) h),
  ${TAKEN_BACK}, ${OPENED} SELECT user_id FROM accepted`;

export const SAVE_PENDING = `WITH saved AS (
    INSERT INTO two_factor_enrolments AS e (user_id, method, id, name, sealed_payload, adds, created_at, expires_at)
    SELECT $2::text, 'totp', $1::uuid, '', $3::text, false, $4::timestamptz, $5::timestamptz
    WHERE NOT EXISTS (SELECT FROM two_factor_accounts WHERE user_id = $2 AND enabled_at IS NOT NULL)
    ON CONFLICT (user_id, method) DO UPDATE SET id = excluded.id, sealed_payload = excluded.sealed_payload,
      created_at = excluded.created_at, expires_at = excluded.expires_at, replaces = NULL
    RETURNING e.user_id
  )
  INSERT INTO two_factor_events (user_id, at, type, outcome) SELECT user_id, $4, 'setup_started', 'success' FROM saved
  RETURNING user_id`;

export const STATUS = `SELECT (SELECT enabled_at FROM two_factor_accounts WHERE user_id = $1) AS enabled_at,
    EXISTS (SELECT FROM two_factor_enrolments WHERE user_id = $1) AS pending,
    (SELECT count(*)::int FROM two_factor_backup_codes WHERE user_id = $1) AS total,
    (SELECT count(*)::int FROM two_factor_backup_codes WHERE user_id = $1 AND used_at IS NULL) AS remaining`;

export const ROTATE = `WITH spent AS (
    UPDATE refresh_tokens SET spent_at = $3 WHERE token_hash = $1 AND spent_at IS NULL AND expires_at > $3 RETURNING session_id
  ), session AS (
    UPDATE sessions s SET expires_at = least($4, s.authenticated_at + interval '720 hours') FROM spent WHERE s.id = spent.session_id AND s.expires_at > $3
    RETURNING s.id, s.user_id
  ), next AS (
    INSERT INTO refresh_tokens (token_hash, session_id, expires_at) SELECT $2::bytea, id, $4::timestamptz FROM session
  ) SELECT id, user_id FROM session`;

export const LIVE_SESSION = `SELECT u.id, u.email FROM sessions s JOIN users u ON u.id = s.user_id
  WHERE s.id = $1 AND s.expires_at > $2`;

/** Reads what an assertion is checked against. $1 now, $2 user, $3 token, $4 credential. */
export const READ_PASSKEY = `SELECT a.generation, c.webauthn_challenge AS challenge, p.public_key, p.counter
  FROM two_factor_challenges c JOIN two_factor_accounts a ON a.user_id = c.user_id AND a.enabled_at IS NOT NULL
  JOIN two_factor_passkeys p ON p.user_id = c.user_id AND p.credential_id = $4
  WHERE c.user_id = $2 AND c.token_hash = $3 AND c.attempts < 5 AND c.expires_at > $1::timestamptz
    AND c.webauthn_challenge IS NOT NULL`;

/** Settles an assertion, right or wrong. $10 credential, $11 challenge, $12 counter or null when it is wrong, $13 backed up. */
export const SETTLE_PASSKEY = `WITH ${LOCKED},
  passkey AS (SELECT p.counter FROM two_factor_passkeys p JOIN challenge USING (user_id)
    WHERE p.user_id = $2 AND p.credential_id = $10 FOR UPDATE OF p),
  proof AS (SELECT c.user_id, c.drawn = $11::bytea
      AND EXISTS (SELECT FROM passkey WHERE counter < $12::bigint OR (counter = 0 AND $12::bigint = 0)) AS is_right FROM challenge c),
  accepted AS (SELECT user_id FROM proof WHERE is_right),
  used AS (UPDATE two_factor_passkeys p SET counter = $12, backed_up = $13, last_used_at = $1::timestamptz FROM accepted g
    WHERE p.user_id = g.user_id AND p.user_id = $2 AND p.credential_id = $10),
  refused AS (UPDATE two_factor_challenges c SET attempts = attempts + 1, webauthn_challenge = NULL FROM proof g
    WHERE NOT g.is_right AND c.user_id = g.user_id AND c.token_hash = $3),
  event AS (INSERT INTO two_factor_events (user_id, at, type, method, outcome)
    SELECT user_id, $1::timestamptz, $5::text, $4::text, CASE WHEN is_right THEN 'success' ELSE 'failure' END FROM proof),
  ${OPENED} SELECT user_id FROM accepted`;
