import { randomUUID } from 'node:crypto';
import { Phone } from 'nestjs-two-factor/testing';
import { describe, expect, it } from 'vitest';
import {
  ROUNDS,
  Tally,
  accepted,
  countVerdicts,
  faults,
  repeat,
  together,
  useTarget,
  verdictOf,
} from '../support/attack.js';
import { type Answer, call } from '../support/client.js';
import { ServerProcess } from '../support/server-process.js';
import { type Endpoint, type Victim, seedPending, seedVictim, seedVictims } from '../support/victims.js';

const target = useTarget();

describe('security events', () => {
  it('invariant 23: the database refuses to change, remove or empty them', async () => {
    const victim = await seedVictim(target, { challenges: 1 });
    await target.clock.freezeMidStep();
    await victim.verify({ code: victim.phone.wrongCode() });
    const before = await target.query('SELECT * FROM two_factor_events ORDER BY id');

    for (const attack of [
      `UPDATE two_factor_events SET outcome = 'success'`,
      `UPDATE two_factor_events SET outcome = 'success' WHERE false`,
      'DELETE FROM two_factor_events',
      'TRUNCATE two_factor_events',
      'TRUNCATE two_factor_events, two_factor_challenges CASCADE',
      `WITH gone AS (DELETE FROM two_factor_events RETURNING *) SELECT * FROM gone`,
      `INSERT INTO two_factor_events (id, user_id, at, type, outcome) OVERRIDING SYSTEM VALUE
        SELECT id, user_id, at, type, 'success' FROM two_factor_events ON CONFLICT (user_id, id) DO UPDATE SET outcome = 'success'`,
    ]) {
      await expect(target.query(attack)).rejects.toMatchObject({ code: '23001' });
    }

    expect(await target.query('SELECT * FROM two_factor_events ORDER BY id')).toEqual(before);
  });

  const uses: readonly {
    readonly what: string;
    readonly isEnabled: boolean;
    readonly pending?: 'plain' | 'replacement';
    use(victim: Victim, newCode: string): Promise<Answer>;
  }[] = [
    {
      what: 'verify with a one-time code',
      isEnabled: true,
      use: (victim) => victim.use('verify', { code: victim.code }),
    },
    {
      what: 'verify with a backup code',
      isEnabled: true,
      use: (victim) => victim.use('verify', { backupCode: victim.backupCodes[0]! }),
    },
    { what: 'setup', isEnabled: false, use: (victim) => victim.post('/auth/2fa/setup') },
    {
      what: 'setup with a code',
      isEnabled: true,
      use: (victim) => victim.use('setup', { code: victim.code }),
    },
    {
      what: 'enable',
      isEnabled: false,
      pending: 'plain',
      use: (victim, code) => victim.post('/auth/2fa/enable', { code }),
    },
    {
      what: 'enable of a replacement',
      isEnabled: true,
      pending: 'replacement',
      use: (victim, code) => victim.post('/auth/2fa/enable', { code }),
    },
    {
      what: 'new backup codes',
      isEnabled: true,
      use: (victim) => victim.use('backup-codes', { code: victim.code }),
    },
    { what: 'disable', isEnabled: true, use: (victim) => victim.use('disable', { code: victim.code }) },
  ];

  it.each(uses)(
    'invariant 23: $what changes nothing when its event cannot be written',
    async ({ isEnabled, pending, use }) => {
      await target.clock.freezeMidStep();
      const victim = await seedVictim(target, { isEnabled, challenges: isEnabled ? 1 : 0 });
      const [phone = victim.phone] =
        pending === undefined
          ? []
          : await seedPending(target, [victim], { isReplacement: pending === 'replacement' });
      const before = await victim.rows();
      const hashes = (): Promise<object[]> =>
        target.query('SELECT code_hash, used_at FROM two_factor_backup_codes WHERE user_id = $1 ORDER BY 1', [
          victim.id,
        ]);
      const codes = await hashes();
      await target.query(
        `CREATE FUNCTION refuse_event() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'no'; END $$`,
      );
      await target.query(`CREATE TRIGGER refuse_event BEFORE INSERT ON two_factor_events FOR EACH ROW
      WHEN (NEW.outcome = 'success') EXECUTE FUNCTION refuse_event()`);

      const failed = await use(victim, phone.code());

      await target.query('DROP FUNCTION refuse_event CASCADE');
      expect(verdictOf(failed)).toBe('500 INTERNAL_ERROR');
      const after = await victim.rows();
      // The attempt is charged all the same: it was committed before. That it came to nothing is on record.
      const isCharged = Object.keys(after.attempts).length > 0;
      expect({ ...after, attempts: {}, events: [] }).toEqual({ ...before, attempts: {} });
      expect(after.events.map((event) => event.split(' ').at(-1))).toEqual(isCharged ? ['error'] : []);
      expect(await hashes()).toEqual(codes);
      expect((await use(victim, phone.code())).status).toBe(200);
      const { events } = await victim.rows();
      expect(events.filter((event) => event.includes(' success'))).toHaveLength(1);
    },
  );

  it('invariant 23: say wrong, replayed, expired and locked, where the answer says one and the same', async () => {
    await target.clock.freezeMidStep();
    const victim = await seedVictim(target);
    expect((await victim.use('setup', { code: victim.code })).status).toBe(200);

    const answers = [
      await victim.use('setup', { code: victim.code }),
      await victim.use('setup', { code: victim.phone.code({ steps: -4 }) }),
      await victim.use('setup', { code: victim.phone.wrongCode() }),
    ];
    await together(3, () => victim.use('setup', { code: victim.phone.wrongCode() }));

    expect(new Set(answers.map(({ body }) => JSON.stringify({ ...body, requestId: '' }))).size).toBe(1);
    const reasons = (await victim.rows()).events.map((event) => event.split(' ').at(-1));
    expect(reasons.slice(0, 4)).toEqual(['totp', 'replayed', 'expired', 'wrong']);
    expect(new Set(reasons.slice(4))).toEqual(new Set(['locked', 'wrong']));
  });
});

describe('clocks that are 45 seconds apart', () => {
  const ENDPOINTS: readonly Endpoint[] = ['verify', 'setup', 'disable'];

  it('invariant 1: one code at both processes is accepted once', async () => {
    await target.clock.freezeMidStep();
    await target.clock.skew(target.servers[1]!, 45);
    const tally = new Tally('invariant 1: one code at two processes 45 s apart');

    await repeat(ROUNDS, async () => {
      const victims = await seedVictims(target, 5, { challenges: 2 });

      const answers = await Promise.all(
        victims.map((victim) => {
          // The step after the present one: both processes still, or already, take it.
          const code = victim.phone.code({ steps: 1 });
          return together(4, (index) => victim.use(ENDPOINTS[index % 3]!, { code }, { challenge: index }));
        }),
      );

      expect(faults(answers.flat())).toEqual([]);
      expect(answers.map((ofOne) => accepted(ofOne).length)).toEqual(victims.map(() => 1));
      tally.add(answers.flat());
    });
    await target.clock.skew(target.servers[1]!, 0);
    tally.write();
  });

  it('invariant 9: a burst of guesses gets at most the one more that the skew is worth', async () => {
    await target.clock.freezeMidStep();
    await target.clock.skew(target.servers[1]!, 45);
    const tally = new Tally('invariant 9: 50 wrong codes at two processes 45 s apart');

    await repeat(ROUNDS, async () => {
      const victim = await seedVictim(target);

      const answers = await together(50, () => victim.use('setup', { code: victim.phone.wrongCode() }));

      // The fifth failure waits for 30 s, which for the process ahead are over; the sixth waits for 60 s.
      expect(countVerdicts(answers)['422 TWO_FACTOR_CODE_INVALID'] ?? 0).toBeGreaterThanOrEqual(5);
      expect(countVerdicts(answers)['422 TWO_FACTOR_CODE_INVALID']).toBeLessThanOrEqual(6);
      tally.add(answers);
    });
    await target.clock.skew(target.servers[1]!, 0);
    tally.write();
  });

  it('invariant 9: in a whole day of guesses at both, 20 are looked at', async () => {
    await target.clock.freezeMidStep();
    await target.clock.skew(target.servers[1]!, 45);
    const victim = await seedVictim(target);
    const start = target.clock.now().getTime();
    const guess = (): Promise<Answer> =>
      victim.use('setup', { code: victim.phone.wrongCode(), password: victim.password });

    let lookedAt = 0;
    // From one end of a delay to the next: no other moment admits anything.
    while (target.clock.now().getTime() - start < 86_400_000 - 60_000) {
      const answers = await together(8, guess);
      lookedAt += answers.filter(({ status }) => status === 422).length;
      const waits = answers
        .filter(({ status }) => status === 429)
        .map(({ headers }) => Number(headers.get('retry-after')));
      await target.clock.advance({ seconds: Math.min(...waits) });
    }

    expect(lookedAt).toBe(20);
    await target.clock.skew(target.servers[1]!, 0);
  });
});

describe('what is left behind', () => {
  it('invariant 16: neither the tables nor the logs hold a secret, code, token or password in the clear', async () => {
    await target.clock.freezeMidStep();
    const verbose = await ServerProcess.start({
      databaseUrl: target.database.url,
      clock: target.clock.of(),
      variables: { LOG_LEVEL: 'trace' },
    });
    const secrets = new Set<string>();
    const life = new Life(verbose, secrets);

    await life.live();

    await verbose.stop();
    const tables = await target.query<{ name: string }>(
      `SELECT table_name AS name FROM information_schema.tables WHERE table_schema = 'public' AND table_type = 'BASE TABLE'`,
    );
    expect(tables.length).toBeGreaterThanOrEqual(9);
    let dump = '';
    for (const { name } of tables) {
      const rows = await target.query<{ row: string }>(`SELECT t::text AS row FROM "${name}" t`);
      dump += rows.map(({ row }) => `${row}\n`).join('');
    }
    expect(dump).toContain(life.email);
    const places = {
      tables: dump,
      logs: [verbose, ...target.servers].map(({ output }) => output).join('\n'),
    };
    expect(places.logs).toContain('request completed');
    expect(secrets.size).toBeGreaterThan(50);
    const found = Object.entries(places).flatMap(([place, text]) =>
      [...secrets].filter((secret) => isIn(text, secret)).map((secret) => `${place}: ${secret}`),
    );
    expect(found).toEqual([]);
    const tally = new Tally('invariant 16: secrets searched for in tables and logs');
    tally.addCounts({ 'searched for': secrets.size, found: found.length });
    tally.write();
  });
});

/** The data of an answer; none, when it is an error. */
function dataOf({ body }: Answer): Readonly<Record<string, unknown>> {
  const { data } = body;
  return typeof data === 'object' && data !== null ? { ...data } : {};
}

/** Six digits by themselves: within longer numbers they are a coincidence. */
function isIn(text: string, secret: string): boolean {
  return /^\d{6}$/.test(secret)
    ? new RegExp(`(?<![\\d.])${secret}(?!\\d)`).test(text)
    : text.includes(secret) || text.includes(encodeURIComponent(secret));
}

/** Somebody who does everything there is to do, over HTTP, right and wrong; every secret on the way is noted. */
class Life {
  readonly email = `${randomUUID()}@example.com`;
  readonly #password = 'a password that is nowhere else';
  #token = '';

  constructor(
    private readonly server: ServerProcess,
    private readonly secrets: Set<string>,
  ) {}

  async live(): Promise<void> {
    const wrongPassword = 'another password that is wrong';
    this.#note(this.#password, wrongPassword);
    const registered = await this.#call('/auth/register', { email: this.email, password: this.#password });
    await this.#call('/auth/login', { email: this.email, password: wrongPassword });
    await this.#call('/auth/refresh', { refreshToken: registered.data['refreshToken'] });
    await this.#signIn();
    const phone = await this.#enable({});
    await this.#wait(30);
    const { challengeToken } = (await this.#login()).data as { challengeToken: string };
    await this.#call('/auth/2fa/verify', { challengeToken, code: this.#noted(phone.wrongCode()) });
    await this.#call('/auth/2fa/verify', { challengeToken, code: '12345x' });
    const verified = await this.#call('/auth/2fa/verify', {
      challengeToken,
      code: this.#noted(phone.code()),
    });
    this.#token = String(verified.data['accessToken']);
    await this.#wait(30);
    const drawn = await this.#call('/auth/2fa/backup-codes', { code: this.#noted(phone.code()) });
    const [backupCode = ''] = drawn.data['backupCodes'] as string[];
    const again = (await this.#login()).data as { challengeToken: string };
    await this.#call(`/auth/2fa/verify?challengeToken=${again.challengeToken}`, {
      ...again,
      backupCode: '00000-00000-00000',
    });
    const byBackupCode = await this.#call('/auth/2fa/verify', {
      challengeToken: again.challengeToken,
      backupCode: backupCode.toLowerCase(),
    });
    this.#token = String(byBackupCode.data['accessToken']);
    await this.#wait(30);
    const next = await this.#enable({ code: this.#noted(phone.code()) });
    await this.#wait(960);
    await this.#call('/auth/2fa/disable', { code: this.#noted(next.code()), password: wrongPassword });
    await this.#call('/auth/2fa/disable', { code: next.code(), password: this.#password });
    await this.#call('/auth/logout', {});
  }

  async #wait(seconds: number): Promise<void> {
    await target.clock.advance({ seconds });
    await this.server.setClock(target.clock.of());
  }

  async #enable(proof: object): Promise<Phone> {
    const setup = await this.#call('/auth/2fa/setup', proof);
    const phone = Phone.of(String(setup.data['otpauthUri']), target.clock);
    const enabled = await this.#call('/auth/2fa/enable', { code: this.#noted(phone.code()) });
    if (enabled.status !== 200) {
      throw new Error(`enable answered ${enabled.status}: ${enabled.text}`);
    }
    this.#token = String(enabled.data['accessToken']);
    return phone;
  }

  async #signIn(): Promise<void> {
    const { data } = await this.#login();
    this.#token = String(data['accessToken']);
  }

  #login(): Promise<Answer> {
    return this.#call('/auth/login', { email: this.email, password: this.#password });
  }

  async #call(path: string, body: object): Promise<Answer> {
    const answer = await call(this.server.url, `/api/v1${path}`, {
      body,
      ...(this.#token === '' ? {} : { token: this.#token }),
    });
    for (const name of [
      'accessToken',
      'refreshToken',
      'challengeToken',
      'secret',
      'otpauthUri',
      'qrCodeUri',
    ]) {
      const value = dataOf(answer)[name];
      if (typeof value === 'string') {
        this.#note(value);
      }
    }
    const { backupCodes } = dataOf(answer);
    if (Array.isArray(backupCodes)) {
      for (const code of backupCodes.map(String)) {
        this.#note(code, code.replaceAll('-', ''), code.toLowerCase());
      }
    }
    return answer;
  }

  #note(...secrets: readonly string[]): void {
    secrets.forEach((secret) => this.secrets.add(secret));
  }

  #noted(secret: string): string {
    this.#note(secret);
    return secret;
  }
}
