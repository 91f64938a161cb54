import { describe, expect, it } from 'vitest';
import { requireAccepted } from './in-same-commit.js';

const check = (sql: string) => (): void => requireAccepted([{ sql, parameters: [] }]);

describe('a statement of the host that reads from accepted', () => {
  it.each([
    'INSERT INTO sessions SELECT $1::uuid, user_id FROM accepted',
    'DELETE FROM sessions s USING accepted a WHERE s.user_id = a.user_id',
    'DELETE FROM sessions s USING\n  accepted\nWHERE s.user_id = accepted.user_id',
    'DELETE FROM sessions WHERE user_id = (SELECT user_id FROM accepted)',
    'DELETE FROM sessions WHERE user_id IN(SELECT user_id FROM "accepted")',
    'UPDATE users u SET seen_at = now() FROM devices d, accepted WHERE u.id = accepted.user_id',
    'UPDATE users u SET seen_at = now() FROM devices d JOIN accepted a ON true WHERE u.id = a.user_id',
    'update users u set seen_at = now() from (accepted a cross join devices) where u.id = a.user_id',
    'WITH who AS (SELECT user_id FROM accepted) DELETE FROM sessions s USING who WHERE s.user_id = who.user_id',
    `INSERT INTO notes SELECT 'it''s done', user_id FROM /* whose it is */ accepted -- at last`,
  ])('passes: %s', (sql) => {
    expect(check(sql)).not.toThrow();
  });
});

describe('a statement of the host that does not', () => {
  it.each([
    'DELETE FROM sessions WHERE user_id = $1',
    'INSERT INTO host_sessions VALUES (1)',
    'DELETE FROM sessions USING accepted_terms',
    'DELETE FROM sessions USING not_accepted',
    'UPDATE invitations SET accepted = true WHERE user_id = $1',
    `INSERT INTO notes VALUES ('read FROM accepted')`,
    `INSERT INTO notes VALUES ('it''s FROM accepted')`,
    String.raw`INSERT INTO notes VALUES (E'it\'s FROM accepted')`,
    'INSERT INTO notes VALUES ($$ FROM accepted $$)',
    'INSERT INTO notes VALUES ($body$ FROM accepted $body$)',
    'DELETE FROM sessions WHERE user_id = $1 -- FROM accepted',
    'DELETE FROM sessions /* FROM\naccepted */ WHERE user_id = $1',
    '',
  ])('is refused: %s', (sql) => {
    expect(check(sql)).toThrow('has to read from accepted');
  });

  it('is named by its beginning, also when it is not the first, and by none of its parameters', () => {
    const fine = { sql: 'INSERT INTO sessions SELECT user_id FROM accepted', parameters: [] };
    const faulty = {
      sql: `DELETE FROM sessions\n  WHERE user_id = $1 ${'AND true '.repeat(99)}`,
      parameters: ['a secret'],
    };

    const refusal = (): void => requireAccepted([fine, faulty]);

    expect(refusal).toThrow(
      /^A statement for the same commit has to read from accepted, and this one does not: DELETE FROM sessions WHERE user_id = \$1 .{1,70}$/,
    );
    expect(refusal).not.toThrow('a secret');
  });
});
