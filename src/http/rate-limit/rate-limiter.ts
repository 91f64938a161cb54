import { Inject, Injectable, type OnModuleDestroy, type OnModuleInit } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { Clock, Statement } from 'nestjs-two-factor';
import { DataSource, type EntityManager } from 'typeorm';
import { CLOCK } from '../../config/environment.module.js';
import { ApiException } from '../errors/api.exception.js';

/** What is counted under a key: so many points are admitted in a window of time, which begins with the first one. */
export interface Bucket {
  readonly key: string;
  readonly points: number;
  readonly seconds: number;
  /** Counted only if the row that is read beside says this of `isKnown`; no row says `false`. Default: in any case. */
  readonly ifKnown?: boolean;
}

/** A point that a bucket was charged, in the window that ends at `expire`. */
export interface Charge {
  readonly key: string;
  /** Milliseconds since 1970, as the database writes them. */
  readonly expire: string;
}

/** What was charged, and the row that was read beside. */
export interface ChargedReading<Row> {
  readonly charges: readonly Charge[];
  readonly read: Row | undefined;
}

const SWEEP_EVERY_MS = 300_000;
/** Clocks of other processes may be behind. */
const SWEPT_AFTER_MS = 3_600_000;

/**
 * Counts in PostgreSQL, so that all processes share the counts. The table is unlogged: counting waits for no disk,
 * and a crash of the database sets all counts to nothing.
 */
@Injectable()
export class RateLimiter implements OnModuleInit, OnModuleDestroy {
  #sweeping: NodeJS.Timeout | undefined;

  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  onModuleInit(): void {
    this.#sweeping = setInterval(() => void this.#sweep(), SWEEP_EVERY_MS).unref();
  }

  onModuleDestroy(): void {
    clearInterval(this.#sweeping);
  }

  /**
   * Charges each bucket a point, or none of them any.
   *
   * @throws ApiException `RATE_LIMITED`, when a bucket is full, with the seconds until its window ends
   */
  async charge(buckets: readonly Bucket[]): Promise<readonly Charge[]> {
    return (await this.#charge(buckets)).charges;
  }

  /**
   * Charges each bucket that counts for what is read beside, in the same statement, or none of them any. Rows are locked in
   * the order of their keys, whoever locks them: by what charges alone, for a row that is new is seen by no lock before it.
   *
   * @param beside yields one row or none, which comes as JSON
   * @throws ApiException `RATE_LIMITED`, when a bucket is full, with the seconds until its window ends
   */
  chargeReading<Row extends object>(
    buckets: readonly Bucket[],
    beside: Statement,
  ): Promise<ChargedReading<Row>> {
    return this.#charge(buckets, beside);
  }

  async #charge<Row extends object>(
    buckets: readonly Bucket[],
    beside?: Statement,
  ): Promise<ChargedReading<Row>> {
    const now = this.clock.now().getTime();
    const own = [
      buckets.map(({ key }) => key),
      buckets.map(({ points }) => points),
      buckets.map(({ seconds }) => now + seconds * 1000),
      now,
      buckets.map(({ ifKnown }) => ifKnown ?? null),
    ];
    // Most charges read nothing, and every call comes by one: what they do without would cost them a sixth.
    const { before, only, also } = beside === undefined ? NOTHING_READ : reading(behind(own, beside));
    const rows: ChargeRow<Row>[] = await this.dataSource.query(
      `WITH ${before} bucket AS (
        SELECT key, most, expire
        FROM unnest($1::text[], $2::int[], $3::bigint[], $5::bool[]) AS b (key, most, expire, if_known) ${only}
      ), verdict AS (
        SELECT max(r.expire) AS full_until FROM rate_limits r JOIN bucket USING (key)
        WHERE r.key = ANY($1) AND r.points >= bucket.most AND r.expire > $4
      ), charged AS (
        INSERT INTO rate_limits AS r (key, points, expire)
        SELECT key, 1, expire FROM bucket, verdict WHERE full_until IS NULL ORDER BY key
        ON CONFLICT (key) DO UPDATE SET
          points = CASE WHEN r.expire > $4 THEN r.points + 1 ELSE 1 END,
          expire = CASE WHEN r.expire > $4 THEN r.expire ELSE excluded.expire END
        WHERE r.expire <= $4 OR r.points < (SELECT most FROM bucket WHERE bucket.key = r.key)
        RETURNING r.key, r.expire
      )
      SELECT full_until, charged.key, charged.expire ${also} FROM verdict LEFT JOIN charged ON true`,
      [...own, ...(beside?.parameters ?? [])],
    );
    const { full_until: fullUntil = null, counting = buckets.length, beside: read = null } = rows[0] ?? {};
    if (fullUntil !== null) {
      const retryAfterSeconds = Math.max(1, Math.ceil((Number(fullUntil) - now) / 1000));
      throw new ApiException('RATE_LIMITED', { retryAfterSeconds });
    }
    const charges = rows.flatMap(({ key, expire }) =>
      key === null || expire === null ? [] : { key, expire },
    );
    if (charges.length < counting) {
      // Others have filled a bucket at this moment. Now it is seen to be full.
      await this.takeBack(charges);
      return this.#charge(buckets, beside);
    }
    return { charges, read: read ?? undefined };
  }

  /** Takes charges back, each if its window has not ended meanwhile. */
  async takeBack(charges: readonly Charge[]): Promise<void> {
    await this.takeBackIf(this.dataSource.manager, charges, ALWAYS);
  }

  /**
   * The same, if a condition holds when the statement begins.
   *
   * @param condition holds while it yields a row
   * @returns whether it holds
   */
  async takeBackIf(
    manager: EntityManager,
    charges: readonly Charge[],
    condition: Statement,
  ): Promise<boolean> {
    const own = [charges.map(({ key }) => key), charges.map(({ expire }) => expire)];
    const [row]: { holds: boolean }[] = await manager.query(
      `WITH condition AS (${behind(own, condition)}), held AS (
        SELECT key, expire FROM rate_limits WHERE key = ANY($1) AND EXISTS (SELECT FROM condition) ORDER BY key FOR UPDATE
      ), taken AS (
        UPDATE rate_limits r SET points = r.points - 1
        FROM held JOIN unnest($1::text[], $2::bigint[]) AS c (key, expire) USING (key, expire)
        WHERE r.key = ANY($1) AND r.key = held.key
      ) SELECT EXISTS (SELECT FROM condition) AS holds`,
      [...own, ...condition.parameters],
    );
    return row?.holds === true;
  }

  /** Forgets the counts under keys that begin so. They hold no character that LIKE knows. */
  async forget(beginnings: readonly string[]): Promise<void> {
    await this.dataSource.query('DELETE FROM rate_limits WHERE key LIKE ANY ($1)', [
      beginnings.map((beginning) => `${beginning}%`),
    ]);
  }

  /** Waits for nobody, and what fails is left to the next time. */
  async #sweep(): Promise<void> {
    const before = this.clock.now().getTime() - SWEPT_AFTER_MS;
    const sweep = `DELETE FROM rate_limits WHERE key IN
      (SELECT key FROM rate_limits WHERE expire < $1 FOR UPDATE SKIP LOCKED)`;
    await this.dataSource.query(sweep, [before]).catch(() => {});
  }
}

interface ChargeRow<Row> {
  readonly full_until: string | null;
  /** How many buckets count; without a row beside all do. */
  readonly counting?: number;
  readonly key: string | null;
  readonly expire: string | null;
  readonly beside?: Row | null;
}

/** What a charge has of a statement beside it. */
const NOTHING_READ = { before: '', only: '', also: '' } as const;

function reading(sql: string): Readonly<Record<keyof typeof NOTHING_READ, string>> {
  return {
    before: `beside AS (${sql}),`,
    only: 'WHERE if_known IS NULL OR if_known = coalesce((SELECT "isKnown" FROM beside), false)',
    also: `, (SELECT count(*) FROM bucket)::int AS counting, (SELECT to_jsonb(beside) FROM beside) AS beside`,
  };
}

/** It holds in any case. */
const ALWAYS: Statement = { sql: 'SELECT 1 AS one', parameters: [] };

/** A statement whose values stand behind these. */
function behind(values: readonly unknown[], { sql }: Statement): string {
  return sql.replaceAll(/\$(\d+)/g, (_, index: string) => `$${Number(index) + values.length}`);
}
