import { Inject, Injectable } from '@nestjs/common';
import { AuthenticatorRepository } from '../authenticators/authenticator.repository.js';
import type { SecurityEvent } from '../events/security-event.js';
import { SecurityEventRepository } from '../events/security-event.repository.js';
import { TWO_FACTOR_TABLES } from '../options/tokens.js';
import { TwoFactorDatabase } from '../sql/database.js';
import { type SqlRunner, effects, runAsOne } from '../sql/one-statement.js';
import type { TwoFactorTables } from '../sql/tables.js';
import { dateOrNull, epochOf } from '../sql/times.js';
import type { PolicyDemand } from './policy.js';

/** How a user stands to what is demanded. */
export interface Standing {
  /** When the first of what is missing is due; `null` when nothing is missing. */
  readonly dueAt: Date | null;
  /** Whether this was the first time that it was demanded. */
  readonly isNew: boolean;
}

interface StandingRow {
  readonly dueAt: number | null;
  readonly isNew: boolean;
  readonly isWritten: boolean;
}

/** A user, and what is demanded of it. */
export interface UserDemand {
  readonly userId: string;
  readonly demand: PolicyDemand;
}

/** How a user would stand to it. */
export interface PreviewedStanding extends Omit<PreviewRow, 'dueAt'> {
  readonly dueAt: Date | null;
}

interface PreviewRow {
  readonly userId: string;
  /** Whether there is any, be it too weak. */
  readonly hasFactor: boolean;
  readonly dueAt: number | null;
}

/** Of what a deadline is made, in SQL. */
interface Expressions {
  readonly userId: string;
  readonly methods: string;
  readonly from: string;
  readonly days: string;
}

/** Not a day, of which two in a year have another length. */
const DAY = "interval '24 hours'";

@Injectable()
export class DeadlineRepository {
  constructor(
    @Inject(TWO_FACTOR_TABLES) private readonly tables: TwoFactorTables,
    private readonly database: TwoFactorDatabase,
    private readonly authenticators: AuthenticatorRepository,
    private readonly securityEvents: SecurityEventRepository,
  ) {}

  /**
   * How the user of an event stands to a demand. The first time writes the deadline, with the event, and no other time
   * changes it. It is written for a user who has the factor as well: one that is lost later gives no new days.
   *
   * Several deadlines can count. Whoever must have a passkey must have any factor at all, so one that was due for that
   * stays due. A policy that has become stricter counts from the day on which it was demanded first; one that has become
   * milder moves nothing.
   */
  async standing(on: SqlRunner, demand: PolicyDemand, event: SecurityEvent): Promise<Standing> {
    const { userId, at } = event;
    const { methods, graceDays, enforceFrom } = demand;
    const demanded = methods.join(',');
    const known = {
      name: 'own_known',
      sql: `SELECT user_id FROM ${this.tables.deadlines} WHERE user_id = $1 AND methods = $2`,
      parameters: [userId, demanded],
    } as const;
    const made = {
      name: 'accepted',
      sql: `INSERT INTO ${this.tables.deadlines} (user_id, methods, demanded_at, due_at)
        SELECT $1::text, $2::text, $3::timestamptz, ${dueAt({ since: '$3::timestamptz', from: '$4', days: '$5' })}
        FROM read_committed WHERE NOT EXISTS (SELECT FROM own_known)
        ON CONFLICT (user_id, methods) DO NOTHING RETURNING user_id, methods, demanded_at, due_at`,
      parameters: [userId, demanded, at, enforceFrom ?? null, graceDays],
    } as const;
    const statements = [known, made, ...effects(this.securityEvents.record(event))];
    const missing = this.#missing(
      { userId: '$1', methods: '$2', from: '$3', days: '$4' },
      'SELECT methods, demanded_at, due_at FROM accepted',
    );
    const [row] = await runAsOne<StandingRow>(on, statements, {
      sql: `SELECT ${epochOf(missing)} AS "dueAt", EXISTS (SELECT FROM accepted) AS "isNew",
        EXISTS (SELECT FROM own_known) OR EXISTS (SELECT FROM accepted) AS "isWritten"`,
      parameters: [userId, demanded, enforceFrom ?? null, graceDays],
    });
    if (row === undefined) {
      throw new Error('A select without FROM always yields a row');
    }
    // Somebody else has written it since this statement began: the next one sees it.
    return row.isWritten
      ? { dueAt: dateOrNull(row.dueAt), isNew: row.isNew }
      : this.standing(on, demand, event);
  }

  /** How users would stand to demands at this moment. It writes nothing. In no order. */
  async preview(demands: readonly UserDemand[], at: Date): Promise<PreviewedStanding[]> {
    const asked = demands.map(({ userId, demand: { methods, enforceFrom = null, graceDays } }) => ({
      user_id: userId,
      methods: methods.join(','),
      enforce_from: enforceFrom,
      days: graceDays,
    }));
    const due = dueAt({ since: '$2::timestamptz', from: 'u.enforce_from', days: 'u.days' });
    const missing = this.#missing(
      { userId: 'u.user_id', methods: 'u.methods', from: 'u.enforce_from', days: 'u.days' },
      `SELECT u.methods, $2::timestamptz, ${due} WHERE NOT EXISTS (
        SELECT FROM ${this.tables.deadlines} k WHERE k.user_id = u.user_id AND k.methods = u.methods)`,
    );
    const rows = await this.database.query<PreviewRow>(
      `SELECT u.user_id AS "userId", cardinality(${this.authenticators.typesOf('u.user_id')}) > 0 AS "hasFactor",
        ${epochOf(missing)} AS "dueAt"
      FROM jsonb_to_recordset($1::text::jsonb) AS u (user_id text, methods text, enforce_from timestamptz, days integer)`,
      [JSON.stringify(asked), at],
    );
    return rows.map(({ userId, hasFactor, dueAt: epoch }) => ({
      userId,
      hasFactor,
      dueAt: dateOrNull(epoch),
    }));
  }

  /**
   * When the first of what a user is missing is due, as an expression of expressions: of all that was demanded and is not
   * more than what is demanded now. Of a stricter one it says nothing.
   *
   * @param also a select of deadlines beside those of the table
   */
  #missing({ userId, methods, from, days }: Expressions, also: string): string {
    return `(SELECT min(CASE d.methods WHEN ${methods}::text
        THEN LEAST(d.due_at, ${dueAt({ since: 'd.demanded_at', from, days })}) ELSE d.due_at END)
      FROM (SELECT methods, demanded_at, due_at FROM ${this.tables.deadlines} WHERE user_id = ${userId} UNION ALL ${also}) d
      WHERE string_to_array(d.methods, ',') @> string_to_array(${methods}, ',')
        AND NOT string_to_array(d.methods, ',') && ${this.authenticators.typesOf(userId)})`;
  }
}

/** The end of the days of grace, as an expression of expressions. */
function dueAt({
  since,
  from,
  days,
}: {
  readonly since: string;
  readonly from: string;
  readonly days: string;
}): string {
  return `GREATEST(${since}, ${from}::timestamptz) + ${days}::integer * ${DAY}`;
}
